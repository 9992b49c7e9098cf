//! Partitions, as every side sees them: who decides what, and who survives.

use std::time::Duration;

use quorate::internals::gossip_of_parts;
use quorate::{
    LocalView, Member, MemberStatus, Members, Repairs, Strategy, Tombstones, UniqueAddress, VectorClock,
};
use serde_json::{Map, Value, json};

use super::resolver::{decision_to_json, members, strategy, table, view};
use super::values::{list, node, nodes, nodes_to_json, text};

const PEKKO: Repairs = Repairs::none();

/// What one node that decides does, with the lease and without.
struct Decider {
    side: usize,
    delay: Option<Duration>,
    down: Vec<UniqueAddress>,
    reverse_down: Vec<UniqueAddress>,
}

pub(crate) fn sides(case: &Value) -> (Value, Value) {
    let strategy = strategy(&case["strategy"], Duration::ZERO);
    let home = text(&case["dc"]);
    let sides = list(&case["sides"]);
    let mut deciders: Vec<Decider> = Vec::new();
    let mut told: Vec<Vec<Value>> = Vec::new();
    for (place, side) in sides.iter().enumerate() {
        let mut entries = Vec::new();
        for me in list(&side["live"]) {
            let unreachable = unreachable_of(side, home, me);
            if leads(side, home, me) && !unreachable.is_empty() {
                let (entry, decider) = decided(side, place, home, &strategy, me, &unreachable);
                entries.push(entry);
                deciders.push(decider);
            }
        }
        told.push(entries);
    }
    let delays = deciders.iter().enumerate().filter_map(|(place, decider)| Some((decider.delay?, place)));
    let winner = delays.min().map(|(_, place)| place);
    let survivors: Vec<Vec<UniqueAddress>> =
        (0..sides.len()).map(|side| survivors(&sides[side], home, side, &deciders, winner)).collect();
    let actual_sides: Vec<Value> = told
        .iter()
        .zip(&survivors)
        .map(|(entries, survivors)| json!({"responsible": entries, "survivors": nodes_to_json(survivors)}))
        .collect();
    let deciding = |side: usize| deciders.iter().any(|decider| decider.side == side);
    let surviving = (0..sides.len()).filter(|&side| deciding(side) && !survivors[side].is_empty());
    let undecided = (0..sides.len()).filter(|&side| !deciding(side) && !survivors[side].is_empty());
    let mut actual = json!({
        "sides": actual_sides,
        "surviving_sides": surviving.count(),
        "undecided_sides": undecided.count(),
    });
    let mut expected = json!({
        "sides": sides.iter().map(|side| json!({
            "responsible": side["responsible"],
            "survivors": side["survivors"],
        })).collect::<Vec<_>>(),
        "surviving_sides": case["surviving_sides"],
        "undecided_sides": case["undecided_sides"],
    });
    if let Some(winner_expected) = case.get("winner") {
        expected["winner"] = winner_expected.clone();
        actual["winner"] = winner.map_or(Value::Null, |place| {
            let side = deciders[place].side;
            let first = deciders.iter().position(|decider| decider.side == side).unwrap();
            json!([side, place - first])
        });
    }
    (expected, actual)
}

fn unreachable_of(side: &Value, home: &str, me: &Value) -> Vec<UniqueAddress> {
    let members = members(&side["members"], home);
    let mut subjects: Vec<UniqueAddress> = list(&side["records"])
        .iter()
        .map(|record| node(&record[1]))
        .filter(|subject| *subject != node(me))
        .filter(|subject| members.iter().any(|member| member.unique_address() == subject))
        .collect();
    subjects.sort();
    subjects.dedup();
    subjects
}

/// SBR-56: whether a node leads in its own view, and was Up or WeaklyUp once.
fn leads(side: &Value, home: &str, me: &Value) -> bool {
    let mut members: Vec<Member> = members(&side["members"], home);
    members.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
    let me = node(me);
    let gossip = gossip_of_parts(
        Members::try_from(members).unwrap(),
        table(&side["records"]),
        &[],
        Tombstones::default(),
        VectorClock::default(),
    )
    .unwrap();
    let view = LocalView::new(&gossip, &me, home, &PEKKO);
    view.is_leader() && view.own_status() != MemberStatus::Joining
}

fn decided(
    side: &Value,
    place: usize,
    home: &str,
    strategy: &Strategy,
    me: &Value,
    unreachable: &[UniqueAddress],
) -> (Value, Decider) {
    let unreachable = nodes_to_json(unreachable);
    let view = view(strategy, me, home, side, &unreachable);
    let decision = view.decide(strategy, &PEKKO);
    let (down, double_indirect) = view.nodes_to_down(strategy, &PEKKO, &decision);
    let mut entry = Map::new();
    entry.insert("self".into(), me.clone());
    entry.insert("unreachable".into(), unreachable);
    entry.insert("decide".into(), decision_to_json(&decision));
    entry.insert("double_indirect".into(), json!(double_indirect));
    entry.insert("down".into(), nodes_to_json(&down));
    let mut reverse_down = Vec::new();
    if let (Some(delay), Some(reverse)) = (decision.lease_delay(), decision.reverse()) {
        reverse_down = view.nodes_to_down(strategy, &PEKKO, &reverse).0;
        entry.insert("delay_ms".into(), json!(delay.as_millis() as u64));
        entry.insert("reverse".into(), decision_to_json(&reverse));
        entry.insert("reverse_down".into(), nodes_to_json(&reverse_down));
    }
    (Value::Object(entry), Decider { side: place, delay: decision.lease_delay(), down, reverse_down })
}

/// Who is live on a side, not on its way out by its own view, and downed by nobody of its side.
fn survivors(
    side: &Value,
    home: &str,
    place: usize,
    deciders: &[Decider],
    winner: Option<usize>,
) -> Vec<UniqueAddress> {
    let own = deciders.iter().enumerate().filter(|(_, decider)| decider.side == place);
    let downed: Vec<&UniqueAddress> = own
        .flat_map(|(index, decider)| match winner {
            None => &decider.down[..],
            Some(winner) if winner == index => &decider.down[..],
            Some(winner) if deciders[winner].side == place => &[],
            Some(_) => &decider.reverse_down[..],
        })
        .collect();
    let members = members(&side["members"], home);
    let stays = |node: &UniqueAddress| {
        let member = members.iter().find(|member| member.unique_address() == node);
        let is_on_its_way_out = member.is_some_and(|member| member.status().is_on_its_way_out());
        !is_on_its_way_out && !downed.contains(&node)
    };
    nodes(&side["live"]).into_iter().filter(stays).collect()
}
