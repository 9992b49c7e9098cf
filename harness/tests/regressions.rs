//! Cases that campaigns found, each with what it turned out to be.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate_harness::case::parse;
use quorate_harness::run::{Options, run};
use quorate_harness::settings::Settings;

fn holds(text: &str) {
    let case = parse("regression.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let report = run(&case, &Options::default()).unwrap();
    assert!(report.passed(), "{}", report.verdict());
}

/// X2, JOIN-73: the judge took a new incarnation, which has the old one downed, for no disturbance of the old one's leave.
#[test]
fn a_leaver_whose_next_incarnation_joins_before_it_is_gone_may_be_downed() {
    holds(
        "qcase 1\nseed 226\nnodes a b c d\nseeds a b c\nat 0s start all\nat 36s leave a\nat 40s restart a\nat 80s end\n",
    );
}

/// C1, REP-18: states were compared by content alone, and so a node was told to have seen one in which somebody had come and gone.
#[test]
fn who_has_seen_a_state_before_somebody_came_has_not_seen_it_go() {
    holds(include_str!("regressions/who-saw-a-state-before.qcase"));
}
