//! What a resolver knows of its data centre, as the events of its own node have told it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::exits::Exits;
use super::indirect::Link;
use super::links::{KeptLinks, Links};
use super::selection::Selection;
use super::strategy::Strategy;
use crate::membership::diff::Change;
use crate::membership::{
    DataCenter, Member, MemberStatus, Members, Reachability, ReachabilityStatus, SeenBy, UniqueAddress,
};
use crate::mix::Mixer;

/// Everything that a decision may look at (SBR-1), built from events alone.
///
/// SBR-85, DC-69: members of other data centres are never stored. Cheap to clone; a decision that is explained carries the view
/// that it was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredView", into = "StoredView")]
pub struct ResolverView {
    self_node: UniqueAddress,
    data_center: DataCenter,
    /// SBR-30: members are told apart by age, as keep-oldest does.
    one_per_age: bool,
    /// Each with the status of the last event that stored it. Mostly that is the table of the gossip itself, which is held once then.
    members: Members,
    /// Who was heard of since `members` was settled; ascending. One by one they would each copy the table.
    heard: Vec<Member>,
    /// The table that the events of the present change lead to, if it is the one to be stored then.
    offered: Option<Members>,
    /// Ascending; kept from events, not from the table of observations (SBR-21). Never self (SBR-16).
    unreachable: Vec<UniqueAddress>,
    /// How many members of `unreachable` are stored and counted. Kept, since events ask for it one by one.
    unreachable_counted: usize,
    observations: Reachability,
    /// SBR-31: observers and subjects in `observations` that were no stored members when it was heard of; ascending.
    strangers: Vec<UniqueAddress>,
    /// The kept records by place, unless somebody was stored or taken out since `observations` was heard of.
    links: KeptLinks,
    seen_by: SeenBy,
    exits: Exits,
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
    #[serde(default)]
    exits_heard: Vec<UniqueAddress>,
}

