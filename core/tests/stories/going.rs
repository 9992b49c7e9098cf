//! The finer points of how members go: what the leader does in one step, what a node that is going still does, and who hears.

use std::sync::Arc;

use quorate::{
    AppVersion, Command, Config, Destination, Gossip, Input, InputKind, Member, MemberStatus, Message, Node,
    Output, Rejection, Roles, ShutdownReason, StopReason, Target, UniqueAddress,
};

use crate::cluster::{Cluster, address, effect, rejection};

/// Gossip ticks do not fall together with the leader's.
const APART: (&str, &str) = ("gossip-interval", "930ms");

fn node(cluster: &Cluster, name: &str) -> UniqueAddress {
    cluster.nodes[name].unique_address().clone()
}

fn count(cluster: &Cluster, name: &str) -> u64 {
    cluster.nodes[name].gossip().clock().count(node(cluster, name).key())
}

fn member(cluster: &Cluster, name: &str, at: &str) -> Member {
    let members = cluster.nodes[at].gossip().members();
    members.first_at(&address(name)).unwrap().clone()
}

fn gossips_sent(outputs: &[Output]) -> usize {
    let is_gossip = |output: &&Output| matches!(output, Output::Send(sent) if matches!(sent.message, Message::Gossip { .. }));
    outputs.iter().filter(is_gossip).count()
}

/// The outputs of the next leader tick of a node, and nothing of what others make of them.
fn leader_tick(cluster: &mut Cluster, name: &str) -> Vec<Output> {
    for _ in 0..200 {
        let at = cluster.nodes[name].next_deadline().unwrap();
        cluster.now = cluster.now.max(at);
        let before = cluster.nodes[name].gossip().clone();
        let outputs = cluster.give(name, InputKind::Tick);
        if cluster.nodes[name].gossip().members() != before.members() {
            return outputs;
        }
    }
    panic!("nothing changed");
}

/// LDR-19, LDR-20, LDR-22, LDR-26, LDR-27: one step removes one member and moves another up, with one count of the clock and the stamp of its
/// time; who has not heard of the first one's exit is not waited for, and the removed one is sent nothing.
#[test]
fn one_step_of_the_leader_makes_all_changes_at_once() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[APART]);
    cluster.leave("c", "c");
    cluster.run_secs(4);
    assert_eq!(cluster.status("c", "a"), MemberStatus::Exiting);
    cluster.start("d");
    cluster.cut.push(("a".into(), "d".into()));
    cluster.finish_exit("c");
    cluster.join("d", "a");
    let b = node(&cluster, "b");
    let told = cluster.nodes["a"].gossip().with_seen(&b);
    cluster.receive("a", "b", Message::Gossip { gossip: Arc::new(told) });
    assert_eq!(cluster.view("a"), "a up, b up, c exiting, d joining");
    assert_eq!(cluster.nodes["a"].confirmed_exits().len(), 1);
    let (before, c, d) = (count(&cluster, "a"), node(&cluster, "c"), node(&cluster, "d"));
    let outputs = leader_tick(&mut cluster, "a");
    assert_eq!(cluster.view("a"), "a up, b up, d up");
    assert_eq!(count(&cluster, "a"), before + 1);
    assert!(!cluster.nodes["a"].gossip().is_seen_by(&d));
    assert_eq!(cluster.nodes["a"].confirmed_exits(), []);
    let stamp = cluster.nodes["a"].gossip().tombstones().iter().find(|(node, _)| *node == c).unwrap().1;
    assert_eq!(stamp, 1_700_000_000_000 + cluster.now.as_millis() as i64);
    let to_c = |output: &&Output| {
        matches!(output, Output::Send(sent)
            if *sent.to.address() == c.address && !matches!(sent.message, Message::Heartbeat { .. }))
    };
    assert_eq!(outputs.iter().filter(to_c).count(), 0);
    cluster.outputs.clear();
    cluster.run_secs(10);
    assert!(!cluster.sent("a", |_| true).contains(&"c"));
}

