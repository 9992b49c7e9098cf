//! `quorate explain`: which statement brings a failure about, and when chance decides on it.

use std::io;

use serde::Serialize;

use super::Status;
use super::input::{RunFlags, not_applicable};
use super::json::seconds;
use super::page::Page;
use super::shrink::find_failing;
use super::sound::nothing_fails;
use crate::explain::{ExplainError, Explained, Point};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case file, or the id of a drawn case such as `partitions-17`.
    #[arg(value_name = "ID|FILE")]
    what: String,
    #[command(flatten)]
    run: RunFlags,
}

#[derive(Serialize)]
struct ExplainedObject<'a> {
    what: &'a str,
    signature: String,
    failed_at: f64,
    /// How many futures there are at each point, of either kind.
    futures: u64,
    points: Vec<PointObject<'a>>,
    /// The statement that makes the failure likely; null if none does by itself.
    culprit: Option<PointObject<'a>>,
    /// The event at which chance decides; null if it has little say.
    decided: Option<DecidedObject<'a>>,
    /// Whether that event was looked for to the end; false where the run is too large.
    is_whole: bool,
    runs: u64,
    events: u64,
}

#[derive(Serialize)]
struct PointObject<'a> {
    line: u32,
    at: f64,
    /// Empty for the beginning.
    statement: &'a str,
    /// How many statements before it were not asked, because the run is very large.
    passed_over: usize,
    /// How many futures fail in which nothing more is done.
    left_alone: u64,
    /// How many fail in which the case goes on.
    goes_on: u64,
}

#[derive(Serialize)]
struct DecidedObject<'a> {
    event: u64,
    at: f64,
    what: &'a str,
    before: u64,
    after: u64,
}

impl<'a> PointObject<'a> {
    fn of(point: &'a Point) -> Self {
        let Point { line, at, what, passed_over, left_alone, goes_on } = point;
        let at = at.nanos() as f64 / 1e9;
        Self {
            line: *line,
            at,
            statement: what,
            passed_over: *passed_over,
            left_alone: left_alone.failed,
            goes_on: goes_on.failed,
        }
    }
}

/// Explains a failure.
pub(super) fn explain(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let explained = match explained(page, arguments) {
        Ok(explained) => explained,
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    if page.json {
        page.object(&object(&arguments.what, &explained))?;
    } else if page.quiet {
        match explained.culprit() {
            Some(point) => page.line(format_args!("at {} {}", point.at, point.what))?,
            None => page.line("no single statement")?,
        }
    } else {
        page.line(&explained)?;
        page.aside(format_args!("({} runs, {} events)", explained.runs, explained.events))?;
        if let Some(doom) = &explained.doom {
            let replay = page.command("replay", &arguments.what);
            page.aside(format_args!(
                "to look at it: {replay}{} --until {}",
                arguments.run.written(),
                doom.event
            ))?;
        }
    }
    Ok(Status::Held)
}

fn explained(page: &Page, arguments: &Arguments) -> Result<Explained, String> {
    let failing = find_failing(page, &arguments.what, &arguments.run)?;
    let subject = failing.subject;
    (page.rider.explain)(&subject.case).map_err(|error| match error {
        ExplainError::NotRunnable(not) => not_applicable(&subject.name, &not),
        ExplainError::NothingFails { digest } => nothing_fails(page, &subject, digest),
    })
}

fn object<'a>(what: &'a str, explained: &'a Explained) -> ExplainedObject<'a> {
    ExplainedObject {
        what,
        signature: explained.signature.to_string(),
        failed_at: seconds(explained.failed_at),
        futures: explained.points.first().map_or(0, |point| point.goes_on.of),
        points: explained.points.iter().map(PointObject::of).collect(),
        culprit: explained.culprit().map(PointObject::of),
        decided: explained.doom.as_ref().map(|doom| DecidedObject {
            event: doom.event,
            at: seconds(doom.at),
            what: &doom.what,
            before: doom.before.failed,
            after: doom.after.failed,
        }),
        is_whole: explained.is_whole,
        runs: explained.runs,
        events: explained.events,
    }
}
