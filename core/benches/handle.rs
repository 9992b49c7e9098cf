//! What one input costs, and how large frames are: `cargo bench -p quorate --bench handle`. Times are of this machine; allocations and sizes are
//! the same on every machine.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]

mod cluster;

use std::time::Duration;

use divan::{AllocProfiler, Bencher};
use quorate::internals::LoneDetector;
use quorate::{
    Codec, Config, Envelope, Gossip, Input, InputKind, Instant, Member, Message, NEWEST_FORMAT, Node, Output,
    UniqueAddress,
};

use cluster::{envelope, gossip_of_one_change, input, member};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    print_sizes();
    divan::main();
}

const SIZES: [usize; 3] = [10, 100, 1000];

fn repeat(bencher: Bencher<'_, '_>, nodes: usize, message: impl Fn(&Node) -> Message) {
    let mut node = member(nodes, Config::default());
    let envelope = envelope(&node, 1, message(&node));
    let mut outputs: Vec<Output> = Vec::with_capacity(16);
    // What arrives is made before, so that its copy does not count.
    bencher.with_inputs(|| input(InputKind::Received(envelope.clone()))).bench_local_values(|input| {
        outputs.clear();
        node.handle_into(input, &mut outputs);
        outputs.len()
    });
}

/// A heartbeat in, its reply out.
#[divan::bench(args = SIZES)]
fn heartbeat(bencher: Bencher<'_, '_>, nodes: usize) {
    repeat(bencher, nodes, |_| Message::Heartbeat { sequence: 1, sent_at: Instant::ZERO });
}

/// A reply of a node that was asked, into its history.
#[divan::bench(args = SIZES)]
fn heartbeat_reply(bencher: Bencher<'_, '_>, nodes: usize) {
    let mut node = member(nodes, Config::default());
    // The last heartbeats of a tick name those who are asked.
    let at = node.next_deadline().unwrap() + Duration::from_secs(5);
    let outputs = node.handle(Input { now: at, wall_ms: 0, kind: InputKind::Tick });
    let asked = outputs.iter().find_map(|output| match output {
        Output::Send(sent) if matches!(sent.message, Message::Heartbeat { .. }) => {
            Some(sent.to.address().clone())
        }
        _ => None,
    });
    let place = usize::from(asked.unwrap().port()) - 1;
    let reply = envelope(&node, place, Message::HeartbeatReply { sequence: 1, sent_at: Instant::ZERO });
    let mut outputs: Vec<Output> = Vec::with_capacity(16);
    let arrives = || Input { now: at, wall_ms: 0, kind: InputKind::Received(reply.clone()) };
    bencher.with_inputs(arrives).bench_local_values(|input| {
        node.handle_into(input, &mut outputs);
        assert!(outputs.is_empty());
    });
}

/// The part of it that the history takes: a window of 1,000 that is full.
#[divan::bench]
fn reply_into_a_full_history(bencher: Bencher<'_, '_>) {
    let settings = [100, 3_000, 1_000].map(Duration::from_millis);
    let mut detector = LoneDetector::phi_accrual(8.0, 1_000, settings).unwrap();
    let mut now = Instant::ZERO;
    let mut hear = || {
        now = now + Duration::from_millis(1_000 + now.as_millis() % 7);
        detector.heartbeat(now);
    };
    (0..2_000).for_each(|_| hear());
    bencher.bench_local(hear);
}

/// A status that says that the peer has the same state.
#[divan::bench(args = SIZES)]
fn status_of_the_same_state(bencher: Bencher<'_, '_>, nodes: usize) {
    repeat(bencher, nodes, |node| {
        let (clock, seen) = (node.gossip().clock().clone(), node.gossip().seen_hash());
        Message::GossipStatus { clock, seen }
    });
}

/// A whole state that is the own one.
#[divan::bench(args = SIZES)]
fn gossip_of_the_same_state(bencher: Bencher<'_, '_>, nodes: usize) {
    repeat(bencher, nodes, |node| Message::Gossip { gossip: node.gossip().clone() });
}

