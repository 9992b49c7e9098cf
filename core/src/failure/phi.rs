//! The phi accrual detector: how surprising a silence is, after the intervals that were seen before.
//!
//! Phi is the negative decimal logarithm of the chance that a peer which lives lets one wait that long. The verdict
//! doesn't compute it. Phi depends on one number only, by how many deviations the silence exceeds the mean (`y`),
//! and grows with it; so the rule finds once from which `y` on phi reaches the threshold, and a verdict compares.

use serde::{Deserialize, Serialize};

use core::time::Duration;

use super::history::History;
use super::settings::{PhiSettings, SettingError, whole_ms};
use crate::time::Instant;

/// The settings of phi accrual in the form in which verdicts need them, with what is computed once.
///
/// Shared by all detectors of a node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PhiRule {
    threshold: f64,
    max_sample_size: u32,
    min_std_deviation_ms: u64,
    pause_ms: u64,
    first_estimate_ms: u64,
    /// The least `y` whose phi reaches the threshold.
    y_limit: f64,
    /// An accepted interval from which on a warning is due.
    warning_ms: u64,
    /// The history that every detector starts with.
    seed: History,
}

impl PhiRule {
    /// The rule of these settings.
    ///
    /// # Errors
    /// A setting out of its range (PHI-3).
    pub(crate) fn new(settings: &PhiSettings) -> Result<Self, SettingError> {
        settings.check()?;
        let pause_ms = whole_ms(settings.acceptable_heartbeat_pause);
        let first_estimate_ms = whole_ms(settings.first_estimate);
        Ok(Self {
            threshold: settings.threshold,
            max_sample_size: settings.max_sample_size,
            min_std_deviation_ms: whole_ms(settings.min_std_deviation),
            pause_ms,
            first_estimate_ms,
            y_limit: least_y_that_reaches(settings.threshold),
            warning_ms: warning_ms(pause_ms),
            seed: seed(first_estimate_ms, settings.max_sample_size),
        })
    }

    /// The settings of this rule, in the whole milliseconds that count.
    pub(crate) fn settings(&self) -> PhiSettings {
        PhiSettings {
            threshold: self.threshold,
            max_sample_size: self.max_sample_size,
            min_std_deviation: Duration::from_millis(self.min_std_deviation_ms),
            acceptable_heartbeat_pause: Duration::from_millis(self.pause_ms),
            first_estimate: Duration::from_millis(self.first_estimate_ms),
        }
    }

    /// PHI-26: whether a silence is accepted after this history: its phi is less than the threshold.
    ///
    /// A silence within the pause never exceeds the mean, so it needs no statistics, provided that silences up to
    /// the mean are accepted at all; a threshold up to 0.3 does not even do that (PHI-28).
    fn accepts(&self, history: &History, silence_ms: u64) -> bool {
        (silence_ms <= self.pause_ms && self.y_limit > 0.0) || self.y(history, silence_ms) < self.y_limit
    }

    /// PHI-22, PHI-23: by how many deviations a silence exceeds the mean interval and the pause.
    fn y(&self, history: &History, silence_ms: u64) -> f64 {
        let mean = history.mean() + self.pause_ms as f64;
        let std_deviation = history.std_deviation().max(self.min_std_deviation_ms as f64);
        (silence_ms as f64 - mean) / std_deviation
    }
}

/// PHI-12: two samples around the first estimate, a quarter of it away (integer division). PHI-18: they are samples like any
/// other, and the first to leave the window. PHI-13: of a window of
/// one sample only the second is left.
fn seed(first_estimate_ms: u64, max_sample_size: u32) -> History {
    let quarter = first_estimate_ms / 4;
    let mut history = History::default();
    history.push(first_estimate_ms - quarter, max_sample_size);
    history.push(first_estimate_ms + quarter, max_sample_size);
    history
}

/// PHI-31: two thirds of the pause, in whole milliseconds at each step.
fn warning_ms(pause_ms: u64) -> u64 {
    pause_ms / 3 * 2
}

/// PHI-22 to PHI-24: phi of a silence, for a mean that includes the pause. All in milliseconds.
#[must_use]
pub fn phi(silence_ms: f64, mean_ms: f64, std_deviation_ms: f64) -> f64 {
    phi_of((silence_ms - mean_ms) / std_deviation_ms)
}

