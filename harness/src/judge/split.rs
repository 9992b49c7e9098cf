//! S: no two sides of a split go on.

use quorate::MemberStatus::Down;
use quorate::{Instant, UniqueAddress};

use super::assumptions::{
    ALL_FOUND_OUT, CLEAN_PARTITION, LITTLE_IN_FLIGHT, NO_MANUAL_DOWN, NOTHING_IN_FLIGHT, ONLY_CRASHES,
    RESOLVER_ON,
};
use super::flight::{Begun, Flight};
use super::invariant::{Assumption, Group, Invariant, Watches};
use super::seat::Seat;
use super::stage::Stage;
use super::violation::{Finding, Names};

/// S1. Without repairs it is false of the faults that `worst-case-check` cures; those that `gone-observers` cures are
/// left out by its assumptions.
pub(super) static S1: Invariant = Invariant::new(
    "S1",
    "no split: never two live nodes of one data centre, both Up to themselves and their own side, each Down or removed to the other",
    Group::Safety,
    Watches::Pair,
    "part 04, promise P9",
)
.assuming(&[&CLEAN_PARTITION, &LITTLE_IN_FLIGHT, &NO_MANUAL_DOWN, &RESOLVER_ON, &ALL_FOUND_OUT])
.cured_by(&["worst-case-check"]);

