//! How much a node takes from its peers, and what it says of what is more.

use std::sync::Arc;

use quorate::{
    AppVersion, Bounded, Command, Gossip, IgnoreReason, InputKind, JoinRefusal, MemberStatus, Message,
    Output, OverLimit, Roles, Warning,
};

use crate::cluster::{Cluster, address, joining, node};

/// Why what was given was dropped.
fn why(outputs: &[Output]) -> Option<&IgnoreReason> {
    outputs.iter().find_map(|output| match output {
        Output::Ignored { why, .. } => Some(why),
        _ => None,
    })
}

fn over(of: Bounded, count: u64, limit: u64) -> IgnoreReason {
    IgnoreReason::OverLimit(OverLimit { of, count, limit })
}

/// Two members, a state of theirs, and what a makes of another that b tells, which must not change a.
fn refused(settings: &[(&str, &str)], change: impl FnOnce(Gossip) -> Gossip) -> IgnoreReason {
    let mut cluster = Cluster::formed(&["a", "b"], settings);
    let before = cluster.nodes["a"].gossip().clone();
    let told = change((*before).clone()).bump(node("b").key()).only_seen(&node("b"));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: Arc::new(told) });
    assert_eq!(*cluster.nodes["a"].gossip(), before, "the state is as it was");
    assert!(
        !outputs.iter().any(|output| matches!(output, Output::Send(_) | Output::Event(_))),
        "{outputs:?}"
    );
    why(&outputs).expect("it is ignored").clone()
}

/// FRM-30
#[test]
fn a_state_over_a_limit_is_ignored_and_the_limit_named() {
    let all = |gossip: Gossip| ["c", "d"].iter().fold(gossip, |gossip, name| gossip.add(joining(name)));
    assert_eq!(refused(&[("limits.members", "3")], all), over(Bounded::Members, 4, 3));
    let removed = |gossip: Gossip| all(gossip).remove(&[node("c"), node("d")], 1);
    assert_eq!(refused(&[("limits.tombstones", "1")], removed), over(Bounded::Tombstones, 2, 1));
    let marks = |gossip: Gossip| {
        let table = gossip.reachability().unreachable(&node("b"), &node("x"));
        let table = table.unreachable(&node("b"), &node("y"));
        gossip.with_reachability(table)
    };
    assert_eq!(refused(&[("limits.observations", "1")], marks), over(Bounded::Observations, 2, 1));
    let strangers =
        |gossip: Gossip| ["x", "y", "z"].iter().fold(gossip, |gossip, name| gossip.with_seen(&node(name)));
    // Seen is set anew by the sender's own mark, so the strangers come behind it.
    let mut cluster = Cluster::formed(&["a", "b"], &[("limits.members", "2")]);
    let told = cluster.nodes["a"].gossip().bump(node("b").key()).only_seen(&node("b"));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: Arc::new(strangers(told)) });
    assert_eq!(why(&outputs), Some(&over(Bounded::StrangersSeen, 3, 2)));
    assert_eq!(
        OverLimit { of: Bounded::Members, count: 4, limit: 3 }.to_string(),
        "4 members, and `limits.members` is 3"
    );
}

/// FRM-30: both sides are within the limit, and what would come of them is not.
#[test]
fn a_merge_over_a_limit_is_ignored() {
    for repairs in ["off", "on"] {
        let settings = [("limits.members", "3"), ("repairs.all", repairs)];
        let mut cluster = Cluster::formed(&["a", "b"], &settings);
        let common = cluster.nodes["a"].gossip().clone();
        cluster.cut_pair("a", "b");
        cluster.receive(
            "a",
            "c",
            Message::Join { roles: Roles::default(), app_version: AppVersion::default() },
        );
        let before = cluster.nodes["a"].gossip().clone();
        assert_eq!(before.members().len(), 3);
        let told = Arc::new(common.add(joining("d")).bump(node("b").key()).only_seen(&node("b")));
        let outputs = cluster.receive("a", "b", Message::Gossip { gossip: told });
        assert_eq!(why(&outputs), Some(&over(Bounded::Members, 4, 3)), "repairs {repairs}");
        assert_eq!(*cluster.nodes["a"].gossip(), before);
    }
}

