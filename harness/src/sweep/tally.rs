//! What a campaign has met so far, in numbers.

use crate::judge::{INVARIANTS, Judged};
use crate::run::{Outcomes, Reached};

/// How often one invariant was judged in a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgedIn {
    /// In how many runs it was asserted.
    pub asserted: u64,
    /// In how many runs it was judged at least once.
    pub runs: u64,
    /// How often in all.
    pub times: u64,
}

/// Numbers of all runs, or of those of one thread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// How many cases were run.
    pub runs: u64,
    /// RUN-3: how many of them were run a second time.
    pub runs_twice: u64,
    /// How many inputs nodes handled in them.
    pub events: u64,
    /// INV-5: of a campaign with a planted bug, how many runs failed in a way that has nothing to do with it.
    pub failed_anyway: u64,
    /// Simulated seconds, summed over running nodes.
    pub node_seconds: f64,
    /// By invariant, in the order of [`INVARIANTS`].
    pub judged: Vec<JudgedIn>,
    /// S2: in how many runs a node gave up another after a fault that is no clean partition.
    pub unclean: u64,
    /// S2: in how many of them two gave up each other, and both went on.
    pub unclean_splits: u64,
    /// INV-4: the goals that were reached.
    pub goals: Reached,
}

impl Tally {
    pub(super) fn run(&mut self, outcomes: &Outcomes) {
        self.runs += 1;
        self.events += outcomes.events;
        self.node_seconds += outcomes.node_seconds;
        self.unclean += u64::from(outcomes.unclean_splits.faced);
        self.unclean_splits += u64::from(outcomes.unclean_splits.split);
        self.goals.add(outcomes.goals);
        self.judged.resize_with(INVARIANTS.len(), JudgedIn::default);
        for (sum, Judged { judged, asserted, .. }) in self.judged.iter_mut().zip(&outcomes.judged) {
            sum.asserted += u64::from(*asserted);
            sum.runs += u64::from(*judged > 0);
            sum.times += judged;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.runs_twice += other.runs_twice;
        self.events += other.events;
        self.failed_anyway += other.failed_anyway;
        self.node_seconds += other.node_seconds;
        self.unclean += other.unclean;
        self.unclean_splits += other.unclean_splits;
        self.goals.add(other.goals);
        self.judged.resize_with(INVARIANTS.len(), JudgedIn::default);
        for (sum, one) in self.judged.iter_mut().zip(&other.judged) {
            sum.asserted += one.asserted;
            sum.runs += one.runs;
            sum.times += one.times;
        }
    }

    /// INV: each invariant, and how often it was judged.
    pub fn by_invariant(&self) -> impl Iterator<Item = (&'static str, &JudgedIn)> {
        INVARIANTS.iter().map(|invariant| invariant.id).zip(&self.judged)
    }

    /// INV: the invariants that were asserted and never judged.
    pub fn never_judged(&self) -> impl Iterator<Item = &'static str> {
        self.by_invariant().filter(|(_, judged)| judged.asserted > 0 && judged.runs == 0).map(|(id, _)| id)
    }
}
