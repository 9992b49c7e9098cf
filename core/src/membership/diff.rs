//! From two states to the events between them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::address::UniqueAddress;
use super::event::{ClusterEvent, SeenBy};
use super::gossip::{Gossip, Subjects};
use super::member::Member;
use super::members::Walk;
use super::roles::DataCenter;
use super::status::MemberStatus;
use super::view::LocalView;
use crate::repairs::Repairs;

/// Whose view is compared.
#[derive(Clone, Copy)]
pub(crate) struct Observer<'a> {
    pub(crate) me: &'a UniqueAddress,
    pub(crate) data_center: &'a str,
    pub(crate) repairs: &'a Repairs,
}

/// EVT-11 to EVT-45: the events that lead from one state to another, in the fixed order of EVT-12 (RCH-62): tombstones, removals,
/// other member events, unreachable, reachable, unreachable and reachable data centres, leader, role leaders, seen,
/// observations (RCH-71). Inside each group ascending (EVT-14). Nothing for equal states (EVT-11).
pub(crate) fn diff(
    old: &Arc<Gossip>,
    new: &Arc<Gossip>,
    observer: Observer<'_>,
    emit: &mut dyn FnMut(ClusterEvent),
) {
    if Arc::ptr_eq(old, new) {
        return;
    }
    if old.tombstones() != new.tombstones() {
        emit(ClusterEvent::MemberTombstonesChanged(new.tombstones().clone()));
    }
    let view = |gossip| LocalView::new(gossip, observer.me, observer.data_center, observer.repairs);
    let (before, after) = (view(old), view(new));
    let same_members = old.members() == new.members();
    let same_observations = old.reachability() == new.reachability();
    if !same_members {
        removed_members(old, new, emit);
        changed_members(old, new, emit);
    }
    if !(same_members && same_observations) {
        reachability_of_members(&before, &after, emit);
        reachability_of_data_centers(&before, &after, emit);
        leaders(&before, &after, emit);
    }
    seen(&before, &after, new, emit);
    if !same_observations {
        emit(ClusterEvent::ReachabilityChanged(new.reachability().clone()));
    }
}

/// OBS-15: whom a change gives another status, or makes a member, with the status that it has now: Removed for one that is gone.
/// Removals first, each sequence ascending.
pub(crate) fn moved(old: &Gossip, new: &Gossip, tell: &mut dyn FnMut(UniqueAddress, MemberStatus)) {
    if old.members() == new.members() {
        return;
    }
    let mut tell = |event: ClusterEvent| {
        if let Some(member) = event.member() {
            tell(member.unique_address().clone(), member.status());
        }
    };
    removed_members(old, new, &mut tell);
    changed_members(old, new, &mut tell);
}

/// EVT-16, EVT-17, EVT-22: removals come before all other member events.
fn removed_members(old: &Gossip, new: &Gossip, emit: &mut dyn FnMut(ClusterEvent)) {
    if old.members().shares_roster(new.members()) {
        return;
    }
    for pair in Walk::of(old.members(), new.members()) {
        if let (Some(member), None) = pair
            && let Ok(removed) = member.with_status(MemberStatus::Removed)
        {
            emit(ClusterEvent::MemberRemoved { member: removed, previous_status: member.status() });
        }
    }
}

/// EVT-18, EVT-19, DC-66: members, of all data centres, that are new, or whose status or up-number changed, in one ascending sequence. Other changes of a
/// member are not told (EVT-8).
fn changed_members(old: &Gossip, new: &Gossip, emit: &mut dyn FnMut(ClusterEvent)) {
    let place = |member: &Member| (member.status(), member.up_number());
    for pair in Walk::of(old.members(), new.members()) {
        if let (was, Some(is)) = pair
            && was.is_none_or(|was| place(was) != place(is))
        {
            ClusterEvent::of_member(is.clone()).into_iter().for_each(&mut *emit);
        }
    }
}

