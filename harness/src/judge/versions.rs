//! V: vector clocks.

use quorate::{Member, NodeKey, VectorClock};

use super::change::{Change, differing_by};
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::Finding;

/// V1
pub(super) static V1: Invariant = Invariant::new(
    "V1",
    "a node counts up only its own clock entry, by one for each change that it makes, and not at all \
               on a merge",
    Group::Safety,
    Watches::Change,
    "GSP-34, GSP-37, VCL-3, VCL-8",
);

/// V2
pub(super) static V2: Invariant = Invariant::new(
    "V2",
    "over a node's life no clock entry that was not pruned decreases",
    Group::Safety,
    Watches::Change,
    "VCL-8, VCL-9, GSP-21, GSP-30, GSP-72",
);

/// V4
pub(super) static V4: Invariant = Invariant::new(
    "V4",
    "every key of a clock is a member or has a tombstone",
    Group::Safety,
    Watches::Change,
    "GSP-10, GSP-21, GSP-30",
);

/// V4: of the entries that are new, and of those whose members have gone.
pub(super) fn entries_have_nodes(change: &Change<'_>) -> Option<Finding> {
    let clock = change.after.clock();
    if !change.members_changed && change.before.clock() == clock {
        return None;
    }
    let is_buried = |key: NodeKey| change.after.tombstones().iter().any(|(node, _)| node.key() == key);
    let gone = change.gone().map(Member::key).filter(|key| clock.count(*key) > 0);
    let new =
        differing_counts(change.before.clock(), clock).filter(|(_, was, _)| *was == 0).map(|(key, ..)| key);
    let stray = gone.chain(new).find(|key| member_of(change, *key).is_none() && !is_buried(*key))?;
    let me = change.names.of(change.me);
    let one = format!("the clock of {me} counts {} changes of {stray}", clock.count(stray));
    Some(Finding::new(&[change.me], one, "that is no member and has no tombstone".into()))
}

/// The entries that two clocks count differently, ascending: before and after, zero where there is none.
fn differing_counts<'a>(
    before: &'a VectorClock,
    after: &'a VectorClock,
) -> impl Iterator<Item = (NodeKey, u64, u64)> + use<'a> {
    let order = |was: &(NodeKey, u64), is: &(NodeKey, u64)| was.0.cmp(&is.0);
    let differing = differing_by(before.entries(), after.entries(), order, |was, is| was == is);
    let count = |entry: Option<&(NodeKey, u64)>| entry.map_or(0, |entry| entry.1);
    differing.filter_map(move |(was, is)| Some((was.or(is)?.0, count(was), count(is))))
}

/// V1: how far the own entry and those of others may have moved.
///
/// Every change that a node makes replaces its state once and counts once, so after an event in which it only
/// decided itself, its entry has moved exactly as often as its revision. The end of exit tasks marks the
/// state as seen and is no change. With `content-decides` tombstones age without a count, so there a
/// count per content change is asked for, and none too many.
pub(super) fn counts_own_changes(change: &Change<'_>) -> Option<Finding> {
    let (before, after) = (change.before.clock(), change.after.clock());
    let key = change.me.key();
    let (was, is) = (before.count(key), after.count(key));
    let me = || change.names.of(change.me);
    let had = |whose: &str, count| format!("the clock of {} had counted {count} changes of {whose}", me());
    let by = change.cause.words();
    if change.cause.is_merge() {
        return (is > was).then(|| {
            let other = format!("{by}, which is no change of its own, it counted {is}");
            Finding::new(&[change.me], had(&me(), was), other)
        });
    }
    let grown = |(other, was, is): &(NodeKey, u64, u64)| *other != key && is > was;
    if before != after
        && let Some((other, was, count)) = differing_counts(before, after).find(grown)
    {
        let one = had(&name_of(change, other), was);
        return Some(Finding::new(
            &[change.me],
            one,
            format!("{by}, with no state of a peer, it counted {count}"),
        ));
    }
    let least = match change.cause {
        Cause::ExitTasksDone => 0,
        _ if change.repairs.content_decides => u64::from(!change.before.same_content(change.after)),
        _ => change.steps,
    };
    let most = if change.cause == Cause::ExitTasksDone { 0 } else { change.steps };
    // A leader that removed itself has pruned its entry and counts anew (LDR-14).
    let removed_itself = change.after.member(change.me).is_none();
    let counted = is.saturating_sub(was);
    let is_right = counted <= most && (counted >= least || removed_itself || is < was);
    (!is_right).then(|| {
        let other = format!("{by} it changed its state {} times and counted {is}", change.steps);
        Finding::new(&[change.me], had(&me(), was), other)
    })
}

