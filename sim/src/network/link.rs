//! What can be said about a link.

use std::time::Duration;

use quorate::MessageKind;

use crate::host::HostId;
use crate::keyed::{self, Key, Purpose};

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
}

/// How long messages take, drawn anew for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delay {
    /// All the same.
    Constant(Duration),
    /// Any between these two, both included, all as likely.
    Uniform {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
}

/// How many of a million messages are lost, each independently of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss(u32);

impl Loss {
    /// None is lost.
    pub const NONE: Self = Self(0);
    /// All are lost.
    pub const ALL: Self = Self(1_000_000);

    /// So many in a million; `None` above a million.
    #[must_use]
    pub const fn from_parts_per_million(parts_per_million: u32) -> Option<Self> {
        if parts_per_million <= Self::ALL.0 { Some(Self(parts_per_million)) } else { None }
    }

    /// How many of a million.
    #[must_use]
    pub const fn parts_per_million(self) -> u32 {
        self.0
    }
}

impl Default for LinkSpec {
    /// Half a millisecond to one and a half, none lost: a local network.
    fn default() -> Self {
        let (min, max) = (Duration::from_micros(500), Duration::from_micros(1500));
        Self { delay: Delay::Uniform { min, max }, loss: Loss::NONE }
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
}

/// What a statement changes about links; what it doesn't name stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkChange {
    /// The delay from now on.
    pub delay: Option<Delay>,
    /// The loss from now on.
    pub loss: Option<Loss>,
}

impl LinkChange {
    /// A change of the delay only.
    #[must_use]
    pub const fn delay(delay: Delay) -> Self {
        Self { delay: Some(delay), loss: None }
    }

    /// A change of the loss only.
    #[must_use]
    pub const fn loss(loss: Loss) -> Self {
        Self { delay: None, loss: Some(loss) }
    }

    pub(crate) fn applied_to(self, spec: LinkSpec) -> LinkSpec {
        LinkSpec { delay: self.delay.unwrap_or(spec.delay), loss: self.loss.unwrap_or(spec.loss) }
    }
}

/// CASE-6: what becomes of one message on a link: the next of its kind that is sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextMessage {
    /// Who sends it.
    pub from: HostId,
    /// For whom it is.
    pub to: HostId,
    /// What kind of message it is.
    pub kind: MessageKind,
    /// What becomes of it, whatever the link would have done.
    pub fate: Fate,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It is lost.
    Dropped,
    /// It takes this long.
    Delayed(Duration),
}

/// A link's spec in the form in which it is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Treatment {
    pub(crate) spec: LinkSpec,
    min: u64,
    max: u64,
}

impl Treatment {
    pub(crate) fn new(spec: LinkSpec) -> Self {
        let (min, max) = match spec.delay {
            Delay::Constant(delay) => (delay, delay),
            Delay::Uniform { min, max } => (min, max),
        };
        Self { spec, min: nanos(min), max: nanos(max) }
    }

    /// The delay in nanoseconds of a link's message of a kind, or `None` if it is lost.
    #[inline]
    pub(crate) fn of_message(&self, key: Key, kind: u32, count: u64) -> Option<u64> {
        let loss = self.spec.loss;
        if loss > Loss::NONE && keyed::happens(key.draw(Purpose::Loss, kind, count), loss.0) {
            return None;
        }
        if self.min == self.max {
            return Some(self.min);
        }
        Some(keyed::between(key.draw(Purpose::Delay, kind, count), self.min, self.max))
    }
}

pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
