//! Worlds to begin with, and questions to ask of them.
#![allow(dead_code, reason = "each test file uses its part")]

use std::time::Duration;

use quorate::{Address, Config, Instant, MemberStatus};
use quorate_sim::{Action, Application, HostId, HostSpec, World};

pub(crate) fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

pub(crate) fn address(name: &str) -> Address {
    Address::new(name, 1).unwrap()
}

/// Hosts of one letter each, added in this order and not started.
pub(crate) fn world_of<A: Application + Default>(names: &str, seed: u64) -> World<A> {
    let mut world = World::new(seed);
    for name in names.chars().map(String::from) {
        world.add_host(HostSpec::new(&name, address(&name), Config::default())).unwrap();
    }
    world
}

/// Starts all hosts within the first second, with the first two as seed nodes.
pub(crate) fn start_all<A: Application>(world: &mut World<A>) {
    let seeds: Vec<Address> = world.hosts().iter().take(2).map(|host| host.address().clone()).collect();
    for host in world.host_ids() {
        let spread = Some(Duration::from_secs(1));
        world.schedule(Instant::ZERO, Action::Start { host, seeds: seeds.clone(), spread });
    }
}

pub(crate) fn id<A: Application>(world: &World<A>, name: &str) -> HostId {
    world.host_named(name).unwrap()
}

/// The hosts that run, each followed by the members that are Up in its view, as names.
pub(crate) fn picture<A: Application>(world: &World<A>) -> Vec<String> {
    let running = world.hosts().iter().filter(|host| host.is_running());
    let up = |host: &quorate_sim::Host<A>| {
        let members = host.node().unwrap().gossip().members().iter();
        members
            .filter(|m| m.status() == MemberStatus::Up)
            .map(|m| m.address().host().to_owned())
            .collect::<String>()
    };
    running.map(|host| format!("{} {}", host.name(), up(host))).collect()
}

/// Whether all running hosts see convergence.
pub(crate) fn converged<A: Application>(world: &World<A>) -> bool {
    let mut running = world.hosts().iter().filter(|host| host.is_running());
    running.all(|host| host.node().unwrap().view().has_convergence(&[]))
}
