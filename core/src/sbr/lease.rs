//! The lock outside that lease-majority asks for: what is asked, what is answered, and when it is given back.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::membership::UniqueAddress;
use crate::mix::Mixer;
use crate::time::Instant;

/// LEASE-9: what is asked of the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaseCall {
    /// LEASE-2: to hold it from now on. Who holds it already gets it again.
    Acquire,
    /// LEASE-4: not to hold it any more.
    Release,
}

impl LeaseCall {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acquire => "acquire",
            Self::Release => "release",
        }
    }
}

/// LEASE-2, LEASE-4: what came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaseAnswer {
    /// To `Acquire`: this owner certainly holds it.
    Acquired,
    /// To `Release`: this owner certainly holds it no more.
    Released,
    /// It was certainly not done: another owner holds it, or it was not this owner's.
    Refused,
    /// Nothing certain is known: no answer in time, an error, or an answer that makes no sense. It may have been done.
    Failed,
}

impl LeaseAnswer {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acquired => "acquired",
            Self::Released => "released",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Whether a call can be answered like that.
    pub(crate) const fn fits(self, call: LeaseCall) -> bool {
        match self {
            Self::Acquired => matches!(call, LeaseCall::Acquire),
            Self::Released => matches!(call, LeaseCall::Release),
            Self::Refused | Self::Failed => true,
        }
    }
}

/// LEASE-23: when the lease that was acquired for a decision can be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Release {
    /// There is none to give back.
    Never,
    /// Not before these nodes, which were downed with it, are removed. Ascending.
    WhenRemoved(Vec<UniqueAddress>),
    /// At the first tick after this moment.
    After(Instant),
}

impl Release {
    /// LEASE-15: with the lease these nodes were downed.
    pub(super) fn extend(&mut self, downed: &[UniqueAddress], if_nobody: Instant) {
        match self {
            Self::WhenRemoved(waiting) => waiting.extend(downed.iter().cloned()),
            _ if downed.is_empty() => *self = Self::After(if_nobody),
            _ => *self = Self::WhenRemoved(downed.to_vec()),
        }
        if let Self::WhenRemoved(waiting) = self {
            waiting.sort_unstable();
            waiting.dedup();
        }
    }

    /// LEASE-18: a node is gone.
    pub(super) fn hear_removed(&mut self, node: &UniqueAddress, if_last: Instant) {
        let Self::WhenRemoved(waiting) = self else { return };
        waiting.retain(|other| other != node);
        if waiting.is_empty() {
            *self = Self::After(if_last);
        }
    }

    /// LEASE-19
    pub(super) fn is_due(&self, now: Instant) -> bool {
        matches!(self, Self::After(at) if now > *at)
    }

    pub(super) fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(45);
        match self {
            Self::Never => mixer.word(0),
            Self::WhenRemoved(nodes) => nodes.iter().for_each(|node| mixer.word(node.key().0)),
            Self::After(at) => mixer.word(at.as_nanos()),
        }
        mixer.finish()
    }
}
