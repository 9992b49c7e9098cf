//! The two moments of a node's own life that its users wait for: it is Up, and it is gone (part 02, section 11).

use serde::{Deserialize, Serialize};

use super::output::Output;
use crate::membership::diff::Change;
use crate::membership::{ClusterEvent, MemberStatus, UniqueAddress};

/// What users were told of this node's own life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Milestones {
    was_up: bool,
    /// The status that this node had last, once it is no member any more.
    last_status: Option<MemberStatus>,
}

impl Milestones {
    /// API-40, API-41, API-50, SHUT-54: this node is Up, told once, by its own event. No other status will do: not WeaklyUp, and not
    /// one beyond Up when Up itself was never seen. API-32: an event about another incarnation of the address is not meant.
    pub(super) fn on_change(&mut self, change: &Change<'_>, me: &UniqueAddress) -> Option<(usize, Output)> {
        let mut is_up = None;
        // Afterwards only a removal means anything.
        if self.was_up && change.removals == 0 {
            return None;
        }
        for (at, event) in change.events.iter().enumerate() {
            is_up = is_up.or(self.hear(event, me).map(|output| (at, output)));
        }
        is_up
    }

    fn hear(&mut self, event: &ClusterEvent, me: &UniqueAddress) -> Option<Output> {
        match event {
            ClusterEvent::MemberUp(member) if !self.was_up && member.unique_address() == me => {
                self.was_up = true;
                Some(Output::SelfUp)
            }
            ClusterEvent::MemberRemoved { member, previous_status } if member.unique_address() == me => {
                self.last_status = Some(*previous_status);
                None
            }
            _ => None,
        }
    }

    /// API-42, API-43, API-51, LIFE-55: this node is gone, told once, when it ends and whatever ends it, also if it never joined;
    /// others need not have removed it. With the status that it had last, Removed if it had none.
    pub(super) fn at_end(&self) -> Output {
        Output::SelfRemoved { previous_status: self.last_status.unwrap_or(MemberStatus::Removed) }
    }

    /// Whether users were told that this node is Up, and the status that it had last, once it has ended.
    pub(super) fn told(&self, has_ended: bool) -> (bool, Option<MemberStatus>) {
        let last = self.last_status.unwrap_or(MemberStatus::Removed);
        (self.was_up, has_ended.then_some(last))
    }

    pub(super) fn hash64(&self) -> u64 {
        u64::from(self.was_up) << 8 | self.last_status.map_or(u64::from(u8::MAX), |status| status as u64)
    }
}
