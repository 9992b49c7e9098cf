//! `quorate sweep`: draws cases and judges them.

pub(super) mod object;
mod record;
mod told;

pub(super) use record::RECORD_END;
pub(super) use told::millions;

use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Status;
use super::input::{parse_jobs, parse_settings, shell_word};
use super::page::Page;
use crate::case::Time;
use crate::draw::Draws;
use crate::failure::{FailureBlock, NextLines};
use crate::run::Rider;
use crate::settings::planted;
use crate::side_by_side::jobs_or_all;
use crate::sweep::{
    Class, Directory, Distinct, Mutant, News, Plan, Seeds, Shard, Summary, sweep as run_campaign,
};
use object::{FoundObject, SummaryObject};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which cases: seeds from one to another, both included [default: 1..1000; with --for, all from 1 on].
    #[arg(long, value_name = "A..B", value_parser = str::parse::<Seeds>)]
    seeds: Option<Seeds>,
    /// Stop after so long, such as 60s or 10m.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    time_max: Option<Duration>,
    /// What cases are drawn from: quiet, lan, wan, churn, partitions, hostile, races, or all of them.
    #[arg(long, default_value_t, value_parser = str::parse::<Draws>)]
    profile: Draws,
    /// Set something for all nodes, over what cases set; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Plant a bug in all nodes, and stop when it is found; `quorate list` tells which there are.
    #[arg(long, value_name = "NAME", value_parser = parse_planted)]
    planted: Option<Mutant>,
    /// How many worlds run side by side [default: one for each core].
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,
    /// Take only the seeds that are i modulo n.
    #[arg(long, value_name = "i/n", default_value_t, value_parser = str::parse::<Shard>)]
    shard: Shard,
    /// Exit with 4 if something was never met that should have been.
    #[arg(long)]
    require_sometimes: bool,
    /// Where failing cases are kept [default: a directory for this version in `quorate-failures`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    let time = text.parse::<Time>().map_err(|error| error.to_string())?;
    if time.nanos() == 0 {
        Err("it must be above zero".into())
    } else {
        Ok(Duration::from_nanos(time.nanos()))
    }
}

fn parse_planted(text: &str) -> Result<Mutant, String> {
    planted(text).map(Mutant::Planted)
}

/// Runs a campaign and tells what it found.
pub(super) fn sweep(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let set = match parse_settings(&arguments.set) {
        Ok(set) => set,
        Err(error) => return unusable(page, &error),
    };
    let plan = plan(arguments, set, page.rider);
    if plan.seeds_in_all() == 0 {
        return unusable(page, &format!("no seed of {} is in shard {}", plan.seeds, plan.shard));
    }
    let path = arguments.out.clone().unwrap_or_else(Directory::default_path);
    // One that was asked for is tried before anything is run, and so is one that is there already; the usual one is
    // made when there is something to keep.
    if (arguments.out.is_some() || path.exists())
        && let Err(error) = Directory::open(&path)
    {
        return unusable(page, &error.to_string());
    }
    let stop = stopped_by_hand();
    let bar = bar(page, &plan);
    let mut told = Ok(());
    let summary = run_campaign(
        &plan,
        || Directory::open(&path),
        &stop,
        |news| match news {
            News::Progress { runs, events } => {
                bar.set_position(runs);
                bar.set_message(millions(events));
            }
            News::Failure(found) => {
                let line = bar.suspend(|| {
                    if page.json {
                        page.object(&FoundObject::of(found))
                    } else {
                        page.line(told::found(found, &again(page, &plan, found)))
                    }
                });
                if let Err(error) = line {
                    told = Err(error);
                    stop.store(true, Relaxed);
                }
            }
        },
    );
    bar.finish_and_clear();
    told?;
    match summary {
        Ok(summary) => finish(page, arguments, &plan, &summary),
        Err(error) => unusable(page, &error.to_string()),
    }
}

/// RUN-1: the line that replays a failure by its id.
fn again(page: &Page, plan: &Plan, found: &Distinct) -> String {
    let set = plan
        .settings()
        .into_iter()
        .map(|(key, value)| format!(" --set {}", shell_word(&format!("{key}={value}"))));
    let flags: String = set.collect();
    format!("{}{flags}", page.command("replay", &found.failure.id.to_string()))
}

/// RUN-1: the block of a failure.
fn block(page: &Page, plan: &Plan, found: &Distinct) -> String {
    let failure = &found.failure;
    let (case, outcomes, file, before) = match &found.shrunk {
        Some((shrunk, file)) => (&shrunk.case, &shrunk.outcomes, file, Some(shrunk.statements_before)),
        None => (&failure.case, &failure.outcomes, &found.file, None),
    };
    // The file that is kept stands on its own; the id and its settings replay it where only this text is.
    let file = file.display().to_string();
    let mut next = NextLines::new(None, |command, more| format!("{}{more}", page.command(command, &file)));
    next.0.insert(0, ("again", again(page, plan, found)));
    next.0[1].0 = "or";
    FailureBlock { outcomes, case, statements_before: before, next }.to_string()
}

fn unusable(page: &mut Page, why: &str) -> io::Result<Status> {
    page.complain(format_args!("error: {why}"))?;
    Ok(Status::Unusable)
}

