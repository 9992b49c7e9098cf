//! The gossip: everything that the nodes of a cluster must agree on, as one immutable value.
//!
//! Members, observations, who has seen this very state, who was removed, and which changes went into it (GSP-5). Every
//! operation gives a new value; what does not change is shared.

mod compact;
mod content;
mod display;
mod merge;
mod observed;
mod ops;
mod seen;
mod tombstones;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use compact::CompactGossip;
pub(crate) use content::Relation;
pub(crate) use merge::pick;
pub(crate) use observed::{Observations, Observed, Subjects, ascending};
use seen::Seen;
pub use seen::SeenIter;
pub use tombstones::{Tombstones, TombstonesError};

use super::address::{NodeKey, UniqueAddress};
use super::clock::VectorClock;
use super::member::Member;
use super::members::Members;
use super::reachability::Reachability;
use super::roles::DataCenter;
use crate::mix::{Mixer, mix};

/// GSP-5: the state that is gossiped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Gossip {
    members: Members,
    reachability: Reachability,
    /// What follows from members and observations together; `None` when nobody is unreachable.
    observed: Option<Arc<Observed>>,
    seen: Seen,
    tombstones: Tombstones,
    clock: VectorClock,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    members: Members,
    reachability: Reachability,
    seen: Vec<u32>,
    seen_strangers: Vec<UniqueAddress>,
    tombstones: Tombstones,
    clock: VectorClock,
}

/// Why parts are no gossip.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GossipError {
    /// GSP-7, GSP-8: a row of observations belongs to a node that is no member.
    ObserverIsNoMember {
        /// The observer.
        observer: UniqueAddress,
    },
    /// A member that is said to have seen the state is not in the table.
    SeenOutOfRange {
        /// The position given.
        position: u32,
        /// How many members there are.
        members: usize,
    },
    /// A member is listed twice, or out of order, among those that have seen the state.
    SeenNotAscending {
        /// The position that came too late.
        position: u32,
    },
    /// A node that is no member is listed twice, or out of order, among those that have seen the state.
    StrangersNotAscending {
        /// The node that came too late.
        node: UniqueAddress,
    },
    /// A member is listed among the nodes that have seen the state and are no members.
    StrangerIsMember {
        /// The member.
        node: UniqueAddress,
    },
}

impl fmt::Display for GossipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObserverIsNoMember { observer } => {
                write!(f, "the observer {observer} is not among the members (GSP-7, GSP-8)")
            }
            Self::SeenOutOfRange { position, members } => {
                write!(f, "member {position} has seen the state, but there are only {members} (GSP-9)")
            }
            Self::SeenNotAscending { position } => {
                write!(f, "member {position} is out of order among those that have seen the state (GSP-5)")
            }
            Self::StrangersNotAscending { node } => {
                write!(f, "{node} is out of order among the strangers that have seen the state (GSP-5)")
            }
            Self::StrangerIsMember { node } => {
                write!(f, "{node} has seen the state as a stranger, but is a member (GSP-9)")
            }
        }
    }
}

impl core::error::Error for GossipError {}

impl Gossip {
    /// GSP-12: the gossip of no cluster.
    #[must_use]
    pub fn new() -> Self {
        Self::assemble(
            Members::new(),
            Reachability::new(),
            Seen::nobody(0),
            Tombstones::new(),
            VectorClock::new(),
        )
    }

    /// A gossip of parts; `seen` are nodes in any order, members or not (GSP-9).
    ///
    /// # Errors
    /// A row of observations whose observer is no member.
    pub(crate) fn from_parts(
        members: Members,
        reachability: Reachability,
        seen: &[UniqueAddress],
        tombstones: Tombstones,
        clock: VectorClock,
    ) -> Result<Self, GossipError> {
        check_observers(&members, &reachability)?;
        let seen = Seen::of(&members, seen);
        Ok(Self::assemble(members, reachability, seen, tombstones, clock))
    }

    /// Puts a gossip together and derives what depends on members and observations.
    ///
    /// GSP-11, CFG-8: here the invariants are checked, whenever a gossip is made in a debug build; that nobody is Removed is checked where a
    /// list of members is made, that a clock has no more entries than members where a node counts a change of its own.
    fn assemble(
        members: Members,
        reachability: Reachability,
        seen: Seen,
        tombstones: Tombstones,
        clock: VectorClock,
    ) -> Self {
        debug_assert_eq!(check_observers(&members, &reachability), Ok(()));
        let observed = Observed::of(&members, &reachability);
        Self { members, reachability, observed, seen, tombstones, clock }
    }

    /// The members.
    #[must_use]
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// The member with a unique address.
    #[must_use]
    pub fn member(&self, node: &UniqueAddress) -> Option<&Member> {
        self.members.get(node)
    }

    /// MDL-25, RCH-61: the member with a unique address, or the placeholder of one that is none.
    #[must_use]
    pub fn member_or_placeholder(&self, node: &UniqueAddress) -> Member {
        self.member(node).cloned().unwrap_or_else(|| Member::placeholder(node.clone()))
    }

    /// Who sees whom.
    #[must_use]
    pub fn reachability(&self) -> &Reachability {
        &self.reachability
    }

    /// Which changes went into this state.
    #[must_use]
    pub fn clock(&self) -> &VectorClock {
        &self.clock
    }

    /// Who was removed, and when.
    #[must_use]
    pub fn tombstones(&self) -> &Tombstones {
        &self.tombstones
    }