/// PHI-23, PHI-24: phi of a silence that exceeds the mean by `y` deviations, by a logistic approximation of the
/// normal distribution.
///
/// PHI-25: each branch keeps the precision on its side of the mean, so they can't be exchanged. PHI-27: far out the
/// results are -0.0 and infinity. PHI-29: it never falls as `y` grows.
fn phi_of(y: f64) -> f64 {
    let e = libm::exp(-y * (1.5976 + 0.070566 * y * y));
    if y > 0.0 { -libm::log10(e / (1.0 + e)) } else { -libm::log10(1.0 - 1.0 / (1.0 + e)) }
}

/// PHI-33: the least number whose phi is not below the threshold: verdicts compare with it, so that none hangs on the last
/// bits of a phi. Found by halving the range of all numbers from -64, where
/// phi is 0, to 64, where it is infinite.
fn least_y_that_reaches(threshold: f64) -> f64 {
    let (mut below, mut reaches) = (rank(-64.0), rank(64.0));
    while below + 1 < reaches {
        let middle = i64::midpoint(below, reaches);
        if phi_of(ranked(middle)) < threshold {
            below = middle;
        } else {
            reaches = middle;
        }
    }
    ranked(reaches)
}

/// The place of a number among all that binary64 can tell: neighbours differ by one.
fn rank(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    if bits < 0 { !(bits & i64::MAX) } else { bits }
}

/// The number with this rank.
fn ranked(rank: i64) -> f64 {
    f64::from_bits(if rank < 0 { !rank as u64 | 1 << 63 } else { rank as u64 })
}

/// What is known of one peer: its past intervals, and when it was heard last in whole milliseconds.
///
/// A moment earlier than the last heartbeat counts as the moment of that heartbeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PhiDetector {
    history: History,
    last_ms: Option<u64>,
}

impl PhiDetector {
    /// PHI-4: a detector that has heard nothing yet. PHI-12: its history is the seed.
    pub(crate) fn new(rule: &PhiRule) -> Self {
        Self { history: rule.seed.clone(), last_ms: None }
    }

    /// PHI-14: the first heartbeat records no interval. PHI-15: a later one records its interval if the peer was
    /// available until now, judged by what was known before; the end of an outage only sets the time anew.
    ///
    /// PHI-16: so an outage never widens the statistics, PHI-17: but a late reply that was just accepted does, in full. PHI-19:
    /// two in one millisecond record an interval of 0.
    ///
    /// PHI-31: a recorded interval comes back if it is long enough to warn of.
    pub(crate) fn heartbeat(&mut self, rule: &PhiRule, now: Instant) -> Option<u64> {
        let now_ms = now.as_millis();
        let Some(last_ms) = self.last_ms else {
            self.last_ms = Some(now_ms);
            return None;
        };
        self.last_ms = Some(now_ms.max(last_ms));
        let interval_ms = now_ms.saturating_sub(last_ms);
        if !rule.accepts(&self.history, interval_ms) {
            return None;
        }
        self.history.push(interval_ms, rule.max_sample_size);
        (interval_ms >= rule.warning_ms).then_some(interval_ms)
    }

    /// PHI-26: whether phi is below the threshold. PHI-4: so it is before the first heartbeat. PHI-30: once it is not, nothing
    /// but a heartbeat makes it so again, for the silence only grows.
    pub(crate) fn is_available(&self, rule: &PhiRule, now: Instant) -> bool {
        self.last_ms
            .is_none_or(|last_ms| rule.accepts(&self.history, now.as_millis().saturating_sub(last_ms)))
    }

    /// PHI-22: how suspicious the silence is, to be shown to people. PHI-21: 0 before the first heartbeat.
    pub(crate) fn phi(&self, rule: &PhiRule, now: Instant) -> f64 {
        let silence_ms = |last_ms| now.as_millis().saturating_sub(last_ms);
        self.last_ms.map_or(0.0, |last_ms| phi_of(rule.y(&self.history, silence_ms(last_ms))))
    }

    /// PHI-20: whether there was a heartbeat.
    pub(crate) fn is_monitoring(&self) -> bool {
        self.last_ms.is_some()
    }

    /// The intervals that were recorded, after those of the seed.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// When the peer was heard last, in milliseconds of the host's clock.
    pub(crate) fn last_ms(&self) -> Option<u64> {
        self.last_ms
    }
}

#[cfg(test)]
#[path = "phi_tests.rs"]
mod tests;
