//! Who is gone, who is heard no more, and what is told of it.

use quorate::{
    AppVersion, Command, Decision, IgnoreReason, InputKind, Member, MemberStatus, Message, Output,
    ReachabilityStatus, StopReason, Target, UniqueAddress, Warning,
};

use crate::cluster::{Cluster, address};

/// What a node told its host of others that are gone: `quarantine c`, `harmless c`, `gone c (down)`.
fn farewells(cluster: &Cluster, name: &str) -> Vec<String> {
    let told = cluster.outputs.iter().filter(|(at, _)| at == name).filter_map(|(_, output)| match output {
        Output::Quarantine { node, harmless } => {
            Some(format!("{} {}", if *harmless { "harmless" } else { "quarantine" }, node.address.host()))
        }
        Output::PeerGone { node, previous_status } => {
            Some(format!("gone {} ({previous_status})", node.address.host()))
        }
        _ => None,
    });
    told.collect()
}

fn notices(cluster: &Cluster, name: &str) -> usize {
    cluster.sent(name, |message| matches!(message, Message::Quarantined)).len()
}

/// WCH-1, WCH-2, WCH-7, WCH-8, WCH-11, WCH-16, SBR-72, LIFE-65: who was Down when it was removed must not come back, and is told.
#[test]
fn who_was_down_is_quarantined_at_once_and_told() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("c");
    cluster.run_secs(8);
    cluster.down("c", "a");
    cluster.run_secs(5);
    for name in ["a", "b"] {
        assert_eq!(farewells(&cluster, name), ["quarantine c", "gone c (down)"], "{name}");
        assert_eq!(notices(&cluster, name), 1);
    }
}

/// WCH-4, WCH-9, WCH-13, WCH-17, SBR-72, LIFE-65, LIFE-66: who left in good order is heard for five seconds more, and is told nothing.
#[test]
fn who_left_is_heard_a_while_longer() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "c");
    cluster.run_secs(4);
    cluster.finish_exit("c");
    cluster.run_secs(2);
    assert_eq!(farewells(&cluster, "a"), ["gone c (exiting)"]);
    cluster.run_secs(6);
    assert_eq!(farewells(&cluster, "a"), ["gone c (exiting)", "harmless c"]);
    assert_eq!(notices(&cluster, "a"), 0);
    // WCH-18: it is dropped without a word.
    let heard = cluster.receive("a", "c", Message::ExitingConfirmed);
    assert!(matches!(&heard[..], [Output::Ignored { why: IgnoreReason::Quarantined, .. }]), "{heard:?}");
}

/// WCH-5, WCH-6, WCH-19, LIFE-65, LIFE-66: a new incarnation at the address ends that time at once, and is itself heard.
#[test]
fn a_successor_ends_the_time_of_the_one_that_left() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "c");
    cluster.run_secs(4);
    cluster.finish_exit("c");
    cluster.run_secs(2);
    cluster.start_as("c", 2);
    cluster.join("c", "a");
    assert_eq!(farewells(&cluster, "a"), ["gone c (exiting)", "harmless c"]);
    cluster.run_secs(5);
    assert_eq!(cluster.status("c", "b"), MemberStatus::Up);
}

/// WCH-18: what a quarantined node says is dropped; it is told again, but not for heartbeats and notices.
#[test]
fn a_quarantined_node_is_told_again_when_it_speaks() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("a", "c");
    cluster.cut_pair("b", "c");
    cluster.run_secs(8);
    cluster.down("c", "a");
    cluster.run_secs(5);
    for (message, told) in [
        (Message::ExitingConfirmed, 1),
        (Message::Heartbeat { sequence: 1, sent_at: cluster.now }, 0),
        (Message::HeartbeatReply { sequence: 1, sent_at: cluster.now }, 0),
        (Message::Quarantined, 0),
    ] {
        cluster.outputs.clear();
        let kind = message.kind();
        cluster.receive("a", "c", message);
        assert!(
            cluster
                .told("a", |output| matches!(output, Output::Ignored { why: IgnoreReason::Quarantined, .. })),
            "{kind}"
        );
        assert_eq!(notices(&cluster, "a"), told, "{kind}");
    }
}

