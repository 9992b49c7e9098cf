//! The resolver's decisions on fixed views.

use std::sync::Arc;
use std::time::Duration;

use quorate::{
    AppVersion, Decision, Member, Reachability, Repairs, ResolverView, Roles, SeenBy, Strategy, UniqueAddress,
};
use serde_json::{Map, Value, json};

use super::values::{address, integer, list, node, nodes_to_json, status, text};

const PEKKO: Repairs = Repairs::none();

pub(crate) fn number(value: &Value) -> u32 {
    integer(value).try_into().unwrap()
}

pub(crate) fn millis(value: &Value) -> Duration {
    Duration::from_millis(integer(value).try_into().unwrap())
}

pub(crate) fn strategy(value: &Value, release_after: Duration) -> Strategy {
    let role = value["role"].as_str().map(Arc::from);
    match text(&value["name"]) {
        "static-quorum" => Strategy::StaticQuorum { quorum_size: number(&value["quorum-size"]), role },
        "keep-majority" => Strategy::KeepMajority { role },
        "keep-oldest" => {
            Strategy::KeepOldest { down_if_alone: value["down-if-alone"].as_bool().unwrap(), role }
        }
        "down-all" => Strategy::DownAll,
        "lease-majority" => Strategy::LeaseMajority {
            role,
            minority_delay: millis(&value["minority-delay-ms"]),
            release_after,
        },
        other => panic!("{other} is no strategy"),
    }
}

/// A member; without `dc` it is in the data centre of the line.
pub(crate) fn member(value: &Value, home: &str) -> Member {
    let data_center = value["dc"].as_str().unwrap_or(home);
    let roles = value["roles"].as_array().into_iter().flatten().map(|role| Arc::from(text(role)));
    let roles = roles.chain([Arc::from(format!("dc-{data_center}"))]);
    Member::with_parts(
        node(&value["node"]),
        Roles::new(roles).unwrap(),
        AppVersion::default(),
        integer(&value["up"]).try_into().unwrap(),
        status(&value["status"]),
    )
}

pub(crate) fn members(value: &Value, home: &str) -> Vec<Member> {
    list(value).iter().map(|value| member(value, home)).collect()
}

/// The records that say that somebody cannot be reached.
pub(crate) fn table(records: &Value) -> Reachability {
    list(records).iter().fold(Reachability::new(), |table, record| {
        let (observer, subject) = (node(&record[0]), node(&record[1]));
        match text(&record[2]) {
            "Unreachable" => table.unreachable(&observer, &subject),
            "Terminated" => table.terminated(&observer, &subject),
            "Reachable" => table,
            other => panic!("{other} is no observation"),
        }
    })
}

/// Addresses, of some incarnation.
pub(crate) fn seen(value: &Value) -> SeenBy {
    let nodes = list(value).iter().map(|name| UniqueAddress::new(address(name), 0));
    SeenBy::from(nodes.collect::<Vec<_>>())
}

/// SBR.md: the order in which a view is built.
pub(crate) fn view(
    strategy: &Strategy,
    me: &Value,
    home: &str,
    parts: &Value,
    unreachable: &Value,
) -> ResolverView {
    let members = members(&parts["members"], home);
    let mut view = ResolverView::new(node(me), home.into(), strategy);
    members.iter().for_each(|member| {
        view.put(member);
    });
    for node in list(unreachable).iter().map(node) {
        let is_own = |member: &Member| *member.unique_address() == node && member.data_center() == home;
        if members.iter().any(is_own) {
            view.mark_unreachable(&node);
        }
    }
    view.set_observations(table(&parts["records"]));
    view.set_seen_by(seen(&parts["seen"]));
    view
}

