//! What comes out of a resolver.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::slice;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::lease::{LeaseAnswer, LeaseCall};
use super::record::DecisionRecord;
use crate::membership::UniqueAddress;
use crate::time::Instant;

/// SBR-67: a decision that is to be told and then carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Act {
    record: DecisionRecord,
    is_repeated: bool,
}

impl Act {
    pub(super) const fn new(record: DecisionRecord, is_repeated: bool) -> Self {
        Self { record, is_repeated }
    }

    /// The nodes to down, in the order in which to do it: ascending, but self last.
    pub fn downs(&self) -> slice::Iter<'_, UniqueAddress> {
        self.record.down.iter()
    }

    /// SBR-69: whether the tick before did not come to the very same decision. Only a decision to down nobody, as about
    /// members that are on their way out anyhow, comes again and again.
    #[must_use]
    pub const fn is_news(&self) -> bool {
        !self.is_repeated
    }

    /// The decision and what led to it.
    #[must_use]
    pub const fn record(&self) -> &DecisionRecord {
        &self.record
    }

    /// The decision and what led to it.
    #[must_use]
    pub fn into_record(self) -> DecisionRecord {
        self.record
    }
}

/// What a resolver wants or tells, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ResolverOutput {
    /// SBR-67: a decision, and whom to down.
    Decided(Box<Act>),
    /// SBR-86: news for people.
    Noticed(Notice),
    /// LEASE-9: ask this of the lease.
    Lease(LeaseCall),
    /// LEASE-11: say [`lease_delay_elapsed`](super::Resolver::lease_delay_elapsed) after this long.
    LeaseDelay(Duration),
}

/// SBR-86: what a person who watches a resolver wants to hear besides its decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Notice {
    /// SBR-41: there are more members than the quorum allows for: two sides could have it.
    TooManyMembers {
        /// How many count.
        members: u32,
        /// The quorum. It allows for twice as many less one.
        quorum_size: u32,
    },
    /// SBR-40, SBR-42: no member that counts has the role that the strategy counts by, so every split ends all.
    NobodyHasRole {
        /// The role.
        role: Arc<str>,
    },
    /// This node has become the one that decides for its side, or has ceased to be.
    ResponsibilityChanged {
        /// Whether it decides now.
        responsible: bool,
    },
    /// Who can be reached has changed, or something else that makes this node, which decides, wait anew.
    UnreachableChanged {
        /// How many nodes cannot be reached now.
        unreachable: usize,
        /// If nothing else happens, a decision comes with the first tick after this moment.
        no_decision_before: Instant,
    },
    /// LEASE-11, LEASE-15: the lease is held, so the decision stands.
    LeaseAcquired {
        /// The decision.
        decision: Decision,
    },
    /// LEASE-16: the lease was denied, or nothing certain was heard of it.
    LeaseDenied {
        /// What would have been done with it.
        decision: Decision,
        /// What is done instead.
        instead: Decision,
        /// What was answered.
        answer: LeaseAnswer,
    },
    /// LEASE-20: the lease is given back.
    LeaseReleased,
    /// SBR-74: this node is no member any more, and gives the lease back to nobody: it is held until its time is up.
    LeaseKept,
}
