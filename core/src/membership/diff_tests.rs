//! The events between two states: members, leaders, seen and tombstones.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::membership::reachability::Reachability;
use crate::testing::{any_gossip, any_node, gossip, gossip_with, member, names, node, proptest_config};

const EXACT: Repairs = Repairs::none();

/// The events as short texts, as `me` tells them; `me` may name a data centre, as in `c@west`.
pub(super) fn events(old: &Gossip, new: &Gossip, me: &str) -> Vec<String> {
    let (name, data_center) = me.split_once('@').unwrap_or((me, "default"));
    let me = node(name);
    let observer = Observer { me: &me, data_center, repairs: &EXACT };
    told(old, new, observer).iter().map(text).collect()
}

fn told(old: &Gossip, new: &Gossip, observer: Observer<'_>) -> Vec<ClusterEvent> {
    diff(&Arc::new(old.clone()), &Arc::new(new.clone()), observer).events
}

/// The events of members only.
fn member_events(old: &str, new: &str) -> Vec<String> {
    let events = events(&gossip(old, ""), &gossip(new, ""), "zz");
    events.into_iter().filter(|event| event.starts_with("Member")).collect()
}

fn text(event: &ClusterEvent) -> String {
    let leader = |leader: &Option<crate::membership::Address>| {
        leader.as_ref().map_or("none".into(), |a| a.host().to_string())
    };
    let of_member = |kind: &str, member: &Member| {
        assert!(
            ClusterEvent::of_member(member.clone())
                .is_none_or(|other| !kind.starts_with("Member") || other == *event)
        );
        format!("{kind} {}", names([member.unique_address()]))
    };
    match event {
        ClusterEvent::MemberJoined(member) => of_member("MemberJoined", member),
        ClusterEvent::MemberWeaklyUp(member) => of_member("MemberWeaklyUp", member),
        ClusterEvent::MemberUp(member) => of_member("MemberUp", member),
        ClusterEvent::MemberLeft(member) => of_member("MemberLeft", member),
        ClusterEvent::MemberExited(member) => of_member("MemberExited", member),
        ClusterEvent::MemberDowned(member) => of_member("MemberDowned", member),
        ClusterEvent::MemberPreparingForShutdown(member) => of_member("MemberPreparing", member),
        ClusterEvent::MemberReadyForShutdown(member) => of_member("MemberReady", member),
        ClusterEvent::MemberRemoved { member, previous_status } => {
            assert_eq!(member.status(), MemberStatus::Removed);
            format!("MemberRemoved {} was {previous_status}", names([member.unique_address()]))
        }
        ClusterEvent::UnreachableMember(member) => {
            format!("Unreachable {} {}", names([member.unique_address()]), member.status())
        }
        ClusterEvent::ReachableMember(member) => {
            format!("Reachable {} {}", names([member.unique_address()]), member.status())
        }
        ClusterEvent::UnreachableDataCenter(name) => format!("UnreachableDataCenter {name}"),
        ClusterEvent::ReachableDataCenter(name) => format!("ReachableDataCenter {name}"),
        ClusterEvent::LeaderChanged(address) => format!("Leader {}", leader(address)),
        ClusterEvent::RoleLeaderChanged { role, leader: address } => {
            format!("RoleLeader {role} {}", leader(address))
        }
        ClusterEvent::SeenChanged { convergence, seen_by } => {
            format!("Seen {} {convergence}", names(seen_by.nodes()).replace(' ', ","))
        }
        ClusterEvent::ReachabilityChanged(_) => "Reachability".into(),
        ClusterEvent::MemberTombstonesChanged(stones) => {
            format!("Tombstones {}", names(stones.iter().map(|(node, _)| node)).replace(' ', ","))
        }
        other => format!("{other:?}"),
    }
}

/// EVT-9, EVT-12, EVT-18, EVT-41: from nothing to a cluster.
#[test]
fn the_first_state_is_told_from_nothing() {
    let new = gossip_with("a:up:1 b:joining", "a", "a>b", "a:1");
    let expected = [
        "MemberUp a",
        "MemberJoined b",
        "Unreachable b joining",
        "Leader a",
        "RoleLeader dc-default a",
        "Seen a false",
        "Reachability",
    ];
    assert_eq!(events(&Gossip::new(), &new, "a"), expected);
}

