//! The settings of the failure detectors, and what they may be.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::history::INTERVAL_MS_MAX;

/// The settings of a phi accrual detector. Durations count in whole milliseconds, a fraction is dropped (PHI-2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PhiSettings {
    /// A peer is unavailable from this phi on.
    pub(crate) threshold: f64,
    /// How many intervals are remembered.
    pub(crate) max_sample_size: u32,
    /// The deviation that is reckoned with at least, however regular the heartbeats.
    pub(crate) min_std_deviation: Duration,
    /// Silence beyond the mean interval that raises no suspicion yet.
    pub(crate) acceptable_heartbeat_pause: Duration,
    /// The interval that is expected before any was seen.
    pub(crate) first_estimate: Duration,
}

impl PhiSettings {
    /// PHI-3: threshold, sample size, deviation and estimate are positive.
    pub(super) fn check(&self) -> Result<(), SettingError> {
        if self.threshold.is_nan() || self.threshold <= 0.0 {
            return Err(SettingError::ThresholdNotPositive { threshold: self.threshold });
        }
        if self.max_sample_size == 0 {
            return Err(SettingError::NoSamples);
        }
        at_least_one_ms("min-std-deviation", self.min_std_deviation)?;
        at_least_one_ms("heartbeat-interval", self.first_estimate)
    }
}

/// The settings of a deadline detector, in whole milliseconds as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeadlineSettings {
    /// Silence beyond one interval that is accepted.
    pub(crate) acceptable_heartbeat_pause: Duration,
    /// The interval between two heartbeats.
    pub(crate) heartbeat_interval: Duration,
}

impl DeadlineSettings {
    /// PHI-3: the interval is positive.
    pub(super) fn check(&self) -> Result<(), SettingError> {
        at_least_one_ms("heartbeat-interval", self.heartbeat_interval)
    }

    /// Settings that make this deadline.
    pub(super) fn of_deadline(deadline_ms: u64) -> Self {
        // One millisecond at least is left for the interval, and neither part exceeds what counts.
        let pause_ms = deadline_ms.saturating_sub(1).min(INTERVAL_MS_MAX);
        Self {
            acceptable_heartbeat_pause: Duration::from_millis(pause_ms),
            heartbeat_interval: Duration::from_millis(deadline_ms - pause_ms),
        }
    }
}

/// The settings of a detector of any kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum DetectorSettings {
    /// Phi accrual.
    Phi(PhiSettings),
    /// Silence up to a fixed time.
    Deadline(DeadlineSettings),
    /// What the host says.
    External,
}

/// PHI-2: a duration in whole milliseconds. One that no clock can measure counts as the longest that it can.
pub(super) fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(INTERVAL_MS_MAX)
}

fn at_least_one_ms(setting: &'static str, given: Duration) -> Result<(), SettingError> {
    if whole_ms(given) == 0 { Err(SettingError::BelowOneMillisecond { setting, given }) } else { Ok(()) }
}

/// PHI-3: why a detector can't have these settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingError {
    /// The threshold must be greater than 0.
    ThresholdNotPositive {
        /// The threshold that was given.
        threshold: f64,
    },
    /// The history must hold at least one sample.
    NoSamples,
    /// A duration must be at least one millisecond.
    BelowOneMillisecond {
        /// The last part of the setting's name.
        setting: &'static str,
        /// The duration that was given.
        given: Duration,
    },
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThresholdNotPositive { threshold } => {
                write!(f, "threshold is {threshold}, it must be above 0")
            }
            Self::NoSamples => f.write_str("max-sample-size is 0, it must be at least 1"),
            Self::BelowOneMillisecond { setting, given } => {
                write!(f, "{setting} is {given:?}, it must be at least 1ms")
            }
        }
    }
}

impl core::error::Error for SettingError {}

#[cfg(test)]
mod tests {
    use super::super::{Detector, DetectorRule};
    use super::*;
    use crate::time::Instant;
    use alloc::string::ToString;

    fn default_phi() -> PhiSettings {
        PhiSettings {
            threshold: 8.0,
            max_sample_size: 1000,
            min_std_deviation: Duration::from_millis(100),
            acceptable_heartbeat_pause: Duration::from_secs(3),
            first_estimate: Duration::from_secs(1),
        }
    }

    fn default_deadline() -> DeadlineSettings {
        DeadlineSettings {
            acceptable_heartbeat_pause: Duration::from_secs(10),
            heartbeat_interval: Duration::from_secs(3),
        }
    }

