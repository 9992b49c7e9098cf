//! Values by node, found in a few steps however many there are.

use quorate::NodeKey;

/// A key is a hash already, which tells where it is in a table with room to spare. What is in it has no order, so that nobody can
/// walk along it.
#[derive(Clone, Debug)]
pub(super) struct ByKey<V> {
    /// As many as a power of two, or none; a key is at its place or behind it, with no empty slot between.
    slots: Vec<Option<(NodeKey, V)>>,
    len: usize,
}

impl<V> Default for ByKey<V> {
    fn default() -> Self {
        Self { slots: Vec::new(), len: 0 }
    }
}

impl<V> ByKey<V> {
    pub(super) fn get(&self, key: NodeKey) -> Option<&V> {
        let at = self.find(key).ok()?;
        self.slots[at].as_ref().map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: NodeKey) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.slots[at].as_mut().map(|(_, value)| value)
    }

    pub(super) fn contains(&self, key: NodeKey) -> bool {
        self.find(key).is_ok()
    }

    /// The value that was there before comes back.
    pub(super) fn insert(&mut self, key: NodeKey, value: V) -> Option<V> {
        if self.slots.len() * 3 <= self.len * 4 {
            self.grow();
        }
        match self.find(key) {
            Ok(at) => self.slots[at].replace((key, value)).map(|(_, value)| value),
            Err(at) => {
                self.slots[at] = Some((key, value));
                self.len += 1;
                None
            }
        }
    }

    pub(super) fn remove(&mut self, key: NodeKey) -> Option<V> {
        let mut hole = self.find(key).ok()?;
        let (_, value) = self.slots[hole].take()?;
        self.len -= 1;
        // Who stands behind the hole and could not be found any more moves into it.
        let mut at = hole;
        loop {
            at = self.after(at);
            let Some((key, _)) = &self.slots[at] else { return Some(value) };
            let (from_place, from_hole) = (self.steps(self.place(*key), at), self.steps(hole, at));
            if from_place >= from_hole {
                self.slots.swap(hole, at);
                hole = at;
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(8);
        let old = std::mem::replace(&mut self.slots, std::iter::repeat_with(|| None).take(size).collect());
        for (key, value) in old.into_iter().flatten() {
            if let Err(at) = self.find(key) {
                self.slots[at] = Some((key, value));
            }
        }
    }

    fn place(&self, key: NodeKey) -> usize {
        key.0 as usize & (self.slots.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// How far it is from one slot on to another.
    fn steps(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.slots.len() - 1)
    }

    /// Where a key is, or the empty slot where it would be; in a table without slots that is none.
    fn find(&self, key: NodeKey) -> Result<usize, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mut at = self.place(key);
        loop {
            match &self.slots[at] {
                Some((other, _)) if *other == key => return Ok(at),
                Some(_) => at = self.after(at),
                None => return Err(at),
            }
        }
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
                assert_eq!(table.len, map.len());
            }
            let all = (0..97).map(|number: u64| NodeKey(number.wrapping_mul(spread)));
            all.for_each(|key| assert_eq!(table.get_mut(key), map.get_mut(&key)));
        }
    }
}
