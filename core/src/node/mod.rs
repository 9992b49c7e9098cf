//! The machine: one node of a cluster.
//!
//! [`Node`] only dispatches. Each concern is a small struct or a few functions in a file of its own, works on the shared
//! [`base`], and knows nothing of the others: joining, exchange, leading, leaving, preparing for a full shutdown, milestones,
//! heartbeats, reaper, watching, quarantine, downing. What one input sets going across concerns is written down once, in
//! [`dispatch`].

mod admission;
mod asking;
mod base;
#[cfg(test)]
mod data_centers_tests;
mod dispatch;
mod downing;
mod exchange;
mod expected;
mod heartbeats;
mod heartbeats_across;
mod input;
mod joining;
mod leading;
mod leaving;
mod milestones;
mod notices;
mod output;
mod preparing;
pub(crate) mod probe;
mod publish;
mod quarantine;
mod queries;
mod reaper;
mod statistics;
mod stop_reason;
mod timers;
mod view;
mod watching;
mod why;

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use base::{Phase, Tally};
pub use input::{Command, CommandKind, Input, InputKind, Target};
pub use output::{Effect, IgnoreReason, LeaseRequest, Output, Rejection, Warning};
pub use stop_reason::{ShutdownReason, StopReason};
pub use timers::Timer;
pub use view::{Deadline, NodeView, SavedResolver, SavedView, UnreachableNode};
pub use why::{Observed, Question, QuestionError, Why};

use crate::config::{Config, ConfigError, ConfigErrors, DetectorKind};
use crate::failure::DetectorRule;
use crate::failure::settings::{DeadlineSettings, PhiSettings, SettingError};
use crate::membership::{Address, Gossip, GossipStatistics, UniqueAddress};
use crate::mix::Mixer;
use crate::sbr::DecisionRecord;
use crate::time::Instant;
use base::Base;
use downing::Downing;
use heartbeats::Heartbeats;
use heartbeats_across::HeartbeatsAcross;
use joining::Joining;
use leading::Leading;
use leaving::Leaving;
use milestones::Milestones;
use notices::Notices;
use preparing::Preparing;
use quarantine::Quarantine;
use watching::Watching;
use why::Unseen;

/// One node of a cluster: a value that takes inputs and gives outputs.
///
/// It holds no socket, clock, thread or source of randomness. The same inputs give the same outputs on every machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    base: Base,
    joining: Joining,
    leading: Leading,
    leaving: Leaving,
    notices: Notices,
    preparing: Preparing,
    milestones: Milestones,
    heartbeats: Heartbeats,
    across: HeartbeatsAcross,
    watching: Watching,
    quarantine: Quarantine,
    downing: Downing,
    unseen: Unseen,
}

impl Node {
    /// A node that is in no cluster yet. Its periodic timers count from `now` (GSP-1, JOIN-7). JOIN-12: whoever decides about unreachable
    /// members is there before anything is joined; one that can't work lets no node come into being.
    ///
    /// `node` is the address at which others reach it, with a `uid` that its host draws anew at every start (MDL-9).
    /// `seed` decides its random choices: give it random bits, or a fixed number to have the same choices again.
    ///
    /// # Errors
    /// A configuration that [`Config::validate`] refuses: everything that is wrong with it, at once.
    pub fn new(
        config: impl Into<Arc<Config>>,
        node: UniqueAddress,
        seed: u64,
        now: Instant,
    ) -> Result<Self, ConfigErrors> {
        let config = config.into();
        config.validate()?;
        let roles =
            config.member_roles().map_err(|error| ConfigErrors([ConfigError::BadRoles(error)].into()))?;
        let rule = detector_rule(&config)?;
        let rule_across = detector_rule_across(&config)?;
        let downing = Downing::new(&config, &node, roles.data_center(), now);
        let heartbeats = Heartbeats::new(&config, node.clone(), rule.into());
        let mut base = Base::new(config, node, roles, seed, now);
        for (timer, interval) in [
            (Timer::Gossip, base.config.gossip_interval),
            (Timer::Reaper, base.config.unreachable_nodes_reaper_interval),
            (Timer::Leader, base.config.leader_actions_interval),
        ] {
            base.timers.arm(timer, now + interval.max(base.config.periodic_tasks_initial_delay));
        }
        Joining::start(&mut base);
        statistics::start(&mut base);
        downing.start(&mut base);
        Ok(Self {
            base,
            joining: Joining::default(),
            leading: Leading::default(),
            leaving: Leaving::default(),
            notices: Notices::default(),
            preparing: Preparing::default(),
            milestones: Milestones::default(),
            heartbeats,
            across: HeartbeatsAcross::new(rule_across.into()),
            watching: Watching::default(),
            quarantine: Quarantine::default(),
            downing,
            unseen: Unseen::default(),
        })
    }

