//! How many of the members that count are on either side.

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::selection::Selection;
use super::situation::Situation;
use crate::membership::{Member, UniqueAddress};

/// SBR-23: who stands first among members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// SBR-2: the lowest address.
    Address,
    /// SBR-3: the oldest.
    Age,
}

impl Order {
    pub(super) fn compare(self, a: &Member, b: &Member) -> Ordering {
        match self {
            Self::Address => a.unique_address().cmp(b.unique_address()),
            Self::Age => a.age_order(b).then_with(|| a.unique_address().cmp(b.unique_address())),
        }
    }

    /// Whether a member stands before one that comes earlier among the members of a situation. These are in the order of addresses
    /// already, and of two of one age the earlier one is the first.
    pub(super) fn overtakes(self, later: &Member, earlier: &Member) -> bool {
        self == Self::Age && later.age_order(earlier).is_lt()
    }
}

/// What is counted: of whom, on this side and beyond, and among whom the first is sought.
#[derive(Clone, Copy)]
pub(super) struct Count<'a> {
    pub(super) role: Option<&'a str>,
    pub(super) here: Selection,
    pub(super) there: Selection,
    pub(super) candidates: Selection,
    pub(super) order: Order,
}

impl<'a> Count<'a> {
    /// The same members on both sides, and the first of them.
    pub(super) const fn of(selection: Selection, role: Option<&'a str>, order: Order) -> Self {
        Self { role, here: selection, there: selection, candidates: selection, order }
    }
}

/// How many members count on either side, and who breaks a tie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// Those that can be reached, self among them.
    pub reachable: u32,
    /// Those that cannot.
    pub unreachable: u32,
    /// The first of those who may break a tie: the lowest address, or the oldest. None when nobody may.
    pub first: Option<First>,
}

/// The member with the lowest address, or the oldest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    /// Who it is.
    pub node: UniqueAddress,
    /// On which side it is.
    pub is_reachable: bool,
}

impl Sides {
    /// All that count.
    #[must_use]
    pub const fn members(&self) -> u32 {
        self.reachable + self.unreachable
    }
}

impl Situation<'_> {
    /// SBR-23, SBR-25, SBR-26: how many members with the role are on either side, and who is first among the candidates.
    pub(super) fn count(&self, count: Count<'_>) -> Sides {
        let (mut reachable, mut unreachable) = (0, 0);
        let mut first: Option<(&Member, bool)> = None;
        for (member, is_unreachable) in self.members() {
            let (side, selection) =
                if is_unreachable { (&mut unreachable, count.there) } else { (&mut reachable, count.here) };
            let counts = selection.has(member);
            let may_be_first = count.candidates.has(member);
            if !(counts || may_be_first) || !count.role.is_none_or(|role| member.roles().contains(role)) {
                continue;
            }
            *side += u32::from(counts);
            if may_be_first && first.is_none_or(|(first, _)| count.order.overtakes(member, first)) {
                first = Some((member, !is_unreachable));
            }
        }
        let first =
            first.map(|(member, is_reachable)| First { node: member.unique_address().clone(), is_reachable });
        Sides { reachable, unreachable, first }
    }
}

#[cfg(test)]
#[path = "sides_tests.rs"]
mod tests;
