use alloc::string::String;

use super::super::fixtures::*;
use super::*;

pub(in crate::sbr) fn at(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}

/// The resolver of a node, started at 0.
pub(in crate::sbr) fn resolver_of(me: &str, strategy: Strategy, stable: u64, limit: Option<u64>) -> Resolver {
    Resolver::new(settings(strategy, stable, limit), node(me), home(), at(0))
}

pub(in crate::sbr) fn settings(strategy: Strategy, stable: u64, limit: Option<u64>) -> ResolverSettings {
    ResolverSettings {
        strategy,
        stable_after: Duration::from_secs(stable),
        down_all_when_unstable: limit.map(Duration::from_secs),
        repairs: NONE,
    }
}

/// The resolver of `a` with keep-majority, stable-after 20 s and 15 s more of unrest.
fn resolver() -> Resolver {
    resolver_of("a", keep_majority(), 20, Some(15))
}

pub(in crate::sbr) fn hear(resolver: &mut Resolver, now: Instant, events: &[ClusterEvent]) {
    for event in events {
        resolver.apply(event, now);
    }
}

/// Members as they become Up one after the other, and a leader.
pub(in crate::sbr) fn formed(members: &str, lead: &str) -> Vec<ClusterEvent> {
    members.split(' ').map(event).chain([leader(lead)]).collect()
}

/// The nodes that a tick downs, `-` for a decision to down nobody, nothing for no decision.
pub(super) fn downed(resolver: &mut Resolver, millis: u64) -> String {
    let acts = resolver.acts_of_tick(at(millis));
    let texts = acts.iter().map(|act| if act.downs().len() == 0 { "-".into() } else { names(act.downs()) });
    texts.collect::<Vec<_>>().join(", ")
}

/// `a` leads five, all settled at 0, and cannot reach `d` and `e` from 5 s on.
fn cut() -> Resolver {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b c d e", "a"));
    hear(&mut resolver, at(5_000), &[unreachable("d"), unreachable("e")]);
    resolver
}

/// SBR-63, SBR-64: strictly later than the deadline.
#[test]
fn a_decision_comes_when_nothing_has_changed_for_longer_than_stable_after() {
    let mut resolver = cut();
    assert_eq!(resolver.stable_deadline(), at(25_000));
    assert_eq!(downed(&mut resolver, 25_000), "");
    assert_eq!(names(resolver.acts_of_tick(Instant::from_nanos(25_000_000_001))[0].downs()), "d e");
}

/// SBR-65: with nothing in its way it falls on the first tick after stable-after, at most a second later.
#[test]
fn with_a_stable_after_of_zero_the_next_tick_decides() {
    let mut resolver = resolver_of("a", keep_majority(), 0, None);
    hear(&mut resolver, at(5_500), &formed("a b c", "a"));
    hear(&mut resolver, at(5_500), &[unreachable("c")]);
    assert_eq!(downed(&mut resolver, 5_500), "");
    assert_eq!(downed(&mut resolver, 6_000), "c");
}

/// SBR-14, SBR-64: which events make the resolver wait anew.
#[test]
fn the_deadline_moves_with_the_events_that_the_table_says_and_no_others() {
    let moves = [
        event("f"),
        event("be"),
        unreachable("b"),
        reachable("d"),
        event("bd"),
        // Already unreachable, but told once more.
        unreachable("d"),
    ];
    let stays = [
        event("fj"),
        event("fw"),
        event("bl"),
        event("bp"),
        event("br"),
        removed("b"),
        leader("b"),
        seen("a"),
        records("a>d b>d"),
        event("f:north"),
        event("fe:north"),
        unreachable("f:north"),
        event("ad"),
        unreachable("a"),
        ClusterEvent::UnreachableDataCenter("north".into()),
        ClusterEvent::RoleLeaderChanged { role: "web".into(), leader: None },
    ];
    for event in &moves {
        let mut resolver = cut();
        resolver.apply(event, at(7_000));
        assert_eq!(resolver.stable_deadline(), at(27_000), "{event:?}");
    }
    for event in &stays {
        let mut resolver = cut();
        resolver.apply(event, at(7_000));
        assert_eq!(resolver.stable_deadline(), at(25_000), "{event:?}");
    }
}

/// SBR-64: those who join meanwhile neither delay the decision nor are spared by it.
#[test]
fn members_that_join_during_a_split_do_not_delay_the_decision() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b c d e", "a"));
    hear(&mut resolver, at(5_000), &[unreachable("c"), unreachable("d"), unreachable("e")]);
    hear(&mut resolver, at(20_000), &[event("fj"), event("fw")]);
    assert_eq!(downed(&mut resolver, 26_000), "b f a");
}

