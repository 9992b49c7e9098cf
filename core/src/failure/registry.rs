//! The detectors of all peers that are watched, by address.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Detector, DetectorRule, Detectors};
use crate::membership::address::Address;
use crate::mix::Mixer;
use crate::time::Instant;

/// PHI-38: one detector per address, all of one rule. A node has two registries: one for its own data centre and one
/// for the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredRegistry", into = "StoredRegistry")]
pub(crate) struct Registry {
    rule: Arc<DetectorRule>,
    /// Ordered by hash, then address: hashes are compared without following a pointer.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    hash: u64,
    address: Address,
    detector: Detector,
}

impl Registry {
    /// A registry without detectors.
    pub(crate) fn new(rule: Arc<DetectorRule>) -> Self {
        Self { rule, entries: Vec::new() }
    }

    /// PHI-39: the peer was heard; its detector is made if there is none. An interval in milliseconds comes back if
    /// it is long enough to warn of (PHI-31, PHI-32).
    pub(crate) fn heartbeat(&mut self, address: &Address, now: Instant) -> Option<u64> {
        let position = self.position(address).unwrap_or_else(|position| {
            let detector = self.rule.new_detector();
            self.insert(position, address, detector);
            position
        });
        self.entries[position].detector.heartbeat(&self.rule, now)
    }

    /// The addresses of which anything is known.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.entries.iter().map(|entry| &entry.address)
    }

    /// PHI-40: forgets the peer and all that was known of it. What a host says of it stays said (PHI-46).
    pub(crate) fn remove(&mut self, address: &Address) {
        if let Ok(position) = self.position(address)
            && self.entries[position].detector.forget()
        {
            self.entries.remove(position);
        }
    }

    /// PHI-1, PHI-46: the host says whether a peer is alive. Gives back whether detectors here listen to that.
    pub(crate) fn judge(&mut self, address: &Address, is_available: bool) -> bool {
        if *self.rule != DetectorRule::External {
            return false;
        }
        match self.position(address) {
            Ok(position) => {
                if self.entries[position].detector.judge(is_available) {
                    self.entries.remove(position);
                }
            }
            // Nothing is known of the peer, so it is available as it is.
            Err(_) if is_available => {}
            Err(position) => {
                let mut detector = self.rule.new_detector();
                detector.judge(is_available);
                self.insert(position, address, detector);
            }
        }
        true
    }

    /// PHI-41: forgets all peers.
    pub(crate) fn reset(&mut self) {
        self.entries.clear();
    }

    /// Whether the peer is thought to be alive. PHI-42: so is one without a detector.
    pub(crate) fn is_available(&self, address: &Address, now: Instant) -> bool {
        self.detector(address).is_none_or(|detector| detector.is_available(&self.rule, now))
    }

    /// The peers that are thought to be dead. PHI-42: only those that have a detector can be among them.
    pub(crate) fn unavailable(&self, now: Instant) -> impl Iterator<Item = &Address> {
        let is_dead = move |entry: &&Entry| !entry.detector.is_available(&self.rule, now);
        self.entries.iter().filter(is_dead).map(|entry| &entry.address)
    }

    /// PHI-43: whether a peer has a detector that has heard of it.
    pub(crate) fn is_monitoring(&self, address: &Address) -> bool {
        self.detector(address).is_some_and(Detector::is_monitoring)
    }

    /// The suspicion against a peer, where detectors know such a number.
    pub(crate) fn phi(&self, address: &Address, now: Instant) -> Option<f64> {
        self.detector(address)?.phi(&self.rule, now)
    }

    /// The detector of a peer.
    pub(crate) fn detector(&self, address: &Address) -> Option<&Detector> {
        self.position(address).ok().map(|position| &self.entries[position].detector)
    }

    /// The number of detectors.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// A hash of all that the detectors remember, in as many steps as there are detectors.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(PURPOSE);
        for entry in &self.entries {
            mixer.word(entry.hash);
            entry.detector.mix_into(&mut mixer);
        }
        mixer.finish()
    }

    /// A node asks about as many peers for as long as it lives: room for twice as many would stay empty.
    fn insert(&mut self, position: usize, address: &Address, detector: Detector) {
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact(1 + self.entries.len() / 8);
        }
        self.entries.insert(position, Entry { hash: address.hash64(), address: address.clone(), detector });
    }

    fn position(&self, address: &Address) -> Result<usize, usize> {
        let hash = address.hash64();
        self.entries.binary_search_by(|entry| entry.hash.cmp(&hash).then_with(|| entry.address.cmp(address)))
    }
}

impl Detectors for Registry {
    fn heartbeat(&mut self, address: &Address, now: Instant) -> Option<u64> {
        Self::heartbeat(self, address, now)
    }

    fn remove(&mut self, address: &Address) {
        Self::remove(self, address);
    }

    fn is_available(&self, address: &Address, now: Instant) -> bool {
        Self::is_available(self, address, now)
    }

    fn is_monitoring(&self, address: &Address) -> bool {
        Self::is_monitoring(self, address)
    }
}

/// Keeps the fingerprints of registries apart from all other hashes.
const PURPOSE: u64 = 20;

/// A registry as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredRegistry {
    rule: Arc<DetectorRule>,
    detectors: Vec<(Address, Detector)>,
}

impl From<Registry> for StoredRegistry {
    fn from(registry: Registry) -> Self {
        let detectors = registry.entries.into_iter().map(|entry| (entry.address, entry.detector)).collect();
        Self { rule: registry.rule, detectors }
    }
}

impl TryFrom<StoredRegistry> for Registry {
    type Error = RegistryError;

    fn try_from(stored: StoredRegistry) -> Result<Self, RegistryError> {
        let mut registry = Self::new(stored.rule);
        for (address, detector) in stored.detectors {
            if !detector.is_made_by(&registry.rule) {
                return Err(RegistryError::ForeignDetector { address });
            }
            match registry.position(&address) {
                Ok(_) => return Err(RegistryError::TwoDetectors { address }),
                Err(position) => {
                    registry.entries.insert(position, Entry { hash: address.hash64(), address, detector });
                }
            }
        }
        Ok(registry)
    }
}

/// Why stored values are no registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryError {
    /// A detector is not of the kind that the rule makes.
    ForeignDetector {
        /// Whose it is.
        address: Address,
    },
    /// An address has more than one detector.
    TwoDetectors {
        /// Which address.
        address: Address,
    },
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignDetector { address } => {
                write!(f, "the detector of {address} is not of the registry's kind")
            }
            Self::TwoDetectors { address } => write!(f, "{address} has two detectors"),
        }
    }
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;
