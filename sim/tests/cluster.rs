//! Whole clusters in a world: they form, are cut, crash, restart and leave.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{address, at, converged, id, picture, start_all, world_of};
use quorate::{MessageKind, StopReason};
use quorate_sim::{Action, Cut, Heal, HostState, LinkChange, LinkSet, Loss, StepKind, World};

fn formed() -> World {
    let mut world = world_of("abcde", 7);
    start_all(&mut world);
    world.run_until(at(20)).unwrap();
    world
}

/// CASE-9: started within a second of each other, five hosts are one cluster.
#[test]
fn five_hosts_form_a_cluster() {
    let world = formed();
    assert_eq!(picture(&world), ["a abcde", "b abcde", "c abcde", "d abcde", "e abcde"]);
    assert!(converged(&world));
    assert_eq!((world.counts().lost, world.counts().cut_off, world.counts().unaddressed), (0, 0, 0));
    let starts: Vec<_> = world.hosts().iter().filter_map(|host| host.started_at()).collect();
    assert!(starts.iter().all(|start| *start < at(1)));
    assert!(starts.windows(2).all(|pair| pair[0] != pair[1]));
}

/// CASE-9: the cut takes the minority with it; who stopped can still be read.
#[test]
fn a_cut_of_three_and_two_removes_the_two() {
    let mut world = formed();
    let groups = vec![vec![id(&world, "a"), id(&world, "b"), id(&world, "c")]];
    world.schedule(at(20), Action::Cut(Cut::Groups { groups, rest_is_group: true }));
    world.run_until(at(21)).unwrap();
    assert!(world.is_cut(id(&world, "a"), id(&world, "d")) && world.is_cut(id(&world, "e"), id(&world, "b")));
    assert!(!world.is_cut(id(&world, "d"), id(&world, "e")));
    world.run_until(at(70)).unwrap();
    assert_eq!(picture(&world), ["a abc", "b abc", "c abc"]);
    assert!(converged(&world));
    assert!(world.counts().cut_off > 0);
    for name in ["d", "e"] {
        let gone = world.host(id(&world, name));
        assert_eq!(gone.state(), HostState::Stopped(StopReason::Downed));
        assert_eq!(gone.stopped_because(), Some(StopReason::Downed));
        assert!(gone.node().unwrap().is_stopped());
    }
}

/// CASE-9: a short cut that is healed before anybody decides changes nothing in the end.
#[test]
fn a_cut_that_is_healed_in_time_removes_nobody() {
    let mut world = formed();
    world.schedule(at(20), Action::Isolate { host: id(&world, "e") });
    world.schedule(at(32), Action::Heal(Heal::All));
    world.run_until(at(30)).unwrap();
    assert!(!converged(&world));
    world.run_until(at(70)).unwrap();
    assert_eq!(picture(&world), ["a abcde", "b abcde", "c abcde", "d abcde", "e abcde"]);
    assert!(converged(&world));
}

/// CASE-7: a crash is heard by nobody, found out, and cleared up.
#[test]
fn a_crashed_host_is_removed_and_its_last_state_stays() {
    let mut world = formed();
    let e = id(&world, "e");
    world.schedule(at(20), Action::Crash { host: e });
    world.run_until(at(20)).unwrap();
    let last = world.host(e).node().unwrap().clone();
    world.run_until(at(70)).unwrap();
    assert_eq!(picture(&world), ["a abcd", "b abcd", "c abcd", "d abcd"]);
    assert_eq!(world.host(e).state(), HostState::Crashed);
    assert_eq!(world.host(e).node(), Some(&last));
    assert_eq!(world.host(e).stopped_because(), None);
    assert!(world.counts().unheard > 0);
}

/// CASE-7: same address, new uid; the new incarnation takes the place of the old one.
#[test]
fn a_restarted_host_comes_back_as_a_new_incarnation() {
    let mut world = formed();
    let e = id(&world, "e");
    let before = world.host(e).unique_address().unwrap().clone();
    world.schedule(at(20), Action::Restart { host: e, after: Duration::from_secs(3) });
    world.run_until(at(22)).unwrap();
    assert_eq!(world.host(e).state(), HostState::Crashed);
    world.run_until(at(60)).unwrap();
    let after = world.host(e).unique_address().unwrap().clone();
    assert_eq!(after.address, before.address);
    assert_ne!(after.uid, before.uid);
    assert_eq!((world.host(e).incarnation(), world.host(e).started_at()), (2, Some(at(23))));
    assert_eq!(picture(&world), ["a abcde", "b abcde", "c abcde", "d abcde", "e abcde"]);
    for host in world.hosts() {
        let members = host.node().unwrap().gossip().members();
        assert!(members.contains(&after) && !members.contains(&before));
    }
}