/// SBR-56, SBR-57: by address, whatever its incarnation; nobody leads before anything is heard.
#[test]
fn the_leader_decides_once_it_was_up() {
    let mut resolver = resolver();
    assert!(!resolver.is_responsible());
    resolver.apply(&ClusterEvent::LeaderChanged(Some(node("a#2").address)), at(0));
    assert!(!resolver.is_responsible());
    resolver.apply(&event("aj"), at(0));
    assert!(!resolver.is_responsible());
    resolver.apply(&event("aw"), at(0));
    assert!(resolver.is_responsible());
    resolver.apply(&leader("b"), at(0));
    assert!(!resolver.is_responsible());
    hear(&mut resolver, at(0), &[leader("a"), event("al")]);
    assert!(resolver.is_responsible());
    resolver.apply(&ClusterEvent::LeaderChanged(None), at(0));
    assert!(!resolver.is_responsible());
}

/// SBR-19: another member becoming Up does not count, nor does anything of another data centre.
#[test]
fn a_node_that_left_before_it_was_up_never_decides() {
    let mut resolver = resolver();
    hear(
        &mut resolver,
        at(0),
        &[event("aj"), event("al"), event("b"), event("bw"), leader("a"), unreachable("b")],
    );
    assert!(!resolver.is_responsible());
    assert_eq!(downed(&mut resolver, 30_000), "");
}

/// SBR-22, SBR-57
#[test]
fn before_it_is_a_member_a_node_decides_nothing() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &[event("b"), event("c"), unreachable("c"), leader("b")]);
    assert_eq!(downed(&mut resolver, 25_000), "");
    assert_eq!(names(resolver.view().unreachable()), "c");
}

/// SBR-59
#[test]
fn a_node_that_becomes_leader_late_decides_at_its_next_tick() {
    let mut resolver = cut();
    resolver.apply(&leader("b"), at(6_000));
    assert_eq!(downed(&mut resolver, 26_000), "");
    resolver.apply(&leader("a"), at(26_500));
    assert_eq!(downed(&mut resolver, 27_000), "d e");
}

/// SBR-63
#[test]
fn nothing_is_decided_while_all_can_be_reached() {
    let mut resolver = cut();
    hear(&mut resolver, at(6_000), &[reachable("d"), reachable("e")]);
    assert_eq!(downed(&mut resolver, 90_000), "");
    assert_eq!(resolver.would_decide(), None);
}

/// SBR-60, SBR-61: from the first unreachable member until nobody who counts is unreachable.
#[test]
fn changes_are_counted_until_nobody_who_counts_is_unreachable() {
    let mut resolver = cut();
    assert_eq!(resolver.changes(), 2);
    for (event, changes) in [
        (reachable("d"), 3),
        (unreachable("d"), 4),
        (records("a>d b>d"), 4),
        (event("f"), 4),
        (unreachable("f:north"), 4),
        (unreachable("a"), 4),
        (event("dd"), 5),
        (reachable("e"), 0),
        (unreachable("e"), 1),
        // An Exiting member does not count any more, but this event does not ask.
        (event("ee"), 1),
        (removed("d"), 0),
    ] {
        resolver.apply(&event, at(6_000));
        assert_eq!(resolver.changes(), changes, "{event:?}");
    }
}

/// SBR-61
#[test]
fn a_joining_member_that_comes_and_goes_is_no_unrest() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b", "a"));
    for second in 1..60 {
        let event = if second % 2 == 1 { unreachable("cj") } else { reachable("cw") };
        resolver.apply(&event, at(second * 1_000));
        assert_eq!(resolver.changes(), 0);
        assert_eq!(downed(&mut resolver, second * 1_000), "");
    }
}

/// SBR-62: on every node, also one that does not lead and never was Up.
#[test]
fn too_long_an_unrest_downs_all_on_every_node() {
    for lead in ["a", "b"] {
        for own in ["a", "aj"] {
            let mut resolver = resolver();
            hear(&mut resolver, at(0), &[event(own), event("b"), event("c"), leader(lead), unreachable("c")]);
            hear(&mut resolver, at(20_000), &[unreachable("c")]);
            assert_eq!(downed(&mut resolver, 35_000), "");
            let act = &resolver.acts_of_tick(Instant::from_nanos(35_000_000_001))[0];
            assert_eq!((names(act.downs()), act.record().decision), ("b c a".into(), Decision::DownAll));
            assert!(matches!(act.record().reason, Reason::Unstable { changes: 2, .. }));
        }
    }
}

