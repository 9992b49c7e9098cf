//! The merge of two gossips, and what is picked of two tables of members.

use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::membership::UniqueAddress;
use crate::testing::{clock, gossip, gossip_with, member, member_names, members, names, node, statuses};

const EXACT: Repairs = Repairs::none();

fn tombstones_remove() -> Repairs {
    Repairs { tombstones_remove: true, ..EXACT }
}

fn both_ways(a: &Gossip, b: &Gossip) -> [Gossip; 2] {
    [a.merge(b, &EXACT), b.merge(a, &EXACT)]
}

fn picked(a: &str, b: &str, removed: &str, repairs: &Repairs) -> String {
    let table =
        |text: &str| members(text).into_iter().fold(Members::new(), |table, member| table.with(member));
    let removed: Vec<UniqueAddress> = crate::testing::nodes(removed);
    statuses(&pick(&table(a), &table(b), &Tombstones::new().with(&removed, 1), repairs))
}

/// MDL-33 (case G12).
#[test]
fn the_later_status_of_each_member_is_kept() {
    let a = gossip("a:up c:leaving e:joining", "");
    let b = gossip("a:joining c:up e:up", "");
    for merged in both_ways(&a, &b) {
        assert_eq!(statuses(merged.members()), "a:up c:leaving e:up");
    }
}

/// MDL-33: the kept copy is taken whole. MDL-36: so an up-number can be lost.
#[test]
fn a_copy_is_kept_whole() {
    assert_eq!(picked("a:up:5", "a:leaving", "", &EXACT), "a:leaving");
    let web = gossip("a:joining::web", "").merge(&gossip("a:up:3:db", ""), &EXACT);
    assert_eq!(web.member(&node("a")), Some(&member("a:up:3:db")));
}

/// MDL-34
#[test]
fn of_equal_statuses_the_older_copy_stays_and_of_equals_the_second() {
    assert_eq!(picked("a:up:3", "a:up:5", "", &EXACT), "a:up:3");
    assert_eq!(picked("a:up:5", "a:up:3", "", &EXACT), "a:up:3");
    assert_eq!(picked("a:up", "a:up:3", "", &EXACT), "a:up:3");
    let (first, second) = (gossip("a:up:3:db", ""), gossip("a:up:3:web", ""));
    assert_eq!(first.merge(&second, &EXACT).members(), second.members());
}

/// MDL-35
#[test]
fn a_merge_can_undo_a_down_of_a_member_that_is_ready_for_shutdown() {
    for (a, b) in
        [("down", "ready-for-shutdown"), ("ready-for-shutdown", "leaving"), ("exiting", "ready-for-shutdown")]
    {
        let (a, b) = (String::from("a:") + a, String::from("a:") + b);
        assert_eq!(picked(&a, &b, "", &EXACT), "a:ready-for-shutdown");
    }
}

/// REP-90: with `life_cycle_order` it can not.
#[test]
fn with_the_repair_a_down_is_never_undone() {
    let repairs = Repairs { life_cycle_order: true, ..EXACT };
    for (a, b) in [("a:down", "a:ready-for-shutdown"), ("a:ready-for-shutdown", "a:down")] {
        assert_eq!(picked(a, b, "", &repairs), "a:down");
    }
    assert_eq!(picked("a:leaving", "a:ready-for-shutdown", "", &repairs), "a:leaving");
    assert_eq!(
        picked("a:preparing-for-shutdown", "a:ready-for-shutdown", "", &repairs),
        "a:ready-for-shutdown"
    );
}

/// REP-90: nor does the side decide between copies of one age.
#[test]
fn with_the_repair_the_side_decides_nothing() {
    let repairs = Repairs { life_cycle_order: true, ..EXACT };
    let (a, b) = (gossip("a:up:3:web", ""), gossip("a:up:3:db", ""));
    for merged in [a.merge(&b, &repairs), b.merge(&a, &repairs)] {
        assert_eq!(merged.members(), b.members());
    }
}

