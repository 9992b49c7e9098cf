//! RUN-2: keyed draws for cases.
//!
//! A draw is a function of the case's id, the names of what it is for, and the count of such draws before it. What one
//! family of faults draws can't shift what another draws.

use quorate::internals::{Mixer, mix};
use quorate_sim::keyed;

use crate::case::Time;

/// The draws for one purpose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice {
    key: u64,
    count: u64,
}

/// Keeps these draws apart from those of the world, which has the same seed.
const PURPOSE: u64 = 0x4452_4157;

impl Dice {
    pub(super) fn new(profile: &str, seed: u64) -> Self {
        let mut mixer = Mixer::new(PURPOSE);
        mixer.text(profile);
        mixer.word(seed);
        Self { key: mixer.finish(), count: 0 }
    }

    /// The draws for a purpose within this one, from its first on.
    pub(super) fn of(&self, purpose: &str) -> Self {
        let mut mixer = Mixer::new(self.key);
        mixer.text(purpose);
        Self { key: mixer.finish(), count: 0 }
    }

    fn roll(&mut self) -> u64 {
        self.count += 1;
        mix(mix(self.key, self.count), PURPOSE)
    }

    /// A number of `0..n`; zero when `n` is zero.
    pub(super) fn below(&mut self, n: usize) -> usize {
        keyed::below(self.roll(), n as u64) as usize
    }

    /// A number of `least..=most`.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        keyed::between(self.roll(), least, most)
    }

    /// Whether something happens that happens so often in a hundred.
    pub(super) fn happens(&mut self, percent: u32) -> bool {
        keyed::happens(self.roll(), percent.min(100) * 10_000)
    }

    /// One of several, each as likely.
    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// One of several, as likely as its weight says.
    pub(super) fn weighted<T: Clone>(&mut self, from: &[(u32, T)]) -> T {
        let total: u64 = from.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut at = keyed::below(self.roll(), total);
        for (weight, value) in from {
            match at.checked_sub(u64::from(*weight)) {
                Some(rest) => at = rest,
                None => return value.clone(),
            }
        }
        from[0].1.clone()
    }

    /// So many of several, all different, in the order in which they stand there.
    pub(super) fn some<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut places: Vec<usize> = self.shuffled(from.len());
        places.truncate(count);
        places.sort_unstable();
        places.into_iter().map(|place| from[place].clone()).collect()
    }

    /// The numbers of `0..n` in a random order.
    pub(super) fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..n).collect();
        for place in (1..n).rev() {
            places.swap(place, self.below(place + 1));
        }
        places
    }

    /// A time between two, both included, in steps of a tenth of a second: short to write, short to read.
    pub(super) fn time(&mut self, from: Time, to: Time) -> Time {
        const TENTH: u64 = 100_000_000;
        let least = from.nanos().div_ceil(TENTH);
        Time(self.between(least, (to.nanos() / TENTH).max(least)) * TENTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RUN-2: golden values: a change here changes which case an id stands for.
    #[test]
    fn the_draws_of_an_id_never_change() {
        let mut dice = Dice::new("lan", 7);
        assert_eq!([dice.below(1000), dice.below(1000), dice.below(1000)], [228, 260, 296]);
    }

    /// RUN-2
    #[test]
    fn draws_for_one_purpose_move_no_draw_for_another() {
        let dice = Dice::new("lan", 1);
        let (mut one, mut other) = (dice.of("cuts"), dice.of("crashes"));
        let first = other.of("when").roll();
        for _ in 0..100 {
            one.roll();
        }
        assert_eq!(other.of("when").roll(), first);
        assert_ne!(one.roll(), other.roll());
        assert_ne!(Dice::new("lan", 2).roll(), Dice::new("lan", 1).roll());
        assert_ne!(Dice::new("churn", 1).roll(), Dice::new("lan", 1).roll());
    }

    #[test]
    fn what_is_drawn_lies_where_it_should() {
        let mut dice = Dice::new("lan", 3);
        let mut seen = [0; 3];
        for _ in 0..3000 {
            assert!(dice.below(7) < 7);
            assert!((3..=5).contains(&dice.between(3, 5)));
            seen[dice.weighted(&[(1, 0), (0, 1), (9, 2)])] += 1;
            let at = dice.time(Time::millis(250), Time::seconds(2));
            assert!(
                (300..=2000).contains(&(at.nanos() / 1_000_000)) && at.nanos().is_multiple_of(100_000_000),
                "{at}"
            );
            let some = dice.some(&[1, 2, 3, 4], 3);
            assert!(some.len() == 3 && some.is_sorted_by(|a, b| a < b));
        }
        assert!((200..400).contains(&seen[0]) && seen[1] == 0, "{seen:?}");
    }
}