/// FRM-35: a node makes no state that others would have to ignore. Whom it does not see counts as reachable while there is no room to say
/// so, which is told, and is found when older observations go.
#[test]
fn observations_wait_for_room() {
    for repairs in ["off", "on"] {
        let settings = [("limits.observations", "1"), ("repairs.all", repairs), ("downing", "none")];
        let mut cluster = Cluster::formed(&["a", "b", "c"], &settings);
        cluster.crash("b");
        cluster.crash("c");
        cluster.run_secs(8);
        let seen_by_a = |cluster: &Cluster| {
            let rows = cluster.nodes["a"].gossip().reachability().rows().to_vec();
            let records = rows.iter().flat_map(|row| row.records().to_vec());
            records.map(|record| record.subject.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(seen_by_a(&cluster), ["b:1#1"], "repairs {repairs}");
        let postponed = |output: &Output| {
            let waits = Warning::ObservationsPostponed { waiting: 1, observations: 1 };
            matches!(output, Output::Warned(warning) if *warning == waits)
        };
        assert!(cluster.told("a", postponed));
        assert_eq!(
            Warning::ObservationsPostponed { waiting: 1, observations: 1 }.name(),
            "observations-postponed"
        );
        // The host gives up on a member: it is not heard any more, and that it is Terminated is not said.
        cluster.give("a", InputKind::Quarantined { node: node("c") });
        assert_eq!(seen_by_a(&cluster), ["b:1#1"]);
        // A new incarnation is proof that the earlier one is gone, which is downed all the same.
        cluster.start_as("c", 2);
        cluster.join("c", "a");
        assert_eq!(cluster.status("c", "a"), MemberStatus::Down);
        assert_eq!(seen_by_a(&cluster), ["b:1#1"]);
        cluster.down("b", "a");
        cluster.run_secs(20);
        assert_eq!(cluster.status("b", "a"), MemberStatus::Removed, "repairs {repairs}");
        assert!(!cluster.nodes["a"].gossip().members().contains(&node("c")), "repairs {repairs}");
        assert_eq!(cluster.view("a"), "a up, c up", "repairs {repairs}");
    }
}

/// FRM-34: a leader makes no state that others would have to ignore. Who is to go stays while there is no room for its tombstone,
/// the cluster goes on, and it goes when an older tombstone falls.
#[test]
fn removals_wait_for_room_among_the_tombstones() {
    for repairs in ["off", "on"] {
        let settings = [
            ("limits.tombstones", "1"),
            ("prune-gossip-tombstones-after", "40s"),
            ("repairs.all", repairs),
            ("downing", "none"),
        ];
        let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &settings);
        for name in ["c", "d"] {
            cluster.crash(name);
        }
        cluster.run_secs(8);
        cluster.down("c", "a");
        cluster.down("d", "a");
        cluster.run_secs(10);
        let gossip = cluster.nodes["b"].gossip().clone();
        assert_eq!(
            (gossip.members().len(), gossip.tombstones().len()),
            (3, 1),
            "repairs {repairs}: {gossip}"
        );
        assert_eq!(cluster.status("c", "b"), MemberStatus::Removed);
        assert_eq!(cluster.status("d", "b"), MemberStatus::Down);
        let postponed = |output: &Output| {
            matches!(output, Output::Warned(Warning::RemovalsPostponed { waiting: 1, tombstones: 1 }))
        };
        assert!(cluster.told("a", postponed));
        assert!(!cluster.told("b", |output| matches!(output, Output::Ignored { .. })));
        // Whoever comes is let in meanwhile.
        cluster.start("e");
        cluster.join("e", "a");
        cluster.run_secs(5);
        assert_eq!(cluster.status("e", "b"), MemberStatus::Up);
        cluster.run_secs(30);
        assert_eq!(cluster.view("b"), "a up, b up, e up", "repairs {repairs}");
        assert_eq!(cluster.nodes["b"].gossip().tombstones().len(), 1);
    }
}

/// FRM-37, M7: that a node has finished its exit nobody tells it in its own name, so it never removes itself while it leads.
#[test]
fn nobody_confirms_a_nodes_own_exit_in_its_name() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let outputs = cluster.receive("a", "a", Message::ExitingConfirmed);
    assert_eq!(why(&outputs), Some(&IgnoreReason::OwnExit));
    assert!(cluster.nodes["a"].confirmed_exits().is_empty());
    assert_eq!(why(&cluster.receive("a", "b", Message::ExitingConfirmed)), None);
}

