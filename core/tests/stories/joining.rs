//! How nodes get in.

use quorate::{
    AppVersion, IgnoreReason, JoinRefusal, Member, Message, Output, Roles, UniqueAddress, Warning,
};

use crate::cluster::{Cluster, address, join, node};

/// JOIN-20, JOIN-25, JOIN-77, LDR-3: a node that joins itself is Up at once, and its users hear of that first.
#[test]
fn a_node_that_joins_itself_is_up_at_once() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.join("a", "a");
    assert_eq!(cluster.view("a"), "a up");
    assert_eq!(cluster.events("a"), "Up(a) leader=a");
}

/// JOIN-72, JOIN-75, JOIN-95
#[test]
fn a_second_node_is_welcomed_and_becomes_up_at_the_next_leader_tick() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.start("b");
    cluster.join("a", "a");
    cluster.join("b", "a");
    assert_eq!(cluster.view("a"), "a up, b joining");
    assert_eq!(cluster.view("b"), "a up, b joining");
    cluster.run_secs(3);
    assert_eq!(cluster.view("a"), "a up, b up");
    assert_eq!(cluster.view("b"), "a up, b up");
    assert_eq!(cluster.events("b"), "Up(a) Joined(b) leader=a Up(b)");
}

/// JOIN-8: two nodes that each ask the other form no cluster.
#[test]
fn two_nodes_that_ask_each_other_form_no_cluster() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.start("b");
    cluster.join("a", "b");
    cluster.join("b", "a");
    cluster.run_secs(30);
    assert_eq!((cluster.view("a"), cluster.view("b")), (String::new(), String::new()));
}

/// JOIN-61, JOIN-63, JOIN-64: an attempt that is not answered is made again after `retry-unsuccessful-join-after`.
#[test]
fn an_unanswered_join_is_sent_again_after_ten_seconds() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    cluster.join("b", "a");
    cluster.run_secs(9);
    let joins = |cluster: &Cluster| cluster.sent("b", |m| matches!(m, Message::Join { .. })).len();
    assert_eq!(joins(&cluster), 1);
    cluster.run_secs(2);
    assert_eq!(joins(&cluster), 2);
    assert!(cluster.told("b", |o| matches!(o, Output::Warned(Warning::JoinTimedOut { .. }))));
    let mut patient = Cluster::new(&[("retry-unsuccessful-join-after", "off")]);
    patient.start("b");
    patient.join("b", "a");
    patient.run_secs(60);
    assert_eq!(joins(&patient), 1);
}

/// JOIN-72: a `Join` that is repeated changes nothing and is answered again.
#[test]
fn a_repeated_join_is_welcomed_again_and_changes_nothing() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let before = cluster.nodes["a"].gossip().clone();
    let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
    let outputs = cluster.receive("a", "b", join);
    assert!(
        matches!(&outputs[..], [Output::Send(envelope)] if matches!(envelope.message, Message::Welcome { .. }))
    );
    assert_eq!(*cluster.nodes["a"].gossip(), before);
}

/// JOIN-73, JOIN-74, RCH-53: a new incarnation has the earlier one downed, and is let in once that one is gone. It is told
/// why it must wait.
#[test]
fn a_restarted_node_is_let_in_once_its_earlier_incarnation_is_removed() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.start_as("c", 2);
    cluster.join("c", "a");
    assert_eq!(cluster.view("a"), "a up, b up, c down");
    assert!(cluster.told("c", |output| matches!(
        output,
        Output::Ignored { why: IgnoreReason::Refused(JoinRefusal::EarlierIncarnation), .. }
    )));
    let before = cluster.nodes["a"].gossip().clone();
    cluster.join("c", "a");
    assert_eq!(*cluster.nodes["a"].gossip(), before, "who is Down already is not downed again");
    cluster.run_secs(25);
    assert_eq!(cluster.view("a"), "a up, b up, c up");
    assert_eq!(
        cluster.nodes["a"].gossip().members().first_at(&address("c")).unwrap().unique_address().uid,
        2
    );
    let events = cluster.events("a");
    assert!(events.ends_with("Downed(c) Unreachable(c) Removed(c,down) Joined(c) Up(c)"), "{events}");
}

/// JOIN-80: of two incarnations at one address, as a merge may leave them, the one with the smaller uid decides whether a join is one of
/// a member or of a newcomer.
#[test]
fn the_first_of_two_incarnations_decides_on_a_join() {
    let with_both = || {
        let mut cluster = Cluster::formed(&["a", "b"], &[]);
        let later = UniqueAddress::new(address("b"), 2);
        let later = Member::joining(later, Roles::default(), AppVersion::default());
        let told = cluster.nodes["b"].gossip().add(later).bump(node("b").key());
        cluster.receive("a", "b", Message::Gossip { gossip: told.into() });
        assert_eq!(cluster.view("a"), "a up, b up, b joining");
        cluster.cut_pair("a", "b");
        cluster
    };
    let mut cluster = with_both();
    cluster.receive("a", "b", join());
    assert_eq!(cluster.view("a"), "a up, b up, b joining");
    assert_eq!(cluster.sent("a", |message| matches!(message, Message::Welcome { .. })), ["b"]);
    let mut cluster = with_both();
    cluster.start_as("b", 2);
    cluster.receive("a", "b", join());
    assert_eq!(cluster.view("a"), "a up, b down, b joining");
}

