//! The events between two states.

use std::sync::Arc;

use quorate::{Address, ClusterEvent, Member, Repairs, UniqueAddress, internals};
use serde_json::{Value, json};

use super::Outcome;
use super::values::{
    gossip, member_to_json, node, nodes_to_json, reachability_to_json, status_to_json, text,
};

pub(crate) fn diff(input: &Value) -> Outcome {
    let (old, new) = (Arc::new(gossip(&input["old"])), Arc::new(gossip(&input["new"])));
    let events =
        internals::diff(&old, &new, &node(&input["self"]), text(&input["self_dc"]), &Repairs::none());
    Outcome::Is(events.iter().map(event_to_json).collect())
}

fn event_to_json(event: &ClusterEvent) -> Value {
    let of_member = |kind: &str, member: &Member| json!({ "kind": kind, "member": member_to_json(member) });
    let name = |leader: &Option<Address>| leader.as_ref().map(ToString::to_string);
    match event {
        ClusterEvent::MemberJoined(member) => of_member("MemberJoined", member),
        ClusterEvent::MemberWeaklyUp(member) => of_member("MemberWeaklyUp", member),
        ClusterEvent::MemberUp(member) => of_member("MemberUp", member),
        ClusterEvent::MemberLeft(member) => of_member("MemberLeft", member),
        ClusterEvent::MemberExited(member) => of_member("MemberExited", member),
        ClusterEvent::MemberDowned(member) => of_member("MemberDowned", member),
        ClusterEvent::MemberPreparingForShutdown(member) => of_member("MemberPreparingForShutdown", member),
        ClusterEvent::MemberReadyForShutdown(member) => of_member("MemberReadyForShutdown", member),
        ClusterEvent::MemberRemoved { member, previous_status } => json!({
            "kind": "MemberRemoved",
            "member": member_to_json(member),
            "previous_status": status_to_json(*previous_status),
        }),
        ClusterEvent::UnreachableMember(member) => of_member("UnreachableMember", member),
        ClusterEvent::ReachableMember(member) => of_member("ReachableMember", member),
        ClusterEvent::UnreachableDataCenter(name) => json!({ "kind": "UnreachableDataCenter", "dc": **name }),
        ClusterEvent::ReachableDataCenter(name) => json!({ "kind": "ReachableDataCenter", "dc": **name }),
        ClusterEvent::LeaderChanged(leader) => json!({ "kind": "LeaderChanged", "leader": name(leader) }),
        ClusterEvent::RoleLeaderChanged { role, leader } => {
            json!({ "kind": "RoleLeaderChanged", "role": **role, "leader": name(leader) })
        }
        ClusterEvent::SeenChanged { convergence, seen_by } => {
            json!({ "kind": "SeenChanged", "convergence": convergence, "seen_by": addresses(seen_by.nodes()) })
        }
        ClusterEvent::ReachabilityChanged(table) => {
            json!({ "kind": "ReachabilityChanged", "reachability": reachability_to_json(table) })
        }
        ClusterEvent::MemberTombstonesChanged(tombstones) => {
            let nodes = tombstones.iter().map(|(node, _)| node);
            json!({ "kind": "MemberTombstonesChanged", "nodes": nodes_to_json(nodes) })
        }
        other => panic!("{other:?} is no difference of two states"),
    }
}

/// The addresses of nodes, each once.
fn addresses<'a>(nodes: impl Iterator<Item = &'a UniqueAddress>) -> Vec<String> {
    let mut addresses: Vec<&Address> = nodes.map(|node| &node.address).collect();
    addresses.sort();
    addresses.dedup();
    addresses.into_iter().map(ToString::to_string).collect()
}
