//! What a node keeps so that it can be asked later.

use alloc::vec::Vec;

use heapless::Vec as Bounded;
use serde::{Deserialize, Serialize};

use super::Why;
use crate::membership::{ClusterEvent, UniqueAddress};
use crate::node::output::IgnoreReason;
use crate::protocol::MessageKind;
use crate::time::Instant;

/// How many of the last things that were dropped are kept.
const DROPPED_MAX: usize = 8;

/// One thing that was dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Drop {
    at: Instant,
    from: Option<UniqueAddress>,
    what: Option<MessageKind>,
    why: IgnoreReason,
}

/// The last things that were dropped, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::node) struct Dropped(Bounded<Drop, DROPPED_MAX>);

impl Dropped {
    pub(in crate::node) fn keep(
        &mut self,
        at: Instant,
        from: Option<UniqueAddress>,
        what: Option<MessageKind>,
        why: IgnoreReason,
    ) {
        if self.0.is_full() {
            self.0.remove(0);
        }
        // There is room now.
        drop(self.0.push(Drop { at, from, what, why }));
    }

    pub(super) fn reasons(&self) -> impl Iterator<Item = Why> {
        self.0.iter().map(|one| Why::Ignored {
            at: one.at,
            from: one.from.clone(),
            what: one.what,
            why: one.why.clone(),
        })
    }

    /// The last join of this node that was refused.
    pub(super) fn last_refusal(&self) -> Option<Why> {
        let refused = |one: &&Drop| matches!(one.why, IgnoreReason::Refused(_));
        let last = self.0.iter().rev().find(refused)?;
        let IgnoreReason::Refused(why) = &last.why else { return None };
        Some(Why::Refused { by: last.from.clone()?, at: last.at, why: *why })
    }
}

/// Since when members of the own data centre are unreachable, as users were told; ascending by node. As many as there are of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::node) struct Unseen(Vec<(UniqueAddress, Instant)>);

impl Unseen {
    pub(in crate::node) fn on_event(&mut self, event: &ClusterEvent, now: Instant) {
        match event {
            ClusterEvent::UnreachableMember(member) => {
                let since = (member.unique_address().clone(), now);
                match self.find(&since.0) {
                    Ok(at) => self.0[at] = since,
                    Err(at) => self.0.insert(at, since),
                }
            }
            ClusterEvent::ReachableMember(member) | ClusterEvent::MemberRemoved { member, .. } => {
                if let Ok(at) = self.find(member.unique_address()) {
                    self.0.remove(at);
                }
            }
            _ => {}
        }
    }

    pub(super) fn since(&self, node: &UniqueAddress) -> Option<Instant> {
        self.find(node).ok().map(|at| self.0[at].1)
    }

    fn find(&self, node: &UniqueAddress) -> Result<usize, usize> {
        self.0.binary_search_by(|one| one.0.cmp(node))
    }
}
