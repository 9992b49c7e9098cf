//! The command line: one file for each command.
//!
//! Every command takes `--json` (one object, or one a line) and `--quiet`; colour is used only on a terminal, and never
//! with `NO_COLOR`. What goes wrong with files and flags is told on standard error.
//!
//! Exit status ([`Status`]): 0 when all held, 1 when a property failed, 2 for bad usage, a bad file or a case that does
//! not apply, 3 when a run was not the one that it should be, 4 when a goal was missed that had to be reached.

mod calibrate;
mod chart;
mod clock;
mod decide;
mod diff;
mod enumerate;
mod explain;
mod fmt;
mod input;
mod json;
mod kill_table;
mod list;
mod measure;
mod merge;
mod output;
mod page;
mod promote;
mod record;
mod replay;
mod report;
mod run;
mod shrink;
mod sound;
mod sweep;
mod tour;
mod what_if;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::run::{Rider, Rides};
use page::Page;

/// What a command exits with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// All held.
    #[default]
    Held = 0,
    /// A property failed.
    Failed = 1,
    /// Bad usage, a bad file, or a case that does not apply.
    Unusable = 2,
    /// Two runs that should have been the same were not.
    NotDeterministic = 3,
    /// A goal was missed, and `--require-sometimes` was given.
    SometimesMissed = 4,
}

/// Plays cluster cases and judges them.
#[derive(Debug, Parser)]
#[command(name = "quorate", version, about, long_about = None)]
struct Arguments {
    #[command(flatten)]
    manner: Manner,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How a command talks.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Manner {
    /// Print JSON: one object, or one a line.
    #[arg(long, global = true)]
    json: bool,
    /// Print what came of it, and nothing else.
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell what every strategy of the resolver makes of a situation, and why.
    Decide(decide::Arguments),
    /// Go through all splits of a few members and count the sides that go on.
    Enumerate(enumerate::Arguments),
    /// Play cases: tell the story, draw the strip, give the verdict.
    Run(run::Arguments),
    /// Run a case again, and look at what there was before it failed.
    Replay(replay::Arguments),
    /// Draw a run: one page for a browser that tells who became what, when and why, or a file for another viewer.
    Report(report::Arguments),
    /// Find the smallest case that fails in the same way.
    Shrink(shrink::Arguments),
    /// Tell after which statement a failure becomes likely, and when chance decides on it.
    Explain(explain::Arguments),
    /// Tell the first event at which two runs part: of two cases, or of one case in two builds.
    Diff(diff::Arguments),
    /// Make a failing case a test: shrunk, with its digest, in a new file.
    Promote(promote::Arguments),
    /// Draw cases, run and judge them on all cores, keep what fails.
    Sweep(sweep::Arguments),
    /// Join what the shards of a campaign found.
    Merge(merge::Arguments),
    /// Tell of each planted bug, and of each repair switched off, what catches it and how soon.
    KillTable(kill_table::Arguments),
    /// Run a case over many seeds, and tell median, 99 % and worst of what its runs measure.
    Measure(measure::Arguments),
    /// Draw cases, run them, and tell how close they come to the bounds of what must happen in time.
    Calibrate(calibrate::Arguments),
    /// Draw a chart of many runs as SVG: convergence, detection, coverage, kills.
    Chart(chart::Arguments),
    /// Write cases in their canonical form; prose is kept.
    Fmt(fmt::Arguments),
    /// Tell what there is: settings, statements, invariants, repairs, planted bugs.
    List(list::Arguments),
}

/// Runs the command line of `quorate` and gives its exit status.
#[must_use]
pub fn main() -> ExitCode {
    main_of::<()>()
}

/// SIM-7: the same for an application of one's own, which is on every host of every run.
///
/// A whole program is
///
/// ```no_run
/// # use quorate_sim::{Application, World};
/// # #[derive(Clone, Default)]
/// # struct Registry;
/// # impl Application for Registry { type Message = (); }
/// fn main() -> std::process::ExitCode {
///     quorate_harness::cli::main_of::<Registry>()
/// }
/// ```
#[must_use]
pub fn main_of<A: Rides>() -> ExitCode {
    let Arguments { manner, command } = Arguments::parse();
    let mut page = Page::standard(manner, Rider::of::<A>());
    let status = match command {
        None => tour::tour(&mut page),
        Some(Command::Decide(arguments)) => decide::decide(&mut page, &arguments),
        Some(Command::Enumerate(arguments)) => enumerate::enumerate(&mut page, &arguments),
        Some(Command::Run(arguments)) => run::run(&mut page, &arguments),
        Some(Command::Replay(arguments)) => replay::replay(&mut page, &arguments),
        Some(Command::Report(arguments)) => report::report(&mut page, &arguments),
        Some(Command::Shrink(arguments)) => shrink::shrink(&mut page, &arguments),
        Some(Command::Explain(arguments)) => explain::explain(&mut page, &arguments),
        Some(Command::Diff(arguments)) => diff::diff(&mut page, &arguments),
        Some(Command::Promote(arguments)) => promote::promote(&mut page, &arguments),
        Some(Command::Sweep(arguments)) => sweep::sweep(&mut page, &arguments),
        Some(Command::Merge(arguments)) => merge::merge(&mut page, &arguments),
        Some(Command::KillTable(arguments)) => kill_table::kill_table(&mut page, &arguments),
        Some(Command::Measure(arguments)) => measure::measure(&mut page, &arguments),
        Some(Command::Calibrate(arguments)) => calibrate::calibrate(&mut page, &arguments),
        Some(Command::Chart(arguments)) => chart::chart(&mut page, &arguments),
        Some(Command::Fmt(arguments)) => fmt::fmt(&mut page, &arguments),
        Some(Command::List(arguments)) => list::list(&mut page, &arguments),
    };
    let status = status.unwrap_or_else(|error| {
        // A reader that has gone away, such as `head`, knows it.
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            let _ = writeln!(std::io::stderr(), "error: what came of it could not be printed: {error}");
        }
        Status::Unusable
    });
    ExitCode::from(status as u8)
}
