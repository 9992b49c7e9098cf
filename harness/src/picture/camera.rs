//! Looks on at a run, and keeps what a picture of it needs.

use quorate::{Instant, MessageKind, Output};
use quorate_sim::{Application, Counts, HostId, HostState, Step, StepKind, World};
use serde::Serialize;

use super::severed::Severed;
use super::views::{Gap, LifeId, Lives, Table, View};
use crate::case::Action;
use crate::run::{Cast, Mark, Recorder, Witness};

/// Up to so many nodes are followed one by one; with more, views are taken once in a slice of time (PIC-2).
pub(super) const FOLLOWED_MAX: usize = 20;

/// Into how many slices a run is divided for what is counted, and for the views of many nodes.
pub(super) const SLICES: u64 = 240;

/// Many nodes are looked at once in so many slices.
const SLICES_PER_LOOK: u64 = 4;

/// How a node stands from one moment to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) at: Instant,
    pub(super) life: Option<LifeId>,
    /// What it is to itself, as the strip of a terminal shows it.
    pub(super) mark: Mark,
    /// What it holds to be true, if it is in a cluster.
    pub(super) view: Option<u32>,
    /// Who leads to it.
    pub(super) leader: Option<LifeId>,
    /// Why it has not converged; `None` when it has.
    pub(super) gap: Option<u32>,
}

/// What was heard and lost in one slice of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Traffic {
    pub(super) heartbeats: u32,
    pub(super) gossip: u32,
    pub(super) others: u32,
    pub(super) lost: u32,
}

/// A resolver has decided.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) event: u64,
    pub(super) at: Instant,
    pub(super) host: HostId,
    pub(super) record: quorate::DecisionRecord,
}

/// A host that did not do what it should for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ailing {
    pub(super) host: HostId,
    pub(super) from: Instant,
    pub(super) until: Instant,
    /// Whether it did nothing at all; else it was slow.
    pub(super) is_pause: bool,
}

/// Looks on at a run.
#[derive(Clone, Debug)]
pub(crate) struct Camera {
    pub(super) recorder: Recorder,
    pub(super) views: Table<View>,
    pub(super) gaps: Table<Gap>,
    /// By number of the host.
    pub(super) tracks: Vec<Vec<Frame>>,
    /// From when on what was cut; the last goes on to the end.
    pub(super) severed: Vec<(Instant, Option<Severed>)>,
    pub(super) decisions: Vec<Decided>,
    pub(super) ailing: Vec<Ailing>,
    pub(super) traffic: Vec<Traffic>,
    end: Instant,
    lives: Lives,
    revisions: Vec<Option<(u32, u64)>>,
    counts_before: Counts,
    slice: u64,
    /// Whether the step that is going on was an action, after which anything may be otherwise.
    acted: Acted,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Acted {
    #[default]
    No,
    /// Something about one host.
    Host,
    /// Something about the network.
    Network,
}

impl Camera {
    /// For a run up to `end`.
    pub(super) fn new(hosts: usize, end: Instant) -> Self {
        Self {
            recorder: Recorder::default(),
            views: Table::default(),
            gaps: Table::default(),
            tracks: vec![Vec::new(); hosts],
            severed: Vec::new(),
            decisions: Vec::new(),
            ailing: Vec::new(),
            traffic: vec![Traffic::default(); SLICES as usize],
            end,
            lives: Lives::default(),
            revisions: vec![None; hosts],
            counts_before: Counts::default(),
            slice: 0,
            acted: Acted::No,
        }
    }

    fn slice_at(&self, at: Instant) -> u64 {
        let end = u128::from(self.end.as_nanos().max(1));
        let slice = u128::from(at.as_nanos()) * u128::from(SLICES) / end;
        u64::try_from(slice).unwrap_or(SLICES).min(SLICES - 1)
    }

    /// The moment up to which it was to look on.
    pub(super) const fn end(&self) -> Instant {
        self.end
    }

    /// How many slices of time there were up to a moment.
    pub(super) fn slices_until(&self, at: Instant) -> usize {
        self.slice_at(at) as usize + 1
    }

    /// A last look when the run is over.
    pub(super) fn finish<A: Application>(&mut self, world: &World<A>, cast: &Cast) {
        self.lives.follow(cast);
        world.host_ids().for_each(|host| self.look_at(world, host));
    }

    fn follows_each(&self) -> bool {
        self.tracks.len() <= FOLLOWED_MAX
    }