/// WCH-26, WCH-27, WCH-30, WCH-34, SBR-73, LIFE-37: who hears from a member that it was quarantined downs itself at once, if its resolver
/// is on, and quarantines nobody for it.
#[test]
fn who_was_quarantined_by_a_member_downs_itself_at_once() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", "sbr")]);
    cluster.receive("c", "a", Message::Quarantined);
    assert!(cluster.told("c", |output| matches!(output, Output::Decided(record)
        if record.decision == Decision::DownSelfQuarantinedByRemote)));
    assert_eq!(cluster.status("c", "c"), MemberStatus::Down);
    assert_eq!(farewells(&cluster, "c"), [""; 0]);
    cluster.run_secs(6);
    assert_eq!(cluster.stopped("c"), Some(StopReason::Downed));
}

/// WCH-26, WCH-29, LIFE-37: a stranger is not believed; without a resolver the host is told and nothing else happens.
#[test]
fn a_notice_of_a_stranger_or_without_a_resolver_is_only_told() {
    for (downing, from, is_member) in [("sbr", "x", false), ("none", "a", true)] {
        let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", downing)]);
        let told = cluster.receive("c", from, Message::Quarantined);
        assert!(
            told.iter().any(|output| matches!(output,
                Output::Warned(Warning::QuarantinedBy { is_member: it_is, .. }) if *it_is == is_member)),
            "{told:?}"
        );
        assert_eq!(cluster.status("c", "c"), MemberStatus::Up);
    }
}

/// WCH-20, WCH-23 to WCH-25, RCH-18, RCH-45, LDR-59, LIFE-35, LIFE-36: the transport gives up on a member, which is Terminated from then on: seen as
/// unreachable by all, not downed, and never reachable again.
#[test]
fn a_member_that_the_transport_gave_up_is_terminated() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let node = cluster.nodes["c"].unique_address().clone();
    cluster.give("a", InputKind::Quarantined { node: node.clone() });
    assert!(cluster.told("a", |output| matches!(
        output,
        Output::Observed { status: ReachabilityStatus::Terminated, member_status: MemberStatus::Up, .. }
    )));
    cluster.run_secs(15);
    for name in ["a", "b"] {
        assert!(cluster.events(name).starts_with("Unreachable(c)"), "{name}: {}", cluster.events(name));
        assert!(!cluster.events(name).contains(" Reachable(c)"), "{name}: {}", cluster.events(name));
        assert_eq!(cluster.status("c", name), MemberStatus::Up);
    }
    // WCH-24: its heartbeats go on.
    assert!(cluster.sent("a", |message| matches!(message, Message::Heartbeat { .. })).contains(&"c"));
    cluster.down("c", "b");
    cluster.run_secs(5);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Removed);
}

/// WCH-22, LDR-60, LIFE-35: about a node that is no member it is counted and not remembered.
#[test]
fn a_node_that_is_no_member_can_not_be_given_up() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let node = UniqueAddress::new(address("x"), 1);
    let told = cluster.give("a", InputKind::Quarantined { node });
    assert!(matches!(&told[..], [Output::Ignored { why: IgnoreReason::UnknownNode, .. }]), "{told:?}");
    cluster.start("x");
    cluster.join("x", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.status("x", "b"), MemberStatus::Up);
}

/// WCH-14, WCH-12, API-30: a node that ends knows it before it says so: it says who is gone, and quarantines nobody, not even who is Down; nor does it say farewell
/// to itself.
#[test]
fn a_node_that_ends_quarantines_nobody() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("a", "b");
    cluster.cut_pair("a", "c");
    cluster.down("b", "a");
    cluster.outputs.clear();
    cluster.command("a", Command::Stop);
    assert_eq!(farewells(&cluster, "a"), ["gone b (down)", "gone c (up)"]);
    assert_eq!(notices(&cluster, "a"), 0);
}

