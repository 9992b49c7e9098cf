//! All of a node's time, in one table.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::mix::Mixer;
use crate::time::Instant;

/// What can become due. Timers of one deadline fire in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[repr(u8)]
pub enum Timer {
    /// JOIN-10: the configured seed nodes are to be joined.
    ConfiguredSeedNodes,
    /// JOIN-14: joining by seed nodes took too long in all.
    SeedNodesDeadline,
    /// JOIN-61: one attempt to join took too long.
    JoinAttempt,
    /// JOIN-40, JOIN-49: ask the seed nodes again.
    SeedProcess,
    /// GSP-58: a gossip round.
    Gossip,
    /// GSP-59: a further gossip round, a third of the interval later.
    GossipSpeedup,
    /// GSP-59: a further gossip round, two thirds of the interval later.
    GossipSpeedupSecond,
    /// RCH-38: failure detector verdicts become observations.
    Reaper,
    /// LDR-1: leader actions, and what every member checks with them.
    Leader,
    /// HB-12: heartbeats to the ring.
    Heartbeat,
    /// HB-17: the least of the deadlines for first replies.
    ExpectedFirst,
    /// SBR-65: the resolver looks.
    Resolver,
    /// GSP-85: the counts of gossip are put out.
    Statistics,
    /// LEASE-11: the side without the majority has waited long enough, and asks for the lease.
    LeaseDelay,
    /// XDC-16: heartbeats to other data centres.
    CrossHeartbeat,
    /// XDC-19: the least of the deadlines for first replies from there.
    CrossExpectedFirst,
    /// WCH-13: the least of the times until which those who left may still be heard.
    DelayedQuarantine,
}

impl Timer {
    const COUNT: usize = 17;

    const ALL: [Self; Self::COUNT] = [
        Self::ConfiguredSeedNodes,
        Self::SeedNodesDeadline,
        Self::JoinAttempt,
        Self::SeedProcess,
        Self::Gossip,
        Self::GossipSpeedup,
        Self::GossipSpeedupSecond,
        Self::Reaper,
        Self::Leader,
        Self::Heartbeat,
        Self::ExpectedFirst,
        Self::Resolver,
        Self::Statistics,
        Self::LeaseDelay,
        Self::CrossHeartbeat,
        Self::CrossExpectedFirst,
        Self::DelayedQuarantine,
    ];

    /// The name, as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfiguredSeedNodes => "configured-seed-nodes",
            Self::SeedNodesDeadline => "seed-nodes-deadline",
            Self::JoinAttempt => "join-attempt",
            Self::SeedProcess => "seed-process",
            Self::Gossip => "gossip",
            Self::GossipSpeedup => "gossip-speedup",
            Self::GossipSpeedupSecond => "gossip-speedup-second",
            Self::Reaper => "reaper",
            Self::Leader => "leader",
            Self::Heartbeat => "heartbeat",
            Self::ExpectedFirst => "expected-first",
            Self::Resolver => "resolver",
            Self::Statistics => "statistics",
            Self::LeaseDelay => "lease-delay",
            Self::CrossHeartbeat => "cross-heartbeat",
            Self::CrossExpectedFirst => "cross-expected-first",
            Self::DelayedQuarantine => "delayed-quarantine",
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The table: a deadline for each timer that is armed, [`Instant::MAX`], which never comes, for the others. Every input
/// looks for the first of them, so it is one walk over plain numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timers([Instant; Timer::COUNT]);

impl Default for Timers {
    fn default() -> Self {
        Self([Instant::MAX; Timer::COUNT])
    }
}

impl Timers {
    #[inline]
    pub(crate) fn arm(&mut self, timer: Timer, at: Instant) {
        self.0[timer as usize] = at;
    }

    /// GSP-1: the next run of a periodic task is one interval after this one was run, so a late run is followed by no
    /// burst.
    pub(crate) fn arm_after(&mut self, timer: Timer, now: Instant, delay: Duration) {
        self.arm(timer, now + delay);
    }

    pub(crate) fn disarm(&mut self, timer: Timer) {
        self.0[timer as usize] = Instant::MAX;
    }

    pub(crate) fn disarm_all(&mut self) {
        *self = Self::default();
    }

    /// When a timer is due, if it is armed.
    pub(crate) fn deadline(&self, timer: Timer) -> Option<Instant> {
        let at = self.0[timer as usize];
        (at < Instant::MAX).then_some(at)
    }

    /// The timers that are armed, in their order, each with when it is due.
    pub(crate) fn armed(&self) -> impl Iterator<Item = (Timer, Instant)> {
        Timer::ALL.into_iter().zip(self.0).filter(|(_, at)| *at < Instant::MAX)
    }

    /// When the first timer is due.
    #[inline]
    pub(crate) fn next(&self) -> Option<Instant> {
        let first = self.first();
        (first < Instant::MAX).then_some(first)
    }

    #[inline]
    fn first(&self) -> Instant {
        self.0.iter().fold(Instant::MAX, |first, at| first.min(*at))
    }

    /// Takes the timer that is due first at `now`, by deadline, then by the order of [`Timer`].
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        let first = self.first();
        if first > now || first == Instant::MAX {
            return None;
        }
        let timer = Timer::ALL[self.0.iter().position(|at| *at == first)?];
        self.disarm(timer);
        Some(timer)
    }

    pub(crate) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(13);
        self.0.iter().for_each(|at| mixer.word(at.as_nanos()));
        mixer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    #[test]
    fn due_timers_fire_by_deadline_then_by_order() {
        let mut timers = Timers::default();
        timers.arm(Timer::Leader, at(5));
        timers.arm(Timer::Gossip, at(5));
        timers.arm(Timer::Resolver, at(3));
        timers.arm(Timer::Heartbeat, at(9));
        assert_eq!(timers.next(), Some(at(3)));
        let fired: [Option<Timer>; 4] = core::array::from_fn(|_| timers.take_due(at(5)));
        assert_eq!(fired, [Some(Timer::Resolver), Some(Timer::Gossip), Some(Timer::Leader), None]);
        assert_eq!(timers.next(), Some(at(9)));
    }

    #[test]
    fn a_timer_is_due_at_its_deadline_and_not_before() {
        let mut timers = Timers::default();
        timers.arm(Timer::Gossip, at(5));
        assert_eq!(timers.take_due(at(4)), None);
        assert_eq!(timers.take_due(at(5)), Some(Timer::Gossip));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_deadline_at_the_end_of_time_never_comes() {
        let mut timers = Timers::default();
        timers.arm(Timer::Gossip, Instant::MAX);
        assert_eq!((timers.next(), timers.take_due(Instant::MAX)), (None, None));
    }

    /// The table lists every timer at its own place.
    #[test]
    fn every_timer_has_its_place() {
        for (place, timer) in Timer::ALL.into_iter().enumerate() {
            assert_eq!(timer as usize, place);
            let written = serde_json::to_value(timer).unwrap();
            assert_eq!(written, timer.name(), "it is written by its name");
        }
    }
}
