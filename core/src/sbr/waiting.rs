//! A decision that waits for the lease, and what happens meanwhile (LEASE-12).

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::record::DecisionRecord;
use crate::membership::{ClusterEvent, UniqueAddress};
use crate::mix::Mixer;

/// LEASE-12: the decision does not change any more, whatever comes in; what comes in is kept for afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) record: DecisionRecord,
    pub(super) kept: Vec<Kept>,
}

/// Something that came in while a decision waited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Kept {
    Event(ClusterEvent),
    /// SBR-71
    QuarantinedBy(UniqueAddress),
}

impl Waiting {
    pub(super) const fn new(record: DecisionRecord) -> Self {
        Self { record, kept: Vec::new() }
    }

    pub(super) const fn record(&self) -> &DecisionRecord {
        &self.record
    }

    /// Of who has seen what, and of observations, only the latest is kept when nothing came between: they come with every
    /// gossip, and the answer may be long in coming.
    pub(super) fn keep_event(&mut self, event: &ClusterEvent) {
        let replaces = |kept: &Kept| {
            matches!(
                (kept, event),
                (Kept::Event(ClusterEvent::SeenChanged { .. }), ClusterEvent::SeenChanged { .. })
                    | (
                        Kept::Event(ClusterEvent::ReachabilityChanged(_)),
                        ClusterEvent::ReachabilityChanged(_)
                    )
            )
        };
        let kept = Kept::Event(event.clone());
        match self.kept.last_mut().filter(|last| replaces(last)) {
            Some(last) => *last = kept,
            None => self.kept.push(kept),
        }
    }

    pub(super) fn keep_quarantine(&mut self, remote: &UniqueAddress) {
        self.kept.push(Kept::QuarantinedBy(remote.clone()));
    }

    pub(super) fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(46);
        mixer.word(self.record.hash64());
        mixer.word(self.kept.len() as u64);
        mixer.finish()
    }
}
