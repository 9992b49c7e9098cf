//! Which output becomes which line, and what the settings keep out. Whole lives are in `core/tests/stories/signals.rs`.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::*;
use crate::config::Config;
use crate::membership::Reachability;
use crate::node::probe::{Probe, ProbeState};
use crate::protocol::{DecodeError, Destination};
use crate::sbr::{Decision, LeaseAnswer, ResolverView};
use crate::signal::text::TableText;
use crate::signal::{MEMBER_STATUS, REMOTE_ADDRESS, REMOTE_ADDRESS_UID, SBR_DECISION};
use crate::testing::{gossip_with, member, node, observations};
use crate::time::Instant;

fn asked(settings: &[(&str, &str)], members: &str, observed: &str) -> Probe {
    let mut config = Config::default();
    settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
    let gossip = Arc::new(gossip_with(members, "a", observed, "a:1"));
    Probe::new(config, node("a"), gossip, &ProbeState::default()).unwrap()
}

/// The lines that `a`, which sees `b` and `c` as Up, writes of outputs.
fn lines(settings: &[(&str, &str)], outputs: &[Output]) -> Vec<Line> {
    let (probe, mut lines) = (asked(settings, "a:up:1 b:up:2:web c:up:3", ""), Vec::new());
    Log::default().write(probe.node(), outputs, &mut |line| lines.push(line));
    lines
}

fn line(output: Output) -> Line {
    let mut lines = lines(&[], &[output]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

fn shown(line: &Line) -> (Level, Category, Option<&'static str>, Vec<(&'static str, &str)>) {
    let fields = line.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (line.level, line.category, line.marker.map(Marker::name), fields)
}

fn observed_as(status: ReachabilityStatus, member_status: MemberStatus) -> Output {
    Output::Observed { node: node("b"), status, member_status }
}

/// OBS-9, OBS-11: unreachable, gone for good, reachable again. OBS-16: with the roles of who is meant.
#[test]
fn what_a_node_observes_has_a_marker() {
    use ReachabilityStatus::{Reachable, Terminated, Unreachable};
    let lost = line(observed_as(Unreachable, MemberStatus::Up));
    let address = [(REMOTE_ADDRESS, "b:1")].to_vec();
    assert_eq!(shown(&lost), (Warn, Cluster, Some("pekkoUnreachable"), address.clone()));
    assert_eq!(lost.text, "Member(b:1, Up) is unreachable, roles [dc-default, web]");
    let gone = line(observed_as(Terminated, Exiting));
    assert_eq!(shown(&gone), (Warn, Cluster, Some("pekkoUnreachable"), address.clone()));
    let found = line(observed_as(Reachable, MemberStatus::Up));
    assert_eq!(shown(&found), (Info, Cluster, Some("pekkoReachable"), address));
}

/// OBS-10, OBS-11: who is exiting is expected to go: one line for all of them, without a marker.
#[test]
fn exiting_members_are_expected_to_go() {
    let exiting = |name| Output::Observed {
        node: node(name),
        status: ReachabilityStatus::Unreachable,
        member_status: Exiting,
    };
    let written = lines(
        &[],
        &[exiting("b"), exiting("c"), observed_as(ReachabilityStatus::Unreachable, MemberStatus::Up)],
    );
    let texts: Vec<&str> = written.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts[0], "exiting members are unreachable, as expected: [b:1, c:1]");
    assert_eq!(shown(&written[0]), (Info, Cluster, None, Vec::new()));
    assert_eq!(written[1].marker, Some(Marker::Unreachable));
    assert_eq!(texts.len(), 2);
}

/// OBS-9, OBS-15
#[test]
fn a_status_that_a_node_gives_has_a_marker_and_three_fields() {
    let moved = line(Output::Moved { node: node("b#2"), status: MemberStatus::WeaklyUp });
    let fields = [(REMOTE_ADDRESS, "b:1"), (REMOTE_ADDRESS_UID, "2"), (MEMBER_STATUS, "WeaklyUp")].to_vec();
    assert_eq!(shown(&moved), (Info, Cluster, Some("pekkoMemberChanged"), fields));
}

