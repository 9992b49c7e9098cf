//! How two gossips become one.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::seen::Seen;
use super::{Gossip, Member, Members, Tombstones};
use crate::membership::clock::VectorClock;
use crate::membership::status::MemberStatus;
use crate::membership::walk::Walk;
use crate::planted::Planted;
use crate::repairs::Repairs;

impl Gossip {
    /// GSP-29 to GSP-36: the state that holds what either side knows. Nobody has seen it (GSP-33), and no clock entry
    /// counts up (GSP-34). In Pekko's use `self` is the received gossip and `that` the local one.
    #[must_use]
    pub fn merge(&self, that: &Self, repairs: &Repairs) -> Self {
        let (tombstones, clock) = self.merge_history(that, repairs);
        let members = pick(&self.members, &that.members, &tombstones, repairs);
        let names_these_only =
            |side: &Self| Arc::ptr_eq(side.members.roster(), members.roster()) && side.names_members_only();
        let reachability = if repairs.breaks(Planted::ReceivedRowsWin) {
            let received = self.reachability.only_observers(|node| members.contains(node));
            received.only_subjects(|node| members.contains(node))
        } else if names_these_only(self) && names_these_only(that) {
            self.reachability.merge_all(&that.reachability)
        } else {
            self.reachability.merge(&that.reachability, |node| members.contains(node))
        };
        let mut seen = Seen::nobody(members.len());
        if repairs.breaks(Planted::MergeKeepsSeen) {
            seen.union(&members, &self.seen, &self.members);
            seen.union(&members, &that.seen, &that.members);
        }
        let same_as = |side: &&&Self| {
            side.members.is_identical(&members) && side.reachability.is_identical(&reachability)
        };
        match [self, that].iter().find(same_as) {
            Some(side) => Self { seen, tombstones, clock, ..Self::clone(side) },
            None => Self::assemble(members, reachability, seen, tombstones, clock),
        }
    }

    /// GSP-29, GSP-30: what either side knows of removed nodes and of changes.
    pub(super) fn merge_history(&self, that: &Self, repairs: &Repairs) -> (Tombstones, VectorClock) {
        let tombstones = if repairs.content_decides {
            self.tombstones.union_earlier(&that.tombstones)
        } else {
            self.tombstones.union(&that.tombstones)
        };
        let clock = without_removed(self.clock.merge(&that.clock), &tombstones);
        (tombstones, clock)
    }

    /// GSP-72: a received gossip merged into the local one, of which it is concurrent. First each clock loses the entries
    /// of its own members that are Down or Exiting and that the other side does not have, in whatever status (GSP-73);
    /// REP-20 (`tombstones_remove`) leaves that step out.
    #[must_use]
    pub fn merge_received(received: &Self, local: &Self, repairs: &Repairs) -> Self {
        if repairs.tombstones_remove {
            return received.merge(local, repairs);
        }
        let pruned = |side: &Self, other: &Self| {
            let gone = |member: &&Member| {
                member.status().is_on_its_way_out() && !other.members.contains(member.unique_address())
            };
            let gone = side.members.iter().filter(gone);
            let clock = gone.fold(side.clock.clone(), |clock, member| clock.prune(member.key()));
            Self { clock, ..side.clone() }
        };
        pruned(received, local).merge(&pruned(local, received), repairs)
    }
}

/// GSP-30: the clock without the entry of every removed node. REP-16: not kept as long as the tombstone, which would only hide until it expires
/// that equal clocks may stand for different states.
pub(super) fn without_removed(clock: VectorClock, tombstones: &Tombstones) -> VectorClock {
    tombstones.iter().fold(clock, |clock, (node, _)| clock.prune(node.key()))
}