/// The name that the vectors give a decision.
pub(crate) fn decision_to_json(decision: &Decision) -> Value {
    let name = match decision {
        Decision::DownReachable => "DownReachable",
        Decision::DownUnreachable => "DownUnreachable",
        Decision::DownAll => "DownAll",
        Decision::DownIndirectlyConnected => "DownIndirectlyConnected",
        Decision::ReverseDownIndirectlyConnected => "ReverseDownIndirectlyConnected",
        Decision::DownSelfQuarantinedByRemote => "DownSelfQuarantinedByRemote",
        Decision::AcquireLeaseAndDownUnreachable { .. } => "AcquireLeaseAndDownUnreachable",
        Decision::AcquireLeaseAndDownIndirectlyConnected { .. } => "AcquireLeaseAndDownIndirectlyConnected",
    };
    json!(name)
}

/// One decision on one view, with the steps to it.
pub(crate) fn decide(case: &Value) -> (Value, Value) {
    let strategy = strategy(&case["strategy"], Duration::ZERO);
    let home = text(&case["dc"]);
    let view = view(&strategy, &case["self"], home, case, &case["unreachable"]);
    let decision = view.decide(&strategy, &PEKKO);
    let (down, double_indirect) = view.nodes_to_down(&strategy, &PEKKO, &decision);
    let mut actual = Map::new();
    actual.insert("decide".into(), decision_to_json(&decision));
    actual.insert("is_ic".into(), json!(decision.is_indirectly_connected()));
    if let (Some(delay), Some(reverse)) = (decision.lease_delay(), decision.reverse()) {
        actual.insert("delay_ms".into(), json!(delay.as_millis() as u64));
        actual.insert("reverse".into(), decision_to_json(&reverse));
    }
    actual.insert("double_indirect".into(), json!(double_indirect));
    actual.insert("down".into(), nodes_to_json(&down));
    actual.insert("detail".into(), detail(case, &view, &strategy));
    let asked = ["decide", "is_ic", "delay_ms", "reverse", "double_indirect", "down", "detail"];
    let expected: Map<String, Value> =
        asked.into_iter().filter_map(|key| Some((key.to_owned(), case.get(key)?.clone()))).collect();
    (Value::Object(expected), Value::Object(actual))
}

fn detail(case: &Value, view: &ResolverView, strategy: &Strategy) -> Value {
    let listed: Vec<UniqueAddress> =
        list(&case["members"]).iter().map(|member| node(&member["node"])).collect();
    let places = |nodes: &[UniqueAddress]| -> Vec<usize> {
        nodes.iter().map(|node| listed.iter().position(|other| other == node).unwrap()).collect()
    };
    let ascending = |nodes: &[UniqueAddress]| {
        let mut places = places(nodes);
        places.sort_unstable();
        json!(places)
    };
    let anatomy = view.anatomy(strategy);
    let indirect = view.indirectly_connected();
    let mut detail = Map::new();
    detail.insert("stored".into(), json!(places(&anatomy.stored)));
    detail.insert("counted".into(), json!(places(&anatomy.counted)));
    detail.insert("joining".into(), ascending(&anatomy.joining));
    detail.insert("sizes".into(), json!(anatomy.sizes));
    detail.insert("kept".into(), json!(view.records().count()));
    detail.insert("ic".into(), ascending(&indirect));
    if !indirect.is_empty() {
        detail.insert("ic_cycle".into(), ascending(&anatomy.indirect[0]));
        detail.insert("ic_seen".into(), ascending(&anatomy.indirect[1]));
    }
    if let Strategy::StaticQuorum { quorum_size, .. } = strategy {
        let members = anatomy.counted.len();
        detail.insert("too_many".into(), json!(members + 1 > 2 * *quorum_size as usize));
    }
    detail.insert("all_downed".into(), json!(view.is_all_unreachable_downed()));
    let mut by_decision = Map::new();
    for decision in [
        Decision::DownUnreachable,
        Decision::DownReachable,
        Decision::DownAll,
        Decision::DownIndirectlyConnected,
        Decision::ReverseDownIndirectlyConnected,
        Decision::DownSelfQuarantinedByRemote,
    ] {
        let (down, failed) = view.nodes_to_down(strategy, &PEKKO, &decision);
        let down = if failed { Value::Null } else { ascending(&down) };
        by_decision.insert(text(&decision_to_json(&decision)).to_owned(), down);
    }
    detail.insert("nodes".into(), Value::Object(by_decision));
    Value::Object(detail)
}
