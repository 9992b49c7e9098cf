//! How long members have been becoming reachable and unreachable.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::mix::Mixer;
use crate::time::Instant;

/// SBR-60: how often, when first and when last a member became reachable or unreachable since all was well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unrest {
    first: Instant,
    latest: Instant,
    changes: u64,
}

impl Unrest {
    /// All is well, as of now.
    pub(super) const fn none(now: Instant) -> Self {
        Self { first: now, latest: now, changes: 0 }
    }

    pub(super) const fn changes(&self) -> u64 {
        self.changes
    }

    /// SBR-60
    pub(super) fn count(&mut self, now: Instant) {
        if self.changes == 0 {
            self.first = now;
        }
        self.latest = now;
        self.changes += 1;
    }

    /// SBR-61: all is well again when nobody who counts is unreachable.
    pub(super) fn end_if(&mut self, is_all_well: bool, now: Instant) {
        if self.changes > 0 && is_all_well {
            *self = Self::none(now);
        }
    }

    /// The time since the first and since the latest change; `None` while all is well.
    pub(super) fn ages(&self, now: Instant) -> Option<(Duration, Duration)> {
        (self.changes > 0).then(|| (now.since(self.first), now.since(self.latest)))
    }

    pub(super) fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(44);
        mixer.word(self.first.as_nanos());
        mixer.word(self.latest.as_nanos());
        mixer.word(self.changes);
        mixer.finish()
    }
}
