//! From a changed state to what users, heartbeats and the resolver hear of it.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use super::Node;
use super::output::Output;
use super::statistics;
use super::watching::Farewells;
use crate::membership::diff::diff;
use crate::membership::{ClusterEvent, Gossip};
use crate::planted::Planted;
use crate::protocol::Message;

impl Node {
    /// EVT-10, EVT-46, RCH-49: puts out what changed since the last time. HB-55, EVT-87: heartbeats and resolver hear it in the same
    /// order and within the same input.
    pub(super) fn publish(&mut self) {
        let new = self.base.gossip().clone();
        let old = mem::replace(&mut self.base.published, new.clone());
        self.across.prepare(&self.base, &old, &new);
        self.emit_diff(&old, &new);
        if !Arc::ptr_eq(old.members().roster(), new.members().roster()) {
            self.heartbeats.share_ring(new.members(), self.base.roles.data_center());
        }
        self.across.settle(&mut self.base);
        if let Some(tally) = &mut self.base.tally {
            tally.published += 1;
        }
        statistics::after_publishing(&mut self.base);
    }

    /// EVT-66 to EVT-70, LIFE-55: what users hear when this node ends: that it does, and then the way to an empty state.
    pub(super) fn publish_end(&mut self) {
        self.base.out.push(Output::Event(ClusterEvent::ClusterShuttingDown));
        let empty = Arc::new(Gossip::new());
        let old = mem::replace(&mut self.base.published, empty.clone());
        self.emit_diff(&old, &empty);
        self.base.out.push(self.milestones.at_end());
    }

    fn emit_diff(&mut self, old: &Arc<Gossip>, new: &Arc<Gossip>) {
        let (mut out, mut told) = (mem::take(&mut self.base.out), Vec::new());
        let is_doubled = self.base.config.repairs.breaks(Planted::EventsDoubled);
        let Self { base, heartbeats, across, watching, quarantine, milestones, downing, unseen, .. } = self;
        diff(old, new, base.observer(), &mut |event| {
            heartbeats.on_event(&event, base);
            unseen.on_event(&event, base.now);
            across.on_event(&event, base);
            let notices = downing.on_event(&event, base.now);
            let milestone = milestones.on_event(&event, &base.me);
            let about_member = event.member().is_some();
            if is_doubled {
                out.push(Output::Event(event.clone()));
            }
            out.push(Output::Event(event.clone()));
            out.extend(milestone);
            if about_member {
                let farewells = &mut Farewells { quarantine, out: &mut out, told: &mut told };
                watching.on_event(&event, base, old, farewells);
            }
            out.extend(notices.into_iter().map(Output::Noticed));
        });
        heartbeats.settle(base);
        downing.settle();
        base.out = out;
        watching.arm(base);
        told.iter().for_each(|node| base.send_to(node, Message::Quarantined));
    }
}
