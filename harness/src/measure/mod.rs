//! A case over many seeds, and what its runs measure: median, 99 %, worst.
//!
//! ```
//! use quorate_harness::case::parse;
//! use quorate_harness::measure::{Metric, measure};
//! use quorate_harness::run::Options;
//! use quorate_harness::settings::Settings;
//!
//! let text = "qcase 1\nnodes a b c\nseeds a\nat 0s start all\nat 20s crash c\nat 1m end\n";
//! let case = parse("doc.qcase", text, &Settings)?;
//! let measured = measure(&case, &Options::default(), 1..=4, 2)?;
//! let converged = measured.metric(Metric::Converged).expect("three nodes find each other");
//! assert_eq!(converged.samples, 4);
//! assert!(converged.median > 0.0 && converged.worst < 20.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! All times are virtual. Nothing is judged meanwhile: a campaign does that. Runs go on side by side on several threads,
//! and what they measure does not depend on how many there are.

mod incident;
mod meter;
mod numbers;

use std::ops::RangeInclusive;

pub use numbers::{Metric, Summary};

use crate::case::Case;
use crate::run::{NotRunnable, Options};
use crate::side_by_side::side_by_side;
pub(crate) use meter::Meter;
use numbers::Sample;

/// What the runs of a case measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// How many runs there were.
    pub runs: u64,
    /// The seeds of runs in which a question was answered with no, or the world itself went wrong.
    pub failed: Vec<u64>,
    /// What was measured, in the order of [`Metric`]; what no run could measure is left out.
    pub metrics: Vec<Summary>,
    /// Each measurement, ascending within its metric.
    values: Vec<(Metric, f64)>,
}

impl Measured {
    /// All measurements of one thing, ascending.
    pub fn values(&self, metric: Metric) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().filter(move |(of, _)| *of == metric).map(|(_, value)| *value)
    }

    /// What was measured of one thing.
    #[must_use]
    pub fn metric(&self, metric: Metric) -> Option<&Summary> {
        self.metrics.iter().find(|summary| summary.metric == metric)
    }
}

/// One run.
struct Run {
    seed: u64,
    failed: bool,
    samples: Vec<Sample>,
}

/// Runs a case with each of these seeds, on so many threads.
///
/// # Errors
/// A case that can't be run, with the smallest seed with which it can't.
pub fn measure(
    case: &Case,
    options: &Options,
    seeds: RangeInclusive<u64>,
    jobs: usize,
) -> Result<Measured, NotRunnable> {
    let runs = side_by_side(seeds, jobs, |seed| run_one(case, options, seed).map_err(|why| (seed, why)));
    let runs = runs.into_iter().collect::<Result<Vec<Run>, _>>().map_err(|(_, why)| why)?;
    Ok(Measured {
        runs: runs.len() as u64,
        failed: runs.iter().filter(|run| run.failed).map(|run| run.seed).collect(),
        values: {
            let all = runs.iter().flat_map(|run| &run.samples);
            let mut values: Vec<(Metric, f64)> =
                all.filter_map(|Sample(of, value)| Some((*of, (*value)?))).collect();
            values.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
            values
        },
        metrics: numbers::summaries(runs.iter().flat_map(|run| &run.samples)),
    })
}

fn run_one(case: &Case, options: &Options, seed: u64) -> Result<Run, NotRunnable> {
    let options = Options { seed: Some(seed), bare: true, unjudged: true, ..options.clone() };
    let case = Case { seed, ..case.clone() };
    let meter = Meter::new(case.nodes.len());
    let (report, meter) = (options.rider.measure)(case, &options, meter)?;
    let outcomes = &report.outcomes;
    let failed = outcomes.fault.is_some() || !outcomes.unmet.is_empty();
    let samples = meter.samples(outcomes.ended_at, outcomes.node_seconds);
    Ok(Run { seed, failed, samples })
}

#[cfg(test)]
mod tests;
