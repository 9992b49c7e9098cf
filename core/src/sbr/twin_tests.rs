//! The decisions once more, slowly, with plain sets and nothing kept from one question to the next: what is decided and
//! who goes down must be the same.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use proptest::prelude::{Strategy as Generator, any, prop, prop_assert_eq, proptest};

use super::decision::Decision;
use super::fixtures::*;
use super::strategy::Strategy;
use super::view::ResolverView;
use crate::membership::{Member, MemberStatus, UniqueAddress};
use crate::testing::proptest_config;

type Set = BTreeSet<UniqueAddress>;
type Records = Vec<(UniqueAddress, UniqueAddress)>;

/// A situation in plain sets.
#[derive(Clone)]
struct Twin {
    members: Vec<Member>,
    unreachable: Set,
    records: Records,
    seen: Set,
    me: UniqueAddress,
}

impl Twin {
    fn of(view: &ResolverView) -> Self {
        Self {
            members: view.members().to_vec(),
            unreachable: view.unreachable().iter().cloned().collect(),
            records: view.records().map(|(observer, subject)| (observer.clone(), subject.clone())).collect(),
            seen: view.seen_by().nodes().cloned().collect(),
            me: view.self_node().clone(),
        }
    }

    /// The selected members with the role, the first one in front.
    fn selected(&self, strategy: &Strategy, possibly_up: bool, no_leaving: bool) -> Vec<&Member> {
        use MemberStatus::{Down, Exiting, Joining, Leaving, Removed, WeaklyUp};
        let mut members: Vec<&Member> = self.members.iter().collect();
        members.retain(|member| !matches!(member.status(), Exiting | Down | Removed));
        members.retain(|member| possibly_up || !matches!(member.status(), Joining | WeaklyUp));
        members.retain(|member| !no_leaving || member.status() != Leaving);
        members.retain(|member| strategy.role().is_none_or(|role| member.roles().contains(role)));
        if matches!(strategy, Strategy::KeepOldest { .. }) {
            members.sort_by(|a, b| a.age_order(b));
        }
        members
    }

    fn is_here(&self, member: &Member) -> bool {
        !self.unreachable.contains(member.unique_address())
    }

    fn here(&self, members: &[&Member]) -> usize {
        members.iter().filter(|member| self.is_here(member)).count()
    }

    fn cycle(&self) -> Set {
        let observers: Set = self.records.iter().map(|record| record.0.clone()).collect();
        let subjects: Set = self.records.iter().map(|record| record.1.clone()).collect();
        &observers & &subjects
    }

    fn seen_rule(&self) -> Set {
        let has_seen = |node: &UniqueAddress| self.seen.iter().any(|seen| seen.address == node.address);
        let found = self.records.iter().filter(|record| has_seen(&record.1));
        found.flat_map(|record| [record.0.clone(), record.1.clone()]).collect()
    }

    fn indirect(&self) -> Set {
        &self.cycle() | &self.seen_rule()
    }

    fn downable(&self) -> Set {
        let strategy = Strategy::DownAll;
        self.selected(&strategy, true, false).iter().map(|member| member.unique_address().clone()).collect()
    }

    fn majority(this: usize, other: usize, lowest_is_here: bool) -> Decision {
        if this > other || (this == other && lowest_is_here) {
            Decision::DownUnreachable
        } else {
            Decision::DownReachable
        }
    }

    fn oldest(is_here: bool, down_if_alone: bool, this: usize, other: usize) -> Decision {
        let stays = match (is_here, down_if_alone) {
            (true, false) => true,
            (true, true) => !(this == 1 && other >= 2),
            (false, true) => this >= 2 && other == 1,
            (false, false) => false,
        };
        if stays { Decision::DownUnreachable } else { Decision::DownReachable }
    }

