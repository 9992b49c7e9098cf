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

    /// Each concern hears all events of the change at once, in their order; none depends on what another makes of them. What they put
    /// out follows the event that it comes of.
    fn emit_diff(&mut self, old: &Arc<Gossip>, new: &Arc<Gossip>) {
        let Self { base, heartbeats, across, watching, quarantine, milestones, downing, unseen, .. } = self;
        let change = diff(old, new, base.observer());
        heartbeats.on_change(&change, base);
        change.events.iter().for_each(|event| unseen.on_event(event, base.now));
        across.on_change(&change, base);
        let mut more: Vec<(usize, Output)> = milestones.on_change(&change, &base.me).into_iter().collect();
        let mut farewells = Farewells { quarantine, at: 0, out: Vec::new(), told: Vec::new() };
        watching.on_change(&change, base, &mut farewells);
        let Farewells { mut out, told, .. } = farewells;
        more.append(&mut out);
        let notices = downing.on_change(&change, base.now);
        more.extend(notices.into_iter().map(|(at, notice)| (at, Output::Noticed(notice))));
        if base.config.repairs.breaks(Planted::EventsDoubled) {
            more.extend(change.events.iter().cloned().map(Output::Event).enumerate());
            more.rotate_right(change.events.len());
        }
        base.put_out(change.events, more);
        watching.arm(base);
        told.iter().for_each(|node| base.send_to(node, Message::Quarantined));
    }
}
