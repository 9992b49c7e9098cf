//! M: members and their statuses.

use std::sync::Arc;

use quorate::{Gossip, Member, MemberStatus, Phase, Row, UniqueAddress};

use super::assumptions::{OBSERVER_NOT_REMOVED, TOMBSTONES_KEPT};
use super::change::{Change, leads_to, status};
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::{Finding, Names};

/// M2
pub(super) static M2: Invariant = Invariant::new(
    "M2",
    "a local decision makes exactly one legal transition per member",
    Group::Safety,
    Watches::Change,
    "MDL-15, MDL-19, MDL-22, LDR-11, LDR-12, LDR-13",
);

/// M3: without `keep-self` seen may hold nodes that are no members.
pub(super) static M3: Invariant = Invariant::new(
    "M3",
    "no member is removed, and whoever has a row of observations, or has seen the state, is a member",
    Group::Safety,
    Watches::Node,
    "GSP-6, GSP-7, GSP-8",
)
.cured_by(&["keep-self"]);

/// M4: it holds P3 too.
pub(super) static M4: Invariant = Invariant::new(
    "M4",
    "an incarnation that left a node's members, or that it has a tombstone of, never comes back there",
    Group::Safety,
    Watches::Change,
    "GSP-21, GSP-30, MDL-38, part 06, promise P3",
)
.assuming(&[&TOMBSTONES_KEPT, &OBSERVER_NOT_REMOVED])
.cured_by(&["tombstones-remove", "join-checks-tombstones"]);

/// M1
pub(super) static M1: Invariant = Invariant::new(
    "M1",
    "a member's status, as one node sees it, moves only along allowed transitions; a merge may skip steps",
    Group::Safety,
    Watches::Change,
    "MDL-15, MDL-16, MDL-33",
)
.cured_by(&["content-decides", "tombstones-remove", "life-cycle-order"]);

/// M7
pub(super) static M7: Invariant = Invariant::new(
    "M7",
    "a node that has not joined has no members, and one that has joined and not stopped is its own member",
    Group::Safety,
    Watches::Node,
    "JOIN-1, JOIN-5, JOIN-93, GSP-69, LDR-14",
)
.cured_by(&["keep-self"]);

/// M10
pub(super) static M10: Invariant = Invariant::new(
    "M10",
    "a member leaves a view only together with a tombstone in it",
    Group::Safety,
    Watches::Change,
    "GSP-21, MDL-37, MDL-38",
)
.assuming(&[&TOMBSTONES_KEPT])
.cured_by(&["tombstones-remove"]);

/// M1: no status goes back, by whatever the change came.
pub(super) fn statuses_move_on(change: &Change<'_>) -> Option<Finding> {
    change.members().find_map(|(was, is)| {
        let (was, is) = (was?, is?);
        let (from, to) = (was.status(), is.status());
        if from == to || leads_to(from, to) {
            return None;
        }
        let (me, name) = (change.names.of(change.me), change.names.of(is.unique_address()));
        let one = format!("{me} had {name} as {from}");
        let other =
            format!("{} it has {name} as {to}, to which no way leads from {from}", change.cause.words());
        Some(Finding::new(&[change.me, is.unique_address()], one, other))
    })
}

/// M7: who has members, and whether it is one of them.
pub(super) fn is_member_when_joined(
    me: &UniqueAddress,
    phase: &Phase,
    gossip: &Gossip,
    names: Names<'_>,
) -> Option<Finding> {
    let named = names.of(me);
    match phase {
        Phase::Initialized if gossip.member(me).is_none() => {
            let other = format!("{named} is none of its {} members", gossip.members().len());
            Some(Finding::new(&[me], format!("{named} has joined and not stopped"), other))
        }
        Phase::Uninitialized | Phase::TryingToJoin { .. } if !gossip.members().is_empty() => {
            let other = format!("it has {} members", gossip.members().len());
            Some(Finding::new(&[me], format!("{named} has not joined"), other).always_wrong())
        }
        _ => None,
    }
}

/// M10
pub(super) fn leaves_with_a_tombstone(change: &Change<'_>) -> Option<Finding> {
    let lost = change.gone().find(|member| !change.after.tombstones().contains(member.unique_address()))?;
    let (me, node) = (change.names.of(change.me), lost.unique_address());
    let one = format!("{me} had {} as {}", change.names.of(node), lost.status());
    let other = format!("{} it is no member and has no tombstone", change.cause.words());
    Some(Finding::new(&[change.me, node], one, other))
}

