use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::testing::{any_gossip, common_history, gossip, gossip_with, node, proptest_config};

const LAWFUL: Repairs =
    Repairs { content_decides: true, tombstones_remove: true, life_cycle_order: true, ..Repairs::none() };

fn relation(received: &Gossip, local: &Gossip) -> (Relation, Arc<Gossip>) {
    Gossip::join(received, &Arc::new(local.clone()), &LAWFUL)
}

/// REP-12: a state is taken whole only where the join would be just that.
fn is_taken_whole(received: &Gossip, local: &Gossip) -> bool {
    let is_whole = Gossip::supersedes(received, local, &LAWFUL);
    if is_whole {
        let (relation, joined) = relation(received, local);
        assert_eq!((relation, &*joined), (Relation::Newer, received), "of\n{received}\nand\n{local}");
    }
    is_whole
}

proptest! {
    #![proptest_config(proptest_config())]

    /// REP-12: states of one history, what comes of them, and any at all.
    #[test]
    fn what_is_taken_whole_is_the_join(states in common_history(3), others in (any_gossip(), any_gossip())) {
        let joined = states[0].merge(&states[1], &LAWFUL);
        let all: Vec<&Gossip> = states.iter().chain([&joined, &others.0, &others.1]).collect();
        for received in &all {
            for local in &all {
                is_taken_whole(received, local);
            }
        }
    }
}

/// REP-12: news are taken whole, and what one side lacks, knows less of, or has a removed one of is joined.
#[test]
fn news_are_taken_whole() {
    let local = gossip_with("a:up b:up c:joining", "a", "a>b", "a:3 b:7");
    for (members, rows, clock, expected) in [
        ("a:up b:up c:up", "a>b", "a:4 b:7", true),
        ("a:up b:up c:up d:joining", "a>b", "a:4 b:7", true),
        ("a:up b:up c:joining", "a>b b>c", "a:3 b:8", true),
        ("a:up b:up c:up", "a>b", "a:3 b:7", true),
        ("a:up b:up c:joining", "a>b", "a:4 b:7", false),
        ("a:up b:up c:up", "a>b", "a:4 b:6", false),
        ("a:up b:up", "a>b", "a:4 b:7", false),
        ("a:up b:up c:up", "", "a:4 b:7", false),
        ("a:up b:joining c:up", "a>b", "a:4 b:7", false),
    ] {
        let received = gossip_with(members, "b", rows, clock);
        assert_eq!(is_taken_whole(&received, &local), expected, "{members} {rows} {clock}");
    }
    let removed = gossip_with("a:up b:up c:up x:down", "b", "a>b", "a:4 b:7").remove(&[node("x")], 5);
    assert!(is_taken_whole(&removed, &local));
    let knows_x = gossip_with("a:up b:up c:up x:joining", "b", "a>b", "a:4 b:7");
    assert!(!is_taken_whole(&knows_x, &local.remove(&[node("x")], 5)));
    assert!(!is_taken_whole(&knows_x, &removed));
}

/// REP-12, REP-18: equal content is the same state if its clocks are equal, and who has seen either has seen it. Else the clocks tell
/// whose seen counts; the content is the same in any case.
#[test]
fn of_equal_content_the_clocks_tell_who_has_seen_it() {
    for (theirs, mine, expected, seen) in [
        ("a:3 b:7", "a:3 b:7", Relation::Same, "a b"),
        ("a:3 b:7", "a:3 b:6", Relation::Newer, "b"),
        ("a:3 b:6", "a:3 b:7", Relation::Older, "a"),
        ("b:7", "a:3", Relation::Merge, ""),
    ] {
        let (local, received) =
            (gossip_with("a:up b:up", "a", "", mine), gossip_with("a:up b:up", "b", "", theirs));
        let (relation, state) = relation(&received, &local);
        let who: Vec<_> = state.seen().map(|node| node.address.host()).collect();
        assert_eq!((relation, &*who.join(" ")), (expected, seen), "{theirs} and {mine}");
        assert!(state.same_content(&local));
        assert_eq!(*state.clock(), received.clock().merge(local.clock()));
    }
}

/// REP-12: of two equal states nothing is made anew but who has seen them, and not that where the own one tells it already.
#[test]
fn a_state_that_is_known_is_kept_and_shared() {
    for (theirs, mine, is_kept) in
        [("a", "a b", true), ("a b", "a b", true), ("c", "a b", false), ("a", "", false)]
    {
        let state = |seen| gossip_with("a:up b:up c:up", seen, "", "a:3 b:7");
        let local = Arc::new(state(mine));
        let (relation, joined) = Gossip::join(&state(theirs), &local, &LAWFUL);
        assert_eq!((relation, Arc::ptr_eq(&joined, &local)), (Relation::Same, is_kept), "{theirs} to {mine}");
        assert_eq!(*joined, state(&alloc::format!("{mine} {theirs}")));
    }
}

