//! The laws of merging, and slow twins of what is clever.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::membership::members::Members;
use crate::repairs::Repairs;
use crate::testing::{any_gossip, any_node, common_history, gossip, gossip_with, proptest_config};

const EXACT: Repairs = Repairs::none();
const LAWFUL: Repairs = Repairs { tombstones_remove: true, life_cycle_order: true, ..EXACT };

/// What a merge must agree about: members, observations and who was removed. Stamps may differ (GSP-35).
fn content(gossip: &Gossip) -> (Members, Reachability, Vec<UniqueAddress>) {
    let removed = gossip.tombstones().iter().map(|(node, _)| node.clone()).collect();
    (gossip.members().clone(), gossip.reachability().clone(), removed)
}

/// MDL-37 to MDL-39, REP-20, REP-90, written down once more without any haste.
fn slow_pick(a: &Gossip, b: &Gossip, removed: &BTreeSet<UniqueAddress>, repairs: &Repairs) -> Vec<Member> {
    let table = |gossip: &Gossip| -> BTreeMap<UniqueAddress, Member> {
        gossip.members().iter().map(|member| (member.unique_address().clone(), member.clone())).collect()
    };
    let (a, b) = (table(a), table(b));
    let nodes: BTreeSet<&UniqueAddress> = a.keys().chain(b.keys()).collect();
    let pick = |node| match (a.get(node), b.get(node)) {
        _ if repairs.tombstones_remove && removed.contains(node) => None,
        (Some(x), Some(y)) => Some(Member::higher_priority(x, y, repairs.life_cycle_order)),
        (Some(only), None) | (None, Some(only)) => {
            let goes = removed.contains(node) || only.status().is_on_its_way_out();
            (repairs.tombstones_remove || !goes).then_some(only)
        }
        (None, None) => None,
    };
    nodes.into_iter().filter_map(pick).cloned().collect()
}

