//! What nodes hold to be true, each distinct view kept once.

use std::collections::BTreeMap;

use quorate::{Node, ReachabilityStatus, UniqueAddress};
use serde::Serialize;

use crate::run::{Cast, Mark};

/// Which life of which node: its place in the cast.
pub(super) type LifeId = u32;

/// What one node holds to be true of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct View {
    /// The members, as pairs of a run of lives and their status: `[first, count, glyph]`.
    #[serde(rename = "m")]
    pub(super) members: Vec<(LifeId, u32, char)>,
    /// Who is unreachable to it, neighbours in one: `[first, count]`.
    #[serde(rename = "u")]
    pub(super) unreachable: Vec<(LifeId, u32)>,
    /// Who says so of whom: observer, subject, and whether it is terminated.
    #[serde(rename = "o", skip_serializing_if = "Vec::is_empty")]
    pub(super) observations: Vec<(LifeId, LifeId, u8)>,
}

/// Why a node has not converged: who has not seen its state, and who is unreachable and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Gap {
    #[serde(rename = "n")]
    pub(super) not_seen_by: Vec<LifeId>,
    #[serde(rename = "b")]
    pub(super) blocked_by: Vec<LifeId>,
    /// How many more of either there are than are named.
    #[serde(rename = "more", skip_serializing_if = "is_zero")]
    pub(super) unnamed: (u32, u32),
}

const fn is_zero(unnamed: &(u32, u32)) -> bool {
    unnamed.0 == 0 && unnamed.1 == 0
}

/// Values that are the same at many moments, each kept once and named by its place.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    all: Vec<T>,
    places: BTreeMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { all: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T: Clone + Ord> Table<T> {
    /// The place of a value.
    pub(super) fn place(&mut self, value: T) -> u32 {
        if let Some(place) = self.places.get(&value) {
            return *place;
        }
        let place = self.all.len() as u32;
        self.all.push(value.clone());
        self.places.insert(value, place);
        place
    }

    pub(super) fn into_all(self) -> Vec<T> {
        self.all
    }
}

/// The places of lives in the cast, by who they are to others.
#[derive(Clone, Debug, Default)]
pub(super) struct Lives {
    known: BTreeMap<UniqueAddress, LifeId>,
}

impl Lives {
    /// Takes in the lives that began since the last time.
    pub(super) fn follow(&mut self, cast: &Cast) {
        let known = self.known.len();
        for (place, life) in cast.lives().iter().enumerate().skip(known) {
            self.known.insert(life.node.clone(), place as LifeId);
        }
    }

    pub(super) fn of(&self, node: &UniqueAddress) -> Option<LifeId> {
        self.known.get(node).copied()
    }

    pub(super) fn all<'a>(&self, nodes: impl Iterator<Item = &'a UniqueAddress>) -> Vec<LifeId> {
        let mut lives: Vec<LifeId> = nodes.filter_map(|node| self.of(node)).collect();
        lives.sort_unstable();
        lives
    }
}

impl View {
    /// What a node holds to be true. With `in_detail`, also who says so of whom.
    pub(super) fn of(node: &Node, lives: &Lives, in_detail: bool) -> Self {
        let gossip = node.gossip();
        let mut members: Vec<(LifeId, char)> = Vec::with_capacity(gossip.members().len());
        for member in gossip.members().iter() {
            if let Some(life) = lives.of(member.unique_address()) {
                members.push((life, Mark::Member(member.status()).glyph()));
            }
        }
        members.sort_unstable();
        let mut observations = Vec::new();
        for row in gossip.reachability().rows().iter().filter(|_| in_detail) {
            for record in row.records() {
                let terminated = match record.status {
                    ReachabilityStatus::Reachable => continue,
                    ReachabilityStatus::Unreachable => 0,
                    ReachabilityStatus::Terminated => 1,
                };
                if let (Some(by), Some(of)) = (lives.of(row.observer()), lives.of(&record.subject)) {
                    observations.push((by, of, terminated));
                }
            }
        }
        observations.sort_unstable();
        let unreachable = lives.all(node.view().unreachable_inside());
        let unreachable: Vec<(LifeId, char)> = unreachable.into_iter().map(|life| (life, ' ')).collect();
        Self {
            members: in_runs(&members),
            unreachable: in_runs(&unreachable).into_iter().map(|(first, count, _)| (first, count)).collect(),
            observations,
        }
    }
}

impl View {
    /// Whether a life is unreachable to who holds this.
    pub(super) fn has_unreachable(&self, life: LifeId) -> bool {
        self.unreachable.iter().any(|(first, count)| (*first..first + count).contains(&life))
    }
}

impl Gap {
    /// `None` for a node that has converged. With `in_detail`, everybody is named; else they are counted.
    pub(super) fn of(node: &Node, lives: &Lives, in_detail: bool) -> Option<Self> {
        let (view, confirmed) = (node.view(), node.confirmed_exits());
        let not_seen_by = lives.all(view.not_seen_by(confirmed).map(quorate::Member::unique_address));
        let blocked_by = lives.all(view.blocked_by(confirmed));
        if not_seen_by.is_empty() && blocked_by.is_empty() {
            return None;
        }
        if in_detail {
            return Some(Self { not_seen_by, blocked_by, unnamed: (0, 0) });
        }
        let unnamed = (not_seen_by.len() as u32, blocked_by.len() as u32);
        Some(Self { unnamed, ..Self::default() })
    }
}

/// Neighbours of the same status in one.
fn in_runs(members: &[(LifeId, char)]) -> Vec<(LifeId, u32, char)> {
    let mut runs: Vec<(LifeId, u32, char)> = Vec::new();
    for (life, glyph) in members {
        match runs.last_mut() {
            Some((first, count, same)) if *same == *glyph && *first + *count == *life => *count += 1,
            _ => runs.push((*life, 1, *glyph)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_follow_each_other_in_the_same_status_are_one_run() {
        let members = [(0, 'U'), (1, 'U'), (2, 'j'), (4, 'j'), (5, 'U')];
        assert_eq!(in_runs(&members), [(0, 2, 'U'), (2, 1, 'j'), (4, 1, 'j'), (5, 1, 'U')]);
        assert!(in_runs(&[]).is_empty());
    }

    #[test]
    fn a_table_keeps_equal_values_once() {
        let mut table = Table::default();
        assert_eq!([table.place("a"), table.place("b"), table.place("a")], [0, 1, 0]);
        assert_eq!(table.into_all(), ["a", "b"]);
    }
}
