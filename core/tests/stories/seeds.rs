//! How nodes find a cluster by a list of seed nodes.

use quorate::{Command, Effect, Message, Output, Rejection, StopReason, Warning};

use crate::cluster::{Cluster, address};

fn join_seeds(cluster: &mut Cluster, name: &str, seeds: &[&str]) -> Vec<Output> {
    cluster.command(name, Command::JoinSeedNodes(seeds.iter().map(|seed| address(seed)).collect()))
}

fn asked(cluster: &Cluster, name: &str) -> usize {
    cluster.sent(name, |message| matches!(message, Message::InitJoin { .. })).len()
}

/// JOIN-31: the only seed node founds the cluster at once.
#[test]
fn a_list_of_self_alone_founds_a_cluster() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    let outputs = join_seeds(&mut cluster, "a", &["a"]);
    assert_eq!(cluster.view("a"), "a up");
    assert!(outputs.iter().any(|o| matches!(o, Output::Accepted { effect: Effect::Founded, .. })));
}

/// JOIN-42, JOIN-45: when all other seed nodes have refused, the first one founds the cluster.
#[test]
fn the_first_seed_founds_a_cluster_when_all_others_have_refused() {
    let mut cluster = Cluster::new(&[]);
    ["a", "b", "c"].iter().for_each(|name| cluster.start(name));
    join_seeds(&mut cluster, "b", &["a", "b", "c"]);
    assert_eq!(cluster.view("b"), "");
    join_seeds(&mut cluster, "a", &["a", "b", "c"]);
    assert_eq!(cluster.view("a"), "a up");
}

/// JOIN-40, JOIN-41, JOIN-45, JOIN-62: when another seed node is silent, the first founds the cluster after five seconds.
#[test]
fn the_first_seed_founds_a_cluster_after_the_timeout_when_another_is_silent() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    join_seeds(&mut cluster, "a", &["a", "b"]);
    cluster.run(std::time::Duration::from_millis(4_999));
    assert_eq!((cluster.view("a"), asked(&cluster, "a")), (String::new(), 5));
    cluster.run(std::time::Duration::from_millis(1));
    assert_eq!(cluster.view("a"), "a up");
}

/// JOIN-33, JOIN-54: a node that is not the first of the list never founds a cluster.
#[test]
fn a_later_seed_waits_for_others_for_ever() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    join_seeds(&mut cluster, "b", &["a", "b"]);
    cluster.run_secs(120);
    assert_eq!(cluster.view("b"), "");
    assert!(cluster.told("b", |o| matches!(o, Output::Warned(Warning::NoSeedNodeAnswers { attempts: 2 }))));
}

/// JOIN-47 to JOIN-49, JOIN-51: a refusal postpones the next question to a full timeout from it.
#[test]
fn a_refusal_postpones_the_next_question() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    cluster.start("a");
    join_seeds(&mut cluster, "b", &["a"]);
    assert_eq!(asked(&cluster, "b"), 1);
    cluster.run(std::time::Duration::from_millis(4_999));
    assert_eq!(asked(&cluster, "b"), 1);
    cluster.run_secs(1);
    assert_eq!(asked(&cluster, "b"), 2);
}

/// JOIN-44, JOIN-52, JOIN-55: the first seed node that can be joined is joined; later answers come too late.
#[test]
fn the_first_acknowledgment_decides() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.start("c");
    join_seeds(&mut cluster, "c", &["b", "a"]);
    assert!(cluster.view("c").contains("c joining"));
    assert_eq!(cluster.sent("c", |message| matches!(message, Message::Join { .. })).len(), 1);
}

/// JOIN-14, JOIN-16: when no cluster lets it in within the time set, a node gives up and ends.
#[test]
fn a_node_gives_up_after_the_time_set() {
    let mut cluster = Cluster::new(&[("shutdown-after-unsuccessful-join-seed-nodes", "20s")]);
    cluster.start("b");
    join_seeds(&mut cluster, "b", &["a"]);
    cluster.run_secs(19);
    assert_eq!(cluster.stopped("b"), None);
    cluster.run_secs(1);
    assert_eq!(cluster.stopped("b"), Some(StopReason::JoinUnsuccessful));
}

/// JOIN-30, JOIN-24, JOIN-36: an empty list is refused, so is joining a second time; a new list replaces the one before.
#[test]
fn a_list_is_refused_when_it_is_empty_or_the_node_is_a_member() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    let empty = join_seeds(&mut cluster, "a", &[]);
    assert!(matches!(&empty[..], [Output::Rejected { why: Rejection::NoSeedNodes, .. }]));
    join_seeds(&mut cluster, "a", &["b", "c"]);
    join_seeds(&mut cluster, "a", &["a"]);
    assert_eq!(cluster.view("a"), "a up");
    let second = join_seeds(&mut cluster, "a", &["b"]);
    assert!(matches!(&second[..], [Output::Rejected { why: Rejection::AlreadyMember, .. }]));
}
