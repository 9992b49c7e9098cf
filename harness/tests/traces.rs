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
        ("leave C while Joining (on A)", vec![leave("C", "A", true)]),
        ("leave C", vec![leave("C", "C", false)]),
        ("leave B, leave C (on A)", vec![leave("B", "B", false), leave("C", "A", false)]),
        ("down C (on A)", vec![Action::Down("C".into(), "A".into())]),
        ("prepareForFullClusterShutdown (on B)", vec![Action::Prepare("B".into())]),
        ("crash E", vec![Action::Crash("E".into())]),
        ("leave B (on A), leave C (on C)", vec![leave("B", "A", false), leave("C", "C", false)]),
        ("cut AB|C", vec![Action::Cut(vec![vec!["A".into(), "B".into()], vec!["C".into()]])]),
        ("kill E, no leave", vec![Action::Crash("E".into())]),
        ("restart E same address", vec![Action::Restart("E".into())]),
    ] {
        assert_eq!(Action::read(text), Ok(expected), "{text}");
    }
    for text in [
        "explode A",
        "join B",
        "cut AB",
        "",
        "leave",
        "restart E",
        "down C",
        "crash",
        "all joinSeedNodes A",
        "prepareForFullClusterShutdown",
        "heal A|",
    ] {
        assert!(Action::read(text).is_err(), "{text}");
    }
}