/// MDL-37: whom both sides have stays, whatever tombstones and status say.
#[test]
fn a_member_of_both_sides_stays_in_spite_of_a_tombstone() {
    assert_eq!(picked("a:up b:down", "a:up b:exiting", "a b", &EXACT), "a:up b:down");
}

/// MDL-38
#[test]
fn a_member_of_one_side_goes_when_it_was_removed_or_is_on_its_way_out() {
    assert_eq!(picked("a:up b:up c:down d:exiting e:leaving", "a:up", "b", &EXACT), "a:up e:leaving");
    assert_eq!(picked("a:up", "a:up b:up c:down d:exiting e:leaving", "b", &EXACT), "a:up e:leaving");
}

/// MDL-39
#[test]
fn a_node_downed_before_the_other_side_heard_of_it_vanishes_without_a_tombstone() {
    let (a, b) = (gossip("a:up b:up", ""), gossip("a:up b:up c:down", ""));
    for merged in both_ways(&a, &b) {
        assert_eq!(member_names(merged.members()), "a b");
        assert!(merged.tombstones().is_empty());
    }
}

/// REP-20, REP-21: with `tombstones_remove` a tombstone takes a member out, and nothing else does.
#[test]
fn with_the_repair_only_tombstones_remove() {
    let repairs = tombstones_remove();
    assert_eq!(picked("a:up b:up", "a:up c:down", "", &repairs), "a:up b:up c:down");
    assert_eq!(picked("a:up b:up c:up", "a:up b:down c:up", "b", &repairs), "a:up c:up");
    assert_eq!(picked("a:up b:up", "a:up b:up", "b", &repairs), "a:up");
    assert_eq!(picked("a:up b:exiting", "a:up", "b", &repairs), "a:up");
}

/// GSP-29: of two stamps that of the second side is kept.
#[test]
fn tombstones_of_both_sides_are_united() {
    let a = gossip("a:up", "").remove(&[node("x")], 1).remove(&[node("y")], 2);
    let b = gossip("a:up", "").remove(&[node("y")], 3).remove(&[node("z")], 4);
    let stones = |merged: Gossip| merged.tombstones().iter().map(|entry| entry.1).collect::<Vec<_>>();
    assert_eq!(stones(a.merge(&b, &EXACT)), [1, 3, 4]);
    assert_eq!(stones(b.merge(&a, &EXACT)), [1, 2, 4]);
    assert_eq!(stones(a.merge(&gossip("a:up", ""), &EXACT)), [1, 2]);
    assert_eq!(stones(gossip("a:up", "").merge(&a, &EXACT)), [1, 2]);
}

/// GSP-30 (case G33): every tombstone prunes the clock, not only those that are new to one side.
#[test]
fn the_merged_clock_has_no_entry_of_a_removed_node() {
    let start = gossip_with("a:up b:up c:up d:up", "", "", "a:1 b:1 c:1 d:1");
    let one = start.remove(&[node("b")], 1);
    let two = start.with_seen(&node("a")).remove(&[node("c")], 2);
    let merged = two.merge(&one, &EXACT);
    assert_eq!(member_names(merged.members()), "a d");
    assert_eq!(merged.clock(), &clock("a:1 d:1"));
    let both_know = |gossip: &Gossip| gossip.remove(&[node("b"), node("c")], 3).bump(node("b").key());
    assert_eq!(both_know(&one).merge(&both_know(&two), &EXACT).clock(), &clock("a:1 d:1"));
}

