//! Small cases drawn at random, judged like the shipped ones: what a person would not think of.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use quorate::strategies::{any_gossip, any_node};
use quorate::{Codec, Destination, Envelope, Message, NEWEST_FORMAT, OLDEST_FORMAT};
use quorate_harness::case::{Action, Between, Case, NodeName, Setting, Step, Time};
use quorate_harness::run::{Options, run};

fn name(index: usize) -> NodeName {
    NodeName::new(["a", "b", "c", "d", "e"][index]).unwrap()
}

/// What may happen in the middle of a case of `nodes` nodes.
fn action(nodes: usize) -> impl Strategy<Value = Action> {
    let node = move || (0..nodes).prop_map(name);
    let pair = move || (0..nodes, 1..nodes).prop_map(move |(a, step)| (name(a), name((a + step) % nodes)));
    prop_oneof![
        2 => (1..(1usize << nodes) - 1).prop_map(move |mask| {
            let side = |wanted: bool| {
                (0..nodes).filter(|index| (mask >> index & 1 == 1) == wanted).map(name).collect::<Vec<_>>()
            };
            Action::CutGroups { groups: vec![side(true), side(false)], rest: false }
        }),
        1 => pair().prop_map(|(from, to)| Action::CutLink { between: Between::OneWay { from, to } }),
        3 => Just(Action::Heal { between: None }),
        1 => node().prop_map(|node| Action::Crash { nodes: vec![node] }),
        1 => node().prop_map(|node| Action::Restart { nodes: vec![node], after: Time::seconds(2) }),
        1 => node().prop_map(|node| Action::Leave { node: node.into(), at: None }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    (2..6usize)
        .prop_flat_map(|nodes| {
            let step = (20..60u32, action(nodes));
            (Just(nodes), any::<u64>(), proptest::collection::vec(step, 0..5))
        })
        .prop_map(|(nodes, seed, steps)| {
            let mut case = Case::new((0..nodes).map(name).collect());
            case.seed = seed;
            case.seeds = vec![name(0), name(1)];
            let setting = Setting { key: "sbr.stable-after".into(), value: "5s".into() };
            case.settings.push(quorate_harness::case::Settings {
                nodes: Vec::new(),
                settings: vec![setting],
                line: Default::default(),
                prose: Default::default(),
            });
            case.steps.push(Step::new(Time::ZERO, Action::StartAll { at_once: false }));
            case.steps.extend(steps.into_iter().map(|(at, action)| Step::new(Time::seconds(at), action)));
            case.steps.push(Step::new(Time::seconds(61), Action::Heal { between: None }));
            case.steps.push(Step::new(Time::seconds(120), Action::End));
            case.sort_steps();
            case
        })
}

/// Every invariant that the exact protocol promises holds in every drawn case. A case that asks for what can't be done,
/// such as the crash of a node that has stopped, is none.
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
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let config = Config { cases: cases.unwrap_or(config.cases), ..config };
    proptest!(config, |(case in case())| {
        if let Ok(report) = run(&case, &Options::default()) {
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
}
