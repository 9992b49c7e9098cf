//! Heartbeats: whom a node asks, what it answers, and what it makes of replies (part 03, section 2).

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::output::{IgnoreReason, Warning};
use super::timers::Timer;
use crate::failure::DetectorRule;
use crate::failure::registry::Registry;
use crate::membership::members::hash_of_nodes;
use crate::membership::ring::{receivers, ring_position};
use crate::membership::{Address, ClusterEvent, UniqueAddress};
use crate::mix::Mixer;
use crate::planted::Planted;
use crate::protocol::{Destination, Message, MessageKind};
use crate::time::Instant;

/// The part of a node that asks others whether they are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Heartbeats {
    /// Whom this node asks by its place in the ring; ascending.
    receivers: Vec<UniqueAddress>,
    /// HB-38: whom it goes on asking because they did not answer when the ring changed; ascending.
    old: Vec<UniqueAddress>,
    sequence: u64,
    /// HB-20: when the last heartbeats were sent, or the first were due.
    last_tick: Instant,
    /// HB-16: who should have answered by when, in the order of the deadlines.
    expected: VecDeque<(Instant, UniqueAddress)>,
    registry: Registry,
}

impl Heartbeats {
    pub(super) fn new(rule: Arc<DetectorRule>) -> Self {
        Self {
            receivers: Vec::new(),
            old: Vec::new(),
            sequence: 0,
            last_tick: Instant::ZERO,
            expected: VecDeque::new(),
            registry: Registry::new(rule),
        }
    }

    /// HB-9, HB-12, HB-20, JOIN-6: begins when the node is in a cluster.
    pub(super) fn start(&mut self, base: &mut Base) {
        let config = &base.config;
        let delay = config.periodic_tasks_initial_delay.max(config.failure_detector.heartbeat_interval);
        self.last_tick = base.now + delay;
        base.timers.arm_after(Timer::Heartbeat, base.now, delay);
        self.follow_ring(base);
    }

    /// HB-3 to HB-7: answers a heartbeat, whoever sent it. Nothing else comes of it.
    pub(super) fn answer(base: &mut Base, from: &UniqueAddress, sequence: u64, sent_at: Instant) {
        base.send_to(from, Message::HeartbeatReply { sequence, sent_at });
    }

    /// HB-22 to HB-27: somebody answered. HB-24: whoever was asked only because it did not answer is asked no longer.
    pub(super) fn replied(&mut self, base: &mut Base, from: &UniqueAddress) {
        let is_receiver = self.receivers.binary_search(from).is_ok();
        let old = self.old.binary_search(from);
        if !is_receiver && old.is_err() {
            return base.ignore(from, MessageKind::HeartbeatReply, IgnoreReason::NotAsked);
        }
        self.record(base, &from.address);
        if let Ok(at) = old {
            self.old.remove(at);
            if !is_receiver {
                self.registry.remove(&from.address);
            }
        }
    }

    /// HB-23, PHI-31: a sign of life, by whatever it is told.
    fn record(&mut self, base: &mut Base, address: &Address) {
        if let Some(millis) = self.registry.heartbeat(address, base.now) {
            let interval = Duration::from_millis(millis);
            base.warn(Warning::HeartbeatIntervalGrowing { address: address.clone(), interval });
        }
    }

    /// HB-13 to HB-19: asks everybody once. Who has no detector yet gets a deadline for its first answer.
    pub(super) fn tick(&mut self, base: &mut Base) {
        let interval = base.config.failure_detector.heartbeat_interval;
        base.timers.arm_after(Timer::Heartbeat, base.now, interval);
        self.sequence += 1;
        let expected_at = base.now + base.config.failure_detector.expected_response_after;
        let (sequence, sent_at) = (self.sequence, base.now);
        let only_old = self.old.iter().filter(|node| self.receivers.binary_search(node).is_err());
        for node in self.receivers.iter().chain(only_old) {
            base.send(Destination::Address(node.address.clone()), Message::Heartbeat { sequence, sent_at });
            if !self.registry.is_monitoring(&node.address) {
                self.expected.push_back((expected_at, node.clone()));
            }
        }
        let elapsed = base.now.since(self.last_tick);
        if elapsed >= interval.saturating_mul(2) {
            base.warn(Warning::HeartbeatDelayed { elapsed });
        }
        self.last_tick = base.now;
        self.arm_expected(base);
    }

