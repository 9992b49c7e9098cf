//! How two gossips become one when their content decides, not their clocks (part 06, section 1).

use alloc::sync::Arc;

use super::merge::{prevails, without_removed};
use super::seen::Seen;
use super::{Gossip, Tombstones, UniqueAddress};
use crate::membership::{ClockOrder, VectorClock};
use crate::planted::Planted;
use crate::repairs::Repairs;

/// REP-12, GSP-71: how a received state relates to the own one, by content or by the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Both know the same.
    Same,
    /// The received one knows all that the own one knows, and more.
    Newer,
    /// The own one does.
    Older,
    /// Each knows something that the other does not.
    Merge,
}

impl Gossip {
    /// REP-12, REP-13: the join of a received state and the own one, before the receiver has seen it, and which case it is.
    /// Clocks are joined as well, without the entries of removed nodes.
    ///
    /// REP-18: who has seen one of the two has seen the join only if that one knew all that went into it, removals too, which are
    /// no content. Of those the clocks tell.
    pub(crate) fn join(received: &Self, local: &Arc<Self>, repairs: &Repairs) -> (Relation, Arc<Self>) {
        let is_same = received.same_content(local);
        if is_same && received.tells_no_changes(local) {
            return (Relation::Same, Self::seen_by_either(received, local));
        }
        let joined = if is_same {
            let (tombstones, clock) = received.merge_history(local, repairs);
            Self { tombstones, clock, ..Self::clone(local) }
        } else {
            received.merge(local, repairs)
        };
        let order = received.order_of_changes(local, &joined.tombstones);
        let knows_all = |side: &Self| is_same || joined.same_content(side);
        let is_received = matches!(order, ClockOrder::Same | ClockOrder::After) && knows_all(received);
        let is_local = matches!(order, ClockOrder::Same | ClockOrder::Before) && knows_all(local);
        if is_local {
            let Self { tombstones, clock, .. } = joined;
            let mut state = Self { tombstones, clock, ..Self::clone(local) };
            if is_received {
                state.seen.union(&local.members, &received.seen, &received.members);
                state.seen.drop_strangers();
            }
            let relation = if is_received { Relation::Same } else { Relation::Older };
            return (relation, keep_shared(state, local));
        }
        let mut state = joined;
        if is_same {
            state.seen = Seen::nobody(state.members.len());
        }
        if !is_received {
            return (Relation::Merge, Arc::new(state));
        }
        state.seen.union(&state.members, &received.seen, &received.members);
        (Relation::Newer, Arc::new(state))
    }

    /// REP-12: whether the join of a received state and the own one ([`Gossip::join`]) certainly is the received one, as it is with most news: it
    /// knows all that the own one does, and more. Then nothing has to be made. Where this says no, the join tells.
    pub(crate) fn supersedes(received: &Self, local: &Self, repairs: &Repairs) -> bool {
        let joins_otherwise =
            repairs.breaks(Planted::MergeKeepsSeen) || repairs.breaks(Planted::DownNotTerminal);
        let tombstones = &received.tombstones;
        repairs.tombstones_remove
            && !joins_otherwise
            && received.content_hash() != local.content_hash()
            && (local.tombstones.is_empty() || local.tombstones == *tombstones)
            && tombstones.iter().all(|(node, _)| received.knows_nothing_of(node))
            && matches!(received.clock.compare(&local.clock), ClockOrder::Same | ClockOrder::After)
            && received.names_members_only()
            && received.reachability.has_all_of(&local.reachability)
            && prevails(&received.members, &local.members, repairs)
    }

    /// Whether a node is no member and has no entry in the clock.
    fn knows_nothing_of(&self, node: &UniqueAddress) -> bool {
        !self.members.contains(node) && self.clock.count(node.key()) == 0
    }

    /// Whether there is nothing to join of two histories: nobody was removed, and the changes are the same.
    fn tells_no_changes(&self, that: &Self) -> bool {
        self.tombstones.is_empty() && that.tombstones.is_empty() && self.clock == that.clock
    }

    /// The own state with those who have seen the received one, which is the same.
    fn seen_by_either(received: &Self, local: &Arc<Self>) -> Arc<Self> {
        if local.seen.holds_all(&local.members, &received.seen, &received.members) {
            return local.clone();
        }
        let mut state = Self::clone(local);
        state.seen.union(&local.members, &received.seen, &received.members);
        state.seen.drop_strangers();
        keep_shared(state, local)
    }

    /// REP-18: which of two states knows more changes, but for those of removed nodes.
    fn order_of_changes(&self, that: &Self, tombstones: &Tombstones) -> ClockOrder {
        match self.clock.compare(&that.clock) {
            ClockOrder::Same => ClockOrder::Same,
            order if tombstones.is_empty() => order,
            _ => {
                let pruned = |clock: &VectorClock| without_removed(clock.clone(), tombstones);
                pruned(&self.clock).compare(&pruned(&that.clock))
            }
        }
    }
}

/// A state that turned out equal to one that is held already is that one.
fn keep_shared(state: Gossip, held: &Arc<Gossip>) -> Arc<Gossip> {
    if state == **held { held.clone() } else { Arc::new(state) }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