fn plan(arguments: &Arguments, set: Vec<(String, String)>, rider: Rider) -> Plan {
    let default = Plan::default();
    let seeds = arguments.seeds.clone().unwrap_or(match (arguments.time_max, &arguments.planted) {
        (None, None) => default.seeds,
        _ => Seeds::endless(),
    });
    // A bug that is never found must not be looked for without end.
    const PLANTED_TIME_MAX: Duration = Duration::from_secs(60);
    let searching = arguments.planted.is_some() && arguments.seeds.is_none();
    Plan {
        draws: arguments.profile,
        seeds,
        shard: arguments.shard,
        jobs: jobs_or_all(arguments.jobs),
        time_max: arguments.time_max.or(searching.then_some(PLANTED_TIME_MAX)),
        set,
        mutant: arguments.planted,
        rider,
    }
}

/// A switch that Ctrl-C sets. Who presses it twice does not want to wait for the runs that go on.
pub(super) fn stopped_by_hand() -> Arc<AtomicBool> {
    let (stop, pressed) = (Arc::new(AtomicBool::new(false)), AtomicBool::new(false));
    let switch = stop.clone();
    // Where no handler can be set, Ctrl-C ends the program as it always does.
    let _ = ctrlc::set_handler(move || {
        if pressed.swap(true, Relaxed) {
            std::process::exit(130);
        }
        switch.store(true, Relaxed);
    });
    stop
}

/// A bar on a terminal; else one that nobody sees.
fn bar(page: &Page, plan: &Plan) -> ProgressBar {
    if page.json || page.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let endless = plan.time_max.is_some() || plan.mutant.is_some();
    let (bar, template) = if endless {
        (ProgressBar::no_length(), "{elapsed:>4} {human_pos} runs, {per_sec}, {msg} events")
    } else {
        let bar = ProgressBar::new(plan.seeds_in_all());
        (bar, "{elapsed:>4} {wide_bar} {human_pos}/{human_len} runs, {per_sec}, {msg} events, {eta} left")
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn finish(page: &mut Page, arguments: &Arguments, plan: &Plan, summary: &Summary) -> io::Result<Status> {
    let status = status(arguments.require_sometimes, summary);
    if let Some(out) = &arguments.out
        && let Err(error) = record::keep(out, plan, &SummaryObject::of(plan, summary))
    {
        return unusable(page, &error);
    }
    if page.json {
        page.object(&SummaryObject::of(plan, summary))?;
    } else {
        for found in summary.failures.iter().filter(|found| !matches!(found.failure.class, Class::Known(_))) {
            page.aside(block(page, plan, found))?;
            page.aside("")?;
        }
        page.line(told::report(plan, summary, page.quiet, arguments.require_sometimes))?;
    }
    if let (_, Some(why)) = &summary.not_applicable
        && summary.tally.runs == 0
    {
        return unusable(page, &format!("no case could be run: {why}"));
    }
    Ok(status)
}

fn status(require_sometimes: bool, summary: &Summary) -> Status {
    if summary.not_deterministic() > 0 {
        Status::NotDeterministic
    } else if summary.violations() > 0 {
        Status::Failed
    } else if require_sometimes && summary.tally.goals.missed().next().is_some() {
        Status::SometimesMissed
    } else {
        Status::Held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse;
    use crate::draw::{CaseId, Profile};
    use crate::run::{Options, run};
    use crate::settings::Settings;
    use crate::sweep::{Failure, Known, Tally};

    fn found(class: Class) -> Distinct {
        let text = "qcase 1\nnodes a\nseeds a\nat 0s start all\nat 9s check up 2\nat 9s end\n";
        let case = parse("test", text, &Settings).unwrap();
        let outcomes = run(&case, &Options::default()).unwrap().outcomes;
        let (id, signature) =
            (CaseId { profile: Profile::Quiet, seed: 1 }, outcomes.signature.clone().unwrap());
        let failure = Failure { id, signature, class, outcomes, case };
        Distinct { failure, file: "x.qcase".into(), runs: 1, shrunk: None }
    }

    fn exit(classes: impl IntoIterator<Item = Class>, require_sometimes: bool) -> Status {
        let summary = Summary {
            tally: Tally::default(),
            failures: classes.into_iter().map(found).collect(),
            not_applicable: (0, None),
            wall: Duration::ZERO,
            stopped: false,
        };
        status(require_sometimes, &summary)
    }

    /// RUN-3, RUN-6: 0, 1, 3 and 4; of several the one that says most against the campaign.
    #[test]
    fn each_outcome_has_its_exit_status() {
        let known = || Class::Known(Known { cures: Vec::new() });
        assert_eq!(exit([], false), Status::Held);
        assert_eq!(exit([known()], false), Status::Held);
        assert_eq!(exit([known(), Class::Violation], false), Status::Failed);
        assert_eq!(exit([Class::NotDeterministic, Class::Violation], false), Status::NotDeterministic);
        assert_eq!(exit([], true), Status::SometimesMissed);
        assert_eq!(exit([Class::Violation], true), Status::Failed);
        assert_eq!(Status::NotDeterministic as u8, 3);
    }
}
