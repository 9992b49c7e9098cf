//! S: no two sides of a split go on.

use quorate::MemberStatus::Down;
use quorate::{Instant, UniqueAddress};

use super::assumptions::{CLEAN_PARTITION, NO_MANUAL_DOWN, NOTHING_IN_FLIGHT, RESOLVER_ON};
use super::invariant::{Assumption, Group, Invariant, Watches};
use super::seat::Seat;
use super::stage::Stage;
use super::violation::{Finding, Names};

/// S1. Without repairs it is false only of faults that its assumptions leave out: those that `gone-observers`
/// and `worst-case-check` cure.
pub(super) static S1: Invariant = Invariant::new(
    "S1",
    "no split: never two live nodes, both Up to themselves, each Down or removed to the other",
    Group::Safety,
    Watches::Pair,
    "part 04, promise P9",
)
.assuming(&[&CLEAN_PARTITION, &NOTHING_IN_FLIGHT, &NO_MANUAL_DOWN, &RESOLVER_ON]);

/// Whether a node goes on, and has others that it has given up.
pub(super) fn may_be_split(seat: &Seat) -> bool {
    goes_on(seat)
        && (!seat.departed.is_empty() || seat.gossip.members().iter().any(|member| member.status() == Down))
}

fn goes_on(seat: &Seat) -> bool {
    seat.takes_part() && seat.own_status().counts_for_convergence()
}

/// How one node has given up another, if it has.
fn given_up(seat: &Seat, node: &UniqueAddress) -> Option<&'static str> {
    match seat.gossip.member(node) {
        Some(member) => (member.status() == Down).then_some("down"),
        None => seat.has_removed(node).then_some("removed"),
    }
}

/// S1: whether two nodes have given up each other and both go on.
pub(super) fn split_between(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Finding> {
    if !(goes_on(one) && goes_on(other)) {
        return None;
    }
    let (theirs, mine) = (given_up(one, &other.me)?, given_up(other, &one.me)?);
    let fact = |seat: &Seat, subject: &Seat, how| {
        format!(
            "to {}, which is {} to itself, {} is {how}",
            names.of(&seat.me),
            seat.own_status(),
            names.of(&subject.me)
        )
    };
    Some(Finding::new(&[&one.me, &other.me], fact(one, other, theirs), fact(other, one, mine)))
}

/// How the network has fallen apart among hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Partition {
    /// Everybody hears everybody.
    Whole,
    /// Groups that hear themselves and nobody else.
    Clean,
    /// Anything else.
    Unclean,
}

/// `clean-partition`, `faults-off`: how the network is among some hosts. A link that loses by chance is not
/// clean.
pub(super) fn partition(stage: &impl Stage, hosts: &[usize]) -> Partition {
    // For each host the first one that it hears both ways: the same for all of a clean group.
    let mut groups: Vec<usize> = Vec::with_capacity(hosts.len());
    for (place, &host) in hosts.iter().enumerate() {
        let open = |other: usize| !stage.is_cut(host, other) && !stage.is_cut(other, host);
        let group = hosts[..place].iter().position(|&other| open(other)).map_or(place, |first| groups[first]);
        groups.push(group);
    }
    for (place, &host) in hosts.iter().enumerate() {
        for (before, &other) in hosts[..place].iter().enumerate() {
            let separate = groups[place] != groups[before];
            let as_grouped = stage.is_cut(host, other) == separate && stage.is_cut(other, host) == separate;
            let sound = separate || (stage.is_sound(host, other) && stage.is_sound(other, host));
            if !(as_grouped && sound) {
                return Partition::Unclean;
            }
        }
    }
    if groups.iter().all(|&group| group == 0) { Partition::Whole } else { Partition::Clean }
}

/// Whether S1's assumptions hold, followed from event to event.
///
/// A fault is anything done to links or processes. A change is a command to join or leave, or a join that was
/// accepted. Both lie in the past as soon as all live nodes agree on members that are all live, Up and
/// reachable: then everything begins anew.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Circumstances {
    /// When the last fault came, if the nodes have not agreed since.
    fault_at: Option<Instant>,
    /// Whether a further fault came before the nodes agreed, or the network is in no clean groups.
    unclean: bool,
    /// Whether a change was under way when the fault came, or came after it.
    in_flight: bool,
    pub(super) manual_down: bool,
    /// Whether the resolvers of two nodes differ, or some node has none.
    pub(super) resolvers_differ: bool,
}

impl Circumstances {
    /// Whether a search for agreement can change anything.
    pub(super) fn are_open(&self) -> bool {
        self.fault_at.is_some()
    }

    /// All live nodes agree.
    pub(super) fn settle(&mut self) {
        self.fault_at = None;
        self.unclean = false;
        self.in_flight = false;
    }

    /// A fault came. All of one instant are one fault. `calm`: whether all nodes agreed just before.
    pub(super) fn fault(&mut self, at: Instant, calm: impl FnOnce() -> bool) {
        if self.fault_at != Some(at) {
            if calm() {
                self.settle();
            } else if self.fault_at.is_some() {
                self.unclean = true;
            } else {
                self.in_flight = true;
            }
        }
        self.fault_at = Some(at);
    }

    /// The network is as it now is.
    pub(super) fn network(&mut self, partition: Partition) {
        self.unclean |= partition == Partition::Unclean;
    }

    /// A change was begun.
    pub(super) fn change(&mut self, calm: impl FnOnce() -> bool) {
        if self.fault_at.is_some() {
            if calm() {
                self.settle();
            } else {
                self.in_flight = true;
            }
        }
    }

