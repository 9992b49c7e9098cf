//! What can be said about a link.

use std::time::Duration;

use super::delay::Delay;
use super::loss::{Loss, Reorder, Share};
use crate::host::HostId;

/// SIM-3: how a link treats what is sent on it.
///
/// A link is an ordered pair of hosts and carries datagrams: each message has its own delay, so a later one may arrive
/// before an earlier one, whatever their kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkSpec {
    /// How long a message takes.
    pub delay: Delay,
    /// How many messages are lost.
    pub loss: Loss,
    /// How many messages arrive twice, each copy after its own delay.
    pub duplicate: Share,
    /// How many messages are held back, and by how much.
    pub reorder: Reorder,
    /// How many messages of nodes have one bit of their frame flipped on the way. The receiving node is told of a frame
    /// that can't be read; one that could be read as something else is stopped, as the checksum of a transport would.
    pub corrupt: Share,
    /// How many bytes pass in a second, one message after the other; `None` is no limit.
    pub bandwidth: Option<u64>,
    /// How many bytes may wait for their turn where there is a bandwidth; what finds no room is lost.
    pub queue: u64,
    /// The longest message in bytes; longer ones are lost. `None` is no limit.
    pub mtu: Option<u64>,
}

/// What may wait on a link that has a bandwidth, unless something else is said.
const QUEUE_BYTES: u64 = 64_000;

impl Default for LinkSpec {
    /// Half a millisecond to one and a half, nothing lost, no limits: a local network.
    fn default() -> Self {
        let (min, max) = (Duration::from_micros(500), Duration::from_micros(1500));
        Self {
            delay: Delay::Uniform { min, max },
            loss: Loss::NONE,
            duplicate: Share::NONE,
            reorder: Reorder::default(),
            corrupt: Share::NONE,
            bandwidth: None,
            queue: QUEUE_BYTES,
            mtu: None,
        }
    }
}

impl LinkSpec {
    /// Whether every message arrives, once and as it was sent, and takes no longer than this.
    #[must_use]
    pub fn is_sound_within(&self, longest: Duration) -> bool {
        let held_back = if self.reorder.share == Share::NONE { Duration::ZERO } else { self.reorder.by };
        self.loss == Loss::NONE
            && self.duplicate == Share::NONE
            && self.corrupt == Share::NONE
            && self.bandwidth.is_none()
            && self.mtu.is_none()
            && self.delay.longest().is_some_and(|delay| delay.saturating_add(held_back) <= longest)
    }
}

/// Which links a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkSet {
    /// All of them.
    All,
    /// The one from one host to another.
    OneWay {
        /// Who sends on it.
        from: HostId,
        /// Who hears on it.
        to: HostId,
    },
    /// Those between two hosts, in both directions.
    Between(HostId, HostId),
}

impl LinkSet {
    pub(crate) fn holds(self, from: HostId, to: HostId) -> bool {
        match self {
            Self::All => true,
            Self::OneWay { from: a, to: b } => (from, to) == (a, b),
            Self::Between(a, b) => (from, to) == (a, b) || (from, to) == (b, a),
        }
    }

    /// Whether all links of the other set are in this one.
    pub(crate) fn covers(self, other: Self) -> bool {
        match other {
            Self::All => self == Self::All,
            Self::OneWay { from, to } => self.holds(from, to),
            Self::Between(a, b) => self.holds(a, b) && self.holds(b, a),
        }
    }
}

/// What a statement changes about links; what it doesn't name stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkChange {
    /// The delay from now on.
    pub delay: Option<Delay>,
    /// The loss from now on.
    pub loss: Option<Loss>,
    /// The share of duplicates from now on.
    pub duplicate: Option<Share>,
    /// What is held back from now on.
    pub reorder: Option<Reorder>,
    /// The share of corrupted messages from now on.
    pub corrupt: Option<Share>,
    /// The bandwidth in bytes per second from now on.
    pub bandwidth: Option<u64>,
    /// The room for waiting messages, in bytes, from now on.
    pub queue: Option<u64>,
    /// The longest message in bytes from now on.
    pub mtu: Option<u64>,
}

impl LinkChange {
    /// A change of the delay only.
    #[must_use]
    pub fn delay(delay: Delay) -> Self {
        Self { delay: Some(delay), ..Self::default() }
    }

    /// A change of the loss only.
    #[must_use]
    pub fn loss(loss: Loss) -> Self {
        Self { loss: Some(loss), ..Self::default() }
    }

    /// A change of the share of duplicates only.
    #[must_use]
    pub fn duplicate(share: Share) -> Self {
        Self { duplicate: Some(share), ..Self::default() }
    }

    /// A change of what is held back only.
    #[must_use]
    pub fn reorder(share: Share, by: Duration) -> Self {
        Self { reorder: Some(Reorder { share, by }), ..Self::default() }
    }

    /// A change of the share of corrupted messages only.
    #[must_use]
    pub fn corrupt(share: Share) -> Self {
        Self { corrupt: Some(share), ..Self::default() }
    }

    /// A change of the bandwidth only, in bytes per second.
    #[must_use]
    pub fn bandwidth(bytes_per_second: u64) -> Self {
        Self { bandwidth: Some(bytes_per_second), ..Self::default() }
    }

    /// A change of the room for waiting messages only, in bytes.
    #[must_use]
    pub fn queue(bytes: u64) -> Self {
        Self { queue: Some(bytes), ..Self::default() }
    }

    /// A change of the longest message only, in bytes.
    #[must_use]
    pub fn mtu(bytes: u64) -> Self {
        Self { mtu: Some(bytes), ..Self::default() }
    }

    pub(crate) fn applied_to(self, spec: LinkSpec) -> LinkSpec {
        LinkSpec {
            delay: self.delay.unwrap_or(spec.delay),
            loss: self.loss.unwrap_or(spec.loss),
            duplicate: self.duplicate.unwrap_or(spec.duplicate),
            reorder: self.reorder.unwrap_or(spec.reorder),
            corrupt: self.corrupt.unwrap_or(spec.corrupt),
            bandwidth: self.bandwidth.or(spec.bandwidth),
            queue: self.queue.unwrap_or(spec.queue),
            mtu: self.mtu.or(spec.mtu),
        }
    }

    /// Whether it says something of all that the other says something of.
    pub(crate) fn covers(self, other: Self) -> bool {
        let named = |change: Self| {
            [
                change.delay.is_some(),
                change.loss.is_some(),
                change.duplicate.is_some(),
                change.reorder.is_some(),
                change.corrupt.is_some(),
                change.bandwidth.is_some(),
                change.queue.is_some(),
                change.mtu.is_some(),
            ]
        };
        named(self).into_iter().zip(named(other)).all(|(mine, theirs)| mine || !theirs)
    }
}
