//! What two nodes must agree on, one operation at a time: the rows that `values` times and `instructions` counts.

use std::hint::black_box;
use std::sync::Arc;

use quorate::{
    AppVersion, Codec, Command, Config, Destination, Envelope, Gossip, Input, InputKind, Instant, LocalView,
    Member, MemberStatus, Members, Message, NEWEST_FORMAT, Node, NodeKey, Output, Reachability, Repairs,
    Roles, Tombstones, UniqueAddress, VectorClock, internals,
};

/// How many members a cluster has. All of them have a clock entry.
pub(crate) const SIZES: [usize; 3] = [10, 100, 1000];

const EXACT: Repairs = Repairs::none();

/// One operation: made ready for so many members, it can then be done again and again.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// What Apache Pekko Cluster 2.0.0-M4 takes for it on a JVM 17, with 10, 100 and 1,000 members.
    pub(crate) pekko: [&'static str; 3],
    pub(crate) prepare: fn(usize) -> Box<dyn FnMut()>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "merge", pekko: ["5.4 us", "47 us", "1.55 ms"], prepare: merge },
    Operation { name: "encode gossip, first", pekko: ["26 us", "378 us", "5.3 ms"], prepare: encode_gossip },
    Operation { name: "encode gossip, again", pekko: ["26 us", "378 us", "5.3 ms"], prepare: encode_again },
    Operation { name: "decode gossip", pekko: ["20 us", "214 us", "1.6 ms"], prepare: decode_gossip },
    Operation { name: "encode status", pekko: ["3.3 us", "29 us", "187 us"], prepare: encode_status },
    Operation { name: "decode status", pekko: ["2.3 us", "22 us", "350 us"], prepare: decode_status },
    Operation { name: "clocks, equal", pekko: ["0.34 us", "1.4 us", "13.4 us"], prepare: equal_clocks },
    Operation { name: "clocks, shared", pekko: ["0.34 us", "1.4 us", "13.4 us"], prepare: shared_clocks },
    Operation {
        name: "clocks, concurrent",
        pekko: ["0.30 us", "1.5 us", "10.7 us"],
        prepare: concurrent_clocks,
    },
    Operation { name: "convergence, all seen", pekko: ["0.76 us", "4.7 us", "63 us"], prepare: convergence },
    Operation {
        name: "convergence, 9 records",
        pekko: ["2.8 us", "4.1 us", "21 us"],
        prepare: convergence_with_records,
    },
    Operation { name: "diff, one change", pekko: ["1.4 us", "13 us", "295 us"], prepare: diff_of_one_change },
    Operation { name: "diff, no change", pekko: ["-", "-", "-"], prepare: diff_of_no_change },
    Operation { name: "receive the same", pekko: ["-", "-", "some 350 us"], prepare: receive_same },
    Operation { name: "receive concurrent", pekko: ["-", "-", "some 8 ms"], prepare: receive_concurrent },
    Operation { name: "moved, one change", pekko: ["-", "-", "-"], prepare: moved_by_one_change },
    Operation { name: "view of a node", pekko: ["-", "-", "-"], prepare: view_of_a_node },
    Operation { name: "view, saved", pekko: ["-", "-", "-"], prepare: saved_view },
    Operation { name: "view, saved, cloned", pekko: ["-", "-", "-"], prepare: clone_of_a_saved_view },
    Operation { name: "why not converged", pekko: ["-", "-", "-"], prepare: why_not_converged },
    Operation { name: "clone of a node", pekko: ["-", "-", "-"], prepare: clone_node },
];

pub(crate) fn node_of(place: usize) -> UniqueAddress {
    let port = u16::try_from(place).expect("at most 65,535 members") + 1;
    // Random, as a host draws it.
    let uid = internals::mix(place as u64, 7) as i64;
    UniqueAddress::new(quorate::Address::new("n", port).expect("a short name"), uid)
}

fn nodes(count: usize) -> Vec<UniqueAddress> {
    let mut nodes: Vec<UniqueAddress> = (0..count).map(node_of).collect();
    nodes.sort();
    nodes
}

/// All Up, seen by all, everybody in the clock.
fn cluster(count: usize, table: Reachability) -> Gossip {
    let nodes = nodes(count);
    let member = |(place, node): (usize, &UniqueAddress)| {
        let up = i32::try_from(place + 1).expect("a small number");
        Member::with_parts(node.clone(), Roles::default(), AppVersion::default(), up, MemberStatus::Up)
    };
    let members: Vec<Member> = nodes.iter().enumerate().map(member).collect();
    let members = Members::try_from(members).expect("sorted");
    internals::gossip_of_parts(members, table, &nodes, Tombstones::new(), clock(&nodes))
        .expect("observers are members")
}