/// EVT-12, EVT-13, RCH-62: all groups at once, in their order.
#[test]
fn the_groups_of_a_difference_have_a_fixed_order() {
    let members = "a@east:up:1 b@east:up c@east:up x@east:up v@west:up w@north:up";
    let old = gossip_with(members, "a", "a>c c>w", "");
    let table = crate::testing::observations("a>c a>c:reachable b>a c>w c>w:reachable c>v c>b");
    let new = old.mark_down(&member("a@east:up:1")).unwrap().add(member("aa@east:joining"));
    let new = new.remove(&[node("x")], 4).with_reachability(table);
    let expected = [
        "Tombstones x",
        "MemberRemoved x was up",
        "MemberDowned a",
        "MemberJoined aa",
        "Unreachable a down",
        "Unreachable b up",
        "Reachable c up",
        "UnreachableDataCenter west",
        "ReachableDataCenter north",
        "Leader c",
        "RoleLeader dc-east c",
        "Seen  false",
        "Reachability",
    ];
    assert_eq!(events(&old, &new, "z@east"), expected);
}

/// EVT-11, EVT-44: nothing is told of equal states, whether they share their parts or not.
#[test]
fn equal_states_have_no_difference() {
    let made = || gossip_with("a:up:1 b:down", "a", "a>b", "a:1").remove(&[node("x")], 4);
    assert_eq!(events(&made(), &made(), "a"), [""; 0]);
    let bumped = made().bump(node("a").key());
    assert_eq!(events(&made(), &bumped, "a"), [""; 0]);
    let rebuilt = Reachability::try_from(made().reachability().rows().to_vec()).unwrap();
    assert_eq!(events(&made(), &made().with_reachability(rebuilt), "a"), [""; 0]);
}

/// EVT-16, EVT-17: a removal tells the last status that was known, whatever it was.
#[test]
fn a_removed_member_is_told_with_its_last_status() {
    for status in MemberStatus::ALL.into_iter().filter(|status| *status != MemberStatus::Removed) {
        let old = format!("a:up b:{}:7:web", status.name());
        assert_eq!(member_events(&old, "a:up"), [format!("MemberRemoved b was {status}")]);
    }
    let observer = Observer { me: &node("a"), data_center: "default", repairs: &EXACT };
    let told = told(&gossip("b:up:7:web", ""), &Gossip::new(), observer);
    assert_eq!(told[0].member(), Some(&member("b:removed:7:web")));
}

/// EVT-2, EVT-18: whatever the status in which a member is first seen.
#[test]
fn a_new_member_is_told_by_its_present_status() {
    for (status, event) in [
        ("joining", "MemberJoined"),
        ("weakly-up", "MemberWeaklyUp"),
        ("up", "MemberUp"),
        ("leaving", "MemberLeft"),
        ("exiting", "MemberExited"),
        ("down", "MemberDowned"),
        ("preparing-for-shutdown", "MemberPreparing"),
        ("ready-for-shutdown", "MemberReady"),
    ] {
        assert_eq!(member_events("a:up", &format!("a:up b:{status}")), [format!("{event} b")]);
        assert_eq!(member_events("a:up b:up:9", &format!("a:up b:{status}")), [format!("{event} b")]);
    }
}

/// EVT-19, EVT-8: a changed status or up-number is told, other changes are not.
#[test]
fn a_member_is_told_again_when_its_status_or_up_number_changed() {
    assert_eq!(member_events("a:up:1", "a:up:2"), ["MemberUp a"]);
    assert_eq!(member_events("a:leaving:1", "a:leaving"), ["MemberLeft a"]);
    assert_eq!(member_events("a:up:1", "a:up:1:web"), [""; 0]);
    assert_eq!(member_events("a:up:1", "a:up:1"), [""; 0]);
}

/// EVT-20: what is Removed is told by no event of its own.
#[test]
fn there_is_no_event_of_a_removed_member() {
    assert_eq!(ClusterEvent::of_member(member("a:removed")), None);
}

/// EVT-21
#[test]
fn statuses_in_between_are_not_told() {
    assert_eq!(member_events("a:joining", "a:exiting:3"), ["MemberExited a"]);
}

/// EVT-22
#[test]
fn a_restarted_node_is_removed_before_it_is_told_anew() {
    assert_eq!(
        member_events("a:up b:up", "a:up b#2:joining"),
        ["MemberRemoved b was up", "MemberJoined b#2"]
    );
    assert_eq!(member_events("a:up b:up", "a:up b#-2:up"), ["MemberRemoved b was up", "MemberUp b#-2"]);
}

/// EVT-13, EVT-14: each group is ascending, and new and changed members are in one sequence.
#[test]
fn new_and_changed_members_are_told_in_one_ascending_sequence() {
    let old = "b:joining d:joining f:up h:up r:up s:up t:up";
    let new = "a:joining b:up c:down d:up e:joining f:up g:up h:down";
    let expected = [
        "MemberRemoved r was up",
        "MemberRemoved s was up",
        "MemberRemoved t was up",
        "MemberJoined a",
        "MemberUp b",
        "MemberDowned c",
        "MemberUp d",
        "MemberJoined e",
        "MemberUp g",
        "MemberDowned h",
    ];
    assert_eq!(member_events(old, new), expected);
}

