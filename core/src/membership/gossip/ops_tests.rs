//! The invariants of a gossip and its operations.

use alloc::vec::Vec;

use super::*;
use crate::membership::GossipError;
use crate::membership::ReachabilityStatus::Reachable;
use crate::testing::{
    clock, gossip, gossip_with, member, member_names, members, names, node, observations, statuses,
};

/// MDL-20: a member that is made without a data centre is in the default one (case G1).
#[test]
fn members_without_a_data_center_are_in_the_default_one() {
    assert!(gossip("a:up b:joining", "").members().iter().all(|member| member.data_center() == "default"));
}

/// GSP-5: an operation gives a new value and leaves the one that it was asked of as it was.
#[test]
fn an_operation_leaves_the_gossip_it_is_asked_of_as_it_was() {
    let before = gossip_with("a:up b:up", "a b", "a>b", "a:1");
    let copy = before.clone();
    let _ = before.remove(&[node("b")], 5).bump(node("a").key()).clear_seen().add(member("c:up"));
    assert_eq!(before, copy);
}

/// GSP-6, MDL-16: nobody is stored as Removed.
#[test]
fn a_removed_member_is_neither_added_nor_put_in_place_of_one() {
    let before = gossip("a:up", "a");
    assert_eq!(before.add(member("b:removed")), before);
    assert_eq!(before.update(&members("a:removed b:removed")), before);
}

/// GSP-7, GSP-8, GSP-11, CFG-8: whoever has records or a version in the table of observations is a member.
#[test]
fn only_members_observe() {
    let before = gossip("a:up b:up", "");
    let table = observations("a>b z>b y>b y>b:reachable");
    let after = before.with_reachability(table.clone());
    assert_eq!(after.reachability(), &observations("a>b"));
    let refused = Gossip::from_parts(
        before.members().clone(),
        table,
        &[],
        before.tombstones().clone(),
        before.clock().clone(),
    );
    assert_eq!(refused, Err(GossipError::ObserverIsNoMember { observer: node("y") }));
}

/// GSP-7: subjects are not checked.
#[test]
fn a_node_that_is_no_member_may_be_observed() {
    assert!(!gossip_with("a:up", "", "a>z", "").reachability().is_reachable(&node("a"), &node("z")));
}

/// GSP-12
#[test]
fn the_gossip_of_no_cluster_is_empty() {
    let empty = Gossip::new();
    assert!(
        empty.members().is_empty() && empty.tombstones().is_empty() && empty.reachability().rows().is_empty()
    );
    assert_eq!((empty.seen_count(), empty.clock().entries().len()), (0, 0));
    assert!(!empty.is_singleton());
}

/// GSP-13, DC-6
#[test]
fn members_in_different_data_centers_make_a_cluster_of_several() {
    for (text, several) in
        [("", false), ("a@east:up", false), ("a:up b:up", false), ("a@east:up b@west:up", true)]
    {
        assert_eq!(gossip(text, "").is_multi_data_center(), several, "{text}");
    }
    assert!(gossip("a@east:up b@east:up c@west:down", "").is_multi_data_center());
}

/// GSP-14
#[test]
fn one_member_of_any_status_is_a_singleton() {
    assert!(gossip("a:down", "").is_singleton());
    assert!(!gossip("", "").is_singleton());
    assert!(!gossip("a:up b:down", "").is_singleton());
}

/// GSP-15: the clock stays.
#[test]
fn whoever_sees_a_state_is_noted_once() {
    let before = gossip_with("a:up b:up", "a", "", "a:2");
    let after = before.with_seen(&node("b")).with_seen(&node("b"));
    assert_eq!((names(after.seen()).as_str(), after.seen_count()), ("a b", 2));
    assert_eq!(after.clock(), before.clock());
}

/// GSP-9, GSP-15: a node that is no member may be among those that have seen a state; they are told in one order.
#[test]
fn strangers_are_told_in_order_with_the_members_that_have_seen_a_state() {
    let after = gossip("b:up d:up", "").with_seen(&node("d")).with_seen(&node("c")).with_seen(&node("a"));
    assert_eq!(names(after.seen()), "a c d");
    assert!(after.is_seen_by(&node("c")) && !after.is_seen_by(&node("b")));
    assert_eq!(after.seen_count(), 3);
    assert_eq!(after, gossip("b:up d:up", "a c d"));
}

/// GSP-16
#[test]
fn seen_is_replaced_by_one_node_or_by_nobody() {
    let before = gossip("a:up b:up", "a b");
    assert_eq!(names(before.only_seen(&node("b")).seen()), "b");
    assert_eq!(names(before.only_seen(&node("z")).seen()), "z");
    assert_eq!(before.clear_seen().seen_count(), 0);
}

