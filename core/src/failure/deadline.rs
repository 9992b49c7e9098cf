//! The deadline detector: silence up to a fixed time.

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// PHI-34: when a peer was heard last, in whole milliseconds; `None` before its first heartbeat.
///
/// A moment earlier than the last heartbeat counts as the moment of that heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeadlineDetector {
    last_ms: Option<u64>,
}

impl DeadlineDetector {
    /// PHI-37: the peer was heard. No history, no warning.
    pub(crate) fn heartbeat(&mut self, now: Instant) {
        self.last_ms = self.last_ms.max(Some(now.as_millis()));
    }

    /// PHI-36, DC-59: exactly `deadline_ms` after the last heartbeat the peer is unavailable. PHI-34: before the first
    /// one it is available.
    pub(crate) fn is_available(&self, deadline_ms: u64, now: Instant) -> bool {
        self.last_ms.is_none_or(|last| last.saturating_add(deadline_ms) > now.as_millis())
    }

    /// PHI-34: whether there was a heartbeat.
    pub(crate) fn is_monitoring(&self) -> bool {
        self.last_ms.is_some()
    }

    /// When the peer was heard last, in milliseconds of the host's clock.
    pub(crate) fn last_ms(&self) -> Option<u64> {
        self.last_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_nanos(ms * 1_000_000)
    }

    /// PHI-34
    #[test]
    fn without_a_heartbeat_a_peer_is_available_and_not_monitored() {
        let detector = DeadlineDetector::default();
        assert!(detector.is_available(13_000, Instant::MAX));
        assert!(!detector.is_monitoring());
    }

    /// PHI-36, DC-59
    #[test]
    fn a_peer_is_unavailable_from_exactly_its_deadline_on() {
        let mut detector = DeadlineDetector::default();
        detector.heartbeat(at(1_000));
        assert!(detector.is_available(13_000, at(13_999)));
        assert!(!detector.is_available(13_000, at(14_000)));
        assert!(!detector.is_available(13_000, Instant::MAX));
    }

    /// PHI-2: both moments are rounded down before they are compared.
    #[test]
    fn fractions_of_a_millisecond_do_not_count() {
        let mut detector = DeadlineDetector::default();
        detector.heartbeat(Instant::from_nanos(1_999_999));
        assert!(detector.is_available(10, Instant::from_nanos(10_999_999)));
        assert!(!detector.is_available(10, Instant::from_nanos(11_000_000)));
    }

    /// PHI-37
    #[test]
    fn a_heartbeat_makes_a_peer_available_again() {
        let mut detector = DeadlineDetector::default();
        detector.heartbeat(at(0));
        assert!(!detector.is_available(10, at(10)));
        detector.heartbeat(at(10));
        assert!(detector.is_available(10, at(19)));
        assert!(detector.is_monitoring());
        assert_eq!(detector.last_ms(), Some(10));
    }

    #[test]
    fn a_clock_that_runs_backwards_shortens_nothing() {
        let mut detector = DeadlineDetector::default();
        detector.heartbeat(at(100));
        detector.heartbeat(at(50));
        assert!(detector.is_available(10, at(0)));
        assert!(detector.is_available(10, at(109)));
        assert!(!detector.is_available(10, at(110)));
    }
}
