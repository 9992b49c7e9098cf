use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::super::fixtures::*;
use super::super::view::ResolverView;
use super::*;
use Decision::{DownAll, DownIndirectlyConnected, DownReachable, DownUnreachable};

/// The decision of one side of a split: members, of which those after the bar are unreachable.
fn side(strategy: &Strategy, text: &str) -> Decision {
    view_of_side(strategy, text).decide(strategy, &NONE)
}

pub(super) fn view_of_side(strategy: &Strategy, text: &str) -> ResolverView {
    let (here, there) = text.split_once('|').unwrap();
    // Seen from a node that is not among them, so that every member can be on either side.
    let mut view = ResolverView::new(node("z"), home(), strategy);
    members(&[here, there].join(" ")).iter().for_each(|member| {
        view.put(member);
    });
    members(there).iter().for_each(|member| view.mark_unreachable(member.unique_address()));
    view
}

fn check(strategy: &Strategy, rows: &[(&str, Decision)]) {
    for (text, expected) in rows {
        assert_eq!(side(strategy, text), *expected, "{} {text}", strategy.name());
    }
}

/// SBR-38
#[test]
fn the_side_with_the_quorum_stays() {
    check(
        &static_quorum(3),
        &[
            ("a b c|d e", DownUnreachable),
            ("d e|a b c", DownReachable),
            ("a b|c d", DownReachable),
            ("a b c|d e f", DownAll),
        ],
    );
    let view = view_of_records(&static_quorum(3), "a b c d e", "b>c c>b", "");
    assert_eq!(view.decide(&static_quorum(3), &NONE), DownIndirectlyConnected);
}

/// SBR-39: before all else, and by how many there are now, whether they can be reached or not.
#[test]
fn more_members_than_a_quorum_allows_all_go_down() {
    for records in ["f>a", "b>c c>b"] {
        let view = view_of_records(&static_quorum(3), "a b c d e f", records, "a");
        assert_eq!(view.decide(&static_quorum(3), &NONE), DownAll);
    }
    check(&static_quorum(3), &[("a b c|d e fj", DownUnreachable), ("a b c d e|fl", DownAll)]);
    assert_eq!(static_quorum::too_many(5, 3), None);
    assert_eq!(static_quorum::too_many(6, 3), Some(Reason::TooManyMembers { most: 5 }));
    assert_eq!(static_quorum::too_many(0, 0), Some(Reason::TooManyMembers { most: 0 }));
    assert_eq!(static_quorum::too_many(u32::MAX, u32::MAX), None);
}

/// SBR-40
#[test]
fn a_quorum_is_of_members_that_are_up_or_leaving() {
    check(
        &static_quorum(3),
        &[
            ("a b cj|d e", DownReachable),
            ("a b cw|d e", DownReachable),
            ("a b cl|d e", DownUnreachable),
            ("a b ce|d e", DownReachable),
            ("a b cd|d e", DownReachable),
            // There is no second check: what may be up elsewhere does not count against this side.
            ("a b c|dj ej fj gj hj", DownUnreachable),
        ],
    );
}

/// SBR-40, SBR-42, SBR-45: static-quorum takes a role that nobody has for a side without the quorum.
#[test]
fn with_a_role_that_nobody_has_everybody_goes_down() {
    for text in ["a b|c", "c|a b"] {
        assert_eq!(side(&with_role(static_quorum(1), "nurse"), text), DownReachable);
        assert_eq!(side(&with_role(keep_majority(), "nurse"), text), DownAll);
        assert_eq!(side(&with_role(keep_oldest(true), "nurse"), text), DownAll);
        assert_eq!(side(&with_role(keep_oldest(false), "nurse"), text), DownAll);
    }
}

/// SBR-42
#[test]
fn the_larger_side_stays_and_of_halves_the_one_with_the_lowest_address() {
    check(
        &keep_majority(),
        &[
            ("a c e|b d", DownUnreachable),
            ("b d|a c e", DownReachable),
            ("a b|c d", DownUnreachable),
            ("c d|a b", DownReachable),
            ("aj bj|cj", DownAll),
        ],
    );
    let view = view_of_records(&keep_majority(), "a b c d e", "b>c c>b", "");
    assert_eq!(view.decide(&keep_majority(), &NONE), DownIndirectlyConnected);
}