/// GSP-31 (case G31).
#[test]
fn a_removed_node_does_not_come_back_in_a_merge() {
    let start = gossip_with("a@east:up b@east:up c@west:up d@west:up", "b c", "a>d d>a", "d:1");
    let removed = start.only_seen(&node("a")).remove(&[node("d")], 5);
    assert_eq!(removed.reachability().version(&node("d")), 0);
    let merged = removed.merge(&start, &EXACT);
    assert_eq!(member_names(merged.members()), "a b c");
    assert!(merged.tombstones().contains(&node("d")));
    assert!(merged.reachability().has_no_records());
    assert_eq!((merged.reachability().version(&node("d")), merged.clock()), (0, &clock("")));
}

/// GSP-36 (case G32).
#[test]
fn a_new_incarnation_of_a_removed_node_stays() {
    let start = gossip_with("a:up b:up c:up d:up", "b c", "a>d", "d:1");
    let rejoined = start.remove(&[node("d")], 5).add(member("d#3:up"));
    let merged = rejoined.merge(&start, &EXACT);
    assert_eq!(statuses(merged.members()), "a:up b:up c:up d#3:up");
    assert!(merged.tombstones().contains(&node("d")) && !merged.tombstones().contains(&node("d#3")));
    assert!(merged.reachability().has_no_records());
    assert_eq!(merged.clock(), &clock(""));
}

/// GSP-32 (case G13): rows come whole by their versions.
#[test]
fn observations_of_both_sides_are_united() {
    let a = gossip_with("a:up b:up c:up", "", "b>a b>c", "");
    let b = gossip_with("a:up b:up c:up d:up", "", "a>d", "");
    for merged in both_ways(&a, &b) {
        assert_eq!(names(merged.reachability().all_unreachable()), "a c d");
    }
}

/// GSP-32: at equal versions the records of the second side are taken.
#[test]
fn of_rows_with_one_version_that_of_the_second_side_is_taken() {
    let a = gossip_with("a:up b:up c:up", "", "a>b", "");
    let b = gossip_with("a:up b:up c:up", "", "a>c", "");
    assert_eq!(a.merge(&b, &EXACT).reachability(), b.reachability());
    assert_eq!(b.merge(&a, &EXACT).reachability(), a.reachability());
}

/// GSP-32 (case G14): only merged members observe and are observed.
#[test]
fn observations_of_a_dropped_member_go_with_it() {
    let a = gossip_with("a:up b:up", "", "b>a", "");
    let b = gossip_with("a:up b:up c:exiting", "", "b>a b>c c>a", "");
    for merged in both_ways(&a, &b) {
        assert_eq!(member_names(merged.members()), "a b");
        assert_eq!(names(merged.reachability().all_unreachable()), "a");
        assert!(merged.reachability().row(&node("c")).is_none());
    }
}

/// GSP-33 (case G19).
#[test]
fn nobody_has_seen_a_merged_state() {
    let a = gossip_with("a:up b:up c:up d:up", "a b d", "", "a:1");
    let b = gossip_with("a:up b:up c:up d:up", "a c", "", "a:1");
    for merged in both_ways(&a, &b) {
        assert_eq!(merged.seen_count(), 0);
    }
}

/// GSP-34: two nodes that merge the same pair get the same clock.
#[test]
fn a_merge_counts_no_change() {
    let a = gossip_with("a:up b:up", "", "", "a:3 b:1");
    let b = gossip_with("a:up b:up c:up", "", "", "a:2 b:2 c:1");
    for merged in both_ways(&a, &b) {
        assert_eq!(merged.clock(), &clock("a:3 b:2 c:1"));
    }
}

/// GSP-35: what a swap of the sides may change: stamps, rows of one version, and which of two copies of one age is kept.
#[test]
fn swapping_the_sides_changes_only_what_ties_decide() {
    let a = gossip_with("a:up:1:web b:up:2", "", "a>b", "a:1").remove(&[node("x")], 1);
    let b = gossip_with("a:up:1:db b:up:2", "", "a>c", "b:1").remove(&[node("x")], 2);
    let [ab, ba] = both_ways(&a, &b);
    assert_eq!(statuses(ab.members()), statuses(ba.members()));
    assert_eq!(ab.clock(), ba.clock());
    assert_ne!(ab.members(), ba.members());
    assert_ne!(ab.reachability(), ba.reachability());
    assert_ne!(ab.tombstones(), ba.tombstones());
}

