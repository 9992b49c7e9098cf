//! What happens when a node does not answer.

use std::sync::Arc;

use quorate::{AppVersion, Member, MemberStatus, Message, Output, Roles, UniqueAddress};

use crate::cluster::Cluster;

fn heartbeats(cluster: &Cluster, name: &str) -> Vec<String> {
    let mut sent: Vec<_> = cluster
        .sent(name, |m| matches!(m, Message::Heartbeat { .. }))
        .iter()
        .map(ToString::to_string)
        .collect();
    sent.sort();
    sent
}

/// HB-12 to HB-14, HB-46: each node asks all others once a second while they are few.
#[test]
fn each_node_asks_its_part_of_the_ring_once_a_second() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.run_secs(1);
    assert_eq!(heartbeats(&cluster, "a"), ["b", "c"]);
    let mut ring =
        Cluster::formed(&["a", "b", "c", "d"], &[("failure-detector.monitored-by-nr-of-members", "1")]);
    ring.run_secs(1);
    let receivers: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| heartbeats(&ring, name)).collect();
    assert_eq!(receivers, [["b"], ["c"], ["d"], ["a"]]);
}

/// RCH-41, RCH-47 to RCH-49, PHI-26, WCH-25: after some four and a half seconds of silence a node is called unreachable.
#[test]
fn a_silent_node_is_called_unreachable_after_four_and_a_half_seconds() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.run_secs(30);
    cluster.outputs.clear();
    cluster.crash("c");
    cluster.run(std::time::Duration::from_millis(3_500));
    assert_eq!(cluster.events("a"), "");
    cluster.run_secs(2);
    assert_eq!(cluster.events("a"), "Unreachable(c)");
    assert_eq!(cluster.events("b"), "Unreachable(c)");
    assert!(!cluster.nodes["a"].view().has_convergence(&[]));
}

/// RCH-44, HB-24: who answers again is reachable again.
#[test]
fn a_node_that_answers_again_is_reachable_again() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("a", "c");
    cluster.cut_pair("b", "c");
    cluster.run_secs(8);
    assert_eq!(cluster.events("a"), "Unreachable(c)");
    cluster.cut.clear();
    cluster.run_secs(6);
    assert_eq!(cluster.events("a"), "Unreachable(c) Reachable(c)");
    assert!(cluster.nodes["a"].view().has_convergence(&[]));
    assert!(cluster.events("c").ends_with("Reachable(a) Reachable(b) leader=a"), "{}", cluster.events("c"));
}

/// HB-16 to HB-18: who never answers is measured from a second after the first question.
#[test]
fn a_node_that_never_answers_is_called_unreachable_too() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.start("b");
    cluster.join("a", "a");
    cluster.join("b", "a");
    cluster.crash("b");
    cluster.run_secs(6);
    assert!(!cluster.events("a").contains("Unreachable"));
    cluster.run_secs(4);
    assert!(cluster.events("a").contains("Unreachable(b)"), "{}", cluster.events("a"));
}

/// LDR-6, LDR-7, CNV-12: while somebody is unreachable, newcomers become WeaklyUp after seven leader ticks, and Up once
/// there is convergence.
#[test]
fn newcomers_become_weakly_up_while_somebody_is_unreachable() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("a", "c");
    cluster.cut_pair("b", "c");
    cluster.run_secs(8);
    cluster.start("d");
    cluster.cut_pair("d", "c");
    cluster.join("d", "a");
    cluster.run_secs(2);
    assert!(cluster.view("a").ends_with("d joining"), "{}", cluster.view("a"));
    cluster.run_secs(6);
    assert!(cluster.view("a").ends_with("d weakly-up"), "{}", cluster.view("a"));
    cluster.cut.clear();
    cluster.run_secs(10);
    assert_eq!(cluster.view("c"), "a up, b up, c up, d up");
    assert!(
        cluster.events("a").ends_with("Joined(d) WeaklyUp(d) Reachable(c) Up(d)"),
        "{}",
        cluster.events("a")
    );
}

/// SBR-42, SBR-63 to SBR-67: of three, the two that still see each other stay; the third downs itself.
#[test]
fn the_resolver_keeps_the_majority() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", "sbr"), ("sbr.stable-after", "7s")]);
    cluster.run_secs(20);
    cluster.outputs.clear();
    cluster.cut_pair("a", "b");
    cluster.cut_pair("a", "c");
    cluster.run_secs(20);
    assert_eq!(cluster.view("b"), "b up, c up");
    assert_eq!(cluster.view("c"), "b up, c up");
    assert_eq!(cluster.stopped("a"), Some(quorate::StopReason::Downed));
    assert_eq!(cluster.events("c"), "Unreachable(a) leader=b Downed(a) Removed(a,down)");
    assert!(cluster.told("b", |output| matches!(output, Output::Decided(_))));
    assert!(!cluster.told("c", |output| matches!(output, Output::Decided(_))));
}

