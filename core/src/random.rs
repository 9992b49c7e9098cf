//! Random draws as a function of (seed, purpose, count).
//!
//! There is no generator that is carried along: a draw is ChaCha8 with the purpose as its stream and the number of
//! draws made for that purpose as its position. A further draw for one purpose moves no draw for another, and a node
//! stays plain data.

use alloc::boxed::Box;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::membership::{DataCenter, Member, TargetDraws};

/// What a draw is for. Each purpose is a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Purpose {
    /// Whether a gossip round prefers nodes that have not seen the state (GSP-49).
    DifferentView,
    /// Which candidate a gossip round picks (GSP-47).
    GossipTarget,
    /// The order of the local targets of a full gossip to several nodes (GSP-57).
    RandomTargets,
    /// Whether a gossip round goes to another data centre (GSP-54).
    AcrossDataCenters,
    /// The order in which other data centres are looked at (GSP-53, GSP-57).
    DataCenterOrder,
}

/// How many purposes there are.
const PURPOSES: usize = 5;

/// The seed of a node and how many draws it has made for each purpose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Random {
    seed: u64,
    counts: [u64; PURPOSES],
    #[serde(skip)]
    ahead: Option<Box<Ahead>>,
}

/// How many draws the cipher makes at once.
const AHEAD: u64 = 32;

/// Draws that were worked out together, most of them before they are asked for. They follow from the seed.
#[derive(Clone, Debug)]
struct Ahead {
    purpose: Purpose,
    /// The count of the first of them.
    first: u64,
    bits: [u64; AHEAD as usize],
}

impl Ahead {
    fn of(seed: u64, purpose: Purpose, first: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(purpose as u64);
        generator.set_word_pos(u128::from(first) * 2);
        Self { purpose, first, bits: core::array::from_fn(|_| generator.next_u64()) }
    }
}

impl PartialEq for Random {
    fn eq(&self, other: &Self) -> bool {
        (self.seed, self.counts) == (other.seed, other.counts)
    }
}

impl Eq for Random {}

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, counts: [0; PURPOSES], ahead: None }
    }

    /// From here on the draws are those of another seed, counted on.
    pub(crate) fn reseed(&mut self, seed: u64) {
        (self.seed, self.ahead) = (seed, None);
    }

    /// The next 64 random bits for a purpose.
    pub(crate) fn bits(&mut self, purpose: Purpose) -> u64 {
        let count = self.counts[purpose as usize];
        self.counts[purpose as usize] += 1;
        let (first, place) = (count - count % AHEAD, (count % AHEAD) as usize);
        match &self.ahead {
            Some(ahead) if ahead.purpose == purpose && ahead.first == first => ahead.bits[place],
            _ => {
                let ahead = Ahead::of(self.seed, purpose, first);
                self.ahead.insert(Box::new(ahead)).bits[place]
            }
        }
    }

    /// A number drawn uniformly from `0.0..1.0`.
    pub(crate) fn fraction(&mut self, purpose: Purpose) -> f64 {
        (self.bits(purpose) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number drawn uniformly from `0..n`. `n` must not be zero.
    pub(crate) fn below(&mut self, purpose: Purpose, n: usize) -> usize {
        debug_assert!(n > 0, "nothing to draw from");
        ((u128::from(self.bits(purpose)) * n as u128) >> 64) as usize
    }

    /// Puts a list into a random order.
    pub(crate) fn shuffle<T>(&mut self, purpose: Purpose, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(purpose, last + 1));
        }
    }

    /// How many draws were made in all; two nodes of one seed that drew alike are alike.
    pub(crate) fn draws(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The draws of a node.
impl TargetDraws for Random {
    fn goes_across(&mut self, probability: f64) -> bool {
        self.fraction(Purpose::AcrossDataCenters) <= probability
    }

    fn shuffle_members(&mut self, members: &mut [&Member]) {
        self.shuffle(Purpose::RandomTargets, members);
    }

    fn shuffle_data_centers(&mut self, names: &mut [&DataCenter]) {
        self.shuffle(Purpose::DataCenterOrder, names);
    }

    /// GSP-51: a draw that is certain to succeed is not made.
    fn prefers_unseen(&mut self, probability: f64) -> bool {
        probability >= 1.0 || self.fraction(Purpose::DifferentView) < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_for_one_purpose_moves_no_draw_for_another() {
        let mut plain = Random::new(9);
        let mut disturbed = Random::new(9);
        disturbed.bits(Purpose::RandomTargets);
        assert_eq!(plain.bits(Purpose::GossipTarget), disturbed.bits(Purpose::GossipTarget));
        assert_ne!(plain.bits(Purpose::GossipTarget), plain.bits(Purpose::DifferentView));
    }

    #[test]
    fn who_is_given_another_seed_draws_on_as_one_that_always_had_it() {
        let (mut turned, mut other) = (Random::new(1), Random::new(2));
        let draw = |random: &mut Random| random.bits(Purpose::GossipTarget);
        let (first, of_other) = (draw(&mut turned), draw(&mut other));
        assert_ne!(first, of_other);
        turned.reseed(2);
        assert_eq!((turned.clone(), draw(&mut turned)), (other.clone(), draw(&mut other)));
    }

    /// Golden value: the same seed gives the same choices in every build and on every machine.
    #[test]
    fn the_draws_of_a_seed_never_change() {
        let mut random = Random::new(1);
        assert_eq!(random.bits(Purpose::GossipTarget), 15_715_005_604_373_573_095);
    }

    #[test]
    fn below_reaches_every_value_and_no_other() {
        let mut random = Random::new(3);
        let mut hit = [false; 5];
        for _ in 0..200 {
            hit[random.below(Purpose::GossipTarget, 5)] = true;
        }
        assert_eq!(hit, [true; 5]);
    }

    #[test]
    fn a_shuffle_keeps_what_is_there() {
        let mut list = [1, 2, 3, 4, 5, 6, 7, 8];
        Random::new(4).shuffle(Purpose::RandomTargets, &mut list);
        assert_ne!(list, [1, 2, 3, 4, 5, 6, 7, 8]);
        list.sort_unstable();
        assert_eq!(list, [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    /// Draws are worked out many at once, but each is that of its purpose and count alone, in whatever order they are made.
    #[test]
    fn draws_that_are_made_ahead_are_those_of_their_purpose_and_count() {
        let mut random = Random::new(9);
        for step in 0..300_u64 {
            let purpose = if step % 7 == 3 { Purpose::DifferentView } else { Purpose::GossipTarget };
            let count = random.counts[purpose as usize];
            let mut generator = ChaCha8Rng::seed_from_u64(9);
            generator.set_stream(purpose as u64);
            generator.set_word_pos(u128::from(count) * 2);
            assert_eq!(random.bits(purpose), generator.next_u64(), "{purpose:?} {count}");
        }
    }
}
