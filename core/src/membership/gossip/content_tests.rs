use super::*;
use crate::testing::{gossip, gossip_with, node};

const LAWFUL: Repairs =
    Repairs { content_decides: true, tombstones_remove: true, life_cycle_order: true, ..Repairs::none() };

fn relation(received: &Gossip, local: &Gossip) -> (Relation, Arc<Gossip>) {
    Gossip::join(received, &Arc::new(local.clone()), &LAWFUL)
}

/// REP-12: whatever the clocks say, equal content is the same state, and who has seen either has seen it.
#[test]
fn equal_content_is_the_same_state() {
    let (local, received) =
        (gossip_with("a:up b:up", "a", "", "a:3"), gossip_with("a:up b:up", "b", "", "b:7"));
    let (relation, state) = relation(&received, &local);
    assert_eq!(relation, Relation::Same);
    assert_eq!(state.seen_count(), 2);
    assert_eq!(state.clock().count(node("b").key()), 7);
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
        let stamps: alloc::vec::Vec<i64> =
            relation(received, local).1.tombstones().iter().map(|(_, at)| *at).collect();
        assert_eq!(stamps, [50]);
    }
}
