//! Heartbeats to other data centres: the oldest of each ask the oldest of every other (part 03, section 4).

use alloc::sync::Arc;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::asking::{Asking, warn_of};
use super::base::Base;
use super::timers::Timer;
use crate::failure::DetectorRule;
use crate::failure::across::ReceiversAcross;
use crate::membership::diff::Change;
use crate::membership::{ClusterEvent, Gossip, UniqueAddress};
use crate::mix::Mixer;
use crate::time::Instant;

/// The part of a node that asks nodes of other data centres whether they are there.
///
/// XDC-1, DC-46: every node has it. While the cluster has one data centre only it holds nothing and no timer runs for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct HeartbeatsAcross {
    /// XDC-16: when the first tick was due; `None` before this node is in a cluster and after it is.
    first_tick: Option<Instant>,
    /// XDC-13, XDC-14: whether this node was ever responsible.
    is_active: bool,
    /// `None` while no other data centre was ever seen.
    receivers: Option<ReceiversAcross>,
    pub(super) asking: Asking,
}

impl HeartbeatsAcross {
    pub(super) fn new(rule: Arc<DetectorRule>) -> Self {
        Self { first_tick: None, is_active: false, receivers: None, asking: Asking::new(rule) }
    }

    /// XDC-1, XDC-5: begins when the node is in a cluster, with the members that there are.
    pub(super) fn start(&mut self, base: &mut Base) {
        let delay = base.config.periodic_tasks_initial_delay.max(interval(base));
        self.first_tick = Some(base.now + delay);
        let gossip = base.gossip().clone();
        self.prepare(base, &gossip, &gossip);
        self.settle(base);
    }

    /// Before the events of a change: another data centre appears.
    pub(super) fn prepare(&mut self, base: &Base, old: &Gossip, new: &Gossip) {
        if self.first_tick.is_some() && self.receivers.is_none() && new.is_multi_data_center() {
            let k = base.config.multi_data_center.cross_data_center_connections as usize;
            let mut receivers = ReceiversAcross::new(base.me.clone(), base.roles.data_center().into(), k);
            receivers.init(old.members().iter());
            self.receivers = Some(receivers);
        }
    }

    /// XDC-7 to XDC-9: what each member event does to who is asked.
    pub(super) fn on_change(&mut self, change: &Change<'_>, base: &Base) {
        if self.receivers.is_some() {
            change.events.iter().for_each(|event| self.hear(event, base));
        }
    }

    fn hear(&mut self, event: &ClusterEvent, base: &Base) {
        let Some(receivers) = &mut self.receivers else { return };
        match event {
            ClusterEvent::MemberRemoved { member, .. } if *member.unique_address() == base.me => self.stop(),
            ClusterEvent::MemberRemoved { member, .. } => receivers.remove(member, &mut self.asking.registry),
            ClusterEvent::UnreachableMember(_) | ClusterEvent::ReachableMember(_) => {}
            other => {
                if let Some(member) = other.member() {
                    let forgets_former = base.config.multi_data_center.forget_former_receivers;
                    receivers.member_event(member, forgets_former, &mut self.asking.registry);
                }
            }
        }
    }

    /// XDC-13, DC-52: all events of a change have been heard: does this node ask now? XDC-14: once it does, it goes on. Its ticks
    /// fall where they would if it had ticked from the start, doing nothing (XDC-15).
    pub(super) fn settle(&mut self, base: &mut Base) {
        let responsible = self.receivers.as_ref().is_some_and(ReceiversAcross::is_responsible);
        if let Some(first) = self.first_tick.filter(|_| responsible && !self.is_active) {
            self.is_active = true;
            base.timers.arm(Timer::CrossHeartbeat, next_in_step(first, interval(base), base.now));
        }
    }

    /// XDC-16, XDC-17, XDC-25, DC-54, DC-55: asks everybody once, at an interval of its own.
    pub(super) fn tick(&mut self, base: &mut Base) {
        let Some(receivers) = &self.receivers else { return };
        base.timers.arm_after(Timer::CrossHeartbeat, base.now, interval(base));
        let answers_within = base.config.multi_data_center.failure_detector.expected_response_after;
        self.asking.ask(base, receivers.receivers(), answers_within, Timer::CrossExpectedFirst);
    }

    /// XDC-19, DC-56: who was asked and has not answered in time.
    pub(super) fn expected_tick(&mut self, base: &mut Base) {
        let receivers = self.receivers.as_ref();
        let is_asked = |node: &UniqueAddress| receivers.is_some_and(|receivers| receivers.is_receiver(node));
        self.asking.expected_tick(base, is_asked, Timer::CrossExpectedFirst);
    }

    /// XDC-15, XDC-18, DC-57: somebody answered. Gives back whether it was asked.
    pub(super) fn replied(&mut self, base: &mut Base, from: &UniqueAddress) -> bool {
        let Some(receivers) = self.receivers.as_ref().filter(|_| self.is_active) else { return false };
        let Some(interval) = receivers.replied(from, &mut self.asking.registry, base.now) else {
            return false;
        };
        warn_of(base, &from.address, interval);
        true
    }

    /// XDC-9, LIFE-55, DC-51: nobody is asked any more, and nothing is known of anybody.
    pub(super) fn stop(&mut self) {
        self.first_tick = None;
        self.is_active = false;
        self.receivers = None;
        self.asking.clear();
    }

    pub(super) fn hash64(&self) -> u64 {
        let Some(receivers) = &self.receivers else { return 0 };
        let mut mixer = Mixer::new(61);
        mixer.word(receivers.hash64());
        mixer.word(self.asking.sequence() << 1 | u64::from(self.is_active));
        self.asking.mix_into(&mut mixer);
        mixer.finish()
    }
}

fn interval(base: &Base) -> Duration {
    base.config.multi_data_center.failure_detector.heartbeat_interval
}

/// The first moment after `now` that is a whole number of intervals from `first` on.
fn next_in_step(first: Instant, interval: Duration, now: Instant) -> Instant {
    if now < first {
        return first;
    }
    let step = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX).max(1);
    let since = now.as_nanos() - first.as_nanos();
    now + Duration::from_nanos(step - since % step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// XDC-15, XDC-25
    #[test]
    fn ticks_keep_the_step_of_the_start() {
        let at = Instant::from_nanos;
        let interval = Duration::from_nanos(30);
        let cases = [(0, 10), (9, 10), (10, 40), (11, 40), (39, 40), (40, 70), (100, 130)];
        for (now, expected) in cases {
            assert_eq!(next_in_step(at(10), interval, at(now)), at(expected), "at {now}");
        }
        assert_eq!(next_in_step(at(0), Duration::MAX, at(5)), Instant::MAX);
    }
}