/// REP-18: x has come and gone. Whoever has seen the state before, which is equal by content, has not heard of that; so has who has seen a
/// further change of it. The entry of x itself tells nothing.
#[test]
fn who_has_seen_a_state_before_somebody_came_has_not_heard_that_it_is_gone() {
    let before = gossip_with("a:up b:up", "a b", "", "a:1");
    let gone = gossip_with("a:up b:up x:down", "a", "", "a:3 x:1").remove(&[node("x")], 5);
    let gone = gone.bump(node("a").key()).only_seen(&node("a"));
    let (case, state) = relation(&before, &gone);
    assert_eq!((case, state.is_seen_by(&node("b"))), (Relation::Older, false));
    let (case, state) = relation(&gone, &before);
    assert_eq!((case, state.is_seen_by(&node("b")), state.tombstones().len()), (Relation::Newer, false, 1));
    let further = gossip_with("a:up b:leaving", "b", "", "a:1 b:1");
    for (received, local) in [(&further, &gone), (&gone, &further)] {
        let (case, state) = relation(received, local);
        assert_eq!((case, state.seen_count()), (Relation::Merge, 0));
        assert!(state.same_content(&further));
    }
    let unaware = gossip_with("a:up b:up x:up", "b", "", "a:3 x:1");
    assert_eq!(relation(&unaware, &gone).0, Relation::Older);
}

/// REP-12: a state that knows more is taken with those who have seen it; one that knows less changes nothing.
#[test]
fn a_state_that_knows_more_is_taken_and_one_that_knows_less_is_not() {
    let (less, more) = (gossip("a:up b:joining", "a"), gossip("a:up b:up", "b"));
    let (newer, state) = relation(&more, &less);
    assert_eq!((newer, state.same_content(&more)), (Relation::Newer, true));
    assert!(state.is_seen_by(&node("b")) && !state.is_seen_by(&node("a")));
    let (older, state) = relation(&less, &more);
    assert_eq!((older, *state == more), (Relation::Older, true));
}

/// REP-12: what each knows alone is joined, and nobody has seen the result.
#[test]
fn states_that_each_know_something_are_joined_and_unseen() {
    let (here, there) = (gossip("a:leaving b:up", "a"), gossip("a:up b:leaving", "b"));
    let (relation, state) = relation(&there, &here);
    assert_eq!((relation, state.seen_count()), (Relation::Merge, 0));
    assert!(state.same_content(&gossip("a:leaving b:leaving", "")));
}

/// REP-10, REP-12: a schedule after which Pekko turns Up back into Joining: equal clocks, other content. Here it ends with Up
/// whoever tells whom.
#[test]
fn a_status_never_goes_back_though_clocks_are_equal() {
    let (up, joining) =
        (gossip_with("b:up c:up", "c", "", "b:4"), gossip_with("b:up c:joining", "b", "", "b:4"));
    for (received, local) in [(&up, &joining), (&joining, &up)] {
        assert!(relation(received, local).1.same_content(&up));
    }
}

/// REP-11, REP-20: a tombstone that only one side has takes the member out, and the earlier of two stamps stays.
#[test]
fn a_tombstone_takes_a_member_out_and_the_earlier_stamp_stays() {
    let removed = gossip("a:up b:down", "a").remove(&[node("b")], 50);
    let (case, state) = relation(&removed, &gossip("a:up b:down", ""));
    assert_eq!((case, state.member(&node("b"))), (Relation::Newer, None));
    let later = gossip("a:up b:down", "a").remove(&[node("b")], 90);
    for (received, local) in [(&removed, &later), (&later, &removed)] {
        let stamps: Vec<i64> = relation(received, local).1.tombstones().iter().map(|(_, at)| *at).collect();
        assert_eq!(stamps, [50]);
    }
}

/// GSP-31, REP-12: a join that changes no member copies no list of them: it is the own one, tombstones or not, though the received one was read from
/// a frame.
#[test]
fn a_join_that_changes_no_member_shares_the_own_list() {
    let own = gossip_with("a:up b:up", "a", "", "a:1");
    let told = gossip_with("a:up b:up", "b", "", "a:1 b:1");
    let table = told.reachability().unreachable(&node("b"), &node("a"));
    let told = told.with_reachability(table).remove(&[node("x")], 7);
    assert!(!told.members().is_identical(own.members()));
    for (received, local) in [(&told, &own), (&own, &told)] {
        let state = relation(received, local).1;
        assert!(state.members().is_identical(local.members()));
    }
    let changed = relation(&gossip_with("a:up b:leaving", "b", "", "a:1 b:1"), &own).1;
    assert!(!changed.members().is_identical(own.members()));
}