/// MDL-37 to MDL-39, DC-32: the members of two tables. One that both have is resolved by [`Member::higher_priority`], whatever
/// the tombstones say; one that only one side has is dropped when it was removed or is on its way out.
///
/// REP-20 (`tombstones_remove`): a tombstone takes a member out, and nothing else does. So a member that is Down spreads as
/// Down (REP-21).
pub(crate) fn pick(a: &Members, b: &Members, tombstones: &Tombstones, repairs: &Repairs) -> Members {
    if a == b && (tombstones.is_empty() || !repairs.tombstones_remove) {
        return b.clone();
    }
    let is_kept = |member: &Member, in_both: bool| {
        let removed = || {
            !tombstones.is_empty()
                && tombstones.contains(member.unique_address())
                && !repairs.breaks(Planted::TombstoneIgnored)
        };
        if repairs.tombstones_remove {
            !removed()
        } else {
            in_both || !(member.status().is_on_its_way_out() || removed())
        }
    };
    let mut list: Vec<&Member> = Vec::with_capacity(a.len().max(b.len()));
    // Whether the nodes are those of one side, and whether the members are.
    let (mut same_as_a, mut same_as_b) = (true, true);
    let (mut equals_a, mut equals_b) = (true, true);
    // Who is only on the other side, and whether all of one side are kept as they were known there.
    let (mut new_to_a, mut new_to_b) = (Vec::new(), Vec::new());
    let (mut grows_a, mut grows_b) = (true, true);
    // Who is the same on both sides is kept, unless a tombstone may take it out.
    let keeps_same = tombstones.is_empty() || !repairs.tombstones_remove;
    let mut walk = Walk::of(a.as_slice(), b.as_slice());
    loop {
        if keeps_same {
            list.extend(walk.same());
        }
        let Some((x, y)) = walk.next() else { break };
        let kept = match (x, y) {
            (Some(x), Some(y)) if x == y => y,
            (Some(x), Some(y)) if repairs.breaks(Planted::DownNotTerminal) && x.status() != y.status() => {
                if x.status() == MemberStatus::Down { y } else { x }
            }
            (Some(x), Some(y)) => Member::higher_priority(x, y, repairs.life_cycle_order),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => break,
        };
        let is_only_local = x.is_none() && repairs.breaks(Planted::MergeKeepsLocalMembers);
        if is_only_local || is_kept(kept, x.is_some() && y.is_some()) {
            same_as_a &= x.is_some_and(|x| x.shares_identity(kept));
            same_as_b &= y.is_some_and(|y| y.shares_identity(kept));
            equals_a &= x.is_some_and(|x| x == kept);
            equals_b &= y.is_some_and(|y| y == kept);
            match x {
                Some(x) => grows_a &= x.shares_identity(kept),
                None => new_to_a.push(list.len()),
            }
            match y {
                Some(y) => grows_b &= y.shares_identity(kept),
                None => new_to_b.push(list.len()),
            }
            list.push(kept);
        } else {
            grows_a &= x.is_none();
            grows_b &= y.is_none();
            same_as_a &= x.is_none();
            same_as_b &= y.is_none();
        }
    }
    if same_as_b && equals_b && list.len() == b.len() {
        return b.clone();
    }
    if same_as_a && equals_a && list.len() == a.len() {
        return a.clone();
    }
    let roster = if same_as_b && list.len() == b.len() {
        Some(b.roster().clone())
    } else if same_as_a && list.len() == a.len() {
        Some(a.roster().clone())
    } else {
        None
    };
    let list: Vec<Member> = list.into_iter().cloned().collect();
    match roster {
        Some(roster) => Members::from_sorted(list, Some(roster)),
        None if grows_b => b.grown(list, &new_to_b),
        None if grows_a => a.grown(list, &new_to_a),
        None => Members::from_sorted(list, None),
    }
}

/// Whether the members that [`pick`] makes of two tables are those of the first, of whom nobody was removed: it has all nodes of the second,
/// and no copy there wins against its own. Nothing is made to tell.
pub(super) fn prevails(a: &Members, b: &Members, repairs: &Repairs) -> bool {
    let wins =
        |x: &Member, y: &Member| core::ptr::eq(Member::higher_priority(x, y, repairs.life_cycle_order), x);
    if Arc::ptr_eq(a.roster(), b.roster()) {
        // The same nodes in the same places.
        return a.iter().zip(b).all(|(x, y)| x == y || wins(x, y));
    }
    Walk::of(a.as_slice(), b.as_slice())
        .all(|(x, y)| x.is_some_and(|x| y.is_none_or(|y| x == y || wins(x, y))))
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
