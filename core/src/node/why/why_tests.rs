//! Every reason is shown with the state that has it and with one that lacks it, and nothing else: then the answer is another one.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::*;
use crate::config::Config;
use crate::node::probe::{Probe, ProbeState};
use crate::testing::{gossip_with, node};
use crate::time::Instant;
use crate::{Command, Destination, Envelope, Input, InputKind, JoinRefusal, Message};

/// What `a` answers in a state; the settings come first, if there are any.
struct Asked<'a> {
    settings: &'a [(&'a str, &'a str)],
    state: ProbeState,
    members: &'a str,
    seen: &'a str,
    observed: &'a str,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        let state = ProbeState::default();
        Self { settings: &[], state, members: "a:up:1 b:up:2 c:up:3", seen: "a b c", observed: "" }
    }
}

impl Asked<'_> {
    fn why(&self, question: &str) -> String {
        texts(&self.reasons(question))
    }

    fn reasons(&self, question: &str) -> Vec<Why> {
        let mut config = Config::pekko();
        self.settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
        let gossip = Arc::new(gossip_with(self.members, self.seen, self.observed, "a:1"));
        let data_center =
            gossip.member(&node("a")).map_or("default".into(), |own| own.data_center().to_string());
        config.multi_data_center.self_data_center = data_center.as_str().into();
        let probe = Probe::new(config, node("a"), gossip, &self.state).unwrap();
        probe.node().why(&question.parse().unwrap())
    }
}