    /// The assumptions of S1 that don't hold.
    pub(super) fn broken(&self) -> impl Iterator<Item = &'static Assumption> {
        let holds = [
            (&CLEAN_PARTITION, !self.unclean),
            (&NOTHING_IN_FLIGHT, !self.in_flight),
            (&NO_MANUAL_DOWN, !self.manual_down),
            (&RESOLVER_ON, !self.resolvers_differ),
        ];
        holds.into_iter().filter(|(_, holds)| !holds).map(|(assumption, _)| assumption)
    }
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Joining, Up};
    use std::time::Duration;

    use super::super::testing::{FakeStage, gossip, names, node, seat};
    use super::*;

    /// S1
    #[test]
    fn two_that_gave_up_each_other_and_go_on_are_a_split() {
        let a = seat("a", gossip(&[("a", Up), ("b", Down)]));
        let mut b = seat("b", gossip(&[("b", Up)]));
        assert_eq!(split_between(&a, &b, names()), None, "b never knew a");
        b.departed = vec![node("a")];
        let found = split_between(&a, &b, names()).unwrap();
        assert_eq!(found.who, [node("a"), node("b")]);
        assert_eq!(found.facts.0, "to a, which is up to itself, b is down");
        assert_eq!(found.facts.1, "to b, which is up to itself, a is removed");
        assert!(may_be_split(&a) && may_be_split(&b));
    }

    /// S1
    #[test]
    fn a_side_that_is_going_down_has_ended_or_has_given_up_nobody_is_no_split() {
        let a = seat("a", gossip(&[("a", Up), ("b", Down)]));
        let split = || seat("b", gossip(&[("a", Down), ("b", Up)]));
        assert!(split_between(&a, &split(), names()).is_some());
        let sound = [
            seat("b", gossip(&[("a", Down), ("b", Down)])),
            seat("b", gossip(&[("a", Up), ("b", Up)])),
            seat("b", gossip(&[("a", Down), ("b", Joining)])),
            Seat { is_live: false, ..split() },
        ];
        for b in sound {
            assert_eq!(split_between(&a, &b, names()), None, "{:?}", b.gossip);
        }
        // Another incarnation of b is somebody else.
        assert_eq!(split_between(&a, &seat("b#2", gossip(&[("a", Down), ("b#2", Up)])), names()), None);
    }

    fn stage(cuts: &[(usize, usize)]) -> FakeStage {
        FakeStage { cuts: cuts.to_vec(), ..FakeStage::default() }
    }

    fn both_ways(pairs: &[(usize, usize)]) -> FakeStage {
        stage(&pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect::<Vec<_>>())
    }

    /// S1: the assumption `clean-partition`.
    #[test]
    fn only_groups_that_hear_themselves_and_nobody_else_are_a_clean_partition() {
        let all = [0, 1, 2, 3];
        assert_eq!(partition(&stage(&[]), &all), Partition::Whole);
        assert_eq!(partition(&both_ways(&[(0, 2), (0, 3), (1, 2), (1, 3)]), &all), Partition::Clean);
        // One way, a pair, and a bridge over host 1.
        assert_eq!(partition(&stage(&[(0, 2)]), &all), Partition::Unclean);
        assert_eq!(partition(&both_ways(&[(0, 2)]), &all), Partition::Unclean);
        assert_eq!(partition(&both_ways(&[(0, 2), (0, 3)]), &all), Partition::Unclean);
        // Of those that are left, all hear each other.
        assert_eq!(partition(&both_ways(&[(0, 2), (0, 3)]), &[1, 2, 3]), Partition::Whole);
    }

    /// S1: the assumption `clean-partition`.
    #[test]
    fn a_link_that_loses_by_chance_is_not_clean_unless_it_is_cut() {
        let lossy = FakeStage { lossy: vec![(0, 1)], ..both_ways(&[(0, 2), (1, 2)]) };
        assert_eq!(partition(&lossy, &[0, 1, 2]), Partition::Unclean);
        let cut = FakeStage { lossy: vec![(0, 2)], ..both_ways(&[(0, 2), (1, 2)]) };
        assert_eq!(partition(&cut, &[0, 1, 2]), Partition::Clean);
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn broken(circumstances: &Circumstances) -> Vec<&'static str> {
        circumstances.broken().map(|assumption| assumption.name).collect()
    }

    /// S1: its assumptions over time.
    #[test]
    fn a_second_fault_before_all_agree_breaks_the_clean_partition_until_they_do() {
        let mut now = Circumstances::default();
        now.fault(at(1), || true);
        now.network(Partition::Clean);
        now.fault(at(1), || false);
        assert!(broken(&now).is_empty(), "all that comes at one instant is one fault");
        now.fault(at(2), || false);
        assert_eq!(broken(&now), ["clean-partition"]);
        now.settle();
        assert!(broken(&now).is_empty());
        now.fault(at(3), || true);
        now.network(Partition::Unclean);
        assert_eq!(broken(&now), ["clean-partition"]);
        now.fault(at(4), || true);
        assert!(broken(&now).is_empty());
    }

    /// S1: its assumptions over time.
    #[test]
    fn a_change_that_meets_a_fault_is_in_flight() {
        let mut now = Circumstances::default();
        now.change(|| false);
        assert!(broken(&now).is_empty(), "without a fault it does no harm");
        now.fault(at(1), || false);
        assert_eq!(broken(&now), ["nothing-in-flight"]);
        now.settle();
        now.fault(at(2), || true);
        now.change(|| false);
        assert_eq!(broken(&now), ["nothing-in-flight"]);
        now.change(|| true);
        assert!(broken(&now).is_empty());
        let commanded = Circumstances { manual_down: true, resolvers_differ: true, ..now };
        assert_eq!(broken(&commanded), ["no-manual-down", "resolver-on"]);
    }
}
