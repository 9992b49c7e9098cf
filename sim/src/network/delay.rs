//! How long messages take.

use std::time::Duration;

/// SIM-3: how long messages take, drawn anew for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delay {
    /// All the same.
    Constant(Duration),
    /// Any between these two, both included, all as likely.
    Uniform {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
    /// Mostly short and now and then much longer, as behind a busy server: each nanosecond more is as likely to be the
    /// last, however many went before.
    Exponential {
        /// The mean; one message in 150 takes five times as long.
        mean: Duration,
    },
    /// One of two, as with a fast way and a slow one.
    Bimodal {
        /// What most messages take.
        usual: Duration,
        /// What the others take.
        other: Duration,
        /// How many of a million are the others.
        other_parts_per_million: u32,
    },
    /// Its logarithm is normal, as measured on long ways: no message is much faster than most, a few are much slower.
    LogNormal {
        /// Half of the messages take longer.
        median: Duration,
        /// One in a hundred takes longer.
        p99: Duration,
    },
}

/// How far the 99th percentile of the normal distribution lies from its middle, in standard deviations.
const Z_99: f64 = 2.326_347_874_040_841;

impl Delay {
    /// The longest that a message can take; `None` if there is no bound.
    #[must_use]
    pub fn longest(self) -> Option<Duration> {
        match self {
            Self::Constant(delay) => Some(delay),
            Self::Uniform { max, .. } => Some(max),
            Self::Bimodal { usual, other, .. } => Some(usual.max(other)),
            Self::Exponential { .. } | Self::LogNormal { .. } => None,
        }
    }

    /// The delay, in nanoseconds, that a draw stands for. Floating point enters through `libm` only, which gives the
    /// same bits on every machine.
    #[cold]
    pub(crate) fn of_draw(self, draw: u64) -> u64 {
        match self {
            Self::Constant(delay) => nanos(delay),
            Self::Uniform { min, max } => crate::keyed::between(draw, nanos(min), nanos(max)),
            Self::Exponential { mean } => to_nanos(-(nanos(mean) as f64) * libm::log(unit(draw))),
            Self::Bimodal { usual, other, other_parts_per_million } => {
                nanos(if crate::keyed::happens(draw, other_parts_per_million) { other } else { usual })
            }
            Self::LogNormal { median, p99 } => {
                let sigma = libm::log(nanos(p99).max(1) as f64 / nanos(median).max(1) as f64) / Z_99;
                to_nanos(nanos(median) as f64 * libm::exp(sigma * normal(draw)))
            }
        }
    }
}

/// A number above zero and at most one.
fn unit(draw: u64) -> f64 {
    const STEPS: f64 = 9_007_199_254_740_992.0;
    ((draw >> 11) + 1) as f64 / STEPS
}

/// A normal number out of the two halves of a draw, by the formula of Box and Muller.
fn normal(draw: u64) -> f64 {
    const STEPS: f64 = 4_294_967_296.0;
    let radius = ((draw >> 32) + 1) as f64 / STEPS;
    let angle = (draw & 0xFFFF_FFFF) as f64 / STEPS;
    libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(core::f64::consts::TAU * angle)
}

fn to_nanos(nanos: f64) -> u64 {
    // The cast saturates, and gives zero for what is no number.
    libm::round(nanos) as u64
}

/// Whole nanoseconds, those of 584 years at most.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::{Key, Purpose};

    fn sorted(delay: Delay) -> Vec<u64> {
        let key = Key::new(7, 1, 2);
        let mut all: Vec<u64> =
            (0..20_000).map(|count| delay.of_draw(key.draw(Purpose::Delay, 6, count))).collect();
        all.sort_unstable();
        all
    }

    const MS: u64 = 1_000_000;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// SIM-3: half of the messages are faster than ln 2 times the mean, a tenth slower than ln 10 times.
    #[test]
    fn exponential_delays_have_their_mean_and_their_tail() {
        let all = sorted(Delay::Exponential { mean: millis(10) });
        assert!((6_700_000..7_160_000).contains(&all[10_000]), "{}", all[10_000]);
        assert!((22_300_000..23_800_000).contains(&all[18_000]), "{}", all[18_000]);
        let mean = all.iter().sum::<u64>() / 20_000;
        assert!((9_800_000..10_200_000).contains(&mean), "{mean}");
    }

    /// SIM-3
    #[test]
    fn bimodal_delays_are_one_of_two_in_their_shares() {
        let delay = Delay::Bimodal { usual: millis(1), other: millis(200), other_parts_per_million: 50_000 };
        let all = sorted(delay);
        let slow = all.iter().filter(|delay| **delay == 200 * MS).count();
        assert!((900..1100).contains(&slow), "{slow}");
        assert_eq!(all.iter().filter(|delay| **delay == MS).count(), 20_000 - slow);
        assert_eq!(delay.longest(), Some(millis(200)));
    }

    /// SIM-3: median and 99th percentile are those that were asked for, within what 20,000 draws can tell.
    #[test]
    fn log_normal_delays_have_their_median_and_their_99th_percentile() {
        let delay = Delay::LogNormal { median: millis(20), p99: millis(200) };
        let all = sorted(delay);
        assert!((19_300_000..20_700_000).contains(&all[10_000]), "{}", all[10_000]);
        assert!((180 * MS..222 * MS).contains(&all[19_800]), "{}", all[19_800]);
        assert_eq!(delay.longest(), None);
    }

    /// The ends of what can be drawn and said stay numbers.
    #[test]
    fn the_outermost_draws_give_times() {
        let odd = [
            Delay::Exponential { mean: Duration::MAX },
            Delay::LogNormal { median: Duration::ZERO, p99: Duration::MAX },
            Delay::LogNormal { median: millis(1), p99: millis(1) },
        ];
        for draw in [0, 1, u64::MAX / 2, u64::MAX] {
            assert_eq!(odd.map(|delay| delay.of_draw(draw))[2], MS);
        }
        assert_eq!(Delay::Exponential { mean: millis(5) }.of_draw(u64::MAX), 0);
        // The golden value: the same bits on every machine.
        assert_eq!(Delay::LogNormal { median: millis(20), p99: millis(200) }.of_draw(1 << 60), 205_716_437);
    }
}