/// OBS-9: a decision, then each node that it downs; unrest has a marker of its own.
#[test]
fn decisions_have_markers() {
    let mut config = Config::default();
    config.set("sbr.strategy", "down-all").unwrap();
    let strategy = config.sbr.strategy();
    let mut view = ResolverView::new(node("a"), "default".into(), &strategy);
    for one in ["a:up:1", "b:up:2"] {
        view.apply(&ClusterEvent::of_member(member(one)).unwrap());
    }
    view.apply(&ClusterEvent::UnreachableMember(member("b:up:2")));
    let mut record = view.explain(&strategy, &config.repairs);
    let written = lines(&[], &[Output::Decided(Box::new(record.clone()))]);
    assert_eq!(
        shown(&written[0]),
        (Warn, Cluster, Some("pekkoSbrDowning"), [(SBR_DECISION, "DownAll")].to_vec())
    );
    let fields = [(REMOTE_ADDRESS, "b:1"), (REMOTE_ADDRESS_UID, "1"), (SBR_DECISION, "DownAll")].to_vec();
    assert_eq!(shown(&written[1]), (Info, Cluster, Some("pekkoSbrDowningNode"), fields));
    assert_eq!(written.len(), 3);
    let unrest = Duration::from_secs(1);
    record.reason = Reason::Unstable { changes: 9, first: unrest, latest: unrest };
    let written = lines(&[], &[Output::Decided(Box::new(record))]);
    assert_eq!(shown(&written[0]), (Warn, Cluster, Some("pekkoSbrInstability"), Vec::new()));
    assert_eq!(written.len(), 4);
}

/// OBS-9: the lease; what is refused carries the decision that is taken instead.
#[test]
fn the_lease_has_markers() {
    let decision = Decision::AcquireLeaseAndDownUnreachable { delay: Duration::from_secs(2) };
    let acquired = line(Output::Noticed(Notice::LeaseAcquired { decision }));
    let fields = [(SBR_DECISION, "AcquireLeaseAndDownUnreachable")].to_vec();
    assert_eq!(shown(&acquired), (Info, Cluster, Some("pekkoSbrLeaseAcquired"), fields));
    let (instead, answer) = (Decision::DownReachable, LeaseAnswer::Failed);
    let denied = line(Output::Noticed(Notice::LeaseDenied { decision, instead, answer }));
    let fields = [(SBR_DECISION, "DownReachable")].to_vec();
    assert_eq!(shown(&denied), (Info, Cluster, Some("pekkoSbrLeaseDenied"), fields));
    let released = line(Output::Noticed(Notice::LeaseReleased));
    assert_eq!(shown(&released), (Info, Cluster, Some("pekkoSbrLeaseReleased"), Vec::new()));
}

/// OBS-9, OBS-12, OBS-13, OBS-14: starvation, a leader that can't act, and that it can again.
#[test]
fn a_node_in_trouble_has_markers() {
    let late = line(Output::Warned(Warning::HeartbeatDelayed { elapsed: Duration::from_secs(3) }));
    assert_eq!(shown(&late), (Warn, Heartbeat, Some("pekkoHeartbeatStarvation"), Vec::new()));
    let restored = line(Output::Warned(Warning::LeaderRestored { ticks: 21 }));
    assert_eq!(shown(&restored), (Info, Cluster, Some("pekkoClusterLeaderRestored"), Vec::new()));
    let (probe, mut written) = (asked(&[], "a:up:1 b:up:2 c:down:3 d@west:up:1", "a>b c>b d>b"), Vec::new());
    let stuck = Output::Warned(Warning::LeaderIncapacitated { ticks: 20 });
    Log::default().write(probe.node(), &[stuck], &mut |line| written.push(line));
    assert_eq!(shown(&written[0]), (Info, Cluster, Some("pekkoClusterLeaderIncapacitated"), Vec::new()));
    assert_eq!(
        written[0].text,
        "leads and can't act, for 20 ticks without convergence: reachability \
         [a:1 -> b:1: Unreachable [Unreachable] (1)], members [a:1 Up seen, b:1 Up not seen, c:1 Down not seen]"
    );
}

/// OBS-9: nobody lets it in; a configuration that does not fit is an error only where that ends the node.
#[test]
fn failing_to_join_has_a_marker() {
    let nobody = line(Output::Warned(Warning::NoSeedNodeAnswers { attempts: 2 }));
    assert_eq!(shown(&nobody), (Warn, Cluster, Some("pekkoJoinFailed"), Vec::new()));
    let unfit = Output::Warned(Warning::ClusterIncompatible { by: node("b"), differences: Vec::new() });
    assert_eq!(shown(&line(unfit.clone())), (Error, Cluster, Some("pekkoJoinFailed"), Vec::new()));
    let lax = lines(&[("configuration-compatibility-check.enforce-on-join", "off")], &[unfit]);
    assert_eq!(shown(&lax[0]), (Warn, Cluster, None, Vec::new()));
}

/// OBS-9: the names are Pekko's, each once.
#[test]
fn markers_have_names_of_their_own() {
    let mut names: Vec<&str> = Marker::ALL.iter().map(|marker| marker.name()).collect();
    assert!(names.iter().all(|name| name.starts_with("pekko")));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Marker::ALL.len());
}