proptest! {
    #![proptest_config(proptest_config())]

    /// REP-11, REP-20, REP-90: invariant V5. The order in which states meet does not matter.
    #[test]
    fn with_repairs_a_merge_is_commutative(states in common_history(2)) {
        let (a, b) = (&states[0], &states[1]);
        prop_assert_eq!(content(&a.merge(b, &LAWFUL)), content(&b.merge(a, &LAWFUL)));
    }

    /// REP-11, REP-20, REP-90: invariant V5. Nor does it matter which meet first.
    #[test]
    fn with_repairs_a_merge_is_associative(states in common_history(3)) {
        let (a, b, c) = (&states[0], &states[1], &states[2]);
        let left = a.merge(b, &LAWFUL).merge(c, &LAWFUL);
        let right = a.merge(&b.merge(c, &LAWFUL), &LAWFUL);
        prop_assert_eq!(content(&left), content(&right));
    }

    /// REP-11: invariant V5. A state that meets itself, or what it has already taken in, stays as it is.
    #[test]
    fn with_repairs_a_merge_is_idempotent(states in common_history(2)) {
        let (a, b) = (&states[0], &states[1]);
        prop_assert_eq!(content(&a.merge(a, &LAWFUL)), content(a));
        let merged = a.merge(b, &LAWFUL);
        prop_assert_eq!(content(&merged.merge(a, &LAWFUL)), content(&merged));
        prop_assert_eq!(content(&b.merge(&merged, &LAWFUL)), content(&merged));
    }

    /// REP-90: invariant V5. No merge takes a member a step back, or loses one without a tombstone.
    #[test]
    fn with_repairs_a_merge_is_not_below_either_side(a in any_gossip(), b in any_gossip()) {
        let merged = a.merge(&b, &LAWFUL);
        for member in a.members().iter().chain(b.members()) {
            let node = member.unique_address();
            match merged.member(node) {
                Some(kept) => prop_assert!(member.status().merge_order(kept.status(), true).is_le()),
                None => prop_assert!(merged.tombstones().contains(node)),
            }
        }
    }

    /// MDL-37 to MDL-39, GSP-31, REP-20: against the slow twin, with and without repairs.
    #[test]
    fn the_members_of_a_merge_are_those_of_the_slow_twin(a in any_gossip(), b in any_gossip(), repaired: bool) {
        let repairs = if repaired { LAWFUL } else { EXACT };
        let merged = a.merge(&b, &repairs);
        let removed: BTreeSet<UniqueAddress> = merged.tombstones().iter().map(|(node, _)| node.clone()).collect();
        prop_assert_eq!(merged.members().as_slice(), slow_pick(&a, &b, &removed, &repairs));
        let anew = Members::try_from(merged.members().as_slice().to_vec()).unwrap();
        prop_assert!(merged.members().shares_roster(&anew));
    }

    /// GSP-30, GSP-33, GSP-34: whatever the sides.
    #[test]
    fn a_merge_is_unseen_and_its_clock_holds_both_but_for_removed_nodes(a in any_gossip(), b in any_gossip()) {
        let merged = a.merge(&b, &EXACT);
        prop_assert_eq!(merged.seen_count(), 0);
        let both = a.clock().merge(b.clock());
        let expected = merged.tombstones().iter().fold(both, |clock, (node, _)| clock.prune(node.key()));
        prop_assert_eq!(merged.clock(), &expected);
    }

    /// GSP-35: without repairs too a swap of the sides changes no status, no clock entry and no key of a tombstone.
    #[test]
    fn the_sides_decide_no_status(a in any_gossip(), b in any_gossip()) {
        let (ab, ba) = (a.merge(&b, &EXACT), b.merge(&a, &EXACT));
        let statuses = |gossip: &Gossip| -> Vec<_> {
            gossip.members().iter().map(|member| (member.unique_address().clone(), member.status())).collect()
        };
        prop_assert_eq!(statuses(&ab), statuses(&ba));
        prop_assert_eq!(ab.clock(), ba.clock());
        prop_assert_eq!(content(&ab).2, content(&ba).2);
    }

    /// GSP-9, GSP-15, GSP-17: against a set of nodes.
    #[test]
    fn seen_is_what_a_tree_set_is(a in any_gossip(), b in any_gossip(), node in any_node()) {
        let twin = |gossip: &Gossip| -> BTreeSet<UniqueAddress> { gossip.seen().cloned().collect() };
        let as_list = |set: BTreeSet<UniqueAddress>| set.into_iter().collect::<Vec<_>>();
        let united = a.merge_seen(&b, &EXACT);
        prop_assert_eq!(united.seen().cloned().collect::<Vec<_>>(), as_list(&twin(&a) | &twin(&b)));
        prop_assert_eq!(united.seen_count(), twin(&united).len());
        let mut expected = twin(&a);
        expected.insert(node.clone());
        prop_assert_eq!(twin(&a.with_seen(&node)), expected);
        let mut expected = twin(&a);
        expected.remove(&node);
        let removed = a.remove(core::slice::from_ref(&node), 1);
        prop_assert_eq!(twin(&removed), expected);
        let added = b.members().iter().fold(a.clone(), |gossip, member| gossip.add(member.clone()));
        prop_assert_eq!(twin(&added), twin(&a));
        for other in a.members().iter().map(Member::unique_address) {
            prop_assert_eq!(a.is_seen_by(other), twin(&a).contains(other));
        }
    }

    /// GSP-27: equal sets have equal hashes, whatever tables they are sets over.
    #[test]
    fn the_hash_of_seen_does_not_depend_on_the_members(a in any_gossip(), b in any_gossip()) {
        let same = b.clear_seen();
        let same = a.seen().fold(same, |gossip, node| gossip.with_seen(node));
        prop_assert_eq!(same.seen_hash(), a.seen_hash());
    }

    /// GSP-5: equal values have equal hashes; a value that was put together anew is equal.
    #[test]
    fn a_gossip_made_anew_is_equal(a in any_gossip(), b in any_gossip()) {
        let seen: Vec<UniqueAddress> = a.seen().cloned().collect();
        let members = Members::try_from(a.members().as_slice().to_vec()).unwrap();
        let anew = Gossip::from_parts(members, a.reachability().clone(), &seen, a.tombstones().clone(), a.clock().clone());
        let anew = anew.unwrap();
        prop_assert_eq!(&anew, &a);
        prop_assert_eq!(anew.hash64(), a.hash64());
        prop_assert_eq!(a == b, a.hash64() == b.hash64());
        prop_assert_eq!(a.same_content(&b), a.content_hash() == b.content_hash());
    }
}

/// MDL-34, GSP-35: invariant V5 does not hold of the exact protocol: the side decides which of two copies is kept.
#[test]
fn without_repairs_a_merge_is_not_commutative() {
    let (a, b) = (gossip("a:up:1:web", ""), gossip("a:up:1:db", ""));
    assert_ne!(content(&a.merge(&b, &EXACT)), content(&b.merge(&a, &EXACT)));
    assert_eq!(content(&a.merge(&b, &LAWFUL)), content(&b.merge(&a, &LAWFUL)));
}

