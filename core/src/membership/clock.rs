//! Vector clocks: which changes a state has taken in.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::address::NodeKey;
use super::packed::{clock_bytes, clock_entries};
use crate::mix::{Mixer, mix};

/// VCL-1: how many changes of each node a state has taken in. Immutable and shared; cheap to clone.
#[derive(Clone)]
pub struct VectorClock(Arc<Entries>);

struct Entries {
    /// Ascending by key, counts above zero.
    list: Vec<(NodeKey, u64)>,
    hash: u64,
}

/// How two clocks relate (VCL-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClockOrder {
    /// Both have taken in the same changes.
    Same,
    /// The other one has taken in all of this one's, and more.
    Before,
    /// This one has taken in all of the other's, and more.
    After,
    /// Each has taken in changes that the other has not.
    Concurrent,
}

/// Why entries are no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClockError {
    /// An entry counts zero changes (VCL-6).
    ZeroCount {
        /// Whose entry.
        key: NodeKey,
    },
    /// Two entries of one key, or entries out of order.
    NotAscending {
        /// The key that came too late.
        key: NodeKey,
    },
}

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZeroCount { key } => write!(f, "the clock entry of {key} counts no change (VCL-6)"),
            Self::NotAscending { key } => write!(f, "the clock entry of {key} is out of order (VCL-1)"),
        }
    }
}

impl core::error::Error for ClockError {}

impl VectorClock {
    /// A clock that has taken in nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::from_list(Vec::new())
    }

    fn from_list(list: Vec<(NodeKey, u64)>) -> Self {
        let mut mixer = Mixer::new(3);
        for (key, count) in &list {
            mixer.word(mix(key.0, *count));
        }
        Self(Arc::new(Entries { list, hash: mixer.finish() }))
    }

    /// The entries, ascending by key.
    #[must_use]
    pub fn entries(&self) -> &[(NodeKey, u64)] {
        &self.0.list
    }

    /// How many changes of one node were taken in.
    #[must_use]
    pub fn count(&self, key: NodeKey) -> u64 {
        self.position(key).map_or(0, |at| self.0.list[at].1)
    }

    fn position(&self, key: NodeKey) -> Result<usize, usize> {
        self.0.list.binary_search_by_key(&key, |entry| entry.0)
    }

    /// VCL-3: one more change of a node.
    #[must_use]
    pub fn increment(&self, key: NodeKey) -> Self {
        let mut list = Vec::with_capacity(self.0.list.len() + 1);
        list.extend_from_slice(&self.0.list);
        match self.position(key) {
            // A count that a peer made up must not stop this node.
            Ok(at) => list[at].1 = list[at].1.saturating_add(1),
            Err(at) => list.insert(at, (key, 1)),
        }
        Self::from_list(list)
    }

    /// VCL-9: the clock without the entry of one node. VCL-10: with the entry goes the proof of what that node changed, so
    /// a clock that was behind can be concurrent afterwards.
    #[must_use]
    pub fn prune(&self, key: NodeKey) -> Self {
        match self.position(key) {
            Ok(at) => {
                let mut list = self.0.list.clone();
                list.remove(at);
                Self::from_list(list)
            }
            Err(_) => self.clone(),
        }
    }

    /// VCL-8: all changes that either clock has taken in. Counts nothing up.
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        match self.compare(other) {
            ClockOrder::Same | ClockOrder::After => self.clone(),
            ClockOrder::Before => other.clone(),
            ClockOrder::Concurrent => Self::from_list(merge_lists(&self.0.list, &other.0.list)),
        }
    }

    /// VCL-4, VCL-5: how this clock relates to another, in full for every question that is asked of it (VCL-7). Equal shared clocks are told apart by their pointer alone.
    #[must_use]
    pub fn compare(&self, other: &Self) -> ClockOrder {
        if self == other {
            return ClockOrder::Same;
        }
        let (mut ahead, mut behind) = (false, false);
        let (mut mine, mut theirs) = (&self.0.list[..], &other.0.list[..]);
        while !(ahead && behind) {
            match (mine.split_first(), theirs.split_first()) {
                (None, None) => break,
                (Some(_), None) => {
                    ahead = true;
                    break;
                }
                (None, Some(_)) => {
                    behind = true;
                    break;
                }
                (Some((a, mine_rest)), Some((b, theirs_rest))) => match a.0.cmp(&b.0) {
                    Ordering::Less => {
                        ahead = true;
                        mine = mine_rest;
                    }
                    Ordering::Greater => {
                        behind = true;
                        theirs = theirs_rest;
                    }
                    Ordering::Equal => {
                        ahead |= a.1 > b.1;
                        behind |= a.1 < b.1;
                        (mine, theirs) = (mine_rest, theirs_rest);
                    }
                },
            }
        }
        match (ahead, behind) {
            (true, true) => ClockOrder::Concurrent,
            (true, false) => ClockOrder::After,
            (false, true) => ClockOrder::Before,
            (false, false) => ClockOrder::Same,
        }
    }

    /// A hash of all entries.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        self.0.hash
    }
}

