//! L: what must come of one thing that happened, in its time.

use std::time::Duration;

use quorate::MemberStatus::{self, Down, Exiting, Joining, WeaklyUp};
use quorate::{Instant, UniqueAddress};

use super::assumptions::{
    CONTACT, DATA_CENTERS_MEET, EXITS_DONE, FAULTS_OFF, LAST_WORDS_HEARD, MINIMUM_MET, NO_FAULT_DURING,
    NO_ORPHANS, NO_SHUTDOWN, NOBODY_MISSED, NOT_REPLACED, ONE_DATA_CENTER, ONE_LINEAGE, RESOLVER_ON,
    SEED_LIVES,
};
use super::invariant::{Group, Invariant, Watches};
use super::liveness::agree;
use super::rates::shares_its_address;
use super::seat::{Seat, Terms};
use super::spreading::Spreading;
use super::violation::{Finding, Names};

/// L2
pub(super) static L2: Invariant = Invariant::new(
    "L2",
    "after a heal without downing all are reachable again in time",
    Group::Liveness,
    Watches::Cluster,
    "RCH-44, HB-38, PHI-26",
)
.assuming(&[&NO_FAULT_DURING, &FAULTS_OFF, &DATA_CENTERS_MEET])
.cured_by(&["exiting-observers"]);

/// L3
pub(super) static L3: Invariant = Invariant::new(
    "L3",
    "a crashed node is removed everywhere in time",
    Group::Liveness,
    Watches::Cluster,
    "RCH-41, SBR-64, LDR-11",
)
.assuming(&[&NO_FAULT_DURING, &RESOLVER_ON, &FAULTS_OFF, &MINIMUM_MET, &ONE_DATA_CENTER, &DATA_CENTERS_MEET]);

/// L4
pub(super) static L4: Invariant = Invariant::new(
    "L4",
    "a joiner is Up everywhere in time",
    Group::Liveness,
    Watches::Cluster,
    "JOIN-75, LDR-15",
)
.assuming(&[
    &NO_FAULT_DURING,
    &MINIMUM_MET,
    &FAULTS_OFF,
    &NO_SHUTDOWN,
    &ONE_LINEAGE,
    &DATA_CENTERS_MEET,
    &NOBODY_MISSED,
    &NOT_REPLACED,
]);

/// L5
pub(super) static L5: Invariant = Invariant::new(
    "L5",
    "a leaver is removed everywhere in time",
    Group::Liveness,
    Watches::Cluster,
    "LDR-50, LDR-17, LDR-12, LIFE-50",
)
.assuming(&[
    &NO_FAULT_DURING,
    &FAULTS_OFF,
    &DATA_CENTERS_MEET,
    &NOBODY_MISSED,
    &NOT_REPLACED,
    &LAST_WORDS_HEARD,
]);

/// L6
pub(super) static L6: Invariant = Invariant::new(
    "L6",
    "after a restart the old incarnation is removed everywhere and the new one is Up in time",
    Group::Liveness,
    Watches::Cluster,
    "JOIN-73, JOIN-74, LDR-15",
)
.assuming(&[
    &NO_FAULT_DURING,
    &RESOLVER_ON,
    &FAULTS_OFF,
    &MINIMUM_MET,
    &ONE_DATA_CENTER,
    &NO_SHUTDOWN,
    &ONE_LINEAGE,
    &SEED_LIVES,
    &NOT_REPLACED,
    &DATA_CENTERS_MEET,
])
.cured_by(&["introduce", "exiting-observers", "live-observers", "removed-notice"]);

/// L7
pub(super) static L7: Invariant = Invariant::new(
    "L7",
    "a removed live node that is connected learns it, and stops",
    Group::Liveness,
    Watches::Cluster,
    "part 06, promise P8",
)
.assuming(&[&NO_FAULT_DURING, &FAULTS_OFF, &ONE_DATA_CENTER, &CONTACT, &DATA_CENTERS_MEET])
.cured_by(&["removed-notice"]);