    /// The nodes that have seen this state, ascending. Not all of them need be members (GSP-9).
    #[must_use]
    pub fn seen(&self) -> SeenIter<'_> {
        self.seen.iter(&self.members)
    }

    /// Whether a node has seen this state.
    #[must_use]
    pub fn is_seen_by(&self, node: &UniqueAddress) -> bool {
        self.seen.contains(&self.members, node)
    }

    /// Nodes that have seen this state and not another one: the first so many, if there are more.
    #[must_use]
    pub fn seen_besides(&self, other: &Self, most: usize) -> Vec<&UniqueAddress> {
        self.seen.without(&self.members, &other.seen, &other.members, most)
    }

    /// The nodes that have seen this state and are no members (GSP-9), ascending.
    #[must_use]
    pub fn seen_strangers(&self) -> &[UniqueAddress] {
        self.seen.strangers()
    }

    /// How many nodes have seen this state.
    #[must_use]
    pub fn seen_count(&self) -> usize {
        self.seen.count()
    }

    /// The positions of the members that have seen this state.
    pub(crate) fn seen_positions(&self) -> &super::bits::Bits {
        self.seen.positions()
    }

    /// Whether every subject of an observation is certainly a member (GSP-7 says it of observers).
    fn names_members_only(&self) -> bool {
        match &self.observed {
            Some(observed) => !observed.has_strangers(),
            None => self.reachability.subjects().is_empty(),
        }
    }

    pub(crate) fn observed(&self) -> Option<&Observed> {
        self.observed.as_deref()
    }

    /// GSP-13, DC-6: whether the members are in more than one data centre.
    #[must_use]
    pub fn is_multi_data_center(&self) -> bool {
        self.members.data_centers().len() > 1
    }

    /// GSP-14: whether there is exactly one member.
    #[must_use]
    pub fn is_singleton(&self) -> bool {
        self.members.len() == 1
    }

    /// The data centres of the members, ascending by name.
    pub fn data_centers(&self) -> impl Iterator<Item = &DataCenter> {
        self.members.data_centers().iter().map(|data_center| &data_center.name)
    }

    /// The roles that some member has, ascending, those of data centres included.
    #[must_use]
    pub fn roles(&self) -> &[Arc<str>] {
        self.members.roles()
    }

    /// GSP-26: whether a node sees another, who must be a member.
    #[must_use]
    pub fn is_reachable(&self, from: &UniqueAddress, to: &UniqueAddress) -> bool {
        self.members.contains(to) && self.reachability.is_reachable(from, to)
    }

    /// REP-10: a hash of the content: members and observations, not seen, tombstones or clock.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        mix(self.members.hash64(), self.reachability.hash64())
    }

    /// A hash of the addresses that have seen this state, which is how two nodes tell whether they agree on that. Sets
    /// that differ only in the incarnations of nodes have the same (GSP-28).
    #[must_use]
    pub fn seen_hash(&self) -> u64 {
        self.seen.address_hash()
    }

    /// A hash of the nodes that have seen this state, incarnations told apart.
    pub(crate) fn seen_node_hash(&self) -> u64 {
        self.seen.node_hash()
    }

    /// Whether the same nodes have seen this state and another one.
    #[must_use]
    pub fn is_seen_alike(&self, other: &Self) -> bool {
        self.seen.node_hash() == other.seen.node_hash()
            && ((self.members.shares_roster(&other.members) && self.seen.same_positions(&other.seen))
                || self.seen().eq(other.seen()))
    }

    /// A hash of the whole value.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(8);
        mixer.word(self.content_hash());
        mixer.word(self.clock.hash64());
        mixer.word(self.seen.node_hash());
        mixer.word(self.tombstones.hash64());
        mixer.finish()
    }

    /// Whether two gossips are the same in content: members and observations.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        self.members == other.members && self.reachability == other.reachability
    }

    /// A key of the clock that is neither a member's nor that of a removed one. There is none in a state that came about by
    /// the rules (GSP-21, GSP-30, GSP-72).
    pub(crate) fn stranger_in_clock(&self) -> Option<NodeKey> {
        let mut missing = self.members.keys_missing(self.clock.entries()).peekable();
        missing.peek()?;
        let mut removed: Vec<NodeKey> = self.tombstones.iter().map(|(node, _)| node.key()).collect();
        removed.sort_unstable();
        missing.find(|key| removed.binary_search(key).is_err())
    }
}

/// GSP-7, GSP-8: whoever has records or a version is a member. (GSP-6 holds of every table of members.)
fn check_observers(members: &Members, reachability: &Reachability) -> Result<(), GossipError> {
    match reachability.rows().iter().find(|row| !members.contains(row.observer())) {
        Some(row) => Err(GossipError::ObserverIsNoMember { observer: row.observer().clone() }),
        None => Ok(()),
    }
}

impl Default for Gossip {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Gossip {
    fn eq(&self, other: &Self) -> bool {
        self.same_content(other)
            && self.clock == other.clock
            && self.tombstones == other.tombstones
            && self.is_seen_alike(other)
    }
}

impl Eq for Gossip {}

impl TryFrom<Parts> for Gossip {
    type Error = GossipError;

    fn try_from(parts: Parts) -> Result<Self, GossipError> {
        let Parts { members, reachability, seen, seen_strangers, tombstones, clock } = parts;
        check_observers(&members, &reachability)?;
        let seen = Seen::from_parts(&members, &seen, &seen_strangers)?;
        Ok(Self::assemble(members, reachability, seen, tombstones, clock))
    }
}

impl From<Gossip> for Parts {
    fn from(gossip: Gossip) -> Self {
        let (seen, seen_strangers) = gossip.seen.to_parts();
        let Gossip { members, reachability, tombstones, clock, .. } = gossip;
        Self { members, reachability, seen, seen_strangers, tombstones, clock }
    }
}

#[cfg(test)]
#[path = "laws_tests.rs"]
mod laws;

#[cfg(test)]
#[path = "serde_tests.rs"]
mod serialized;

#[cfg(test)]
#[path = "display_tests.rs"]
mod displayed;
