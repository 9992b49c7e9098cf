//! `quorate sweep` as a user meets it: what it prints, what it leaves on disk, how it exits.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use command::{quorate, text};

/// An empty place of a test's own.
fn place(name: &str) -> PathBuf {
    command::place("sweep", name)
}

/// The objects that a command printed, one a line.
fn objects(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// RUN: the fields that others rely on.
#[test]
fn a_campaign_ends_with_one_object_that_says_what_it_has_shown() {
    let folder = place("object");
    let arguments = ["sweep", "--profile", "quiet", "--seeds", "41..60", "--jobs", "2", "--json"];
    let output = quorate(&folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let objects = objects(&output);
    let summary = objects.last().unwrap();
    for field in ["events", "node_seconds", "events_per_second_per_core"] {
        assert!(summary[field].as_f64().unwrap() > 0.0, "{field}: {summary}");
    }
    assert_eq!(summary["runs"], 20);
    assert_eq!(summary["violations"], 0);
    for field in ["known_defects", "distinct_failures", "sometimes_missed", "never_judged"] {
        assert!(summary[field].is_array(), "{field}: {summary}");
    }
    assert_eq!(summary["judged"]["M2"]["runs"], 20);
    assert!(!text(&output.stdout).contains('\x1b') && output.stderr.is_empty(), "no bar without a terminal");
    assert!(files(&folder).is_empty(), "nothing is made when there is nothing to keep");
}

/// RUN-4: what a range of seeds comes to does not depend on threads, nor on how it is shared out.
#[test]
fn one_job_and_two_jobs_and_two_shards_find_the_same() {
    let folder = place("jobs");
    let sweep = |more: &[&str]| {
        let mut arguments = vec!["sweep", "--profile", "churn", "--seeds", "1..16", "--json"];
        arguments.extend(more);
        let output = quorate(&folder, &arguments);
        objects(&output).pop().unwrap()
    };
    let (one, two) = (sweep(&["--jobs", "1"]), sweep(&["--jobs", "2"]));
    assert_eq!((&one["events"], &one["judged"]), (&two["events"], &two["judged"]));
    let shards: u64 =
        ["0/2", "1/2"].iter().map(|shard| sweep(&["--shard", shard])["events"].as_u64().unwrap()).sum();
    assert_eq!(one["events"], shards);
}

/// RUN-1, INV-5: a planted bug goes from sweep to replay by the printed lines; its case is on disk, and shrunk.
#[test]
fn a_planted_bug_is_found_kept_shrunk_and_replayed() {
    let folder = place("planted");
    let bug = "older-gossip-taken";
    let output =
        quorate(&folder, &["sweep", "--planted", bug, "--seeds", "1..200", "--out", "found", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let objects = objects(&output);
    let (first, summary) = (&objects[0], objects.last().unwrap());
    assert_eq!((&first["failure"], summary["planted"].as_str()), (&"violation".into(), Some(bug)));
    assert!(summary["violations"].as_u64().unwrap() > 0);
    let failure = &summary["distinct_failures"][0];
    let (file, shrunk) = (failure["file"].as_str().unwrap(), &failure["shrunk"]);
    assert!(shrunk["statements"].as_u64().unwrap() <= 10, "{shrunk}");
    for file in [file, shrunk["file"].as_str().unwrap()] {
        let kept = fs::read_to_string(folder.join(file)).unwrap();
        assert!(kept.contains(&format!("world.planted = {bug}")) && kept.contains("digest "), "{kept}");
        let again = quorate(&folder, &["replay", file, "--json"]);
        assert_eq!(again.status.code(), Some(1), "{}", text(&again.stderr));
        let again: Value = serde_json::from_slice(&again.stdout).unwrap();
        assert_eq!(again["failure"]["signature"], failure["signature"]);
    }
    // The line that is printed, as a shell runs it.
    let printed = quorate(&folder, &["sweep", "--planted", bug, "--seeds", "1..200", "--out", "found"]);
    let printed = text(&printed.stdout);
    let line = printed.lines().find_map(|line| line.trim().strip_prefix("again")).unwrap().trim();
    let again = Command::new("sh").args(["-c", line]).current_dir(&folder).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "{line}\n{}", text(&again.stderr));
}

/// Nothing that is there is ever overwritten.
#[test]
fn a_directory_of_something_else_or_of_another_version_is_left_alone() {
    let folder = place("directories");
    let sweep = |out: &str| quorate(&folder, &["sweep", "--profile", "quiet", "--seeds", "1", "--out", out]);
    fs::create_dir(folder.join("mine")).unwrap();
    fs::write(folder.join("mine/thesis.txt"), "the only copy").unwrap();
    let output = sweep("mine");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("mine: it is not empty"), "{}", text(&output.stderr));
    assert_eq!(files(&folder.join("mine")), ["thesis.txt"]);

    assert_eq!(sweep("ours").status.code(), Some(0));
    assert_eq!(sweep("ours").status.code(), Some(0), "a second campaign of the same version");
    let mark = folder.join("ours/quorate-sweep.json");
    let other = fs::read_to_string(&mark).unwrap().replacen("\"version\":\"", "\"version\":\"99.", 1);
    fs::write(&mark, &other).unwrap();
    let output = sweep("ours");
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(told.contains("holds the results of quorate 99.") && told.contains("this is quorate"), "{told}");
    assert_eq!(fs::read_to_string(&mark).unwrap(), other);

    fs::write(folder.join("file"), "").unwrap();
    let output = sweep("file/within");
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(told.contains("file/within: results can't be kept there"), "{told}");
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"");
}

#[test]
fn bad_flags_exit_with_2_and_say_what_was_expected() {
    let folder = place("flags");
    let cases: &[(&[&str], &str)] = &[
        (&["--profile", "partition"], "did you mean `partitions`?"),
        (&["--planted", "older-gosip-taken"], "did you mean `older-gossip-taken`"),
        (&["--seeds", "9..3"], "the last seed, 3, is below the first, 9"),
        (&["--seeds", "all"], "`A..B` is expected"),
        (&["--shard", "4/3"], "there is no shard 4 of 3"),
        (&["--seeds", "1", "--shard", "0/2"], "no seed of 1..1 is in shard 0/2"),
        (&["--for", "0s"], "above zero"),
        (&["--for", "soon"], "--for"),
        (&["--jobs", "0"], "at least 1"),
        (&["--jobs", "9999999"], "at most 1024"),
        (&["--jobs", "two"], "a number of threads, from 1 to 1024"),
        (&["--seed", "1"], "--seeds"),
        (&["--seeds", "1", "--seeds", "2"], "cannot be used multiple times"),
        (&["--set", "gossip-interval"], "--set takes KEY=VALUE"),
        (&["--set", "world.planted=nothing"], "the name of a planted bug"),
        (&["--set"], "--set <KEY=VALUE>"),
        (&["--out"], "--out <DIR>"),
        (&["somewhere"], "somewhere"),
        (&["--set", "gosip-interval=1s"], "did you mean `gossip-interval`?"),
        (&["--seeds", "1", "--set", "gossip-interval=0s"], "gossip-interval"),
    ];
    for (arguments, expected) in cases {
        let output = quorate(&folder, &[&["sweep"], *arguments].concat());
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
    assert!(files(&folder).is_empty());
}

/// INV-4
#[test]
fn a_goal_that_was_missed_is_told_and_counts_if_it_must_be_reached() {
    let folder = place("sometimes");
    let sweep = |more: &[&str]| {
        quorate(&folder, &[&["sweep", "--profile", "quiet", "--seeds", "1..3"], more].concat())
    };
    let output = sweep(&[]);
    assert_eq!(output.status.code(), Some(0));
    let missed = |output: &Output| {
        let lines: Vec<String> = text(&output.stdout)
            .lines()
            .filter(|line| line.starts_with("never met"))
            .map(str::to_owned)
            .collect();
        assert_eq!(lines.len(), 1, "{}", text(&output.stdout));
        lines[0].clone()
    };
    assert!(missed(&output).contains("goals; from"), "three runs can't be expected to meet all");
    let required = sweep(&["--require-sometimes"]);
    assert_eq!(required.status.code(), Some(4));
    assert!(missed(&required).contains(" decided-double-indirect "), "{}", missed(&required));
}

/// A campaign by time ends by itself, having run something.
#[test]
fn a_campaign_by_time_ends_in_time() {
    let folder = place("time");
    let output = quorate(&folder, &["sweep", "--profile", "quiet", "--for", "300ms", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary = objects(&output).pop().unwrap();
    assert!(summary["runs"].as_u64().unwrap() > 0 && summary["stopped"] == false, "{summary}");
}
