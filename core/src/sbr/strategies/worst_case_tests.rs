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

/// REP-127: of others that stay, whom nobody need miss, a leader removes those without a lease.
#[test]
fn a_side_of_which_all_leave_asks_for_no_lease_while_somebody_beyond_stays() {
    let asks = |text: &str| {
        let record = view_of_side(&lease_majority(), text).explain(&lease_majority(), &REPAIRED_RESOLVER);
        let asks = record.decision.lease_delay().is_some();
        let check = record.second_check.map(|check| (check.reason, check.is_passed));
        assert_eq!(check, (!asks).then_some((Reason::AllLeave, false)), "{text}");
        assert!(asks || record.decision == Decision::DownAll, "{text}");
        asks
    };
    for (text, expected) in [
        ("bl|a c", false),
        ("bl ce dd|a", false),
        ("bl|aj", false),
        ("al bl cl|d", false),
        ("bl|al ce", true),
        ("bl c|a", true),
        ("bl cj|a", true),
        ("a|bl", true),
    ] {
        assert_eq!(asks(text), expected, "{text}");
    }
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

/// What a side decides that knows of some members beyond, by their letters, that they have heard of their exit.
fn knowing(strategy: &Strategy, text: &str, heard: &str) -> Decision {
    let mut view = view_of_side(strategy, text);
    view.hear_exits(&nodes(heard));
    view.decide(strategy, &REPAIRED_RESOLVER)
}

/// REP-126: the oldest, which leaves, ends nobody, once it has heard that it is Exiting; before that its side may count it.
#[test]
fn a_leaver_that_has_heard_of_its_exit_counts_nowhere() {
    for (strategy, text) in [
        (keep_oldest(false), "b c d|ae"),
        (keep_oldest(true), "b|ae ce"),
        (keep_majority(), "b|ae ce"),
        (static_quorum(2), "b d|ae ce"),
    ] {
        assert_eq!(knowing(&strategy, text, ""), Decision::DownAll, "{text}");
        assert_eq!(knowing(&strategy, text, "a c"), Decision::DownUnreachable, "{text}");
        let is_quorum = strategy == static_quorum(2);
        assert_eq!(knowing(&strategy, text, "c") == Decision::DownUnreachable, is_quorum, "{text}");
    }
}

/// REP-126: of those on this side the others may not know.
#[test]
fn a_leaver_on_this_side_may_be_the_oldest_to_others_though_it_has_heard() {
    let alone = keep_oldest(true);
    assert_eq!(knowing(&alone, "ae c|b", "a"), knowing(&alone, "ae c|b", ""));
    assert_eq!(knowing(&alone, "c d|b", ""), Decision::DownUnreachable);
}

/// REP-122: all sides of four members. To know more lets no side go that would stand, so what the enumeration finds out about sides that
/// know all holds for those that know less.
#[test]
fn who_knows_more_of_exits_stands_wherever_it_would_stand_otherwise() {
    let suffixes = ["", "j", "l", "e"];
    for strategy in [static_quorum(2), keep_majority(), keep_oldest(true), keep_oldest(false)] {
        for code in 0..4_usize.pow(4) * 16 {
            let (statuses, beyond) = (code / 16, code % 16);
            let side = |is_beyond: bool| {
                let places = (0..4).filter(|place| (beyond >> place & 1 == 1) == is_beyond);
                places
                    .map(|place| {
                        [["c", "a", "d", "b"][place], suffixes[statuses / 4_usize.pow(place as u32) % 4], " "]
                            .concat()
                    })
                    .collect::<alloc::string::String>()
            };
            let text = [side(false), "|".into(), side(true)].concat();
            let stands = |heard: &str| knowing(&strategy, &text, heard) == Decision::DownUnreachable;
            for (less, more) in [("", "a"), ("", "a b c d"), ("a", "a b c d"), ("b c", "a b c d")] {
                assert!(!stands(less) || stands(more), "{strategy:?} {text} {less} {more}");
            }
        }
    }
}
