//! Convergence and leader once more, slowly: read off the bare lists of a gossip, without anything that is
//! derived from them. What the nodes' own view says is held against this.

use std::cmp::Reverse;

use quorate::MemberStatus::{
    Down, Exiting, Joining, Leaving, PreparingForShutdown, ReadyForShutdown, Up, WeaklyUp,
};
use quorate::{Gossip, Member, MemberStatus, ReachabilityStatus, Repairs, UniqueAddress};

/// A gossip, and who reads it.
#[derive(Clone, Copy)]
pub(super) struct Naive<'a> {
    pub(super) gossip: &'a Gossip,
    pub(super) me: &'a UniqueAddress,
    pub(super) data_center: &'a str,
    pub(super) repairs: &'a Repairs,
    /// The nodes that said that they have finished exiting.
    pub(super) confirmed: &'a [UniqueAddress],
}

fn must_see(status: MemberStatus) -> bool {
    [Up, Leaving, PreparingForShutdown, ReadyForShutdown].contains(&status)
}

impl<'a> Naive<'a> {
    fn members(self) -> impl Iterator<Item = &'a Member> {
        self.gossip.members().as_slice().iter()
    }

    fn member(self, node: &UniqueAddress) -> Option<&'a Member> {
        self.members().find(|member| member.unique_address() == node)
    }

    fn is_inside(self, member: &Member) -> bool {
        member.data_center() == self.data_center
    }

    /// All pairs of observer and subject where the one does not see the other.
    fn misses(self) -> impl Iterator<Item = (&'a UniqueAddress, &'a UniqueAddress)> {
        self.gossip.reachability().rows().iter().flat_map(|row| {
            let missing =
                row.records().iter().filter(|record| record.status != ReachabilityStatus::Reachable);
            missing.map(|record| (row.observer(), &record.subject))
        })
    }

    /// Whether an observer belongs here and is not one that nobody listens to.
    fn is_live_observer(self, observer: &UniqueAddress) -> bool {
        self.member(observer).is_some_and(|member| {
            let is_ignored =
                member.status() == Down || (self.repairs.exiting_observers && member.status() == Exiting);
            self.is_inside(member) && !is_ignored
        })
    }

    /// The first pair of observer and subject that holds convergence up.
    pub(super) fn blocked_by(self) -> Option<(&'a UniqueAddress, &'a UniqueAddress)> {
        self.misses().find(|(observer, subject)| {
            let counts = match self.member(subject) {
                Some(member) => self.is_inside(member) && !matches!(member.status(), Down | Exiting),
                None => true,
            };
            counts
                && *subject != self.me
                && !self.confirmed.contains(subject)
                && self.is_live_observer(observer)
        })
    }

    /// The first member that must see this state and has not.
    pub(super) fn unseen_by(self) -> Option<&'a UniqueAddress> {
        let inside = |member: &Member| self.is_inside(member) && must_see(member.status());
        let is_first_here = !self.members().any(inside);
        let is_asked = |member: &Member| {
            if is_first_here {
                must_see(member.status()) || matches!(member.status(), Joining | WeaklyUp)
            } else {
                inside(member)
            }
        };
        let asked = self.members().filter(|member| is_asked(member)).map(Member::unique_address);
        asked
            .into_iter()
            .find(|node| !self.confirmed.contains(node) && !self.gossip.seen().any(|seen| seen == *node))
    }

    pub(super) fn is_converged(self) -> bool {
        self.blocked_by().is_none() && self.unseen_by().is_none()
    }

    /// Who leads: the first in the best group, of those inside that are not Down and that nobody inside
    /// misses, self excepted.
    pub(super) fn leader(self) -> Option<&'a Member> {
        let is_missed = |node: &UniqueAddress| {
            self.misses().any(|(observer, subject)| {
                let counts = if self.repairs.live_observers {
                    self.is_live_observer(observer)
                } else {
                    self.member(observer).is_some_and(|member| self.is_inside(member))
                };
                subject == node && counts
            })
        };
        let groups: [&[MemberStatus]; 4] =
            [&[Up, Leaving, PreparingForShutdown, ReadyForShutdown], &[WeaklyUp], &[Joining], &[Exiting]];
        let group = |member: &Member| groups.iter().position(|group| group.contains(&member.status()));
        let able = self.members().filter(|member| {
            let node = member.unique_address();
            self.is_inside(member) && group(member).is_some() && (node == self.me || !is_missed(node))
        });
        able.max_by_key(|member| Reverse((group(member), member.unique_address().clone())))
    }

    pub(super) fn is_leader(self) -> bool {
        self.leader().is_some_and(|leader| leader.unique_address() == self.me)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quorate::internals::gossip_of_parts;
    use quorate::{LocalView, Members, Reachability, Tombstones, VectorClock};

    use super::super::testing::{member, node, proptest_config};
    use super::*;

    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn status() -> impl Strategy<Value = Option<MemberStatus>> {
        let some = prop::sample::select(vec![Joining, WeaklyUp, Up, Up, Up, Leaving, Exiting, Down]);
        prop_oneof![1 => Just(None), 6 => some.prop_map(Some)]
    }

    prop_compose! {
        fn any_gossip()(
            statuses in prop::array::uniform5(status()),
            seen in prop::sample::subsequence(NAMES.to_vec(), 0..=5),
            records in prop::collection::vec((0..5usize, 0..5usize, 0..3u8), 0..6),
        ) -> Gossip {
            let list = NAMES.iter().zip(statuses).filter_map(|(name, status)| Some(member(name, status?)));
            let members = Members::try_from(list.collect::<Vec<_>>()).unwrap();
            let is_member = |place: usize| members.contains(&node(NAMES[place]));
            let table = records.iter().filter(|(from, to, _)| from != to && is_member(*from)).fold(
                Reachability::new(),
                |table, (from, to, status)| {
                    let status = [
                        ReachabilityStatus::Reachable,
                        ReachabilityStatus::Unreachable,
                        ReachabilityStatus::Terminated,
                    ][*status as usize];
                    table.change(&node(NAMES[*from]), &node(NAMES[*to]), status)
                },
            );
            let seen: Vec<_> = seen.iter().map(|name| node(name)).collect();
            gossip_of_parts(members, table, &seen, Tombstones::new(), VectorClock::new()).unwrap()
        }
    }

    proptest! {
        #![proptest_config(proptest_config())]

        /// C3, C6: what the judge reads off the bare lists is what the nodes' view derives.
        #[test]
        fn the_slow_twin_agrees_with_the_view(
            gossip in any_gossip(),
            me in 0..5usize,
            confirmed in prop::sample::subsequence(NAMES.to_vec(), 0..=2),
            live_observers: bool,
            exiting_observers: bool,
        ) {
            let me = node(NAMES[me]);
            let confirmed: Vec<_> = confirmed.iter().map(|name| node(name)).collect();
            let repairs = Repairs { live_observers, exiting_observers, ..Repairs::none() };
            let data_center = "default";
            let view = LocalView::new(&gossip, &me, data_center, &repairs);
            let naive = Naive { gossip: &gossip, me: &me, data_center, repairs: &repairs, confirmed: &confirmed };
            // A data centre without a member has no view of its own.
            prop_assume!(!gossip.members().is_empty());
            prop_assert_eq!(naive.is_converged(), view.has_convergence(&confirmed));
            prop_assert_eq!(naive.leader(), view.leader());
        }
    }
}
