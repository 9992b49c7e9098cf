//! SIM-5: what a host is like that is not as it should be.

use std::time::Duration;

use quorate::Instant;

use crate::clock::HostClock;
use crate::network::delay::nanos;

/// How many times as long as usual something takes, in thousandths: `Factor::from_thousandths(5000)` is five times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(u32);

impl Factor {
    /// So many thousandths; `None` below one thousand, which would be faster than usual.
    #[must_use]
    pub const fn from_thousandths(thousandths: u32) -> Option<Self> {
        if thousandths >= 1000 { Some(Self(thousandths)) } else { None }
    }

    /// In thousandths.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.0
    }

    fn times(self, nanos: u64) -> u64 {
        u64::try_from(u128::from(nanos) * u128::from(self.0) / 1000).unwrap_or(u64::MAX)
    }

    fn share(self, nanos: u64) -> u64 {
        u64::try_from(u128::from(nanos) * 1000 / u128::from(self.0)).unwrap_or(u64::MAX)
    }
}

/// What is not as usual about a host. Most hosts have none, and pay nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Condition {
    pub(crate) clock: HostClock,
    /// What it would be if nothing had been done to it.
    pub(crate) usual_clock: HostClock,
    /// Nothing is handled before that.
    pub(crate) paused_until: Option<Instant>,
    pub(crate) slow: Option<Slow>,
}

/// A host that gets less of its processor than it needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slow {
    pub(crate) factor: Factor,
    pub(crate) until: Instant,
    /// The deadline that is waited for, by the host's clock, and when it comes.
    waits: Option<(Instant, Instant)>,
}

impl Condition {
    pub(crate) fn is_usual(&self, now: Instant) -> bool {
        self.keeps_time() && !self.is_paused(now) && !self.is_slow(now)
    }

    pub(crate) fn keeps_time(&self) -> bool {
        self.clock == self.usual_clock
    }

    pub(crate) fn is_paused(&self, now: Instant) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }

    fn is_slow(&self, now: Instant) -> bool {
        self.slow.is_some_and(|slow| now < slow.until)
    }

    pub(crate) fn pause(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
    }

    pub(crate) fn slow_down(&mut self, factor: Factor, until: Instant) {
        self.slow = Some(Slow { factor, until, waits: None });
    }

    /// The clock shows another time, or goes on in another way: what is waited for is waited for anew.
    pub(crate) fn set_clock(&mut self, set: impl FnOnce(&mut HostClock)) {
        set(&mut self.clock);
        if let Some(slow) = &mut self.slow {
            slow.waits = None;
        }
    }

    /// A process that has ended takes its pause with it, and what it waited for. The machine stays slow.
    pub(crate) fn process_ended(&mut self) {
        self.paused_until = None;
        if let Some(slow) = &mut self.slow {
            slow.waits = None;
        }
    }

    /// When a deadline, by the host's clock, comes: a slow host's waits take longer. What it waits for already keeps its
    /// time, however often it is asked.
    pub(crate) fn comes(&mut self, deadline: Option<Instant>, now: Instant) -> Option<Instant> {
        let deadline = deadline?;
        let due = self.clock.shows(deadline, now);
        let Some(slow) = &mut self.slow else { return Some(due) };
        if let Some((waited_for, comes)) = slow.waits
            && waited_for == deadline
        {
            return Some(comes.max(now));
        }
        let comes = slow.stretched(now, due.since(now));
        slow.waits = Some((deadline, comes));
        Some(comes)
    }

    /// When something is handled that has arrived now: a paused host's turn comes when the pause is over, a slow one's
    /// so many times later after it was sent than it arrived.
    pub(crate) fn handles(&self, sent_at: Instant, now: Instant) -> Instant {
        let slow = self.slow.map_or(now, |slow| slow.stretched(sent_at, now.since(sent_at)).max(now));
        self.paused_until.map_or(slow, |until| slow.max(until))
    }
}

impl Slow {
    /// When something is over that began then and usually takes so long: from the end of the slowness on it goes on at
    /// the usual pace.
    fn stretched(&self, from: Instant, usually: Duration) -> Instant {
        let usually = nanos(usually);
        let left = nanos(self.until.since(from));
        let done_by_then = self.factor.share(left);
        let takes = if usually <= done_by_then {
            self.factor.times(usually)
        } else {
            left + (usually - done_by_then)
        };
        from + Duration::from_nanos(takes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn slow(until: u64) -> Condition {
        let mut condition = Condition::default();
        condition.slow_down(Factor::from_thousandths(5000).unwrap(), at(until));
        condition
    }

    /// SIM-5: five times slower until ten seconds, then as usual.
    #[test]
    fn a_slow_host_waits_and_handles_so_many_times_longer_while_it_is_slow() {
        assert_eq!(slow(10_000).comes(Some(at(1_100)), at(1_000)), Some(at(1_500)));
        assert_eq!(slow(10_000).comes(Some(at(11_000)), at(5_000)), Some(at(15_000)));
        assert_eq!(slow(10_000).comes(Some(at(20_000)), at(10_000)), Some(at(20_000)));
        assert_eq!(slow(10_000).comes(None, at(1)), None);
        assert_eq!(slow(10_000).handles(at(1_000), at(1_010)), at(1_050));
        assert_eq!(slow(10_000).handles(at(10_000), at(10_010)), at(10_010));
        assert!(Factor::from_thousandths(999).is_none());
    }

    /// SIM-5: a wait that has begun goes on; that the deadline is told again and again does not shorten it.
    #[test]
    fn what_a_slow_host_waits_for_keeps_its_time() {
        let mut condition = slow(10_000);
        for now in [1_000, 1_050, 1_099, 1_100] {
            assert_eq!(condition.comes(Some(at(1_100)), at(now)), Some(at(1_500)));
        }
        assert_eq!(condition.comes(Some(at(1_300)), at(1_200)), Some(at(1_700)));
    }

    /// SIM-5: a clock that is set back makes a slow host wait longer, and not wake again and again before its time.
    #[test]
    fn a_slow_host_whose_clock_is_set_waits_anew() {
        let mut condition = slow(10_000);
        assert_eq!(condition.comes(Some(at(1_100)), at(1_000)), Some(at(1_500)));
        condition.set_clock(|clock| clock.jump(at(1_400), -1_000_000_000));
        let comes = condition.comes(Some(at(1_100)), at(1_400)).unwrap();
        assert!(condition.clock.at(comes) >= at(1_100), "{comes:?}");
    }

    /// SIM-5
    #[test]
    fn a_paused_host_handles_nothing_before_its_pause_is_over() {
        let mut condition = Condition::default();
        condition.pause(at(500));
        condition.pause(at(300));
        assert!(condition.is_paused(at(499)) && !condition.is_paused(at(500)));
        assert_eq!(condition.handles(at(1), at(2)), at(500));
        assert_eq!(condition.handles(at(1), at(600)), at(600));
        condition.process_ended();
        assert!(condition.is_usual(at(2)));
    }
}
