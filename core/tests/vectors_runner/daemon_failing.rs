//! The steps of the reaper, and of a node whose transport gives up on a peer.

use quorate::InputKind;
use serde_json::Value;

use super::Outcome;
use super::daemon::{AT, WALL_MS, config, outcome, probe};
use super::values::{address, list, node};

/// RCH-38 to RCH-49: the detectors say what the case says, of whatever data centre.
pub(crate) fn reap(input: &Value) -> Outcome {
    let external =
        [("failure-detector.kind", "external"), ("multi-data-center.failure-detector.kind", "external")];
    let mut probe = probe(input, config(input, &external));
    for unavailable in list(&input["unavailable"]) {
        let verdict = InputKind::Verdict { address: address(unavailable), is_available: false };
        assert!(probe.handle(AT, WALL_MS, verdict).is_empty());
    }
    let outputs = probe.reap(AT, WALL_MS);
    outcome(input, &probe, &outputs, &Value::Null)
}

/// WCH-20 to WCH-25.
pub(crate) fn quarantined(input: &Value) -> Outcome {
    let mut probe = probe(input, config(input, &[]));
    let outputs = probe.handle(AT, WALL_MS, InputKind::Quarantined { node: node(&input["node"]) });
    outcome(input, &probe, &outputs, &Value::Null)
}
