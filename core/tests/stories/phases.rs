//! What a node does with what it hears before it is in a cluster, while it tries to get in, and once it is in.

use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Address, AppVersion, Command, JoinConfig, Message, MessageKind, Output, Phase, Rejection, Roles,
    StopReason, Timer,
};

use crate::cluster::{Cluster, address, rejection};

fn sent_kinds(outputs: &[Output]) -> Vec<MessageKind> {
    let sent = outputs.iter().filter_map(|output| match output {
        Output::Send(envelope) => Some(envelope.message.kind()),
        _ => None,
    });
    sent.collect()
}

fn ask(cluster: &mut Cluster, name: &str) -> Vec<MessageKind> {
    let question = Message::InitJoin { attempt: 1, config: JoinConfig::empty() };
    sent_kinds(&cluster.receive(name, "z", question))
}

/// JOIN-1, JOIN-2, JOIN-57, JOIN-58: in every phase a node says whether it can be joined, whoever asks, and nothing changes by it.
#[test]
fn a_node_says_in_every_phase_whether_it_can_be_joined() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    assert_eq!(*cluster.nodes["b"].phase(), Phase::Uninitialized);
    assert_eq!(ask(&mut cluster, "b"), [MessageKind::InitJoinNack]);
    cluster.join("b", "a");
    assert_eq!(*cluster.nodes["b"].phase(), Phase::TryingToJoin { join_with: address("a") });
    assert_eq!(ask(&mut cluster, "b"), [MessageKind::InitJoinNack]);
    assert!(cluster.nodes["b"].gossip().members().is_empty());
    cluster.start("a");
    cluster.join("a", "a");
    cluster.run_secs(11);
    assert_eq!(*cluster.nodes["b"].phase(), Phase::Initialized);
    let revision = cluster.nodes["b"].revision();
    assert_eq!(ask(&mut cluster, "b"), [MessageKind::InitJoinAck]);
    cluster.leave("b", "a");
    assert_eq!(ask(&mut cluster, "b"), [MessageKind::InitJoinAck]);
    assert!(cluster.nodes["b"].revision() > revision);
}

/// JOIN-5, JOIN-6, JOIN-7, GSP-1, GSP-2: before it joins, a node answers heartbeats and sends nothing of its own, however long it waits.
#[test]
fn a_node_that_has_not_joined_answers_heartbeats_and_sends_none() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    cluster.run_secs(30);
    assert_eq!(cluster.outputs, []);
    let heartbeat = Message::Heartbeat { sequence: 4, sent_at: cluster.now };
    assert_eq!(sent_kinds(&cluster.receive("a", "b", heartbeat)), [MessageKind::HeartbeatReply]);
}

/// JOIN-6, JOIN-7, JOIN-96, GSP-1: the first gossip and the first heartbeats wait for the initial delay, heartbeats from joining on.
#[test]
fn the_first_periodic_work_waits_for_the_initial_delay() {
    let mut cluster = Cluster::new(&[("periodic-tasks-initial-delay", "3s"), ("gossip-interval", "200ms")]);
    cluster.start("a");
    cluster.start("b");
    cluster.join("a", "a");
    cluster.run_secs(2);
    cluster.join("b", "a");
    cluster.outputs.clear();
    cluster.run(Duration::from_millis(999));
    assert_eq!(cluster.sent("a", |_| true), [""; 0]);
    cluster.run(Duration::from_millis(1));
    assert!(
        !cluster.sent("a", |m| matches!(m, Message::Gossip { .. } | Message::GossipStatus { .. })).is_empty()
    );
    cluster.outputs.clear();
    cluster.run_secs(2);
    assert_eq!(cluster.sent("b", |m| matches!(m, Message::Heartbeat { .. })), ["a"]);
}

/// JOIN-70, JOIN-78, JOIN-82, JOIN-83: any member lets anybody in, also one that is itself still joining; roles are taken as sent.
#[test]
fn a_joining_member_lets_others_in() {
    let mut cluster = Cluster::new(&[("min-nr-of-members", "9")]);
    for name in ["a", "b"] {
        cluster.start(name);
        cluster.join(name, "a");
    }
    assert_eq!(cluster.view("b"), "a joining, b joining");
    cluster.start("z");
    let roles = Roles::new(["web".into(), "dc-default".into()]).unwrap();
    let join = Message::Join { roles: roles.clone(), app_version: "3.1".parse().unwrap() };
    cluster.receive("b", "z", join);
    let members = cluster.nodes["b"].gossip().members();
    let newcomer = members.first_at(&address("z")).unwrap();
    assert_eq!((newcomer.roles(), newcomer.app_version().as_str()), (&roles, "3.1"));
}