/// L8
pub(super) static L8: Invariant = Invariant::new(
    "L8",
    "from any state, with faults off, all live nodes come to be equal and converged, with nobody on the way",
    Group::Liveness,
    Watches::Cluster,
    "part 06, promise P7",
)
.assuming(&[
    &NO_FAULT_DURING,
    &FAULTS_OFF,
    &NO_ORPHANS,
    &MINIMUM_MET,
    &RESOLVER_ON,
    &ONE_DATA_CENTER,
    &EXITS_DONE,
    &NO_SHUTDOWN,
    &DATA_CENTERS_MEET,
])
.cured_by(&[
    "content-decides",
    "tombstones-remove",
    "introduce",
    "removed-notice",
    "live-observers",
    "exiting-observers",
    "keep-self",
]);

/// Something that must have come by a time.
#[derive(Clone, Debug)]
pub(super) struct Duty {
    pub(super) invariant: &'static Invariant,
    /// Whom it is about, if about one.
    pub(super) node: Option<UniqueAddress>,
    /// The new incarnation of L6.
    pub(super) successor: Option<UniqueAddress>,
    pub(super) due: Instant,
    /// When it was begun.
    pub(super) began: Option<Instant>,
    /// Since when what is to come has come: only a judge that measures follows it.
    pub(super) met: Option<Instant>,
    /// L5: who has been told by the leaver, as it ended.
    pub(super) told: Vec<UniqueAddress>,
}

impl Duty {
    pub(super) fn of(invariant: &'static Invariant, node: Option<UniqueAddress>, due: Instant) -> Self {
        Self { invariant, node, successor: None, due, began: None, met: None, told: Vec::new() }
    }

    /// REP-54, P8: whether somebody who has removed the node is a member to it. It is sound, too, if the node has gone.
    pub(super) fn has_contact(&self, seats: &[&Seat]) -> bool {
        let Some(seat) = seats.iter().find(|seat| Some(&seat.me) == self.node.as_ref()) else { return true };
        seats.iter().any(|other| other.has_removed(&seat.me) && seat.gossip.member(&other.me).is_some())
    }

    /// L4, L5: whether others than whom it is about are missed or downed: until they are removed or found again nothing goes on.
    pub(super) fn misses_others(&self, seats: &[&Seat]) -> bool {
        let is_other = |node: &UniqueAddress| Some(node) != self.node.as_ref();
        seats.iter().any(|seat| {
            let table = seat.gossip.reachability();
            let mut members = seat.gossip.members().iter();
            let mut missed = table
                .observers()
                .filter(|observer| is_other(observer))
                .flat_map(|observer| table.unreachable_from(observer));
            members.any(|m| m.status() == Down && is_other(m.unique_address())) || missed.any(is_other)
        })
    }

    /// L5, LDR-32, LDR-37: whether nobody goes on who was told of the leaver's end, nor anybody of its data centre, and whoever does has
    /// not heard that it exits: who was the last there tells one node of one other data centre.
    pub(super) fn is_unheard(&self, seats: &[&Seat]) -> bool {
        let Some(leaver) = &self.node else { return false };
        let is_up =
            |seat: &&Seat| seat.gossip.member(leaver).is_some_and(|m| !m.status().is_on_its_way_out());
        let is_near = |seat: &&Seat| {
            let member = seat.gossip.member(leaver);
            member.is_none_or(|member| member.data_center() == seat.terms.data_center)
        };
        !self.told.is_empty()
            && seats.iter().all(|seat| is_up(seat) && !is_near(seat) && !self.told.contains(&seat.me))
    }

    /// Whether what was to come has come.
    pub(super) fn is_met(&self, seats: &[&Seat], at: Instant, names: Names<'_>) -> bool {
        if self.invariant == &L8 { agree(seats) } else { self.unmet(seats, at, names).is_none() }
    }

