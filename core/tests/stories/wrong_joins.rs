//! Joins that can't work: each says why, changes nothing, and none waits for ever without a word.

use quorate::{
    AppVersion, Command, Config, DecodeError, Destination, Envelope, Field, IgnoreReason, InputKind,
    JoinConfig, JoinRefusal, Message, MessageKind, Node, Output, Roles, StopReason, UniqueAddress, Warning,
};

use crate::cluster::{Cluster, address, join, rejection};

/// What a node says to one input, in short: what it sends, why it ignores something, what it warns of.
fn said(outputs: &[Output]) -> String {
    let said = outputs.iter().filter_map(|output| match output {
        Output::Send(envelope) => Some(format!("sends {:?}", envelope.message.kind())),
        Output::Ignored { why, .. } => {
            Some(format!("{why:?}").split(' ').next().unwrap_or_default().to_owned())
        }
        Output::Warned(warning) => Some(format!("warns {}", warning.name())),
        _ => None,
    });
    said.collect::<Vec<_>>().join(", ")
}

/// A `Join` that is none, from z to a member; gives back what that says. It changes nothing.
fn wrong(cluster: &mut Cluster, input: InputKind) -> String {
    let before = (cluster.nodes["a"].gossip().clone(), cluster.nodes["a"].revision());
    let said = said(&cluster.give("a", input));
    assert_eq!((cluster.nodes["a"].gossip().clone(), cluster.nodes["a"].revision()), before);
    said
}

fn envelope(cluster: &str, from: UniqueAddress, to: Destination) -> InputKind {
    InputKind::Received(Envelope { cluster: cluster.into(), from, to, message: join() })
}

/// JOIN-71, CFG-23: joins of another cluster, for another incarnation, unreadable (an impossible version, an absurd list of roles; the codec says so).
#[test]
fn a_join_that_is_none_changes_nothing_and_is_counted() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let z = UniqueAddress::new(address("z"), 1);
    let to_a = Destination::Address(address("a"));
    assert_eq!(
        wrong(&mut cluster, envelope("other", z.clone(), to_a.clone())),
        "OtherCluster, sends InitJoinNack"
    );
    let foreign = Destination::Incarnation(UniqueAddress::new(address("a"), 99));
    assert_eq!(wrong(&mut cluster, envelope("quorate", z.clone(), foreign)), "NotForMe");
    let error = DecodeError::Malformed { field: Field::Message };
    let unreadable = InputKind::Undecodable { from: Some(z.address.clone()), error };
    assert_eq!(wrong(&mut cluster, unreadable), "Undecodable(Malformed");
    cluster.give("a", envelope("quorate", z, to_a));
    assert!(cluster.view("a").ends_with("z joining"));
}

/// REP-31: a tombstone is of one incarnation: a later one at its address is let in, and the removed one told that it was removed.
#[test]
fn a_tombstone_keeps_out_one_incarnation_only() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("repairs.join-checks-tombstones", "on")]);
    cluster.leave("b", "b");
    cluster.run_secs(5);
    cluster.finish_exit("b");
    cluster.run_secs(5);
    assert_eq!(cluster.view("a"), "a up");
    let to_a = Destination::Address(address("a"));
    let b = |uid| UniqueAddress::new(address("b"), uid);
    let refused = wrong(&mut cluster, envelope("quorate", b(1), to_a.clone()));
    assert_eq!(refused, "JoinRefused(Removed), sends JoinRefused");
    cluster.give("a", envelope("quorate", b(2), to_a));
    assert_eq!(cluster.view("a"), "a up, b joining");
}

/// JOIN-20, JOIN-92: of two commands to join the later counts: who was asked first is not listened to any more.
#[test]
fn of_two_joins_at_once_the_later_counts() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    cluster.start("p");
    cluster.join("p", "p");
    cluster.start("z");
    cluster.cut_pair("a", "z");
    cluster.cut_pair("p", "z");
    cluster.join("z", "a");
    cluster.join("z", "p");
    cluster.cut.clear();
    let z = cluster.nodes["z"].unique_address().clone();
    let with_z = |cluster: &Cluster, name: &str| {
        let joining = quorate::Member::joining(z.clone(), Roles::default(), AppVersion::default());
        Message::Welcome { gossip: cluster.nodes[name].gossip().add(joining).into() }
    };
    let (from_a, from_p) = (with_z(&cluster, "a"), with_z(&cluster, "p"));
    let late = cluster.receive("z", "a", from_a);
    assert_eq!(said(&late), "NotJoined");
    assert_eq!(cluster.view("z"), "");
    cluster.receive("z", "p", from_p);
    assert_eq!(cluster.view("z"), "p up, z joining");
    let third = cluster.join("z", "a");
    assert!(matches!(rejection(&third), Some(quorate::Rejection::AlreadyMember)));
}

