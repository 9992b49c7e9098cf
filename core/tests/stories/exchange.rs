//! How news spread.

use std::sync::Arc;

use quorate::{Gossip, IgnoreReason, Message, Output};

use crate::cluster::Cluster;

fn why(outputs: &[Output]) -> Option<&IgnoreReason> {
    outputs.iter().find_map(|output| match output {
        Output::Ignored { why, .. } => Some(why),
        _ => None,
    })
}

fn answers(outputs: &[Output]) -> Vec<&Message> {
    let sent = outputs.iter().filter_map(|output| match output {
        Output::Send(envelope) => Some(&envelope.message),
        _ => None,
    });
    sent.collect()
}

fn status_of(gossip: &Gossip) -> Message {
    Message::GossipStatus { clock: gossip.clock().clone(), seen: gossip.seen_hash() }
}

/// GSP-64, GSP-65: the same state needs no answer; a peer that is ahead is told so; one that is behind gets everything.
#[test]
fn a_status_is_answered_by_what_the_peer_lacks() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let state = cluster.nodes["a"].gossip().clone();
    assert_eq!(cluster.receive("a", "b", status_of(&state)), []);
    let ahead = state.bump(cluster.nodes["b"].unique_address().key());
    let outputs = cluster.receive("a", "b", status_of(&ahead));
    assert!(matches!(answers(&outputs)[..], [Message::GossipStatus { .. }]));
    let behind = Message::GossipStatus { clock: quorate::VectorClock::new(), seen: state.seen_hash() };
    let outputs = cluster.receive("a", "b", behind);
    assert!(matches!(answers(&outputs)[..], [Message::Gossip { .. }]));
    let other_seen = Message::GossipStatus { clock: state.clock().clone(), seen: 1 };
    let outputs = cluster.receive("a", "b", other_seen);
    assert!(matches!(answers(&outputs)[..], [Message::Gossip { .. }]));
}

/// GSP-71, GSP-74, GSP-81: an older state is answered with the own one; a newer one is taken over and marked as seen.
#[test]
fn a_newer_state_is_taken_over_and_an_older_one_is_answered() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.cut_pair("a", "b");
    let state = cluster.nodes["a"].gossip().clone();
    let (a, b) = (cluster.nodes["a"].unique_address().clone(), cluster.nodes["b"].unique_address().clone());
    let newer = Arc::new(state.bump(b.key()).only_seen(&b));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: newer.clone() });
    assert_eq!(answers(&outputs).len(), 1);
    let taken = cluster.nodes["a"].gossip();
    assert_eq!(taken.clock(), newer.clock());
    assert!(taken.is_seen_by(&a) && taken.is_seen_by(&b));
    let revision = cluster.nodes["a"].revision();
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: state });
    assert_eq!(answers(&outputs).len(), 1);
    assert_eq!(cluster.nodes["a"].revision(), revision);
}

/// GSP-34, GSP-71 to GSP-75: changes made apart are joined, counting nothing up, and only the joiner has seen the result.
#[test]
fn concurrent_changes_are_merged_without_a_new_version() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    cluster.cut_pair("a", "b");
    for name in ["c", "d"] {
        cluster.cut_pair("a", name);
        cluster.cut_pair("b", name);
    }
    cluster.leave("c", "a");
    cluster.leave("d", "b");
    let (a, b) = (cluster.nodes["a"].gossip().clone(), cluster.nodes["b"].gossip().clone());
    cluster.receive("a", "b", Message::Gossip { gossip: b.clone() });
    assert_eq!(cluster.view("a"), "a up, b up, c leaving, d leaving");
    let merged = cluster.nodes["a"].gossip();
    assert_eq!(*merged.clock(), a.clock().merge(b.clock()));
    assert_eq!(merged.seen_count(), 1);
}

/// GSP-62, GSP-69: state and status of strangers change nothing, and neither does a state without the receiver.
#[test]
fn gossip_of_strangers_and_gossip_without_me_are_ignored() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let state = cluster.nodes["a"].gossip().clone();
    let revision = cluster.nodes["a"].revision();
    let from_stranger = cluster.receive("a", "x", Message::Gossip { gossip: state.clone() });
    assert_eq!(why(&from_stranger), Some(&IgnoreReason::UnknownSender));
    let status = cluster.receive("a", "x", status_of(&state));
    assert_eq!(why(&status), Some(&IgnoreReason::UnknownSender));
    let a = cluster.nodes["a"].unique_address().clone();
    let without_me = Arc::new(state.remove(&[a], 0));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: without_me });
    assert_eq!(why(&outputs), Some(&IgnoreReason::WithoutMe));
    assert_eq!(cluster.nodes["a"].revision(), revision);
}

/// GSP-41, GSP-63, GSP-69: nothing is exchanged with a node that this one does not see.
#[test]
fn nothing_is_exchanged_with_a_node_that_is_not_seen() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(10);
    let state = cluster.nodes["b"].gossip().clone();
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: state.clone() });
    assert_eq!(why(&outputs), Some(&IgnoreReason::UnreachableSender));
    let outputs = cluster.receive("a", "b", status_of(&state));
    assert_eq!(why(&outputs), Some(&IgnoreReason::UnreachableSender));
    cluster.outputs.clear();
    cluster.run_secs(5);
    let is_gossip =
        |message: &Message| matches!(message, Message::Gossip { .. } | Message::GossipStatus { .. });
    assert!(!cluster.sent("a", is_gossip).contains(&"b"));
    assert!(cluster.sent("a", is_gossip).contains(&"c"));
}

/// GSP-45, GSP-49: once a second, a member that has seen the state is told which it is, and no more.
#[test]
fn in_a_quiet_cluster_each_node_sends_one_status_a_second() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    cluster.run_secs(10);
    for name in ["a", "b", "c", "d"] {
        assert_eq!(cluster.sent(name, |message| matches!(message, Message::GossipStatus { .. })).len(), 10);
        assert_eq!(cluster.sent(name, |message| matches!(message, Message::Gossip { .. })), [""; 0]);
    }
}

/// GSP-58 to GSP-60: while somebody is Down, a node gossips three times a second.
#[test]
fn while_somebody_is_down_gossip_is_three_times_as_fast() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("c");
    cluster.down("c", "a");
    cluster.outputs.clear();
    cluster.run_secs(2);
    let rounds =
        cluster.sent("b", |m| matches!(m, Message::Gossip { .. } | Message::GossipStatus { .. })).len();
    assert!((5..=7).contains(&rounds), "{rounds}");
}
