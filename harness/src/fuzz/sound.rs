//! What holds of a node after every input, whatever came.

use std::sync::Arc;

use quorate::{
    Gossip, IgnoreReason, Input, InputKind, Instant, JoinRefusal, MemberStatus, Message, Node, Output, Phase,
};

/// Outputs of one input that do not depend on the size of the state, and for each thing that the state or the message holds.
const OUTPUTS: usize = 64;
const OUTPUTS_EACH: usize = 8;

/// A node before an input, as far as a refused one must leave it so.
struct Before {
    state: Arc<Gossip>,
    revision: u64,
    hash: u64,
    phase: Phase,
    deadline: Option<Instant>,
}

/// Hands a node an input, and looks at what came of it: the work bound, the limits, GSP-6, GSP-7, GSP-8, V4, M7, E3, and that what is
/// refused changes nothing.
///
/// # Panics
/// If one of these does not hold.
pub(super) fn hand(node: &mut Node, input: Input) -> Vec<Output> {
    let before = Before {
        state: node.gossip().clone(),
        revision: node.revision(),
        hash: node.hash64(),
        phase: node.phase().clone(),
        deadline: node.next_deadline(),
    };
    let told = told_things(&input.kind);
    let is_tick = matches!(input.kind, InputKind::Tick);
    let is_command = matches!(input.kind, InputKind::Command(_));
    let outputs = node.handle(input);
    let things = things(&before.state) + things(node.gossip()) + told;
    assert!(
        outputs.len() <= OUTPUTS + OUTPUTS_EACH * things,
        "{} outputs of one input, with {things} things in it and in the state",
        outputs.len()
    );
    assert_silent_after_the_end(node, &before, &outputs);
    if !is_tick && outputs.iter().any(|output| refuses(output, is_command)) {
        assert_unchanged(node, &before, &outputs);
    }
    assert_fit(node);
    outputs
}

fn things(state: &Gossip) -> usize {
    let records: usize = state.reachability().rows().iter().map(|row| row.records().len()).sum();
    state.members().len() + state.tombstones().len() + records
}

fn told_things(kind: &InputKind) -> usize {
    let InputKind::Received(envelope) = kind else { return 0 };
    match &envelope.message {
        Message::Welcome { gossip }
        | Message::Gossip { gossip }
        | Message::WelcomeTo { gossip, .. }
        | Message::Introduction { gossip, .. } => things(gossip),
        _ => 0,
    }
}

/// E3: `Stopped` is the last of all, and a node that has stopped says nothing.
fn assert_silent_after_the_end(node: &Node, before: &Before, outputs: &[Output]) {
    if before.phase == Phase::Stopped {
        assert!(outputs.is_empty(), "after Stopped: {outputs:?}");
        assert_eq!((node.hash64(), node.next_deadline()), (before.hash, None));
    }
    let stopped = outputs.iter().position(|output| matches!(output, Output::Stopped { .. }));
    assert_eq!(stopped.is_some(), node.is_stopped() && before.phase != Phase::Stopped);
    assert!(stopped.is_none_or(|place| place + 1 == outputs.len()), "after Stopped: {outputs:?}");
}

/// Whether an output says that what came was dropped. A command that a node gives itself may be rejected without that. JOIN-73: a new incarnation is turned away and is proof that the one before it is
/// gone, which changes the state.
fn refuses(output: &Output, is_command: bool) -> bool {
    match output {
        Output::Rejected { .. } => is_command,
        Output::Ignored { why, .. } => {
            !matches!(why, IgnoreReason::JoinRefused(JoinRefusal::EarlierIncarnation) | IgnoreReason::Downed)
        }
        _ => false,
    }
}

fn assert_unchanged(node: &Node, before: &Before, outputs: &[Output]) {
    let is = (node.gossip(), node.revision(), node.phase(), node.next_deadline());
    let was = (&before.state, before.revision, &before.phase, before.deadline);
    assert_eq!(is, was, "{outputs:?}");
    // REP-51: whom it told lately that it was removed, it remembers.
    let remembers =
        |output: &Output| matches!(output, Output::Ignored { why: IgnoreReason::RemovedSender, .. });
    if !outputs.iter().any(remembers) {
        assert_eq!(node.hash64(), before.hash, "{outputs:?}");
    }
}

/// FRM-30, FRM-36, GSP-6, GSP-7, GSP-8, V4, M7.
fn assert_fit(node: &Node) {
    let (state, limits) = (node.gossip(), &node.config().limits);
    let records: usize = state.reachability().rows().iter().map(|row| row.records().len()).sum();
    for (count, limit) in [
        (state.members().len(), limits.members),
        (state.tombstones().len(), limits.tombstones),
        (records, limits.observations),
        (node.confirmed_exits().len(), limits.members),
    ] {
        assert!(count as u64 <= u64::from(limit), "{count}, and the limit is {limit}:\n{state}");
    }
    let members = state.members();
    assert!(members.iter().all(|member| member.status() != MemberStatus::Removed), "GSP-6:\n{state}");
    let rows = state.reachability().rows();
    assert!(rows.iter().all(|row| members.contains(row.observer())), "GSP-7, GSP-8:\n{state}");
    let nodes = members.iter().map(|member| member.unique_address());
    let gone = state.tombstones().iter().map(|(node, _)| node);
    let keys: Vec<_> = nodes.chain(gone).map(|node| node.key()).collect();
    let stranger = state.clock().entries().iter().find(|(key, _)| !keys.contains(key));
    assert_eq!(stranger, None, "V4:\n{state}");
    match node.phase() {
        Phase::Initialized => assert!(members.contains(node.unique_address()), "M7:\n{state}"),
        Phase::Uninitialized | Phase::TryingToJoin { .. } => assert!(members.is_empty(), "M7:\n{state}"),
        Phase::Stopped => {}
    }
}
