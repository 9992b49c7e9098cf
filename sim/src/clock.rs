//! SIM-5: a host's own clock.

use quorate::Instant;

/// How many parts per million a clock can at most be too fast; one that is as much too slow stands still.
pub(crate) const DRIFT_MAX_PPM: i32 = 1_000_000;
const MILLION: i128 = 1_000_000;

/// A clock that may be ahead or behind, and too fast or too slow. All exact, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostClock {
    /// Since when it has gone on evenly, in world time, and what it showed then.
    since: u64,
    showed: i128,
    drift_ppm: i32,
}

impl Default for HostClock {
    /// A clock that shows the world's time.
    fn default() -> Self {
        Self { since: 0, showed: 0, drift_ppm: 0 }
    }
}

impl HostClock {
    /// A clock that shows this time at an instant of the world, and goes on evenly.
    pub(crate) fn showing(showed: Instant, world: Instant) -> Self {
        Self { since: world.as_nanos(), showed: i128::from(showed.as_nanos()), drift_ppm: 0 }
    }

    /// What it shows at an instant of the world; never less than zero.
    #[must_use]
    pub fn at(&self, world: Instant) -> Instant {
        let shown = self.exactly(world).clamp(0, i128::from(u64::MAX));
        Instant::from_nanos(u64::try_from(shown).unwrap_or(u64::MAX))
    }

    fn exactly(&self, world: Instant) -> i128 {
        let passed = i128::from(world.as_nanos()) - i128::from(self.since);
        self.showed + (passed * self.pace()).div_euclid(MILLION)
    }

    /// How many nanoseconds it goes on in a millisecond of the world's, in thousandths.
    fn pace(&self) -> i128 {
        MILLION + i128::from(self.drift_ppm)
    }

    /// The first instant of the world, not before `now`, at which it shows this time or a later one; never, if it
    /// stands still before that.
    pub(crate) fn shows(&self, time: Instant, now: Instant) -> Instant {
        let missing = i128::from(time.as_nanos()) - self.showed;
        let pace = self.pace();
        if missing <= 0 || self.at(now) >= time {
            return now;
        }
        if pace <= 0 {
            return Instant::MAX;
        }
        // Rounded up: a nanosecond earlier it does not show that time yet.
        let passes = (missing * MILLION + pace - 1) / pace;
        let at = i128::from(self.since) + passes;
        Instant::from_nanos(u64::try_from(at).unwrap_or(u64::MAX)).max(now)
    }

    /// Sets it forward or back.
    pub(crate) fn jump(&mut self, now: Instant, nanos: i64) {
        *self = Self { since: now.as_nanos(), showed: self.exactly(now) + i128::from(nanos), ..*self };
    }

    /// Lets it go on too fast or, below zero, too slow.
    pub(crate) fn drift(&mut self, now: Instant, drift_ppm: i32) {
        *self = Self { since: now.as_nanos(), showed: self.exactly(now), drift_ppm };
    }

    /// How many parts per million it is too fast; below zero, too slow.
    #[must_use]
    pub fn drift_ppm(&self) -> i32 {
        self.drift_ppm
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    /// SIM-5
    #[test]
    fn a_clock_shows_what_jumps_and_drift_have_made_of_it() {
        let mut clock = HostClock::default();
        assert_eq!(clock.at(at(5)), at(5));
        clock.jump(at(1_000), 3_000);
        assert_eq!(clock.at(at(1_500)), at(4_500));
        clock.drift(at(2_000), 200_000);
        assert_eq!(clock.at(at(3_000)), at(6_200));
        clock.jump(at(3_000), -100_000);
        assert_eq!(clock.at(at(4_000)), Instant::ZERO);
        clock.drift(at(4_000), -DRIFT_MAX_PPM);
        assert_eq!(clock.shows(at(1), at(4_000)), Instant::MAX);
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() })]

        /// SIM-5: a deadline comes at the first instant at which the clock shows it, and not a nanosecond before.
        #[test]
        fn a_deadline_comes_when_the_clock_first_shows_it(
            changes in prop::collection::vec((0..1_000_000u64, -500_000..500_000i64, -900_000..1_000_000i32), 0..4),
            later in 0..10_000_000u64,
        ) {
            let (mut clock, mut now) = (HostClock::default(), 0);
            for (after, jump, ppm) in changes {
                now += after;
                clock.jump(at(now), jump);
                clock.drift(at(now), ppm);
            }
            let deadline = at(clock.at(at(now)).as_nanos() + later);
            let first = clock.shows(deadline, at(now));
            prop_assert!(first >= at(now) && clock.at(first) >= deadline);
            if first > at(now) {
                prop_assert!(clock.at(at(first.as_nanos() - 1)) < deadline);
            }
        }
    }
}
