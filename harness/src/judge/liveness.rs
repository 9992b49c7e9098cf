//! L: what must happen in time.

use std::time::Duration;

use quorate::MemberStatus::{Down, Exiting, Joining, Leaving, PreparingForShutdown, ReadyForShutdown};
use quorate::{Instant, Member, UniqueAddress};

use super::assumptions::{
    EXITS_DONE, FAULTS_OFF, MINIMUM_MET, NO_ORPHANS, NO_SHUTDOWN, QUIET_SINCE, WELCOMED,
};
use super::invariant::{Group, Invariant, Watches};
use super::seat::Seat;
use super::violation::{Finding, Names};

/// L1
pub(super) static L1: Invariant = Invariant::new("L1", "convergence bound: with faults off and no commands, in time all live nodes are equal and converged, with no \
               member Joining, Leaving, Exiting or Down", Group::Liveness, Watches::Cluster, "part 06, promise P7").assuming(&[&QUIET_SINCE, &FAULTS_OFF, &NO_ORPHANS, &MINIMUM_MET, &EXITS_DONE, &NO_SHUTDOWN, &WELCOMED]).cured_by(&["introduce", "exiting-observers", "live-observers", "content-decides", "keep-self"]);

/// L1: what all live nodes have in common when its time is up.
pub(super) fn all_agree(seats: &[&Seat], names: Names<'_>) -> Option<Finding> {
    let first = seats.first()?;
    if agree(seats) {
        return None;
    }
    if let Some(other) = seats.iter().find(|seat| !holds_the_same(seat, first)) {
        let fact = |seat: &Seat| format!("{} has {}", names.of(&seat.me), said(seat, names));
        return Some(Finding::new(&[&first.me, &other.me], fact(first), fact(other)));
    }
    if let Some(member) = unsettled(first) {
        let (node, status) = (member.unique_address(), member.status());
        let one = format!("to {} and all others {} is {status}", names.of(&first.me), names.of(node));
        return Some(Finding::new(&[&first.me, node], one, "the bound has passed".into()));
    }
    let stuck = seats.iter().find(|seat| !seat.is_converged())?;
    let naive = stuck.naive();
    let me = names.of(&stuck.me);
    let (node, why) = match (naive.unseen_by(), naive.blocked_by()) {
        (Some(node), _) => (node, format!("{} has not seen its state", names.of(node))),
        (None, Some((observer, subject))) => {
            (subject, format!("{} is unreachable to {}", names.of(subject), names.of(observer)))
        }
        (None, None) => (&stuck.me, "nothing in its state says why".into()),
    };
    Some(Finding::new(&[&stuck.me, node], format!("{me} is not converged, and the bound has passed"), why))
}

/// L1: whether it is so.
pub(super) fn agree(seats: &[&Seat]) -> bool {
    let Some(first) = seats.first() else { return true };
    seats.iter().all(|seat| holds_the_same(seat, first) && seat.is_converged()) && unsettled(first).is_none()
}

fn holds_the_same(one: &Seat, other: &Seat) -> bool {
    one.gossip.clock() == other.gossip.clock() && one.gossip.same_content(&other.gossip)
}

/// A member that is on its way in or out.
pub(super) fn unsettled(seat: &Seat) -> Option<&Member> {
    let is_unsettled = |member: &&Member| matches!(member.status(), Joining | Leaving | Exiting | Down);
    seat.gossip.members().iter().find(is_unsettled)
}

fn said(seat: &Seat, names: Names<'_>) -> String {
    let members = seat.gossip.members().iter();
    let members: Vec<_> =
        members.map(|member| format!("{} {}", names.of(member.unique_address()), member.status())).collect();
    format!("{} with the clock {}", members.join(", "), seat.gossip.clock())
}

/// `no-orphans`, REP-45: whether all of some nodes hang together, by who knows whom. REP-43: who was let in by one cluster, has not heard of
/// it and is in another one now takes no news from the first, and is a member to it for good.
pub(super) fn hang_together(seats: &[&Seat]) -> bool {
    let of_one_cluster = |one: &Seat, other: &Seat| {
        one.founder.is_none() || other.founder.is_none() || one.founder == other.founder
    };
    let knows =
        |one: &Seat, other: &Seat| of_one_cluster(one, other) && one.gossip.member(&other.me).is_some();
    let Some((first, mut apart)) = seats.split_first().map(|(first, rest)| (*first, rest.to_vec())) else {
        return true;
    };
    let mut found = vec![first];
    while let Some(next) = found.pop() {
        let (near, far) = apart.into_iter().partition(|seat| knows(next, seat) || knows(seat, next));
        found.extend::<Vec<&Seat>>(near);
        apart = far;
    }
    apart.is_empty()
}

