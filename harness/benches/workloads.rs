//! How fast named workloads go: `cargo bench -p quorate-harness --bench workloads [-- PART-OF-A-NAME]`.
//!
//! An event is one input handled by one node. All repairs are on and every invariant is judged; each workload is run three
//! times in turn, so that a busy moment of the machine meets all alike: judged, bare, and bare with everything that a
//! digest takes done once more. What judging and the digest take is told as their share of the judged run. Since fewer
//! events are better, node-seconds stand beside them: how many seconds of simulated life of one node a second of this
//! machine gives. The best of several rounds counts. `--once` runs each workload once, judged or
//! with `--bare` not, and tells its digest: for a profiler, and to see that a change of the code is none of behaviour.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use quorate::internals::mix;
use quorate::{Address, Config, Instant, MemberStatus, Node, Output};
use quorate_harness::judge::{Event, Judge, JudgeSetup};
use quorate_sim::{Action, CHECKPOINT_EVENTS, Cut, Heal, HostId, HostSpec, World};

const SEED: u64 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// From the first start until everybody sees everybody Up.
    Forming,
    /// Nothing happens.
    Steady,
    /// Two fifths are cut off for ten seconds, then healed before anybody is downed.
    Cut,
}

#[derive(Clone, Copy, Debug)]
struct Workload {
    kind: Kind,
    nodes: u16,
    /// How long it goes on at most, in simulated seconds.
    seconds: u64,
    rounds: usize,
}

const WORKLOADS: [Workload; 10] = [
    Workload { kind: Kind::Steady, nodes: 5, seconds: 4000, rounds: 5 },
    Workload { kind: Kind::Steady, nodes: 10, seconds: 2000, rounds: 5 },
    Workload { kind: Kind::Steady, nodes: 100, seconds: 200, rounds: 5 },
    Workload { kind: Kind::Steady, nodes: 1000, seconds: 20, rounds: 3 },
    Workload { kind: Kind::Forming, nodes: 10, seconds: 60, rounds: 9 },
    Workload { kind: Kind::Forming, nodes: 100, seconds: 60, rounds: 5 },
    Workload { kind: Kind::Forming, nodes: 1000, seconds: 60, rounds: 1 },
    Workload { kind: Kind::Cut, nodes: 10, seconds: 30, rounds: 9 },
    Workload { kind: Kind::Cut, nodes: 100, seconds: 30, rounds: 5 },
    Workload { kind: Kind::Cut, nodes: 1000, seconds: 30, rounds: 1 },
];

impl Workload {
    fn name(self) -> String {
        let kind = match self.kind {
            Kind::Forming => "forming",
            Kind::Steady => "steady",
            Kind::Cut => "cut",
        };
        format!("{kind}-{}", self.nodes)
    }

    /// Where it begins.
    fn start(self) -> Run {
        let mut run = Run::unformed(self.nodes);
        if self.kind == Kind::Forming {
            return run;
        }
        run.go(120, is_formed);
        assert!(is_formed(&run.world), "{}: it did not form", self.name());
        // So that every node has heard every neighbour.
        run.go(10, |_| false);
        if self.kind == Kind::Cut {
            let minority: Vec<HostId> = run.world.host_ids().take(usize::from(self.nodes) * 2 / 5).collect();
            let cut = Cut::Groups { groups: vec![minority], rest_is_group: true };
            let now = run.world.now();
            run.world.schedule(now, Action::Cut(cut));
            run.world.schedule(now + Duration::from_secs(10), Action::Heal(Heal::All));
        }
        run
    }

    fn measure(self, mut run: Run, extra: Extra) -> Measure {
        run.extra = extra;
        let (events, from) = (run.world.events(), run.world.now());
        let is_over = if self.kind == Kind::Forming { is_formed } else { |_: &World| false };
        let watch = Stopwatch::now();
        run.go(self.seconds, is_over);
        let took = watch.elapsed();
        let simulated = run.world.now().since(from);
        Measure { events: run.world.events() - events, simulated, took, digest: run.world.digest() }
    }
}

/// What is done beside running the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Nothing,
    Judging,
    /// All hashes that the digest takes, once more.
    Hashing,
}

#[derive(Clone)]
struct Run {
    world: World,
    judge: Judge,
    extra: Extra,
    hash: u64,
}

#[derive(Clone, Copy, Debug)]
struct Measure {
    events: u64,
    simulated: Duration,
    took: Duration,
    digest: u64,
}

