//! `quorate measure`: what the runs of a case measure, over seeds.

use std::io;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::Serialize;

use super::Status;
use super::input::{not_applicable, parse_jobs, parse_settings, read_case};
use super::page::Page;
use crate::case::{Link, parse};
use crate::measure::{Measured, Summary, measure as measure_case};
use crate::run::Options;
use crate::settings::Settings;
use crate::side_by_side::jobs_or_all;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The case file.
    file: PathBuf,
    /// The seeds, both ends included.
    #[arg(long, value_name = "A..B", default_value = "1..100", value_parser = parse_seeds)]
    seeds: RangeInclusive<u64>,
    /// Set something for all nodes, over what the case sets; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// What the links between all nodes do besides, as a case writes it: `delay 1ms..5ms`, `loss 10%`; may be given several
    /// times.
    #[arg(long = "link", value_name = "PROPERTY")]
    link: Vec<String>,
    /// How many threads to use; all that there are without it. The result is the same.
    #[arg(long, value_name = "COUNT", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,
}

pub(super) fn parse_seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let number =
        |text: &str| text.trim().parse::<u64>().map_err(|_| format!("`{text}` is no seed: a whole number"));
    let (from, to) = (number(from)?, number(to.trim_start_matches('='))?);
    if from > to { Err(format!("there is no seed from {from} to {to}")) } else { Ok(from..=to) }
}

/// What the links between all nodes do, as the statement `link` has it after the links.
fn parse_link(text: &str) -> Result<Vec<Link>, String> {
    if text.contains(['\n', '\r', '#']) {
        return Err(format!("error: --link takes one property of a link, not `{text}`"));
    }
    let case = parse("--link", &format!("qcase 1\nnodes a\nlink * {text}\n"), &Settings);
    case.map(|case| case.links).map_err(|errors| errors.render(false))
}

#[derive(Serialize)]
struct MeasuredObject<'a> {
    file: &'a str,
    seeds: [u64; 2],
    runs: u64,
    /// Seeds of runs in which a question was answered with no.
    failed: &'a [u64],
    metrics: Vec<MetricObject>,
}

#[derive(Serialize)]
struct MetricObject {
    name: &'static str,
    unit: &'static str,
    samples: u64,
    missed: u64,
    mean: f64,
    median: f64,
    p99: f64,
    worst: f64,
}

/// Measures a case, and prints a table of what came of it. Exits with 1 if a question of the case was answered with no.
pub(super) fn measure(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let name = arguments.file.display().to_string();
    let measured = match measured(page, arguments, &name) {
        Ok(measured) => measured,
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    let status = if measured.failed.is_empty() { Status::Held } else { Status::Failed };
    if page.json {
        let metrics = measured.metrics.iter().map(MetricObject::of).collect();
        let seeds = [*arguments.seeds.start(), *arguments.seeds.end()];
        let Measured { runs, failed, .. } = &measured;
        page.object(&MeasuredObject { file: &name, seeds, runs: *runs, failed, metrics })?;
        return Ok(status);
    }
    let (from, to) = (arguments.seeds.start(), arguments.seeds.end());
    page.aside(format_args!("{name}, seeds {from} to {to}:\n"))?;
    page.line(format_args!(
        "{:26} {:>10} {:>10} {:>10} {:>10}  {:24} {:>7} {:>6}",
        "", "mean", "median", "99 %", "worst", "unit", "samples", "missed"
    ))?;
    for Summary { metric, samples, missed, mean, median, p99, worst, .. } in &measured.metrics {
        page.line(format_args!(
            "{metric:26} {mean:>10.3} {median:>10.3} {p99:>10.3} {worst:>10.3}  {:24} {samples:>7} {missed:>6}",
            metric.unit()
        ))?;
    }
    if let Some(seed) = measured.failed.first() {
        let count = measured.failed.len();
        page.line(format_args!(
            "\nin {count} of {} runs a question was answered with no: --seed {seed:x}",
            measured.runs
        ))?;
    }
    Ok(status)
}

impl MetricObject {
    fn of(summary: &Summary) -> Self {
        let Summary { metric, samples, missed, mean, median, p99, worst, .. } = *summary;
        Self { name: metric.name(), unit: metric.unit(), samples, missed, mean, median, p99, worst }
    }
}

fn measured(page: &Page, arguments: &Arguments, name: &str) -> Result<Measured, String> {
    let mut case = read_case(&arguments.file, page.colour)?;
    for text in &arguments.link {
        case.links.extend(parse_link(text)?);
    }
    let set = parse_settings(&arguments.set).map_err(|error| format!("error: {error}"))?;
    let jobs = jobs_or_all(arguments.jobs).get();
    let options = Options { set, rider: page.rider, ..Options::default() };
    measure_case(&case, &options, arguments.seeds.clone(), jobs).map_err(|not| not_applicable(name, &not))
}
