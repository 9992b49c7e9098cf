//! Whether what nodes told in a world is what those of a trace told.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::traces_runner::play::Played;
use crate::traces_runner::trace::{Told, Trace};

/// Where a node's trace parts from what the node told here; `None` when it does not. `told` gives the groups, within which
/// order means nothing. Of a node that ended, its last events may be missing from the trace.
pub(crate) fn difference(groups: &[Vec<Told>], trace: &[Told], has_ended: bool) -> Option<String> {
    let mut rest = trace;
    for (place, group) in groups.iter().enumerate() {
        let (expected, after) = rest.split_at(group.len().min(rest.len()));
        let same = if expected.len() == group.len() {
            sorted(expected) == sorted(group)
        } else {
            has_ended && is_within(expected, group)
        };
        if !same {
            return Some(format!(
                "group {}: told {}, the trace has {}",
                place + 1,
                list(group),
                list(expected)
            ));
        }
        rest = after;
    }
    (!rest.is_empty()).then(|| format!("the trace goes on with {}", list(rest)))
}

fn sorted(events: &[Told]) -> Vec<&Told> {
    let mut sorted: Vec<&Told> = events.iter().collect();
    sorted.sort();
    sorted
}

fn is_within(few: &[Told], many: &[Told]) -> bool {
    let mut left = sorted(many);
    few.iter().all(|event| left.iter().position(|other| *other == event).map(|at| left.remove(at)).is_some())
}

fn list(events: &[Told]) -> String {
    events.iter().fold(String::from("["), |mut text, event| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{event}", if text.len() > 1 { " " } else { "" });
        text
    }) + "]"
}

/// Every node whose trace differs from what it told, in all runs; empty when each is as in some run.
pub(crate) fn differences(played: &Played, runs: &[&Trace]) -> BTreeMap<String, String> {
    let nothing = Vec::new();
    let mut names: Vec<&String> =
        played.told.keys().chain(runs.iter().flat_map(|run| run.told.keys())).collect();
    names.sort();
    names.dedup();
    let mut found = BTreeMap::new();
    for name in names {
        let groups = played.told.get(name).map_or(&[][..], Vec::as_slice);
        let has_ended = played.ended.contains(name);
        let differs = |run: &&Trace| difference(groups, run.told.get(name).unwrap_or(&nothing), has_ended);
        let each: Option<Vec<String>> = runs.iter().map(differs).collect();
        if let Some(first) = each.and_then(|each| each.into_iter().next()) {
            found.insert(name.clone(), first);
        }
    }
    found
}
