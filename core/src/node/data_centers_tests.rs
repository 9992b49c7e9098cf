//! What a node does with members of other data centres, step by step (part 05, section 3): each step from a state in which both kinds
//! of members would be touched if the rule were another one.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use super::leaving::confirm_to_leaders;
use super::probe::{Probe, ProbeState};
use super::*;
use crate::config::Config;
use crate::protocol::{Destination, Envelope, Message, MessageKind};
use crate::testing::{gossip_with, names, node, statuses};
use crate::{ClusterEvent, Command, IgnoreReason, InputKind, MemberStatus, Output, StopReason, Target};

/// `me` in a state that these have seen, with settings.
struct Step<'a> {
    me: &'a str,
    members: &'a str,
    seen: &'a str,
    observed: &'a str,
    settings: &'a [(&'a str, &'a str)],
    state: ProbeState,
}

impl Default for Step<'_> {
    fn default() -> Self {
        Self { me: "a", members: "", seen: "", observed: "", settings: &[], state: ProbeState::default() }
    }
}

impl Step<'_> {
    fn probe(&self) -> Probe {
        let gossip = Arc::new(gossip_with(self.members, self.seen, self.observed, "a:1"));
        let mut config = Config::pekko();
        self.settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
        let own = gossip.member(&node(self.me)).expect("it is a member");
        config.multi_data_center.self_data_center = own.data_center().into();
        Probe::new(config, node(self.me), gossip, &self.state).unwrap()
    }

    /// The members after a leader tick, and what was put out.
    fn led(&self) -> (String, Vec<Output>) {
        let mut probe = self.probe();
        let outputs = probe.leader_tick(Instant::from_nanos(1), 5);
        (statuses(probe.node().gossip().members()), outputs)
    }
}

