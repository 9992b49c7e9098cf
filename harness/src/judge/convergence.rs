//! C: what it means that a node sees convergence.

use quorate::{Member, NodeKey, UniqueAddress};

use super::holding::{Held, are_the_same};
use super::invariant::{Group, Invariant, Watches};
use super::naive::Naive;
use super::seat::Seat;
use super::violation::{Finding, Names};

/// C2
pub(super) static C2: Invariant = Invariant::new(
    "C2",
    "where a node sees convergence, every live member that must have seen its state holds at least that \
               version, but for entries that one of them has pruned",
    Group::Safety,
    Watches::Pair,
    "CNV-6, CNV-8, GSP-15, GSP-16, GSP-33, GSP-37",
);

/// C3
pub(super) static C3: Invariant = Invariant::new(
    "C3",
    "a node that sees convergence sees no unreachable member but Down and Exiting ones, observations \
               by Down members left out",
    Group::Safety,
    Watches::Node,
    "CNV-9, CNV-10, CNV-11, CNV-12",
);

/// C2: of the live members that a converged node counts on, none is behind it. `seat_of` finds live nodes.
pub(super) fn converged_means_known<'a>(
    one: &Seat,
    seat_of: impl Fn(NodeKey, &UniqueAddress) -> Option<&'a Seat>,
    held: &mut Held,
    names: Names<'_>,
) -> Option<Finding> {
    let counted_on = one.gossip.members().iter().filter(|member| member.status().counts_for_convergence());
    // Nearly nobody lacks something: so whether one counts for this node is asked last.
    let is_waited_for = |member: &Member| {
        member.data_center() == one.terms.data_center && !one.confirmed.contains(member.unique_address())
    };
    let state = held.state_of(one);
    counted_on.into_iter().find_map(|member| {
        let key = member.key();
        let other = if held.has_all(key, state) { None } else { seat_of(key, member.unique_address()) }?;
        let missing = held.missing(one, other, names).filter(|_| is_waited_for(member))?;
        let (me, name) = (names.of(&one.me), names.of(&other.me));
        let fact = format!("{me} sees convergence on a state with {}", missing.held);
        let other_fact = format!("{name}, which is {} to {me}, {}", member.status(), missing.instead);
        Some(Finding::new(&[&one.me, &other.me], fact, other_fact))
    })
}

/// C2: whether all live nodes that a converged node counts on certainly hold what it does. That of nobody else anything could be missing
/// is told with a few look-ups, or not at all.
pub(super) fn all_hold_the_same<'a>(one: &Seat, live: impl Iterator<Item = &'a Seat>) -> bool {
    let mut others = live.filter(|other| !are_the_same(one, other));
    let is_counted_on = |other: &Seat| {
        one.gossip.member(&other.me).is_some_and(|member| member.status().counts_for_convergence())
    };
    others.by_ref().take(LOOKED_UP).all(|other| !is_counted_on(other)) && others.next().is_none()
}

/// Of how many nodes that hold something else it is asked whether they are counted on.
const LOOKED_UP: usize = 16;

