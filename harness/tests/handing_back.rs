//! Handing a failure back, as a user meets it: replay, shrink, measure, fmt, list.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use command::{file, quorate_in_checkout as quorate, text};

fn has_all(printed: &str, parts: &[&str]) {
    for part in parts {
        assert!(printed.contains(part), "no `{part}` in\n{printed}");
    }
}

const PLANTED: &str = "qcase 1
nodes a b c d e f
seeds a b
set   repairs.all = on, world.planted = weakly-up-at-once
link  * delay 500us..30ms
at 0s   start a b c d e
at 15.1s  cut a b c | d e | f
at 22s  heal
at 31s  start f
at 50s  leave b
at 90s end
";

/// RUN-1: a line of the block, as a shell would take it apart.
fn line(printed: &str, word: &str) -> Vec<String> {
    let line = printed.lines().find_map(|line| line.trim_start().strip_prefix(word)).unwrap();
    line.split_whitespace().map(str::to_string).collect()
}

/// RUN-1: from a failing case to the shrunk one to its replay, by the printed lines alone.
#[test]
fn the_printed_lines_lead_from_a_failure_to_the_smallest_case_and_to_its_replay() {
    let failing = file("road.qcase", PLANTED);
    let run = quorate(&["run", &failing]);
    let printed = text(&run.stdout);
    assert_eq!(run.status.code(), Some(1), "{printed}");
    has_all(
        &printed,
        &["FAILED  C6 (up, joining)", "  rule    ", "  where   ", "  fact    ", "  but     ", "shrunk from"],
    );
    has_all(&printed, &["world.planted = weakly-up-at-once", "  built   quorate ", "features planted"]);

    // The line that replays it shows the state before, and what led there.
    let again = line(&printed, "again ");
    assert_eq!(again[0], env!("CARGO_BIN_EXE_quorate"));
    let replay = quorate(&again[1..].iter().map(String::as_str).collect::<Vec<_>>());
    let shown = text(&replay.stdout);
    assert_eq!(replay.status.code(), Some(1), "{shown}");
    has_all(
        &shown,
        &["stopped before event ", "state at ", "not converged", "steps that led there:", "hears join of"],
    );
    has_all(&shown, &["FAILED  C6 (up, joining)", "next deadline"]);

    // The line that shrinks it leaves a file that replays with the digest that it states.
    let shrink = line(&printed, "shrink ");
    let keep: Vec<&str> = shrink[1..].iter().map(String::as_str).collect();
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("road-shrunk.qcase");
    assert!(keep.last().unwrap().ends_with("road-shrunk.qcase"));
    let out = out.to_string_lossy();
    let shrink = quorate(&[&keep[..keep.len() - 1], &[&*out]].concat());
    let says = text(&shrink.stdout);
    assert_eq!(shrink.status.code(), Some(0), "{says}{}", text(&shrink.stderr));
    has_all(&says, &["none of them can be left out", "again: "]);
    let again = line(&says, "again: ");
    let replay = quorate(&again[1..].iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(replay.status.code(), Some(1), "{}", text(&replay.stderr));
    has_all(&text(&replay.stdout), &["as the case states"]);
    assert!(fs::read_to_string(&*out).unwrap().contains("digest "));
}

/// RUN-1: a digest that differs says which of the reasons it has, and how to go on; exit 3.
#[test]
fn a_digest_that_differs_is_told_with_its_reason() {
    let case = "qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 9s end\n";
    let stamped = file("stamped.qcase", case);
    let stamp = quorate(&["replay", &stamped, "--stamp"]);
    assert_eq!(stamp.status.code(), Some(0), "{}", text(&stamp.stderr));
    let written = fs::read_to_string(&stamped).unwrap();
    let replay = quorate(&["replay", &stamped]);
    assert_eq!(replay.status.code(), Some(0));
    has_all(&text(&replay.stdout), &["nothing failed", "as the case states"]);

    let digest = written.split("digest ").nth(1).unwrap().split(' ').next().unwrap().to_string();
    let source = written.split("source ").nth(1).unwrap().split(',').next().unwrap().to_string();
    let other =
        file("other-build.qcase", &written.replace(&digest, "1234567890abcdef").replace(&source, "0"));
    let replay = quorate(&["replay", &other]);
    let told = text(&replay.stderr);
    assert_eq!(replay.status.code(), Some(3), "{told}");
    has_all(&told, &["states digest 1234567890abcdef", &digest, "this build is deterministic", "--stamp"]);
    has_all(&told, &["left by: quorate", "this is: quorate"]);
    let edited = file("edited.qcase", &written.replace("nodes   a b", "nodes   a b c"));
    let replay = quorate(&["replay", &edited]);
    assert_eq!(replay.status.code(), Some(3));
    has_all(&text(&replay.stderr), &["build of the same source", "was edited since"]);
    // What `--set` changes is not the run that the digest is of.
    assert_eq!(quorate(&["replay", &stamped, "--seed", "5"]).status.code(), Some(0));
}

/// RUN: stops before what was asked for; one node only; as an object.
#[test]
fn a_replay_stops_before_the_instant_or_event_that_was_asked_for() {
    let case = "harness/scenarios/crash.qcase";
    let state = |arguments: &[&str]| -> Value {
        let output = quorate(&[&["replay", case, "--json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let early = state(&["--until", "30s", "--node", "a"]);
    assert!(early["stopped_at"].as_f64().unwrap() < 30.0);
    assert_eq!(early["state"].as_array().unwrap().len(), 1);
    assert_eq!(early["state"][0]["members"].as_array().unwrap().len(), 5);
    assert_eq!((&early["state"][0]["converged"], &early["state"][0]["leader"]), (&true.into(), &"a".into()));
    let marked = state(&["--until", "37s", "--last", "5"]);
    assert_eq!(marked["state"][0]["observations"][0]["subject"], "e");
    assert!(marked["led_there"].as_array().unwrap().len() <= 5);
    let before_event = state(&["--until", "100", "--trace", "--last", "1000"]);
    assert_eq!(before_event["event"], 100);
    let trace = before_event["led_there"].as_array().unwrap();
    assert_eq!((trace.len(), &trace[99]["event"]), (100, &99.into()));
    // The run itself is the same, wherever it is looked at.
    assert_eq!(early["digest"], before_event["digest"]);
}

/// RUN-1: the id of a drawn case replays it.
#[test]
fn the_id_of_a_drawn_case_replays_it() {
    let output = quorate(&["replay", "quiet-1", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    has_all(&text(&output.stdout), &["nothing failed, digest "]);
}

/// CASE-5: bad input is told, with what was meant if that can be guessed; exit 2, and nothing is lost.
#[test]
fn bad_input_is_told_and_changes_nothing() {
    let sound = file("sound.qcase", "qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 9s end\n");
    let newer = file("newer.qcase", "qcase 2\nnodes a\n");
    let absent = file("absent.qcase", "qcase 1\nnodes a b\nat 1s crash a\nat 2s check up 3\nat 3s end\n");
    let folder = env!("CARGO_TARGET_TMPDIR").to_string();
    let nowhere = format!("{folder}/no/such/folder/x.qcase");
    for (arguments, told) in [
        (&["replay", "partition-17"][..], "did you mean `partitions`?"),
        (&["replay", "nonsense"], "no such file, and `nonsense` names no drawn case"),
        (&["replay", "no-such-file.qcase"], "no-such-file.qcase"),
        (&["replay", &newer], "a newer build reads it"),
        (&["replay", &sound, "--node", "c"], "there is no node `c`"),
        (&["replay", &sound, "--until", "soon"], "--until"),
        (&["replay", &sound, "--set", "gosip-interval=1s"], "did you mean `gossip-interval`?"),
        (&["replay", &sound, "--stamp", "--seed", "1"], "--stamp takes the case as it is written"),
        (&["replay", "quiet-1", "--stamp"], "there is no file to write to"),
        (&["shrink", &sound], "nothing fails in it"),
        (&["shrink", &sound, "--for", "soon"], "--for"),
        (&["measure", &sound, "--seeds", "9..1"], "there is no seed from 9 to 1"),
        (&["measure", &sound, "--seeds", "a..b"], "is no seed"),
        (&["measure", &sound, "--jobs", "0"], "at least 1"),
        (&["measure", &sound, "--jobs", "5000"], "at most 1024"),
        (&["replay", "lan-18446744073709551616"], "names no drawn case"),
        (&["replay"], "<ID|FILE>"),
        (&["shrink", &absent], "absent.qcase:3: not applicable: a is not running"),
        (&["measure", "no-such-file.qcase"], "no-such-file.qcase"),
        (&["fmt", &newer], "a newer build reads it"),
        (&["list", "everything"], "everything"),
    ] {
        let output = quorate(arguments);
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {printed}");
        assert!(printed.contains(told), "{arguments:?}: no `{told}` in\n{printed}");
    }
    let failing = file("unwritable.qcase", PLANTED);
    for out in [nowhere.as_str(), folder.as_str()] {
        let output = quorate(&["shrink", &failing, "--out", out]);
        assert_eq!(output.status.code(), Some(2), "{out}");
        has_all(&text(&output.stderr), &[out]);
    }
    assert_eq!(fs::read_to_string(&failing).unwrap(), PLANTED);
    assert_eq!(fs::read_to_string(&newer).unwrap(), "qcase 2\nnodes a\n");
}

/// RUN: without `--out` the case is all that is printed; with `--for 0s` nothing is tried.
#[test]
fn a_shrunk_case_is_printed_so_that_it_can_be_written_to_a_file() {
    let failing = file("printed.qcase", PLANTED);
    let shrunk = quorate(&["shrink", &failing]);
    let printed = text(&shrunk.stdout);
    assert!(printed.starts_with("qcase 1\n"), "{printed}");
    has_all(&text(&shrunk.stderr), &["C6 (up, joining): ", "none of them can be left out"]);
    let again = file("printed-again.qcase", &printed);
    assert_eq!(quorate(&["replay", &again, "--quiet"]).status.code(), Some(1));
    let object: Value =
        serde_json::from_slice(&quorate(&["shrink", &failing, "--json", "--for", "0s"]).stdout).unwrap();
    assert_eq!((&object["minimal"], &object["runs"]), (&false.into(), &1.into()));
    assert_eq!(object["statements"], object["statements_before"]);
}

/// RUN: one table, or one object; the same whatever the number of threads.
#[test]
fn a_case_is_measured_over_seeds() {
    let case = "harness/scenarios/crash.qcase";
    let one = quorate(&["measure", case, "--seeds", "1..4", "--json", "--jobs", "1"]);
    let two = quorate(&["measure", case, "--seeds", "1..4", "--json", "--jobs", "2"]);
    assert_eq!((one.status.code(), &one.stdout), (Some(0), &two.stdout), "{}", text(&one.stderr));
    let object: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!((&object["runs"], &object["seeds"][1]), (&4.into(), &4.into()));
    let names: Vec<&str> =
        object["metrics"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    for name in ["converged", "first-mark", "all-marks", "removed", "false-marks", "messages", "bytes"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let table = text(&quorate(&["measure", case, "--seeds", "1..2"]).stdout);
    has_all(&table, &["median", "99 %", "worst", "removed", "messages per node-second"]);
}

/// CASE-2: in canonical form, with its prose; `--check` changes nothing.
#[test]
fn a_case_is_written_in_canonical_form() {
    let ragged = "qcase 1\n# Why.\nnodes a b # two\nat 9s end\nat 0s   start all\n";
    let path = file("ragged.qcase", ragged);
    let check = quorate(&["fmt", "--check", &path]);
    assert_eq!(check.status.code(), Some(1));
    has_all(&text(&check.stdout), &["not in canonical form"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), ragged);
    assert_eq!(quorate(&["fmt", &path]).status.code(), Some(0));
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, "qcase 1\n\n# Why.\nnodes   a b  # two\n\nat 0s  start all\nat 9s  end\n");
    let again = quorate(&["fmt", "--check", "--json", &path]);
    assert_eq!(again.status.code(), Some(0));
    let object: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((&object["canonical"], &object["written"]), (&true.into(), &false.into()));
}

/// RUN: the reference, from the code itself.
#[test]
fn what_there_is_can_be_listed() {
    for (what, known) in [
        ("settings", "gossip-interval = 1s"),
        ("statements", "restart NODES [after TIME]"),
        ("invariants", "M4: "),
        ("repairs", "repairs.keep-self = "),
        ("planted", "weakly-up-at-once"),
    ] {
        let printed = text(&quorate(&["list", what]).stdout);
        has_all(&printed, &[known]);
        let objects = text(&quorate(&["list", what, "--json"]).stdout);
        let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let quiet = text(&quorate(&["list", what, "--quiet"]).stdout);
        assert_eq!(objects.len(), quiet.lines().count(), "{what}");
        assert!(objects.len() > 5 && objects.iter().all(Value::is_object));
    }
}