/// `minimum-met`: whether as many members are there as each node asks for.
pub(super) fn minimum_is_met(seats: &[&Seat]) -> bool {
    seats.iter().all(|seat| {
        let members = seat.gossip.members();
        let with_role = |role: &str| members.iter().filter(|member| member.roles().contains(role)).count();
        let roles = seat.terms.role_members_min.iter();
        members.len() >= seat.terms.members_min
            && roles.into_iter().all(|(role, least)| with_role(role) >= *least as usize)
    })
}

/// `no-shutdown`: whether nobody has heard that the whole cluster is to stop.
pub(super) fn nobody_shuts_down(seats: &[&Seat]) -> bool {
    let prepares = |seat: &Seat| {
        [PreparingForShutdown, ReadyForShutdown]
            .iter()
            .any(|status| seat.gossip.members().has_status(*status))
    };
    !seats.iter().any(|seat| prepares(seat))
}

/// Whether some node has a member that is not live. Neighbours in the list mostly have the same members.
pub(super) fn sees_dead_member(seats: &[&Seat], is_live: impl Fn(&UniqueAddress) -> bool) -> bool {
    let is_checked = |place: usize| {
        place
            .checked_sub(1)
            .is_some_and(|before| seats[before].gossip.members() == seats[place].gossip.members())
    };
    seats.iter().enumerate().any(|(place, seat)| {
        !is_checked(place) && seat.gossip.members().iter().any(|member| !is_live(member.unique_address()))
    })
}

/// Whether all nodes agree on members that are all live, Up and reachable, with nothing left to do.
pub(super) fn is_calm(seats: &[&Seat], is_live: impl Fn(&UniqueAddress) -> bool) -> bool {
    let Some(first) = seats.first() else { return true };
    agree(seats)
        && !first.sees_trouble
        && seats.iter().all(|seat| first.gossip.member(&seat.me).is_some())
        && !sees_dead_member(&seats[..1], is_live)
}

/// Since when nothing has happened that L1 gives time for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quiet {
    since: Option<Instant>,
    /// When the bound is reached, if all stays quiet.
    until: Instant,
    /// When to look at it; never, once that was done.
    due: Instant,
}

impl Quiet {
    pub(super) const fn never() -> Self {
        Self { since: None, until: Instant::MAX, due: Instant::MAX }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.since.is_some()
    }

    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// How long it may take.
    pub(super) fn bound(&self) -> Option<Duration> {
        Some(self.until.since(self.since?))
    }

    pub(super) fn begin(&mut self, at: Instant, bound: Duration) {
        *self = Self { since: Some(at), until: at + bound, due: at + bound };
    }

    pub(super) fn end(&mut self) {
        *self = Self::never();
    }

    #[inline]
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Whether it has been quiet for as long as the bound.
    pub(super) fn passed(&self, at: Instant) -> bool {
        self.since.is_some() && at >= self.until
    }