/// MDL-38, MDL-39: invariant V5 does not hold of the exact protocol: a member that is Down on one side is forgotten, and
/// comes back Up from a third one.
#[test]
fn without_repairs_a_merge_is_not_associative() {
    let (down, unknown, up) = (gossip("a:up x:down", ""), gossip("a:up", ""), gossip("a:up x:up", ""));
    let ends = |repairs: &Repairs| {
        let left = down.merge(&unknown, repairs).merge(&up, repairs);
        let right = down.merge(&unknown.merge(&up, repairs), repairs);
        [left, right].map(|merged| merged.members().as_slice().last().map(Member::status))
    };
    use crate::membership::MemberStatus::{Down, Up};
    assert_eq!(ends(&EXACT), [Some(Up), Some(Down)]);
    assert_eq!(ends(&LAWFUL), [Some(Down), Some(Down)]);
}

/// MDL-38: invariant V5 does not hold of the exact protocol: meeting a state that was already taken in takes members away.
#[test]
fn without_repairs_a_merge_is_not_idempotent() {
    let (a, b) = (gossip("a:up", ""), gossip("a:up x:leaving", ""));
    let merged = a.merge(&b, &EXACT).update(&crate::testing::members("x:exiting"));
    assert_eq!(merged.merge(&a, &EXACT).members().len(), 1);
    assert_eq!(merged.merge(&a, &LAWFUL).members().len(), 2);
}

/// MDL-35: invariant V5 does not hold of the exact protocol: a merge can take a member a step back.
#[test]
fn without_repairs_a_merge_can_be_below_a_side() {
    use crate::membership::MemberStatus::{Down, ReadyForShutdown};
    let (a, b) = (gossip("a:down", ""), gossip("a:ready-for-shutdown", ""));
    let status = |repairs: &Repairs| a.merge(&b, repairs).members().as_slice()[0].status();
    assert_eq!((status(&EXACT), status(&LAWFUL)), (ReadyForShutdown, Down));
}

/// VCL-10, REP-16: two nodes can end with one clock and different members. A prunes x's entry when it removes x; what x had
/// told only B is then in nobody's clock.
#[test]
fn pruning_can_make_one_clock_of_different_states() {
    let at_a = gossip_with("a:up b:up x:exiting", "", "", "a:5");
    let at_b = gossip_with("a:up b:up x:exiting y:joining", "", "", "a:5 x:1");
    let removed = at_a.remove(&[crate::testing::node("x")], 1).bump(crate::testing::node("a").key());
    let merged = Gossip::merge_received(&removed, &at_b, &EXACT);
    assert_eq!(merged.clock(), removed.clock());
    assert_ne!(merged.members(), removed.members());
}

/// REP-3: why `tombstones_remove`, `life_cycle_order` and `content_decides` are for all nodes or for none (part 06, section 13): two nodes
/// that take in each other's state, one with the repair and one without, go on with different members.
#[test]
fn in_a_mixed_cluster_two_nodes_that_know_the_same_disagree_about_a_member() {
    let at = |a: &Gossip, b: &Gossip, repairs: &Repairs| Gossip::merge_received(a, b, repairs);
    for (one, other) in [("a:up x:down", "a:up"), ("a:up x:leaving", "a:up x:ready-for-shutdown")] {
        let (one, other) = (gossip(one, ""), gossip(other, ""));
        let (exact, lawful) = (at(&one, &other, &EXACT), at(&other, &one, &LAWFUL));
        assert_ne!(exact.members(), lawful.members());
        assert_eq!(exact.clock(), lawful.clock(), "and neither takes the other's for news");
        for repairs in [&EXACT, &LAWFUL] {
            assert_eq!(at(&one, &other, repairs).members(), at(&other, &one, repairs).members());
        }
    }
    // One clock and two contents: by clock the same, and the received one is taken; by content both are kept.
    let (one, other) = (gossip_with("a:up x:up", "", "", "a:5"), gossip_with("a:up y:up", "", "", "a:5"));
    let (relation, joined) = Gossip::join(&other, &Arc::new(one.clone()), &Repairs::all());
    assert_eq!((relation, joined.members().len()), (Relation::Merge, 3));
    assert_eq!(one.clock(), other.clock());
}