fn merge_lists(a: &[(NodeKey, u64)], b: &[(NodeKey, u64)]) -> Vec<(NodeKey, u64)> {
    let mut merged = Vec::with_capacity(a.len().max(b.len()));
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => match x.0.cmp(&y.0) {
                Ordering::Less => a.next(),
                Ordering::Greater => b.next(),
                Ordering::Equal => {
                    let count = x.1.max(y.1);
                    a.next();
                    b.next().map(|(key, _)| (key, count))
                }
            },
            (Some(_), None) => a.next(),
            (None, _) => b.next(),
        };
        match next {
            Some(entry) => merged.push(entry),
            None => return merged,
        }
    }
}

impl Default for VectorClock {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for VectorClock {
    /// VCL-11: equal exactly when the comparison gives [`ClockOrder::Same`].
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.hash == other.0.hash && same_entries(&self.0.list, &other.0.list))
    }
}

impl Eq for VectorClock {}

/// Clocks with one hash are nearly always equal, so entries are compared by the dozen and not one by one.
fn same_entries(a: &[(NodeKey, u64)], b: &[(NodeKey, u64)]) -> bool {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let differing = |x: &[(NodeKey, u64); 8], y: &[(NodeKey, u64); 8]| {
        (0..8).fold(0, |bits, at| bits | (x[at].0.0 ^ y[at].0.0) | (x[at].1 ^ y[at].1))
    };
    a.len() == b.len() && a_rest == b_rest && a.iter().zip(b).all(|(x, y)| differing(x, y) == 0)
}

impl TryFrom<Vec<(NodeKey, u64)>> for VectorClock {
    type Error = ClockError;

    fn try_from(list: Vec<(NodeKey, u64)>) -> Result<Self, ClockError> {
        if let Some(&(key, _)) = list.iter().find(|entry| entry.1 == 0) {
            return Err(ClockError::ZeroCount { key });
        }
        if let Some(pair) = list.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
            return Err(ClockError::NotAscending { key: pair[1].0 });
        }
        Ok(Self::from_list(list))
    }
}

/// A list of pairs where people read it; bytes in binary formats.
impl Serialize for VectorClock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(&self.0.list)
        } else {
            serializer.serialize_bytes(&clock_bytes(&self.0.list))
        }
    }
}

impl<'de> Deserialize<'de> for VectorClock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = if deserializer.is_human_readable() {
            Vec::deserialize(deserializer)?
        } else {
            deserializer.deserialize_bytes(ClockVisitor)?
        };
        Self::try_from(list).map_err(D::Error::custom)
    }
}

struct ClockVisitor;

impl Visitor<'_> for ClockVisitor {
    type Value = Vec<(NodeKey, u64)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entries of a clock")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        clock_entries(bytes).ok_or_else(|| E::custom("the bytes of a clock end within an entry"))
    }
}

