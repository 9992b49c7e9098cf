//! What the repairs cost a node, all on beside all off in one run: `cargo bench -p quorate --bench repairs`. Both take turns, so that
//! a busy moment of the machine meets both alike, and the best of many rounds counts.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use quorate::{
    Address, AppVersion, Command, Config, Destination, Envelope, Input, InputKind, Instant, Message, Node,
    Output, Roles, UniqueAddress,
};

const SIZES: [usize; 3] = [10, 100, 1000];
const ROUNDS: usize = 300;
/// How many inputs a round takes.
const BATCH: usize = 32;

fn main() {
    println!("{:<32}{:>6}{:>14}{:>14}{:>8}", "input", "N", "repairs off", "on", "ratio");
    for row in ROWS {
        for nodes in SIZES {
            let mut rounds = ["off", "on"].map(|repairs| Round::of(member(nodes, repairs), row.input));
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
    Row { name: "gossip that changes one member", input: gossip_of_one_change, is_repeated: false },
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

fn node_of(place: usize) -> UniqueAddress {
    UniqueAddress::new(Address::new("n", u16::try_from(place).unwrap() + 1).unwrap(), 1)
}

fn at(now: Instant, kind: InputKind) -> Input {
    Input { now, wall_ms: 0, kind }
}

fn from(node: &Node, place: usize, message: Message) -> Input {
    let envelope = Envelope {
        cluster: node.config().cluster_name.clone(),
        from: node_of(place),
        to: Destination::Incarnation(node.unique_address().clone()),
        message,
    };
    at(Instant::ZERO, InputKind::Received(envelope))
}

fn received(node: &Node, message: Message) -> Input {
    from(node, 1, message)
}

/// The first of a cluster of so many members, all of which joined it.
fn member(nodes: usize, repairs: &str) -> Node {
    let mut config = Config::default();
    config.set("repairs.all", repairs).unwrap();
    let mut node = Node::new(config, node_of(0), 1, Instant::ZERO).unwrap();
    node.handle(at(Instant::ZERO, InputKind::Command(Command::Join(node_of(0).address))));
    for place in 1..nodes {
        let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
        node.handle(from(&node, place, join));
    }
    assert_eq!(node.gossip().members().len(), nodes);
    node
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

/// The first that is Joining is Up.
fn gossip_of_one_change(node: &Node) -> Input {
    let joining = node.gossip().members().iter().nth(1).unwrap().up_with(2).unwrap();
    let changed = node.gossip().update(&[joining]).bump(node_of(1).key()).only_seen(&node_of(1));
    received(node, Message::Gossip { gossip: changed.into() })
}

fn first_tick(node: &Node) -> Input {
    at(node.next_deadline().unwrap() + Duration::from_secs(1), InputKind::Tick)
}
