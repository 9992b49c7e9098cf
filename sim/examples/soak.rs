//! A cluster with constant churn for a day, and what it holds each hour: `cargo run --release -p quorate-sim --example soak`.
//!
//! Every minute something happens to one of 50 nodes: it crashes and comes back, leaves and comes back, is cut off from another for a while,
//! or its process is suspended. Each hour the program prints what the largest state holds, how much all of them and what is on its
//! way are reckoned to take, and how much memory the process has by what the system tells (Linux). It fails if that is ever more than a
//! tenth over what it was after the first hour. Tombstones are kept for half an hour here, not for a day, so that they end within the
//! first hour as well. `soak HOURS NODES KEY=VALUE...` is another run.
#![allow(clippy::unwrap_used, clippy::panic, reason = "an example may fail loudly")]

use std::process::ExitCode;
use std::time::Duration;

use quorate::{Address, Config, Gossip, Instant};
use quorate_sim::keyed::{self, Purpose};
use quorate_sim::{Action, Cut, Heal, HostId, HostSpec, World};

const SEED: u64 = 1;
const HOUR: Duration = Duration::from_secs(3600);
const BETWEEN_TROUBLE: Duration = Duration::from_secs(60);
/// What counts as flat, in hundredths of what there was after the first hour.
const FLAT_PERCENT: u64 = 110;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| words.get(place).map(|word| word.parse().unwrap());
    let (hours, nodes) = (number(0).unwrap_or(24), number(1).unwrap_or(50));
    let mut config = Config::default();
    config.set("prune-gossip-tombstones-after", "1800s").unwrap();
    for word in words.iter().skip(2) {
        let (key, value) = word.split_once('=').unwrap();
        config.set(key, value).unwrap();
    }
    let mut world = formed(u16::try_from(nodes).unwrap(), &config);
    println!("hour    events  running  members  tombstones  observations  clock  reckoned KiB  process KiB");
    let mut hourly = Vec::new();
    for hour in 1..=hours {
        let end = Instant::ZERO + HOUR * u32::try_from(hour).unwrap();
        run_until(&mut world, end);
        hourly.push(Holding::of(&world));
        println!("{hour:>4} {}", hourly[hourly.len() - 1].line(&world));
    }
    let (first, rest) = hourly.split_first().unwrap();
    let most = rest.iter().map(|holding| holding.process_kib).max().unwrap_or(0);
    let is_flat = most * 100 <= first.process_kib * FLAT_PERCENT;
    let word = if is_flat { "flat" } else { "NOT FLAT" };
    println!(
        "process: {} KiB after the first hour, {most} KiB at most after a later one: {word}",
        first.process_kib
    );
    if is_flat { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn formed(nodes: u16, config: &Config) -> World {
    let mut world: World = World::new(SEED);
    let address = |port: u16| Address::new("n", port).unwrap();
    let seeds: Vec<Address> = (1..=nodes.min(3)).map(address).collect();
    for port in 1..=nodes {
        let host = world.add_host(HostSpec::new(&format!("n{port}"), address(port), config.clone())).unwrap();
        let start = Action::Start { host, seeds: seeds.clone(), spread: Some(seconds(1)) };
        world.schedule(Instant::ZERO, start);
    }
    world
}

fn run_until(world: &mut World, end: Instant) {
    while world.now() < end {
        let next = (world.now() + BETWEEN_TROUBLE).min(end);
        while let Some(step) = world.step_until(next) {
            assert!(step.fault.is_none(), "{:?}", step.fault);
        }
        trouble(world);
    }
}

/// What happens now, to a host that is drawn.
fn trouble(world: &mut World) {
    let now = world.now();
    let below = |count: u64, n: u64| {
        keyed::below(keyed::draw(SEED, now.as_nanos(), 0, Purpose::CorruptBit, 0, count), n)
    };
    let hosts: Vec<HostId> = world.host_ids().collect();
    let n = hosts.len() as u64;
    let one = below(0, n);
    let other = (one + 1 + below(1, n - 1)) % n;
    let (host, other) = (hosts[one as usize], hosts[other as usize]);
    if !world.host(host).is_running() {
        let seeds = world.host(host).seeds().to_vec();
        return world.schedule(now, Action::Start { host, seeds, spread: None });
    }
    match below(2, 4) {
        0 => world.schedule(now, Action::Restart { host, after: seconds(1 + below(3, 60)) }),
        1 => world.schedule(now, Action::Stop { host }),
        2 => {
            world.schedule(now, Action::Cut(Cut::Pair(host, other)));
            world.schedule(now + seconds(1 + below(3, 20)), Action::Heal(Heal::Pair(host, other)));
        }
        _ => world.schedule(now, Action::Pause { host, lasts: seconds(1 + below(3, 12)) }),
    }
}

/// What there is after an hour.
struct Holding {
    running: usize,
    members: u64,
    tombstones: u64,
    observations: u64,
    clock: u64,
    reckoned_kib: u64,
    /// Zero where the system does not tell it.
    process_kib: u64,
}

impl Holding {
    fn of(world: &World) -> Self {
        let states = || world.hosts().iter().filter(|host| host.is_running()).filter_map(|host| host.node());
        let most =
            |of: fn(&Gossip) -> usize| states().map(|node| of(node.gossip()) as u64).max().unwrap_or(0);
        Self {
            running: states().count(),
            members: most(|state| state.members().len()),
            tombstones: most(|state| state.tombstones().len()),
            observations: most(|state| {
                state.reachability().rows().iter().map(|row| row.records().len()).sum()
            }),
            clock: most(|state| state.clock().entries().len()),
            reckoned_kib: world.memory_bytes() / 1024,
            process_kib: resident_kib().unwrap_or(0),
        }
    }

    fn line(&self, world: &World) -> String {
        format!(
            "{:>9} {:>8} {:>8} {:>11} {:>13} {:>6} {:>13} {:>12}",
            world.events(),
            self.running,
            self.members,
            self.tombstones,
            self.observations,
            self.clock,
            self.reckoned_kib,
            self.process_kib
        )
    }
}

/// How much of the process is in memory.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
