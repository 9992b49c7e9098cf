//! The side with at least a fixed number of members stays.

use super::super::decision::{Decision, Reason};
use super::super::selection::Selection;
use super::super::sides::{Count, Order, Sides};
use super::super::situation::Situation;
use super::Verdict;
use crate::planted::Planted;
use crate::repairs::Repairs;

/// SBR-39: how many members there are now, if that is more than a quorum of this size allows: two sides could have it.
pub(in crate::sbr) fn too_many(members: u32, quorum_size: u32) -> Option<Reason> {
    let two_quorums = 2 * u64::from(quorum_size);
    (u64::from(members) + 1 > two_quorums)
        .then(|| Reason::TooManyMembers { most: two_quorums.saturating_sub(1) })
}

impl Situation<'_> {
    /// SBR-38, SBR-40: members beyond what the quorum allows, then nodes reached by some only, then the quorum. There is no
    /// second check, unless it is repaired (REP-120).
    pub(super) fn static_quorum(&self, quorum_size: u32, role: Option<&str>, repairs: &Repairs) -> Verdict {
        let sides: Sides = self.count(Count::of(Selection::COUNTED, role, Order::Address));
        let most = quorum_size;
        let quorum_size = quorum_size - u32::from(quorum_size > 0 && repairs.breaks(Planted::QuorumOffByOne));
        if let Some(reason) = too_many(sides.members(), most) {
            Verdict::plain(Decision::DownAll, reason, sides)
        } else if !self.indirect().is_empty() {
            Verdict::plain(Decision::DownIndirectlyConnected, Reason::IndirectlyConnected, sides)
        } else if sides.reachable >= quorum_size && repairs.worst_case_check {
            Verdict::checked(Reason::Quorum, sides, || {
                self.worst_case(Selection::COUNTED, role, Order::Address).quorum(quorum_size)
            })
        } else if sides.reachable >= quorum_size {
            Verdict::plain(Decision::DownUnreachable, Reason::Quorum, sides)
        } else {
            Verdict::plain(Decision::DownReachable, Reason::NoQuorum, sides)
        }
    }
}
