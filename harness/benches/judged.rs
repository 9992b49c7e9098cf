//! What judging costs: `cargo bench -p quorate-harness --bench judged`. The same world is run bare and judged in turn, so
//! that a busy moment of the machine meets both; the best of several rounds counts.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::time::{Duration, Instant as Stopwatch};

use quorate::{Address, Config, Instant};
use quorate_harness::judge::{Event, Judge, JudgeSetup};
use quorate_sim::{Action, HostSpec, World};

const ROUNDS: usize = 7;

fn started(nodes: u16) -> World {
    let mut world: World = World::new(1);
    for port in 1..=nodes {
        let spec = HostSpec::new(&format!("n{port}"), Address::new("n", port).unwrap(), Config::default());
        let host = world.add_host(spec).unwrap();
        let seeds = vec![Address::new("n", 1).unwrap()];
        world.schedule(Instant::ZERO, Action::Start { host, seeds, spread: Some(Duration::from_secs(1)) });
    }
    world
}

/// Events per second, of a run that goes on for so long.
fn run(world: &mut World, judge: &mut Option<Judge>, seconds: u64) -> f64 {
    let (end, events) = (world.now() + Duration::from_secs(seconds), world.events());
    let watch = Stopwatch::now();
    while let Some(step) = world.step_until(end) {
        let event = Event::of(&step);
        if let Some(judge) = judge {
            judge.after_event(world, event).unwrap();
        }
    }
    (world.events() - events) as f64 / watch.elapsed().as_secs_f64()
}

fn main() {
    println!("events per second, steady; the best of {ROUNDS} rounds");
    println!("{:>6} {:>12} {:>12} {:>8}", "nodes", "bare", "judged", "ratio");
    for (nodes, seconds) in [(5, 4000), (10, 2000), (100, 100)] {
        let (mut world, mut judge) = (started(nodes), Some(Judge::new(JudgeSetup::all())));
        run(&mut world, &mut judge, 60);
        let (mut bare, mut judged) = (0f64, 0f64);
        for _ in 0..ROUNDS {
            bare = bare.max(run(&mut world.clone(), &mut None, seconds));
            judged = judged.max(run(&mut world.clone(), &mut judge.clone(), seconds));
        }
        println!("{nodes:>6} {bare:>12.0} {judged:>12.0} {:>8.2}", judged / bare);
    }
}