    /// Whether what was to come has come; else who stands against it. `seats`: those that live and are in a cluster.
    pub(super) fn unmet(&self, seats: &[&Seat], at: Instant, names: Names<'_>) -> Option<Finding> {
        let late = || format!("its time was up at {at}");
        let node = self.node.as_ref();
        match self.invariant.id {
            "L2" => seats.iter().find_map(|seat| {
                let (observer, subject) = observation_of_live(seat, seats)?;
                let one = format!("to {} {} is unreachable", names.of(&seat.me), names.of(subject));
                let other = format!("that is what {} has observed; {}", names.of(observer), late());
                Some(Finding::new(&[&seat.me, subject], one, other))
            }),
            "L3" | "L5" => still_a_member(node?, seats, late(), names),
            "L4" => not_up(node?, seats, late(), names),
            "L6" => still_a_member(node?, seats, late(), names)
                .or_else(|| not_up(self.successor.as_ref()?, seats, late(), names)),
            "L7" => seats.iter().find(|seat| Some(&seat.me) == node).map(|seat| {
                let one = format!("{} goes on", names.of(&seat.me));
                Finding::new(&[&seat.me], one, format!("others have removed it; {}", late()))
            }),
            _ => None,
        }
    }
}

/// RCH-3: an observation is taken back by its observer only, so that of a dead one stays until that one is removed (L3). But nobody
/// downs one that is Exiting: what it has observed would stay for good, were it not left out (REP-70). One whose address another
/// incarnation shares, which is dead, is missed with that one until that one is removed. Gives one that should not be there any more.
fn observation_of_live<'a>(seat: &'a Seat, live: &[&Seat]) -> Option<(&'a UniqueAddress, &'a UniqueAddress)> {
    let lives = |node: &UniqueAddress| live.iter().any(|seat| seat.me == *node);
    let is_to_be_found = |node: &UniqueAddress| lives(node) && !shares_its_address(&seat.gossip, node);
    let table = seat.gossip.reachability();
    let has_left = |node: &UniqueAddress| {
        let left_out = seat.terms.repairs.exiting_observers;
        !left_out && seat.gossip.member(node).is_some_and(|member| member.status() == Exiting)
    };
    let observers = table.observers().filter(|observer| lives(observer) || has_left(observer));
    observers.into_iter().find_map(|observer| {
        let subject = table.unreachable_from(observer).find(|subject| is_to_be_found(subject))?;
        Some((observer, subject))
    })
}

fn still_a_member(node: &UniqueAddress, seats: &[&Seat], late: String, names: Names<'_>) -> Option<Finding> {
    let seat = seats.iter().find(|seat| seat.me != *node && seat.gossip.member(node).is_some())?;
    let status = seat.gossip.member(node).map_or(MemberStatus::Removed, |member| member.status());
    let one = format!("to {} {} is {status}", names.of(&seat.me), names.of(node));
    Some(Finding::new(&[&seat.me, node], one, late))
}

fn not_up(node: &UniqueAddress, seats: &[&Seat], late: String, names: Names<'_>) -> Option<Finding> {
    let status = |seat: &Seat| seat.gossip.member(node).map_or(MemberStatus::Removed, |m| m.status());
    let is_late = |status| matches!(status, MemberStatus::Removed | Joining | WeaklyUp | Down | Exiting);
    let seat = seats.iter().find(|seat| is_late(status(seat)))?;
    let one = format!("to {} {} is {}", names.of(&seat.me), names.of(node), status(seat));
    Some(Finding::new(&[&seat.me, node], one, late))
}

impl Terms {
    /// Within what time a node that has gone is called unreachable by who asks it: the tolerated silence, the first answer
    /// that is missing, what the deviation of the answers allows, and a look of the reaper.
    pub(super) fn detection(&self) -> Duration {
        self.heartbeat_pause + 3 * self.heartbeat_interval + self.reaper_interval + Duration::from_secs(1)
    }

    /// From silence to the decision of the resolver, once all have heard of it: the resolver's rest and look.
    fn decision(&self) -> Duration {
        self.detection() + self.stable_after + Duration::from_secs(2)
    }

    /// L3: detection, its spread, the resolver's rest and look, and the removal.
    pub(super) fn removal(&self, spreading: &Spreading) -> Duration {
        self.decision().saturating_add(spreading.agreements(2))
    }

