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

/// JOIN-33, JOIN-50, JOIN-54: a node that is not the first of the list never founds a cluster.
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

/// JOIN-49: so does one that comes late.
#[test]
fn a_late_refusal_postpones_the_next_question_as_well() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    join_seeds(&mut cluster, "b", &["a"]);
    cluster.run_secs(3);
    cluster.receive("b", "a", Message::InitJoinNack { attempt: 1, address: address("a") });
    cluster.run(std::time::Duration::from_millis(4_999));
    assert_eq!(asked(&cluster, "b"), 1);
    cluster.run(std::time::Duration::from_millis(1));
    assert_eq!(asked(&cluster, "b"), 2);
}

/// JOIN-55: whom an acknowledgment names is joined, and not who sent it.
#[test]
fn the_address_in_an_acknowledgment_is_joined() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("z");
    join_seeds(&mut cluster, "z", &["a"]);
    let verdict = quorate::ConfigVerdict::Unchecked;
    cluster.receive("z", "a", Message::InitJoinAck { attempt: 1, address: address("b"), verdict });
    assert_eq!(cluster.sent("z", |message| matches!(message, Message::Join { .. })), ["b"]);
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

/// JOIN-14, JOIN-16, JOIN-60: when no cluster lets it in within the time set, a node gives up and ends.
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

/// JOIN-10, JOIN-11: configured seed nodes are joined at the start; without any a node waits for a command.
#[test]
fn configured_seed_nodes_are_joined_at_the_start() {
    let mut cluster = Cluster::new(&[("seed-nodes", "a:1 b:1")]);
    cluster.start("a");
    cluster.start("b");
    assert_eq!((cluster.view("a"), cluster.view("b")), (String::new(), String::new()));
    cluster.run(std::time::Duration::from_millis(1));
    assert_eq!(cluster.view("b"), "a up, b joining");
    let mut idle = Cluster::new(&[]);
    idle.start("a");
    idle.run_secs(60);
    assert_eq!(idle.view("a"), "");
}

/// JOIN-10: a command that comes before the first tick counts, not the configured list.
#[test]
fn a_command_comes_before_the_configured_list() {
    let mut cluster = Cluster::new(&[("seed-nodes", "x:1")]);
    cluster.start("a");
    cluster.join("a", "a");
    cluster.run_secs(5);
    assert_eq!((cluster.view("a"), asked(&cluster, "a")), ("a up".into(), 0));
}

/// JOIN-40, JOIN-45: a first seed node that was suspended beyond its timeout founds the cluster at its first step after it.
#[test]
fn a_first_seed_that_slept_founds_the_cluster_when_it_wakes() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    join_seeds(&mut cluster, "a", &["a", "b"]);
    cluster.now = cluster.now + std::time::Duration::from_secs(30);
    cluster.give("a", quorate::InputKind::Tick);
    assert_eq!(cluster.view("a"), "a up");
}

/// JOIN-32, JOIN-34: a list of self twice asks nobody and founds the cluster after the timeout.
#[test]
fn a_list_of_self_twice_waits_for_the_timeout() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    join_seeds(&mut cluster, "a", &["a", "a"]);
    assert_eq!((cluster.view("a"), asked(&cluster, "a")), (String::new(), 0));
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up");
}

/// JOIN-34: a seed node that is listed twice is asked once.
#[test]
fn a_seed_node_that_is_listed_twice_is_asked_once() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("z");
    join_seeds(&mut cluster, "z", &["a", "b", "a"]);
    assert_eq!(cluster.sent("z", |message| matches!(message, Message::InitJoin { .. })), ["a", "b"]);
}

/// JOIN-43: a refusal under a name that was not asked removes nobody from the list.
#[test]
fn a_refusal_by_another_name_counts_for_nobody() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    join_seeds(&mut cluster, "a", &["a", "b"]);
    cluster.receive("a", "b", Message::InitJoinNack { attempt: 1, address: address("elsewhere") });
    assert_eq!(cluster.view("a"), "");
    cluster.receive("a", "b", Message::InitJoinNack { attempt: 1, address: address("b") });
    assert_eq!(cluster.view("a"), "a up");
}

/// JOIN-63: after a manual join that failed the retry goes to the seed nodes, if there ever was a list.
#[test]
fn a_failed_join_goes_back_to_the_seed_nodes() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("c");
    join_seeds(&mut cluster, "c", &["a"]);
    cluster.join("c", "b");
    let before = asked(&cluster, "c");
    cluster.run_secs(11);
    assert!(asked(&cluster, "c") > before);
    assert_eq!(cluster.sent("c", |message| matches!(message, Message::Join { .. })), ["b"]);
}

/// JOIN-15, JOIN-16: a plain join does not move the deadline of the seed nodes; the operator hears whom the node asked.
#[test]
fn a_plain_join_does_not_move_the_deadline_of_the_seed_nodes() {
    let mut cluster = Cluster::new(&[("shutdown-after-unsuccessful-join-seed-nodes", "20s")]);
    cluster.start("c");
    join_seeds(&mut cluster, "c", &["a"]);
    cluster.run_secs(15);
    cluster.join("c", "b");
    cluster.run_secs(5);
    assert_eq!(cluster.stopped("c"), Some(StopReason::JoinUnsuccessful));
    assert!(cluster.told("c", |output| matches!(
        output,
        Output::Warned(Warning::JoinGivenUp { seed_nodes }) if seed_nodes[..] == [address("a")]
    )));
}

/// JOIN-4, JOIN-36, JOIN-53: an answer to an earlier list comes too late, and is counted.
#[test]
fn an_answer_to_an_earlier_list_comes_too_late() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("c");
    join_seeds(&mut cluster, "c", &["a"]);
    join_seeds(&mut cluster, "c", &["b"]);
    let verdict = quorate::ConfigVerdict::Unchecked;
    let outputs =
        cluster.receive("c", "a", Message::InitJoinAck { attempt: 1, address: address("a"), verdict });
    assert!(matches!(&outputs[..], [Output::Ignored { why: quorate::IgnoreReason::StaleAnswer, .. }]));
}