/// SBR-25: members without the role neither help their side nor break ties.
#[test]
fn only_members_with_the_role_make_a_majority() {
    let worker = with_role(keep_majority(), "worker");
    check(
        &worker,
        &[
            ("a/worker b/worker|c/worker d e", DownUnreachable),
            ("c/worker d e|a/worker b/worker", DownReachable),
            ("a d|b/worker c/worker", DownReachable),
            ("a b/worker|c/worker", DownUnreachable),
        ],
    );
    assert_eq!(side(&with_role(static_quorum(2), "worker"), "a/worker b/worker|c d e"), DownUnreachable);
    assert_eq!(
        side(&with_role(keep_oldest(true), "worker"), "a e|b/worker c/worker d/worker"),
        DownReachable
    );
}

/// SBR-43
#[test]
fn a_majority_that_others_may_count_differently_all_goes_down() {
    check(
        &keep_majority(),
        &[
            ("a b c d|e f g", DownUnreachable),
            // Those who join beyond count in full, those who leave here not at all.
            ("c d e|a b fj", DownAll),
            ("c d e|a b fw", DownAll),
            ("a b c|d e fj", DownUnreachable),
            ("a b c|d e fj gj", DownAll),
            ("al b ej|c d", DownAll),
            ("a bl cl|d e", DownAll),
            ("a b c dl|e fl", DownUnreachable),
            ("al|", DownAll),
            // Who is leaving breaks no tie.
            ("a b|cl d", DownUnreachable),
            ("b|al", DownReachable),
            ("b cl d|a", DownUnreachable),
            ("b cl d|a ej", DownAll),
        ],
    );
}

/// SBR-44
#[test]
fn only_a_side_that_would_stay_looks_twice() {
    let checked = |text| view_of_side(&keep_majority(), text).explain(&keep_majority(), &NONE).second_check;
    assert_eq!(checked("a b|c d e"), None);
    assert!(checked("a b c|d e").unwrap().is_passed);
    let failed = checked("a b c|d e fj gj").unwrap();
    assert_eq!((failed.reason, failed.sides.reachable, failed.sides.unreachable), (Reason::Minority, 3, 4));
    assert!(!failed.is_passed);
}

/// SBR-45
#[test]
fn the_side_with_the_oldest_stays() {
    for strategy in [keep_oldest(true), keep_oldest(false)] {
        check(
            &strategy,
            &[("e@1 d|a@6 b c", DownUnreachable), ("a@6 b c|e@1 d", DownReachable), ("aj|bj", DownAll)],
        );
        let view = view_of_records(&strategy, "a b c d e", "b>c c>b", "");
        assert_eq!(view.decide(&strategy, &NONE), DownIndirectlyConnected);
    }
}

/// SBR-46: all rows of the table, for members that all views count alike.
#[test]
fn an_oldest_that_is_alone_goes_down_if_the_setting_says_so() {
    let rows = [
        ("a|", DownUnreachable, DownUnreachable),
        ("a|b", DownUnreachable, DownUnreachable),
        ("a|b c", DownReachable, DownUnreachable),
        ("a b|c d e", DownUnreachable, DownUnreachable),
        ("b c|a", DownUnreachable, DownReachable),
        ("b|a", DownReachable, DownReachable),
        ("b c|a d", DownReachable, DownReachable),
    ];
    for (text, alone_goes, alone_stays) in rows {
        assert_eq!(side(&keep_oldest(true), text), alone_goes, "{text}");
        assert_eq!(side(&keep_oldest(false), text), alone_stays, "{text}");
    }
}

/// SBR-47
#[test]
fn an_oldest_that_others_may_count_differently_makes_all_go_down() {
    let rows = [
        // The oldest is leaving.
        ("el@1 b d|a@6 c", DownUnreachable, DownUnreachable),
        ("el@1 c|a@3 b@2", DownAll, DownAll),
        ("el@1|", DownAll, DownAll),
        // It would be alone if its companion had left, but not if its companion is only joining.
        ("a bl|c d", DownAll, DownUnreachable),
        ("a bj|c d", DownReachable, DownUnreachable),
        ("a bl cj|d e", DownUnreachable, DownUnreachable),
        // On the far side of it, somebody who joins may be its company.
        ("b c|a dj", DownAll, DownReachable),
        ("b c|a dl", DownReachable, DownReachable),
    ];
    for (text, alone_goes, alone_stays) in rows {
        assert_eq!(side(&keep_oldest(true), text), alone_goes, "{text}");
        assert_eq!(side(&keep_oldest(false), text), alone_stays, "{text}");
    }
}

