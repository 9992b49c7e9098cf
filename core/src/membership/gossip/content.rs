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
        let joined = received.merge(local, repairs);
        let with_joined = |state: &Self| Self {
            tombstones: joined.tombstones.clone(),
            clock: joined.clock.clone(),
            ..state.clone()
        };
        if received.same_content(local) {
            let mut state = with_joined(local);
            state.seen.union(&local.members, &received.seen, &received.members);
            state.seen.drop_strangers();
            (Relation::Same, keep_shared(state, local))
        } else if joined.same_content(received) {
            let mut state = joined;
            state.seen.union(&state.members, &received.seen, &received.members);
            (Relation::Newer, Arc::new(state))
        } else if joined.same_content(local) {
            (Relation::Older, keep_shared(with_joined(local), local))
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
