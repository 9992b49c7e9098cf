//! What happens when a node does not answer.

use quorate::{Message, Output};

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
