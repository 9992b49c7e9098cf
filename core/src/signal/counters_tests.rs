//! What is counted where.

use alloc::vec::Vec;

use super::*;
use crate::config::Config;
use crate::node::{Node, Warning};
use crate::testing::node;
use crate::time::Instant;
use crate::{Command, Input, InputKind, Target};

fn life() -> (Node, Counters) {
    let me = node("a");
    let mut node = Node::new(Config::pekko(), me.clone(), 1, Instant::ZERO).unwrap();
    let mut counters = Counters::default();
    for command in [
        Command::Join(me.address.clone()),
        Command::Join(me.address.clone()),
        Command::Leave(Target::Incarnation(me)),
    ] {
        counters.count(&node.handle(Input {
            now: Instant::ZERO,
            wall_ms: 0,
            kind: InputKind::Command(command),
        }));
    }
    (node, counters)
}

/// Every output of a kind has its place; what never happened is zero, and so is a name that there is not.
#[test]
fn outputs_are_counted_by_kind_and_name() {
    let (_, counters) = life();
    assert_eq!(counters.events(EventKind::MemberUp), 1);
    assert_eq!(counters.of(Count::Event, "MemberLeft"), 1);
    assert_eq!(counters.of(Count::Accepted, "join"), 1);
    assert_eq!(counters.of(Count::Rejected, "already-member"), 1);
    assert_eq!([counters.of(Count::Moved, "joining"), counters.of(Count::Moved, "up")], [1, 1]);
    assert_eq!(counters.of(Count::Warned, "suspended"), 0);
    assert_eq!(counters.of(Count::Accepted, "no-such-command"), 0);
    assert_eq!(counters.sent(MessageKind::Gossip), 0);
}

/// Nothing is global: equal inputs, equal counts, and they are plain data.
#[test]
fn counts_are_a_function_of_the_inputs() {
    let ((_, one), (_, other)) = (life(), life());
    assert_eq!(one, other);
    let bytes = postcard::to_allocvec(&one).unwrap();
    assert_eq!(postcard::from_bytes::<Counters>(&bytes).unwrap(), one);
}

/// The list is in the order of what is counted, and holds nothing that never happened.
#[test]
fn the_list_is_in_order() {
    let mut counters = Counters::default();
    assert_eq!(counters.iter().count(), 0);
    let late = Output::Warned(Warning::LeaderRestored { ticks: 20 });
    counters.count(&[late.clone(), Output::Quarantine { node: node("b"), harmless: false }, late]);
    let listed: Vec<(Count, &str, u64)> = counters.iter().collect();
    assert_eq!(listed, [(Count::Warned, "leader-restored", 2), (Count::Quarantined, "lasting", 1)]);
}