/// V2: an entry may go down only with its node: when that is no member any more, or was removed and has a
/// tombstone.
pub(super) fn no_entry_decreases(change: &Change<'_>) -> Option<Finding> {
    let (before, after) = (change.before.clock(), change.after.clock());
    if before == after {
        return None;
    }
    differing_counts(before, after).filter(|(_, was, is)| is < was).find_map(|(key, was, is)| {
        let member = member_of(change, key)?;
        let node = member.unique_address();
        if change.after.tombstones().contains(node) {
            return None;
        }
        let (me, name) = (change.names.of(change.me), change.names.of(node));
        let one = format!("the clock of {me} had counted {was} changes of {name}");
        let other =
            format!("{} it counts {is}, and {name} is a member without a tombstone", change.cause.words());
        Some(Finding::new(&[change.me, node], one, other))
    })
}

fn member_of<'a>(change: &Change<'a>, key: NodeKey) -> Option<&'a Member> {
    change.after.members().with_key(key)
}

fn name_of(change: &Change<'_>, key: NodeKey) -> String {
    let member = member_of(change, key);
    member.map_or_else(|| key.to_string(), |member| change.names.of(member.unique_address()))
}

#[cfg(test)]
mod tests {
    use quorate::CommandKind;
    use quorate::MemberStatus::{Down, Joining, Up};
    use quorate::{Gossip, Repairs};

    use super::super::testing::{Doctored, counted, gossip, node};
    use super::*;

    fn pair(counts: &[(&str, u64)]) -> Gossip {
        counted(&gossip(&[("a", Up), ("b", Up)]), counts)
    }

    fn between(before: &[(&str, u64)], after: &[(&str, u64)], cause: Cause) -> Doctored {
        Doctored::of(pair(before), pair(after), cause)
    }

    /// V1
    #[test]
    fn one_count_for_each_own_change_is_sound() {
        let one = between(&[("a", 3), ("b", 2)], &[("a", 4), ("b", 2)], Cause::Tick);
        assert_eq!(one.check(counts_own_changes), None);
        // A new incarnation's join makes the old one Terminated and Down: two changes in one event (JOIN-73).
        let two = between(&[("a", 3)], &[("a", 5)], Cause::Join).in_steps(2);
        assert_eq!(two.check(counts_own_changes), None);
        // The founder joins and leads in one event (LDR-3).
        let founder = Doctored::of(
            Gossip::new(),
            counted(&gossip(&[("a", Up)]), &[("a", 2)]),
            Cause::Command(CommandKind::JoinSeedNodes),
        );
        assert_eq!(founder.in_steps(2).check(counts_own_changes), None);
    }

    /// V1
    #[test]
    fn a_change_that_is_not_counted_or_counted_twice_violates() {
        for (after, steps) in [(3, 1), (5, 1), (4, 2), (6, 2)] {
            let change = between(&[("a", 3)], &[("a", after)], Cause::Tick).in_steps(steps);
            let found = change.check(counts_own_changes).unwrap();
            assert!(found.facts.0.contains("counted 3"), "{found:?}");
        }
        let exit = between(&[("a", 3)], &[("a", 4)], Cause::ExitTasksDone);
        assert!(exit.check(counts_own_changes).is_some());
        assert_eq!(between(&[("a", 3)], &[("a", 3)], Cause::ExitTasksDone).check(counts_own_changes), None);
    }

