//! The version of the application that is known only later (part 02, section 6).

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::super::output::Rejection;
use crate::membership::{Address, AppVersion};
use crate::mix::{Mixer, mix};

/// JOIN-100: whether another version than the configured one is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LaterVersion {
    /// The configured one is.
    #[default]
    Unused,
    /// JOIN-104: it is not known yet, and these are to be joined when it is, in the order in which they came.
    Pending(Vec<Address>),
    /// This one.
    Known(AppVersion),
}

impl LaterVersion {
    /// JOIN-101: the version will be told later.
    pub(super) fn announce(&mut self) -> Result<(), Rejection> {
        match self {
            Self::Unused => {
                *self = Self::Pending(Vec::new());
                Ok(())
            }
            Self::Pending(_) | Self::Known(_) => Err(Rejection::VersionAlreadySet),
        }
    }

    /// JOIN-102: the version is told; the first one counts. Gives back who waited for it.
    pub(super) fn set(&mut self, version: AppVersion) -> Result<Vec<Address>, Rejection> {
        match core::mem::take(self) {
            Self::Known(first) => {
                *self = Self::Known(first);
                Err(Rejection::VersionAlreadySet)
            }
            Self::Unused => {
                *self = Self::Known(version);
                Ok(Vec::new())
            }
            Self::Pending(waiting) => {
                *self = Self::Known(version);
                Ok(waiting)
            }
        }
    }

    pub(super) fn hash64(&self) -> u64 {
        match self {
            Self::Unused => 0,
            Self::Pending(waiting) => waiting.iter().fold(1, |hash, address| mix(hash, address.hash64())),
            Self::Known(version) => {
                let mut mixer = Mixer::new(19);
                mixer.text(version.as_str());
                mixer.finish()
            }
        }
    }
}
