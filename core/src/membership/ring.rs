//! The heartbeat ring: who sends heartbeats to whom.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::address::UniqueAddress;
use super::bits::Bits;
use crate::splice::insert_at;

/// HB-44: the number that orders the ring: both halves of the uid, one over the other, as a signed number.
pub(crate) fn fold(uid: i64) -> i32 {
    let bits = uid as u64;
    (bits ^ (bits >> 32)) as i32
}

/// HB-44: by fold, then by address. Nodes that are equal in both have one place in the ring.
fn compare_places(a: &UniqueAddress, b: &UniqueAddress) -> Ordering {
    fold(a.uid).cmp(&fold(b.uid)).then_with(|| a.address.cmp(&b.address))
}

/// HB-43: the order of a ring of these nodes, whatever their order here.
///
/// HB-45: of two nodes that share a place, the lower unique address stays.
pub(crate) fn ring_order(nodes: &[UniqueAddress]) -> Vec<UniqueAddress> {
    let mut ring = nodes.to_vec();
    ring.sort_unstable_by(|a, b| compare_places(a, b).then_with(|| a.cmp(b)));
    ring.dedup_by(|later, earlier| compare_places(later, earlier).is_eq());
    ring
}

/// HB-31: puts a node into its place in a ring. HB-45: of two nodes that share a place, the lower unique address stays.
pub(crate) fn insert_into_ring(ring: &mut Vec<UniqueAddress>, node: &UniqueAddress) {
    match ring.binary_search_by(|other| compare_places(other, node)) {
        Ok(position) if *node < ring[position] => ring[position] = node.clone(),
        Ok(_) => {}
        Err(position) => ring.insert(position, node.clone()),
    }
}

/// The same for several at once, in any order, in the time of one walk along the ring.
pub(crate) fn insert_all_into_ring(ring: &mut Vec<UniqueAddress>, nodes: &[UniqueAddress]) {
    if let [node] = nodes {
        return insert_into_ring(ring, node);
    }
    let mut new = Vec::with_capacity(nodes.len());
    for node in ring_order(nodes) {
        match ring.binary_search_by(|other| compare_places(other, &node)) {
            Ok(position) if node < ring[position] => ring[position] = node,
            Ok(_) => {}
            Err(position) => new.push((position, node)),
        }
    }
    insert_at(ring, new);
}

/// Where a node stands in a ring, if it does.
pub(crate) fn ring_position(ring: &[UniqueAddress], node: &UniqueAddress) -> Option<usize> {
    let position = ring.binary_search_by(|other| compare_places(other, node)).ok()?;
    (ring[position] == *node).then_some(position)
}

/// The nodes to which the node at `self_position` sends heartbeats, as a walk meets them that starts after it, and whether `n` of
/// them are reachable, so that whoever stands behind the last one changes nothing.
///
/// HB-46: all others, if `n` of them would be all; else what HB-47 says. Nobody, if the position is outside the
/// ring (HB-54). `unreachable` are places in the ring.
pub(crate) fn receivers(
    ring: &[UniqueAddress],
    self_position: usize,
    unreachable: &Bits,
    n: usize,
) -> (Vec<UniqueAddress>, bool) {
    if self_position >= ring.len() {
        return (Vec::new(), false);
    }
    if n >= ring.len() - 1 {
        let (before, after) = (&ring[..self_position], &ring[self_position + 1..]);
        return ([after, before].concat(), false);
    }
    walk_receivers(ring, self_position, unreachable, n)
}

/// HB-47: a reachable node is taken and counted until `n` are counted; an unreachable one on the way is taken if
/// fewer than `n` were taken before it, and is never counted. So the first `n` are taken, whoever they are, and then reachable
/// ones: whole stretches of others are passed over at once. HB-48: both counts span the whole walk.
///
/// So a dead successor keeps being watched, while as many living ones are watched as without it (HB-49, HB-50): `2n` at the
/// most (HB-51), and exactly `n` by and of everybody while all are reachable (HB-52). To mark one more can add a living
/// one and drop a dead one that was taken late (HB-53).
fn walk_receivers(
    ring: &[UniqueAddress],
    self_position: usize,
    unreachable: &Bits,
    n: usize,
) -> (Vec<UniqueAddress>, bool) {
    let mut taken = Vec::with_capacity(n);
    let mut left = n;
    for at in (self_position + 1..=self_position + n).map(|at| at % ring.len()) {
        taken.push(ring[at].clone());
        left -= usize::from(!unreachable.contains(at));
    }
    let next = self_position + n + 1;
    let behind = if next < ring.len() {
        [next..ring.len(), 0..self_position]
    } else {
        [next - ring.len()..self_position, 0..0]
    };
    for stretch in behind {
        let mut at = unreachable.next_outside(stretch.start);
        while left > 0 && at < stretch.end {
            taken.push(ring[at].clone());
            left -= 1;
            at = unreachable.next_outside(at + 1);
        }
    }
    (taken, left == 0)
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
