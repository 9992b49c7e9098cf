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

/// GSP-62, GSP-69, EVT-65: state and status of strangers change nothing, and neither does a state without the receiver.
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

/// GSP-59: the further rounds of an interval are left out when news are no longer slow to spread by then.
#[test]
fn a_further_round_is_left_out_when_nobody_is_down_any_more() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("c");
    cluster.run_secs(8);
    cluster.down("c", "a");
    while cluster.view("a") != "a up, b up" {
        cluster.run(std::time::Duration::from_millis(50));
    }
    // What b says would be answered.
    cluster.cut_pair("a", "b");
    cluster.outputs.clear();
    cluster.run(std::time::Duration::from_millis(900));
    let is_round =
        |message: &Message| matches!(message, Message::Gossip { .. } | Message::GossipStatus { .. });
    assert_eq!(cluster.sent("a", is_round), Vec::<&str>::new());
}

/// GSP-67, GSP-69, WIRE-42: a state that waited longer than its time to live is dropped; one that waited exactly as long is not, and nothing
/// else expires.
#[test]
fn a_state_that_waited_too_long_is_dropped() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let (a, b) = (cluster.nodes["a"].unique_address().clone(), cluster.nodes["b"].unique_address().clone());
    let state = cluster.nodes["a"].gossip().clone();
    let arrived = cluster.now;
    let late = |message: Message| quorate::InputKind::ReceivedEarlier {
        envelope: quorate::Envelope {
            cluster: "quorate".into(),
            from: b.clone(),
            to: quorate::Destination::Incarnation(a.clone()),
            message,
        },
        at: arrived,
    };
    cluster.now = arrived + std::time::Duration::from_secs(2);
    let in_time = cluster.give("a", late(Message::Gossip { gossip: state.clone() }));
    assert_eq!(why(&in_time), None);
    cluster.now = cluster.now + std::time::Duration::from_nanos(1);
    let outputs = cluster.give("a", late(Message::Gossip { gossip: state.clone() }));
    assert_eq!(why(&outputs), Some(&IgnoreReason::Expired));
    assert_eq!(why(&cluster.give("a", late(status_of(&state)))), None);
}

fn statistics(outputs: &[Output]) -> Vec<(u64, u64, u64)> {
    let told = outputs.iter().filter_map(|output| match output {
        Output::Event(quorate::ClusterEvent::CurrentInternalStats { gossip, state }) => {
            Some((gossip.received, state.clock_entries, state.seen))
        }
        _ => None,
    });
    told.collect()
}

/// GSP-83 to GSP-85, OBS-34 to OBS-37: counts are put out at each interval, only as a member; what is ignored is not counted.
#[test]
fn counts_of_gossip_are_told_at_each_interval() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("publish-stats-interval", "10s")]);
    cluster.start("x");
    cluster.outputs.clear();
    cluster.run_secs(10);
    let of = |cluster: &Cluster, name: &str| -> Vec<(u64, u64, u64)> {
        let outputs = cluster.outputs.iter().filter(|(at, _)| at == name);
        statistics(&outputs.map(|(_, output)| output.clone()).collect::<Vec<_>>())
    };
    assert_eq!(of(&cluster, "x"), []);
    let before = cluster.nodes["a"].gossip_statistics();
    assert!(before.received > 0);
    let told = of(&cluster, "a");
    assert_eq!((told.len(), told[0].0, told[0].2), (1, before.received, 2));
    let state = cluster.nodes["a"].gossip().clone();
    cluster.receive("a", "x", Message::Gossip { gossip: state.clone() });
    assert_eq!(cluster.nodes["a"].gossip_statistics(), before);
    cluster.receive("a", "b", Message::Gossip { gossip: state });
    let after = cluster.nodes["a"].gossip_statistics() - before;
    assert_eq!((after.received, after.same), (1, 1));
}

/// GSP-85, EVT-48: with an interval of zero the counts follow every publication; when off nothing is counted.
#[test]
fn counts_follow_every_publication_when_the_interval_is_zero() {
    let mut cluster = Cluster::new(&[("publish-stats-interval", "0s")]);
    cluster.start("a");
    let outputs = cluster.join("a", "a");
    assert_eq!(statistics(&outputs).len(), 2);
    let quiet = Cluster::formed(&["a", "b"], &[]);
    assert_eq!(quiet.nodes["a"].gossip_statistics().received, 0);
}

/// Two data centres of two nodes each, formed one after the other.
fn two_data_centres(settings: &[(&str, &str)]) -> Cluster {
    let mut cluster = Cluster::new(settings);
    for (name, data_center) in [("a", "east"), ("b", "east"), ("x", "west"), ("y", "west")] {
        let mut config = quorate::Config::clone(&cluster.config);
        config.set("multi-data-center.self-data-center", data_center).unwrap();
        cluster.config = config.into();
        cluster.start(name);
        cluster.join(name, "a");
        cluster.run_secs(5);
    }
    cluster
}

/// GSP-45, GSP-48, GSP-53 to GSP-56, DC-39: the oldest of a data centre gossip across too, and only a status; the answer carries the state.
#[test]
fn rounds_across_data_centres_carry_a_status_only() {
    let mut cluster = two_data_centres(&[]);
    assert_eq!(cluster.view("x"), "a up, b up, x up, y up");
    cluster.outputs.clear();
    cluster.run_secs(60);
    let across = |cluster: &Cluster, is: fn(&Message) -> bool| {
        cluster.sent("a", is).into_iter().filter(|to| ["x", "y"].contains(to)).count()
    };
    let statuses = across(&cluster, |message| matches!(message, Message::GossipStatus { .. }));
    let states = across(&cluster, |message| matches!(message, Message::Gossip { .. }));
    // GSP-54: three rounds of four of a data centre with two members.
    assert!((90..=170).contains(&statuses), "{statuses}");
    assert_eq!(states, 0);
}

/// GSP-57, GSP-46, DC-41: a node that goes tells one node of another data centre as well.
#[test]
fn a_last_gossip_reaches_one_node_of_another_data_centre() {
    let mut cluster = two_data_centres(&[]);
    cluster.outputs.clear();
    cluster.down("a", "a");
    let told = cluster.sent("a", |message| matches!(message, Message::Gossip { .. }));
    assert!(told.contains(&"b") && told.contains(&"x"), "{told:?}");
}

/// GSP-60, GSP-61, DC-42: gossip is sped up only while news spread; with several data centres at all times, if it is to be as Pekko has it.
#[test]
fn several_data_centres_gossip_three_times_an_interval_where_they_always_speed_up() {
    let rounds = |mut cluster: Cluster, name: &str| {
        cluster.run_secs(5);
        cluster.outputs.clear();
        cluster.run_secs(20);
        cluster.sent(name, |m| matches!(m, Message::Gossip { .. } | Message::GossipStatus { .. })).len()
    };
    assert_eq!(rounds(Cluster::formed(&["a", "b"], &[]), "a"), 20);
    let several =
        |always| rounds(two_data_centres(&[("multi-data-center.always-speed-up-gossip", always)]), "a");
    // Besides its own rounds it answers those of others.
    let (with, without) = (several("on"), several("off"));
    assert!(with >= 60 && (20..30).contains(&without), "{with} {without}");
}
