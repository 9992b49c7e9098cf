//! Asking seed nodes, as the first of them or as any other node (part 02, sections 3.1 and 3.2).

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::base::{Base, Phase};
use super::super::output::{IgnoreReason, Warning};
use super::super::stop_reason::StopReason;
use super::super::timers::Timer;
use super::{Joining, Next};
use crate::config::ConfigVerdict;
use crate::membership::{Address, UniqueAddress};
use crate::mix::mix;
use crate::protocol::{Destination, Message, MessageKind};
use crate::time::Instant;

/// JOIN-40: how often the first seed node asks the others.
const FIRST_SEED_INTERVAL: Duration = Duration::from_secs(1);

/// JOIN-31: who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SeedProcess {
    /// JOIN-40 to JOIN-46: asks the others until a deadline, then founds a cluster.
    First { remaining: Vec<Address>, deadline: Instant },
    /// JOIN-47 to JOIN-54: asks until one answers.
    Ordinary { others: Vec<Address>, asked: u32 },
}

impl Joining {
    /// JOIN-31 to JOIN-34: how to ask follows from the own place in the list; only the first of it may found a cluster.
    pub(super) fn ask_seed_nodes(&mut self, base: &mut Base) -> Next {
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
            SeedProcess::First { remaining: others, deadline: base.now + base.config.seed_node_timeout }
        } else {
            SeedProcess::Ordinary { others, asked: 0 }
        });
        self.process_tick(base)
    }

    /// JOIN-4: forgets the seed-node process; answers to it come too late.
    pub(in super::super) fn stop_process(&mut self, base: &mut Base) {
        self.process = None;
        base.timers.disarm(Timer::SeedProcess);
    }

    /// JOIN-41, JOIN-48, JOIN-50: one step of asking.
    pub(in super::super) fn process_tick(&mut self, base: &mut Base) -> Next {
        let (asked, wait) = match &mut self.process {
            None => return Next::Wait,
            // JOIN-45, JOIN-62: at the first step at or after the timeout the first seed node joins itself.
            Some(SeedProcess::First { deadline, .. }) if base.now >= *deadline => {
                return self.found(base);
            }
            Some(SeedProcess::First { remaining, .. }) => (remaining.clone(), FIRST_SEED_INTERVAL),
            Some(SeedProcess::Ordinary { others, asked }) => {
                if *asked >= 2 {
                    base.warn(Warning::NoSeedNodeAnswers { attempts: *asked });
                }
                *asked = asked.saturating_add(1);
                (others.clone(), base.config.seed_node_timeout)
            }
        };
        let config = base.config.join_config();
        for address in asked {
            let message = Message::InitJoin { attempt: self.attempts, config: config.clone() };
            base.send(Destination::Address(address), message);
        }
        base.timers.arm_after(Timer::SeedProcess, base.now, wait);
        Next::Wait
    }

    /// JOIN-41, JOIN-42: the first seed node founds a cluster.
    fn found(&mut self, base: &mut Base) -> Next {
        self.stop_process(base);
        Next::Join(base.me.address.clone())
    }

    /// JOIN-36, JOIN-40: whether an answer is one to the process that asks now.
    fn is_current(&self, attempt: u64) -> bool {
        self.process.is_some() && attempt == self.attempts
    }

    /// JOIN-44, JOIN-46, JOIN-52, JOIN-55, CHK-30 to CHK-34: the first seed node that can be joined is joined, by the address that
    /// it names, unless the configurations do not fit and this node enforces that: then it ends. An operator hears all that
    /// does not fit in any case.
    pub(in super::super) fn acknowledged(
        &mut self,
        base: &mut Base,
        from: &UniqueAddress,
        attempt: u64,
        address: Address,
        verdict: ConfigVerdict,
    ) -> Next {
        if !self.is_current(attempt) {
            base.ignore(from, MessageKind::InitJoinAck, IgnoreReason::StaleAnswer);
            return Next::Wait;
        }
        self.stop_process(base);
        let differences = match verdict {
            ConfigVerdict::Unchecked => {
                base.warn(Warning::ConfigurationUnchecked { by: from.clone() });
                return Next::Join(address);
            }
            ConfigVerdict::Compatible(theirs) => base.config.check_cluster(&theirs),
            ConfigVerdict::Incompatible(differences) => differences,
        };
        if differences.is_empty() {
            return Next::Join(address);
        }
        base.warn(Warning::ClusterIncompatible { by: from.clone(), differences });
        if base.config.compatibility.enforce_on_join {
            base.stop(StopReason::IncompatibleConfiguration);
            return Next::Wait;
        }
        Next::Join(address)
    }

    /// JOIN-42, JOIN-43, JOIN-49, JOIN-51: a seed node can't be joined. When all others have refused, the first seed node
    /// founds a cluster; any other waits a full timeout from here.
    pub(in super::super) fn refused(
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
                    return self.found(base);
                }
            }
            _ => base.timers.arm_after(Timer::SeedProcess, base.now, base.config.seed_node_timeout),
        }
        Next::Wait
    }
}

impl SeedProcess {
    pub(super) fn hash64(&self) -> u64 {
        let list = |list: &[Address]| list.iter().fold(0, |hash, address| mix(hash, address.hash64()));
        match self {
            Self::First { remaining, deadline } => mix(list(remaining), deadline.as_nanos()),
            Self::Ordinary { others, asked } => mix(list(others), !u64::from(*asked)),
        }
    }
}
