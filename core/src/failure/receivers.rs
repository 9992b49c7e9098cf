//! Whom a node asks by its place in the heartbeat ring, and whom it goes on asking (part 03, sections 2.3 and 2.4).

use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Detectors;
use super::marked::MarkedRing;
use crate::membership::members::{DataCenterRoster, hash_of_nodes};
use crate::membership::ring::{receivers, ring_order, ring_position};
use crate::membership::{Members, UniqueAddress};
use crate::mix::mix;
use crate::time::Instant;

/// The receivers of one node's heartbeats, by the events of its own data centre, one by one (HB-28 to HB-39).
///
/// Detectors stand outside and are keyed by address; the sets in here hold incarnations (HB-40).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receivers {
    me: UniqueAddress,
    /// HB-48: how many reachable nodes are asked.
    n: usize,
    /// HB-32, HB-41: the ring, always with `me`, and who is unreachable by the events.
    ring: MarkedRing,
    /// Who has come since the ring was settled, in no order. Many come at once where a cluster forms: put in one by one they would take
    /// time with the square of them.
    #[serde(skip)]
    arriving: Vec<UniqueAddress>,
    /// HB-46 to HB-50, in the order of the ring.
    by_ring: Vec<UniqueAddress>,
    /// HB-47: whether `n` of them are reachable, so that whoever stands behind the last of them changes nothing.
    are_enough: bool,
    /// HB-38: who did not answer when the ring changed; ascending.
    old: Vec<UniqueAddress>,
}

impl Receivers {
    /// The receivers of a node that knows of nobody else.
    #[must_use]
    pub fn new(me: UniqueAddress, n: usize) -> Self {
        let ring = MarkedRing::new(Arc::new([me.clone()].into()), [].iter());
        Self { me, n, ring, arriving: Vec::new(), by_ring: Vec::new(), are_enough: false, old: Vec::new() }
    }

