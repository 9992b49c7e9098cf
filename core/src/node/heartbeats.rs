//! Heartbeats within the data centre: whom a node asks, what it answers, and what it makes of replies (part 03, section 2).

use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use super::asking::{Asking, warn_of};
use super::base::Base;
use super::output::Warning;
use super::timers::Timer;
use crate::config::Config;
use crate::failure::DetectorRule;
use crate::failure::receivers::Receivers;
use crate::membership::diff::Change;
use crate::membership::{Address, ClusterEvent, Members, UniqueAddress};
use crate::mix::Mixer;
use crate::protocol::Message;
use crate::time::Instant;

/// The part of a node that asks others of its data centre whether they are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Heartbeats {
    /// HB-9: whether it has begun.
    is_running: bool,
    receivers: Receivers,
    /// HB-20: when the last heartbeats were sent, or the first were due.
    last_tick: Instant,
    pub(super) asking: Asking,
}

impl Heartbeats {
    pub(super) fn new(config: &Config, me: UniqueAddress, rule: Arc<DetectorRule>) -> Self {
        let n = config.failure_detector.monitored_by_nr_of_members as usize;
        Self {
            is_running: false,
            receivers: Receivers::new(me, n),
            last_tick: Instant::ZERO,
            asking: Asking::new(rule),
        }
    }

    /// HB-9 to HB-12, HB-20, JOIN-6, DC-45: begins when the node is in a cluster, with the members that there are.
    pub(super) fn start(&mut self, base: &mut Base) {
        let config = &base.config;
        let delay = config.periodic_tasks_initial_delay.max(config.failure_detector.heartbeat_interval);
        self.is_running = true;
        self.last_tick = base.now + delay;
        base.timers.arm_after(Timer::Heartbeat, base.now, delay);
        let members = base.gossip().members();
        self.receivers.init_of(members, base.roles.data_center(), base.view().unreachable_inside());
    }

    /// HB-3 to HB-8, DC-58: answers a heartbeat, whoever sent it and whatever this node is. Nothing else comes of it.
    pub(super) fn answer(base: &mut Base, from: &UniqueAddress, sequence: u64, sent_at: Instant) {
        base.send_to(from, Message::HeartbeatReply { sequence, sent_at });
    }

    /// HB-22 to HB-27: somebody answered. Gives back whether it was asked.
    pub(super) fn replied(&mut self, base: &mut Base, from: &UniqueAddress) -> bool {
        let Some(interval) = self.receivers.replied(from, &mut self.asking.registry, base.now) else {
            return false;
        };
        warn_of(base, &from.address, interval);
        true
    }

    /// HB-13 to HB-21: asks everybody once, and says so if that is late; nothing else comes of being late.
    pub(super) fn tick(&mut self, base: &mut Base) {
        if !self.is_running {
            return;
        }
        let interval = base.config.failure_detector.heartbeat_interval;
        base.timers.arm_after(Timer::Heartbeat, base.now, interval);
        let answers_within = base.config.failure_detector.expected_response_after;
        self.asking.ask(base, self.receivers.active(), answers_within, Timer::ExpectedFirst);
        let elapsed = base.now.since(self.last_tick);
        if elapsed >= interval.saturating_mul(2) {
            base.warn(Warning::HeartbeatDelayed { elapsed });
        }
        self.last_tick = base.now;
    }

    /// HB-17, HB-18: who was asked and has not answered in time.
    pub(super) fn expected_tick(&mut self, base: &mut Base) {
        self.asking.expected_tick(base, |node| self.receivers.is_active(node), Timer::ExpectedFirst);
    }

    /// HB-46 to HB-50: whom this node asks by its place in the ring.
    pub(super) fn by_ring(&self) -> &[UniqueAddress] {
        self.receivers.by_ring()
    }

    /// HB-28 to HB-35, HB-55: what each event of the own data centre does to the ring, in the order of the events: removals
    /// first (HB-34). PHI-45: what else becomes of a member, a new status or a mark, is no reason to forget its own
    /// heartbeats. SHUT-52: nor does its status matter to whether it is asked, that of a shutdown as little as any other.
    pub(super) fn on_change(&mut self, change: &Change<'_>, base: &Base) {
        if !self.is_running {
            return;
        }
        let follows = self.follow(change, base);
        for event in &change.events {
            self.hear(event, base, follows);
        }
        self.receivers.settle(&mut self.asking.registry, base.now);
    }

    /// Whether who comes with a change is in the ring already, by that of the members.
    fn follow(&mut self, change: &Change<'_>, base: &Base) -> bool {
        let (old, new) = (change.old.members(), change.new.members());
        if change.removals > 0 || !change.keeps_identities || old.is_identical(new) {
            return false;
        }
        // Of a newcomer that has a detector that may tell when it comes. As nobody has gone, some came only if there are more.
        let has_come =
            |address: &Address| new.all_at(address).any(|member| !old.contains(member.unique_address()));
        if new.len() > old.len() && self.asking.registry.addresses().any(has_come) {
            return false;
        }
        let roster = |members| Members::data_center(members, base.roles.data_center());
        let (Some(old), Some(new)) = (roster(old), roster(new)) else { return false };
        self.receivers.follow(old, new, &mut self.asking.registry, base.now)
    }

    fn hear(&mut self, event: &ClusterEvent, base: &Base, follows: bool) {
        if !self.is_running {
            return;
        }
        let (receivers, registry, now) = (&mut self.receivers, &mut self.asking.registry, base.now);
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
            _ if follows => {}
            other => {
                if let Some(member) =
                    other.member().filter(|member| member.data_center() == base.roles.data_center())
                {
                    receivers.comes(member.unique_address());
                }
            }
        }
    }

    /// Nodes of one opinion hold one ring.
    pub(super) fn share_ring(&mut self, members: &Members, data_center: &str) {
        self.receivers.share_ring(members, data_center);
    }

    /// HB-30, LIFE-55: nobody is asked any more, and nothing is known of anybody.
    pub(super) fn stop(&mut self) {
        self.is_running = false;
        self.receivers.clear();
        self.asking.clear();
    }

    pub(super) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(15);
        mixer.word(self.receivers.hash64());
        mixer.word(self.asking.sequence());
        self.asking.mix_into(&mut mixer);
        mixer.finish()
    }
}
