//! How a node gets into a cluster: seed nodes, attempts, deadlines (part 02, sections 2 and 3).

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::{Base, Phase};
use super::output::{IgnoreReason, StopReason, Warning};
use super::timers::Timer;
use crate::membership::{Address, UniqueAddress};
use crate::mix::{Mixer, mix};
use crate::protocol::{Destination, Message, MessageKind};

/// JOIN-40: how often the first seed node asks the others.
const FIRST_SEED_INTERVAL: Duration = Duration::from_secs(1);

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
}

/// JOIN-31: asking seed nodes, as the first of them or as any other node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum SeedProcess {
    /// JOIN-40 to JOIN-46: asks the others for a while, then founds a cluster.
    First { remaining: Vec<Address>, ticks_until_self_join: u32 },
    /// JOIN-47 to JOIN-54: asks until one answers.
    Ordinary { others: Vec<Address>, asked: u32 },
}

impl Joining {
    /// JOIN-10, JOIN-11: at its start a node joins the configured seed nodes, if there are any.
    pub(super) fn start(base: &mut Base) {
        if !base.config.seed_nodes.is_empty() {
            base.timers.arm(Timer::ConfiguredSeedNodes, base.now);
        }
    }

    /// JOIN-10: unless a command came first.
    pub(super) fn join_configured(&mut self, base: &mut Base) -> Next {
        let list = base.config.seed_nodes.clone();
        self.join_seed_nodes(base, list)
    }

    /// JOIN-14, JOIN-30 to JOIN-34, JOIN-36: begins to ask seed nodes. The list is not empty.
    pub(super) fn join_seed_nodes(&mut self, base: &mut Base, list: Vec<Address>) -> Next {
        match base.config.shutdown_after_unsuccessful_join_seed_nodes {
            Some(limit) => base.timers.arm_after(Timer::SeedNodesDeadline, base.now, limit),
            None => base.timers.disarm(Timer::SeedNodesDeadline),
        }
        self.seed_nodes = list;
        self.ask_seed_nodes(base)
    }

    /// JOIN-31 to JOIN-34: how to ask follows from the own place in the list; only the first of it may found a cluster.
    fn ask_seed_nodes(&mut self, base: &mut Base) -> Next {
        self.stop_process(base);
        base.phase = Phase::Uninitialized;
        let me = &base.me.address;
        if self.seed_nodes == [me.clone()] {
            return Next::Join(me.clone());
        }
        let mut others: Vec<Address> = self.seed_nodes.iter().filter(|seed| *seed != me).cloned().collect();
        others.sort();
        others.dedup();
        self.attempts += 1;
        self.process = Some(if self.seed_nodes.first() == Some(me) {
            let timeout = base.config.seed_node_timeout.as_nanos();
            let ticks = timeout.div_ceil(FIRST_SEED_INTERVAL.as_nanos());
            SeedProcess::First {
                remaining: others,
                ticks_until_self_join: u32::try_from(ticks).unwrap_or(u32::MAX),
            }
        } else {
            SeedProcess::Ordinary { others, asked: 0 }
        });
        self.process_tick(base)
    }

    /// JOIN-4: forgets the seed-node process; answers to it come too late.
    pub(super) fn stop_process(&mut self, base: &mut Base) {
        self.process = None;
        base.timers.disarm(Timer::SeedProcess);
    }

    /// JOIN-41, JOIN-48, JOIN-50: one step of asking.
    pub(super) fn process_tick(&mut self, base: &mut Base) -> Next {
        let (asked, wait) = match &mut self.process {
            None => return Next::Wait,
            // JOIN-45, JOIN-62: at the first step at or after the timeout the first seed node joins itself.
            Some(SeedProcess::First { ticks_until_self_join: 0, .. }) => {
                self.stop_process(base);
                return Next::Join(base.me.address.clone());
            }
            Some(SeedProcess::First { remaining, ticks_until_self_join }) => {
                *ticks_until_self_join -= 1;
                (remaining.clone(), FIRST_SEED_INTERVAL)
            }
            Some(SeedProcess::Ordinary { others, asked }) => {
                if *asked >= 2 {
                    base.warn(Warning::NoSeedNodeAnswers { attempts: *asked });
                }
                *asked = asked.saturating_add(1);
                (others.clone(), base.config.seed_node_timeout)
            }
        };
        for address in asked {
            base.send(Destination::Address(address), Message::InitJoin { attempt: self.attempts });
        }
        base.timers.arm_after(Timer::SeedProcess, base.now, wait);
        Next::Wait
    }

