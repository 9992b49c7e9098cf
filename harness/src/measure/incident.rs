//! Something that happened to one node, and how long it took until all others knew.

use std::collections::BTreeSet;

use quorate::{Gossip, Instant, MemberStatus, UniqueAddress};

use super::numbers::{Metric, Sample};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Joined,
    Left,
    Crashed,
}

/// A node that came, left or crashed, by number of the hosts.
#[derive(Clone, Debug)]
pub(super) struct Incident {
    pub(super) kind: Kind,
    pub(super) node: UniqueAddress,
    pub(super) at: Instant,
    /// The hosts that do not know yet.
    waiting: BTreeSet<usize>,
    settled_at: Option<Instant>,
    /// The hosts that observed it and have not marked it.
    unmarked: BTreeSet<usize>,
    first_mark: Option<Instant>,
    all_marks: Option<Instant>,
    has_observers: bool,
}

impl Incident {
    pub(super) fn new(kind: Kind, node: UniqueAddress, at: Instant, observers: BTreeSet<usize>) -> Self {
        let has_observers = !observers.is_empty();
        Self {
            kind,
            node,
            at,
            waiting: BTreeSet::new(),
            settled_at: None,
            unmarked: observers,
            first_mark: None,
            all_marks: None,
            has_observers,
        }
    }

    /// Whether somebody does not know yet.
    pub(super) fn is_pending(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether a state is one of somebody who knows.
    fn is_known_in(&self, gossip: &Gossip) -> bool {
        match self.kind {
            Kind::Joined => {
                gossip.member(&self.node).is_some_and(|member| member.status() == MemberStatus::Up)
            }
            Kind::Left | Kind::Crashed => gossip.member(&self.node).is_none(),
        }
    }

    /// The state of a host, after it became another one.
    pub(super) fn sees(&mut self, host: usize, gossip: &Gossip, at: Instant) {
        if self.settled_at.is_some() {
            return;
        }
        if !self.is_known_in(gossip) {
            self.waiting.insert(host);
        } else if self.waiting.remove(&host) {
            self.settle(at);
        }
    }

    /// A host does not run any more: it is not waited for.
    pub(super) fn loses(&mut self, host: usize, at: Instant) {
        if self.waiting.remove(&host) {
            self.settle(at);
        }
        if self.unmarked.remove(&host) && self.unmarked.is_empty() && self.first_mark.is_some() {
            self.all_marks.get_or_insert(at);
        }
    }

    fn settle(&mut self, at: Instant) {
        if self.waiting.is_empty() {
            self.settled_at.get_or_insert(at);
        }
    }

    /// A host has marked the node unreachable.
    pub(super) fn marks(&mut self, host: usize, at: Instant) {
        self.first_mark.get_or_insert(at);
        if self.unmarked.remove(&host) && self.unmarked.is_empty() {
            self.all_marks.get_or_insert(at);
        }
    }

    pub(super) fn samples(&self, samples: &mut Vec<Sample>) {
        let since = |at: Option<Instant>| at.map(|at| at.since(self.at).as_secs_f64());
        let settled = match self.kind {
            Kind::Joined => Metric::Joined,
            Kind::Left => Metric::Left,
            Kind::Crashed => Metric::Removed,
        };
        samples.push(Sample(settled, since(self.settled_at)));
        if self.kind == Kind::Crashed && self.has_observers {
            samples.push(Sample(Metric::FirstMark, since(self.first_mark)));
            samples.push(Sample(Metric::AllMarks, since(self.all_marks)));
        }
    }
}
