//! A whole cluster is told that it is about to stop.

use quorate::{Command, Effect, IgnoreReason, JoinRefusal, MemberStatus, Message, Output, Rejection, Roles};

use crate::cluster::{Cluster, effect, rejection};

const REPAIR: &str = "repairs.preparing-from-gossip";

fn prepare(cluster: &mut Cluster, at: &str) -> Vec<Output> {
    cluster.command(at, Command::PrepareForShutdown)
}

fn refusals(cluster: &Cluster, at: &str) -> Vec<JoinRefusal> {
    let refusals = cluster.outputs.iter().filter(|(name, _)| name == at);
    refusals
        .filter_map(|(_, output)| match output {
            Output::Ignored { why: IgnoreReason::JoinRefused(why), .. } => Some(*why),
            _ => None,
        })
        .collect()
}

/// LDR-18, LDR-44, API-15, SHUT-40, SHUT-42, SHUT-43, SHUT-53, SHUT-54: any node can be told; everybody who is Up prepares with that one change, and the
/// leader moves them on. SHUT-45: only the node that was told knows it of itself.
#[test]
fn all_members_get_ready_when_one_is_told_to_prepare() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let outputs = prepare(&mut cluster, "b");
    assert_eq!(effect(&outputs), Some(&Effect::Preparing { members: 3 }));
    assert_eq!(
        cluster.view("b"),
        "a preparing-for-shutdown, b preparing-for-shutdown, c preparing-for-shutdown"
    );
    assert_eq!(cluster.sent("b", |message| matches!(message, Message::Gossip { .. })).len(), 1);
    cluster.run_secs(5);
    for name in ["a", "b", "c"] {
        assert_eq!(
            cluster.view(name),
            "a ready-for-shutdown, b ready-for-shutdown, c ready-for-shutdown",
            "{name}"
        );
        assert_eq!(
            cluster.events(name),
            "Preparing(a) Preparing(b) Preparing(c) Ready(a) Ready(b) Ready(c)",
            "{name}"
        );
        assert_eq!(cluster.nodes[name].is_preparing_for_shutdown(), name == "b", "{name}");
        assert!(cluster.nodes[name].view().has_convergence(&[]), "{name}");
        assert!(!cluster.told(name, |output| *output == Output::SelfUp), "{name}");
    }
    assert!(cluster.nodes["a"].view().is_leader());
    // It is waited for whether such a member has seen the state.
    let c = cluster.nodes["c"].unique_address().clone();
    cluster.cut_pair("a", "c");
    cluster.cut_pair("b", "c");
    cluster.leave("b", "a");
    cluster.run_secs(2);
    assert!(!cluster.nodes["a"].gossip().is_seen_by(&c) && !cluster.nodes["a"].view().has_convergence(&[]));
}

/// SHUT-40, API-1: the second time nothing happens, and a node that is no member has nobody to prepare.
#[test]
fn preparing_twice_changes_nothing_and_says_so() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    prepare(&mut cluster, "a");
    let revision = cluster.nodes["a"].revision();
    assert_eq!(rejection(&prepare(&mut cluster, "a")), Some(&Rejection::AlreadyPreparing));
    assert_eq!(cluster.nodes["a"].revision(), revision);
    cluster.start("c");
    assert_eq!(rejection(&prepare(&mut cluster, "c")), Some(&Rejection::NotMember));
}

/// JOIN-71, LDR-46, SHUT-46: the node that was told lets nobody in and says why; it can still be asked whether it can be joined.
/// LDR-47, SHUT-47: any other lets a newcomer in, which stays Joining when the leader was told.
#[test]
fn a_leader_that_prepares_lets_nobody_up() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    prepare(&mut cluster, "a");
    cluster.start("c");
    cluster.join("c", "a");
    assert_eq!(refusals(&cluster, "a"), [JoinRefusal::PreparingForShutdown]);
    let asked =
        cluster.receive("a", "c", Message::InitJoin { attempt: 1, config: quorate::JoinConfig::empty() });
    assert!(
        matches!(&asked[..], [Output::Send(answer)] if matches!(answer.message, Message::InitJoinAck { .. }))
    );
    cluster.start("d");
    cluster.join("d", "b");
    cluster.run_secs(5);
    assert_eq!(cluster.view("b"), "a ready-for-shutdown, b ready-for-shutdown, d joining");
}

