//! Whom a decision takes down.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::selection::is_downable;
use super::situation::Situation;
use super::strategy::Strategy;
use crate::membership::{Member, UniqueAddress};
use crate::repairs::Repairs;

/// SBR-52: what is decided about those who are left when the nodes that are reached by some only are set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecondPass {
    /// The decision about the rest.
    pub decision: Decision,
    /// The records that were left, as observer and subject.
    pub records: Vec<(UniqueAddress, UniqueAddress)>,
    /// The nodes that are reached by some only by those records: none, unless the pass failed.
    pub indirectly_connected: Vec<UniqueAddress>,
}

impl SecondPass {
    /// Whether there were such nodes once more, so that nothing can be said of the rest.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.decision.is_indirectly_connected()
    }
}

/// The members that a decision takes down.
pub(super) struct NodesToDown {
    /// Ascending.
    pub(super) nodes: Vec<UniqueAddress>,
    /// When there was one.
    pub(super) second_pass: Option<SecondPass>,
}

impl Situation<'_> {
    /// The nodes that are reached by some only, ascending.
    pub(super) fn indirectly_connected(&self) -> Vec<UniqueAddress> {
        self.ascending(|number| self.indirect().contains(number))
    }

    /// SBR-33: the same by either rule.
    pub(super) fn indirectly_connected_by_rule(&self) -> [Vec<UniqueAddress>; 2] {
        self.indirect().by_rule().map(|found| self.ascending(|number| found[number as usize]))
    }

    /// The nodes of the numbers of which something holds, ascending.
    fn ascending(&self, holds: impl Fn(u32) -> bool) -> Vec<UniqueAddress> {
        let found = self.numbers().filter(|&number| holds(number));
        let mut nodes: Vec<UniqueAddress> = found.map(|number| self.node(number).clone()).collect();
        // The members are so already.
        if self.has_others() {
            nodes.sort_unstable();
        }
        nodes
    }

    /// SBR-51: the members that a decision takes down. SBR-55: when the second pass finds indirectly connected nodes again,
    /// all that can be downed.
    pub(super) fn nodes_to_down(
        &self,
        strategy: &Strategy,
        repairs: &Repairs,
        decision: &Decision,
        self_node: &UniqueAddress,
    ) -> NodesToDown {
        let with_second_pass = matches!(
            decision,
            Decision::DownIndirectlyConnected | Decision::AcquireLeaseAndDownIndirectlyConnected { .. }
        );
        let rest = with_second_pass.then(|| self.without_indirect(strategy, repairs)).flatten();
        let Some(rest) = rest else {
            let nodes = self.downable(|number, member| self.goes(decision, number, member, self_node));
            return NodesToDown { nodes, second_pass: None };
        };
        let second = rest.decide(strategy, repairs).decision;
        let failed = second.is_indirectly_connected();
        let nodes = self.downable(|number, member| {
            failed || self.indirect().contains(number) || rest.goes(&second, number, member, self_node)
        });
        let name = |number| self.node(number).clone();
        let second_pass = SecondPass {
            decision: second,
            records: rest
                .records()
                .iter()
                .map(|&(observer, subject)| (name(observer), name(subject)))
                .collect(),
            indirectly_connected: rest.indirectly_connected(),
        };
        NodesToDown { nodes, second_pass: Some(second_pass) }
    }

    /// SBR-51: whether a decision is about a member, the second pass left aside. SBR-81: those of the first decision are beyond,
    /// and this side removes them; those of the second are this side, which hears of it by gossip and ends.
    fn goes(&self, decision: &Decision, number: u32, member: &Member, self_node: &UniqueAddress) -> bool {
        match decision {
            Decision::DownUnreachable | Decision::AcquireLeaseAndDownUnreachable { .. } => {
                self.is_unreachable(number)
            }
            Decision::DownReachable => !self.is_unreachable(number),
            Decision::DownAll => true,
            Decision::DownIndirectlyConnected | Decision::AcquireLeaseAndDownIndirectlyConnected { .. } => {
                self.indirect().contains(number)
            }
            Decision::ReverseDownIndirectlyConnected => {
                self.indirect().contains(number) || !self.is_unreachable(number)
            }
            Decision::DownSelfQuarantinedByRemote => member.unique_address() == self_node,
        }
    }

    /// SBR-27: the members that can be downed and of which something holds, ascending.
    fn downable(&self, holds: impl Fn(u32, &Member) -> bool) -> Vec<UniqueAddress> {
        let members = (0..).zip(self.members()).map(|(number, (member, _))| (number, member));
        let downable = members.filter(|(_, member)| is_downable(member.status()));
        downable
            .filter(|(number, member)| holds(*number, member))
            .map(|(_, member)| member.unique_address().clone())
            .collect()
    }
}

#[cfg(test)]
#[path = "nodes_tests.rs"]
mod tests;
