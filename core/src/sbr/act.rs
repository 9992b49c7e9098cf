//! What comes out of a resolver.

use core::slice;

use serde::{Deserialize, Serialize};

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
}
