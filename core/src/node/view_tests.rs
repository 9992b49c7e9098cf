//! Each thing that a view shows, with a state in which it is otherwise; and the same view kept and read again.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::config::Config;
use crate::membership::diff::Change;
use crate::node::probe::{Probe, ProbeState};
use crate::testing::{gossip_with, member_names, names, node};
use crate::{ClusterEvent, Command, Envelope, Input, InputKind, Message, Output};

fn probed(members: &str, seen: &str, observed: &str, state: &ProbeState) -> Probe {
    let gossip = Arc::new(gossip_with(members, seen, observed, "a:3"));
    let mut config = Config::pekko();
    if let Some(own) = gossip.member(&node("a")) {
        config.multi_data_center.self_data_center = own.data_center().into();
    }
    Probe::new(config, node("a"), gossip, state).unwrap()
}

/// The node `a` in a state, and what its view answers.
fn asked<T>(members: &str, observed: &str, ask: impl Fn(NodeView<'_>) -> T) -> T {
    ask(probed(members, "a b", observed, &ProbeState::default()).node().view())
}

fn at(ms: u64) -> Instant {
    Instant::from_nanos(ms * 1_000_000)
}

fn lone(settings: &[(&str, &str)]) -> Node {
    let mut config = Config::pekko();
    settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
    Node::new(config, node("a"), 1, Instant::ZERO).unwrap()
}

fn command(node: &mut Node, command: Command) {
    node.handle(Input { now: at(2_000), wall_ms: 77, kind: InputKind::Command(command) });
}

/// VIEW-11, VIEW-12: all members, and of the own data centre those that somebody there does not see, never self.
#[test]
fn members_are_of_all_data_centres_and_unreachable_ones_of_the_own() {
    let (members, observed) =
        ("a@east:up:1 b@east:up:2 c@east:down:3 d@west:up:1", "b>a a>c b>c:terminated a>d");
    assert_eq!(asked(members, observed, |view| member_names(view.members())), "a b c d");
    let unreachable = |view: NodeView<'_>| member_names(&view.unreachable_members().collect::<Vec<_>>());
    assert_eq!(asked(members, observed, unreachable), "c");
    assert_eq!(asked(members, "b>a a>d", unreachable), "");
    let told = asked(members, observed, |view| view.unreachable().collect::<Vec<_>>());
    let by = |name, status| Observed { by: node(name), status };
    let by =
        vec![by("a", crate::ReachabilityStatus::Unreachable), by("b", crate::ReachabilityStatus::Terminated)];
    let status = Some(MemberStatus::Down);
    assert_eq!(told, [UnreachableNode { node: node("c"), status, by, since: None }]);
}

/// VIEW-13, VIEW-14, VIEW-15: the status, the leader, and whether it is this node: this incarnation of it.
#[test]
fn status_and_leader() {
    assert_eq!(asked("a:up:1 b:up:2", "", |view| view.status()), MemberStatus::Up);
    assert_eq!(asked("a:joining b:up:2", "", |view| view.status()), MemberStatus::Joining);
    let leader = |view: NodeView<'_>| view.leader().map(|leader| names([leader.unique_address()]));
    assert_eq!(asked("a:up:1 b:up:2", "", leader), Some("a".to_string()));
    assert_eq!(asked("a:joining b:up:2", "", leader), Some("b".to_string()));
    assert_eq!(asked("a:down:1", "", leader), None);
    assert!(asked("a:up:1 b:up:2", "", |view| view.is_leader()));
    assert!(!asked("a:joining b:up:2", "", |view| view.is_leader()));
    assert!(!asked("a#2:up:1 b:up:2", "", |view| view.is_leader()), "another life of this address leads");
}

/// VIEW-16: exactly one member, whatever its status; none is no cluster.
#[test]
fn a_cluster_of_one() {
    assert!(asked("a:joining", "", |view| view.is_singleton_cluster()));
    assert!(!asked("a:up:1 b:down:2", "", |view| view.is_singleton_cluster()));
    assert!(!asked("", "", |view| view.is_singleton_cluster()));
}

/// VIEW-17: a member that is not Down is there, whatever others say of it.
#[test]
fn a_member_that_is_not_down_is_available() {
    let available = |members, observed| asked(members, observed, |view| view.is_available());
    assert!(available("a:up:1 b:up:2", ""));
    assert!(available("a:up:1 b:up:2", "b>a"), "what others say of this node does not count");
    assert!(available("a:exiting:1 b:up:2", ""));
    assert!(!available("a:down:1 b:up:2", ""));
    assert!(!available("b:up:2", ""), "it is no member");
}

/// VIEW-18, VIEW-19: the whole table of observations, self as a subject too, and all that have seen.
#[test]
fn observations_and_who_has_seen_are_whole() {
    let members = "a@east:up:1 b@east:up:2 d@west:up:1";
    let table = asked(members, "b>a d>b", |view| view.reachability().to_string());
    assert_eq!(table, crate::testing::observations("b>a d>b").to_string());
    let probe = probed(members, "a d", "", &ProbeState::default());
    assert_eq!(names(probe.node().view().seen_by()), "a d");
    assert_eq!(probe.node().view().clock(), probe.node().gossip().clock());
}

/// VIEW-20: the counts are those that were told last, and nothing before any were.
#[test]
fn counts_are_those_that_were_told() {
    let mut quiet = lone(&[]);
    command(&mut quiet, Command::Join(node("a").address));
    assert_eq!(quiet.view().latest_stats(), Default::default());
    let mut counting = lone(&[("publish-stats-interval", "0s")]);
    assert_eq!(counting.view().latest_stats().1, StateStatistics::default());
    command(&mut counting, Command::Join(node("a").address));
    assert_eq!(counting.view().latest_stats().1, StateStatistics { clock_entries: 1, seen: 1 });
}

/// OBS-36, GSP-84: of those who have seen the state the members are counted.
#[test]
fn strangers_that_have_seen_a_state_are_not_counted() {
    let mut probe = probed("a:up:1 b:up:2", "a b z", "", &ProbeState::default());
    probe.step(at(1), 0, |node| node.fire(Timer::Statistics));
    assert_eq!(probe.node().view().latest_stats().1, StateStatistics { clock_entries: 1, seen: 2 });
}

/// VIEW-8, VIEW-9, VIEW-10, VIEW-5, VIEW-6: Removed and empty before joining, a member, and Removed and empty after the end.
#[test]
fn a_view_is_empty_before_and_after() {
    let mut a = lone(&[]);
    let is_empty = |node: &Node| {
        let view = node.view();
        view.members().is_empty() && view.leader().is_none() && view.seen_by().next().is_none()
    };
    assert!(is_empty(&a) && a.view().status() == MemberStatus::Removed && !a.view().is_terminated());
    command(&mut a, Command::Join(node("a").address));
    assert_eq!(a.view().self_member().status(), MemberStatus::Up);
    assert_eq!(member_names(&a.view().state().members), "a");
    assert!(!is_empty(&a) && !a.view().is_terminated());
    command(&mut a, Command::Stop);
    assert!(is_empty(&a) && a.view().is_terminated());
    assert_eq!(
        (a.view().status(), a.view().self_member().status()),
        (MemberStatus::Removed, MemberStatus::Removed)
    );
    assert_eq!(a.view().state(), CurrentClusterState::default());
    assert_eq!(a.gossip().members().len(), 1, "what it held can still be read off");
    assert!(a.view().deadlines().is_empty());
}

/// b asks a to let it in.
fn let_in(a: &mut Node) -> Vec<Output> {
    let cluster = a.config().cluster_name.clone();
    let message = Message::Join { roles: crate::Roles::default(), app_version: crate::AppVersion::default() };
    let to = crate::Destination::Address(node("a").address);
    let joins = InputKind::Received(Envelope { cluster, from: node("b"), to, message });
    a.handle(Input { now: at(2_000), wall_ms: 77, kind: joins })
}

/// EVT-87: whoever is told of by an event is asked by heartbeats and known to the resolver when the input has been handled.
#[test]
fn heartbeats_and_resolver_hear_of_an_event_within_its_input() {
    let mut a = lone(&[("downing", "sbr")]);
    command(&mut a, Command::Join(node("a").address));
    let outputs = let_in(&mut a);
    assert!(outputs.iter().any(|output| matches!(output, Output::Event(ClusterEvent::MemberJoined(_)))));
    assert_eq!(names(a.heartbeat_receivers()), "b");
    assert_eq!(member_names(a.view().save().resolver.unwrap().view.members()), "a b");
}

/// REP-126: what a member has told of its exit is known to the resolver at its next tick.
#[test]
fn the_resolver_hears_who_has_finished_its_exit() {
    let mut a = lone(&[("downing", "sbr")]);
    command(&mut a, Command::Join(node("a").address));
    let_in(&mut a);
    let tick = |now| Input { now: at(now), wall_ms: 77, kind: InputKind::Tick };
    a.handle(tick(4_000));
    let exited = gossip_with("a:up:1 b:exiting:2", "a", "", "a:3").member(&node("b")).cloned().unwrap();
    let state = a.base.gossip().clone();
    let events = vec![ClusterEvent::MemberExited(exited)];
    let change = Change { old: &state, new: &state, events, removals: 0, keeps_identities: true };
    a.downing.on_change(&change, at(4_000));
    let heard = |a: &Node| names(a.view().save().resolver.unwrap().view.exits_heard());
    a.handle(tick(6_000));
    assert_eq!(heard(&a), "");
    a.leading.confirm_exit(&mut a.base, &node("b"));
    a.handle(tick(6_500));
    assert_eq!(heard(&a), "b");
}

/// EVT-84: each thing that a user can want is answered by what it did, or by why it did nothing.
#[test]
fn every_command_is_answered_by_its_name() {
    let me = node("a").address;
    let target = || crate::Target::Address(me.clone());
    for wanted in [
        Command::Join(me.clone()),
        Command::JoinSeedNodes([me.clone()].into()),
        Command::SetAppVersionLater,
        Command::SetAppVersion("2.0".parse().unwrap()),
        Command::Leave(target()),
        Command::Down(target()),
        Command::PrepareForShutdown,
    ] {
        let (kind, mut member) = (wanted.kind(), lone(&[]));
        command(&mut member, Command::Join(me.clone()));
        for mut node in [lone(&[]), member] {
            let input = InputKind::Command(wanted.clone());
            let outputs = node.handle(Input { now: at(3_000), wall_ms: 0, kind: input });
            let answers = outputs.iter().filter(|output| match output {
                Output::Accepted { command, .. } | Output::Rejected { command, .. } => *command == kind,
                _ => false,
            });
            assert_eq!(answers.count(), 1, "{wanted:?}: {outputs:?}");
        }
    }
}

/// The first deadline is the one to wait for; all that is armed is told by name.
#[test]
fn deadlines_are_told_by_name_the_first_first() {
    let mut a = lone(&[]);
    assert_eq!(a.view().deadlines().first().map(|first| first.at), a.next_deadline());
    assert!(!a.view().deadlines().iter().any(|one| one.timer == Timer::JoinAttempt));
    command(&mut a, Command::Join(node("b").address));
    let deadlines = a.view().deadlines();
    assert!(deadlines.is_sorted_by_key(|one| one.at));
    assert!(deadlines.iter().any(|one| one.timer == Timer::JoinAttempt && one.at > at(2_000)));
    assert_eq!(a.view().deadlines().first().map(|first| first.at), a.next_deadline());
}

/// A saved view says what the borrowed one says, is plain data, and shares the state with the node.
#[test]
fn a_saved_view_is_the_same_and_can_be_read_again() {
    let confirmed = ProbeState { exiting_confirmed: vec![node("b")], ..ProbeState::default() };
    let probe = probed("a:up:1 b:exiting:2 c:up:3 d:up:4", "a b c", "a>c", &confirmed);
    let view = probe.node().view();
    let saved = view.save();
    assert!(Arc::ptr_eq(&saved.gossip, probe.node().gossip()), "nothing large is copied");
    assert_eq!((saved.node.clone(), saved.leader.clone()), (node("a"), Some(node("a"))));
    assert_eq!((names(&saved.not_seen_by), saved.converged), ("d".into(), view.is_converged()));
    assert_eq!(names(&saved.confirmed_exits), "b");
    assert_eq!(saved.unreachable, view.unreachable().collect::<Vec<_>>());
    assert_eq!(saved.resolver, None, "the exact protocol decides nothing by itself");
    let text = serde_json::to_string(&view).unwrap();
    assert_eq!(text, serde_json::to_string(&saved).unwrap());
    assert_eq!(serde_json::from_str::<SavedView>(&text).unwrap(), saved);
}

/// SBR-63: what the resolver knows and would do is part of it, at every instant.
#[test]
fn a_saved_view_tells_what_the_resolver_would_do() {
    let mut a = lone(&[("downing", "sbr")]);
    command(&mut a, Command::Join(node("a").address));
    let resolver = a.view().save().resolver.unwrap();
    assert_eq!((resolver.strategy.name(), resolver.would_decide), ("keep-majority", None));
    assert_eq!(member_names(resolver.view.members()), "a");
    assert_eq!(a.view().would_decide(), a.would_decide());
}
