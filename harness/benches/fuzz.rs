//! How fast the bodies of the fuzz targets are, and a long run of the decoder: `cargo bench -p quorate-harness --bench fuzz [-- NAME [COUNT]]`.
//!
//! `NAME` is a target, or `frames`: frames with a few bytes changed are decoded, every second one with a checksum that fits again, and what
//! became of them is counted. A panic ends the program. All bytes are drawn, alike on every machine. Where the system tells it (Linux), a
//! second is one of this process on a processor, so that a busy machine changes little.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
#![allow(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

use quorate::{
    Address, Codec, Config, DecodeError, Destination, Envelope, Instant, Message, NEWEST_FORMAT,
    OLDEST_FORMAT, internals,
};
use quorate_harness::fuzz::{Draws, TARGETS, Target, mutate};
use quorate_sim::{Action, HostSpec, World};

/// The most bytes of a string of any bytes.
const BYTES_MAX: usize = 64;
const EXECUTIONS: u64 = 2_000;
const FRAMES: u64 = 1_000_000;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let name = words.next();
    let count = words.next().map(|count| count.parse().unwrap());
    let is_meant = |other: &str| name.as_deref().is_none_or(|name| name == other);
    for target in TARGETS.into_iter().filter(|target| is_meant(target.name)) {
        execute(&target, count.unwrap_or(EXECUTIONS));
    }
    if is_meant("frames") {
        decode(count.unwrap_or(FRAMES));
    }
}

/// Runs a target over bytes near to its corpus and over any bytes, in turn.
fn execute(target: &Target, count: u64) {
    let seeds = seeds(target.name);
    let (mut draws, mut bytes) = (Draws::new(1), Vec::new());
    // What a target makes once is made before.
    (target.body)(&[]);
    let before = Watch::new();
    for execution in 0..count {
        if execution % 2 == 0 {
            mutate(&seeds[draws.below(seeds.len())], &mut draws, &mut bytes);
        } else {
            bytes.clear();
            bytes.extend((0..draws.below(BYTES_MAX)).map(|_| draws.below(256) as u8));
        }
        (target.body)(&bytes);
    }
    let took = before.elapsed().as_secs_f64();
    println!("{}: {count} executions, {:.0} a second", target.name, count as f64 / took);
}

/// The corpus of a target, in the order of its names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files: BTreeMap<_, _> = files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    files.into_values().collect()
}

/// FRM-3: mutated frames are decoded, by one codec that goes on.
fn decode(count: u64) {
    let frames: Vec<Vec<u8>> = seeds("decode").into_iter().chain(told_frames()).collect();
    let (mut draws, mut bytes, mut codec) = (Draws::new(1), Vec::new(), Codec::default());
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    let before = Watch::new();
    for turn in 0..count {
        mutate(&frames[draws.below(frames.len())], &mut draws, &mut bytes);
        if turn % 2 == 1 {
            internals::seal(&mut bytes);
        }
        *ends.entry(end(&codec.decode(&bytes))).or_default() += 1;
    }
    let took = before.elapsed().as_secs_f64();
    println!(
        "frames: {count} mutated frames decoded in {took:.1} s, {:.0} ns each, {} unfinished messages given up",
        took * 1e9 / count as f64,
        codec.given_up(),
    );
    for (end, times) in ends {
        println!("  {times:>12} {end}");
    }
}

fn end(decoded: &Result<Option<Envelope>, DecodeError>) -> &'static str {
    match decoded {
        Ok(Some(_)) => "a message",
        Ok(None) => "a part of a message",
        Err(error) => match error {
            DecodeError::TooLarge { .. } | DecodeError::MessageTooLarge { .. } => "over a limit",
            DecodeError::NotAFrame => "no frame",
            DecodeError::OtherVersion { .. } => "of another version",
            DecodeError::Checksum { .. } => "with a wrong checksum",
            DecodeError::UnknownExtension { .. } => "with an extension that must be understood",
            DecodeError::UnknownKind { .. } => "with a message of an unknown kind",
            DecodeError::Malformed { .. } => "with a malformed field",
            DecodeError::TrailingBytes { .. } => "with something behind the message",
            _ => "something else",
        },
    }
}

/// What nodes of a cluster tell each other while one of them is unreachable and after it was removed, whole and in parts.
fn told_frames() -> Vec<Vec<u8>> {
    let mut world: World = World::new(1);
    let address = |port| Address::new("n", port).unwrap();
    let mut hosts = Vec::new();
    for port in 1..=5 {
        let spec = HostSpec::new(&format!("n{port}"), address(port), Config::default());
        let host = world.add_host(spec).unwrap();
        let seeds = vec![address(1)];
        world.schedule(Instant::ZERO, Action::Start { host, seeds, spread: None });
        hosts.push(host);
    }
    let seconds = |seconds: u64| Instant::from_nanos(seconds * 1_000_000_000);
    world.schedule(seconds(20), Action::Crash { host: hosts[4] });
    let mut frames = Vec::new();
    for at in [12, 28, 60] {
        world.run_until(seconds(at)).unwrap();
        let node = world.host(hosts[0]).node().unwrap();
        let envelope = Envelope {
            cluster: "quorate".into(),
            from: node.unique_address().clone(),
            to: Destination::Address(address(2)),
            message: Message::Gossip { gossip: node.gossip().clone() },
        };
        for format in OLDEST_FORMAT..=NEWEST_FORMAT {
            let mut small = Config::default().limits;
            small.frame_bytes = 250;
            for mut codec in [Codec::default(), Codec::new(small)] {
                frames.extend(codec.encode_in(format, &envelope).unwrap().map(<[u8]>::to_vec));
            }
        }
    }
    frames
}

/// Counts the time of this process on a processor, or, where the system does not tell it, of the clock on the wall.
struct Watch(Stopwatch, Option<Duration>);

impl Watch {
    fn new() -> Self {
        Self(Stopwatch::now(), on_processor())
    }

    fn elapsed(&self) -> Duration {
        on_processor().zip(self.1).map_or_else(|| self.0.elapsed(), |(now, before)| now - before)
    }
}

fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