fn removed(outputs: &[Output]) -> String {
    let one = |output: &Output| match output {
        Output::Event(ClusterEvent::MemberRemoved { member, previous_status }) => {
            Some(names([member.unique_address()]) + ":" + previous_status.name())
        }
        _ => None,
    };
    outputs.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

/// To whom something was sent.
fn receivers(outputs: &[Output], kind: MessageKind) -> String {
    let one = |output: &Output| match output {
        Output::Send(envelope) if envelope.message.kind() == kind => {
            Some(envelope.to.address().host().to_string())
        }
        _ => None,
    };
    outputs.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

fn receive(probe: &mut Probe, from: &str, message: Message) -> Vec<Output> {
    let to = Destination::Incarnation(probe.node().unique_address().clone());
    let cluster = probe.node().config().cluster_name.clone();
    let envelope = Envelope { cluster, from: node(from), to, message };
    probe.handle(Instant::from_nanos(1), 5, InputKind::Received(envelope))
}

/// DC-18, DC-20, DC-21: of its own data centre only, all in one step, in member order, with numbers that follow those of the own data
/// centre whatever others have.
#[test]
fn a_leader_moves_members_of_its_own_data_centre() {
    let step = Step {
        members: "a@east:up:4 b@east:joining c@east:weakly-up d@west:joining e@west:leaving:9 f@east:leaving:2 \
                  g@east:preparing-for-shutdown:3 h@west:preparing-for-shutdown:8 i@east:joining",
        seen: "a b c d e f g h i",
        ..Step::default()
    };
    assert_eq!(
        step.led().0,
        "a:up:4 b:up:5 c:up:6 d:joining e:leaving:9 f:exiting:2 g:ready-for-shutdown:3 h:preparing-for-shutdown:8 \
         i:up:7"
    );
}

/// DC-19, DC-20, DC-21: the first members of a data centre, moved by the one that leads while it is still Joining; the numbers begin
/// with 1 again. DC-14: not before everybody everywhere who counts has seen them.
#[test]
fn the_first_members_of_a_data_centre_move_themselves() {
    let members = "a@east:up:1 b@east:up:2 x@west:joining y@west:joining";
    let first = |me, seen| Step { me, members, seen, ..Step::default() }.led().0;
    assert_eq!(first("x", "a b x y"), "a:up:1 b:up:2 x:up:1 y:up:2");
    for seen in ["a x y", "a b x"] {
        assert_eq!(first("x", seen), "a:up:1 b:up:2 x:joining y:joining", "seen by {seen}");
    }
    assert_eq!(first("y", "a b x y"), "a:up:1 b:up:2 x:joining y:joining", "y does not lead");
}

/// DC-23: minima count the members of all data centres.
#[test]
fn minima_count_members_of_all_data_centres() {
    let with = |settings| {
        let members = "a@east:up:1 b@east:joining::web c@west:down:1:web";
        Step { members, seen: "a b c", settings, ..Step::default() }.led().0.contains("b:up")
    };
    assert!(with(&[("min-nr-of-members", "3"), ("role.web.min-nr-of-members", "2")]));
    assert!(!with(&[("min-nr-of-members", "4")]));
    assert!(!with(&[("role.web.min-nr-of-members", "3")]));
}

/// DC-24: without convergence a leader moves those of its data centre to WeaklyUp whom its data centre reaches.
#[test]
fn who_is_weakly_up_is_of_the_own_data_centre() {
    let state = ProbeState { leader_ticks_stuck: 7, ..ProbeState::default() };
    let members = "a@east:up:1 b@east:joining c@east:joining d@west:joining e@east:joining f@west:up:1";
    let step = Step { members, seen: "a", observed: "a>c f>e", state, ..Step::default() };
    assert_eq!(step.led().0, "a:up:1 b:weakly-up c:joining d:joining e:weakly-up f:up:1");
}

/// DC-25, DC-26: of the own data centre who is Down and unreachable, or Exiting and done; of all others who is Down or Exiting,
/// reachable or not, whoever there has seen that, and told with the status that it had.
#[test]
fn a_leader_removes_whoever_goes_elsewhere() {
    let step = Step {
        members: "a@east:up:1 b@east:down:2 c@east:exiting:3 d@west:down:1 e@west:exiting:2 f@east:down:4 g@west:up:3 \
                  h@west:leaving:4 i@east:exiting:5",
        seen: "a",
        observed: "a>b g>f",
        state: ProbeState { exiting_confirmed: vec![node("c")], ..ProbeState::default() },
        ..Step::default()
    };
    let (left, outputs) = step.led();
    assert_eq!(left, "a:up:1 f:down:4 g:up:3 h:leaving:4 i:exiting:5");
    assert_eq!(removed(&outputs), "b:down c:exiting d:down e:exiting");
}

/// DC-28: whoever is told so downs a member of whatever data centre.
#[test]
fn a_member_of_any_data_centre_can_be_downed_anywhere() {
    let mut probe = Step { members: "a@east:up:1 d@west:up:1", seen: "a d", ..Step::default() }.probe();
    let down = Command::Down(Target::Address(node("d").address));
    let outputs = probe.handle(Instant::from_nanos(1), 5, InputKind::Command(down));
    assert_eq!(statuses(probe.node().gossip().members()), "a:up:1 d:down:1");
    assert!(outputs.iter().any(|output| matches!(output, Output::Accepted { .. })), "{outputs:?}");
}

/// DC-29: who is Down waits until those of its data centre that are Down have heard of it, not until others have.
#[test]
fn who_is_down_waits_for_nobody_elsewhere() {
    let stops = |members, observed| {
        let (_, outputs) = Step { me: "b", members, seen: "a b", observed, ..Step::default() }.led();
        outputs.contains(&Output::Stopped { why: StopReason::Downed })
    };
    assert!(!stops("a@east:up:1 b@east:down:2 c@east:down:3", ""));
    assert!(stops("a@east:up:1 b@east:down:2 c@east:down:3", "a>c"));
    assert!(
        !stops("a@east:up:1 b@east:down:2 c@east:down:3 d@west:up:1", "d>c"),
        "what others observe does not count"
    );
    assert!(stops("a@east:up:1 b@east:down:2 c@west:down:1", ""));
}

/// DC-30: one command, and all that are Up, of all data centres, prepare; and one that is Up among others that prepare follows.
#[test]
fn a_shutdown_is_prepared_in_all_data_centres() {
    let mut probe =
        Step { members: "a@east:up:1 b@east:leaving:2 d@west:up:1", seen: "a b d", ..Step::default() }
            .probe();
    probe.handle(Instant::from_nanos(1), 5, InputKind::Command(Command::PrepareForShutdown));
    assert_eq!(
        statuses(probe.node().gossip().members()),
        "a:preparing-for-shutdown:1 b:leaving:2 d:preparing-for-shutdown:1"
    );
    let late = |members| {
        let mut probe = Step { members, seen: "a d", ..Step::default() }.probe();
        probe.leader_tick(Instant::from_nanos(1), 5);
        probe.tally().prepare_requested
    };
    assert!(late("a@east:up:1 d@west:ready-for-shutdown:1"));
    assert!(!late("a@east:up:1 d@west:leaving:1"));
}

/// DC-31, DC-27: two who lead the own data centre hear that a node has finished exiting; of the last node of a data centre nobody does.
#[test]
fn an_exit_is_confirmed_within_the_data_centre() {
    let told = |me, members| {
        let mut probe = Step { me, members, seen: "a b c d e", ..Step::default() }.probe();
        let confirmed = probe.step(Instant::from_nanos(1), 5, |node| confirm_to_leaders(&mut node.base));
        receivers(&confirmed, MessageKind::ExitingConfirmed)
    };
    assert_eq!(told("b", "a@west:up:1 b@east:exiting:1 c@east:up:2 d@east:up:3 e@east:up:4"), "c d");
    assert_eq!(told("b", "a@west:up:1 b@east:exiting:1 c@west:up:2"), "");
}

/// DC-42, GSP-61: gossip is sped up while somebody is Down, or fewer than half of the own data centre have seen the state, whoever of
/// others has; with Pekko always.
#[test]
fn gossip_is_sped_up_while_news_spread_in_the_own_data_centre() {
    let four = "a@east:up:1 b@east:up:2 c@east:up:3 d@east:up:4 x@west:up:1 y@west:up:2 z@west:up:3";
    let downed = "a@east:up:1 b@east:up:2 x@west:down:1";
    for (members, seen, expected) in [
        (four, "a x y z", true),
        (four, "a b", false),
        (four, "a b c d x y z", false),
        (four, "x y z", true),
        (downed, "a b x", true),
        ("a@east:up:1 b@east:up:2 x@west:up:1 y@west:up:2 z@west:up:3", "a", false),
    ] {
        for always in ["off", "on"] {
            let settings = &[("multi-data-center.always-speed-up-gossip", always)];
            let step = Step { members, seen, settings, ..Step::default() };
            let is_needed = step.probe().needs_speedup();
            assert_eq!(is_needed, expected || always == "on", "{members} seen by {seen}, always {always}");
        }
    }
}

/// DC-43: who became Exiting is told of at once to the two oldest of the own data centre.
#[test]
fn news_of_an_exit_go_to_the_oldest_of_the_own_data_centre() {
    let members = "a@east:up:3 b@east:leaving:4 c@east:up:1 d@east:up:2 w@west:up:1";
    let (_, outputs) = Step { members, seen: "a b c d", ..Step::default() }.led();
    assert_eq!(receivers(&outputs, MessageKind::Gossip), "c d");
}

/// DC-44: a state is taken in from a member of any data centre, unless this very node has marked the sender.
#[test]
fn a_state_is_heard_from_members_of_any_data_centre() {
    let ignored = |observed| {
        let step =
            Step { members: "a@east:up:1 b@east:up:2 d@west:up:1", seen: "a", observed, ..Step::default() };
        let mut probe = step.probe();
        let newer = probe.node().gossip().bump(node("d").key()).with_seen(&node("d"));
        let outputs = receive(&mut probe, "d", Message::Gossip { gossip: Arc::new(newer) });
        let dropped = outputs.iter().find_map(|output| match output {
            Output::Ignored { why, .. } => Some(why.clone()),
            _ => None,
        });
        assert_eq!(probe.node().gossip().is_seen_by(&node("d")), dropped.is_none());
        dropped
    };
    assert_eq!(ignored(""), None);
    assert_eq!(ignored("b>d"), None);
    assert_eq!(ignored("a>d"), Some(IgnoreReason::UnreachableSender));
}

/// DC-40: a status with the same clock, seen by others, is answered with everything, to whatever data centre.
#[test]
fn a_status_that_others_have_seen_is_answered_with_the_state() {
    let answer = |seen_there: &str| {
        let mut probe =
            Step { members: "a@east:up:1 d@west:joining", seen: "a d", ..Step::default() }.probe();
        let theirs = gossip_with("a@east:up:1 d@west:joining", seen_there, "", "a:1");
        let status = Message::GossipStatus { clock: theirs.clock().clone(), seen: theirs.seen_hash() };
        receivers(&receive(&mut probe, "d", status), MessageKind::Gossip)
    };
    assert_eq!(answer("a"), "d");
    assert_eq!(answer("a d"), "");
}

/// DC-58: heartbeats are answered with their own number and time, to whatever data centre, also before joining.
#[test]
fn heartbeats_of_any_data_centre_are_answered() {
    let sent_at = Instant::from_nanos(77);
    let heartbeat = Message::Heartbeat { sequence: 9, sent_at };
    let is_answered = |outputs: &[Output]| {
        let reply = Message::HeartbeatReply { sequence: 9, sent_at };
        outputs.iter().any(|output| {
            matches!(output, Output::Send(envelope) if envelope.message == reply && envelope.to.address().host() == "d")
        })
    };
    let mut member = Step { members: "a@east:up:1 d@west:up:1", ..Step::default() }.probe();
    assert!(is_answered(&receive(&mut member, "d", heartbeat.clone())));
    let mut alone = Node::new(Config::pekko(), node("a"), 1, Instant::ZERO).unwrap();
    let cluster = alone.config().cluster_name.clone();
    let to = Destination::Address(node("a").address);
    let envelope = Envelope { cluster, from: node("d"), to, message: heartbeat };
    assert!(is_answered(&alone.handle(Input {
        now: sent_at,
        wall_ms: 0,
        kind: InputKind::Received(envelope)
    })));
}

/// DC-61: of a member that is new, by gossip or because it joins here, no heartbeat is remembered, whatever its data centre.
#[test]
fn heartbeats_of_a_new_member_elsewhere_are_forgotten() {
    let members = "a@east:up:1 b@east:up:2";
    let mut by_gossip = Step { members, seen: "a b", ..Step::default() }.probe();
    let news = gossip_with("a@east:up:1 b@east:up:2 d@west:up:1", "b d", "", "a:1 b:1");
    receive(&mut by_gossip, "b", Message::Gossip { gossip: Arc::new(news) });
    assert_eq!(by_gossip.tally().forgotten, [node("d").address]);
    let mut by_join = Step { members, seen: "a b", ..Step::default() }.probe();
    let roles = crate::Roles::new(["dc-west".into()]).unwrap();
    receive(&mut by_join, "d", Message::Join { roles, app_version: crate::AppVersion::default() });
    assert_eq!(by_join.tally().forgotten, [node("d").address]);
    assert_eq!(by_join.node().gossip().member(&node("d")).unwrap().status(), MemberStatus::Joining);
}
