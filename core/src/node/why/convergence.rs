//! What holds convergence up.

use alloc::vec::Vec;

use super::super::{Node, UnreachableNode};
use super::reason::{Observed, Why};
use crate::membership::{Member, UniqueAddress};

impl Node {
    /// CNV-6 to CNV-13: who must still see the state, then who is unreachable and may not be.
    pub(super) fn why_not_converged(&self) -> Vec<Why> {
        let (view, confirmed) = (self.base.view(), self.leading.confirmed());
        let unseen = view
            .not_seen_by(confirmed)
            .map(|member| Why::NotSeen { node: member.unique_address().clone(), status: member.status() });
        let blocking = view.blocked_by(confirmed).map(|node| self.unreachable(node).into());
        unseen.chain(blocking).collect()
    }

    /// Who observes an unreachable node, and since when it is that.
    pub(in crate::node) fn unreachable(&self, node: &UniqueAddress) -> UnreachableNode {
        let gossip = self.base.gossip();
        let by = gossip.reachability().rows().iter().filter_map(|row| {
            let record = row.records().iter().find(|record| record.subject == *node)?;
            let observer = row.observer().clone();
            let seen = !gossip.reachability().is_reachable(&observer, node);
            seen.then_some(Observed { by: observer, status: record.status })
        });
        UnreachableNode {
            node: node.clone(),
            status: gossip.member(node).map(Member::status),
            by: by.collect(),
            since: self.unseen.since(node),
        }
    }
}

impl From<UnreachableNode> for Why {
    fn from(of: UnreachableNode) -> Self {
        Self::Unreachable { node: of.node, status: of.status, by: of.by, since: of.since }
    }
}