/// OBS-1, OBS-2
#[test]
fn a_line_begins_with_the_node_and_a_data_centre_that_is_not_the_default() {
    let up = line(Output::SelfUp);
    assert_eq!(up.to_string(), "Cluster Node [a:1] - is up");
    assert_eq!(up.category.logger(), "org.apache.pekko.cluster.Cluster");
    let settings = [("multi-data-center.self-data-center", "west")];
    assert_eq!(lines(&settings, &[Output::SelfUp])[0].to_string(), "Cluster Node [a:1] dc [west] - is up");
    assert_eq!(Gossip.logger(), "org.apache.pekko.cluster.ClusterGossip");
    assert_eq!(Heartbeat.logger(), "org.apache.pekko.cluster.ClusterHeartbeat");
}

fn texts(settings: &[(&str, &str)], outputs: &[Output]) -> Vec<String> {
    lines(settings, outputs).into_iter().map(|line| line.text).collect()
}

/// OBS-3, OBS-4: `log-info` keeps information out and warnings never; `log-info-verbose` turns it on.
#[test]
fn log_info_keeps_only_information_out() {
    let outputs =
        [Output::SelfUp, Output::WouldDecide(None), Output::Warned(Warning::WasRemoved { by: node("b") })];
    assert_eq!(texts(&[], &outputs).len(), 3);
    assert_eq!(texts(&[("log-info", "off")], &outputs), ["b:1#1 says that it was removed"]);
    assert_eq!(texts(&[("log-info", "off"), ("log-info-verbose", "on")], &outputs).len(), 3);
}

fn message(message: Message) -> Output {
    let (cluster, to) = (Config::default().cluster_name, Destination::Address(node("b").address));
    Output::Send(Envelope { cluster, from: node("a"), to, message })
}

/// OBS-5, OBS-6: heartbeats and states are written only if they are asked for; other messages always.
#[test]
fn heartbeats_and_states_are_written_when_asked_for() {
    let state = Arc::new(gossip_with("a:up:1 b:up:2", "a", "", "a:1"));
    let outputs = [
        message(Message::Heartbeat { sequence: 7, sent_at: Instant::ZERO }),
        message(Message::Gossip { gossip: state }),
        message(Message::ExitingConfirmed),
    ];
    assert_eq!(texts(&[], &outputs), ["sends exiting-confirmed to b:1"]);
    let beats = texts(&[("debug.verbose-heartbeat-logging", "on")], &outputs);
    assert_eq!(beats, ["sends heartbeat 7 to b:1", "sends exiting-confirmed to b:1"]);
    let states = texts(&[("debug.verbose-gossip-logging", "on")], &outputs);
    assert!(states[0].starts_with("sends gossip to b:1: "), "{states:?}");
    assert_eq!(states.len(), 2);
}

/// OBS-4, OBS-19: each event has a line if it is asked for, but for the two that come most often.
#[test]
fn events_are_written_when_asked_for() {
    let event = |event| Output::Event(event);
    let outputs = [
        event(ClusterEvent::MemberUp(member("c:up:3"))),
        event(ClusterEvent::UnreachableMember(member("b@west:up:2"))),
        event(ClusterEvent::SeenChanged { convergence: true, seen_by: [node("a")].to_vec().into() }),
        event(ClusterEvent::ReachabilityChanged(Reachability::new())),
        event(ClusterEvent::MemberTombstonesChanged(crate::membership::Tombstones::new())),
        event(ClusterEvent::RoleLeaderChanged { role: "web".into(), leader: None }),
        event(ClusterEvent::MemberRemoved {
            member: member("d:removed"),
            previous_status: MemberStatus::Down,
        }),
        event(ClusterEvent::ClusterShuttingDown),
        event(ClusterEvent::MemberRemoved { member: member("c:removed"), previous_status: MemberStatus::Up }),
    ];
    assert_eq!(texts(&[], &outputs), ["is shutting down"]);
    let listed = "3 members: [Member(a:1, Up), Member(b:1, Up), Member(c:1, Up)]";
    assert_eq!(
        texts(&[("log-info-verbose", "on")], &outputs),
        [
            &*format!("event MemberUp Member(c:1, Up): {listed}"),
            "event UnreachableMember Member(b:1, Up, west): 0 unreachable: []",
            "event ReachabilityChanged []",
            "event MemberTombstonesChanged: 0",
            "event RoleLeaderChanged web none",
            &*format!("event MemberRemoved Member(d:1, Removed): {listed}"),
            "is shutting down",
            "event ClusterShuttingDown",
            "event MemberRemoved Member(c:1, Removed)",
        ]
    );
}

