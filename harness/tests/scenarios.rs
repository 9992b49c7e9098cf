//! The shipped cases: each passes, each always in the same way.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quorate_harness::case::{Case, parse_bytes};
use quorate_harness::run::{Options, Report, run};
use quorate_harness::settings::Settings;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// All shipped cases by path below the folder and without ending, in order.
fn scenarios() -> Vec<(String, Case)> {
    let mut files = Vec::new();
    collect(&folder(), &mut files);
    let read = |path: PathBuf| {
        let below = path.strip_prefix(folder()).unwrap().with_extension("");
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let name = parts.join("/");
        let case = parse_bytes(&name, &std::fs::read(&path).unwrap(), &Settings);
        (name, case.unwrap_or_else(|errors| panic!("{errors}")))
    };
    let mut scenarios: Vec<(String, Case)> = files.into_iter().map(read).collect();
    scenarios.sort_by(|(a, _), (b, _)| a.cmp(b));
    scenarios
}

/// All cases in a folder and the folders below it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "qcase") {
            files.push(path);
        }
    }
}

fn play(case: &Case, set: &[(&str, &str)]) -> Report {
    let set = set.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    run(case, &Options { set, ..Options::default() }).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn every_shipped_case_passes() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 5);
    for (name, case) in scenarios {
        let report = play(&case, &[]);
        assert!(report.passed(), "{name}: {}\n{}", report.verdict(), report.story.told(&report.cast));
    }
}

/// CASE-2: a shipped case reads back from its own canonical form, prose and all.
#[test]
fn every_shipped_case_reads_back_from_its_print() {
    for (name, case) in scenarios() {
        let again = parse_bytes(&name, case.to_string().as_bytes(), &Settings).unwrap();
        assert_eq!(again, case, "{name}");
    }
}

/// SIM-8: the digests that every machine and every build gives. After a change that rightly moves one:
/// `QUORATE_RECORD=1 cargo test -p quorate-harness --test scenarios digests`.
#[test]
fn the_digests_of_all_shipped_cases_are_those_recorded() {
    let path = folder().join("digests.toml");
    let digests: BTreeMap<String, String> = scenarios()
        .iter()
        .map(|(name, case)| (name.clone(), format!("{:016x}", play(case, &[]).outcomes.digest)))
        .collect();
    if std::env::var_os("QUORATE_RECORD").is_some() {
        std::fs::write(&path, toml::to_string(&digests).unwrap()).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let recorded: BTreeMap<String, String> = toml::from_str(&text).unwrap();
    assert_eq!(digests, recorded);
}

/// SIM-4: it is the same run whether messages travel as values or as bytes.
#[test]
fn a_run_is_the_same_over_the_wire() {
    for (name, case) in scenarios() {
        let (by_value, by_bytes) = (play(&case, &[]), play(&case, &[("world.wire", "on")]));
        assert!(by_bytes.passed(), "{name}: {}", by_bytes.verdict());
        assert_eq!(by_value.outcomes.digest, by_bytes.outcomes.digest, "{name}");
    }
}

/// SIM-2: another seed is another run. A case that was promoted is about what happened with its own.
#[test]
fn another_seed_is_another_run_and_passes_too() {
    for (name, case) in scenarios().into_iter().filter(|(name, _)| !name.starts_with("regressions/")) {
        let first = play(&case, &[]).outcomes.digest;
        for seed in 1..=10 {
            let other = run(&case, &Options { seed: Some(seed), ..Options::default() }).unwrap();
            assert!(other.passed(), "{name}, seed {seed:x}: {}", other.verdict());
            assert_ne!(other.outcomes.digest, first, "{name}");
        }
    }
}

/// The story that the tour tells.
#[test]
fn the_story_of_the_tour() {
    let (_, case) = scenarios().into_iter().find(|(name, _)| name == "clean-split").unwrap();
    let report = play(&case, &[]);
    let verdict = report.verdict().to_string();
    let verdict = verdict.split(", digest").next().unwrap_or_default();
    insta::assert_snapshot!(format!(
        "{}\n{}\n{verdict}",
        report.story.told(&report.cast),
        report.strip.shown(false)
    ));
}
