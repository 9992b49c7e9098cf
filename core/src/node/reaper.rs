//! The reaper: failure detector verdicts become observations that all hear of (part 03, section 5.5).

use alloc::vec::Vec;

use super::base::Base;
use super::heartbeats::Heartbeats;
use super::timers::Timer;
use crate::membership::{Member, ReachabilityStatus, UniqueAddress};

/// RCH-38, RCH-39, RCH-46 to RCH-49: compares what this node says of others with what its detectors say now. Gives back
/// whether it says something new; all of it is one change.
pub(super) fn tick(base: &mut Base, heartbeats: &Heartbeats) -> bool {
    base.timers.arm_after(Timer::Reaper, base.now, base.config.unreachable_nodes_reaper_interval);
    if !base.is_initialized() || base.gossip().is_singleton() {
        return false;
    }
    let lost = newly_unreachable(base, heartbeats);
    let found = newly_reachable(base, heartbeats);
    if lost.is_empty() && found.is_empty() {
        return false;
    }
    let table = base.gossip().reachability().clone();
    let table = lost.iter().fold(table, |table, node| table.unreachable(&base.me, node));
    let table = found.iter().fold(table, |table, node| table.reachable(&base.me, node));
    #[cfg(feature = "planted")]
    let table = if base.config.repairs.breaks(crate::planted::Planted::RowVersionNotRaised) {
        crate::planted::with_old_version(&table, &base.me, base.gossip().reachability())
    } else {
        table
    };
    let next = base.gossip().with_reachability(table);
    base.change(&next);
    true
}

/// RCH-41 to RCH-43: members of any status that this node says it sees and that do not answer, ascending. Members that it
/// does not ask have no detector and are never among them.
fn newly_unreachable(base: &Base, heartbeats: &Heartbeats) -> Vec<UniqueAddress> {
    let gossip = base.gossip();
    let sees = |node: &UniqueAddress| {
        gossip.reachability().status(&base.me, node) == ReachabilityStatus::Reachable && *node != base.me
    };
    let mut lost: Vec<UniqueAddress> = heartbeats
        .unavailable(base.now)
        .flat_map(|address| gossip.members().all_at(address))
        .map(Member::unique_address)
        .filter(|node| sees(node))
        .cloned()
        .collect();
    lost.sort();
    lost
}

/// RCH-44, RCH-45: nodes that this node says it does not see and that answer, or are no longer asked; ascending. Who was
/// called Terminated is never among them.
fn newly_reachable(base: &Base, heartbeats: &Heartbeats) -> Vec<UniqueAddress> {
    let unreachable = base.gossip().reachability().unreachable_from(&base.me);
    unreachable
        .filter(|node| **node != base.me && heartbeats.is_available(&node.address, base.now))
        .cloned()
        .collect()
}
