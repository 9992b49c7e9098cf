//! How two gossips become one when their content decides, not their clocks (part 06, section 1).

use alloc::sync::Arc;

use super::Gossip;
use crate::repairs::Repairs;

/// REP-12: how a received state relates to the own one, by content.
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
    /// Clocks are joined as well, without the entries of removed nodes; nothing but statuses reads them.
    pub(crate) fn join(received: &Self, local: &Arc<Self>, repairs: &Repairs) -> (Relation, Arc<Self>) {
        if received.same_content(local) {
            let (tombstones, clock) = received.merge_history(local, repairs);
            let mut state = Self { tombstones, clock, ..Self::clone(local) };
            state.seen.union(&local.members, &received.seen, &received.members);
            state.seen.drop_strangers();
            return (Relation::Same, keep_shared(state, local));
        }
        let joined = received.merge(local, repairs);
        if joined.same_content(received) {
            let mut state = joined;
            state.seen.union(&state.members, &received.seen, &received.members);
            (Relation::Newer, Arc::new(state))
        } else if joined.same_content(local) {
            let Self { tombstones, clock, .. } = joined;
            (Relation::Older, keep_shared(Self { tombstones, clock, ..Self::clone(local) }, local))
        } else {
            (Relation::Merge, Arc::new(joined))
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