    /// The same with the members of a data centre, whose ring has been made already.
    pub(crate) fn init_of<'a>(
        &mut self,
        members: &'a Members,
        data_center: &str,
        unreachable: impl Iterator<Item = &'a UniqueAddress>,
    ) {
        let own = members.data_center(data_center).map(|own| &own.ring);
        match own {
            Some(ring) if ring_position(ring, &self.me).is_some() => {
                self.begin_with(MarkedRing::new(ring.clone(), unreachable));
            }
            ring => self.init(ring.into_iter().flat_map(|ring| ring.iter()), unreachable),
        }
    }

    /// HB-10, HB-11, HB-41: takes the members of the own data centre and who of them is unreachable as they are. Self is
    /// among the members even if it is not named. Neither detectors nor former receivers are touched.
    pub fn init<'a>(
        &mut self,
        nodes: impl Iterator<Item = &'a UniqueAddress>,
        unreachable: impl Iterator<Item = &'a UniqueAddress>,
    ) {
        let mut nodes: Vec<UniqueAddress> = nodes.cloned().collect();
        nodes.push(self.me.clone());
        nodes.sort_unstable();
        nodes.dedup();
        self.begin_with(MarkedRing::new(Arc::new(ring_order(&nodes)), unreachable));
    }

    fn begin_with(&mut self, ring: MarkedRing) {
        self.ring = ring;
        (self.by_ring, self.are_enough) = self.walk();
    }

    /// The receivers by the ring, in its order.
    #[must_use]
    pub fn by_ring(&self) -> &[UniqueAddress] {
        &self.by_ring
    }

    /// HB-38: the former receivers that are still asked, ascending.
    #[must_use]
    pub fn old(&self) -> &[UniqueAddress] {
        &self.old
    }

    /// HB-14: everybody who is asked, each once: by the ring, in its order, then former receivers.
    pub fn active(&self) -> impl Iterator<Item = &UniqueAddress> {
        self.by_ring.iter().chain(self.old.iter().filter(|node| !self.is_by_ring(node)))
    }

    /// HB-22: whether a node is asked.
    #[must_use]
    pub fn is_active(&self, node: &UniqueAddress) -> bool {
        self.is_by_ring(node) || self.is_old(node)
    }

    // Both lists hold at most twice the setting, some eighteen nodes, whose uids tell them apart at a glance.
    fn is_by_ring(&self, node: &UniqueAddress) -> bool {
        self.by_ring.iter().any(|other| other.uid == node.uid && other.address == node.address)
    }

    fn is_old(&self, node: &UniqueAddress) -> bool {
        self.old.iter().any(|other| other.uid == node.uid && other.address == node.address)
    }

    /// HB-28, HB-31: a member of the own data centre, of any status but Removed.
    pub fn add(&mut self, node: &UniqueAddress, detectors: &mut impl Detectors, now: Instant) {
        self.comes(node);
        self.settle(detectors, now);
    }

    /// The same, but that a new one is in the ring only when that is settled.
    pub(crate) fn comes(&mut self, node: &UniqueAddress) {
        if *node != self.me && self.ring.position(node).is_none() {
            self.arriving.push(node.clone());
        }
    }

    /// Puts who has come into the ring. Whether one by one or at once is the same: whom newcomers push out of the own part of the
    /// ring stays out. Only of a newcomer that is itself pushed out by a later one its detector would tell which comes first, if it
    /// has one.
    pub(crate) fn settle(&mut self, detectors: &mut impl Detectors, now: Instant) {
        if self.arriving.is_empty() {
            return;
        }
        let arriving = core::mem::take(&mut self.arriving);
        let is_heard_of = |node: &UniqueAddress| {
            detectors.is_monitoring(&node.address) || !detectors.is_available(&node.address, now)
        };
        let each = if arriving.iter().any(is_heard_of) { 1 } else { arriving.len() };
        for nodes in arriving.chunks(each) {
            self.ring.insert_all(nodes);
            self.change(detectors, now);
        }
    }

    /// HB-28, HB-31: some have come, and nobody is gone, of the members whose ring this is: it is that of those that there are now, if all of
    /// them stand in it. Whether that is so, and nobody else needs to be [added](Self::add). None of them has a detector yet.
    pub(crate) fn follow(
        &mut self,
        old: &DataCenterRoster,
        new: &DataCenterRoster,
        detectors: &mut impl Detectors,
        now: Instant,
    ) -> bool {
        if !self.ring.is(&old.ring) || !old.is_all_in_ring() || !new.is_all_in_ring() {
            return false;
        }
        if !self.ring.is(&new.ring) {
            self.ring.take(&new.ring);
            self.change(detectors, now);
        }
        true
    }

    /// HB-29, HB-33: a member of the own data centre is gone. Its detector goes with it.
    pub fn remove(&mut self, node: &UniqueAddress, detectors: &mut impl Detectors, now: Instant) {
        self.settle(detectors, now);
        let in_ring = (*node != self.me).then(|| self.ring.position(node)).flatten();
        if let Some(position) = in_ring {
            self.ring.remove(position);
        }
        let was_unreachable = self.ring.unmark(node);
        if in_ring.is_some() || was_unreachable {
            self.change(detectors, now);
        }
        detectors.remove(&node.address);
        if let Ok(position) = self.old.binary_search(node) {
            self.old.remove(position);
        }
    }

    /// HB-32: somebody of the own data centre does not see a node any more.
    pub fn unreachable(&mut self, node: &UniqueAddress, detectors: &mut impl Detectors, now: Instant) {
        self.settle(detectors, now);
        // On the way along the ring all that are reachable were taken: who is not among them was not met.
        if self.ring.mark(node) && self.is_by_ring(node) {
            self.change(detectors, now);
        }
    }

    /// HB-32: all see a node again. HB-38: who is still asked as a former receiver stays that.
    pub fn reachable(&mut self, node: &UniqueAddress, detectors: &mut impl Detectors, now: Instant) {
        self.settle(detectors, now);
        if self.ring.unmark(node) && !self.stands_behind(node) {
            self.change(detectors, now);
        }
    }

    /// HB-22 to HB-26: a node answered. `None` when it was not asked, HB-25 as that incarnation; else an interval in
    /// milliseconds that is long enough to warn of, if it is.
    ///
    /// HB-24: who is asked only because it did not answer is asked no longer. HB-26: what the reply says of number and
    /// time is not looked at, so one that was delayed, overtaken or doubled counts like any other when it arrives.
    pub fn replied(
        &mut self,
        from: &UniqueAddress,
        detectors: &mut impl Detectors,
        now: Instant,
    ) -> Option<Option<u64>> {
        let (by_ring, old) = (self.is_by_ring(from), self.is_old(from));
        if !by_ring && !old {
            return None;
        }
        let interval = detectors.heartbeat(&from.address, now);
        if old {
            self.old.retain(|node| node != from);
            if !by_ring {
                detectors.remove(&from.address);
            }
        }
        Some(interval)
    }

    /// HB-35: who leaves the own part of the ring is forgotten if it answers, and asked further if it does not; HB-39: so
    /// that a dead node does not look alive for want of a detector. HB-36: nobody hears of who has no detector. HB-37: a
    /// new receiver gets none yet.
    fn change(&mut self, detectors: &mut impl Detectors, now: Instant) {
        let by_ring;
        (by_ring, self.are_enough) = self.walk();
        if by_ring == self.by_ring {
            return;
        }
        let before = core::mem::replace(&mut self.by_ring, by_ring);
        for node in before {
            if self.is_by_ring(&node) {
                continue;
            }
            if detectors.is_available(&node.address, now) {
                detectors.remove(&node.address);
            } else if let Err(position) = self.old.binary_search(&node) {
                self.old.insert(position, node);
            }
        }
    }

    /// HB-47: whom a walk along the ring takes, and whether it ends because it has met enough.
    fn walk(&self) -> (Vec<UniqueAddress>, bool) {
        let Some(own) = self.ring.position(&self.me) else { return (Vec::new(), false) };
        receivers(self.ring.nodes(), own, self.ring.unreachable_places(), self.n)
    }

    /// Whether a node stands in the ring behind the last one that the walk has met.
    fn stands_behind(&self, node: &UniqueAddress) -> bool {
        let Some(last) = self.by_ring.last().filter(|_| self.are_enough) else { return false };
        let position = |node| self.ring.position(node);
        let (Some(own), Some(last), Some(at)) = (position(&self.me), position(last), position(node)) else {
            return false;
        };
        let len = self.ring.nodes().len();
        let way = |at: usize| (at + len - own) % len;
        way(at) > way(last)
    }

    /// Takes the ring that the members have made already, where it is the same, so that nodes of one opinion hold it once.
    pub(crate) fn share_ring(&mut self, members: &Members, data_center: &str) {
        if let Some(own) = members.data_center(data_center) {
            self.ring.share(&own.ring);
        }
    }

    /// HB-30: nobody is asked any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.me.clone(), self.n);
    }

    pub(crate) fn hash64(&self) -> u64 {
        let lists = [self.ring.unreachable(), &self.by_ring, &self.old];
        lists.iter().fold(self.ring.nodes().len() as u64, |hash, list| mix(hash, hash_of_nodes(list.iter())))
    }
}

#[cfg(test)]
#[path = "receivers_tests.rs"]
mod tests;