    fn is_current(&self, attempt: u64) -> bool {
        self.process.is_some() && attempt == self.attempts
    }

    /// JOIN-44, JOIN-52, JOIN-55: the first seed node that can be joined is joined, by the address that it names.
    pub(super) fn acknowledged(
        &mut self,
        base: &mut Base,
        from: &UniqueAddress,
        attempt: u64,
        address: Address,
    ) -> Next {
        if !self.is_current(attempt) {
            base.ignore(from, MessageKind::InitJoinAck, IgnoreReason::StaleAnswer);
            return Next::Wait;
        }
        self.stop_process(base);
        Next::Join(address)
    }

    /// JOIN-42, JOIN-43, JOIN-49, JOIN-51: a seed node can't be joined. When all others have refused, the first seed node
    /// founds a cluster; any other waits a full timeout from here.
    pub(super) fn refused(
        &mut self,
        base: &mut Base,
        from: &UniqueAddress,
        attempt: u64,
        address: &Address,
    ) -> Next {
        if !self.is_current(attempt) {
            base.ignore(from, MessageKind::InitJoinNack, IgnoreReason::StaleAnswer);
            return Next::Wait;
        }
        match &mut self.process {
            Some(SeedProcess::First { remaining, .. }) => {
                remaining.retain(|other| other != address);
                if remaining.is_empty() {
                    self.stop_process(base);
                    return Next::Join(base.me.address.clone());
                }
            }
            _ => base.timers.arm_after(Timer::SeedProcess, base.now, base.config.seed_node_timeout),
        }
        Next::Wait
    }

    /// JOIN-20, JOIN-22, JOIN-23: asks another node to let this one in, once, with a deadline.
    pub(super) fn attempt(&mut self, base: &mut Base, address: Address) {
        self.stop_process(base);
        match base.config.retry_unsuccessful_join_after {
            Some(limit) => base.timers.arm_after(Timer::JoinAttempt, base.now, limit),
            None => base.timers.disarm(Timer::JoinAttempt),
        }
        base.phase = Phase::TryingToJoin { join_with: address.clone() };
        let (roles, app_version) = (base.roles.clone(), base.config.app_version.clone());
        base.send(Destination::Address(address), Message::Join { roles, app_version });
    }

    /// JOIN-61, JOIN-63: an attempt took too long: the seed nodes are asked again if there are any, else the same node.
    pub(super) fn attempt_timed_out(&mut self, base: &mut Base) -> Next {
        let Phase::TryingToJoin { join_with } = base.phase.clone() else { return Next::Wait };
        base.warn(Warning::JoinTimedOut { address: join_with.clone() });
        base.phase = Phase::Uninitialized;
        if self.seed_nodes.is_empty() { Next::Join(join_with) } else { self.ask_seed_nodes(base) }
    }

    /// JOIN-16: joining took too long in all.
    pub(super) fn gave_up(base: &mut Base) {
        if !base.is_initialized() {
            base.stop(StopReason::JoinUnsuccessful);
        }
    }

    /// JOIN-5, JOIN-17: this node is in a cluster; nothing of joining is left.
    pub(super) fn done(&mut self, base: &mut Base) {
        self.stop_process(base);
        base.timers.disarm(Timer::JoinAttempt);
        base.timers.disarm(Timer::SeedNodesDeadline);
        base.phase = Phase::Initialized;
    }

    pub(super) fn hash64(&self) -> u64 {
        let list = |list: &[Address]| list.iter().fold(0, |hash, address| mix(hash, address.hash64()));
        let mut mixer = Mixer::new(14);
        mixer.word(list(&self.seed_nodes));
        mixer.word(self.attempts);
        match &self.process {
            None => mixer.word(0),
            Some(SeedProcess::First { remaining, ticks_until_self_join }) => {
                mixer.word(mix(list(remaining), u64::from(*ticks_until_self_join)));
            }
            Some(SeedProcess::Ordinary { others, asked }) => {
                mixer.word(mix(list(others), !u64::from(*asked)));
            }
        }
        mixer.finish()
    }
}
