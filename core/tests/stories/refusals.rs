//! `core/spec/refusals.md`: every way in which a node or its codec refuses what it is given, with the output that it gives. The page is made here.

use std::fmt::Write;
use std::sync::Arc;

use quorate::{
    AppVersion, Codec, Command, DecodeError, Destination, Envelope, Gossip, InputKind, JoinRefusal, Limits,
    Message, Output, UniqueAddress,
};

use crate::cluster::{Cluster, address, join, joining, node};

const PAGE: &str = include_str!("../../spec/refusals.md");
const HEAD: &str = "# Refusals, each with an example\n\n\
    What a node, or the codec before it, refuses, and what it says. A refused input leaves the state as it was. This page is made by\n\
    `QUORATE_RECORD=1 cargo test -p quorate --test stories refusals`, which provokes each of them.\n";

/// Three members; d is no member and is told to join nobody.
fn three() -> Cluster {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("repairs.all", "on")]);
    cluster.start("d");
    cluster
}

/// A gossip in b's name that is a's state with something changed.
fn gossip(cluster: &Cluster, change: impl FnOnce(Gossip) -> Gossip) -> Message {
    let state = (**cluster.nodes["a"].gossip()).clone();
    let told = change(state).bump(node("b").key()).only_seen(&node("b"));
    Message::Gossip { gossip: Arc::new(told) }
}

fn envelope(cluster: &str, to: Destination, message: Message) -> Envelope {
    Envelope { cluster: cluster.into(), from: node("b"), to, message }
}

