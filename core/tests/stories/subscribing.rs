//! Listeners that come and go while a cluster lives.

use std::collections::BTreeMap;

use quorate::{
    Answer, Command, CurrentClusterState, Delivery, EventKinds, InitialState, MemberStatus, Output,
    Subscribers, UniqueAddress,
};

use crate::cluster::Cluster;

/// Listeners at one node, and what each was given.
struct Listeners {
    at: &'static str,
    subscribers: Subscribers<usize>,
    given: BTreeMap<usize, Vec<Delivery>>,
    heard_until: usize,
}

impl Listeners {
    fn at(at: &'static str) -> Self {
        Self { at, subscribers: Subscribers::default(), given: BTreeMap::new(), heard_until: 0 }
    }

    /// Hands on what the node has put out since the last time.
    fn catch_up(&mut self, cluster: &Cluster) {
        let news = cluster.outputs[self.heard_until..].iter().filter(|(at, _)| at == self.at);
        let outputs: Vec<Output> = news.map(|(_, output)| output.clone()).collect();
        self.heard_until = cluster.outputs.len();
        let given = &mut self.given;
        self.subscribers.deliver(&cluster.nodes[self.at], &outputs, &mut |who, delivery| {
            given.entry(*who).or_default().push(delivery);
        });
    }

    fn come(&mut self, cluster: &Cluster, who: usize, initial: InitialState) {
        self.catch_up(cluster);
        let first = self.subscribers.subscribe(&cluster.nodes[self.at], who, initial, EventKinds::ALL);
        self.given.entry(who).or_default().extend(first.unwrap());
    }

    fn given(&self, who: usize) -> &[Delivery] {
        self.given.get(&who).map_or(&[], Vec::as_slice)
    }

    /// The state that a listener has made of what it was given.
    fn state(&self, who: usize, me: &UniqueAddress) -> CurrentClusterState {
        self.given(who).iter().fold(CurrentClusterState::default(), |mut state, delivery| {
            match delivery {
                Delivery::Snapshot(snapshot) => return (**snapshot).clone(),
                Delivery::Event(event) => state.apply(event, me),
                _ => {}
            }
            state
        })
    }
}

/// Roles that lost their last member stay known to who follows events (VIEW-21).
fn without_orphaned_roles(mut state: CurrentClusterState) -> CurrentClusterState {
    state.role_leaders.retain(|_, leader| leader.is_some());
    state
}

/// What was told of each member and of its reachability, in order: every step is a way of the table of statuses, nothing
/// comes twice, and unreachable and reachable come by turns.
fn check_path(who: usize, given: &[Delivery]) {
    let mut members: BTreeMap<UniqueAddress, MemberStatus> = BTreeMap::new();
    let mut unreachable: Vec<UniqueAddress> = Vec::new();
    for delivery in given {
        let event = match delivery {
            Delivery::Snapshot(state) => {
                let status = |m: &quorate::Member| (m.unique_address().clone(), m.status());
                members = state.members.iter().map(status).collect();
                unreachable = state.unreachable.iter().map(|m| m.unique_address().clone()).collect();
                continue;
            }
            Delivery::Event(event) => event,
            other => panic!("{who} was given {other:?}"),
        };
        match event {
            quorate::ClusterEvent::UnreachableMember(m) => {
                assert!(!unreachable.contains(m.unique_address()), "{who}: {event:?} twice");
                unreachable.push(m.unique_address().clone());
            }
            quorate::ClusterEvent::ReachableMember(m) => {
                let at = unreachable.iter().position(|node| node == m.unique_address());
                unreachable.remove(at.unwrap_or_else(|| panic!("{who}: {event:?} of a reachable one")));
            }
            quorate::ClusterEvent::MemberRemoved { member, .. } => {
                assert!(members.remove(member.unique_address()).is_some(), "{who}: {event:?} twice");
                unreachable.retain(|node| node != member.unique_address());
            }
            other => {
                let Some(m) = other.member() else { continue };
                let before = members.insert(m.unique_address().clone(), m.status());
                let is_way =
                    before.is_none_or(|before| before != m.status() && before.may_lead_to(m.status()));
                assert!(is_way, "{who}: {event:?} after {before:?}");
            }
        }
    }
}

