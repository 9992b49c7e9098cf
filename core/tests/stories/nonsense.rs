//! What a node makes of nonsense: it says so, and goes on.

use std::time::Duration;

use quorate::{
    Command, DecodeError, Destination, Envelope, IgnoreReason, Input, InputKind, Instant, Message, Output,
    UniqueAddress, Warning,
};

use crate::cluster::{Cluster, address};

fn envelope(cluster: &str, to: Destination) -> InputKind {
    let from = UniqueAddress::new(address("b"), 1);
    InputKind::Received(Envelope { cluster: cluster.into(), from, to, message: Message::ExitingConfirmed })
}

fn ignored(outputs: &[Output], expected: &IgnoreReason) -> bool {
    matches!(outputs, [Output::Ignored { why, .. }] if why == expected)
}

#[test]
fn a_message_of_another_cluster_is_dropped() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let outputs = cluster.give("a", envelope("other", Destination::Address(address("a"))));
    assert!(ignored(&outputs, &IgnoreReason::OtherCluster));
}

/// GSP-69: what is for another incarnation, or another address, is dropped.
#[test]
fn a_message_for_another_incarnation_is_dropped() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let earlier = Destination::Incarnation(UniqueAddress::new(address("a"), 99));
    let outputs = cluster.give("a", envelope("quorate", earlier));
    assert!(ignored(&outputs, &IgnoreReason::NotForMe));
    let outputs = cluster.give("a", envelope("quorate", Destination::Address(address("c"))));
    assert!(ignored(&outputs, &IgnoreReason::NotForMe));
}

/// GSP-68
#[test]
fn an_undecodable_frame_is_counted() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let outputs = cluster.give("a", InputKind::Undecodable { from: None, error: DecodeError::NotAFrame });
    assert!(ignored(&outputs, &IgnoreReason::Undecodable(DecodeError::NotAFrame)));
}

/// A clock that goes back is told, and the latest time counts: what was due stays done.
#[test]
fn a_clock_that_goes_back_is_told_and_not_believed() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let now = cluster.now;
    let node = cluster.nodes.get_mut("a").unwrap();
    let deadline = node.next_deadline();
    let outputs = node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind: InputKind::Tick });
    let by = now.since(Instant::ZERO);
    assert!(
        matches!(&outputs[..], [Output::Warned(Warning::TimeWentBack { by: told })] if *told <= by && *told > Duration::ZERO)
    );
    assert_eq!(node.next_deadline(), deadline);
}

/// HB-22, HB-25: a reply that was not asked for, or of another incarnation, is dropped.
#[test]
fn a_reply_that_was_not_asked_for_is_dropped() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let reply = Message::HeartbeatReply { sequence: 1, sent_at: Instant::ZERO };
    let outputs = cluster.receive("a", "x", reply);
    assert!(ignored(&outputs, &IgnoreReason::NotAsked));
}

/// HB-3 to HB-6: a stranger's heartbeat is answered, before joining too, and changes nothing.
#[test]
fn a_strangers_heartbeat_is_answered_and_changes_nothing() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    let before = cluster.nodes["a"].clone();
    let heartbeat = Message::Heartbeat { sequence: 5, sent_at: Instant::from_nanos(9) };
    let outputs = cluster.receive("a", "x", heartbeat);
    let Some(Output::Send(reply)) = outputs.first() else { panic!("{outputs:?}") };
    assert_eq!(reply.message, Message::HeartbeatReply { sequence: 5, sent_at: Instant::from_nanos(9) });
    assert_eq!(cluster.nodes["a"].hash64(), before.hash64());
}

/// GSP-3, JOIN-42, JOIN-91: before joining, what only members are told is dropped, and so are answers to nobody's question.
#[test]
fn before_joining_a_node_drops_what_is_for_members() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    assert!(ignored(&cluster.receive("a", "b", Message::ExitingConfirmed), &IgnoreReason::NotMember));
    let nack = Message::InitJoinNack { attempt: 1, address: address("b") };
    assert!(ignored(&cluster.receive("a", "b", nack), &IgnoreReason::StaleAnswer));
}

/// E3: a node that has ended puts nothing out any more, whatever comes in.
#[test]
fn a_node_that_has_ended_is_silent() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let outputs = cluster.command("a", Command::Stop);
    assert!(matches!(outputs.last(), Some(Output::Stopped { .. })));
    assert!(cluster.nodes["a"].is_stopped());
    assert_eq!(cluster.nodes["a"].next_deadline(), None);
    assert_eq!(cluster.command("a", Command::Join(address("a"))), []);
    assert_eq!(cluster.give("a", InputKind::Tick), []);
}

/// MDL-4: a host that not everybody can resolve is refused.
#[test]
fn a_host_that_cannot_be_joined_is_refused() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    let outputs = cluster.join("a", "in_valid");
    assert!(matches!(&outputs[..], [Output::Rejected { .. }]));
}