fn texts(reasons: &[Why]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// CNV-6: a member that has not seen; when it has, nothing holds convergence up.
#[test]
fn who_has_not_seen_holds_convergence_up() {
    let asked = Asked { seen: "a c", ..Asked::default() };
    assert_eq!(asked.why("not-converged"), "b:1#1 (up) has not seen the state");
    assert_eq!(Asked::default().why("not-converged"), "");
    let down = Asked { members: "a:up:1 b:down:2 c:up:3", ..asked };
    assert_eq!(down.why("not-converged"), "", "nobody waits for a member that is Down");
}

/// CNV-9: an unreachable member, by whom; without the observation, or once it is Down, the reason is gone.
#[test]
fn who_is_unreachable_holds_convergence_up() {
    let asked = Asked { observed: "a>c b>c:terminated", ..Asked::default() };
    assert_eq!(asked.why("not-converged"), "c:1#1 (up) is unreachable to a:1#1, b:1#1 (for good)");
    assert_eq!(
        Asked { observed: "a>c", ..Asked::default() }.why("not-converged"),
        "c:1#1 (up) is unreachable to a:1#1"
    );
    assert_eq!(Asked { observed: "a>c a>c:reachable", ..Asked::default() }.why("not-converged"), "");
    let down = Asked { members: "a:up:1 b:up:2 c:down:3", observed: "a>c", ..Asked::default() };
    assert_eq!(down.why("not-converged"), "");
    let observer_is_down = Asked { members: "a:up:1 b:down:2 c:up:3", observed: "b>c", ..Asked::default() };
    assert_eq!(observer_is_down.why("not-converged"), "", "an observer that is Down does not count");
}

/// LDR-8: fewer members than must be, in all and with a role; with enough of them only the leader is waited for.
#[test]
fn a_member_waits_for_others() {
    let joining = "a:up:1:web b:joining";
    let asked = |settings, members| Asked { settings, members, seen: "a b c", ..Asked::default() };
    let minimum: &[(&str, &str)] = &[("min-nr-of-members", "3")];
    assert_eq!(
        asked(minimum, joining).why("not-up b:1"),
        "there are 2 members, and min-nr-of-members asks for 3"
    );
    let leads = "nothing hinders it; a:1#1 leads and has yet to act, at 1.000s";
    assert_eq!(asked(minimum, "a:up:1 b:joining c:joining").why("not-up b:1"), leads);
    let role: &[(&str, &str)] = &[("role.web.min-nr-of-members", "2")];
    assert_eq!(asked(role, joining).why("not-up b:1"), "1 members have the role web, and its minimum is 2");
    assert_eq!(asked(role, "a:up:1:web b:joining::web").why("not-up b:1"), leads);
    assert_eq!(asked(&[], joining).why("not-up b:1"), leads);
    assert_eq!(asked(&[], "a:up:1 b:up:2").why("not-up b:1"), "");
}

/// Convergence, a shutdown that was announced, the status: each stands between a member and Up, and each can be taken away.
#[test]
fn a_member_waits_for_convergence_and_for_no_shutdown() {
    let asked = Asked { members: "a:up:1 b:joining", seen: "b", ..Asked::default() };
    assert_eq!(asked.why("not-up b:1"), "a:1#1 (up) has not seen the state");
    let preparing = ProbeState { preparing: true, ..ProbeState::default() };
    let asked = Asked { state: preparing, seen: "a b", ..asked };
    assert_eq!(asked.why("not-up b:1"), "the cluster prepares to stop, so nobody comes up any more");
    let asked = Asked { state: ProbeState::default(), ..asked };
    assert!(asked.why("not-up b:1").starts_with("nothing hinders it; a:1#1 leads"));
    assert_eq!(Asked { members: "a:up:1 b:leaving:2", ..asked }.why("not-up b:1"), "b:1#1 is leaving");
}

/// Who is no member, and whom another data centre leads.
#[test]
fn of_strangers_and_of_other_data_centres_little_is_known() {
    let asked = Asked { members: "a@east:up:1 b@west:joining", seen: "a b", ..Asked::default() };
    assert_eq!(asked.why("not-up b:1"), "the leader of west decides on b:1#1; ask a node there");
    assert_eq!(asked.why("not-up z:1"), "there is no member at z:1");
    assert_eq!(asked.why("not-removed z:1"), "");
    let same = Asked { members: "a@east:up:1 b@east:joining", ..asked };
    assert!(same.why("not-up b:1").starts_with("nothing hinders it"));
}

/// LDR-11 to LDR-13: what stands between a member and its removal.
#[test]
fn a_member_stays_until_it_is_down_and_unreachable_or_done() {
    let asked = |members, observed| Asked { members, observed, seen: "a b", ..Asked::default() };
    assert_eq!(
        asked("a:up:1 b:up:2", "").why("not-removed b:1"),
        "b:1#1 is up: it neither leaves, nor has anybody downed it"
    );
    let down = "a:up:1 b:down:2";
    assert_eq!(
        asked(down, "").why("not-removed b:1"),
        "b:1#1 is down, but everybody still reaches it: it is removed when it has stopped"
    );
    let yet = "nothing hinders it; a:1#1 leads and has yet to act, at 1.000s";
    assert_eq!(asked(down, "a>b").why("not-removed b:1"), yet);
    let exiting = "a:up:1 b:exiting:2";
    assert_eq!(
        asked(exiting, "").why("not-removed b:1"),
        "b:1#1 is exiting and has not told the leader that it is done"
    );
    let confirmed = ProbeState { exiting_confirmed: [node("b")].into(), ..ProbeState::default() };
    assert_eq!(Asked { state: confirmed, ..asked(exiting, "") }.why("not-removed b:1"), yet);
    let follower = |observed| asked("a:joining b:exiting:2 c:up:3", observed);
    assert_eq!(
        Asked { seen: "a b c", ..follower("") }.why("not-removed b:1"),
        "b:1#1 is exiting, and whether it is done only c:1#1 knows, which leads; ask there"
    );
    let found = Asked { seen: "a b c", ..follower("a>b") }.why("not-removed b:1");
    assert_eq!(found, "nothing hinders it; c:1#1 leads and has yet to act");
    let unseen = Asked { seen: "b", ..asked(down, "a>b") };
    assert_eq!(unseen.why("not-removed b:1"), "a:1#1 (up) has not seen the state");
    assert_eq!(asked("a@east:up:1 b@west:down:1", "").why("not-removed b:1"), yet);
}

/// FRM-34: no room for one more tombstone; with room it goes.
#[test]
fn a_removal_waits_for_room() {
    let full = "nobody can be removed until one of 0 tombstones is old enough to fall";
    let asked = |limit: &str| {
        let settings: &[(&str, &str)] = &[("limits.tombstones", limit)];
        Asked { settings, members: "a:up:1 b:down:2", observed: "a>b", seen: "a", ..Asked::default() }
            .why("not-removed b:1")
    };
    assert_eq!(asked("0"), full);
    assert!(asked("1").starts_with("nothing hinders it; a:1#1 leads"));
}

/// CNV-9: since when a member is unreachable is told, by the event that said so; it ends with the observation, and begins anew.
#[test]
fn since_when_somebody_is_unreachable_is_known() {
    let members = "a:up:1 b:up:2 c:up:3";
    let state = |observed, clock| Arc::new(gossip_with(members, "a b c", observed, clock));
    let mut probe = Probe::new(Config::pekko(), node("a"), state("", "a:1"), &ProbeState::default()).unwrap();
    let mut told = |seconds: u64, gossip: Arc<crate::Gossip>| {
        let cluster = probe.node().config().cluster_name.clone();
        let to = Destination::Incarnation(node("a"));
        let envelope = Envelope { cluster, from: node("b"), to, message: Message::Gossip { gossip } };
        let now = Instant::from_nanos(seconds * 1_000_000_000);
        probe.handle(now, 0, InputKind::Received(envelope));
        texts(&probe.node().why(&Question::NotConverged))
    };
    assert_eq!(told(2, state("b>c", "a:1 b:1")), "c:1#1 (up) is unreachable to b:1#1 since 2.000s");
    let both = state("a>c b>c", "a:1 b:2");
    assert_eq!(told(3, both), "c:1#1 (up) is unreachable to a:1#1, b:1#1 since 2.000s");
    assert_eq!(told(4, state("b>c b>c:reachable", "a:1 b:3")), "");
    assert_eq!(told(5, state("b>c", "a:1 b:4")), "c:1#1 (up) is unreachable to b:1#1 since 5.000s");
}

/// What the resolver of `a` last decided before and after `b`, which never answered, was downed; and that node.
fn decides_by_itself() -> ([Vec<Why>; 2], Node) {
    let mut alone = lone(&[("downing", "sbr"), ("sbr.stable-after", "5s")]);
    let at = |seconds: u64| Instant::from_nanos(seconds * 1_000_000_000);
    let give = |node: &mut Node, seconds, kind| node.handle(Input { now: at(seconds), wall_ms: 0, kind });
    give(&mut alone, 0, InputKind::Command(Command::Join(node("a").address)));
    let message = Message::Join { roles: crate::Roles::default(), app_version: crate::AppVersion::default() };
    let cluster = alone.config().cluster_name.clone();
    let to = Destination::Address(node("a").address);
    give(&mut alone, 1, InputKind::Received(Envelope { cluster, from: node("b"), to, message }));
    let before = alone.why(&Question::LastDecision);
    for second in 2..60 {
        give(&mut alone, second, InputKind::Tick);
    }
    ([before, alone.why(&Question::LastDecision)], alone)
}

/// SBR-86: the last decision, once there is one.
#[test]
fn the_last_decision_is_told() {
    let ([before, after], alone) = decides_by_itself();
    assert!(before.is_empty());
    let told = texts(&after);
    assert!(told.starts_with("at ") && told.contains("down"), "{told}");
    assert_eq!(alone.view().save().resolver.unwrap().would_decide, None, "b is gone by now");
}

/// CNV-15: another leads, nobody does, or this node is no member.
#[test]
fn another_leads() {
    let asked = |members, observed| Asked { members, observed, ..Asked::default() };
    assert_eq!(
        asked("a:joining b:up:1", "").why("not-leader"),
        "b:1#1 (up) comes before this node (joining)"
    );
    assert_eq!(asked("a:up:1 b:up:2", "").why("not-leader"), "");
    assert_eq!(asked("a:down:1 b:up:2", "").why("not-leader"), "b:1#1 (up) comes before this node (down)");
    assert_eq!(asked("a:down:1 b:up:2", "a>b").why("not-leader"), "no member of the data centre can lead it");
    assert_eq!(asked("b:up:2", "").why("not-leader"), "there is no member at a:1");
}

fn lone(settings: &[(&str, &str)]) -> Node {
    let mut config = Config::pekko();
    settings.iter().for_each(|(name, value)| config.set(name, value).unwrap());
    Node::new(config, node("a"), 1, Instant::ZERO).unwrap()
}

fn give(node: &mut Node, kind: InputKind) {
    node.handle(Input { now: Instant::from_nanos(2_000_000_000), wall_ms: 0, kind });
}

fn command(node: &mut Node, command: Command) {
    give(node, InputKind::Command(command));
}

fn joining(node: &Node) -> String {
    texts(&node.why(&Question::StillJoining))
}

/// JOIN-1, JOIN-10, JOIN-20, JOIN-104: what joining waits for, and that nothing is waited for any more.
#[test]
fn joining_waits_for_somebody() {
    let mut lonely = lone(&[]);
    assert_eq!(joining(&lonely), "it was not told to join anybody, and has no seed nodes");
    assert_eq!(texts(&lonely.why(&"not-up".parse().unwrap())), joining(&lonely));
    command(&mut lonely, Command::SetAppVersionLater);
    command(&mut lonely, Command::Join(node("b").address));
    assert_eq!(joining(&lonely), "the version of its application has not been told; then it joins b:1");
    command(&mut lonely, Command::SetAppVersion("2.0.0".parse().unwrap()));
    assert_eq!(joining(&lonely), "it asked b:1 to let it in and has no answer; it asks again at 12.000s");
    command(&mut lonely, Command::JoinSeedNodes([node("b").address, node("c").address].into()));
    assert_eq!(joining(&lonely), "no seed node has let it in; it asks b:1, c:1, so far 1 times");
    command(&mut lonely, Command::JoinSeedNodes([node("a").address, node("c").address].into()));
    assert_eq!(joining(&lonely), "no seed node has let it in; it asks c:1, and founds a cluster at 7.000s");
    command(&mut lonely, Command::Join(node("a").address));
    assert_eq!(joining(&lonely), "");
    let seeded = lone(&[("seed-nodes", "b:1")]);
    assert_eq!(joining(&seeded), "it will ask its seed nodes at 0.000s");
    command(&mut lonely, Command::Stop);
    assert_eq!(joining(&lonely), "this node has ended");
}

fn receive(to: &mut Node, message: Message) {
    let cluster = to.config().cluster_name.clone();
    let destination = Destination::Incarnation(to.unique_address().clone());
    give(to, InputKind::Received(Envelope { cluster, from: node("b"), to: destination, message }));
}

/// What was dropped is kept, a bounded number of it; a refusal explains why a node still joins.
#[test]
fn what_was_dropped_lately_is_kept() {
    let mut asking = lone(&[]);
    assert!(asking.why(&Question::Ignored).is_empty());
    command(&mut asking, Command::Join(node("b").address));
    assert!(!joining(&asking).contains("refused"));
    receive(&mut asking, Message::JoinRefused { why: JoinRefusal::EarlierIncarnation });
    let refused = "b:1#1 refused it at 2.000s: an earlier life of this node must be removed first";
    assert!(joining(&asking).ends_with(refused), "{}", joining(&asking));
    assert_eq!(
        texts(&asking.why(&Question::Ignored)),
        "at 2.000s dropped a join-refused from b:1#1: refused"
    );
    for _ in 0..20 {
        receive(&mut asking, Message::ExitingConfirmed);
    }
    let dropped = asking.why(&Question::Ignored);
    assert_eq!(dropped.len(), 8);
    assert!(dropped.iter().all(|one| one.to_string().ends_with("from b:1#1: not-member")), "{dropped:?}");
    assert!(!joining(&asking).contains("refused"), "it has fallen out of the list");
}

/// Questions are read as they are written; a text that is none says what there is.
#[test]
fn questions_are_written_and_read() {
    for text in [
        "not-converged",
        "not-up",
        "not-up a:1",
        "not-removed a:1",
        "not-leader",
        "still-joining",
        "last-decision",
        "ignored",
    ] {
        assert_eq!(text.parse::<Question>().unwrap().to_string(), text);
    }
    for text in ["", "not-removed", "not-up a", "not-leader a:1", "why"] {
        let error = text.parse::<Question>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{text}` is no question")), "{error}");
    }
}

macro_rules! every_reason {
    ($($name:ident),*) => {
        const EVERY_REASON: &[&str] = &[$(stringify!($name)),*];

        /// Of which kind a reason is. Whoever adds a kind comes by here, and has to show below how it is taken away.
        const fn kind(why: &Why) -> &'static str {
            match why {
                $(Why::$name { .. } => stringify!($name)),*
            }
        }
    };
}

every_reason!(
    Ended,
    NotSeen,
    Unreachable,
    NoMember,
    OnItsWay,
    PreparingForShutdown,
    TooFewMembers,
    TooFewWithRole,
    LedElsewhere,
    LeaderHasYetToAct,
    NobodyLeads,
    OtherLeads,
    NothingRemoves,
    StillReachable,
    ExitNotConfirmed,
    LeaderKnows,
    NoRoomForTombstones,
    NobodyAsked,
    AsksAt,
    WaitsForVersion,
    AsksSeedNodes,
    AskedToJoin,
    Refused,
    Decided,
    Ignored
);

/// Of what a node that joins is asked: what it was told before, and one thing more.
fn joins_with(
    settings: &[(&str, &str)],
    told: &[InputKind],
    more: InputKind,
    question: &Question,
) -> [Vec<Why>; 2] {
    let mut node = lone(settings);
    told.iter().for_each(|kind| give(&mut node, kind.clone()));
    let before = node.why(question);
    give(&mut node, more);
    [before, node.why(question)]
}

/// Every kind of reason there is: in one state it is given, and in another, from which only that is taken, it is not.
#[test]
fn every_reason_can_be_taken_away() {
    let asked = |members, seen, observed| Asked { members, seen, observed, ..Asked::default() };
    let set = |settings, members| Asked { settings, ..asked(members, "a b", "") };
    let one = |question: &str, with: Asked<'_>, without: Asked<'_>| {
        [with, without].map(|asked| asked.reasons(question))
    };
    let command = |command| InputKind::Command(command);
    let join_b = command(Command::Join(node("b").address));
    let seeds =
        |names: [&str; 2]| command(Command::JoinSeedNodes(names.map(|name| node(name).address).into()));
    let said_by_b = |message| {
        let (cluster, to) = (Config::default().cluster_name.clone(), Destination::Incarnation(node("a")));
        InputKind::Received(Envelope { cluster, from: node("b"), to, message })
    };
    let refused = said_by_b(Message::JoinRefused { why: JoinRefusal::EarlierIncarnation });
    let joins =
        |settings, told: &[InputKind], more| joins_with(settings, told, more, &Question::StillJoining);
    let swapped = |[before, after]: [Vec<Why>; 2]| [after, before];
    let preparing = ProbeState { preparing: true, ..ProbeState::default() };
    let confirmed = ProbeState { exiting_confirmed: [node("b")].into(), ..ProbeState::default() };
    let (two, exiting) = ("a:up:1 b:joining", "a:up:1 b:exiting:2");
    let full: &[(&str, &str)] = &[("limits.tombstones", "0")];
    let (gone, room) = (asked("a:up:1 b:down:2", "a", "a>b"), asked("a:up:1 b:down:2", "a", "a>b"));
    let rows: [(&str, [Vec<Why>; 2]); 25] = [
        ("Ended", swapped(joins(&[], &[], command(Command::Stop)))),
        ("NotSeen", one("not-converged", asked("a:up:1 b:up:2", "a", ""), asked("a:up:1 b:up:2", "a b", ""))),
        (
            "Unreachable",
            one("not-converged", asked("a:up:1 b:up:2", "a b", "a>b"), asked("a:up:1 b:up:2", "a b", "")),
        ),
        (
            "NoMember",
            one("not-up c:1", asked(two, "a b", ""), asked("a:up:1 b:joining c:joining", "a b", "")),
        ),
        (
            "OnItsWay",
            one("not-up b:1", asked("a:up:1 b:leaving:2", "a b", ""), asked("a:up:1 b:up:2", "a b", "")),
        ),
        (
            "PreparingForShutdown",
            one("not-up b:1", Asked { state: preparing, ..asked(two, "a b", "") }, asked(two, "a b", "")),
        ),
        ("TooFewMembers", one("not-up b:1", set(&[("min-nr-of-members", "3")], two), set(&[], two))),
        (
            "TooFewWithRole",
            one("not-up b:1", set(&[("role.web.min-nr-of-members", "1")], two), set(&[], two)),
        ),
        (
            "LedElsewhere",
            one(
                "not-up b:1",
                asked("a@east:up:1 b@west:joining", "a b", ""),
                asked("a@east:up:1 b@east:joining", "a b", ""),
            ),
        ),
        ("LeaderHasYetToAct", one("not-up b:1", asked(two, "a b", ""), asked("a:up:1 b:up:2", "a b", ""))),
        (
            "NobodyLeads",
            one("not-leader", asked("a:down:1 b:up:2", "a b", "a>b"), asked("a:down:1 b:up:2", "a b", "")),
        ),
        ("OtherLeads", one("not-leader", asked("a:joining b:up:1", "", ""), asked("a:up:2 b:up:1", "", ""))),
        (
            "NothingRemoves",
            one("not-removed b:1", asked("a:up:1 b:up:2", "a b", ""), asked("a:up:1 b:down:2", "a b", "")),
        ),
        (
            "StillReachable",
            one(
                "not-removed b:1",
                asked("a:up:1 b:down:2", "a b", ""),
                asked("a:up:1 b:down:2", "a b", "a>b"),
            ),
        ),
        (
            "ExitNotConfirmed",
            one(
                "not-removed b:1",
                asked(exiting, "a b", ""),
                Asked { state: confirmed, ..asked(exiting, "a b", "") },
            ),
        ),
        (
            "LeaderKnows",
            one(
                "not-removed b:1",
                asked("a:joining b:exiting:2 c:up:3", "a b c", ""),
                asked("a:up:1 b:exiting:2 c:up:3", "a b c", ""),
            ),
        ),
        ("NoRoomForTombstones", one("not-removed b:1", Asked { settings: full, ..gone }, room)),
        ("NobodyAsked", joins(&[], &[], join_b.clone())),
        ("AsksAt", joins(&[("seed-nodes", "b:1")], &[], InputKind::Tick)),
        (
            "WaitsForVersion",
            joins(
                &[],
                &[command(Command::SetAppVersionLater), join_b.clone()],
                command(Command::SetAppVersion("2.0.0".parse().unwrap())),
            ),
        ),
        ("AsksSeedNodes", joins(&[], &[seeds(["b", "c"])], command(Command::Join(node("a").address)))),
        (
            "AskedToJoin",
            joins(&[], core::slice::from_ref(&join_b), command(Command::Join(node("a").address))),
        ),
        ("Refused", swapped(joins(&[], core::slice::from_ref(&join_b), refused.clone()))),
        ("Decided", swapped(decides_by_itself().0)),
        ("Ignored", swapped(joins_with(&[], &[join_b], refused, &Question::Ignored))),
    ];
    let has = |reasons: &[Why], name: &str| reasons.iter().any(|why| kind(why) == name);
    for (name, [with, without]) in &rows {
        assert!(has(with, name), "{name} is not among {with:?}");
        assert!(!has(without, name), "{name} is still among {without:?}");
    }
    assert_eq!(rows.map(|(name, _)| name), EVERY_REASON);
}

/// Reasons are plain data.
#[test]
fn reasons_cross_the_door_as_data() {
    let reason = Why::NotSeen { node: node("b"), status: crate::MemberStatus::Up };
    let json = serde_json::to_string(&reason).unwrap();
    assert_eq!(serde_json::from_str::<Why>(&json).unwrap(), reason);
}
