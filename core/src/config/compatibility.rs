//! What nodes compare of their configurations before one joins the other (part 02, section 7).
//!
//! The joiner sends the values that its checkers read ([`Config::join_config`]). The cluster checks them
//! ([`Config::check_joiner`]) and answers with its own values of the same keys ([`Config::answer_to`]); the joiner checks
//! those ([`Config::check_cluster`]). What a user calls sensitive leaves neither node.

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Checker, Config};
use crate::mix::Mixer;
use crate::repairs::Repairs;

/// CHK-2: the key under which a node tells the version of this crate. Nobody compares it.
const VERSION: &str = "quorate.version";
/// REP-3: the key under which a node tells which repairs it has, if it has any.
const REPAIRS: &str = "repairs";
/// CHK-8
const DOWNING: &str = "downing";
/// CHK-8
const STRATEGY: &str = "sbr.strategy";

/// The most values that are compared.
pub const JOIN_CONFIG_ENTRIES_MAX: usize = 64;
/// The most bytes of a key and its value together.
pub const JOIN_CONFIG_ENTRY_BYTES_MAX: usize = 1024;

/// CHK-10, CHK-13: values of a configuration by their keys, ascending; what travels of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(Arc<str>, Arc<str>)>", into = "Vec<(Arc<str>, Arc<str>)>")]
pub struct JoinConfig(Arc<[(Arc<str>, Arc<str>)]>);

/// Why values are no part of a configuration that can travel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinConfigError {
    /// More than [`JOIN_CONFIG_ENTRIES_MAX`] values.
    TooMany {
        /// How many there are.
        entries: usize,
    },
    /// A key and its value have more than [`JOIN_CONFIG_ENTRY_BYTES_MAX`] bytes together.
    TooLong {
        /// How many they have.
        bytes: usize,
    },
    /// A key is there twice.
    Twice {
        /// The key.
        key: Arc<str>,
    },
}

/// CHK-4, CHK-5: how one value differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Difference {
    /// The other side does not have it.
    Missing(Arc<str>),
    /// The other side has another value.
    Incompatible(Arc<str>),
}

/// CHK-20: what a cluster answers to a joiner's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfigVerdict {
    /// The joiner sent nothing that could be compared.
    Unchecked,
    /// It fits, as far as the cluster can tell; these are the cluster's own values.
    Compatible(JoinConfig),
    /// It does not fit: here is where. Only keys travel, no values.
    Incompatible(Vec<Difference>),
}

impl fmt::Display for JoinConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { entries } => {
                write!(f, "{entries} values are compared, more than {JOIN_CONFIG_ENTRIES_MAX}")
            }
            Self::TooLong { bytes } => {
                write!(
                    f,
                    "a value that is compared has {bytes} bytes, more than {JOIN_CONFIG_ENTRY_BYTES_MAX}"
                )
            }
            Self::Twice { key } => write!(f, "`{key}` is there twice"),
        }
    }
}

impl core::error::Error for JoinConfigError {}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "{key} is missing"),
            Self::Incompatible(key) => write!(f, "{key} is incompatible"),
        }
    }
}

impl TryFrom<Vec<(Arc<str>, Arc<str>)>> for JoinConfig {
    type Error = JoinConfigError;

    fn try_from(mut entries: Vec<(Arc<str>, Arc<str>)>) -> Result<Self, JoinConfigError> {
        entries.sort();
        if entries.len() > JOIN_CONFIG_ENTRIES_MAX {
            return Err(JoinConfigError::TooMany { entries: entries.len() });
        }
        let longest = entries.iter().map(|(key, value)| key.len() + value.len()).max().unwrap_or(0);
        if longest > JOIN_CONFIG_ENTRY_BYTES_MAX {
            return Err(JoinConfigError::TooLong { bytes: longest });
        }
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(JoinConfigError::Twice { key: pair[0].0.clone() }),
            None => Ok(Self(entries.into())),
        }
    }
}

impl From<JoinConfig> for Vec<(Arc<str>, Arc<str>)> {
    fn from(config: JoinConfig) -> Self {
        config.0.to_vec()
    }
}