/// GSP-17: nothing but seen is taken from the other side, and strangers stay.
#[test]
fn merged_seen_sets_keep_strangers_and_everything_else_of_the_left_side() {
    let left = gossip_with("a:up b:up", "a", "a>b", "a:1");
    let right = gossip_with("a:up b:up c:up", "b c", "", "b:4");
    let merged = left.merge_seen(&right, &Repairs::none());
    assert_eq!(names(merged.seen()), "a b c");
    assert_eq!(merged.clear_seen(), left.clear_seen());
}

/// REP-81: with `keep_self` only members are in a merged seen set.
#[test]
fn with_the_repair_a_merged_seen_set_has_only_members() {
    let left = gossip("a:up b:up", "a");
    let right = gossip("a:up b:up c:up", "b c");
    let repairs = Repairs { keep_self: true, ..Repairs::none() };
    assert_eq!(names(left.merge_seen(&right, &repairs).seen()), "a b");
    assert_eq!(names(left.merge_seen(&right, &Repairs::none()).seen()), "a b c");
}

/// GSP-18, GSP-23
#[test]
fn a_clock_entry_is_counted_up_or_pruned_and_nothing_else_changes() {
    let before = gossip_with("a:up b:up", "a b", "a>b", "a:1 b:3");
    let bumped = before.bump(node("a").key());
    assert_eq!(bumped.clock(), &clock("a:2 b:3"));
    let pruned = before.prune(node("b").key());
    assert_eq!(pruned.clock(), &clock("a:1"));
    for after in [bumped, pruned] {
        assert!(after.same_content(&before));
        assert_eq!(names(after.seen()), "a b");
    }
    assert_eq!(before.prune(node("c").key()), before);
}

/// GSP-19, MDL-26, MDL-18: a member that is there already stays as it is, also in status.
#[test]
fn adding_a_member_twice_keeps_the_first_copy() {
    let before = gossip_with("a:up", "a", "", "a:1");
    let after = before.add(member("b:joining")).add(member("b:up:7"));
    assert_eq!(statuses(after.members()), "a:up b:joining");
    assert_eq!((names(after.seen()).as_str(), after.clock()), ("a", before.clock()));
    assert_eq!(statuses(after.add(member("b#2:joining")).members()), "a:up b:joining b#2:joining");
}

/// GSP-20: and in member order (case G36).
#[test]
fn an_update_replaces_members_and_keeps_the_rest() {
    let before = gossip_with("a@east:up d@west:joining", "a d", "a>d", "a:1").remove(&[node("x")], 9);
    let after = before.update(&members("d@west:up b@east:joining"));
    assert_eq!(statuses(after.members()), "a:up b:joining d:up");
    assert_eq!(names(after.seen()), "a d");
    assert_eq!(after.reachability(), before.reachability());
    assert_eq!((after.clock(), after.tombstones()), (before.clock(), before.tombstones()));
    assert_eq!(before.update(&[]), before);
}

/// GSP-20: what follows from who the members are follows them.
#[test]
fn an_update_can_move_a_member_to_another_data_center() {
    let after = gossip("a@east:up b@east:up", "").update(&members("b@west:up"));
    assert!(after.is_multi_data_center());
    assert_eq!(after.data_centers().map(|name| &**name).collect::<Vec<_>>(), ["east", "west"]);
}

/// GSP-21, MDL-12, GSP-25 (case G30).
#[test]
fn a_removed_node_leaves_members_seen_observations_and_clock_and_gets_a_tombstone() {
    let before = gossip_with("a@east:up b@east:up d@west:down", "a b", "b>d d>b d>a", "b:1 d:1");
    let after = before.remove(&[node("b")], 1_700_000_000_000);
    assert_eq!(member_names(after.members()), "a d");
    assert_eq!(names(after.seen()), "a");
    assert_eq!(names(after.reachability().all_unreachable()), "a");
    assert_eq!((after.reachability().version(&node("b")), after.reachability().version(&node("d"))), (0, 2));
    assert_eq!(after.clock(), &clock("d:1"));
    let tombstones: Vec<_> = after.tombstones().iter().cloned().collect();
    assert_eq!(tombstones, [(node("b"), 1_700_000_000_000)]);
}

/// GSP-21: all of it also happens to a node that is no member; several go in one step, in any order.
#[test]
fn a_stranger_can_be_removed() {
    let before = gossip_with("a:up", "a z", "a>z a>y", "a:1 z:4");
    let after = before.remove(&[node("z"), node("y")], 5);
    assert_eq!(names(after.seen()), "a");
    assert!(after.reachability().has_no_records());
    assert_eq!(after.clock(), &clock("a:1"));
    assert_eq!(names(after.tombstones().iter().map(|(node, _)| node)), "y z");
    assert_eq!(before.remove(&[], 5), before);
}

