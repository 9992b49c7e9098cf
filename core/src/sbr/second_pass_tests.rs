use alloc::string::String;
use alloc::vec::Vec;

use super::super::fixtures::*;
use super::*;
use crate::sbr::{Decision, ResolverView};

fn indirect(members: &str, records: &str, seen: &str) -> String {
    names(&view_of_records(&keep_majority(), members, records, seen).indirectly_connected())
}

/// SBR-33
#[test]
fn who_observes_and_is_observed_is_indirectly_connected() {
    assert_eq!(indirect("a b c", "b>c c>b", ""), "b c");
    assert_eq!(indirect("a b c", "a>b b>c c>a", ""), "a b c");
    assert_eq!(indirect("a b c d", "a>b b>c", ""), "b");
}

/// SBR-33, SBR-34: the observer of a node that all others reach is found with it, though one of them is healthy.
#[test]
fn both_ends_of_a_record_are_indirectly_connected_when_its_subject_has_seen_the_gossip() {
    assert_eq!(indirect("a b c", "a>c", "a b c"), "a c");
    assert_eq!(indirect("a b c", "a>c", "a b"), "");
    assert_eq!(indirect("a b c d", "a>c b>d", "a b c"), "a c");
}

/// SBR-33: records about and from members of any status take part, those about self too.
#[test]
fn the_status_of_observers_and_subjects_does_not_matter() {
    assert_eq!(indirect("a bd ce dj", "b>c c>b d>a a>d", ""), "a b c d");
}

/// SBR-4: the subject's address is asked for, whichever incarnation has seen the gossip.
#[test]
fn an_address_has_seen_the_gossip_in_any_incarnation() {
    assert_eq!(indirect("a b c#2", "a>c#2", "a b c#1"), "a c#2");
}

/// SBR-35
#[test]
fn a_clean_partition_and_a_crash_leave_nobody_indirectly_connected() {
    assert_eq!(indirect("a b c d e", "a>d a>e b>d b>e c>d c>e", "a b c"), "");
    assert_eq!(indirect("a b c", "a>c b>c", "a b"), "");
}

/// SBR-35: a node that observed another before it was lost itself.
#[test]
fn a_lost_node_that_had_observed_another_is_indirectly_connected() {
    assert_eq!(indirect("a b c d e", "a>e b>e c>e d>e a>d b>d c>d", "a b c"), "d");
}

/// SBR-31, SBR-33: a record goes on counting after one of its ends was removed.
#[test]
fn a_node_that_was_removed_can_still_be_indirectly_connected() {
    let mut view = view_of_records(&keep_majority(), "a b c d", "b>c c>b", "");
    view.apply(&removed("c"));
    assert_eq!(names(&view.indirectly_connected()), "b c");
    let (down, _) = view.nodes_to_down(&keep_majority(), &NONE, &view.decide(&keep_majority(), &NONE));
    assert_eq!(names(&down), "b");
}

fn left(members: &str, records: &str, seen: &str) -> Option<String> {
    let view: ResolverView = view_of_records(&keep_majority(), members, records, seen);
    let situation = Situation::new(&view);
    let rest = situation.without_indirect(&keep_majority(), &NONE)?;
    let links: Vec<String> =
        rest.records().iter().map(|&(from, to)| names([rest.node(from), rest.node(to)])).collect();
    Some(links.join(", "))
}

/// SBR-52
#[test]
fn the_second_pass_leaves_out_what_the_indirectly_connected_say_of_each_other() {
    // b and c by the cycle, a and d because d has seen the gossip: only what one rule explains is left out.
    assert_eq!(left("a b c d e", "a>e b>c c>b b>e", "").as_deref(), Some("a e, b e"));
    assert_eq!(left("a b c d e", "a>d b>c c>b b>d b>e", "d").as_deref(), Some("b e"));
    assert_eq!(left("a b c", "b>c c>b", ""), None);
}

/// SBR-52: one rule must have found both ends of a record for it to be left out.
#[test]
fn a_record_between_nodes_found_by_different_rules_stays() {
    // By the cycle: b and c. By having seen: d and e. What e says of b is explained by neither alone.
    assert_eq!(indirect("a b c d e f", "b>c c>b e>d e>b a>f", "d"), "b c d e");
    assert_eq!(left("a b c d e f", "b>c c>b e>d e>b a>f", "d").as_deref(), Some("a f, e b"));
}

/// SBR-53: what members on their way out say, or is said of them, does not reach the second pass.
#[test]
fn records_of_members_on_their_way_out_are_left_out_of_the_second_pass() {
    assert_eq!(left("a b c dd e", "a>e a>d d>e b>c c>b", "").as_deref(), Some("a e"));
    assert_eq!(left("a b c de e", "a>e a>d d>e b>c c>b", "").as_deref(), Some("a e"));
}

/// REP-112: b still talks to a and to c, which do not hear each other, and either side has not heard yet that the other has seen
/// what it told. What the other end says is not set aside in the first pass, else each end would down the other and stay.
#[test]
fn of_a_broken_link_both_ends_go_down_though_each_takes_the_other_for_gone() {
    for seen in ["a b", "b c"] {
        let view = view_of_records(&keep_majority(), "a b c", "a>c c>a", seen);
        let decision = view.decide(&keep_majority(), &REPAIRED_RESOLVER);
        assert_eq!(decision, Decision::DownIndirectlyConnected, "{seen}");
        let (down, _) = view.nodes_to_down(&keep_majority(), &REPAIRED_RESOLVER, &decision);
        assert_eq!(names(&down), "a c", "{seen}");
    }
}

/// REP-114: two staggered crashes under lease-majority. Without the repair whoever gets the lease takes all down, with it only those
/// that are gone.
#[test]
fn lease_majority_sets_aside_what_the_gone_said_as_all_others_do() {
    let records = "a>e b>e c>e d>e a>d b>d c>d";
    let view = view_of_records(&lease_majority(), "a b c d e", records, "a b c");
    for (repairs, expected) in [(NONE, "a b c d e"), (REPAIRED_RESOLVER, "d e")] {
        let decision = view.decide(&lease_majority(), &repairs);
        assert_eq!(decision.lease_delay(), Some(core::time::Duration::ZERO));
        let (down, _) = view.nodes_to_down(&lease_majority(), &repairs, &decision);
        assert_eq!(names(&down), expected);
    }
}

/// REP-71: what an Exiting member observes still counts here, also where its word holds up nobody (`exiting_observers`).
#[test]
fn an_exiting_observer_makes_indirectly_connected_with_all_repairs() {
    let view = view_of_records(&keep_majority(), "a be c d", "b>c", "a c d");
    let decision = view.decide(&keep_majority(), &Repairs::all());
    assert_eq!(decision, Decision::DownIndirectlyConnected);
    assert_eq!(names(&view.nodes_to_down(&keep_majority(), &Repairs::all(), &decision).0), "c");
}