impl JoinConfig {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self([].into())
    }

    /// Whether there is nothing to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<str>> {
        let at = self.0.binary_search_by(|(other, _)| (**other).cmp(key)).ok()?;
        Some(&self.0[at].1)
    }

    /// The keys and their values, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(17);
        self.0.iter().for_each(|(key, value)| {
            mixer.text(key);
            mixer.text(value);
        });
        mixer.finish()
    }
}

/// CHK-4: the keys that the other side does not have, in their order.
fn missing<'a>(
    keys: impl IntoIterator<Item = &'a Arc<str>>,
    to_check: &JoinConfig,
) -> impl Iterator<Item = Difference> {
    keys.into_iter().filter(|key| to_check.get(key).is_none()).cloned().map(Difference::Missing)
}

/// CHK-5: the keys that the other side has, and this one not, or with another value. CHK-7: values are texts in one form, so
/// they are equal when the texts are.
fn unequal<'a>(
    keys: impl IntoIterator<Item = &'a Arc<str>>,
    to_check: &JoinConfig,
    own: impl Fn(&str) -> Option<Arc<str>>,
) -> impl Iterator<Item = Difference> {
    let differs =
        move |key: &&Arc<str>| to_check.get(key).is_some_and(|theirs| own(key).as_ref() != Some(theirs));
    keys.into_iter().filter(differs).cloned().map(Difference::Incompatible)
}

impl Checker {
    /// CHK-1: the keys that it reads.
    fn required_keys(&self) -> Vec<Arc<str>> {
        match self {
            Self::Off => Vec::new(),
            Self::Cluster => [DOWNING.into(), STRATEGY.into()].into(),
            Self::FullMatch(keys) | Self::WhenPresent(keys) => keys.clone(),
        }
    }

    /// CHK-1, SBR-12: how what the other side sent differs from the own configuration.
    fn check(&self, to_check: &JoinConfig, own: impl Fn(&str) -> Option<Arc<str>>) -> Vec<Difference> {
        match self {
            Self::Off => Vec::new(),
            // CHK-8, CHK-9: a strategy is compared only if both sides have one; who downs must be there.
            Self::Cluster => {
                let downing: [Arc<str>; 1] = [DOWNING.into()];
                let strategy: Option<Arc<str>> = own(STRATEGY).map(|_| STRATEGY.into());
                let absent = missing(&downing, to_check);
                absent.chain(unequal(downing.iter().chain(&strategy), to_check, &own)).collect()
            }
            // CHK-6: what is missing comes before what differs.
            Self::FullMatch(keys) => missing(keys, to_check).chain(unequal(keys, to_check, &own)).collect(),
            // CHK-40, CHK-41: a key that the other side does not know yet passes.
            Self::WhenPresent(keys) => unequal(keys, to_check, &own).collect(),
        }
    }
}

impl Config {
    /// The value of a key: a setting by its name, or a text of the application's own. Empty ones count as missing (CHK-4).
    fn comparable(&self, key: &str) -> Option<Arc<str>> {
        let value: Arc<str> = match key {
            VERSION => env!("CARGO_PKG_VERSION").into(),
            REPAIRS => self.repair_names().into(),
            key => match self.compatibility.application.get(key) {
                Some(text) => text.clone(),
                None => self.get(key)?.into(),
            },
        };
        (!value.is_empty()).then_some(value)
    }

    fn repair_names(&self) -> alloc::string::String {
        let mut repairs = self.repairs;
        let is_on = |name: &&str| repairs.switch(name).is_some_and(|switch| *switch);
        Repairs::NAMES.into_iter().filter(is_on).collect::<Vec<_>>().join(" ")
    }

    /// CHK-11: whether a key never leaves this node.
    fn is_sensitive(&self, key: &str) -> bool {
        let paths = self.compatibility.sensitive_config_paths.values().flatten();
        paths.into_iter().any(|path| key.starts_with(&**path))
    }

    /// CHK-2: the checkers that are on, each once.
    fn checkers(&self) -> Vec<&Checker> {
        let mut checkers: Vec<&Checker> = Vec::new();
        for checker in self.compatibility.checkers.values() {
            if *checker != Checker::Off && !checkers.contains(&checker) {
                checkers.push(checker);
            }
        }
        checkers
    }

