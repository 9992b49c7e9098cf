//! The settings of the split brain resolver. Those of one strategy are read only when it is selected (CFG-6).

use alloc::sync::Arc;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sbr::Strategy;

/// Settings of the split brain resolver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResolverConfig {
    /// SBR-9: how it decides. [`ResolverConfig::strategy`] gives it together with its settings.
    pub strategy: StrategyName,
    /// SBR-64: how long nothing that counts must change before it decides.
    pub stable_after: Duration,
    /// SBR-10: after how much more unrest it downs all.
    pub down_all_when_unstable: DownAllWhenUnstable,
    /// Settings of the strategy static-quorum.
    pub static_quorum: StaticQuorumConfig,
    /// Settings of the strategy keep-majority.
    pub keep_majority: KeepMajorityConfig,
    /// Settings of the strategy keep-oldest.
    pub keep_oldest: KeepOldestConfig,
    /// Settings of the strategy lease-majority.
    pub lease_majority: LeaseMajorityConfig,
}

/// SBR-9: the name of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StrategyName {
    /// The side with at least a fixed number of members stays.
    StaticQuorum,
    /// The side with more members stays.
    KeepMajority,
    /// The side with the oldest member stays.
    KeepOldest,
    /// Nobody stays.
    DownAll,
    /// The side that gets a lease stays.
    LeaseMajority,
}

/// Settings of the strategy static-quorum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StaticQuorumConfig {
    /// How many members a side needs; to be set when the strategy is selected.
    pub quorum_size: Option<u32>,
    /// Only members with this role count.
    pub role: Option<Arc<str>>,
}

/// Settings of the strategy keep-majority.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeepMajorityConfig {
    /// Only members with this role count.
    pub role: Option<Arc<str>>,
}

/// Settings of the strategy keep-oldest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeepOldestConfig {
    /// Whether an oldest member that is cut off from all others goes.
    pub down_if_alone: bool,
    /// Only members with this role count.
    pub role: Option<Arc<str>>,
}

/// Settings of the strategy lease-majority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeaseMajorityConfig {
    /// Which service the host asks; to be set when the strategy is selected.
    pub lease_implementation: Option<Arc<str>>,
    /// The name of the lease; [`Config::lease_name`](crate::Config::lease_name) when there is none.
    pub lease_name: Option<Arc<str>>,
    /// How long the side without the majority waits before it asks.
    pub acquire_lease_delay_for_minority: Duration,
    /// LEASE-23: how long after all that were downed are gone the lease is given back.
    pub release_after: Duration,
    /// Only members with this role count for the majority.
    pub role: Option<Arc<str>>,
}

/// SBR-10: whether a side that finds no rest goes down as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DownAllWhenUnstable {
    /// After three quarters of `stable-after`, at least four seconds.
    On,
    /// Never.
    Off,
    /// After this long.
    After(Duration),
}

impl StrategyName {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::StaticQuorum, Self::KeepMajority, Self::KeepOldest, Self::DownAll, Self::LeaseMajority];

    /// Its name, as settings spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StaticQuorum => "static-quorum",
            Self::KeepMajority => "keep-majority",
            Self::KeepOldest => "keep-oldest",
            Self::DownAll => "down-all",
            Self::LeaseMajority => "lease-majority",
        }
    }

    /// The strategy of a name, in upper or lower case.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.as_str().eq_ignore_ascii_case(name))
    }
}

impl ResolverConfig {
    /// SBR-9: the selected strategy with its settings. A static quorum that is not set is 0, which
    /// [`Config::validate`](crate::Config::validate) refuses.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        match self.strategy {
            StrategyName::StaticQuorum => Strategy::StaticQuorum {
                quorum_size: self.static_quorum.quorum_size.unwrap_or(0),
                role: self.static_quorum.role.clone(),
            },
            StrategyName::KeepMajority => Strategy::KeepMajority { role: self.keep_majority.role.clone() },
            StrategyName::KeepOldest => Strategy::KeepOldest {
                down_if_alone: self.keep_oldest.down_if_alone,
                role: self.keep_oldest.role.clone(),
            },
            StrategyName::DownAll => Strategy::DownAll,
            StrategyName::LeaseMajority => Strategy::LeaseMajority {
                role: self.lease_majority.role.clone(),
                minority_delay: self.lease_majority.acquire_lease_delay_for_minority,
                release_after: self.lease_majority.release_after,
            },
        }
    }

    /// SBR-10: after how much unrest beyond `stable-after` all are downed; `None` never.
    #[must_use]
    pub fn unrest_limit(&self) -> Option<Duration> {
        match self.down_all_when_unstable {
            DownAllWhenUnstable::Off => None,
            DownAllWhenUnstable::After(limit) => Some(limit),
            DownAllWhenUnstable::On => {
                let millis = u64::try_from(self.stable_after.as_millis()).unwrap_or(u64::MAX);
                Some(Duration::from_millis((millis.saturating_mul(3) / 4).max(4000)))
            }
        }
    }
}

impl Default for ResolverConfig {
    fn default() -> Self {
        Self {
            strategy: StrategyName::KeepMajority,
            stable_after: Duration::from_secs(20),
            down_all_when_unstable: DownAllWhenUnstable::On,
            static_quorum: StaticQuorumConfig::default(),
            keep_majority: KeepMajorityConfig::default(),
            keep_oldest: KeepOldestConfig::default(),
            lease_majority: LeaseMajorityConfig::default(),
        }
    }
}

impl Default for KeepOldestConfig {
    fn default() -> Self {
        Self { down_if_alone: true, role: None }
    }
}

impl Default for LeaseMajorityConfig {
    fn default() -> Self {
        Self {
            lease_implementation: None,
            lease_name: None,
            acquire_lease_delay_for_minority: Duration::from_secs(2),
            release_after: Duration::from_secs(40),
            role: None,
        }
    }
}
