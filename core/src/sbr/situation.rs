//! A view made ready for one decision: every node it names has a number, so that each question is one pass.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use super::indirect::{Indirect, Link};
use super::view::ResolverView;
use crate::membership::{Address, Member, SeenBy, UniqueAddress};

/// What the strategies decide on.
pub(super) struct Situation<'a> {
    members: &'a [Member],
    /// REP-126: the Exiting members that have seen that they are, ascending.
    exits_heard: &'a [UniqueAddress],
    /// The members in their order, then the nodes that are only named as unreachable or in records.
    nodes: Vec<&'a UniqueAddress>,
    /// Of each node.
    unreachable: Vec<bool>,
    /// Of each node that a record names: whether its address has seen the present gossip.
    has_seen: Vec<bool>,
    records: Vec<Link>,
    indirect: Indirect,
}

impl<'a> Situation<'a> {
    pub(super) fn new(view: &'a ResolverView) -> Self {
        let mut numbers = Numbers::new(view);
        let unreachable_nodes: Vec<u32> =
            view.unreachable().iter().map(|node| numbers.number(node)).collect();
        let mut records = Vec::new();
        let mut last: Option<(&UniqueAddress, u32)> = None;
        for (observer, subject) in view.records() {
            // The records of one observer come together.
            let observer_number = match last {
                Some((node, number)) if core::ptr::eq(node, observer) => number,
                _ => numbers.number(observer),
            };
            last = Some((observer, observer_number));
            records.push((observer_number, numbers.number(subject)));
        }
        let nodes = numbers.nodes;
        let mut unreachable = vec![false; nodes.len()];
        unreachable_nodes.iter().for_each(|&node| unreachable[node as usize] = true);
        let has_seen = those_who_have_seen(view.seen_by(), &nodes, &records);
        let indirect = Indirect::among(&records, &has_seen);
        let (members, exits_heard) = (view.members(), view.exits_heard());
        Self { members, exits_heard, nodes, unreachable, has_seen, records, indirect }
    }

    /// SBR-52: the situation with fewer records, in which exactly their subjects are unreachable.
    pub(super) fn with_records(&self, records: Vec<Link>) -> Self {
        let mut unreachable = vec![false; self.nodes.len()];
        records.iter().for_each(|&(_, subject)| unreachable[subject as usize] = true);
        let indirect = Indirect::among(&records, &self.has_seen);
        let (nodes, has_seen) = (self.nodes.clone(), self.has_seen.clone());
        Self { nodes, unreachable, has_seen, records, indirect, ..*self }
    }

    /// The stored members, ascending, and whether each is unreachable.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'a Member, bool)> {
        self.members.iter().zip(self.unreachable.iter().copied())
    }

    /// REP-126: whether a member is known to have seen that it is Exiting.
    pub(super) fn has_heard_of_its_exit(&self, member: &Member) -> bool {
        self.exits_heard.binary_search(member.unique_address()).is_ok()
    }

    /// The stored member of a number; `None` for a node that is only named.
    pub(super) fn member(&self, number: u32) -> Option<&'a Member> {
        self.members.get(number as usize)
    }

    /// The node of a number.
    pub(super) fn node(&self, number: u32) -> &'a UniqueAddress {
        self.nodes[number as usize]
    }

    /// All numbers, those of members first.
    pub(super) fn numbers(&self) -> core::ops::Range<u32> {
        0..self.nodes.len() as u32
    }

    /// Whether a node that a record names has seen the present gossip.
    pub(super) fn has_seen(&self, number: u32) -> bool {
        self.has_seen[number as usize]
    }

    pub(super) fn is_unreachable(&self, number: u32) -> bool {
        self.unreachable[number as usize]
    }

    pub(super) fn records(&self) -> &[Link] {
        &self.records
    }

    pub(super) const fn indirect(&self) -> &Indirect {
        &self.indirect
    }
}

/// Gives each node a number: members their place, others what comes after.
struct Numbers<'a> {
    view: &'a ResolverView,
    nodes: Vec<&'a UniqueAddress>,
    others: BTreeMap<&'a UniqueAddress, u32>,
}

impl<'a> Numbers<'a> {
    fn new(view: &'a ResolverView) -> Self {
        let nodes = view.members().iter().map(Member::unique_address).collect();
        Self { view, nodes, others: BTreeMap::new() }
    }

    fn number(&mut self, node: &'a UniqueAddress) -> u32 {
        if let Some(place) = self.view.position(node) {
            return place as u32;
        }
        *self.others.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() as u32 - 1
        })
    }
}

/// SBR-4: of the nodes of some records, those whose address, in any incarnation, has seen the present gossip.
fn those_who_have_seen(seen_by: &SeenBy, nodes: &[&UniqueAddress], records: &[Link]) -> Vec<bool> {
    let mut has_seen = vec![false; nodes.len()];
    if records.is_empty() {
        return has_seen;
    }
    for &(observer, subject) in records {
        has_seen[observer as usize] = true;
        has_seen[subject as usize] = true;
    }
    let mut seen: Vec<&Address> = seen_by.nodes().map(|node| &node.address).collect();
    seen.sort_unstable_by_key(|address| address.hash64());
    let contains = |address: &Address| {
        let from = seen.partition_point(|other| other.hash64() < address.hash64());
        let mut same_hash = seen[from..].iter().take_while(|other| other.hash64() == address.hash64());
        same_hash.any(|other| *other == address)
    };
    for (is_named, node) in has_seen.iter_mut().zip(nodes) {
        *is_named = *is_named && contains(&node.address);
    }
    has_seen
}