    /// The values of keys as they may leave this node.
    fn values(&self, keys: impl IntoIterator<Item = Arc<str>>) -> Vec<(Arc<str>, Arc<str>)> {
        let keys = keys.into_iter().filter(|key| !self.is_sensitive(key));
        keys.filter_map(|key| self.comparable(&key).map(|value| (key, value))).collect()
    }

    /// CHK-10: what this node sends of its configuration when it wants to join.
    ///
    /// # Errors
    /// More or longer values than can travel.
    pub(super) fn try_join_config(&self) -> Result<JoinConfig, JoinConfigError> {
        let fixed = [VERSION, REPAIRS].map(Arc::from);
        let keys: BTreeSet<Arc<str>> =
            fixed.into_iter().chain(self.checkers().into_iter().flat_map(Checker::required_keys)).collect();
        JoinConfig::try_from(self.values(keys))
    }

    /// CHK-10: what this node sends of its configuration when it wants to join: the values that its checkers read, without
    /// those that are sensitive or not set. DC-4: nothing of data centres is among them.
    #[must_use]
    pub fn join_config(&self) -> JoinConfig {
        // `validate` refuses a configuration that can't travel.
        self.try_join_config().unwrap_or_else(|_| JoinConfig::empty())
    }

    /// CHK-3: all that all checkers say. REP-3: nodes must have the same repairs.
    fn differences(&self, to_check: &JoinConfig, own: impl Fn(&str) -> Option<Arc<str>>) -> Vec<Difference> {
        let checked = self.checkers().into_iter().flat_map(|checker| checker.check(to_check, &own));
        let mut differences: Vec<Difference> = checked.collect();
        if !to_check.is_empty() && to_check.get(REPAIRS).map_or("", |text| text) != self.repair_names() {
            differences.push(Difference::Incompatible(REPAIRS.into()));
        }
        differences
    }

    /// CHK-12, CHK-42: how a joiner's values differ from those of this node, by this node's checkers. What is sensitive here
    /// counts as not set.
    #[must_use]
    pub fn check_joiner(&self, theirs: &JoinConfig) -> Vec<Difference> {
        self.differences(theirs, |key| self.comparable(key).filter(|_| !self.is_sensitive(key)))
    }

    /// CHK-14, CHK-43: how a cluster's values differ from those of this node, by this node's checkers.
    #[must_use]
    pub fn check_cluster(&self, theirs: &JoinConfig) -> Vec<Difference> {
        self.differences(theirs, |key| self.comparable(key))
    }

    /// CHK-13: this node's values of the keys that a joiner sent, without those that are sensitive or not set here.
    #[must_use]
    pub fn answer_to(&self, theirs: &JoinConfig) -> JoinConfig {
        let values = self.values(theirs.iter().map(|(key, _)| key.clone()));
        JoinConfig::try_from(values).unwrap_or_else(|_| JoinConfig::empty())
    }

    /// CHK-20: what this node answers to a joiner's configuration. Whether it enforces the check itself does not matter
    /// (CHK-21).
    #[must_use]
    pub fn verdict_on(&self, theirs: &JoinConfig) -> ConfigVerdict {
        if theirs.is_empty() {
            return ConfigVerdict::Unchecked;
        }
        let differences = self.check_joiner(theirs);
        if differences.is_empty() {
            ConfigVerdict::Compatible(self.answer_to(theirs))
        } else {
            ConfigVerdict::Incompatible(differences)
        }
    }
}

impl ConfigVerdict {
    pub(crate) fn hash64(&self) -> u64 {
        match self {
            Self::Unchecked => 0,
            Self::Compatible(config) => config.hash64(),
            Self::Incompatible(differences) => {
                let mut mixer = Mixer::new(18);
                differences.iter().for_each(|difference| mixer.text(&difference.to_string()));
                mixer.finish()
            }
        }
    }
}

#[cfg(test)]
#[path = "compatibility_tests.rs"]
mod tests;
