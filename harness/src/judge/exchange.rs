//! V: what gossip may and may not do.

use std::sync::Arc;

use quorate::{ClockOrder, Gossip, Output, Row, UniqueAddress};

use super::assumptions::SENDER_KNOWN;
use super::change::{Change, differing, differing_rows, joined};
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::Finding;

/// V5
pub(super) static V5: Invariant = Invariant::new(
    "V5",
    "a merge is commutative and idempotent, and no status in it is before that of either side",
    Group::Safety,
    Watches::Change,
    "GSP-29, GSP-36, MDL-33, MDL-37",
)
.cured_by(&["tombstones-remove", "life-cycle-order"]);

/// V6
pub(super) static V6: Invariant = Invariant::new(
    "V6",
    "gossip that is older than a node's own changes nothing there but who has seen, and is answered",
    Group::Safety,
    Watches::Change,
    "GSP-71, GSP-74, GSP-81",
);

/// V7
pub(super) static V7: Invariant = Invariant::new(
    "V7",
    "gossip from a non-member, from one that the receiver does not see, or without the receiver in it changes nothing",
    Group::Safety,
    Watches::Change,
    "GSP-69, GSP-70",
)
.assuming(&[&SENDER_KNOWN]);

/// V7: a state that was taken in was one to be taken in. With `introduce` a member may make itself known.
pub(super) fn only_from_members_seen(change: &Change<'_>) -> Option<Finding> {
    let (told, sender) = (change.told?, change.sender?);
    let (me, name) = (|| change.names.of(change.me), || change.names.of(sender));
    let why = if !change.repairs.introduce && change.before.member(sender).is_none() {
        format!("{} was no member to it", name())
    } else if !change.before.reachability().is_reachable(change.me, sender) {
        format!("it did not see {}", name())
    } else if told.member(change.me).is_none() {
        format!("{} is no member in that", me())
    } else {
        return None;
    };
    let (me, name) = (me(), name());
    Some(Finding::new(&[change.me, sender], format!("{me} took in what {name} told"), why))
}

/// V6: an older state leaves members and observations as they were, and without `content-decides` tombstones and clock.
pub(super) fn older_changes_nothing(change: &Change<'_>, outputs: &[Output]) -> Option<Finding> {
    let (told, sender) = (change.told?, change.sender?);
    let (before, after) = (change.before, change.after);
    if change.cause != Cause::Gossip || !is_older(change, told, before) {
        return None;
    }
    let (me, name) = (change.names.of(change.me), change.names.of(sender));
    let one = format!("{name} told {me} a state older than its own");
    let is_unchanged = before.same_content(after)
        && if change.clock_decides() {
            before.clock() == after.clock() && before.tombstones() == after.tombstones()
        } else {
            // REP-12, REP-13: clock and tombstones are no content, and the told ones come in; none is lost.
            before.tombstones().iter().all(|(node, _)| after.tombstones().contains(node))
        };
    if !is_unchanged {
        return Some(Finding::new(&[change.me, sender], one, format!("{me} changed its own by it")));
    }
    let is_answered = outputs.iter().any(|output| {
        matches!(output, Output::Send(envelope)
            if envelope.message.told_state().is_some() && *envelope.to.address() == sender.address)
    });
    // GSP-42: it does not answer whom it may not gossip to.
    let may_answer = after.member(sender).is_some() && after.reachability().is_reachable(change.me, sender);
    let other = format!("{me} did not tell {name} its own");
    (may_answer && !is_answered && after.member(change.me).is_some())
        .then(|| Finding::new(&[change.me, sender], one, other))
}

/// REP-10: older by clock, or with `content-decides` by having nothing in it that is not known.
fn is_older(change: &Change<'_>, told: &Gossip, own: &Gossip) -> bool {
    if change.clock_decides() {
        return told.clock().compare(own.clock()) == ClockOrder::Before;
    }
    if told.same_content(own) || has_news(change, told, own) {
        return false;
    }
    told.merge(own, change.repairs).same_content(own)
}

/// Whether a told state certainly has something that a merge would take over: then none need be made to see that it is not older.
fn has_news(change: &Change<'_>, told: &Gossip, own: &Gossip) -> bool {
    let repairs = change.repairs;
    if repairs.planted.is_some() || !repairs.tombstones_remove {
        return false;
    }
    let is_removed =
        |node: &UniqueAddress| told.tombstones().contains(node) || own.tombstones().contains(node);
    has_new_row(told, own, &is_removed)
        || joined(told.members().as_slice(), own.members().as_slice()).any(|(is, was)| match (is, was) {
            (Some(is), None) => !is_removed(is.unique_address()),
            (Some(is), Some(was)) if is.status() != was.status() => {
                let order = is.status().merge_order(was.status(), repairs.life_cycle_order);
                order.is_gt() && !is_removed(is.unique_address())
            }
            _ => false,
        })
}

