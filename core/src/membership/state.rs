//! What a subscriber is shown of a cluster: the state as a plain value, and how events move it.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::address::{Address, UniqueAddress};
use super::diff::sees_data_center;
use super::event::{ClusterEvent, SeenBy};
use super::gossip::{Gossip, Tombstones};
use super::member::Member;
use super::members::Members;
use super::roles::DataCenter;
use super::status::MemberStatus;
use super::view::LocalView;

/// EVT-61: the state of a cluster as one node tells it, of which the events that follow tell the changes.
///
/// `==` compares everything; [`CurrentClusterState::is_alike`] is what Pekko calls equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CurrentClusterState {
    /// All members of all data centres, of every status, ascending by unique address.
    pub members: Members,
    /// DC-63: the members of the own data centre but self that somebody in it does not see, ascending.
    pub unreachable: Vec<Member>,
    /// Who has seen the state.
    pub seen_by: SeenBy,
    /// The leader of the own data centre.
    pub leader: Option<Address>,
    /// The own data centre's leader of each role that a member of any data centre has.
    pub role_leaders: BTreeMap<Arc<str>, Option<Address>>,
    /// DC-63: the other data centres that are not seen from here, ascending. Nobody but EVT-31 decides that.
    pub unreachable_data_centers: Vec<DataCenter>,
    /// The markers of removed nodes.
    pub tombstones: Tombstones,
}

impl Default for CurrentClusterState {
    /// EVT-62, VIEW-1: the state before joining, and after the end: nothing.
    fn default() -> Self {
        Self {
            members: Members::new(),
            unreachable: Vec::new(),
            seen_by: SeenBy::Listed(Arc::default()),
            leader: None,
            role_leaders: BTreeMap::new(),
            unreachable_data_centers: Vec::new(),
            tombstones: Tombstones::new(),
        }
    }
}

impl CurrentClusterState {
    /// EVT-61: what a view shows. RCH-70: no data centre is unreachable where there is but one.
    pub(crate) fn of(view: &LocalView<'_>, gossip: &Arc<Gossip>) -> Self {
        let address = |leader: Option<&Member>| leader.map(|member| member.address().clone());
        let role = |role: &Arc<str>| (role.clone(), address(view.role_leader(role)));
        Self {
            members: gossip.members().clone(),
            unreachable: view.unreachable_inside().map(|node| gossip.member_or_placeholder(node)).collect(),
            seen_by: SeenBy::Gossip(gossip.clone()),
            leader: address(view.leader()),
            role_leaders: gossip.roles().iter().map(role).collect(),
            unreachable_data_centers: view.unreachable_data_centers().cloned().collect(),
            tombstones: gossip.tombstones().clone(),
        }
    }

    /// EVT-64: the leader of a role; `None` for a role without one, and for one that nobody has.
    #[must_use]
    pub fn role_leader(&self, role: &str) -> Option<&Address> {
        self.role_leaders.get(role)?.as_ref()
    }

    /// EVT-64: the roles of members, ascending. After events these are also roles that had members before (VIEW-21).
    pub fn all_roles(&self) -> impl Iterator<Item = &Arc<str>> {
        self.role_leaders.keys()
    }

    /// EVT-64: the data centres of the members, ascending.
    pub fn all_data_centers(&self) -> impl Iterator<Item = &DataCenter> {
        self.members.data_centers().iter().map(|data_center| &data_center.name)
    }

    /// EVT-64: whether a member at an address is Up, and nothing but Up.
    #[must_use]
    pub fn is_member_up(&self, address: &Address) -> bool {
        self.members.all_at(address).any(|member| member.status() == MemberStatus::Up)
    }

    /// EVT-63: equal as Pekko has it: who is a member, unreachable, leader, and who has seen. Statuses, data centres and
    /// tombstones are not looked at.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        let same = |a: &[Member], b: &[Member]| {
            a.iter().map(Member::unique_address).eq(b.iter().map(Member::unique_address))
        };
        let seen = |state: &Self| state.seen_by.nodes().map(|node| node.address.clone()).collect::<Vec<_>>();
        same(self.members.as_slice(), other.members.as_slice())
            && same(&self.unreachable, &other.unreachable)
            && seen(self) == seen(other)
            && self.leader == other.leader
            && self.role_leaders == other.role_leaders
    }

    /// VIEW-2 to VIEW-4, VIEW-7: the state after an event that `me` told. Who applies every event since a snapshot has the state
    /// that the node tells (VIEW-24), but for VIEW-21 to VIEW-23: roles without members stay with no leader, roles of other
    /// data centres come with none, and who was Terminated stays unreachable.
    ///
    /// API-32: self is told by its unique address, where Pekko looks at the address only.
    pub fn apply(&mut self, event: &ClusterEvent, me: &UniqueAddress) {
        match event {
            ClusterEvent::MemberRemoved { member, .. } if member.unique_address() == me => {
                *self = Self::default();
            }
            ClusterEvent::MemberRemoved { member, .. } => {
                let node = member.unique_address();
                self.members = self.members.without(core::slice::from_ref(node));
                self.unreachable.retain(|other| other.unique_address() != node);
            }
            ClusterEvent::UnreachableMember(member) => self.set_unreachable(member, true),
            ClusterEvent::ReachableMember(member) => {
                self.unreachable.retain(|other| other.unique_address() != member.unique_address());
            }
            ClusterEvent::UnreachableDataCenter(name) => {
                if let Err(at) = self.unreachable_data_centers.binary_search(name) {
                    self.unreachable_data_centers.insert(at, name.clone());
                }
            }
            ClusterEvent::ReachableDataCenter(name) => {
                self.unreachable_data_centers.retain(|other| other != name);
            }
            ClusterEvent::LeaderChanged(leader) => self.leader.clone_from(leader),
            ClusterEvent::RoleLeaderChanged { role, leader } => {
                self.role_leaders.insert(role.clone(), leader.clone());
            }
            ClusterEvent::SeenChanged { seen_by, .. } => self.seen_by = seen_by.clone(),
            ClusterEvent::MemberTombstonesChanged(tombstones) => self.tombstones = tombstones.clone(),
            ClusterEvent::ReachabilityChanged(_)
            | ClusterEvent::CurrentInternalStats { .. }
            | ClusterEvent::ClusterShuttingDown => {}
            other => {
                if let Some(member) = other.member() {
                    self.members = self.members.updated(core::slice::from_ref(member));
                    self.set_unreachable(member, false);
                }
            }
        }
    }

    /// A member in the list of unreachable ones: replaced, and put in only if `insert` says so.
    fn set_unreachable(&mut self, member: &Member, insert: bool) {
        let node = member.unique_address();
        match self.unreachable.binary_search_by(|other| other.unique_address().cmp(node)) {
            Ok(at) => self.unreachable[at] = member.clone(),
            Err(at) if insert => self.unreachable.insert(at, member.clone()),
            Err(_) => {}
        }
    }
}

impl<'a> LocalView<'a> {
    /// EVT-61: the other data centres that are not seen from here (EVT-31), ascending; nobody when there is only one.
    pub fn unreachable_data_centers(&self) -> impl Iterator<Item = &'a DataCenter> + use<'a> {
        let view = *self;
        let all = if self.gossip().is_multi_data_center() { self.members().data_centers() } else { &[] };
        all.iter()
            .map(|data_center| &data_center.name)
            .filter(move |name| ***name != *view.data_center() && !sees_data_center(&view, name))
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
