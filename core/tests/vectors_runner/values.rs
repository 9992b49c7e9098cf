//! The values of the core from the form that the vectors write them in, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use quorate::internals::gossip_of_parts;
use quorate::{
    Address, Gossip, Member, MemberStatus, Members, NodeKey, Reachability, ReachabilityStatus, Record, Roles,
    Row, Tombstones, UniqueAddress, VectorClock,
};
use serde_json::{Map, Value, json};

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub(crate) fn integer(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no integer"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

pub(crate) fn entries(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is no object"))
}

pub(crate) fn address(value: &Value) -> Address {
    text(value).parse().unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn node_of_text(text: &str) -> Option<UniqueAddress> {
    let (address, uid) = text.rsplit_once('#')?;
    Some(UniqueAddress::new(address.parse().ok()?, uid.parse().ok()?))
}

pub(crate) fn node(value: &Value) -> UniqueAddress {
    node_of_text(text(value)).unwrap_or_else(|| panic!("{value} is no node"))
}

pub(crate) fn nodes(value: &Value) -> Vec<UniqueAddress> {
    list(value).iter().map(node).collect()
}

pub(crate) fn nodes_to_json<'a>(nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> Value {
    nodes.into_iter().map(ToString::to_string).collect()
}

const STATUSES: [(MemberStatus, &str); 9] = [
    (MemberStatus::Joining, "Joining"),
    (MemberStatus::WeaklyUp, "WeaklyUp"),
    (MemberStatus::Up, "Up"),
    (MemberStatus::Leaving, "Leaving"),
    (MemberStatus::Exiting, "Exiting"),
    (MemberStatus::Down, "Down"),
    (MemberStatus::Removed, "Removed"),
    (MemberStatus::PreparingForShutdown, "PreparingForShutdown"),
    (MemberStatus::ReadyForShutdown, "ReadyForShutdown"),
];

pub(crate) fn status(value: &Value) -> MemberStatus {
    let name = text(value);
    STATUSES.iter().find(|(_, other)| *other == name).unwrap_or_else(|| panic!("{name} is no status")).0
}

pub(crate) fn status_to_json(status: MemberStatus) -> Value {
    json!(STATUSES.iter().find(|(other, _)| *other == status).unwrap().1)
}

pub(crate) fn member(value: &Value) -> Member {
    let roles = list(&value["roles"]).iter().map(|role| Arc::from(text(role)));
    Member::with_parts(
        node(&value["node"]),
        Roles::new(roles).unwrap(),
        text(&value["version"]).parse().unwrap(),
        integer(&value["up"]).try_into().unwrap(),
        status(&value["status"]),
    )
}

pub(crate) fn member_to_json(member: &Member) -> Value {
    let roles: Vec<String> = member.roles().iter().map(ToString::to_string).collect();
    json!({
        "node": member.unique_address().to_string(),
        "status": status_to_json(member.status()),
        "up": member.up_number(),
        "roles": roles,
        "version": member.app_version().as_str(),
    })
}

pub(crate) fn members(value: &Value) -> Vec<Member> {
    list(value).iter().map(member).collect()
}

/// The table of members, whatever their order in the list.
pub(crate) fn table_of_members(value: &Value) -> Members {
    let mut members = members(value);
    members.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
    Members::try_from(members).unwrap()
}

pub(crate) fn members_to_json<'a>(members: impl IntoIterator<Item = &'a Member>) -> Value {
    members.into_iter().map(member_to_json).collect()
}

const OBSERVATIONS: [(ReachabilityStatus, &str); 3] = [
    (ReachabilityStatus::Reachable, "Reachable"),
    (ReachabilityStatus::Unreachable, "Unreachable"),
    (ReachabilityStatus::Terminated, "Terminated"),
];

pub(crate) fn observation_to_json(status: ReachabilityStatus) -> Value {
    json!(OBSERVATIONS.iter().find(|(other, _)| *other == status).unwrap().1)
}

