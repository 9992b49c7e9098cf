//! What gets lost, and other things that happen to some messages.

use std::time::Duration;

/// A share of messages, in millionths; each message is drawn by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All of them.
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

/// SIM-3: how many messages are lost: each by itself, or in bursts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    share: Share,
    /// Zero: each message by itself.
    burst: Duration,
}

impl Loss {
    /// None is lost.
    pub const NONE: Self = Self { share: Share::NONE, burst: Duration::ZERO };
    /// All are lost.
    pub const ALL: Self = Self { share: Share::ALL, burst: Duration::ZERO };

    /// So many in a million, each independently of the others; `None` above a million.
    #[must_use]
    pub const fn from_parts_per_million(parts_per_million: u32) -> Option<Self> {
        match Share::from_parts_per_million(parts_per_million) {
            Some(share) => Some(Self { share, burst: Duration::ZERO }),
            None => None,
        }
    }

    /// The same share, lost in bursts: time is divided into slots of this length, whose beginnings are drawn for each
    /// link; in so many of a million slots everything is lost, in the others nothing. With zero each message is drawn by
    /// itself.
    #[must_use]
    pub const fn in_bursts_of(self, burst: Duration) -> Self {
        // No loss and total loss are the same in bursts or without.
        if self.share.0 == 0 || self.share.0 == Share::ALL.0 { self } else { Self { burst, ..self } }
    }

    /// How many of a million.
    #[must_use]
    pub const fn parts_per_million(self) -> u32 {
        self.share.0
    }

    /// How long a burst lasts at least; zero where each message is lost by itself.
    #[must_use]
    pub const fn burst(self) -> Duration {
        self.burst
    }
}

/// SIM-3: some messages are held back so that later ones overtake them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reorder {
    /// How many.
    pub share: Share,
    /// By at most how much; the time is drawn evenly for each.
    pub by: Duration,
}
