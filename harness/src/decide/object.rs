//! The same for machines: names are stable, new ones may be added.

use std::collections::BTreeMap;

use quorate::{Member, UniqueAddress};
use serde::Serialize;

use super::side::{Decider, Outcome, Side};
use super::table::names;
use super::{Choice, Setting, Warning, warnings};

/// A situation and what the strategies make of it.
#[derive(Debug, Serialize)]
pub struct Object {
    title: String,
    sides: Vec<SideObject>,
    strategies: Vec<StrategyObject>,
}

#[derive(Debug, Serialize)]
struct SideObject {
    live: Vec<String>,
    unreachable: Vec<String>,
    responsible: Vec<String>,
    statuses: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct StrategyObject {
    strategy: String,
    repairs: bool,
    endings: Vec<EndingObject>,
    decisions: Vec<DecisionObject>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct EndingObject {
    survivors: Vec<Vec<String>>,
    downed: Vec<String>,
}

#[derive(Debug, Serialize)]
struct DecisionObject {
    node: String,
    side: usize,
    decision: &'static str,
    down: Vec<String>,
    why: String,
    left_out: BTreeMap<String, &'static str>,
    lease_delay_ms: Option<u64>,
    denied: Option<DeniedObject>,
}

#[derive(Debug, Serialize)]
struct DeniedObject {
    decision: &'static str,
    down: Vec<String>,
}

fn list<'a>(nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> Vec<String> {
    nodes.into_iter().map(|node| names([node])).collect()
}

impl Object {
    /// Of a situation.
    #[must_use]
    pub fn of(title: &str, sides: &[Side], choices: &[Choice]) -> Self {
        let strategies = choices.iter().flat_map(|choice| {
            Setting::BOTH.map(|setting| StrategyObject {
                strategy: choice.name(),
                repairs: setting == Setting::Repaired,
                endings: endings(choice.outcome(setting), sides),
                decisions: choice.outcome(setting).deciders.iter().map(DecisionObject::of).collect(),
                warnings: warnings(choice, setting, sides),
            })
        });
        Self {
            title: title.to_owned(),
            sides: sides.iter().map(SideObject::of).collect(),
            strategies: strategies.collect(),
        }
    }
}

fn endings(outcome: &Outcome, sides: &[Side]) -> Vec<EndingObject> {
    let of = |survivors: &Vec<Vec<UniqueAddress>>| {
        let stays = |node: &&UniqueAddress| survivors.iter().flatten().any(|other| other == *node);
        let mut downed: Vec<&UniqueAddress> =
            sides.iter().flat_map(|side| &side.live).filter(|node| !stays(node)).collect();
        downed.sort();
        EndingObject { survivors: survivors.iter().map(list).collect(), downed: list(downed) }
    };
    outcome.endings.iter().map(|ending| of(&ending.survivors)).collect()
}

impl SideObject {
    fn of(side: &Side) -> Self {
        let status = |member: &Member| (names([member.unique_address()]), member.status().to_string());
        Self {
            live: list(&side.live),
            unreachable: list(&side.records.all_unreachable_or_terminated()),
            responsible: list(side.responsible()),
            statuses: side.members.iter().map(status).collect(),
        }
    }
}

impl DecisionObject {
    fn of(decider: &Decider) -> Self {
        let record = &decider.record;
        Self {
            node: names([record.self_node()]),
            side: decider.side,
            decision: record.decision.name(),
            down: list(&record.down),
            why: record.to_string(),
            left_out: record
                .left_out()
                .map(|(member, why)| (names([member.unique_address()]), why.reason()))
                .collect(),
            lease_delay_ms: record.decision.lease_delay().map(|delay| delay.as_millis() as u64),
            denied: decider
                .denied
                .as_ref()
                .map(|denied| DeniedObject { decision: denied.decision.name(), down: list(&denied.down) }),
        }
    }
}
