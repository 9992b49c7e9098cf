//! CASE-8: what has happened so far, as far as a case asks about it.

use std::collections::VecDeque;

use quorate::{ClusterEvent, DataCenter, Instant, Member, Output, UniqueAddress};
use quorate_sim::{Application, HostId, World};

use crate::case::{Action, Case, DataCenterEvent, MemberEvent, Question};

/// The rate of sending is an average of so many seconds.
const WINDOW_SECONDS: u64 = 10;
const SECOND: u64 = 1_000_000_000;

/// What has happened so far. Nothing is written down that a case doesn't ask about.
#[derive(Clone, Debug, Default)]
pub struct Chronicle {
    keeps_records: bool,
    keeps_rates: bool,
    events: Vec<(Instant, UniqueAddress, MemberEvent, UniqueAddress)>,
    data_center_events: Vec<(Instant, UniqueAddress, DataCenterEvent, DataCenter)>,
    decisions: Vec<(UniqueAddress, &'static str, Vec<UniqueAddress>)>,
    /// How many messages each host had sent by the first step of each of the last seconds.
    sent: VecDeque<(Instant, Vec<u64>)>,
}

impl Chronicle {
    /// The empty chronicle of a case.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let checked = case.steps.iter().filter_map(|step| match &step.action {
            Action::Check { questions, .. } => Some(questions),
            _ => None,
        });
        let claims = case.finally.iter().chain(&case.always).chain(&case.never);
        let mut chronicle = Self::default();
        for question in checked.chain(claims.map(|claim| &claim.questions)).flatten() {
            chronicle.keeps_records |= matches!(
                question,
                Question::Event { .. } | Question::DataCenterEvent { .. } | Question::Decision { .. }
            );
            chronicle.keeps_rates |= matches!(question, Question::SentPerSecond { .. });
        }
        chronicle
    }

    /// What a node has put out.
    #[inline]
    pub(super) fn outputs(&mut self, at: Instant, node: Option<&UniqueAddress>, outputs: &[Output]) {
        if let Some(node) = node.filter(|_| self.keeps_records) {
            self.keep(at, node, outputs);
        }
    }

    fn keep(&mut self, at: Instant, node: &UniqueAddress, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Event(event) => {
                    if let Some((event, member)) = of_member(event) {
                        self.events.push((at, node.clone(), event, member.unique_address().clone()));
                    }
                    if let Some((event, name)) = of_data_center(event) {
                        self.data_center_events.push((at, node.clone(), event, name.clone()));
                    }
                }
                Output::Decided(record) => {
                    self.decisions.push((node.clone(), record.decision.name(), record.down.clone()));
                }
                _ => {}
            }
        }
    }

    /// Looks at what hosts have sent, once a second.
    #[inline]
    pub(super) fn look<A: Application>(&mut self, world: &World<A>) {
        if !self.keeps_rates {
            return;
        }
        let second = world.now().as_nanos() / SECOND;
        if self.sent.back().is_some_and(|(last, _)| last.as_nanos() / SECOND == second) {
            return;
        }
        while self.sent.front().is_some_and(|(at, _)| at.as_nanos() / SECOND + WINDOW_SECONDS < second) {
            self.sent.pop_front();
        }
        self.sent.push_back((world.now(), world.hosts().iter().map(quorate_sim::Host::sent).collect()));
    }

    /// When a node told its users this of a member, for the first time.
    pub(super) fn event(
        &self,
        node: &UniqueAddress,
        event: MemberEvent,
        member: &UniqueAddress,
    ) -> Option<Instant> {
        let is_it = |(_, by, what, of): &&(Instant, UniqueAddress, MemberEvent, UniqueAddress)| {
            (by, *what, of) == (node, event, member)
        };
        self.events.iter().find(is_it).map(|(at, ..)| *at)
    }

    /// When a node told its users this of a data centre, for the first time.
    pub(super) fn data_center_event(
        &self,
        node: &UniqueAddress,
        event: DataCenterEvent,
        name: &str,
    ) -> Option<Instant> {
        let is_it = |(_, by, what, of): &&(Instant, UniqueAddress, DataCenterEvent, DataCenter)| {
            (by, *what, &**of) == (node, event, name)
        };
        self.data_center_events.iter().find(is_it).map(|(at, ..)| *at)
    }

    /// What a node has decided, with whom it downed by it.
    pub(super) fn decisions<'a>(
        &'a self,
        node: &'a UniqueAddress,
    ) -> impl Iterator<Item = (&'static str, &'a [UniqueAddress])> + 'a {
        let by_it = self.decisions.iter().filter(move |(by, ..)| by == node);
        by_it.map(|(_, decision, down)| (*decision, down.as_slice()))
    }

    /// How many messages a host has sent in the last seconds, and how many nanoseconds these are; at least one second.
    pub(super) fn sent<A: Application>(&self, world: &World<A>, host: HostId) -> (u64, u64) {
        let from = self.sent.front();
        let (at, before) = from.map_or((Instant::ZERO, 0), |(at, all)| (*at, all[host.index()]));
        let passed = world.now().as_nanos().saturating_sub(at.as_nanos()).max(SECOND);
        (world.host(host).sent() - before, passed)
    }
}

const fn of_data_center(event: &ClusterEvent) -> Option<(DataCenterEvent, &DataCenter)> {
    match event {
        ClusterEvent::UnreachableDataCenter(name) => Some((DataCenterEvent::Unreachable, name)),
        ClusterEvent::ReachableDataCenter(name) => Some((DataCenterEvent::Reachable, name)),
        _ => None,
    }
}

fn of_member(event: &ClusterEvent) -> Option<(MemberEvent, &Member)> {
    Some(match event {
        ClusterEvent::MemberJoined(member) => (MemberEvent::Joined, member),
        ClusterEvent::MemberWeaklyUp(member) => (MemberEvent::WeaklyUp, member),
        ClusterEvent::MemberUp(member) => (MemberEvent::Up, member),
        ClusterEvent::MemberLeft(member) => (MemberEvent::Left, member),
        ClusterEvent::MemberExited(member) => (MemberEvent::Exited, member),
        ClusterEvent::MemberDowned(member) => (MemberEvent::Downed, member),
        ClusterEvent::MemberPreparingForShutdown(member) => (MemberEvent::PreparingForShutdown, member),
        ClusterEvent::MemberReadyForShutdown(member) => (MemberEvent::ReadyForShutdown, member),
        ClusterEvent::MemberRemoved { member, .. } => (MemberEvent::Removed, member),
        ClusterEvent::UnreachableMember(member) => (MemberEvent::Unreachable, member),
        ClusterEvent::ReachableMember(member) => (MemberEvent::Reachable, member),
        _ => return None,
    })
}