/// JOIN-59, JOIN-50, JOIN-61, JOIN-16: seed nodes that are strangers - of another cluster, or nobody - let nobody in, and whoever asks them warns
/// again and again, or gives up when it is to.
#[test]
fn who_asks_strangers_says_so_for_as_long_as_it_asks() {
    let mut cluster = Cluster::new(&[("cluster-name", "other")]);
    cluster.start("s");
    cluster.join("s", "s");
    let before = cluster.nodes["s"].gossip().clone();
    cluster.config = Config::pekko().into();
    cluster.start("z");
    cluster.command("z", Command::JoinSeedNodes(["s", "nobody"].map(address).to_vec()));
    let warnings = |cluster: &Cluster, of: fn(&Warning) -> bool| {
        cluster.outputs.iter().filter(|(_, output)| matches!(output, Output::Warned(w) if of(w))).count()
    };
    for minutes in 1..=5 {
        cluster.run_secs(60);
        let told = warnings(&cluster, |warning| matches!(warning, Warning::NoSeedNodeAnswers { .. }));
        assert_eq!(told, minutes * 12 - 1);
    }
    assert!(cluster.told("s", |o| matches!(o, Output::Ignored { why: IgnoreReason::OtherCluster, .. })));
    let told_why = |cluster: &Cluster, name: &str| {
        cluster.outputs.iter().any(|(at, output)| {
            let from_s = |from: &UniqueAddress| from.address == address("s");
            at == name && matches!(output, Output::Ignored { from: Some(from), why: IgnoreReason::OtherCluster, .. } if from_s(from))
        })
    };
    assert!(told_why(&cluster, "z"), "and who asks hears that they are of another cluster");
    assert_eq!(*cluster.nodes["s"].gossip(), before);
    // By address, and with a limit.
    cluster.start("x");
    cluster.join("x", "s");
    cluster.run_secs(61);
    assert_eq!(warnings(&cluster, |warning| matches!(warning, Warning::JoinTimedOut { .. })), 6);
    assert!(told_why(&cluster, "x"));
    let mut config = Config::pekko();
    config.set("shutdown-after-unsuccessful-join-seed-nodes", "1m").unwrap();
    cluster.config = config.into();
    cluster.start("y");
    cluster.command("y", Command::JoinSeedNodes(["s", "nobody"].map(address).to_vec()));
    cluster.run_secs(60);
    assert_eq!(cluster.stopped("y"), Some(StopReason::JoinUnsuccessful));
    assert!(cluster.told("y", |output| matches!(output, Output::Warned(Warning::JoinGivenUp { .. }))));
}