/// A whole state in which one member has changed: the first that is Joining is Up. With the copy of the node, which does not
/// count, and everything that follows: diff, events, ring, resolver.
#[divan::bench(args = SIZES)]
fn gossip_that_changes_one_member(bencher: Bencher<'_, '_>, nodes: usize) {
    let node = member(nodes, Config::default());
    let envelope = envelope(&node, 1, gossip_of_one_change(&node));
    bencher.with_inputs(|| (node.clone(), Vec::with_capacity(16))).bench_local_values(
        |(mut node, mut outputs): (Node, Vec<Output>)| {
            node.handle_into(input(InputKind::Received(envelope.clone())), &mut outputs);
            (node, outputs)
        },
    );
}

/// The frame of a heartbeat, written.
#[divan::bench(sample_size = 1000)]
fn heartbeat_frame_written(bencher: Bencher<'_, '_>) {
    let envelope = heartbeat_envelope();
    let mut codec = Codec::default();
    bencher.bench_local(|| codec.encode_in(NEWEST_FORMAT, &envelope).unwrap().len());
}

/// The same, read.
#[divan::bench(sample_size = 1000)]
fn heartbeat_frame_read(bencher: Bencher<'_, '_>) {
    let (frame, mut codec) = (frame_of(&heartbeat_envelope()), Codec::default());
    // The first from a peer makes room for what is known of it.
    codec.decode(&frame).unwrap();
    bencher.bench_local(|| codec.decode(&frame).unwrap());
}

/// A heartbeat after twenty hours of a node's life.
fn heartbeat_envelope() -> Envelope {
    let sent_at = Instant::from_nanos(72_000_000_000_000);
    envelope(&member(1, Config::default()), 1, Message::Heartbeat { sequence: 300, sent_at })
}

fn frame_of(envelope: &Envelope) -> Vec<u8> {
    Codec::default().encode_in(NEWEST_FORMAT, envelope).unwrap().next().unwrap().to_vec()
}

/// How large frames are: without the name of the cluster and the hosts in their heads, and with what takes most room elsewhere: uids of eight
/// bytes, members that are Up, an entry in the clock for each.
fn print_sizes() {
    let of = |message| {
        let envelope = Envelope { message, ..heartbeat_envelope() };
        let texts = envelope.from.address.host().len() + envelope.to.address().host().len();
        frame_of(&envelope).len() - envelope.cluster.len() - texts
    };
    println!("a heartbeat: {} bytes", of(heartbeat_envelope().message));
    for nodes in SIZES {
        let gossip = (0..nodes).fold(Gossip::new(), |gossip, place| {
            let address = quorate::Address::new(&format!("host-{place}"), 2551).unwrap();
            let node = UniqueAddress::new(address, i64::MIN + i64::try_from(place).unwrap());
            let key = node.key();
            let member = Member::joining(node, quorate::Roles::default(), quorate::AppVersion::default());
            gossip.add(member.up_with(300).unwrap()).bump(key).bump(key)
        });
        let hosts: usize = gossip.members().iter().map(|member| member.address().host().len()).sum();
        let clock = gossip.clock().clone();
        let entries = postcard::to_allocvec(&clock).unwrap().len();
        println!(
            "{nodes} members: a gossip {} bytes, {hosts} of them hosts; a status {}; a status with content {}, {entries} of them the clock",
            of(Message::Gossip { gossip: gossip.into() }),
            of(Message::GossipStatus { clock: clock.clone(), seen: u64::MAX }),
            of(Message::ContentStatus { clock, seen: u64::MAX, content: u64::MAX, introduces: true }),
        );
    }
}

/// The frame of a whole state, read.
#[divan::bench(args = SIZES)]
fn gossip_frame_read(bencher: Bencher<'_, '_>, nodes: usize) {
    let node = member(nodes, Config::default());
    let envelope = envelope(&node, 1, Message::Gossip { gossip: node.gossip().clone() });
    let mut codec = Codec::default();
    let frame = frame_of(&envelope);
    bencher.bench_local(|| codec.decode(&frame).unwrap());
}
