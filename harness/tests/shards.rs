//! RUN-4: campaigns beyond one machine: shards, what joins them, and the files that are ready for a fleet.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use command::{quorate, text};

/// An empty place of a test's own.
fn place(name: &str) -> PathBuf {
    command::place("shards", name)
}

/// The last object that a command printed.
fn last(output: &Output) -> Value {
    let printed = text(&output.stdout);
    let line = printed.lines().last().unwrap_or_else(|| panic!("{}", text(&output.stderr)));
    serde_json::from_str(line).unwrap()
}

const CAMPAIGN: [&str; 9] = [
    "sweep",
    "--set",
    "world.planted=events-doubled",
    "--profile",
    "quiet",
    "--seeds",
    "1..24",
    "--jobs",
    "1",
];

fn sweep(folder: &Path, more: &[&str]) -> Value {
    let output = quorate(folder, &[&CAMPAIGN, more, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    last(&output)
}

/// RUN-4: the same totals as one campaign; by signature, of each the least id and the smallest case.
#[test]
fn what_shards_found_adds_up_to_one_campaign() {
    let folder = place("totals");
    let whole = sweep(&folder, &["--out", "whole"]);
    for shard in 0..3 {
        sweep(&folder, &["--shard", &format!("{shard}/3"), "--out", &format!("part/{shard}")]);
    }
    // They may have been written elsewhere.
    fs::rename(folder.join("part"), folder.join("moved")).unwrap();
    let parts = ["moved/0", "moved/2", "moved/1"];
    let merged = quorate(&folder, &[&["merge", "--json", "--out", "failures"], &parts[..]].concat());
    assert_eq!(merged.status.code(), Some(1), "{}", text(&merged.stderr));
    let merged = last(&merged);
    for field in [
        "profile",
        "seeds",
        "shard",
        "set",
        "planted",
        "runs",
        "runs_twice",
        "events",
        "violations",
        "not_deterministic",
        "failed_anyway",
        "not_applicable",
        "judged",
        "never_judged",
        "unclean_splits",
        "sometimes_missed",
        "stopped",
        "build",
    ] {
        assert_eq!(merged[field], whole[field], "{field}");
    }
    assert!(
        (merged["node_seconds"].as_f64().unwrap() - whole["node_seconds"].as_f64().unwrap()).abs() < 1e-3
    );
    let found = |object: &Value| -> Vec<(Value, Value, Value)> {
        let all = object["distinct_failures"].as_array().unwrap();
        let mut all: Vec<_> = all
            .iter()
            .map(|found| (found["signature"].clone(), found["id"].clone(), found["runs"].clone()))
            .collect();
        all.sort_by_key(|found| found.0.to_string());
        all
    };
    assert_eq!(found(&merged), found(&whole));
    for failure in merged["distinct_failures"].as_array().unwrap() {
        let file = failure["shrunk"]["file"].as_str().unwrap();
        assert!(file.starts_with("failures/"), "{file}");
        assert_eq!(quorate(&folder, &["replay", file, "--quiet"]).status.code(), Some(1));
    }
    // One of a single shard is itself; and told to a person.
    let told = quorate(&folder, &["merge", "whole"]);
    let told = text(&told.stdout);
    for part in ["FAILED: E1", "replay whole/", "explain whole/", "promote whole/", "24 runs"] {
        assert!(told.contains(part), "no `{part}` in\n{told}");
    }
}

/// RUN-4: what is missing or does not belong together is told, exit 2, and nothing is added up.
#[test]
fn shards_that_are_missing_or_of_another_campaign_are_told() {
    let folder = place("wrong");
    let quiet = |shard: &str, seeds: &str, out: &str| {
        let arguments =
            ["sweep", "--profile", "quiet", "--seeds", seeds, "--shard", shard, "--out", out, "--quiet"];
        assert_eq!(quorate(&folder, &arguments).status.code(), Some(0));
    };
    quiet("0/2", "1..4", "zero");
    quiet("1/2", "1..4", "one");
    quiet("1/2", "1..6", "longer");
    let told = |arguments: &[&str]| {
        let output = quorate(&folder, &[&["merge"], arguments].concat());
        (output.status.code(), text(&output.stderr) + &text(&output.stdout))
    };
    assert_eq!(told(&["zero", "one", "one"]).0, Some(0), "a shard that is there twice is the same");
    quiet("0/2", "1..4", "zero");
    assert_eq!(told(&["zero", "one"]).0, Some(0), "and so is one that was run again");
    let (status, printed) = told(&["zero"]);
    assert_eq!(status, Some(2));
    assert!(printed.contains("of 2 shards 1 left nothing: 1"), "{printed}");
    let (status, printed) = told(&["zero", "--partial"]);
    assert_eq!(status, Some(0));
    assert!(printed.contains("missing: the shards 1"), "{printed}");
    let (status, printed) = told(&["zero", "longer"]);
    assert_eq!(status, Some(2));
    assert!(printed.contains("different seeds"), "{printed}");
    fs::create_dir(folder.join("empty")).unwrap();
    assert!(told(&["zero", "empty"]).1.contains("no shard has left anything there"));
    assert!(told(&["nowhere"]).1.contains("nowhere: "));
    let record = fs::read_dir(folder.join("one")).unwrap().map(|entry| entry.unwrap().path());
    let record = record.into_iter().find(|path| path.to_string_lossy().ends_with(".sweep.json")).unwrap();
    let there = fs::read_to_string(&record).unwrap();
    fs::write(&record, there.replacen("\"version\":\"", "\"version\":\"99.", 1)).unwrap();
    assert!(told(&["zero", "one"]).1.contains("different builds"));
    fs::write(&record, &there[..there.len() / 2]).unwrap();
    let (status, printed) = told(&["zero", "one"]);
    assert_eq!(status, Some(2));
    assert!(printed.contains("no record of a shard that this build reads"), "{printed}");
}

/// The lines of a file that run the command.
fn lines(file: &str, command: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/campaigns").join(file);
    let text = fs::read_to_string(path).unwrap();
    let line = text.lines().find(|line| line.trim_start().starts_with(command)).unwrap();
    line.trim().to_string()
}

/// RUN-4: the command lines of the files for a CI matrix and for a cluster scheduler, run by processes side by side.
#[cfg(unix)]
#[test]
fn the_files_for_a_fleet_run_as_they_are() {
    let bin = Path::new(env!("CARGO_BIN_EXE_quorate")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for file in ["matrix.yml", "indexed-job.yaml"] {
        let folder = place(file);
        let shell = |line: &str, shard: usize| {
            let results = if file == "matrix.yml" { "results" } else { "volume" };
            Command::new("sh")
                .args(["-c", line])
                .current_dir(&folder)
                .env("PATH", &path)
                .envs([("SEEDS", "1..12"), ("SHARDS", "3"), ("RESULTS", results)])
                .envs([("SHARD", shard.to_string()), ("JOB_COMPLETION_INDEX", shard.to_string())])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        };
        let (sweep, merge) = (lines(file, "quorate sweep"), lines(file, "quorate merge"));
        let copies: Vec<_> = (0..3).map(|shard| shell(&sweep, shard)).collect();
        for copy in copies {
            assert!(copy.wait_with_output().unwrap().status.success(), "{sweep}");
        }
        let merged = shell(&format!("{merge} --json"), 0).wait_with_output().unwrap();
        let merged = last(&merged);
        let whole = last(&quorate(&folder, &["sweep", "--seeds", "1..12", "--json"]));
        for field in ["runs", "events", "violations", "judged"] {
            assert_eq!(merged[field], whole[field], "{file}: {field}");
        }
    }
}
