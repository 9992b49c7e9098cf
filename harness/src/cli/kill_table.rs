//! `quorate kill-table`: what the judge catches, by what, and how soon.

mod sizes;

use std::io;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::Serialize;

use super::Status;
use super::input::parse_jobs;
use super::page::Page;
use super::sweep::{parse_time, stopped_by_hand};
use crate::draw::Draws;
use crate::side_by_side::jobs_or_all;
use crate::sweep::{Kills, Mutant, Search, search};
use sizes::{Sizes, Small, small};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Look only for these [default: all planted bugs, and all repairs switched off one by one].
    #[arg(value_name = "NAME", value_parser = parse_mutant)]
    names: Vec<Mutant>,
    /// What cases are drawn from, as in `sweep`.
    #[arg(long, default_value_t, value_parser = str::parse::<Draws>)]
    profile: Draws,
    /// Look for each until it was caught so often.
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    catches: u64,
    /// Look for each for so long at most.
    #[arg(long = "for", value_name = "TIME", default_value = "30s", value_parser = parse_time)]
    time_max: Duration,
    /// Shrink the first catch of each, and tell how small it got and how long that took.
    #[arg(long)]
    shrink: bool,
    /// How many worlds run side by side [default: one for each core].
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,
}

fn parse_mutant(text: &str) -> Result<Mutant, String> {
    let name = |mutant: &Mutant| match mutant {
        Mutant::WithoutRepair(name) => (*name).to_owned(),
        other => other.name(),
    };
    let all: Vec<(String, Mutant)> = Mutant::all().map(|mutant| (name(&mutant), mutant)).collect();
    if let Some((_, mutant)) = all.iter().find(|(name, _)| name == text) {
        return Ok(*mutant);
    }
    let near = crate::case::nearest(text, all.iter().map(|(name, _)| name.as_str()));
    let hint = near.map_or_else(
        || "see `quorate list planted` and `quorate list repairs`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!("the name of a planted bug or of a repair is expected; {hint}"))
}

#[derive(Serialize)]
struct KillsObject<'a> {
    mutant: String,
    kind: &'static str,
    rule: &'static str,
    caught_by: &'a std::collections::BTreeMap<String, u64>,
    first_runs: Option<u64>,
    first_events: Option<u64>,
    catches: u64,
    runs: u64,
    events: u64,
    /// How likely a catch is within 60 s on two cores, with the least share of runs at a confidence of 95 %.
    within_a_minute: f64,
    /// What the first catch was shrunk to; null without `--shrink`.
    shrunk: Option<Small>,
}

/// Looks for every mutant in turn. Exits with 1 if one was not caught.
pub(super) fn kill_table(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let how = Search {
        draws: arguments.profile,
        jobs: jobs_or_all(arguments.jobs),
        catches_max: arguments.catches,
        cases_max: u64::MAX,
        time_max: arguments.time_max,
    };
    let named = arguments.names.clone();
    let mutants: Vec<Mutant> = if named.is_empty() { Mutant::all().collect() } else { named };
    let stop = stopped_by_hand();
    let (head, line) =
        if arguments.shrink { (" statements | nodes | seconds |", "---|---|---|") } else { ("", "") };
    page.aside(format_args!(
        "| wrong on purpose | rule | caught by | first after runs | events | one run in | within 60 s |{head}",
    ))?;
    page.aside(format_args!("|---|---|---|---|---|---|---|{line}"))?;
    let mut sizes = Sizes::default();
    let (mut caught, mut surely, mut looked) = (0, 0, 0);
    for mutant in mutants.iter().take_while(|_| !stop.load(std::sync::atomic::Ordering::Relaxed)) {
        let kills = search(*mutant, &how, &stop);
        looked += 1;
        caught += usize::from(kills.first.is_some());
        surely += usize::from(kills.within_a_minute() >= SURE);
        let small = if arguments.shrink { kills.catch.as_deref().and_then(small) } else { None };
        sizes.add(small);
        if page.json {
            page.object(&object(&kills, small))?;
        } else if arguments.shrink {
            page.aside(format_args!("{}{}", row(&kills), small.map_or(" - | - | - |".into(), Small::cells)))?;
        } else {
            page.aside(row(&kills))?;
        }
    }
    if !page.json && arguments.shrink {
        page.line(&sizes)?;
    }
    if !page.json {
        page.line(format_args!(
            "{caught} of {looked} caught; {surely} of them within 60 s on two cores with a likelihood of at least 95 %"
        ))?;
    }
    Ok(if caught == mutants.len() { Status::Held } else { Status::Failed })
}

/// What is asked of each.
const SURE: f64 = 0.95;

fn rule(mutant: Mutant) -> &'static str {
    match mutant {
        Mutant::Planted(bug) => bug.rule(),
        Mutant::WithoutRepair(name) => crate::sweep::rule_of_repair(name),
        #[allow(unreachable_patterns, reason = "there may be more kinds")]
        _ => "",
    }
}

fn object(kills: &Kills, shrunk: Option<Small>) -> KillsObject<'_> {
    KillsObject {
        mutant: kills.mutant.name(),
        kind: if matches!(kills.mutant, Mutant::Planted(_)) { "planted" } else { "repair" },
        rule: rule(kills.mutant),
        caught_by: &kills.by,
        first_runs: kills.first.map(|(runs, _)| runs),
        first_events: kills.first.map(|(_, events)| events),
        catches: kills.catches(),
        runs: kills.runs,
        events: kills.events,
        within_a_minute: kills.within_a_minute(),
        shrunk,
    }
}

/// One line of the table.
fn row(kills: &Kills) -> String {
    let (name, rule) = (kills.mutant.name(), rule(kills.mutant));
    let Some((runs, events)) = kills.first else {
        return format!("| {name} | {rule} | nobody | not in {} | {} | - | - |", kills.runs, kills.events);
    };
    let mut by: Vec<(&String, &u64)> = kills.by.iter().collect();
    by.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let by: Vec<String> = by.into_iter().map(|(what, count)| format!("{what} {count}")).collect();
    let one_in = kills.runs.div_ceil(kills.catches().max(1));
    let likely = (kills.within_a_minute() * 1000.0).floor() / 10.0;
    let likely = if likely >= 99.9 { "> 99.9 %".to_owned() } else { format!("{likely} %") };
    format!("| {name} | {rule} | {} | {runs} | {events} | {one_in} | {likely} |", by.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_called_by_the_name_of_its_bug_or_repair() {
        for mutant in Mutant::all() {
            let name = mutant.name();
            assert_eq!(parse_mutant(name.trim_start_matches("without ")), Ok(mutant));
            assert!(rule(mutant).contains('-'), "{name}");
        }
        assert!(parse_mutant("introducee").unwrap_err().contains("did you mean `introduce`?"));
        assert!(parse_mutant("zzzzzzzzz").unwrap_err().contains("quorate list planted"));
    }
}