impl fmt::Display for VectorClock {
    /// One line: `{00c5..:3 9f01..:1}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (place, (key, count)) in self.0.list.iter().enumerate() {
            write!(f, "{}{:04x}..:{count}", if place == 0 { "" } else { " " }, key.0 >> 48)?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for VectorClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::ClockOrder::{After, Before, Concurrent, Same};
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::vec;
    use proptest::prelude::*;

    fn of(increments: &[u64]) -> VectorClock {
        increments.iter().fold(VectorClock::new(), |clock, &key| clock.increment(NodeKey(key)))
    }

    /// VCL-3, VCL-4
    #[test]
    fn clocks_relate_as_the_changes_they_took_in() {
        assert_eq!(of(&[]).compare(&of(&[])), Same);
        assert_eq!(of(&[1, 2, 1]).compare(&of(&[2, 1, 1])), Same);
        assert_eq!(of(&[1, 2, 1]).compare(&of(&[1, 2, 1, 3])), Before);
        assert_eq!(of(&[1, 2, 2, 3]).compare(&of(&[2, 2])), After);
        assert_eq!(of(&[1]).compare(&of(&[2])), Concurrent);
        assert_eq!(of(&[1, 2, 1]).compare(&of(&[1, 1, 3])), Concurrent);
    }

    /// VCL-9, VCL-10
    #[test]
    fn pruning_can_make_an_ordered_pair_concurrent() {
        let before = of(&[1, 1, 3]);
        let after = before.prune(NodeKey(3)).increment(NodeKey(1));
        assert_eq!(after.compare(&before), Concurrent);
        assert_eq!(before.prune(NodeKey(9)), before);
    }

    /// VCL-6
    #[test]
    fn an_entry_that_counts_nothing_cannot_be_made() {
        let key = NodeKey(1);
        assert_eq!(VectorClock::try_from(vec![(key, 0)]).unwrap_err(), ClockError::ZeroCount { key });
        assert_eq!(
            VectorClock::try_from(vec![(key, 1), (key, 2)]).unwrap_err(),
            ClockError::NotAscending { key }
        );
    }

    fn clock() -> impl Strategy<Value = BTreeMap<u64, u64>> {
        proptest::collection::btree_map(0..6u64, 1..4u64, 0..6)
    }

    fn make(map: &BTreeMap<u64, u64>) -> VectorClock {
        let list: Vec<_> = map.iter().map(|(&key, &count)| (NodeKey(key), count)).collect();
        VectorClock::try_from(list).unwrap()
    }

    proptest! {
        #![proptest_config(crate::testing::proptest_config())]

        /// VCL-5, VCL-7, VCL-11: against the definition, key by key.
        #[test]
        fn the_relation_is_that_of_the_counts(a in clock(), b in clock()) {
            let count = |map: &BTreeMap<u64, u64>, key| map.get(key).copied().unwrap_or(0);
            let keys: Vec<u64> = a.keys().chain(b.keys()).copied().collect();
            let ahead = keys.iter().any(|key| count(&a, key) > count(&b, key));
            let behind = keys.iter().any(|key| count(&a, key) < count(&b, key));
            let expected = match (ahead, behind) {
                (true, true) => Concurrent,
                (true, false) => After,
                (false, true) => Before,
                (false, false) => Same,
            };
            prop_assert_eq!(make(&a).compare(&make(&b)), expected);
            prop_assert_eq!(make(&a) == make(&b), expected == Same);
        }

        /// VCL-8
        #[test]
        fn a_merge_takes_the_greater_count_of_each_key(a in clock(), b in clock()) {
            let mut expected = a.clone();
            for (&key, &count) in &b {
                let entry = expected.entry(key).or_default();
                *entry = count.max(*entry);
            }
            let merged = make(&a).merge(&make(&b));
            prop_assert_eq!(&merged, &make(&expected));
            prop_assert_eq!(merged.hash64(), make(&b).merge(&make(&a)).hash64());
        }
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod pinned;
