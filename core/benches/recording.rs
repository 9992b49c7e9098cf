//! What recording costs: `cargo bench -p quorate --bench recording`. The inputs of one member during ten steady minutes, as its codec has read
//! them, handled without and with a recorder, in turns; the best of many rounds of each. With `-- instructions` it counts those of both
//! instead, which takes `valgrind`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![allow(clippy::disallowed_types, reason = "a benchmark measures time")]

mod callgrind;

use std::collections::VecDeque;
use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use quorate::{
    Address, Codec, Command, Config, Envelope, Input, InputKind, Instant, Node, Output, Recorder,
    UniqueAddress,
};

const ROUNDS: usize = 60;

const SIZES: [usize; 2] = [10, 100];

fn main() {
    if let Some(row) = callgrind::row() {
        return count_once(&row);
    }
    if env::args().any(|argument| argument == "instructions") {
        return print_instructions();
    }
    println!("members  inputs   handled   recorded   costs   of a host's input   bytes/input   bytes/day");
    for members in SIZES {
        measure(members);
    }
}

fn print_instructions() {
    println!("members   instructions an input, handled   recorded   costs");
    for members in SIZES {
        let (_, inputs) = life(members);
        let count = |way: &str| callgrind::count(&format!("{way}@{members}"));
        match (count("handled"), count("recorded")) {
            (Ok(handled), Ok(recorded)) => {
                let [handled, recorded] = [handled, recorded].map(|all| all as f64 / inputs.len() as f64);
                let costs = 100.0 * (recorded / handled - 1.0);
                println!("{members:>7}{handled:>33.1}{recorded:>11.1}{costs:>6.1} %");
            }
            (Err(why), _) | (_, Err(why)) => println!("not counted: {why}"),
        }
    }
}

/// A run under callgrind, which counts one of the two.
fn count_once(row: &str) {
    let (way, members) = row.split_once('@').unwrap();
    let (node, inputs) = life(members.parse().unwrap());
    if way == "handled" {
        let mut run = Plain::new(&node, &inputs);
        callgrind::counted(&mut || run.go());
    } else {
        let mut run = Recorded::new(&node, &inputs);
        callgrind::counted(&mut || run.go());
    }
}

fn address(place: usize) -> Address {
    Address::new("node.example", u16::try_from(place).unwrap() + 1).unwrap()
}

/// A cluster on a network that takes no time.
struct Cluster {
    nodes: Vec<Node>,
    now: Instant,
    /// What was given to the first node, since somebody listens.
    given: Option<Vec<Input>>,
}

impl Cluster {
    fn formed(members: usize) -> Self {
        let make = |place| {
            // Each ticks at a phase of its own, as processes do.
            let began = Instant::from_nanos(place as u64 * 7_919_777);
            Node::new(Config::default(), UniqueAddress::new(address(place), 7), place as u64, began).unwrap()
        };
        let mut cluster = Self { nodes: (0..members).map(make).collect(), now: Instant::ZERO, given: None };
        for place in 0..members {
            cluster.give(place, InputKind::Command(Command::Join(address(0))));
            cluster.run(Duration::from_secs(2));
        }
        cluster.run(Duration::from_secs(60));
        cluster
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let due = self.nodes.iter().map(|node| node.next_deadline().unwrap()).enumerate();
            let (place, due) = due.min_by_key(|(_, due)| *due).unwrap();
            if due > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(due);
            self.give(place, InputKind::Tick);
        }
    }

    fn give(&mut self, place: usize, kind: InputKind) {
        let mut waiting = VecDeque::from([(place, kind)]);
        while let Some((place, kind)) = waiting.pop_front() {
            let input = Input { now: self.now, wall_ms: self.now.as_millis() as i64, kind };
            if place == 0
                && let Some(given) = &mut self.given
            {
                given.push(input.clone());
            }
            for output in self.nodes[place].handle(input) {
                if let Output::Send(envelope) = output {
                    let to = usize::from(envelope.to.address().port()) - 1;
                    waiting.push_back((to, InputKind::Received(envelope)));
                }
            }
        }
    }
}

/// A member, and what is given to it from then on.
fn life(members: usize) -> (Node, Vec<Input>) {
    let mut cluster = Cluster::formed(members);
    let node = cluster.nodes[0].clone();
    cluster.given = Some(Vec::new());
    cluster.run(Duration::from_secs(600));
    let (mut sender, mut codec) = (Codec::default(), Codec::default());
    let as_read = |mut input: Input| {
        if let InputKind::Received(envelope) = &mut input.kind {
            for frame in sender.encode(envelope).unwrap() {
                if let Some(read) = codec.decode(frame).unwrap() {
                    *envelope = read;
                    break;
                }
            }
        }
        input
    };
    (node, cluster.given.unwrap().into_iter().map(as_read).collect())
}

