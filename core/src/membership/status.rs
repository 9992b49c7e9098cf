//! The life of a member: nine statuses and the one table of allowed transitions.

use core::cmp::Ordering;
use core::fmt;

use serde::{Deserialize, Serialize};

/// MDL-13: where a member stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum MemberStatus {
    /// Accepted by a member, not yet agreed on.
    Joining = 0,
    /// Let in while some member is unreachable, so that it can work before convergence is back.
    WeaklyUp = 1,
    /// A full member.
    Up = 2,
    /// Has asked, or was asked, to leave.
    Leaving = 3,
    /// All have heard that it leaves; it is finishing its work.
    Exiting = 4,
    /// Declared gone for good, by an operator or by a downing decision.
    Down = 5,
    /// No member any more. Never stored in a gossip (MDL-16).
    Removed = 6,
    /// A shutdown of the full cluster was announced.
    PreparingForShutdown = 7,
    /// All have heard of the announced shutdown.
    ReadyForShutdown = 8,
}

use MemberStatus::{
    Down, Exiting, Joining, Leaving, PreparingForShutdown, ReadyForShutdown, Removed, Up, WeaklyUp,
};

impl MemberStatus {
    /// All statuses.
    pub const ALL: [Self; 9] =
        [Joining, WeaklyUp, Up, Leaving, Exiting, Down, Removed, PreparingForShutdown, ReadyForShutdown];

    /// MDL-14, MDL-15: whether a member of this status may change to another. Staying is always allowed.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == next
            || match self {
                Joining => matches!(next, WeaklyUp | Up | Leaving | Down | Removed),
                WeaklyUp => matches!(next, Up | Leaving | Down | Removed),
                Up => matches!(next, Leaving | Down | Removed | PreparingForShutdown),
                Leaving => matches!(next, Exiting | Down | Removed),
                Exiting => matches!(next, Down | Removed),
                Down => matches!(next, Removed),
                PreparingForShutdown => matches!(next, Leaving | Down | Removed | ReadyForShutdown),
                ReadyForShutdown => matches!(next, Leaving | Down | Removed),
                Removed => false,
            }
    }

    /// MDL-15: whether a chain of allowed transitions leads from this status to another.
    #[must_use]
    pub fn may_lead_to(self, later: Self) -> bool {
        self == later
            || Self::ALL
                .into_iter()
                .any(|next| next != self && self.may_become(next) && next.may_lead_to(later))
    }

    /// MDL-17, SHUT-43: members of this status must have seen a state before it counts as agreed on (`CONVERGENCE_STATUS`),
    /// and lead before all others (`LEADER_STATUS`); the two groups are the same.
    #[must_use]
    pub const fn counts_for_convergence(self) -> bool {
        matches!(self, Up | Leaving | PreparingForShutdown | ReadyForShutdown)
    }

    /// MDL-17: an unreachable member of this status holds nobody up (`SKIP_UNREACHABLE`), and is on its way out
    /// (`REMOVABLE`); the two groups are the same.
    #[must_use]
    pub const fn is_on_its_way_out(self) -> bool {
        matches!(self, Down | Exiting)
    }

    /// MDL-31: the order of leadership between groups of statuses, least first.
    #[must_use]
    pub const fn leadership_rank(self) -> u8 {
        match self {
            Up | Leaving | PreparingForShutdown | ReadyForShutdown | Removed => 0,
            WeaklyUp => 1,
            Joining => 2,
            Exiting => 3,
            Down => 4,
        }
    }

    /// MDL-33: which of two copies of one member is taken, the greater first in the order of merging.
    ///
    /// MDL-35, SHUT-48: `ReadyForShutdown` wins over `Down`, `Exiting` and `Leaving`. REP-90 (`life_cycle_order`): the order is
    /// that of a member's life, so a merge never takes a step back.
    #[must_use]
    pub fn merge_order(self, other: Self, life_cycle_order: bool) -> Ordering {
        let rank = |status| match status {
            Joining => 0,
            WeaklyUp => 1,
            Up => 2,
            PreparingForShutdown => 3,
            ReadyForShutdown if life_cycle_order => 4,
            Leaving => 5,
            Exiting => 6,
            Down => 7,
            ReadyForShutdown => 8,
            Removed => 9,
        };
        rank(self).cmp(&rank(other))
    }

    /// The name in lower case with dashes, as cases write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Joining => "joining",
            WeaklyUp => "weakly-up",
            Up => "up",
            Leaving => "leaving",
            Exiting => "exiting",
            Down => "down",
            Removed => "removed",
            PreparingForShutdown => "preparing-for-shutdown",
            ReadyForShutdown => "ready-for-shutdown",
        }
    }
}