    /// Takes one input and gives everything that follows from it, in order. Never fails and never panics, whatever comes
    /// in; what can't be obeyed comes back as an output that says why. JOIN-9: so no error escapes an input, which in Pekko ends the node.
    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.handle_into(input, &mut outputs);
        outputs
    }

    /// The same as [`Node::handle`], appending to a list that the host uses again.
    pub fn handle_into(&mut self, input: Input, outputs: &mut Vec<Output>) {
        if self.base.phase == Phase::Stopped {
            return;
        }
        self.base.swap_outputs(outputs);
        if !self.base.has_begun {
            self.base.begin();
        }
        self.dispatch(input);
        self.finish();
        // VIEW-24: whoever looks after an input sees what the events have told.
        debug_assert!(self.is_stopped() || self.base.published == *self.base.gossip());
        self.base.swap_outputs(outputs);
    }

    /// When to give the next [`InputKind::Tick`]; `None` when nothing will ever be due.
    #[inline]
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.base.timers.next()
    }

    /// What this node shows of itself: members, leader, convergence, who is unreachable, deadlines, what its resolver would do.
    /// After it has ended, nothing.
    #[must_use]
    pub fn view(&self) -> NodeView<'_> {
        NodeView::new(self)
    }

    /// The state that this node has, or had when it ended.
    #[inline]
    #[must_use]
    pub fn gossip(&self) -> &Arc<Gossip> {
        self.base.gossip()
    }

    /// Moves exactly when [`Node::gossip`] became another value.
    #[inline]
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.base.revision()
    }

    /// Which incarnation this node is.
    #[inline]
    #[must_use]
    pub fn unique_address(&self) -> &UniqueAddress {
        &self.base.me
    }

    /// The settings of this node.
    #[inline]
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.base.config
    }

    /// How far this node has come.
    #[inline]
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.base.phase
    }

    pub(crate) fn reseed(&mut self, seed: u64) {
        self.base.random.reseed(seed);
    }

    /// Whether this node has ended. It then ignores every input.
    #[inline]
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.base.phase == Phase::Stopped
    }

    /// LDR-34: the nodes that said that they have finished exiting and are still members, ascending.
    #[inline]
    #[must_use]
    pub fn confirmed_exits(&self) -> &[UniqueAddress] {
        self.leading.confirmed()
    }

    /// GSP-83: how many states this node took in, if `publish-stats-interval` asks for it.
    #[must_use]
    pub fn gossip_statistics(&self) -> GossipStatistics {
        self.base.statistics
    }

    /// What the split brain resolver would decide now: `None` when everybody can be reached, or when there is none. The
    /// decision itself is an output.
    #[must_use]
    pub fn would_decide(&self) -> Option<DecisionRecord> {
        self.downing.would_decide()
    }

    /// PHI-21 to PHI-24: the suspicion against the node at an address, a number for people; `None` for one that this node
    /// does not watch. Decisions are made without it.
    #[must_use]
    pub fn phi(&self, address: &Address) -> Option<f64> {
        let now = self.base.now;
        self.heartbeats.asking.phi(address, now).or_else(|| self.across.asking.phi(address, now))
    }

    /// HB-46 to HB-50: the members of its data centre that this node asks whether they are there, in the order of the ring.
    /// Those that it goes on asking because they did not answer (HB-38) are left out.
    #[must_use]
    pub fn heartbeat_receivers(&self) -> &[UniqueAddress] {
        self.heartbeats.by_ring()
    }

    /// A hash of the whole state but the time: nodes with equal histories have equal hashes.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let base = &self.base;
        let mut mixer = Mixer::new(16);
        mixer.word(base.me.key().0);
        mixer.word(base.gossip().hash64());
        mixer.word(base.revision());
        mixer.word(base.timers.hash64());
        mixer.word(base.random.draws());
        mixer.word(u64::from(base.exit_in_progress));
        if base.statistics.received > 0 {
            mixer.word(base.statistics.hash64());
        }
        mixer.word(match &base.phase {
            Phase::Uninitialized => 0,
            Phase::TryingToJoin { join_with } => join_with.hash64(),
            Phase::Initialized => 1,
            Phase::Stopped => 2,
        });
        mixer.word(self.joining.hash64());
        mixer.word(self.leading.hash64());
        mixer.word(self.leaving.hash64());
        if self.base.config.repairs.removed_notice {
            mixer.word(self.notices.hash64());
        }
        mixer.word(self.preparing.hash64());
        mixer.word(self.milestones.hash64());
        mixer.word(self.heartbeats.hash64());
        mixer.word(self.across.hash64());
        mixer.word(self.watching.hash64(&self.base));
        mixer.word(self.quarantine.hash64());
        mixer.word(self.downing.hash64());
        mixer.finish()
    }
}

/// PHI-3, PHI-38: the rule of the failure detectors of the own data centre.
fn detector_rule(config: &Config) -> Result<DetectorRule, ConfigErrors> {
    let detector = &config.failure_detector;
    let rule = match detector.kind {
        DetectorKind::External => Ok(DetectorRule::External),
        DetectorKind::Deadline => DetectorRule::deadline(&DeadlineSettings {
            acceptable_heartbeat_pause: detector.acceptable_heartbeat_pause,
            heartbeat_interval: detector.heartbeat_interval,
        }),
        DetectorKind::Phi => DetectorRule::phi(&PhiSettings {
            threshold: detector.threshold,
            max_sample_size: detector.max_sample_size,
            min_std_deviation: detector.min_std_deviation,
            acceptable_heartbeat_pause: detector.acceptable_heartbeat_pause,
            first_estimate: detector.heartbeat_interval,
        }),
    };
    rule.map_err(|error| bad_detector(&error))
}

/// PHI-35, PHI-38: that of the others, which phi accrual is none of.
fn detector_rule_across(config: &Config) -> Result<DetectorRule, ConfigErrors> {
    let detector = &config.multi_data_center.failure_detector;
    if detector.kind == DetectorKind::External {
        return Ok(DetectorRule::External);
    }
    let settings = DeadlineSettings {
        acceptable_heartbeat_pause: detector.acceptable_heartbeat_pause,
        heartbeat_interval: detector.heartbeat_interval,
    };
    DetectorRule::deadline(&settings).map_err(|error| bad_detector(&error))
}

fn bad_detector(error: &SettingError) -> ConfigErrors {
    ConfigErrors([ConfigError::BadDetector { why: error.to_string() }].into())
}
