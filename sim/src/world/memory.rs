//! SIM-13: how much a world takes, and how much it may take.

use std::sync::Arc;

use super::World;
use super::step::Fault;
use crate::application::Application;

/// How often the cap is looked at, in steps: what is counted anyway, and the states of all nodes too.
const STEPS_BETWEEN_GLANCES: u64 = 64;
const STEPS_BETWEEN_LOOKS: u64 = 1024;

/// What things are taken to need, in bytes. Names and not measures, so that a case has one verdict on every machine:
/// somewhat more than they need with pointers of 64 bits.
const PARCEL_BYTES: u64 = 256;
const LINK_BYTES: u64 = 96;
const HOST_BYTES: u64 = 16 * 1024;
const MEMBER_BYTES: u64 = 160;
const RECORD_BYTES: u64 = 64;

impl<A: Application> World<A> {
    /// How many bytes the world takes: what is on its way, links, hosts with their histories, and each state that nodes
    /// have, once. It is reckoned from what there is, in round numbers, and so the same on every machine.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let mut states: Vec<_> =
            self.hosts.iter().filter_map(|host| host.node.as_ref()).map(quorate::Node::gossip).collect();
        states.sort_by_key(|state| Arc::as_ptr(state));
        states.dedup_by(|one, other| Arc::ptr_eq(one, other));
        let states: u64 = states
            .into_iter()
            .map(|state| {
                let records: usize = state.reachability().rows().iter().map(|row| row.records().len()).sum();
                state.members().len() as u64 * MEMBER_BYTES + records as u64 * RECORD_BYTES
            })
            .sum();
        self.bytes_without_states() + states
    }

    fn bytes_without_states(&self) -> u64 {
        let waiting = self.queue.waiting() as u64 + self.held.len() as u64;
        waiting * PARCEL_BYTES
            + self.network.links.made() as u64 * LINK_BYTES
            + self.hosts.len() as u64 * HOST_BYTES
    }

    /// The most that the world may take, in bytes; `None` is no limit. A world that takes more ends with
    /// [`Fault::Memory`].
    pub fn set_memory_cap(&mut self, bytes: Option<u64>) {
        self.memory_cap = bytes;
    }

    /// Looks now and then whether the world takes more than it may.
    #[inline]
    pub(super) fn memory_fault(&self) -> Option<Fault> {
        let cap = self.memory_cap?;
        if !self.steps.is_multiple_of(STEPS_BETWEEN_GLANCES) {
            return None;
        }
        let is_look = self.steps.is_multiple_of(STEPS_BETWEEN_LOOKS);
        let bytes = if is_look { self.memory_bytes() } else { self.bytes_without_states() };
        (bytes > cap).then_some(Fault::Memory { at: self.now, bytes, cap })
    }
}