/// EVT-24 to EVT-30, RCH-64 to RCH-66, RCH-72, SBR-20: members of the own data centre that became unreachable, then those that are reachable again. Who was
/// Terminated turns reachable without an event.
fn reachability_of_members(
    before: &LocalView<'_>,
    after: &LocalView<'_>,
    emit: &mut dyn FnMut(ClusterEvent),
) {
    let (old, new) = (before.gossip(), after.gossip());
    let me = after.me();
    let nobody = Subjects::new(0);
    let (then, now) = (before.observations(), after.observations());
    let was = then.map_or(&nobody, |then| &then.inside);
    let is = now.map_or(&nobody, |now| &now.inside);
    for node in is.nodes_without(new.members(), was, old.members()).filter(|node| *node != me) {
        emit(ClusterEvent::UnreachableMember(new.member_or_placeholder(node)));
    }
    let was_terminated = then.map_or(&nobody, |then| &then.inside_terminated);
    for node in was.nodes_without(old.members(), is, new.members()).filter(|node| *node != me) {
        if let Some(member) = new.member(node)
            && !was_terminated.contains(old.members(), node)
        {
            emit(ClusterEvent::ReachableMember(member.clone()));
        }
    }
}

/// EVT-31 to EVT-36, RCH-69, DC-64: other data centres that became unreachable, then those that are reachable again.
fn reachability_of_data_centers(
    before: &LocalView<'_>,
    after: &LocalView<'_>,
    emit: &mut dyn FnMut(ClusterEvent),
) {
    let (old, new) = (before.gossip().members(), after.gossip().members());
    let mut names: Vec<&DataCenter> =
        old.data_centers().iter().chain(new.data_centers()).map(|dc| &dc.name).collect();
    names.sort();
    names.dedup();
    names.retain(|name| ***name != *after.data_center());
    let mut reachable_again = Vec::new();
    for name in names {
        match (sees_data_center(before, name), sees_data_center(after, name)) {
            (true, false) => emit(ClusterEvent::UnreachableDataCenter(name.clone())),
            (false, true) => reachable_again.push(name.clone()),
            _ => {}
        }
    }
    reachable_again.into_iter().map(ClusterEvent::ReachableDataCenter).for_each(emit);
}

/// EVT-31, RCH-67, RCH-68, DC-65: another data centre is seen unless one of its members is unreachable, and not Terminated, to an
/// observer of the own one. A subject that is no member counts for every data centre (EVT-36).
pub(super) fn sees_data_center(view: &LocalView<'_>, name: &str) -> bool {
    let Some(observations) = view.observations() else { return true };
    let members = view.gossip().members();
    let counts = |node: &UniqueAddress| members.get(node).is_none_or(|member| member.data_center() == name);
    let terminated = |node| observations.outward.contains(&(UniqueAddress::clone(node), true));
    !observations
        .outward
        .iter()
        .any(|(node, is_terminated)| !is_terminated && counts(node) && !terminated(node))
}

/// EVT-5, EVT-37 to EVT-41: the leader, then the leaders of roles in ascending order. Leaders are compared by unique address and
/// told by address.
fn leaders(before: &LocalView<'_>, after: &LocalView<'_>, emit: &mut dyn FnMut(ClusterEvent)) {
    let differ = |a: Option<&Member>, b: Option<&Member>| {
        a.map(Member::unique_address) != b.map(Member::unique_address)
    };
    let address = |leader: Option<&Member>| leader.map(|member| member.address().clone());
    if differ(before.leader(), after.leader()) {
        emit(ClusterEvent::LeaderChanged(address(after.leader())));
    }
    let mut roles: Vec<&Arc<str>> = before.gossip().roles().iter().chain(after.gossip().roles()).collect();
    roles.sort_unstable();
    roles.dedup();
    for role in roles {
        let leader = after.role_leader(role);
        if differ(before.role_leader(role), leader) {
            emit(ClusterEvent::RoleLeaderChanged { role: role.clone(), leader: address(leader) });
        }
    }
}

/// EVT-42, EVT-43: who has seen the state, or whether all who must have, changed. Confirmed exits don't count here.
fn seen(
    before: &LocalView<'_>,
    after: &LocalView<'_>,
    new: &Arc<Gossip>,
    emit: &mut dyn FnMut(ClusterEvent),
) {
    let convergence = after.has_convergence(&[]);
    if convergence != before.has_convergence(&[]) || !before.gossip().is_seen_alike(after.gossip()) {
        emit(ClusterEvent::SeenChanged { convergence, seen_by: SeenBy::Gossip(new.clone()) });
    }
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "diff_reachability_tests.rs"]
mod reachability;

#[cfg(test)]
#[path = "diff_pinned_tests.rs"]
mod pinned;
