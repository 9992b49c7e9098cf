//! How a node gets into a cluster: commands, attempts, deadlines (part 02, sections 2, 3.4 and 6). Asking seed nodes and what ends
//! joining stand in files of their own.

mod seeds;
mod version;
mod welcome;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::base::{Base, Phase};
use super::output::{Rejection, Warning};
use super::stop_reason::StopReason;
use super::timers::Timer;
use crate::membership::{Address, AppVersion};
use crate::mix::{Mixer, mix};
use crate::protocol::{Destination, Message};
use crate::time::Instant;
use seeds::SeedProcess;
use version::LaterVersion;

/// What the rest of the node has to do for joining.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    Wait,
    /// Join the node at this address, which may be the own one.
    Join(Address),
}

/// The part of a node that gets it into a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Joining {
    /// The last list of seed nodes given, for retries.
    seed_nodes: Vec<Address>,
    process: Option<SeedProcess>,
    /// Gives each process an identity, so that late answers to an older one are told apart.
    attempts: u64,
    later_version: LaterVersion,
}

impl Joining {
    /// JOIN-10, JOIN-11: at its start a node joins the configured seed nodes, if there are any.
    pub(super) fn start(base: &mut Base) {
        if !base.config.seed_nodes.is_empty() {
            base.timers.arm(Timer::ConfiguredSeedNodes, base.now);
        }
    }

    /// JOIN-10: unless a command to join came first.
    pub(super) fn join_configured(&mut self, base: &mut Base) -> Next {
        let list = base.config.seed_nodes.clone();
        self.join_seed_nodes(base, list)
    }

    /// JOIN-14, JOIN-15, JOIN-30, JOIN-36: begins to ask seed nodes, whatever was under way. The list is not empty.
    pub(super) fn join_seed_nodes(&mut self, base: &mut Base, list: Vec<Address>) -> Next {
        base.timers.disarm(Timer::ConfiguredSeedNodes);
        match base.config.shutdown_after_unsuccessful_join_seed_nodes {
            Some(limit) => base.timers.arm_after(Timer::SeedNodesDeadline, base.now, limit),
            None => base.timers.disarm(Timer::SeedNodesDeadline),
        }
        base.timers.disarm(Timer::JoinAttempt);
        self.seed_nodes = list;
        self.ask_seed_nodes(base)
    }

    /// JOIN-20: a command to join one node; it ends whatever was under way.
    pub(super) fn join(&mut self, base: &mut Base, address: Address) -> Next {
        base.timers.disarm(Timer::ConfiguredSeedNodes);
        base.timers.disarm(Timer::JoinAttempt);
        self.stop_process(base);
        base.phase = Phase::Uninitialized;
        Next::Join(address)
    }

    /// JOIN-104 to JOIN-106: whether joining an address must wait for the version of the application. Then the address is kept.
    /// There is no deadline for the wait but that of JOIN-14.
    pub(super) fn must_wait(&mut self, base: &mut Base, address: &Address) -> bool {
        let LaterVersion::Pending(waiting) = &mut self.later_version else { return false };
        if !waiting.contains(address) {
            waiting.push(address.clone());
        }
        self.stop_process(base);
        base.phase = Phase::Uninitialized;
        true
    }

    /// JOIN-71: whether the version of the application is still to come.
    pub(super) const fn waits_for_version(&self) -> bool {
        matches!(self.later_version, LaterVersion::Pending(_))
    }

    /// JOIN-104: whom this node is to join when the version of its application is told, while it waits for that.
    pub(super) fn waiting_for_version(&self) -> Option<&[Address]> {
        match &self.later_version {
            LaterVersion::Pending(waiting) => Some(waiting),
            LaterVersion::Unused | LaterVersion::Known(_) => None,
        }
    }

    /// JOIN-40, JOIN-48: the seed nodes that are asked, and how often they were, if that is counted.
    pub(super) fn asking(&self) -> Option<(Vec<Address>, Option<u32>)> {
        Some(match self.process.as_ref()? {
            SeedProcess::First { remaining, .. } => (remaining.clone(), None),
            SeedProcess::Ordinary { others, asked } => (others.clone(), Some(*asked)),
        })
    }

    /// JOIN-45: when this node founds a cluster, if it is the first seed node.
    pub(super) fn founds_at(&self) -> Option<Instant> {
        match self.process {
            Some(SeedProcess::First { deadline, .. }) => Some(deadline),
            _ => None,
        }
    }

    /// JOIN-76, JOIN-100, JOIN-103: the version that this node joins with.
    pub(super) fn app_version<'a>(&'a self, base: &'a Base) -> &'a AppVersion {
        match &self.later_version {
            LaterVersion::Known(version) => version,
            LaterVersion::Unused | LaterVersion::Pending(_) => &base.config.app_version,
        }
    }

    /// JOIN-101, API-12: whoever knows the version only later tells it, or the configured one, when it does.
    pub(super) fn announce_version(&mut self) -> Result<(), Rejection> {
        self.later_version.announce()
    }

    /// JOIN-102, JOIN-104: gives back whom to join now.
    pub(super) fn set_version(&mut self, version: AppVersion) -> Result<Vec<Address>, Rejection> {
        self.later_version.set(version)
    }

    /// JOIN-20, JOIN-22, JOIN-23, JOIN-64: asks another node to let this one in, once, with a deadline if there is to be one. Configurations are not compared.
    pub(super) fn attempt(&mut self, base: &mut Base, address: Address) {
        self.stop_process(base);
        match base.config.retry_unsuccessful_join_after {
            Some(limit) => base.timers.arm_after(Timer::JoinAttempt, base.now, limit),
            None => base.timers.disarm(Timer::JoinAttempt),
        }
        base.phase = Phase::TryingToJoin { join_with: address.clone() };
        let (roles, app_version) = (base.roles.clone(), self.app_version(base).clone());
        base.send(Destination::Address(address), Message::Join { roles, app_version });
    }

    /// JOIN-61, JOIN-63, JOIN-65: an attempt took too long: the seed nodes are asked again if there are any, else the same node;
    /// as often as it takes.
    pub(super) fn attempt_timed_out(&mut self, base: &mut Base) -> Next {
        let Phase::TryingToJoin { join_with } = base.phase.clone() else { return Next::Wait };
        base.warn(Warning::JoinTimedOut { address: join_with.clone() });
        base.phase = Phase::Uninitialized;
        if self.seed_nodes.is_empty() { Next::Join(join_with) } else { self.ask_seed_nodes(base) }
    }

    /// JOIN-16, JOIN-60, JOIN-62: joining took too long in all. The deadline is a timer of its own.
    pub(super) fn gave_up(&self, base: &mut Base) {
        if !base.is_initialized() {
            base.warn(Warning::JoinGivenUp { seed_nodes: self.seed_nodes.clone() });
            base.stop(StopReason::JoinUnsuccessful);
        }
    }

    /// JOIN-5, JOIN-17: this node is in a cluster; nothing of joining is left.
    pub(super) fn done(&mut self, base: &mut Base) {
        self.stop_process(base);
        for timer in [Timer::ConfiguredSeedNodes, Timer::JoinAttempt, Timer::SeedNodesDeadline] {
            base.timers.disarm(timer);
        }
        base.phase = Phase::Initialized;
    }

    pub(super) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(14);
        mixer.word(self.seed_nodes.iter().fold(0, |hash, address| mix(hash, address.hash64())));
        mixer.word(self.attempts);
        mixer.word(self.process.as_ref().map_or(0, SeedProcess::hash64));
        mixer.word(self.later_version.hash64());
        mixer.finish()
    }
}
