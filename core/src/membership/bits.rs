//! A set of small numbers: which of the members of a table.

use alloc::boxed::Box;
use alloc::vec;
use core::slice;

/// A set of positions in a table. Up to 64 positions cost no allocation.
///
/// Two sets are equal when they hold the same positions, whatever the tables' lengths.
#[derive(Clone, Debug)]
pub(crate) enum Bits {
    Small(u64),
    Large(Box<[u64]>),
}

impl Bits {
    /// The empty set over a table of `len` positions.
    pub(crate) fn new(len: usize) -> Self {
        if len <= 64 { Self::Small(0) } else { Self::Large(vec![0; len.div_ceil(64)].into()) }
    }

    #[inline]
    fn words(&self) -> &[u64] {
        match self {
            Self::Small(word) => slice::from_ref(word),
            Self::Large(words) => words,
        }
    }

    #[inline]
    fn words_mut(&mut self) -> &mut [u64] {
        match self {
            Self::Small(word) => slice::from_mut(word),
            Self::Large(words) => words,
        }
    }

    /// The word at a place, zero beyond the end.
    #[inline]
    pub(crate) fn word(&self, place: usize) -> u64 {
        self.words().get(place).copied().unwrap_or(0)
    }

    /// How many words there are.
    pub(crate) fn len_words(&self) -> usize {
        self.words().len()
    }

    #[inline]
    pub(crate) fn contains(&self, position: usize) -> bool {
        self.word(position / 64) >> (position % 64) & 1 == 1
    }

    /// Puts a position in. It must lie within the table that the set was made for.
    #[inline]
    pub(crate) fn insert(&mut self, position: usize) {
        self.words_mut()[position / 64] |= 1 << (position % 64);
    }

    pub(crate) fn remove(&mut self, position: usize) {
        if let Some(word) = self.words_mut().get_mut(position / 64) {
            *word &= !(1 << (position % 64));
        }
    }

    /// The first position from one on.
    #[inline]
    pub(crate) fn next_from(&self, position: usize) -> Option<usize> {
        let first = position / 64;
        let here = self.word(first) & (u64::MAX << (position % 64));
        if here != 0 {
            return positions(first, here).next();
        }
        let mut rest = (first + 1..self.len_words()).map(|place| (place, self.word(place)));
        rest.find(|(_, word)| *word != 0).and_then(|(place, word)| positions(place, word).next())
    }

    /// The first position from one on that is not in the set, as all are behind the end.
    #[inline]
    pub(crate) fn next_outside(&self, position: usize) -> usize {
        let mut place = position / 64;
        let mut outside = !self.word(place) & (u64::MAX << (position % 64));
        while outside == 0 {
            place += 1;
            outside = !self.word(place);
        }
        place * 64 + outside.trailing_zeros() as usize
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words().iter().all(|&word| word == 0)
    }

    pub(crate) fn count(&self) -> usize {
        self.words().iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The positions that another set does not hold, in ascending order.
    pub(crate) fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        (0..self.len_words()).flat_map(|place| positions(place, self.word(place) & !other.word(place)))
    }

    /// The positions in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words().iter().enumerate().flat_map(|(place, &word)| positions(place, word))
    }
}

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        (0..self.len_words().max(other.len_words())).all(|place| self.word(place) == other.word(place))
    }
}

impl Eq for Bits {}

/// The positions that one word of a set stands for, in ascending order.
pub(crate) fn positions(place: usize, word: u64) -> impl Iterator<Item = usize> {
    let rest = move |word: u64| word & word.wrapping_sub(1);
    core::iter::successors(Some(word), move |&word| Some(rest(word)))
        .take_while(|&word| word != 0)
        .map(move |word| place * 64 + word.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::testing::proptest_config())]

        #[test]
        fn a_set_of_positions_is_what_a_tree_set_is(
            len in prop_oneof![Just(1usize), Just(64), Just(65), Just(200)],
            steps in proptest::collection::vec((0..3u8, any::<prop::sample::Index>()), 0..60),
            others in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let (mut bits, mut twin) = (Bits::new(len), BTreeSet::new());
            for (kind, position) in steps {
                let position = position.index(len);
                if kind == 2 {
                    bits.remove(position);
                    twin.remove(&position);
                } else {
                    bits.insert(position);
                    twin.insert(position);
                }
                prop_assert_eq!(bits.contains(position), twin.contains(&position));
                let outside = (position..).find(|position| !twin.contains(position));
                prop_assert_eq!(Some(bits.next_outside(position)), outside);
            }
            let (mut other, mut other_twin) = (Bits::new(len), BTreeSet::new());
            for position in others {
                other.insert(position.index(len));
                other_twin.insert(position.index(len));
            }
            prop_assert_eq!(bits == other, twin == other_twin);
            prop_assert!(bits.without(&other).eq(twin.difference(&other_twin).copied()));
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), twin.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!((bits.count(), bits.is_empty()), (twin.len(), twin.is_empty()));
            prop_assert!(!bits.contains(len + 64));
        }
    }

    #[test]
    fn sets_are_equal_by_what_they_hold() {
        let mut small = Bits::new(10);
        let mut large = Bits::new(500);
        assert_eq!(small, large);
        small.insert(3);
        assert_ne!(small, large);
        large.insert(3);
        assert_eq!(small, large);
        large.insert(400);
        assert_ne!(small, large);
        assert!(!small.contains(400));
    }
}
