//! What became of a campaign.

use std::path::PathBuf;
use std::time::Duration;

use super::plan::Plan;
use super::tally::Tally;
use super::work::{Class, Failure};
use crate::shrink::Shrunk;

/// A failure that differs from all others of the campaign.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// The one of the least id.
    pub failure: Failure,
    /// Where its case is kept.
    pub file: PathBuf,
    /// How many runs failed like this, and count like this.
    pub runs: u64,
    /// What its case was shrunk to, and where that is kept; `None` while that was not done.
    pub shrunk: Option<(Shrunk, PathBuf)>,
}

/// What became of a campaign.
#[derive(Clone, Debug)]
pub struct Summary {
    /// In numbers.
    pub tally: Tally,
    /// All distinct failures, by signature and by how they count.
    pub failures: Vec<Distinct>,
    /// How many drawn cases could not be run, and why the first of them could not.
    pub not_applicable: (u64, Option<String>),
    /// How long it took.
    pub wall: Duration,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl Summary {
    /// How many runs failed in a way that counts.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.runs_of(|class| *class == Class::Violation)
    }

    /// How many runs were not the same again.
    #[must_use]
    pub fn not_deterministic(&self) -> u64 {
        self.runs_of(|class| *class == Class::NotDeterministic)
    }

    /// How many inputs nodes handled in a second of one job.
    #[must_use]
    pub fn events_per_second_per_core(&self, plan: &Plan) -> f64 {
        let seconds = self.wall.as_secs_f64() * plan.jobs.get() as f64;
        if seconds > 0.0 { self.tally.events as f64 / seconds } else { 0.0 }
    }

    fn runs_of(&self, is: impl Fn(&Class) -> bool) -> u64 {
        self.failures
            .iter()
            .filter(|distinct| is(&distinct.failure.class))
            .map(|distinct| distinct.runs)
            .sum()
    }
}
