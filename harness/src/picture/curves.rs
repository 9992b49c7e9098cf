//! PIC-5: what charts are made of: the runs of a case, or of many drawn ones.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::chart::{Axis, Chart, Line};
use crate::case::{Case, NodeName};
use crate::draw::{Draws, draw};
use crate::measure::{Measured, Metric, measure};
use crate::run::{GOALS, NotRunnable, Options, Reached, run};
use crate::side_by_side::{side_by_side, side_by_side_of};
use crate::sweep::{Mutant, Search, search};

/// PIC-5: how long a cluster of each of these sizes takes until all see all Up. The nodes of the case are replaced by so
/// many, `n1` and on.
///
/// # Errors
/// A case that can't be run with one of these sizes.
pub fn convergence(
    case: &Case,
    sizes: &[u32],
    seeds: &RangeInclusive<u64>,
    jobs: usize,
) -> Result<Chart, NotRunnable> {
    let mut measured: Vec<(f64, Measured)> = Vec::new();
    for size in sizes {
        let nodes = (1..=*size).filter_map(|n| NodeName::new(&format!("n{n}")).ok()).collect();
        let case = Case { nodes, ..case.clone() };
        measured.push((f64::from(*size), measure(&case, &Options::default(), seeds.clone(), jobs)?));
    }
    let line = |name: &str, of: fn(&crate::measure::Summary) -> f64| Line {
        name: name.into(),
        points: measured
            .iter()
            .filter_map(|(size, measured)| Some((*size, of(measured.metric(Metric::Converged)?))))
            .collect(),
        is_steps: false,
    };
    let lines = vec![line("median", |s| s.median), line("99 %", |s| s.p99), line("worst", |s| s.worst)];
    let size = |pick: fn(f64, f64) -> f64| measured.iter().map(|(size, _)| *size).reduce(pick).unwrap_or(1.0);
    Ok(Chart {
        title: "Until all nodes see all others Up".into(),
        subtitle: format!("{}; {} seeds for each size", named(case), count(seeds)),
        x: Axis::logarithmic("nodes that start", size(f64::min), size(f64::max)),
        y: Axis::from_zero("seconds", highest(&lines)),
        lines,
    })
}

/// PIC-5: within what time of a crash how many of the runs have noticed.
///
/// # Errors
/// A case that can't be run.
pub fn detection(case: &Case, seeds: &RangeInclusive<u64>, jobs: usize) -> Result<Chart, NotRunnable> {
    let measured = measure(case, &Options::default(), seeds.clone(), jobs)?;
    let share = |(metric, name): (Metric, &str)| {
        let values: Vec<f64> = measured.values(metric).collect();
        let all = values.len() as f64;
        let points = (1..).zip(&values).map(|(n, value)| (*value, 100.0 * f64::from(n) / all));
        let points: Vec<_> = [(0.0, 0.0)].into_iter().chain(points).collect();
        (points.len() > 1).then(|| Line { name: name.into(), points, is_steps: true })
    };
    let metrics = [
        (Metric::FirstMark, "first node to mark it"),
        (Metric::AllMarks, "all its observers"),
        (Metric::Removed, "removed"),
    ];
    let lines: Vec<Line> = metrics.into_iter().filter_map(share).collect();
    let latest = lines.iter().flat_map(|line| &line.points).map(|point| point.0).fold(1.0, f64::max);
    Ok(Chart {
        title: "How soon a crash is noticed".into(),
        subtitle: format!("{}; {} seeds", named(case), count(seeds)),
        x: Axis::from_zero("seconds after the crash", libm::ceil(latest)),
        y: Axis::from_zero("% of runs", 100.0),
        lines,
    })
}

/// PIC-5: how much of what a campaign should meet it has met after so many drawn cases: goals (INV-4), and invariants that
/// were judged at least once.
///
/// # Errors
/// A drawn case that can't be run.
pub fn coverage(draws: Draws, cases: u64, jobs: usize) -> Result<Chart, NotRunnable> {
    let options = Options { bare: true, pass_over: true, ..Options::default() };
    let runs = side_by_side(1..=cases, jobs, |seed| {
        let outcomes = run(&draw(draws.case(seed)), &options)?.outcomes;
        let judged = outcomes.judged.iter().filter(|judged| judged.judged > 0).map(|judged| judged.id);
        Ok((outcomes.goals, judged.collect::<Vec<_>>(), outcomes.judged.len()))
    });
    let (mut reached, mut judged) = (Reached::default(), BTreeSet::new());
    let mut lines = [("goals met", Vec::new()), ("invariants judged", Vec::new())];
    for (place, run) in (1..).zip(runs) {
        let (goals, ids, all) = run?;
        reached.add(goals);
        judged.extend(ids);
        let met = GOALS.len() - reached.missed().count();
        lines[0].1.push((f64::from(place), 100.0 * met as f64 / GOALS.len() as f64));
        lines[1].1.push((f64::from(place), 100.0 * judged.len() as f64 / all.max(1) as f64));
    }
    let line = |(name, points): (&str, Vec<_>)| Line { name: name.into(), points, is_steps: true };
    Ok(Chart {
        title: "What a campaign has met".into(),
        subtitle: format!("cases {} to {}", draws.case(1), draws.case(cases)),
        x: Axis::logarithmic("drawn cases", 1.0, cases as f64),
        y: Axis::from_zero("% of all", 100.0),
        lines: lines.into_iter().map(line).collect(),
    })
}

/// PIC-5: how many of these wrong cores are caught within so many drawn cases.
#[must_use]
pub fn kills(mutants: &[Mutant], draws: Draws, cases: u64, jobs: usize) -> Chart {
    // One thread each: so the first case that catches it is the first by number.
    let how =
        Search { draws, jobs: NonZeroUsize::MIN, catches_max: 1, cases_max: cases, time_max: Duration::MAX };
    let firsts =
        side_by_side_of(mutants, jobs, |mutant| search(*mutant, &how, &AtomicBool::new(false)).first);
    let mut firsts: Vec<u64> = firsts.into_iter().flatten().map(|(runs, _)| runs).collect();
    firsts.sort_unstable();
    let all = mutants.len().max(1) as f64;
    let caught = (1..).zip(&firsts).map(|(n, runs)| (*runs as f64, 100.0 * f64::from(n) / all));
    let last = 100.0 * firsts.len() as f64 / all;
    let points = [(1.0, 0.0)].into_iter().chain(caught).chain([(cases as f64, last)]).collect();
    Chart {
        title: format!("Of {} wrong cores, {} are caught", mutants.len(), firsts.len()),
        subtitle: format!(
            "cases {} to {}, each core until its first catch",
            draws.case(1),
            draws.case(cases)
        ),
        x: Axis::logarithmic("drawn cases", 1.0, cases as f64),
        y: Axis::from_zero("% of wrong cores", 100.0),
        lines: vec![Line { name: "caught".into(), points, is_steps: true }],
    }
}

fn named(case: &Case) -> &str {
    if case.name.is_empty() { "one case" } else { &case.name }
}

fn count(seeds: &RangeInclusive<u64>) -> u64 {
    seeds.end().saturating_sub(*seeds.start()).saturating_add(1)
}

fn highest(lines: &[Line]) -> f64 {
    let highest = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    libm::ceil(highest.max(1.0))
}
