//! Counts that a node tells when it is asked to.

use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::mix::mix;

/// OBS-34: how many whole states a node took in since its start, and how each related to its own. Ignored ones and
/// statuses are not counted, so that `received` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GossipStatistics {
    /// All of them.
    pub received: u64,
    /// Those that had to be merged.
    pub merge: u64,
    /// Those with the own version.
    pub same: u64,
    /// Those that were ahead.
    pub newer: u64,
    /// Those that were behind.
    pub older: u64,
}

/// OBS-36: the state of a node when its counts are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateStatistics {
    /// How many entries its clock has.
    pub clock_entries: u64,
    /// How many members have seen it.
    pub seen: u64,
}

impl GossipStatistics {
    pub(crate) fn hash64(&self) -> u64 {
        [self.merge, self.same, self.newer, self.older].into_iter().fold(self.received, mix)
    }

    fn combine(self, other: Self, of_each: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            received: of_each(self.received, other.received),
            merge: of_each(self.merge, other.merge),
            same: of_each(self.same, other.same),
            newer: of_each(self.newer, other.newer),
            older: of_each(self.older, other.older),
        }
    }
}

impl Add for GossipStatistics {
    type Output = Self;

    /// OBS-38: the counts of two nodes, or of two times, together.
    fn add(self, other: Self) -> Self {
        self.combine(other, u64::saturating_add)
    }
}

impl Sub for GossipStatistics {
    type Output = Self;

    /// OBS-38: what was counted since an earlier time.
    fn sub(self, earlier: Self) -> Self {
        self.combine(earlier, u64::saturating_sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OBS-38
    #[test]
    fn counts_of_an_interval_are_the_difference_of_two_counts() {
        let earlier = GossipStatistics { received: 3, merge: 1, same: 1, newer: 0, older: 1 };
        let since = GossipStatistics { received: 4, merge: 2, same: 0, newer: 2, older: 0 };
        let later = earlier + since;
        assert_eq!(later, GossipStatistics { received: 7, merge: 3, same: 1, newer: 2, older: 1 });
        assert_eq!(later - earlier, since);
        assert_eq!(earlier - later, GossipStatistics::default());
    }
}
