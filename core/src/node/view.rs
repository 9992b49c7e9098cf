//! What a node shows of itself: a view that borrows it, and the same as a value to keep, send and read again.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use serde::{Deserialize, Serialize, Serializer};

use super::base::Phase;
use super::timers::Timer;
use super::{Node, Observed};
use crate::membership::{
    CurrentClusterState, DataCenter, Gossip, GossipStatistics, LocalView, Member, MemberStatus, Members,
    Reachability, StateStatistics, UniqueAddress, VectorClock,
};
use crate::sbr::{DecisionRecord, ResolverView, Strategy};
use crate::time::Instant;

/// What a node shows of itself, borrowed: two pointers and no work, however large the cluster is.
///
/// It is a [`LocalView`] of the state that the events put out so far lead to (VIEW-24), with what the node knows beside it: its
/// clock, its deadlines, who has seen, what its resolver would do. After the node has ended it is that of nobody: Removed, and
/// empty (VIEW-5, VIEW-6). [`NodeView::save`] makes a value of it, and so does serialising it.
#[derive(Clone, Copy)]
pub struct NodeView<'a> {
    node: &'a Node,
    local: LocalView<'a>,
}

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// What.
    pub timer: Timer,
    /// When.
    pub at: Instant,
}

/// A node that cannot be reached, and what is known of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreachableNode {
    /// The node.
    pub node: UniqueAddress,
    /// Its status; `None` when it is no member.
    pub status: Option<MemberStatus>,
    /// Who says so, ascending; of all data centres.
    pub by: Vec<Observed>,
    /// Since when the viewing node has heard so; told of members of the own data centre only.
    pub since: Option<Instant>,
}

/// What a node's resolver knows and would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedResolver {
    /// Its strategy.
    pub strategy: Strategy,
    /// What it decides on.
    pub view: ResolverView,
    /// SBR-63: what it would decide now; `None` when everybody can be reached, or another is to decide.
    pub would_decide: Option<Box<DecisionRecord>>,
}

/// The view of a node as a value: the state it holds and all that follows from it, at one instant. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedView {
    /// When, by the monotonic clock of the host.
    pub at: Instant,
    /// When, by its wall clock, in milliseconds since 1970.
    pub wall_ms: i64,
    /// Whose view it is.
    pub node: UniqueAddress,
    /// Its data centre.
    pub data_center: DataCenter,
    /// How far it has come.
    pub phase: Phase,
    /// VIEW-9: itself as a member.
    pub self_member: Member,
    /// VIEW-10
    pub is_terminated: bool,
    /// VIEW-8, VIEW-11, VIEW-18, VIEW-19: members, observations, who has seen, tombstones and clock; empty after the end.
    pub gossip: Arc<Gossip>,
    /// VIEW-14: the leader of the own data centre.
    pub leader: Option<UniqueAddress>,
    /// Whether it sees convergence, not waiting for confirmed exits.
    pub converged: bool,
    /// CNV-6: the members that must still see the state, ascending.
    pub not_seen_by: Vec<UniqueAddress>,
    /// VIEW-12, with who says so, and since when; ascending.
    pub unreachable: Vec<UnreachableNode>,
    /// DC-63: the other data centres that are not seen from here, ascending.
    pub unreachable_data_centers: Vec<DataCenter>,
    /// LDR-34: who said that it has finished exiting and is still a member, ascending.
    pub confirmed_exits: Vec<UniqueAddress>,
    /// What is due when, the first first.
    pub deadlines: Vec<Deadline>,
    /// VIEW-20: the counts that were told last.
    pub statistics: (GossipStatistics, StateStatistics),
    /// What its resolver knows, if it has one.
    pub resolver: Option<SavedResolver>,
}

impl<'a> NodeView<'a> {
    /// VIEW-5, VIEW-6: of an ended node, the view is that of the empty state.
    pub(super) fn new(node: &'a Node) -> Self {
        let base = &node.base;
        let gossip = if node.is_stopped() { &base.published } else { base.gossip() };
        let local = LocalView::new(gossip, &base.me, base.roles.data_center(), &base.config.repairs);
        Self { node, local }
    }

