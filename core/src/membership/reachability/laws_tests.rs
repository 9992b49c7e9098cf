//! The laws of rows and their versions.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::testing::{any_gossip, any_node, common_history, names, node, observations, proptest_config};

fn all(_: &UniqueAddress) -> bool {
    true
}

fn any_table() -> impl Strategy<Value = Reachability> {
    any_gossip().prop_map(|gossip| gossip.reachability().clone())
}

fn any_status() -> impl Strategy<Value = ReachabilityStatus> {
    prop_oneof![
        Just(ReachabilityStatus::Reachable),
        Just(ReachabilityStatus::Unreachable),
        Just(ReachabilityStatus::Terminated)
    ]
}

proptest! {
    #![proptest_config(proptest_config())]

    /// RCH-2, RCH-3, RCH-6 to RCH-18: a change is one step of its observer or none, and nobody else's.
    #[test]
    fn a_change_counts_once_and_only_for_its_observer(
        table in any_table(), observer in any_node(), subject in any_node(), status in any_status(),
    ) {
        let after = table.change(&observer, &subject, status);
        let before = table.status(&observer, &subject);
        if after.is_identical(&table) {
            prop_assert!(before == status || before == ReachabilityStatus::Terminated);
        } else {
            prop_assert_eq!(after.version(&observer), table.version(&observer) + 1);
            let row = after.row(&observer).unwrap();
            prop_assert!(row.records().is_empty() || row.records().iter().any(|r| r.version == row.version()));
            prop_assert_eq!(after.status(&observer, &subject), status);
        }
        for row in table.rows().iter().filter(|row| *row.observer() != observer) {
            prop_assert_eq!(after.row(row.observer()), Some(row));
        }
        prop_assert!(after.change(&observer, &subject, status).is_identical(&after));
    }

    /// RCH-18: final for its observer and subject, whatever is said later.
    #[test]
    fn terminated_stays(table in any_table(), a in any_node(), b in any_node(), later in proptest::collection::vec((any_node(), any_node(), any_status()), 0..6)) {
        let table = table.terminated(&a, &b);
        let after = later.iter().fold(table, |table, (o, s, status)| table.change(o, s, *status));
        prop_assert_eq!(after.status(&a, &b), ReachabilityStatus::Terminated);
    }

    /// RCH-22 to RCH-27: each row of a merge is that of one side, of the higher version, with allowed subjects only.
    #[test]
    fn a_merged_row_is_the_whole_row_of_the_newer_side(a in any_table(), b in any_table(), excluded in any_node()) {
        let allowed = |node: &UniqueAddress| *node != excluded;
        let merged = a.merge(&b, allowed);
        let observers: BTreeSet<&UniqueAddress> = a.rows().iter().chain(b.rows()).map(|row| row.observer()).collect();
        for observer in observers {
            let (va, vb) = (a.version(observer), b.version(observer));
            let of = |table: &Reachability| -> Vec<Record> {
                table.row(observer).map_or(Vec::new(), |row| row.records().to_vec())
            };
            let (ra, rb) = (of(&a), of(&b));
            let taken = match (ra.is_empty(), rb.is_empty()) {
                (true, true) => Vec::new(),
                (false, false) => if va > vb { ra } else { rb },
                (false, true) => if va > vb { ra } else { Vec::new() },
                (true, false) => if vb > va { rb } else { Vec::new() },
            };
            let taken: Vec<Record> = taken.into_iter().filter(|record| allowed(&record.subject)).collect();
            if allowed(observer) {
                prop_assert_eq!(merged.version(observer), va.max(vb));
                prop_assert_eq!(of(&merged), taken);
            } else {
                prop_assert!(merged.row(observer).is_none());
            }
        }
    }

    /// RCH-28: commutative, associative and idempotent for tables of one history, in which no member was removed.
    #[test]
    fn tables_of_one_history_meet_in_any_order(states in common_history(3)) {
        let [a, b, c] = [0, 1, 2].map(|i| states[i].reachability());
        let removed: BTreeSet<&UniqueAddress> =
            states.iter().flat_map(|state| state.tombstones().iter().map(|(node, _)| node)).collect();
        let allowed = |node: &UniqueAddress| !removed.contains(node);
        let merge = |x: &Reachability, y: &Reachability| x.merge(y, allowed);
        prop_assert_eq!(merge(a, b), merge(b, a));
        prop_assert_eq!(merge(&merge(a, b), c), merge(a, &merge(b, c)));
        prop_assert_eq!(merge(a, a), merge(a, &Reachability::new()));
    }

    /// RCH-30 to RCH-34: versions of those who stay stay, and nothing else is left of those who go.
    #[test]
    fn a_removal_leaves_the_rest_as_it_was(table in any_table(), gone in any_node()) {
        let left = table.remove(core::slice::from_ref(&gone));
        prop_assert!(left.row(&gone).is_none());
        for row in table.rows().iter().filter(|row| *row.observer() != gone) {
            let kept = left.row(row.observer()).unwrap();
            prop_assert_eq!(kept.version(), row.version());
            let others: Vec<_> = row.records().iter().filter(|record| record.subject != gone).cloned().collect();
            prop_assert_eq!(kept.records(), others);
        }
        let without = table.remove_observers(core::slice::from_ref(&gone));
        prop_assert_eq!(without.only_subjects(|subject| *subject != gone), left);
        prop_assert_eq!(without.rows().len(), table.rows().len() - usize::from(table.row(&gone).is_some()));
        prop_assert_eq!(table.only_observers(|observer| *observer != gone), without);
    }

    /// RCH-35, RCH-37: the queries, written down once more from their definitions.
    #[test]
    fn the_queries_are_those_of_the_slow_twin(table in any_table(), asked in any_node(), other in any_node()) {
        use ReachabilityStatus::{Reachable, Terminated, Unreachable};
        let all: Vec<(&UniqueAddress, &Record)> =
            table.rows().iter().flat_map(|row| row.records().iter().map(move |record| (row.observer(), record))).collect();
        let subjects = |status| -> BTreeSet<&UniqueAddress> {
            all.iter().filter(|(_, r)| r.status == status).map(|(_, r)| &r.subject).collect()
        };
        let (terminated, unreachable) = (subjects(Terminated), subjects(Unreachable));
        prop_assert!(table.all_terminated().iter().eq(terminated.iter().copied()));
        prop_assert!(table.all_unreachable().iter().eq(unreachable.difference(&terminated).copied()));
        prop_assert!(table.all_unreachable_or_terminated().iter().eq(unreachable.union(&terminated).copied()));
        let both = !terminated.is_empty() || !unreachable.is_empty();
        prop_assert_eq!((table.anybody_is_unreachable(), table.has_no_records()), (both, all.is_empty()));
        let said = all.iter().find(|(o, r)| **o == asked && r.subject == other).map_or(Reachable, |(_, r)| r.status);
        prop_assert_eq!((table.status(&asked, &other), table.is_reachable(&asked, &other)), (said, said == Reachable));
        let judged = if terminated.contains(&asked) { Terminated } else if unreachable.contains(&asked) { Unreachable } else { Reachable };
        prop_assert_eq!((table.aggregated_status(&asked), table.is_reachable_by_all(&asked)), (judged, judged == Reachable));
        let from: Vec<_> = all.iter().filter(|(o, r)| **o == asked && r.status == Unreachable).map(|(_, r)| &r.subject).collect();
        prop_assert!(table.unreachable_from(&asked).eq(from));
        let observers: BTreeSet<_> = all.iter().map(|(observer, _)| *observer).collect();
        prop_assert!(table.observers().eq(observers));
        let grouped = table.observers_by_unreachable();
        prop_assert!(grouped.iter().map(|group| group.0).eq(unreachable.iter().copied()));
        for (subject, observers) in grouped {
            let those: Vec<_> = all.iter().filter(|(_, r)| r.subject == *subject && r.status == Unreachable).map(|(o, _)| *o).collect();
            prop_assert_eq!(observers, those);
        }
    }

    /// RCH-36: by content, whatever is shared; and a table that was written down is the same.
    #[test]
    fn tables_are_equal_by_content(a in any_table(), b in any_table()) {
        let bytes = postcard::to_allocvec(&a).unwrap();
        let copy: Reachability = postcard::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&copy, &a);
        prop_assert!(!copy.is_identical(&a) && a.clone().is_identical(&a));
        prop_assert_eq!(copy.hash64(), a.hash64());
        prop_assert_eq!(a == b, a.rows() == b.rows());
        prop_assert_eq!(a == b, a.hash64() == b.hash64());
    }
}