/// SHUT-44, LDR-45, SHUT-47: when the leader was not told, a newcomer becomes Up, finds the others preparing and prepares too.
#[test]
fn a_newcomer_that_comes_up_prepares_by_itself() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    prepare(&mut cluster, "b");
    cluster.start("d");
    cluster.join("d", "c");
    cluster.run_secs(8);
    assert_eq!(cluster.status("d", "a"), MemberStatus::ReadyForShutdown);
    assert!(cluster.nodes["d"].is_preparing_for_shutdown());
    let events = cluster.events("a");
    assert!(events.contains("Up(d)") && events.contains("Preparing(d) "), "{events}");
}

/// SHUT-41, LDR-48: a member that is Joining can be told. It stays Joining with that, and when it comes up later it does not
/// prepare any more, for it believes that it has.
#[test]
fn a_joining_member_that_is_told_stays_up_later() {
    let mut cluster = Cluster::formed(&["a", "c"], &[]);
    cluster.start("d");
    cluster.join("d", "a");
    assert_eq!(cluster.status("d", "d"), MemberStatus::Joining);
    assert_eq!(effect(&prepare(&mut cluster, "d")), Some(&Effect::Preparing { members: 2 }));
    cluster.run_secs(8);
    for name in ["a", "c", "d"] {
        assert_eq!(cluster.view(name), "a ready-for-shutdown, c ready-for-shutdown, d up", "{name}");
    }
}

/// LDR-6, LDR-46: a leader that prepares moves nobody to WeaklyUp either, however long it lacks convergence.
#[test]
fn a_leader_that_prepares_lets_nobody_weakly_up() {
    for told in ["a", "b"] {
        let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
        cluster.crash("c");
        cluster.run_secs(7);
        cluster.start("d");
        cluster.join("d", if told == "a" { "b" } else { "a" });
        prepare(&mut cluster, told);
        cluster.run_secs(12);
        let expected = if told == "a" { MemberStatus::Joining } else { MemberStatus::WeaklyUp };
        assert_eq!(cluster.status("d", "a"), expected, "told {told}");
    }
}

/// LDR-44: it counts as a change even when nobody is Up. REP-101 (`preparing_from_gossip`): then nothing changes.
#[test]
fn preparing_with_nobody_up_is_a_change_but_for_the_repair() {
    for (switch, told) in [("off", None), ("on", Some(&Rejection::NobodyIsUp))] {
        let mut cluster = Cluster::new(&[("min-nr-of-members", "2"), (REPAIR, switch)]);
        cluster.start("a");
        cluster.join("a", "a");
        let clock = cluster.nodes["a"].gossip().clock().clone();
        let outputs = prepare(&mut cluster, "a");
        assert_eq!(rejection(&outputs), told, "{switch}");
        assert_eq!(cluster.nodes["a"].gossip().clock() == &clock, told.is_some());
        assert_eq!(cluster.nodes["a"].is_preparing_for_shutdown(), told.is_none());
    }
}

/// SHUT-49, SHUT-50, LDR-49: who was leaving goes on leaving, and who is ready leaves like anybody else; nothing takes the
/// announcement back.
#[test]
fn members_leave_before_and_after_the_announcement() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "a");
    prepare(&mut cluster, "a");
    assert_eq!(cluster.status("c", "a"), MemberStatus::Leaving);
    cluster.run_secs(5);
    cluster.finish_exit("c");
    cluster.run_secs(4);
    assert_eq!(cluster.view("a"), "a ready-for-shutdown, b ready-for-shutdown");
    cluster.leave("b", "b");
    cluster.run_secs(5);
    cluster.finish_exit("b");
    cluster.run_secs(4);
    assert_eq!(cluster.view("a"), "a ready-for-shutdown");
    assert!(cluster.nodes["a"].is_preparing_for_shutdown());
    assert_eq!(rejection(&prepare(&mut cluster, "a")), Some(&Rejection::AlreadyPreparing));
    cluster.leave("a", "a");
    cluster.run_secs(3);
    cluster.finish_exit("a");
    assert!(cluster.stopped("a").is_some());
}