    /// What the node makes of its gossip.
    #[must_use]
    pub const fn local(&self) -> LocalView<'a> {
        self.local
    }

    /// VIEW-8: the state as a subscriber is shown it; made anew, unlike the rest.
    #[must_use]
    pub fn state(&self) -> CurrentClusterState {
        self.node.current_state()
    }

    /// VIEW-9: the node as a member; Removed before it is one and after it has ended.
    #[must_use]
    pub fn self_member(&self) -> Member {
        self.node.self_member()
    }

    /// VIEW-10: whether the node has ended.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.node.is_stopped()
    }

    /// VIEW-11: the members of all data centres, ascending.
    #[must_use]
    pub fn members(&self) -> &'a Members {
        self.local.gossip().members()
    }

    /// VIEW-12: the members of the own data centre but self that somebody there does not see, ascending.
    pub fn unreachable_members(&self) -> impl Iterator<Item = Member> + use<'a> {
        let gossip = self.local.gossip();
        self.local.unreachable_inside().map(|node| gossip.member_or_placeholder(node))
    }

    /// VIEW-6, VIEW-13: the status of the node. Removed means that it has not joined yet, or is gone.
    #[must_use]
    pub fn status(&self) -> MemberStatus {
        self.local.own_status()
    }

    /// VIEW-14: the leader of the own data centre.
    #[must_use]
    pub fn leader(&self) -> Option<&'a Member> {
        self.local.leader()
    }

    /// VIEW-15: whether the node leads. Unique addresses are compared, where Pekko compares addresses.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.local.is_leader()
    }

    /// VIEW-16: whether there is exactly one member.
    #[must_use]
    pub fn is_singleton_cluster(&self) -> bool {
        self.local.gossip().is_singleton()
    }

    /// VIEW-17, API-33: whether the node is a member that is not Down. What others say of it does not count.
    #[must_use]
    pub fn is_available(&self) -> bool {
        !matches!(self.status(), MemberStatus::Down | MemberStatus::Removed)
    }

    /// VIEW-18: who observes whom, of all data centres; self may be observed.
    #[must_use]
    pub fn reachability(&self) -> &'a Reachability {
        self.local.gossip().reachability()
    }

    /// VIEW-19: who has seen the state, ascending.
    pub fn seen_by(&self) -> impl Iterator<Item = &'a UniqueAddress> + use<'a> {
        self.local.gossip().seen()
    }

    /// VIEW-20: the counts that were told last; zero before, and without `publish-stats-interval`.
    #[must_use]
    pub fn latest_stats(&self) -> (GossipStatistics, StateStatistics) {
        self.node.base.told_statistics
    }

    /// The clock of the state.
    #[must_use]
    pub fn clock(&self) -> &'a VectorClock {
        self.local.gossip().clock()
    }

    /// Whether the node sees convergence, not waiting for those that said that they have finished exiting (CNV-8).
    #[must_use]
    pub fn is_converged(&self) -> bool {
        self.local.has_convergence(self.node.confirmed_exits())
    }

    /// What is due when, the first first.
    #[must_use]
    pub fn deadlines(&self) -> Vec<Deadline> {
        let mut deadlines: Vec<Deadline> =
            self.node.base.timers.armed().map(|(timer, at)| Deadline { timer, at }).collect();
        // Timers of one deadline fire in their own order, which a stable sort keeps.
        deadlines.sort_by_key(|deadline| deadline.at);
        deadlines
    }

    /// SBR-63: what the resolver would decide now.
    #[must_use]
    pub fn would_decide(&self) -> Option<DecisionRecord> {
        self.node.would_decide()
    }

    /// The nodes of the own data centre but self that cannot be reached, ascending, each with who says so, and since when.
    pub fn unreachable(&self) -> impl Iterator<Item = UnreachableNode> + use<'a> {
        let node = self.node;
        self.local.unreachable_inside().map(|subject| node.unreachable(subject))
    }

    /// The view as a value. This costs as much as there is trouble: what is fine is shared.
    #[must_use]
    pub fn save(&self) -> SavedView {
        let (node, base) = (self.node, &self.node.base);
        let confirmed_exits = node.confirmed_exits().to_vec();
        let not_seen = self.local.not_seen_by(&confirmed_exits);
        SavedView {
            at: base.now,
            wall_ms: base.wall_ms,
            node: base.me.clone(),
            data_center: base.roles.data_center().into(),
            phase: base.phase.clone(),
            self_member: self.self_member(),
            is_terminated: self.is_terminated(),
            gossip: if node.is_stopped() { base.published.clone() } else { base.gossip().clone() },
            leader: self.leader().map(|leader| leader.unique_address().clone()),
            converged: self.is_converged(),
            not_seen_by: not_seen.map(|member| member.unique_address().clone()).collect(),
            unreachable: self.unreachable().collect(),
            unreachable_data_centers: self.local.unreachable_data_centers().cloned().collect(),
            confirmed_exits,
            deadlines: self.deadlines(),
            statistics: self.latest_stats(),
            resolver: node.downing.saved(),
        }
    }
}

impl<'a> Deref for NodeView<'a> {
    type Target = LocalView<'a>;

    fn deref(&self) -> &LocalView<'a> {
        &self.local
    }
}

impl Serialize for NodeView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.save().serialize(serializer)
    }
}

impl fmt::Debug for NodeView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.save().fmt(f)
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
