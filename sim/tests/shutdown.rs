//! Hosts that shut down in good order while the others can't agree to it, or something comes between.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{address, at, id, picture, start_all};
use quorate::{Address, ClusterEvent, CommandKind, Config, Instant, MemberStatus, Output, StopReason};
use quorate_sim::{Action, EXIT_PATIENCE, HostId, HostSpec, StepKind, World};

/// Five hosts that have formed a cluster, with these settings; exit tasks take a while.
fn formed(settings: &[(&str, &str)], exit_tasks: Duration) -> World {
    let config = Config::from_settings(settings.iter().copied()).unwrap();
    let mut world = World::new(7);
    for name in ["a", "b", "c", "d", "e"] {
        let mut spec = HostSpec::new(name, address(name), config.clone());
        spec.exit_tasks = exit_tasks;
        world.add_host(spec).unwrap();
    }
    start_all(&mut world);
    world.run_until(at(20)).unwrap();
    world
}

fn status(world: &World, member: &Address, at: HostId) -> Option<MemberStatus> {
    let members = world.host(at).node().unwrap().gossip().members();
    members.first_at(member).map(quorate::Member::status)
}

/// Runs on, and gives the instants at which some host gave up waiting.
fn given_up(world: &mut World, until: Instant) -> Vec<Instant> {
    let mut instants = Vec::new();
    while let Some(step) = world.step_until(until) {
        if matches!(step.what, StepKind::Commanded { command: CommandKind::ExitNow }) {
            instants.push(step.at);
        }
    }
    instants
}

/// SHUT-13, SHUT-17, LIFE-52, LIFE-61: without convergence a host waits for ten seconds; then its node confirms its exit as a member that is
/// Leaving, and ends. Once nothing else is in the way it is led out by that, and is never downed.
#[test]
fn a_host_whose_leave_nobody_agrees_to_ends_after_ten_seconds() {
    let mut world = formed(&[("downing", "none")], Duration::ZERO);
    let [a, b, c, e] = ["a", "b", "c", "e"].map(|name| id(&world, name));
    world.schedule(at(20), Action::Crash { host: e });
    world.schedule(at(27), Action::Stop { host: c });
    assert_eq!(given_up(&mut world, at(38)), [at(27) + EXIT_PATIENCE]);
    assert_eq!(world.host(c).stopped_because(), Some(StopReason::Left));
    assert_eq!(status(&world, &address("c"), a), Some(MemberStatus::Leaving));
    world.schedule(at(50), Action::Down { host: e, at: b });
    let mut told = Vec::new();
    while let Some(step) = world.step_until(at(70)) {
        told.extend(step.outputs.iter().filter(|_| step.host == Some(a)).filter_map(|output| match output {
            Output::Event(ClusterEvent::MemberDowned(member)) if member.address() == &address("c") => {
                Some("downed")
            }
            Output::Event(ClusterEvent::MemberExited(_)) => Some("exited"),
            _ => None,
        }));
    }
    assert_eq!(told, ["exited"]);
    assert_eq!(picture(&world), ["a abd", "b abd", "d abd"]);
}

/// SHUT-17: when both confirmations are lost, it is found unreachable as one that is Leaving, which is in everybody's way until it is
/// downed.
#[test]
fn a_host_whose_confirmations_are_lost_has_to_be_downed() {
    let mut world = formed(&[("downing", "none")], Duration::ZERO);
    let [a, b, c] = ["a", "b", "c"].map(|name| id(&world, name));
    world.schedule(at(21), Action::Stop { host: c });
    world.schedule(at(21), Action::Isolate { host: c });
    assert_eq!(given_up(&mut world, at(60)), [at(21) + EXIT_PATIENCE]);
    assert_eq!(world.host(c).stopped_because(), Some(StopReason::Left));
    // The others have not even heard that it leaves.
    assert_eq!(status(&world, &address("c"), a), Some(MemberStatus::Up));
    assert!(!world.host(a).node().unwrap().view().has_convergence(&[]));
    world.schedule(at(60), Action::Down { host: c, at: b });
    world.run_until(at(70)).unwrap();
    assert_eq!(status(&world, &address("c"), a), None);
}

/// SHUT-13, SHUT-15: exit tasks that have begun are waited for, however long they take.
#[test]
fn exit_tasks_that_have_begun_are_waited_for() {
    let mut world = formed(&[], Duration::from_secs(30));
    let c = id(&world, "c");
    world.schedule(at(21), Action::Stop { host: c });
    assert_eq!(given_up(&mut world, at(50)), []);
    assert!(world.host(c).is_running());
    assert_eq!(given_up(&mut world, at(60)), []);
    assert_eq!(world.host(c).stopped_because(), Some(StopReason::Left));
}

/// SHUT-14, SHUT-19: a node that is Down when the host's patience ends, ends by itself and not because of that.
#[test]
fn a_node_that_was_downed_meanwhile_ends_as_a_downed_one() {
    let settings = [("downing", "none"), ("failure-detector.acceptable-heartbeat-pause", "60s")];
    let mut world = formed(&settings, Duration::ZERO);
    let [b, c] = ["b", "c"].map(|name| id(&world, name));
    world.schedule(at(20), Action::Isolate { host: c });
    world.schedule(at(20), Action::Stop { host: c });
    for host in [b, c] {
        world.schedule(at(29), Action::Down { host, at: c });
    }
    assert_eq!(given_up(&mut world, at(31)), []);
    assert!(world.host(c).is_running());
    world.run_until(at(36)).unwrap();
    assert_eq!(world.host(c).stopped_because(), Some(StopReason::Downed));
}
