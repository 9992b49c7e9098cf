//! The order of heartbeat rings, and who asks whom in them.

use quorate::UniqueAddress;
use quorate::internals::{Receivers, ring as ring_of};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::values::{integer, node, nodes, nodes_to_json, text};

pub(crate) fn fold(input: &Value) -> Outcome {
    let uid = text(&input["uid"]).parse().unwrap();
    let one = UniqueAddress::new("a:1".parse().unwrap(), uid);
    Outcome::Is(json!(ring_of(&[one])[0].1))
}

pub(crate) fn ring(input: &Value) -> Outcome {
    let order = ring_of(&nodes(&input["nodes"]));
    let unreachable = nodes(&input["unreachable"]);
    let n = integer(&input["n"]).try_into().unwrap();
    let receivers_of = |(me, _): &(UniqueAddress, i32)| {
        let mut receivers = Receivers::new(me.clone(), n);
        receivers.init(order.iter().map(|(node, _)| node), unreachable.iter());
        (me.to_string(), sorted(receivers.by_ring()))
    };
    let receivers: Map<String, Value> = order.iter().map(receivers_of).collect();
    assert!(receivers.contains_key(&node(&input["self"]).to_string()), "self is in the ring");
    let order: Vec<Value> = order.iter().map(|(node, fold)| json!([node.to_string(), fold])).collect();
    Outcome::Is(json!({ "order": order, "receivers": receivers }))
}

pub(crate) fn ring_slots(input: &Value) -> Outcome {
    Outcome::Is(json!(ring_of(&nodes(&input["nodes"])).len()))
}

pub(super) fn sorted<'a>(nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> Value {
    let mut nodes: Vec<&UniqueAddress> = nodes.into_iter().collect();
    nodes.sort();
    nodes_to_json(nodes)
}
