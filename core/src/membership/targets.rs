//! Whom a node talks to: the targets of its gossip (part 01, sections 4.6 and 5.4).

use alloc::vec::Vec;

use super::address::UniqueAddress;
use super::bits::{Bits, positions};
use super::member::Member;
use super::reachability::ReachabilityStatus;
use super::roles::DataCenter;
use super::view::LocalView;

/// The settings that the choice of targets reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetSettings {
    /// How many of the oldest members of each data centre talk to other data centres.
    pub cross_data_center_connections: usize,
    /// How likely a gossip round of a large data centre goes to another one, from 0 to 1 (GSP-54).
    pub cross_data_center_gossip_probability: f64,
    /// See [`LocalView::different_view_probability`].
    pub reduce_gossip_different_view_probability: u32,
}

/// The draws behind a choice of targets. Each is made only where the choice depends on it, and within one choice in the
/// order in which they stand here (GSP-56).
pub trait TargetDraws {
    /// GSP-54: whether a round goes to another data centre: not when the number drawn is greater than `probability`.
    fn goes_across(&mut self, probability: f64) -> bool;
    /// Puts members into a random order.
    fn shuffle_members(&mut self, members: &mut [&Member]);
    /// Puts data centres into a random order.
    fn shuffle_data_centers(&mut self, names: &mut [&DataCenter]);
    /// GSP-49: whether a round looks for members that have not seen the state: when the number drawn is below `probability`.
    fn prefers_unseen(&mut self, probability: f64) -> bool;
}

impl<'a> LocalView<'a> {
    /// CNV-28, LDR-25, DC-43: whom the leader tells at once that `changed` became Exiting: the two oldest members of the own data
    /// centre, and the two oldest of each role that one of them has.
    #[must_use]
    pub fn exit_targets(&self, changed: &[Member]) -> Vec<UniqueAddress> {
        if changed.is_empty() {
            return Vec::new();
        }
        let mut by_age: Vec<&Member> =
            self.members().iter().filter(|m| m.data_center() == self.data_center()).collect();
        by_age.sort_by(|a, b| a.age_order(b));
        let mut targets: Vec<UniqueAddress> = Vec::new();
        let mut take = |members: &mut dyn Iterator<Item = &&Member>| {
            members.take(2).for_each(|member| targets.push(member.unique_address().clone()));
        };
        take(&mut by_age.iter());
        for role in changed.iter().flat_map(|member| member.roles().without_data_center()) {
            take(&mut by_age.iter().filter(|member| member.roles().contains(role)));
        }
        targets.sort();
        targets.dedup();
        targets
    }

    /// GSP-41, RCH-60, DC-34: whether self may send gossip to a node: not to itself, and not while it does not see it.
    #[must_use]
    pub fn may_gossip_to(&self, node: &UniqueAddress) -> bool {
        node != self.me() && self.gossip().reachability().is_reachable(self.me(), node)
    }

