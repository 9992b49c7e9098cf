//! Who is thought to be alive: detectors and their registry.
//!
//! A detector turns the moments at which a peer answered into one claim, "available", about any moment from then
//! on. It is asked, it never calls: no timer stands behind it. All its moments are whole milliseconds of the host's
//! monotonic clock (PHI-2).

pub(crate) mod across;
pub(crate) mod deadline;
pub(crate) mod external;
pub(crate) mod history;
pub(crate) mod lone;
mod marked;
pub(crate) mod phi;
pub(crate) mod receivers;
pub(crate) mod registry;
pub(crate) mod settings;

use serde::{Deserialize, Serialize};

use self::deadline::DeadlineDetector;
use self::external::ExternalDetector;
use self::phi::{PhiDetector, PhiRule};
use self::settings::{DeadlineSettings, DetectorSettings, PhiSettings, SettingError, whole_ms};
use crate::membership::Address;
use crate::mix::Mixer;
use crate::time::Instant;

/// What sets of receivers ask of the detectors that stand outside of them, by address (HB-40).
pub trait Detectors {
    /// PHI-39: a peer was heard; an interval in milliseconds comes back if it is long enough to warn of (PHI-31).
    fn heartbeat(&mut self, address: &Address, now: Instant) -> Option<u64>;
    /// PHI-40: all that is known of a peer is forgotten.
    fn remove(&mut self, address: &Address);
    /// PHI-42: whether a peer is thought to be alive; so is one without a detector.
    fn is_available(&self, address: &Address, now: Instant) -> bool;
    /// PHI-43: whether a peer has a detector that has heard of it.
    fn is_monitoring(&self, address: &Address) -> bool;
}

/// What the detectors of one registry have in common, computed once from its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DetectorSettings", into = "DetectorSettings")]
pub(crate) enum DetectorRule {
    /// Phi accrual.
    Phi(PhiRule),
    /// Silence up to a fixed time.
    Deadline {
        /// From this silence on a peer is unavailable.
        deadline_ms: u64,
    },
    /// The host says who is alive (PHI-1).
    External,
}

impl DetectorRule {
    /// A rule of phi accrual.
    ///
    /// # Errors
    /// A setting out of its range (PHI-3).
    pub(crate) fn phi(settings: &PhiSettings) -> Result<Self, SettingError> {
        PhiRule::new(settings).map(Self::Phi)
    }

    /// PHI-35: a rule whose deadline is the acceptable pause and one interval.
    ///
    /// # Errors
    /// An interval below one millisecond (PHI-3).
    pub(crate) fn deadline(settings: &DeadlineSettings) -> Result<Self, SettingError> {
        settings.check()?;
        let deadline_ms =
            whole_ms(settings.acceptable_heartbeat_pause) + whole_ms(settings.heartbeat_interval);
        Ok(Self::Deadline { deadline_ms })
    }

    /// A detector that has heard nothing yet.
    pub(crate) fn new_detector(&self) -> Detector {
        match self {
            Self::Phi(rule) => Detector::Phi(PhiDetector::new(rule)),
            Self::Deadline { .. } => Detector::Deadline(DeadlineDetector::default()),
            Self::External => Detector::External(ExternalDetector::default()),
        }
    }
}

/// What is known of one peer's heartbeats. Its methods take the rule that made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Detector {
    /// Phi accrual.
    Phi(PhiDetector),
    /// Silence up to a fixed time.
    Deadline(DeadlineDetector),
    /// What the host says.
    External(ExternalDetector),
}

impl Detector {
    /// PHI-1: the peer was heard. An interval in milliseconds comes back if it is long enough to warn of (PHI-31).
    pub(crate) fn heartbeat(&mut self, rule: &DetectorRule, now: Instant) -> Option<u64> {
        match (self, rule) {
            (Self::Phi(detector), DetectorRule::Phi(rule)) => detector.heartbeat(rule, now),
            (Self::Deadline(detector), DetectorRule::Deadline { .. }) => {
                detector.heartbeat(now);
                None
            }
            (Self::External(detector), DetectorRule::External) => {
                detector.heartbeat();
                None
            }
            _ => {
                debug_assert!(false, "{FOREIGN_RULE}");
                None
            }
        }
    }

