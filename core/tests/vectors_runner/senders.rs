//! Whom a node asks, step by step, within its data centre and across.

use std::collections::BTreeMap;

use quorate::internals::{Detectors, Receivers, ReceiversAcross};
use quorate::{Address, Instant};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::rings::sorted;
use super::values::{address, integer, list, member, members, node, nodes, nodes_to_json, text};

const NOW: Instant = Instant::ZERO;

/// What the vectors put in the place of detectors: it writes down what is asked of it.
#[derive(Default)]
struct Double {
    /// By address: whether it is monitored, and whether its verdict is "down".
    peers: BTreeMap<Address, (bool, bool)>,
    calls: Vec<(&'static str, Address)>,
}

impl Double {
    fn peer(&mut self, address: &Address) -> &mut (bool, bool) {
        self.peers.entry(address.clone()).or_default()
    }

    /// The calls since the last time.
    fn take_calls(&mut self) -> Value {
        let mut calls: Vec<(&str, Address)> = self.calls.drain(..).collect();
        calls.sort();
        calls.iter().map(|(name, address)| json!([name, address.to_string()])).collect()
    }
}

impl Detectors for Double {
    fn heartbeat(&mut self, address: &Address, _now: Instant) -> Option<u64> {
        self.peer(address).0 = true;
        self.calls.push(("heartbeat", address.clone()));
        None
    }

    fn remove(&mut self, address: &Address) {
        self.peer(address).0 = false;
        self.calls.push(("remove", address.clone()));
    }

    fn is_available(&self, address: &Address, _now: Instant) -> bool {
        !matches!(self.peers.get(address), Some((true, true)))
    }

    fn is_monitoring(&self, address: &Address) -> bool {
        self.peers.get(address).is_some_and(|peer| peer.0)
    }
}

pub(crate) fn sender(input: &Value) -> Outcome {
    let me = node(&input["self"]);
    let mut receivers = Receivers::new(me, integer(&input["n"]).try_into().unwrap());
    let mut double = Double::default();
    let mut out = Vec::new();
    for step in list(&input["steps"]) {
        let subject = &step[1];
        match text(&step[0]) {
            "init" => receivers.init(nodes(subject).iter(), nodes(&step[2]).iter()),
            "add" => receivers.add(&node(subject), &mut double, NOW),
            "remove" => receivers.remove(&node(subject), &mut double, NOW),
            "unreachable" => receivers.unreachable(&node(subject), &mut double, NOW),
            "reachable" => receivers.reachable(&node(subject), &mut double, NOW),
            "reply" => {
                receivers.replied(&node(subject), &mut double, NOW);
            }
            "detector_up" => double.peer(&address(subject)).1 = false,
            "detector_down" => *double.peer(&address(subject)) = (true, true),
            other => panic!("no step is called {other}"),
        }
        out.push(json!({
            "active": sorted(receivers.active()),
            "old": nodes_to_json(receivers.old()),
            "detector": double.take_calls(),
        }));
    }
    Outcome::Is(json!(out))
}

pub(crate) fn across(input: &Value) -> Outcome {
    let (me, data_center) = (node(&input["self"]), text(&input["self_dc"]));
    let mut receivers =
        ReceiversAcross::new(me, data_center.into(), integer(&input["k"]).try_into().unwrap());
    let mut double = Double::default();
    let mut out = Vec::new();
    for step in list(&input["steps"]) {
        match text(&step[0]) {
            "init" => receivers.init(members(&step[1]).iter()),
            "member_event" => receivers.member_event(&member(&step[1]), false, &mut double),
            "remove" => receivers.remove(&member(&step[1]), &mut double),
            "reply" => {
                receivers.replied(&node(&step[1]), &mut double, NOW);
            }
            other => panic!("no step is called {other}"),
        }
        let by_dc: Map<String, Value> =
            receivers.known().map(|(name, nodes)| (name.to_string(), nodes_to_json(nodes))).collect();
        out.push(json!({
            "receivers": sorted(receivers.receivers()),
            "should_monitor": receivers.is_among_oldest(),
            "responsible": receivers.is_responsible(),
            "data_centers": by_dc.keys().collect::<Vec<_>>(),
            "by_dc": by_dc,
            "detector": double.take_calls(),
        }));
    }
    Outcome::Is(json!(out))
}
