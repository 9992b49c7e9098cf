//! The pinned relations of vector clocks, by the nodes that counted in order: `1 2 1`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::ClockOrder::{After, Before, Concurrent, Same};
use super::*;
use crate::testing::{node, proptest_config};

/// A clock to which these nodes counted, one after the other.
fn counted(names: &str) -> VectorClock {
    more(&VectorClock::new(), names)
}

fn more(clock: &VectorClock, names: &str) -> VectorClock {
    names.split_whitespace().fold(clock.clone(), |clock, name| clock.increment(node(name).key()))
}

/// VCL-1 (case V1).
#[test]
fn a_new_clock_has_no_entries() {
    assert_eq!(counted("").entries(), []);
}

/// VCL-3, VCL-4, VCL-5 (cases V2 to V10): both ways.
#[test]
fn pinned_pairs_relate_as_listed() {
    for (a, b, expected) in [
        ("", "", Same),
        ("1 2 1", "1 2 1", Same),
        ("1 2 1", "1 2 1 3", Before),
        ("1", "2", Concurrent),
        ("1 2 1", "1 1 3", Concurrent),
        ("2 2", "1 2 2 3", Before),
        ("1 2", "1 1", Concurrent),
        ("1 2 2 3", "1 2 2 2 2", Concurrent),
        ("1 3 3", "1 3 2", Concurrent),
    ] {
        let mirrored = match expected {
            Before => After,
            After => Before,
            same => same,
        };
        assert_eq!(counted(a).compare(&counted(b)), expected, "{a} and {b}");
        assert_eq!(counted(b).compare(&counted(a)), mirrored, "{b} and {a}");
    }
}

/// VCL-8 (cases V11 and V12).
#[test]
fn a_merge_is_after_both_sides() {
    for (a, b, keys) in [("1 2 2 2 2", "1 2 2 3", 3), ("4 4", "1 2 2 3", 4)] {
        let (one, two) = (counted(a).merge(&counted(b)), counted(b).merge(&counted(a)));
        assert_eq!((one.compare(&two), one.entries().len()), (Same, keys));
        for side in [a, b] {
            assert_eq!((counted(side).compare(&one), counted(side).compare(&two)), (Before, Before));
        }
    }
}

/// VCL-3, VCL-8 (cases V13 and V14).
#[test]
fn a_change_takes_a_clock_past_what_it_has_merged() {
    let (one, two) = (counted("1"), counted("2"));
    assert_eq!((one.compare(&counted("")), two.compare(&counted(""))), (After, After));
    assert_ne!(one.compare(&two), After);
    let merged = more(&counted("1 1").merge(&two), "3");
    assert_eq!((merged.compare(&counted("1 1")), merged.compare(&two)), (After, After));
}

/// VCL-9, VCL-10 (case V15).
#[test]
fn a_pruned_entry_stays_away_until_it_is_merged_back() {
    let both = counted("1").merge(&counted("2"));
    let pruned = both.prune(node("1").key());
    let changed = more(&pruned, "3");
    assert_eq!(changed.count(node("1").key()), 0);
    assert_eq!(changed.compare(&both), Concurrent);
    assert_eq!(pruned.merge(&changed).count(node("1").key()), 0);
    assert_eq!(changed.compare(&more(&both, "2")), Concurrent);
    assert_eq!(changed.merge(&both).count(node("1").key()), 1);
}

/// VCL-9: a clock without the entry stays as it is.
#[test]
fn pruning_what_is_not_there_changes_nothing() {
    assert_eq!(counted("1 2").prune(node("3").key()), counted("1 2"));
}

/// VCL-4, VCL-11 (case V16).
#[test]
fn large_clocks_relate_as_small_ones() {
    let names: Vec<String> = (0..1000).map(|i| alloc::format!("n{i}")).collect();
    let base = counted(&names.join(" "));
    let last = more(&base, &names[999]);
    assert_eq!((last.compare(&last.clone()), base.compare(&last)), (Same, Before));
    for other in [&names[0], &names[500]] {
        let other = more(&base, other);
        assert_eq!(more(&last, &names[0]).compare(&last), After);
        assert_eq!(other.compare(&last), Concurrent);
        assert!(other != last && base != last);
    }
}

/// VCL-1, VCL-2: the keys are fixed hashes of address and uid, so both parts count.
#[test]
fn the_key_of_a_node_never_changes() {
    let keys = ["a", "a#2", "a#-3", "b"].map(|name| node(name).key().to_string());
    assert_eq!(keys, ["7a739bacfae673a5", "431fc27ba7fcc33c", "13dfb16317f82222", "649772aa6eecc2c6"]);
}

/// VCL-3: a count that a peer made up does no harm.
#[test]
fn a_count_that_cannot_grow_stays() {
    let full = VectorClock::try_from(alloc::vec![(node("a").key(), u64::MAX)]).unwrap();
    assert_eq!(full.increment(node("a").key()).compare(&full), Same);
}

fn any_clock() -> impl Strategy<Value = VectorClock> {
    proptest::collection::vec(0..5usize, 0..8).prop_map(|list| {
        list.into_iter().fold(VectorClock::new(), |clock, i| clock.increment(NodeKey(i as u64)))
    })
}

proptest! {
    #![proptest_config(proptest_config())]

    /// VCL-8: the laws of a least upper bound.
    #[test]
    fn merging_is_commutative_associative_and_idempotent(a in any_clock(), b in any_clock(), c in any_clock()) {
        prop_assert_eq!(a.merge(&b), b.merge(&a));
        prop_assert_eq!(a.merge(&b).merge(&c), a.merge(&b.merge(&c)));
        prop_assert_eq!(a.merge(&a), a.clone());
        prop_assert!(matches!(a.merge(&b).compare(&a), Same | After));
    }

    /// VCL-5: Before is a strict order, and After its mirror.
    #[test]
    fn before_is_a_strict_order(a in any_clock(), b in any_clock(), c in any_clock()) {
        prop_assert_eq!(a.compare(&b) == Before, b.compare(&a) == After);
        prop_assert_eq!(a.compare(&b) == Concurrent, b.compare(&a) == Concurrent);
        if a.compare(&b) == Before && b.compare(&c) == Before {
            prop_assert_eq!(a.compare(&c), Before);
        }
        prop_assert_eq!(a.increment(NodeKey(1)).compare(&a), After);
    }

    /// VCL-1: written down and read back.
    #[test]
    fn a_clock_survives_being_written_down(a in any_clock()) {
        let bytes = postcard::to_allocvec(&a).unwrap();
        prop_assert_eq!(postcard::from_bytes::<VectorClock>(&bytes).unwrap(), a);
    }
}

/// VCL-11: also when there are more entries than are compared in one go, and the clocks share nothing.
#[test]
fn long_clocks_are_equal_exactly_when_all_their_entries_are() {
    let clock = |changed: Option<usize>| {
        let entries = (0..20).map(|at| (NodeKey(at as u64 + 1), if changed == Some(at) { 7 } else { 3 }));
        VectorClock::try_from(entries.collect::<Vec<_>>()).unwrap()
    };
    assert_eq!(clock(None), clock(None));
    assert_eq!(clock(None).compare(&clock(None)), Same);
    for changed in 0..20 {
        assert_ne!(clock(None), clock(Some(changed)), "entry {changed}");
    }
}