/// SBR-48
#[test]
fn an_oldest_is_alone_if_nobody_with_the_role_is_with_it() {
    let worker = with_role(keep_oldest(true), "worker");
    assert_eq!(side(&worker, "a/worker b c d|e/worker f/worker"), DownReachable);
    // Somebody else is missing as well, so from here it cannot be told that the oldest is alone.
    assert_eq!(side(&keep_oldest(true), "b c|a d"), DownReachable);
}

/// SBR-49
#[test]
fn down_all_takes_everybody_whatever_the_situation() {
    check(&Strategy::DownAll, &[("a b c|d", DownAll), ("a b c|de", DownAll), ("aj|", DownAll)]);
    let view = view_of_records(&Strategy::DownAll, "a b c", "b>c c>b", "");
    assert_eq!(view.decide(&Strategy::DownAll, &NONE), DownAll);
}

/// SBR-50
#[test]
fn the_side_without_the_majority_asks_later_for_the_lease() {
    let after = |seconds| Decision::AcquireLeaseAndDownUnreachable { delay: Duration::from_secs(seconds) };
    check(
        &lease_majority(),
        &[
            ("a c e|b d", after(0)),
            ("b d|a c e", after(2)),
            ("a b|c d", after(0)),
            ("c d|a b", after(2)),
            ("aj|bj", after(0)),
            // No second check: the lease lets one side through at most.
            ("a b c|d e fj gj", after(0)),
        ],
    );
    assert_eq!(side(&with_role(lease_majority(), "worker"), "a b|c/worker"), after(2));
    let view = view_of_records(&lease_majority(), "a b c", "b>c c>b", "");
    let decision = Decision::AcquireLeaseAndDownIndirectlyConnected { delay: Duration::ZERO };
    assert_eq!(view.decide(&lease_majority(), &NONE), decision);
}

/// SBR-37: over all statuses of three members, both sides of each, with and without a broken link.
#[test]
fn each_strategy_takes_only_the_decisions_that_are_its_own() {
    let allowed = |strategy: &Strategy| -> &[&str] {
        match strategy {
            Strategy::DownAll => &["down-all"],
            Strategy::LeaseMajority { .. } => {
                &["acquire-lease-and-down-unreachable", "acquire-lease-and-down-indirectly-connected"]
            }
            _ => &["down-reachable", "down-unreachable", "down-all", "down-indirectly-connected"],
        }
    };
    let suffixes = ["", "j", "w", "l", "e", "d"];
    for strategy in all_strategies(1) {
        let mut taken: Vec<&str> = Vec::new();
        for place in 0..216 {
            let (a, b, c) = (suffixes[place % 6], suffixes[place / 6 % 6], suffixes[place / 36]);
            let members: String = ["a", a, " b", b, " c", c, "@9"].concat();
            for records in ["a>c b>c", "a>b a>c", "b>c c>b"] {
                let decision = view_of_records(&strategy, &members, records, "").decide(&strategy, &NONE);
                assert!(allowed(&strategy).contains(&decision.name()), "{strategy:?} {decision}");
                taken.push(decision.name());
            }
        }
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), allowed(&strategy).len(), "{strategy:?} {taken:?}");
    }
}

/// SBR-1: nothing but view and strategy goes in, and the same comes out each time.
#[test]
fn the_same_view_and_strategy_always_give_the_same_decision() {
    for strategy in all_strategies(3) {
        let view = view_of_records(&strategy, "a b cl d ej", "a>d a>e b>d b>c", "a b");
        let once = view.explain(&strategy, &NONE);
        assert_eq!(view.clone().explain(&strategy, &NONE), once);
        assert_eq!(once.view.explain(&once.strategy, &NONE), once);
    }
}
