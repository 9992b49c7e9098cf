//! How fast a world goes: `cargo bench -p quorate-sim --bench world [-- PART-OF-A-NAME]`.
//!
//! An event is one input handled by one node, the digest included. Since fewer events are better, node-seconds stand
//! beside them: how many seconds of simulated life of one node a second of this machine gives. Each number is the best
//! of several rounds that go through all workloads in turn, so that a busy moment of the machine meets all alike.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::time::{Duration, Instant as Stopwatch};

use quorate::{Address, Config, Instant, MemberStatus};
use quorate_sim::{Action, Cut, Heal, HostId, HostSpec, World};

const SIZES: [usize; 4] = [5, 10, 100, 1000];
const ROUNDS: usize = 3;
/// The longest that one workload may take in one round; what isn't done by then is left out of the measure.
const BUDGET: Duration = Duration::from_secs(4);
const SEED: u64 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Workload {
    /// From the first start until everybody sees everybody Up.
    Forming,
    /// Nothing happens.
    Steady,
    /// Two fifths are cut off for ten seconds, then healed before anybody is downed.
    CutAndHealed,
}

impl Workload {
    const ALL: [Self; 3] = [Self::Forming, Self::Steady, Self::CutAndHealed];

    const fn name(self) -> &'static str {
        match self {
            Self::Forming => "forming",
            Self::Steady => "steady",
            Self::CutAndHealed => "cut-and-healed",
        }
    }

    /// How long it goes on, in simulated seconds.
    fn seconds(self, nodes: usize) -> u64 {
        match self {
            Self::Forming => 30,
            Self::Steady => (20_000 / nodes as u64).max(20),
            Self::CutAndHealed => 30,
        }
    }
}

#[derive(Clone, Copy)]
struct Measure {
    events: u64,
    simulated: Duration,
    took: Duration,
}

impl Measure {
    fn events_per_second(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64()
    }
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

fn unformed(nodes: usize) -> World {
    let mut world: World = World::new(SEED);
    let address = |port: usize| Address::new("n", u16::try_from(port).unwrap()).unwrap();
    for port in 1..=nodes {
        let host =
            world.add_host(HostSpec::new(&format!("n{port}"), address(port), Config::default())).unwrap();
        let seeds = vec![address(1)];
        world.schedule(Instant::ZERO, Action::Start { host, seeds, spread: Some(Duration::from_secs(1)) });
    }
    world
}

fn is_formed(world: &World) -> bool {
    world.hosts().iter().all(|host| {
        host.node().is_some_and(|node| {
            let members = node.gossip().members();
            members.len() == world.hosts().len() && members.iter().all(|m| m.status() == MemberStatus::Up)
        })
    })
}

/// Runs for so long, or until `done`; looks at the stopwatch every tenth of a simulated second.
fn run(world: &mut World, seconds: u64, done: impl Fn(&World) -> bool) -> Measure {
    let (events, from) = (world.events(), world.now());
    let end = from + Duration::from_secs(seconds);
    let watch = Stopwatch::now();
    let mut took = Duration::ZERO;
    while world.now() < end && took < BUDGET {
        let next = (world.now() + Duration::from_millis(100)).min(end);
        world.run_until(next).unwrap();
        took = watch.elapsed();
        if done(world) {
            break;
        }
    }
    Measure { events: world.events() - events, simulated: world.now().since(from), took }
}

fn measure(workload: Workload, nodes: usize, formed: Option<&World>) -> Option<Measure> {
    let seconds = workload.seconds(nodes);
    match workload {
        Workload::Forming => Some(run(&mut unformed(nodes), seconds, is_formed)),
        Workload::Steady => Some(run(&mut formed?.clone(), seconds, |_| false)),
        Workload::CutAndHealed => {
            let mut world = formed?.clone();
            let minority: Vec<HostId> = world.host_ids().take(nodes * 2 / 5).collect();
            let cut = Cut::Groups { groups: vec![minority], rest_is_group: true };
            world.schedule(world.now(), Action::Cut(cut));
            world.schedule(world.now() + Duration::from_secs(10), Action::Heal(Heal::All));
            Some(run(&mut world, seconds, |_| false))
        }
    }
}

fn formed(nodes: usize) -> Option<World> {
    let mut world = unformed(nodes);
    let watch = Stopwatch::now();
    while !is_formed(&world) {
        world.run_until(world.now() + Duration::from_secs(1)).unwrap();
        if watch.elapsed() > BUDGET * 2 {
            return None;
        }
    }
    // So that every node has heard every neighbour.
    let settled = world.now() + Duration::from_secs(10);
    world.run_until(settled.max(at(20))).unwrap();
    Some(world)
}

fn main() {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let rows: Vec<(Workload, usize)> =
        Workload::ALL.iter().flat_map(|workload| SIZES.map(|nodes| (*workload, nodes))).collect();
    let name = |(workload, nodes): &(Workload, usize)| format!("{}-{nodes}", workload.name());
    // A whole name means that workload only: `steady-10` is not `steady-100`.
    let is_whole = rows.iter().any(|row| name(row) == filter);
    let is_meant =
        |row: &(Workload, usize)| if is_whole { name(row) == filter } else { name(row).contains(&filter) };
    let rows: Vec<_> = rows.into_iter().filter(is_meant).collect();
    let needs_formed = |nodes| rows.iter().any(|(workload, n)| *n == nodes && *workload != Workload::Forming);
    let worlds = SIZES.map(|nodes| if needs_formed(nodes) { formed(nodes) } else { None });
    let mut best: Vec<Option<Measure>> = vec![None; rows.len()];
    for round in 0..ROUNDS {
        for ((workload, nodes), best) in rows.iter().zip(&mut best) {
            if round > 0 && *nodes == 1000 {
                continue;
            }
            let place = SIZES.iter().position(|size| size == nodes).unwrap();
            let Some(measure) = measure(*workload, *nodes, worlds[place].as_ref()) else { continue };
            if best.is_none_or(|best| best.events_per_second() < measure.events_per_second()) {
                *best = Some(measure);
            }
        }
    }
    println!(
        "{:<20} {:>12} {:>10} {:>15} {:>10} {:>20}",
        "workload", "simulated s", "events", "events/s", "ns/event", "node-seconds/s"
    );
    for ((workload, nodes), best) in rows.iter().zip(best) {
        let name = format!("{}-{nodes}", workload.name());
        let Some(best) = best else {
            println!("{name:<20} (did not form in time)");
            continue;
        };
        let (took, simulated) = (best.took.as_secs_f64(), best.simulated.as_secs_f64());
        println!(
            "{name:<20} {simulated:>12.1} {:>10} {:>13.3} M {:>10.0} {:>18.3} M",
            best.events,
            best.events_per_second() / 1e6,
            took * 1e9 / best.events as f64,
            simulated * *nodes as f64 / took / 1e6,
        );
    }
}