/// RCH-22: whether a row of an observer who stays a member has a higher version than here.
fn has_new_row(told: &Gossip, own: &Gossip, is_removed: &impl Fn(&UniqueAddress) -> bool) -> bool {
    let (is, was) = (told.reachability(), own.reachability());
    if is.is_identical(was) {
        return false;
    }
    differing_rows(is, was).any(|(is, was)| {
        let is_newer = |is: &&Arc<Row>| is.version() > was.map_or(0, |was| was.version());
        is.filter(is_newer).is_some_and(|is| {
            let observer = is.observer();
            own.member(observer).is_some() && !is_removed(observer)
        })
    })
}

/// GSP-29, GSP-35: of two stamps of one tombstone a merge keeps that of one side. With `content-decides` it is the earlier.
fn same_tombstones(change: &Change<'_>, a: &Gossip, b: &Gossip) -> bool {
    let nodes =
        |gossip: &Gossip| gossip.tombstones().iter().map(|(node, _)| node.clone()).collect::<Vec<_>>();
    a.tombstones() == b.tombstones() || change.clock_decides() && nodes(a) == nodes(b)
}

/// V5: of the two sides of a merge that has just been made.
pub(super) fn merge_laws(change: &Change<'_>) -> Option<Finding> {
    let (told, own) = (change.told?, change.before);
    let merge = |a: &Gossip, b: &Gossip| Gossip::merge_received(a, b, change.repairs);
    let (one_way, other_way) = (merge(told, own), merge(own, told));
    let (me, same) = (change.names.of(change.me), |a: &Gossip, b: &Gossip| {
        a.same_content(b) && a.clock() == b.clock() && same_tombstones(change, a, b)
    });
    let two_states = format!("{me} merged what it was told with what it had");
    if !same(&one_way, &other_way) {
        let other = "the other way round another state comes of them".into();
        return Some(Finding::new(&[change.me], two_states, other));
    }
    if !same(&merge(&one_way, own), &one_way) || !same(&merge(told, &one_way), &one_way) {
        let other = "merging either side into the result again changes it".into();
        return Some(Finding::new(&[change.me], two_states, other));
    }
    let behind = [told, own].into_iter().find_map(|side| {
        differing(side.members().as_slice(), one_way.members().as_slice()).find_map(|(member, result)| {
            let (from, to) = (member?.status(), result?.status());
            member.filter(|_| from != to && !from.may_lead_to(to))
        })
    })?;
    let name = change.names.of(behind.unique_address());
    let other = format!("one side had {name} as {}, and the result has it before that", behind.status());
    Some(Finding::new(&[change.me, behind.unique_address()], two_states, other))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use quorate::MemberStatus::{Down, Joining, ReadyForShutdown, Up};
    use quorate::{Destination, Envelope, Message, Reachability, Repairs};

    use super::super::testing::{Doctored, counted, gossip, member, node, observed};
    use super::*;

    fn pair(counts: &[(&str, u64)]) -> Gossip {
        counted(&gossip(&[("a", Up), ("b", Up)]), counts)
    }

    fn taken_in(before: Gossip, told: Gossip) -> Doctored {
        Doctored::of(before, told.clone(), Cause::Gossip).told_by("b", told)
    }

    /// V7
    #[test]
    fn gossip_that_must_not_be_heard_violates_when_it_is_taken_in() {
        let sound = taken_in(pair(&[("a", 1)]), pair(&[("a", 1), ("b", 1)]));
        assert_eq!(sound.check(only_from_members_seen), None);
        let stranger = taken_in(gossip(&[("a", Up)]), pair(&[("b", 1)]));
        assert!(stranger.check(only_from_members_seen).unwrap().facts.1.contains("no member to it"));
        let unseen = observed(&pair(&[("a", 1)]), Reachability::new().unreachable(&node("a"), &node("b")));
        let unseen = taken_in(unseen, pair(&[("a", 1), ("b", 1)]));
        assert!(unseen.check(only_from_members_seen).unwrap().facts.1.contains("did not see"));
        let without_me = taken_in(pair(&[("a", 1)]), gossip(&[("b", Up)]));
        assert!(without_me.check(only_from_members_seen).unwrap().facts.1.contains("no member in that"));
        let introduce = Repairs { introduce: true, ..Repairs::none() };
        let stranger = taken_in(gossip(&[("a", Up)]), pair(&[("b", 1)])).with_repairs(introduce);
        assert_eq!(stranger.check(only_from_members_seen), None);
    }

    fn answer() -> Output {
        let message = Message::Gossip { gossip: Arc::new(Gossip::new()) };
        let to = Destination::Incarnation(node("b"));
        Output::Send(Envelope { cluster: "quorate".into(), from: node("a"), to, message })
    }

    /// V6
    #[test]
    fn older_gossip_that_changes_something_or_is_not_answered_violates() {
        let (own, older) = (pair(&[("a", 2), ("b", 1)]), pair(&[("a", 1), ("b", 1)]));
        let check = |after: Gossip, outputs: &[Output]| {
            let change = Doctored::of(own.clone(), after, Cause::Gossip).told_by("b", older.clone());
            change.check(|change| older_changes_nothing(change, outputs))
        };
        assert_eq!(check(own.with_seen(&node("b")), &[answer()]), None);
        assert!(check(own.clone(), &[]).unwrap().facts.1.contains("did not tell"));
        assert!(check(older.clone(), &[answer()]).unwrap().facts.1.contains("changed"));
        let newer = Doctored::of(older, own.clone(), Cause::Gossip).told_by("b", own);
        assert_eq!(newer.check(|change| older_changes_nothing(change, &[])), None);
    }

    /// V6: with `content-decides` the clock says nothing.
    #[test]
    fn with_content_decides_older_is_what_has_no_news() {
        let repairs = Repairs {
            content_decides: true,
            tombstones_remove: true,
            life_cycle_order: true,
            ..Repairs::none()
        };
        let own = pair(&[("a", 2)]);
        let older = counted(&gossip(&[("a", Up), ("b", Joining)]), &[("b", 9)]);
        let change = |after: Gossip| {
            Doctored::of(own.clone(), after, Cause::Gossip).told_by("b", older.clone()).with_repairs(repairs)
        };
        assert_eq!(change(own.clone()).check(|change| older_changes_nothing(change, &[answer()])), None);
        let taken = change(older.clone());
        assert!(taken.check(|change| older_changes_nothing(change, &[answer()])).is_some());
    }

    /// RCH-22: a merge takes over exactly what is new; a removed observer's row is not.
    #[test]
    fn a_row_is_new_when_a_merge_takes_it_over() {
        let repairs = Repairs { tombstones_remove: true, ..Repairs::none() };
        let pair = pair(&[]);
        let one = Reachability::new().unreachable(&node("a"), &node("b"));
        let both = one.unreachable(&node("b"), &node("a"));
        let tables = [Reachability::new(), one.clone(), one.reachable(&node("a"), &node("b")), both];
        let states = tables.map(|table| observed(&pair, table));
        let removed = states.clone().map(|state| state.remove(&[node("b")], 1));
        for (told, own) in states.iter().flat_map(|a| states.iter().chain(&removed).map(move |b| (a, b))) {
            let is_removed = |node: &UniqueAddress| own.tombstones().contains(node);
            let is_taken_over = !told.merge(own, &repairs).same_content(own);
            assert_eq!(has_new_row(told, own, &is_removed), is_taken_over, "{told} told, {own} held");
        }
    }

    /// V5: without repairs ReadyForShutdown takes a member back from Down (MDL-35).
    #[test]
    fn a_merge_that_takes_a_member_back_violates() {
        let own = counted(&gossip(&[("a", Up), ("b", Up), ("c", Down)]), &[("a", 2)]);
        let told = counted(&gossip(&[("a", Up), ("b", Up), ("c", ReadyForShutdown)]), &[("b", 1)]);
        let change = Doctored::of(own.clone(), own.clone(), Cause::Gossip).told_by("b", told);
        assert!(change.check(merge_laws).is_some());
        let repaired = Repairs { tombstones_remove: true, life_cycle_order: true, ..Repairs::none() };
        assert_eq!(change.with_repairs(repaired).check(merge_laws), None);
        let joined = counted(&own.add(member("d", Joining)), &[("b", 1)]);
        let change = Doctored::of(own.clone(), own, Cause::Gossip).told_by("b", joined);
        assert_eq!(change.check(merge_laws), None);
    }
}
