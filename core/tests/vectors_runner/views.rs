//! What one node makes of a gossip.

use std::cmp::Ordering;

use quorate::internals::{GossipTargets, TargetDraws, TargetSettings};
use quorate::{DataCenter, LocalView, Member, Repairs, UniqueAddress};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::values::{
    float_to_json, gossip, integer, list, node, nodes, nodes_to_json, reachability_to_json, text,
};

pub(crate) fn different_view_probability(input: &Value) -> Outcome {
    let members = integer(&input["members"]).try_into().unwrap();
    let reduce = integer(&input["reduce_probability"]).try_into().unwrap();
    Outcome::Is(float_to_json(LocalView::different_view_probability(members, reduce)))
}

/// Draws whose outcomes are given.
struct Forced<'a> {
    across: bool,
    unseen: bool,
    data_centers: &'a [&'a str],
}

impl TargetDraws for Forced<'_> {
    fn goes_across(&mut self, _probability: f64) -> bool {
        self.across
    }

    fn shuffle_members(&mut self, _members: &mut [&Member]) {}

    fn shuffle_data_centers(&mut self, names: &mut [&DataCenter]) {
        names.sort_by_key(|name| self.data_centers.iter().position(|other| ***name == **other));
    }

    fn prefers_unseen(&mut self, _probability: f64) -> bool {
        self.unseen
    }
}

fn unique_addresses<'a>(members: impl IntoIterator<Item = &'a Member>) -> Value {
    nodes_to_json(members.into_iter().map(Member::unique_address))
}

fn leader(leader: Option<&Member>) -> Value {
    leader.map_or(Value::Null, |leader| json!(leader.unique_address().to_string()))
}

pub(crate) fn state(input: &Value) -> Outcome {
    let gossip = gossip(&input["gossip"]);
    let (me, data_center, repairs) = (node(&input["self"]), text(&input["self_dc"]), Repairs::none());
    let view = LocalView::new(&gossip, &me, data_center, &repairs);
    let mut out = Map::new();
    out.append(&mut convergence_and_leaders(&view, &nodes(&input["exiting_confirmed"])));
    out.append(&mut observations(&view, &nodes(&input["nodes"])));
    out.append(&mut targets(&view, input));
    Outcome::Is(Value::Object(out))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(entries) => entries,
        other => panic!("{other} is no object"),
    }
}

fn convergence_and_leaders(view: &LocalView<'_>, confirmed: &[UniqueAddress]) -> Map<String, Value> {
    let roles = view.gossip().roles();
    let role_leaders: Map<String, Value> =
        roles.iter().map(|role| (role.to_string(), leader(view.role_leader(role)))).collect();
    object(json!({
        "convergence": view.has_convergence(confirmed),
        "convergence_no_confirmed": view.has_convergence(&[]),
        "leader": leader(view.leader()),
        "is_leader": view.is_leader(),
        "role_leaders": role_leaders,
        "leader_without_self": leader(view.leader_of(|member| member.unique_address() != view.me())),
        "dc_members": unique_addresses(view.data_center_members()),
        "youngest": leader(view.youngest()),
    }))
}

fn observations(view: &LocalView<'_>, asked: &[UniqueAddress]) -> Map<String, Value> {
    let mut asked = asked.to_vec();
    asked.sort();
    let those =
        |holds: &dyn Fn(&UniqueAddress) -> bool| nodes_to_json(asked.iter().filter(|node| holds(node)));
    object(json!({
        "in_same_dc": those(&|node| view.is_in_same_data_center(node)),
        "valid_for_gossip": those(&|node| view.may_gossip_to(node)),
        "reachable_excluding_downed_observers": those(&|node| view.is_reachable_to_live_observers(node)),
        "dc_reachability": reachability_to_json(&view.reachability_by_data_center()),
        "dc_reachability_excluding_downed_observers": reachability_to_json(&view.reachability_live()),
        "dc_reachability_no_outside_nodes": reachability_to_json(&view.reachability_inside()),
        "dc_reachability_without_observations_within": reachability_to_json(&view.reachability_outward()),
    }))
}

fn targets(view: &LocalView<'_>, input: &Value) -> Map<String, Value> {
    let gossip = view.gossip();
    let connections = usize::try_from(integer(&input["cross_dc_connections"])).unwrap();
    let order: Vec<&str> = list(&input["dc_order"]).iter().map(text).collect();
    let top_oldest: Map<String, Value> = gossip
        .data_centers()
        .map(|name| (name.to_string(), unique_addresses(view.top_oldest(name, connections))))
        .collect();
    let settings = TargetSettings {
        cross_data_center_connections: connections,
        cross_data_center_gossip_probability: 0.2,
        reduce_gossip_different_view_probability: 400,
    };
    let candidates = |unseen: bool, across: bool| {
        let mut draws = Forced { across, unseen, data_centers: &order };
        let targets = view.gossip_targets(&settings, &mut draws);
        assert!(across || matches!(targets, GossipTargets::Local(_)), "the draw said local");
        unique_addresses((0..targets.count()).map(|place| targets.get(place).unwrap()))
    };
    let changed: Vec<Member> =
        nodes(&input["exit_changed"]).iter().map(|node| gossip.member_or_placeholder(node)).collect();
    let pekko_fails = pekko_cannot_look_across(view);
    let across = |value: Value| if pekko_fails { json!("error") } else { value };
    object(json!({
        "top_oldest": top_oldest,
        "exit_targets": nodes_to_json(&view.exit_targets(&changed)),
        "targets_prefer_local": candidates(true, false),
        "targets_any_local": candidates(false, false),
        "targets_prefer_cross": across(candidates(true, true)),
        "targets_any_cross": across(candidates(false, true)),
        "random_full_possible": across(full_gossips(view, connections)),
    }))
}

/// CNV-27: where Pekko throws, self counts as not among the oldest here. What comes of that is not compared.
fn pekko_cannot_look_across(view: &LocalView<'_>) -> bool {
    let own_data_center = view.own().map(Member::data_center);
    view.gossip().is_multi_data_center() && own_data_center != Some(view.data_center())
}

/// All sets that a full gossip to 100 nodes can reach.
fn full_gossips(view: &LocalView<'_>, connections: usize) -> Value {
    let names: Vec<&str> = view.gossip().data_centers().map(|name| &**name).collect();
    let mut sets: Vec<Vec<&Member>> = Vec::new();
    for first in 0..names.len().max(1) {
        for second in 0..names.len().max(1) {
            // Only the first data centre with a target counts, so it is enough that each pair leads once.
            let mut order = names.clone();
            order.sort_by_key(|name| match names.iter().position(|other| other == name) {
                Some(place) if place == first => 0,
                Some(place) if place == second => 1,
                place => place.unwrap_or(0) + 2,
            });
            let mut draws = Forced { across: true, unseen: false, data_centers: &order };
            let mut set = view.full_gossip_targets(100, connections, &mut draws);
            set.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
    }
    sets.sort_by(|a, b| compare_sets(a, b));
    sets.into_iter().map(unique_addresses).collect()
}

fn compare_sets(a: &[&Member], b: &[&Member]) -> Ordering {
    a.iter().map(|member| member.unique_address()).cmp(b.iter().map(|member| member.unique_address()))
}
