//! The events between two states: who became reachable or unreachable.

use alloc::string::String;
use alloc::vec::Vec;

use super::tests::events;
use super::*;
use crate::testing::{gossip, gossip_with, member, node, observations};

/// The events about reachability of members and data centres, from one table to the other over the same members.
fn between(members: &str, old: &str, new: &str, me: &str) -> Vec<String> {
    let state = gossip(members, "");
    about_reachability(
        &state.with_reachability(observations(old)),
        &state.with_reachability(observations(new)),
        me,
    )
}

fn about_reachability(old: &Gossip, new: &Gossip, me: &str) -> Vec<String> {
    events(old, new, me).into_iter().filter(|event| event.contains("eachable")).collect()
}

const NONE: [&str; 0] = [];

/// EVT-28: the rows of the table over one set of members.
#[test]
fn members_become_unreachable_and_reachable_as_listed() {
    let members = "a:up b:up c:up d:up";
    let (unreachable, terminated) = ("c>b", "c>b:terminated");
    for (old, new, expected) in [
        ("", unreachable, &["Unreachable b up"][..]),
        ("", terminated, &["Unreachable b up"]),
        (unreachable, terminated, &NONE),
        (terminated, unreachable, &NONE),
        (unreachable, "", &["Reachable b up"]),
        (terminated, "", &NONE),
        (unreachable, "c>b c>b:reachable", &["Reachable b up"]),
        (unreachable, "c>b d>b", &NONE),
        ("c>b d>b", "d>b", &NONE),
        ("c>b d>b:terminated", "", &NONE),
        ("", "c>a", &NONE),
        ("c>a", "", &NONE),
    ] {
        assert_eq!(between(members, old, new, "a"), expected, "{old:?} to {new:?}");
    }
}

/// EVT-28: who is no longer a member is only told as removed; who has just become one is told as a member first.
#[test]
fn a_removal_says_enough_and_a_newcomer_may_be_unreachable() {
    for observed in ["a>b", "a>b:terminated"] {
        let old = gossip_with("a:up b:up", "a", observed, "");
        let told = events(&old, &old.remove(&[node("b")], 4), "a");
        assert_eq!(told, ["Tombstones b", "MemberRemoved b was up", "Seen a true", "Reachability"]);
    }
    let old = gossip("a:up c:up", "");
    let new = old.add(member("b:joining")).with_reachability(observations("c>b"));
    assert_eq!(events(&old, &new, "a")[..2], ["MemberJoined b", "Unreachable b joining"]);
}

/// EVT-28, EVT-26: a change of status of an unreachable member is told by the member event alone.
#[test]
fn an_unreachable_member_that_changes_is_told_once() {
    let old = gossip_with("a:up b:up c:up", "", "c>b", "");
    let new = old.update(&[member("b:down")]);
    assert_eq!(events(&old, &new, "a"), ["MemberDowned b"]);
    let back = new.with_reachability(observations("c>b c>b:reachable"));
    assert_eq!(about_reachability(&old, &back, "a"), ["Reachable b down"]);
}

/// EVT-24, RCH-64, RCH-66: ascending, self left out.
#[test]
fn members_that_became_unreachable_are_told_in_order() {
    let members = "a:up b:up c:up d:up e:up f:up";
    assert_eq!(
        between(members, "a>c", "f>e f>a f>b a>c a>d:terminated", "a"),
        ["Unreachable b up", "Unreachable d up", "Unreachable e up"]
    );
}

/// EVT-25, RCH-65: who was Terminated to somebody turns reachable without a word.
#[test]
fn who_was_terminated_to_somebody_turns_reachable_silently() {
    assert_eq!(between("a:up b:up c:up d:up", "a>b c>b:terminated a>d", "", "a"), ["Reachable d up"]);
}

/// EVT-27, RCH-56
#[test]
fn the_word_of_a_downed_observer_counts() {
    assert_eq!(between("a:up b:up c:down", "", "c>b", "a"), ["Unreachable b up"]);
}