impl fmt::Display for MemberStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// MDL-15: the table once more, as it is drawn in the specification: rows and columns in the order
    /// Joining, WeaklyUp, Up, Leaving, Exiting, Down, Removed, Preparing, Ready.
    #[test]
    fn the_table_of_transitions_is_that_of_the_specification() {
        let table = [
            (Joining, "=xxx-xx--"),
            (WeaklyUp, "-=xx-xx--"),
            (Up, "--=x-xxx-"),
            (Leaving, "---=xxx--"),
            (Exiting, "----=xx--"),
            (Down, "-----=x--"),
            (Removed, "------=--"),
            (PreparingForShutdown, "---x-xx=x"),
            (ReadyForShutdown, "---x-xx-="),
        ];
        let columns = MemberStatus::ALL;
        for (from, row) in table {
            for (to, cell) in columns.into_iter().zip(row.chars()) {
                assert_eq!(from.may_become(to), cell != '-', "{from} to {to}");
            }
        }
    }

    /// MDL-13
    #[test]
    fn there_are_nine_statuses_with_names_of_their_own() {
        let mut names = MemberStatus::ALL.map(MemberStatus::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(MemberStatus::ALL.into_iter().enumerate().all(|(place, status)| status as usize == place));
    }

    /// MDL-17: the groups of the specification, name by name.
    #[test]
    fn the_groups_of_statuses_are_those_of_the_specification() {
        let those = |holds: fn(MemberStatus) -> bool| {
            MemberStatus::ALL.into_iter().filter(|status| holds(*status)).collect::<Vec<_>>()
        };
        let counting = [Up, Leaving, PreparingForShutdown, ReadyForShutdown];
        assert_eq!(those(MemberStatus::counts_for_convergence), counting);
        assert_eq!(those(MemberStatus::is_on_its_way_out), [Exiting, Down]);
    }

    /// MDL-14
    #[test]
    fn staying_in_a_status_is_always_allowed() {
        assert!(MemberStatus::ALL.into_iter().all(|status| status.may_become(status)));
    }

    /// MDL-15
    #[test]
    fn nothing_leads_back_to_joining() {
        for status in MemberStatus::ALL {
            assert_eq!(status.may_lead_to(Joining), status == Joining);
        }
        assert!(Joining.may_lead_to(ReadyForShutdown));
        assert!(!Down.may_lead_to(Exiting));
    }

    /// MDL-33, MDL-35, REP-90, SHUT-48
    #[test]
    fn the_order_of_merging_is_the_listed_one() {
        let order = |life_cycle| {
            let mut list: Vec<_> = MemberStatus::ALL.into();
            list.sort_by(|a, b| b.merge_order(*a, life_cycle));
            list
        };
        assert_eq!(
            order(false),
            [Removed, ReadyForShutdown, Down, Exiting, Leaving, PreparingForShutdown, Up, WeaklyUp, Joining]
        );
        assert_eq!(
            order(true),
            [Removed, Down, Exiting, Leaving, ReadyForShutdown, PreparingForShutdown, Up, WeaklyUp, Joining]
        );
    }

    /// REP-90: every allowed transition goes up in the order of life.
    #[test]
    fn no_transition_goes_down_in_the_order_of_life() {
        for from in MemberStatus::ALL {
            for to in MemberStatus::ALL.into_iter().filter(|&to| from.may_become(to)) {
                assert!(from.merge_order(to, true).is_le(), "{from} to {to}");
            }
        }
    }

    /// MDL-31
    #[test]
    fn up_leads_before_weakly_up_before_joining_before_exiting_before_down() {
        let mut list = [Down, Joining, Up, Exiting, WeaklyUp];
        list.sort_by_key(|status| status.leadership_rank());
        assert_eq!(list, [Up, WeaklyUp, Joining, Exiting, Down]);
        assert_eq!(Leaving.leadership_rank(), Up.leadership_rank());
    }
}
