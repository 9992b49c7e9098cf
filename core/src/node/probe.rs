//! A node of which single steps can be looked at: it is put into a state, one input is given, and what it asked for is read
//! off. Gossip rounds and gossips to several nodes are counted instead of made, since whom they reach is drawn.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::base::{Phase, Tally};
use super::input::{Input, InputKind};
use super::output::Output;
use super::timers::Timer;
use super::{Node, leading::Leading, leaving::Leaving, preparing::Preparing};
use crate::config::{Config, ConfigErrors};
use crate::membership::{Gossip, UniqueAddress};
use crate::time::Instant;

/// What a step starts from and ends with, besides the gossip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeState {
    /// GSP-38
    pub exit_in_progress: bool,
    /// LDR-34: ascending.
    pub exiting_confirmed: Vec<UniqueAddress>,
    /// LDR-2
    pub leader_ticks_stuck: u32,
    /// LDR-39
    pub down_evaluations: u32,
    /// LDR-47
    pub preparing: bool,
}

/// One node whose single steps are looked at.
#[derive(Clone, Debug)]
pub struct Probe {
    node: Node,
}

impl Probe {
    /// A node that is a member, or counts itself as one, with a gossip of the caller's.
    ///
    /// # Errors
    /// A configuration that [`Config::validate`] refuses.
    pub fn new(
        config: Config,
        me: UniqueAddress,
        gossip: Arc<Gossip>,
        state: &ProbeState,
    ) -> Result<Self, ConfigErrors> {
        let mut node = Node::new(config, me, 1, Instant::ZERO)?;
        node.base.phase = Phase::Initialized;
        node.base.adopt_shared(gossip);
        node.base.published = node.base.gossip().clone();
        node.base.exit_in_progress = state.exit_in_progress;
        node.base.tally = Some(Box::default());
        node.leading = Leading::probed(state.leader_ticks_stuck, state.exiting_confirmed.clone());
        node.leaving = Leaving::probed(state.down_evaluations);
        node.preparing = Preparing::probed(state.preparing);
        Ok(Self { node })
    }

    /// Gives an input.
    pub fn handle(&mut self, now: Instant, wall_ms: i64, kind: InputKind) -> Vec<Output> {
        self.node.handle(Input { now, wall_ms, kind })
    }

    /// Makes a step that no input makes alone, such as a leader tick, and ends it as an input is ended.
    pub(crate) fn step(&mut self, now: Instant, wall_ms: i64, step: impl FnOnce(&mut Node)) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.node.base.swap_outputs(&mut outputs);
        self.node.base.now = now;
        self.node.base.wall_ms = wall_ms;
        step(&mut self.node);
        self.node.finish();
        self.node.base.swap_outputs(&mut outputs);
        outputs
    }

    /// LDR-1: a leader tick, without what it asks the node to do next.
    pub fn leader_tick(&mut self, now: Instant, wall_ms: i64) -> Vec<Output> {
        self.step(now, wall_ms, |node| {
            let must_prepare = node.act_as_leader();
            if let Some(tally) = &mut node.base.tally {
                tally.prepare_requested = must_prepare;
            }
        })
    }

    /// RCH-38: what the reaper's tick does.
    pub fn reap(&mut self, now: Instant, wall_ms: i64) -> Vec<Output> {
        self.step(now, wall_ms, |node| node.fire(Timer::Reaper))
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ProbeState {
        ProbeState {
            exit_in_progress: self.node.base.exit_in_progress,
            exiting_confirmed: self.node.leading.confirmed().to_vec(),
            leader_ticks_stuck: self.node.leading.ticks_stuck(),
            down_evaluations: self.node.leaving.down_evaluations(),
            preparing: self.node.preparing.is_preparing(&self.node.base),
        }
    }

    /// What it asked for since it was made.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.node.base.tally.as_deref().cloned().unwrap_or_default()
    }

    /// GSP-60, GSP-61: whether gossip is sped up.
    #[must_use]
    pub fn needs_speedup(&self) -> bool {
        super::exchange::needs_speedup(&self.node.base)
    }
}