/// HB-1 to HB-8: whoever is there answers a heartbeat, member or not, whoever asks, with the numbers of the heartbeat and
/// its own incarnation; nothing else comes of it.
#[test]
fn a_heartbeat_is_answered_by_whoever_is_there() {
    for uid in [1, 2] {
        let mut cluster = Cluster::new(&[]);
        cluster.start_as("a", uid);
        let before = cluster.nodes["a"].gossip().clone();
        let sent_at = quorate::Instant::from_nanos(5);
        let outputs = cluster.receive("a", "x", Message::Heartbeat { sequence: 7, sent_at });
        let [Output::Send(reply)] = &outputs[..] else { panic!("{outputs:?}") };
        assert_eq!(reply.message, Message::HeartbeatReply { sequence: 7, sent_at });
        assert_eq!((reply.from.uid, reply.to.address().host()), (uid, "x"));
        assert_eq!(*cluster.nodes["a"].gossip(), before);
    }
}

/// HB-9: who is only trying to join asks nobody whether it is there.
#[test]
fn a_node_that_is_not_let_in_sends_no_heartbeats() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    cluster.join("b", "a");
    cluster.run_secs(8);
    assert_eq!(heartbeats(&cluster, "b"), [""; 0]);
}

/// HB-30, XDC-9, LIFE-55: a node that has ended asks nobody and knows nothing of anybody.
#[test]
fn a_node_that_has_ended_asks_nobody() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.command("a", quorate::Command::Stop);
    cluster.outputs.clear();
    cluster.run_secs(3);
    assert_eq!(heartbeats(&cluster, "a"), [""; 0]);
    assert_eq!(cluster.nodes["a"].phi(&crate::cluster::address("b")), None);
    assert_eq!(cluster.nodes["a"].next_deadline(), None);
}

/// PHI-45: what a member is on its way to be says nothing of whether it answers.
#[test]
fn a_change_of_status_forgets_no_heartbeats() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let b = crate::cluster::address("b");
    let before = cluster.nodes["a"].phi(&b);
    assert!(before.is_some());
    cluster.leave("b", "a");
    assert_eq!(cluster.nodes["a"].phi(&b), before);
    cluster.down("b", "a");
    assert_eq!(cluster.nodes["a"].phi(&b), before);
}

/// RCH-50 to RCH-52: one observer is enough for all; each says what it sees itself, and nobody what others say of it.
#[test]
fn one_observer_is_enough() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("a", "c");
    cluster.run_secs(8);
    assert_eq!(cluster.events("b").replace(" leader=b", ""), "Unreachable(c) Unreachable(a)");
    assert_eq!(cluster.events("a"), "Unreachable(c)");
    let own = cluster.nodes["a"].gossip().reachability().clone();
    let (a, c) = (cluster.nodes["a"].unique_address(), cluster.nodes["c"].unique_address());
    assert!(!own.is_reachable(c, a), "what c says of a is kept at a");
    let observed = |name: &str| {
        let of = |output: &Output| matches!(output, Output::Observed { .. });
        cluster.outputs.iter().filter(|(at, output)| at == name && of(output)).count()
    };
    assert_eq!((observed("a"), observed("b"), observed("c")), (1, 0, 1));
    cluster.cut.clear();
    cluster.run_secs(5);
    assert_eq!(cluster.nodes["b"].view().unreachable_inside().count(), 0);
}

