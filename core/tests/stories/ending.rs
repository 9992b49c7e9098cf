//! How a host's exit tasks and a node's end fit together: in time, late, twice, never, and in the wrong moment.

use quorate::{
    Command, CommandKind, Effect, IgnoreReason, InputKind, MemberStatus, Message, Output, Rejection,
    StopReason,
};

use crate::cluster::Cluster;

fn requests(cluster: &Cluster, name: &str) -> usize {
    let is_request = |output: &Output| matches!(output, Output::StartExitTasks { .. });
    cluster.outputs.iter().filter(|(at, output)| at == name && is_request(output)).count()
}

fn is_stale(outputs: &[Output]) -> bool {
    matches!(outputs, [Output::Ignored { why: IgnoreReason::StaleAnswer, .. }])
}

/// Three nodes, of which c is Exiting and has asked its host to finish.
fn exiting() -> Cluster {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.leave("c", "c");
    cluster.run_secs(4);
    assert_eq!(cluster.status("c", "c"), MemberStatus::Exiting);
    assert_eq!(requests(&cluster, "c"), 1);
    cluster
}

/// LDR-31, LIFE-50: while its host works a node marks no further state as seen, lest others wait for what it will not see. The last
/// state that it tells it has seen.
#[test]
fn the_last_state_is_told_as_seen() {
    let mut cluster = exiting();
    cluster.start("d");
    cluster.join("d", "a");
    cluster.run_secs(5);
    let c = cluster.nodes["c"].unique_address().clone();
    assert!(cluster.view("c").ends_with("d up") && !cluster.nodes["c"].gossip().is_seen_by(&c));
    let outputs = cluster.finish_exit("c");
    let told = outputs.iter().filter_map(|output| match output {
        Output::Send(envelope) => match &envelope.message {
            Message::Gossip { gossip } => Some(gossip.is_seen_by(&c)),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [true, true, true]);
}

/// LIFE-40, LIFE-44, LDR-28: a host that takes its time is asked once. Meanwhile the node gossips and answers, nobody waits for it,
/// and it is removed when it is done.
#[test]
fn a_host_that_is_late_is_asked_once_and_holds_nobody_up() {
    let mut cluster = exiting();
    cluster.start("d");
    cluster.join("d", "a");
    cluster.run_secs(60);
    assert_eq!(cluster.view("a"), "a up, b up, c exiting, d up");
    assert_eq!(requests(&cluster, "c"), 1);
    assert_eq!(cluster.nodes["c"].open_exit_request(), Some(1));
    assert!(!cluster.events("a").contains("Unreachable"), "{}", cluster.events("a"));
    cluster.finish_exit("c");
    cluster.run_secs(3);
    assert_eq!(cluster.view("a"), "a up, b up, d up");
}

/// LIFE-50: the answer counts once; what comes after it, or under another number, changes nothing.
#[test]
fn a_host_that_answers_twice_or_wrongly_changes_nothing() {
    let mut cluster = exiting();
    let before = cluster.nodes["c"].hash64();
    assert!(is_stale(&cluster.give("c", InputKind::ExitTasksDone { id: 7 })));
    assert_eq!(cluster.nodes["c"].hash64(), before);
    cluster.finish_exit("c");
    assert_eq!(cluster.stopped("c"), Some(StopReason::Left));
    assert_eq!(cluster.give("c", InputKind::ExitTasksDone { id: 1 }), []);
}

/// LDR-36, LIFE-63: a host that never answers leaves a member that is Exiting. When its process is gone it is found unreachable
/// and removed, without being downed.
#[test]
fn a_host_that_never_answers_is_removed_when_it_is_gone() {
    let mut cluster = exiting();
    cluster.run_secs(30);
    cluster.crash("c");
    cluster.run_secs(10);
    assert_eq!(cluster.view("a"), "a up, b up");
    let events = cluster.events("a");
    assert!(events.ends_with("Unreachable(c) Removed(c,exiting)"), "{events}");
}

/// LIFE-63: when both confirmations are lost, it is the same.
#[test]
fn lost_confirmations_are_made_up_for_by_the_failure_detector() {
    let mut cluster = exiting();
    cluster.cut_pair("c", "a");
    cluster.cut_pair("c", "b");
    cluster.finish_exit("c");
    cluster.run_secs(3);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Exiting);
    cluster.run_secs(8);
    assert_eq!(cluster.view("a"), "a up, b up");
    assert!(!cluster.events("a").contains("Downed"), "{}", cluster.events("a"));
}

/// LIFE-51: the two who lead without it are told, the leader and the one who would lead after it, each once.
#[test]
fn an_exit_is_confirmed_to_the_leader_and_the_next() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d"], &[]);
    cluster.leave("a", "a");
    cluster.run_secs(4);
    cluster.finish_exit("a");
    let confirmed = cluster.sent("a", |message| matches!(message, Message::ExitingConfirmed));
    assert_eq!(confirmed, ["b", "c"]);
}

