//! The events as values.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::testing::{gossip, member, node, nodes, observations};

fn some_of_each() -> Vec<ClusterEvent> {
    let seen = |members: &str, seen: &str| SeenBy::Gossip(Arc::new(gossip(members, seen)));
    vec![
        ClusterEvent::MemberJoined(member("a:joining")),
        ClusterEvent::MemberJoined(member("b:joining")),
        ClusterEvent::MemberWeaklyUp(member("a:weakly-up")),
        ClusterEvent::MemberUp(member("a:up:1")),
        ClusterEvent::MemberUp(member("a:up:2")),
        ClusterEvent::MemberLeft(member("a:leaving")),
        ClusterEvent::MemberExited(member("a:exiting")),
        ClusterEvent::MemberDowned(member("a:down")),
        ClusterEvent::MemberPreparingForShutdown(member("a:preparing-for-shutdown")),
        ClusterEvent::MemberReadyForShutdown(member("a:ready-for-shutdown")),
        ClusterEvent::MemberRemoved { member: member("a:removed"), previous_status: MemberStatus::Down },
        ClusterEvent::MemberRemoved { member: member("a:removed"), previous_status: MemberStatus::Exiting },
        ClusterEvent::UnreachableMember(member("a:up")),
        ClusterEvent::UnreachableMember(member("a:down")),
        ClusterEvent::ReachableMember(member("a:up")),
        ClusterEvent::UnreachableDataCenter("east".into()),
        ClusterEvent::ReachableDataCenter("east".into()),
        ClusterEvent::ReachableDataCenter("west".into()),
        ClusterEvent::LeaderChanged(None),
        ClusterEvent::LeaderChanged(Some(node("a").address)),
        ClusterEvent::RoleLeaderChanged { role: "web".into(), leader: None },
        ClusterEvent::RoleLeaderChanged { role: "db".into(), leader: None },
        ClusterEvent::RoleLeaderChanged { role: "db".into(), leader: Some(node("a").address) },
        ClusterEvent::SeenChanged { convergence: true, seen_by: seen("a:up b:up", "a b") },
        ClusterEvent::SeenChanged { convergence: false, seen_by: seen("a:up b:up", "a b") },
        ClusterEvent::SeenChanged { convergence: false, seen_by: seen("a:up b:up", "b") },
        ClusterEvent::ReachabilityChanged(observations("a>b")),
        ClusterEvent::ReachabilityChanged(observations("b>a")),
        ClusterEvent::MemberTombstonesChanged(gossip("", "").remove(&[node("a")], 1).tombstones().clone()),
        ClusterEvent::MemberTombstonesChanged(gossip("", "").remove(&[node("a")], 2).tombstones().clone()),
        ClusterEvent::ClusterShuttingDown,
    ]
}

/// EVT-1
#[test]
fn different_events_have_different_hashes() {
    let events = some_of_each();
    for (place, a) in events.iter().enumerate() {
        for b in &events[place + 1..] {
            assert_ne!(a.hash64(), b.hash64(), "{a:?} and {b:?}");
        }
    }
}

/// EVT-1
#[test]
fn an_event_survives_being_written_down() {
    for event in some_of_each() {
        let bytes = postcard::to_allocvec(&event).unwrap();
        let read: ClusterEvent = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(read, event);
        assert_eq!(read.hash64(), event.hash64(), "{event:?}");
    }
}

/// EVT-2
#[test]
fn a_member_event_is_told_by_the_status_of_its_member() {
    for event in some_of_each().into_iter().take(10) {
        assert_eq!(event.member().cloned().and_then(ClusterEvent::of_member), Some(event));
    }
}

/// EVT-3: reachability may be told of members in any status; it is no member event.
#[test]
fn events_of_reachability_are_no_member_events() {
    for event in [
        ClusterEvent::UnreachableMember(member("a:down")),
        ClusterEvent::ReachableMember(member("a:joining")),
    ] {
        assert_eq!(event.member(), None);
    }
}

/// SBR-4: whatever the incarnation.
#[test]
fn who_has_seen_a_state_is_asked_by_address() {
    let of_gossip = SeenBy::Gossip(Arc::new(gossip("a:up b#2:up", "b#2 z")));
    let listed = SeenBy::from(nodes("b#2 z"));
    for seen_by in [&of_gossip, &listed] {
        let seen = |name: &str| seen_by.contains_address(&node(name).address);
        assert_eq!(["a", "b", "b#7", "z"].map(seen), [false, true, true, true]);
    }
    assert_eq!(of_gossip, listed);
    assert_ne!(listed, SeenBy::from(nodes("b z")));
}