/// LDR-9, LDR-10: the step to WeaklyUp is one count of the clock, gives no number and sends nothing; with nobody to move there is none.
#[test]
fn the_step_to_weakly_up_gives_no_number_and_sends_nothing() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[APART]);
    cluster.crash("c");
    cluster.run_secs(15);
    let before = count(&cluster, "a");
    cluster.run_secs(5);
    assert_eq!(
        count(&cluster, "a"),
        before,
        "a leader without convergence and without newcomers changes nothing"
    );
    cluster.start("d");
    cluster.join("d", "a");
    let before = count(&cluster, "a");
    let outputs = leader_tick(&mut cluster, "a");
    let d = member(&cluster, "d", "a");
    assert_eq!((d.status(), d.up_number()), (MemberStatus::WeaklyUp, quorate::UP_NUMBER_NONE));
    assert_eq!((count(&cluster, "a"), gossips_sent(&outputs)), (before + 1, 0));
}

/// LDR-51, LIFE-1, LIFE-3: a member that leaves keeps its number, roles and version; one that was never Up has no number to keep.
#[test]
fn a_leaving_member_keeps_what_it_is() {
    let mut cluster = Cluster::formed(&["a", "b"], &[("app-version", "1.2.3"), ("roles", "web")]);
    let before = member(&cluster, "b", "a");
    cluster.leave("b", "a");
    let after = member(&cluster, "b", "a");
    assert_eq!(after.status(), MemberStatus::Leaving);
    assert_eq!((after.up_number(), after.roles()), (before.up_number(), before.roles()));
    assert_eq!(after.app_version().as_str(), "1.2.3");
    assert_eq!(after.up_number(), 2);
    cluster.start("c");
    cluster.join("c", "a");
    cluster.leave("c", "a");
    assert_eq!(member(&cluster, "c", "a").up_number(), quorate::UP_NUMBER_NONE);
}

/// LDR-57, LIFE-24: of two incarnations at one address a command means the first; when that one is Down it does nothing for the other,
/// which its own name reaches.
#[test]
fn of_two_incarnations_at_one_address_a_command_means_the_first() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    let (b, second) = (node(&cluster, "b"), UniqueAddress::new(address("b"), 2));
    let known = cluster.nodes["a"].gossip().clone();
    let newcomer = Member::joining(second.clone(), Roles::default(), AppVersion::default());
    let both = known.mark_down(known.member(&b).unwrap()).unwrap().add(newcomer);
    let told = Arc::new(both.bump(b.key()).only_seen(&b));
    cluster.cut_pair("a", "b");
    cluster.receive("a", "b", Message::Gossip { gossip: told });
    assert_eq!(cluster.view("a"), "a up, b down, b joining");
    for outputs in [cluster.down("b", "a"), cluster.leave("b", "a")] {
        let why = Rejection::AlreadyThere { node: b.clone(), status: MemberStatus::Down };
        assert_eq!(rejection(&outputs), Some(&why));
    }
    assert!(effect(&cluster.command("a", Command::Down(Target::Incarnation(second)))).is_some());
    assert_eq!(cluster.view("a"), "a up, b down, b down");
}

/// LIFE-33: a node that ends by what a peer tells it still answers that peer, and then ends.
#[test]
fn a_node_that_ends_by_what_it_is_told_answers_first() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    cluster.cut_pair("b", "c");
    cluster.cut_pair("a", "c");
    cluster.start("d");
    cluster.join("d", "c");
    cluster.cut_pair("b", "d");
    let (b, c) = (node(&cluster, "b"), node(&cluster, "c"));
    let known = cluster.nodes["b"].gossip();
    let down = known.mark_down(known.member(&c).unwrap()).unwrap();
    let told = Arc::new(down.bump(b.key()).only_seen(&b));
    let outputs = cluster.receive("c", "b", Message::Gossip { gossip: told });
    let answer = outputs.iter().position(
        |output| matches!(output, Output::Send(sent) if sent.to == Destination::Incarnation(b.clone())),
    );
    let end = outputs
        .iter()
        .position(|output| matches!(output, Output::Event(quorate::ClusterEvent::ClusterShuttingDown)));
    assert!(answer.is_some() && answer < end, "{outputs:?}");
    assert_eq!(outputs.last(), Some(&Output::Stopped { why: StopReason::Downed }));
}

