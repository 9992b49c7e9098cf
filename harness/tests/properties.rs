//! Small cases drawn at random, judged like the shipped ones: what a person would not think of.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use quorate::strategies::{any_gossip, any_node};
use quorate::{Codec, Destination, Envelope, Message, NEWEST_FORMAT, OLDEST_FORMAT};
use quorate_harness::run::{Options, run};
use quorate_harness::strategies::{Fault, Plan, cases, reachable_gossips};

/// Cuts of both kinds, crashes and restarts, leaves.
fn plan() -> Plan {
    let faults = vec![Fault::Cut, Fault::OneWayCut, Fault::Heal, Fault::Crash, Fault::Restart, Fault::Leave];
    Plan { faults, ..Plan::default() }
}

/// RUN-5: every invariant that the exact protocol promises holds in every drawn case.
#[test]
fn the_invariants_hold_in_drawn_cases() {
    let config = Config {
        cases: 48,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        max_shrink_iters: 400,
        ..Config::default()
    };
    // More of them by `PROPTEST_CASES`.
    let count = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let config = Config { cases: count.unwrap_or(config.cases), ..config };
    proptest!(config, |(case in cases(plan()))| {
        if let Ok(report) = run(&case, &Options { pass_over: true, ..Options::default() }) {
            prop_assert!(report.outcomes.fault.is_none(), "{}\n{case}", report.verdict());
            let known = |id: &str| quorate_harness::judge::Invariant::find(id).is_some_and(|found| found.pekko);
            let violation = report.outcomes.violation.as_ref().filter(|found| !known(found.invariant.id));
            prop_assert!(violation.is_none(), "{}\n{case}\n{}", report.verdict(), report.story.told(&report.cast));
        }
    });
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() })]

    /// SIM-4: whatever state a node has, its frame is read as what was sent.
    #[test]
    fn any_gossip_goes_through_bytes_unchanged(gossip in any_gossip(), from in any_node(), to in any_node()) {
        let message = Message::Gossip { gossip: Arc::new(gossip) };
        let envelope = Envelope { cluster: "quorate".into(), from, to: Destination::Incarnation(to), message };
        let mut codec = Codec::default();
        for format in OLDEST_FORMAT..=NEWEST_FORMAT {
            let frame = codec.encode_in(format, &envelope).unwrap().next().unwrap().to_vec();
            let read = codec.decode(&frame).unwrap();
            prop_assert_eq!(read.as_ref(), Some(&envelope));
        }
    }

    /// RUN-5, SIM-4: so is every state that occurs.
    #[test]
    fn a_gossip_that_occurs_goes_through_bytes_unchanged(gossip in reachable_gossips(plan()), from in any_node(), to in any_node()) {
        let envelope = Envelope { cluster: "quorate".into(), from, to: Destination::Incarnation(to), message: Message::Gossip { gossip } };
        let mut codec = Codec::default();
        let frame = codec.encode_in(NEWEST_FORMAT, &envelope).unwrap().next().unwrap().to_vec();
        prop_assert_eq!(codec.decode(&frame).unwrap(), Some(envelope));
    }
}
