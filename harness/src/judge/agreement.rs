//! V, C, U: what nodes with one version, or several converged nodes, have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quorate::MemberStatus::Up;
use quorate::{ClockOrder, Gossip, Member, NodeKey, UniqueAddress, VectorClock};

use super::assumptions::{NO_MANUAL_DOWN, ONE_DATA_CENTER, SOMEBODY_UP, WHOLE_NETWORK};
use super::change::{Change, version};
use super::holding::Held;
use super::invariant::{Group, Invariant, Watches};
use super::seat::Seat;
use super::violation::{Finding, Names};

/// V3
pub(super) static V3: Invariant = Invariant::new(
    "V3",
    "equal versions mean equal members, statuses, up numbers and rows",
    Group::Safety,
    Watches::Pair,
    "GSP-71, part 06, promise P1",
)
.cured_by(&["content-decides"]);

/// C1
pub(super) static C1: Invariant = Invariant::new(
    "C1",
    "who is told to have seen a state has seen it, or a later one",
    Group::Safety,
    Watches::Pair,
    "GSP-15, GSP-16, GSP-17, GSP-33, GSP-37",
);

/// C4
pub(super) static C4: Invariant = Invariant::new(
    "C4",
    "two converged nodes with equal versions name the same leader",
    Group::Safety,
    Watches::Pair,
    "CNV-15, CNV-18, part 06, promise P6",
)
.assuming(&[&ONE_DATA_CENTER])
.cured_by(&["live-observers", "exiting-observers", "content-decides"]);

/// C5
pub(super) static C5: Invariant = Invariant::new(
    "C5",
    "the versions that leaders make with convergence come one after the other, but for entries that were pruned",
    Group::Safety,
    Watches::Change,
    "CNV-6, LDR-1, LDR-20",
)
.assuming(&[&NO_MANUAL_DOWN, &ONE_DATA_CENTER, &SOMEBODY_UP]);

/// U4
pub(super) static U4: Invariant = Invariant::new(
    "U4",
    "of converged live members that hear each other and know each other as Up at most one believes itself the oldest",
    Group::Safety,
    Watches::Pair,
    "MDL-28, MDL-29",
)
.assuming(&[&WHOLE_NETWORK]);

/// What is known of a version, by who had it first.
#[derive(Clone, Debug)]
struct Version {
    holder: UniqueAddress,
    gossip: Arc<Gossip>,
    /// Of those that see convergence in it: the first, and the leader that it names.
    leader: Option<(UniqueAddress, Option<UniqueAddress>)>,
}

/// All versions that live nodes have.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions(BTreeMap<u64, Version>);

impl Versions {
    /// V3: of a state that a node has come to.
    pub(super) fn equal(&mut self, seat: &Seat, names: Names<'_>) -> Option<Finding> {
        let (me, gossip, clock_decides) = (&seat.me, &seat.gossip, !seat.terms.repairs.content_decides);
        let version = self.0.entry(version_of(seat)).or_insert_with(|| Version {
            holder: me.clone(),
            gossip: gossip.clone(),
            leader: None,
        });
        let is_another = clock_decides && version.gossip.clock() != gossip.clock();
        if is_another || version.gossip.same_content(gossip) {
            return None;
        }
        let (one, other) = (names.of(me), names.of(&version.holder));
        let (mine, theirs) = difference(gossip, &version.gossip, names);
        let at = if clock_decides {
            format!("at the version {}", gossip.clock())
        } else {
            format!("at the content {:016x}", gossip.content_hash())
        };
        let who = [me, &version.holder.clone()];
        // Whoever comes to it next is held against the newest.
        version.gossip = gossip.clone();
        Some(Finding::new(&who, format!("{at} {one} has {mine}"), format!("{at} {other} has {theirs}")))
    }

    /// C4: of a converged state that a node has come to.
    pub(super) fn one_leader(&mut self, seat: &Seat, names: Names<'_>) -> Option<Finding> {
        let leader = seat.view().leader().map(|leader| leader.unique_address().clone());
        let version = self.0.get_mut(&version_of(seat))?;
        let (other, named) = version.leader.get_or_insert_with(|| (seat.me.clone(), leader.clone()));
        if *named == leader {
            return None;
        }
        let said = |node: &UniqueAddress, leader: &Option<UniqueAddress>| {
            let leader = leader.as_ref().map_or_else(|| "nobody".into(), |leader| names.of(leader));
            format!("{} sees convergence, and its leader is {leader}", names.of(node))
        };
        Some(Finding::new(&[&seat.me, other], said(&seat.me, &leader), said(other, named)))
    }

