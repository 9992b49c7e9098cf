//! SIM-2: keyed randomness, the only one that there is in a world.
//!
//! A draw is a function of the case's seed, what it is for, whom it is about, the kind of message and the count of such
//! draws before it. Nothing is carried along from draw to draw, so one more message on one link moves no draw on
//! another, and a case from which something was taken away is still the same case in all its other parts.
//!
//! The mixer is `quorate`'s (one multiplication of 64 by 64 bits, the halves folded together), applied in the order in
//! which [`draw`] lists its arguments.

use quorate::internals::{Mixer, mix};

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
#[non_exhaustive]
pub enum Purpose {
    /// The uid of an incarnation; about its name, counted by incarnations.
    Uid = 1,
    /// The seed of a node; about its name, counted by incarnations.
    NodeSeed = 2,
    /// How long after the instant asked for a host starts; about its name, counted by incarnations.
    StartSpread = 3,
    /// How long a message takes; about a link.
    Delay = 4,
    /// Whether a message is lost; about a link.
    Loss = 5,
    /// Whether a link loses everything in a slot of time; about a link, counted by slots.
    Burst = 6,
    /// Where the slots of a link begin; about a link.
    BurstBegin = 7,
    /// Whether a message arrives twice; about a link.
    Duplicate = 8,
    /// How long the copy of a message takes; about a link.
    CopyDelay = 9,
    /// Whether a message is held back; about a link.
    Reorder = 10,
    /// By how much a message is held back; about a link.
    ReorderBy = 11,
    /// Whether a message is corrupted; about a link.
    Corrupt = 12,
    /// Which bit of a message is corrupted; about a link.
    CorruptBit = 13,
    /// In which order held messages are let go; about a link, counted by held messages.
    Swizzle = 14,
}

/// A draw: 64 bits for a seed, two parties (names of hosts as [`name_key`] gives them), a purpose, a kind and a count.
#[must_use]
pub fn draw(seed: u64, a: u64, b: u64, purpose: Purpose, kind: u32, count: u64) -> u64 {
    Key::new(seed, a, b).draw(purpose, kind, count)
}

/// The number that a name stands for in draws.
#[must_use]
pub fn name_key(name: &str) -> u64 {
    let mut mixer = Mixer::new(31);
    mixer.text(name);
    mixer.finish()
}

/// The part of a draw that stays the same for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(u64);

impl Key {
    pub(crate) const fn new(seed: u64, a: u64, b: u64) -> Self {
        Self(mix(mix(mix(0x5155_4F52_4154_4521, seed), a), b))
    }

    #[inline]
    pub(crate) const fn draw(self, purpose: Purpose, kind: u32, count: u64) -> u64 {
        let about = ((purpose as u64) << 32) | kind as u64;
        mix(mix(mix(self.0, about), count), 0x9FB2_1C65_1E98_DF25)
    }
}

/// A number of `0..n` out of a draw, all as likely but for a bias below n in 2^64; zero when `n` is zero.
#[must_use]
#[inline]
pub const fn below(draw: u64, n: u64) -> u64 {
    ((draw as u128 * n as u128) >> 64) as u64
}

/// A number of `min..=max` out of a draw; `min` when `max` is not above it.
#[must_use]
#[inline]
pub const fn between(draw: u64, min: u64, max: u64) -> u64 {
    match max.saturating_sub(min).checked_add(1) {
        Some(n) => min + below(draw, n),
        None => draw,
    }
}

/// Whether something happens that happens so often in a million, out of a draw. Exact: no fractions are involved.
#[must_use]
#[inline]
pub const fn happens(draw: u64, parts_per_million: u32) -> bool {
    below(draw, 1_000_000) < parts_per_million as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SIM-2: golden values: a change here changes every case's meaning.
    #[test]
    fn the_draws_of_a_seed_never_change() {
        let (a, b) = (name_key("a"), name_key("b"));
        assert_eq!((a, b), (0x2926_953C_7F70_2B45, 0xE68B_A54B_342C_7C81));
        assert_eq!(draw(0, 0, 0, Purpose::Uid, 0, 0), 0xF1E2_6F17_3DB4_8E34);
        assert_eq!(draw(0x7f3a, a, b, Purpose::Delay, 6, 41), 0x300D_6B7E_B684_D18C);
        assert_eq!(draw(0x7f3a, b, a, Purpose::Loss, 6, 41), 0xC44E_3E07_F67A_6932);
    }

    /// SIM-2
    #[test]
    fn each_part_of_the_key_counts() {
        let base = draw(1, 2, 3, Purpose::Delay, 4, 5);
        let others = [
            draw(9, 2, 3, Purpose::Delay, 4, 5),
            draw(1, 9, 3, Purpose::Delay, 4, 5),
            draw(1, 2, 9, Purpose::Delay, 4, 5),
            draw(1, 2, 3, Purpose::Loss, 4, 5),
            draw(1, 2, 3, Purpose::Delay, 9, 5),
            draw(1, 2, 3, Purpose::Delay, 4, 9),
            draw(1, 3, 2, Purpose::Delay, 4, 5),
        ];
        for (place, other) in others.iter().enumerate() {
            assert_ne!(*other, base);
            assert!(!others[..place].contains(other));
        }
    }

    /// Consecutive counts are spread evenly: each of 64 buckets holds its share of 64,000 draws within 13 percent,
    /// four standard deviations.
    #[test]
    fn consecutive_draws_are_spread_evenly() {
        let key = Key::new(3, name_key("a"), name_key("b"));
        for purpose in [Purpose::Delay, Purpose::Loss] {
            let mut buckets = [0u32; 64];
            for count in 0..64_000 {
                buckets[below(key.draw(purpose, 6, count), 64) as usize] += 1;
            }
            assert!(buckets.iter().all(|n| (870..1130).contains(n)), "{buckets:?}");
        }
    }

    #[test]
    fn a_range_is_reached_from_end_to_end() {
        assert_eq!(between(0, 500, 1500), 500);
        assert_eq!(between(u64::MAX, 500, 1500), 1500);
        assert_eq!(between(u64::MAX, 7, 7), 7);
        assert_eq!(between(5, 9, 3), 9);
        assert_eq!(between(5, 0, u64::MAX), 5);
        assert_eq!(below(u64::MAX, 0), 0);
    }

    #[test]
    fn what_never_happens_does_not_and_what_always_happens_does() {
        for draw in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!happens(draw, 0));
            assert!(happens(draw, 1_000_000));
        }
        assert!(happens(0, 1));
        assert!(!happens(u64::MAX, 999_999));
    }
}
