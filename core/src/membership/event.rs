//! What a user hears: the events of a cluster.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::address::{Address, UniqueAddress};
use super::gossip::{Gossip, Tombstones};
use super::member::Member;
use super::members::hash_of_nodes;
use super::reachability::Reachability;
use super::roles::DataCenter;
use super::statistics::{GossipStatistics, StateStatistics};
use super::status::MemberStatus;
use crate::mix::Mixer;

/// EVT-1: one change of what a node sees.
///
/// A member event names the status that the member has now; statuses that it passed through in between are not told
/// (EVT-21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ClusterEvent {
    /// Accepted by a member, not yet agreed on.
    MemberJoined(Member),
    /// Let in while some member is unreachable.
    MemberWeaklyUp(Member),
    /// A full member.
    MemberUp(Member),
    /// On its way out.
    MemberLeft(Member),
    /// All have heard that it leaves.
    MemberExited(Member),
    /// Declared gone for good.
    MemberDowned(Member),
    /// A shutdown of the full cluster was announced.
    MemberPreparingForShutdown(Member),
    /// All have heard of the announced shutdown.
    MemberReadyForShutdown(Member),
    /// No member any more. The member carries the status Removed.
    MemberRemoved {
        /// The member.
        member: Member,
        /// The last status that this node knew of (EVT-17).
        previous_status: MemberStatus,
    },
    /// A member of the own data centre, of any status (EVT-3), became unreachable to somebody.
    UnreachableMember(Member),
    /// A member of the own data centre, of any status (EVT-3), is reachable to all again.
    ReachableMember(Member),
    /// Some member of another data centre became unreachable from here.
    UnreachableDataCenter(DataCenter),
    /// All members of another data centre are reachable again.
    ReachableDataCenter(DataCenter),
    /// The leader of the own data centre, by address (EVT-4).
    LeaderChanged(Option<Address>),
    /// The leader of a role in the own data centre, by address.
    RoleLeaderChanged {
        /// The role.
        role: Arc<str>,
        /// Its leader.
        leader: Option<Address>,
    },
    /// Who has seen the present state, and whether all who must have.
    SeenChanged {
        /// Whether this node sees convergence, not counting confirmed exits.
        convergence: bool,
        /// Who has seen the state.
        seen_by: SeenBy,
    },
    /// The table of observations, of all data centres.
    ReachabilityChanged(Reachability),
    /// The markers of removed nodes.
    MemberTombstonesChanged(Tombstones),
    /// EVT-48, OBS-37: counts of gossip, when `publish-stats-interval` asks for them.
    CurrentInternalStats {
        /// How many states were taken in since the start.
        gossip: GossipStatistics,
        /// The present state in numbers.
        state: StateStatistics,
    },
    /// This node is about to stop; what follows says that it no longer follows the cluster, not that others left it.
    ClusterShuttingDown,
}

/// The nodes that have seen a state; cheap to clone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Vec<UniqueAddress>", into = "Vec<UniqueAddress>")]
pub enum SeenBy {
    /// Those that have seen this gossip.
    #[doc(hidden)]
    Gossip(Arc<Gossip>),
    /// Those listed.
    #[doc(hidden)]
    Listed(Arc<[UniqueAddress]>),
}

impl SeenBy {
    /// The nodes, ascending.
    pub fn nodes(&self) -> impl Iterator<Item = &UniqueAddress> {
        let (gossip, listed): (Option<&Gossip>, &[UniqueAddress]) = match self {
            Self::Gossip(gossip) => (Some(gossip), &[]),
            Self::Listed(listed) => (None, listed),
        };
        gossip.into_iter().flat_map(Gossip::seen).chain(listed)
    }

    /// A hash of the nodes, however they are held.
    pub(crate) fn hash64(&self) -> u64 {
        match self {
            Self::Gossip(gossip) => gossip.seen_node_hash(),
            Self::Listed(listed) => hash_of_nodes(listed.iter()),
        }
    }

