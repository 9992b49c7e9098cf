//! How a cluster stands at one instant, in tables.

use std::fmt;

use quorate::{Instant, Member, MemberStatus, Node, Phase, Question, ReachabilityStatus, UniqueAddress};
use quorate_sim::{Application, HostId, HostState, World};
use serde::Serialize;

use super::cast::Cast;
use super::seconds;

/// How one node stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct NodeState {
    /// Its name, with the number of its life if it is not the first.
    pub(crate) node: String,
    /// What its host is doing.
    host: String,
    /// Its own status, or how far it has come.
    status: String,
    leader: Option<String>,
    converged: bool,
    /// Members that have not seen its state.
    not_seen_by: Vec<String>,
    /// Unreachable members that hold convergence up.
    blocked_by: Vec<String>,
    /// What the resolver would decide now.
    would_decide: Option<String>,
    /// Why it is not further than it is.
    why: Vec<Because>,
    /// When it wants to be called again, in seconds.
    deadline: Option<f64>,
    /// The clock of its state: equal clocks, equal states but for who has seen them.
    clock: String,
    members: Vec<MemberState>,
    observations: Vec<Observation>,
    removed: Vec<String>,
}

/// A question, and the reasons that a node gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Because {
    question: String,
    reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct MemberState {
    node: String,
    status: &'static str,
    up_number: Option<i32>,
    seen: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Observation {
    observer: String,
    subject: String,
    status: &'static str,
}

impl NodeState {
    /// How the node of a host stands; `None` if it was never started.
    pub(crate) fn of<A: Application>(world: &World<A>, host: HostId, cast: &Cast) -> Option<Self> {
        let there = world.host(host);
        let node = there.node()?;
        let (view, gossip) = (node.view(), node.gossip());
        let confirmed = node.confirmed_exits();
        let call = |node: &UniqueAddress| cast.call(node);
        let member = |member: &Member| MemberState {
            node: call(member.unique_address()),
            status: member.status().name(),
            up_number: (member.up_number() != quorate::UP_NUMBER_NONE).then_some(member.up_number()),
            seen: gossip.is_seen_by(member.unique_address()),
        };
        let observations = gossip.reachability().rows().iter().flat_map(|row| {
            row.records().iter().map(move |record| Observation {
                observer: cast.call(row.observer()),
                subject: cast.call(&record.subject),
                status: status_name(record.status),
            })
        });
        let is_up = there.state() == HostState::Running;
        Some(Self {
            node: call(node.unique_address()),
            host: there.state().to_string(),
            status: progress(node),
            leader: view.leader().map(|leader| call(leader.unique_address())),
            converged: view.has_convergence(confirmed),
            not_seen_by: view.not_seen_by(confirmed).map(|member| call(member.unique_address())).collect(),
            blocked_by: view.blocked_by(confirmed).map(call).collect(),
            would_decide: node.would_decide().map(|record| cast.by_name(record.to_string())),
            why: why(node, cast),
            deadline: node.next_deadline().filter(|_| is_up).map(|at| world_seconds(world, host, at)),
            clock: clock(node, cast),
            members: gossip.members().iter().map(member).collect(),
            observations: observations.collect(),
            removed: gossip.tombstones().iter().map(|(node, _)| call(node)).collect(),
        })
    }

    /// Whether both hold the same state, whoever has seen it.
    fn holds_the_same_as(&self, other: &Self) -> bool {
        (&self.members, &self.observations, &self.removed, &self.clock)
            == (&other.members, &other.observations, &other.removed, &other.clock)
    }
}

/// When the clock of a host will show a time, by that of the world, if it goes on evenly.
fn world_seconds<A: Application>(world: &World<A>, host: HostId, shows: Instant) -> f64 {
    let now = world.now();
    let ahead = i128::from(shows.as_nanos()) - i128::from(world.host(host).clock().at(now).as_nanos());
    (i128::from(now.as_nanos()) + ahead) as f64 / 1e9
}

/// What somebody would ask a node that is stuck, and what it answers: why it still joins, why it has not converged, and of the leader why
/// members are neither Up nor removed.
fn why(node: &Node, cast: &Cast) -> Vec<Because> {
    let mut questions = vec![Question::StillJoining];
    if *node.phase() == Phase::Initialized {
        questions.push(Question::NotConverged);
    }
    let leads = node.view().is_leader();
    for member in node.gossip().members().iter().filter(|_| leads) {
        let at = member.address().clone();
        match member.status() {
            MemberStatus::Joining | MemberStatus::WeaklyUp => {
                questions.push(Question::NotUp { node: Some(at) });
            }
            MemberStatus::Down | MemberStatus::Exiting => questions.push(Question::NotRemoved { node: at }),
            _ => {}
        }
    }
    let ask = |question: Question| {
        let reasons = node.why(&question);
        let reasons: Vec<String> = reasons.iter().map(|reason| cast.by_name(reason.to_string())).collect();
        let question = match &question {
            Question::NotUp { node: Some(node) } => format!("not-up {}", cast.call_address(node)),
            Question::NotRemoved { node } => format!("not-removed {}", cast.call_address(node)),
            other => other.to_string(),
        };
        (!reasons.is_empty()).then_some(Because { question, reasons })
    };
    if node.is_stopped() { Vec::new() } else { questions.into_iter().filter_map(ask).collect() }
}

/// A clock by the names of those who count in it.
fn clock(node: &Node, cast: &Cast) -> String {
    let name = |key: quorate::NodeKey| {
        let life = cast.lives().iter().find(|life| life.node.key() == key);
        life.map_or_else(|| format!("{:04x}..", key.0 >> 48), |life| cast.call_life(life))
    };
    let mut counts: Vec<String> = node
        .gossip()
        .clock()
        .entries()
        .iter()
        .map(|(key, count)| format!("{}:{count}", name(*key)))
        .collect();
    counts.sort_unstable();
    counts.join(" ")
}

const fn status_name(status: ReachabilityStatus) -> &'static str {
    match status {
        ReachabilityStatus::Reachable => "reachable",
        ReachabilityStatus::Unreachable => "unreachable",
        ReachabilityStatus::Terminated => "terminated",
    }
}

