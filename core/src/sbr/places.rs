//! Where in a list the member with a key is.

use alloc::vec::Vec;

use crate::membership::NodeKey;
use crate::splice::insert_at;

/// An index of a list by key. Keys and places stand apart, so that a search, and the shift of all places behind one that
/// comes or goes, run over plain numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Places {
    /// Ascending.
    keys: Vec<NodeKey>,
    places: Vec<u32>,
}

impl Places {
    /// The places of those with a key, nearly always one or none.
    pub(super) fn of(&self, key: NodeKey) -> impl Iterator<Item = usize> {
        let from = self.keys.partition_point(|other| *other < key);
        let same_key = self.keys[from..].iter().take_while(move |other| **other == key);
        same_key.zip(&self.places[from..]).map(|(_, place)| *place as usize)
    }

    /// One with this key is put in at a place; those from there on have moved up.
    pub(super) fn insert(&mut self, key: NodeKey, place: u32) {
        // Where one is added at the end nobody moves.
        if (place as usize) < self.places.len() {
            self.places.iter_mut().for_each(|other| *other += u32::from(*other >= place));
        }
        let at = self.keys.partition_point(|other| *other < key);
        self.keys.insert(at, key);
        self.places.insert(at, place);
    }

    /// Some are put in, each with the place that it has afterwards. `moved` says for each place of before where it is then.
    pub(super) fn insert_all(&mut self, moved: &[u32], mut new: Vec<(NodeKey, u32)>) {
        new.sort_unstable();
        self.places.iter_mut().for_each(|place| *place = moved[*place as usize]);
        let at = |key: &NodeKey| self.keys.partition_point(|other| other < key);
        let (keys, places) = new.iter().map(|(key, place)| ((at(key), *key), (at(key), *place))).unzip();
        insert_at(&mut self.keys, keys);
        insert_at(&mut self.places, places);
    }

    /// The one at a place is taken out; those behind it have moved down.
    pub(super) fn remove(&mut self, place: u32) {
        if let Some(at) = self.places.iter().position(|other| *other == place) {
            self.keys.remove(at);
            self.places.remove(at);
            self.places.iter_mut().for_each(|other| *other -= u32::from(*other > place));
        }
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
        at_once.insert_all(&[1, 3], [(NodeKey(5), 0), (NodeKey(9), 2), (NodeKey(1), 4)].into());
        assert_eq!(at_once, one_by_one);
    }

    #[test]
    fn places_follow_a_list_that_grows_and_shrinks() {
        let (mut places, mut list) = (Places::default(), Vec::new());
        for (key, at) in [(7, 0), (3, 0), (9, 1), (7, 3), (1, 2)] {
            places.insert(NodeKey(key), at);
            list.insert(at as usize, key);
        }
        while !list.is_empty() {
            for key in 0..10 {
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