/// LDR-43, SHUT-14, LDR-41: a node that is downed while its host works confirms nothing when the host is done; it ends as a
/// downed node does, at the fifth look, for it marks nothing as seen while it is exiting.
#[test]
fn a_node_that_is_downed_while_its_host_works_ends_as_a_downed_one() {
    let mut cluster = exiting();
    cluster.down("c", "a");
    assert_eq!(cluster.status("c", "c"), MemberStatus::Down);
    assert_eq!(cluster.stopped("c"), None);
    let outputs = cluster.finish_exit("c");
    assert!(matches!(&outputs[..], [Output::Ignored { why: IgnoreReason::Downed, .. }]));
    cluster.run_secs(5);
    assert_eq!(cluster.stopped("c"), Some(StopReason::Downed));
    assert_eq!(cluster.sent("c", |message| matches!(message, Message::ExitingConfirmed)), [] as [&str; 0]);
}

/// LDR-29, LIFE-52, SHUT-17, LIFE-61, LDR-35: a host that can't wait for the others to agree ends all the same. Its confirmation lets the
/// leader go on without it: from Leaving to Exiting, then out.
#[test]
fn a_host_that_cannot_wait_confirms_its_exit_while_leaving() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("b");
    cluster.run_secs(7);
    cluster.leave("c", "c");
    cluster.run_secs(10);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Leaving);
    let outputs = cluster.command("c", Command::ExitNow);
    let accepted = Output::Accepted { command: CommandKind::ExitNow, effect: Effect::Ending };
    assert_eq!(outputs.first(), Some(&accepted));
    assert_eq!(cluster.stopped("c"), Some(StopReason::Left));
    cluster.down("b", "a");
    cluster.run_secs(10);
    assert_eq!(cluster.view("a"), "a up");
    let events = cluster.events("a");
    assert!(events.contains("Exited(c)") && !events.contains("Downed(c)"), "{events}");
}

/// LIFE-52: whatever its status: also one that never asked to leave.
#[test]
fn a_node_that_is_up_can_be_told_to_exit_now() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.command("b", Command::ExitNow);
    assert_eq!(cluster.stopped("b"), Some(StopReason::Left));
    assert_eq!(cluster.sent("b", |message| matches!(message, Message::ExitingConfirmed)), ["a"]);
    assert_eq!(cluster.status("b", "a"), MemberStatus::Up);
}

/// SHUT-18: a node that is no member ends without a word. LDR-43: one that is Down ends by itself, and is told so.
#[test]
fn exiting_now_says_nothing_before_joining_and_nothing_twice() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.start("x");
    cluster.command("x", Command::ExitNow);
    assert_eq!(cluster.stopped("x"), Some(StopReason::Commanded));
    assert_eq!(cluster.sent("x", |_| true), [] as [&str; 0]);
    cluster.down("a", "a");
    let outputs = cluster.command("a", Command::ExitNow);
    assert!(matches!(
        &outputs[..],
        [Output::Rejected { why: Rejection::AlreadyThere { status: MemberStatus::Down, .. }, .. }]
    ));
    cluster.run_secs(2);
    assert_eq!(cluster.stopped("a"), Some(StopReason::Downed));
}

/// LDR-30: a node that was removed before its host was done, here by a leader that removed itself, only ends.
#[test]
fn a_node_that_was_removed_before_its_host_was_done_only_ends() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.leave("a", "a");
    cluster.leave("b", "a");
    cluster.run_secs(4);
    let (a, b) = ["a", "b"].map(|name| cluster.nodes[name].unique_address().clone()).into();
    let gossip = cluster.nodes["a"].gossip();
    let blamed = gossip.with_reachability(gossip.reachability().unreachable(&b, &a));
    let told = std::sync::Arc::new(blamed.bump(b.key()).only_seen(&b));
    cluster.cut_pair("a", "b");
    cluster.receive("a", "b", Message::Gossip { gossip: told });
    cluster.run_secs(1);
    assert!(cluster.nodes["a"].view().own().is_none());
    let outputs = cluster.finish_exit("a");
    assert!(!outputs.iter().any(|output| matches!(output, Output::Send(_))), "{outputs:?}");
    assert!(outputs.contains(&Output::SelfRemoved { previous_status: MemberStatus::Exiting }));
    assert_eq!(cluster.stopped("a"), Some(StopReason::Left));
}

/// API-21, LIFE-56, LIFE-58: a node that is stopped tells nobody, and its status stays with the others.
#[test]
fn a_node_that_is_stopped_tells_nobody() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.outputs.clear();
    let outputs = cluster.command("b", Command::Stop);
    assert_eq!(
        outputs.first(),
        Some(&Output::Accepted { command: CommandKind::Stop, effect: Effect::Ending })
    );
    assert_eq!(cluster.sent("b", |_| true), [] as [&str; 0]);
    assert_eq!(cluster.status("b", "a"), MemberStatus::Up);
}
