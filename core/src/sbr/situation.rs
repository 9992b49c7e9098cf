//! A view made ready for one decision: every node it names has a number, so that each question is one pass.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use super::indirect::{Indirect, Link};
use super::view::ResolverView;
use crate::membership::walk::positions_among;
use crate::membership::{Member, SeenBy, UniqueAddress};

/// What the strategies decide on.
pub(super) struct Situation<'a> {
    members: &'a [Member],
    /// REP-126: the Exiting members that have seen that they are, ascending.
    exits_heard: &'a [UniqueAddress],
    /// The members in their order, then the nodes that are only named as unreachable or in records.
    nodes: Vec<&'a UniqueAddress>,
    /// Of each node.
    unreachable: Vec<bool>,
    /// Of each node: whether its address has seen the present gossip.
    has_seen: Vec<bool>,
    records: Vec<Link>,
    indirect: Indirect,
}

impl<'a> Situation<'a> {
    pub(super) fn new(view: &'a ResolverView) -> Self {
        let mut numbers = Numbers::new(view);
        let unreachable_nodes = numbers.of_ascending(view.unreachable());
        let records = view.links().map_or_else(|| numbers.of_records(), <[Link]>::to_vec);
        let nodes = numbers.nodes;
        let mut unreachable = vec![false; nodes.len()];
        unreachable_nodes.iter().for_each(|&node| unreachable[node as usize] = true);
        let has_seen = those_who_have_seen(view.seen_by(), view.members(), &nodes);
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

    /// Whether there are nodes that are only named.
    pub(super) fn has_others(&self) -> bool {
        self.nodes.len() > self.members.len()
    }

    /// Whether the address of a node has seen the present gossip.
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

    /// The numbers of some nodes that ascend.
    fn of_ascending(&mut self, nodes: &'a [UniqueAddress]) -> Vec<u32> {
        let places = positions_among(self.view.members(), nodes.iter());
        let numbers = nodes.iter().zip(places);
        numbers.map(|(node, place)| place.map_or_else(|| self.other(node), |place| place as u32)).collect()
    }

    /// The records by the numbers of observer and subject: where all are members, the [links](ResolverView::links).
    fn of_records(&mut self) -> Vec<Link> {
        self.view.records().map(|(observer, subject)| (self.number(observer), self.number(subject))).collect()
    }

    fn number(&mut self, node: &'a UniqueAddress) -> u32 {
        self.view.position(node).map_or_else(|| self.other(node), |place| place as u32)
    }

    fn other(&mut self, node: &'a UniqueAddress) -> u32 {
        *self.others.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() as u32 - 1
        })
    }
}

/// SBR-4: of each node, members first and ascending, whether its address, in any incarnation, has seen the present gossip.
fn those_who_have_seen(seen_by: &SeenBy, members: &[Member], nodes: &[&UniqueAddress]) -> Vec<bool> {
    // Both ascend, by address first.
    let mut seen = seen_by.nodes().map(|node| &node.address).peekable();
    let mut has_seen: Vec<bool> = members
        .iter()
        .map(|member| {
            while seen.next_if(|seen| *seen < member.address()).is_some() {}
            seen.peek() == Some(&member.address())
        })
        .collect();
    let others = &nodes[members.len()..];
    has_seen.extend(others.iter().map(|node| seen_by.nodes().any(|seen| seen.address == node.address)));
    has_seen
}
