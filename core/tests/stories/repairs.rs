//! What the repairs of joining and exchange change, each told without and with its switch.

use std::time::Duration;

use quorate::{AppVersion, IgnoreReason, Message, MessageKind, Output, Roles, StopReason, Warning};

use crate::cluster::{Cluster, address};

const NOTICE: (&str, &str) = ("repairs.removed-notice", "on");
const INTRODUCE: [(&str, &str); 4] = [
    ("repairs.tombstones-remove", "on"),
    ("repairs.join-checks-tombstones", "on"),
    ("repairs.introduce", "on"),
    NOTICE,
];
const CONTENT: [(&str, &str); 3] = [
    ("repairs.content-decides", "on"),
    ("repairs.tombstones-remove", "on"),
    ("repairs.life-cycle-order", "on"),
];

/// `a` admits `b`, then `c`, and dies before `b` hears of `c`: `c` knows all three, `b` does not know `c`.
fn introducer_dies(settings: &[(&str, &str)]) -> Cluster {
    let mut cluster = Cluster::formed(&["a", "b"], settings);
    cluster.cut_pair("a", "b");
    cluster.start("c");
    cluster.join("c", "a");
    cluster.crash("a");
    cluster.run_secs(5);
    cluster
}

/// REP-40 to REP-43 (`introduce`): Pekko's newcomer stays a stranger for ever when the one that let it in dies at once. A new
/// member introduces itself.
#[test]
fn a_newcomer_whose_introducer_died_is_a_stranger_unless_it_introduces_itself() {
    let deaf = introducer_dies(&[]);
    assert_eq!(deaf.view("b"), "a up, b up");
    assert!(
        deaf.told("b", |output| matches!(output, Output::Ignored { why: IgnoreReason::UnknownSender, .. }))
    );
    let heard = introducer_dies(&INTRODUCE);
    assert_eq!(heard.view("b"), "a up, b up, c joining");
}

/// REP-40, REP-44 (`introduce`): after half the life of a tombstone a member no longer introduces itself.
#[test]
fn a_member_introduces_itself_only_while_it_is_new() {
    let mut settings = INTRODUCE.to_vec();
    settings.push(("prune-gossip-tombstones-after", "2m"));
    let mut cluster = Cluster::formed(&["a", "b", "c"], &settings);
    let introductions =
        |cluster: &Cluster| cluster.sent("a", |m| matches!(m, Message::Introduction { .. })).len();
    cluster.leave("c", "a");
    assert!(introductions(&cluster) > 0);
    cluster.run_secs(60);
    cluster.outputs.clear();
    cluster.leave("b", "a");
    cluster.run_secs(2);
    assert_eq!(introductions(&cluster), 0);
    assert!(!cluster.sent("a", |m| matches!(m, Message::Gossip { .. })).is_empty());
}

/// REP-41, REP-43 (`introduce`): nobody is introduced from another cluster, and nobody who was removed.
#[test]
fn a_stranger_of_another_cluster_is_not_introduced() {
    let mut cluster = Cluster::formed(&["a", "b"], &INTRODUCE);
    cluster.cut_pair("a", "b");
    cluster.start("c");
    cluster.join("c", "a");
    let gossip = cluster.nodes["c"].gossip().clone();
    let (a, c) = (cluster.nodes["a"].unique_address().clone(), cluster.nodes["c"].unique_address().clone());
    let other = Message::Introduction { gossip: gossip.clone(), founder: c };
    let outputs = cluster.receive("b", "c", other);
    assert!(matches!(
        &outputs[..],
        [Output::Ignored { why: IgnoreReason::UnknownSender, what: Some(MessageKind::Introduction), .. }]
    ));
    cluster.receive("b", "c", Message::Introduction { gossip, founder: a });
    assert_eq!(cluster.view("b"), "a up, b up, c joining");
}

