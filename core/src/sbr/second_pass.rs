//! What is decided about when those are set aside that some members reach and others do not.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::LazyCell;

use super::indirect::Link;
use super::selection::is_downable;
use super::situation::Situation;
use super::strategy::Strategy;
use crate::repairs::Repairs;

impl Situation<'_> {
    /// SBR-52: the situation that is left when what the indirectly connected nodes say of each other is set aside. SBR-53:
    /// they stay in it, reachable unless a record that is left names them. SBR-54: `None` when nobody but them is
    /// unreachable; then no strategy is asked about the rest.
    ///
    /// REP-110 (`gone_observers`): what a node said that is gone itself is set aside too. REP-112: here only. Without it in the
    /// first pass both ends of a broken link would stay, each on its own. REP-113: what that saves. REP-114: lease-majority passes
    /// here as all others do.
    pub(super) fn without_indirect(&self, strategy: &Strategy, repairs: &Repairs) -> Option<Self> {
        // Seldom asked for.
        let gone = LazyCell::new(|| repairs.gone_observers.then(|| self.gone()));
        let is_gone = |node: u32| gone.as_ref().is_some_and(|gone| gone[node as usize]);
        let is_indirect = |node| self.indirect().contains(node);
        let is_another_unreachable =
            self.numbers().any(|node| self.is_unreachable(node) && !is_indirect(node));
        if !(is_another_unreachable || self.oldest_may_be_gone(strategy, is_gone)) {
            return None;
        }
        let left = self.records().iter().copied();
        Some(self.with_records(left.filter(|&link| self.is_left(link) && !is_gone(link.0)).collect()))
    }

    /// REP-115: under keep-oldest that stays alone, whether some indirectly connected node is gone: if that is the oldest, nobody
    /// would miss it without the second pass.
    fn oldest_may_be_gone(&self, strategy: &Strategy, is_gone: impl Fn(u32) -> bool) -> bool {
        matches!(strategy, Strategy::KeepOldest { down_if_alone: false, .. })
            && self.numbers().any(|node| self.indirect().contains(node) && is_gone(node))
    }

    /// SBR-52: whether a record still counts in the second pass. What members on their way out say, or is said of them,
    /// does not.
    fn is_left(&self, link: Link) -> bool {
        let is_downable = |number| self.member(number).is_some_and(|member| is_downable(member.status()));
        !self.indirect().explains(link) && is_downable(link.0) && is_downable(link.1)
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
#[path = "second_pass_tests.rs"]
mod tests;
