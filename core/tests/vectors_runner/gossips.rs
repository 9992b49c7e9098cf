//! The operations on a gossip, and the merge of two.

use quorate::{Gossip, LocalView, Repairs};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::Outcome;
use super::clocks::{hex, order_to_json};
use super::values::{Names, gossip, integer, member, member_to_json, members, node, reachability_to_json};

fn changed(input: &Value, change: impl Fn(&Gossip) -> Gossip) -> Outcome {
    Outcome::Is(Names::of(input).gossip_to_json(&change(&gossip(&input["gossip"]))))
}

pub(crate) fn seen(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.with_seen(&node(&input["node"])))
}

pub(crate) fn only_seen(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.only_seen(&node(&input["node"])))
}

pub(crate) fn clear_seen(input: &Value) -> Outcome {
    changed(input, Gossip::clear_seen)
}

pub(crate) fn merge_seen(input: &Value) -> Outcome {
    let other = gossip(&input["other"]);
    changed(input, |gossip| gossip.merge_seen(&other, &Repairs::none()))
}

pub(crate) fn bump(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.bump(node(&input["node"]).key()))
}

pub(crate) fn prune(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.prune(node(&input["node"]).key()))
}

pub(crate) fn add(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.add(member(&input["member"])))
}

pub(crate) fn update(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.update(&members(&input["members"])))
}

pub(crate) fn remove(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.remove(&[node(&input["node"])], integer(&input["wall_ms"])))
}

pub(crate) fn mark_down(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.mark_down(gossip.member(&node(&input["node"])).unwrap()).unwrap())
}

pub(crate) fn prune_tombstones(input: &Value) -> Outcome {
    changed(input, |gossip| gossip.prune_tombstones(integer(&input["limit"])))
}

/// GSP-27: Pekko's digest of who has seen a state. It needs no more of us than the order of the nodes.
pub(crate) fn seen_digest(gossip: &Gossip) -> String {
    let addresses: Vec<String> = gossip.seen().map(|node| format!("pekko://sys@{}", node.address)).collect();
    hex(&Sha1::digest(addresses.join(",")))
}

pub(crate) fn queries(input: &Value) -> Outcome {
    let gossip = gossip(&input["gossip"]);
    let (from, to) = (node(&input["from"]), node(&input["to"]));
    let text = |name: &std::sync::Arc<str>| json!(**name);
    // The observations of all data centres, whoever asks.
    let repairs = Repairs::none();
    let view = LocalView::new(&gossip, &from, "", &repairs);
    Outcome::Is(json!({
        "is_multi_dc": gossip.is_multi_data_center(),
        "is_singleton": gossip.is_singleton(),
        "seen_digest": seen_digest(&gossip),
        "has_member": gossip.members().contains(&to),
        "member": member_to_json(&gossip.member_or_placeholder(&to)),
        "is_reachable": gossip.is_reachable(&from, &to),
        "all_data_centers": gossip.data_centers().map(text).collect::<Value>(),
        "all_roles": gossip.roles().iter().map(text).collect::<Value>(),
        "reachability_excluding_downed_observers": reachability_to_json(&view.reachability_of_live_observers()),
    }))
}

pub(crate) fn merge(input: &Value) -> Outcome {
    let (this, that) = (gossip(&input["this"]), gossip(&input["that"]));
    Outcome::Is(json!({
        "compare": order_to_json(this.clock().compare(that.clock())),
        "merged": Names::of(input).gossip_to_json(&this.merge(&that, &Repairs::none())),
    }))
}
