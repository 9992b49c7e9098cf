//! What a leader's tick costs: `cargo bench -p quorate --bench leading`. Times are of this machine; allocations are the same
//! on every machine.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]

#[allow(dead_code, reason = "here a cluster is formed step by step")]
mod cluster;

use std::sync::Arc;
use std::time::Duration;

use divan::{AllocProfiler, Bencher};
use quorate::{
    AppVersion, Command, Config, Input, InputKind, Instant, MemberStatus, Message, Node, Output, Roles,
    UniqueAddress,
};

use cluster::{envelope, node_of};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [10, 100, 1000];
const TICK: Duration = Duration::from_secs(1);

/// A node of a cluster, and what time it is.
#[derive(Clone)]
struct Bench {
    node: Node,
    now: Instant,
    outputs: Vec<Output>,
}

impl Bench {
    /// The first of so many members, all of which are Up and have seen it. Of its timers only the leader's comes due.
    fn new(nodes: usize) -> Self {
        let mut config = Config::pekko();
        for (name, value) in [
            ("gossip-interval", "100000d"),
            ("unreachable-nodes-reaper-interval", "100000d"),
            ("failure-detector.heartbeat-interval", "100000d"),
            ("failure-detector.expected-response-after", "100000d"),
        ] {
            config.set(name, value).unwrap();
        }
        let node = Node::new(config, node_of(0), 1, Instant::ZERO).unwrap();
        let mut bench = Self { node, now: Instant::ZERO, outputs: Vec::with_capacity(4096) };
        bench.give(InputKind::Command(Command::Join(node_of(0).address)));
        (1..nodes).for_each(|place| bench.joins(place));
        bench.tick();
        bench.all_have_seen();
        assert!(bench.node.gossip().members().iter().all(|member| member.status() == MemberStatus::Up));
        assert!(bench.node.view().is_leader() && bench.node.view().has_convergence(&[]));
        bench
    }

    fn give(&mut self, kind: InputKind) {
        self.outputs.clear();
        self.node.handle_into(Input { now: self.now, wall_ms: 0, kind }, &mut self.outputs);
    }

    fn receive(&mut self, from: usize, message: Message) {
        self.give(InputKind::Received(envelope(&self.node, from, message)));
    }

    fn joins(&mut self, place: usize) {
        let message = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
        self.receive(place, message);
    }

    fn all_have_seen(&mut self) {
        let gossip = self.node.gossip();
        let members: Vec<UniqueAddress> =
            gossip.members().iter().map(|m| m.unique_address().clone()).collect();
        let seen = members.iter().fold((**gossip).clone(), |gossip, node| gossip.with_seen(node));
        self.receive(1, Message::Gossip { gossip: Arc::new(seen) });
    }

    fn tick(&mut self) {
        self.now = self.now + TICK;
        self.give(InputKind::Tick);
    }
}

/// The leader's tick, when there is nothing to do.
#[divan::bench(args = SIZES)]
fn with_nothing_to_do(bencher: Bencher<'_, '_>, nodes: usize) {
    let mut bench = Bench::new(nodes);
    bencher.bench_local(|| {
        bench.tick();
        assert!(bench.outputs.is_empty());
    });
}

/// A tick of a member that does not lead.
#[divan::bench(args = SIZES)]
fn of_another_member(bencher: Bencher<'_, '_>, nodes: usize) {
    let mut bench = Bench::new(nodes);
    bench.give(InputKind::Command(Command::Leave(quorate::Target::Incarnation(node_of(0)))));
    bench.all_have_seen();
    bench.tick();
    bench.all_have_seen();
    assert!(!bench.node.view().is_leader());
    bencher.bench_local(|| {
        bench.tick();
        assert!(bench.outputs.is_empty());
    });
}

/// The leader's tick, when one member becomes Up by it.
#[divan::bench(args = SIZES)]
fn with_one_promotion(bencher: Bencher<'_, '_>, nodes: usize) {
    let mut bench = Bench::new(nodes);
    bench.joins(nodes);
    bench.all_have_seen();
    bencher.with_inputs(|| bench.clone()).bench_local_refs(|bench| {
        bench.tick();
        bench.outputs.len()
    });
}
