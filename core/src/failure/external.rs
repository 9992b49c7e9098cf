//! The detector that detects nothing: the host says who is alive.

use serde::{Deserialize, Serialize};

/// PHI-1, PHI-46: what the host said of a peer, and whether the peer was heard at all.
///
/// A verdict stands until the host says otherwise: neither heartbeats nor being forgotten take it back. It counts only
/// while the peer is monitored, and the verdict "not alive" makes it so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExternalDetector {
    is_monitoring: bool,
    is_down: bool,
}

impl ExternalDetector {
    /// PHI-46: the peer was heard. That says nothing against a verdict.
    pub(crate) const fn heartbeat(&mut self) {
        self.is_monitoring = true;
    }

    /// The host's verdict. Gives back whether nothing is left to know.
    pub(crate) const fn judge(&mut self, is_available: bool) -> bool {
        self.is_down = !is_available;
        self.is_monitoring |= self.is_down;
        !self.is_monitoring
    }

    /// PHI-40: the heartbeats are forgotten. Gives back whether nothing is left to know.
    pub(crate) const fn forget(&mut self) -> bool {
        self.is_monitoring = false;
        !self.is_down
    }

    /// PHI-4, PHI-46: available unless the host says otherwise of a peer that is monitored.
    pub(crate) const fn is_available(&self) -> bool {
        !(self.is_monitoring && self.is_down)
    }

    pub(crate) const fn is_monitoring(&self) -> bool {
        self.is_monitoring
    }

    /// All that there is to know, for hashes.
    pub(crate) const fn number(&self) -> u64 {
        self.is_monitoring as u64 | (self.is_down as u64) << 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PHI-46
    #[test]
    fn a_heartbeat_starts_the_watch_and_lifts_no_verdict() {
        let mut detector = ExternalDetector::default();
        assert!(detector.is_available() && !detector.is_monitoring());
        detector.heartbeat();
        assert!(detector.is_available() && detector.is_monitoring());
        detector.judge(false);
        detector.heartbeat();
        assert!(!detector.is_available());
        assert!(!detector.judge(true));
        assert!(detector.is_available() && detector.is_monitoring());
    }

    /// PHI-40, PHI-42, PHI-46
    #[test]
    fn a_verdict_outlives_the_peer_and_counts_when_it_is_heard_again() {
        let mut detector = ExternalDetector::default();
        detector.judge(false);
        assert!(!detector.is_available(), "a verdict needs no heartbeat before it");
        assert!(!detector.forget(), "the verdict is left");
        assert!(detector.is_available() && !detector.is_monitoring());
        detector.heartbeat();
        assert!(!detector.is_available());
        detector.forget();
        assert!(detector.judge(true), "nothing is left");
    }
}