    fn look_at<A: Application>(&mut self, world: &World<A>, host: HostId) {
        let there = world.host(host);
        let revision = there.node().map_or(0, quorate::Node::revision);
        let mark = Mark::of(there.state(), there.node());
        let seen = (there.incarnation(), revision);
        let last = self.tracks[host.index()].last();
        let same_mark = last.is_some_and(|last| last.mark == mark);
        if self.revisions[host.index()].replace(seen) == Some(seen) && same_mark {
            return;
        }
        let node = there.node().filter(|_| there.state() == HostState::Running);
        let life = there.unique_address().and_then(|node| self.lives.of(node));
        let member = node.filter(|_| matches!(mark, Mark::Member(_)));
        let in_detail = self.follows_each();
        let view = member.map(|node| View::of(node, &self.lives, in_detail));
        let gap = member.and_then(|node| Gap::of(node, &self.lives, in_detail));
        let leader = member.and_then(|node| node.view().leader());
        let frame = Frame {
            at: world.now(),
            life,
            mark,
            view: view.map(|view| self.views.place(view)),
            leader: leader.and_then(|leader| self.lives.of(leader.unique_address())),
            gap: gap.map(|gap| self.gaps.place(gap)),
        };
        let track = &mut self.tracks[host.index()];
        match track.last_mut() {
            Some(last) if Frame { at: frame.at, ..*last } == frame => {}
            // Of what passes within one instant only the last can be seen.
            Some(last) if last.at == frame.at => *last = frame,
            _ => track.push(frame),
        }
    }

    /// Hosts that are paused or slow from now on.
    fn look_for_ailing<A: Application>(&mut self, world: &World<A>) {
        let now = world.now();
        for host in world.host_ids() {
            let there = world.host(host);
            let paused = there.paused_until().map(|until| (until, true));
            let slow = there.slow().map(|(_, until)| (until, false));
            for (until, is_pause) in paused.into_iter().chain(slow).filter(|(until, _)| *until > now) {
                let same = |ailing: &&mut Ailing| ailing.host == host && ailing.is_pause == is_pause;
                match self.ailing.iter_mut().rev().find(same) {
                    Some(known) if known.until >= now => known.until = known.until.max(until),
                    _ => self.ailing.push(Ailing { host, from: now, until, is_pause }),
                }
            }
        }
    }

    fn look_at_network<A: Application>(&mut self, world: &World<A>) {
        let severed = Severed::of(world);
        let before = self.severed.last().and_then(|(_, before)| before.as_ref());
        if before != severed.as_ref() {
            self.severed.push((world.now(), severed));
        }
    }

    fn count<A: Application>(&mut self, world: &World<A>) {
        let counts = world.counts();
        let lost = |counts: &Counts| {
            counts.lost
                + counts.cut_off
                + counts.blocked
                + counts.unheard
                + counts.too_long
                + counts.without_room
                + counts.garbled
        };
        let more = lost(&counts) - lost(&self.counts_before);
        self.counts_before = counts;
        let slice = self.slice_at(world.now());
        self.traffic[slice as usize].lost += u32::try_from(more).unwrap_or(u32::MAX);
    }
}

impl<A: Application> Witness<A> for Camera {
    fn doing(&mut self, action: &Action) {
        Witness::<A>::doing(&mut self.recorder, action);
    }

    fn saw(&mut self, step: &Step<'_>, cast: &Cast) {
        Witness::<A>::saw(&mut self.recorder, step, cast);
        let slice = self.slice_at(step.at) as usize;
        let traffic = &mut self.traffic[slice];
        self.acted = Acted::No;
        match step.what {
            StepKind::Arrived { kind, .. } => match kind {
                MessageKind::Heartbeat | MessageKind::HeartbeatReply => traffic.heartbeats += 1,
                MessageKind::Gossip | MessageKind::GossipStatus | MessageKind::ContentStatus => {
                    traffic.gossip += 1;
                }
                _ => traffic.others += 1,
            },
            StepKind::Action { action, .. } => {
                self.acted = match action {
                    quorate_sim::Action::Isolate { .. } => Acted::Network,
                    action if action.host().is_some() => Acted::Host,
                    _ => Acted::Network,
                };
            }
            _ => {}
        }
        let Some(host) = step.host else { return };
        for output in step.outputs {
            if let Output::Decided(record) = output {
                let (event, at, record) = (step.index, step.at, (**record).clone());
                self.decisions.push(Decided { event, at, host, record });
            }
        }
    }

    fn stands(&mut self, world: &World<A>, host: Option<HostId>, cast: &Cast) {
        Witness::<A>::stands(&mut self.recorder, world, host, cast);
        self.lives.follow(cast);
        self.count(world);
        match self.acted {
            Acted::No => {}
            Acted::Host => self.look_for_ailing(world),
            Acted::Network => self.look_at_network(world),
        }
        if self.follows_each() {
            if let Some(host) = host {
                self.look_at(world, host);
            }
            return;
        }
        let slice = self.slice_at(world.now()) / SLICES_PER_LOOK;
        if slice > self.slice {
            self.slice = slice;
            world.host_ids().for_each(|host| self.look_at(world, host));
        }
    }
}
