//! The scenarios of the specification that depend on time (part 04, section 12.2), as far as one resolver without a lease
//! can show them: what each node decides, and when. Defaults: stable-after 20 s, 15 s more of unrest, five members, the
//! fault at 0, detected at 5 s.

use alloc::format;
use alloc::string::String;

use super::super::fixtures::*;
use super::tests::{at, formed, hear, resolver_of};
use super::*;

/// The five members, all Up, seen by one of them, which leads or not.
fn settled(me: &str, lead: &str, strategy: Strategy, limit: Option<u64>) -> Resolver {
    let mut resolver = resolver_of(me, strategy, 20, limit);
    hear(&mut resolver, at(0), &formed("a b c d e", lead));
    resolver
}

/// Ticks once a second until a moment, both in seconds, with events as they come. What it did, and when: the nodes that
/// went down, or `-` when nobody did.
fn course(resolver: &mut Resolver, events: &[(u64, ClusterEvent)], until: u64) -> String {
    let mut told = Vec::new();
    for second in 1..=until {
        let due = events.iter().filter(|(when, _)| *when == second);
        due.for_each(|(_, event)| hear(resolver, at(second * 1_000), core::slice::from_ref(event)));
        for act in resolver.acts_of_tick(at(second * 1_000)).iter().filter(|act| act.is_news()) {
            let down = if act.downs().len() == 0 { "-".into() } else { names(act.downs()) };
            told.push(format!("{second}: {down}"));
        }
    }
    told.join("; ")
}

fn lost(second: u64, names: &str) -> Vec<(u64, ClusterEvent)> {
    names.split(' ').map(|name| (second, unreachable(name))).collect()
}

/// A member that becomes unreachable and reachable in turn, every so many seconds.
fn flaps(name: &str, from: u64, every: u64, until: u64) -> Vec<(u64, ClusterEvent)> {
    let times = (0..).map(|turn| from + turn * every).take_while(|second| *second < until);
    times
        .zip([true, false].iter().cycle())
        .map(|(second, is_lost)| (second, if *is_lost { unreachable(name) } else { reachable(name) }))
        .collect()
}

/// T-01
#[test]
fn a_partition_that_heals_before_the_decision_downs_nobody() {
    let mut resolver = settled("a", "a", keep_majority(), Some(15));
    let mut events = lost(5, "d e");
    events.extend([(23, reachable("d")), (24, reachable("e"))]);
    assert_eq!(course(&mut resolver, &events, 100), "");
    assert_eq!((resolver.changes(), resolver.stable_deadline()), (0, at(44_000)));
}

/// T-02
#[test]
fn both_sides_of_a_quiet_partition_decide_within_a_second_after_stable_after() {
    let mut majority = settled("a", "a", keep_majority(), Some(15));
    assert_eq!(course(&mut majority, &lost(5, "d e"), 40), "26: d e");
    let mut minority = settled("d", "d", keep_majority(), Some(15));
    assert_eq!(course(&mut minority, &lost(5, "a b c"), 40), "26: e d");
}

/// T-03
#[test]
fn a_side_that_finds_no_rest_downs_all_of_itself() {
    let mut events = lost(5, "d e");
    events.extend(flaps("c", 8, 8, 60));
    let mut resolver = settled("a", "a", keep_majority(), Some(15));
    assert_eq!(course(&mut resolver, &events, 41), "41: b c d e a");
}

/// T-04, T-05, T-06: the losing side finds no rest; how long it runs on depends on the limit.
#[test]
fn a_losing_side_without_rest_runs_on_until_its_limit() {
    let mut events = lost(5, "a b c");
    events.extend(flaps("e", 8, 8, 200));
    for (limit, expected) in [(Some(15), "41: a b c e d"), (None, ""), (Some(40), "66: a b c e d")] {
        for lead in ["d", "e"] {
            let mut resolver = settled("d", lead, keep_majority(), limit);
            assert_eq!(course(&mut resolver, &events, 70), expected, "{limit:?} {lead}");
        }
    }
}

/// T-19: after the cut-off two are removed, three members are all there is.
#[test]
fn a_second_partition_is_decided_among_those_who_are_left() {
    for (strategy, expected) in [(keep_majority(), "26: d"), (static_quorum(3), "26: e c")] {
        let mut resolver = settled("c", "c", strategy, Some(15));
        hear(&mut resolver, at(0), &[removed("a"), removed("b")]);
        assert_eq!(course(&mut resolver, &lost(5, "d"), 40), expected);
    }
}