/// Whether a node goes on, and has others that it has given up.
pub(super) fn may_be_split(seat: &Seat) -> bool {
    goes_on(seat) && (!seat.departed.is_empty() || seat.gossip.members().has_status(Down))
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

/// U3, `same-side`: whether one of two nodes has given up the other.
pub(super) fn is_given_up_by_either(one: &Seat, other: &Seat) -> bool {
    given_up(one, &other.me).is_some() || given_up(other, &one.me).is_some()
}

/// S1: whether two nodes have given up each other and both go on. SBR-85: each data centre resolves a split by itself, so what is
/// lost of two of them may be lost to each other, on opposite sides.
pub(super) fn split_between(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Finding> {
    if !(goes_on(one) && goes_on(other)) || one.terms.data_center != other.terms.data_center {
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

/// S1, SBR-67: whether a node's own side has downed it: one of the nodes that are `near`, those that it hears and that hear it, and
/// that it has not given up itself. A side that goes down does so member by member, the other side's first.
pub(super) fn is_downed_by_its_own<'a>(seat: &Seat, mut near: impl Iterator<Item = &'a Seat>) -> bool {
    near.any(|own| {
        let has_downed = |member: &quorate::Member| member.status() == Down;
        own.is_live
            && given_up(seat, &own.me).is_none()
            && own.gossip.member(&seat.me).is_some_and(has_downed)
    })
}

/// `all-found-out`: whether a node finds out all that are gone before it decides. HB-50: it watches so many at first, and others in
/// their place when those are gone; of them it must hear nothing for as long as of the first, from its next heartbeats on. LEASE-23: who
/// has the lease keeps it until the others have asked in vain, who wait for the last that they find out.
pub(super) fn finds_all_out(seat: &Seat) -> bool {
    let terms = &seat.terms;
    let anew = terms.heartbeat_interval + terms.expected_response_after + terms.detection();
    // Those that it has removed were to be found out, too.
    let members = seat.gossip.members().len() + seat.departed.len();
    let is_lease_kept = || {
        let rounds = members.div_ceil(terms.monitored_by.max(1));
        let all = anew.saturating_mul(rounds as u32) + terms.stable_after;
        terms.lease.as_ref().is_none_or(|lease| lease.is_kept_for(all))
    };
    members <= terms.monitored_by + 1 || (terms.stable_after > anew && is_lease_kept())
}

/// How the network has fallen apart among hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Partition {
    /// Everybody hears everybody.
    Whole,
    /// Two or three groups that hear themselves and nobody else.
    Clean,
    /// More than three such groups.
    Shattered,
    /// Anything else.
    Unclean,
}

/// `clean-partition`, `faults-off`: how the network is among some hosts. A link that loses by chance is not
/// clean.
pub(super) fn partition(stage: &impl Stage, hosts: impl FnOnce() -> Vec<usize>) -> Partition {
    if stage.is_untouched() {
        return Partition::Whole;
    }
    let hosts = hosts();
    // Also who has nobody beside it does nothing in time while its clock stands still.
    if !hosts.iter().all(|host| stage.is_well(*host)) {
        return Partition::Unclean;
    }
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
    match groups.iter().enumerate().filter(|(place, group)| place == *group).count() {
        0 | 1 => Partition::Whole,
        2 | 3 => Partition::Clean,
        _ => Partition::Shattered,
    }
}

/// Whether S1's assumptions hold, followed from event to event.
///
/// A fault is anything done to links or processes. It lies in the past as soon as all live nodes agree on members that
/// are all live, Up and reachable: then everything begins anew.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Circumstances {
    /// When the last fault came, if the nodes have not agreed since.
    fault_at: Option<Instant>,
    /// Whether a further fault came before the nodes agreed, or the network is in no clean groups.
    unclean: bool,
    /// Whether the network has fallen into more than three groups.
    shattered: bool,
    /// Whether a change was under way when the fault came, or came after it.
    in_flight: bool,
    /// S11: the same of the first of several faults.
    in_flight_at_first: bool,
    /// S11: whether the network was anything but whole.
    was_cut: bool,
    /// How much was.
    flight: Flight,
    pub(super) manual_down: bool,
    /// Whether the resolvers of two nodes differ, or some node has none.
    pub(super) resolvers_differ: bool,
}

/// How alike the states of all live nodes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accord {
    /// They agree, with nothing left to do.
    Calm,
    /// They have one state, in which somebody is still on the way.
    Level,
    /// Their states differ.
    Differing,
    /// Somebody sees an unreachable or a Down member.
    Troubled,
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
        self.shattered = false;
        self.in_flight = false;
        self.in_flight_at_first = false;
        self.was_cut = false;
        self.flight = Flight::default();
    }

    /// A fault came. All of one instant are one fault. `accord`: how it was among the nodes just before.
    pub(super) fn fault(&mut self, at: Instant, accord: impl FnOnce() -> Accord) {
        if self.fault_at != Some(at) {
            let accord = accord();
            self.in_flight |= accord != Accord::Calm;
            self.in_flight_at_first |= accord != Accord::Calm && self.fault_at.is_none();
            match accord {
                Accord::Calm => self.settle(),
                _ if self.fault_at.is_some() => self.unclean = true,
                Accord::Level => self.flight = Flight::default(),
                Accord::Differing if !self.flight.is_empty() => {}
                Accord::Differing | Accord::Troubled => self.flight.begin(Begun::Other),
            }
        }
        self.fault_at = Some(at);
    }

    /// The network is as it now is.
    pub(super) fn network(&mut self, partition: Partition) {
        self.was_cut |= partition != Partition::Whole;
        self.unclean |= partition == Partition::Unclean;
        self.shattered |= partition == Partition::Shattered;
    }

    /// One node began what the others have yet to hear of. `was_level`: whether before that all had one state.
    pub(super) fn begin(&mut self, begun: Begun, was_level: bool) {
        if was_level && self.fault_at.is_none() {
            self.flight = Flight::default();
        }
        // Nobody beyond hears of this.
        if matches!(begun, Begun::Command | Begun::Step) && self.are_open() {
            (self.in_flight, self.in_flight_at_first) = (true, true);
        }
        self.flight.begin(begun);
    }

    /// REP-121: whether no more was under way than the resolver with its repair copes with.
    fn little_in_flight(&self) -> bool {
        let covered = self.flight.is_covered() && (!self.shattered || self.flight.is_empty());
        covered || !self.are_open()
    }

    /// The assumptions of S3 to S6 about what was done that don't hold.
    pub(super) fn broken(&self) -> impl Iterator<Item = &'static Assumption> {
        self.broken_with(&NOTHING_IN_FLIGHT, !self.in_flight)
    }

    /// S2: whether a fault was no clean partition, and nothing but the resolver is to decide.
    pub(super) fn are_unclean(&self) -> bool {
        self.unclean && !self.manual_down && !self.resolvers_differ
    }

    /// The assumptions of S1 that don't hold.
    pub(super) fn broken_of_split(&self) -> impl Iterator<Item = &'static Assumption> {
        self.broken_with(&LITTLE_IN_FLIGHT, self.little_in_flight())
    }

    /// The assumptions of S11 that don't hold. Each further fault comes when somebody has been missed already.
    pub(super) fn broken_of_crashes(&self) -> impl Iterator<Item = &'static Assumption> {
        let holds = [
            (&ONLY_CRASHES, !self.was_cut),
            (&NOTHING_IN_FLIGHT, !self.in_flight_at_first),
            (&NO_MANUAL_DOWN, !self.manual_down),
            (&RESOLVER_ON, !self.resolvers_differ),
        ];
        holds.into_iter().filter(|(_, holds)| !holds).map(|(assumption, _)| assumption)
    }

    fn broken_with(
        &self,
        in_flight: &'static Assumption,
        holds: bool,
    ) -> impl Iterator<Item = &'static Assumption> {
        let holds = [
            (&CLEAN_PARTITION, !self.unclean),
            (in_flight, holds),
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

    use super::super::seat::Terms;
    use super::super::staying::LeaseTerms;
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

    /// S1, SBR-85: who is lost of one data centre may be lost to who is lost of another.
    #[test]
    fn what_two_data_centers_lose_on_opposite_sides_is_no_split() {
        let a = seat("a", gossip(&[("a", Up), ("b", Down)]));
        let mut b = seat("b", gossip(&[("a", Down), ("b", Up)]));
        assert!(split_between(&a, &b, names()).is_some());
        let elsewhere = Terms { data_center: "west".into(), ..(*b.terms).clone() };
        b.terms = std::sync::Arc::new(elsewhere);
        assert_eq!(split_between(&a, &b, names()), None);
    }

    /// S1: who is Down to a node that it hears and holds to will end; who is Down to those beyond, or to one that it has given up, goes
    /// on.
    #[test]
    fn who_is_down_to_its_own_side_does_not_go_on() {
        let a = seat("a", gossip(&[("a", Up), ("b", Up), ("c", Down)]));
        let own = |status| seat("b", gossip(&[("a", status), ("b", Up), ("c", Down)]));
        assert!(is_downed_by_its_own(&a, [&own(Down)].into_iter()));
        assert!(!is_downed_by_its_own(&a, [&own(Up)].into_iter()));
        let beyond = seat("c", gossip(&[("a", Down), ("c", Up)]));
        assert!(!is_downed_by_its_own(&a, [&beyond].into_iter()));
        let ended = Seat { is_live: false, ..own(Down) };
        assert!(!is_downed_by_its_own(&a, [&ended].into_iter()));
    }

    fn both_ways(pairs: &[(usize, usize)]) -> FakeStage {
        stage(&pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect::<Vec<_>>())
    }

    /// S1: the assumption `clean-partition`.
    #[test]
    fn only_groups_that_hear_themselves_and_nobody_else_are_a_clean_partition() {
        let all = [0, 1, 2, 3];
        assert_eq!(partition(&stage(&[]), || all.to_vec()), Partition::Whole);
        assert_eq!(
            partition(&both_ways(&[(0, 2), (0, 3), (1, 2), (1, 3)]), || all.to_vec()),
            Partition::Clean
        );
        // One way, a pair, and a bridge over host 1.
        assert_eq!(partition(&stage(&[(0, 2)]), || all.to_vec()), Partition::Unclean);
        assert_eq!(partition(&both_ways(&[(0, 2)]), || all.to_vec()), Partition::Unclean);
        assert_eq!(partition(&both_ways(&[(0, 2), (0, 3)]), || all.to_vec()), Partition::Unclean);
        assert_eq!(
            partition(&both_ways(&[(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]), || all.to_vec()),
            Partition::Shattered
        );
        // Of those that are left, all hear each other.
        assert_eq!(partition(&both_ways(&[(0, 2), (0, 3)]), || vec![1, 2, 3]), Partition::Whole);
    }

    /// S1: the assumption `clean-partition`.
    #[test]
    fn a_link_that_loses_by_chance_is_not_clean_unless_it_is_cut() {
        let lossy = FakeStage { lossy: vec![(0, 1)], ..both_ways(&[(0, 2), (1, 2)]) };
        assert_eq!(partition(&lossy, || vec![0, 1, 2]), Partition::Unclean);
        let cut = FakeStage { lossy: vec![(0, 2)], ..both_ways(&[(0, 2), (1, 2)]) };
        assert_eq!(partition(&cut, || vec![0, 1, 2]), Partition::Clean);
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn broken(circumstances: &Circumstances) -> Vec<&'static str> {
        circumstances.broken_of_split().map(|assumption| assumption.name).collect()
    }

    /// S1: the assumption `all-found-out`.
    #[test]
    fn sparse_monitoring_needs_a_longer_rest() {
        let mut seat = seat("a", gossip(&[("a", Up), ("b", Up), ("c", Up), ("d", Up)]));
        assert!(finds_all_out(&seat), "each of four watches three");
        let terms = std::sync::Arc::make_mut(&mut seat.terms);
        (terms.monitored_by, terms.stable_after) = (2, Duration::from_secs(10));
        assert!(!finds_all_out(&seat), "an interval, the expected answer, and 8 s of detection");
        let terms = std::sync::Arc::make_mut(&mut seat.terms);
        terms.stable_after += Duration::from_nanos(1);
        // LEASE-23: two rounds of 10 s, 10 s of rest, and 2 s for a minority; it is kept for 40 s.
        let mut config = quorate::Config::default();
        config.set("sbr.strategy", "lease-majority").unwrap();
        terms.lease = LeaseTerms::of(&config);
        assert!(finds_all_out(&seat));
        let terms = std::sync::Arc::make_mut(&mut seat.terms);
        terms.stable_after += Duration::from_secs(8);
        assert!(!finds_all_out(&seat), "the lease is free before the last have asked");
        std::sync::Arc::make_mut(&mut seat.terms).lease = None;
        assert!(finds_all_out(&seat));
    }

    /// S1: its assumptions over time.
    #[test]
    fn a_second_fault_before_all_agree_breaks_the_clean_partition_until_they_do() {
        let mut now = Circumstances::default();
        now.fault(at(1), || Accord::Calm);
        now.network(Partition::Clean);
        now.fault(at(1), || Accord::Differing);
        assert!(broken(&now).is_empty(), "all that comes at one instant is one fault");
        now.fault(at(2), || Accord::Level);
        assert_eq!(broken(&now), ["clean-partition"]);
        now.settle();
        assert!(broken(&now).is_empty());
        now.fault(at(3), || Accord::Calm);
        now.network(Partition::Unclean);
        assert_eq!(broken(&now), ["clean-partition"]);
        now.fault(at(4), || Accord::Calm);
        assert!(broken(&now).is_empty());
    }

    /// S1: its assumptions over time.
    #[test]
    fn more_changes_that_meet_a_fault_than_the_resolver_copes_with_are_in_flight() {
        let mut now = Circumstances::default();
        now.begin(Begun::Other, true);
        assert!(broken(&now).is_empty(), "without a fault it does no harm");
        now.begin(Begun::Command, true);
        now.fault(at(1), || Accord::Differing);
        assert!(broken(&now).is_empty(), "all knew of the first when the second began");
        assert!(now.broken().any(|assumption| assumption.name == "nothing-in-flight"));
        now.begin(Begun::Step, true);
        assert!(broken(&now).is_empty());
        now.begin(Begun::Command, true);
        assert_eq!(broken(&now), ["little-in-flight"], "a level that a cut ended does not come back");
        now.settle();
        now.begin(Begun::Command, false);
        now.fault(at(2), || Accord::Level);
        now.begin(Begun::Command, false);
        assert!(broken(&now).is_empty(), "all knew of the first when the fault came");
        now.network(Partition::Shattered);
        assert_eq!(broken(&now), ["little-in-flight"]);
        let commanded = Circumstances { manual_down: true, resolvers_differ: true, ..now };
        assert_eq!(broken(&commanded), ["little-in-flight", "no-manual-down", "resolver-on"]);
    }

    /// S1: its assumptions over time.
    #[test]
    fn what_nobody_began_or_what_was_already_lost_is_in_flight() {
        for accord in [Accord::Differing, Accord::Troubled] {
            let mut now = Circumstances::default();
            now.fault(at(1), || accord);
            assert_eq!(broken(&now), ["little-in-flight"], "{accord:?}");
        }
    }

    /// S3, S11: what is under way when the fault comes and after it; of several crashes that of the first counts, for S11.
    #[test]
    fn a_step_of_the_leader_after_the_fault_is_in_flight() {
        let broken = |circumstances: &Circumstances| {
            let names = |all: &mut dyn Iterator<Item = &'static Assumption>| -> Vec<&str> {
                all.map(|assumption| assumption.name).filter(|name| *name != "clean-partition").collect()
            };
            (names(&mut circumstances.broken()), names(&mut circumstances.broken_of_crashes()))
        };
        let mut circumstances = Circumstances::default();
        circumstances.fault(at(1), || Accord::Calm);
        assert_eq!(broken(&circumstances), (vec![], vec![]));
        circumstances.fault(at(7), || Accord::Troubled);
        assert_eq!(broken(&circumstances), (vec!["nothing-in-flight"], vec![]));
        circumstances.begin(Begun::Decision, false);
        assert_eq!(broken(&circumstances).1, [""; 0]);
        circumstances.begin(Begun::Step, false);
        assert_eq!(broken(&circumstances).1, ["nothing-in-flight"]);
        circumstances.settle();
        circumstances.begin(Begun::Step, true);
        assert_eq!(broken(&circumstances), (vec![], vec![]), "before the fault");
        circumstances.fault(at(30), || Accord::Calm);
        circumstances.begin(Begun::Step, true);
        assert_eq!(broken(&circumstances).0, ["nothing-in-flight"]);
        circumstances.settle();
        circumstances.fault(at(60), || Accord::Level);
        assert_eq!(broken(&circumstances).1, ["nothing-in-flight"]);
        circumstances.settle();
        circumstances.fault(at(90), || Accord::Calm);
        circumstances.network(Partition::Clean);
        assert_eq!(broken(&circumstances).1, ["only-crashes"]);
    }
}
