//! The side that gets a lease stays; the one with the majority asks first.

use core::time::Duration;

use super::super::decision::{Decision, Reason};
use super::super::selection::Selection;
use super::super::sides::{Count, Order};
use super::super::situation::Situation;
use super::keep_majority::majority;
use super::{SecondCheck, Verdict};
use crate::membership::MemberStatus::{Down, Exiting, Leaving};
use crate::repairs::Repairs;

impl Situation<'_> {
    /// SBR-50: the lease decides. The side without the majority waits before it asks. REP-127 (`worst_case_check`): a side that others may
    /// remove without asking for the lease goes down instead.
    pub(super) fn lease_majority(
        &self,
        role: Option<&str>,
        minority_delay: Duration,
        repairs: &Repairs,
    ) -> Verdict {
        let sides = self.count(Count::of(Selection::COUNTED, role, Order::Address));
        if !self.indirect().is_empty() {
            let decision = Decision::AcquireLeaseAndDownIndirectlyConnected { delay: Duration::ZERO };
            return Verdict::plain(decision, Reason::IndirectlyConnected, sides);
        }
        let reason = majority(&sides);
        if repairs.worst_case_check && self.may_be_removed_without_a_lease() {
            let check = SecondCheck { sides: sides.clone(), reason: Reason::AllLeave, is_passed: false };
            return Verdict { decision: Decision::DownAll, reason, sides, second_check: Some(check) };
        }
        let waits = matches!(reason, Reason::Minority | Reason::TieLost);
        let delay = if waits { minority_delay } else { Duration::ZERO };
        Verdict::plain(Decision::AcquireLeaseAndDownUnreachable { delay }, reason, sides)
    }

    /// REP-127: whether all of this side leave, and somebody beyond does not. A leader there that has moved these to Exiting, which they
    /// need not have heard of, misses nobody else, so it needs no decision to remove them (CNV-9).
    fn may_be_removed_without_a_lease(&self) -> bool {
        let goes_on = |is_beyond: bool| {
            self.members().any(|(member, is_unreachable)| {
                is_unreachable == is_beyond && !matches!(member.status(), Leaving | Exiting | Down)
            })
        };
        !goes_on(false) && goes_on(true)
    }
}
