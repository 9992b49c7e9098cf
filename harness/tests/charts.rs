//! PIC-5: charts are the same bytes every time: on one thread and on two, in debug and in release, on every machine.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::PathBuf;
use std::process::Command;

const FORMATION: &str = "harness/measure/formation.qcase";
const DETECTION: &str = "harness/scenarios/crash.qcase";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn chart(arguments: &[&str], jobs: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorate"));
    let output =
        command.arg("chart").args(arguments).args(["--jobs", jobs]).current_dir(root()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What each of the four shows is in it, so that equal does not mean empty.
#[test]
fn each_chart_is_the_same_on_one_thread_and_on_two() {
    let charts: [(&[&str], &str); 4] = [
        (&["convergence", FORMATION, "--sizes", "2,4", "--seeds", "1..3"], "3 seeds for each size"),
        (&["detection", DETECTION, "--seeds", "1..2"], "crash"),
        (&["coverage", "--cases", "8"], "goals met"),
        (&["kills", "--cases", "2"], "caught"),
    ];
    for (arguments, shows) in charts {
        let one = chart(arguments, "1");
        assert!(
            one.starts_with("<svg ") && one.trim_end().ends_with("</svg>") && one.contains(shows),
            "{one}"
        );
        assert_eq!(one, chart(arguments, "2"), "{arguments:?}");
    }
}

/// Debug builds and release builds draw what the docs show. After a change that rightly moves a chart:
/// `QUORATE_RECORD=1 cargo test -p quorate-harness --test charts docs`.
#[test]
fn the_charts_of_the_docs_are_what_their_commands_draw() {
    let text = std::fs::read_to_string(root().join("harness/docs/pictures.md")).unwrap();
    let commands: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.contains(" --out harness/docs/charts/"))
        .map(|line| line.trim().strip_prefix("quorate chart ").unwrap().split(' ').collect())
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        let [arguments @ .., "--out", file] = &command[..] else { panic!("no file in {command:?}") };
        let drawn = chart(arguments, "2");
        let path = root().join(file);
        if std::env::var_os("QUORATE_RECORD").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap() == drawn, "{file} is another chart");
    }
}