/// EVT-23
#[test]
fn the_own_member_is_told_as_any_other() {
    let told = events(&gossip("a:up b:up", ""), &gossip("a:down b:up", ""), "a");
    assert_eq!(told[0], "MemberDowned a");
    let told = events(&gossip("a:up b:up", ""), &gossip("b:up", ""), "a");
    assert_eq!(told[0], "MemberRemoved a was up");
}

/// EVT-4, EVT-37
#[test]
fn a_changed_leader_is_told_by_address() {
    let told = events(&gossip("a:up b:up e:joining", ""), &gossip("b:up e:joining", ""), "z");
    assert_eq!(told, ["MemberRemoved a was up", "Leader b", "RoleLeader dc-default b"]);
    let told = events(&gossip("a:up", ""), &gossip("a:down", ""), "a");
    assert_eq!(told, ["MemberDowned a", "Leader none", "RoleLeader dc-default none", "Seen  true"]);
    let told = events(&gossip("a:up c:up", ""), &gossip("a:leaving c:up", ""), "a");
    assert_eq!(told, ["MemberLeft a"]);
}

/// EVT-37: the same address in another incarnation is another leader.
#[test]
fn a_leader_that_restarted_is_told_although_its_address_is_the_same() {
    let told = events(&gossip("a:up b:up", ""), &gossip("a#2:up b:up", ""), "b");
    assert_eq!(told, ["MemberRemoved a was up", "MemberUp a#2", "Leader a", "RoleLeader dc-default a"]);
}

/// EVT-38, EVT-39, EVT-41
#[test]
fn changed_role_leaders_are_told_in_the_order_of_the_roles() {
    let roles = |a: &str, d: &str| gossip(&format!("{a} b:up::ab,bb c:up d:{d}::dd,de e:joining::ee,de"), "");
    let told = events(&Gossip::new(), &roles("a:up::aa,ab", "leaving"), "a");
    let leaders: Vec<_> = told.iter().filter(|event| event.contains("Leader")).collect();
    let expected = [
        "Leader a",
        "RoleLeader aa a",
        "RoleLeader ab a",
        "RoleLeader bb b",
        "RoleLeader dc-default a",
        "RoleLeader dd d",
        "RoleLeader de d",
        "RoleLeader ee e",
    ];
    assert_eq!(leaders, expected);
    let told = events(&roles("a:up::aa,ab", "leaving"), &roles("", "exiting"), "z");
    let leaders: Vec<_> = told.iter().filter(|event| event.contains("Leader")).collect();
    let expected =
        ["Leader b", "RoleLeader aa none", "RoleLeader ab b", "RoleLeader dc-default b", "RoleLeader de e"];
    assert_eq!(leaders, expected);
}

/// EVT-5, EVT-40
#[test]
fn nobody_leads_elsewhere() {
    let told = events(&Gossip::new(), &gossip("a:up::web b:up", ""), "z@west");
    assert_eq!(told, ["MemberUp a", "MemberUp b", "Seen  false"]);
}

/// EVT-42: also while convergence stays as it is.
#[test]
fn who_has_seen_the_state_is_told_when_it_changed() {
    let members = "a:up b:up e:joining";
    let told = events(&gossip(members, "a b e"), &gossip(members, "a b"), "a");
    assert_eq!(told, ["Seen a,b true"]);
    let told = events(&gossip(members, "a"), &gossip(members, "a b"), "a");
    assert_eq!(told, ["Seen a,b true"]);
}

/// EVT-42, CNV-9: and when only convergence did.
#[test]
fn seen_is_told_when_convergence_changed() {
    let told = events(&gossip("a:up b:up", "a b"), &gossip_with("a:up b:up", "a b", "b>a", ""), "b");
    assert_eq!(told.iter().filter(|event| event.starts_with("Seen")).collect::<Vec<_>>(), ["Seen a,b false"]);
}

/// EVT-42: confirmed exits do not count, so the flag can be false where a leader goes on.
#[test]
fn confirmed_exits_do_not_count_for_the_convergence_that_is_told() {
    let told = events(&Gossip::new(), &gossip("a:up c:leaving", "a"), "a");
    assert_eq!(told.last().map(String::as_str), Some("Seen a false"));
}

/// EVT-42: the sets are compared, not the places of their nodes among the members.
#[test]
fn a_stranger_that_became_a_member_is_no_change_of_seen() {
    let old = gossip("a:up z:up", "a m z");
    let new = old.add(member("m:joining"));
    assert_eq!(events(&old, &new, "a"), ["MemberJoined m"]);
    let swapped = gossip("a:up z:up", "a n z");
    assert_eq!(events(&old, &swapped, "a"), ["Seen a,n,z true"]);
}