/// M2: what a node decides itself moves each member by one transition that the table has; a new member is
/// Joining.
///
/// Several decisions in one event (a leader's and a resolver's, at one tick) end in Down or removed, which
/// the table has from everywhere. The founder of a cluster alone takes two steps at once: Joining, then Up.
pub(super) fn one_legal_transition(change: &Change<'_>) -> Option<Finding> {
    change.members().find_map(|(was, is)| {
        let node = is.or(was)?.unique_address();
        let (from, to) = (status(was), status(is));
        // LDR-11 to LDR-13: the table lets anybody be removed, but a leader removes those on their way out only.
        let is_removed_early = to == MemberStatus::Removed && !from.is_on_its_way_out() && change.steps < 2;
        let is_legal = match was {
            _ if is_removed_early => false,
            Some(_) => from.may_become(to) || prepares_at_once(change, from, to),
            None if change.is_founding() => node == change.me && MemberStatus::Joining.may_become(to),
            None => to == MemberStatus::Joining,
        };
        (!is_legal).then(|| {
            let (me, name) = (change.names.of(change.me), change.names.of(node));
            let before =
                if was.is_some() { format!("{name} as {from}") } else { format!("no member {name}") };
            let one = format!("{me} had {before}");
            let other =
                format!("{} {me} itself made {name} {to}, which is no transition", change.cause.words());
            Finding::new(&[change.me, node], one, other)
        })
    })
}

/// LDR-45: a leader that has just become Up by its own actions prepares for a shutdown in the same tick, and with it all
/// whom it moved to Up (LDR-44).
fn prepares_at_once(change: &Change<'_>, from: MemberStatus, to: MemberStatus) -> bool {
    change.cause == Cause::Tick
        && change.steps > 1
        && to == MemberStatus::PreparingForShutdown
        && from.may_become(MemberStatus::Up)
}

/// M3: no member is Removed.
pub(super) fn nobody_is_removed(me: &UniqueAddress, members: &[Member], names: Names<'_>) -> Option<Finding> {
    let member = members.iter().find(|member| member.status() == MemberStatus::Removed)?;
    let (me_named, node) = (names.of(me), member.unique_address());
    let one = format!("{} is among the members of {me_named}", names.of(node));
    Some(Finding::new(&[me, node], one, "its status there is removed".into()).always_wrong())
}

/// M3: each observer that has a row is a member.
pub(super) fn only_members_observe(
    me: &UniqueAddress,
    members: &[Member],
    rows: &[Arc<Row>],
    names: Names<'_>,
) -> Option<Finding> {
    // Both ascend, so one walk along the members finds every observer.
    let mut rest = members.iter();
    let mut is_member = |node: &UniqueAddress| rest.any(|member| member.unique_address() == node);
    let stray = rows.iter().find(|row| !is_member(row.observer()))?.observer();
    let (me_named, name) = (names.of(me), names.of(stray));
    let one = format!("{me_named} keeps observations of {name}");
    Some(Finding::new(&[me, stray], one, format!("{name} is no member to {me_named}")).always_wrong())
}

/// M3: whoever has seen a state is a member of it. Without `keep-self` others may be among them (GSP-9, GSP-17).
pub(super) fn only_members_have_seen(
    me: &UniqueAddress,
    gossip: &Gossip,
    names: Names<'_>,
) -> Option<Finding> {
    let stranger = gossip.seen_strangers().iter().find(|node| gossip.member(node).is_none())?;
    let (me_named, name) = (names.of(me), names.of(stranger));
    let one = format!("in the state of {me_named} {name} has seen it");
    Some(Finding::new(&[me, stranger], one, format!("{name} is no member in it")))
}

/// M4: none of the members that are new is one of those that left or had a tombstone. `departed` is ascending.
pub(super) fn none_came_back(change: &Change<'_>, departed: &[UniqueAddress]) -> Option<Finding> {
    if departed.is_empty() && change.before.tombstones().is_empty() {
        return None;
    }
    let new = change.members().filter(|(was, _)| was.is_none()).filter_map(|(_, is)| is);
    let (me, names) = (change.names.of(change.me), change.names);
    new.into_iter().find_map(|member| {
        let node = member.unique_address();
        let one = if departed.binary_search(node).is_ok() {
            format!("{} had left the members of {me}", names.of(node))
        } else if change.before.tombstones().contains(node) {
            format!("{me} has a tombstone of {}", names.of(node))
        } else {
            return None;
        };
        let other = format!("{} {me} has it as {} again", change.cause.words(), member.status());
        Some(Finding::new(&[change.me, node], one, other))
    })
}