    /// L8: everything one after the other, with a resolver that finds no rest, and downed nodes that wait to be heard.
    pub(super) fn settling(&self, spreading: &Spreading) -> Duration {
        let unrest = self.unrest_limit.unwrap_or(self.stable_after);
        (2 * self.decision() + unrest).saturating_add(spreading.agreements(8))
    }
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Leaving, Up};
    use quorate::{Config, Reachability};

    use super::super::testing::{gossip, member, names, node, observed, seat};
    use super::*;

    fn unmet(invariant: &'static Invariant, about: &str, seats: &[Seat]) -> Option<Vec<UniqueAddress>> {
        let mut duty = Duty::of(invariant, Some(node(about)), Instant::ZERO);
        duty.successor = Some(node("b#2"));
        let seats: Vec<&Seat> = seats.iter().collect();
        duty.unmet(&seats, Instant::ZERO, names()).map(|finding| finding.who)
    }

    /// L2
    #[test]
    fn who_is_unreachable_long_after_a_heal_violates() {
        let state = gossip(&[("a", Up), ("b", Up)]);
        let lost = observed(&state, Reachability::new().unreachable(&node("a"), &node("b")));
        assert_eq!(unmet(&L2, "a", &[seat("a", state.clone()), seat("b", state.clone())]), None);
        assert_eq!(
            unmet(&L2, "a", &[seat("a", lost.clone()), seat("b", state)]),
            Some(vec![node("a"), node("b")])
        );
        assert_eq!(unmet(&L2, "a", &[seat("a", lost)]), None, "b does not live");
        let state = gossip(&[("a", Up), ("b", Up), ("c", Up)]);
        let lost = observed(&state, Reachability::new().unreachable(&node("c"), &node("b")));
        let (mut a, mut b) = (seat("a", lost.clone()), seat("b", lost.clone()));
        assert_eq!(unmet(&L2, "a", &[a.clone(), b.clone()]), None, "c, which says so, does not live");
        let left = std::sync::Arc::new(lost.update(&[member("c", Exiting)]));
        let exact = std::sync::Arc::new(Terms { repairs: quorate::Repairs::none(), ..(*a.terms).clone() });
        for seat in [&mut a, &mut b] {
            (seat.gossip, seat.terms) = (left.clone(), exact.clone());
        }
        assert!(unmet(&L2, "a", &[a.clone(), b.clone()]).is_some(), "nobody downs c, which has left");
        for seat in [&mut a, &mut b] {
            std::sync::Arc::make_mut(&mut seat.terms).repairs = quorate::Repairs::all();
        }
        assert_eq!(unmet(&L2, "a", &[a, b]), None, "and so it is left out");
    }

    /// L2, PHI-39: a detector knows addresses.
    #[test]
    fn who_shares_its_address_with_a_dead_one_is_missed_with_it() {
        let found = |members: &[(&str, MemberStatus)]| {
            let table = Reachability::new().unreachable(&node("a"), &node("b#2"));
            let a = seat("a", observed(&gossip(members), table));
            unmet(&L2, "a", &[a, seat("b#2", gossip(members))]).is_some()
        };
        assert!(!found(&[("a", Up), ("b", Up), ("b#2", Up)]));
        assert!(found(&[("a", Up), ("b#2", Up)]));
    }

    /// L4, L5: the assumption `nobody-missed`.
    #[test]
    fn others_that_are_missed_or_down_hold_up_what_is_awaited() {
        let misses = |b: MemberStatus, observer: &str, subject: &str| {
            let table = Reachability::new().unreachable(&node(observer), &node(subject));
            let a = seat("a", observed(&gossip(&[("a", Up), ("b", b), ("c", Up)]), table));
            Duty::of(&L5, Some(node("c")), Instant::ZERO).misses_others(&[&a])
        };
        assert!(!misses(Up, "a", "c"), "the leaver itself, which has ended");
        assert!(!misses(Up, "c", "b"), "what it has observed is left out (REP-70)");
        assert!(misses(Up, "a", "b"));
        assert!(misses(Down, "a", "c"));
    }

    /// L5: the assumption `last-words-heard`.
    #[test]
    fn a_leaver_that_told_only_those_who_have_gone_is_not_heard() {
        let elsewhere = |status| {
            let mut seat = seat("a", gossip(&[("a", Up), ("b", status), ("c", Up)]));
            let mut terms = (*seat.terms).clone();
            terms.data_center = "west".into();
            seat.terms = terms.into();
            seat
        };
        let is_unheard = |told: &[&str], seats: &[&Seat]| {
            let mut duty = Duty::of(&L5, Some(node("b")), Instant::ZERO);
            duty.told = told.iter().map(|name| node(name)).collect();
            duty.is_unheard(seats)
        };
        let a = elsewhere(Exiting);
        assert!(!is_unheard(&["c"], &[&a]), "a has heard that b exits");
        let a = elsewhere(Up);
        assert!(is_unheard(&["c"], &[&a]));
        assert!(!is_unheard(&[], &[&a]), "it has told nobody");
        assert!(!is_unheard(&["a"], &[&a]));
        let near = seat("d", gossip(&[("a", Up), ("b", Up), ("d", Up)]));
        assert!(!is_unheard(&["c"], &[&a, &near]), "d finds out");
    }

    /// L3, L5
    #[test]
    fn who_is_a_member_long_after_it_has_gone_violates() {
        let (with, without) = (gossip(&[("a", Up), ("b", Leaving)]), gossip(&[("a", Up)]));
        for invariant in [&L3, &L5] {
            assert_eq!(unmet(invariant, "b", &[seat("a", with.clone())]), Some(vec![node("a"), node("b")]));
            assert_eq!(unmet(invariant, "b", &[seat("a", without.clone())]), None);
        }
    }

    /// L4, L6
    #[test]
    fn who_is_not_up_long_after_it_joined_violates() {
        let state = |status| seat("a", gossip(&[("a", Up), ("c", status)]));
        for status in [Joining, WeaklyUp, Down] {
            assert!(unmet(&L4, "c", &[state(status)]).is_some(), "{status}");
        }
        assert_eq!(unmet(&L4, "c", &[state(Up)]), None);
        let restarted = |list: &[(&str, MemberStatus)]| unmet(&L6, "b", &[seat("a", gossip(list))]);
        assert_eq!(restarted(&[("a", Up), ("b#2", Up)]), None);
        assert!(restarted(&[("a", Up), ("b", Down), ("b#2", Joining)]).is_some());
        assert!(restarted(&[("a", Up)]).is_some());
    }

    /// L7
    #[test]
    fn a_removed_node_that_goes_on_violates() {
        let (a, b) = (seat("a", gossip(&[("a", Up)])), seat("b", gossip(&[("a", Up), ("b", Up)])));
        assert_eq!(unmet(&L7, "b", &[a.clone(), b]), Some(vec![node("b")]));
        assert_eq!(unmet(&L7, "b", &[a]), None);
    }

    /// L7: two that have removed each other have nothing more to tell (REP-54).
    #[test]
    fn who_has_removed_all_that_removed_it_has_no_contact() {
        let removed = |me: &str, who: &str, members: &[(&str, MemberStatus)]| {
            let mut seat = seat(me, gossip(members));
            seat.departed = vec![node(who)];
            seat
        };
        let contact = |seats: &[&Seat]| Duty::of(&L7, Some(node("b")), Instant::ZERO).has_contact(seats);
        let a = removed("a", "b", &[("a", Up)]);
        assert!(contact(&[&a, &seat("b", gossip(&[("a", Up), ("b", Up)]))]));
        assert!(!contact(&[&a, &removed("b", "a", &[("b", Up)])]));
        assert!(contact(&[&a]));
    }

    /// L3, L8: the bounds follow the settings.
    #[test]
    fn the_times_grow_with_the_settings() {
        let bounds = |set: &dyn Fn(&mut Config)| {
            let mut config = Config::default();
            set(&mut config);
            let terms = Terms::of(&config);
            let five = gossip(&["a", "b", "c", "d", "e"].map(|name| (name, Up)));
            let spreading = Spreading::of([&seat("a", five)].into_iter());
            assert_eq!(spreading.agreement().as_secs(), 14);
            [terms.detection(), terms.removal(&spreading), terms.settling(&spreading)]
                .map(|bound| bound.as_secs())
        };
        assert_eq!(bounds(&|_| {}), [8, 58, 187]);
        let slow =
            bounds(&|config| config.failure_detector.acceptable_heartbeat_pause = Duration::from_secs(10));
        assert_eq!(slow[0], 15);
    }
}
