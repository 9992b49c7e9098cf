//! The side with the oldest member stays.

use super::super::decision::{Decision, Reason};
use super::super::selection::Selection;
use super::super::sides::{Count, Order, Sides};
use super::super::situation::Situation;
use super::{Verdict, counted};
use crate::planted::Planted;
use crate::repairs::Repairs;

/// SBR-46, SBR-48: where the oldest is, and whether it is alone. What cannot be reached is taken for one part, so an
/// oldest beyond it is alone only if nobody else is missing.
pub(super) fn oldest(sides: &Sides, down_if_alone: bool) -> Reason {
    match &sides.first {
        None => Reason::NobodyCounts,
        Some(first) if first.is_reachable => {
            let is_alone = sides.reachable == 1 && sides.unreachable >= 2;
            if down_if_alone && is_alone { Reason::OldestAlone } else { Reason::OldestReachable }
        }
        Some(_) => {
            let is_alone = sides.unreachable == 1 && sides.reachable >= 2;
            if down_if_alone && is_alone { Reason::OldestAloneUnreachable } else { Reason::OldestUnreachable }
        }
    }
}

/// SBR-46, perhaps broken on purpose.
fn bent(reason: Reason, repairs: &Repairs) -> Reason {
    match reason {
        Reason::NobodyCounts => reason,
        _ if repairs.breaks(Planted::EverySideHasTheOldest) => Reason::OldestReachable,
        reason => reason,
    }
}

impl Situation<'_> {
    /// SBR-45
    pub(super) fn keep_oldest(&self, down_if_alone: bool, role: Option<&str>, repairs: &Repairs) -> Verdict {
        let counted = counted(repairs);
        let sides = self.count(Count::of(counted, role, Order::Age));
        if !self.indirect().is_empty() {
            return Verdict::plain(Decision::DownIndirectlyConnected, Reason::IndirectlyConnected, sides);
        }
        let check = |(reason, sides): (Reason, Sides)| (bent(reason, repairs), sides);
        match bent(oldest(&sides, down_if_alone), repairs) {
            Reason::NobodyCounts => Verdict::plain(Decision::DownAll, Reason::NobodyCounts, sides),
            reason if repairs.worst_case_check => Verdict::checked(reason, sides, || {
                check(self.worst_case(counted, role, Order::Age).oldest(down_if_alone))
            }),
            reason => {
                Verdict::checked(reason, sides, || check(self.oldest_second_check(down_if_alone, role)))
            }
        }
    }

    /// SBR-47: the oldest of those who are not leaving; whether it is alone is told with Joining and WeaklyUp members and
    /// without Leaving ones, on both sides.
    fn oldest_second_check(&self, down_if_alone: bool, role: Option<&str>) -> (Reason, Sides) {
        let staying = Selection { no_leaving: true, ..Selection::COUNTED };
        let company = Selection { possibly_up: down_if_alone, ..staying };
        let sides =
            self.count(Count { role, here: company, there: company, candidates: staying, order: Order::Age });
        (oldest(&sides, down_if_alone), sides)
    }
}
