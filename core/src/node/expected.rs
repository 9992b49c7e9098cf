//! Deadlines for the first answers of those who were asked (HB-16, XDC-17).

use alloc::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::timers::Timer;
use crate::membership::UniqueAddress;
use crate::time::Instant;

/// Who should have answered by when, in the order of the deadlines; one node may be in it more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expected(VecDeque<(Instant, UniqueAddress)>);

impl Expected {
    /// All deadlines are equally long, so a later one is due later.
    pub(super) fn push(&mut self, at: Instant, node: &UniqueAddress) {
        debug_assert!(self.0.back().is_none_or(|(last, _)| *last <= at));
        self.0.push_back((at, node.clone()));
    }

    /// Takes one whose deadline has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<UniqueAddress> {
        let is_due = self.0.front().is_some_and(|(at, _)| *at <= now);
        is_due.then(|| self.0.pop_front()).flatten().map(|(_, node)| node)
    }

    /// Keeps the timer at the least deadline.
    pub(super) fn arm(&self, timer: Timer, base: &mut Base) {
        match self.0.front() {
            Some((at, _)) => base.timers.arm(timer, *at),
            None => base.timers.disarm(timer),
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
