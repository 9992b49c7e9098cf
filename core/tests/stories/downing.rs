//! Who is downed, by whom and how, and what comes of it (part 04, sections 1, 6 and 10).

use std::time::Duration;

use quorate::{
    Config, ConfigWarning, Input, InputKind, Instant, LeaseAnswer, LeaseCall, LeaseRequest, MemberStatus,
    Message, Node, Notice, Output, Rejection, StopReason, UniqueAddress, Warning,
};

use crate::cluster::{Cluster, address, rejection};

const SBR: &[(&str, &str)] = &[("downing", "sbr"), ("sbr.stable-after", "7s")];

/// Nothing passes between two groups.
fn cut(cluster: &mut Cluster, group: &[&str], other: &[&str]) {
    for a in group {
        other.iter().for_each(|b| cluster.cut_pair(a, b));
    }
}

fn decisions(cluster: &Cluster, name: &str) -> usize {
    cluster.outputs.iter().filter(|(at, output)| at == name && matches!(output, Output::Decided(_))).count()
}

fn node_of(settings: &[(&str, &str)]) -> Node {
    let config = Config::from_settings(settings.iter().copied()).unwrap();
    Node::new(config, UniqueAddress::new(address("a"), 1), 7, Instant::ZERO).unwrap()
}

/// SBR-88, SBR-90: settings that work against each other are told once, with the outputs of the first input.
#[test]
fn unwise_settings_are_told_at_the_start() {
    let tick = |now| Input { now, wall_ms: 0, kind: InputKind::Tick };
    let mut node = node_of(&[("sbr.stable-after", "4s")]);
    let told = node.handle(tick(Instant::ZERO));
    let expected = ConfigWarning::StableBeforeDetected {
        stable_after: Duration::from_secs(4),
        detected_after: Duration::from_secs(4),
    };
    assert_eq!(told, [Output::Warned(Warning::UnwiseSetting(expected))]);
    assert_eq!(node.handle(tick(Instant::ZERO)), []);
    assert_eq!(node_of(&[]).handle(tick(Instant::ZERO)), []);
}

/// SBR-7: a node never runs without the resolver that it was told to run.
#[test]
fn a_resolver_that_cannot_work_keeps_the_node_from_starting() {
    let mut config = Config::default();
    config.set("sbr.strategy", "static-quorum").unwrap();
    let start =
        |config: &Config| Node::new(config.clone(), UniqueAddress::new(address("a"), 1), 7, Instant::ZERO);
    let error = start(&config).unwrap_err().to_string();
    assert!(error.contains("sbr.static-quorum.quorum-size"), "{error}");
    config.set("sbr.static-quorum.quorum-size", "2").unwrap();
    assert!(start(&config).is_ok());
}

/// SBR-5: without downing nobody is downed, and with the host as the one who decides nobody but by its command.
#[test]
fn without_a_resolver_nobody_decides() {
    for downing in ["none", "external"] {
        let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", downing)]);
        cluster.crash("c");
        cluster.run_secs(120);
        assert_eq!(cluster.status("c", "a"), MemberStatus::Up, "{downing}");
        assert_eq!(decisions(&cluster, "a"), 0);
        cluster.down("c", "b");
        cluster.run_secs(5);
        assert!(!cluster.view("a").contains('c'), "{}", cluster.view("a"));
    }
}

/// SBR-76, SBR-77, SBR-78: any node downs a member at once, without convergence; the member stays one, has not seen it, and is told
/// first of all; a second time changes nothing.
#[test]
fn a_member_that_is_downed_is_told_at_once() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.crash("b");
    cluster.run_secs(8);
    let before = cluster.nodes["c"].gossip().reachability().clone();
    cluster.cut_pair("a", "c");
    cluster.down("a", "c");
    let gossip = cluster.nodes["c"].gossip();
    let a = UniqueAddress::new(address("a"), 1);
    assert_eq!(
        (gossip.member(&a).map(quorate::Member::status), gossip.is_seen_by(&a)),
        (Some(MemberStatus::Down), false)
    );
    assert_eq!(*gossip.reachability(), before);
    assert_eq!(cluster.sent("c", |message| matches!(message, Message::Gossip { .. })).last(), Some(&"a"));
    let again = cluster.down("a", "c");
    assert!(matches!(rejection(&again), Some(Rejection::AlreadyThere { .. })), "{again:?}");
    assert!(matches!(rejection(&cluster.down("x", "c")), Some(Rejection::UnknownMember { .. })));
}

