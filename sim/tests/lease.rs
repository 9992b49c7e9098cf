//! Clusters that decide by a lease, and a lease service with faults (SIM-6, and the scenarios T-08 to T-13 and T-30 of part 04).
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{address, at, id, start_all};
use quorate::Config;
use quorate_sim::{Action, Cut, HostSpec, LeaseChange, World};

const LEASE: &str = "quorate-pekko-sbr";

/// Five hosts in a cluster that decides by the lease.
fn formed() -> World {
    let settings = [
        ("sbr.strategy", "lease-majority"),
        ("sbr.lease-majority.lease-implementation", "simulated"),
        ("sbr.lease-majority.release-after", "40s"),
    ];
    let config = Config::from_settings(settings).unwrap();
    let mut world = World::new(7);
    for name in ["a", "b", "c", "d", "e"] {
        world.add_host(HostSpec::new(name, address(name), config.clone())).unwrap();
    }
    start_all(&mut world);
    world.run_until(at(20)).unwrap();
    world
}

fn cut(world: &mut World, second: u64, group: &str) {
    let groups = vec![group.chars().map(|name| id(world, &name.to_string())).collect()];
    world.schedule(at(second), Action::Cut(Cut::Groups { groups, rest_is_group: true }));
}

fn lease(world: &mut World, second: u64, change: LeaseChange) {
    world.schedule(at(second), Action::Lease(change));
}

fn running(world: &World) -> String {
    world.hosts().iter().filter(|host| host.is_running()).map(quorate_sim::Host::name).collect()
}

/// LEASE-11, LEASE-15, LEASE-18 to LEASE-20: the majority asks first and holds the lease until the others are gone.
#[test]
fn the_majority_gets_the_lease_and_gives_it_back() {
    let mut world = formed();
    cut(&mut world, 20, "abc");
    world.run_until(at(60)).unwrap();
    assert_eq!(running(&world), "abc");
    assert_eq!(world.lease().holder(LEASE, world.now()), Some("quorate@a:1"));
    world.run_until(at(160)).unwrap();
    assert_eq!((running(&world).as_str(), world.lease().holder(LEASE, world.now())), ("abc", None));
}

/// T-10: without the service, or with one that refuses, nobody stays.
#[test]
fn while_the_lease_cannot_be_had_no_side_stays() {
    for change in [LeaseChange::Down, LeaseChange::Deny] {
        let mut world = formed();
        lease(&mut world, 19, change);
        cut(&mut world, 20, "abc");
        world.run_until(at(80)).unwrap();
        assert_eq!(running(&world), "", "{change:?}");
    }
}

/// T-30: the majority was granted the lease and never heard so: nobody stays.
#[test]
fn a_lost_answer_ends_both_sides() {
    let mut world = formed();
    lease(&mut world, 19, LeaseChange::LoseReplies(1));
    cut(&mut world, 20, "abc");
    world.run_until(at(80)).unwrap();
    assert_eq!(running(&world), "");
}

/// LEASE-13: slow within the time for an operation changes nothing but the time; slower than that is as if there were none.
#[test]
fn a_slow_service_is_waited_for_up_to_the_operation_timeout() {
    for (seconds, expected) in [(2, "abc"), (6, "")] {
        let mut world = formed();
        lease(&mut world, 19, LeaseChange::Slow(Duration::from_secs(seconds)));
        cut(&mut world, 20, "abc");
        world.run_until(at(80)).unwrap();
        assert_eq!(running(&world), expected, "{seconds}");
    }
}

/// T-12, T-13, LEASE-25: who holds the lease acts at once; with its holder the lease is lost until its time is up.
#[test]
fn a_holder_that_crashes_takes_the_lease_with_it() {
    for (victim, expected) in [("a", ""), ("c", "abd")] {
        let mut world = formed();
        let first = id(&world, "e");
        world.schedule(at(20), Action::Crash { host: first });
        world.run_until(at(55)).unwrap();
        assert_eq!(running(&world), "abcd");
        let second = id(&world, victim);
        world.schedule(at(56), Action::Crash { host: second });
        world.run_until(at(110)).unwrap();
        assert_eq!(running(&world), expected, "{victim}");
    }
}