#[cfg(test)]
mod tests {
    use MemberStatus::{Down, Exiting, Joining, Leaving, PreparingForShutdown, Removed, Up, WeaklyUp};
    use quorate::{Gossip, Reachability};

    use super::super::testing::{Doctored, gossip, member, names, node};
    use super::*;

    fn moved(from: MemberStatus, to: &[(&str, MemberStatus)]) -> Doctored {
        Doctored::of(gossip(&[("a", Up), ("b", from)]), gossip(to), Cause::Tick)
    }

    /// M2
    #[test]
    fn a_local_step_that_the_table_has_is_sound() {
        for (from, to) in [(Joining, Up), (WeaklyUp, Up), (Leaving, Exiting), (Up, Down)] {
            assert_eq!(moved(from, &[("a", Up), ("b", to)]).check(one_legal_transition), None, "{from} {to}");
        }
        assert_eq!(moved(Down, &[("a", Up)]).check(one_legal_transition), None);
        let joined = moved(Up, &[("a", Up), ("b", Up), ("c", Joining)]);
        assert_eq!(joined.check(one_legal_transition), None);
    }

    /// M2
    #[test]
    fn a_local_step_that_the_table_lacks_violates() {
        for (from, to) in [(Down, Up), (Up, Joining), (Exiting, Leaving), (Joining, Exiting), (Up, Exiting)] {
            let found = moved(from, &[("a", Up), ("b", to)]).check(one_legal_transition).unwrap();
            assert_eq!(found.who, [node("a"), node("b")]);
            assert!(found.facts.1.contains(&to.to_string()), "{found:?}");
        }
    }

    /// M2, LDR-45
    #[test]
    fn who_becomes_up_may_prepare_for_a_shutdown_in_the_same_tick() {
        let before = gossip(&[("a", Joining), ("b", Joining)]);
        let after = gossip(&[("a", PreparingForShutdown), ("b", PreparingForShutdown)]);
        let prepares = |cause| Doctored::of(before.clone(), after.clone(), cause);
        assert_eq!(prepares(Cause::Tick).in_steps(2).check(one_legal_transition), None);
        assert!(prepares(Cause::Tick).check(one_legal_transition).is_some(), "in one step");
        assert!(prepares(Cause::Join).in_steps(2).check(one_legal_transition).is_some(), "at no tick");
    }

    /// M2
    #[test]
    fn removing_who_is_not_on_its_way_out_violates() {
        for status in [Up, Leaving, Joining] {
            assert!(moved(status, &[("a", Up)]).check(one_legal_transition).is_some(), "{status}");
            // The resolver downed it at the same tick.
            assert_eq!(moved(status, &[("a", Up)]).in_steps(2).check(one_legal_transition), None);
        }
        assert_eq!(moved(Exiting, &[("a", Up)]).check(one_legal_transition), None);
    }

    /// M2
    #[test]
    fn a_new_member_that_is_not_joining_violates_but_for_the_founder() {
        let unearned = moved(Up, &[("a", Up), ("b", Up), ("c", Up)]);
        assert_eq!(unearned.check(one_legal_transition).unwrap().who, [node("a"), node("c")]);
        let founder = Doctored::of(Gossip::new(), gossip(&[("a", Up)]), Cause::Tick);
        assert_eq!(founder.check(one_legal_transition), None);
        let two = Doctored::of(Gossip::new(), gossip(&[("a", Up), ("b", Up)]), Cause::Tick);
        assert_eq!(two.check(one_legal_transition).unwrap().who, [node("a"), node("b")]);
    }

    /// M3: a table of members cannot be made with a removed one, so the check sees the bare list.
    #[test]
    fn a_removed_member_violates() {
        let list = [member("a", Up), member("b", Removed)];
        let found = nobody_is_removed(&node("a"), &list, names()).unwrap();
        assert_eq!(found.who, [node("a"), node("b")]);
        assert_eq!(nobody_is_removed(&node("a"), &list[..1], names()), None);
    }

