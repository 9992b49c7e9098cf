//! A heartbeat ring with who of its nodes is unreachable.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::membership::UniqueAddress;
use crate::membership::bits::Bits;
use crate::membership::ring::{insert_all_into_ring, ring_position};

/// HB-41, HB-42: a ring, and the nodes that are unreachable by the events, whether they stand in it or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(super) struct MarkedRing {
    /// Nodes that know the same members share it.
    nodes: Arc<Vec<UniqueAddress>>,
    /// In no order that means anything: ascending by uid, which lies in the list itself and nearly always tells two apart.
    unreachable: Vec<UniqueAddress>,
    /// Where in the ring they stand: a walk passes over them without a look at who they are.
    places: Bits,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    nodes: Arc<Vec<UniqueAddress>>,
    unreachable: Vec<UniqueAddress>,
}

impl MarkedRing {
    pub(super) fn new<'a>(
        nodes: Arc<Vec<UniqueAddress>>,
        unreachable: impl Iterator<Item = &'a UniqueAddress>,
    ) -> Self {
        let mut unreachable: Vec<UniqueAddress> = unreachable.cloned().collect();
        unreachable.sort_unstable_by(by_uid);
        unreachable.dedup();
        let mut ring = Self { nodes, unreachable, places: Bits::new(0) };
        ring.find_places();
        ring
    }

    fn find_places(&mut self) {
        let mut places = Bits::new(self.nodes.len());
        self.unreachable.iter().filter_map(|node| self.position(node)).for_each(|at| places.insert(at));
        self.places = places;
    }

    pub(super) fn nodes(&self) -> &[UniqueAddress] {
        &self.nodes
    }

    /// Where a node stands in the ring, if it does.
    pub(super) fn position(&self, node: &UniqueAddress) -> Option<usize> {
        ring_position(&self.nodes, node)
    }

    /// The unreachable nodes, ascending by uid.
    pub(super) fn unreachable(&self) -> &[UniqueAddress] {
        &self.unreachable
    }

    /// The places in the ring of those that stand in it.
    pub(super) const fn unreachable_places(&self) -> &Bits {
        &self.places
    }

    pub(super) fn insert_all(&mut self, nodes: &[UniqueAddress]) {
        insert_all_into_ring(Arc::make_mut(&mut self.nodes), nodes);
        self.find_places();
    }

    /// Takes the node at a place out of the ring. Its mark stays.
    pub(super) fn remove(&mut self, position: usize) {
        Arc::make_mut(&mut self.nodes).remove(position);
        self.find_places();
    }

    /// Marks a node as unreachable. Whether it was not.
    pub(super) fn mark(&mut self, node: &UniqueAddress) -> bool {
        let Err(at) = self.find(node) else { return false };
        self.unreachable.insert(at, node.clone());
        if let Some(place) = self.position(node) {
            self.places.insert(place);
        }
        true
    }

    /// Takes the mark away. Whether there was one.
    pub(super) fn unmark(&mut self, node: &UniqueAddress) -> bool {
        let Ok(at) = self.find(node) else { return false };
        self.unreachable.remove(at);
        if let Some(place) = self.position(node) {
            self.places.remove(place);
        }
        true
    }

    /// Whether its nodes are held there. They may be the same where they are not.
    pub(super) fn is(&self, held: &Arc<Vec<UniqueAddress>>) -> bool {
        Arc::ptr_eq(held, &self.nodes)
    }

    /// Takes another ring. Marks stay.
    pub(super) fn take(&mut self, nodes: &Arc<Vec<UniqueAddress>>) {
        self.nodes = nodes.clone();
        self.find_places();
    }

    /// Takes a ring that is held already, where it is the same.
    pub(super) fn share(&mut self, held: &Arc<Vec<UniqueAddress>>) {
        if !self.is(held) && **held == *self.nodes {
            self.nodes = held.clone();
        }
    }

    fn find(&self, node: &UniqueAddress) -> Result<usize, usize> {
        self.unreachable.binary_search_by(|other| by_uid(other, node))
    }
}

fn by_uid(a: &UniqueAddress, b: &UniqueAddress) -> Ordering {
    a.uid.cmp(&b.uid).then_with(|| a.address.cmp(&b.address))
}

impl From<Stored> for MarkedRing {
    fn from(Stored { nodes, unreachable }: Stored) -> Self {
        Self::new(nodes, unreachable.iter())
    }
}

impl From<MarkedRing> for Stored {
    fn from(MarkedRing { nodes, unreachable, .. }: MarkedRing) -> Self {
        Self { nodes, unreachable }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::Address;
    use crate::membership::ring::ring_order;
    use crate::testing::proptest_config;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(proptest_config())]

        /// HB-42, HB-45: nodes that share a place and nodes outside the ring are among the marked ones.
        #[test]
        fn marked_places_are_those_of_the_marked_nodes(
            steps in prop::collection::vec((0..4_u8, 0..4_u16, -6..6_i64), 0..60),
        ) {
            let mut ring = MarkedRing::new(Arc::default(), [].iter());
            let mut marked: Vec<UniqueAddress> = Vec::new();
            for (kind, port, uid) in steps {
                let node = UniqueAddress::new(Address::new("n", port).unwrap(), uid);
                match (kind, ring.position(&node)) {
                    (0, _) => ring.insert_all(&[node]),
                    (1, Some(position)) => ring.remove(position),
                    (2, _) => {
                        prop_assert_eq!(ring.mark(&node), !marked.contains(&node));
                        marked.push(node);
                    }
                    _ => {
                        prop_assert_eq!(ring.unmark(&node), marked.contains(&node));
                        marked.retain(|other| *other != node);
                    }
                }
                let at = ring.unreachable_places().iter().map(|place| &ring.nodes()[place]);
                prop_assert!(at.eq(ring.nodes().iter().filter(|node| marked.contains(node))));
                let again = MarkedRing::new(Arc::new(ring_order(ring.nodes())), marked.iter());
                prop_assert_eq!(&ring, &again);
                prop_assert_eq!(MarkedRing::from(Stored::from(ring.clone())), again);
            }
        }
    }
}
