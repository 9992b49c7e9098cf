//! What is told of a case in which nothing fails to somebody who asks about its failure.

use std::fmt::Write as _;

use super::input::Subject;
use super::page::Page;
use crate::case::{Action, Case, Step, Time};
use crate::failure::BUILD;

/// That nothing fails in a case any more, and since which build, edit or statement as far as the case can tell.
pub(super) fn nothing_fails(page: &Page, subject: &Subject, digest: u64) -> String {
    let (name, case) = (&subject.name, &subject.case);
    let mut told = format!("error: {name}: nothing fails in it (digest {digest:016x})");
    // Writing to a string can't fail.
    let _ = match &case.digest {
        None => write!(told, "; it states no digest, so whether it ever failed can't be told"),
        Some(stated) if stated.digest == digest => {
            write!(
                told,
                "; that is the digest which it states: nothing failed either when it was left behind"
            )
        }
        Some(stated) if BUILD.gives_the_same_runs_as(&stated.build) => write!(
            told,
            "\n  it states digest {:016x}, by a build of the same source as this one: it was edited since",
            stated.digest
        ),
        Some(stated) => write!(
            told,
            "\n  it states digest {:016x}: what failed there is cured, or no longer comes about, since another build\n  \
             left by: {}\n  this is: {BUILD}\n  \
             to see where the runs part: `quorate diff {name} --save then.qtrail` with that build, and here: {}",
            stated.digest,
            if stated.build.is_empty() { "a build that is not told" } else { &stated.build },
            page.command("diff", "then.qtrail"),
        ),
    };
    if let Some((what, at)) = failure_told(case) {
        let _ = write!(told, "\n  as it tells itself, {what} was violated at {at}");
        if let Some(step) = last_before(case, at) {
            let _ = write!(told, ", after line {}: at {} {}", step.line.0, step.at, step.action);
        }
        told.push_str("; this run goes past that");
    }
    told
}

/// The invariant and the time that the prose of a case tells, as a campaign or `promote` left it.
fn failure_told(case: &Case) -> Option<(&str, Time)> {
    case.prose.name.before.iter().find_map(|line| {
        let (what, rest) = line.split_once(" is violated at ")?;
        Some((what, rest.split_whitespace().next()?.parse().ok()?))
    })
}

/// The last that is done up to an instant.
fn last_before(case: &Case, at: Time) -> Option<&Step> {
    let does = |step: &&Step| step.at <= at && !matches!(step.action, Action::Check { .. } | Action::End);
    case.steps.iter().rev().find(does)
}
