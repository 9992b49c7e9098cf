//! One detector by itself, without a registry: for conformance vectors and for whoever wants to look at one.

use alloc::vec::Vec;
use core::time::Duration;

use super::settings::{DeadlineSettings, PhiSettings, SettingError};
use super::{Detector, DetectorRule};
use crate::time::Instant;

/// A detector and its rule.
#[derive(Clone, Debug, PartialEq)]
pub struct LoneDetector {
    rule: DetectorRule,
    detector: Detector,
}

/// What a phi detector remembers, in milliseconds: its samples, oldest first, their sum, and that of their squares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The intervals.
    pub intervals: Vec<u64>,
    /// Their sum.
    pub sum: u64,
    /// The sum of their squares.
    pub squared_sum: u128,
}

impl LoneDetector {
    fn of_rule(rule: DetectorRule) -> Self {
        Self { detector: rule.new_detector(), rule }
    }

    /// A phi accrual detector (PHI-12).
    ///
    /// # Errors
    /// A setting out of its range (PHI-3).
    pub fn phi_accrual(
        threshold: f64,
        max_sample_size: u32,
        [min_std_deviation, acceptable_heartbeat_pause, first_estimate]: [Duration; 3],
    ) -> Result<Self, SettingError> {
        let settings = PhiSettings {
            threshold,
            max_sample_size,
            min_std_deviation,
            acceptable_heartbeat_pause,
            first_estimate,
        };
        DetectorRule::phi(&settings).map(Self::of_rule)
    }

    /// A deadline detector (PHI-35).
    ///
    /// # Errors
    /// An interval below one millisecond (PHI-3).
    pub fn deadline(
        acceptable_heartbeat_pause: Duration,
        heartbeat_interval: Duration,
    ) -> Result<Self, SettingError> {
        let settings = DeadlineSettings { acceptable_heartbeat_pause, heartbeat_interval };
        DetectorRule::deadline(&settings).map(Self::of_rule)
    }

    /// The peer was heard.
    pub fn heartbeat(&mut self, now: Instant) {
        self.detector.heartbeat(&self.rule, now);
    }

    /// PHI-1
    #[must_use]
    pub fn is_available(&self, now: Instant) -> bool {
        self.detector.is_available(&self.rule, now)
    }

    /// PHI-20
    #[must_use]
    pub fn is_monitoring(&self) -> bool {
        self.detector.is_monitoring()
    }

    /// PHI-22; `None` of a detector that knows no such number.
    #[must_use]
    pub fn phi(&self, now: Instant) -> Option<f64> {
        self.detector.phi(&self.rule, now)
    }

    /// What it remembers; `None` of a detector without a history.
    #[must_use]
    pub fn remembered(&self) -> Option<Remembered> {
        let Detector::Phi(detector) = &self.detector else { return None };
        let history = detector.history();
        Some(Remembered {
            intervals: history.intervals().collect(),
            sum: history.sum(),
            squared_sum: history.squared_sum(),
        })
    }
}