    /// Forgets versions that nobody has any more.
    pub(super) fn keep_those_of<'a>(&mut self, seats: impl Iterator<Item = &'a Seat>) {
        let held: BTreeSet<u64> = seats.map(version_of).collect();
        self.0.retain(|hash, _| held.contains(hash));
    }
}

fn version_of(seat: &Seat) -> u64 {
    version(&seat.gossip, !seat.terms.repairs.content_decides)
}

/// The first thing in which two states differ.
fn difference(one: &Gossip, other: &Gossip, names: Names<'_>) -> (String, String) {
    let said = |member: Option<&Member>, node: &UniqueAddress| match member {
        Some(member) => format!("{} as {} number {}", names.of(node), member.status(), member.up_number()),
        None => format!("no member {}", names.of(node)),
    };
    let all = one.members().iter().chain(other.members().iter()).map(Member::unique_address);
    let differs = all.into_iter().find(|node| one.member(node) != other.member(node));
    match differs {
        Some(node) => (said(one.member(node), node), said(other.member(node), node)),
        None => (format!("other rows: {}", one.reachability()), format!("{}", other.reachability())),
    }
}

/// C1: of those that a node has not told to have seen its state before, the first that is behind it. `seat_of` finds nodes
/// that live.
pub(super) fn seen_is_true<'a>(
    change: &Change<'_>,
    one: &Seat,
    seat_of: impl Fn(NodeKey, &UniqueAddress) -> Option<&'a Seat>,
    held: &mut Held,
) -> Option<Finding> {
    let decides = change.clock_decides();
    let is_same_version = version(change.before, decides) == version(change.after, decides);
    // Of many a few are looked at: all of them would take time with the square of the members.
    let seen = if is_same_version {
        change.after.seen_besides(change.before, SEEN_LOOKED_AT + 1)
    } else {
        change.after.seen().take(SEEN_LOOKED_AT + 1).collect()
    };
    let new = seen.into_iter().filter(|node| *node != change.me);
    let state = held.state_of(one);
    new.take(SEEN_LOOKED_AT).find_map(|node| {
        let key = node.key();
        let other = if held.has_all(key, state) { None } else { seat_of(key, node) }?;
        let missing = held.missing(one, other, change.names)?;
        let (me, name) = (change.names.of(change.me), change.names.of(node));
        let fact = format!("to {me} {name} has seen its state, with {}", missing.held);
        Some(Finding::new(&[change.me, node], fact, format!("{name} {}", missing.instead)))
    })
}

const SEEN_LOOKED_AT: usize = 24;

/// The last version that a leader has made with convergence.
#[derive(Clone, Debug)]
pub(super) struct Made {
    by: UniqueAddress,
    state: Gossip,
}

impl Made {
    pub(super) fn of(change: &Change<'_>) -> Self {
        Self { by: change.me.clone(), state: change.after.clone() }
    }

    /// C5: a version that a leader has just made is after the last one, if those two belong together: each has the other
    /// as a member that is not Down.
    pub(super) fn is_followed<'a>(
        &self,
        change: &Change<'_>,
        departed: &BTreeSet<NodeKey>,
        seat_of: impl Fn(NodeKey, &UniqueAddress) -> Option<&'a Seat>,
    ) -> Option<Finding> {
        if self.by == *change.me {
            return None;
        }
        let belongs = |gossip: &Gossip, node: &UniqueAddress| {
            gossip.member(node).is_some_and(|member| !member.status().is_on_its_way_out())
        };
        let other = seat_of(self.by.key(), &self.by)?;
        if !belongs(change.before, &self.by) || !belongs(&other.gossip, change.me) {
            return None;
        }
        let (me, name) = (change.names.of(change.me), change.names.of(&self.by));
        let (one, other) = if change.clock_decides() {
            let (new, last) = self.later_clocks(change, departed)?;
            (format!("{name} had made the version {last} as leader"), format!("{me} made {new}"))
        } else {
            let (new, last) = self.later_content(change)?;
            (format!("{name} had made {last} as leader"), format!("{me} made {new}"))
        };
        Some(Finding::new(&[change.me, &self.by], one, format!("{other} as leader, which is not after it")))
    }

    /// The new clock and that of the last version, without the entries of those who departed, if it is not after it.
    fn later_clocks(&self, change: &Change<'_>, departed: &BTreeSet<NodeKey>) -> Option<(String, String)> {
        let pruned = |clock: &VectorClock| {
            let keys = clock.entries().iter().map(|(key, _)| *key).filter(|key| departed.contains(key));
            keys.fold(clock.clone(), |clock, key| clock.prune(key))
        };
        let (new, last) = (pruned(change.after.clock()), pruned(self.state.clock()));
        let is_later = matches!(new.compare(&last), ClockOrder::After | ClockOrder::Same);
        (!is_later).then(|| (new.to_string(), last.to_string()))
    }

    /// The first thing in which the last version has more than the new one, if there is any (REP-11).
    fn later_content(&self, change: &Change<'_>) -> Option<(String, String)> {
        let joined = self.state.merge(change.after, change.repairs);
        let is_later = joined.same_content(change.after);
        (!is_later).then(|| difference(change.after, &joined, change.names))
    }
}

