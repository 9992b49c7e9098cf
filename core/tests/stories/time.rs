//! What a node makes of clocks that fail, of hosts that sleep, and of replies that make no sense.

use std::time::Duration;

use quorate::{
    IgnoreReason, Input, InputKind, Instant, Message, Node, Output, ReachabilityStatus, UniqueAddress,
    Warning,
};

use crate::cluster::{Cluster, address};

fn marks(outputs: &[Output]) -> usize {
    let is_mark =
        |output: &&Output| matches!(output, Output::Observed { status: ReachabilityStatus::Unreachable, .. });
    outputs.iter().filter(is_mark).count()
}

fn tick(node: &mut Node, now: Instant) -> Vec<Output> {
    node.handle(Input { now, wall_ms: 0, kind: InputKind::Tick })
}

fn reply(node: &Node, from: UniqueAddress, sequence: u64, sent_at: Instant) -> InputKind {
    InputKind::Received(quorate::Envelope {
        cluster: node.config().cluster_name.clone(),
        from,
        to: quorate::Destination::Incarnation(node.unique_address().clone()),
        message: Message::HeartbeatReply { sequence, sent_at },
    })
}

/// RCH-73, RCH-74: a node that was suspended says so. If it is ticked before it hears what has arrived, it judges nobody
/// and asks to be called again at once; having heard, it judges.
#[test]
fn a_node_that_was_suspended_hears_before_it_judges() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.run_secs(10);
    let mut node = cluster.nodes.remove("a").unwrap();
    let woken = cluster.now + Duration::from_secs(30);
    let outputs = tick(&mut node, woken);
    let suspended = outputs.iter().find_map(|output| match output {
        Output::Warned(Warning::Suspended { gap, late_by }) => Some((*gap, *late_by)),
        _ => None,
    });
    let (gap, late_by) = suspended.unwrap();
    assert!(gap >= Duration::from_secs(29) && late_by <= gap, "{gap:?} {late_by:?}");
    assert_eq!(marks(&outputs), 0);
    let again = node.next_deadline().unwrap();
    assert!(again <= woken + Duration::from_nanos(1));
    // b has answered meanwhile, c has not.
    let b = cluster.nodes["b"].unique_address().clone();
    let heard = reply(&node, b, 1, woken);
    node.handle(Input { now: woken, wall_ms: 0, kind: heard });
    let outputs = tick(&mut node, again);
    assert_eq!(marks(&outputs), 1);
}

/// RCH-74: a host that hands over first and then ticks, as it should, has it judge with that tick.
#[test]
fn a_node_that_heard_first_judges_with_its_first_tick() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.run_secs(10);
    let mut node = cluster.nodes.remove("a").unwrap();
    let woken = cluster.now + Duration::from_secs(30);
    let b = cluster.nodes["b"].unique_address().clone();
    let heard = reply(&node, b, 1, woken);
    let outputs = node.handle(Input { now: woken, wall_ms: 0, kind: heard });
    assert!(outputs.iter().any(|output| matches!(output, Output::Warned(Warning::Suspended { .. }))));
    assert_eq!(marks(&tick(&mut node, woken)), 1);
}

/// RCH-75: a clock that runs backwards is told once for each step back; nothing happens until it has caught up.
#[test]
fn a_clock_that_runs_backwards_stands_still_for_the_node() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let mut node = cluster.nodes.remove("a").unwrap();
    let deadline = node.next_deadline().unwrap();
    let back = Instant::from_nanos(cluster.now.as_nanos() / 2);
    let went_back = |outputs: &[Output]| {
        outputs.iter().any(|output| matches!(output, Output::Warned(Warning::TimeWentBack { .. })))
    };
    let outputs = tick(&mut node, back);
    assert!(went_back(&outputs) && outputs.len() == 1, "{outputs:?}");
    let outputs = tick(&mut node, back + Duration::from_secs(1));
    assert!(outputs.is_empty(), "it runs forward again: {outputs:?}");
    assert_eq!(node.next_deadline(), Some(deadline));
    assert!(!tick(&mut node, deadline).is_empty());
}

/// RCH-75, PHI-19: while a clock stands still nobody becomes unreachable, and replies count as intervals of nothing.
#[test]
fn a_clock_that_stands_still_makes_nobody_unreachable() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let mut node = cluster.nodes.remove("a").unwrap();
    let b = cluster.nodes["b"].unique_address().clone();
    for sequence in 0..100 {
        let heard = reply(&node, b.clone(), sequence, cluster.now);
        assert!(node.handle(Input { now: cluster.now, wall_ms: 0, kind: heard }).is_empty());
        assert_eq!(marks(&tick(&mut node, cluster.now)), 0);
    }
}