    fn decide(&self, strategy: &Strategy) -> Decision {
        let counted = self.selected(strategy, false, false);
        let (members, here) = (counted.len(), self.here(&counted));
        let there = members - here;
        let is_indirect = !self.indirect().is_empty();
        match strategy {
            Strategy::DownAll => Decision::DownAll,
            Strategy::StaticQuorum { quorum_size, .. } => {
                let quorum = *quorum_size as usize;
                if members > 2 * quorum - 1 {
                    Decision::DownAll
                } else if is_indirect {
                    Decision::DownIndirectlyConnected
                } else if here >= quorum {
                    Decision::DownUnreachable
                } else {
                    Decision::DownReachable
                }
            }
            Strategy::LeaseMajority { minority_delay, .. } => {
                let zero = core::time::Duration::ZERO;
                if is_indirect {
                    return Decision::AcquireLeaseAndDownIndirectlyConnected { delay: zero };
                }
                let asks_first = match counted.first() {
                    None => true,
                    Some(first) => 2 * there < members || (2 * there == members && self.is_here(first)),
                };
                let delay = if asks_first { zero } else { *minority_delay };
                Decision::AcquireLeaseAndDownUnreachable { delay }
            }
            _ if is_indirect => Decision::DownIndirectlyConnected,
            _ if members == 0 => Decision::DownAll,
            Strategy::KeepMajority { .. } => {
                let certain = self.selected(strategy, false, true);
                let possible = self.selected(strategy, true, false);
                let first = Self::majority(here, there, self.is_here(counted[0]));
                let second = certain.first().map(|lowest| {
                    let there = possible.len() - self.here(&possible);
                    Self::majority(self.here(&certain), there, self.is_here(lowest))
                });
                checked(first, second)
            }
            Strategy::KeepOldest { down_if_alone, .. } => {
                let staying = self.selected(strategy, false, true);
                let company = self.selected(strategy, *down_if_alone, true);
                let first = Self::oldest(self.is_here(counted[0]), *down_if_alone, here, there);
                let second = staying.first().map(|oldest| {
                    let here = self.here(&company);
                    Self::oldest(self.is_here(oldest), *down_if_alone, here, company.len() - here)
                });
                checked(first, second)
            }
        }
    }

    /// `None` when the second pass finds indirectly connected nodes again.
    fn nodes_to_down(&self, strategy: &Strategy, decision: &Decision) -> Option<Set> {
        let (downable, indirect) = (self.downable(), self.indirect());
        let reachable = &downable - &self.unreachable;
        Some(match decision {
            Decision::DownUnreachable | Decision::AcquireLeaseAndDownUnreachable { .. } => {
                &downable & &self.unreachable
            }
            Decision::DownReachable => reachable,
            Decision::DownAll => downable,
            Decision::DownSelfQuarantinedByRemote => &downable & &Set::from([self.me.clone()]),
            Decision::ReverseDownIndirectlyConnected => &(&downable & &indirect) | &reachable,
            Decision::DownIndirectlyConnected | Decision::AcquireLeaseAndDownIndirectlyConnected { .. } => {
                let mut more = Set::new();
                if !(&self.unreachable - &indirect).is_empty() {
                    let rest = self.rest();
                    let second = rest.decide(strategy);
                    if second.is_indirectly_connected() {
                        return None;
                    }
                    more = rest.nodes_to_down(strategy, &second)?;
                }
                &(&downable & &indirect) | &more
            }
        })
    }

    fn rest(&self) -> Self {
        let (downable, cycle, seen) = (self.downable(), self.cycle(), self.seen_rule());
        let mut rest = self.clone();
        rest.records.retain(|(observer, subject)| {
            let both = |set: &Set| set.contains(observer) && set.contains(subject);
            both(&downable) && !both(&cycle) && !both(&seen)
        });
        rest.unreachable = rest.records.iter().map(|record| record.1.clone()).collect();
        rest
    }
}

fn checked(first: Decision, second: Option<Decision>) -> Decision {
    match (first, second) {
        (Decision::DownUnreachable, Some(Decision::DownUnreachable)) => first,
        (Decision::DownUnreachable, _) => Decision::DownAll,
        _ => first,
    }
}