/// What happens, and what the node says to it.
type Example = (&'static str, fn(&mut Cluster) -> Vec<Output>);

fn messages() -> Vec<Example> {
    vec![
        ("a frame that the codec could not read", |all| {
            all.give("a", InputKind::Undecodable { from: None, error: DecodeError::NotAFrame })
        }),
        ("a message of a cluster of another name", |all| {
            let to = Destination::Address(address("a"));
            all.give("a", InputKind::Received(envelope("other", to, Message::ExitingConfirmed)))
        }),
        ("a message for an earlier incarnation at this address", |all| {
            let to = Destination::Incarnation(UniqueAddress::new(address("a"), 99));
            all.give("a", InputKind::Received(envelope("quorate", to, Message::ExitingConfirmed)))
        }),
        ("a message for members, to a node that is none yet", |all| {
            all.receive("d", "a", Message::ExitingConfirmed)
        }),
        ("a welcome, to a member", |all| {
            let gossip = all.nodes["a"].gossip().clone();
            all.receive("b", "a", Message::Welcome { gossip })
        }),
        ("a gossip of a stranger", |all| {
            let told = gossip(all, |state| state);
            all.receive("a", "x", told)
        }),
        ("a gossip of a member that this node does not hear", |all| {
            all.cut_pair("a", "b");
            all.run_secs(10);
            let told = gossip(all, |state| state);
            all.receive("a", "b", told)
        }),
        ("a gossip that does not hold this node", |all| {
            let told = gossip(all, |state| state.remove(&[node("a")], 0));
            all.receive("a", "b", told)
        }),
        ("an answer to a question that was never asked", |all| {
            all.receive("d", "b", Message::InitJoinNack { attempt: 1, address: address("b") })
        }),
        ("a welcome of a node that was not asked to join", |all| {
            all.cut_pair("a", "d");
            all.join("d", "a");
            let gossip = all.nodes["a"].gossip().clone();
            all.receive("d", "b", Message::Welcome { gossip })
        }),
        ("a heartbeat reply that was not asked for", |all| {
            all.receive("a", "x", Message::HeartbeatReply { sequence: 1, sent_at: all.now })
        }),
        ("a message of an incarnation that was removed", |all| {
            remove_c(all);
            let told = gossip(all, |state| state);
            all.receive("a", "c", told)
        }),
        ("a gossip that waited at the host for longer than `gossip-time-to-live`", |all| {
            let at = all.now;
            let told = gossip(all, |state| state);
            let envelope = envelope("quorate", Destination::Incarnation(node("a")), told);
            all.now = at + std::time::Duration::from_secs(3);
            all.give("a", InputKind::ReceivedEarlier { envelope, at })
        }),
        ("a message of an incarnation that is quarantined", |all| {
            *all = Cluster::formed(&["a", "b", "c"], &[]);
            remove_c(all);
            all.run_secs(6);
            all.receive("a", "c", Message::ExitingConfirmed)
        }),
        ("the host gives up a node that is no member", |all| {
            all.give("a", InputKind::Quarantined { node: node("x") })
        }),
        ("a verdict of the host, where no failure detector is `external`", |all| {
            all.give("a", InputKind::Verdict { address: address("c"), is_available: false })
        }),
        ("a join of an incarnation that was removed, without the repair `removed-notice`", |all| {
            let settings = [("repairs.join-checks-tombstones", "on")];
            *all = Cluster::formed(&["a", "b", "c"], &settings);
            remove_c(all);
            all.run_secs(1);
            all.receive("a", "c", join())
        }),
        ("a refusal, to the node that joins", |all| {
            all.cut_pair("a", "d");
            all.join("d", "a");
            all.receive("d", "a", Message::JoinRefused { why: JoinRefusal::EarlierIncarnation })
        }),
        ("a join at a node that has as many members as it may", |_| {
            let mut full = Cluster::formed(&["a", "b"], &[("limits.members", "2")]);
            full.receive("a", "x", join())
        }),
        ("a gossip with more members than `limits.members`", |_| {
            let mut full = Cluster::formed(&["a", "b"], &[("limits.members", "2")]);
            let told = gossip(&full, |state| state.add(joining("x")));
            full.receive("a", "b", told)
        }),
        ("a gossip with more removed members than `limits.tombstones`", |_| {
            let mut full = Cluster::formed(&["a", "b"], &[("limits.tombstones", "1")]);
            let told = gossip(&full, |state| state.remove(&[node("x"), node("y")], 1));
            full.receive("a", "b", told)
        }),
        ("a gossip with more observations than `limits.observations`", |_| {
            let mut full = Cluster::formed(&["a", "b"], &[("limits.observations", "1")]);
            let told = gossip(&full, |state| {
                let table = state.reachability().unreachable(&node("b"), &node("x"));
                let table = table.unreachable(&node("b"), &node("y"));
                state.with_reachability(table)
            });
            full.receive("a", "b", told)
        }),
        ("a gossip that more strangers have seen than there may be members", |_| {
            let mut full = Cluster::formed(&["a", "b"], &[("limits.members", "2")]);
            let state = full.nodes["a"].gossip().bump(node("b").key()).only_seen(&node("b"));
            let seen = ["x", "y", "z"].iter().fold(state, |state, name| state.with_seen(&node(name)));
            full.receive("a", "b", Message::Gossip { gossip: Arc::new(seen) })
        }),
        ("a stranger's exit, when there are as many confirmed exits as there may be members", |_| {
            let mut full = Cluster::formed(&["a", "b"], &[("limits.members", "2")]);
            for name in ["x", "y"] {
                full.receive("a", name, Message::ExitingConfirmed);
            }
            full.receive("a", "z", Message::ExitingConfirmed)
        }),
        ("a gossip whose clock counts changes of a node that never was", |all| {
            let told = gossip(all, |state| state.bump(node("nobody").key()));
            all.receive("a", "b", told)
        }),
        ("a confirmed exit in the name of the node that hears it", |all| {
            all.receive("a", "a", Message::ExitingConfirmed)
        }),
        ("the host has finished the work of a node that was downed meanwhile", |all| {
            all.leave("c", "c");
            all.run_secs(4);
            all.down("c", "a");
            all.finish_exit("c")
        }),
    ]
}

/// c leaves in good order.
fn remove_c(cluster: &mut Cluster) {
    cluster.leave("c", "c");
    cluster.run_secs(4);
    cluster.finish_exit("c");
    cluster.run_secs(2);
}

fn commands() -> Vec<Example> {
    vec![
        ("join, told to a member", |all| all.join("a", "b")),
        ("leave, told to a node that is no member", |all| all.leave("a", "d")),
        ("join seed nodes, without any", |all| all.command("d", Command::JoinSeedNodes(Vec::new()))),
        ("join a host of a name that not everybody can resolve", |all| all.join("d", "in_valid")),
        ("down a node that is no member", |all| all.down("x", "a")),
        ("leave, told to a member that is leaving", |all| {
            all.leave("c", "c");
            all.leave("c", "c")
        }),
        ("set the version of the application a second time", |all| {
            let set = || Command::SetAppVersion(AppVersion::default());
            all.command("d", set());
            all.command("d", set())
        }),
        ("prepare for shutdown, for the second time", |all| {
            all.command("a", Command::PrepareForShutdown);
            all.command("a", Command::PrepareForShutdown)
        }),
        ("prepare for shutdown, where nobody is Up", |_| {
            let mut cluster = Cluster::new(&[("repairs.all", "on"), ("min-nr-of-members", "2")]);
            cluster.start("a");
            cluster.join("a", "a");
            cluster.command("a", Command::PrepareForShutdown)
        }),
    ]
}

/// Bytes, and what the codec says to them.
fn frames() -> Vec<(&'static str, DecodeError)> {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let small = limits(|limits| limits.frame_bytes = 64);
    let heartbeat = envelope(
        "quorate",
        Destination::Incarnation(node("a")),
        Message::Heartbeat { sequence: 1, sent_at: quorate::Instant::ZERO },
    );
    let frame = |limits| Codec::new(limits).encode(&heartbeat).unwrap().next().unwrap().to_vec();
    let good = frame(Limits::default());
    let read = |bytes: &[u8]| Codec::default().decode(bytes).unwrap_err();
    let changed = |change: fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        read(&sealed(bytes))
    };
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let long = {
        let state = (0..40).fold(Gossip::new(), |state, number| state.add(joining(&format!("n{number}"))));
        let welcome = Message::Welcome { gossip: Arc::new(state) };
        let welcome = envelope("quorate", Destination::Incarnation(node("a")), welcome);
        let part = limits(|limits| limits.frame_bytes = 200);
        let parts: Vec<Vec<u8>> = Codec::new(part).encode(&welcome).unwrap().map(<[u8]>::to_vec).collect();
        let mut codec = Codec::new(limits(|limits| limits.message_bytes = 300));
        parts.iter().find_map(|part| codec.decode(part).err()).unwrap()
    };
    vec![
        ("a frame over `limits.frame-bytes`", Codec::new(small).decode(&[0; 65]).unwrap_err()),
        ("bytes that are no frame", read(b"GET / HTTP/1.1")),
        ("a frame of a later format", changed(|bytes| bytes[1] = bytes[1] & !0x3f | 9)),
        ("a frame of which a bit was changed on its way", read(&damaged)),
        ("an extension that must be understood", changed(with_extension)),
        (
            "a message of a kind that there is not",
            changed(|bytes| *bytes.iter_mut().nth_back(2).unwrap() = 99),
        ),
        ("a frame that ends within a field", changed(|bytes| bytes.truncate(12))),
        ("a frame with something behind the message", changed(|bytes| bytes.extend([1, 2, 3]))),
        ("parts of a message over `limits.message-bytes`", long),
    ]
}

