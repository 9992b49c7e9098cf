//! Sets of kinds, filters, and what can't be subscribed to.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::config::Config;
use crate::testing::{member, node};
use crate::time::Instant;
use crate::{Command, Input, InputKind, StopReason};

fn founder() -> Node {
    let me = node("a");
    let mut founder = Node::new(Config::pekko(), me.clone(), 1, Instant::ZERO).unwrap();
    command(&mut founder, Command::Join(me.address));
    founder
}

fn command(node: &mut Node, command: Command) -> Vec<Output> {
    node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind: InputKind::Command(command) })
}

fn kinds(text: &str) -> EventKinds {
    text.parse().unwrap()
}

fn event_names(deliveries: &[Delivery]) -> Vec<&'static str> {
    let name = |delivery: &Delivery| match delivery {
        Delivery::Event(event) => event.kind().name(),
        Delivery::Snapshot(_) => "Snapshot",
        Delivery::SelfUp(_) => "SelfUp",
        Delivery::SelfRemoved { .. } => "SelfRemoved",
    };
    deliveries.iter().map(name).collect()
}

/// EVT-6: families are what they say, and every kind stands for itself.
#[test]
fn families_hold_their_kinds() {
    let names = |set: EventKinds| set.iter().map(EventKind::name).collect::<Vec<_>>();
    assert_eq!(names(EventKinds::MEMBER).len(), 9);
    assert!(names(EventKinds::MEMBER).iter().all(|name| name.starts_with("Member")));
    assert!(!EventKinds::MEMBER.contains(EventKind::MemberTombstonesChanged));
    assert_eq!(names(EventKinds::REACHABILITY), ["UnreachableMember", "ReachableMember"]);
    assert_eq!(names(EventKinds::DATA_CENTER_REACHABILITY), ["UnreachableDataCenter", "ReachableDataCenter"]);
    assert_eq!(names(EventKinds::ALL).len(), 20);
    let each = EventKind::ALL.iter().map(|kind| EventKinds::from(*kind));
    assert_eq!(each.fold(EventKinds::NONE, |set, one| set | one), EventKinds::ALL);
    assert_eq!(EventKind::ALL.iter().copied().collect::<EventKinds>(), EventKinds::ALL);
}

/// Kinds are read as they are written; a name that nobody knows is told, with all that are known.
#[test]
fn sets_of_kinds_are_written_and_read() {
    let set = kinds("MemberEvent, LeaderChanged");
    assert_eq!(set, EventKinds::MEMBER | EventKind::LeaderChanged.into());
    assert_eq!(kinds(&set.to_string()), set);
    let wrong = "MemberUp,MemberUpp".parse::<EventKinds>().unwrap_err();
    assert!(wrong.to_string().starts_with("`MemberUpp` is no kind of event"), "{wrong}");
    assert!(wrong.to_string().contains("MemberEvent") && wrong.to_string().contains("ReachableDataCenter"));
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<EventKinds>(&json).unwrap(), set);
    assert!(serde_json::from_str::<EventKinds>("\"Nonsense\"").is_err());
}

/// EVT-49, EVT-60: nothing to hear, and nobody to hear it from.
#[test]
fn what_cannot_be_subscribed_to_is_an_error() {
    let mut node = founder();
    let start = |node: &Node, kinds| Subscription::start(node, InitialState::Snapshot, kinds).map(|_| ());
    assert_eq!(start(&node, EventKinds::NONE), Err(SubscribeError::NoKinds));
    let mut subscribers = Subscribers::default();
    subscribers.subscribe(&node, 1, InitialState::Events, EventKinds::ALL).unwrap();
    let outputs = command(&mut node, Command::Stop);
    assert!(outputs.contains(&Output::Stopped { why: StopReason::Commanded }));
    assert_eq!(start(&node, EventKinds::ALL), Err(SubscribeError::NodeHasEnded));
    let again = subscribers.subscribe(&node, 1, InitialState::Snapshot, EventKinds::ALL);
    assert_eq!(again.unwrap_err(), SubscribeError::NodeHasEnded);
    subscribers.unsubscribe(&1, None);
    assert_eq!(subscribers.of(&1), None);
    assert_eq!(node.current_state(), CurrentClusterState::default());
}

/// API-16, API-18, EVT-51, EVT-52, EVT-53, EVT-59, EVT-82, EVT-83: a snapshot is whole whatever is asked for, events are filtered; before joining there is nothing.
#[test]
fn the_first_deliveries_are_a_snapshot_or_events() {
    let node = founder();
    let first = |node: &Node, initial, kinds| Subscription::start(node, initial, kinds).unwrap().1;
    let leader = kinds("LeaderChanged");
    let [Delivery::Snapshot(state)] = &first(&node, InitialState::Snapshot, leader)[..] else { panic!() };
    assert_eq!(**state, node.current_state());
    assert_eq!((state.members.len(), state.leader.is_some()), (1, true));
    assert_eq!(event_names(&first(&node, InitialState::Events, leader)), ["LeaderChanged"]);
    assert_eq!(
        event_names(&first(&node, InitialState::Events, EventKinds::ALL)),
        ["MemberUp", "LeaderChanged", "RoleLeaderChanged", "SeenChanged"]
    );
    let stranger = Node::new(Config::pekko(), crate::testing::node("b"), 1, Instant::ZERO).unwrap();
    assert!(first(&stranger, InitialState::Events, EventKinds::ALL).is_empty());
    let first = first(&stranger, InitialState::Snapshot, EventKinds::ALL);
    assert_eq!(first, [Delivery::Snapshot(Box::default())]);
}