/// HB-35, HB-55: the ring hears the events of one change one by one, members before marks: who is dropped for a new member
/// and taken back because that one is unreachable is asked again, and has lost its detector.
#[test]
fn the_ring_follows_the_events_of_a_change_one_by_one() {
    let one = ("failure-detector.monitored-by-nr-of-members", "1");
    let mut cluster = Cluster::formed(&["a", "c", "d", "e"], &[one]);
    let (c, d) = (cluster.nodes["c"].unique_address().clone(), cluster.nodes["d"].unique_address().clone());
    let asked = |cluster: &Cluster| {
        let receivers = cluster.nodes["a"].heartbeat_receivers().iter();
        receivers.map(|node| node.address.host().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(asked(&cluster), ["c"]);
    assert!(cluster.nodes["a"].phi(&c.address).is_some());
    let b = UniqueAddress::new(crate::cluster::address("b"), 1);
    let joining = Member::with_parts(
        b.clone(),
        Roles::default(),
        AppVersion::default(),
        i32::MAX,
        MemberStatus::Joining,
    );
    let state = cluster.nodes["d"].gossip().add(joining);
    let table = state.reachability().unreachable(&d, &b);
    let gossip = Arc::new(state.with_reachability(table).bump(d.key()).only_seen(&d));
    cluster.receive("a", "d", Message::Gossip { gossip });
    assert_eq!(asked(&cluster), ["b", "c"]);
    assert_eq!(cluster.nodes["a"].phi(&c.address), None);
}

/// PHI-32, PHI-31: replies that come at ever longer intervals are warned of, with the address of who sent them.
#[test]
fn a_growing_interval_is_told_with_its_address() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.run_secs(10);
    cluster.outputs.clear();
    cluster.cut_pair("a", "c");
    cluster.run_secs(2);
    cluster.cut.clear();
    cluster.run_secs(2);
    let growing = cluster.outputs.iter().filter_map(|(at, output)| match output {
        Output::Warned(quorate::Warning::HeartbeatIntervalGrowing { address, interval }) if at == "a" => {
            Some((address.host().to_owned(), interval.as_secs()))
        }
        _ => None,
    });
    assert_eq!(growing.collect::<Vec<_>>(), [("c".to_owned(), 3)]);
}

/// HB-13: the heartbeats of one tick have one number, and numbers are counted from 1 on, also while there is nobody to ask.
#[test]
fn heartbeats_are_numbered_by_ticks() {
    let mut cluster = Cluster::new(&[]);
    ["a", "b", "c"].iter().for_each(|name| cluster.start(name));
    cluster.join("a", "a");
    cluster.run_secs(3);
    let numbers = |cluster: &Cluster, name: &str| {
        let sent = cluster.outputs.iter().filter_map(|(at, output)| match output {
            Output::Send(envelope) if at == name => match envelope.message {
                Message::Heartbeat { sequence, .. } => Some(sequence),
                _ => None,
            },
            _ => None,
        });
        sent.collect::<Vec<_>>()
    };
    cluster.join("b", "a");
    cluster.join("c", "a");
    cluster.run_secs(2);
    assert_eq!(numbers(&cluster, "a"), [4, 4, 5, 5]);
    assert_eq!(numbers(&cluster, "b")[..2], [1, 1]);
}

/// HB-19, HB-20: heartbeats that are sent two intervals or more after those before are said to be late; the first ones count from
/// when they were due.
#[test]
fn heartbeats_are_late_from_two_intervals_on() {
    let late = |millis: u64| {
        let mut cluster = Cluster::new(&[]);
        cluster.start("a");
        cluster.join("a", "a");
        cluster.now = cluster.now + std::time::Duration::from_millis(millis);
        let outputs = cluster.give("a", quorate::InputKind::Tick);
        outputs.iter().find_map(|output| match output {
            Output::Warned(quorate::Warning::HeartbeatDelayed { elapsed }) => Some(elapsed.as_millis()),
            _ => None,
        })
    };
    assert_eq!([2_500, 2_999, 3_000, 4_000].map(late), [None, None, Some(2_000), Some(3_000)]);
}

/// RCH-42: members are watched and marked whatever their status. A newcomer that dies is Joining for as long as somebody else
/// can't be reached, and could never be removed otherwise.
#[test]
fn a_newcomer_that_dies_is_marked_while_it_is_joining() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("allow-weakly-up-members", "off")]);
    cluster.crash("c");
    cluster.run_secs(8);
    cluster.start("d");
    cluster.join("d", "a");
    cluster.run_secs(3);
    cluster.crash("d");
    cluster.run_secs(8);
    assert!(cluster.view("a").ends_with("d joining"), "{}", cluster.view("a"));
    assert!(cluster.events("a").ends_with("Unreachable(d)"), "{}", cluster.events("a"));
    assert!(cluster.events("b").ends_with("Unreachable(d)"), "{}", cluster.events("b"));
}

/// PHI-44: with a member that was not there before, nothing is known any more of who answers at its address.
#[test]
fn a_new_member_makes_the_heartbeats_of_its_address_forgotten() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let (b, c) = (crate::cluster::address("b"), cluster.nodes["c"].unique_address().clone());
    assert!(cluster.nodes["a"].phi(&b).is_some());
    let successor =
        Member::joining(UniqueAddress::new(b.clone(), 2), Roles::default(), AppVersion::default());
    let gossip = Arc::new(cluster.nodes["c"].gossip().add(successor).bump(c.key()).only_seen(&c));
    cluster.receive("a", "c", Message::Gossip { gossip });
    assert_eq!(cluster.nodes["a"].phi(&b), None);
}