/// EVT-43
#[test]
fn a_state_that_converges_at_once_is_no_change_of_convergence() {
    assert_eq!(events(&Gossip::new(), &gossip("a:down", ""), "a"), ["MemberDowned a"]);
}

/// EVT-45: stamps included.
#[test]
fn changed_tombstones_are_told_stamps_included() {
    let stones = |list: &[(&str, i64)]| {
        list.iter().fold(gossip("a:up", "a"), |g, (name, ms)| g.remove(&[node(name)], *ms))
    };
    let told = |old: &[(&str, i64)], new: &[(&str, i64)]| events(&stones(old), &stones(new), "a");
    assert_eq!(told(&[("x", 1)], &[("x", 1), ("y", 2)]), ["Tombstones x,y"]);
    assert_eq!(told(&[("x", 1)], &[("x", 2)]), ["Tombstones x"]);
    assert_eq!(told(&[("x", 1)], &[]), ["Tombstones "]);
    assert_eq!(told(&[("x", 1)], &[("x", 1)]), [""; 0]);
}

/// EVT-22, GSP-36 (case "removed and rejoined"), with one data centre and with two.
#[test]
fn a_node_that_was_removed_and_came_back_is_told_so_after_a_merge() {
    for old in ["a@east:up b@east:up", "a@east:up b@west:up"] {
        let old = gossip(old, "");
        let back = member("b#2@east:up");
        let new = old.remove(&[node("b")], 4).add(back).merge(&old, &EXACT);
        let told = events(&old, &new, "a@east");
        assert_eq!(told[..3], ["Tombstones b", "MemberRemoved b was up", "MemberUp b#2"]);
    }
}

proptest! {
    #![proptest_config(proptest_config())]

    /// EVT-9 to EVT-20: following the member events leads from the members of one state to those of the other.
    #[test]
    fn whoever_follows_the_events_knows_the_members(old in any_gossip(), new in any_gossip(), me in any_node()) {
        let observer = Observer { me: &me, data_center: "east", repairs: &EXACT };
        let mut known: Vec<Member> = old.members().as_slice().to_vec();
        let mut last = 0;
        for event in told(&old, &new, observer) {
            let group = event_group(&event);
            prop_assert!(group >= last, "{event:?} comes too late");
            last = group;
            if let Some(member) = event.member() {
                known.retain(|other| other.unique_address() != member.unique_address());
                if member.status() != MemberStatus::Removed {
                    known.push(member.clone());
                }
            }
        }
        known.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
        let place = |list: &[Member]| -> Vec<_> {
            list.iter().map(|member| (member.unique_address().clone(), member.status(), member.up_number())).collect()
        };
        prop_assert_eq!(place(&known), place(new.members().as_slice()));
    }

    /// EVT-11
    #[test]
    fn a_state_does_not_differ_from_its_copy(state in any_gossip(), me in any_node()) {
        let bytes = postcard::to_allocvec(&state).unwrap();
        let copy: Gossip = postcard::from_bytes(&bytes).unwrap();
        let observer = Observer { me: &me, data_center: "east", repairs: &EXACT };
        prop_assert_eq!(told(&state, &copy, observer), []);
    }

    /// EVT-42: told exactly when the set of nodes or convergence changed.
    #[test]
    fn seen_is_told_exactly_when_it_changed(old in any_gossip(), new in any_gossip(), me in any_node()) {
        let observer = Observer { me: &me, data_center: "east", repairs: &EXACT };
        let is_told = |event: &ClusterEvent| matches!(event, ClusterEvent::SeenChanged { .. });
        let told = told(&old, &new, observer).iter().any(is_told);
        let converges = |state: &Gossip| LocalView::new(state, &me, "east", &EXACT).has_convergence(&[]);
        let set = |state: &Gossip| state.seen().cloned().collect::<alloc::collections::BTreeSet<_>>();
        prop_assert_eq!(told, converges(&old) != converges(&new) || set(&old) != set(&new));
    }
}

/// EVT-12: the place of an event's group.
fn event_group(event: &ClusterEvent) -> u8 {
    match event {
        ClusterEvent::MemberTombstonesChanged(_) => 1,
        ClusterEvent::MemberRemoved { .. } => 2,
        ClusterEvent::UnreachableMember(_) => 4,
        ClusterEvent::ReachableMember(_) => 5,
        ClusterEvent::UnreachableDataCenter(_) => 6,
        ClusterEvent::ReachableDataCenter(_) => 7,
        ClusterEvent::LeaderChanged(_) => 8,
        ClusterEvent::RoleLeaderChanged { .. } => 9,
        ClusterEvent::SeenChanged { .. } => 10,
        ClusterEvent::ReachabilityChanged(_) => 11,
        _ => 3,
    }
}