/// C3: of a node whose own view is converged, no pair of observer and subject holds convergence up.
pub(super) fn converged_means_reachable(naive: Naive<'_>, names: Names<'_>) -> Option<Finding> {
    let (observer, subject) = naive.blocked_by()?;
    let (me, name) = (names.of(naive.me), names.of(subject));
    let status = naive.gossip.member(subject).map_or("no member", |member| member.status().name());
    let other = format!("in its state {name}, which is {status}, is unreachable to {}", names.of(observer));
    Some(Finding::new(&[naive.me, observer, subject], format!("{me} sees convergence"), other))
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Down, Exiting, Joining, Leaving, Up};
    use quorate::{Gossip, Reachability, Repairs};

    use super::super::testing::{counted, gossip, member, names, node, observed, seat};
    use super::*;

    fn check_c2(seats: &[Seat]) -> Option<Finding> {
        let seat_of = |_, node: &UniqueAddress| seats.iter().find(|seat| seat.me == *node);
        converged_means_known(&seats[0], seat_of, &mut Held::default(), names())
    }

    fn holding(name: &str, counts: &[(&str, u64)]) -> Seat {
        seat(name, counted(&gossip(&[("a", Up), ("b", Up), ("c", Joining)]), counts))
    }

    /// C2
    #[test]
    fn convergence_on_a_state_that_a_counted_member_has_not_violates() {
        let a = || holding("a", &[("a", 2), ("b", 1)]);
        let found = check_c2(&[a(), holding("b", &[("a", 1), ("b", 1)])]).unwrap();
        assert_eq!(found.who, [node("a"), node("b")]);
        assert_eq!(found.facts.0, "a sees convergence on a state with 2 changes of a");
        assert_eq!(found.facts.1, "b, which is up to a, has heard of 1");
        assert!(check_c2(&[a(), holding("b", &[("b", 9)])]).is_some());
        assert_eq!(check_c2(&[a(), holding("b", &[("a", 2), ("b", 3)])]), None);
        // c is Joining and need not have seen anything; d is no member, and b may be dead.
        assert_eq!(check_c2(&[a(), holding("c", &[]), holding("d", &[])]), None);
    }

    /// C2: nothing is missing where all who are counted on hold the same, and only there it goes without asking.
    #[test]
    fn who_holds_something_else_is_asked_unless_nobody_counts_on_it() {
        let shared = std::sync::Arc::new(gossip(&[("a", Up), ("b", Up), ("c", Joining)]));
        let holds = |name: &str| Seat { gossip: shared.clone(), ..holding(name, &[]) };
        let all_same = |others: &[Seat]| all_hold_the_same(&holds("a"), others.iter());
        assert!(all_same(&[holds("a"), holds("b")]));
        assert!(all_same(&[holds("b"), holding("c", &[]), holding("d", &[])]), "c is Joining, d no member");
        assert!(!all_same(&[holds("a"), holding("b", &[])]));
        let many: Vec<Seat> = (0..=LOOKED_UP).map(|_| holding("d", &[])).collect();
        assert!(all_same(&many[1..]) && !all_same(&many), "so many are asked one by one");
    }

    /// C2
    #[test]
    fn an_entry_that_was_pruned_is_not_missing() {
        let a = || counted(&gossip(&[("a", Up), ("b", Up), ("c", Leaving)]), &[("a", 2), ("c", 5)]);
        let without_c = counted(&gossip(&[("a", Up), ("b", Up)]), &[("a", 2)]);
        let b = Seat { departed: vec![node("c")], ..seat("b", without_c.clone()) };
        assert_eq!(check_c2(&[seat("a", a()), b]), None);
        let came_back = without_c.remove(&[node("c")], 1).add(member("c", Joining));
        assert_eq!(
            check_c2(&[seat("a", a()), Seat { departed: vec![node("c")], ..seat("b", came_back) }]),
            None
        );
        assert!(check_c2(&[seat("a", a()), seat("b", without_c)]).is_some(), "b never knew c");
    }

    /// C2
    #[test]
    fn who_has_finished_exiting_is_not_counted_on() {
        let a = Seat { confirmed: vec![node("b")], ..holding("a", &[("a", 2)]) };
        assert_eq!(check_c2(&[a, holding("b", &[])]), None);
    }

    fn check_c3(gossip: &Gossip, repairs: &Repairs) -> Option<Finding> {
        let naive = Naive { gossip, me: &node("a"), data_center: "default", repairs, confirmed: &[] };
        converged_means_reachable(naive, names())
    }

    fn missing(observer: &str, subject: &str) -> Reachability {
        Reachability::new().unreachable(&node(observer), &node(subject))
    }

    /// C3
    #[test]
    fn convergence_with_an_unreachable_member_violates() {
        let three = gossip(&[("a", Up), ("b", Up), ("c", Up)]);
        let found = check_c3(&observed(&three.clone(), missing("b", "c")), &Repairs::none()).unwrap();
        assert_eq!(found.who, [node("a"), node("b"), node("c")]);
        assert_eq!(check_c3(&three, &Repairs::none()), None);
        assert_eq!(check_c3(&observed(&three, missing("b", "a")), &Repairs::none()), None);
    }

    /// C3
    #[test]
    fn who_is_on_its_way_out_may_be_unreachable_and_is_not_listened_to_when_down() {
        for status in [Down, Exiting] {
            let subject = gossip(&[("a", Up), ("b", Up), ("c", status)]);
            assert_eq!(check_c3(&observed(&subject, missing("b", "c")), &Repairs::none()), None);
        }
        let observer = |status| observed(&gossip(&[("a", Up), ("b", status), ("c", Up)]), missing("b", "c"));
        assert_eq!(check_c3(&observer(Down), &Repairs::none()), None);
        assert!(check_c3(&observer(Exiting), &Repairs::none()).is_some());
        let repaired = Repairs { exiting_observers: true, ..Repairs::none() };
        assert_eq!(check_c3(&observer(Exiting), &repaired), None);
    }
}
