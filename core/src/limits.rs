//! How much a node takes from its peers.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::format::NEWEST_FORMAT;
use crate::membership::Gossip;

/// The most that a node holds, sends and takes. Nothing that a peer sends makes it hold or do more: what would is refused, by an
/// output that names the limit and the number.
///
/// The lengths of names are fixed: [`HOST_BYTES_MAX`](crate::HOST_BYTES_MAX), [`ROLES_MAX`](crate::ROLES_MAX) and
/// [`ROLE_BYTES_MAX`](crate::ROLE_BYTES_MAX), [`APP_VERSION_BYTES_MAX`](crate::APP_VERSION_BYTES_MAX),
/// [`CLUSTER_NAME_BYTES_MAX`](crate::CLUSTER_NAME_BYTES_MAX), and those of a
/// [`JoinConfig`](crate::JoinConfig). FRM-33: the time that an input takes is linear in members, tombstones and observations, so these
/// limits bound it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most members, those that are joining among them.
    pub members: u32,
    /// The most markers of removed members.
    pub tombstones: u32,
    /// The most observations that some node does not hear another.
    pub observations: u32,
    /// The newest frame format that is read and written, from [`OLDEST_FORMAT`](crate::OLDEST_FORMAT) to [`NEWEST_FORMAT`] (FRM-10): an earlier one
    /// while a cluster may still have to go back to a version that reads no later.
    pub newest_format: u8,
    /// The most bytes of one frame. Over UDP some 1,400, so that no datagram is cut into pieces on its way.
    pub frame_bytes: usize,
    /// The most bytes of one message, whole or in parts; and the most that is kept of messages whose parts have not all
    /// come, of all peers together.
    pub message_bytes: usize,
}

impl Default for Limits {
    /// 10,000 members and as many tombstones, 100,000 observations; frames of one mebibyte and messages of up to four.
    fn default() -> Self {
        Self {
            members: 10_000,
            tombstones: 10_000,
            observations: 100_000,
            newest_format: NEWEST_FORMAT,
            frame_bytes: 1 << 20,
            message_bytes: 1 << 22,
        }
    }
}

/// Of what there is a most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Bounded {
    /// Members.
    Members,
    /// Markers of removed members.
    Tombstones,
    /// Observations that some node does not hear another.
    Observations,
    /// Nodes that have seen a state and are no members.
    StrangersSeen,
    /// Nodes that have said that they have finished exiting.
    ConfirmedExits,
}

impl Bounded {
    /// The setting that bounds it.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Members | Self::StrangersSeen | Self::ConfirmedExits => "limits.members",
            Self::Tombstones => "limits.tombstones",
            Self::Observations => "limits.observations",
        }
    }
}

/// More than a node takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverLimit {
    /// Of what.
    pub of: Bounded,
    /// How many there would have been.
    pub count: u64,
    /// The most there may be.
    pub limit: u64,
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.of {
            Bounded::Members => "members",
            Bounded::Tombstones => "tombstones",
            Bounded::Observations => "observations",
            Bounded::StrangersSeen => "strangers that have seen the state",
            Bounded::ConfirmedExits => "confirmed exits",
        };
        write!(f, "{} {what}, and `{}` is {}", self.count, self.of.setting(), self.limit)
    }
}

impl Limits {
    /// FRM-30: whether a state may be held.
    ///
    /// # Errors
    /// The first limit that it is over.
    pub(crate) fn check(&self, gossip: &Gossip) -> Result<(), OverLimit> {
        for (of, count, limit) in [
            (Bounded::Members, gossip.members().len(), self.members),
            (Bounded::Tombstones, gossip.tombstones().len(), self.tombstones),
            (Bounded::Observations, observations(gossip), self.observations),
            (Bounded::StrangersSeen, gossip.seen_strangers().len(), self.members),
        ] {
            let (count, limit) = (count as u64, u64::from(limit));
            if count > limit {
                return Err(OverLimit { of, count, limit });
            }
        }
        Ok(())
    }

    /// FRM-35: how many observations a state has, and how many more it may have.
    pub(crate) fn room_for_observations(&self, gossip: &Gossip) -> (usize, usize) {
        let count = observations(gossip);
        (count, (self.observations as usize).saturating_sub(count))
    }

    /// FRM-34: how many more members may be removed from a state that keeps `tombstones`.
    pub(crate) const fn room_for_removals(&self, tombstones: usize) -> usize {
        (self.tombstones as usize).saturating_sub(tombstones)
    }
}

fn observations(gossip: &Gossip) -> usize {
    gossip.reachability().rows().iter().map(|row| row.records().len()).sum()
}
