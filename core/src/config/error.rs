//! What can be wrong with a configuration.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::compatibility::JoinConfigError;
use crate::membership::RolesError;

/// What is wrong with a setting or with the whole.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no setting of this name.
    UnknownSetting {
        /// The name given.
        name: String,
    },
    /// The text of a value is not what the setting takes.
    BadValue {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A setting is given twice.
    Twice {
        /// The setting.
        name: String,
    },
    /// A value lies outside its range.
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// What it is.
        is: String,
        /// What must hold of it.
        must: &'static str,
    },
    /// The roles are none (MDL-21).
    BadRoles(RolesError),
    /// CHK-10: what is compared on joining is too much to be sent.
    CannotTravel(JoinConfigError),
    /// PHI-3: a failure detector can't work with its settings.
    BadDetector {
        /// Why.
        why: String,
    },
    /// REP-2: a repair is on without another that it relies on.
    RepairNeeds {
        /// The repair that is on.
        name: &'static str,
        /// The one that is off.
        needs: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownSetting { name } => write!(f, "there is no setting `{name}`"),
            Self::BadValue { name, value, expected } => {
                write!(f, "`{name}` takes {expected}, not `{value}`")
            }
            Self::Twice { name } => write!(f, "`{name}` is given twice"),
            Self::OutOfRange { name, is, must } => write!(f, "`{name}` must be {must}, not `{is}`"),
            Self::BadRoles(error) => write!(f, "`roles`: {error}"),
            Self::CannotTravel(error) => write!(f, "`configuration-compatibility-check`: {error}"),
            Self::BadDetector { why } => write!(f, "`failure-detector`: {why}"),
            Self::RepairNeeds { name, needs } => {
                write!(f, "the repair `{name}` relies on `{needs}`, which is off")
            }
        }
    }
}

impl core::error::Error for ConfigError {}

/// Everything that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if place == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl core::error::Error for ConfigErrors {}
