use alloc::string::{String, ToString};
use core::time::Duration;

use super::super::fixtures::*;
use super::super::view::ResolverView;
use super::*;

/// What is said of a view of `a`: members, and those that are unreachable.
fn said(strategy: &Strategy, members: &str, unreachable: &str) -> String {
    view(strategy, members, unreachable).explain(strategy, &NONE).to_string()
}

fn said_of_records(strategy: &Strategy, members: &str, records: &str, seen: &str) -> String {
    view_of_records(strategy, members, records, seen).explain(strategy, &NONE).to_string()
}

#[test]
fn a_majority_is_told_by_the_counts_of_both_sides() {
    let strategy = keep_majority();
    assert_eq!(
        said(&strategy, "a b c d#7 e#9", "d#7 e#9"),
        "keep-majority: 3 of 5 can still be reached, more than the 2 that cannot; down d:1#7, e:1#9"
    );
    assert_eq!(
        said(&strategy, "a b c", "b c"),
        "keep-majority: 1 of 3 can still be reached, fewer than the 2 that cannot; down a:1#1"
    );
    assert_eq!(
        said(&strategy, "a b", "b"),
        "keep-majority: 1 of 2 can still be reached, as many as cannot, and a:1#1, the lowest, is among them; down b:1#1"
    );
    assert_eq!(
        said(&with_role(keep_majority(), "web"), "a b/web c/web", "b"),
        "keep-majority: 1 of 2 with the role web can still be reached, as many as cannot, and b:1#1, the lowest, is not \
         among them; down c:1#1, a:1#1"
    );
    assert_eq!(
        said(&strategy, "a b cj", "c"),
        "keep-majority: all 2 that count can still be reached; down c:1#1"
    );
    assert_eq!(said(&strategy, "aj bj", "b"), "keep-majority: no member counts; down all: b:1#1, a:1#1");
}

#[test]
fn a_second_look_that_fails_is_told_with_its_own_counts() {
    assert_eq!(
        said(&keep_majority(), "a b c d e fj gj", "d e f g"),
        "keep-majority: 3 of 5 can still be reached, more than the 2 that cannot; but if others already count those who \
         join or leave differently, 3 of 7 can still be reached, fewer than the 4 that cannot; down all: b:1#1, c:1#1, \
         d:1#1, e:1#1, f:1#1, g:1#1, a:1#1"
    );
}

#[test]
fn a_quorum_is_told_by_its_size() {
    let quorum = static_quorum(2);
    assert_eq!(
        said(&quorum, "a b c", "c"),
        "static-quorum: 2 of 3 can still be reached, and the quorum is 2; down c:1#1"
    );
    assert_eq!(
        said(&quorum, "a b c", "b c"),
        "static-quorum: 1 of 3 can still be reached, fewer than the quorum of 2; down a:1#1"
    );
    assert_eq!(
        said(&quorum, "a b c d", "d"),
        "static-quorum: 4 members are more than the 3 that a quorum of 2 allows; down all: b:1#1, c:1#1, d:1#1, a:1#1"
    );
}

#[test]
fn the_oldest_is_named() {
    let strategy = keep_oldest(true);
    assert_eq!(
        said(&strategy, "a b c", "c"),
        "keep-oldest: a:1#1, the oldest, can still be reached; down c:1#1"
    );
    assert_eq!(
        said(&strategy, "a b c", "b c"),
        "keep-oldest: a:1#1, the oldest, is alone, cut off from 2 others; down a:1#1"
    );
    assert_eq!(
        said(&strategy, "a@3 b@1 c@2 d", "b c"),
        "keep-oldest: b:1#1, the oldest, cannot be reached; down d:1#1, a:1#1"
    );
    assert_eq!(
        said(&strategy, "a@3 b@1 c@2", "b"),
        "keep-oldest: b:1#1, the oldest, cannot be reached, but is alone there; down b:1#1"
    );
}

#[test]
fn nodes_that_only_some_reach_are_named_and_what_is_decided_about_the_rest() {
    let strategy = keep_majority();
    assert_eq!(
        said_of_records(&strategy, "a b c", "b>c c>b", ""),
        "keep-majority: b:1#1, c:1#1 are reached by some members and not by others; down b:1#1, c:1#1"
    );
    assert_eq!(
        said_of_records(&strategy, "a b c d e", "b>c c>b a>d a>e", ""),
        "keep-majority: b:1#1, c:1#1 are reached by some members and not by others; for the rest the decision is \
         down-unreachable; down b:1#1, c:1#1, d:1#1, e:1#1"
    );
    assert_eq!(
        said_of_records(&strategy, "a b c d e", "a>e d>e a>d", "a b c"),
        "keep-majority: d:1#1 is reached by some members and not by others; what these say of each other left aside, \
         the same still holds of d:1#1; down all: b:1#1, c:1#1, d:1#1, e:1#1, a:1#1"
    );
}

#[test]
fn down_all_and_a_lease_say_what_they_do() {
    assert_eq!(
        said(&Strategy::DownAll, "a b c", "c"),
        "down-all: 1 member cannot be reached; down all: b:1#1, c:1#1, a:1#1"
    );
    assert_eq!(
        said(&lease_majority(), "a b c", "c"),
        "lease-majority: 2 of 3 can still be reached, more than the 1 that cannot; ask for the lease, then down c:1#1"
    );
    assert_eq!(
        said(&lease_majority(), "a b c", "b c"),
        "lease-majority: 1 of 3 can still be reached, fewer than the 2 that cannot; ask for the lease after 2s, then \
         down b:1#1, c:1#1"
    );
}

#[test]
fn other_reasons_than_the_strategy_are_told() {
    let view: ResolverView = view(&keep_majority(), "a b", "b");
    let said = |decision, reason| view.explain_other(&keep_majority(), &NONE, decision, reason).to_string();
    let (first, latest) = (Duration::from_secs(36), Duration::from_millis(1500));
    assert_eq!(
        said(Decision::DownAll, Reason::Unstable { changes: 7, first, latest }),
        "keep-majority: in the last 36s members became reachable or unreachable 7 times without coming to rest, last \
         1.5s ago; down all: b:1#1, a:1#1"
    );
    assert_eq!(
        said(Decision::DownSelfQuarantinedByRemote, Reason::QuarantinedByRemote { remote: node("b") }),
        "keep-majority: b:1#1 has cut this node off for good; down a:1#1"
    );
}

#[test]
fn a_decision_about_nobody_and_one_about_many_stay_short() {
    assert_eq!(
        said(&keep_majority(), "a b ce", "c"),
        "keep-majority: all 2 that count can still be reached; nobody to down"
    );
    let many = "a b c d e f g h i j k l m n o p q r s t u v w x y z";
    assert_eq!(
        said(&keep_majority(), many, "o p q r s t u v w x y z"),
        "keep-majority: 14 of 26 can still be reached, more than the 12 that cannot; down o:1#1, p:1#1, q:1#1, r:1#1, \
         s:1#1, t:1#1, u:1#1, v:1#1, w:1#1, x:1#1 and 2 more"
    );
}
