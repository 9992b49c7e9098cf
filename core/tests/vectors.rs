//! The values of this crate against expected values that Apache Pekko Cluster computed.
//!
//! `core/tests/vectors` holds a sample of the cases. `QUORATE_VECTORS=FOLDER cargo test -p quorate --test vectors` runs
//! another folder whole, from the root of the workspace if its path is relative. What is run and what is still pending
//! stands in the manifest.

#![allow(clippy::unwrap_used, reason = "a case that can't be read fails the test")]

mod vectors_runner;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use vectors_runner::manifest::{AREAS, Area, Scope};
use vectors_runner::{Report, run_area, run_folder};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn folder() -> PathBuf {
    match std::env::var_os("QUORATE_VECTORS") {
        Some(other) => Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(other),
        None => sample(),
    }
}

/// The report is for people who run this test, whether it passes or not, so it goes past the capture of test output.
fn show(report: &Report) {
    writeln!(std::io::stderr(), "\n{report}").expect("standard error is open");
}

#[test]
fn every_result_is_that_of_pekko() {
    let report = run_folder(&folder());
    show(&report);
    assert!(report.cases() > 0, "there is no case in {}", folder().display());
    assert!(!report.has_failed(), "{} results differ", report.failed());
}

#[test]
fn the_sample_has_cases_of_every_area_and_operation() {
    for area in AREAS {
        let text = fs::read_to_string(sample().join(format!("{}.jsonl", area.name))).unwrap();
        let operations: BTreeSet<String> = text.lines().map(vectors_runner::operation_of_line).collect();
        let expected = match &area.scope {
            Scope::Whole(_) => BTreeSet::from([String::new()]),
            Scope::Operations(named) => named.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        assert_eq!(operations, expected, "{}", area.name);
    }
}

fn area(name: &str) -> &'static Area {
    AREAS.iter().find(|area| area.name == name).unwrap()
}

#[test]
fn a_result_that_differs_is_shown_with_its_case() {
    let line = r#"{"id":"x-1","op":"compare","in":{"a":"1","b":"2"},"out":{"sign":1,"equal":false}}"#;
    let report = run_area(area("app_version"), line);
    assert!(report.has_failed());
    let text = report.to_string();
    for part in
        ["x-1", "expected {\"equal\":false,\"sign\":1}", "actual   {\"equal\":false,\"sign\":-1}", ".sign"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn what_the_manifest_does_not_name_fails() {
    let line = r#"{"id":"x-1","op":"no_such_operation","in":{},"out":{}}"#;
    assert!(run_area(area("app_version"), line).has_failed());
    assert!(run_area(area("app_version"), "no json").has_failed());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unnamed-area");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("no_such_area.jsonl"), "").unwrap();
    let report = run_folder(&folder);
    assert!(report.has_failed());
    assert!(report.to_string().contains("no_such_area"), "{report}");
}

#[test]
fn an_area_without_a_file_is_neither_run_nor_pending() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty-folder");
    fs::create_dir_all(&folder).unwrap();
    let report = run_folder(&folder);
    assert_eq!((report.cases(), report.has_failed()), (0, false));
    assert!(!report.to_string().contains("pending"), "{report}");
}