    /// The end of the bound was looked at.
    pub(super) fn looked_at(&mut self) {
        self.due = Instant::MAX;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use quorate::MemberStatus::{self, Up};
    use quorate::{Config, Reachability};

    use super::super::seat::Terms;
    use super::super::testing::{all_seen, counted, gossip, names, node, observed, seat};
    use super::*;

    fn pair(members: &[(&str, MemberStatus)]) -> [Seat; 2] {
        ["a", "b"].map(|name| seat(name, all_seen(gossip(members))))
    }

    fn check(seats: &[Seat]) -> Option<Finding> {
        all_agree(&seats.iter().collect::<Vec<_>>(), names())
    }

    /// L1
    #[test]
    fn equal_converged_nodes_without_anybody_on_the_way_are_sound() {
        assert_eq!(check(&pair(&[("a", Up), ("b", Up)])), None);
        assert_eq!(check(&[]), None);
    }

    /// L1
    #[test]
    fn a_member_on_its_way_in_or_out_violates() {
        for status in [Joining, Leaving, Exiting, Down] {
            let found = check(&pair(&[("a", Up), ("b", Up), ("c", status)])).unwrap();
            assert_eq!(found.who, [node("a"), node("c")]);
            assert!(found.facts.0.contains(status.name()), "{found:?}");
        }
    }

    /// L1
    #[test]
    fn nodes_that_differ_violate() {
        let [a, _] = pair(&[("a", Up), ("b", Up)]);
        let other_members = seat("b", all_seen(gossip(&[("b", Up)])));
        assert_eq!(check(&[a.clone(), other_members]).unwrap().who, [node("a"), node("b")]);
        let other_clock = seat("b", counted(&gossip(&[("a", Up), ("b", Up)]), &[("b", 1)]));
        assert_eq!(check(&[a, other_clock]).unwrap().who, [node("a"), node("b")]);
    }

    /// L1
    #[test]
    fn a_node_without_convergence_violates() {
        let unseen = gossip(&[("a", Up), ("b", Up)]).only_seen(&node("a"));
        let found = check(&["a", "b"].map(|name| seat(name, unseen.clone()))).unwrap();
        assert_eq!(
            (found.who, found.facts.1),
            (vec![node("a"), node("b")], "b has not seen its state".into())
        );
        let table = Reachability::new().unreachable(&node("a"), &node("b"));
        let blocked = all_seen(observed(&gossip(&[("a", Up), ("b", Up)]), table));
        let found = check(&["a", "b"].map(|name| seat(name, blocked.clone()))).unwrap();
        assert_eq!(found.facts.1, "b is unreachable to a");
    }

    /// L1: the assumption `no-orphans`.
    #[test]
    fn nodes_hang_together_by_who_knows_whom() {
        let knowing = |me: &str, others: &[&str]| {
            let list: Vec<_> = others.iter().chain([&me]).map(|name| (*name, Up)).collect();
            seat(me, gossip(&list))
        };
        let chain = [knowing("a", &["b"]), knowing("b", &[]), knowing("c", &["b"])];
        assert!(hang_together(&chain.iter().collect::<Vec<_>>()));
        let orphan = [knowing("a", &["b"]), knowing("b", &["a"]), knowing("c", &[])];
        assert!(!hang_together(&orphan.iter().collect::<Vec<_>>()));
        let mut elsewhere = chain;
        for (seat, founder) in elsewhere.iter_mut().zip(["a", "b", "b"]) {
            seat.founder = Some(node(founder));
        }
        assert!(!hang_together(&elsewhere.iter().collect::<Vec<_>>()), "b takes no news of a's cluster");
        assert!(hang_together(&[]));
    }

    /// L1: the assumption `minimum-met`.
    #[test]
    fn a_cluster_below_its_minimum_is_not_expected_to_settle() {
        let asking = |set: &dyn Fn(&mut Config)| {
            let mut config = Config::default();
            set(&mut config);
            let [a, _] = pair(&[("a", Up), ("b", Up)]);
            minimum_is_met(&[&Seat { terms: Arc::new(Terms::of(&config)), ..a }])
        };
        assert!(asking(&|config| config.min_nr_of_members = 2));
        assert!(!asking(&|config| config.min_nr_of_members = 3));
        assert!(!asking(&|config| config.role_min_nr_of_members = [("web".into(), 1)].into()));
    }

    /// L1, S1: when everything begins anew.
    #[test]
    fn nodes_are_calm_when_they_agree_on_live_members_with_nothing_left_to_do() {
        let calm = |seats: &[Seat], live: &[&str]| {
            is_calm(&seats.iter().collect::<Vec<_>>(), |who| live.iter().any(|name| node(name) == *who))
        };
        assert!(calm(&pair(&[("a", Up), ("b", Up)]), &["a", "b"]));
        assert!(!calm(&pair(&[("a", Up), ("b", Up)]), &["a"]));
        assert!(!calm(&pair(&[("a", Up), ("b", Joining)]), &["a", "b"]));
        assert!(!calm(&pair(&[("a", Up)]), &["a", "b"]), "b is in a cluster that does not have it");
        let unseen = gossip(&[("a", Up), ("b", Up)]).only_seen(&node("a"));
        assert!(!calm(&["a", "b"].map(|name| seat(name, unseen.clone())), &["a", "b"]));
    }
}