/// SBR-62: mere quiet does not end the unrest while there is a limit to it.
#[test]
fn without_a_limit_quiet_time_ends_the_unrest() {
    let mut limited = resolver_of("b", keep_majority(), 20, Some(1_000));
    let mut unlimited = resolver_of("b", keep_majority(), 20, None);
    for resolver in [&mut limited, &mut unlimited] {
        hear(resolver, at(0), &formed("a b c", "a"));
        hear(resolver, at(1_000), &[unreachable("c")]);
        hear(resolver, at(5_000), &[unreachable("c")]);
        assert_eq!(downed(resolver, 45_000), "");
        assert_eq!(resolver.changes(), 2);
        assert_eq!(downed(resolver, 45_001), "");
    }
    assert_eq!((limited.changes(), unlimited.changes()), (2, 0));
}

/// SBR-66: what downs somebody moves the deadline, so no second decision follows in the same tick.
#[test]
fn a_tick_that_downs_all_for_unrest_decides_nothing_more() {
    let mut resolver = cut();
    resolver.apply(&leader("b"), at(6_000));
    assert_eq!(downed(&mut resolver, 40_000), "");
    resolver.apply(&leader("a"), at(40_500));
    assert_eq!(downed(&mut resolver, 41_000), "b c d e a");
    assert_eq!((resolver.changes(), resolver.stable_deadline()), (0, at(61_000)));
}

/// SBR-66, SBR-68: when unrest finds nobody to down, the deadline is where it was, and the strategy has its turn.
#[test]
fn a_tick_whose_unrest_downs_nobody_goes_on_to_the_strategy() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b", "a"));
    hear(&mut resolver, at(1_000), &[event("ae"), unreachable("b"), event("be")]);
    assert_eq!(resolver.changes(), 1);
    assert_eq!(downed(&mut resolver, 40_000), "-, -");
    assert_eq!((resolver.changes(), resolver.stable_deadline()), (1, at(21_000)));
    // SBR-69: neither is news when it comes again.
    let again = resolver.acts_of_tick(at(41_000));
    assert_eq!(again.iter().map(Act::is_news).collect::<Vec<_>>(), [false, false]);
}

/// SBR-67, SBR-68
#[test]
fn a_decision_that_downs_somebody_starts_all_clocks_anew() {
    let mut resolver = cut();
    assert_eq!(downed(&mut resolver, 26_000), "d e");
    assert_eq!((resolver.changes(), resolver.stable_deadline()), (0, at(46_000)));
    assert_eq!(downed(&mut resolver, 46_000), "");
    assert_eq!(downed(&mut resolver, 47_000), "d e");
}

/// SBR-67, SBR-69: it is told each time, but news only once.
#[test]
fn a_decision_to_down_nobody_comes_again_at_each_tick_and_is_news_once() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b c", "a"));
    hear(&mut resolver, at(1_000), &[event("ce"), unreachable("ce")]);
    let mut news = Vec::new();
    for second in 22..27 {
        let acts = resolver.acts_of_tick(at(second * 1_000));
        assert_eq!((acts.len(), acts[0].downs().len()), (1, 0));
        news.push(acts[0].is_news());
    }
    assert_eq!(news, [true, false, false, false, false]);
    assert_eq!(resolver.stable_deadline(), at(21_000));
    // Somebody else is on the way out: that is news, after the wait that it caused.
    hear(&mut resolver, at(27_000), &[event("de"), unreachable("de")]);
    assert_eq!(downed(&mut resolver, 28_000), "");
    assert!(resolver.acts_of_tick(at(48_000))[0].is_news());
    // The same once more, after a tick that came to nothing, is news again.
    resolver.apply(&reachable("de"), at(49_000));
    resolver.apply(&reachable("ce"), at(49_000));
    assert_eq!(downed(&mut resolver, 70_000), "");
    hear(&mut resolver, at(71_000), &[unreachable("ce"), unreachable("de")]);
    assert_eq!(resolver.acts_of_tick(at(92_000)).iter().map(Act::is_news).collect::<Vec<_>>(), [true]);
    // Down-all does not see that there is nobody to down.
    let mut down_all = resolver_of("a", Strategy::DownAll, 20, Some(15));
    hear(&mut down_all, at(0), &formed("a b c", "a"));
    hear(&mut down_all, at(1_000), &[event("ce"), unreachable("ce")]);
    assert_eq!(downed(&mut down_all, 22_000), "b a");
}

