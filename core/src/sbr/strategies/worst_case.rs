//! The second check when it assumes the worst of what other sides know (REP-120).

use super::super::decision::Reason;
use super::super::selection::Selection;
use super::super::sides::{First, Order, Sides};
use super::super::situation::Situation;
use crate::membership::Member;

/// Some members of one side.
#[derive(Clone, Copy, Default)]
struct Part<'a> {
    size: u32,
    /// The first of them in the order of the strategy.
    first: Option<&'a Member>,
}

/// What a side certainly counts, and what the other sides may count, of either side.
///
/// REP-122: what another side counts of itself is within `there_possible`. If both stood, each would be larger, or earlier
/// in order, than the other.
pub(super) struct WorstCase<'a> {
    order: Order,
    here_counted: Part<'a>,
    here_possible: Part<'a>,
    there_counted: Part<'a>,
    there_possible: Part<'a>,
}

impl<'a> Situation<'a> {
    /// REP-120, REP-124: the terms of the table, all with the role. REP-126: those beyond who have heard of their exit are counted by
    /// nobody; of those here the others may not know that they have.
    pub(super) fn worst_case(&self, counted: Selection, role: Option<&str>, order: Order) -> WorstCase<'a> {
        let possible = Selection { possibly_up: true, exiting: true, ..Selection::COUNTED };
        let mut terms = WorstCase {
            order,
            here_counted: Part::default(),
            here_possible: Part::default(),
            there_counted: Part::default(),
            there_possible: Part::default(),
        };
        for (member, is_unreachable) in self.members() {
            if !(possible.has(member) && role.is_none_or(|role| member.roles().contains(role))) {
                continue;
            }
            if is_unreachable && self.has_heard_of_its_exit(member) {
                continue;
            }
            let (part_counted, part_possible) = if is_unreachable {
                (&mut terms.there_counted, &mut terms.there_possible)
            } else {
                (&mut terms.here_counted, &mut terms.here_possible)
            };
            part_possible.add(member, order);
            if counted.has(member) {
                part_counted.add(member, order);
            }
        }
        terms
    }
}

impl<'a> Part<'a> {
    fn add(&mut self, member: &'a Member, order: Order) {
        self.size += 1;
        if self.first.is_none_or(|first| order.overtakes(member, first)) {
            self.first = Some(member);
        }
    }
}

impl WorstCase<'_> {
    /// REP-120, static-quorum: nobody else can have the quorum.
    pub(super) fn quorum(&self, quorum_size: u32) -> (Reason, Sides) {
        let reason =
            if self.there_possible.size < quorum_size { Reason::Quorum } else { Reason::QuorumBeyond };
        (reason, self.sides(self.earliest()))
    }

    /// REP-120, keep-majority.
    pub(super) fn majority(&self) -> (Reason, Sides) {
        let (here, there) = (self.here_counted.size, self.there_possible.size);
        let reason = match here.cmp(&there) {
            _ if here == 0 => Reason::NobodyCounts,
            core::cmp::Ordering::Greater => Reason::Majority,
            core::cmp::Ordering::Less => Reason::Minority,
            core::cmp::Ordering::Equal if self.is_before(self.here_counted, self.there_possible) => {
                Reason::TieWon
            }
            core::cmp::Ordering::Equal => Reason::TieLost,
        };
        (reason, self.sides(self.earliest()))
    }

    /// REP-120, keep-oldest: for every place at which the oldest can be.
    pub(super) fn oldest(&self, down_if_alone: bool) -> (Reason, Sides) {
        if self.here_counted.size == 0 {
            return (Reason::NobodyCounts, self.sides(self.earliest()));
        }
        let is_surely_here =
            self.there_possible.size == 0 || self.is_before(self.here_counted, self.there_possible);
        let is_surely_there = self.is_before(self.there_counted, self.here_possible);
        if !down_if_alone {
            let reason = if is_surely_here { Reason::OldestReachable } else { Reason::OldestUnreachable };
            return (reason, self.sides(self.earliest()));
        }
        let judged = |part: Part<'_>, is_reachable| {
            let sides = self.sides(part.first.map(|first| (first, is_reachable)));
            (super::keep_oldest::oldest(&sides, true), sides)
        };
        let here = (!is_surely_there).then(|| judged(self.here_possible, true));
        let there = (!is_surely_here).then(|| judged(self.there_possible, false));
        match (here, there) {
            (Some(here), Some(there)) if super::lets_this_side_stay(&here.0) => there,
            (Some(here), _) => here,
            (None, Some(there)) => there,
            // Not both: the counted of a side are among its possible ones.
            (None, None) => (Reason::NobodyCounts, self.sides(None)),
        }
    }

    /// Whether some members of this side come before all of some others. False when there are none here; true when there
    /// are none beyond.
    fn is_before(&self, one: Part<'_>, other: Part<'_>) -> bool {
        one.first.is_some_and(|one| other.first.is_none_or(|other| self.order.compare(one, other).is_lt()))
    }

    /// The first of all that this side counts of itself and others may count of themselves.
    fn earliest(&self) -> Option<(&Member, bool)> {
        if self.is_before(self.here_counted, self.there_possible) {
            self.here_counted.first.map(|first| (first, true))
        } else {
            self.there_possible.first.map(|first| (first, false))
        }
    }

    fn sides(&self, first: Option<(&Member, bool)>) -> Sides {
        let first =
            first.map(|(member, is_reachable)| First { node: member.unique_address().clone(), is_reachable });
        Sides { reachable: self.here_counted.size, unreachable: self.there_possible.size, first }
    }
}

#[cfg(test)]
#[path = "worst_case_tests.rs"]
mod tests;