    /// HB-17, HB-18: who was asked and has not answered in time counts as heard of now, so that its silence is measured.
    pub(super) fn expected_tick(&mut self, base: &mut Base) {
        while self.expected.front().is_some_and(|(at, _)| *at <= base.now) {
            let Some((_, node)) = self.expected.pop_front() else { break };
            if self.is_asked(&node) && !self.registry.is_monitoring(&node.address) {
                self.record(base, &node.address);
            }
        }
        self.arm_expected(base);
    }

    fn arm_expected(&self, base: &mut Base) {
        match self.expected.front() {
            Some((at, _)) => base.timers.arm(Timer::ExpectedFirst, *at),
            None => base.timers.disarm(Timer::ExpectedFirst),
        }
    }

    fn is_asked(&self, node: &UniqueAddress) -> bool {
        self.receivers.binary_search(node).is_ok() || self.old.binary_search(node).is_ok()
    }

    /// HB-33: who is removed is asked no longer and forgotten. HB-34: removals come before the ring changes otherwise.
    pub(super) fn on_event(&mut self, event: &ClusterEvent) {
        if let ClusterEvent::MemberRemoved { member, .. } = event {
            let node = member.unique_address();
            self.registry.remove(&node.address);
            for list in [&mut self.receivers, &mut self.old] {
                if let Ok(at) = list.binary_search(node) {
                    list.remove(at);
                }
            }
        }
    }

    /// HB-28 to HB-42: takes the place in the ring that the present state gives. HB-35, HB-36: who leaves the own part of
    /// the ring is forgotten if it answers, and asked further if it does not.
    pub(super) fn follow_ring(&mut self, base: &Base) {
        let mut receivers = ring_receivers(base);
        receivers.sort();
        if receivers == self.receivers {
            return;
        }
        for node in self.receivers.iter().filter(|node| receivers.binary_search(node).is_err()) {
            if self.registry.is_available(&node.address, base.now) {
                self.registry.remove(&node.address);
            } else if let Err(at) = self.old.binary_search(node) {
                self.old.insert(at, node.clone());
            }
        }
        self.receivers = receivers;
    }

    /// GSP-76, JOIN-75, PHI-44: nothing is known of a node that has just become a member.
    pub(super) fn forget(&mut self, address: &Address) {
        self.registry.remove(address);
    }

    /// RCH-40: whether a member answers, as far as this node knows.
    pub(super) fn is_available(&self, address: &Address, now: Instant) -> bool {
        self.registry.is_available(address, now)
    }

    /// RCH-41, RCH-43: the addresses that do not answer. Only those that this node asks can be among them.
    pub(super) fn unavailable(&self, now: Instant) -> impl Iterator<Item = &Address> {
        self.registry.unavailable(now)
    }

    /// HB-30, LIFE-55: nobody is asked any more, and nothing is known of anybody.
    pub(super) fn stop(&mut self) {
        self.receivers.clear();
        self.old.clear();
        self.expected.clear();
        self.registry.reset();
    }

    pub(super) fn phi(&self, address: &Address, now: Instant) -> Option<f64> {
        self.registry.phi(address, now)
    }

    pub(super) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(15);
        mixer.word(hash_of_nodes(self.receivers.iter()));
        mixer.word(hash_of_nodes(self.old.iter()));
        mixer.word(self.sequence);
        mixer.word(self.expected.len() as u64);
        mixer.word(self.registry.fingerprint());
        mixer.finish()
    }
}

/// HB-10, HB-42, HB-46 to HB-50: the nodes that follow this one in the ring of its data centre.
fn ring_receivers(base: &Base) -> Vec<UniqueAddress> {
    if base.config.repairs.breaks(Planted::RingAsksNobody) {
        return Vec::new();
    }
    let members = base.gossip().members();
    let Some(place) = members.data_center_position(base.roles.data_center()) else { return Vec::new() };
    let ring = &members.data_centers()[place].ring;
    let Some(own) = ring_position(ring, &base.me) else { return Vec::new() };
    let inside = base.view().observations().map(|observations| &observations.inside);
    let is_unreachable = |node: &UniqueAddress| inside.is_some_and(|inside| inside.contains(members, node));
    receivers(ring, own, is_unreachable, base.config.failure_detector.monitored_by_nr_of_members as usize)
}