    /// PHI-1: whether the peer is thought to be alive. PHI-4: so it is before its first heartbeat.
    pub(crate) fn is_available(&self, rule: &DetectorRule, now: Instant) -> bool {
        match (self, rule) {
            (Self::Phi(detector), DetectorRule::Phi(rule)) => detector.is_available(rule, now),
            (Self::Deadline(detector), DetectorRule::Deadline { deadline_ms }) => {
                detector.is_available(*deadline_ms, now)
            }
            (Self::External(detector), DetectorRule::External) => detector.is_available(),
            _ => {
                debug_assert!(false, "{FOREIGN_RULE}");
                true
            }
        }
    }

    /// PHI-1: whether there was a heartbeat.
    pub(crate) fn is_monitoring(&self) -> bool {
        match self {
            Self::Phi(detector) => detector.is_monitoring(),
            Self::Deadline(detector) => detector.is_monitoring(),
            Self::External(detector) => detector.is_monitoring(),
        }
    }

    /// PHI-21 to PHI-24: the suspicion of a phi detector; the others have none.
    pub(crate) fn phi(&self, rule: &DetectorRule, now: Instant) -> Option<f64> {
        match (self, rule) {
            (Self::Phi(detector), DetectorRule::Phi(rule)) => Some(detector.phi(rule, now)),
            _ => None,
        }
    }

    /// PHI-40: forgets the heartbeats. Gives back whether nothing is left to know, so that the detector can go.
    pub(crate) fn forget(&mut self) -> bool {
        match self {
            Self::Phi(_) | Self::Deadline(_) => true,
            Self::External(detector) => detector.forget(),
        }
    }

    /// PHI-46: the host's verdict; only an external detector hears it. Gives back whether nothing is left to know.
    pub(crate) fn judge(&mut self, is_available: bool) -> bool {
        match self {
            Self::Phi(_) | Self::Deadline(_) => false,
            Self::External(detector) => detector.judge(is_available),
        }
    }

    /// When the peer was heard last, in milliseconds of the host's clock; nobody asked an external detector to keep it.
    pub(crate) fn last_ms(&self) -> Option<u64> {
        match self {
            Self::Phi(detector) => detector.last_ms(),
            Self::Deadline(detector) => detector.last_ms(),
            Self::External(_) => None,
        }
    }

    /// Whether this detector could have been made by the rule.
    pub(crate) fn is_made_by(&self, rule: &DetectorRule) -> bool {
        matches!(
            (self, rule),
            (Self::Phi(_), DetectorRule::Phi(_))
                | (Self::Deadline(_), DetectorRule::Deadline { .. })
                | (Self::External(_), DetectorRule::External)
        )
    }

    /// Adds all that the detector remembers to a hash, without reading its samples.
    pub(crate) fn mix_into(&self, mixer: &mut Mixer) {
        mixer.word(self.last_ms().map_or(0, |last| last.saturating_add(1)));
        match self {
            Self::Phi(detector) => mixer.word(detector.history().hash64()),
            Self::Deadline(_) => {}
            Self::External(detector) => mixer.word(detector.number()),
        }
    }
}

/// A registry makes its detectors by its rule and refuses stored ones of another kind.
const FOREIGN_RULE: &str = "a detector was asked by the rule of another kind";

impl From<DetectorRule> for DetectorSettings {
    fn from(rule: DetectorRule) -> Self {
        match rule {
            DetectorRule::Phi(rule) => Self::Phi(rule.settings()),
            DetectorRule::Deadline { deadline_ms } => {
                Self::Deadline(DeadlineSettings::of_deadline(deadline_ms))
            }
            DetectorRule::External => Self::External,
        }
    }
}

impl TryFrom<DetectorSettings> for DetectorRule {
    type Error = SettingError;

    fn try_from(settings: DetectorSettings) -> Result<Self, SettingError> {
        match settings {
            DetectorSettings::Phi(settings) => Self::phi(&settings),
            DetectorSettings::Deadline(settings) => Self::deadline(&settings),
            DetectorSettings::External => Ok(Self::External),
        }
    }
}
