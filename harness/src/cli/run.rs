//! `quorate run`: plays cases.

use std::io;
use std::path::PathBuf;

use super::Status;
use super::input::{flags, parse_seed, parse_settings, read_case};
use super::json::RunObject;
use super::page::Page;
use crate::case::Case;
use crate::run::{Options, Report, run as run_case};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The case files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Set something for all nodes, over what the case sets; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Use this seed instead of the case's; hexadecimal, as in a case.
    #[arg(long, value_name = "HEX", value_parser = parse_seed)]
    seed: Option<u64>,
}

/// Plays all files; the worst status of all.
pub(super) fn run(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let set = match parse_settings(&arguments.set) {
        Ok(set) => set,
        Err(error) => {
            page.complain(format_args!("error: {error}"))?;
            return Ok(Status::Unusable);
        }
    };
    let options = Options { set, seed: arguments.seed, ..Options::default() };
    let mut worst = Status::Held;
    for file in &arguments.files {
        let status = match read_case(file, page.colour) {
            Ok(case) => play(page, &file.display().to_string(), &case, &options)?,
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
pub(super) fn play(page: &mut Page, name: &str, case: &Case, options: &Options) -> io::Result<Status> {
    let report = match run_case(case, options) {
        Ok(report) => report,
        Err(not_runnable) => {
            let line = if not_runnable.line > 0 { format!(":{}", not_runnable.line) } else { String::new() };
            page.complain(format_args!("error: {name}{line}: not applicable: {}", not_runnable.why))?;
            return Ok(Status::Unusable);
        }
    };
    if page.json {
        page.object(&RunObject::of(name, &report))?;
        return Ok(if report.passed() { Status::Held } else { Status::Failed });
    }
    if page.quiet {
        page.line(format_args!("{name}:\n{}", report.verdict()))?;
    } else {
        tell(page, name, &report)?;
    }
    if report.passed() {
        return Ok(Status::Held);
    }
    page.line(format_args!("again: quorate run {name}{}", flags(options)))?;
    Ok(Status::Failed)
}

fn tell(page: &mut Page, name: &str, report: &Report) -> io::Result<()> {
    let title = if report.case.name.is_empty() { name } else { &report.case.name };
    page.line(format_args!("== {title} (seed {:x})\n", report.case.seed))?;
    page.line(report.story.told(&report.cast))?;
    page.line(report.strip.shown(page.colour))?;
    page.line(report.verdict())
}