    /// Whether a node is among them.
    #[must_use]
    pub fn contains(&self, node: &UniqueAddress) -> bool {
        match self {
            Self::Gossip(gossip) => gossip.is_seen_by(node),
            Self::Listed(listed) => listed.binary_search(node).is_ok(),
        }
    }

    /// Whether a node at an address, of any incarnation, is among them (SBR-4).
    #[must_use]
    pub fn contains_address(&self, address: &Address) -> bool {
        self.nodes().any(|node| node.address == *address)
    }
}

impl PartialEq for SeenBy {
    fn eq(&self, other: &Self) -> bool {
        self.nodes().eq(other.nodes())
    }
}

impl Eq for SeenBy {}

impl From<Vec<UniqueAddress>> for SeenBy {
    fn from(mut listed: Vec<UniqueAddress>) -> Self {
        listed.sort_unstable();
        listed.dedup();
        Self::Listed(listed.into())
    }
}

impl From<SeenBy> for Vec<UniqueAddress> {
    fn from(seen_by: SeenBy) -> Self {
        seen_by.nodes().cloned().collect()
    }
}

impl fmt::Debug for SeenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.nodes()).finish()
    }
}

impl ClusterEvent {
    /// EVT-2, SHUT-53: the event of a member's present status; `None` for one that is Removed (EVT-20).
    #[must_use]
    pub fn of_member(member: Member) -> Option<Self> {
        Some(match member.status() {
            MemberStatus::Joining => Self::MemberJoined(member),
            MemberStatus::WeaklyUp => Self::MemberWeaklyUp(member),
            MemberStatus::Up => Self::MemberUp(member),
            MemberStatus::Leaving => Self::MemberLeft(member),
            MemberStatus::Exiting => Self::MemberExited(member),
            MemberStatus::Down => Self::MemberDowned(member),
            MemberStatus::PreparingForShutdown => Self::MemberPreparingForShutdown(member),
            MemberStatus::ReadyForShutdown => Self::MemberReadyForShutdown(member),
            MemberStatus::Removed => return None,
        })
    }

    /// The member that a member event is about, removals included.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::MemberJoined(member)
            | Self::MemberWeaklyUp(member)
            | Self::MemberUp(member)
            | Self::MemberLeft(member)
            | Self::MemberExited(member)
            | Self::MemberDowned(member)
            | Self::MemberPreparingForShutdown(member)
            | Self::MemberReadyForShutdown(member)
            | Self::MemberRemoved { member, .. } => Some(member),
            _ => None,
        }
    }

    /// A hash of the event, for digests.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(11);
        let name = |address: &Option<Address>| address.as_ref().map_or(0, Address::hash64);
        let (kind, a, b) = match self {
            Self::MemberRemoved { member, previous_status } => (1, member.hash64(), *previous_status as u64),
            Self::UnreachableMember(member) => (2, member.hash64(), 0),
            Self::ReachableMember(member) => (3, member.hash64(), 0),
            Self::UnreachableDataCenter(_) => (4, 0, 0),
            Self::ReachableDataCenter(_) => (5, 0, 0),
            Self::LeaderChanged(leader) => (6, name(leader), 0),
            Self::RoleLeaderChanged { leader, .. } => (7, name(leader), 0),
            Self::SeenChanged { convergence, seen_by } => (8, seen_by.hash64(), u64::from(*convergence)),
            Self::ReachabilityChanged(table) => (9, table.hash64(), 0),
            Self::MemberTombstonesChanged(tombstones) => (10, tombstones.hash64(), 0),
            Self::ClusterShuttingDown => (11, 0, 0),
            Self::CurrentInternalStats { gossip, state } => (13, gossip.received, state.seen),
            other => (12, other.member().map_or(0, Member::hash64), 0),
        };
        mixer.word(kind);
        mixer.word(a);
        mixer.word(b);
        if let Self::UnreachableDataCenter(text)
        | Self::ReachableDataCenter(text)
        | Self::RoleLeaderChanged { role: text, .. } = self
        {
            mixer.text(text);
        }
        mixer.finish()
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