/// T-20: gossip through another data centre joins the records of both parts.
#[test]
fn a_bridge_through_another_data_center_takes_the_whole_data_center_down() {
    let mut resolver = resolver_of("a", keep_majority(), 20, Some(15));
    hear(&mut resolver, at(0), &formed("a b c d x:other", "a"));
    let mut events = lost(5, "c d");
    events.push((6, records("a>c a>d b>c b>d c>a c>b d>a d>b")));
    events.push((6, seen("a b c d x")));
    assert_eq!(course(&mut resolver, &events, 40), "26: b c d a");
}

/// T-21, SBR-85
#[test]
fn a_partition_between_data_centers_is_waited_out() {
    let mut resolver = resolver_of("a", keep_majority(), 20, Some(15));
    hear(&mut resolver, at(0), &formed("a b x:other y:other", "a"));
    let mut events = alloc::vec![(5, ClusterEvent::UnreachableDataCenter("other".into()))];
    events.push((6, records("a>x b>y x>a y>b")));
    assert_eq!(course(&mut resolver, &events, 100), "");
    assert_eq!(resolver.view().records().count(), 0);
}

/// T-22
#[test]
fn a_member_that_joins_after_a_crash_delays_nothing() {
    let mut resolver = settled("a", "a", keep_majority(), Some(15));
    let mut events = lost(5, "e");
    events.extend([(15, event("fj")), (16, event("fw")), (28, removed("e")), (30, event("f"))]);
    assert_eq!(course(&mut resolver, &events, 100), "26: e");
    assert_eq!(resolver.stable_deadline(), at(50_000));
}

/// T-23: the second crash moves the deadline beyond the limit of unrest; without a limit it is the pattern of S-20.
#[test]
fn a_second_crash_shortly_before_the_decision_ends_the_cluster() {
    let mut events = lost(5, "e");
    events.extend([
        (6, records("a>e b>e c>e d>e")),
        (27, unreachable("a")),
        (27, leader("b")),
        (27, records("a>e b>e c>e d>e b>a c>a d>a")),
        (28, seen("b c d")),
    ]);
    let mut limited = settled("b", "a", keep_majority(), Some(15));
    assert_eq!(course(&mut limited, &events, 45), "41: a c d e b");
    let mut unlimited = settled("b", "a", keep_majority(), None);
    assert_eq!(course(&mut unlimited, &events, 50), "48: a c d e b");
}

/// T-24, SBR-69
#[test]
fn a_member_that_was_downed_by_hand_takes_all_with_it_under_down_all_only() {
    for (strategy, expected) in [(Strategy::DownAll, "21: b c d a"), (keep_majority(), "21: -")] {
        let mut resolver = settled("a", "a", strategy, Some(15));
        hear(&mut resolver, at(0), &[event("ed")]);
        assert_eq!(course(&mut resolver, &[], 30), expected);
    }
}

/// T-25
#[test]
fn members_of_another_data_center_that_become_up_delay_nothing() {
    let mut resolver = settled("a", "a", keep_majority(), Some(15));
    let mut events = lost(5, "d e");
    events.extend((0..4).map(|turn| (10 + turn * 15, event("x:other"))));
    assert_eq!(course(&mut resolver, &events, 40), "26: d e");
}

/// T-26, SBR-61
#[test]
fn a_single_node_that_flaps_faster_than_stable_after_is_never_decided_on() {
    let mut resolver = settled("a", "a", keep_majority(), Some(15));
    assert_eq!(course(&mut resolver, &flaps("c", 5, 8, 600), 600), "");
}

/// T-28: whether a second crash still fits in depends on how long after the first it is detected.
#[test]
fn a_second_crash_ends_the_cluster_if_it_is_later_than_the_limit_after_the_first() {
    for (second, expected) in [(22, "41: b c d e a"), (15, "36: d e")] {
        let mut events = lost(5, "e");
        events.push((second, unreachable("d")));
        let mut resolver = settled("a", "a", keep_majority(), Some(15));
        assert_eq!(course(&mut resolver, &events, 45), expected);
    }
}

/// T-29, SBR-59
#[test]
fn a_new_leader_waits_from_the_last_change_on() {
    let mut resolver = settled("b", "a", keep_majority(), Some(15));
    let events = [(7_200, leader("b")), (7_200, unreachable("e"))];
    assert_eq!(course(&mut resolver, &events, 7_230), "7221: e");
}