/// LDR-1, LIFE-34: a member that leads nobody does the three last steps too, and a node that ends as Down has forgotten by then who is
/// gone.
#[test]
fn a_member_that_does_not_lead_does_the_last_steps_too() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.receive("b", "x", Message::ExitingConfirmed);
    assert_eq!(cluster.nodes["b"].confirmed_exits().len(), 1);
    cluster.down("b", "b");
    cluster.run_secs(1);
    assert_eq!(cluster.stopped("b"), Some(StopReason::Downed));
    assert_eq!(cluster.nodes["b"].confirmed_exits(), []);
}

/// LDR-42: a node that ends as Down tells up to five others its last state, once.
#[test]
fn a_node_that_ends_as_down_tells_five_others() {
    let mut cluster = Cluster::formed(&["a", "b", "c", "d", "e", "f", "g"], &[APART]);
    let told = gossips_sent(&cluster.down("g", "g"));
    assert_eq!(told, 5, "LDR-54");
    let outputs = leader_tick_that_ends(&mut cluster, "g");
    assert_eq!(gossips_sent(&outputs), 5);
}

fn leader_tick_that_ends(cluster: &mut Cluster, name: &str) -> Vec<Output> {
    loop {
        let at = cluster.nodes[name].next_deadline().unwrap();
        cluster.now = cluster.now.max(at);
        let outputs = cluster.give(name, InputKind::Tick);
        if cluster.nodes[name].is_stopped() {
            return outputs;
        }
    }
}

/// LDR-58, LIFE-35: whom the transport gives up twice is Terminated once, and yet the clock counts twice.
#[test]
fn giving_a_member_up_twice_counts_twice() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[]);
    let (before, c) = (count(&cluster, "a"), node(&cluster, "c"));
    let give_up = |cluster: &mut Cluster| cluster.give("a", InputKind::Quarantined { node: c.clone() });
    give_up(&mut cluster);
    let table = cluster.nodes["a"].gossip().reachability().clone();
    give_up(&mut cluster);
    assert_eq!(*cluster.nodes["a"].gossip().reachability(), table);
    assert_eq!(count(&cluster, "a"), before + 2);
}

/// LIFE-64, WCH-18: a node that was downed and removed while it could not hear keeps its view: gossip without it teaches it nothing, and
/// its heartbeats are dropped. It is told when it says something else; without a resolver it goes on all the same, with one it ends.
#[test]
fn a_node_that_was_removed_unheard_hears_of_it_only_by_the_notice() {
    for (downing, ends) in [("none", false), ("sbr", true)] {
        let settings = [("downing", downing), ("sbr.stable-after", "60s")];
        let mut cluster = Cluster::formed(&["a", "b", "c"], &settings);
        let suspended = cluster.nodes.remove("c").unwrap();
        cluster.run_secs(8);
        cluster.down("c", "a");
        cluster.run_secs(8);
        assert_eq!(cluster.view("a"), "a up, b up");
        cluster.nodes.insert("c".into(), suspended);
        cluster.outputs.clear();
        let without: Arc<Gossip> = cluster.nodes["a"].gossip().clone();
        cluster.receive("c", "a", Message::Gossip { gossip: without });
        assert_eq!(cluster.view("c"), "a up, b up, c up");
        cluster.run_secs(8);
        let told = |is: fn(&Message) -> bool| cluster.sent("a", is).into_iter().any(|to| to == "c");
        assert!(told(|message| matches!(message, Message::Quarantined)), "{downing}");
        assert!(!told(|message| matches!(message, Message::HeartbeatReply { .. })), "{downing}");
        assert_eq!(cluster.stopped("c").is_some(), ends, "{downing}");
    }
}

/// LIFE-70: the resolver acts by the command that anybody could give.
#[test]
fn the_resolver_downs_by_the_ordinary_command() {
    let mut cluster = Cluster::formed(&["a", "b", "c"], &[("downing", "sbr"), ("sbr.stable-after", "7s")]);
    cluster.crash("c");
    cluster.run_secs(30);
    let is_down = |output: &Output| {
        matches!(output, Output::Accepted { command: quorate::CommandKind::Down, effect }
            if matches!(effect, quorate::Effect::StatusChanged { to: MemberStatus::Down, .. }))
    };
    assert!(cluster.told("a", is_down) && !cluster.told("b", is_down));
    assert_eq!(cluster.view("b"), "a up, b up");
}