/// HB-22, HB-25 to HB-27, HB-40: replies never asked for and of another incarnation are counted; those from the future, out of
/// order, or said twice count as signs of life when they arrive, and as nothing else.
#[test]
fn replies_that_make_no_sense_have_a_defined_outcome() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let mut node = cluster.nodes.remove("a").unwrap();
    let b = cluster.nodes["b"].unique_address().clone();
    let now = cluster.now;
    for stranger in [UniqueAddress::new(address("x"), 1), UniqueAddress::new(address("b"), 7)] {
        let kind = reply(&node, stranger, 1, now);
        let outputs = node.handle(Input { now, wall_ms: 0, kind });
        assert!(matches!(&outputs[..], [Output::Ignored { why: IgnoreReason::NotAsked, .. }]), "{outputs:?}");
    }
    let before = node.gossip().clone();
    for (sequence, sent_at) in [(u64::MAX, Instant::MAX), (3, now), (2, Instant::ZERO), (2, Instant::ZERO)] {
        let kind = reply(&node, b.clone(), sequence, sent_at);
        assert!(node.handle(Input { now, wall_ms: 0, kind }).is_empty());
    }
    assert_eq!(*node.gossip(), before);
    assert!(node.phi(&b.address).unwrap() < 1.0);
}

/// PHI-1, PHI-46, RCH-44: with an external detector the host's verdicts become observations at the reaper's tick, and
/// heartbeats say nothing against them.
#[test]
fn a_host_can_be_the_failure_detector() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("failure-detector.kind", "external")]);
    let verdict = |is_available| InputKind::Verdict { address: address("c"), is_available };
    assert!(cluster.give("a", verdict(false)).is_empty());
    cluster.run_secs(3);
    assert_eq!(cluster.events("b"), "Unreachable(c)");
    cluster.give("a", verdict(true));
    cluster.run_secs(3);
    assert_eq!(cluster.events("b"), "Unreachable(c) Reachable(c)");
    let mut phi = Cluster::formed(&["a", "b"], &[]);
    let told = phi.give("a", verdict(false));
    assert!(matches!(&told[..], [Output::Ignored { why: IgnoreReason::NotExternal, .. }]), "{told:?}");
}

/// GSP-4, LDR-6, LDR-39: how long a leader waits before it moves newcomers to WeaklyUp, and a node that is Down for others to hear of
/// that, is counted in leader ticks: who slept meanwhile waits as many as ever.
#[test]
fn sleep_makes_no_wait_for_leader_ticks_shorter() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("failure-detector.kind", "external")]);
    cluster.give("a", InputKind::Verdict { address: address("c"), is_available: false });
    cluster.run_secs(2);
    cluster.start("d");
    cluster.join("d", "a");
    cluster.run_secs(1);
    cluster.now = cluster.now + Duration::from_secs(60);
    cluster.run_secs(2);
    assert_eq!(cluster.view("a"), "a up, b up, c up, d joining");
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up, b up, c up, d weakly-up");

    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("failure-detector.kind", "external")]);
    cluster.cut_pair("c", "a");
    cluster.cut_pair("c", "b");
    cluster.down("c", "a");
    cluster.down("b", "a");
    assert_eq!(cluster.view("b"), "a up, b down, c down");
    cluster.run_secs(1);
    cluster.now = cluster.now + Duration::from_secs(60);
    cluster.run_secs(1);
    assert_eq!(cluster.stopped("b"), None, "c has not heard of it");
    cluster.run_secs(5);
    assert_eq!(cluster.stopped("b"), Some(quorate::StopReason::Downed));
}

/// RCH-73: an input is late from one heartbeat interval on after the earliest deadline.
#[test]
fn a_node_is_suspended_from_one_interval_on() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let node = cluster.nodes.remove("a").unwrap();
    let due = node.next_deadline().unwrap();
    let says_so = |late: Duration| {
        let is_told = |output: &Output| matches!(output, Output::Warned(Warning::Suspended { .. }));
        tick(&mut node.clone(), due + late).iter().any(is_told)
    };
    let interval = Duration::from_secs(1);
    assert!(!says_so(interval - Duration::from_nanos(1)));
    assert!(says_so(interval));
}

/// RCH-75: while the clock lags, what a node arms it arms from the latest time that it knows.
#[test]
fn deadlines_count_from_the_latest_time() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.run_secs(100);
    let mut node = cluster.nodes.remove("a").unwrap();
    let back = Instant::from_nanos(cluster.now.as_nanos() / 2);
    let kind = InputKind::Command(quorate::Command::JoinSeedNodes(vec![address("x")]));
    node.handle(Input { now: back, wall_ms: 0, kind });
    assert!(node.next_deadline().unwrap() > cluster.now);
}

/// RCH-74: nor does its resolver decide before it has heard what has arrived.
#[test]
fn the_resolver_of_a_suspended_node_hears_before_it_decides() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", "sbr"), ("sbr.stable-after", "7s")]);
    cluster.run_secs(20);
    cluster.crash("c");
    cluster.run_secs(6);
    assert_eq!(cluster.events("a"), "Unreachable(c)");
    let mut node = cluster.nodes.remove("a").unwrap();
    let woken = cluster.now + Duration::from_secs(30);
    let decided = |outputs: &[Output]| outputs.iter().any(|output| matches!(output, Output::Decided(_)));
    assert!(!decided(&tick(&mut node, woken)));
    let b = cluster.nodes["b"].unique_address().clone();
    let heard = reply(&node, b, 1, woken);
    node.handle(Input { now: woken, wall_ms: 0, kind: heard });
    let again = node.next_deadline().unwrap();
    assert!(decided(&tick(&mut node, again)));
}