/// OBS-7, OBS-8: the forms of a member and of a table.
#[test]
fn members_and_tables_have_a_form() {
    assert_eq!(MemberText(&member("a:weakly-up")).to_string(), "Member(a:1, WeaklyUp)");
    assert_eq!(MemberText(&member("a@west:up:1")).to_string(), "Member(a:1, Up, west)");
    let own = member("a@west:up:1");
    let newer = crate::membership::Member::with_parts(
        own.unique_address().clone(),
        own.roles().clone(),
        "1.2.3".parse().unwrap(),
        1,
        MemberStatus::Up,
    );
    assert_eq!(MemberText(&newer).to_string(), "Member(a:1, Up, west, 1.2.3)");
    let table = observations("b>a b>c:terminated a>c");
    assert_eq!(
        TableText(&table).to_string(),
        "a:1 -> c:1: Unreachable [Terminated] (1), b:1 -> a:1: Unreachable [Unreachable] (1), \
         b:1 -> c:1: Terminated [Terminated] (2)"
    );
}

/// OBS-17: leadership is told when it turns, once each time.
#[test]
fn leadership_is_told_when_it_turns() {
    let changed =
        |name: Option<&str>| Output::Event(ClusterEvent::LeaderChanged(name.map(|name| node(name).address)));
    let outputs =
        [changed(Some("b")), changed(Some("a")), changed(None), changed(Some("c")), changed(Some("a"))];
    assert_eq!(texts(&[], &outputs), ["is now the leader", "is no longer the leader", "is now the leader"]);
}

/// OBS-18: what can't be read and what another cluster says is a warning, dropped states are of the gossip logger, dropped
/// heartbeats are told only to who asks for heartbeats.
#[test]
fn what_is_dropped_has_its_level_and_its_logger() {
    let dropped = |what, why| Output::Ignored { from: Some(node("z")), what: Some(what), why };
    let unreadable = line(Output::Ignored {
        from: None,
        what: None,
        why: IgnoreReason::Undecodable(DecodeError::NotAFrame),
    });
    assert_eq!((unreadable.level, unreadable.category), (Warn, Gossip));
    let stranger = line(dropped(MessageKind::GossipStatus, IgnoreReason::UnknownSender));
    assert_eq!((stranger.level, stranger.category), (Info, Gossip));
    assert_eq!(stranger.text, "drops gossip-status of z:1#1: unknown-sender");
    let other = line(dropped(MessageKind::Join, IgnoreReason::OtherCluster));
    assert_eq!((other.level, other.category), (Warn, Cluster));
    let old = line(dropped(MessageKind::Gossip, IgnoreReason::Expired));
    assert_eq!((old.level, old.category), (Debug, Gossip));
    let reply = dropped(MessageKind::HeartbeatReply, IgnoreReason::NotAsked);
    assert_eq!(texts(&[], std::slice::from_ref(&reply)), [] as [&str; 0]);
    assert_eq!(texts(&[("debug.verbose-heartbeat-logging", "on")], &[reply]).len(), 1);
}

/// OBS-18: commands, what this node asks of its host, that it was downed, and that it ends.
#[test]
fn the_steps_of_a_life_are_told() {
    use crate::node::{CommandKind, Rejection, StopReason, Target};
    let target = Target::Address(node("z").address);
    let outputs = [
        Output::Accepted { command: CommandKind::Join, effect: Effect::Founded },
        Output::Rejected { command: CommandKind::Down, why: Rejection::UnknownMember { target } },
        Output::StartExitTasks { id: 1 },
        Output::Event(ClusterEvent::MemberDowned(member("a:down:1"))),
        Output::SelfRemoved { previous_status: MemberStatus::Down },
        Output::Stopped { why: StopReason::Downed },
    ];
    let told = [
        (Info, "founds a cluster"),
        (Info, "down does nothing: unknown-member"),
        (Info, "is exiting; its host finishes its work"),
        (Warn, "was downed, and will stop"),
        (Info, "is gone, last Down"),
        (Info, "has shut down: downed"),
    ];
    let written = lines(&[], &outputs);
    let written: Vec<(Level, &str)> = written.iter().map(|line| (line.level, &*line.text)).collect();
    assert_eq!(written, told);
}

/// DC-69: the resolver says that another data centre is unreachable, a warning, and does no more.
#[test]
fn a_data_centre_that_is_unreachable_is_a_warning_of_the_resolver() {
    let outputs = [
        Output::Event(ClusterEvent::UnreachableDataCenter("west".into())),
        Output::Event(ClusterEvent::ReachableDataCenter("west".into())),
    ];
    let written = lines(&[], &outputs);
    assert_eq!(written.iter().map(|line| line.level).collect::<Vec<_>>(), [Warn, Info]);
    assert!(texts(&[("downing", "none")], &outputs).is_empty());
}
