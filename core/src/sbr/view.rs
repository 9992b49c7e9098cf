//! What a resolver knows of its data centre, as the events of its own node have told it.

use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::sides::Selection;
use super::strategy::Strategy;
use crate::membership::{DataCenter, Member, Reachability, ReachabilityStatus, SeenBy, UniqueAddress};
use crate::mix::Mixer;

/// Everything that a decision may look at (SBR-1), built from events alone.
///
/// SBR-85: members of other data centres are never stored. Cheap to clone; a decision that is explained carries the view
/// that it was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredView", into = "StoredView")]
pub struct ResolverView {
    self_node: UniqueAddress,
    data_center: DataCenter,
    /// SBR-30: members are told apart by age, as keep-oldest does.
    one_per_age: bool,
    /// Ascending by unique address, each with the status of the last event that stored it.
    members: Arc<Vec<Member>>,
    /// Ascending; kept from events, not from the table of observations (SBR-21). Never self (SBR-16).
    unreachable: Vec<UniqueAddress>,
    /// How many members of `unreachable` are stored and counted. Kept, since events ask for it one by one.
    unreachable_counted: usize,
    /// The sum of the hashes of `members`. Kept, so that a fingerprint costs the same however many there are.
    members_hash: u64,
    observations: Reachability,
    /// SBR-31: observers and subjects in `observations` that were no stored members when it was heard of; ascending.
    strangers: Vec<UniqueAddress>,
    seen_by: SeenBy,
    /// Ascending. Plays no part in a decision.
    unreachable_data_centers: Vec<DataCenter>,
}

#[derive(Serialize, Deserialize)]
struct StoredView {
    self_node: UniqueAddress,
    data_center: DataCenter,
    one_per_age: bool,
    members: Vec<Member>,
    unreachable: Vec<UniqueAddress>,
    observations: Reachability,
    strangers: Vec<UniqueAddress>,
    seen_by: SeenBy,
    unreachable_data_centers: Vec<DataCenter>,
}

impl ResolverView {
    /// SBR-22: a view that has heard nothing yet.
    #[must_use]
    pub fn new(self_node: UniqueAddress, data_center: DataCenter, strategy: &Strategy) -> Self {
        Self {
            self_node,
            data_center,
            one_per_age: matches!(strategy, Strategy::KeepOldest { .. }),
            members: Arc::default(),
            unreachable: Vec::new(),
            unreachable_counted: 0,
            members_hash: 0,
            observations: Reachability::new(),
            strangers: Vec::new(),
            seen_by: SeenBy::from(Vec::new()),
            unreachable_data_centers: Vec::new(),
        }
    }

    /// The node whose view it is.
    #[must_use]
    pub const fn self_node(&self) -> &UniqueAddress {
        &self.self_node
    }

    /// The data centre that the view is of.
    #[must_use]
    pub const fn data_center(&self) -> &DataCenter {
        &self.data_center
    }

    /// The stored members, ascending by unique address.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The nodes that cannot be reached, ascending. Never self.
    #[must_use]
    pub fn unreachable(&self) -> &[UniqueAddress] {
        &self.unreachable
    }

    /// The kept records, as observer and subject, ascending.
    pub fn records(&self) -> impl Iterator<Item = (&UniqueAddress, &UniqueAddress)> {
        let is_kept = |node: &UniqueAddress| self.strangers.binary_search(node).is_err();
        let rows = self.observations.rows().iter().filter(move |row| is_kept(row.observer()));
        rows.flat_map(move |row| {
            let records = row.records().iter().filter(move |record| {
                record.status != ReachabilityStatus::Reachable && is_kept(&record.subject)
            });
            records.map(|record| (row.observer(), &record.subject))
        })
    }

    /// The nodes that have seen the present gossip, of all data centres.
    #[must_use]
    pub const fn seen_by(&self) -> &SeenBy {
        &self.seen_by
    }

    /// The other data centres of which some member cannot be reached, ascending. They play no part in decisions.
    #[must_use]
    pub fn unreachable_data_centers(&self) -> &[DataCenter] {
        &self.unreachable_data_centers
    }

    /// SBR-24: how many of the stored members are counted, reachable or not.
    #[must_use]
    pub fn counted(&self, role: Option<&str>) -> u32 {
        let counted = self.members.iter().filter(|member| Selection::COUNTED.contains(member.status()));
        counted.filter(|member| role.is_none_or(|role| member.roles().contains(role))).count() as u32
    }

    /// SBR-29: whether no member that counts, with or without role, is unreachable.
    #[must_use]
    pub const fn is_all_unreachable_downed(&self) -> bool {
        self.unreachable_counted == 0
    }

    /// SBR-14, SBR-30: stores a member, or replaces the stored one with its unique address. Whether it is of the own data
    /// centre; nothing is done with one that is not.
    ///
    /// Where members are told apart by age, a second one with the up-number and the address of a stored one is left out.
    pub fn put(&mut self, member: &Member) -> bool {
        let is_own = self.is_own(member);
        if is_own {
            self.change(member.unique_address(), |view, node| {
                let collides = view.one_per_age && view.has_other_of_same_age(member);
                let position = view.position(node);
                let members = Arc::make_mut(&mut view.members);
                match position {
                    Ok(at) if collides => {
                        members.remove(at);
                    }
                    Ok(at) => members[at] = member.clone(),
                    Err(_) if collides => {}
                    Err(at) => members.insert(at, member.clone()),
                }
            });
        }
        is_own
    }

    /// SBR-16: counts a node as unreachable from now on, if it is not self.
    pub fn mark_unreachable(&mut self, node: &UniqueAddress) {
        if *node != self.self_node {
            self.change(node, |view, node| {
                if let Err(at) = view.unreachable.binary_search(node) {
                    view.unreachable.insert(at, node.clone());
                }
            });
        }
    }

