//! The orders over addresses, nodes and members.

use quorate::{Address, Member};
use serde_json::{Value, json};

use super::Outcome;
use super::values::{address, list, member, members, node, nodes, nodes_to_json, sign};

pub(crate) fn sort_addresses(input: &Value) -> Outcome {
    let mut addresses: Vec<Address> = list(&input["addresses"]).iter().map(address).collect();
    addresses.sort();
    Outcome::Is(addresses.iter().map(ToString::to_string).collect())
}

pub(crate) fn sort_nodes(input: &Value) -> Outcome {
    let mut nodes = nodes(&input["nodes"]);
    nodes.sort();
    Outcome::Is(nodes_to_json(&nodes))
}

pub(crate) fn compare_nodes(input: &Value) -> Outcome {
    let (a, b) = (node(&input["a"]), node(&input["b"]));
    Outcome::Is(
        json!({ "node": sign(a.cmp(&b)), "address": sign(a.address.cmp(&b.address)), "equal": a == b }),
    )
}

/// MDL-3, MDL-8: there is no address without a host or without a port.
pub(crate) fn compare_address_parts(input: &Value) -> Outcome {
    let address = |parts: &Value| {
        let port = parts["port"].as_u64().and_then(|port| u16::try_from(port).ok())?;
        Address::new(parts["host"].as_str()?, port).ok()
    };
    match (address(&input["a"]), address(&input["b"])) {
        (Some(a), Some(b)) => Outcome::Is(json!(sign(a.cmp(&b)))),
        _ => Outcome::LeftOut("no such address exists: MDL-3"),
    }
}

fn in_order(mut members: Vec<Member>, order: impl Fn(&Member, &Member) -> std::cmp::Ordering) -> Outcome {
    members.sort_by(|a, b| order(a, b));
    Outcome::Is(nodes_to_json(members.iter().map(Member::unique_address)))
}

pub(crate) fn sort_members(input: &Value) -> Outcome {
    in_order(members(&input["members"]), |a, b| a.unique_address().cmp(b.unique_address()))
}

pub(crate) fn sort_age(input: &Value) -> Outcome {
    in_order(members(&input["members"]), Member::age_order)
}

pub(crate) fn age_set(input: &Value) -> Outcome {
    let mut set: Vec<Member> = Vec::new();
    for member in members(&input["members"]) {
        if let Err(at) = set.binary_search_by(|other| other.age_order(&member)) {
            set.insert(at, member);
        }
    }
    Outcome::Is(nodes_to_json(set.iter().map(Member::unique_address)))
}

pub(crate) fn is_older(input: &Value) -> Outcome {
    Outcome::Is(match member(&input["a"]).is_older_than(&member(&input["b"])) {
        Some(older) => json!(older.to_string()),
        None => json!("error"),
    })
}

pub(crate) fn sort_leader_status(input: &Value) -> Outcome {
    in_order(members(&input["members"]), Member::leadership_order)
}

pub(crate) fn compare_leader_status(input: &Value) -> Outcome {
    Outcome::Is(json!(sign(member(&input["a"]).leadership_order(&member(&input["b"])))))
}
