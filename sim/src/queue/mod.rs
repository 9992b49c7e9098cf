//! What happens next: one queue behind push and pop.
//!
//! Inside are three small heaps (scripted actions, parcels, ticks), since each kind is scheduled in its own way: a
//! script as a whole, parcels by the million, and one tick for each host, which moves.

mod heap;
mod slab;
#[cfg(test)]
mod tests;

use quorate::Instant;

use crate::host::HostId;
use heap::{Entry, Heap};
use slab::Slab;

/// Something that is due now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due<S> {
    /// A scripted action; boxed, since it is large and rare.
    Action(Box<S>),
    /// Something arrives at a host; [`Queue::take`] hands it out.
    Parcel { to: HostId, slot: Slot },
    /// A host's deadline has come.
    Tick(HostId),
}

/// Where a parcel waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(u32);

/// SIM-1: ordered by time; at one instant actions come first, then parcels, then ticks, each in the order in which they
/// were scheduled. A host thus hands everything that has arrived to its node before it lets a timer fire.
#[derive(Clone, Debug)]
pub(crate) struct Queue<S, P> {
    actions: Heap,
    parcels: Heap,
    ticks: Heap,
    script: Slab<Box<S>>,
    payloads: Slab<P>,
    /// Each host's live tick. Entries of the heap that name another sequence are left over from a deadline that moved.
    live: Vec<Tick>,
    sequence: u64,
}

#[derive(Clone, Copy, Debug)]
struct Tick {
    at: u64,
    sequence: u64,
}

/// A deadline that never comes.
const NEVER: Tick = Tick { at: u64::MAX, sequence: u64::MAX };

impl<S, P> Default for Queue<S, P> {
    fn default() -> Self {
        Self {
            actions: Heap::default(),
            parcels: Heap::default(),
            ticks: Heap::default(),
            script: Slab::default(),
            payloads: Slab::default(),
            live: Vec::new(),
            sequence: 0,
        }
    }
}

impl<S, P> Queue<S, P> {
    /// Makes room for one more host.
    pub(crate) fn add_host(&mut self) {
        self.live.push(NEVER);
    }

    /// Schedules a scripted action.
    pub(crate) fn push_action(&mut self, at: Instant, action: S) {
        let slot = self.script.reserve();
        self.script.fill(slot, Box::new(action));
        let entry = self.entry(at.as_nanos(), slot, 0);
        self.actions.push(entry);
    }

    /// Schedules a parcel whose content follows with [`Queue::fill`] before it is due.
    #[inline]
    pub(crate) fn reserve_parcel(&mut self, at: Instant, to: HostId) -> Slot {
        let slot = self.payloads.reserve();
        let entry = self.entry(at.as_nanos(), slot, to.number());
        self.parcels.push(entry);
        Slot(slot)
    }

    /// Gives a reserved parcel its content.
    #[inline]
    pub(crate) fn fill(&mut self, slot: Slot, payload: P) {
        self.payloads.fill(slot.0, payload);
    }

    /// Schedules a parcel.
    pub(crate) fn push_parcel(&mut self, at: Instant, to: HostId, payload: P) {
        let slot = self.reserve_parcel(at, to);
        self.fill(slot, payload);
    }

    /// Takes the content of a parcel that is due. It can be taken once.
    #[inline]
    pub(crate) fn take(&mut self, slot: Slot) -> Option<P> {
        self.payloads.take(slot.0)
    }

    /// How many parcels there are.
    pub(crate) fn waiting(&self) -> usize {
        self.payloads.taken()
    }

    /// Moves a host's tick: it has one, or none. Where it has that one already, it keeps its place in the order.
    #[inline]
    pub(crate) fn arm(&mut self, host: HostId, deadline: Option<Instant>) {
        let at = deadline.map_or(u64::MAX, Instant::as_nanos);
        if self.live[host.index()].at == at {
            return;
        }
        if at == u64::MAX {
            self.live[host.index()] = NEVER;
            return;
        }
        let entry = self.entry(at, 0, host.number());
        self.live[host.index()] = Tick { at, sequence: entry.sequence };
        self.ticks.push(entry);
    }

    /// The next thing that is due, unless that is after `limit`.
    pub(crate) fn pop(&mut self, limit: Instant) -> Option<(Instant, Due<S>)> {
        let limit = limit.as_nanos();
        loop {
            let (action, parcel, tick) =
                (self.actions.first_at(), self.parcels.first_at(), self.ticks.first_at());
            let at = action.min(parcel).min(tick);
            if at > limit || at == u64::MAX {
                return None;
            }
            let due = if action == at {
                Due::Action(self.script.take(self.actions.pop()?.slot)?)
            } else if parcel == at {
                let entry = self.parcels.pop()?;
                Due::Parcel { to: HostId::from_number(entry.host), slot: Slot(entry.slot) }
            } else {
                let entry = self.ticks.pop()?;
                let live = &mut self.live[entry.host as usize];
                if live.sequence != entry.sequence {
                    continue;
                }
                *live = NEVER;
                Due::Tick(HostId::from_number(entry.host))
            };
            return Some((Instant::from_nanos(at), due));
        }
    }

    fn entry(&mut self, at: u64, slot: u32, host: u32) -> Entry {
        // What would come at the end of time comes just before it, so that it can be told from "never".
        let entry = Entry { at: at.min(u64::MAX - 1), sequence: self.sequence, slot, host };
        self.sequence += 1;
        entry
    }
}