/// FRM-36, LDR-34: strangers that confirm their exits fill no more than there is room for, and keep no member from being heard.
#[test]
fn confirmed_exits_of_strangers_have_a_limit() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("limits.members", "3")]);
    for name in ["u", "v", "w"] {
        assert_eq!(why(&cluster.receive("a", name, Message::ExitingConfirmed)), None);
    }
    for name in ["x", "y", "z"] {
        let outputs = cluster.receive("a", name, Message::ExitingConfirmed);
        assert_eq!(why(&outputs), Some(&over(Bounded::ConfirmedExits, 4, 3)));
    }
    assert_eq!(cluster.nodes["a"].confirmed_exits().len(), 3);
    assert_eq!(why(&cluster.receive("a", "b", Message::ExitingConfirmed)), None);
    assert_eq!(cluster.nodes["a"].confirmed_exits(), [node("b")]);
    assert_eq!(why(&cluster.receive("a", "x", Message::ExitingConfirmed)), None, "there is room again");
}

/// FRM-31
#[test]
fn who_joins_a_full_cluster_is_told_so() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("limits.members", "2")]);
    let before = cluster.nodes["a"].gossip().clone();
    let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
    let outputs = cluster.receive("a", "c", join.clone());
    assert_eq!(why(&outputs), Some(&over(Bounded::Members, 3, 2)));
    let told = outputs.iter().any(|output| {
        matches!(output, Output::Send(envelope)
            if envelope.message == Message::JoinRefused { why: JoinRefusal::Full })
    });
    assert!(told, "{outputs:?}");
    assert_eq!(*cluster.nodes["a"].gossip(), before);
    // Whoever is a member already is answered as ever.
    assert_eq!(why(&cluster.receive("a", "b", join)), None);
}

/// FRM-32, V4: no rule leads to a clock that counts changes of somebody who is no member and was not removed.
#[test]
fn a_clock_of_a_stranger_is_refused() {
    let key = node("nobody").key();
    let reason = refused(&[], |gossip| gossip.bump(key));
    assert_eq!(reason, IgnoreReason::ClockOfStranger { key });
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.command("a", Command::Join(address("b")));
    let welcome = Gossip::new().add(joining("a")).add(joining("b")).bump(key);
    let outputs = cluster.receive("a", "b", Message::Welcome { gossip: Arc::new(welcome) });
    assert_eq!(why(&outputs), Some(&IgnoreReason::ClockOfStranger { key }));
    assert!(cluster.nodes["a"].gossip().members().is_empty());
}

/// A clock entry of a removed member stays for a while beside its tombstone: that is no stranger.
#[test]
fn a_clock_of_a_removed_member_is_no_strangers() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let gone = node("gone");
    let told = cluster.nodes["a"]
        .gossip()
        .add(joining("gone"))
        .remove(core::slice::from_ref(&gone), 1)
        .bump(gone.key());
    let told = Arc::new(told.bump(node("b").key()).only_seen(&node("b")));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: told });
    assert_eq!(why(&outputs), None, "{outputs:?}");
}

/// REP-15, V4: a peer tells of a removed member whose tombstone is old already, and its clock still counts that member's changes. With the
/// tombstone goes the entry.
#[test]
fn an_expired_tombstone_takes_its_clock_entry_along() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("repairs.all", "on")]);
    let gone = node("gone");
    let told = cluster.nodes["a"].gossip().remove(core::slice::from_ref(&gone), i64::MIN).bump(gone.key());
    let told = Arc::new(told.bump(node("b").key()).only_seen(&node("b")));
    let outputs = cluster.receive("a", "b", Message::Gossip { gossip: told });
    assert_eq!(why(&outputs), None, "{outputs:?}");
    let state = cluster.nodes["a"].gossip();
    assert_eq!((state.clock().count(gone.key()), state.tombstones().len()), (0, 0), "{state}");
}

/// M7, GSP-69, JOIN-93, REP-20: a state that has this node both as a member and as removed does not hold it.
#[test]
fn a_state_that_has_this_node_among_the_removed_is_refused() {
    let repaired = [("repairs.all", "on")];
    let told = |gossip: Gossip| {
        let me = gossip.member(&node("a")).unwrap().clone();
        gossip.remove(&[node("a")], 1_700_000_000_000).add(me)
    };
    assert_eq!(refused(&repaired, told), IgnoreReason::WithoutMe);
    let mut cluster = Cluster::new(&repaired);
    cluster.start("a");
    cluster.command("a", Command::Join(address("b")));
    let welcome = told(Gossip::new().add(joining("a")).add(joining("b")));
    let outputs = cluster.receive("a", "b", Message::Welcome { gossip: Arc::new(welcome) });
    assert_eq!(why(&outputs), Some(&IgnoreReason::WithoutMe));
}
