//! What a small world costs: `cargo bench -p quorate-sim --bench ten_nodes`. All of it is of ten nodes with default settings, and
//! where they have run before, with full histories of heartbeats. Times are of this machine; allocations are the same on every
//! one. `max alloc` of `made_with_full_histories` is what ten nodes hold, and their links and queue with them.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::time::Duration;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use quorate::{Address, Config, Instant, MemberStatus};
use quorate_sim::{Action, HostSpec, World};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const NODES: u16 = 10;
/// After so many seconds each history has reached its size, 1,000 replies, and dropped some.
const FULL: u64 = 1_100;

fn unformed() -> World {
    let mut world: World = World::new(1);
    let address = |port: u16| Address::new("n", port).unwrap();
    for port in 1..=NODES {
        let host =
            world.add_host(HostSpec::new(&format!("n{port}"), address(port), Config::default())).unwrap();
        let seeds = vec![address(1)];
        world.schedule(Instant::ZERO, Action::Start { host, seeds, spread: Some(Duration::from_secs(1)) });
    }
    world
}

fn go(world: &mut World, seconds: u64) {
    let end = world.now() + Duration::from_secs(seconds);
    while world.step_until(end).is_some() {}
}

fn with_full_histories() -> World {
    let mut world = unformed();
    go(&mut world, FULL);
    let is_up = |world: &World| {
        world.hosts().iter().all(|host| {
            let members = host.node().unwrap().gossip().members();
            members.len() == usize::from(NODES) && members.iter().all(|m| m.status() == MemberStatus::Up)
        })
    };
    assert!(is_up(&world), "it did not form");
    world
}

#[divan::bench]
fn clone(bencher: Bencher<'_, '_>) {
    let world = with_full_histories();
    bencher.bench_local(|| world.clone());
}

/// A second that comes after others. Items are events.
#[divan::bench]
fn steady_second(bencher: Bencher<'_, '_>) {
    let mut world = with_full_histories();
    let before = world.events();
    go(&mut world, 100);
    let events = (world.events() - before) / 100;
    bencher.counter(ItemsCount::new(events)).bench_local(|| go(&mut world, 1));
}

/// The first second of a clone, while what it was cloned from is still there.
#[divan::bench]
fn second_after_a_clone(bencher: Bencher<'_, '_>) {
    let world = with_full_histories();
    bencher.with_inputs(|| world.clone()).bench_local_refs(|clone| go(clone, 1));
}

#[divan::bench(sample_count = 30)]
fn three_hundred_seconds_from_the_start(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(unformed).bench_local_refs(|world| go(world, 300));
}

#[divan::bench(sample_count = 1, sample_size = 1)]
fn made_with_full_histories(bencher: Bencher<'_, '_>) {
    bencher.bench_local(with_full_histories);
}