/// WCH-3, WCH-31, LIFE-67: watching who is gone already is answered at once; a member's end will be told; a stranger's will not.
#[test]
fn whoever_is_gone_already_is_told_to_be_gone() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("c");
    cluster.run_secs(8);
    cluster.down("c", "a");
    cluster.run_secs(5);
    let watch = |cluster: &mut Cluster, name: &str| {
        cluster.command("a", Command::Watch(Target::Address(address(name))))
    };
    let gone = watch(&mut cluster, "c");
    assert!(
        matches!(&gone[..], [Output::PeerGone { previous_status: MemberStatus::Removed, .. }]),
        "{gone:?}"
    );
    assert!(matches!(&watch(&mut cluster, "b")[..], [Output::Accepted { .. }]));
    assert!(matches!(&watch(&mut cluster, "x")[..], [Output::Rejected { .. }]));
    // A new incarnation that only just joins does not make it known again.
    cluster.start_as("c", 2);
    cluster.cut_pair("b", "c");
    cluster.join("c", "a");
    assert!(matches!(&watch(&mut cluster, "c")[..], [Output::PeerGone { .. }]));
    cluster.cut.clear();
    cluster.run_secs(10);
    assert!(matches!(&watch(&mut cluster, "c")[..], [Output::Accepted { .. }]));
}

/// WCH-31: of an incarnation, what counts is whether it was removed itself, whoever is at its address now.
#[test]
fn an_incarnation_that_is_watched_is_gone_though_its_successor_is_there() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let watch = |cluster: &mut Cluster, uid| {
        let node = UniqueAddress::new(address("b"), uid);
        cluster.command("a", Command::Watch(Target::Incarnation(node)))
    };
    assert!(matches!(&watch(&mut cluster, 1)[..], [Output::Accepted { .. }]));
    assert!(matches!(&watch(&mut cluster, 2)[..], [Output::Rejected { .. }]));
    cluster.crash("b");
    cluster.run_secs(8);
    cluster.down("b", "a");
    cluster.run_secs(5);
    cluster.start_as("b", 2);
    cluster.join("b", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up, b up");
    let gone = watch(&mut cluster, 1);
    assert!(matches!(&gone[..], [Output::PeerGone { node, .. }] if node.uid == 1), "{gone:?}");
    assert!(matches!(&watch(&mut cluster, 2)[..], [Output::Accepted { .. }]));
}

/// WCH-33: a notice for an earlier incarnation says nothing to its successor.
#[test]
fn a_notice_for_another_incarnation_is_dropped() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("downing", "sbr")]);
    let (a, b) = (cluster.nodes["a"].unique_address().clone(), cluster.nodes["b"].unique_address().clone());
    let envelope = quorate::Envelope {
        cluster: cluster.config.cluster_name.clone(),
        from: a,
        to: quorate::Destination::Incarnation(UniqueAddress::new(b.address, 99)),
        message: Message::Quarantined,
    };
    let outputs = cluster.give("b", InputKind::Received(envelope));
    assert!(matches!(&outputs[..], [Output::Ignored { why: IgnoreReason::NotForMe, .. }]), "{outputs:?}");
    assert_eq!(cluster.status("b", "b"), MemberStatus::Up);
}

/// WCH-10: a node that has missed how a member went takes it for one that left in good order, even if it was Down.
#[test]
fn what_counts_is_the_status_that_the_node_itself_has_seen_last() {
    for status in [MemberStatus::Exiting, MemberStatus::Down] {
        let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
        let (b, c) =
            (cluster.nodes["b"].unique_address().clone(), cluster.nodes["c"].unique_address().clone());
        cluster.crash("c");
        let state = cluster.nodes["b"].gossip().clone();
        let gone = state.member(&c).unwrap().clone();
        let gone = Member::with_parts(c.clone(), gone.roles().clone(), AppVersion::default(), 3, status);
        let state = state.update(&[gone]).remove(&[c], 1).bump(b.key()).only_seen(&b);
        cluster.receive("a", "b", Message::Gossip { gossip: state.into() });
        assert_eq!(farewells(&cluster, "a"), ["gone c (up)"], "{status}");
        assert_eq!(notices(&cluster, "a"), 0);
        cluster.run_secs(6);
        assert_eq!(farewells(&cluster, "a"), ["gone c (up)", "harmless c"], "{status}");
    }
}

/// WCH-32: a member that is watched is asked by the ring and by nothing else.
#[test]
fn a_watched_member_is_asked_no_more_often_than_others() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.command("a", Command::Watch(Target::Address(address("b"))));
    cluster.outputs.clear();
    cluster.run_secs(10);
    let asked = cluster.sent("a", |message| matches!(message, Message::Heartbeat { .. }));
    let count = |name: &str| asked.iter().filter(|asked| **asked == name).count();
    assert_eq!((count("b"), count("c")), (10, 10));
}

