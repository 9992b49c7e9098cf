use alloc::string::ToString;

use super::super::fixtures::*;
use super::super::sides::First;
use super::*;

/// A clean cut of five, seen by `a` with `b` and `c`.
fn clean_cut(strategy: &Strategy) -> DecisionRecord {
    view_of_records(strategy, "a b c d e", "a>d a>e b>d c>e", "a b c").explain(strategy, &NONE)
}

/// SBR-86
#[test]
fn a_record_tells_what_was_decided_and_from_what() {
    let record = clean_cut(&keep_majority());
    assert_eq!(record.decision, Decision::DownUnreachable);
    assert_eq!(record.reason, Reason::Majority);
    let first = First { node: node("a"), is_reachable: true };
    assert_eq!(record.sides, Sides { reachable: 3, unreachable: 2, first: Some(first) });
    assert_eq!(record.second_check.as_ref().map(|check| check.is_passed), Some(true));
    assert_eq!((names(&record.down), names(record.unreachable())), ("d e".into(), "d e".into()));
    assert_eq!(names(&record.indirectly_connected), "");
    assert_eq!((record.self_node(), record.downs_self()), (&node("a"), false));
    assert_eq!((record.second_pass.is_none(), record.is_double_indirect()), (true, false));
    assert_eq!((record.view.members().len(), record.view.records().count()), (5, 4));
    assert_eq!(record.view.counted(None), 5);
}

/// SBR-67
#[test]
fn self_is_downed_last_and_the_others_in_their_order() {
    let strategy = Strategy::DownAll;
    assert_eq!(names(&clean_cut(&strategy).down), "b c d e a");
    assert!(clean_cut(&strategy).downs_self());
    assert_eq!(self_last(nodes("a b c"), &node("b")), nodes("a c b"));
    assert_eq!(self_last(nodes("a b c"), &node("c")), nodes("a b c"));
    assert_eq!(self_last(nodes("a c"), &node("b")), nodes("a c"));
}

#[test]
fn a_record_can_be_saved_and_read_back_and_leads_to_the_same_decision() {
    for strategy in all_strategies(3) {
        let record = view_of_records(&strategy, "a b c dl e fj", "a>d a>e b>d b>c c>b", "a b")
            .explain(&strategy, &NONE);
        let text = serde_json::to_string(&record).unwrap();
        let read: DecisionRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(read, record);
        assert_eq!(read.hash64(), record.hash64());
        assert_eq!(read.view.explain(&read.strategy, &NONE), record);
    }
}

#[test]
fn records_of_different_decisions_have_different_hashes() {
    let mut hashes: Vec<u64> =
        all_strategies(3).iter().map(|strategy| clean_cut(strategy).hash64()).collect();
    let view = view_of_records(&keep_majority(), "a b c d", "a>d", "a b c");
    hashes.push(view.explain(&keep_majority(), &NONE).hash64());
    let reason = Reason::QuarantinedByRemote { remote: node("d") };
    let other = view.explain_other(&keep_majority(), &NONE, Decision::DownSelfQuarantinedByRemote, reason);
    hashes.push(other.hash64());
    // The two ways of keep-oldest agree here.
    let different = hashes.iter().collect::<alloc::collections::BTreeSet<_>>().len();
    assert_eq!(different, hashes.len() - 1);
}

/// SBR-67
#[test]
fn a_decision_that_was_not_the_strategy_s_names_whom_it_takes_down() {
    let view = view(&keep_majority(), "a b c", "c");
    let reason = Reason::QuarantinedByRemote { remote: node("b") };
    let record = view.explain_other(&keep_majority(), &NONE, Decision::DownSelfQuarantinedByRemote, reason);
    assert_eq!(record.down, nodes("a"));
    assert_eq!((record.sides.reachable, record.sides.unreachable), (2, 1));
    assert!(record.to_string().contains("b:1#1"));
}