/// CASE-7, SHUT-12, SHUT-15, SHUT-19: a graceful stop ends by itself, after its exit tasks, without ever being downed; then nothing more
/// is asked of the node.
#[test]
fn a_host_that_is_stopped_leaves_in_good_order() {
    let mut world = formed();
    let e = id(&world, "e");
    world.schedule(at(20), Action::Stop { host: e });
    let mut exit_tasks = None;
    while let Some(step) = world.step_until(at(60)) {
        if matches!(step.what, StepKind::ExitTasksDone) {
            exit_tasks = Some((step.host, step.at));
        }
        assert!(!matches!(step.what, StepKind::Commanded { .. }), "at {}", step.at);
    }
    let stopped = world.host(e).state();
    assert_eq!(stopped, HostState::Stopped(StopReason::Left));
    assert!(exit_tasks.is_some_and(|(host, when)| host == Some(e) && when > at(20)));
    assert_eq!(picture(&world), ["a abcd", "b abcd", "c abcd", "d abcd"]);
}

/// CASE-7, SHUT-16: members can be told to leave and be downed by way of another node; a host whose node is told so elsewhere has its
/// exit tasks asked for all the same.
#[test]
fn members_leave_and_are_downed_by_way_of_another_node() {
    let mut world = formed();
    let [a, b, c] = ["a", "b", "c"].map(|name| id(&world, name));
    world.schedule(at(20), Action::Leave { host: c, at: a });
    world.schedule(at(40), Action::Down { host: a, at: b });
    world.run_until(at(70)).unwrap();
    assert_eq!(picture(&world), ["b bde", "d bde", "e bde"]);
    assert_eq!(world.host(c).stopped_because(), Some(StopReason::Left));
    assert_eq!(world.host(a).stopped_because(), Some(StopReason::Downed));
}

/// CASE-7: without seed nodes a host waits until it is told whom to join.
#[test]
fn hosts_without_seed_nodes_join_when_they_are_told() {
    let mut world: World = world_of("ab", 1);
    let (a, b) = (id(&world, "a"), id(&world, "b"));
    for host in [a, b] {
        world.schedule(at(0), Action::Start { host, seeds: Vec::new(), spread: None });
    }
    world.run_until(at(10)).unwrap();
    assert_eq!(picture(&world), ["a ", "b "]);
    world.schedule(at(10), Action::Join { host: a, via: a });
    world.schedule(at(11), Action::Join { host: b, via: a });
    world.run_until(at(30)).unwrap();
    assert_eq!(picture(&world), ["a ab", "b ab"]);
}

/// SIM-3: a link that loses everything is as good as a cut, in that direction.
#[test]
fn a_link_that_loses_everything_makes_its_end_unreachable() {
    let mut world = formed();
    let (a, e) = (id(&world, "a"), id(&world, "e"));
    let links = LinkSet::Between(a, e);
    world.schedule(at(20), Action::Link { links, change: LinkChange::loss(Loss::ALL), lasts: None });
    world.run_until(at(30)).unwrap();
    assert_eq!(world.link(a, e).loss, Loss::ALL);
    assert!(world.counts().lost > 0);
    let unreachable: Vec<_> =
        world.host(a).node().unwrap().view().unreachable_inside().map(|m| m.address.clone()).collect();
    assert_eq!(unreachable, [address("e")]);
}

/// SIM-12: an event is one input handled by one node, and each step tells what it was.
#[test]
fn steps_and_counts_tell_the_same() {
    let mut world: World = world_of("abc", 3);
    start_all(&mut world);
    let (mut ticks, mut messages, mut heartbeats, mut index) = (0, 0, 0, 0);
    while let Some(step) = world.step_until(at(15)) {
        assert_eq!(step.index, index);
        index += 1;
        match step.what {
            StepKind::Ticked => ticks += 1,
            StepKind::Arrived { kind, sent_at, .. } => {
                messages += 1;
                heartbeats += u64::from(kind == MessageKind::Heartbeat);
                let delay = step.at.since(sent_at);
                assert!((Duration::from_micros(500)..=Duration::from_micros(1500)).contains(&delay));
            }
            _ => {}
        }
    }
    let counts = world.counts();
    assert_eq!((counts.ticks, counts.messages, counts.commands), (ticks, messages, 3));
    assert_eq!(world.events(), ticks + messages + 3);
    assert_eq!(world.steps(), index);
    assert_eq!(counts.sent, world.hosts().iter().map(|host| host.sent()).sum::<u64>());
    assert!(heartbeats > 50);
    assert_eq!(world.now(), at(15));
    assert_eq!(world.wall_ms(), 1_700_000_015_000);
}