    /// GSP-49, DC-38: the candidates of a gossip round within the own data centre: members that self may gossip to, all of them
    /// or only those that have not seen this state.
    #[must_use]
    pub fn gossip_candidates(&self, only_unseen: bool) -> Candidates<'a> {
        let members = self.members();
        let mut excluded = Bits::new(members.len());
        let own_row = self.gossip().reachability().row(self.me());
        let unreachable = own_row.map_or(&[][..], |row| row.records()).iter();
        let unreachable = unreachable.filter(|r| r.status != ReachabilityStatus::Reachable);
        for node in unreachable.map(|record| &record.subject).chain([self.me()]) {
            if let Some(position) = members.position(node) {
                excluded.insert(position);
            }
        }
        Candidates { view: *self, excluded, only_unseen }
    }

    /// GSP-50: how likely a round looks for members that have not seen the state, for a number of members and the setting
    /// `reduce-gossip-different-view-probability`. Above 1 it always does (GSP-51).
    #[must_use]
    pub fn different_view_probability(members: usize, reduce: u32) -> f64 {
        let (n, r) = (members as f64, f64::from(reduce));
        let low = r / 10.0;
        if n >= r * 3.0 {
            low
        } else if n <= r {
            r
        } else {
            r + (n - r) * ((low - r) / (r * 3.0 - r))
        }
    }

    /// GSP-49: the candidates of a gossip round within the own data centre: of those that have not seen the state, if they
    /// are preferred and there are any; else all.
    #[must_use]
    pub fn local_targets(&self, prefers_unseen: bool) -> Candidates<'a> {
        let unseen = prefers_unseen.then(|| self.gossip_candidates(true));
        unseen.filter(|unseen| unseen.count() > 0).unwrap_or_else(|| self.gossip_candidates(false))
    }

    /// GSP-54, DC-35: how likely a gossip round goes to another data centre, for a number of own members: the fewer they are, the
    /// more they talk to others; from five on what the setting says.
    #[must_use]
    pub fn cross_data_center_probability(own_members: usize, setting: f64) -> f64 {
        match own_members {
            5.. => setting,
            few => setting.max((5 - few) as f64 * 0.25),
        }
    }

    /// CNV-26, DC-33: the oldest members of a data centre, oldest first. Of incarnations of one address with one up-number only
    /// the first counts.
    #[must_use]
    pub fn top_oldest(&self, data_center: &str, connections: usize) -> Vec<&'a Member> {
        let mut oldest: Vec<&Member> =
            self.members().iter().filter(|member| member.data_center() == data_center).collect();
        oldest.sort_by(|a, b| a.age_order(b));
        oldest.dedup_by(|later, earlier| later.age_order(earlier).is_eq());
        oldest.truncate(connections);
        oldest
    }

    /// CNV-26: whether self is of the age of one of the oldest of its data centre. CNV-27: not when it is no member, or a
    /// member of another data centre.
    #[must_use]
    pub fn is_among_top_oldest(&self, connections: usize) -> bool {
        let own = self.own().filter(|own| own.data_center() == self.data_center());
        own.is_some_and(|own| {
            self.top_oldest(self.data_center(), connections)
                .iter()
                .any(|oldest| oldest.age_order(own).is_eq())
        })
    }

    /// GSP-48 to GSP-56: the candidates of a gossip round, from which one is picked (GSP-47).
    #[must_use]
    pub fn gossip_targets(
        &self,
        settings: &TargetSettings,
        draws: &mut impl TargetDraws,
    ) -> GossipTargets<'a> {
        if self.gossip().is_multi_data_center() {
            let targets = self.targets_across(settings, draws);
            if !targets.is_empty() {
                return GossipTargets::Across(targets);
            }
        }
        let reduce = settings.reduce_gossip_different_view_probability;
        let probability = Self::different_view_probability(self.members().len(), reduce);
        GossipTargets::Local(self.local_targets(draws.prefers_unseen(probability)))
    }

    /// GSP-53, GSP-55, DC-36: of the first other data centre with a valid target among its oldest all of those, in member order,
    /// whether they have seen the state or not. Nobody when the draw says local, or when self is not among the oldest.
    fn targets_across(&self, settings: &TargetSettings, draws: &mut impl TargetDraws) -> Vec<&'a Member> {
        let own_members = self.data_center_members().count();
        let setting = settings.cross_data_center_gossip_probability;
        let connections = settings.cross_data_center_connections;
        let across = draws.goes_across(Self::cross_data_center_probability(own_members, setting));
        if !across || !self.is_among_top_oldest(connections) {
            return Vec::new();
        }
        let mut targets = self.oldest_targets_elsewhere(connections, draws);
        targets.sort_unstable_by(|a, b| a.unique_address().cmp(b.unique_address()));
        targets
    }

    /// The valid targets among the oldest of the first data centre, in random order, that has one; oldest first.
    fn oldest_targets_elsewhere(&self, connections: usize, draws: &mut impl TargetDraws) -> Vec<&'a Member> {
        let mut others: Vec<&DataCenter> =
            self.gossip().data_centers().filter(|name| ***name != *self.data_center()).collect();
        draws.shuffle_data_centers(&mut others);
        let valid = |name: &DataCenter| {
            let mut oldest = self.top_oldest(name, connections);
            oldest.retain(|member| self.may_gossip_to(member.unique_address()));
            oldest
        };
        others.into_iter().map(valid).find(|targets| !targets.is_empty()).unwrap_or_default()
    }

    /// GSP-57, DC-41: the targets of a full gossip to `count` random nodes. One of the oldest sends it to one node of another data
    /// centre too.
    #[must_use]
    pub fn full_gossip_targets(
        &self,
        count: usize,
        connections: usize,
        draws: &mut impl TargetDraws,
    ) -> Vec<&'a Member> {
        let mut targets: Vec<&Member> = self.gossip_candidates(false).iter().collect();
        if self.gossip().is_multi_data_center() && self.is_among_top_oldest(connections) {
            draws.shuffle_members(&mut targets);
            match self.oldest_targets_elsewhere(connections, draws).first() {
                Some(elsewhere) => {
                    targets.truncate(count.saturating_sub(1));
                    targets.push(elsewhere);
                }
                None => targets.truncate(count),
            }
        } else if targets.len() > count {
            draws.shuffle_members(&mut targets);
            targets.truncate(count);
        }
        targets
    }
}

/// The candidates of a gossip round.
pub enum GossipTargets<'a> {
    /// Members of the own data centre.
    Local(Candidates<'a>),
    /// Members of one other data centre, in member order; at least one.
    Across(Vec<&'a Member>),
}

impl<'a> GossipTargets<'a> {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Local(candidates) => candidates.count(),
            Self::Across(members) => members.len(),
        }
    }

    /// GSP-47: the candidate at a place, in member order.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&'a Member> {
        match self {
            Self::Local(candidates) => candidates.get(place),
            Self::Across(members) => members.get(place).copied(),
        }
    }
}

/// Members that a gossip round may pick from.
pub struct Candidates<'a> {
    view: LocalView<'a>,
    excluded: Bits,
    only_unseen: bool,
}

impl<'a> Candidates<'a> {
    fn word(&self, place: usize) -> u64 {
        let seen = if self.only_unseen { self.view.gossip().seen_positions().word(place) } else { 0 };
        self.view.in_data_center(place) & !self.excluded.word(place) & !seen
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        (0..self.view.members().words()).map(|place| self.word(place).count_ones() as usize).sum()
    }

    /// The one at a place among them, in member order.
    fn get(&self, place: usize) -> Option<&'a Member> {
        let mut before = 0;
        (0..self.view.members().words()).find_map(|at| {
            let word = self.word(at);
            let from = before;
            before += word.count_ones() as usize;
            if place >= before {
                return None;
            }
            positions(at, word).nth(place - from).map(|position| self.view.member(position))
        })
    }

    /// The candidates in member order.
    pub fn iter(&self) -> impl Iterator<Item = &'a Member> + '_ {
        (0..self.view.members().words())
            .flat_map(|place| positions(place, self.word(place)))
            .map(|position| self.view.member(position))
    }
}

#[cfg(test)]
#[path = "targets_tests.rs"]
mod tests;