/// JOIN-94, LIFE-30: a node that is welcomed as Down is a member all the same, and ends at its next leader tick.
#[test]
fn a_node_that_is_welcomed_as_down_ends() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    cluster.start("b");
    let b = cluster.nodes["b"].unique_address().clone();
    let joining = quorate::Member::joining(b.clone(), Roles::default(), AppVersion::default());
    let with = cluster.nodes["a"].gossip().add(joining);
    let down = with.mark_down(with.member(&b).unwrap()).unwrap();
    cluster.receive("b", "a", Message::Welcome { gossip: Arc::new(down) });
    assert_eq!(cluster.view("b"), "a up, b down");
    cluster.run_secs(2);
    assert_eq!(cluster.stopped("b"), Some(StopReason::Downed));
}

/// JOIN-23, JOIN-65: one `Join` for each attempt; attempts follow each other without end and without a longer wait.
#[test]
fn attempts_follow_each_other_at_one_pace() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("b");
    cluster.join("b", "a");
    cluster.run_secs(305);
    assert_eq!(cluster.sent("b", |message| matches!(message, Message::Join { .. })).len(), 31);
}

/// JOIN-46: one seed node that can be joined is enough to keep the first of the list from founding a cluster.
#[test]
fn one_acknowledgment_is_enough_for_the_first_seed() {
    let mut cluster = Cluster::formed(&["b"], &[]);
    cluster.start("a");
    let seeds: Vec<Address> = ["a", "silent", "b"].map(address).to_vec();
    cluster.command("a", Command::JoinSeedNodes(seeds));
    cluster.run_secs(20);
    assert_eq!(cluster.view("a"), "a up, b up");
    assert_eq!(cluster.events("a").matches("leader=a").count(), 1);
}

/// JOIN-17: once a node is in, the deadline for getting in is gone.
#[test]
fn the_deadline_is_gone_once_the_node_is_in() {
    let mut cluster = Cluster::formed(&["a"], &[("shutdown-after-unsuccessful-join-seed-nodes", "20s")]);
    cluster.start("b");
    cluster.command("b", Command::JoinSeedNodes([address("a")].into()));
    let waits_to_get_in = |cluster: &Cluster| {
        let due = cluster.nodes["b"].view().deadlines();
        due.iter().any(|one| matches!(one.timer, Timer::SeedNodesDeadline | Timer::JoinAttempt))
    };
    assert_eq!((cluster.view("b"), waits_to_get_in(&cluster)), ("a up, b joining".into(), false));
    cluster.run_secs(60);
    assert_eq!((cluster.stopped("b"), cluster.view("b")), (None, "a up, b up".into()));
}

/// API-3, API-10, API-11, MDL-4: a host with `_` in its last part can't be joined, alone or in a list; nothing is sent.
#[test]
fn a_host_that_cannot_be_joined_is_refused() {
    let mut cluster = Cluster::new(&[]);
    cluster.start("a");
    for command in [
        Command::Join(address("in_valid")),
        Command::JoinSeedNodes([address("b"), address("invalid._org")].into()),
    ] {
        let outputs = cluster.command("a", command);
        assert!(matches!(rejection(&outputs), Some(Rejection::HostCannotBeJoined { .. })), "{outputs:?}");
    }
    assert_eq!(cluster.sent("a", |_| true), [""; 0]);
    for command in
        [Command::Join(address("is_valid.org")), Command::JoinSeedNodes([address("is_valid.org")].into())]
    {
        let outputs = cluster.command("a", command);
        assert_eq!(crate::cluster::effect(&outputs), Some(&quorate::Effect::JoiningBegun));
        assert_eq!(sent_kinds(&outputs).len(), 1);
    }
}

/// JOIN-3, GSP-37, GSP-39, GSP-40: letting a node in is one change, which this node alone has seen; it is told before users hear.
#[test]
fn letting_a_node_in_is_one_change_that_one_node_has_seen() {
    let mut cluster = Cluster::formed(&["a"], &[]);
    let before = cluster.nodes["a"].gossip().clone();
    let (key, me) = (cluster.nodes["a"].unique_address().key(), cluster.nodes["a"].unique_address().clone());
    let join = Message::Join { roles: Roles::default(), app_version: AppVersion::default() };
    let outputs = cluster.receive("a", "z", join);
    let after = cluster.nodes["a"].gossip();
    assert_eq!(after.clock().count(key), before.clock().count(key) + 1);
    assert_eq!((after.seen_count(), after.is_seen_by(&me)), (1, true));
    assert!(matches!(outputs[0], Output::Moved { .. }), "OBS-15: for the log of this node");
    assert!(matches!(&outputs[1], Output::Send(envelope) if envelope.message.kind() == MessageKind::Welcome));
    assert!(matches!(outputs[2], Output::Event(_)));
}
