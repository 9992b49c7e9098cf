//! The table of observations.

use quorate::{Reachability, ReachabilityStatus, UniqueAddress};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::values::{
    list, node, nodes, nodes_to_json, observation_to_json, reachability, reachability_to_json, row_to_json,
    text,
};

pub(crate) fn equal(input: &Value) -> Outcome {
    Outcome::Is(json!(reachability(&input["a"]) == reachability(&input["b"])))
}

pub(crate) fn sequence(input: &Value) -> Outcome {
    let mut table = Reachability::new();
    for step in list(&input["ops"]) {
        let next = apply(&table, step);
        if let Some(unchanged) = step[3]["unchanged"].as_bool() {
            assert_eq!(next.is_identical(&table), unchanged, "unchanged after {step}");
        }
        table = next;
    }
    let queries = queries(&table, &nodes(&input["nodes"]));
    Outcome::Is(json!({ "table": reachability_to_json(&table), "queries": queries }))
}

fn apply(table: &Reachability, step: &Value) -> Reachability {
    match text(&step[0]) {
        "unreachable" => table.unreachable(&node(&step[1]), &node(&step[2])),
        "reachable" => table.reachable(&node(&step[1]), &node(&step[2])),
        "terminated" => table.terminated(&node(&step[1]), &node(&step[2])),
        "remove" => table.remove(&nodes(&step[1])),
        "remove_observers" => table.remove_observers(&nodes(&step[1])),
        "keep_subjects_other_than" => {
            let other = node(&step[1]);
            table.only_subjects(|subject| *subject != other)
        }
        "set" => reachability(&step[1]),
        "merge" => {
            let allowed = nodes(&step[1]);
            table.merge(&reachability(&step[2]), |node| allowed.contains(node))
        }
        other => panic!("{other} is no step"),
    }
}

fn queries(table: &Reachability, nodes: &[UniqueAddress]) -> Value {
    let by_node = |answer: &dyn Fn(&UniqueAddress) -> Value| -> Map<String, Value> {
        nodes.iter().map(|node| (node.to_string(), answer(node))).collect()
    };
    // The vectors write these pairs in the order of their texts.
    let mut sorted = nodes.to_vec();
    sorted.sort_by_key(ToString::to_string);
    let pairs = sorted.iter().flat_map(|observer| sorted.iter().map(move |subject| (observer, subject)));
    let not_reachable: Value = pairs
        .map(|(observer, subject)| (observer, subject, table.status(observer, subject)))
        .filter(|(observer, subject, status)| {
            assert_eq!(table.is_reachable(observer, subject), *status == ReachabilityStatus::Reachable);
            *status != ReachabilityStatus::Reachable
        })
        .map(|(observer, subject, status)| {
            json!([observer.to_string(), subject.to_string(), observation_to_json(status)])
        })
        .collect();
    let grouped: Map<String, Value> = table
        .observers_by_unreachable()
        .into_iter()
        .map(|(subject, observers)| (subject.to_string(), nodes_to_json(observers)))
        .collect();
    json!({
        "is_all_reachable": table.has_no_records(),
        "all_unreachable": nodes_to_json(table.all_unreachable()),
        "all_unreachable_or_terminated": nodes_to_json(&table.all_unreachable_or_terminated()),
        "all_observers": nodes_to_json(table.observers()),
        "status": by_node(&|node| observation_to_json(table.aggregated_status(node))),
        "is_reachable": by_node(&|node| json!(table.is_reachable_by_all(node))),
        "all_unreachable_from": by_node(&|node| nodes_to_json(table.unreachable_from(node))),
        "records_from": by_node(&|node| table.row(node).map_or(json!([]), |row| json!(row_to_json(row)))),
        "pair_not_reachable": not_reachable,
        "observers_grouped_by_unreachable": grouped,
    })
}
