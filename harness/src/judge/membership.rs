//! M: members and their statuses.

use std::sync::Arc;

use quorate::{Member, MemberStatus, Row, UniqueAddress};

use super::assumptions::{OBSERVER_NOT_REMOVED, TOMBSTONES_KEPT};
use super::change::{Change, status};
use super::invariant::{Group, Invariant, Watches};
use super::violation::{Finding, Names};

/// M2
pub(super) static M2: Invariant = Invariant {
    id: "M2",
    sentence: "a local decision makes exactly one legal transition per member",
    group: Group::Safety,
    watches: Watches::Change,
    rules: "MDL-15, MDL-19, MDL-22, LDR-11, LDR-12, LDR-13",
    assumes: &[],
    pekko: false,
    place: 0,
};

/// M3, but for seen, which without repairs may hold nodes that are no members.
pub(super) static M3: Invariant = Invariant {
    id: "M3",
    sentence: "no member is removed, and whoever has a row of observations is a member",
    group: Group::Safety,
    watches: Watches::Node,
    rules: "GSP-6, GSP-7, GSP-8",
    assumes: &[],
    pekko: false,
    place: 1,
};

/// M4
pub(super) static M4: Invariant = Invariant {
    id: "M4",
    sentence: "an incarnation that left a node's members never comes back there",
    group: Group::Safety,
    watches: Watches::Change,
    rules: "GSP-21, GSP-30, MDL-38",
    assumes: &[&TOMBSTONES_KEPT, &OBSERVER_NOT_REMOVED],
    pekko: true,
    place: 2,
};

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
            Some(_) => from.may_become(to),
            None if change.is_founding() => node == change.me && MemberStatus::Joining.may_become(to),
            None => to == MemberStatus::Joining,
        };
        let (me, name) = (change.names.of(change.me), change.names.of(node));
        (!is_legal).then(|| {
            let before =
                if was.is_some() { format!("{name} as {from}") } else { format!("no member {name}") };
            let one = format!("{me} had {before}");
            let other =
                format!("{} {me} itself made {name} {to}, which is no transition", change.cause.words());
            Finding::new(&[change.me, node], one, other)
        })
    })
}

/// M3: no member is Removed, and each observer that has a row is a member.
pub(super) fn only_members(
    me: &UniqueAddress,
    members: &[Member],
    rows: &[Arc<Row>],
    names: Names<'_>,
) -> Option<Finding> {
    if let Some(member) = members.iter().find(|member| member.status() == MemberStatus::Removed) {
        let (me_named, node) = (names.of(me), member.unique_address());
        let one = format!("{} is among the members of {me_named}", names.of(node));
        return Some(Finding::new(&[me, node], one, "its status there is removed".into()));
    }
    let is_member = |node: &UniqueAddress| members.iter().any(|member| member.unique_address() == node);
    let stray = rows.iter().find(|row| !is_member(row.observer()))?.observer();
    let (me_named, name) = (names.of(me), names.of(stray));
    let one = format!("{me_named} keeps observations of {name}");
    Some(Finding::new(&[me, stray], one, format!("{name} is no member to {me_named}")))
}

/// M4: none of the members that are new is one of those that left. `departed` is ascending.
pub(super) fn none_came_back(change: &Change<'_>, departed: &[UniqueAddress]) -> Option<Finding> {
    let new = change.members().filter(|(was, _)| was.is_none()).filter_map(|(_, is)| is);
    let back = new.into_iter().find(|member| departed.binary_search(member.unique_address()).is_ok())?;
    let (me, node) = (change.names.of(change.me), back.unique_address());
    let one = format!("{} had left the members of {me}", change.names.of(node));
    let other = format!("{} {me} has it as {} again", change.cause.words(), back.status());
    Some(Finding::new(&[change.me, node], one, other))
}

#[cfg(test)]
mod tests {
    use MemberStatus::{Down, Exiting, Joining, Leaving, Removed, Up, WeaklyUp};
    use quorate::{Gossip, Reachability};

    use super::super::stage::Cause;
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
        let found = only_members(&node("a"), &list, &[], names()).unwrap();
        assert_eq!(found.who, [node("a"), node("b")]);
        assert_eq!(only_members(&node("a"), &list[..1], &[], names()), None);
    }

    /// M3
    #[test]
    fn a_row_of_a_stranger_violates() {
        let list = [member("a", Up), member("b", Up)];
        let table = Reachability::new().unreachable(&node("b"), &node("a"));
        assert_eq!(only_members(&node("a"), &list, table.rows(), names()), None);
        let table = table.unreachable(&node("c"), &node("b"));
        let found = only_members(&node("a"), &list, table.rows(), names()).unwrap();
        assert_eq!(found.who, [node("a"), node("c")]);
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

    /// M4: what stays a member has not come back.
    #[test]
    fn a_member_that_was_none_for_no_event_is_sound() {
        let change = moved(Joining, &[("a", Up), ("b", Up)]);
        assert_eq!(change.check(|change| none_came_back(change, &[node("b")])), None);
    }
}
