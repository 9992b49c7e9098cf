//! Where in a list the member with a key is.

use alloc::vec::Vec;

use crate::membership::NodeKey;

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
