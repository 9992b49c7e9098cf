//! `quorate shrink`: the smallest case that fails in the same way.

use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::Status;
use super::clock::{Stopwatch, parse_span};
use super::input::{RunFlags, Subject, find_case, not_applicable};
use super::output::write_whole;
use super::page::Page;
use super::sound::nothing_fails;
use crate::failure::stamped;
use crate::run::{Options, Outcomes, run};
use crate::shrink::{ShrinkError, Shrunk};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case file, or the id of a drawn case such as `partitions-17`.
    #[arg(value_name = "ID|FILE")]
    what: String,
    #[command(flatten)]
    run: RunFlags,
    /// Stop after so long and give the best so far, such as `10s`. Without it the result is the same every time.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_span)]
    time: Option<std::time::Duration>,
    /// Write the case to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct ShrunkObject<'a> {
    what: &'a str,
    signature: String,
    statements_before: usize,
    statements: usize,
    nodes: usize,
    minimal: bool,
    runs: u64,
    events: u64,
    digest: String,
    out: Option<String>,
    case: &'a str,
}

/// Shrinks a case. Without `--out` the case is what is printed, and all else goes to standard error.
pub(super) fn shrink(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let shrunk = match shrunk(page, arguments) {
        Ok(shrunk) => shrunk,
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    let text = stamped(&shrunk.case, shrunk.outcomes.digest).to_string();
    if let Some(out) = &arguments.out
        && let Err(error) = write_whole(out, &text)
    {
        page.complain(format_args!("error: {}: {error}", out.display()))?;
        return Ok(Status::Unusable);
    }
    let Shrunk { case, signature, statements_before, is_minimal, progress, .. } = &shrunk;
    if page.json {
        page.object(&ShrunkObject {
            what: &arguments.what,
            signature: signature.to_string(),
            statements_before: *statements_before,
            statements: case.statements(),
            nodes: case.nodes.len(),
            minimal: *is_minimal,
            runs: progress.runs,
            events: progress.events,
            digest: format!("{:016x}", shrunk.outcomes.digest),
            out: arguments.out.as_ref().map(|out| out.display().to_string()),
            case: &text,
        })?;
        return Ok(Status::Held);
    }
    let end = if *is_minimal { "none of them can be left out" } else { "given up before its end" };
    let says = format!(
        "{signature}: {statements_before} statements before, {} now, {} nodes; {end}; {} runs",
        case.statements(),
        case.nodes.len(),
        progress.runs
    );
    match &arguments.out {
        Some(out) => {
            page.line(says)?;
            page.line(format_args!("again: {}", page.command("replay", &out.display().to_string())))?;
        }
        None => {
            page.line(text.trim_end())?;
            if !page.quiet {
                page.complain(says)?;
            }
        }
    }
    Ok(Status::Held)
}

fn shrunk(page: &Page, arguments: &Arguments) -> Result<Shrunk, String> {
    let failing = find_failing(page, &arguments.what, &arguments.run)?;
    shrunk_within(page, &failing.subject, arguments.time)
}

/// A case that fails, as it is on its own, and what its run comes to.
pub(super) struct Failing {
    pub(super) subject: Subject,
    pub(super) outcomes: Outcomes,
}

/// The case of a file or an id, with what flags set, if something fails in it.
pub(super) fn find_failing(page: &Page, what: &str, flags: &RunFlags) -> Result<Failing, String> {
    let mut subject = find_case(what, page.colour)?;
    subject.case = flags.options(page.rider)?.written_into(&subject.case);
    // Of a drawn case statements may turn out not to apply; in a file that is a mistake, and not to be passed over.
    let bare = Options { bare: true, pass_over: subject.pass_over, rider: page.rider, ..Options::default() };
    let report = run(&subject.case, &bare).map_err(|not| not_applicable(&subject.name, &not))?;
    let outcomes = report.outcomes;
    if outcomes.signature.is_none() {
        return Err(nothing_fails(page, &subject, outcomes.digest));
    }
    if subject.pass_over {
        (subject.case, subject.pass_over) = (report.case, false);
    }
    Ok(Failing { subject, outcomes })
}

/// The smallest case that fails in the same way, or the best after so long.
pub(super) fn shrunk_within(
    page: &Page,
    subject: &Subject,
    time: Option<std::time::Duration>,
) -> Result<Shrunk, String> {
    let watch = Stopwatch::start();
    let goes_on = &mut |_| time.is_none_or(|limit| watch.elapsed() < limit);
    (page.rider.shrink)(&subject.case, goes_on).map_err(|error| match error {
        ShrinkError::NotRunnable(not) => not_applicable(&subject.name, &not),
        ShrinkError::NothingFails { digest } => nothing_fails(page, subject, digest),
    })
}
