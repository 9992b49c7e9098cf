//! What the repairs cost a node, all on beside all off in one run: `cargo bench -p quorate --bench repairs`. Both take turns, so that
//! a busy moment of the machine meets both alike, and the best of many rounds counts.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

mod cluster;

use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use quorate::{Config, Input, InputKind, Instant, Message, Node, Output};

use cluster::{envelope, gossip_of_one_change, input, member};

const SIZES: [usize; 3] = [10, 100, 1000];
const ROUNDS: usize = 300;
/// How many inputs a round takes.
const BATCH: usize = 32;

fn main() {
    println!("{:<32}{:>6}{:>14}{:>14}{:>8}", "input", "N", "repairs off", "on", "ratio");
    for row in ROWS {
        for nodes in SIZES {
            let mut rounds =
                ["off", "on"].map(|repairs| Round::of(member(nodes, with_repairs(repairs)), row.input));
            let mut best = [f64::MAX; 2];
            for _ in 0..ROUNDS {
                for (round, best) in rounds.iter_mut().zip(&mut best) {
                    *best = best.min(round.run(row.is_repeated));
                }
            }
            let [off, on] = best;
            println!("{:<32}{nodes:>6}{off:>11.0} ns{on:>11.0} ns{:>8.2}", row.name, on / off);
        }
    }
}

struct Row {
    name: &'static str,
    input: fn(&Node) -> Input,
    /// Whether one node takes it again and again; else each is taken by a node of its own, whose copy does not count.
    is_repeated: bool,
}

const ROWS: [Row; 5] = [
    Row {
        name: "a heartbeat, answered",
        input: |node| received(node, Message::Heartbeat { sequence: 1, sent_at: Instant::ZERO }),
        is_repeated: true,
    },
    Row {
        name: "a status of the same state",
        input: |node| received(node, status_of_its_state(node)),
        is_repeated: true,
    },
    Row {
        name: "gossip of the same state",
        input: |node| received(node, Message::Gossip { gossip: node.gossip().clone() }),
        is_repeated: true,
    },
    Row {
        name: "gossip that changes one member",
        input: |node| received(node, gossip_of_one_change(node)),
        is_repeated: false,
    },
    Row { name: "the first tick of all timers", input: first_tick, is_repeated: false },
];

/// A node, and what it is given in a round.
struct Round {
    node: Node,
    input: Input,
    outputs: Vec<Output>,
}

impl Round {
    fn of(node: Node, input: fn(&Node) -> Input) -> Self {
        Self { input: input(&node), node, outputs: Vec::with_capacity(64) }
    }

    /// Nanoseconds for each input.
    fn run(&mut self, is_repeated: bool) -> f64 {
        let inputs = vec![self.input.clone(); BATCH];
        let took = if is_repeated {
            let watch = Stopwatch::now();
            for input in inputs {
                self.outputs.clear();
                self.node.handle_into(input, &mut self.outputs);
            }
            watch.elapsed()
        } else {
            inputs.into_iter().map(|input| self.once(input)).min().unwrap() * BATCH as u32
        };
        black_box(&self.outputs);
        took.as_nanos() as f64 / BATCH as f64
    }

    fn once(&mut self, input: Input) -> Duration {
        let mut node = self.node.clone();
        self.outputs.clear();
        let watch = Stopwatch::now();
        node.handle_into(input, &mut self.outputs);
        watch.elapsed()
    }
}

fn received(node: &Node, message: Message) -> Input {
    input(InputKind::Received(envelope(node, 1, message)))
}

fn with_repairs(repairs: &str) -> Config {
    let mut config = Config::default();
    config.set("repairs.all", repairs).unwrap();
    config
}

/// REP-14: as a peer with these repairs sends it.
fn status_of_its_state(node: &Node) -> Message {
    let gossip = node.gossip();
    let (clock, seen) = (gossip.clock().clone(), gossip.seen_hash());
    if node.config().repairs.content_decides {
        Message::ContentStatus { clock, seen, content: gossip.content_hash(), introduces: false }
    } else {
        Message::GossipStatus { clock, seen }
    }
}

fn first_tick(node: &Node) -> Input {
    Input { now: node.next_deadline().unwrap() + Duration::from_secs(1), ..input(InputKind::Tick) }
}