/// JOIN-64: a node that is told never to ask again says at its start that it may wait for ever.
#[test]
fn a_node_that_never_asks_again_says_so_at_its_start() {
    let mut cluster = Cluster::new(&[("retry-unsuccessful-join-after", "off")]);
    cluster.start("z");
    cluster.join("z", "nobody");
    cluster.run_secs(600);
    let warned: Vec<String> = cluster
        .outputs
        .iter()
        .filter_map(|(_, output)| match output {
            Output::Warned(Warning::UnwiseSetting(warning)) => Some(warning.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(
        warned,
        ["`retry-unsuccessful-join-after` is off: a node whose request or its answer is lost waits for ever",]
    );
}

/// JOIN-12, SBR-9: whoever is to decide about unreachable members is there from the start, before anything is joined; a node whose own can't
/// work does not come into being.
#[test]
fn no_node_comes_into_being_without_its_resolver() {
    let node = || UniqueAddress::new(address("a"), 1);
    let mut config = Config::default();
    config.set("sbr.strategy", "static-quorum").unwrap();
    let errors = Node::new(config.clone(), node(), 1, quorate::Instant::ZERO).unwrap_err();
    assert!(errors.to_string().contains("sbr.static-quorum.quorum-size"), "{errors}");
    config.set("sbr.static-quorum.quorum-size", "1").unwrap();
    let node = Node::new(config, node(), 1, quorate::Instant::ZERO).unwrap();
    assert_eq!(node.would_decide(), None);
}

/// One of each kind, of a node z that is no member, with a state that holds z and b.
fn messages(cluster: &Cluster) -> Vec<Message> {
    let state = cluster.nodes["a"].gossip();
    let with = |state: &quorate::Gossip, name: &str| {
        let node = UniqueAddress::new(address(name), 1);
        state.add(quorate::Member::joining(node, Roles::default(), AppVersion::default()))
    };
    let gossip = std::sync::Arc::new(with(&with(state, "z"), "n"));
    let founder = cluster.nodes["a"].unique_address().clone();
    let (clock, seen, content, sent_at) = (gossip.clock().clone(), 1, 2, cluster.now);
    vec![
        Message::InitJoin { attempt: 1, config: JoinConfig::empty() },
        Message::InitJoinAck {
            attempt: 7,
            address: address("z"),
            verdict: quorate::ConfigVerdict::Unchecked,
        },
        Message::InitJoinNack { attempt: 7, address: address("z") },
        join(),
        Message::Welcome { gossip: gossip.clone() },
        Message::JoinRefused { why: JoinRefusal::Full },
        Message::Heartbeat { sequence: 1, sent_at },
        Message::HeartbeatReply { sequence: 1, sent_at },
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

/// JOIN-9, JOIN-8, GSP-3, and the message matrix (part 02, section 1.3): every message of a stranger is answered or counted in every phase, and none
/// ends a node or escapes as an error.
#[test]
fn every_message_is_answered_or_counted_in_every_phase() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.start("n");
    let messages = messages(&cluster);
    let kinds: Vec<MessageKind> = messages.iter().map(Message::kind).collect();
    assert_eq!(kinds.len(), MessageKind::COUNT);
    let table: Vec<String> = messages
        .into_iter()
        .map(|message| {
            let mut cells = Vec::new();
            for phase in ["uninitialized", "trying", "initialized"] {
                let mut cluster = Cluster::formed(&["a", "b"], &[]);
                cluster.start("n");
                if phase == "trying" {
                    cluster.join("n", "nobody");
                }
                let name = if phase == "initialized" { "a" } else { "n" };
                let outputs = cluster.receive(name, "z", message.clone());
                assert!(
                    !outputs.is_empty() || message.kind() == MessageKind::ExitingConfirmed,
                    "{message:?}"
                );
                assert!(!cluster.nodes[name].is_stopped());
                cells.push(said(&outputs));
            }
            format!("{:?}: {}", message.kind(), cells.join(" | "))
        })
        .collect();
    let expected = [
        "InitJoin: sends InitJoinNack | sends InitJoinNack | sends InitJoinAck",
        "InitJoinAck: StaleAnswer | StaleAnswer | AlreadyMember",
        "InitJoinNack: StaleAnswer | StaleAnswer | AlreadyMember",
        "Join: NotMember | NotMember | sends Welcome",
        "Welcome: sends Gossip | NotJoined | AlreadyMember",
        "JoinRefused: Refused(Full) | Refused(Full) | AlreadyMember",
        "Heartbeat: sends HeartbeatReply | sends HeartbeatReply | sends HeartbeatReply",
        "HeartbeatReply: NotAsked | NotAsked | NotAsked",
        "Gossip: NotMember | NotMember | UnknownSender",
        "GossipStatus: NotMember | NotMember | UnknownSender",
        // LDR-34: it is kept until the next leader tick, and forgotten there.
        "ExitingConfirmed: NotMember | NotMember | ",
        "WelcomeTo: sends Gossip | NotJoined | AlreadyMember",
        "Introduction: NotMember | NotMember | UnknownSender",
        "ContentStatus: NotMember | NotMember | UnknownSender",
        "Removed: UnknownSender | UnknownSender | UnknownSender",
        "Quarantined: NotMember | NotMember | warns quarantined-by",
    ];
    assert_eq!(table, expected);
}