/// E1, E2, EVT-50, EVT-54, VIEW-24, API-52: listeners that come every second of an eventful life, with a snapshot or with events, are each
/// given a way that leads to the present state, from wherever they began.
#[test]
fn whenever_a_listener_comes_it_ends_with_the_present_state() {
    let mut cluster = Cluster::new(&[]);
    for name in ["a", "b", "c", "d"] {
        cluster.start(name);
    }
    let mut listeners = Listeners::at("a");
    let mut who = 0;
    for second in 0..60 {
        let initial = if second % 2 == 0 { InitialState::Snapshot } else { InitialState::Events };
        listeners.come(&cluster, who, initial);
        who += 1;
        match second {
            2 => drop(cluster.join("a", "a")),
            4 => drop(cluster.join("b", "a")),
            5 => drop(cluster.join("c", "b")),
            12 => cluster.cut_pair("a", "c"),
            28 => cluster.cut.clear(),
            34 => drop(cluster.leave("b", "c")),
            40 => cluster.crash("c"),
            46 => drop(cluster.down("c", "a")),
            50 => {
                cluster.start_as("c", 2);
                cluster.join("c", "a");
            }
            _ => {}
        }
        cluster.run_secs(1);
        if second == 38 {
            cluster.finish_exit("b");
        }
        listeners.catch_up(&cluster);
        let node = &cluster.nodes["a"];
        let present = without_orphaned_roles(node.current_state());
        for listener in 0..who {
            let told = without_orphaned_roles(listeners.state(listener, node.unique_address()));
            assert_eq!(told, present, "listener {listener} after {second} s");
        }
    }
    (0..who).for_each(|listener| check_path(listener, listeners.given(listener)));
    let kinds: Vec<_> = listeners
        .given(0)
        .iter()
        .filter_map(|delivery| match delivery {
            Delivery::Event(event) => Some(event.kind().name()),
            _ => None,
        })
        .collect();
    for kind in [
        "MemberJoined",
        "MemberUp",
        "MemberLeft",
        "MemberExited",
        "MemberDowned",
        "MemberRemoved",
        "ReachableMember",
    ] {
        assert!(kinds.contains(&kind), "{kind} never came");
    }
}

/// EVT-56, EVT-58: who has unsubscribed, or ended, is given nothing any more.
#[test]
fn who_has_gone_hears_nothing() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let mut listeners = Listeners::at("a");
    (0..3).for_each(|who| listeners.come(&cluster, who, InitialState::Snapshot));
    listeners.subscribers.unsubscribe(&0, None);
    listeners.subscribers.gone(&1);
    cluster.start("b");
    cluster.join("b", "a");
    listeners.catch_up(&cluster);
    let counts = [0, 1, 2].map(|who| listeners.given(who).len());
    assert_eq!((counts[0], counts[1]), (1, 1));
    assert!(counts[2] > 1);
}

/// EVT-52, EVT-56, part 05 section 6.2, rows 7, 10 and 12: a snapshot is given to the new listener alone; who hears of members no more is
/// given nothing of them, while others are; and the end is told as the removal of who was Up.
#[test]
fn listeners_that_come_and_go_do_not_disturb_each_other() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let mut listeners = Listeners::at("a");
    listeners.come(&cluster, 0, InitialState::Snapshot);
    listeners.come(&cluster, 1, InitialState::Snapshot);
    listeners.catch_up(&cluster);
    for who in [0, 1] {
        assert!(matches!(listeners.given(who), [Delivery::Snapshot(_)]), "{who}: {:?}", listeners.given(who));
    }
    listeners.subscribers.unsubscribe(&1, Some(EventKinds::MEMBER));
    cluster.start("b");
    cluster.join("b", "a");
    cluster.run_secs(5);
    cluster.command("a", Command::Stop);
    listeners.catch_up(&cluster);
    let members = |who: usize| -> Vec<String> {
        let event = |delivery: &Delivery| match delivery {
            Delivery::Event(event) if EventKinds::MEMBER.contains(event.kind()) => {
                Some(format!("{} {}", event.kind().name(), event.member()?.address().host()))
            }
            _ => None,
        };
        listeners.given(who).iter().filter_map(event).collect()
    };
    assert_eq!(members(0), ["MemberJoined b", "MemberUp b", "MemberRemoved a", "MemberRemoved b"]);
    assert_eq!(members(1), [""; 0]);
    let is_end = |given: &&Delivery| **given == Delivery::Event(quorate::ClusterEvent::ClusterShuttingDown);
    let ends = [0, 1].map(|who| listeners.given(who).iter().filter(is_end).count());
    assert_eq!(ends, [1, 1]);
}

