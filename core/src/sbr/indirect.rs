//! Nodes that some members reach and others do not.

use alloc::vec;
use alloc::vec::Vec;

use super::selection::is_downable;
use super::situation::{Link, Situation};
use super::strategy::Strategy;
use crate::repairs::Repairs;

/// SBR-33: the indirectly connected nodes among those of some records, by the rule that found them.
///
/// SBR-34: nodes are found, not links, so a healthy node beside a sick one is found with it.
pub(super) struct Indirect {
    /// Observer of one record and subject of another.
    cycle: Vec<bool>,
    /// Observer or subject of a record whose subject has seen the present gossip.
    seen: Vec<bool>,
}

impl Indirect {
    /// SBR-33, SBR-35: a clean cut and a crash leave observers on one side and subjects on the other, hence nobody.
    pub(super) fn among(records: &[Link], has_seen: &[bool]) -> Self {
        let mut observers = vec![false; has_seen.len()];
        let mut cycle = vec![false; has_seen.len()];
        let mut seen = vec![false; has_seen.len()];
        records.iter().for_each(|&(observer, _)| observers[observer as usize] = true);
        for &(observer, subject) in records {
            cycle[subject as usize] = observers[subject as usize];
            if has_seen[subject as usize] {
                seen[observer as usize] = true;
                seen[subject as usize] = true;
            }
        }
        Self { cycle, seen }
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.cycle[number as usize] || self.seen[number as usize]
    }

    /// By the first rule, and by the second.
    pub(super) fn by_rule(&self) -> [&[bool]; 2] {
        [&self.cycle, &self.seen]
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.cycle.iter().chain(&self.seen).any(|is_in| *is_in)
    }

    /// Whether one rule found both ends of a record.
    fn explains(&self, (observer, subject): Link) -> bool {
        let both = |found: &[bool]| found[observer as usize] && found[subject as usize];
        both(&self.cycle) || both(&self.seen)
    }
}

impl Situation<'_> {
    /// SBR-52: the situation that is left when what the indirectly connected nodes say of each other is set aside. SBR-53:
    /// they stay in it, reachable unless a record that is left names them. SBR-54: `None` when nobody but them is
    /// unreachable; then no strategy is asked about the rest.
    ///
    /// REP-110 (`gone_observers`): what a node said that is gone itself is set aside too. REP-112: here only. Without it in the
    /// first pass both ends of a broken link would stay, each on its own. REP-113: what that saves. REP-114: lease-majority passes
    /// here as all others do.
    pub(super) fn without_indirect(&self, strategy: &Strategy, repairs: &Repairs) -> Option<Self> {
        let gone = if repairs.gone_observers { self.gone() } else { vec![false; self.numbers().len()] };
        let is_indirect = |node| self.indirect().contains(node);
        let is_another_unreachable =
            self.numbers().any(|node| self.is_unreachable(node) && !is_indirect(node));
        if !(is_another_unreachable || self.oldest_may_be_gone(strategy, &gone)) {
            return None;
        }
        let left = self.records().iter().copied();
        Some(self.with_records(left.filter(|&link| self.is_left(link) && !gone[link.0 as usize]).collect()))
    }

    /// REP-115: under keep-oldest that stays alone, whether some indirectly connected node is gone: if that is the oldest, nobody
    /// would miss it without the second pass.
    fn oldest_may_be_gone(&self, strategy: &Strategy, gone: &[bool]) -> bool {
        matches!(strategy, Strategy::KeepOldest { down_if_alone: false, .. })
            && self.numbers().any(|node| self.indirect().contains(node) && gone[node as usize])
    }

    /// SBR-52: whether a record still counts in the second pass. What members on their way out say, or is said of them,
    /// does not.
    fn is_left(&self, link: Link) -> bool {
        let is_downable = |number| self.member(number).is_some_and(|member| is_downable(member.status()));
        is_downable(link.0) && is_downable(link.1) && !self.indirect().explains(link)
    }

    /// REP-110: of each node, whether it has not seen the present gossip and somebody who has seen it cannot reach it.
    fn gone(&self) -> Vec<bool> {
        let mut gone = vec![false; self.numbers().len()];
        for &(observer, subject) in self.records() {
            gone[subject as usize] |= self.has_seen(observer) && !self.has_seen(subject);
        }
        gone
    }
}

#[cfg(test)]
#[path = "indirect_tests.rs"]
mod tests;