pub(crate) fn reachability(value: &Value) -> Reachability {
    let mut rows: BTreeMap<UniqueAddress, (u64, Vec<Record>)> = BTreeMap::new();
    for (observer, version) in entries(&value["versions"]) {
        rows.insert(node(&json!(observer)), (version.as_u64().unwrap(), Vec::new()));
    }
    for record in list(&value["records"]) {
        let name = text(&record[2]);
        let status = OBSERVATIONS.iter().find(|(_, other)| *other == name).unwrap().0;
        let record_of = Record { subject: node(&record[1]), status, version: record[3].as_u64().unwrap() };
        rows.get_mut(&node(&record[0])).unwrap().1.push(record_of);
    }
    let rows = rows.into_iter().map(|(observer, (version, mut records))| {
        records.sort_by(|a, b| a.subject.cmp(&b.subject));
        Arc::new(Row::try_from((observer, version, records)).unwrap())
    });
    Reachability::try_from(rows.collect::<Vec<_>>()).unwrap()
}

pub(crate) fn row_to_json(row: &Row) -> Vec<Value> {
    let observer = row.observer().to_string();
    let record = |record: &Record| {
        json!([observer, record.subject.to_string(), observation_to_json(record.status), record.version])
    };
    row.records().iter().map(record).collect()
}

pub(crate) fn reachability_to_json(table: &Reachability) -> Value {
    let records: Vec<Value> = table.rows().iter().flat_map(|row| row_to_json(row)).collect();
    let versions: Map<String, Value> =
        table.rows().iter().map(|row| (row.observer().to_string(), json!(row.version()))).collect();
    json!({ "records": records, "versions": versions })
}

pub(crate) fn clock(value: &Value) -> VectorClock {
    let versions = entries(&value["versions"]);
    let mut counts: Vec<(NodeKey, u64)> =
        versions.iter().map(|(name, count)| (node(&json!(name)).key(), count.as_u64().unwrap())).collect();
    counts.sort_unstable();
    VectorClock::try_from(counts).unwrap()
}

/// The nodes that a case names, by their keys.
pub(crate) struct Names(BTreeMap<NodeKey, String>);

impl Names {
    pub(crate) fn of(value: &Value) -> Self {
        let mut names = BTreeMap::new();
        collect_names(value, &mut names);
        Self(names)
    }

    pub(crate) fn clock_to_json(&self, clock: &VectorClock) -> Value {
        let entries = clock.entries().iter();
        let versions: Map<String, Value> =
            entries.map(|(key, count)| (self.0[key].clone(), json!(count))).collect();
        json!({ "versions": versions })
    }

    pub(crate) fn gossip_to_json(&self, gossip: &Gossip) -> Value {
        let tombstones: Map<String, Value> =
            gossip.tombstones().iter().map(|(node, wall_ms)| (node.to_string(), json!(wall_ms))).collect();
        json!({
            "members": members_to_json(gossip.members()),
            "seen": nodes_to_json(gossip.seen()),
            "reachability": reachability_to_json(gossip.reachability()),
            "version": self.clock_to_json(gossip.clock()),
            "tombstones": tombstones,
        })
    }
}

fn collect_names(value: &Value, names: &mut BTreeMap<NodeKey, String>) {
    let mut take = |text: &str| {
        if let Some(node) = node_of_text(text) {
            names.insert(node.key(), text.to_owned());
        }
    };
    match value {
        Value::String(text) => take(text),
        Value::Array(list) => list.iter().for_each(|value| collect_names(value, names)),
        Value::Object(entries) => {
            entries.keys().for_each(|key| take(key));
            entries.values().for_each(|value| collect_names(value, names));
        }
        _ => {}
    }
}

pub(crate) fn tombstones(value: &Value) -> Tombstones {
    let mut list: Vec<(UniqueAddress, i64)> =
        entries(value).iter().map(|(name, wall_ms)| (node(&json!(name)), integer(wall_ms))).collect();
    list.sort();
    Tombstones::try_from(list).unwrap()
}

pub(crate) fn gossip(value: &Value) -> Gossip {
    gossip_of_parts(
        table_of_members(&value["members"]),
        reachability(&value["reachability"]),
        &nodes(&value["seen"]),
        tombstones(&value["tombstones"]),
        clock(&value["version"]),
    )
    .unwrap()
}

/// A number as the vectors write it.
pub(crate) fn float_to_json(number: f64) -> Value {
    if number.is_nan() {
        json!("nan")
    } else if number.is_infinite() {
        json!(if number > 0.0 { "inf" } else { "-inf" })
    } else {
        json!(number)
    }
}

pub(crate) fn sign(order: std::cmp::Ordering) -> i64 {
    order as i64
}