fn measure(members: usize) {
    let (node, inputs) = life(members);
    let [mut plain, mut recorded, mut carried] = [Duration::MAX; 3];
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        plain = plain.min(handled(&node, &inputs));
        let (time, written) = handled_and_recorded(&node, &inputs);
        recorded = recorded.min(time);
        bytes = written;
        carried = carried.min(codec_work(&node, &inputs));
    }
    let per_input = |time: Duration| time.as_nanos() as f64 / inputs.len() as f64;
    let cost = per_input(recorded) - per_input(plain);
    let share = |of: Duration| 100.0 * cost / per_input(of);
    println!(
        "{members:>7} {:>7} {:>6.1} ns {:>7.1} ns {:>6.1} % {:>17.1} % {:>13.1} {:>8.1} MB",
        inputs.len(),
        per_input(plain),
        per_input(recorded),
        share(plain),
        share(plain + carried),
        bytes as f64 / inputs.len() as f64,
        bytes as f64 * 144.0 / 1e6,
    );
}

/// The inputs, to be handled by a node as they are.
struct Plain {
    node: Node,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
}

impl Plain {
    fn new(node: &Node, inputs: &[Input]) -> Self {
        Self { node: node.clone(), inputs: inputs.to_vec(), outputs: Vec::with_capacity(64) }
    }

    fn go(&mut self) {
        for input in self.inputs.drain(..) {
            self.outputs.clear();
            self.node.handle_into(input, &mut self.outputs);
        }
    }
}

/// The same with a recorder.
struct Recorded {
    plain: Plain,
    recorder: Recorder,
    bytes: usize,
}

impl Recorded {
    fn new(node: &Node, inputs: &[Input]) -> Self {
        let mut recorder = Recorder::new(node, "bench").unwrap();
        recorder.take();
        Self { plain: Plain::new(node, inputs), recorder, bytes: 0 }
    }

    fn go(&mut self) {
        let Plain { node, inputs, outputs } = &mut self.plain;
        for input in inputs.drain(..) {
            outputs.clear();
            self.recorder.handle_into(node, input, outputs);
            if self.recorder.waiting() > 4096 {
                self.bytes += black_box(self.recorder.take()).len();
            }
        }
        self.bytes += self.recorder.take().len();
    }
}

fn handled(node: &Node, inputs: &[Input]) -> Duration {
    let mut run = Plain::new(node, inputs);
    let began = Clock::now();
    run.go();
    let time = began.elapsed();
    black_box(run.outputs);
    time
}

fn handled_and_recorded(node: &Node, inputs: &[Input]) -> (Duration, usize) {
    let mut run = Recorded::new(node, inputs);
    let began = Clock::now();
    run.go();
    let time = began.elapsed();
    black_box(run.plain.outputs);
    (time, run.bytes)
}

/// What a host does besides for each input: reads the frame of what arrived, writes those of what is sent.
fn codec_work(node: &Node, inputs: &[Input]) -> Duration {
    let mut node = node.clone();
    let (mut sender, mut codec) = (Codec::default(), Codec::default());
    let mut time = Duration::ZERO;
    let frames = |codec: &mut Codec, envelope: &Envelope| -> Vec<Vec<u8>> {
        codec.encode(envelope).unwrap().map(<[u8]>::to_vec).collect()
    };
    let arrived: Vec<Vec<Vec<u8>>> = inputs
        .iter()
        .map(|input| match &input.kind {
            InputKind::Received(envelope) => frames(&mut sender, envelope),
            _ => Vec::new(),
        })
        .collect();
    let began = Clock::now();
    for frame in arrived.iter().flatten() {
        black_box(codec.decode(frame).unwrap());
    }
    time += began.elapsed();
    let mut sent = Vec::new();
    for input in inputs {
        sent.extend(node.handle(input.clone()).into_iter().filter_map(|output| match output {
            Output::Send(envelope) => Some(envelope),
            _ => None,
        }));
    }
    let began = Clock::now();
    for envelope in &sent {
        black_box(codec.encode(envelope).unwrap().len());
    }
    time + began.elapsed()
}
