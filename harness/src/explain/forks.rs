//! Forks of a run, each with a future of its own.

use std::sync::Arc;

use quorate::internals::mix;

use crate::case::Case;
use crate::failure::Signature;
use crate::run::{Played, Player, Rides};
use crate::side_by_side::{jobs_or_all, side_by_side};

/// How many forks failed, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many failed in the same way.
    pub failed: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    /// In a hundred, rounded.
    #[must_use]
    pub const fn percent(self) -> i64 {
        if self.of == 0 { 0 } else { ((self.failed * 200 + self.of) / (self.of * 2)).cast_signed() }
    }
}

/// Makes forks and counts those that fail.
pub(super) struct Forks<'a> {
    signature: &'a Signature,
    seed: u64,
    count: u64,
    events_most: u64,
    pub(super) runs: u64,
    pub(super) events: u64,
}

impl<'a> Forks<'a> {
    pub(super) const fn new(signature: &'a Signature, seed: u64, count: u64, events_most: u64) -> Self {
        Self { signature, seed, count, events_most, runs: 0, events: 0 }
    }

    /// Whether they have had as many events as they may. Counted, not timed: it is the same on every machine.
    pub(super) const fn are_used_up(&self) -> bool {
        self.events >= self.events_most
    }

    /// What is certain.
    pub(super) const fn certain(&self) -> Share {
        Share { failed: self.count, of: self.count }
    }

    /// How many futures of a run fail that go on with a case. Each has a seed of its own, the same at every point.
    pub(super) fn of<A: Rides>(&mut self, player: &Player<A>, case: &Arc<Case>) -> Share {
        let (signature, seed, count) = (self.signature, self.seed, self.count);
        let future = |number: u64| {
            let mut fork = player.clone();
            fork.turn_to(case.clone());
            fork.reseed(mix(seed, number + 1));
            let before = fork.events();
            // A future in which the rest of the case does not apply is one in which nothing fails.
            let Ok(Played { report, .. }) = fork.play() else { return (0, 0) };
            let outcomes = report.outcomes;
            let fails = outcomes.signature.is_some_and(|found| found.what() == signature.what());
            (u64::from(fails), outcomes.events.saturating_sub(before))
        };
        let jobs = jobs_or_all(None).get();
        let futures = if count == 0 { Vec::new() } else { side_by_side(0..=count - 1, jobs, future) };
        let failed = futures.iter().map(|(fails, _)| fails).sum();
        self.events += futures.iter().map(|(_, events)| events).sum::<u64>();
        self.runs += count;
        Share { failed, of: count }
    }
}
