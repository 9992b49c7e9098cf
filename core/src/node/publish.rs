//! From a changed state to what users, heartbeats and the resolver hear of it.

use alloc::sync::Arc;
use core::mem;

use super::Node;
use super::output::Output;
use super::statistics;
use crate::membership::diff::diff;
use crate::membership::{ClusterEvent, Gossip};
use crate::planted::Planted;

impl Node {
    /// EVT-10, EVT-46: puts out what changed since the last time. HB-55: heartbeats and resolver hear it in the same order
    /// and within the same input.
    pub(super) fn publish(&mut self) {
        let new = self.base.gossip().clone();
        let old = mem::replace(&mut self.base.published, new.clone());
        self.emit_diff(&old, &new);
        let ring_may_differ = old.members() != new.members() || old.reachability() != new.reachability();
        if ring_may_differ && self.base.is_initialized() {
            self.heartbeats.follow_ring(&self.base);
        }
        if let Some(tally) = &mut self.base.tally {
            tally.published += 1;
        }
        statistics::after_publishing(&mut self.base);
    }

    /// EVT-66, EVT-67, LIFE-55: what users hear when this node ends: that it does, and then the way to an empty state.
    pub(super) fn publish_end(&mut self) {
        self.base.out.push(Output::Event(ClusterEvent::ClusterShuttingDown));
        let empty = Arc::new(Gossip::new());
        let old = mem::replace(&mut self.base.published, empty.clone());
        self.emit_diff(&old, &empty);
        self.base.out.push(self.milestones.at_end());
    }

    fn emit_diff(&mut self, old: &Arc<Gossip>, new: &Arc<Gossip>) {
        let mut out = mem::take(&mut self.base.out);
        let (heartbeats, downing, now) = (&mut self.heartbeats, &mut self.downing, self.base.now);
        let (milestones, me) = (&mut self.milestones, &self.base.me);
        let is_doubled = self.base.config.repairs.breaks(Planted::EventsDoubled);
        diff(old, new, self.base.observer(), &mut |event| {
            heartbeats.on_event(&event);
            let notices = downing.on_event(&event, now);
            let milestone = milestones.on_event(&event, me);
            if is_doubled {
                out.push(Output::Event(event.clone()));
            }
            out.push(Output::Event(event));
            out.extend(milestone);
            out.extend(notices.into_iter().map(Output::Noticed));
        });
        self.base.out = out;
    }
}