/// GSP-72, GSP-73, VCL-10: the leader removed x, whose change the others had taken in. The merge that follows on another
/// node ends at the leader's own clock, so no new state comes of it (trace T3).
#[test]
fn a_removal_merges_into_the_very_state_of_the_leader() {
    let before = gossip_with("a:up b:up x:exiting", "", "", "a:5 x:3");
    let leader = before.remove(&[node("x")], 9).bump(node("a").key());
    let merged = Gossip::merge_received(&leader, &before, &EXACT);
    assert_eq!(merged.clock(), leader.clock());
    assert!(merged.same_content(&leader));
    assert_eq!(merged.tombstones(), leader.tombstones());
}

/// GSP-72: without a tombstone too, on either side, the clock loses the entry of whoever is dropped.
#[test]
fn the_clock_entries_of_dropped_members_are_pruned_first() {
    let with = gossip_with("a:up b:up x:down y:exiting", "", "", "a:1 x:3 y:2");
    let without = gossip_with("a:up b:up", "", "", "b:1");
    for merged in
        [Gossip::merge_received(&with, &without, &EXACT), Gossip::merge_received(&without, &with, &EXACT)]
    {
        assert_eq!(merged.clock(), &clock("a:1 b:1"));
        assert_eq!(member_names(merged.members()), "a b");
    }
}

/// GSP-72, GSP-73: a member that the other side has too, or one that only leaves, keeps its entry.
#[test]
fn the_clock_entries_of_members_that_stay_are_kept() {
    let one = gossip_with("a:up x:down y:leaving", "", "", "x:3 y:2");
    let two = gossip_with("a:up x:up", "", "", "a:1");
    let merged = Gossip::merge_received(&one, &two, &EXACT);
    assert_eq!(merged.clock(), &clock("a:1 x:3 y:2"));
}

/// REP-20: with the repair nobody is dropped, so nothing is pruned.
#[test]
fn with_the_repair_a_received_gossip_is_not_pruned_first() {
    let one = gossip_with("a:up x:down", "", "", "x:3");
    let two = gossip_with("a:up", "", "", "a:1");
    let merged = Gossip::merge_received(&one, &two, &tombstones_remove());
    assert_eq!(merged.clock(), &clock("a:1 x:3"));
    assert_eq!(statuses(merged.members()), "a:up x:down");
}

/// MDL-27: the result is in member order, and what is derived from it is that of a table made anew.
#[test]
fn a_merged_table_is_as_good_as_one_made_anew() {
    let cases = [
        ("a:up c:up", "b:up d:down c:down"),
        ("a:up b:up", "a:up b:up"),
        ("a:up b:down", "a:up"),
        ("a:up", "a:up b:down"),
        ("a@east:up b@west:up", "a@east:up b@west:down"),
        ("a@east:down b@east:up", "a@west:up b@east:up"),
        ("a@east:up b@east:up", "a@west:down"),
        ("a@east:up b@east:up", "a@west:down b@east:up"),
    ];
    for (left, right) in cases {
        let (a, b) = (gossip(left, ""), gossip(right, ""));
        let merged = a.merge(&b, &EXACT).members().clone();
        let anew = Members::try_from(merged.as_slice().to_vec()).unwrap();
        assert!(merged.shares_roster(&anew), "{left} and {right}");
        assert_eq!(merged.hash64(), anew.hash64());
        let names =
            |table: &Members| table.data_centers().iter().map(|dc| dc.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&merged), names(&anew));
        for (one, other) in merged.data_centers().iter().zip(anew.data_centers()) {
            assert!(one.members == other.members && one.ring == other.ring);
        }
    }
}
