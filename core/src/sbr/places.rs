//! Where in a list the member with a key is.

use alloc::vec;
use alloc::vec::Vec;

use crate::membership::NodeKey;

/// An index of a list by key. A key is a hash already, which tells its slot in a table with room to spare, or one of the next; keys and
/// places stand apart, so that the shift of all places behind one that comes or goes runs over plain numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// Of as many slots as a power of two, or of none.
    keys: Vec<NodeKey>,
    /// Of each slot the place, counted from one; zero is an empty slot.
    places: Vec<u32>,
    len: usize,
}

impl Places {
    /// The places of those with a key, nearly always one or none.
    #[inline]
    pub(super) fn of(&self, key: NodeKey) -> impl Iterator<Item = usize> {
        let mut slot = self.first_slot(key);
        core::iter::from_fn(move || {
            loop {
                let place = *self.places.get(slot)?;
                let found = *self.keys.get(slot)? == key;
                if place == 0 {
                    return None;
                }
                slot = self.next(slot);
                if found {
                    return Some(place as usize - 1);
                }
            }
        })
    }

    /// One with this key is put in at a place; those from there on have moved up.
    pub(super) fn insert(&mut self, key: NodeKey, place: u32) {
        // Where one is added at the end nobody moves.
        if (place as usize) < self.len {
            self.places.iter_mut().for_each(|other| *other += u32::from(*other > place));
        }
        self.put(key, place);
    }

    /// Some are put in, each with the place that it has afterwards. `moved` says for each place of before where it is then.
    pub(super) fn insert_all(&mut self, moved: &[u32], new: impl Iterator<Item = (NodeKey, u32)>) {
        for place in self.places.iter_mut().filter(|place| **place != 0) {
            *place = moved[*place as usize - 1] + 1;
        }
        new.for_each(|(key, place)| self.put(key, place));
    }

    /// The one at a place is taken out; those behind it have moved down.
    pub(super) fn remove(&mut self, place: u32) {
        let Some(mut hole) = self.places.iter().position(|other| *other == place + 1) else { return };
        // Whoever could not be found any more behind an empty slot moves into it.
        let mut slot = self.next(hole);
        while self.places[slot] != 0 {
            let mask = self.keys.len() - 1;
            let from_first = slot.wrapping_sub(self.first_slot(self.keys[slot])) & mask;
            if from_first >= slot.wrapping_sub(hole) & mask {
                (self.keys[hole], self.places[hole]) = (self.keys[slot], self.places[slot]);
                hole = slot;
            }
            slot = self.next(slot);
        }
        self.places[hole] = 0;
        self.len -= 1;
        self.places.iter_mut().for_each(|other| *other -= u32::from(*other > place));
    }

    fn put(&mut self, key: NodeKey, place: u32) {
        // A quarter of the slots stays empty, so that a search ends soon.
        if (self.len + 1) * 4 > self.keys.len() * 3 {
            self.grow();
        }
        self.fill(key, place + 1);
        self.len += 1;
    }

    fn grow(&mut self) {
        let slots = (self.keys.len() * 2).max(8);
        let keys = core::mem::replace(&mut self.keys, vec![NodeKey(0); slots]);
        let places = core::mem::replace(&mut self.places, vec![0; slots]);
        for (key, place) in keys.into_iter().zip(places).filter(|(_, place)| *place != 0) {
            self.fill(key, place);
        }
    }

    fn fill(&mut self, key: NodeKey, place: u32) {
        let mut slot = self.first_slot(key);
        while self.places[slot] != 0 {
            slot = self.next(slot);
        }
        (self.keys[slot], self.places[slot]) = (key, place);
    }

    #[inline]
    fn first_slot(&self, key: NodeKey) -> usize {
        key.0 as usize & self.keys.len().wrapping_sub(1)
    }

    #[inline]
    fn next(&self, slot: usize) -> usize {
        (slot + 1) & self.keys.len().wrapping_sub(1)
    }
}

impl PartialEq for Places {
    /// Whether they say the same, whatever came first.
    fn eq(&self, other: &Self) -> bool {
        let mut own = self.keys.iter().zip(&self.places).filter(|(_, place)| **place != 0);
        self.len == other.len && own.all(|(key, place)| other.of(*key).any(|at| at == *place as usize - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_that_come_at_once_are_found_where_they_are_afterwards() {
        let (mut at_once, mut one_by_one) = (Places::default(), Places::default());
        for (key, at) in [(7, 0), (3, 1)] {
            at_once.insert(NodeKey(key), at);
            one_by_one.insert(NodeKey(key), at);
        }
        for (key, at) in [(5, 0), (9, 2), (1, 4)] {
            one_by_one.insert(NodeKey(key), at);
        }
        at_once.insert_all(&[1, 3], [(NodeKey(5), 0), (NodeKey(9), 2), (NodeKey(1), 4)].into_iter());
        assert_eq!(at_once, one_by_one);
    }

    #[test]
    fn places_follow_a_list_that_grows_and_shrinks() {
        let (mut places, mut list) = (Places::default(), Vec::new());
        // Some of one key, some whose slots are the same or the last.
        let keys = [7, 3, 9, 7, 1, 23, 15, 31, 8, 63, 62, 39];
        for (key, at) in keys.into_iter().zip([0, 0, 1, 3, 2, 0, 6, 3, 1, 9, 0, 5]) {
            places.insert(NodeKey(key), at);
            list.insert(at as usize, key);
        }
        while !list.is_empty() {
            for key in 0..64 {
                let mut found: Vec<usize> = places.of(NodeKey(key)).collect();
                found.sort_unstable();
                let expected = (0..list.len()).filter(|&at| list[at] == key).collect::<Vec<_>>();
                assert_eq!(found, expected, "{key} in {list:?}");
            }
            let last_but_one = list.len().saturating_sub(2);
            places.remove(last_but_one as u32);
            list.remove(last_but_one);
        }
    }
}