/// FRM-2: an extension with a tag above 0x80, and nothing in it.
fn with_extension(bytes: &mut Vec<u8>) {
    bytes[1] |= 0x40;
    bytes.splice(6..6, [2, 0xc0, 0]);
}

/// FRM-1: with the checksum that its bytes come to.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&bytes[..2]);
    crc.update(&bytes[6..]);
    bytes[2..6].copy_from_slice(&crc.finalize().to_le_bytes());
    bytes
}

fn refusal(outputs: &[Output]) -> Option<String> {
    outputs.iter().find_map(|output| match output {
        Output::Ignored { why, .. } => Some(format!("Ignored: {why:?}")),
        Output::Rejected { why, .. } => Some(format!("Rejected: {why:?}")),
        _ => None,
    })
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (title, examples) in [("What arrives at a node", messages()), ("Commands", commands())] {
        write!(page, "\n## {title}\n\n| what | output |\n|---|---|\n").unwrap();
        for (what, provoke) in examples {
            let said = refusal(&provoke(&mut three())).unwrap_or_else(|| panic!("{what} is not refused"));
            writeln!(page, "| {what} | `{said}` |").unwrap();
        }
    }
    write!(page, "\n## Frames\n\n| what | error | as text |\n|---|---|---|\n").unwrap();
    for (what, error) in frames() {
        let name = format!("{error:?}");
        writeln!(page, "| {what} | `{name}` | {error} |").unwrap();
    }
    page
}

/// FRM-3, FRM-30, JOIN-71, GSP-69: each refusal is provoked, and the page says what came of it.
#[test]
fn refusals_are_what_the_page_says() {
    let page = page();
    if std::env::var_os("QUORATE_RECORD").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/spec/refusals.md"), &page).unwrap();
        return;
    }
    assert_eq!(page, PAGE, "record it anew: QUORATE_RECORD=1 cargo test -p quorate --test stories refusals");
}
