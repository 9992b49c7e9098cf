//! What `quorate sweep` tells a person.

use std::fmt::{self, Display, Write as _};

use crate::sweep::{Class, Distinct, Mutant, Plan, Summary};

use super::object::UncleanSplitsObject;

/// A distinct failure, when it is found: what, the line that replays it, and where its case is.
pub(super) fn found(found: &Distinct, again: &str) -> impl Display {
    let failure = &found.failure;
    let kind = match &failure.class {
        Class::Violation => "FAILED".to_owned(),
        Class::Known(known) => format!("known defect, {}", rules(known)),
        Class::NotDeterministic => "NOT DETERMINISTIC".to_owned(),
    };
    format!("{kind}: {} in {}: {again}", failure.signature, failure.id)
}

fn rules(known: &crate::sweep::Known) -> String {
    let rules: Vec<_> = known.cures.iter().map(|cure| format!("{} ({})", cure.rule, cure.name)).collect();
    rules.join(" with ")
}

/// What a campaign has shown.
pub(super) fn report(plan: &Plan, summary: &Summary, quiet: bool, names_goals: bool) -> impl Display {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write_report(&mut text, plan, summary, quiet, names_goals);
    text.truncate(text.trim_end().len());
    text
}

fn write_report(
    text: &mut String,
    plan: &Plan,
    summary: &Summary,
    quiet: bool,
    names_goals: bool,
) -> fmt::Result {
    let tally = &summary.tally;
    for (title, known) in [("failures", false), ("known defects, not counted", true)] {
        let is_known = |found: &&Distinct| matches!(found.failure.class, Class::Known(_)) == known;
        let distinct: Vec<_> = summary.failures.iter().filter(is_known).collect();
        if distinct.is_empty() {
            continue;
        }
        writeln!(text, "{title}, {} distinct:", distinct.len())?;
        for found in distinct {
            let failure = &found.failure;
            write!(text, "  {:<40} {:>6} runs", failure.signature.to_string(), found.runs)?;
            if let Class::Known(known) = &failure.class {
                write!(text, ", {}", rules(known))?;
            }
            let file = found.shrunk.as_ref().map_or(&found.file, |(_, file)| file);
            writeln!(text, ", the first is {}: {}", failure.id, file.display())?;
        }
    }
    // A search for a bug ends with it: what was judged and met until then tells nothing.
    if plan.mutant.is_none() {
        write_judged(text, summary, quiet)?;
        write_missed(text, tally.goals.missed().map(|goal| goal.name), tally.runs, names_goals)?;
    }
    if let (count @ 1.., Some(why)) = &summary.not_applicable {
        writeln!(text, "not applicable: {count} drawn cases, such as {why}")?;
    }
    if tally.failed_anyway > 0 {
        writeln!(text, "not counted: {} runs that failed, but not by the planted bug", tally.failed_anyway)?;
    }
    if summary.stopped {
        writeln!(text, "stopped before the end")?;
    }
    writeln!(
        text,
        "{}: {} runs ({} of them twice), {} events in {:.0} node-seconds; {:.1} s with {} jobs, {} events a second on \
         each core",
        plan.draws,
        tally.runs,
        tally.runs_twice,
        millions(tally.events),
        tally.node_seconds,
        summary.wall.as_secs_f64(),
        plan.jobs,
        millions(summary.events_per_second_per_core(plan) as u64),
    )?;
    let held = summary.violations() + summary.not_deterministic() == 0;
    let distinct =
        summary.failures.iter().filter(|found| !matches!(found.failure.class, Class::Known(_))).count();
    match (plan.mutant.map(Mutant::name), held) {
        (Some(bug), true) => writeln!(text, "NOT FOUND: {bug}"),
        (Some(bug), false) => writeln!(text, "found: {bug}"),
        (None, true) => writeln!(text, "passed"),
        (None, false) => {
            writeln!(text, "FAILED: {} runs, {distinct} distinct failures", summary.violations())
        }
    }
}

/// INV-1: how often each invariant was judged, and which never.
fn write_judged(text: &mut String, summary: &Summary, quiet: bool) -> fmt::Result {
    let tally = &summary.tally;
    if !quiet {
        writeln!(text, "judged:")?;
        for (id, judged) in tally.by_invariant().filter(|(_, judged)| judged.runs > 0) {
            writeln!(text, "  {id:<4} in {:>8} runs, {:>12} times", judged.runs, judged.times)?;
        }
    }
    if !quiet && let Some(line) = UncleanSplitsObject::of(tally.unclean, tally.unclean_splits).line() {
        writeln!(text, "{line}")?;
    }
    let never: Vec<_> = tally.never_judged().collect();
    if !never.is_empty() {
        writeln!(text, "never judged: {}", never.join(" "))?;
    }
    Ok(())
}

/// INV-4: a campaign of so many runs is expected to meet all goals, if it draws from all profiles.
const RUNS_TO_MEET_ALL: u64 = 3000;

/// INV-4: the goals that were missed, on one line: by name where they are expected to be met, or must be.
pub(in crate::cli) fn write_missed<'a>(
    text: &mut impl fmt::Write,
    missed: impl Iterator<Item = &'a str>,
    runs: u64,
    must_be_met: bool,
) -> fmt::Result {
    let missed: Vec<&str> = missed.collect();
    match missed.len() {
        0 => Ok(()),
        _ if must_be_met || runs >= RUNS_TO_MEET_ALL => writeln!(text, "never met: {}", missed.join(" ")),
        count => writeln!(
            text,
            "never met: {count} goals; from {RUNS_TO_MEET_ALL} runs on, or with --require-sometimes, by name"
        ),
    }
}

/// A number of events, in short.
pub(in crate::cli) fn millions(events: u64) -> String {
    if events < 1_000_000 { events.to_string() } else { format!("{:.2} M", events as f64 / 1e6) }
}
