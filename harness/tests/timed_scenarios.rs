//! The scenarios of the specification that depend on time (part 04, section 12.2), each played by a whole cluster with all
//! repairs off and with all on. A file whose name ends in `-exact` or `-repaired` holds for that setting only; all others
//! for both.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::path::Path;

use quorate_harness::case::{Case, parse_bytes};
use quorate_harness::run::{Options, Report, run};
use quorate_harness::settings::Settings;

/// The cases by name, in order.
fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/timed");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let case = parse_bytes(&name, &std::fs::read(&path).unwrap(), &Settings);
        (name, case.unwrap_or_else(|errors| panic!("{errors}")))
    };
    let mut cases: Vec<(String, Case)> = paths.map(read).collect();
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    cases
}

fn play(case: &Case, repairs: &str) -> Report {
    let set = vec![("repairs.all".to_owned(), repairs.to_owned())];
    run(case, &Options { set, bare: true, ..Options::default() }).unwrap()
}

/// T-01 to T-30: every scenario is there, and ends as part 04 says, or as REP-113 says of it.
#[test]
fn each_timed_scenario_ends_as_the_catalogue_says_without_and_with_the_repairs() {
    let cases = cases();
    for (name, case) in &cases {
        for (setting, repairs) in [("-exact", "off"), ("-repaired", "on")] {
            let is_of_other = ["-exact", "-repaired"].iter().any(|end| name.ends_with(end));
            if name.ends_with(setting) || !is_of_other {
                let report = play(case, repairs);
                assert!(report.passed(), "{name}, repairs {repairs}: {}", report.verdict());
            }
        }
    }
    let told: BTreeSet<&str> = cases.iter().map(|(name, _)| &name[..4]).collect();
    let all: Vec<String> = (1..=30).map(|number| format!("t-{number:02}")).collect();
    assert!(told.iter().eq(all.iter()), "{told:?}");
}

/// T-07, T-23, REP-51, REP-110: what ends otherwise with the repairs does so by them.
#[test]
fn what_ends_otherwise_with_the_repairs_does_not_hold_without_them() {
    let cases = cases();
    let of_one: Vec<_> = cases.iter().filter(|(name, _)| name.ends_with("-repaired")).collect();
    assert_eq!(
        of_one.iter().map(|(name, _)| &**name).collect::<Vec<_>>(),
        ["t-07-repaired", "t-23-off-repaired"]
    );
    for (name, case) in of_one {
        assert!(!play(case, "off").passed(), "{name}");
        let exact = name.replace("-repaired", "-exact");
        let (_, exact) = cases.iter().find(|(name, _)| *name == exact).unwrap();
        assert!(!play(exact, "on").passed(), "{name}");
    }
}