/// LDR-37: the last of a data centre has nobody to confirm its exit to. It says its last state across, and the leader there removes it.
#[test]
fn the_last_of_a_data_centre_is_removed_from_another() {
    let mut cluster = Cluster::new(&[]);
    for (name, data_center) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
        cluster.start_in(name, data_center);
        cluster.join(name, "a1");
        cluster.run_secs(25);
    }
    assert_eq!(cluster.view("a1"), "a1 up, a2 up, b1 up");
    cluster.outputs.clear();
    cluster.leave("b1", "b1");
    cluster.run_secs(3);
    cluster.finish_exit("b1");
    assert_eq!(cluster.stopped("b1"), Some(StopReason::Left));
    assert_eq!(cluster.sent("b1", |message| matches!(message, Message::ExitingConfirmed)), [""; 0]);
    cluster.run_secs(5);
    for name in ["a1", "a2"] {
        assert_eq!(cluster.view(name), "a1 up, a2 up", "{name}");
    }
}

/// API-32: what becomes of another incarnation of its address is nothing to a node: it is not Up by it, and its removal ends nothing.
#[test]
fn another_incarnation_of_the_address_is_not_the_node_itself() {
    let mut cluster = Cluster::formed(&["a", "b"], &[]);
    cluster.start_as("b", 2);
    cluster.join("b", "a");
    assert_eq!(cluster.nodes["b"].self_member().status(), MemberStatus::Removed);
    let ups = |cluster: &Cluster| {
        cluster.outputs.iter().filter(|one| *one == &("b".into(), Output::SelfUp)).count()
    };
    assert_eq!(ups(&cluster), 0);
    cluster.run_secs(12);
    let own = cluster.nodes["b"].self_member();
    assert_eq!((own.unique_address().uid, own.status(), ups(&cluster)), (2, MemberStatus::Up, 1));
    let gone = |output: &Output| matches!(output, Output::SelfRemoved { .. });
    assert!(!cluster.told("b", gone));
    // The older one, if it still ran, hears nothing of its own in what is said of the newer.
    let mut older =
        Node::new(cluster.config.clone(), UniqueAddress::new(address("b"), 1), 7, cluster.now).unwrap();
    let from = node(&cluster, "a");
    let message = Message::Welcome { gossip: cluster.nodes["a"].gossip().clone() };
    let to = Destination::Incarnation(older.unique_address().clone());
    let envelope = quorate::Envelope { cluster: cluster.config.cluster_name.clone(), from, to, message };
    older.handle(Input { now: cluster.now, wall_ms: 0, kind: InputKind::Received(envelope) });
    assert_eq!(older.self_member().status(), MemberStatus::Removed);
}

/// SHUT-10, LIFE-57, LDR-42: why a host shuts down when its node ends: always when it left or never got in, else only if it is set.
#[test]
fn a_host_shuts_down_for_what_ended_its_node() {
    use ShutdownReason::{
        ClusterDowning, ClusterJoinUnsuccessful, ClusterLeaving, IncompatibleConfigurationDetected,
    };
    let on = Config::default();
    let mut off = Config::default();
    off.set("run-coordinated-shutdown-when-down", "off").unwrap();
    for (why, when_on, when_off) in [
        (StopReason::Left, Some(ClusterLeaving), Some(ClusterLeaving)),
        (StopReason::JoinUnsuccessful, Some(ClusterJoinUnsuccessful), Some(ClusterJoinUnsuccessful)),
        (
            StopReason::IncompatibleConfiguration,
            Some(IncompatibleConfigurationDetected),
            Some(IncompatibleConfigurationDetected),
        ),
        (StopReason::Downed, Some(ClusterDowning), None),
        (StopReason::Removed, Some(ClusterDowning), None),
        (StopReason::Commanded, Some(ClusterDowning), None),
    ] {
        assert_eq!((why.shutdown_reason(&on), why.shutdown_reason(&off)), (when_on, when_off), "{why}");
    }
}
