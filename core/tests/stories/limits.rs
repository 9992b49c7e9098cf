//! How much a node takes from its peers, and what it says of what is more.

use std::sync::Arc;

use quorate::{
    AppVersion, Bounded, Command, Gossip, IgnoreReason, JoinRefusal, Member, Message, Output, OverLimit,
    Roles, UniqueAddress,
};

use crate::cluster::{Cluster, address};

fn node(name: &str) -> UniqueAddress {
    UniqueAddress::new(address(name), 1)
}

fn joining(name: &str) -> Member {
    Member::joining(node(name), Roles::default(), AppVersion::default())
}

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