    pub(super) fn mark_reachable(&mut self, node: &UniqueAddress) {
        self.change(node, |view, node| view.unreachable.retain(|unreachable| unreachable != node));
    }

    pub(super) fn remove(&mut self, node: &UniqueAddress) {
        self.change(node, |view, node| {
            if let Ok(at) = view.position(node) {
                Arc::make_mut(&mut view.members).remove(at);
            }
            view.unreachable.retain(|unreachable| unreachable != node);
        });
    }

    pub(super) fn mark_data_center(&mut self, name: &DataCenter, is_reachable: bool) {
        match self.unreachable_data_centers.binary_search(name) {
            Ok(at) if is_reachable => {
                self.unreachable_data_centers.remove(at);
            }
            Err(at) if !is_reachable => self.unreachable_data_centers.insert(at, name.clone()),
            _ => {}
        }
    }

    /// SBR-31: takes over a table of observations. Of its records those count whose observer and subject are stored
    /// members now, whatever becomes of them later.
    pub fn set_observations(&mut self, table: Reachability) {
        let mut strangers = Vec::new();
        if table.anybody_is_unreachable() {
            let observers = table.rows().iter().filter(|row| {
                row.records().iter().any(|record| record.status != ReachabilityStatus::Reachable)
            });
            let nodes = observers.map(|row| row.observer());
            let nodes = nodes.chain(table.all_unreachable()).chain(table.all_terminated());
            strangers.extend(nodes.filter(|node| self.position(node).is_err()).cloned());
            strangers.sort_unstable();
            strangers.dedup();
        }
        self.strangers = strangers;
        self.observations = table;
    }

    /// SBR-32: takes over who has seen the present gossip.
    pub fn set_seen_by(&mut self, seen_by: SeenBy) {
        self.seen_by = seen_by;
    }

    /// A hash of all of it, for digests.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(41);
        mixer.word(self.self_node.key().0);
        mixer.text(&self.data_center);
        mixer.word(u64::from(self.one_per_age));
        mixer.word(self.members.len() as u64);
        mixer.word(self.members_hash);
        for nodes in [&self.unreachable, &self.strangers] {
            mixer.word(nodes.len() as u64);
            nodes.iter().for_each(|node| mixer.word(node.key().0));
        }
        mixer.word(self.observations.hash64());
        mixer.word(self.seen_by.hash64());
        self.unreachable_data_centers.iter().for_each(|name| mixer.text(name));
        mixer.finish()
    }

    pub(super) fn is_own(&self, member: &Member) -> bool {
        member.data_center() == &*self.data_center
    }

    /// SBR-4: members are told apart by unique address.
    fn position(&self, node: &UniqueAddress) -> Result<usize, usize> {
        self.members.binary_search_by(|member| member.unique_address().cmp(node))
    }

    /// Incarnations of one address stand side by side.
    fn has_other_of_same_age(&self, member: &Member) -> bool {
        let at = self.position(member.unique_address()).unwrap_or_else(|at| at);
        let same_address = |other: &&Member| other.address() == member.address();
        let before = self.members[..at].iter().rev().take_while(same_address);
        let after = self.members[at..].iter().take_while(same_address);
        let mut others =
            before.chain(after).filter(|other| other.unique_address() != member.unique_address());
        others.any(|other| other.age_order(member).is_eq())
    }

    /// Changes what is known of one node. The one place that keeps `unreachable_counted` and `members_hash` true.
    fn change(&mut self, node: &UniqueAddress, change: impl FnOnce(&mut Self, &UniqueAddress)) {
        let stored_hash = |view: &Self| view.position(node).map_or(0, |at| view.members[at].hash64());
        let before = self.is_counted_and_unreachable(node);
        self.members_hash = self.members_hash.wrapping_sub(stored_hash(self));
        change(self, node);
        self.members_hash = self.members_hash.wrapping_add(stored_hash(self));
        let after = self.is_counted_and_unreachable(node);
        self.unreachable_counted = self.unreachable_counted + usize::from(after) - usize::from(before);
    }

    fn is_counted_and_unreachable(&self, node: &UniqueAddress) -> bool {
        self.unreachable.binary_search(node).is_ok()
            && self.position(node).is_ok_and(|at| Selection::COUNTED.contains(self.members[at].status()))
    }
}

impl From<StoredView> for ResolverView {
    fn from(stored: StoredView) -> Self {
        let mut view = Self {
            self_node: stored.self_node,
            data_center: stored.data_center,
            one_per_age: stored.one_per_age,
            members: Arc::default(),
            unreachable: Vec::new(),
            unreachable_counted: 0,
            members_hash: 0,
            observations: stored.observations,
            strangers: stored.strangers,
            seen_by: stored.seen_by,
            unreachable_data_centers: stored.unreachable_data_centers,
        };
        view.strangers.sort_unstable();
        view.unreachable_data_centers.sort_unstable();
        stored.members.iter().for_each(|member| {
            view.put(member);
        });
        stored.unreachable.iter().for_each(|node| view.mark_unreachable(node));
        view
    }
}

impl From<ResolverView> for StoredView {
    fn from(view: ResolverView) -> Self {
        Self {
            self_node: view.self_node,
            data_center: view.data_center,
            one_per_age: view.one_per_age,
            members: Arc::unwrap_or_clone(view.members),
            unreachable: view.unreachable,
            observations: view.observations,
            strangers: view.strangers,
            seen_by: view.seen_by,
            unreachable_data_centers: view.unreachable_data_centers,
        }
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
