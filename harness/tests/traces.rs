//! Whole runs against those of a real Pekko cluster: each script is played in worlds of exact nodes, and what every node tells
//! is compared, group by group (EVT-12, EVT-46).
//!
//! `QUORATE_TRACES=FOLDER cargo test -p quorate-harness --test traces` reads another folder than the one that ships.

#![allow(clippy::unwrap_used, reason = "a trace that can't be read fails the test")]
#![allow(clippy::disallowed_types, reason = "worlds run side by side, and share nothing (SIM-10)")]

mod traces_runner;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[allow(
    clippy::disallowed_types,
    reason = "worlds run side by side here; nothing of them is shared (SIM-10)"
)]
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use traces_runner::compare::{difference, differences};
use traces_runner::play::{config, play};
use traces_runner::script::Action;
use traces_runner::trace::{Told, Trace};

/// The seeds with which each script is played.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=200;

fn folder() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    match env::var_os("QUORATE_TRACES") {
        Some(other) => harness.join("..").join(other),
        None => harness.join("tests/traces"),
    }
}

/// The traces of a folder, by script: its runs.
fn traces(folder: &Path) -> BTreeMap<String, Vec<Trace>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    let mut scripts: BTreeMap<String, Vec<Trace>> = BTreeMap::new();
    for path in files {
        let lines = fs::read_to_string(&path).unwrap();
        let trace = Trace::read(&lines).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        scripts.entry(trace.name.clone()).or_default().push(trace);
    }
    scripts
}

/// What came of all seeds of one trace: a line, and what is wrong with it.
fn judge(trace: &Trace, runs: &[&Trace]) -> (String, Option<String>) {
    let config = Arc::new(config(&trace.settings).unwrap_or_else(|why| panic!("{}: {why}", trace.name)));
    let mut views: Vec<&Vec<String>> = runs.iter().map(|run| &run.alive).collect();
    views.dedup();
    let (mut met, mut first_miss, mut other_views) = (0, None, None);
    for seed in SEEDS {
        let played =
            play(trace, &config, seed).unwrap_or_else(|why| panic!("{}, seed {seed}: {why}", trace.name));
        if !views.contains(&&played.alive) {
            other_views
                .get_or_insert(format!("seed {seed} ends with {:?}, not {:?}", played.alive, trace.alive));
        }
        let differences = differences(&played, runs);
        met += usize::from(differences.is_empty());
        if !differences.is_empty() {
            first_miss.get_or_insert((seed, differences));
        }
    }
    let seeds = SEEDS.count();
    let line = format!("{:<44} run {}  met by {met:>3} of {seeds} seeds", trace.name, trace.run);
    let missed = first_miss.filter(|_| met == 0).map(|(seed, differences)| {
        let nodes = differences.iter().fold(String::new(), |mut text, (node, why)| {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n    {node}: {why}");
            text
        });
        format!("no seed meets it; with seed {seed}:{nodes}")
    });
    (line, other_views.or(missed))
}

/// The next of a list that several threads work off.
fn take<'a, T>(next: &AtomicUsize, list: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    list.get(at).map(|item| (at, item))
}

#[test]
fn every_trace_is_met_node_by_node_and_no_seed_ends_otherwise() {
    let scripts = traces(&folder());
    assert!(!scripts.is_empty(), "there is no trace in {}", folder().display());
    let runs: Vec<(&Trace, Vec<&Trace>)> =
        scripts.values().flat_map(|runs| runs.iter().map(|trace| (trace, runs.iter().collect()))).collect();
    let next = AtomicUsize::new(0);
    let judged = Mutex::new(BTreeMap::new());
    let threads = thread::available_parallelism().map_or(1, usize::from).min(runs.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((at, (trace, runs))) = take(&next, &runs) {
                    let verdict = judge(trace, runs);
                    judged.lock().unwrap().insert(at, verdict);
                }
            });
        }
    });
    let (mut report, mut wrong) = (String::new(), Vec::new());
    for ((trace, _), (line, problem)) in runs.iter().zip(judged.into_inner().unwrap().into_values()) {
        // Writing to a String cannot fail.
        let _ = writeln!(report, "{line}");
        wrong.extend(problem.map(|problem| format!("{} run {}: {problem}", trace.name, trace.run)));
    }
    // For people who run this test, whether it passes or not: past the capture of test output.
    writeln!(std::io::stderr(), "\n{report}").unwrap();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn told(kinds: &[&'static str]) -> Vec<Told> {
    kinds.iter().map(|kind| Told { kind, about: String::new() }).collect()
}

#[test]
fn within_a_group_order_means_nothing_and_between_groups_it_does() {
    let groups = [told(&["MemberUp", "MemberJoined"]), told(&["LeaderChanged"])];
    let same = told(&["MemberJoined", "MemberUp", "LeaderChanged"]);
    assert_eq!(difference(&groups, &same, false), None);
    let across = told(&["MemberJoined", "LeaderChanged", "MemberUp"]);
    assert!(difference(&groups, &across, false).is_some());
}

#[test]
fn only_the_last_events_of_a_node_that_ended_may_be_missing() {
    let groups = [told(&["MemberUp"]), told(&["ClusterShuttingDown", "MemberRemoved"])];
    let cut_off = told(&["MemberUp", "MemberRemoved"]);
    assert_eq!(difference(&groups, &cut_off, true), None);
    assert!(difference(&groups, &cut_off, false).is_some());
    assert!(difference(&groups, &told(&["MemberUp", "MemberLeft"]), true).is_some());
    assert!(difference(&groups, &told(&["MemberRemoved"]), true).is_some());
    let more = told(&["MemberUp", "MemberRemoved", "ClusterShuttingDown", "MemberUp"]);
    assert!(difference(&groups, &more, true).is_some());
}

#[test]
fn actions_are_read_as_they_are_written_and_others_are_refused() {
    let leave = |node: &str, on: &str, while_joining| Action::Leave {
        node: node.into(),
        on: on.into(),
        while_joining,
    };
    for (text, expected) in [
        ("join B via A", vec![Action::Join("B".into(), "A".into())]),
        ("all joinSeedNodes [A, B]", vec![Action::AllJoinSeedNodes(vec!["A".into(), "B".into()])]),
        ("leave C (on A)", vec![leave("C", "A", false)]),
        ("leave C (on C) while Joining", vec![leave("C", "C", true)]),
        ("leave B (on A), leave C (on C)", vec![leave("B", "A", false), leave("C", "C", false)]),
        ("cut AB|C", vec![Action::Cut(vec![vec!["A".into(), "B".into()], vec!["C".into()]])]),
        ("kill E, no leave", vec![Action::Crash("E".into())]),
        ("restart E same address", vec![Action::Restart("E".into())]),
    ] {
        assert_eq!(Action::read(text), Ok(expected), "{text}");
    }
    for text in ["explode A", "join B", "cut AB", "", "leave", "restart E"] {
        assert!(Action::read(text).is_err(), "{text}");
    }
}

#[test]
fn a_setting_that_is_not_known_is_refused() {
    assert!(config("defaults except SBR keep-majority stable-after 7s").is_ok());
    assert!(config("defaults except SBR keep-everything stable-after 7s").is_err());
    assert!(config("defaults except no-such-setting 7s").is_err());
}
