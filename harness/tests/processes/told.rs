//! What a process has told: its outputs, one object a line, folded into what they lead to.

use std::collections::{BTreeMap, BTreeSet};

use quorate::{
    Address, ClusterEvent, DecisionRecord, MemberStatus, Output, StopReason as NodeStop, UniqueAddress,
};
use quorate_harness::case::{MemberEvent, StopReason};
use serde::Deserialize;

/// A line of `tokio_cluster --json`.
#[derive(Deserialize)]
struct Line {
    node: String,
    output: Output,
}

#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) me: Option<UniqueAddress>,
    pub(super) members: BTreeMap<UniqueAddress, MemberStatus>,
    pub(super) unreachable: BTreeSet<UniqueAddress>,
    pub(super) leader: Option<Address>,
    pub(super) is_converged: bool,
    pub(super) decisions: Vec<(String, Vec<UniqueAddress>)>,
    pub(super) end: Option<StopReason>,
    events: Vec<(&'static str, UniqueAddress)>,
}

impl Told {
    pub(super) fn hear(&mut self, line: &str) {
        let line: Line = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        let (address, uid) = line.node.rsplit_once('#').unwrap();
        self.me = Some(UniqueAddress::new(address.parse().unwrap(), uid.parse().unwrap()));
        match line.output {
            Output::Event(event) => self.event(&event),
            Output::Decided(record) => self.decisions.push(decided(&record)),
            Output::Stopped { why } => {
                self.end = Some(match why {
                    NodeStop::Left | NodeStop::Commanded => StopReason::Left,
                    NodeStop::Downed => StopReason::Downed,
                    NodeStop::JoinUnsuccessful => StopReason::JoinFailed,
                    NodeStop::Removed => StopReason::Removed,
                    _ => StopReason::Refused,
                });
            }
            _ => {}
        }
    }

    pub(super) fn up(&self) -> Vec<UniqueAddress> {
        let up = self.members.iter().filter(|(_, status)| **status == MemberStatus::Up);
        up.map(|(node, _)| node.clone()).collect()
    }

    pub(super) fn has_told(&self, event: MemberEvent, node: &UniqueAddress) -> bool {
        self.events.iter().any(|(name, about)| in_kebab_case(name) == event.to_string() && about == node)
    }

    fn event(&mut self, event: &ClusterEvent) {
        match event {
            ClusterEvent::LeaderChanged(leader) => self.leader.clone_from(leader),
            ClusterEvent::SeenChanged { convergence, .. } => self.is_converged = *convergence,
            _ => {}
        }
        let about = match event {
            ClusterEvent::UnreachableMember(member) | ClusterEvent::ReachableMember(member) => Some(member),
            _ => event.member(),
        };
        let Some(member) = about else { return };
        let node = member.unique_address().clone();
        match event {
            ClusterEvent::MemberRemoved { .. } => {
                self.members.remove(&node);
                self.unreachable.remove(&node);
            }
            ClusterEvent::UnreachableMember(_) => {
                self.unreachable.insert(node.clone());
            }
            ClusterEvent::ReachableMember(_) => {
                self.unreachable.remove(&node);
            }
            _ => {
                self.members.insert(node.clone(), member.status());
            }
        }
        self.events.push((event.kind().name(), node));
    }
}

fn decided(record: &DecisionRecord) -> (String, Vec<UniqueAddress>) {
    let mut down = record.down.clone();
    down.sort();
    (record.decision.name().into(), down)
}

/// `MemberUp` as a case writes it.
fn in_kebab_case(name: &str) -> String {
    let mut text = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