/// SBR-70, SBR-71: at once, though this node does not lead and nobody is unreachable.
#[test]
fn a_node_that_a_member_has_quarantined_downs_itself_at_once() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b c", "b"));
    let act = resolver.quarantined_by(&node("c"), true, at(1_000)).unwrap();
    assert_eq!(names(act.downs()), "a");
    assert_eq!(act.record().decision, Decision::DownSelfQuarantinedByRemote);
    assert_eq!(act.record().reason, Reason::QuarantinedByRemote { remote: node("c") });
    assert_eq!(resolver.stable_deadline(), at(21_000));
}

/// SBR-70, SBR-71: strangers are not believed, and who is on the way out anyway goes on.
#[test]
fn a_notice_of_a_stranger_and_one_to_an_exiting_node_down_nobody() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b c", "b"));
    assert_eq!(resolver.quarantined_by(&node("z"), false, at(1_000)), None);
    resolver.apply(&event("ae"), at(2_000));
    let act = resolver.quarantined_by(&node("c"), true, at(3_000)).unwrap();
    assert_eq!(act.downs().len(), 0);
    assert_eq!(resolver.stable_deadline(), at(22_000));
}

/// SBR-74
#[test]
fn a_node_that_is_removed_decides_nothing_any_more() {
    let mut resolver = cut();
    resolver.apply(&removed("a"), at(6_000));
    assert!(resolver.is_stopped());
    let before = resolver.clone();
    assert_eq!(downed(&mut resolver, 90_000), "");
    assert_eq!(resolver.apply(&unreachable("b"), at(91_000)), []);
    assert_eq!(resolver.would_decide(), None);
    assert_eq!(resolver.quarantined_by(&node("b"), true, at(92_000)), None);
    assert_eq!(resolver, before);
}

/// SBR-75: its successor hears the present state in one go, and waits from then on.
#[test]
fn a_resolver_that_starts_anew_waits_from_then_on() {
    let mut resolver = Resolver::new(settings(keep_majority(), 20, Some(15)), node("a"), home(), at(50_000));
    assert!(!resolver.is_responsible());
    assert_eq!((resolver.stable_deadline(), resolver.changes()), (at(70_000), 0));
    hear(&mut resolver, at(51_000), &[event("a"), event("b"), event("c"), unreachable("c"), leader("a")]);
    assert_eq!(downed(&mut resolver, 71_000), "");
    assert_eq!(downed(&mut resolver, 72_000), "c");
}

/// SBR-41: for each member that becomes Up, while there are too many.
#[test]
fn more_members_than_the_quorum_allows_are_warned_of() {
    let too_many = |members: &str, strategy: &Strategy| {
        let mut resolver = resolver_of("a", strategy.clone(), 20, None);
        let notices = members.split(' ').flat_map(|text| resolver.apply(&event(text), at(0)));
        notices.filter(|notice| matches!(notice, Notice::TooManyMembers { .. })).collect::<Vec<_>>()
    };
    let warning = |members| Notice::TooManyMembers { members, quorum_size: 2 };
    assert_eq!(too_many("a b c", &static_quorum(2)), []);
    assert_eq!(too_many("a b c d", &static_quorum(2)), [warning(4)]);
    assert_eq!(too_many("a b c d e", &static_quorum(2)), [warning(4), warning(5)]);
    assert_eq!(too_many("a b cl dl ej fj", &static_quorum(2)), []);
    assert_eq!(too_many("a b c d:north e:north", &static_quorum(2)), []);
    assert_eq!(too_many("a b c d", &with_role(static_quorum(2), "web")), []);
    let worker = "a/web b/web c/web d/web e";
    assert_eq!(too_many(worker, &with_role(static_quorum(2), "web")), [warning(4), warning(4)]);
    assert_eq!(too_many("a b c d", &keep_majority()), []);
}

/// SBR-40, SBR-42: until somebody who counts has the role.
#[test]
fn a_role_that_nobody_has_is_warned_of() {
    let warned = |members: &str, strategy: &Strategy| {
        let mut resolver = resolver_of("a", strategy.clone(), 20, None);
        let notices = members.split(' ').flat_map(|text| resolver.apply(&event(text), at(0)));
        notices.filter(|notice| *notice == Notice::NobodyHasRole { role: "web".into() }).count()
    };
    assert_eq!(warned("a b c d", &with_role(static_quorum(2), "web")), 4);
    assert_eq!(warned("a b c/web d", &with_role(keep_majority(), "web")), 2);
    assert_eq!(warned("a bj/web c", &with_role(keep_majority(), "web")), 2);
    assert_eq!(warned("a b c", &keep_majority()), 0);
}

