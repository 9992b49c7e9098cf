//! The reaper: failure detector verdicts become observations that all hear of (part 03, section 5.5).

use alloc::vec::Vec;

use super::asking::Asking;
use super::base::Base;
use super::output::{Output, Warning};
use super::timers::Timer;
use crate::membership::{Member, Reachability, ReachabilityStatus, UniqueAddress};
#[cfg(feature = "planted")]
use crate::planted::Planted;

/// RCH-38, RCH-39, RCH-46 to RCH-49: compares what this node says of others with what its detectors say now. Gives back
/// whether it says something new; all of it is one change.
pub(super) fn tick(base: &mut Base, inside: &Asking, across: &Asking) -> bool {
    base.timers.arm_after(Timer::Reaper, base.now, base.config.unreachable_nodes_reaper_interval);
    if !base.is_initialized() || base.gossip().is_singleton() {
        return false;
    }
    // Most ticks end here: everybody answers, and nobody was said not to.
    let all_answer =
        inside.unavailable(base.now).next().is_none() && across.unavailable(base.now).next().is_none();
    if all_answer && base.gossip().reachability().row(&base.me).is_none_or(|row| row.records().is_empty()) {
        return false;
    }
    let mut lost = newly_unreachable(base, inside, across);
    let found = newly_reachable(base, inside, across);
    postpone_observations(base, &mut lost);
    if lost.is_empty() && found.is_empty() {
        return false;
    }
    let table = base.gossip().reachability().clone();
    let table = lost.iter().fold(table, |table, node| table.unreachable(&base.me, node));
    let table = found.iter().fold(table, |table, node| table.reachable(&base.me, node));
    #[cfg(feature = "planted")]
    let table = if base.config.repairs.breaks(Planted::RowVersionNotRaised) {
        with_old_version(&table, &base.me, base.gossip().reachability())
    } else {
        table
    };
    let next = base.gossip().with_reachability(table);
    base.change(&next);
    lost.iter().for_each(|node| tell(base, node, ReachabilityStatus::Unreachable));
    found.iter().for_each(|node| tell(base, node, ReachabilityStatus::Reachable));
    true
}

/// WCH-20, WCH-21, LDR-58, LIFE-35: the transport has given up on a member, which this node therefore calls Terminated. That is a change
/// even if it did so before. WCH-23, SBR-83, LDR-59, LIFE-36: its status stays. Gives back whether there is such a member (LDR-60).
pub(super) fn terminate(base: &mut Base, node: &UniqueAddress) -> bool {
    if !base.is_initialized() || !base.gossip().members().contains(node) {
        return false;
    }
    if let Some(table) = with_terminated(base, node) {
        let next = base.gossip().with_reachability(table);
        base.change(&next);
        tell(base, node, ReachabilityStatus::Terminated);
    }
    true
}

/// What is observed, and that this node calls another Terminated; `None` if there is no room for that (FRM-35).
pub(super) fn with_terminated(base: &mut Base, node: &UniqueAddress) -> Option<Reachability> {
    let mut nodes = alloc::vec![node.clone()];
    postpone_observations(base, &mut nodes);
    nodes.first().map(|node| base.gossip().reachability().terminated(&base.me, node))
}

/// FRM-35: leaves as many of those of whom this node is to say something as there is room for; the others wait until older observations go.
/// Of whom it has said something already there is room.
fn postpone_observations(base: &mut Base, nodes: &mut Vec<UniqueAddress>) {
    if nodes.is_empty() {
        return;
    }
    let (observations, mut room) = base.config.limits.room_for_observations(base.gossip());
    let (all, limit) = (nodes.len(), observations + room);
    let row = base.gossip().reachability().row(&base.me);
    nodes.retain(|node| {
        let is_there = row.is_some_and(|row| row.records().iter().any(|record| record.subject == *node));
        let fits = is_there || room > 0;
        room -= usize::from(fits && !is_there);
        fits
    });
    let waiting = all - nodes.len();
    if waiting > 0 {
        base.warn(Warning::ObservationsPostponed { waiting, observations: limit });
    }
}

/// RCH-50
fn tell(base: &mut Base, node: &UniqueAddress, status: ReachabilityStatus) {
    let member_status = base.gossip().member_or_placeholder(node).status();
    base.out.push(Output::Observed { node: node.clone(), status, member_status });
}

/// RCH-41 to RCH-43: members of any status that this node says it sees and that do not answer, ascending; RCH-52: never
/// itself. Members that it does not ask have no detector and are never among them. RCH-40, DC-60: those of other data centres
/// are asked by other heartbeats.
fn newly_unreachable(base: &Base, inside: &Asking, across: &Asking) -> Vec<UniqueAddress> {
    let gossip = base.gossip();
    let sees = |member: &&Member| {
        let node = member.unique_address();
        gossip.reachability().status(&base.me, node) == ReachabilityStatus::Reachable && *node != base.me
    };
    let near = inside.unavailable(base.now).flat_map(|address| gossip.members().all_at(address));
    let near = near.filter(|member| is_own(base, member));
    let far = across.unavailable(base.now).flat_map(|address| gossip.members().all_at(address));
    let far = far.filter(|member| !is_own(base, member));
    let lost = near.chain(far).filter(sees).map(Member::unique_address);
    let mut lost: Vec<UniqueAddress> = lost.cloned().collect();
    lost.sort();
    lost
}

/// RCH-44, RCH-45: nodes that this node says it does not see and that answer, or are no longer asked; ascending. Who was
/// called Terminated is never among them.
fn newly_reachable(base: &Base, inside: &Asking, across: &Asking) -> Vec<UniqueAddress> {
    let unreachable = base.gossip().reachability().unreachable_from(&base.me);
    let answers = |node: &UniqueAddress| {
        if base.gossip().member(node).is_some_and(|member| is_own(base, member)) {
            inside.is_available(&node.address, base.now)
        } else {
            across.is_available(&node.address, base.now)
        }
    };
    unreachable.filter(|node| **node != base.me && answers(node)).cloned().collect()
}

fn is_own(base: &Base, member: &Member) -> bool {
    member.data_center() == base.roles.data_center()
}

/// RCH-2, broken: a table in which the row of an observer has the version that it had in an earlier one.
#[cfg(feature = "planted")]
fn with_old_version(table: &Reachability, observer: &UniqueAddress, earlier: &Reachability) -> Reachability {
    use crate::membership::Row;
    use alloc::sync::Arc;

    let version = earlier.version(observer).max(1);
    let rows = table.rows().iter().map(|row| {
        if row.observer() != observer {
            return row.clone();
        }
        let records = row.records().iter().cloned().map(|mut record| {
            record.version = record.version.min(version);
            record
        });
        Row::try_from((observer.clone(), version, records.collect())).map_or_else(|_| row.clone(), Arc::new)
    });
    Reachability::try_from(rows.collect::<Vec<_>>()).unwrap_or_else(|_| table.clone())
}