/// EVT-47: the first node comes Up without ever being told as Joining; with a minimum that it doesn't meet it is Joining.
#[test]
fn the_first_node_is_told_as_up_at_once() {
    let told = |minimum: u32| {
        let (config, me) = (Config { min_nr_of_members: minimum, ..Config::pekko() }, node("a"));
        let mut founder = Node::new(config, me.clone(), 1, Instant::ZERO).unwrap();
        let (all, _) = Subscription::start(&founder, InitialState::Events, EventKinds::MEMBER).unwrap();
        let outputs = command(&mut founder, Command::Join(me.address));
        outputs.iter().filter_map(|output| Some(all.heard(output)?.kind().name())).collect::<Vec<_>>()
    };
    assert_eq!((told(1), told(2)), (vec!["MemberUp"], vec!["MemberJoined"]));
}

/// API-17, API-52, EVT-55, EVT-56, EVT-57: kinds add up, each call is given its own first state, and subtracting takes single kinds out of
/// families.
#[test]
fn kinds_add_up_and_are_taken_away() {
    let node = founder();
    let (mut one, first) = Subscription::start(&node, InitialState::Events, kinds("MemberEvent")).unwrap();
    assert_eq!(event_names(&first), ["MemberUp"]);
    let second = one.add(&node, InitialState::Events, kinds("LeaderChanged")).unwrap();
    assert_eq!(event_names(&second), ["LeaderChanged"], "of the kinds of this call only");
    let again = one.add(&node, InitialState::Events, kinds("MemberUp, LeaderChanged")).unwrap();
    assert_eq!(event_names(&again), ["MemberUp", "LeaderChanged"]);
    assert_eq!(one.add(&node, InitialState::Events, EventKinds::NONE), Err(SubscribeError::NoKinds));
    let up = Output::Event(ClusterEvent::MemberUp(member("b:up")));
    assert_eq!([&up].into_iter().filter_map(|output| one.heard(output)).count(), 1);
    one.remove(EventKind::MemberUp.into());
    assert_eq!(one.heard(&up), None);
    let joined = Output::Event(ClusterEvent::MemberJoined(member("b:joining")));
    assert!(one.heard(&joined).is_some());
    one.remove(EventKinds::DATA_CENTER_REACHABILITY);
    one.remove(EventKinds::MEMBER);
    assert_eq!(one.kinds(), kinds("LeaderChanged"));

    let mut subscribers = Subscribers::default();
    subscribers.subscribe(&node, "x", InitialState::Events, EventKinds::ALL).unwrap();
    subscribers.unsubscribe(&"y", None);
    subscribers.unsubscribe(&"x", Some(EventKinds::MEMBER));
    assert_eq!(subscribers.of(&"x").unwrap().kinds(), EventKinds::ALL - EventKinds::MEMBER);
    subscribers.unsubscribe(&"x", Some(EventKinds::ALL));
    assert_eq!(subscribers.of(&"x"), None);
}

/// EVT-7: what a node says of its own life is not heard by those who hear every event.
#[test]
fn moments_of_the_own_life_are_no_events() {
    let (all, _) = Subscription::start(&founder(), InitialState::Events, EventKinds::ALL).unwrap();
    assert_eq!(all.heard(&Output::SelfUp), None);
    assert_eq!(all.heard(&Output::SelfRemoved { previous_status: MemberStatus::Up }), None);
}

/// A data centre lets pass what is of it, and what is of none; one that nobody has lets no member pass.
#[test]
fn a_data_centre_can_be_chosen() {
    let events = [
        ClusterEvent::MemberUp(member("a@east:up")),
        ClusterEvent::UnreachableMember(member("b@west:up")),
        ClusterEvent::MemberRemoved { member: member("c@west:removed"), previous_status: MemberStatus::Up },
        ClusterEvent::UnreachableDataCenter("west".into()),
        ClusterEvent::LeaderChanged(None),
    ];
    let heard = |name: &str| {
        let (all, _) = Subscription::start(&founder(), InitialState::Events, EventKinds::ALL).unwrap();
        let of = all.within(name);
        let heard = events.iter().filter(|event| of.admits(event)).map(|event| event.kind().name());
        heard.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(heard("east"), String::from("MemberUp LeaderChanged"));
    assert_eq!(heard("west"), "UnreachableMember MemberRemoved UnreachableDataCenter LeaderChanged");
    assert_eq!(heard("nowhere"), "LeaderChanged");
}