/// WCH-20, WCH-23, RCH-18, RCH-30, RCH-35: behind a cut that only one other sees, the transport of a third gives up on a member. To all it is
/// Terminated from then on, also when the cut is over, and of unchanged status; with its removal nothing of that is left.
#[test]
fn who_is_given_up_behind_a_cut_is_terminated_to_all_until_it_is_removed() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    cluster.run_secs(10);
    cluster.cut_pair("a", "b");
    cluster.run_secs(8);
    let b = cluster.nodes["b"].unique_address().clone();
    let seen = |cluster: &Cluster, name: &str| {
        let status = cluster.nodes[name].gossip().reachability().aggregated_status(&b);
        (status, cluster.status("b", name))
    };
    assert_eq!(seen(&cluster, "d"), (ReachabilityStatus::Unreachable, MemberStatus::Up));
    cluster.give("c", InputKind::Quarantined { node: b.clone() });
    cluster.run_secs(5);
    cluster.cut.clear();
    cluster.run_secs(5);
    for name in ["a", "c", "d"] {
        assert_eq!(seen(&cluster, name), (ReachabilityStatus::Terminated, MemberStatus::Up), "{name}");
    }
    assert!(cluster.nodes["a"].gossip().reachability().is_reachable(cluster.nodes["a"].unique_address(), &b));
    cluster.down("b", "d");
    cluster.run_secs(10);
    for name in ["a", "c", "d"] {
        assert_eq!(cluster.status("b", name), MemberStatus::Removed, "{name}");
        assert!(!cluster.nodes[name].gossip().reachability().anybody_is_unreachable(), "{name}");
    }
}

/// WCH-21: a member that is given up once more is a change once more, though nothing else is new.
#[test]
fn to_give_up_a_member_again_is_a_change_again() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let node = cluster.nodes["c"].unique_address().clone();
    cluster.give("a", InputKind::Quarantined { node: node.clone() });
    let before = cluster.nodes["a"].gossip().clone();
    cluster.give("a", InputKind::Quarantined { node });
    let after = cluster.nodes["a"].gossip().clone();
    assert_eq!(after.reachability(), before.reachability());
    assert_ne!(after.clock(), before.clock());
}

/// WCH-6: a successor that is met as Up, and was not heard of before, ends the time of the one that left as well.
#[test]
fn a_successor_that_is_met_as_up_ends_the_time_of_the_one_that_left() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "c");
    cluster.run_secs(3);
    cluster.finish_exit("c");
    cluster.crash("c");
    while cluster.status("c", "a") != MemberStatus::Removed {
        cluster.run(std::time::Duration::from_millis(100));
    }
    assert_eq!(farewells(&cluster, "a"), ["gone c (exiting)"]);
    let b = cluster.nodes["b"].unique_address().clone();
    let successor = Member::with_parts(
        UniqueAddress::new(address("c"), 2),
        quorate::Roles::default(),
        AppVersion::default(),
        9,
        MemberStatus::Up,
    );
    let state = cluster.nodes["b"].gossip().add(successor);
    let gossip = std::sync::Arc::new(state.bump(b.key()).only_seen(&b));
    cluster.receive("a", "b", Message::Gossip { gossip });
    assert_eq!(farewells(&cluster, "a"), ["gone c (exiting)", "harmless c"]);
}

/// WCH-15: a quarantine is forgotten after an hour.
#[test]
fn a_quarantine_is_forgotten_after_an_hour() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let c = cluster.nodes["c"].unique_address().clone();
    cluster.crash("c");
    cluster.down("c", "a");
    while cluster.status("c", "a") != MemberStatus::Removed {
        cluster.run(std::time::Duration::from_millis(100));
    }
    let removed = cluster.now;
    let mut is_answered = |seconds: u64| {
        cluster.now = removed + std::time::Duration::from_secs(seconds);
        let heartbeat = Message::Heartbeat { sequence: 1, sent_at: removed };
        let outputs = cluster.receive("a", "c", heartbeat);
        outputs
            .iter()
            .any(|output| matches!(output, Output::Send(envelope) if envelope.to.address() == &c.address))
    };
    assert_eq!([1, 3_598, 3_601].map(&mut is_answered), [false, false, true]);
}
