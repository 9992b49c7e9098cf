//! SIM-7: an application of somebody's own rides along in cases and sweeps, and its own invariant is judged.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../examples/registry/registry.rs"]
mod registry;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use quorate_harness::case::{Case, parse};
use quorate_harness::draw::{Draws, Profile};
use quorate_harness::run::{Options, Report, Rider, run};
use quorate_harness::settings::Settings;
use quorate_harness::shrink::shrink_with;
use quorate_harness::sweep::{Directory, Plan, sweep};
use registry::Registry;

const CUT_IN_THREE: &str = include_str!("../examples/registry/cut-in-three.qcase");

fn case() -> Case {
    parse("cut-in-three.qcase", CUT_IN_THREE, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn played(set: &[(&str, &str)]) -> Report {
    let set = set.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    run(&case(), &Options { set, rider: Rider::of::<Registry>(), ..Options::default() }).unwrap()
}

#[test]
fn with_the_resolver_no_name_has_two_owners_in_one_epoch() {
    assert!(played(&[]).passed());
}

/// What the resolver is for: without it both sides believe that they are the cluster.
#[test]
fn without_the_resolver_two_sides_grant_one_name_in_one_epoch() {
    let broken = played(&[("downing", "none")]).outcomes.fault.unwrap();
    let grants = ["in epoch 2 b granted `clock` to b:1", "d granted it to d:1"];
    assert!(grants.iter().all(|part| broken.contains(part)), "{broken}");
}

/// The smallest case that breaks an application is still one that it rides along in.
#[test]
fn a_case_is_shrunk_with_the_application_that_it_breaks() {
    let options = Options { set: vec![("downing".into(), "none".into())], ..Options::default() };
    let case = options.written_into(&case());
    let mut runs = 0;
    let shrunk = shrink_with::<Registry>(&case, &mut |_| {
        runs += 1;
        runs < 60
    });
    let shrunk = shrunk.unwrap();
    assert!(shrunk.signature.what().contains("granted"), "{}", shrunk.signature);
    assert!(shrunk.case.statements() < case.statements(), "{}", shrunk.case);
}

/// A sweep draws cases for it as for everybody. What breaks it are cases without a resolver.
#[test]
fn a_sweep_judges_it_in_drawn_cases() {
    let folder = std::env::temp_dir().join(format!("quorate-riding-{}", std::process::id()));
    let plan = Plan {
        draws: Draws::Only(Profile::Partitions),
        seeds: "60..90".parse().unwrap(),
        rider: Rider::of::<Registry>(),
        ..Plan::default()
    };
    let open = || Directory::open(&folder);
    let summary = sweep(&plan, open, &AtomicBool::new(false), |_| {}).unwrap();
    let broken = summary.failures.iter().filter(|found| found.failure.signature.what().contains("granted"));
    let cases: Vec<String> = broken.map(|found| found.failure.case.to_string()).collect();
    assert!(!cases.is_empty());
    assert!(cases.iter().all(|case| case.contains("downing = none")), "{cases:?}");
    if Path::new(&folder).exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
