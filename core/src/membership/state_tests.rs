//! What subscribers are shown of a state, and that events lead there.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::membership::diff::{Observer, diff};
use crate::repairs::Repairs;
use crate::testing::{
    any_gossip, any_node, gossip, gossip_with, member, member_names, names, node, proptest_config, statuses,
};

const EXACT: Repairs = Repairs::none();

fn state(gossip: &Gossip, me: &str, data_center: &str) -> CurrentClusterState {
    let (gossip, me) = (Arc::new(gossip.clone()), node(me));
    CurrentClusterState::of(&LocalView::new(&gossip, &me, data_center, &EXACT), &gossip)
}

fn role_leaders(state: &CurrentClusterState) -> String {
    let one = |(role, leader): (&Arc<str>, &Option<Address>)| {
        format!("{role}={}", leader.as_ref().map_or("none", |leader| leader.host()))
    };
    state.role_leaders.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// RCH-70
#[test]
fn a_snapshot_of_one_data_centre_lists_no_unreachable_ones() {
    let one = state(&gossip_with("a:up:1 b:up:2 c:up:3", "a b", "a>b b>c:terminated", "a:1"), "a", "default");
    assert_eq!(member_names(&one.unreachable), "b c");
    assert_eq!(one.unreachable_data_centers, [] as [DataCenter; 0]);
    let two = gossip_with("a@east:up:1 b@east:up:2 c@west:up:3", "a b", "b>c", "a:1");
    assert_eq!(state(&two, "a", "east").unreachable_data_centers, ["west".into()] as [DataCenter; 1]);
}

/// EVT-61, DC-63: every field; unreachable is of the own data centre, without self, Terminated included; other data centres are
/// told as a whole; a role that only others have has no leader here.
#[test]
fn a_snapshot_shows_every_part_of_the_state() {
    let gossip = gossip_with(
        "a@east:up:1:web b@east:up:2 c@east:joining d@west:up:1:db e@south:up:1",
        "a b",
        "a>b a>c:terminated b>a a>d d>e",
        "a:1",
    );
    let state = state(&gossip, "a", "east");
    assert_eq!(member_names(&state.members), "a b c d e");
    assert_eq!(member_names(&state.unreachable), "b c");
    assert_eq!(names(state.seen_by.nodes()), "a b");
    assert_eq!(state.leader.as_ref().map(|leader| leader.host()), Some("a"));
    assert_eq!(role_leaders(&state), "db=none dc-east=a dc-south=none dc-west=none web=a");
    assert_eq!(state.unreachable_data_centers, ["west".into()] as [DataCenter; 1]);
    assert!(state.tombstones.is_empty());
    assert_eq!(
        state.all_data_centers().map(ToString::to_string).collect::<Vec<_>>(),
        ["east", "south", "west"]
    );
    // EVT-64
    let address = |name: &str| node(name).address;
    assert!(state.is_member_up(&address("b")) && !state.is_member_up(&address("c")));
    assert!(!state.is_member_up(&address("nobody")));
    assert_eq!(state.role_leader("web"), Some(&address("a")));
    assert_eq!((state.role_leader("db"), state.role_leader("no such role")), (None, None));
    assert_eq!(state.all_roles().count(), 5);
}

/// EVT-62, VIEW-1
#[test]
fn the_empty_state_shows_nothing() {
    let empty = state(&Gossip::new(), "a", "default");
    assert_eq!(empty, CurrentClusterState::default());
    assert_eq!((empty.members.len(), empty.leader, empty.role_leaders.len()), (0, None, 0));
}

/// EVT-63: members count by who they are; data centres and tombstones don't count.
#[test]
fn states_are_alike_whatever_the_statuses() {
    let of = |members: &str, seen: &str| state(&gossip(members, seen), "a", "default");
    let one = of("a:up b:joining", "a");
    assert!(one.is_alike(&of("a:up b:up", "a")));
    assert_ne!(one, of("a:up b:up", "a"));
    assert!(!one.is_alike(&of("a:up", "a")));
    assert!(!one.is_alike(&of("a:up b:joining", "a b")));
    let mut other = one.clone();
    other.unreachable_data_centers.push("west".into());
    assert!(one.is_alike(&other));
    other.unreachable.push(member("b:joining"));
    assert!(!one.is_alike(&other));
}

/// API-32, VIEW-3, VIEW-4, VIEW-7: own removal, by unique address, clears all; that of others only themselves.
#[test]
fn a_removal_takes_one_out_and_that_of_self_everything() {
    let removed = |text: &str| ClusterEvent::MemberRemoved {
        member: member(text),
        previous_status: MemberStatus::Down,
    };
    let mut told = state(&gossip_with("a:up b:up", "a", "a>b", "a:1"), "a", "default");
    told.apply(&removed("a#2:removed"), &node("a"));
    assert_eq!(member_names(&told.members), "a b");
    told.apply(&removed("b:removed"), &node("a"));
    assert_eq!((member_names(&told.members), told.unreachable.len()), ("a".to_string(), 0));
    told.apply(&removed("a:removed"), &node("a"));
    assert_eq!(told, CurrentClusterState::default());
}

/// VIEW-3: a status that changes is seen in both lists, and puts nobody into the second.
#[test]
fn a_new_status_is_seen_wherever_the_member_stands() {
    let mut told = state(&gossip_with("a:up b:up c:up", "a", "a>b", "a:1"), "a", "default");
    for name in ["b", "c"] {
        told.apply(&ClusterEvent::MemberDowned(member(&format!("{name}:down"))), &node("a"));
    }
    assert_eq!(member_names(&told.unreachable), "b");
    assert_eq!(told.unreachable[0].status(), MemberStatus::Down);
    assert!(!told.is_member_up(&node("c").address));
}

/// What events tell of a state: not the versions and roles of members that changed (EVT-8), and not what the fold of events
/// does in its own way (VIEW-21 to VIEW-23).
fn told_of(
    state: &CurrentClusterState,
    terminated: &[UniqueAddress],
) -> impl PartialEq + core::fmt::Debug + use<> {
    let led = state.role_leaders.iter().filter(|(_, leader)| leader.is_some());
    let led: Vec<_> = led.map(|(role, leader)| (role.clone(), leader.clone())).collect();
    let unreachable = state.unreachable.iter().filter(|member| !terminated.contains(member.unique_address()));
    (
        statuses(&state.members),
        statuses(unreachable),
        names(state.seen_by.nodes()),
        state.leader.clone(),
        led,
        state.unreachable_data_centers.clone(),
        state.tombstones.clone(),
    )
}

proptest! {
    #![proptest_config(proptest_config())]

    /// VIEW-2, VIEW-3, VIEW-21 to VIEW-24: a snapshot and the events since are the snapshot of now.
    #[test]
    fn a_snapshot_and_the_events_since_are_the_state(old in any_gossip(), new in any_gossip(), me in any_node()) {
        let terminated = old.reachability().all_terminated().to_vec();
        let (old, new) = (Arc::new(old), Arc::new(new));
        let snapshot = |gossip: &Arc<Gossip>| {
            CurrentClusterState::of(&LocalView::new(gossip, &me, "default", &EXACT), gossip)
        };
        let mut told = snapshot(&old);
        let observer = Observer { me: &me, data_center: "default", repairs: &EXACT };
        let is_removed = old.members().contains(&me) && !new.members().contains(&me);
        diff(&old, &new, observer).events.iter().for_each(|event| told.apply(event, &me));
        if !is_removed {
            prop_assert_eq!(told_of(&told, &terminated), told_of(&snapshot(&new), &terminated));
        }
    }
}