    /// V1
    #[test]
    fn counting_for_another_node_violates_unless_a_peer_told_it() {
        let after = &[("a", 4), ("b", 3)];
        let found = between(&[("a", 3), ("b", 2)], after, Cause::Tick).check(counts_own_changes).unwrap();
        assert!(found.facts.0.contains("2 changes of b"), "{found:?}");
        let merged = between(&[("a", 3), ("b", 2)], &[("a", 3), ("b", 3)], Cause::Gossip);
        assert_eq!(merged.check(counts_own_changes), None);
    }

    /// V1
    #[test]
    fn counting_a_merge_violates() {
        let merged = between(&[("a", 3)], &[("a", 4), ("b", 1)], Cause::Gossip);
        assert!(merged.check(counts_own_changes).is_some());
        let welcomed = Doctored::of(Gossip::new(), pair(&[("a", 1), ("b", 5)]), Cause::Welcome);
        assert!(welcomed.check(counts_own_changes).is_some());
        let welcomed = Doctored::of(Gossip::new(), pair(&[("b", 5)]), Cause::Welcome);
        assert_eq!(welcomed.check(counts_own_changes), None);
    }

    /// V1: tombstones may age without a count there.
    #[test]
    fn with_content_decides_only_changes_of_content_must_count() {
        let content_decides = Repairs { content_decides: true, ..Repairs::none() };
        let same = between(&[("a", 3)], &[("a", 3)], Cause::Tick).with_repairs(content_decides);
        assert_eq!(same.check(counts_own_changes), None);
        let other = counted(&gossip(&[("a", Up), ("b", Down)]), &[("a", 3)]);
        let changed = Doctored::of(pair(&[("a", 3)]), other, Cause::Tick).with_repairs(content_decides);
        assert!(changed.check(counts_own_changes).is_some());
    }

    /// V4, GSP-10: an entry more than there are members.
    #[test]
    fn an_entry_of_nobody_violates() {
        let stray = between(&[("a", 3)], &[("a", 3), ("z", 1)], Cause::Gossip);
        assert_eq!(stray.check(entries_have_nodes).unwrap().who, [node("a")]);
        assert_eq!(
            between(&[("a", 3)], &[("a", 3), ("b", 1)], Cause::Gossip).check(entries_have_nodes),
            None
        );
        let before = pair(&[("a", 3), ("b", 2)]);
        let left = Doctored::of(before.clone(), counted(&gossip(&[("a", Up)]), &[("b", 2)]), Cause::Gossip);
        assert!(left.check(entries_have_nodes).is_some());
        let buried = Doctored::of(before.clone(), before.remove(&[node("b")], 1), Cause::Tick);
        assert_eq!(buried.check(entries_have_nodes), None);
    }

    /// V2
    #[test]
    fn an_entry_that_goes_down_while_its_node_is_a_member_violates() {
        for after in [&[("a", 3), ("b", 1)][..], &[("a", 3)]] {
            let change = between(&[("a", 3), ("b", 2)], after, Cause::Gossip);
            assert_eq!(change.check(no_entry_decreases).unwrap().who, [node("a"), node("b")]);
        }
        let own = between(&[("a", 3), ("b", 2)], &[("a", 2), ("b", 2)], Cause::Gossip);
        assert_eq!(own.check(no_entry_decreases).unwrap().who, [node("a"), node("a")]);
    }

    /// V2
    #[test]
    fn an_entry_that_goes_with_its_node_is_sound() {
        let before = pair(&[("a", 3), ("b", 2)]);
        let removed = before.remove(&[node("b")], 1);
        assert_eq!(removed.clock().count(node("b").key()), 0);
        let change = Doctored::of(before, removed.clone(), Cause::Tick);
        assert_eq!(change.check(no_entry_decreases), None);
        // Without repairs one that both sides of a merge have stays a member beside its tombstone (MDL-37).
        let stayed = removed.add(super::super::testing::member("b", Joining));
        let change = Doctored::of(pair(&[("a", 3), ("b", 2)]), stayed, Cause::Gossip);
        assert_eq!(change.check(no_entry_decreases), None);
        let grown = between(&[("a", 3)], &[("a", 3), ("b", 1)], Cause::Gossip);
        assert_eq!(grown.check(no_entry_decreases), None);
    }
}