fn clock(nodes: &[UniqueAddress]) -> VectorClock {
    let mut entries: Vec<(NodeKey, u64)> = nodes.iter().map(|node| (node.key(), 3)).collect();
    entries.sort_unstable();
    VectorClock::try_from(entries).expect("sorted")
}

/// What a member does that begins to leave.
fn leaving(gossip: &Gossip, place: usize) -> Gossip {
    let member = gossip.members().as_slice()[place].with_status(MemberStatus::Leaving).expect("from Up");
    let key = member.key();
    gossip.update(&[member]).bump(key)
}

fn envelope(from: &UniqueAddress, to: &UniqueAddress, message: Message) -> Envelope {
    let cluster = Config::default().cluster_name;
    Envelope { cluster, from: from.clone(), to: Destination::Incarnation(to.clone()), message }
}

fn gossip_envelope(count: usize) -> Envelope {
    let gossip = Arc::new(cluster(count, Reachability::new()));
    envelope(&node_of(0), &node_of(1), Message::Gossip { gossip })
}

fn status_envelope(count: usize) -> Envelope {
    let gossip = cluster(count, Reachability::new());
    let (clock, seen) = (gossip.clock().clone(), gossip.seen_hash());
    envelope(&node_of(0), &node_of(1), Message::GossipStatus { clock, seen })
}

fn merge(count: usize) -> Box<dyn FnMut()> {
    let base = cluster(count, Reachability::new());
    let (a, b) = (leaving(&base, 1), leaving(&base, 3));
    Box::new(move || drop(black_box(black_box(&a).merge(black_box(&b), &EXACT))))
}

fn encode_gossip(count: usize) -> Box<dyn FnMut()> {
    let envelope = gossip_envelope(count);
    Box::new(move || {
        black_box(Codec::default().encode_in(NEWEST_FORMAT, black_box(&envelope)).is_ok());
    })
}

fn encode_again(count: usize) -> Box<dyn FnMut()> {
    let envelope = gossip_envelope(count);
    let mut codec = Codec::default();
    Box::new(move || {
        black_box(codec.encode_in(NEWEST_FORMAT, black_box(&envelope)).is_ok());
    })
}

/// The frame of an envelope in the newest format.
fn frame_of(envelope: &Envelope) -> Vec<u8> {
    let mut codec = Codec::default();
    let mut frames = codec.encode_in(NEWEST_FORMAT, envelope).expect("within its limits");
    frames.next().expect("at least one").to_vec()
}

fn decode(envelope: &Envelope) -> Box<dyn FnMut()> {
    let mut codec = Codec::default();
    let frame = frame_of(envelope);
    Box::new(move || drop(black_box(codec.decode(black_box(&frame)))))
}

fn decode_gossip(count: usize) -> Box<dyn FnMut()> {
    decode(&gossip_envelope(count))
}

fn encode_status(count: usize) -> Box<dyn FnMut()> {
    let envelope = status_envelope(count);
    let mut codec = Codec::default();
    Box::new(move || {
        black_box(codec.encode_in(NEWEST_FORMAT, black_box(&envelope)).is_ok());
    })
}

fn decode_status(count: usize) -> Box<dyn FnMut()> {
    decode(&status_envelope(count))
}

fn compare(a: VectorClock, b: VectorClock) -> Box<dyn FnMut()> {
    Box::new(move || {
        black_box(black_box(&a).compare(black_box(&b)));
    })
}

fn equal_clocks(count: usize) -> Box<dyn FnMut()> {
    compare(clock(&nodes(count)), clock(&nodes(count)))
}

fn shared_clocks(count: usize) -> Box<dyn FnMut()> {
    let clock = clock(&nodes(count));
    compare(clock.clone(), clock)
}

fn concurrent_clocks(count: usize) -> Box<dyn FnMut()> {
    let nodes = nodes(count);
    // The two entries that differ are the last ones, so that nothing ends early.
    let mut keys: Vec<NodeKey> = nodes.iter().map(UniqueAddress::key).collect();
    keys.sort_unstable();
    let base = clock(&nodes);
    compare(base.increment(keys[count - 1]), base.increment(keys[count - 2]))
}

fn converged(gossip: Gossip) -> Box<dyn FnMut()> {
    let me = node_of(0);
    Box::new(move || {
        let view = LocalView::new(black_box(&gossip), &me, "default", &EXACT);
        black_box(view.has_convergence(&[]));
    })
}

