//! What recording costs: `cargo bench -p quorate --bench recording`. The inputs of one member during ten steady minutes, handled without
//! and with a recorder, in turns; the best of many rounds of each.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![allow(clippy::disallowed_types, reason = "a benchmark measures time")]

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use quorate::{
    Address, Codec, Command, Config, Envelope, Input, InputKind, Instant, Node, Output, Recorder,
    UniqueAddress,
};

const ROUNDS: usize = 60;

fn main() {
    println!("members  inputs   handled   recorded   costs   of a host's input   bytes/input   bytes/day");
    for members in [10, 100] {
        measure(members);
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

fn measure(members: usize) {
    let mut cluster = Cluster::formed(members);
    let node = cluster.nodes[0].clone();
    cluster.given = Some(Vec::new());
    cluster.run(Duration::from_secs(600));
    let inputs = cluster.given.unwrap();
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

fn handled(node: &Node, inputs: &[Input]) -> Duration {
    let (mut node, inputs) = (node.clone(), inputs.to_vec());
    let mut outputs = Vec::with_capacity(64);
    let began = Clock::now();
    for input in inputs {
        outputs.clear();
        node.handle_into(input, &mut outputs);
    }
    let time = began.elapsed();
    black_box((node, outputs));
    time
}

fn handled_and_recorded(node: &Node, inputs: &[Input]) -> (Duration, usize) {
    let (mut node, inputs) = (node.clone(), inputs.to_vec());
    let mut outputs = Vec::with_capacity(64);
    let mut recorder = Recorder::new(&node, "bench").unwrap();
    let mut bytes = 0;
    recorder.take();
    let began = Clock::now();
    for input in inputs {
        outputs.clear();
        recorder.handle_into(&mut node, input, &mut outputs);
        if recorder.waiting() > 4096 {
            bytes += black_box(recorder.take()).len();
        }
    }
    bytes += recorder.take().len();
    let time = began.elapsed();
    black_box((node, outputs));
    (time, bytes)
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