/// RCH-1, RCH-4: nothing said means that all are seen; versions stay when nothing is left to say.
#[test]
fn nothing_said_means_reachable() {
    let empty = Reachability::new();
    assert!(empty.is_reachable(&node("a"), &node("b")) && empty.is_reachable_by_all(&node("b")));
    let table = observations("a>b a>b:reachable");
    assert!(table.has_no_records() && !table.anybody_is_unreachable());
    assert_eq!(table.version(&node("a")), 2);
    assert_ne!(table, empty);
}

/// RCH-5: the order in which observers speak leaves no trace.
#[test]
fn the_order_of_observers_leaves_no_trace() {
    assert_eq!(observations("a>b c>a a>c"), observations("c>a a>b a>c"));
    assert_ne!(observations("a>b a>c"), observations("a>c a>b"), "the versions of the records differ");
}

/// RCH-17: a filter that takes nothing gives back the identical table.
#[test]
fn a_filter_that_takes_nothing_gives_back_the_identical_table() {
    let table = observations("a>b c>a");
    assert!(table.only_subjects(all).is_identical(&table));
    assert!(table.only_observers(all).is_identical(&table));
    assert!(table.merge(&table.clone(), all).is_identical(&table));
}

/// RCH-19: with a Terminated record an observer keeps its records, also when it sees everybody else.
#[test]
fn an_observer_that_knows_somebody_terminated_keeps_its_records() {
    let table = observations("a>b a>c:terminated a>b:reachable a>d:reachable");
    assert_eq!(table.row(&node("a")).map(|row| row.records().len()), Some(3));
    assert_eq!(names(table.all_unreachable_or_terminated().iter()), "c");
}

/// RCH-35: somebody else's verdict that a subject is gone hides that it is unreachable to others.
#[test]
fn terminated_by_one_is_terminated() {
    let table = observations("a>c b>c:terminated a>d");
    assert_eq!((names(table.all_unreachable()), names(table.all_terminated())), ("d".into(), "c".into()));
    assert_eq!(names(table.unreachable_from(&node("a"))), "c d");
    let grouped = table.observers_by_unreachable();
    assert_eq!(names(grouped.iter().map(|group| group.0)), "c d");
}

/// RCH-2: a version that a peer made up does no harm.
#[test]
fn a_version_that_cannot_grow_stays() {
    let full = Row::try_from((node("a"), u64::MAX, Vec::new())).unwrap();
    let table = Reachability::try_from(alloc::vec![Arc::new(full)]).unwrap();
    assert_eq!(table.unreachable(&node("a"), &node("b")).version(&node("a")), u64::MAX);
}
