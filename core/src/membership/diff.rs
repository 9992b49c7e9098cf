//! From two states to the events between them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::address::UniqueAddress;
use super::event::{ClusterEvent, SeenBy};
use super::gossip::{Gossip, Subjects};
use super::member::Member;
use super::roles::DataCenter;
use super::status::MemberStatus;
use super::view::LocalView;
use super::walk::Walk;
use crate::repairs::Repairs;

/// Whose view is compared.
#[derive(Clone, Copy)]
pub(crate) struct Observer<'a> {
    pub(crate) me: &'a UniqueAddress,
    pub(crate) data_center: &'a str,
    pub(crate) repairs: &'a Repairs,
}

/// One state after another, and what leads from the first to the second. Whoever hears of it may take from the states at once what
/// the events would tell one by one.
pub(crate) struct Change<'a> {
    pub(crate) old: &'a Arc<Gossip>,
    pub(crate) new: &'a Arc<Gossip>,
    /// In their order.
    pub(crate) events: Vec<ClusterEvent>,
    /// How many of them are removals.
    pub(crate) removals: usize,
    /// Whether all who stay have the roles and the version that they had, of which no event would tell (EVT-8).
    pub(crate) keeps_identities: bool,
}

/// EVT-11 to EVT-45: the events that lead from one state to another, in the fixed order of EVT-12 (RCH-62): tombstones, removals,
/// other member events, unreachable, reachable, unreachable and reachable data centres, leader, role leaders, seen,
/// observations (RCH-71). Inside each group ascending (EVT-14). Nothing for equal states (EVT-11).
pub(crate) fn diff<'a>(old: &'a Arc<Gossip>, new: &'a Arc<Gossip>, observer: Observer<'_>) -> Change<'a> {
    let mut change = Change { old, new, events: Vec::new(), removals: 0, keeps_identities: true };
    if Arc::ptr_eq(old, new) {
        return change;
    }
    if old.tombstones() != new.tombstones() {
        change.events.push(ClusterEvent::MemberTombstonesChanged(new.tombstones().clone()));
    }
    let view = |gossip| LocalView::new(gossip, observer.me, observer.data_center, observer.repairs);
    let (before, after) = (view(old), view(new));
    let same_members = old.members() == new.members();
    let same_observations = old.reachability() == new.reachability();
    if !same_members {
        let mut members = MemberEvents::between(old, new);
        change.removals = members.removals;
        change.keeps_identities = members.keeps_identities;
        if change.events.is_empty() {
            change.events = members.events;
        } else {
            change.events.append(&mut members.events);
        }
    }
    let emit = &mut |event| change.events.push(event);
    if !(same_members && same_observations) {
        reachability_of_members(&before, &after, emit);
        reachability_of_data_centers(&before, &after, emit);
        leaders(&before, &after, emit);
    }
    seen(&before, &after, new, emit);
    if !same_observations {
        emit(ClusterEvent::ReachabilityChanged(new.reachability().clone()));
    }
    change
}

/// OBS-15: whom a change gives another status, or makes a member, with the status that it has now: Removed for one that is gone.
/// Removals first, each sequence ascending.
pub(crate) fn moved(old: &Gossip, new: &Gossip, tell: &mut dyn FnMut(UniqueAddress, MemberStatus)) {
    if old.members() == new.members() {
        return;
    }
    let members = MemberEvents::between(old, new);
    for member in members.events.iter().filter_map(ClusterEvent::member) {
        tell(member.unique_address().clone(), member.status());
    }
}

/// For how many events of members there is room at once.
const CHANGED_MIN: usize = 64;

/// The events of members between two states.
struct MemberEvents {
    /// EVT-16, EVT-17, EVT-22: removals, which come before all others. EVT-18, EVT-19, DC-66: then members, of all data centres, that are new, or
    /// whose status or up-number changed, in one ascending sequence. Other changes of a member are not told (EVT-8).
    events: Vec<ClusterEvent>,
    /// How many removals there are.
    removals: usize,
    /// Whether there are no such other changes.
    keeps_identities: bool,
}

impl MemberEvents {
    fn between(old: &Gossip, new: &Gossip) -> Self {
        // Where one differs mostly many do, and a list that grows is copied.
        let mut changed = Vec::with_capacity(new.members().len().min(CHANGED_MIN));
        let (mut removed, mut keeps_identities) = (Vec::new(), true);
        let place = |member: &Member| (member.status(), member.up_number());
        let mut walk = Walk::of(old.members().as_slice(), new.members().as_slice());
        while let Some((was, is)) = walk.next_difference() {
            if let (Some(was), Some(is)) = (was, is) {
                keeps_identities &= was.has_identity_of(is);
            }
            match (was, is) {
                (Some(was), None) => {
                    let event =
                        |member| ClusterEvent::MemberRemoved { member, previous_status: was.status() };
                    removed.extend(was.with_status(MemberStatus::Removed).map(event));
                }
                (was, Some(is)) if was.is_none_or(|was| place(was) != place(is)) => {
                    if let Some(event) = ClusterEvent::of_member(is.clone()) {
                        changed.push(event);
                    }
                }
                _ => {}
            }
        }
        let removals = removed.len();
        if removals > 0 {
            removed.append(&mut changed);
            changed = removed;
        }
        Self { events: changed, removals, keeps_identities }
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
