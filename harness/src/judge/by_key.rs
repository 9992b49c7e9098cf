//! Values by node, found in a few steps however many there are.
#![allow(clippy::disallowed_types, reason = "nobody can walk along it, so its order shows nowhere")]

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use quorate::NodeKey;

/// A map that only tells of one key at a time, and never in which order it holds them.
#[derive(Clone, Debug)]
pub(super) struct ByKey<V>(HashMap<NodeKey, V, BuildHasherDefault<AsItIs>>);

/// A key is a hash already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 << 8 | u64::from(*byte)));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<V> Default for ByKey<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<V> ByKey<V> {
    pub(super) fn get(&self, key: NodeKey) -> Option<&V> {
        self.0.get(&key)
    }

    pub(super) fn get_mut(&mut self, key: NodeKey) -> Option<&mut V> {
        self.0.get_mut(&key)
    }

    pub(super) fn contains(&self, key: NodeKey) -> bool {
        self.0.contains_key(&key)
    }

    /// The value that was there before comes back.
    pub(super) fn insert(&mut self, key: NodeKey, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    pub(super) fn remove(&mut self, key: NodeKey) -> Option<V> {
        self.0.remove(&key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use quorate::internals::mix;

    use super::*;

    /// Against an ordered map; keys that want the same places, and those that want the last ones, are among them.
    #[test]
    fn a_table_behaves_like_a_map() {
        for spread in [1, 7, u64::MAX] {
            let (mut table, mut map) = (ByKey::default(), BTreeMap::new());
            for step in 0..4000_u64 {
                let draw = mix(spread, step);
                let key = NodeKey((draw % 97).wrapping_mul(spread));
                match draw >> 32 & 3 {
                    0 => assert_eq!(table.remove(key), map.remove(&key)),
                    _ => assert_eq!(table.insert(key, step), map.insert(key, step)),
                }
                assert_eq!((table.get(key), table.contains(key)), (map.get(&key), map.contains_key(&key)));
                assert_eq!(table.0.len(), map.len());
            }
            let all = (0..97).map(|number: u64| NodeKey(number.wrapping_mul(spread)));
            all.for_each(|key| assert_eq!(table.get_mut(key), map.get_mut(&key)));
        }
    }
}