impl ResolverView {
    /// SBR-22: a view that has heard nothing yet.
    #[must_use]
    pub fn new(self_node: UniqueAddress, data_center: DataCenter, strategy: &Strategy) -> Self {
        Self {
            self_node,
            data_center,
            one_per_age: matches!(strategy, Strategy::KeepOldest { .. }),
            members: Members::new(),
            heard: Vec::new(),
            offered: None,
            unreachable: Vec::new(),
            unreachable_counted: 0,
            observations: Reachability::new(),
            strangers: Vec::new(),
            links: KeptLinks::default(),
            seen_by: SeenBy::from(Vec::new()),
            exits: Exits::default(),
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
        debug_assert!(self.heard.is_empty(), "who was heard of was not put among the others");
        self.members.as_slice()
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

    /// The same by the places of observer and subject among the stored members, unless some of these have come or gone since the
    /// records were heard of.
    pub(super) fn links(&self) -> Option<&[Link]> {
        self.links.get().map(Links::list)
    }

    /// The nodes that have seen the present gossip, of all data centres.
    #[must_use]
    pub const fn seen_by(&self) -> &SeenBy {
        &self.seen_by
    }

    /// REP-126: the Exiting members that are known to have seen that they are, ascending.
    #[must_use]
    pub fn exits_heard(&self) -> &[UniqueAddress] {
        self.exits.heard()
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

    /// The events of a change are going to be heard. When they tell of one table of members after another, the first of which is
    /// stored, the second will be, and nobody needs to be put into it one by one: if all of them are stored members of the own data centre
    /// (SBR-85) with the statuses that they have (SBR-17, SBR-18), and are not told apart by age (SBR-30).
    pub(super) fn begin(&mut self, change: &Change<'_>) {
        let (old, new) = (change.old.members(), change.new.members());
        if old.is_identical(new) {
            return;
        }
        let has = |status| new.has_status(status);
        let is_own = matches!(new.data_centers(), [only] if only.name == self.data_center);
        let stored_as_they_are =
            !has(MemberStatus::PreparingForShutdown) && !has(MemberStatus::ReadyForShutdown);
        let own_counts = || new.get(&self.self_node).is_some_and(|own| own.status() != MemberStatus::Down);
        let is_stored = change.keeps_identities
            && is_own
            && stored_as_they_are
            && own_counts()
            && !(self.one_per_age && new.has_twins())
            && self.members == *old;
        self.offered = is_stored.then(|| new.clone());
    }

    /// How many members are stored at most, once those that were heard of are settled.
    pub(super) fn most_members(&self) -> usize {
        (self.members.len() + self.heard.len()).max(self.offered.as_ref().map_or(0, Members::len))
    }

    /// The events of a change were heard.
    pub(super) fn end(&mut self, change: &Change<'_>) {
        self.settle();
        let table = change.new.members();
        if !self.members.is_identical(table) && self.members == *table {
            self.store(table.clone());
        }
    }

    /// SBR-14, SBR-30: stores a member, or replaces the stored one with its unique address. Whether it is of the own data
    /// centre; nothing is done with one that is not.
    ///
    /// Where members are told apart by age, a second one with the up-number and the address of a stored one is left out.
    pub fn put(&mut self, member: &Member) -> bool {
        // A member that became unreachable may have been heard of before.
        self.settle();
        let is_own = self.take_in(member);
        self.settle();
        is_own
    }

    /// The same, but that it is among the others only when they are settled.
    pub(super) fn take_in(&mut self, member: &Member) -> bool {
        if self.offered.is_some() {
            self.file(member.unique_address(), Some(member));
            return true;
        }
        if !self.is_own(member) {
            return false;
        }
        let node = member.unique_address();
        // To be told apart by age they must all be in their places, and a node that is not above the last may be it.
        if self.heard.last().is_some_and(|last| self.one_per_age || last.unique_address() >= node) {
            self.settle();
        }
        // Who became unreachable is mostly as it was; and no other of its age was stored beside it.
        if self.members.get(node) == Some(member) {
            return true;
        }
        if self.one_per_age && self.has_other_of_same_age(member) {
            self.take_out(node);
        } else {
            self.file(node, Some(member));
            self.heard.push(member.clone());
        }
        true
    }

    /// Puts who was heard of among the others.
    pub(super) fn settle(&mut self) {
        if let Some(table) = self.offered.take() {
            self.store(table);
        } else if !self.heard.is_empty() {
            self.store(self.members.updated(&self.heard));
            self.heard.clear();
        }
    }

    /// SBR-16: counts a node as unreachable from now on, if it is not self.
    pub fn mark_unreachable(&mut self, node: &UniqueAddress) {
        if self.mark(node) {
            self.unreachable_counted += usize::from(self.is_counted(node));
        }
    }

    /// SBR-15: the same of a node that was [taken in](Self::take_in) as Down, so that it does not count (SBR-24).
    pub(super) fn mark_downed(&mut self, node: &UniqueAddress) {
        self.mark(node);
    }

    /// Whether it was not marked.
    fn mark(&mut self, node: &UniqueAddress) -> bool {
        match self.unreachable.binary_search(node) {
            Err(at) if *node != self.self_node => {
                self.unreachable.insert(at, node.clone());
                true
            }
            _ => false,
        }
    }

    pub(super) fn mark_reachable(&mut self, node: &UniqueAddress) {
        if let Ok(at) = self.unreachable.binary_search(node) {
            self.unreachable.remove(at);
            self.unreachable_counted -= usize::from(self.is_counted(node));
        }
    }

    /// SBR-24: whether a node is stored and counts.
    fn is_counted(&self, node: &UniqueAddress) -> bool {
        self.members.get(node).is_some_and(|member| Selection::COUNTED.contains(member.status()))
    }

    pub(super) fn remove(&mut self, node: &UniqueAddress) {
        self.mark_reachable(node);
        if self.offered.is_some() {
            self.file(node, None);
        } else {
            self.take_out(node);
        }
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

    /// SBR-31, REP-71: takes over a table of observations. Of its records those count whose observer and subject are stored
    /// members now, whatever becomes of them later.
    pub fn set_observations(&mut self, table: Reachability) {
        let nothing = Links::default();
        // Who was a stranger may be stored by now.
        let known = self.links.get().filter(|_| self.strangers.is_empty()).unwrap_or(&nothing);
        let rows = if table.anybody_is_unreachable() { table.rows() } else { &[] };
        let (links, strangers) = known.followed(self.observations.rows(), rows, |node| self.position(node));
        let mut strangers: Vec<UniqueAddress> = strangers.into_iter().cloned().collect();
        strangers.sort_unstable();
        strangers.dedup();
        self.strangers = strangers;
        self.links.keep(links);
        self.observations = table;
    }

    /// SBR-32: takes over who has seen the present gossip. REP-126: that is a state in which the members are as they are stored
    /// (SBR-13).
    pub fn set_seen_by(&mut self, seen_by: SeenBy) {
        self.exits.hear(|node| seen_by.contains(node));
        self.seen_by = seen_by;
    }

    /// REP-126: some nodes are known to have seen that they are Exiting, as those that have said that they have finished their exit
    /// (LDR-33). Whether that is news of a member.
    pub fn hear_exits(&mut self, heard: &[UniqueAddress]) -> bool {
        !heard.is_empty() && self.exits.hear(|node| heard.contains(node))
    }

    /// A hash of all of it, for digests.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(41);
        mixer.word(self.self_node.key().0);
        mixer.text(&self.data_center);
        mixer.word(u64::from(self.one_per_age));
        mixer.word(self.members.len() as u64);
        mixer.word(self.members.sum_of_hashes());
        for nodes in [&self.unreachable, &self.strangers] {
            mixer.word(nodes.len() as u64);
            nodes.iter().for_each(|node| mixer.word(node.key().0));
        }
        mixer.word(self.observations.hash64());
        mixer.word(self.seen_by.hash64());
        self.unreachable_data_centers.iter().for_each(|name| mixer.text(name));
        self.exits.heard().iter().for_each(|node| mixer.word(node.key().0));
        mixer.finish()
    }

    pub(super) fn is_own(&self, member: &Member) -> bool {
        member.data_center() == &*self.data_center
    }

    /// SBR-4: members are told apart by unique address. Where one is stored.
    pub(super) fn position(&self, node: &UniqueAddress) -> Option<usize> {
        self.members.position(node)
    }

    fn store(&mut self, members: Members) {
        if self.links.get().is_some() && !members.shares_roster(&self.members) {
            self.links.forget();
        }
        self.members = members;
    }

    fn take_out(&mut self, node: &UniqueAddress) {
        self.settle();
        self.file(node, None);
        self.store(self.members.without(core::slice::from_ref(node)));
    }

    /// Incarnations of one address stand side by side.
    fn has_other_of_same_age(&self, member: &Member) -> bool {
        let at_address = self.members.all_at(member.address());
        let mut others = at_address.filter(|other| other.unique_address() != member.unique_address());
        others.any(|other| other.age_order(member).is_eq())
    }

    /// A node is going to be stored otherwise than it is, or not any more: with it, `unreachable_counted` and who is Exiting change.
    fn file(&mut self, node: &UniqueAddress, stays: Option<&Member>) {
        if !self.unreachable.is_empty() && self.unreachable.binary_search(node).is_ok() {
            let counts = |member: &Member| usize::from(Selection::COUNTED.contains(member.status()));
            let before = self.members.get(node).map_or(0, counts);
            self.unreachable_counted = self.unreachable_counted + stays.map_or(0, counts) - before;
        }
        self.exits.file(node, stays.is_some_and(|member| member.status() == MemberStatus::Exiting));
    }
}

impl From<StoredView> for ResolverView {
    fn from(stored: StoredView) -> Self {
        let mut view = Self {
            self_node: stored.self_node,
            data_center: stored.data_center,
            one_per_age: stored.one_per_age,
            members: Members::new(),
            heard: Vec::new(),
            offered: None,
            unreachable: Vec::new(),
            unreachable_counted: 0,
            observations: stored.observations,
            strangers: stored.strangers,
            links: KeptLinks::default(),
            seen_by: stored.seen_by,
            exits: Exits::heard_by(stored.exits_heard),
            unreachable_data_centers: stored.unreachable_data_centers,
        };
        view.strangers.sort_unstable();
        view.unreachable_data_centers.sort_unstable();
        stored.members.iter().for_each(|member| {
            view.take_in(member);
        });
        view.settle();
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
            members: view.members.into(),
            unreachable: view.unreachable,
            observations: view.observations,
            strangers: view.strangers,
            seen_by: view.seen_by,
            unreachable_data_centers: view.unreachable_data_centers,
            exits_heard: view.exits.heard().to_vec(),
        }
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
