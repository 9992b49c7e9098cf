//! What many strategies make of one view, for those who compare them over millions of views.

use alloc::vec::Vec;

use super::decision::Decision;
use super::situation::Situation;
use super::strategy::Strategy;
use super::view::ResolverView;
use crate::membership::UniqueAddress;
use crate::repairs::Repairs;

/// What a strategy makes of a view, without the reasons that a [`DecisionRecord`](super::DecisionRecord) tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// What is decided.
    pub decision: Decision,
    /// The members that go down, ascending. Under lease-majority those who go once the lease is held.
    pub down: Vec<UniqueAddress>,
    /// SBR-50: those who go down when the lease is denied; `None` when none is asked for.
    pub down_if_denied: Option<Vec<UniqueAddress>>,
}

impl ResolverView {
    /// What each of some strategies makes of this view, in their order. The view is prepared once for all of them.
    ///
    /// SBR-30: a view keeps members apart as the strategy does that it was made for. Where no address has two incarnations,
    /// it is the same view for all.
    #[must_use]
    pub fn consequences<'a>(
        &self,
        choices: impl IntoIterator<Item = (&'a Strategy, &'a Repairs)>,
    ) -> Vec<Consequence> {
        let situation = Situation::new(self);
        let of = |(strategy, repairs)| {
            let decision = situation.decide(strategy, repairs).decision;
            let down =
                |decision| situation.nodes_to_down(strategy, repairs, &decision, self.self_node()).nodes;
            let down_if_denied = decision.reverse().map(down);
            Consequence { decision, down: down(decision), down_if_denied }
        };
        choices.into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    /// SBR-50, SBR-51: a clean cut, a tie, a broken link beside a crash, and members that come and go.
    #[test]
    fn the_consequences_are_those_of_decisions_that_are_explained() {
        let strategies = all_strategies(3);
        let repairs = [NONE, REPAIRED_RESOLVER];
        let choices = || strategies.iter().flat_map(|strategy| repairs.iter().map(move |on| (strategy, on)));
        for (members, records, seen) in [
            ("a b c d e", "a>d a>e b>d c>e", "a b c"),
            ("a b c d", "a>c a>d b>c", "a b"),
            ("a b c d e", "a>e b>e b>c", "a b c d"),
            ("a bj cl de", "a>c a>d", "a b"),
        ] {
            let view = view_of_records(&strategies[0], members, records, seen);
            let consequences = view.consequences(choices());
            for ((strategy, repairs), found) in choices().zip(consequences) {
                let record = view.explain(strategy, repairs);
                let ascending = |mut nodes: Vec<UniqueAddress>| {
                    nodes.sort();
                    nodes
                };
                let down_if_denied = record.denied().map(|denied| ascending(denied.down));
                let expected =
                    Consequence { decision: record.decision, down: ascending(record.down), down_if_denied };
                assert_eq!(found, expected, "{members} {records} {strategy:?}");
            }
        }
    }
}