/// EVT-29
#[test]
fn when_the_last_observer_goes_its_subjects_are_reachable_again() {
    let old = gossip_with("a:up b:up c:down", "", "c>b", "");
    assert_eq!(about_reachability(&old, &old.remove(&[node("c")], 4), "a"), ["Reachable b up"]);
}

/// EVT-30: in its place among the members.
#[test]
fn an_unreachable_stranger_is_told_with_its_placeholder() {
    let told = between("a:up b:up d:up", "", "a>c a>b a>d", "a");
    assert_eq!(told, ["Unreachable b up", "Unreachable c removed", "Unreachable d up"]);
    assert_eq!(between("a:up b:up", "a>c", "", "a"), NONE);
}

/// EVT-24, RCH-72: within the own data centre only.
#[test]
fn members_elsewhere_and_observers_elsewhere_are_left_out() {
    let members = "a@east:up b@east:up c@west:up d@west:up";
    assert_eq!(between(members, "", "c>b c>d", "a@east"), NONE);
    assert_eq!(between(members, "", "c>b c>d", "c@west"), ["Unreachable d up", "UnreachableDataCenter east"]);
}

const THREE: &str = "a@east:up b@east:down c@west:up d@west:up e@north:up";

/// EVT-31, EVT-32, RCH-67, RCH-69: by observers of the own data centre, Down or not.
#[test]
fn a_data_center_is_unreachable_when_one_of_its_members_is() {
    assert_eq!(between(THREE, "", "a>c", "a@east"), ["UnreachableDataCenter west"]);
    assert_eq!(between(THREE, "", "b>c", "a@east"), ["UnreachableDataCenter west"]);
    assert_eq!(between(THREE, "", "e>c c>a d>c", "a@east"), NONE);
    assert_eq!(
        between(THREE, "", "a>e a>d", "a@east"),
        ["UnreachableDataCenter north", "UnreachableDataCenter west"]
    );
}

/// EVT-31: Terminated members do not count, not even beside an Unreachable record.
#[test]
fn terminated_members_make_no_data_center_unreachable() {
    assert_eq!(between(THREE, "", "a>c:terminated", "a@east"), NONE);
    assert_eq!(between(THREE, "", "a>c b>c:terminated", "a@east"), NONE);
    assert_eq!(between(THREE, "", "a>c b>d:terminated", "a@east"), ["UnreachableDataCenter west"]);
    assert_eq!(between(THREE, "a>c", "a>c b>c:terminated", "a@east"), ["ReachableDataCenter west"]);
}

/// EVT-33, EVT-34
#[test]
fn a_data_center_is_reachable_when_all_its_members_are() {
    assert_eq!(between(THREE, "a>c", "a>c a>d", "a@east"), NONE);
    assert_eq!(between(THREE, "a>c a>d", "a>c a>d a>c:reachable", "a@east"), NONE);
    assert_eq!(
        between(THREE, "a>c a>d", "a>e", "a@east"),
        ["UnreachableDataCenter north", "ReachableDataCenter west"]
    );
}

/// EVT-34: the own data centre is none of those that are told.
#[test]
fn the_own_data_center_is_not_told() {
    assert_eq!(between(THREE, "", "a>b", "a@east"), ["Unreachable b down"]);
}

/// EVT-35
#[test]
fn a_data_center_whose_last_unreachable_member_was_removed_is_reachable() {
    let old = gossip_with(THREE, "", "a>e", "");
    assert_eq!(
        about_reachability(&old, &old.remove(&[node("e")], 4), "a@east"),
        ["ReachableDataCenter north"]
    );
}

/// EVT-36
#[test]
fn an_unreachable_stranger_counts_for_every_data_center() {
    let told = between(THREE, "", "a>z", "a@east");
    assert_eq!(told, ["Unreachable z removed", "UnreachableDataCenter north", "UnreachableDataCenter west"]);
}

/// EVT-44, RCH-71
#[test]
fn a_changed_table_is_told_whatever_data_center_it_is_about() {
    let state = gossip(THREE, "");
    let new = state.with_reachability(observations("e>c e>c:reachable"));
    assert_eq!(events(&state, &new, "a@east"), ["Reachability"]);
}
