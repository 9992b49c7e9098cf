//! The pairs of cases that show what each repair is for: with it, and with nothing but it and what is tied to it off.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::Path;

use quorate::Repairs;
use quorate_harness::case::{Case, parse_bytes};
use quorate_harness::run::{Options, run};
use quorate_harness::settings::Settings;

/// REP-2: the repairs that can't be on without this one; and of two stories the repair that would prevent them as well.
fn go_with(name: &str) -> &'static [&'static str] {
    match name {
        "tombstones-remove" => &["content-decides", "introduce"],
        "life-cycle-order" => &["content-decides"],
        "removed-notice" => &["introduce"],
        "join-checks-tombstones" => &["introduce", "removed-notice"],
        "keep-self" => &["exiting-observers"],
        _ => &[],
    }
}

fn case(name: &str, which: &str) -> Case {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/repairs/{name}-{which}.qcase"));
    parse_bytes(name, &std::fs::read(path).unwrap(), &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

/// What a case sets of repairs, one after the other.
fn repairs(case: &Case) -> Repairs {
    let mut repairs = Repairs::none();
    let settings = case.settings.iter().flat_map(|settings| &settings.settings);
    for setting in settings {
        match setting.key.strip_prefix("repairs.") {
            Some("all") => repairs = if setting.value == "on" { Repairs::all() } else { Repairs::none() },
            Some(name) => *repairs.switch(name).unwrap() = setting.value == "on",
            None => {}
        }
    }
    repairs
}

fn off(names: impl IntoIterator<Item = &'static str>) -> Repairs {
    names.into_iter().fold(Repairs::all(), |mut repairs, name| {
        *repairs.switch(name).unwrap() = false;
        repairs
    })
}

fn passes(case: &Case, set: &[(&str, &str)]) -> bool {
    let set = set.iter().map(|(name, value)| (format!("repairs.{name}"), value.to_string())).collect();
    run(case, &Options { set, bare: true, ..Options::default() }).unwrap().passed()
}

/// REP-1, REP-2: of every repair there is a story without it, in which all others are on but those that go with it, and
/// one with it.
#[test]
fn every_repair_has_a_case_without_it_and_a_case_with_it() {
    for name in Repairs::NAMES {
        assert_eq!(repairs(&case(name, "off")), off(go_with(name).iter().copied().chain([name])), "{name}");
        assert!(*repairs(&case(name, "on")).switch(name).unwrap(), "{name}");
    }
}

/// Each repair is what makes the difference: neither of its cases holds with the other's switch.
#[test]
fn no_case_of_a_pair_holds_with_the_switch_of_the_other() {
    for name in Repairs::NAMES {
        let (without, with) = (case(name, "off"), case(name, "on"));
        assert!(passes(&without, &[]) && passes(&with, &[]), "{name}");
        assert!(!passes(&without, &[("all", "on")]), "{name}: the case without it holds with it");
        let off: Vec<_> = go_with(name).iter().chain([&name]).map(|name| (*name, "off")).collect();
        assert!(!passes(&with, &off), "{name}: the case with it holds without it");
    }
}

/// The two cases of a pair are one story: the same nodes, and the same things done to them.
#[test]
fn the_cases_of_a_pair_do_the_same() {
    for name in Repairs::NAMES {
        let done = |which| {
            let case = case(name, which);
            let text = case.to_string();
            let is_done = |line: &&str| {
                let statement = line.split_whitespace().nth(2).unwrap_or_default();
                line.starts_with("at ") && statement != "check" && statement != "end"
            };
            let lines =
                text.lines().filter(is_done).map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
            (case.nodes.clone(), lines.collect::<Vec<_>>())
        };
        let ((nodes, without), (same_nodes, with)) = (done("off"), done("on"));
        assert_eq!(nodes, same_nodes, "{name}");
        assert!(with.starts_with(&without), "{name}: {without:#?} {with:#?}");
    }
}
