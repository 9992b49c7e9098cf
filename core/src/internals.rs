//! What conformance vectors, the judge and planted bugs may use. It promises nothing to anybody else and may change with
//! any release.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::membership::diff::Observer;
use crate::membership::gossip;
use crate::membership::{
    ClusterEvent, Gossip, GossipError, MemberStatus, Members, Reachability, Tombstones, UniqueAddress,
    VectorClock,
};
use crate::repairs::Repairs;

pub use crate::failure::Detectors;
pub use crate::failure::across::ReceiversAcross;
pub use crate::failure::lone::{LoneDetector, Remembered};
pub use crate::failure::phi::phi;
pub use crate::failure::receivers::Receivers;
pub use crate::failure::settings::SettingError;
pub use crate::membership::{GossipTargets, TargetDraws, TargetSettings};

/// From here on a node's random choices are those of another seed: what else could have become of it.
pub fn reseed(node: &mut crate::Node, seed: u64) {
    node.reseed(seed);
}

/// HB-43, HB-44: the order of a ring of these nodes, each with the number that it is ordered by.
#[must_use]
pub fn ring(nodes: &[UniqueAddress]) -> Vec<(UniqueAddress, i32)> {
    let order = crate::membership::ring::ring_order(nodes).into_iter();
    order.map(|node| (node.clone(), crate::membership::ring::fold(node.uid))).collect()
}

/// MDL-37 to MDL-39, REP-20: the members of two tables, one received and one local.
#[must_use]
pub fn pick(received: &Members, local: &Members, tombstones: &Tombstones, repairs: &Repairs) -> Members {
    gossip::pick(received, local, tombstones, repairs)
}

/// The events between two states, as a node of a data centre tells them.
#[must_use]
pub fn diff(
    old: &Arc<Gossip>,
    new: &Arc<Gossip>,
    me: &UniqueAddress,
    data_center: &str,
    repairs: &Repairs,
) -> Vec<ClusterEvent> {
    crate::membership::diff::diff(old, new, Observer { me, data_center, repairs }).events
}

/// OBS-15: whom a change gives another status.
#[must_use]
pub fn moved(old: &Gossip, new: &Gossip) -> Vec<(UniqueAddress, MemberStatus)> {
    let mut moved = Vec::new();
    crate::membership::diff::moved(old, new, &mut |node, status| moved.push((node, status)));
    moved
}

/// FRM-1: writes the checksum that fits into a frame that was changed, so that what stands behind it is read. Bytes too short for one are
/// left as they are.
pub fn seal(frame: &mut [u8]) {
    crate::protocol::seal(frame);
}

/// A gossip of its parts. Those who have seen it may be named in any order, and need not be members.
///
/// # Errors
/// A row of observations whose observer is no member.
pub fn gossip_of_parts(
    members: Members,
    reachability: Reachability,
    seen: &[UniqueAddress],
    tombstones: Tombstones,
    clock: VectorClock,
) -> Result<Gossip, GossipError> {
    Gossip::from_parts(members, reachability, seen, tombstones, clock)
}

pub use crate::mix::{Mixer, mix};
pub use crate::node::Tally;
pub use crate::node::probe::{Probe, ProbeState};
#[cfg(feature = "planted")]
pub use crate::planted::Planted;
pub use crate::sbr::{
    Act, Anatomy, Consequence, Release, Resolver, ResolverOutput, ResolverSettings, ViewChange,
};