const LETTERS: &str = "abcdefg";

/// Members of any status, mostly Up, of any age, some with the role; two incarnations of one address now and then.
fn any_members() -> impl Generator<Value = Vec<Member>> {
    let member = |letter: &'static str| {
        let life = prop::sample::select(alloc::vec!["", "", "", "#2"]);
        let status = prop::sample::select(alloc::vec!["", "", "", "", "j", "w", "l", "e", "d", "p"]);
        (life, status, 1..5, any::<bool>()).prop_map(move |(life, status, age, has_role)| {
            let role = if has_role { "/web" } else { "" };
            member(&alloc::format!("{letter}{status}@{age}{role}{life}"))
        })
    };
    let each: Vec<_> = (0..LETTERS.len()).map(|at| member(&LETTERS[at..=at])).collect();
    (each, 1..=LETTERS.len(), member("c")).prop_map(|(mut members, count, another)| {
        members.truncate(count);
        members.push(another);
        members
    })
}

fn any_links() -> impl Generator<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..8usize, 0..8usize), 0..8)
}

fn any_strategy() -> impl Generator<Value = Strategy> {
    (0..6usize, 1..5u32, any::<bool>()).prop_map(|(which, quorum_size, has_role)| {
        let mut strategy = all_strategies(quorum_size)[which].clone();
        strategy.set_role(has_role.then(|| "web".into()));
        strategy
    })
}

proptest! {
    #![proptest_config(proptest_config())]

    /// SBR-1, SBR-33, SBR-37, SBR-51, SBR-52, SBR-55
    #[test]
    fn the_fast_way_and_the_slow_way_decide_the_same(
        members in any_members(),
        links in any_links(),
        clean_cut in any::<Option<u8>>(),
        lost in any::<u8>(),
        seen in any::<u8>(),
        strategy in any_strategy(),
    ) {
        let mut view = ResolverView::new(node("a"), home(), &strategy);
        members.iter().for_each(|member| { view.put(member); });
        let at = |place: usize| members[place % members.len()].unique_address();
        let is_in = |bits: u8, place: usize| bits & (1 << place) != 0;
        let places = 0..members.len();
        places.clone().filter(|place| is_in(lost, *place)).for_each(|place| view.mark_unreachable(at(place)));
        let mut table = observations("");
        for (observer, subject) in links.iter().filter(|(observer, subject)| at(*observer) != at(*subject)) {
            table = table.unreachable(at(*observer), at(*subject));
        }
        let cut = clean_cut.map_or(0, |bits| bits & lost);
        for observer in places.clone().filter(|place| !is_in(lost, *place)) {
            for subject in places.clone().filter(|place| is_in(cut, *place) && at(*place) != at(observer)) {
                table = table.unreachable(at(observer), at(subject));
            }
        }
        view.set_observations(table);
        let has_seen = places.filter(|place| is_in(seen, *place)).map(|place| at(place).clone());
        view.set_seen_by(has_seen.collect::<Vec<_>>().into());

        let twin = Twin::of(&view);
        prop_assert_eq!(view.decide(&strategy, &NONE), twin.decide(&strategy));
        prop_assert_eq!(view.indirectly_connected(), twin.indirect().into_iter().collect::<Vec<_>>());
        let decided = view.decide(&strategy, &NONE);
        let decisions = [
            Some(decided),
            decided.reverse(),
            Some(Decision::DownIndirectlyConnected),
            Some(Decision::DownUnreachable),
            Some(Decision::DownReachable),
            Some(Decision::DownSelfQuarantinedByRemote),
        ];
        for decision in decisions.iter().flatten() {
            let expected = twin.nodes_to_down(&strategy, decision);
            let failed = expected.is_none();
            let expected: Vec<_> = expected.unwrap_or_else(|| twin.downable()).into_iter().collect();
            prop_assert_eq!(view.nodes_to_down(&strategy, &NONE, decision), (expected, failed), "{}", decision);
        }
    }
}
