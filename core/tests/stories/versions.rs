//! How a node joins whose version is known only later.

use quorate::{Command, Effect, IgnoreReason, JoinRefusal, Message, Output, Rejection, StopReason};

use crate::cluster::{Cluster, address, effect, rejection};

fn set(cluster: &mut Cluster, name: &str, version: &str) -> Vec<Output> {
    cluster.command(name, Command::SetAppVersion(version.parse().unwrap()))
}

fn version_of(cluster: &Cluster, name: &str, at: &str) -> String {
    let members = cluster.nodes[at].gossip().members();
    members.first_at(&address(name)).map_or_else(String::new, |member| member.app_version().to_string())
}

/// API-12, JOIN-101, JOIN-103 to JOIN-105, JOIN-107: joining waits for the version, however long; then the node joins with it.
#[test]
fn joining_waits_until_the_version_is_known() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    cluster.start("b");
    let announced = cluster.command("b", Command::SetAppVersionLater);
    assert_eq!(effect(&announced), Some(&Effect::WaitingForVersion));
    cluster.join("b", "a");
    cluster.run_secs(60);
    assert_eq!(cluster.view("b"), "");
    assert_eq!(cluster.nodes["b"].self_member().status(), quorate::MemberStatus::Removed);
    set(&mut cluster, "b", "1.2.3");
    assert_eq!(cluster.view("b"), "a up, b joining");
    assert_eq!(version_of(&cluster, "b", "a"), "1.2.3");
}

/// JOIN-76, JOIN-103: a node that founds a cluster waits for its version as well.
#[test]
fn a_founder_has_the_version_that_it_was_told() {
    let mut cluster = Cluster::new(&[("app-version", "0.9")]);
    cluster.start("a");
    cluster.command("a", Command::SetAppVersionLater);
    cluster.join("a", "a");
    assert_eq!(cluster.view("a"), "");
    set(&mut cluster, "a", "1.0");
    assert_eq!((cluster.view("a"), version_of(&cluster, "a", "a")), ("a up".into(), "1.0".into()));
}

/// JOIN-100: without these commands the configured version is used.
#[test]
fn the_configured_version_is_used_otherwise() {
    let mut cluster = Cluster::new(&[("app-version", "0.9")]);
    cluster.start("a");
    cluster.join("a", "a");
    assert_eq!(version_of(&cluster, "a", "a"), "0.9");
}

/// JOIN-106: seed nodes are asked meanwhile; it is the join that waits. JOIN-105: only the deadline of seed nodes ends it.
#[test]
fn seed_nodes_are_asked_while_the_version_is_pending() {
    let limit = [("shutdown-after-unsuccessful-join-seed-nodes", "20s")];
    let mut cluster = Cluster::formed(&["a"], &limit);
    cluster.start("b");
    cluster.command("b", Command::SetAppVersionLater);
    cluster.command("b", Command::JoinSeedNodes([address("a")].into()));
    assert!(!cluster.sent("b", |message| matches!(message, Message::InitJoin { .. })).is_empty());
    assert!(cluster.sent("b", |message| matches!(message, Message::Join { .. })).is_empty());
    cluster.run_secs(20);
    assert_eq!(cluster.stopped("b"), Some(StopReason::JoinUnsuccessful));
}

/// JOIN-102, JOIN-108: the first version counts; a host whose source failed tells the configured one.
#[test]
fn the_first_version_counts() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    assert!(matches!(effect(&set(&mut cluster, "a", "1.0")), Some(Effect::VersionSet { .. })));
    assert_eq!(rejection(&set(&mut cluster, "a", "2.0")), Some(&Rejection::VersionAlreadySet));
    let again = cluster.command("a", Command::SetAppVersionLater);
    assert_eq!(rejection(&again), Some(&Rejection::VersionAlreadySet));
    cluster.join("a", "a");
    assert_eq!(version_of(&cluster, "a", "a"), "1.0");
    assert_eq!(rejection(&set(&mut cluster, "a", "3.0")), Some(&Rejection::AlreadyMember));
}

/// JOIN-104: several nodes that were to be joined are joined in the order in which they came; the last attempt remains.
#[test]
fn joins_that_waited_are_made_in_their_order() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("c");
    cluster.command("c", Command::SetAppVersionLater);
    cluster.join("c", "a");
    cluster.join("c", "b");
    set(&mut cluster, "c", "1.0");
    assert_eq!(cluster.sent("c", |message| matches!(message, Message::Join { .. })), ["a", "b"]);
}

/// JOIN-71: a member whose own version is still to come lets nobody in, and says so. JOIN-91: it became one by the late welcome
/// of an earlier attempt.
#[test]
fn a_member_without_its_version_lets_nobody_in() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    cluster.start("b");
    cluster.cut.push(("a".into(), "b".into()));
    cluster.join("b", "a");
    cluster.cut.clear();
    let gossip = cluster.nodes["a"].gossip().clone();
    cluster.command("b", Command::SetAppVersionLater);
    cluster.join("b", "a");
    cluster.receive("b", "a", Message::Welcome { gossip });
    assert_eq!(cluster.view("b"), "a up, b joining");
    cluster.start("c");
    cluster.join("c", "b");
    let is_refused = |output: &Output| {
        matches!(output, Output::Ignored { why: IgnoreReason::Refused(JoinRefusal::VersionPending), .. })
    };
    assert!(cluster.told("c", is_refused));
}
