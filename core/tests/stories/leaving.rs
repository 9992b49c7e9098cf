//! How members go in good order, and how they are sent away.

use quorate::{
    Command, Effect, IgnoreReason, InputKind, MemberStatus, Message, Output, Rejection, StopReason, Target,
};

use crate::cluster::{Cluster, address, effect, rejection};

/// LDR-17, LDR-28, LDR-31 to LDR-33, LIFE-4, LIFE-60, LIFE-61, SHUT-16: the whole way of a member that leaves.
#[test]
fn a_leaving_member_is_removed_without_ever_being_unreachable() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "c");
    cluster.run_secs(4);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Exiting);
    assert_eq!(cluster.stopped("c"), None);
    cluster.finish_exit("c");
    assert_eq!(cluster.stopped("c"), Some(StopReason::Left));
    cluster.run_secs(4);
    for name in ["a", "b"] {
        assert_eq!(cluster.events(name), "Left(c) Exited(c) Removed(c,exiting)", "{name}");
    }
    assert!(cluster.nodes["a"].gossip().tombstones().contains(cluster.nodes["c"].unique_address()));
}

/// LDR-21, LDR-38, LIFE-41: a lone node that leaves ends by itself; that it is Exiting is a state that nobody has seen.
#[test]
fn a_lone_node_leaves_by_itself() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    cluster.leave("a", "a");
    cluster.run_secs(2);
    assert_eq!(cluster.nodes["a"].gossip().seen_count(), 0);
    cluster.finish_exit("a");
    assert_eq!(cluster.stopped("a"), Some(StopReason::Left));
    assert_eq!(cluster.events("a"), "Left(a) Exited(a) ClusterShuttingDown Removed(a,exiting) leader=none");
}

/// LDR-50, LDR-52, LIFE-1, LIFE-2: any node may be asked to let any other leave; the first to hear tells one at once.
#[test]
fn any_node_can_be_asked_to_let_another_leave() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let outputs = cluster.leave("c", "b");
    assert!(outputs.iter().any(|output| matches!(
        output,
        Output::Accepted {
            effect: Effect::StatusChanged { from: MemberStatus::Up, to: MemberStatus::Leaving, .. },
            ..
        }
    )));
    assert_eq!(cluster.sent("b", |message| matches!(message, Message::Gossip { .. })).len(), 1);
}

/// LIFE-5, API-1: what can't be obeyed says why, and changes nothing.
#[test]
fn a_command_that_changes_nothing_says_why() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let unknown = cluster.leave("x", "a");
    assert!(matches!(&unknown[..], [Output::Rejected { why: Rejection::UnknownMember { .. }, .. }]));
    cluster.leave("b", "a");
    let revision = cluster.nodes["a"].revision();
    let again = cluster.leave("b", "a");
    assert!(matches!(
        &again[..],
        [Output::Rejected { why: Rejection::AlreadyThere { status: MemberStatus::Leaving, .. }, .. }]
    ));
    assert_eq!(cluster.nodes["a"].revision(), revision);
    cluster.start("c");
    let early = cluster.leave("a", "c");
    assert!(matches!(&early[..], [Output::Rejected { why: Rejection::NotMember, .. }]));
}

/// LDR-53, LDR-55, GSP-80, LIFE-30, LIFE-32: a member that is downed while it can hear ends at once.
#[test]
fn a_downed_member_that_can_hear_ends_at_once() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.down("c", "a");
    assert_eq!(cluster.stopped("c"), Some(StopReason::Downed));
    assert_eq!(cluster.status("c", "a"), MemberStatus::Down);
    let events = cluster.events("c");
    assert!(events.starts_with("Downed(c) ClusterShuttingDown Removed(a,up)"), "{events}");
}

/// LDR-54, LDR-39, LIFE-20, LIFE-22, LIFE-23: a member that downs itself has seen it, tells others, and ends only with the next leader tick.
#[test]
fn a_member_that_downs_itself_tells_others_first() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.down("b", "b");
    assert!(cluster.nodes["b"].gossip().is_seen_by(cluster.nodes["b"].unique_address()));
    assert_eq!(cluster.status("b", "a"), MemberStatus::Down);
    assert_eq!(cluster.status("b", "c"), MemberStatus::Down);
    assert_eq!(cluster.stopped("b"), None);
    cluster.run_secs(1);
    assert_eq!(cluster.stopped("b"), Some(StopReason::Downed));
}

/// LDR-39 to LDR-41, LIFE-31: with other downed members that have not heard, it ends at the fifth look.
#[test]
fn a_downed_member_waits_for_others_for_four_looks_at_most() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    for (x, y) in [("a", "b"), ("a", "c"), ("b", "c")] {
        cluster.cut_pair(x, y);
    }
    cluster.down("c", "a");
    cluster.down("a", "a");
    cluster.run(std::time::Duration::from_millis(4_500));
    assert_eq!(cluster.stopped("a"), None);
    cluster.run_secs(1);
    assert_eq!(cluster.stopped("a"), Some(StopReason::Downed));
}

/// LDR-56, LIFE-21, LDR-11: a member that is Down is removed only when somebody finds it unreachable.
#[test]
fn a_downed_member_is_removed_once_it_is_unreachable() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.down("c", "a");
    cluster.run_secs(2);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Down);
    cluster.run_secs(8);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Removed);
    assert_eq!(cluster.events("a"), "Downed(c) Unreachable(c) Removed(c,down)");
}

/// LIFE-50: an answer to a request that was never made, or twice, changes nothing.
#[test]
fn exit_tasks_that_were_not_asked_for_change_nothing() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let outputs = cluster.give("a", InputKind::ExitTasksDone { id: 1 });
    assert!(matches!(&outputs[..], [Output::Ignored { why: IgnoreReason::StaleAnswer, .. }]));
    assert_eq!(cluster.stopped("a"), None);
}

/// GSP-38, LIFE-42, LIFE-43, X1: an exiting node has seen the state that says so first, and does not say that it has seen anything else
/// before its work is done.
#[test]
fn an_exiting_node_marks_nothing_as_seen_before_its_work_is_done() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "a");
    cluster.run_secs(5);
    assert_eq!(cluster.status("c", "c"), MemberStatus::Exiting);
    let c = cluster.nodes["c"].unique_address().clone();
    assert!(cluster.nodes["c"].gossip().is_seen_by(&c));
    cluster.leave("b", "a");
    cluster.run_secs(3);
    assert!(!cluster.nodes["c"].gossip().is_seen_by(&c));
    assert!(!cluster.nodes["a"].gossip().is_seen_by(&c));
}

/// API-13, API-14: each command takes an address or one incarnation, and an incarnation that is no member is told apart.
#[test]
fn a_command_takes_an_address_or_an_incarnation() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    let node = |cluster: &Cluster, name: &str| cluster.nodes[name].unique_address().clone();
    let mut stranger = node(&cluster, "b");
    stranger.uid = 99;
    for command in [Command::Leave, Command::Down] {
        let target = Target::Incarnation(stranger.clone());
        let outputs = cluster.command("a", command(target.clone()));
        assert_eq!(rejection(&outputs), Some(&Rejection::UnknownMember { target }));
    }
    let target = Target::Incarnation(node(&cluster, "b"));
    assert!(effect(&cluster.command("a", Command::Leave(target))).is_some());
    assert!(effect(&cluster.command("a", Command::Leave(Target::Address(address("c"))))).is_some());
    let target = Target::Incarnation(node(&cluster, "d"));
    assert!(effect(&cluster.command("a", Command::Down(target))).is_some());
    assert_eq!(cluster.view("a"), "a up, b leaving, c leaving, d down");
}