/// A script of three or five nodes, written as traces are, and the views that it ends with.
fn scripted(settings: &str, nodes: &str, actions: &[(u32, &str)], end: u32, alive: &str) -> Trace {
    let nodes: Vec<String> = nodes.chars().map(String::from).collect();
    let alive: Vec<&str> = alive.split("; ").filter(|view| !view.is_empty()).collect();
    let mut text = serde_json::json!({ "trace": "own", "settings": settings, "nodes": nodes }).to_string();
    for (t, action) in actions {
        let row = serde_json::json!({ "t": t, "node": "*", "action": action });
        let _ = write!(text, "\n{row}");
    }
    let _ = write!(text, "\n{}\n", serde_json::json!({ "end": end, "alive": alive }));
    Trace::read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// A script is played with some seeds; each ends with the views that it must, and is met by what it told itself.
fn plays(settings: &str, nodes: &str, actions: &[(u32, &str)], end: u32, alive: &str) -> Vec<Trace> {
    let trace = scripted(settings, nodes, actions, end, alive);
    let config = Arc::new(config(&trace.settings).unwrap());
    let told = |seed| {
        let played = play(&trace, &config, seed).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        assert_eq!(played.alive, trace.alive, "seed {seed}");
        let told: BTreeMap<_, _> =
            played.told.iter().map(|(node, groups)| (node.clone(), groups.concat())).collect();
        let own = scripted(settings, nodes, actions, end, alive);
        let own = Trace { told, ..own };
        assert_eq!(differences(&played, &[&own]), BTreeMap::new(), "seed {seed}");
        let silent = scripted(settings, nodes, actions, end, alive);
        let lasting = played.told.keys().filter(|node| !played.ended.contains(node));
        assert_eq!(differences(&played, &[&silent]).len(), lasting.count(), "seed {seed}");
        own
    };
    (1..=20).map(told).collect()
}

const ALL_UP: &str = "A{A#1:Up B#1:Up C#1:Up}; B{A#1:Up B#1:Up C#1:Up}; C{A#1:Up B#1:Up C#1:Up}";

/// Actions that none of the shipped scripts has.
#[test]
fn all_may_join_at_once() {
    let join = (1000, "all joinSeedNodes [A]");
    let own = plays("defaults", "ABC", &[join], 20_000, ALL_UP);
    let first: Vec<&Told> = own.iter().map(|trace| &trace.told["A#1"][2]).collect();
    assert!(first.iter().any(|one| one.about == "B#1") && first.iter().any(|one| one.about == "C#1"));
    let both = (1000, "all joinSeedNodes [A, B]");
    plays("defaults except min-nr-of-members 3, seed-node-timeout=2 s", "ABC", &[both], 25_000, ALL_UP);
}

#[test]
fn several_may_leave_at_once_or_while_they_join() {
    let join = (1000, "all joinSeedNodes [A]");
    let leave = (20_000, "leave B (on B), leave C (on A)");
    plays("defaults except SBR keep-majority stable-after 7s", "ABC", &[join, leave], 60_000, "A{A#1:Up}");
    let joins = [(1000, "join A via A"), (6000, "join B via A"), (12_000, "join C via A")];
    for leave in ["leave C (on C) while Joining", "leave C (on A) while Joining"] {
        let actions = [&joins[..], &[(12_000, leave)]].concat();
        let two = "A{A#1:Up B#1:Up}; B{A#1:Up B#1:Up}";
        let own = plays("defaults except SBR keep-majority stable-after 7s", "ABC", &actions, 50_000, two);
        let told = |trace: &Trace, kind| {
            trace.told["A#1"].iter().any(|one| one.kind == kind && one.about.starts_with("C#1"))
        };
        assert!(own.iter().all(|trace| told(trace, "MemberLeft") && told(trace, "MemberRemoved")), "{leave}");
        assert!(own.iter().any(|trace| !told(trace, "MemberUp")), "{leave}");
    }
}

#[test]
fn groups_may_be_more_than_two_and_a_kill_may_be_followed_by_a_restart() {
    let start = (1000, "all joinSeedNodes [A]");
    let (cut, heal) = ((20_000, "cut AB|C|D"), (25_500, "heal AB|C|D"));
    let (kill, restart) = ((45_000, "kill D, no leave"), (46_000, "restart D same address"));
    let actions = [start, cut, heal, kill, restart, (46_001, "join D via B")];
    let view = "{A#1:Up B#1:Up C#1:Up D#2:Up}";
    let alive = ["A", "B", "C", "D"].map(|node| format!("{node}{view}")).join("; ");
    plays("defaults except SBR keep-majority stable-after 20s", "ABCD", &actions, 90_000, &alive);
    let down = [start, (20_000, "down C (on A)"), (40_000, "crash B")];
    plays(
        "defaults except SBR keep-oldest stable-after 5s down-if-alone off",
        "ABC",
        &down,
        80_000,
        "A{A#1:Up}",
    );
    let stop = [start, (20_000, "prepareForFullClusterShutdown (on B)")];
    plays("defaults", "ABC", &stop, 40_000, &ALL_UP.replace(":Up", ":ReadyForShutdown"));
}

/// What is wrong with a file is told with its line.
#[test]
fn a_trace_that_says_nothing_or_nonsense_is_refused() {
    let header = r#"{"trace":"x","settings":"defaults","nodes":["A","B"]}"#;
    let end = r#"{"end":9.5,"alive":[]}"#;
    let join = r#"{"t":1,"node":"*","action":"join A via A"}"#;
    assert!(Trace::read(&format!("{header}\n\n{join}\n{end}\n\n")).is_ok());
    for (text, why) in [
        (String::new(), "the file is empty"),
        ("no json".into(), "line 1: expected ident"),
        ("{}".into(), "no `trace` in {}"),
        (r#"{"trace":"x","nodes":["A"]}"#.into(), "no `settings` in"),
        (r#"{"trace":"x","settings":"defaults"}"#.into(), "line 1: `nodes` must name each node once"),
        (header.replace("\"B\"", "\"A\""), "line 1: `nodes` must name each node once"),
        (format!("{header}\n{end}"), "nothing is done in it"),
        (format!("{header}\n{join}"), "no line tells the views at the end"),
        (
            format!("{header}\n{}\n{end}", join.replace("join", "push")),
            "line 2: the action `push A via A` is not known",
        ),
        (format!("{header}\n{}\n{end}", join.replace("via A", "via C")), "line 2: the header has no node C"),
        (format!("{header}\n{}\n{end}", join.replace(":1,", ":\"soon\",")), "line 2: \"soon\" is no time"),
        (
            format!("{header}\n{join}\n{{\"t\":2,\"node\":\"Z\",\"ev\":\"MemberUp\"}}"),
            "line 3: the header has no node Z",
        ),
    ] {
        let error = Trace::read(&text).err().unwrap_or_default();
        assert!(error.starts_with(why), "{text}: {error}");
    }
}

#[test]
fn a_setting_that_is_not_known_is_refused() {
    assert!(config("defaults except SBR keep-majority stable-after 7s").is_ok());
    let quorum = config("defaults except SBR static-quorum quorum-size 3 stable-after 7 s").unwrap();
    assert_eq!(
        (quorum.get("sbr.static-quorum.quorum-size"), quorum.get("sbr.stable-after")),
        (Some("3".into()), Some("7s".into()))
    );
    assert_eq!(config("defaults").unwrap(), quorate::Config::pekko());
    assert!(config("pekko.cluster.allow-weakly-up-members = off, no SBR").is_ok());
    for wrong in ["SBR", "SBR static-quorum", "SBR keep-majority stable-after", "jmx.enabled off"] {
        assert!(config(wrong).is_err(), "{wrong}");
    }
    assert!(config("defaults except SBR keep-everything stable-after 7s").is_err());
    assert!(config("defaults except no-such-setting 7s").is_err());
}