/// LDR-53, SHUT-52: a member that is ready is watched, can be downed, and is removed, like any other.
#[test]
fn a_member_that_is_ready_can_be_downed() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    prepare(&mut cluster, "b");
    cluster.run_secs(5);
    cluster.outputs.clear();
    cluster.crash("c");
    cluster.run_secs(10);
    for name in ["a", "b"] {
        assert_eq!(cluster.events(name), "Unreachable(c)", "{name}");
        let asked = cluster.sent(name, |message| matches!(message, Message::Heartbeat { .. }));
        assert_eq!(asked.iter().filter(|asked| **asked == "c").count(), 10, "{name}");
    }
    cluster.down("c", "b");
    cluster.run_secs(10);
    assert_eq!(cluster.view("a"), "a ready-for-shutdown, b ready-for-shutdown");
}

/// REP-100 (`preparing_from_gossip`): every node that hears of it lets nobody in and, as leader, nobody up.
#[test]
fn with_the_repair_every_node_prepares() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[(REPAIR, "on")]);
    cluster.start("d");
    cluster.join("d", "c");
    assert_eq!(effect(&prepare(&mut cluster, "b")), Some(&Effect::Preparing { members: 3 }));
    cluster.run_secs(5);
    for name in ["a", "b", "c"] {
        assert!(cluster.nodes[name].is_preparing_for_shutdown(), "{name}");
        cluster.outputs.clear();
        cluster.start("e");
        cluster.join("e", name);
        assert_eq!(refusals(&cluster, name), [JoinRefusal::PreparingForShutdown], "{name}");
    }
    assert_eq!(rejection(&prepare(&mut cluster, "c")), Some(&Rejection::AlreadyPreparing));
    assert_eq!(cluster.status("d", "a"), MemberStatus::Joining);
}

/// REP-100 (`preparing_from_gossip`): a member that asks again is answered, lest a lost `Welcome` blocks everybody; without the
/// repair it is refused.
#[test]
fn with_the_repair_a_member_that_asks_again_is_answered() {
    for (switch, is_answered) in [("off", false), ("on", true)] {
        let mut cluster = Cluster::formed(&["a", "b"], &[(REPAIR, switch)]);
        cluster.start("d");
        cluster.cut.push(("a".into(), "d".into()));
        cluster.join("d", "a");
        assert_eq!(cluster.status("d", "a"), MemberStatus::Joining);
        prepare(&mut cluster, "a");
        cluster.cut.clear();
        let join = Message::Join { roles: Roles::default(), app_version: "0.0.0".parse().unwrap() };
        let outputs = cluster.receive("a", "d", join);
        let welcomes = outputs.iter().filter(
            |output| matches!(output, Output::Send(sent) if matches!(sent.message, Message::Welcome { .. })),
        );
        assert_eq!(welcomes.count() == 1, is_answered, "{switch}");
    }
}

/// REP-101, REP-102 (`preparing_from_gossip`): who is Up all the same prepares; with the last that prepared joins are possible
/// again.
#[test]
fn with_the_repair_it_ends_with_the_last_that_prepared() {
    let mut cluster = Cluster::formed(&["a", "b"], &[(REPAIR, "on")]);
    cluster.start("d");
    cluster.join("d", "a");
    prepare(&mut cluster, "a");
    cluster.run_secs(3);
    assert_eq!(cluster.view("d"), "a ready-for-shutdown, b ready-for-shutdown, d joining");
    for name in ["b", "a"] {
        cluster.leave(name, name);
        cluster.run_secs(4);
        cluster.finish_exit(name);
        cluster.run_secs(4);
    }
    assert_eq!(cluster.view("d"), "d up");
    assert!(!cluster.nodes["d"].is_preparing_for_shutdown());
    cluster.start("e");
    cluster.join("e", "d");
    cluster.run_secs(3);
    assert_eq!(cluster.view("d"), "d up, e up");
}
