//! Who has seen a state.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{GossipError, Member, Members, UniqueAddress};
use crate::membership::bits::{Bits, positions};
use crate::membership::member::hash_in_set;

/// The set of nodes that have seen a state: positions in the table of members that it belongs to, and besides the nodes
/// that are no members, which a merge of seen sets can leave behind (GSP-17).
#[derive(Clone)]
pub(super) struct Seen {
    positions: Bits,
    /// Ascending, each once.
    strangers: Option<Arc<[UniqueAddress]>>,
    hashes: Hashes,
}

/// Hashes of a set of nodes, kept as it changes: sums, so that the order in which nodes came does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Hashes {
    nodes: u64,
    addresses: u64,
}

impl Hashes {
    fn add(&mut self, (node, address): (u64, u64)) {
        self.nodes = self.nodes.wrapping_add(node);
        self.addresses = self.addresses.wrapping_add(address);
    }

    fn subtract(&mut self, (node, address): (u64, u64)) {
        self.nodes = self.nodes.wrapping_sub(node);
        self.addresses = self.addresses.wrapping_sub(address);
    }

    /// Of a node that is no member; a member knows its own.
    fn of(node: &UniqueAddress) -> (u64, u64) {
        (hash_in_set(node.key().0), hash_in_set(node.address.hash64()))
    }
}

/// The nodes that have seen a state, ascending.
#[derive(Clone)]
pub struct SeenIter<'a> {
    positions: &'a Bits,
    members: &'a [Member],
    next_member: usize,
    strangers: &'a [UniqueAddress],
}

impl<'a> Iterator for SeenIter<'a> {
    type Item = &'a UniqueAddress;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_member = self.positions.next_from(self.next_member).unwrap_or(self.members.len());
        let member = self.members.get(self.next_member).map(Member::unique_address);
        match self.strangers.split_first() {
            Some((stranger, rest)) if member.is_none_or(|member| stranger < member) => {
                self.strangers = rest;
                Some(stranger)
            }
            _ => {
                self.next_member += 1;
                member
            }
        }
    }
}

impl Seen {
    /// Nobody has seen a state of `members` members.
    pub(super) fn nobody(members: usize) -> Self {
        Self { positions: Bits::new(members), strangers: None, hashes: Hashes::default() }
    }

    pub(super) fn only(members: &Members, node: &UniqueAddress) -> Self {
        let mut seen = Self::nobody(members.len());
        seen.insert(members, node);
        seen
    }

    /// The set of some nodes, members or not.
    pub(super) fn of(members: &Members, nodes: &[UniqueAddress]) -> Self {
        let mut seen = Self::nobody(members.len());
        nodes.iter().for_each(|node| seen.insert(members, node));
        seen
    }

