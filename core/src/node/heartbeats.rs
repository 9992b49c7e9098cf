//! Heartbeats within the data centre: whom a node asks, what it answers, and what it makes of replies (part 03, section 2).

use alloc::sync::Arc;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::expected::Expected;
use super::output::Warning;
use super::timers::Timer;
use crate::config::Config;
use crate::failure::DetectorRule;
use crate::failure::receivers::Receivers;
use crate::failure::registry::Registry;
use crate::membership::{Address, ClusterEvent, Members, UniqueAddress};
use crate::mix::Mixer;
use crate::planted::Planted;
use crate::protocol::{Destination, Message};
use crate::time::Instant;

/// The part of a node that asks others of its data centre whether they are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Heartbeats {
    /// HB-9: whether it has begun.
    is_running: bool,
    receivers: Receivers,
    /// HB-13
    sequence: u64,
    /// HB-20: when the last heartbeats were sent, or the first were due.
    last_tick: Instant,
    expected: Expected,
    registry: Registry,
}

impl Heartbeats {
    pub(super) fn new(config: &Config, me: UniqueAddress, rule: Arc<DetectorRule>) -> Self {
        let n = config.failure_detector.monitored_by_nr_of_members as usize;
        Self {
            is_running: false,
            receivers: Receivers::new(me, n),
            sequence: 0,
            last_tick: Instant::ZERO,
            expected: Expected::default(),
            registry: Registry::new(rule),
        }
    }

    /// HB-9 to HB-12, HB-20, JOIN-6: begins when the node is in a cluster, with the members that there are.
    pub(super) fn start(&mut self, base: &mut Base) {
        let config = &base.config;
        let delay = config.periodic_tasks_initial_delay.max(config.failure_detector.heartbeat_interval);
        self.is_running = true;
        self.last_tick = base.now + delay;
        base.timers.arm_after(Timer::Heartbeat, base.now, delay);
        let own = base.view().data_center_members().filter(|m| m.data_center() == base.roles.data_center());
        self.receivers.init(own.map(|member| member.unique_address()), base.view().unreachable_inside());
        self.settle(base.gossip().members(), base.roles.data_center());
    }

    /// HB-3 to HB-8: answers a heartbeat, whoever sent it and whatever this node is. Nothing else comes of it.
    pub(super) fn answer(base: &mut Base, from: &UniqueAddress, sequence: u64, sent_at: Instant) {
        base.send_to(from, Message::HeartbeatReply { sequence, sent_at });
    }

    /// HB-22 to HB-27: somebody answered. Gives back whether it was asked.
    pub(super) fn replied(&mut self, base: &mut Base, from: &UniqueAddress) -> bool {
        let Some(interval) = self.receivers.replied(from, &mut self.registry, base.now) else { return false };
        warn_of(base, &from.address, interval);
        true
    }

    /// HB-13 to HB-19: asks everybody once. Who has no detector yet gets a deadline for its first answer.
    pub(super) fn tick(&mut self, base: &mut Base) {
        if !self.is_running {
            return;
        }
        let interval = base.config.failure_detector.heartbeat_interval;
        base.timers.arm_after(Timer::Heartbeat, base.now, interval);
        self.sequence += 1;
        let expected_at = base.now + base.config.failure_detector.expected_response_after;
        let (sequence, sent_at) = (self.sequence, base.now);
        let asks = !base.config.repairs.breaks(Planted::RingAsksNobody);
        for node in self.receivers.active().filter(|_| asks) {
            base.send(Destination::Address(node.address.clone()), Message::Heartbeat { sequence, sent_at });
            if !self.registry.is_monitoring(&node.address) {
                self.expected.push(expected_at, node);
            }
        }
        // HB-21: nothing else comes of it.
        let elapsed = base.now.since(self.last_tick);
        if elapsed >= interval.saturating_mul(2) {
            base.warn(Warning::HeartbeatDelayed { elapsed });
        }
        self.last_tick = base.now;
        self.expected.arm(Timer::ExpectedFirst, base);
    }

    /// HB-17, HB-18: who was asked and has not answered in time counts as heard of now, so that its silence is measured.
    pub(super) fn expected_tick(&mut self, base: &mut Base) {
        while let Some(node) = self.expected.take_due(base.now) {
            if self.receivers.is_active(&node) && !self.registry.is_monitoring(&node.address) {
                let interval = self.registry.heartbeat(&node.address, base.now);
                warn_of(base, &node.address, interval);
            }
        }
        self.expected.arm(Timer::ExpectedFirst, base);
    }

    /// HB-28 to HB-35, HB-55: what each event of the own data centre does to the ring, in the order of the events: removals
    /// first (HB-34).
    pub(super) fn on_event(&mut self, event: &ClusterEvent, base: &Base) {
        if !self.is_running {
            return;
        }
        let (receivers, registry, now) = (&mut self.receivers, &mut self.registry, base.now);
        match event {
            ClusterEvent::MemberRemoved { member, .. } if *member.unique_address() == base.me => self.stop(),
            ClusterEvent::MemberRemoved { member, .. }
                if member.data_center() == base.roles.data_center() =>
            {
                receivers.remove(member.unique_address(), registry, now);
            }
            ClusterEvent::MemberRemoved { .. } => {}
            ClusterEvent::UnreachableMember(member) => {
                receivers.unreachable(member.unique_address(), registry, now);
            }
            ClusterEvent::ReachableMember(member) => {
                receivers.reachable(member.unique_address(), registry, now);
            }
            other => {
                if let Some(member) =
                    other.member().filter(|member| member.data_center() == base.roles.data_center())
                {
                    receivers.add(member.unique_address(), registry, now);
                }
            }
        }
    }

    /// All events of a change have been heard.
    pub(super) fn settle(&mut self, members: &Members, data_center: &str) {
        self.receivers.share_ring(members, data_center);
    }

    /// GSP-76, JOIN-75, PHI-44: nothing is known of a node that has just become a member.
    pub(super) fn forget(&mut self, address: &Address) {
        self.registry.remove(address);
    }

    /// PHI-1: the host says whether a peer is alive. Gives back whether this node listens to it.
    pub(super) fn judge(&mut self, address: &Address, is_available: bool) -> bool {
        self.registry.judge(address, is_available)
    }

    /// RCH-40: whether a member answers, as far as this node knows.
    pub(super) fn is_available(&self, address: &Address, now: Instant) -> bool {
        self.registry.is_available(address, now)
    }

    /// RCH-41, RCH-43: the addresses that do not answer. Only those that this node asks, or asked, can be among them.
    pub(super) fn unavailable(&self, now: Instant) -> impl Iterator<Item = &Address> {
        self.registry.unavailable(now)
    }

    /// HB-30, LIFE-55: nobody is asked any more, and nothing is known of anybody.
    pub(super) fn stop(&mut self) {
        self.is_running = false;
        self.receivers.clear();
        self.expected.clear();
        self.registry.reset();
    }

    pub(super) fn phi(&self, address: &Address, now: Instant) -> Option<f64> {
        self.registry.phi(address, now)
    }

    pub(super) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(15);
        mixer.word(self.receivers.hash64());
        mixer.word(self.sequence);
        mixer.word(self.expected.len() as u64);
        mixer.word(self.registry.fingerprint());
        mixer.finish()
    }
}

/// PHI-31, PHI-32: replies come at ever longer intervals.
pub(super) fn warn_of(base: &mut Base, address: &Address, interval_ms: Option<u64>) {
    if let Some(millis) = interval_ms {
        let interval = Duration::from_millis(millis);
        base.warn(Warning::HeartbeatIntervalGrowing { address: address.clone(), interval });
    }
}
