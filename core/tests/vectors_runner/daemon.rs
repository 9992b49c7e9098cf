//! One step of a node that is a member. The steps of leading and of the reaper stand in files of their own.

use std::sync::Arc;

use quorate::internals::{Probe, ProbeState};
use quorate::{
    Config, Destination, Envelope, Gossip, InputKind, Instant, Message, MessageKind, Output, UniqueAddress,
};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::gossips::seen_digest;
use super::values::{Names, clock, gossip, integer, node, nodes, nodes_to_json, text};

/// The wall clock of every step: long after the stamps that have expired, long before those that have not.
pub(super) const WALL_MS: i64 = 2_000_000_000_000;
/// How the vectors write a stamp of the wall clock at the time.
const NOW: i64 = -1;
/// When every step happens.
pub(super) const AT: Instant = Instant::from_nanos(1_000_000_000);

/// The fields of a result that tell the state of the node, each with the name of its input if it is one.
const STATES: [&str; 4] = ["preparing", "exiting_confirmed", "leader_ticks_stuck", "down_evaluations"];

/// The settings of all steps, with further ones.
pub(crate) fn config(input: &Value, settings: &[(&str, &str)]) -> Config {
    let mut config = Config::pekko();
    config.set("publish-stats-interval", "1h").unwrap();
    config.set("multi-data-center.self-data-center", text(&input["self_dc"])).unwrap();
    for (name, value) in settings {
        config.set(name, value).unwrap();
    }
    config
}

/// A node in the state that a case names.
pub(crate) fn probe(input: &Value, config: Config) -> Probe {
    let number = |name: &str| input.get(name).map_or(0, |value| u32::try_from(integer(value)).unwrap());
    let state = ProbeState {
        exit_in_progress: input["exit_in_progress"].as_bool().unwrap(),
        exiting_confirmed: input.get("exiting_confirmed").map(nodes).unwrap_or_default(),
        leader_ticks_stuck: number("leader_ticks_stuck"),
        down_evaluations: number("down_evaluations"),
        preparing: input.get("preparing").is_some_and(|value| value.as_bool().unwrap()),
    };
    Probe::new(config, node(&input["self"]), Arc::new(gossip(&input["gossip"])), &state).unwrap()
}

/// Gives a node a message.
pub(crate) fn receive(probe: &mut Probe, from: &Value, to: &Value, message: Message) -> Vec<Output> {
    let cluster = probe.node().config().cluster_name.clone();
    let envelope = Envelope { cluster, from: node(from), to: Destination::Incarnation(node(to)), message };
    probe.handle(AT, WALL_MS, InputKind::Received(envelope))
}

/// GSP-71: what a node made of a gossip, by its own count.
fn result(probe: &Probe, outputs: &[Output]) -> Value {
    if outputs.iter().any(|output| matches!(output, Output::Ignored { .. })) {
        return json!("Ignored");
    }
    let counts = probe.node().gossip_statistics();
    let named =
        [("Same", counts.same), ("Older", counts.older), ("Newer", counts.newer), ("Merge", counts.merge)];
    named.iter().find(|(_, count)| *count == 1).map_or(Value::Null, |(name, _)| json!(name))
}

/// What was sent, as the vectors write it: kinds and targets in any order.
fn sent(outputs: &[Output]) -> Value {
    let mut sent: Vec<(String, UniqueAddress)> = outputs
        .iter()
        .filter_map(|output| {
            let Output::Send(envelope) = output else { return None };
            let kind = match envelope.message.kind() {
                MessageKind::Gossip => "gossip",
                MessageKind::GossipStatus => "status",
                // WCH-16: what Pekko's transport sends is no part of a case.
                MessageKind::Quarantined => return None,
                other => panic!("{other} was sent"),
            };
            let Destination::Incarnation(target) = &envelope.to else { panic!("sent to an address") };
            Some((kind.to_owned(), target.clone()))
        })
        .collect();
    sent.sort();
    sent.iter().map(|(kind, target)| json!([kind, target.to_string()])).collect()
}

/// The gossip, with stamps of the time of the step as the vectors write them.
fn gossip_after(input: &Value, gossip: &Gossip) -> Value {
    let mut value = Names::of(input).gossip_to_json(gossip);
    for stamp in value["tombstones"].as_object_mut().unwrap().values_mut() {
        if stamp.as_i64() == Some(WALL_MS) {
            *stamp = json!(NOW);
        }
    }
    value
}

/// The whole result of a step.
pub(crate) fn outcome(input: &Value, probe: &Probe, outputs: &[Output], result: &Value) -> Outcome {
    let (state, tally) = (probe.state(), probe.tally());
    let mut forgotten: Vec<_> = tally.forgotten.iter().collect();
    forgotten.sort();
    forgotten.dedup();
    let mut out: Map<String, Value> = match json!({
        "result": result,
        "gossip": gossip_after(input, probe.node().gossip()),
        "sent": sent(outputs),
        "gossip_rounds": tally.rounds,
        "gossip_random": tally.full_gossips,
        "published": tally.published,
        "shutdown": outputs.iter().any(|output| matches!(output, Output::Stopped { .. })),
        "prepare_requested": tally.prepare_requested,
        "forget_heartbeats": forgotten.iter().map(ToString::to_string).collect::<Value>(),
        "exit_in_progress": state.exit_in_progress,
        "preparing": state.preparing,
        "exiting_confirmed": nodes_to_json(&state.exiting_confirmed),
        "leader_ticks_stuck": state.leader_ticks_stuck,
        "down_evaluations": state.down_evaluations,
    }) {
        Value::Object(out) => out,
        other => panic!("{other} is no object"),
    };
    let left_out: Vec<&str> = STATES.into_iter().filter(|name| input.get(name).is_none()).collect();
    out.retain(|name, _| !left_out.contains(&name.as_str()));
    Outcome::Part { is: Value::Object(out), left_out }
}

/// GSP-42, GSP-43, GSP-69 to GSP-82, RCH-29: every outcome of a received gossip, those that are ignored, and what follows of it at once.
pub(crate) fn receive_gossip(input: &Value) -> Outcome {
    let mut probe = probe(input, config(input, &[]));
    let gossip = Arc::new(gossip(&input["remote"]));
    let outputs = receive(&mut probe, &input["from"], &input["to"], Message::Gossip { gossip });
    let result = result(&probe, &outputs);
    outcome(input, &probe, &outputs, &result)
}

/// GSP-44, GSP-62 to GSP-66: what a received status is answered with, and that nothing else comes of it. Pekko's digest of who has seen a state is compared here; ours is another, and none is empty.
pub(crate) fn receive_status(input: &Value) -> Outcome {
    let mut probe = probe(input, config(input, &[]));
    let own = probe.node().gossip().clone();
    let digest = text(&input["seen_digest"]);
    let is_same = digest.is_empty() || digest == seen_digest(&own);
    let seen = if is_same { own.seen_hash() } else { !own.seen_hash() };
    let status = Message::GossipStatus { clock: clock(&input["version"]), seen };
    let outputs = receive(&mut probe, &input["from"], &input["self"], status);
    Outcome::Is(json!({ "result": null, "sent": sent(&outputs) }))
}