/// `b` is cut off, downed and removed; then it is heard from again.
fn removed_while_cut_off(settings: &[(&str, &str)]) -> Cluster {
    let mut cluster = Cluster::formed(&["a", "b"], settings);
    cluster.cut_pair("a", "b");
    cluster.run_secs(10);
    cluster.down("b", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up");
    cluster.cut.clear();
    cluster.run_secs(10);
    cluster
}

/// REP-50 to REP-53 (`removed_notice`): Pekko's removed node runs on when the network heals, hears its heartbeats answered and
/// notices nothing. It is told, and ends.
#[test]
fn a_removed_node_runs_on_unless_it_is_told() {
    let unaware = removed_while_cut_off(&[]);
    assert_eq!(unaware.stopped("b"), None);
    assert_eq!(unaware.view("b"), "a up, b up");
    let told = removed_while_cut_off(&[NOTICE]);
    assert_eq!(told.stopped("b"), Some(StopReason::Removed));
    assert!(told.told("b", |output| matches!(output, Output::Warned(Warning::WasRemoved { .. }))));
}

/// REP-51, REP-52 (`removed_notice`): its heartbeats are not answered, and it is told once in an interval.
#[test]
fn a_removed_node_is_told_once_in_an_interval_and_gets_no_answer() {
    let mut cluster = Cluster::formed(&["a", "b"], &[NOTICE]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(10);
    cluster.down("b", "a");
    cluster.run_secs(5);
    let mut told = Vec::new();
    for sequence in 0..5 {
        let heartbeat = Message::Heartbeat { sequence, sent_at: cluster.now };
        let outputs = cluster.receive("a", "b", heartbeat);
        told.extend(outputs.iter().filter_map(|output| match output {
            Output::Send(envelope) => Some(envelope.message.kind()),
            _ => None,
        }));
        cluster.now = cluster.now + Duration::from_millis(400);
    }
    assert_eq!(told, [MessageKind::Removed, MessageKind::Removed]);
}

/// REP-54, REP-55 (`removed_notice`): two sides that removed each other believe each other nothing, but say that there may be two.
#[test]
fn sides_that_removed_each_other_go_on_and_say_so() {
    let mut cluster = Cluster::formed(&["a", "b"], &[NOTICE]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(10);
    cluster.down("b", "a");
    cluster.down("a", "b");
    cluster.run_secs(10);
    assert_eq!((cluster.view("a"), cluster.view("b")), ("a up".into(), "b up".into()));
    cluster.cut.clear();
    let outputs = cluster.receive("a", "b", Message::Removed);
    assert!(matches!(&outputs[..], [Output::Ignored { .. }, Output::Warned(Warning::SplitSuspected { .. })]));
    assert_eq!((cluster.stopped("a"), cluster.stopped("b")), (None, None));
}

/// REP-30, REP-51: a removed incarnation that wants to join is told that it was removed, and ends if it is joining there.
#[test]
fn a_removed_incarnation_that_joins_is_told_that_it_was_removed() {
    let settings = [NOTICE, ("repairs.join-checks-tombstones", "on")];
    let mut cluster = Cluster::formed(&["a", "b"], &settings);
    cluster.leave("b", "b");
    cluster.run_secs(5);
    cluster.finish_exit("b");
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up");
    cluster.start("b");
    cluster.outputs.clear();
    cluster.join("b", "a");
    assert_eq!(cluster.stopped("b"), Some(StopReason::Removed));
    let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
    let outputs = cluster.receive("a", "b", join);
    assert!(matches!(&outputs[..], [Output::Ignored { why: IgnoreReason::RemovedSender, .. }]));
}

/// REP-31 (`join_checks_tombstones`): the tombstone is that of one incarnation; the next one at the address comes in, and the first
/// one stays out.
#[test]
fn a_tombstone_keeps_out_one_incarnation_and_not_its_address() {
    let settings = [NOTICE, ("repairs.join-checks-tombstones", "on")];
    let mut cluster = Cluster::formed(&["a", "b"], &settings);
    cluster.leave("b", "b");
    cluster.run_secs(5);
    cluster.finish_exit("b");
    cluster.run_secs(5);
    cluster.start_as("b", 2);
    cluster.join("b", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up, b up");
    assert_eq!(cluster.stopped("b"), Some(StopReason::Left), "the first one");
    cluster.start_as("b", 1);
    cluster.join("b", "a");
    assert_eq!(cluster.view("a"), "a up, b up");
    let members = cluster.nodes["a"].gossip().members();
    assert_eq!(members.first_at(&address("b")).map(|b| b.unique_address().uid), Some(2));
}

/// `a` and `b` are cut from `c`, whose operator downs both before they have removed it.
fn downed_by_hand_on_the_smaller_side() -> Cluster {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[NOTICE]);
    cluster.cut_pair("a", "c");
    cluster.cut_pair("b", "c");
    cluster.run_secs(10);
    cluster.down("a", "c");
    cluster.down("b", "c");
    cluster.run_secs(5);
    assert_eq!((cluster.view("a"), cluster.view("c")), ("a up, b up, c up".into(), "c up".into()));
    cluster
}

/// REP-56 (`removed_notice`): the healthy majority ends, as nobody can tell who was right.
#[test]
fn an_operator_on_the_smaller_side_can_end_the_larger_one() {
    let mut cluster = downed_by_hand_on_the_smaller_side();
    cluster.cut.clear();
    cluster.run_secs(5);
    for name in ["a", "b"] {
        assert_eq!(cluster.stopped(name), Some(StopReason::Removed), "{name}");
    }
    assert_eq!(cluster.stopped("c"), None);
}

/// REP-57 (`removed_notice`): a removed node whose every acquaintance is gone hears nothing of it, and runs on unless its resolver
/// ends it.
#[test]
fn who_has_lost_all_that_could_tell_is_left_to_its_resolver() {
    for (downing, ends) in [("none", None), ("sbr", Some(StopReason::Downed))] {
        let settings = [NOTICE, ("downing", downing), ("sbr.stable-after", "10s")];
        let mut cluster = Cluster::formed(&["a", "b", "c"], &settings);
        cluster.cut_pair("a", "c");
        cluster.cut_pair("b", "c");
        cluster.run_secs(6);
        cluster.down("c", "a");
        cluster.run_secs(3);
        assert_eq!(cluster.view("a"), "a up, b up");
        cluster.crash("a");
        cluster.crash("b");
        cluster.cut.clear();
        cluster.run_secs(60);
        assert_eq!(cluster.stopped("c"), ends, "{downing}");
    }
}

/// REP-12, REP-14 (`content_decides`): a state of another clock but the same content is the same state.
#[test]
fn equal_content_is_the_same_state_whatever_its_clock() {
    let mut cluster = Cluster::formed(&["a", "b"], &CONTENT);
    let (a, b) = (cluster.nodes["a"].gossip().clone(), cluster.nodes["b"].unique_address().clone());
    let bumped = std::sync::Arc::new(a.bump(b.key()).only_seen(&b));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: bumped.clone() });
    assert!(cluster.nodes["a"].gossip().same_content(&a));
    assert_eq!(cluster.nodes["a"].gossip().seen_count(), 2);
    assert!(outputs.iter().all(|output| !matches!(output, Output::Event(_))), "{outputs:?}");
    // With the clock it is a new state, which this node alone has not seen.
    let mut exact = Cluster::formed(&["a", "b"], &[]);
    exact.receive("a", "b", Message::Gossip { gossip: bumped });
    assert_ne!(exact.nodes["a"].gossip().clock(), a.clock());
    let mut cluster = Cluster::formed(&["a", "b"], &CONTENT);
    let a = cluster.nodes["a"].gossip().clone();
    let ahead = Message::ContentStatus {
        clock: a.clock().increment(cluster.nodes["b"].unique_address().key()),
        seen: a.seen_hash(),
        content: a.content_hash(),
        introduces: false,
    };
    assert_eq!(cluster.receive("a", "b", ahead), []);
}

/// REP-15 (`content_decides`): every node drops expired tombstones by its own clock, without a change; a peer does not bring them
/// back.
#[test]
fn every_node_drops_expired_tombstones_by_itself() {
    let mut settings = CONTENT.to_vec();
    settings.push(("prune-gossip-tombstones-after", "20s"));
    let mut cluster = Cluster::formed(&["a", "b", "c"], &settings);
    cluster.leave("c", "a");
    cluster.run_secs(5);
    cluster.finish_exit("c");
    cluster.run_secs(5);
    let stones = |cluster: &Cluster, name: &str| cluster.nodes[name].gossip().tombstones().len();
    assert_eq!((stones(&cluster, "a"), stones(&cluster, "b")), (1, 1));
    let old = cluster.nodes["a"].gossip().clone();
    let clock = cluster.nodes["a"].gossip().clock().clone();
    cluster.run_secs(25);
    assert_eq!((stones(&cluster, "a"), stones(&cluster, "b")), (0, 0));
    assert_eq!(*cluster.nodes["a"].gossip().clock(), clock);
    cluster.receive("a", "b", Message::Gossip { gossip: old });
    assert_eq!(stones(&cluster, "a"), 0);
}

/// REP-17 (`content_decides`): who slept for longer than tombstones live still holds as a member whom the others have removed and forgotten. It
/// was itself removed meanwhile, so nobody hears it, and nobody comes back.
#[test]
fn who_sleeps_longer_than_tombstones_live_brings_nobody_back() {
    let mut settings = [&CONTENT[..], &INTRODUCE].concat();
    settings.push(("prune-gossip-tombstones-after", "20s"));
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &settings);
    let asleep = cluster.nodes.remove("d").unwrap();
    cluster.run_secs(8);
    cluster.crash("c");
    cluster.run_secs(8);
    cluster.down("c", "a");
    cluster.down("d", "a");
    cluster.run_secs(40);
    assert!(cluster.nodes["a"].gossip().tombstones().is_empty(), "{}", cluster.nodes["a"].gossip());
    cluster.nodes.insert("d".into(), asleep);
    assert_eq!(cluster.view("d"), "a up, b up, c up, d up");
    cluster.outputs.clear();
    cluster.run_secs(20);
    assert_eq!((cluster.view("a"), cluster.view("b")), ("a up, b up".into(), "a up, b up".into()));
    let told =
        |output: &Output| matches!(output, Output::Warned(Warning::QuarantinedBy { is_member: true, .. }));
    assert!(cluster.told("d", told), "those who removed it do not hear it, and tell it so");
}