    /// PHI-3
    #[test]
    fn settings_that_must_be_positive_are_refused_when_they_are_not() {
        let below = Duration::from_nanos(999_999);
        for threshold in [0.0, -0.0, -1.0, f64::NAN] {
            let error = DetectorRule::phi(&PhiSettings { threshold, ..default_phi() }).unwrap_err();
            assert!(matches!(error, SettingError::ThresholdNotPositive { .. }), "{threshold}");
        }
        let refused = [
            (
                PhiSettings { max_sample_size: 0, ..default_phi() },
                "max-sample-size is 0, it must be at least 1",
            ),
            (
                PhiSettings { min_std_deviation: below, ..default_phi() },
                "min-std-deviation is 999.999µs, it must be at least 1ms",
            ),
            (
                PhiSettings { first_estimate: below, ..default_phi() },
                "heartbeat-interval is 999.999µs, it must be at least 1ms",
            ),
        ];
        for (settings, message) in refused {
            assert_eq!(DetectorRule::phi(&settings).unwrap_err().to_string(), message);
        }
        let deadline = DeadlineSettings { heartbeat_interval: below, ..default_deadline() };
        assert!(DetectorRule::deadline(&deadline).is_err());
    }

    /// PHI-3
    #[test]
    fn a_pause_may_be_zero_and_any_setting_may_be_endless() {
        let no_pause = PhiSettings { acceptable_heartbeat_pause: Duration::ZERO, ..default_phi() };
        assert!(DetectorRule::phi(&no_pause).is_ok());
        let endless = PhiSettings {
            threshold: f64::INFINITY,
            max_sample_size: u32::MAX,
            min_std_deviation: Duration::MAX,
            acceptable_heartbeat_pause: Duration::MAX,
            first_estimate: Duration::MAX,
        };
        let rule = DetectorRule::phi(&endless).unwrap();
        let mut detector = rule.new_detector();
        detector.heartbeat(&rule, Instant::ZERO);
        assert!(detector.is_available(&rule, Instant::MAX));
    }

    /// PHI-35
    #[test]
    fn a_deadline_is_the_pause_and_one_interval() {
        let rule = DetectorRule::deadline(&default_deadline()).unwrap();
        assert_eq!(rule, DetectorRule::Deadline { deadline_ms: 13_000 });
        let fractions = DeadlineSettings {
            acceptable_heartbeat_pause: Duration::from_micros(10_900),
            heartbeat_interval: Duration::from_micros(1_900),
        };
        assert_eq!(DetectorRule::deadline(&fractions).unwrap(), DetectorRule::Deadline { deadline_ms: 11 });
    }

    /// PHI-1, PHI-4
    #[test]
    fn a_detector_of_either_kind_is_available_and_not_monitoring_before_its_first_heartbeat() {
        for rule in [DetectorRule::phi(&default_phi()), DetectorRule::deadline(&default_deadline())] {
            let rule = rule.unwrap();
            let mut detector = rule.new_detector();
            assert!(detector.is_available(&rule, Instant::MAX));
            assert!(!detector.is_monitoring());
            detector.heartbeat(&rule, Instant::ZERO);
            assert!(detector.is_monitoring());
            assert!(!detector.is_available(&rule, Instant::MAX));
        }
    }

    #[test]
    fn a_rule_that_was_stored_is_the_same_rule() {
        let endless =
            DeadlineSettings { acceptable_heartbeat_pause: Duration::MAX, heartbeat_interval: Duration::MAX };
        for rule in [
            DetectorRule::phi(&default_phi()),
            DetectorRule::deadline(&default_deadline()),
            DetectorRule::deadline(&endless),
        ] {
            let rule = rule.unwrap();
            let read: DetectorRule = postcard::from_bytes(&postcard::to_allocvec(&rule).unwrap()).unwrap();
            assert_eq!(read, rule);
        }
        let bad = DetectorSettings::Phi(PhiSettings { threshold: -1.0, ..default_phi() });
        assert!(postcard::from_bytes::<DetectorRule>(&postcard::to_allocvec(&bad).unwrap()).is_err());
    }

    #[test]
    fn phi_is_a_matter_of_phi_detectors_only() {
        let rule = DetectorRule::phi(&default_phi()).unwrap();
        assert_eq!(rule.new_detector().phi(&rule, Instant::MAX), Some(0.0));
        let rule = DetectorRule::deadline(&default_deadline()).unwrap();
        let detector: Detector = rule.new_detector();
        assert_eq!(detector.phi(&rule, Instant::MAX), None);
    }
}
