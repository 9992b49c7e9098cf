//! Looks on at one run and measures it.

use std::collections::BTreeSet;

use quorate::{
    Codec, Command, Gossip, Instant, MemberStatus, NEWEST_FORMAT, Node, NodeKey, Output, ReachabilityStatus,
    Target, UniqueAddress,
};
use quorate_sim::{Action, Application, HostId, HostState, Outcome, Step, StepKind, World};

use super::incident::{Incident, Kind};
use super::numbers::{Metric, Sample};
use crate::run::{Cast, Witness};

/// What is known of one host.
#[derive(Debug, Default)]
struct Seen {
    incarnation: u32,
    runs: bool,
    revision: u64,
    /// How many members it has if all of them are Up, else zero.
    all_up: usize,
    /// The version of its own row, and whom it has marked there.
    row_version: u64,
    marked: Vec<NodeKey>,
}

/// Measures a run.
pub(crate) struct Meter {
    hosts: Vec<Seen>,
    codecs: Vec<Codec>,
    running: usize,
    /// How many running hosts have so many members, all of them Up.
    agreeing: Vec<usize>,
    incidents: Vec<Incident>,
    /// Who was told to leave in the present step.
    told_to_leave: Option<HostId>,
    first_start: Option<Instant>,
    converged: Option<Converged>,
    sent: u64,
    bytes: u64,
    false_marks: u64,
    false_downs: u64,
    /// Nodes that were Down to somebody.
    downed: BTreeSet<NodeKey>,
}

/// When all had found each other, and what that took.
struct Converged {
    at: Instant,
    sent: u64,
    bytes: u64,
    nodes: usize,
    /// Until then, summed over nodes, in nanoseconds.
    lived: u64,
}

impl Meter {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            hosts: (0..nodes).map(|_| Seen::default()).collect(),
            codecs: (0..nodes).map(|_| Codec::default()).collect(),
            running: 0,
            agreeing: vec![0; 2 * nodes + 2],
            incidents: Vec::new(),
            told_to_leave: None,
            first_start: None,
            converged: None,
            sent: 0,
            bytes: 0,
            false_marks: 0,
            false_downs: 0,
            downed: BTreeSet::new(),
        }
    }

    /// What was measured, at the end of the run.
    pub(super) fn samples(&self, ended_at: Instant, node_seconds: f64) -> Vec<Sample> {
        let mut samples = Vec::new();
        let first = self.first_start.unwrap_or(ended_at);
        let took = self.converged.as_ref().map(|converged| converged.at.since(first).as_secs_f64());
        samples.push(Sample(Metric::Converged, took));
        for incident in &self.incidents {
            incident.samples(&mut samples);
        }
        if node_seconds > 0.0 {
            let hours = node_seconds / 3600.0;
            samples.push(Sample(Metric::FalseMarks, Some(self.false_marks as f64 / hours)));
            samples.push(Sample(Metric::FalseDowns, Some(self.false_downs as f64 / hours)));
        }
        if let Some(Converged { sent, bytes, nodes, lived, .. }) = self.converged {
            let nodes = nodes as f64;
            samples.push(Sample(Metric::MessagesUntilConverged, Some(sent as f64 / nodes)));
            samples.push(Sample(Metric::BytesUntilConverged, Some(bytes as f64 / nodes)));
            let left = node_seconds - lived as f64 / 1e9;
            if left >= 1.0 {
                samples.push(Sample(Metric::Messages, Some((self.sent - sent) as f64 / left)));
                samples.push(Sample(Metric::Bytes, Some((self.bytes - bytes) as f64 / left)));
            }
        }
        samples
    }

    /// A host has another process than it had, or none.
    fn turn<A: Application>(&mut self, world: &World<A>, host: HostId) {
        let there = world.host(host);
        let (place, at) = (host.index(), world.now());
        let seen = &mut self.hosts[place];
        let crashed =
            seen.runs && (there.incarnation() != seen.incarnation || there.state() == HostState::Crashed);
        if std::mem::take(&mut seen.runs) {
            self.running -= 1;
            let all_up = std::mem::take(&mut seen.all_up);
            self.agreeing[all_up] -= usize::from(all_up > 0);
            self.incidents.iter_mut().for_each(|incident| incident.loses(place, at));
        }
        let started = there.is_running() && there.incarnation() != self.hosts[place].incarnation;
        self.hosts[place] = Seen { incarnation: there.incarnation(), ..Seen::default() };
        if crashed && let Some(node) = world.host(host).unique_address() {
            // Of one that is back at once the earlier life can't be asked any more who it was.
            if !started {
                self.begin(world, Kind::Crashed, node.clone());
            }
        }
        if there.is_running() {
            self.hosts[place].runs = true;
            self.running += 1;
            self.first_start.get_or_insert(at);
            if started
                && self.converged.is_some()
                && let Some(node) = there.unique_address()
            {
                self.begin(world, Kind::Joined, node.clone());
            }
        }
    }

    /// Something happens to a node of which all others are to hear.
    fn begin<A: Application>(&mut self, world: &World<A>, kind: Kind, node: UniqueAddress) {
        let running = || world.host_ids().filter(|host| world.host(*host).is_running());
        let nodes = || running().filter_map(|host| Some((host.index(), world.host(host).node()?)));
        let observers = match kind {
            Kind::Crashed => nodes()
                .filter(|(_, other)| other.phi(&node.address).is_some())
                .map(|(host, _)| host)
                .collect(),
            _ => BTreeSet::new(),
        };
        let mut incident = Incident::new(kind, node, world.now(), observers);
        for (host, other) in nodes() {
            if *other.unique_address() != incident.node {
                incident.sees(host, other.gossip(), world.now());
            }
        }
        // Of a node that no other knows nobody has to hear.
        if incident.is_pending() {
            self.incidents.push(incident);
        }
    }

    /// The state of a running host has become another.
    fn follow<A: Application>(&mut self, world: &World<A>, host: HostId, node: &Node) {
        let (gossip, at, place) = (node.gossip(), world.now(), host.index());
        let members = gossip.members();
        let mut up = 0;
        for member in members.iter() {
            match member.status() {
                MemberStatus::Up => up += 1,
                MemberStatus::Down => self.sees_down(world, host, member.unique_address()),
                _ => {}
            }
        }
        let all_up = if up == members.len() && up < self.agreeing.len() { up } else { 0 };
        let before = std::mem::replace(&mut self.hosts[place].all_up, all_up);
        self.agreeing[before] -= usize::from(before > 0);
        self.agreeing[all_up] += usize::from(all_up > 0);
        for incident in self.incidents.iter_mut().filter(|incident| incident.node != *node.unique_address()) {
            incident.sees(place, gossip, at);
        }
        self.follow_row(world, host, node.unique_address(), gossip);
    }

    /// Whom a host has marked since it was looked at last.
    fn follow_row<A: Application>(
        &mut self,
        world: &World<A>,
        host: HostId,
        me: &UniqueAddress,
        gossip: &Gossip,
    ) {
        let table = gossip.reachability();
        let (version, place, at) = (table.version(me), host.index(), world.now());
        if std::mem::replace(&mut self.hosts[place].row_version, version) == version {
            return;
        }
        let records = table.row(me).map_or(&[][..], |row| row.records());
        let unreachable = records.iter().filter(|record| record.status == ReachabilityStatus::Unreachable);
        let mut marked: Vec<NodeKey> = Vec::new();
        for subject in unreachable.map(|record| &record.subject) {
            marked.push(subject.key());
            if self.hosts[place].marked.contains(&subject.key()) {
                continue;
            }
            if lives_in_reach(world, host, subject) {
                self.false_marks += 1;
            }
            let about = self.incidents.iter_mut().filter(|incident| incident.kind == Kind::Crashed);
            about.filter(|incident| incident.node == *subject).for_each(|incident| incident.marks(place, at));
        }
        self.hosts[place].marked = marked;
    }

    fn sees_down<A: Application>(&mut self, world: &World<A>, host: HostId, node: &UniqueAddress) {
        if self.downed.insert(node.key()) && lives_in_reach(world, host, node) {
            self.false_downs += 1;
        }
    }

    fn check_converged<A: Application>(&mut self, world: &World<A>) {
        let all = self.running;
        if self.converged.is_none() && all > 0 && self.agreeing.get(all) == Some(&all) {
            let started = world.hosts().iter().filter_map(|host| host.started_at());
            self.converged = Some(Converged {
                at: world.now(),
                sent: self.sent,
                bytes: self.bytes,
                nodes: all,
                lived: started.map(|from| world.now().as_nanos() - from.as_nanos()).sum(),
            });
        }
    }
}