/// REP-45 (`introduce`): two joiners whose introducers died at once know nobody alive and not each other: nothing brings them together. Each
/// is alone, and its resolver ends it.
#[test]
fn joiners_that_know_nobody_alive_are_ended_by_their_resolver() {
    let mut settings = INTRODUCE.to_vec();
    settings.extend([("downing", "sbr"), ("sbr.stable-after", "10s")]);
    let mut cluster = Cluster::formed(&["a", "b", "e"], &settings);
    cluster.cut_pair("a", "b");
    for (joiner, introducer) in [("c", "a"), ("d", "b")] {
        cluster.start(joiner);
        cluster.join(joiner, introducer);
    }
    for name in ["a", "b", "e"] {
        cluster.crash(name);
    }
    cluster.run_secs(5);
    assert_eq!(cluster.view("c"), "a up, b up, c joining, e up");
    assert_eq!(cluster.view("d"), "a up, b up, d joining, e up");
    cluster.run_secs(30);
    for name in ["c", "d"] {
        assert_eq!(cluster.stopped(name), Some(StopReason::Downed), "{name}");
    }
}

/// REP-13 (`content_decides`): a change that leaves the content as it was is none.
#[test]
fn a_change_without_content_is_no_change() {
    let mut cluster = Cluster::formed(&["a", "b"], &CONTENT);
    let revision = cluster.nodes["a"].revision();
    cluster.run_secs(20);
    assert_eq!(cluster.nodes["a"].revision(), revision);
}
