use super::super::super::decision::Decision;
use super::super::super::fixtures::*;
use super::super::super::strategy::Strategy;
use super::super::tests::view_of_side;
use super::*;
use crate::repairs::Repairs;

/// The second check of a side, in the terms of REP-120: how many it counts of itself, how many others may count beyond it,
/// and the reason.
fn check(strategy: &Strategy, text: &str) -> (u32, u32, Reason, bool) {
    let record = view_of_side(strategy, text).explain(strategy, &REPAIRED_RESOLVER);
    let check = record.second_check.unwrap();
    (check.sides.reachable, check.sides.unreachable, check.reason, check.is_passed)
}

/// REP-120
#[test]
fn a_quorum_stands_only_if_nobody_else_can_have_it() {
    let quorum = static_quorum(3);
    assert_eq!(check(&quorum, "a b c|d ej"), (3, 2, Reason::Quorum, true));
    assert_eq!(check(&quorum, "a b c|d ej fe"), (3, 3, Reason::QuorumBeyond, false));
    assert_eq!(check(&quorum, "a b c|d ew fl"), (3, 3, Reason::QuorumBeyond, false));
    // Those who are down already count nowhere.
    assert_eq!(check(&quorum, "a b c|d ej fd"), (3, 2, Reason::Quorum, true));
}

/// REP-120, REP-122: those of this side who leave are counted, those beyond who are on their way out too.
#[test]
fn a_majority_stands_only_against_all_that_others_may_count() {
    let strategy = keep_majority();
    assert_eq!(check(&strategy, "a bl cl|d e"), (3, 2, Reason::Majority, true));
    assert_eq!(check(&strategy, "a b|c"), (2, 1, Reason::Majority, true));
    assert_eq!(check(&strategy, "a b|ce de f"), (2, 3, Reason::Minority, false));
    assert_eq!(check(&strategy, "a b|c dj"), (2, 2, Reason::TieWon, true));
    assert_eq!(check(&strategy, "b c|aj d"), (2, 2, Reason::TieLost, false));
}

/// REP-123
#[test]
fn who_leaves_without_having_been_up_counts_as_joining_but_not_for_a_quorum() {
    let never_up = "a b cl@2147483647|d e";
    let sides = |strategy: &Strategy, repairs: &Repairs| {
        let sides = view_of_side(strategy, never_up).explain(strategy, repairs).sides;
        (sides.reachable, sides.unreachable)
    };
    for strategy in [keep_majority(), keep_oldest(true), keep_oldest(false)] {
        assert_eq!(sides(&strategy, &NONE), (3, 2));
        assert_eq!(sides(&strategy, &REPAIRED_RESOLVER), (2, 2));
    }
    assert_eq!(sides(&static_quorum(3), &REPAIRED_RESOLVER), (3, 2));
    assert_eq!(sides(&lease_majority(), &REPAIRED_RESOLVER), (3, 2));
}

/// REP-120
#[test]
fn the_side_of_the_oldest_stands_only_if_no_older_one_may_be_elsewhere() {
    let staying = keep_oldest(false);
    assert_eq!(check(&staying, "a|b c"), (1, 2, Reason::OldestReachable, true));
    assert_eq!(check(&staying, "b|ae c"), (1, 2, Reason::OldestUnreachable, false));
    assert_eq!(check(&staying, "b|cj"), (1, 1, Reason::OldestReachable, true));
    let leaving = keep_oldest(true);
    assert_eq!(check(&leaving, "a b|c d"), (2, 2, Reason::OldestReachable, true));
    // Wherever the oldest is, this side stays: there it would be alone.
    assert_eq!(check(&leaving, "b c|ae"), (2, 1, Reason::OldestAloneUnreachable, true));
    assert_eq!(check(&leaving, "b c|ae d"), (2, 2, Reason::OldestUnreachable, false));
    // Alone against one that may have become two.
    assert_eq!(check(&leaving, "a|b cj"), (1, 2, Reason::OldestAlone, false));
}

/// REP-120: with a role.
#[test]
fn the_worst_case_is_counted_by_role() {
    let by_role = with_role(keep_majority(), "web");
    assert_eq!(check(&by_role, "a/web b|c/web dj"), (1, 1, Reason::TieWon, true));
    assert_eq!(check(&by_role, "a/web b|c/web dj/web"), (1, 2, Reason::Minority, false));
}

/// REP-120: why Exiting members count beyond even when nobody else is missing: of A|BC, with B and C Exiting to A and Leaving to
/// themselves, both sides would stay.
#[test]
fn a_side_that_may_not_know_of_its_exit_can_down_the_other() {
    let strategy = keep_majority();
    assert_eq!(view(&strategy, "a be ce", "b c").decide(&strategy, &NONE), Decision::DownUnreachable);
    assert_eq!(view(&strategy, "a be ce", "b c").decide(&strategy, &REPAIRED_RESOLVER), Decision::DownAll);
    let beyond = view(&strategy, "a bl cl", "a");
    assert_eq!(beyond.decide(&strategy, &REPAIRED_RESOLVER), Decision::DownUnreachable);
}
