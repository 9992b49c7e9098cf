//! `quorate calibrate`: how close runs come to the bounds of what must happen in time.

use std::io;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

use serde::Serialize;

use super::Status;
use super::input::{parse_jobs, parse_settings};
use super::measure::parse_seeds;
use super::page::Page;
use crate::calibrate::{Calibration, Row, calibrate as calibrate_cases};
use crate::draw::{Draws, Profile};
use crate::run::Options;
use crate::side_by_side::jobs_or_all;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What cases are drawn from: quiet, lan, wan, churn, partitions, hostile, or all of them.
    #[arg(long, default_value_t = Draws::Only(Profile::Quiet), value_parser = str::parse::<Draws>)]
    profile: Draws,
    /// The seeds, both ends included.
    #[arg(long, value_name = "A..B", default_value = "1..1000", value_parser = parse_seeds)]
    seeds: RangeInclusive<u64>,
    /// Set something for all nodes, over what cases set; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// How many threads to use; all that there are without it. The result is the same.
    #[arg(long, value_name = "COUNT", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,
}

#[derive(Serialize)]
struct CalibrationObject {
    profile: String,
    seeds: [u64; 2],
    runs: u64,
    events: u64,
    /// Cases that failed or could not be run.
    failed: Vec<String>,
    bounds: Vec<BoundObject>,
}

#[derive(Serialize)]
struct BoundObject {
    invariant: &'static str,
    judged: u64,
    measured: u64,
    median: f64,
    p999: f64,
    p9999: f64,
    most: f64,
    most_in: Option<String>,
}

/// Runs drawn cases and prints, of each bound, how close they came to it. Exits with 1 if one failed.
pub(super) fn calibrate(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let set = match parse_settings(&arguments.set) {
        Ok(set) => set,
        Err(error) => {
            page.complain(format_args!("error: {error}"))?;
            return Ok(Status::Unusable);
        }
    };
    let jobs = jobs_or_all(arguments.jobs).get();
    let options = Options { set, rider: page.rider, ..Options::default() };
    let calibration = calibrate_cases(arguments.profile, arguments.seeds.clone(), &options, jobs);
    let status = if calibration.failed.is_empty() { Status::Held } else { Status::Failed };
    if page.json {
        page.object(&object(arguments, &calibration))?;
        return Ok(status);
    }
    let (from, to) = (arguments.seeds.start(), arguments.seeds.end());
    let Calibration { runs, events, .. } = calibration;
    page.aside(format_args!(
        "profile {}, seeds {from} to {to}: {runs} runs, {events} events; what was needed of what is allowed\n",
        arguments.profile
    ))?;
    page.line("| bound | judged | measured | median | 99.9 % | 99.99 % | most | in |")?;
    page.line("|---|---|---|---|---|---|---|---|")?;
    for row in &calibration.rows {
        page.line(line(row))?;
    }
    if let Some(first) = calibration.failed.first() {
        let count = calibration.failed.len();
        page.line(format_args!("\n{count} cases failed or could not be run, the first is {first}"))?;
    }
    Ok(status)
}

fn line(row: &Row) -> String {
    let Row { id, judged, measured, median, p999, p9999, most, most_in, .. } = row;
    match most_in {
        Some(case) => format!(
            "| {id} | {judged} | {measured} | {median:.3} | {p999:.3} | {p9999:.3} | {most:.3} | {case} |"
        ),
        None => format!("| {id} | {judged} | 0 | - | - | - | - | - |"),
    }
}

fn object(arguments: &Arguments, calibration: &Calibration) -> CalibrationObject {
    let bound = |row: &Row| {
        let Row { id, judged, measured, median, p999, p9999, most, most_in, .. } = *row;
        let most_in = most_in.map(|case| case.to_string());
        BoundObject { invariant: id, judged, measured, median, p999, p9999, most, most_in }
    };
    CalibrationObject {
        profile: arguments.profile.to_string(),
        seeds: [*arguments.seeds.start(), *arguments.seeds.end()],
        runs: calibration.runs,
        events: calibration.events,
        failed: calibration.failed.iter().map(ToString::to_string).collect(),
        bounds: calibration.rows.iter().map(bound).collect(),
    }
}