    /// The set that was written down as positions and strangers, both ascending.
    pub(super) fn from_parts(
        members: &Members,
        positions: &[u32],
        strangers: &[UniqueAddress],
    ) -> Result<Self, GossipError> {
        if let Some(&position) = positions.iter().find(|&&position| position as usize >= members.len()) {
            return Err(GossipError::SeenOutOfRange { position, members: members.len() });
        }
        if let Some(pair) = positions.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(GossipError::SeenNotAscending { position: pair[1] });
        }
        if let Some(pair) = strangers.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(GossipError::StrangersNotAscending { node: pair[1].clone() });
        }
        if let Some(node) = strangers.iter().find(|node| members.contains(node)) {
            return Err(GossipError::StrangerIsMember { node: node.clone() });
        }
        let mut seen = Self::nobody(members.len());
        positions.iter().for_each(|&position| seen.insert_position(members, position as usize));
        strangers.iter().for_each(|node| seen.hashes.add(Hashes::of(node)));
        seen.strangers = (!strangers.is_empty()).then(|| strangers.into());
        Ok(seen)
    }

    pub(super) fn to_parts(&self) -> (Vec<u32>, Vec<UniqueAddress>) {
        let positions = self.positions.iter().map(|position| position as u32).collect();
        (positions, self.strangers().to_vec())
    }

    pub(super) fn positions(&self) -> &Bits {
        &self.positions
    }

    pub(super) fn strangers(&self) -> &[UniqueAddress] {
        self.strangers.as_deref().unwrap_or_default()
    }

    pub(super) fn iter<'a>(&'a self, members: &'a Members) -> SeenIter<'a> {
        SeenIter {
            positions: &self.positions,
            members: members.as_slice(),
            next_member: 0,
            strangers: self.strangers(),
        }
    }

    pub(super) fn contains(&self, members: &Members, node: &UniqueAddress) -> bool {
        match members.position(node) {
            Some(position) => self.positions.contains(position),
            None => self.strangers().contains(node),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.positions.count() + self.strangers().len()
    }

    pub(super) fn insert(&mut self, members: &Members, node: &UniqueAddress) {
        match members.position(node) {
            Some(position) => self.insert_position(members, position),
            None => {
                if let Err(at) = self.strangers().binary_search(node) {
                    let mut strangers = self.strangers().to_vec();
                    strangers.insert(at, node.clone());
                    self.strangers = Some(strangers.into());
                    self.hashes.add(Hashes::of(node));
                }
            }
        }
    }

    fn insert_position(&mut self, members: &Members, position: usize) {
        if !self.positions.contains(position) {
            self.positions.insert(position);
            self.hashes.add(members.as_slice()[position].set_hashes());
        }
    }

    pub(super) fn remove(&mut self, members: &Members, node: &UniqueAddress) {
        match members.position(node) {
            Some(position) if self.positions.contains(position) => {
                self.positions.remove(position);
                self.hashes.subtract(Hashes::of(node));
            }
            None if self.strangers().contains(node) => {
                self.hashes.subtract(Hashes::of(node));
                let left: Vec<_> = self.strangers().iter().filter(|other| *other != node).cloned().collect();
                self.strangers = (!left.is_empty()).then(|| left.into());
            }
            _ => {}
        }
    }

    /// The same nodes as positions in another table.
    pub(super) fn rebase(&self, old: &Members, new: &Members) -> Self {
        if old.shares_roster(new) && self.strangers.is_none() {
            return self.clone();
        }
        let mut rebased = Self::nobody(new.len());
        self.iter(old).for_each(|node| rebased.insert(new, node));
        rebased
    }

    /// This set, of `members`, with all nodes of another set, of `others`.
    pub(super) fn union(&mut self, members: &Members, other: &Self, others: &Members) {
        if members.shares_roster(others) {
            for place in 0..other.positions.len_words() {
                let new = other.positions.word(place) & !self.positions.word(place);
                positions(place, new).for_each(|position| self.insert_position(members, position));
            }
            other.strangers().iter().for_each(|node| self.insert(members, node));
        } else {
            other.iter(others).for_each(|node| self.insert(members, node));
        }
    }

    /// Whether this set, of `members`, certainly has all nodes of another set, of `others`, and all of them are members.
    pub(super) fn holds_all(&self, members: &Members, other: &Self, others: &Members) -> bool {
        let are_members = self.strangers().is_empty() && other.strangers().is_empty();
        are_members
            && members.shares_roster(others)
            && other.positions.without(&self.positions).next().is_none()
    }

    /// The nodes of this set, of `members`, that are in no other set, of `others`, the first `most` of them; ascending but for strangers,
    /// which come last.
    pub(super) fn without<'a>(
        &'a self,
        members: &'a Members,
        other: &Self,
        others: &Members,
        most: usize,
    ) -> Vec<&'a UniqueAddress> {
        if !members.shares_roster(others) {
            return self.iter(members).filter(|node| !other.contains(others, node)).take(most).collect();
        }
        let known = self.positions.without(&other.positions);
        let strangers = self.strangers().iter().filter(|node| !other.strangers().contains(node));
        known
            .map(|position| members.as_slice()[position].unique_address())
            .chain(strangers)
            .take(most)
            .collect()
    }

    /// The set without those that are no members.
    pub(super) fn drop_strangers(&mut self) {
        let strangers = self.strangers.take().unwrap_or_default();
        strangers.iter().for_each(|node| self.hashes.subtract(Hashes::of(node)));
    }

    /// Whether two sets over one table hold the same positions and strangers.
    pub(super) fn same_positions(&self, other: &Self) -> bool {
        self.positions == other.positions && self.strangers == other.strangers
    }

    /// GSP-27, GSP-28: a hash of the addresses of the nodes, whatever table they are positions in. An address counts
    /// once for each of its incarnations.
    pub(super) fn address_hash(&self) -> u64 {
        self.hashes.addresses
    }

    /// A hash of the nodes, whatever table they are positions in.
    pub(super) fn node_hash(&self) -> u64 {
        self.hashes.nodes
    }
}
