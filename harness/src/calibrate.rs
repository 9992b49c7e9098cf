//! How close runs come to the bounds of L1 to L11, over many drawn cases.
//!
//! ```
//! use quorate_harness::calibrate::calibrate;
//! use quorate_harness::draw::{Draws, Profile};
//! use quorate_harness::run::Options;
//!
//! let calibration = calibrate(Draws::Only(Profile::Quiet), 1..=8, &Options::default(), 1);
//! let agreement = calibration.rows.iter().find(|row| row.id == "L1").expect("L1 has a row");
//! assert!(agreement.judged > 0 && agreement.most < 1.0);
//! ```
//!
//! What is measured is what was needed as a part of what the invariant allows, so that 1 is the bound: of L1 to L8 the time, of L10
//! the marks of a run, of L11 the messages. L9 allows nothing at all, and is only counted.

use std::ops::RangeInclusive;

use crate::draw::{CaseId, Draws, draw};
use crate::judge::{Closeness, INVARIANTS, Judged};
use crate::run::{Options, run};
use crate::side_by_side::side_by_side;

/// How close runs came to the bounds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Calibration {
    /// How many cases were run.
    pub runs: u64,
    /// How many inputs nodes handled in them.
    pub events: u64,
    /// Those that failed, or could not be run.
    pub failed: Vec<CaseId>,
    /// By invariant, from L1 to L11.
    pub rows: Vec<Row>,
}

/// How close runs came to one bound.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The name of the invariant.
    pub id: &'static str,
    /// How often it was judged.
    pub judged: u64,
    /// How often that gave a number.
    pub measured: u64,
    /// Half of the measurements are no more than this.
    pub median: f64,
    /// All but one in a thousand are.
    pub p999: f64,
    /// All but one in ten thousand are.
    pub p9999: f64,
    /// All are.
    pub most: f64,
    /// The case with that; the first of several.
    pub most_in: Option<CaseId>,
}

/// What is asked how close runs come to it.
const BOUNDED: [&str; 11] = ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11"];

struct Run {
    id: CaseId,
    failed: bool,
    events: u64,
    judged: Vec<Judged>,
    closeness: Vec<Closeness>,
}

/// Runs the cases of these seeds on so many threads, and measures.
#[must_use]
pub fn calibrate(draws: Draws, seeds: RangeInclusive<u64>, options: &Options, jobs: usize) -> Calibration {
    let options = Options { measures: true, bare: true, pass_over: true, ..options.clone() };
    let runs = side_by_side(seeds, jobs, |seed| run_one(draws.case(seed), &options));
    Calibration {
        runs: runs.len() as u64,
        events: runs.iter().map(|run| run.events).sum(),
        failed: runs.iter().filter(|run| run.failed).map(|run| run.id).collect(),
        rows: BOUNDED.iter().filter_map(|id| row(id, &runs)).collect(),
    }
}

fn run_one(id: CaseId, options: &Options) -> Run {
    match run(&draw(id), options) {
        Ok(report) => {
            let failed = !report.passed();
            let outcomes = report.outcomes;
            let is_bounded = |judged: &Judged| BOUNDED.contains(&judged.id);
            let judged = outcomes.judged.into_iter().filter(is_bounded).collect();
            Run { id, failed, events: outcomes.events, judged, closeness: outcomes.closeness }
        }
        Err(_) => Run { id, failed: true, events: 0, judged: Vec::new(), closeness: Vec::new() },
    }
}

fn row(id: &str, runs: &[Run]) -> Option<Row> {
    let id = INVARIANTS.iter().find(|invariant| invariant.id == id)?.id;
    let judged = runs.iter().flat_map(|run| &run.judged).filter(|judged| judged.id == id);
    let needed = |run: &Run| -> Vec<f64> {
        run.closeness.iter().filter(|close| close.id == id).map(|close| close.needed).collect()
    };
    let mut all: Vec<f64> = runs.iter().flat_map(needed).collect();
    all.sort_by(f64::total_cmp);
    let most = all.last().copied().unwrap_or(0.0);
    let most_in = runs.iter().find(|run| !all.is_empty() && needed(run).contains(&most)).map(|run| run.id);
    Some(Row {
        id,
        judged: judged.map(|judged| judged.judged).sum(),
        measured: all.len() as u64,
        median: quantile(&all, 1, 2),
        p999: quantile(&all, 999, 1000),
        p9999: quantile(&all, 9999, 10_000),
        most,
        most_in,
    })
}

/// The least of ascending values that so many of all do not exceed.
fn quantile(ascending: &[f64], part: usize, of: usize) -> f64 {
    let place = (ascending.len() * part).div_ceil(of);
    ascending.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Profile;

    #[test]
    fn a_quantile_is_the_least_value_that_so_many_do_not_exceed() {
        let values: Vec<f64> = (1..=1000).map(f64::from).collect();
        let all = [(1, 2), (999, 1000), (9999, 10_000)].map(|(part, of)| quantile(&values, part, of) as u64);
        assert_eq!(all, [500, 999, 1000]);
        assert_eq!([quantile(&[3.0], 1, 2), quantile(&[], 1, 2)].map(|value| value as u64), [3, 0]);
    }

    /// L1 to L11: the same whatever the number of threads, and without measuring the same runs.
    #[test]
    fn what_is_measured_does_not_depend_on_the_threads_nor_the_run_on_being_measured() {
        let draws = Draws::Only(Profile::Quiet);
        let calibrated = |jobs| calibrate(draws, 1..=20, &Options::default(), jobs);
        let alone = calibrated(1);
        assert_eq!(calibrated(2), alone);
        assert!(alone.failed.is_empty());
        let measured = |id: &str| alone.rows.iter().find(|row| row.id == id).map(|row| row.measured);
        assert!(measured("L1") > Some(10) && measured("L4") > Some(0) && measured("L11") > Some(10));
        let plain = Options { bare: true, pass_over: true, ..Options::default() };
        for seed in 1..=5 {
            let case = draw(draws.case(seed));
            let outcomes = |options: &Options| run(&case, options).unwrap().outcomes;
            let (judged, too) = (outcomes(&plain), outcomes(&Options { measures: true, ..plain.clone() }));
            assert_eq!((judged.digest, judged.judged), (too.digest, too.judged));
            assert!(judged.closeness.is_empty() && !too.closeness.is_empty());
        }
    }

    /// L5: what takes longer is measured as longer.
    #[test]
    fn slow_links_come_closer_to_the_bound() {
        let most = |delay: &str| {
            let text = format!(
                "qcase 1\nnodes n 8\nseeds n1\nlink * delay {delay}\nat 0s start all\nat 40s leave n8\nat 2m end\n"
            );
            let case = crate::case::parse("test.qcase", &text, &crate::settings::Settings).unwrap();
            let measuring = Options { measures: true, ..Options::default() };
            let closeness = run(&case, &measuring).unwrap().outcomes.closeness;
            let needed = closeness.iter().filter(|close| close.id == "L5").map(|close| close.needed);
            needed.fold(0.0, f64::max)
        };
        let (near, far) = (most("1ms"), most("300ms"));
        assert!(0.0 < near && near < far && far < 1.0, "{near} {far}");
    }
}