fn convergence(count: usize) -> Box<dyn FnMut()> {
    converged(cluster(count, Reachability::new()))
}

fn convergence_with_records(count: usize) -> Box<dyn FnMut()> {
    let nodes = nodes(count);
    let observers = nodes[..9].iter();
    let table = observers.fold(Reachability::new(), |table, observer| table.unreachable(observer, &nodes[9]));
    converged(cluster(count, table))
}

fn diff(old: Gossip, new: Gossip) -> Box<dyn FnMut()> {
    let (old, new, me) = (Arc::new(old), Arc::new(new), node_of(0));
    Box::new(move || {
        drop(black_box(internals::diff(black_box(&old), black_box(&new), &me, "default", &EXACT)));
    })
}

fn diff_of_one_change(count: usize) -> Box<dyn FnMut()> {
    let old = cluster(count, Reachability::new());
    let new = leaving(&old, 3);
    diff(old, new)
}

fn diff_of_no_change(count: usize) -> Box<dyn FnMut()> {
    let gossip = cluster(count, Reachability::new());
    diff(gossip.clone(), gossip)
}

fn input(kind: InputKind) -> Input {
    Input { now: Instant::ZERO, wall_ms: 0, kind }
}

/// The first node, which has been told by the second of a cluster.
fn member(count: usize) -> (Node, Arc<Gossip>) {
    let (me, other) = (node_of(0), node_of(1));
    let mut node = Node::new(Config::pekko(), me.clone(), 1, Instant::ZERO).expect("a sound configuration");
    node.handle(input(InputKind::Command(Command::Join(other.address.clone()))));
    let gossip = Arc::new(cluster(count, Reachability::new()));
    let welcome = envelope(&other, &me, Message::Welcome { gossip: gossip.clone() });
    node.handle(input(InputKind::Received(welcome)));
    assert_eq!(node.gossip().members().len(), count);
    (node, gossip)
}

fn receive_same(count: usize) -> Box<dyn FnMut()> {
    let (mut node, _) = member(count);
    let same = envelope(&node_of(1), &node_of(0), Message::Gossip { gossip: node.gossip().clone() });
    let mut outputs: Vec<Output> = Vec::with_capacity(16);
    Box::new(move || {
        outputs.clear();
        node.handle_into(input(InputKind::Received(same.clone())), &mut outputs);
        black_box(outputs.len());
    })
}

/// With a clone of the node, which is measured by itself too: the state changes.
fn receive_concurrent(count: usize) -> Box<dyn FnMut()> {
    let (mut node, gossip) = member(count);
    let leave = Command::Leave(quorate::Target::Address(node_of(0).address));
    node.handle(input(InputKind::Command(leave)));
    let gossip = Arc::new(leaving(&gossip, 3));
    let frame = frame_of(&envelope(&node_of(1), &node_of(0), Message::Gossip { gossip }));
    let mut codec = Codec::default();
    let mut outputs: Vec<Output> = Vec::with_capacity(16);
    Box::new(move || {
        outputs.clear();
        let mut node = node.clone();
        let envelope = codec.decode(black_box(&frame)).expect("just encoded").expect("a whole message");
        node.handle_into(input(InputKind::Received(envelope)), &mut outputs);
        black_box(outputs.len());
    })
}

/// OBS-15: what is put out of a change besides its events.
fn moved_by_one_change(count: usize) -> Box<dyn FnMut()> {
    let old = cluster(count, Reachability::new());
    let new = leaving(&old, 3);
    Box::new(move || drop(black_box(internals::moved(black_box(&old), black_box(&new)))))
}

fn view_of_a_node(count: usize) -> Box<dyn FnMut()> {
    let (node, _) = member(count);
    Box::new(move || {
        black_box(black_box(&node).view());
    })
}

fn saved_view(count: usize) -> Box<dyn FnMut()> {
    let (node, _) = member(count);
    Box::new(move || drop(black_box(black_box(&node).view().save())))
}

fn clone_of_a_saved_view(count: usize) -> Box<dyn FnMut()> {
    let saved = member(count).0.view().save();
    Box::new(move || drop(black_box(black_box(&saved).clone())))
}

fn why_not_converged(count: usize) -> Box<dyn FnMut()> {
    let (node, _) = member(count);
    Box::new(move || drop(black_box(black_box(&node).why(&quorate::Question::NotConverged))))
}

fn clone_node(count: usize) -> Box<dyn FnMut()> {
    let (node, _) = member(count);
    Box::new(move || drop(black_box(black_box(&node).clone())))
}