    /// M3
    #[test]
    fn a_row_of_a_stranger_violates() {
        let list = [member("a", Up), member("b", Up)];
        let table = Reachability::new().unreachable(&node("b"), &node("a"));
        assert_eq!(only_members_observe(&node("a"), &list, table.rows(), names()), None);
        let table = table.unreachable(&node("c"), &node("b"));
        let found = only_members_observe(&node("a"), &list, table.rows(), names()).unwrap();
        assert_eq!(found.who, [node("a"), node("c")]);
    }

    /// M3: a stranger that has seen a state is an old incarnation or one that was removed, kept by GSP-17.
    #[test]
    fn a_stranger_that_has_seen_the_state_violates() {
        let state = gossip(&[("a", Up), ("b", Up)]);
        assert_eq!(only_members_have_seen(&node("a"), &state, names()), None);
        let found = only_members_have_seen(&node("a"), &state.with_seen(&node("c")), names()).unwrap();
        assert_eq!(found.who, [node("a"), node("c")]);
    }

    /// M1
    #[test]
    fn a_status_that_goes_back_violates_and_one_that_skips_steps_does_not() {
        let merged = |from, to| {
            let list = |status| gossip(&[("a", Up), ("b", status)]);
            Doctored::of(list(from), list(to), Cause::Gossip).check(statuses_move_on)
        };
        for (from, to) in [(Down, Up), (Up, Joining), (Up, WeaklyUp), (Exiting, Leaving)] {
            assert_eq!(merged(from, to).unwrap().who, [node("a"), node("b")], "{from} {to}");
        }
        for (from, to) in [(Joining, Exiting), (Joining, Down), (Up, Exiting), (Up, Up)] {
            assert_eq!(merged(from, to), None, "{from} {to}");
        }
    }

    /// M7
    #[test]
    fn a_member_that_is_not_its_own_and_a_joiner_with_members_violate() {
        let check =
            |phase: &Phase, gossip: &Gossip| is_member_when_joined(&node("a"), phase, gossip, names());
        let (with, without) = (gossip(&[("a", Up), ("b", Up)]), gossip(&[("b", Up)]));
        assert_eq!(check(&Phase::Initialized, &with), None);
        assert!(!check(&Phase::Initialized, &without).unwrap().is_always_wrong);
        assert_eq!(check(&Phase::Uninitialized, &Gossip::new()), None);
        assert!(check(&Phase::Uninitialized, &with).unwrap().is_always_wrong);
        assert_eq!(check(&Phase::Stopped, &without), None);
    }

    /// M10
    #[test]
    fn a_member_that_goes_without_a_tombstone_violates() {
        let before = gossip(&[("a", Up), ("b", Down)]);
        let buried = Doctored::of(before.clone(), before.remove(&[node("b")], 1), Cause::Gossip);
        assert_eq!(buried.check(leaves_with_a_tombstone), None);
        let lost = Doctored::of(before, gossip(&[("a", Up)]), Cause::Gossip);
        assert_eq!(lost.check(leaves_with_a_tombstone).unwrap().who, [node("a"), node("b")]);
    }

    /// M4
    #[test]
    fn an_incarnation_that_comes_back_violates_and_a_new_one_does_not() {
        let (alone, both) = (gossip(&[("a", Up)]), gossip(&[("a", Up), ("b", Joining)]));
        let change = Doctored::of(alone, both, Cause::Gossip);
        let found = change.check(|change| none_came_back(change, &[node("b")])).unwrap();
        assert_eq!(found.who, [node("a"), node("b")]);
        assert_eq!(change.check(|change| none_came_back(change, &[node("b#2"), node("c")])), None);
    }

    /// M4, P3
    #[test]
    fn an_incarnation_that_comes_back_beside_its_tombstone_violates() {
        let both = gossip(&[("a", Up), ("b", Joining)]);
        let change = Doctored::of(both.remove(&[node("b")], 1), both, Cause::Join);
        let found = change.check(|change| none_came_back(change, &[])).unwrap();
        assert_eq!(found.facts.0, "a has a tombstone of b");
    }

    /// M4: what stays a member has not come back.
    #[test]
    fn a_member_that_was_none_for_no_event_is_sound() {
        let change = moved(Joining, &[("a", Up), ("b", Up)]);
        assert_eq!(change.check(|change| none_came_back(change, &[node("b")])), None);
    }
}