/// Whether a node runs, and messages get from one host to it and back.
fn lives_in_reach<A: Application>(world: &World<A>, from: HostId, node: &UniqueAddress) -> bool {
    let Some(host) = world.host_of(&node.address) else { return false };
    let there = world.host(host);
    let is_cut = world.is_cut(from, host) || world.is_cut(host, from);
    host != from && there.is_running() && there.unique_address() == Some(node) && !is_cut
}

impl<A: Application> Witness<A> for Meter {
    fn saw(&mut self, step: &Step<'_>, cast: &Cast) {
        if let StepKind::Action {
            action: Action::Leave { host, .. } | Action::Stop { host },
            outcome: Outcome::Done,
        } = step.what
        {
            self.told_to_leave = Some(*host);
        }
        if let StepKind::Action {
            action: Action::Command { command: Command::Leave(Target::Incarnation(node)), .. },
            outcome: Outcome::Done,
        } = step.what
        {
            self.told_to_leave = cast.lives().iter().find(|life| life.node == *node).map(|life| life.host);
        }
        let Some(host) = step.host else { return };
        for output in step.outputs {
            if let Output::Send(envelope) = output {
                self.sent += 1;
                let codec = &mut self.codecs[host.index()];
                let frames = codec.encode_in(NEWEST_FORMAT, envelope);
                self.bytes += frames.map_or(0, |frames| frames.map(|frame| frame.len() as u64).sum());
            }
        }
    }

    fn stands(&mut self, world: &World<A>, host: Option<HostId>, _: &Cast) {
        let Some(host) = host else { return };
        if let Some(leaver) = self.told_to_leave.take()
            && let Some(node) = world.host(leaver).unique_address()
        {
            self.begin(world, Kind::Left, node.clone());
        }
        let there = world.host(host);
        let seen = &self.hosts[host.index()];
        if (seen.incarnation, seen.runs) != (there.incarnation(), there.is_running()) {
            self.turn(world, host);
        }
        let Some(node) = there.node().filter(|_| there.is_running()) else { return };
        if self.hosts[host.index()].revision != node.revision() {
            self.hosts[host.index()].revision = node.revision();
            self.follow(world, host, node);
        }
        self.check_converged(world);
    }
}