/// Whether no member of its view that is Up is older than a node that is, of those with a role.
fn believes_oldest(seat: &Seat, role: Option<&str>) -> bool {
    let belongs =
        |member: &Member| member.status() == Up && role.is_none_or(|role| member.roles().contains(role));
    let Some(own) = seat.gossip.member(&seat.me).filter(|own| belongs(own)) else { return false };
    let is_older = |member: &Member| {
        let order = member.age_order(own).then_with(|| member.unique_address().cmp(own.unique_address()));
        order.is_lt() && belongs(member)
    };
    !seat.gossip.members().iter().any(is_older)
}

/// U4: between two nodes, of all and of each role.
pub(super) fn both_oldest(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Finding> {
    let knows = |seat: &Seat, node: &UniqueAddress| {
        seat.gossip.member(node).is_some_and(|member| member.status() == Up)
    };
    // Of two that are Up in one table one is the older.
    let is_one_table = one.gossip.members().is_identical(other.gossip.members());
    if is_one_table || one.me == other.me || !knows(one, &other.me) || !knows(other, &one.me) {
        return None;
    }
    let own = one.gossip.member(&one.me)?;
    let roles = own.roles().iter().map(|role| Some(&**role)).chain([None]);
    roles.into_iter().find_map(|role| {
        (believes_oldest(one, role) && believes_oldest(other, role)).then(|| {
            let of = role.map_or_else(|| "of all".into(), |role| format!("with the role {role}"));
            let said = |seat: &Seat| {
                format!("{} sees convergence and believes itself the oldest {of}", names.of(&seat.me))
            };
            Finding::new(&[&one.me, &other.me], said(one), said(other))
        })
    })
}

/// Whether a node may believe itself the oldest of something: then the others are looked at.
pub(super) fn is_oldest_of_something(seat: &Seat) -> bool {
    let Some(own) = seat.gossip.member(&seat.me).filter(|own| own.status() == Up) else { return false };
    let mut roles = own.roles().iter().map(|role| Some(&**role)).chain([None]);
    roles.any(|role| believes_oldest(seat, role))
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Down, Joining};
    use quorate::{Reachability, Repairs};

    use super::super::stage::Cause;
    use super::super::testing::{Doctored, counted, gossip, member, names, node, observed, seat};
    use super::*;

    fn holding(name: &str, members: &[(&str, quorate::MemberStatus)], counts: &[(&str, u64)]) -> Seat {
        seat(name, counted(&gossip(members), counts))
    }

    /// V3
    #[test]
    fn equal_versions_with_other_members_or_rows_violate() {
        let mut versions = Versions::default();
        let mut hear = |seat: &Seat| versions.equal(seat, names());
        let same = [("a", 1), ("b", 1)];
        assert_eq!(hear(&holding("a", &[("a", Up), ("b", Up)], &same)), None);
        assert_eq!(hear(&holding("b", &[("a", Up), ("b", Up)], &same)), None);
        assert_eq!(hear(&holding("b", &[("a", Up), ("b", Down)], &[("a", 2)])), None);
        let found = hear(&holding("b", &[("a", Up), ("b", Joining)], &same)).unwrap();
        assert_eq!(found.who, [node("b"), node("a")]);
        assert!(found.facts.0.contains("b as joining") && found.facts.1.contains("b as up"), "{found:?}");
        let table = Reachability::new().unreachable(&node("a"), &node("b"));
        let mut rows = holding("b", &[("a", Up), ("b", Joining)], &same);
        rows.gossip = Arc::new(observed(&rows.gossip, table));
        assert!(hear(&rows).is_some());
    }

    /// C4
    #[test]
    fn converged_nodes_of_one_version_with_other_leaders_violate() {
        let mut versions = Versions::default();
        let table = Reachability::new().unreachable(&node("b"), &node("a"));
        let unseen_a = observed(&counted(&gossip(&[("a", Up), ("b", Up)]), &[("a", 1)]), table);
        let (a, b) = (seat("a", unseen_a.clone()), seat("b", unseen_a));
        versions.equal(&a, names());
        assert_eq!(versions.one_leader(&a, names()), None);
        assert_eq!(versions.one_leader(&b, names()).unwrap().who, [node("b"), node("a")]);
        versions.keep_those_of([].into_iter());
        assert_eq!(versions.one_leader(&b, names()), None, "forgotten");
    }

    /// C1
    #[test]
    fn a_seen_mark_of_who_is_behind_violates() {
        let state = |counts: &[(&str, u64)]| counted(&gossip(&[("a", Up), ("b", Up)]), counts);
        let check = |after: &Gossip, of_b: &[(&str, u64)]| {
            let (a, b) = (seat("a", after.clone()), holding("b", &[("a", Up), ("b", Up)], of_b));
            let change = Doctored::of(state(&[("a", 1)]).only_seen(&node("a")), after.clone(), Cause::Gossip);
            let seat_of = |_, who: &UniqueAddress| (*who == b.me).then_some(&b);
            change.check(|change| seen_is_true(change, &a, seat_of, &mut Held::default()))
        };
        let after = state(&[("a", 1), ("b", 1)]);
        assert_eq!(check(&after, &[("a", 1), ("b", 2)]), None);
        assert_eq!(check(&after, &[("b", 2)]).unwrap().who, [node("a"), node("b")]);
        assert_eq!(check(&after.only_seen(&node("a")), &[("b", 2)]), None);
    }

    /// C5
    #[test]
    fn a_leaders_version_beside_the_last_one_violates_if_the_two_belong_together() {
        let state = |counts: &[(&str, u64)]| counted(&gossip(&[("a", Up), ("b", Up)]), counts);
        let made = |name: &str, counts: &[(&str, u64)]| {
            Doctored::of(state(&[]), state(counts), Cause::Tick).seen_as(name)
        };
        let last = made("a", &[("a", 3)]).check(Made::of);
        let check = |counts: &[(&str, u64)], of_a: &Seat, departed: &BTreeSet<NodeKey>| {
            let seat_of = |_, who: &UniqueAddress| (*who == of_a.me).then_some(of_a);
            made("b", counts).check(|change| last.is_followed(change, departed, seat_of))
        };
        let (a, none) = (holding("a", &[("a", Up), ("b", Up)], &[]), BTreeSet::new());
        assert_eq!(check(&[("a", 3), ("b", 1)], &a, &none), None);
        assert_eq!(check(&[("a", 2), ("b", 1)], &a, &none).unwrap().who, [node("b"), node("a")]);
        assert_eq!(check(&[("b", 1)], &a, &[node("a").key()].into()), None, "pruned");
        let apart = holding("a", &[("a", Up), ("b", Down)], &[]);
        assert_eq!(check(&[("b", 1)], &apart, &none), None, "another lineage");
    }

    /// C5: with `content-decides` by what the versions hold.
    #[test]
    fn a_leaders_version_without_the_content_of_the_last_one_violates() {
        let repairs = Repairs::all();
        let made = |name: &str, members: &[(&str, quorate::MemberStatus)]| {
            Doctored::of(gossip(&[("a", Up), ("b", Up)]), gossip(members), Cause::Tick)
                .with_repairs(repairs)
                .seen_as(name)
        };
        let last = made("a", &[("a", Up), ("b", Up), ("c", Up)]).check(Made::of);
        let a = holding("a", &[("a", Up), ("b", Up), ("c", Up)], &[]);
        let check = |members: &[(&str, quorate::MemberStatus)]| {
            let seat_of = |_, who: &UniqueAddress| (*who == a.me).then_some(&a);
            made("b", members).check(|change| last.is_followed(change, &BTreeSet::new(), seat_of))
        };
        assert_eq!(check(&[("a", Up), ("b", Up), ("c", Down), ("d", Up)]), None);
        let found = check(&[("a", Up), ("b", Up), ("c", Joining)]).unwrap();
        assert!(found.facts.0.contains("c as up"), "{found:?}");
    }

    /// U4
    #[test]
    fn two_that_know_each_other_and_both_believe_themselves_oldest_violate() {
        let older = |name: &str, first: &str, second: &str| {
            let member = |name: &str, number| {
                let joining = Member::joining(node(name), Default::default(), Default::default());
                joining.up_with(number).unwrap()
            };
            seat(name, Gossip::new().add(member(first, 1)).add(member(second, 2)))
        };
        let (a, b) = (older("a", "a", "b"), older("b", "b", "a"));
        assert_eq!(both_oldest(&a, &b, names()).unwrap().who, [node("a"), node("b")]);
        assert!(is_oldest_of_something(&a) && is_oldest_of_something(&b));
        let sound = older("b", "a", "b");
        assert_eq!(both_oldest(&a, &sound, names()), None);
        assert!(!is_oldest_of_something(&sound));
        let stranger = seat("b", Gossip::new().add(member("b", Up)));
        assert_eq!(both_oldest(&a, &stranger, names()), None);
    }
}