impl Run {
    fn unformed(nodes: u16) -> Self {
        let mut world: World = World::new(SEED);
        let mut config = Config::default();
        config.set("repairs.all", "on").unwrap();
        for port in 1..=nodes {
            let address = |port| Address::new("n", port).unwrap();
            let spec = HostSpec::new(&format!("n{port}"), address(port), config.clone());
            let host = world.add_host(spec).unwrap();
            let seeds = vec![address(1)];
            world
                .schedule(Instant::ZERO, Action::Start { host, seeds, spread: Some(Duration::from_secs(1)) });
        }
        Self { world, judge: Judge::new(JudgeSetup::all()), extra: Extra::Judging, hash: 0 }
    }

    /// Runs for so long, or until `done`, which is asked every tenth of a simulated second.
    fn go(&mut self, seconds: u64, done: impl Fn(&World) -> bool) {
        let end = self.world.now() + Duration::from_secs(seconds);
        while self.world.now() < end && !done(&self.world) {
            let next = (self.world.now() + Duration::from_millis(100)).min(end);
            match self.extra {
                Extra::Nothing => while self.world.step_until(next).is_some() {},
                Extra::Judging => {
                    while let Some(step) = self.world.step_until(next) {
                        let event = Event::of(&step);
                        self.judge.after_event(&self.world, event).unwrap();
                    }
                }
                Extra::Hashing => {
                    while let Some(step) = self.world.step_until(next) {
                        let outputs = step.outputs.iter().map(Output::hash64).fold(0, mix);
                        self.hash = mix(self.hash, mix(step.at.as_nanos(), outputs));
                        if self.world.events().is_multiple_of(CHECKPOINT_EVENTS) {
                            let nodes = self.world.hosts().iter().filter_map(|host| host.node());
                            self.hash = nodes.map(Node::hash64).fold(self.hash, mix);
                        }
                    }
                }
            }
        }
        black_box(self.hash);
    }
}

fn is_formed(world: &World) -> bool {
    world.hosts().iter().all(|host| {
        host.node().is_some_and(|node| {
            let members = node.gossip().members();
            members.len() == world.hosts().len() && members.iter().all(|m| m.status() == MemberStatus::Up)
        })
    })
}

/// The best of the rounds, for each of: judged, bare, hashed twice.
fn best_of_rounds(workload: Workload, start: &Run) -> [Measure; 3] {
    let extras = [Extra::Judging, Extra::Nothing, Extra::Hashing];
    let mut best = extras.map(|extra| workload.measure(start.clone(), extra));
    for _ in 1..workload.rounds {
        for (extra, best) in extras.iter().zip(&mut best) {
            let measure = workload.measure(start.clone(), *extra);
            if measure.took < best.took {
                *best = measure;
            }
        }
    }
    best
}

fn main() {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let flag = |name: &str| std::env::args().any(|argument| argument == name);
    let (once, bare) = (flag("--once"), flag("--bare"));
    // A whole name means that workload only: `steady-10` is not `steady-100`.
    let is_whole = WORKLOADS.iter().any(|workload| workload.name() == filter);
    let is_meant = |name: &str| if is_whole { name == filter } else { name.contains(&filter) };
    println!(
        "{:<14} {:>12} {:>9} {:>11} {:>9} {:>9} {:>9} {:>16}",
        "workload", "simulated s", "events", "events/s", "bare", "judging", "digest", "node-seconds/s"
    );
    for workload in WORKLOADS.into_iter().filter(|workload| is_meant(&workload.name())) {
        let start = workload.start();
        if once {
            let extra = if bare { Extra::Nothing } else { Extra::Judging };
            let Measure { events, took, digest, .. } = workload.measure(start, extra);
            println!("{:<14} {events:>9} events in {took:>9.3?}, digest {digest:016x}", workload.name());
            continue;
        }
        let [judged, bare, hashed] = best_of_rounds(workload, &start);
        let millions = |measure: Measure| measure.events as f64 / measure.took.as_secs_f64() / 1e6;
        let all = judged.took.as_secs_f64();
        let share = |more: Duration| more.saturating_sub(bare.took).as_secs_f64() / all * 100.0;
        println!(
            "{:<14} {:>12.1} {:>9} {:>9.3} M {:>7.3} M {:>7.1} % {:>7.1} % {:>14.3} M",
            workload.name(),
            judged.simulated.as_secs_f64(),
            judged.events,
            millions(judged),
            millions(bare),
            share(judged.took),
            share(hashed.took),
            judged.simulated.as_secs_f64() * f64::from(workload.nodes) / all / 1e6,
        );
    }
}
