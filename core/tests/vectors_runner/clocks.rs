//! Vector clocks.

use md5::{Digest as _, Md5};
use quorate::ClockOrder;
use serde_json::{Value, json};

use super::Outcome;
use super::values::{Names, clock, node};

pub(crate) fn order_to_json(order: ClockOrder) -> Value {
    json!(match order {
        ClockOrder::Same => "Same",
        ClockOrder::Before => "Before",
        ClockOrder::After => "After",
        ClockOrder::Concurrent => "Concurrent",
    })
}

pub(crate) fn compare(input: &Value) -> Outcome {
    let (a, b) = (clock(&input["a"]), clock(&input["b"]));
    let order = a.compare(&b);
    Outcome::Is(json!({
        "order": order_to_json(order),
        "before": order == ClockOrder::Before,
        "after": order == ClockOrder::After,
        "same": a == b,
        "concurrent": order == ClockOrder::Concurrent,
    }))
}

pub(crate) fn merge(input: &Value) -> Outcome {
    let merged = clock(&input["a"]).merge(&clock(&input["b"]));
    Outcome::Is(Names::of(input).clock_to_json(&merged))
}

pub(crate) fn increment(input: &Value) -> Outcome {
    let clock = clock(&input["clock"]).increment(node(&input["node"]).key());
    Outcome::Is(Names::of(input).clock_to_json(&clock))
}

pub(crate) fn prune(input: &Value) -> Outcome {
    let clock = clock(&input["clock"]).prune(node(&input["node"]).key());
    Outcome::Is(Names::of(input).clock_to_json(&clock))
}

/// VCL-2: Pekko's key. Here it only shows that nodes are read from the vectors as they were written; the own key is a
/// number.
pub(crate) fn key(input: &Value) -> Outcome {
    let node = node(&input["node"]);
    let text = format!("pekko://sys@{}-{}", node.address, node.uid);
    Outcome::Is(json!({ "text": text, "key": hex(&Md5::digest(&text)) }))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
