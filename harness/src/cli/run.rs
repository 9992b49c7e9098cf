//! `quorate run`: plays cases.

use std::io;
use std::path::PathBuf;

use super::Status;
use super::input::{RunFlags, not_applicable, read_case};
use super::json::RunObject;
use super::page::Page;
use crate::case::Case;
use crate::failure::block_of;
use crate::run::{Options, Report, run as run_case, unwise_settings};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The case files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    run: RunFlags,
}

/// Plays all files; the worst status of all.
pub(super) fn run(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let options = match arguments.run.options(page.rider) {
        Ok(options) => options,
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    let mut worst = Status::Held;
    for file in &arguments.files {
        let status = match read_case(file, page.colour) {
            Ok(case) => play(page, &file.display().to_string(), &case, &options, &arguments.run)?,
            Err(error) => {
                page.complain(error)?;
                Status::Unusable
            }
        };
        worst = worst.max(status);
    }
    Ok(worst)
}

/// Plays one case and tells what became of it.
pub(super) fn play(
    page: &mut Page,
    name: &str,
    case: &Case,
    options: &Options,
    flags: &RunFlags,
) -> io::Result<Status> {
    let report = match run_case(case, options) {
        Ok(report) => report,
        Err(not_runnable) => {
            page.complain(not_applicable(name, &not_runnable))?;
            return Ok(Status::Unusable);
        }
    };
    let status = if report.passed() { Status::Held } else { Status::Failed };
    let unwise = unwise_settings(case, options).unwrap_or_default();
    if page.json {
        page.object(&RunObject::of(name, &report, &unwise))?;
        return Ok(status);
    }
    if page.quiet {
        page.line(format_args!("{name}:"))?;
    } else {
        tell(page, name, &report, &unwise)?;
    }
    if status == Status::Failed {
        let block =
            block_of(page.rider, &options.written_into(case), &report.outcomes, page.lines(name, flags));
        page.line(format_args!("{block}\n\n{}", report.summary()))?;
    } else {
        page.line(report.verdict())?;
    }
    Ok(status)
}

fn tell(page: &mut Page, name: &str, report: &Report, unwise: &[String]) -> io::Result<()> {
    let title = if report.case.name.is_empty() { name } else { &report.case.name };
    page.line(format_args!("== {title} (seed {:x})\n", report.case.seed))?;
    unwise.iter().try_for_each(|warning| page.line(format_args!("warning: {warning}\n")))?;
    page.line(report.story.told(&report.cast))?;
    page.line(report.strip.shown(page.colour))
}
