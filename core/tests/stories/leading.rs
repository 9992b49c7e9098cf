//! What the leader does over time, and whom nodes ask as the ring changes.

use quorate::{InputKind, Message, Output, Warning};

use crate::cluster::Cluster;

/// LDR-2, LDR-4, SBR-87: a leader that can't act for want of convergence says so after twenty ticks.
#[test]
fn a_leader_that_cannot_act_says_so_after_twenty_ticks() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("c");
    cluster.run_secs(22);
    let is_stuck =
        |output: &Output| matches!(output, Output::Warned(Warning::LeaderIncapacitated { ticks: 20 }));
    assert!(!cluster.told("a", is_stuck));
    cluster.run_secs(5);
    assert!(cluster.told("a", is_stuck) && !cluster.told("b", is_stuck));
}

/// LDR-8, LDR-10: nobody becomes WeaklyUp either before there are enough members.
#[test]
fn nobody_is_weakly_up_before_the_minimum_is_there() {
    let mut cluster = Cluster::new(&[("min-nr-of-members", "4")]);
    for name in ["a", "b", "c"] {
        cluster.start(name);
        cluster.join(name, "a");
    }
    cluster.run_secs(5);
    cluster.crash("c");
    cluster.run_secs(30);
    assert_eq!(cluster.view("a"), "a joining, b joining, c joining");
    cluster.start("d");
    cluster.join("d", "a");
    cluster.run_secs(10);
    assert_eq!(cluster.view("a"), "a weakly-up, b weakly-up, c joining, d weakly-up");
}

/// LDR-23, LDR-24, GSP-25: the leader prunes markers of removed members once they are old, which is a change like any
/// other; before that it changes nothing.
#[test]
fn markers_of_removed_members_fall_when_they_are_old() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("prune-gossip-tombstones-after", "20s")]);
    cluster.leave("c", "c");
    cluster.run_secs(4);
    cluster.finish_exit("c");
    cluster.run_secs(10);
    assert_eq!(cluster.nodes["b"].gossip().tombstones().len(), 1);
    let revision = cluster.nodes["a"].revision();
    cluster.run_secs(3);
    assert_eq!(cluster.nodes["a"].revision(), revision);
    cluster.run_secs(12);
    for name in ["a", "b"] {
        assert!(cluster.nodes[name].gossip().tombstones().is_empty(), "{name}");
        assert!(cluster.nodes[name].view().has_convergence(&[]), "{name}");
    }
}

/// LDR-5, LDR-12, LDR-34, LIFE-62: a confirmed exit is kept until it is used, and one of a node that is no member is
/// forgotten with the next leader tick.
#[test]
fn a_confirmed_exit_is_kept_only_while_its_node_is_a_member() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.receive("a", "b", Message::ExitingConfirmed);
    cluster.receive("a", "x", Message::ExitingConfirmed);
    assert_eq!(cluster.nodes["a"].confirmed_exits().len(), 2);
    cluster.run_secs(1);
    let kept: Vec<_> = cluster.nodes["a"].confirmed_exits().iter().map(|node| node.address.host()).collect();
    assert_eq!(kept, ["b"]);
}

/// LDR-11, LDR-14; REP-80 (`keep_self`): an Exiting leader that another node calls unreachable removes itself, unless it is
/// to keep itself.
#[test]
fn an_exiting_leader_removes_itself_unless_it_keeps_itself() {
    for (switch, is_kept) in [("off", false), ("on", true)] {
        let mut cluster = Cluster::formed(&["a", "b"], &[("repairs.keep-self", switch)]);
        cluster.leave("a", "a");
        cluster.leave("b", "a");
        cluster.run_secs(4);
        assert_eq!(cluster.view("a"), "a exiting, b exiting");
        let (a, b) = ["a", "b"].map(|name| cluster.nodes[name].unique_address().clone()).into();
        let gossip = cluster.nodes["a"].gossip();
        let blamed = gossip.with_reachability(gossip.reachability().unreachable(&b, &a));
        let told = std::sync::Arc::new(blamed.bump(b.key()).only_seen(&b));
        cluster.cut_pair("a", "b");
        cluster.receive("a", "b", Message::Gossip { gossip: told });
        cluster.run_secs(1);
        assert_eq!(cluster.nodes["a"].gossip().members().contains(&a), is_kept, "keep-self {switch}");
        assert_eq!(cluster.nodes["a"].gossip().tombstones().contains(&a), !is_kept);
    }
}

/// Whom a node asks in the next second, in order of names.
fn asked(cluster: &mut Cluster, name: &str) -> Vec<String> {
    cluster.outputs.clear();
    cluster.run_secs(1);
    let is_heartbeat = |message: &Message| matches!(message, Message::Heartbeat { .. });
    let mut asked: Vec<String> = cluster.sent(name, is_heartbeat).iter().map(ToString::to_string).collect();
    asked.sort();
    asked
}

/// HB-15, HB-32, HB-35, HB-36, HB-49, HB-50: a neighbour that does not answer is asked further, and the next one besides; when
/// it answers again, only the neighbour is asked.
#[test]
fn a_silent_neighbour_is_asked_further_and_the_next_one_besides() {
    let mut cluster =
        Cluster::formed(&["a", "b", "c", "d"], &[("failure-detector.monitored-by-nr-of-members", "1")]);
    assert_eq!(asked(&mut cluster, "a"), ["b"]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(8);
    assert_eq!(cluster.events("a").matches("Unreachable(b)").count(), 1);
    assert_eq!(asked(&mut cluster, "a"), ["b", "c"]);
    cluster.cut.clear();
    cluster.run_secs(3);
    assert_eq!(asked(&mut cluster, "a"), ["b"]);
    assert!(cluster.nodes["a"].phi(&crate::cluster::address("b")).is_some());
    assert!(cluster.nodes["a"].phi(&crate::cluster::address("c")).is_none());
}

/// HB-29, HB-33, HB-34: who is removed is asked no longer, and its successor in the ring takes its place.
#[test]
fn a_removed_neighbour_is_asked_no_longer() {
    let mut cluster =
        Cluster::formed(&["a", "b", "c", "d"], &[("failure-detector.monitored-by-nr-of-members", "1")]);
    cluster.leave("b", "b");
    cluster.run_secs(4);
    cluster.finish_exit("b");
    cluster.run_secs(4);
    assert_eq!(asked(&mut cluster, "a"), ["c"]);
}

/// HB-19 to HB-21: a node that was late with its heartbeats says so, and asks as always; one that was not does not say so.
#[test]
fn a_node_that_was_late_with_its_heartbeats_says_so() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let is_late = |output: &Output| matches!(output, Output::Warned(Warning::HeartbeatDelayed { .. }));
    cluster.run_secs(5);
    assert!(!cluster.told("a", is_late));
    cluster.now = cluster.now + std::time::Duration::from_secs(3);
    let outputs = cluster.give("a", InputKind::Tick);
    assert!(cluster.told("a", is_late));
    let is_heartbeat = |output: &&Output| matches!(output, Output::Send(envelope) if matches!(envelope.message, Message::Heartbeat { .. }));
    assert_eq!(outputs.iter().filter(is_heartbeat).count(), 1);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Observed { .. })), "{outputs:?}");
    cluster.run_secs(5);
    assert!(cluster.nodes["a"].phi(&crate::cluster::address("b")).is_some_and(|phi| phi < 1.0));
}