/// JOIN-71, JOIN-56: a node on its way out lets nobody in, and says so to those who ask.
#[test]
fn a_node_that_is_down_lets_nobody_in() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.start("d");
    // Nobody hears of it, so b stays for a while.
    cluster.cut_pair("a", "b");
    cluster.cut_pair("c", "b");
    cluster.down("b", "b");
    let outputs =
        cluster.receive("b", "d", Message::InitJoin { attempt: 1, config: quorate::JoinConfig::empty() });
    assert!(matches!(&outputs[..], [Output::Send(e)] if matches!(e.message, Message::InitJoinNack { .. })));
    cluster.join("d", "b");
    assert!(cluster.told("d", |output| matches!(
        output,
        Output::Ignored { why: IgnoreReason::Refused(JoinRefusal::OnMyWayOut), .. }
    )));
    assert_eq!(cluster.view("d"), "");
}

/// JOIN-79, MDL-12; REP-30 (`join_checks_tombstones`): the exact protocol lets a removed incarnation in again.
#[test]
fn a_removed_incarnation_gets_in_again_unless_tombstones_are_asked() {
    for (switch, expected) in [("off", "a up, b joining"), ("on", "a up")] {
        let mut cluster = Cluster::formed(&["a", "b"], &[("repairs.join-checks-tombstones", switch)]);
        cluster.leave("b", "b");
        cluster.run_secs(5);
        cluster.finish_exit("b");
        cluster.run_secs(5);
        assert_eq!(cluster.view("a"), "a up");
        let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
        cluster.receive("a", "b", join);
        assert_eq!(cluster.view("a"), expected);
    }
}

/// JOIN-90 to JOIN-93: a welcome counts before joining, from whoever was asked, and if it holds this node.
#[test]
fn a_welcome_counts_once_from_the_node_that_was_asked() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let gossip = cluster.nodes["a"].gossip().clone();
    let ignored = |outputs: &[Output], expected: &IgnoreReason| matches!(outputs, [Output::Ignored { why, .. }] if why == expected);
    let again = cluster.receive("b", "a", Message::Welcome { gossip: gossip.clone() });
    assert!(ignored(&again, &IgnoreReason::AlreadyMember), "{again:?}");
    cluster.start("c");
    let without = cluster.receive("c", "a", Message::Welcome { gossip: gossip.clone() });
    assert!(ignored(&without, &IgnoreReason::WithoutMe), "{without:?}");
    cluster.cut_pair("a", "c");
    cluster.join("c", "a");
    let stranger = cluster.receive("c", "b", Message::Welcome { gossip });
    assert!(ignored(&stranger, &IgnoreReason::NotJoined), "{stranger:?}");
}

/// LDR-8, LDR-15: nobody becomes Up before there are enough members.
#[test]
fn nobody_is_up_before_the_minimum_is_there() {
    let mut cluster = Cluster::new(&[("min-nr-of-members", "3")]);
    for name in ["a", "b", "c"] {
        cluster.start(name);
    }
    cluster.join("a", "a");
    assert_eq!(cluster.events("a"), "Joined(a) leader=a");
    cluster.join("b", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.view("b"), "a joining, b joining");
    cluster.join("c", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.view("c"), "a up, b up, c up");
}

/// LDR-16, CNV-25: up-numbers follow each other, in member order within one step.
#[test]
fn up_numbers_follow_each_other_in_member_order() {
    let cluster = Cluster::formed(&["b", "d", "c", "a"], &[]);
    let members = cluster.nodes["a"].gossip().members();
    let numbers: Vec<_> = members.iter().map(|m| (m.address().host(), m.up_number())).collect();
    assert_eq!(numbers, [("a", 2), ("b", 1), ("c", 3), ("d", 4)]);
}

/// JOIN-81: a node of another incarnation at a member's own address makes that member down itself, since it must be the older.
#[test]
fn a_member_whose_address_is_taken_over_downs_itself() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
    let from = UniqueAddress::new(address("b"), 2);
    let to = quorate::Destination::Address(address("b"));
    let envelope = quorate::Envelope { cluster: "quorate".into(), from, to, message: join };
    cluster.give("b", quorate::InputKind::Received(envelope));
    assert!(cluster.events("a").contains("Downed(b)"), "{}", cluster.events("a"));
}

/// JOIN-73, GSP-39: two changes, published once, and nobody is said to have given a command.
#[test]
fn an_earlier_incarnation_is_downed_in_two_changes_and_one_publication() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let key = cluster.nodes["a"].unique_address().key();
    let before = cluster.nodes["a"].gossip().clock().count(key);
    cluster.crash("b");
    cluster.start_as("b", 2);
    cluster.join("b", "a");
    assert_eq!(cluster.nodes["a"].gossip().clock().count(key), before + 2);
    assert!(
        !cluster.told("a", |output| matches!(
            output,
            Output::Accepted { command: quorate::CommandKind::Down, .. }
        ))
    );
    assert!(cluster.events("a").ends_with("Downed(b) Unreachable(b)"), "{}", cluster.events("a"));
}