/// EVT-66 to EVT-70, API-30: the end is told once, first that it comes, then everybody's removal with the last status; the node has ended
/// by then, and its state is empty.
#[test]
fn a_listener_hears_the_end_once() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let mut listeners = Listeners::at("a");
    listeners.come(&cluster, 0, InitialState::Snapshot);
    cluster.leave("a", "b");
    cluster.run_secs(3);
    cluster.finish_exit("a");
    listeners.catch_up(&cluster);
    assert!(cluster.nodes["a"].is_stopped());
    let events: Vec<_> = listeners
        .given(0)
        .iter()
        .filter_map(|delivery| match delivery {
            Delivery::Event(event) => Some(event),
            _ => None,
        })
        .collect();
    let end = events.iter().position(|event| **event == quorate::ClusterEvent::ClusterShuttingDown).unwrap();
    let removed: Vec<_> = events[end..]
        .iter()
        .filter_map(|event| match event {
            quorate::ClusterEvent::MemberRemoved { member, previous_status } => {
                Some((member.address().host(), *previous_status))
            }
            _ => None,
        })
        .collect();
    assert_eq!(removed, [("a", MemberStatus::Exiting), ("b", MemberStatus::Up)]);
    assert!(!events[..end].iter().any(|event| matches!(event, quorate::ClusterEvent::MemberRemoved { .. })));
    // EVT-70: its own Exiting was told before.
    assert!(
        events[..end].iter().any(
            |event| matches!(event, quorate::ClusterEvent::MemberExited(m) if m.address().host() == "a")
        )
    );
    let last = events.iter().rev().find_map(|event| match event {
        quorate::ClusterEvent::LeaderChanged(leader) => Some(leader.clone()),
        _ => None,
    });
    assert_eq!(last, Some(None));
    assert_eq!(cluster.nodes["a"].current_state(), CurrentClusterState::default());
    // EVT-69: whatever comes now, nothing is told again.
    cluster.command("a", Command::Stop);
    let before = listeners.given(0).len();
    listeners.catch_up(&cluster);
    assert_eq!(listeners.given(0).len(), before);
}

/// EVT-71, EVT-75, EVT-77, EVT-78, EVT-80, API-19, API-44, API-50: who waits for a node to be Up is told once each time it asked, in the order of asking, with
/// the state; later the answer is there at once, also while it leaves, and never after the end. WeaklyUp is not Up.
#[test]
fn who_waits_for_up_is_told_once_for_each_time() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.cut_pair("a", "b");
    cluster.run_secs(8);
    cluster.start("c");
    let mut listeners = Listeners::at("c");
    for who in [2, 1, 2, 3] {
        assert_eq!(listeners.subscribers.when_up(&cluster.nodes["c"], who), Answer::Later);
    }
    listeners.subscribers.gone(&3);
    cluster.join("c", "a");
    cluster.run_secs(12);
    listeners.catch_up(&cluster);
    assert_eq!(cluster.status("c", "c"), MemberStatus::WeaklyUp);
    assert!(listeners.given.is_empty());
    cluster.cut.clear();
    cluster.run_secs(10);
    listeners.catch_up(&cluster);
    let counts = [1, 2, 3].map(|who| listeners.given(who).len());
    assert_eq!(counts, [1, 2, 0]);
    let [Delivery::SelfUp(state)] = listeners.given(1) else { panic!("{:?}", listeners.given(1)) };
    assert!(state.is_member_up(&crate::cluster::address("c")));
    cluster.leave("c", "a");
    let now = listeners.subscribers.when_up(&cluster.nodes["c"], 4);
    assert!(matches!(now, Answer::Now(Delivery::SelfUp(_))));
    cluster.command("c", Command::Stop);
    assert_eq!(listeners.subscribers.when_up(&cluster.nodes["c"], 4), Answer::Never);
}

/// EVT-72, EVT-76, EVT-79, EVT-81, API-20: who waits for a node to be gone is told once each time it asked, whatever ends it, also if
/// it never joined; afterwards the answer is there each time. Who unsubscribes waits no more.
#[test]
fn who_waits_for_the_end_is_told_whatever_ends_it() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    let mut listeners = Listeners::at("a");
    for who in [1, 2, 2] {
        assert_eq!(listeners.subscribers.when_removed(&cluster.nodes["a"], who), Answer::Later);
    }
    listeners.subscribers.unsubscribe(&1, None);
    assert_eq!(listeners.subscribers.when_up(&cluster.nodes["a"], 2), Answer::Later);
    cluster.command("a", Command::Stop);
    listeners.catch_up(&cluster);
    let gone = Delivery::SelfRemoved { previous_status: MemberStatus::Removed };
    assert_eq!(listeners.given(1), []);
    assert_eq!(listeners.given(2), [gone.clone(), gone.clone()]);
    for _ in 0..2 {
        let answer = listeners.subscribers.when_removed(&cluster.nodes["a"], 5);
        assert_eq!(answer, Answer::Now(gone.clone()));
    }
}
