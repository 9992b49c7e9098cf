//! Members, observations, clocks and gossips from short texts.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::node;
use crate::membership::{
    AppVersion, Gossip, Member, MemberStatus, Reachability, ReachabilityStatus, Roles, Tombstones,
    UP_NUMBER_NONE, UniqueAddress, VectorClock,
};

/// `a:up`, `a#2:joining`, `a@east:up:3` (in data centre `east`, up-number 3), `a:up::web,db` or `a:up:3:web` (with roles).
pub(crate) fn member(text: &str) -> Member {
    let mut parts = text.split(':');
    let name = parts.next().unwrap();
    let status = parts.next().unwrap_or_else(|| panic!("{text} has no status"));
    let status = MemberStatus::ALL.into_iter().find(|other| other.name() == status);
    let up = parts.next().filter(|up| !up.is_empty()).map_or(UP_NUMBER_NONE, |up| up.parse().unwrap());
    let mut roles: Vec<String> =
        parts.next().map_or(Vec::new(), |list| list.split(',').map(String::from).collect());
    let (name, data_center) = name.split_once('@').unwrap_or((name, "default"));
    roles.push("dc-".to_string() + data_center);
    let roles = Roles::new(roles.iter().map(|role| Arc::from(role.as_str()))).unwrap();
    let status = status.unwrap_or_else(|| panic!("{text} has no known status"));
    Member::with_parts(node(name), roles, AppVersion::default(), up, status)
}

/// Members with a space between them.
pub(crate) fn members(text: &str) -> Vec<Member> {
    text.split_whitespace().map(member).collect()
}

pub(crate) fn nodes(text: &str) -> Vec<UniqueAddress> {
    text.split_whitespace().map(node).collect()
}

/// What observers said one after the other: `a>b` that a does not see b, `a>b:terminated`, `a>b:reachable`.
pub(crate) fn observations(text: &str) -> Reachability {
    text.split_whitespace().fold(Reachability::new(), |table, said| {
        let (observer, said) = said.split_once('>').unwrap_or_else(|| panic!("{said} has no observer"));
        let (subject, status) = said.split_once(':').unwrap_or((said, "unreachable"));
        let status = match status {
            "reachable" => ReachabilityStatus::Reachable,
            "unreachable" => ReachabilityStatus::Unreachable,
            "terminated" => ReachabilityStatus::Terminated,
            other => panic!("{other} is no observation"),
        };
        table.change(&node(observer), &node(subject), status)
    })
}

/// `a:3 b:1`.
pub(crate) fn clock(text: &str) -> VectorClock {
    text.split_whitespace().fold(VectorClock::new(), |clock, entry| {
        let (name, count) = entry.split_once(':').unwrap();
        (0..count.parse::<u32>().unwrap()).fold(clock, |clock, _| clock.increment(node(name).key()))
    })
}

/// A gossip of these members that these nodes have seen.
pub(crate) fn gossip(members_text: &str, seen: &str) -> Gossip {
    gossip_with(members_text, seen, "", "")
}

/// A gossip with observations and clock.
pub(crate) fn gossip_with(members_text: &str, seen: &str, observed: &str, clock_text: &str) -> Gossip {
    let members = members(members_text).into_iter().fold(Gossip::new(), |gossip, member| gossip.add(member));
    Gossip::from_parts(
        members.members().clone(),
        observations(observed),
        &nodes(seen),
        Tombstones::new(),
        clock(clock_text),
    )
    .unwrap()
}

/// Nodes as [`node`] reads them, with a space between them.
pub(crate) fn names<'a>(nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> String {
    let name = |node: &UniqueAddress| match node.uid {
        1 => node.address.host().to_string(),
        uid => node.address.host().to_string() + "#" + &uid.to_string(),
    };
    nodes.into_iter().map(name).collect::<Vec<_>>().join(" ")
}

/// The names of members.
pub(crate) fn member_names<'a>(members: impl IntoIterator<Item = &'a Member>) -> String {
    names(members.into_iter().map(Member::unique_address))
}

/// Members as name, status and up-number: `a:up:3 b#2:down`.
pub(crate) fn statuses<'a>(members: impl IntoIterator<Item = &'a Member>) -> String {
    let text = |member: &Member| {
        let up = match member.up_number() {
            UP_NUMBER_NONE => String::new(),
            up => ":".to_string() + &up.to_string(),
        };
        names([member.unique_address()]) + ":" + member.status().name() + &up
    };
    members.into_iter().map(text).collect::<Vec<_>>().join(" ")
}
