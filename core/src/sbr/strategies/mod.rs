//! The strategies: from a situation to a decision.

mod keep_majority;
mod keep_oldest;
mod lease_majority;
pub(super) mod static_quorum;
mod worst_case;

use serde::{Deserialize, Serialize};

use super::decision::{Decision, Reason};
use super::selection::Selection;
use super::sides::{Count, Order, Sides};
use super::situation::Situation;
use super::strategy::Strategy;
use crate::repairs::Repairs;

/// A decision and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) decision: Decision,
    pub(super) reason: Reason,
    pub(super) sides: Sides,
    pub(super) second_check: Option<SecondCheck>,
}

/// SBR-44: what a side that would stay finds when it counts itself as small, and the others as large, as they could be in
/// their own view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecondCheck {
    /// The sides as counted for it.
    pub sides: Sides,
    /// What follows from that count alone.
    pub reason: Reason,
    /// Whether the side would stay after that count as well. If not, everybody goes down.
    pub is_passed: bool,
}

impl Situation<'_> {
    /// SBR-37: what a strategy decides. The same situation, strategy and repairs always give the same verdict (SBR-1).
    pub(super) fn decide(&self, strategy: &Strategy, repairs: &Repairs) -> Verdict {
        let role = strategy.role();
        match strategy {
            Strategy::StaticQuorum { quorum_size, .. } => self.static_quorum(*quorum_size, role, repairs),
            Strategy::KeepMajority { .. } => self.keep_majority(role, repairs),
            Strategy::KeepOldest { down_if_alone, .. } => self.keep_oldest(*down_if_alone, role, repairs),
            Strategy::DownAll => self.down_all(),
            Strategy::LeaseMajority { minority_delay, .. } => {
                self.lease_majority(role, *minority_delay, repairs)
            }
        }
    }

    /// SBR-49
    fn down_all(&self) -> Verdict {
        let sides = self.count(Count::of(Selection::COUNTED, None, Order::Address));
        Verdict::plain(Decision::DownAll, Reason::Always, sides)
    }
}

impl Verdict {
    pub(super) const fn plain(decision: Decision, reason: Reason, sides: Sides) -> Self {
        Self { decision, reason, sides, second_check: None }
    }

    /// SBR-44: a side that would stay looks twice; one that goes down anyway does not.
    fn checked(reason: Reason, sides: Sides, check: impl FnOnce() -> (Reason, Sides)) -> Self {
        if !lets_this_side_stay(&reason) {
            return Self::plain(Decision::DownReachable, reason, sides);
        }
        let (check_reason, check_sides) = check();
        let is_passed = lets_this_side_stay(&check_reason);
        let decision = if is_passed { Decision::DownUnreachable } else { Decision::DownAll };
        let second_check = SecondCheck { sides: check_sides, reason: check_reason, is_passed };
        Self { decision, reason, sides, second_check: Some(second_check) }
    }
}

/// REP-123: whom keep-majority and keep-oldest count first of all.
const fn counted(repairs: &Repairs) -> Selection {
    Selection { never_up_is_joining: repairs.worst_case_check, ..Selection::COUNTED }
}

/// Whether a count of sides speaks for this one.
const fn lets_this_side_stay(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Quorum
            | Reason::Majority
            | Reason::TieWon
            | Reason::OldestReachable
            | Reason::OldestAloneUnreachable
    )
}

#[cfg(test)]
#[path = "strategies_tests.rs"]
mod tests;
