//! A decision with everything that led to it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::decision::{Decision, Reason};
use super::nodes::SecondPass;
use super::sides::Sides;
use super::situation::Situation;
use super::strategies::{SecondCheck, Verdict};
use super::strategy::Strategy;
use super::view::ResolverView;
use crate::membership::UniqueAddress;
use crate::mix::{Mixer, mix};
use crate::repairs::Repairs;
use crate::time::Instant;

/// SBR-86: what was decided, from what, and why. Prints as one sentence.
///
/// It carries the view that it was made of, so the same decision can be made from it again:
/// [`evaluate_again`](Self::evaluate_again).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DecisionRecord {
    /// The strategy, with its role.
    pub strategy: Strategy,
    /// Which rules were replaced.
    pub repairs: Repairs,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// How many members with the role count on either side, and who would break a tie.
    pub sides: Sides,
    /// What a side that would stay found when it looked twice.
    pub second_check: Option<SecondCheck>,
    /// The nodes that are reached by some members and not by others, ascending.
    pub indirectly_connected: Vec<UniqueAddress>,
    /// What was decided about the rest, when there are such nodes and others that cannot be reached.
    pub second_pass: Option<SecondPass>,
    /// Whom to down, in the order in which to do it: ascending, but self last (SBR-67).
    pub down: Vec<UniqueAddress>,
    /// SBR-64: until when nothing that counts might change. `None` for a decision that no resolver waited for.
    pub stable_deadline: Option<Instant>,
    /// All that the decision was made of: members with their statuses, who cannot be reached, records, who has seen.
    pub view: ResolverView,
}

impl DecisionRecord {
    /// The node that decided.
    #[must_use]
    pub const fn self_node(&self) -> &UniqueAddress {
        self.view.self_node()
    }

    /// The nodes that it cannot reach, ascending.
    #[must_use]
    pub fn unreachable(&self) -> &[UniqueAddress] {
        self.view.unreachable()
    }

    /// Whether it goes down itself.
    #[must_use]
    pub fn downs_self(&self) -> bool {
        self.down.last() == Some(self.self_node())
    }

    /// SBR-55: whether the second pass found indirectly connected nodes again, so that all go down instead.
    #[must_use]
    pub fn is_double_indirect(&self) -> bool {
        self.second_pass.as_ref().is_some_and(SecondPass::has_failed)
    }

    /// A hash of what was decided and of what a person would be told of it, for digests. Not of the whole view.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(42);
        mixer.text(self.strategy.name());
        mixer.text(self.decision.name());
        mixer.word(self.decision.lease_delay().map_or(0, |delay| delay.as_nanos() as u64));
        mixer.word(self.reason.number());
        let counts = |sides: &Sides| mix(u64::from(sides.reachable), u64::from(sides.unreachable));
        mixer.word(counts(&self.sides));
        mixer.word(
            self.second_check.as_ref().map_or(0, |check| mix(counts(&check.sides), check.reason.number())),
        );
        for nodes in [&*self.indirectly_connected, self.unreachable(), &self.down] {
            mixer.word(nodes.len() as u64);
            nodes.iter().for_each(|node| mixer.word(node.key().0));
        }
        mixer.text(self.second_pass.as_ref().map_or("", |second| second.decision.name()));
        mixer.finish()
    }

    /// S8: the same decision, made once more from what is recorded here. Equal to this record.
    #[must_use]
    pub fn evaluate_again(&self) -> Self {
        let mut again = match &self.reason {
            Reason::Unstable { .. } | Reason::QuarantinedByRemote { .. } => {
                let reason = self.reason.clone();
                self.view.explain_other(&self.strategy, &self.repairs, self.decision, reason)
            }
            Reason::LeaseDenied { .. } => {
                let with_lease = self.view.explain(&self.strategy, &self.repairs);
                with_lease.denied().unwrap_or(with_lease)
            }
            _ => self.view.explain(&self.strategy, &self.repairs),
        };
        again.stable_deadline = self.stable_deadline;
        again
    }

    /// SBR-50, LEASE-16: what is decided instead when the lease is denied; `None` when this decision needs no lease.
    #[must_use]
    pub fn denied(&self) -> Option<Self> {
        let reverse = self.decision.reverse()?;
        let reason = Reason::LeaseDenied { instead_of: self.decision };
        let mut denied = self.view.explain_other(&self.strategy, &self.repairs, reverse, reason);
        denied.stable_deadline = self.stable_deadline;
        Some(denied)
    }

    fn new(
        view: &ResolverView,
        strategy: &Strategy,
        repairs: &Repairs,
        situation: &Situation<'_>,
        verdict: Verdict,
    ) -> Self {
        let to_down = situation.nodes_to_down(strategy, repairs, &verdict.decision, view.self_node());
        Self {
            strategy: strategy.clone(),
            repairs: *repairs,
            decision: verdict.decision,
            reason: verdict.reason,
            sides: verdict.sides,
            second_check: verdict.second_check,
            indirectly_connected: situation.indirectly_connected(),
            second_pass: to_down.second_pass,
            down: self_last(to_down.nodes, view.self_node()),
            stable_deadline: None,
            view: view.clone(),
        }
    }
}

/// SBR-67: a node downs itself last, since it may not come to anything else afterwards.
fn self_last(mut nodes: Vec<UniqueAddress>, self_node: &UniqueAddress) -> Vec<UniqueAddress> {
    if let Ok(at) = nodes.binary_search(self_node) {
        nodes[at..].rotate_left(1);
    }
    nodes
}

impl ResolverView {
    /// SBR-1, SBR-33: the nodes that some members reach and others do not, ascending.
    #[must_use]
    pub fn indirectly_connected(&self) -> Vec<UniqueAddress> {
        Situation::new(self).indirectly_connected()
    }

    /// SBR-1: what a strategy decides.
    #[must_use]
    pub fn decide(&self, strategy: &Strategy, repairs: &Repairs) -> Decision {
        Situation::new(self).decide(strategy, repairs).decision
    }

    /// SBR-1, SBR-51: the members that a decision takes down, ascending, and whether the second pass found indirectly
    /// connected nodes again, so that they are all that can be downed (SBR-55).
    #[must_use]
    pub fn nodes_to_down(
        &self,
        strategy: &Strategy,
        repairs: &Repairs,
        decision: &Decision,
    ) -> (Vec<UniqueAddress>, bool) {
        let to_down = Situation::new(self).nodes_to_down(strategy, repairs, decision, self.self_node());
        let failed = to_down.second_pass.is_some_and(|second| second.has_failed());
        (to_down.nodes, failed)
    }

    /// What a strategy decides, and why.
    #[must_use]
    pub fn explain(&self, strategy: &Strategy, repairs: &Repairs) -> DecisionRecord {
        let situation = Situation::new(self);
        let verdict = situation.decide(strategy, repairs);
        DecisionRecord::new(self, strategy, repairs, &situation, verdict)
    }

    /// A decision that was not the strategy's, and whom it takes down.
    pub(super) fn explain_other(
        &self,
        strategy: &Strategy,
        repairs: &Repairs,
        decision: Decision,
        reason: Reason,
    ) -> DecisionRecord {
        let situation = Situation::new(self);
        let sides = situation.decide(strategy, repairs).sides;
        let verdict = Verdict::plain(decision, reason, sides);
        DecisionRecord::new(self, strategy, repairs, &situation, verdict)
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
