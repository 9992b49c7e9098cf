//! The operations on a gossip, each giving a new one (part 01, section 4.2).

use super::{Gossip, Member, Reachability, UniqueAddress, check_observers};
use crate::membership::address::NodeKey;
use crate::membership::member::TransitionError;
use crate::membership::status::MemberStatus;
use crate::repairs::Repairs;

use super::merge::without_removed;
use super::seen::Seen;

impl Gossip {
    /// GSP-15: `node` has seen this state. The clock stays.
    #[must_use]
    pub fn with_seen(&self, node: &UniqueAddress) -> Self {
        let mut gossip = self.clone();
        gossip.seen.insert(&self.members, node);
        gossip
    }

    /// GSP-16: `node` alone has seen this state.
    #[must_use]
    pub fn only_seen(&self, node: &UniqueAddress) -> Self {
        Self { seen: Seen::only(&self.members, node), ..self.clone() }
    }

    /// GSP-16: nobody has seen this state.
    #[must_use]
    pub fn clear_seen(&self) -> Self {
        Self { seen: Seen::nobody(self.members.len()), ..self.clone() }
    }

    /// GSP-17: whoever has seen either state has seen this one, members or not. REP-81 (`keep_self`): members only.
    #[must_use]
    pub fn merge_seen(&self, other: &Self, repairs: &Repairs) -> Self {
        let mut gossip = self.clone();
        gossip.seen.union(&self.members, &other.seen, &other.members);
        if repairs.keep_self {
            gossip.seen.drop_strangers();
        }
        gossip
    }

    /// GSP-18: one more change of the node with this key.
    #[must_use]
    pub fn bump(&self, key: NodeKey) -> Self {
        Self { clock: self.clock.increment(key), ..self.clone() }
    }

    /// GSP-23: without the clock entry of one node.
    #[must_use]
    pub fn prune(&self, key: NodeKey) -> Self {
        Self { clock: self.clock.prune(key), ..self.clone() }
    }

    /// GSP-19: with a further member, unless that incarnation is one already.
    #[must_use]
    pub fn add(&self, member: Member) -> Self {
        if self.members.contains(member.unique_address()) {
            return self.clone();
        }
        self.with_members(self.members.with(member))
    }

    /// GSP-20: with each of these in place of its equal, or added when it has none.
    #[must_use]
    pub fn update(&self, changed: &[Member]) -> Self {
        if changed.is_empty() {
            return self.clone();
        }
        self.with_members(self.members.updated(changed))
    }

    fn with_members(&self, members: super::Members) -> Self {
        let seen = self.seen.rebase(&self.members, &members);
        let Self { reachability, tombstones, clock, .. } = self.clone();
        Self::assemble(members, reachability, seen, tombstones, clock)
    }

    /// GSP-21, RCH-34: without some nodes: as members, in seen, as observers and subjects, in the clock; with a tombstone for
    /// each, member or not.
    #[must_use]
    pub fn remove(&self, nodes: &[UniqueAddress], wall_ms: i64) -> Self {
        if nodes.is_empty() {
            return self.clone();
        }
        let mut seen = self.seen.clone();
        nodes.iter().for_each(|node| seen.remove(&self.members, node));
        let members = self.members.without(nodes);
        let seen = seen.rebase(&self.members, &members);
        let clock = nodes.iter().fold(self.clock.clone(), |clock, node| clock.prune(node.key()));
        let tombstones = self.tombstones.with(nodes, wall_ms);
        Self::assemble(members, self.reachability.remove(nodes), seen, tombstones, clock)
    }

    /// GSP-22: with a member Down and no longer in seen. Observations, clock and tombstones stay.
    ///
    /// # Errors
    /// A member whose status can't become Down.
    pub fn mark_down(&self, member: &Member) -> Result<Self, TransitionError> {
        let downed = member.with_status(MemberStatus::Down)?;
        let mut gossip = self.update(&[downed]);
        gossip.seen.remove(&gossip.members, member.unique_address());
        Ok(gossip)
    }

    /// GSP-24: with the tombstones only whose stamp is later than a limit.
    #[must_use]
    pub fn prune_tombstones(&self, limit_ms: i64) -> Self {
        Self { tombstones: self.tombstones.later_than(limit_ms), ..self.clone() }
    }

    /// REP-15: with the tombstones only whose stamp is later than a limit, and without what the clock still counts of the others: a
    /// peer may tell such a state, and the entry would be a stranger's (V4). `None` if all are later.
    #[must_use]
    pub(crate) fn expire_tombstones(&self, limit_ms: i64) -> Option<Self> {
        self.tombstones.any_until(limit_ms).then(|| {
            let clock = without_removed(self.clock.clone(), &self.tombstones);
            Self { tombstones: self.tombstones.later_than(limit_ms), clock, ..self.clone() }
        })
    }

    /// With other observations, without those of observers that are no members (GSP-7). Members, seen, tombstones and
    /// clock stay.
    #[must_use]
    pub fn with_reachability(&self, reachability: Reachability) -> Self {
        if reachability.is_identical(&self.reachability) {
            return self.clone();
        }
        let Self { members, seen, tombstones, clock, .. } = self.clone();
        let reachability = match check_observers(&members, &reachability) {
            Ok(()) => reachability,
            Err(_) => reachability.only_observers(|node| members.contains(node)),
        };
        Self::assemble(members, reachability, seen, tombstones, clock)
    }
}

#[cfg(test)]
#[path = "ops_tests.rs"]
mod tests;