/// GSP-22, RCH-34 (case G35).
#[test]
fn a_member_that_is_marked_down_has_not_seen_the_state() {
    let before = gossip_with("a:up b:up:2", "a b", "a>b", "b:1");
    let after = before.mark_down(&member("b:up:2")).unwrap();
    assert_eq!(statuses(after.members()), "a:up b:down:2");
    assert_eq!(names(after.seen()), "a");
    assert_eq!(after.reachability(), before.reachability());
    assert_eq!((after.clock(), after.tombstones()), (before.clock(), before.tombstones()));
    assert!(before.mark_down(&member("b:removed")).is_err());
}

/// GSP-24 (case G34): a stamp that is exactly as old as the limit goes.
#[test]
fn tombstones_up_to_the_limit_are_pruned() {
    let stones =
        gossip("a:up b:up c:up", "").remove(&[node("b")], 352_684_800).remove(&[node("c")], 352_684_802);
    let left = |limit| names(stones.prune_tombstones(limit).tombstones().iter().map(|(node, _)| node));
    assert_eq!(left(352_684_801), "c");
    assert_eq!(left(352_684_800), "c");
    assert_eq!(left(352_684_799), "b c");
    assert_eq!(left(352_684_802), "");
}

/// GSP-26: only the own observation counts, and the other must be a member.
#[test]
fn a_node_sees_members_that_it_does_not_call_unreachable() {
    let state = gossip_with("a@east:up b@east:up c@west:up d@west:up", "", "a>c c>a b>d:terminated", "");
    for (from, to, sees) in
        [("a", "b", true), ("a", "c", false), ("b", "c", true), ("b", "d", false), ("a", "z", false)]
    {
        assert_eq!(state.is_reachable(&node(from), &node(to)), sees, "{from} {to}");
    }
    let again = state.with_reachability(state.reachability().change(&node("a"), &node("c"), Reachable));
    assert!(again.is_reachable(&node("a"), &node("c")));
}

/// GSP-27: equal for equal sets, whatever the tables of members are.
#[test]
fn the_hash_of_seen_is_that_of_the_set() {
    let hash = |members, seen| gossip(members, seen).seen_hash();
    assert_eq!(hash("a:up b:up", "a b"), hash("a:up b:joining c:up", "b a"));
    assert_eq!(hash("a:up b:up", "a b"), hash("a:up", "a b"));
    for other in ["", "a", "b", "a c", "a b c"] {
        assert_ne!(hash("a:up b:up c:up", "a b"), hash("a:up b:up c:up", other), "{other}");
    }
}

/// GSP-28: the incarnation does not count, an address counts once for each of its incarnations.
#[test]
fn the_hash_of_seen_does_not_tell_incarnations_apart() {
    let hash = |seen| gossip("a:up a#2:up b:up", seen).seen_hash();
    assert_eq!(hash("a b"), hash("a#2 b"));
    assert_ne!(hash("a a#2 b"), hash("a b"));
}

/// MDL-25, RCH-61: what stands for a node that is no member.
#[test]
fn looking_up_a_stranger_gives_a_placeholder() {
    let state = gossip("a:up:1", "");
    assert_eq!(state.member_or_placeholder(&node("a")), member("a:up:1"));
    let stranger = state.member_or_placeholder(&node("a#2"));
    assert_eq!(statuses([&stranger]), "a#2:removed");
    assert_eq!((stranger.data_center(), stranger.app_version().as_str()), ("-N/A", "0.0.0"));
}

/// MDL-24: all roles of all members, each once.
#[test]
fn the_roles_of_a_gossip_are_those_of_its_members() {
    let state = gossip("a@east:up::web,db b@west:up::web", "");
    assert_eq!(
        state.roles().iter().map(|role| &**role).collect::<Vec<_>>(),
        ["db", "dc-east", "dc-west", "web"]
    );
}

/// REP-10: what is content, and what is not.
#[test]
fn the_hash_of_the_content_leaves_seen_tombstones_and_clock_out() {
    let state = gossip_with("a:up:1 b:up:2", "a", "a>b", "a:1");
    let same = [state.with_seen(&node("b")), state.bump(node("a").key()), state.remove(&[node("z")], 4)];
    for other in same {
        assert_eq!(other.content_hash(), state.content_hash());
        assert_ne!(other.hash64(), state.hash64());
        assert!(other.same_content(&state) && other != state);
    }
    let different = ["b:down:2", "b:up:3", "b:up:2:web", "c:up"].map(|text| state.update(&[member(text)]));
    let observed = state.with_reachability(observations("a>b b>a"));
    for other in different.into_iter().chain([observed]) {
        assert_ne!(other.content_hash(), state.content_hash());
        assert!(!other.same_content(&state));
    }
}
