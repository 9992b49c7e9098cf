//! The side with more members stays; of two halves the one with the lowest address.

use core::cmp::Ordering;

use super::super::decision::{Decision, Reason};
use super::super::selection::Selection;
use super::super::sides::{Count, Order, Sides};
use super::super::situation::Situation;
use super::{Verdict, counted};
use crate::planted::Planted;
use crate::repairs::Repairs;

/// SBR-42: which side is the larger one. Nobody counts when nobody could break a tie.
pub(super) fn majority(sides: &Sides) -> Reason {
    match (sides.reachable.cmp(&sides.unreachable), &sides.first) {
        (_, None) => Reason::NobodyCounts,
        (Ordering::Greater, _) => Reason::Majority,
        (Ordering::Less, _) => Reason::Minority,
        (Ordering::Equal, Some(first)) if first.is_reachable => Reason::TieWon,
        (Ordering::Equal, Some(_)) => Reason::TieLost,
    }
}

/// SBR-42, perhaps broken on purpose.
fn bent(reason: Reason, repairs: &Repairs) -> Reason {
    match reason {
        Reason::TieLost if repairs.breaks(Planted::TieGoesToBoth) => Reason::TieWon,
        Reason::TieLost | Reason::Minority if repairs.breaks(Planted::SmallerSideStays) => Reason::Majority,
        reason => reason,
    }
}

impl Situation<'_> {
    /// SBR-42
    pub(super) fn keep_majority(&self, role: Option<&str>, repairs: &Repairs) -> Verdict {
        let counted = counted(repairs);
        let sides = self.count(Count::of(counted, role, Order::Address));
        if !self.indirect().is_empty() {
            return Verdict::plain(Decision::DownIndirectlyConnected, Reason::IndirectlyConnected, sides);
        }
        let check = |(reason, sides): (Reason, Sides)| (bent(reason, repairs), sides);
        match bent(majority(&sides), repairs) {
            Reason::NobodyCounts => Verdict::plain(Decision::DownAll, Reason::NobodyCounts, sides),
            reason if repairs.worst_case_check => Verdict::checked(reason, sides, || {
                check(self.worst_case(counted, role, Order::Address).majority())
            }),
            reason => Verdict::checked(reason, sides, || check(self.majority_second_check(role))),
        }
    }

    /// SBR-43: this side without those who may not count in another view, the others with all who may. Only members that
    /// are neither coming nor going may break a tie.
    fn majority_second_check(&self, role: Option<&str>) -> (Reason, Sides) {
        let certain = Selection { no_leaving: true, ..Selection::COUNTED };
        let possible = Selection { possibly_up: true, ..Selection::COUNTED };
        let sides = self.count(Count {
            role,
            here: certain,
            there: possible,
            candidates: certain,
            order: Order::Address,
        });
        (majority(&sides), sides)
    }
}
