//! Markers of removed nodes, so that no merge brings one back.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::UniqueAddress;
use crate::mix::{Mixer, mix};

/// Who was removed, and at which wall-clock millisecond of the leader that removed it (GSP-25). Immutable and shared.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<(UniqueAddress, i64)>", into = "Vec<(UniqueAddress, i64)>")]
pub struct Tombstones(Arc<Stones>);

struct Stones {
    /// Ascending by node.
    list: Vec<(UniqueAddress, i64)>,
    /// The earliest stamp; the latest possible if there is none.
    earliest_ms: i64,
    hash: u64,
}

/// Why entries are no tombstones.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TombstonesError {
    /// Two entries of one node, or entries out of order.
    NotAscending {
        /// The node that came too late.
        node: UniqueAddress,
    },
}

impl fmt::Display for TombstonesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAscending { node } => write!(f, "the tombstone of {node} is out of order (GSP-5)"),
        }
    }
}

impl core::error::Error for TombstonesError {}

impl Tombstones {
    /// Nobody was removed.
    #[must_use]
    pub fn new() -> Self {
        Self::from_list(Vec::new())
    }

    fn from_list(list: Vec<(UniqueAddress, i64)>) -> Self {
        let mut mixer = Mixer::new(10);
        list.iter().for_each(|(node, wall_ms)| mixer.word(mix(node.key().0, *wall_ms as u64)));
        let earliest_ms = list.iter().map(|entry| entry.1).min().unwrap_or(i64::MAX);
        Self(Arc::new(Stones { list, earliest_ms, hash: mixer.finish() }))
    }

    /// The removed nodes, ascending, each with the wall-clock millisecond of its removal.
    pub fn iter(&self) -> core::slice::Iter<'_, (UniqueAddress, i64)> {
        self.0.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// GSP-36: whether exactly this incarnation was removed.
    #[must_use]
    pub fn contains(&self, node: &UniqueAddress) -> bool {
        !self.is_empty() && self.0.list.binary_search_by(|entry| entry.0.cmp(node)).is_ok()
    }

    /// With some nodes removed now.
    pub(super) fn with(&self, nodes: &[UniqueAddress], wall_ms: i64) -> Self {
        let mut list = self.0.list.clone();
        for node in nodes {
            match list.binary_search_by(|entry| entry.0.cmp(node)) {
                Ok(at) => list[at].1 = wall_ms,
                Err(at) => list.insert(at, (node.clone(), wall_ms)),
            }
        }
        Self::from_list(list)
    }

    /// GSP-29: those of both; where both have a node, the stamp of `other` is kept.
    pub(super) fn union(&self, other: &Self) -> Self {
        self.union_with(other, |_, theirs| theirs)
    }

    /// REP-11 (`content_decides`): those of both; where both have a node, the earlier stamp is kept.
    pub(super) fn union_earlier(&self, other: &Self) -> Self {
        self.union_with(other, i64::min)
    }

    fn union_with(&self, other: &Self, stamp: impl Fn(i64, i64) -> i64) -> Self {
        if self == other || other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        let mut list = Vec::with_capacity(self.len().max(other.len()));
        let (mut mine, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) => match a.0.cmp(&b.0) {
                    Ordering::Less => mine.next().cloned(),
                    Ordering::Greater => theirs.next().cloned(),
                    Ordering::Equal => {
                        let both = (a.0.clone(), stamp(a.1, b.1));
                        mine.next();
                        theirs.next();
                        Some(both)
                    }
                },
                (Some(_), None) => mine.next().cloned(),
                (None, _) => theirs.next().cloned(),
            };
            match next {
                Some(entry) => list.push(entry),
                None => return Self::from_list(list),
            }
        }
    }

    /// LDR-23: whether some stamp is not later than a limit.
    pub(crate) fn any_until(&self, limit_ms: i64) -> bool {
        !self.is_empty() && self.0.earliest_ms <= limit_ms
    }

    /// GSP-24: those whose stamp is later than a limit.
    pub(super) fn later_than(&self, limit_ms: i64) -> Self {
        if !self.any_until(limit_ms) {
            return self.clone();
        }
        Self::from_list(self.iter().filter(|entry| entry.1 > limit_ms).cloned().collect())
    }

    /// A hash of all entries.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        self.0.hash
    }
}

impl Default for Tombstones {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Tombstones {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.list == other.0.list)
    }
}

impl Eq for Tombstones {}

impl TryFrom<Vec<(UniqueAddress, i64)>> for Tombstones {
    type Error = TombstonesError;

    fn try_from(list: Vec<(UniqueAddress, i64)>) -> Result<Self, TombstonesError> {
        match list.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
            Some(pair) => Err(TombstonesError::NotAscending { node: pair[1].0.clone() }),
            None => Ok(Self::from_list(list)),
        }
    }
}

impl From<Tombstones> for Vec<(UniqueAddress, i64)> {
    fn from(tombstones: Tombstones) -> Self {
        tombstones.0.list.clone()
    }
}

impl fmt::Debug for Tombstones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(node, wall_ms)| (node, wall_ms))).finish()
    }
}
