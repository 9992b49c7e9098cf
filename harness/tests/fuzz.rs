//! The bodies of the fuzz targets over the corpus that ships, and over bytes near to it: what a fuzzer does, on stable and always alike.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use quorate::{
    Address, AppVersion, Codec, Command, Config, ConfigVerdict, Destination, Envelope, Input, InputKind,
    Instant, JoinConfig, JoinRefusal, Message, MessageKind, NEWEST_FORMAT, Node, OLDEST_FORMAT, Roles,
    UniqueAddress,
};
use quorate_harness::fuzz::{Draws, TARGETS, Target, mutate};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds")
}

/// The files of a target, by name.
fn seeds(target: &Target) -> BTreeMap<String, Vec<u8>> {
    let folder = folder().join(target.name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
    };
    entries.map(file).collect()
}

/// Runs a target. What it panics at is told as the bytes of a file for the corpus.
fn run(target: &Target, name: &str, bytes: &[u8]) {
    let ran = catch_unwind(AssertUnwindSafe(|| (target.body)(bytes)));
    assert!(ran.is_ok(), "{}: {name}: {bytes:?}", target.name);
}

/// Runs a target over its corpus, and so often over bytes near to each file of it.
fn run_near(target: &Target, times: usize) {
    let times = std::env::var("QUORATE_FUZZ").map_or(times, |text| text.parse().unwrap());
    let (mut draws, mut near) = (Draws::new(1), Vec::new());
    for (name, bytes) in seeds(target) {
        run(target, &name, &bytes);
        for _ in 0..times {
            mutate(&bytes, &mut draws, &mut near);
            run(target, &format!("near {name}"), &near);
        }
    }
}

fn target(name: &str) -> Target {
    TARGETS.into_iter().find(|target| target.name == name).unwrap()
}

/// FRM-3
#[test]
fn decode() {
    run_near(&target("decode"), 100);
}

/// CASE-5
#[test]
fn case_file() {
    run_near(&target("case_file"), 30);
}

/// CASE-5
#[test]
fn view_file() {
    run_near(&target("view_file"), 10);
}

#[test]
fn world() {
    run_near(&target("world"), 10);
}

/// SIM-4, SIM-9
#[test]
fn differences() {
    run_near(&target("differences"), 2);
}

#[test]
fn inputs() {
    run_near(&target("inputs"), 200);
}

#[test]
fn byzantine() {
    run_near(&target("byzantine"), 20);
}

/// Each body has a binary for cargo-fuzz of the same name, and the other way round.
#[test]
fn every_target_has_a_binary() {
    let manifest = std::fs::read_to_string(folder().join("../Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let binaries: Vec<&str> =
        manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    let bodies: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(binaries, bodies);
}

/// A message of each kind, of a cluster of one.
fn messages() -> Vec<Message> {
    let founder = UniqueAddress::new(Address::new("a", 1).unwrap(), 1);
    let mut node = Node::new(Config::default(), founder.clone(), 1, Instant::ZERO).unwrap();
    let kind = InputKind::Command(Command::Join(founder.address.clone()));
    drop(node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind }));
    let gossip = node.gossip().clone();
    let (clock, seen, content) = (gossip.clock().clone(), gossip.seen_hash(), gossip.content_hash());
    let (attempt, sequence, sent_at) = (1, 300, Instant::from_nanos(1_500_000_000));
    let address = founder.address.clone();
    vec![
        Message::InitJoin { attempt, config: Config::default().join_config() },
        Message::InitJoinAck {
            attempt,
            address: address.clone(),
            verdict: ConfigVerdict::Compatible(JoinConfig::empty()),
        },
        Message::InitJoinNack { attempt, address },
        Message::Join { roles: Roles::default(), app_version: AppVersion::default() },
        Message::Welcome { gossip: gossip.clone() },
        Message::JoinRefused { why: JoinRefusal::Full },
        Message::Heartbeat { sequence, sent_at },
        Message::HeartbeatReply { sequence, sent_at },
        Message::Gossip { gossip: gossip.clone() },
        Message::GossipStatus { clock: clock.clone(), seen },
        Message::ExitingConfirmed,
        Message::WelcomeTo { gossip: gossip.clone(), founder: founder.clone() },
        Message::Introduction { gossip, founder },
        Message::ContentStatus { clock, seen, content, introduces: true },
        Message::Removed,
        Message::Quarantined,
    ]
}

/// FRM-10: the corpus of `decode` has a frame of each kind of message in each format. What else is in it, a fuzzer has found. After a new kind
/// or format: `QUORATE_RECORD=1 cargo test -p quorate-harness --test fuzz corpus`.
#[test]
fn the_corpus_of_decode_has_a_frame_of_each_kind() {
    let messages = messages();
    assert!(messages.iter().map(Message::kind).eq(MessageKind::ALL));
    let known = seeds(&target("decode"));
    let (from, to) = (Address::new("a", 1).unwrap(), Address::new("b", 1).unwrap());
    for message in messages {
        for format in OLDEST_FORMAT..=NEWEST_FORMAT {
            let name = format!("{}-{format}", message.kind());
            let envelope = Envelope {
                cluster: "quorate".into(),
                from: UniqueAddress::new(from.clone(), 1),
                to: Destination::Incarnation(UniqueAddress::new(to.clone(), 2)),
                message: message.clone(),
            };
            let mut codec = Codec::default();
            let frame = codec.encode_in(format, &envelope).unwrap().next().unwrap().to_vec();
            if std::env::var_os("QUORATE_RECORD").is_some() {
                std::fs::write(folder().join("decode").join(&name), &frame).unwrap();
            } else {
                assert_eq!(known.get(&name), Some(&frame), "{name}");
            }
        }
    }
}