/// SBR-86: who decides, and until when it waits.
#[test]
fn what_a_person_wants_to_hear_is_told() {
    let mut resolver = resolver();
    hear(&mut resolver, at(0), &formed("a b c", "b"));
    assert_eq!(resolver.apply(&unreachable("c"), at(1_000)), []);
    assert_eq!(
        resolver.apply(&leader("a"), at(1_000)),
        [Notice::ResponsibilityChanged { responsible: true }]
    );
    let changed =
        |unreachable, millis| Notice::UnreachableChanged { unreachable, no_decision_before: at(millis) };
    assert_eq!(resolver.apply(&unreachable("b"), at(2_000)), [changed(2, 22_000)]);
    // Nobody else is unreachable, but the wait begins anew.
    assert_eq!(resolver.apply(&event("d"), at(3_000)), [changed(2, 23_000)]);
    assert_eq!(resolver.apply(&event("ej"), at(4_000)), []);
    assert_eq!(resolver.apply(&removed("b"), at(4_000)), []);
    assert_eq!(resolver.apply(&reachable("c"), at(5_000)), [changed(0, 25_000)]);
    assert_eq!(resolver.apply(&event("f"), at(6_000)), []);
    assert_eq!(
        resolver.apply(&leader("b"), at(7_000)),
        [Notice::ResponsibilityChanged { responsible: false }]
    );
}

/// SBR-63: what would be decided is what is decided when the time has come.
#[test]
fn the_decision_to_come_can_be_asked_for_while_waiting() {
    let mut resolver = cut();
    let expected = resolver.would_decide().unwrap();
    assert_eq!(names(&expected.down), "d e");
    let acts = resolver.acts_of_tick(at(26_000));
    assert_eq!(acts[0].record(), &expected);
    resolver.apply(&leader("b"), at(27_000));
    assert_eq!(resolver.would_decide(), None);
}

/// A decision that needs the lease is told as one to come; nobody goes down for it without the lease.
#[test]
fn without_the_lease_a_lease_decision_downs_nobody() {
    let mut resolver = resolver_of("a", lease_majority(), 20, Some(15));
    hear(&mut resolver, at(0), &formed("a b c", "a"));
    hear(&mut resolver, at(5_000), &[unreachable("c")]);
    assert!(resolver.would_decide().unwrap().decision.lease_delay().is_some());
    assert_eq!(downed(&mut resolver, 26_000), "");
    assert_eq!(resolver.stable_deadline(), at(25_000));
}

/// SBR-25: the role says who counts, not who decides nor who is downed.
#[test]
fn a_node_without_the_role_decides_and_downs_nodes_without_it() {
    let mut resolver = resolver_of("a", with_role(keep_majority(), "web"), 20, Some(15));
    hear(&mut resolver, at(0), &formed("a b/web c/web d e/web", "a"));
    hear(&mut resolver, at(5_000), &[unreachable("d"), unreachable("e/web")]);
    assert_eq!(downed(&mut resolver, 26_000), "d e");
}

#[test]
fn a_resolver_can_be_saved_and_read_back_in_the_middle_of_its_wait() {
    let mut before = cut();
    before.apply(&records("a>d a>e"), at(6_000));
    let mut after: Resolver = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
    assert_eq!(after, before);
    assert_eq!(after.fingerprint(), before.fingerprint());
    assert_eq!(after.acts_of_tick(at(26_000)), before.acts_of_tick(at(26_000)));
    assert_eq!(after, before);
}

#[test]
fn whatever_a_resolver_remembers_moves_its_fingerprint() {
    let before = cut();
    for (event, now) in [
        (leader("b"), 5_000),
        (unreachable("d"), 5_000),
        (event("f"), 5_000),
        (unreachable("e"), 6_000),
        (removed("a"), 5_000),
        (seen("a"), 5_000),
    ] {
        let mut after = before.clone();
        after.apply(&event, at(now));
        assert_ne!(after.fingerprint(), before.fingerprint(), "{event:?}");
    }
    let mut later = before.clone();
    later.acts_of_tick(at(10_000));
    assert_eq!(later.fingerprint(), before.fingerprint());
    later.acts_of_tick(at(26_000));
    assert_ne!(later.fingerprint(), before.fingerprint());
}
