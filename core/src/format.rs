//! Which frame formats there are. What they look like is the codec's matter.

/// The oldest format: a clock names each node by its key.
pub const OLDEST_FORMAT: u8 = 1;

/// The newest format: the clock of a gossip names members by their place.
pub const NEWEST_FORMAT: u8 = 2;
