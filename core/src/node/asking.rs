//! Asking others whether they are there, and what is made of their answers: what heartbeats within a data centre and
//! those to others have in common.

use alloc::sync::Arc;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::expected::Expected;
use super::output::Warning;
use super::timers::Timer;
use crate::failure::DetectorRule;
use crate::failure::registry::Registry;
use crate::membership::{Address, UniqueAddress};
use crate::mix::Mixer;
use crate::planted::Planted;
use crate::protocol::{Destination, Message};
use crate::time::Instant;

/// The heartbeats that were sent, the answers that are due, and the detectors of those who were asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Asking {
    /// HB-13, XDC-16: the number of the heartbeats that were sent last.
    sequence: u64,
    expected: Expected,
    pub(super) registry: Registry,
}

impl Asking {
    pub(super) fn new(rule: Arc<DetectorRule>) -> Self {
        Self { sequence: 0, expected: Expected::default(), registry: Registry::new(rule) }
    }

    /// HB-13 to HB-16, XDC-16, XDC-17: asks each of these once, all with one number and time. Who has no detector yet gets
    /// a deadline for its first answer, kept by `timer`.
    pub(super) fn ask<'a>(
        &mut self,
        base: &mut Base,
        receivers: impl Iterator<Item = &'a UniqueAddress>,
        answers_within: Duration,
        timer: Timer,
    ) {
        self.sequence += 1;
        let expected_at = base.now + answers_within;
        let (sequence, sent_at) = (self.sequence, base.now);
        let asks = !base.config.repairs.breaks(Planted::RingAsksNobody);
        for node in receivers.filter(|_| asks) {
            base.send(Destination::Address(node.address.clone()), Message::Heartbeat { sequence, sent_at });
            if !self.registry.is_monitoring(&node.address) {
                self.expected.push(expected_at, node);
            }
        }
        self.expected.arm(timer, base);
    }

    /// HB-17, HB-18, XDC-19: who is still asked and has not answered in time counts as heard of now, so that its silence is
    /// measured.
    pub(super) fn expected_tick(
        &mut self,
        base: &mut Base,
        is_asked: impl Fn(&UniqueAddress) -> bool,
        timer: Timer,
    ) {
        while let Some(node) = self.expected.take_due(base.now) {
            if is_asked(&node) && !self.registry.is_monitoring(&node.address) {
                let interval = self.registry.heartbeat(&node.address, base.now);
                warn_of(base, &node.address, interval);
            }
        }
        self.expected.arm(timer, base);
    }

    /// GSP-76, JOIN-75, PHI-44: nothing is known of a node that has just become a member.
    pub(super) fn forget(&mut self, address: &Address) {
        self.registry.remove(address);
    }

    /// PHI-1: the host says whether a peer is alive. Gives back whether this node listens to it.
    pub(super) fn judge(&mut self, address: &Address, is_available: bool) -> bool {
        self.registry.judge(address, is_available)
    }

    /// RCH-40, XDC-23, XDC-24: whether a member answers, as far as this node knows.
    pub(super) fn is_available(&self, address: &Address, now: Instant) -> bool {
        self.registry.is_available(address, now)
    }

    /// RCH-41, RCH-43, XDC-24: the addresses that do not answer. Only those that this node asks, or asked, can be among them.
    pub(super) fn unavailable(&self, now: Instant) -> impl Iterator<Item = &Address> {
        self.registry.unavailable(now)
    }

    pub(super) fn phi(&self, address: &Address, now: Instant) -> Option<f64> {
        self.registry.phi(address, now)
    }

    /// HB-30, XDC-9: nothing is known of anybody. The numbers go on.
    pub(super) fn clear(&mut self) {
        self.expected.clear();
        self.registry.reset();
    }

    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Adds all but the number to a hash.
    pub(super) fn mix_into(&self, mixer: &mut Mixer) {
        mixer.word(self.expected.len() as u64);
        mixer.word(self.registry.fingerprint());
    }
}

/// PHI-31, PHI-32: replies come at ever longer intervals. The detector knows no address, it is named here.
pub(super) fn warn_of(base: &mut Base, address: &Address, interval_ms: Option<u64>) {
    if let Some(millis) = interval_ms {
        let interval = Duration::from_millis(millis);
        base.warn(Warning::HeartbeatIntervalGrowing { address: address.clone(), interval });
    }
}