fn progress(node: &Node) -> String {
    match node.phase() {
        Phase::Initialized => node.view().own_status().name().into(),
        Phase::Uninitialized => "in no cluster".into(),
        Phase::TryingToJoin { join_with } => format!("tries to join {join_with}"),
        Phase::Stopped => {
            let own =
                node.gossip().member(node.unique_address()).map_or(MemberStatus::Removed, Member::status);
            format!("stopped, was {}", own.name())
        }
    }
}

/// The states of several nodes, for a person: nodes with equal states share one table.
pub(crate) struct StateTables<'a> {
    pub(crate) at: Instant,
    pub(crate) states: &'a [&'a NodeState],
}

impl fmt::Display for StateTables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "state at {}:", seconds(self.at))?;
        let width = self.states.iter().map(|state| state.node.len()).max().unwrap_or(0);
        for state in self.states {
            writeln!(f, "  {:width$}  {}", state.node, Line(state))?;
        }
        let mut left: Vec<&NodeState> =
            self.states.iter().copied().filter(|state| !state.members.is_empty()).collect();
        while let Some(first) = left.first().copied() {
            let (same, others): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|state| state.holds_the_same_as(first));
            left = others;
            let names: Vec<&str> = same.iter().map(|state| state.node.as_str()).collect();
            writeln!(f, "\n  as {} {} it:", names.join(" "), if names.len() == 1 { "sees" } else { "see" })?;
            table(f, first)?;
        }
        Ok(())
    }
}

/// A node in one line.
struct Line<'a>(&'a NodeState);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0;
        write!(f, "{}", state.status)?;
        if state.host != "is running" {
            return write!(f, ", {}", state.host);
        }
        if let Some(leader) = &state.leader {
            write!(f, ", {leader} leads")?;
        }
        if !state.members.is_empty() {
            f.write_str(if state.converged { ", converged" } else { ", not converged" })?;
        }
        if !state.not_seen_by.is_empty() {
            write!(f, ", not seen by {}", state.not_seen_by.join(" "))?;
        }
        if !state.blocked_by.is_empty() {
            write!(f, ", unreachable {}", state.blocked_by.join(" "))?;
        }
        if let Some(deadline) = state.deadline {
            write!(f, ", next deadline {deadline:.3}s")?;
        }
        if let Some(decision) = &state.would_decide {
            write!(f, "\n      would decide: {decision}")?;
        }
        for Because { question, reasons } in &state.why {
            write!(f, "\n      why {question}: {}", reasons.join("; "))?;
        }
        Ok(())
    }
}

fn table(f: &mut fmt::Formatter<'_>, state: &NodeState) -> fmt::Result {
    let width = state.members.iter().map(|member| member.node.len()).max().unwrap_or(0).max(6);
    writeln!(f, "    {:width$}  {:22}  {:>4}  seen", "member", "status", "up")?;
    for member in &state.members {
        let up = member.up_number.map_or("-".into(), |number| number.to_string());
        let seen = if member.seen { "yes" } else { "no" };
        writeln!(f, "    {:width$}  {:22}  {up:>4}  {seen}", member.node, member.status)?;
    }
    for Observation { observer, subject, status } in &state.observations {
        writeln!(f, "    {observer} sees {subject} {status}")?;
    }
    if !state.removed.is_empty() {
        writeln!(f, "    removed: {}", state.removed.join(" "))?;
    }
    writeln!(f, "    clock: {}", state.clock)
}