/// SBR-79, SBR-80, SBR-81: of two sides one stays and removes the other, which it never reaches; the other has nobody left to remove
/// anybody, and ends.
#[test]
fn the_side_that_goes_ends_and_the_side_that_stays_removes_it() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d", "e"], SBR);
    cut(&mut cluster, &["a", "b", "c"], &["d", "e"]);
    cluster.run_secs(40);
    for name in ["d", "e"] {
        assert_eq!(cluster.stopped(name), Some(StopReason::Downed));
    }
    assert_eq!([decisions(&cluster, "a"), decisions(&cluster, "d")], [1, 1]);
    for name in ["a", "b", "c"] {
        assert_eq!(cluster.nodes[name].gossip().members().len(), 3, "{name}");
    }
    assert_eq!(cluster.nodes["d"].gossip().members().len(), 5, "d removed nobody");
}

/// SBR-82: who comes again has the earlier incarnation downed and removed, so that the resolver has nothing to decide.
#[test]
fn a_new_incarnation_leaves_the_resolver_nothing_to_decide() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], SBR);
    cluster.crash("c");
    cluster.run_secs(6);
    cluster.start_as("c", 2);
    cluster.join("c", "a");
    cluster.run_secs(20);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Up);
    assert_eq!([decisions(&cluster, "a"), decisions(&cluster, "b")], [0, 0]);
}

/// SBR-83: whom the transport gives up is Terminated and not downed; only the resolver does that, after its time.
#[test]
fn whom_the_transport_gives_up_the_resolver_downs() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], SBR);
    cut(&mut cluster, &["c"], &["a", "b"]);
    let c = UniqueAddress::new(address("c"), 1);
    cluster.give("a", InputKind::Quarantined { node: c });
    cluster.run_secs(5);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Up);
    cluster.run_secs(15);
    assert_eq!(decisions(&cluster, "a"), 1);
    assert!(!cluster.nodes["a"].gossip().members().iter().any(|member| member.address() == &address("c")));
}

/// What a node asks of its lease service.
fn asked(cluster: &Cluster, name: &str) -> Vec<LeaseRequest> {
    let of = |(at, output): &(String, Output)| match output {
        Output::Lease(request) if at == name => Some(request.clone()),
        _ => None,
    };
    cluster.outputs.iter().filter_map(of).collect()
}

fn with_lease() -> Cluster {
    let lease = [("sbr.strategy", "lease-majority"), ("sbr.lease-majority.lease-implementation", "any")];
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[SBR, &lease[..]].concat());
    assert_eq!(asked(&cluster, "a"), []);
    cut(&mut cluster, &["a", "b"], &["c"]);
    cluster.run_secs(15);
    cluster
}

/// LEASE-6, LEASE-7, LEASE-10: nothing is asked before a decision is due; then by the names of cluster and address, without the
/// incarnation.
#[test]
fn the_lease_is_asked_for_in_the_name_of_the_address() {
    let cluster = with_lease();
    let [request] = &asked(&cluster, "a")[..] else { panic!("{:?}", asked(&cluster, "a")) };
    let name = &cluster.config.cluster_name;
    assert_eq!(&*request.service, "any");
    assert_eq!(*request.lease, format!("{name}-pekko-sbr"));
    assert_eq!(*request.owner, format!("{name}@a:1"));
    assert_eq!(request.call, LeaseCall::Acquire);
}

/// LEASE-9, LEASE-14: an answer that makes no sense counts as denied and is told; one to a question that was not asked changes
/// nothing.
#[test]
fn an_answer_of_the_lease_that_makes_no_sense_counts_as_denied_and_is_told() {
    let mut cluster = with_lease();
    let id = asked(&cluster, "a")[0].id;
    let stale = cluster.give("a", InputKind::LeaseAnswered { id: id + 7, answer: LeaseAnswer::Acquired });
    assert!(matches!(&stale[..], [Output::Ignored { .. }]), "{stale:?}");
    assert_eq!(decisions(&cluster, "a"), 0);
    let told = cluster.give("a", InputKind::LeaseAnswered { id, answer: LeaseAnswer::Released });
    let unfit = Warning::LeaseAnswerUnfit { id, call: LeaseCall::Acquire, answer: LeaseAnswer::Released };
    assert_eq!(told[0], Output::Warned(unfit));
    assert!(
        matches!(told[1], Output::Noticed(Notice::LeaseDenied { answer: LeaseAnswer::Failed, .. })),
        "{told:?}"
    );
    assert!(told.iter().any(|output| matches!(output, Output::Decided(record) if record.downs_self())));
}
