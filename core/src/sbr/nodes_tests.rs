use alloc::string::String;
use core::time::Duration;

use super::super::fixtures::*;
use super::super::view::ResolverView;
use super::*;

fn down(view: &ResolverView, strategy: &Strategy, decision: &Decision) -> String {
    let (nodes, failed) = view.nodes_to_down(strategy, &NONE, decision);
    assert!(!failed);
    names(&nodes)
}

const LEASE_UNREACHABLE: Decision = Decision::AcquireLeaseAndDownUnreachable { delay: Duration::ZERO };
const LEASE_INDIRECT: Decision = Decision::AcquireLeaseAndDownIndirectlyConnected { delay: Duration::ZERO };

/// SBR-27, SBR-51: of members of every status on both sides, for each decision.
#[test]
fn each_decision_takes_down_the_members_that_the_table_says() {
    let view = view(&keep_majority(), "a bj cl de ed f gw hl ie jd kp", "f g h i j");
    for (decision, expected) in [
        (Decision::DownUnreachable, "f g h"),
        (LEASE_UNREACHABLE, "f g h"),
        (Decision::DownReachable, "a b c k"),
        (Decision::DownAll, "a b c f g h k"),
        (Decision::DownIndirectlyConnected, ""),
        (Decision::ReverseDownIndirectlyConnected, "a b c k"),
        (Decision::DownSelfQuarantinedByRemote, "a"),
    ] {
        let mut view = view.clone();
        if decision == Decision::DownIndirectlyConnected {
            // Then the second pass asks the strategy, which finds nobody missing.
            view = super::super::fixtures::view(&keep_majority(), "a bj cl", "");
        }
        assert_eq!(down(&view, &keep_majority(), &decision), expected, "{decision}");
    }
}

/// SBR-51: self is left alone when it is on its way out, or not stored.
#[test]
fn a_node_that_is_exiting_does_not_down_itself_for_a_quarantine() {
    let decision = Decision::DownSelfQuarantinedByRemote;
    for members in ["ae b", "ad b", "b"] {
        assert_eq!(down(&view(&keep_majority(), members, ""), &keep_majority(), &decision), "");
    }
}

/// SBR-51
#[test]
fn indirectly_connected_nodes_go_down_and_when_reversed_all_that_can_be_reached_too() {
    let view = view_of_records(&lease_majority(), "a b c d e", "b>c c>b a>d a>e b>d c>e", "a b c");
    assert_eq!(down(&view, &lease_majority(), &LEASE_INDIRECT), "b c d e");
    assert_eq!(down(&view, &lease_majority(), &Decision::ReverseDownIndirectlyConnected), "a b c");
}

/// SBR-52: the strategy decides about the rest as if the broken links were not there.
#[test]
fn the_rest_is_decided_upon_in_a_second_pass() {
    let cases = [
        // Three against two: d and e go as well.
        ("a b c d e", "b>c c>b a>d b>d c>d a>e b>e c>e", "a b c", "b c d e", "down-unreachable"),
        // Three against four: this side goes.
        ("a b c d e f g", "b>c c>b a>d a>e a>f a>g b>d", "a b c", "a b c", "down-reachable"),
    ];
    for (members, records, seen, expected, second) in cases {
        let strategy = keep_majority();
        let view = view_of_records(&strategy, members, records, seen);
        let record = view.explain(&strategy, &NONE);
        assert_eq!(record.decision, Decision::DownIndirectlyConnected);
        assert_eq!(record.second_pass.as_ref().unwrap().decision.name(), second);
        assert_eq!(down(&view, &strategy, &record.decision), expected);
    }
}

/// SBR-53: nodes that are only known to be Down, or reached by some only, are reachable in the second pass, and count.
#[test]
fn indirectly_connected_nodes_count_as_reachable_in_the_second_pass() {
    let strategy = keep_majority();
    // Without b and c, a alone would face d and e.
    let mut view = view_of_records(&strategy, "a b c d e", "b>c c>b a>d a>e", "a b c");
    assert_eq!(names(&view.nodes_to_down(&strategy, &NONE, &view.decide(&strategy, &NONE)).0), "b c d e");
    // For a lease the second pass takes whoever is left unreachable.
    assert_eq!(names(&view.nodes_to_down(&lease_majority(), &NONE, &LEASE_INDIRECT).0), "b c d e");
    view.apply(&event("fd"));
    assert_eq!(names(&view.nodes_to_down(&strategy, &NONE, &view.decide(&strategy, &NONE)).0), "b c d e");
}

/// SBR-53: self is unreachable in the second pass when a record about it is left.
#[test]
fn self_can_be_unreachable_in_the_second_pass() {
    let strategy = keep_majority();
    // Only e says so, and a itself has not seen the gossip: e>a is explained by no rule.
    let view = view_of_records(&strategy, "a b c d e f", "b>c c>b e>a b>f", "b c");
    let record = view.explain(&strategy, &NONE);
    let second = record.second_pass.unwrap();
    assert!(second.records.contains(&(node("e"), node("a"))));
    assert_eq!(names(&record.down), "b c f a");
}

/// SBR-54: no rule is asked for, whoever is left.
#[test]
fn when_nobody_else_is_missing_the_rest_stays_whatever_its_size() {
    for strategy in
        [static_quorum(3), keep_majority(), keep_oldest(true), keep_oldest(false), lease_majority()]
    {
        let view = view_of_records(&strategy, "a@3 b@1 c@2", "b>c c>b", "a b c");
        let record = view.explain(&strategy, &NONE);
        assert!(record.second_pass.is_none());
        assert_eq!(names(&record.down), "b c", "{}", strategy.name());
    }
}

/// SBR-52: somebody who is unreachable but not stored is somebody else, too.
#[test]
fn an_unreachable_node_that_is_not_stored_asks_for_a_second_pass() {
    let strategy = keep_oldest(true);
    let mut view = view_of_records(&strategy, "a b c d", "b>c c>b", "");
    assert!(view.explain(&strategy, &NONE).second_pass.is_none());
    view.apply(&unreachable("d#2@4"));
    assert_eq!(names(view.members().iter().map(Member::unique_address)), "a b c d");
    assert!(view.explain(&strategy, &NONE).second_pass.is_some());
}

/// SBR-55: D had observed E before it was lost itself, so it is found again, and all go down.
#[test]
fn indirectly_connected_nodes_in_the_second_pass_make_all_go_down() {
    for strategy in [static_quorum(3), keep_majority(), keep_oldest(true), lease_majority()] {
        let records = "a>e b>e c>e d>e a>d b>d c>d";
        let view = view_of_records(&strategy, "a b c d e", records, "a b c");
        let record = view.explain(&strategy, &NONE);
        assert!(record.is_double_indirect() && record.decision.is_indirectly_connected());
        let second = record.second_pass.unwrap();
        assert_eq!(names(&second.indirectly_connected), "d");
        assert_eq!(second.records.len(), 7);
        assert_eq!(view.nodes_to_down(&strategy, &NONE, &record.decision), (nodes("a b c d e"), true));
    }
}

/// SBR-55: the reversed decision has no second pass that could fail.
#[test]
fn a_reversed_decision_cannot_fail() {
    let view = view_of_records(&lease_majority(), "a b c d e", "a>e b>e c>e d>e a>d b>d c>d", "a b c");
    assert_eq!(down(&view, &lease_majority(), &Decision::ReverseDownIndirectlyConnected), "a b c d");
}
