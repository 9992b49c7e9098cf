//! The settings of a node.
//!
//! Names and defaults are those of Pekko without their prefix, in kebab case; the resolver's stand under `sbr`. Every
//! setting can be read and written by its name ([`Config::get`], [`Config::set`]), and [`Config::validate`] names
//! everything that is wrong with a whole at once. Settings are read once, when a node is made (CFG-1).

mod table;
mod text;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::membership::{AppVersion, Roles, RolesError};
use crate::repairs::Repairs;
use crate::sbr::Strategy;
pub use table::Setting;
pub use text::DurationText;

/// The longest cluster name, in bytes.
pub const CLUSTER_NAME_BYTES_MAX: usize = 64;

/// Everything that can be set about a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Config {
    /// The name of the cluster. Messages of other clusters are dropped.
    pub cluster_name: Arc<str>,
    /// The roles of this node, without that of its data centre.
    pub roles: Vec<Arc<str>>,
    /// The version of the application that this node runs.
    pub app_version: AppVersion,
    /// JOIN-40, JOIN-47: how long the first seed node waits for others before it joins itself, and how long others wait
    /// between attempts.
    pub seed_node_timeout: Duration,
    /// JOIN-20: how long one attempt to join may take; `None` waits for ever.
    pub retry_unsuccessful_join_after: Option<Duration>,
    /// JOIN-14: how long joining by seed nodes may take in all before the node gives up and stops.
    pub shutdown_after_unsuccessful_join_seed_nodes: Option<Duration>,
    /// LDR-6: after how long without convergence Joining members become WeaklyUp; `None` switches that off.
    pub allow_weakly_up_members: Option<Duration>,
    /// LDR-8: how many members there must be before one becomes Up.
    pub min_nr_of_members: u32,
    /// LDR-8: how many members with a role there must be before one becomes Up.
    pub role_min_nr_of_members: BTreeMap<Arc<str>, u32>,
    /// GSP-1: no periodic task runs earlier than this after the start.
    pub periodic_tasks_initial_delay: Duration,
    /// GSP-58: how often a node gossips.
    pub gossip_interval: Duration,
    /// LDR-1: how often the leader acts.
    pub leader_actions_interval: Duration,
    /// RCH-38: how often failure detector verdicts become observations.
    pub unreachable_nodes_reaper_interval: Duration,
    /// GSP-50: the size of a cluster from which gossip looks less for members that have not seen the state.
    pub reduce_gossip_different_view_probability: u32,
    /// LDR-23: how long the marker of a removed member is kept.
    pub prune_gossip_tombstones_after: Duration,
    /// How a node finds out that another does not answer.
    pub failure_detector: FailureDetectorConfig,
    /// Who decides that unreachable members are gone for good.
    pub downing: Downing,
    /// The split brain resolver.
    pub sbr: ResolverConfig,
    /// Which rules are replaced by repaired ones.
    pub repairs: Repairs,
}

/// Settings of heartbeats and of the phi accrual failure detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureDetectorConfig {
    /// HB-12, PHI-12: how often heartbeats are sent; also the first guess of the interval between replies.
    pub heartbeat_interval: Duration,
    /// PHI-26: the value of phi from which a node counts as unavailable.
    pub threshold: f64,
    /// PHI-5: how many intervals are remembered.
    pub max_sample_size: u32,
    /// PHI-22: the least standard deviation that is assumed.
    pub min_std_deviation: Duration,
    /// PHI-22: silence that is tolerated on top of the mean interval.
    pub acceptable_heartbeat_pause: Duration,
    /// HB-48: to how many nodes a node sends heartbeats.
    pub monitored_by_nr_of_members: u32,
    /// HB-16: detection starts this long after the first heartbeat, even without an answer.
    pub expected_response_after: Duration,
}

/// Who decides that unreachable members are gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Downing {
    /// The split brain resolver of this node.
    Sbr,
    /// Nobody: unreachable members stay until an operator downs them.
    None,
    /// The host: it hears the events and gives the command to down.
    External,
}

/// Settings of the split brain resolver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResolverConfig {
    /// SBR-9: how it decides.
    pub strategy: Strategy,
    /// SBR-64: how long nothing that counts must change before it decides.
    pub stable_after: Duration,
    /// SBR-10: after how much more unrest it downs all.
    pub down_all_when_unstable: DownAllWhenUnstable,
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

impl ResolverConfig {
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
    /// A value lies outside its range.
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// What must hold of it.
        must: &'static str,
    },
    /// The roles are none (MDL-21).
    BadRoles(RolesError),
    /// A repair is switched on whose rule is not in the code yet.
    RepairNotBuilt {
        /// Its switch.
        name: &'static str,
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
            Self::OutOfRange { name, must } => write!(f, "`{name}` must be {must}"),
            Self::BadRoles(error) => write!(f, "`roles`: {error}"),
            Self::RepairNotBuilt { name } => write!(f, "the repair `{name}` is not built yet"),
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

impl Default for FailureDetectorConfig {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_secs(1),
            threshold: 8.0,
            max_sample_size: 1000,
            min_std_deviation: Duration::from_millis(100),
            acceptable_heartbeat_pause: Duration::from_secs(3),
            monitored_by_nr_of_members: 9,
            expected_response_after: Duration::from_secs(1),
        }
    }
}

impl Default for ResolverConfig {
    fn default() -> Self {
        Self {
            strategy: Strategy::KeepMajority { role: None },
            stable_after: Duration::from_secs(20),
            down_all_when_unstable: DownAllWhenUnstable::On,
        }
    }
}

impl Default for Config {
    /// Pekko's defaults, but with the split brain resolver on.
    fn default() -> Self {
        Self {
            cluster_name: "quorate".into(),
            roles: Vec::new(),
            app_version: AppVersion::default(),
            seed_node_timeout: Duration::from_secs(5),
            retry_unsuccessful_join_after: Some(Duration::from_secs(10)),
            shutdown_after_unsuccessful_join_seed_nodes: None,
            allow_weakly_up_members: Some(Duration::from_secs(7)),
            min_nr_of_members: 1,
            role_min_nr_of_members: BTreeMap::new(),
            periodic_tasks_initial_delay: Duration::from_secs(1),
            gossip_interval: Duration::from_secs(1),
            leader_actions_interval: Duration::from_secs(1),
            unreachable_nodes_reaper_interval: Duration::from_secs(1),
            reduce_gossip_different_view_probability: 400,
            prune_gossip_tombstones_after: Duration::from_secs(24 * 60 * 60),
            failure_detector: FailureDetectorConfig::default(),
            downing: Downing::Sbr,
            sbr: ResolverConfig::default(),
            repairs: Repairs::default(),
        }
    }
}

impl Config {
    /// The exact protocol: no repairs, and no downing unless it is asked for.
    #[must_use]
    pub fn pekko() -> Self {
        Self { downing: Downing::None, repairs: Repairs::none(), ..Self::default() }
    }

    /// The setting of a name.
    #[must_use]
    pub fn setting(name: &str) -> Option<&'static Setting> {
        table::SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// All settings, in a fixed order.
    #[must_use]
    pub fn settings() -> &'static [Setting] {
        table::SETTINGS
    }

    /// The value of a setting, as text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        Self::setting(name).map(|setting| (setting.read)(self))
    }

    /// Sets one setting by its name.
    ///
    /// `repairs.all` and `role.NAME.min-nr-of-members` are taken too.
    ///
    /// # Errors
    /// An unknown name, or a text that is no value of that setting.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let setting = table::find(name).ok_or_else(|| ConfigError::UnknownSetting { name: name.into() })?;
        (setting.write)(self, name, value).map_err(|expected| ConfigError::BadValue {
            name: setting.name,
            value: value.into(),
            expected,
        })
    }

    /// MDL-21, CFG-21: the roles of the member that this node becomes.
    ///
    /// # Errors
    /// A role that is reserved, empty or too long, or too many.
    pub fn member_roles(&self) -> Result<Roles, RolesError> {
        Roles::of_user(self.roles.iter().cloned())
    }

    /// CFG-1, CFG-5: everything that is wrong, at once.
    ///
    /// # Errors
    /// All settings outside their range, and all combinations that can't work.
    pub fn validate(&self) -> Result<(), ConfigErrors> {
        let mut errors = Vec::new();
        let mut must = |holds: bool, name, must| {
            if !holds {
                errors.push(ConfigError::OutOfRange { name, must });
            }
        };
        let name_bytes = self.cluster_name.len();
        must((1..=CLUSTER_NAME_BYTES_MAX).contains(&name_bytes), "cluster-name", "of 1 to 64 bytes");
        must(!self.gossip_interval.is_zero(), "gossip-interval", ABOVE_ZERO);
        must(!self.leader_actions_interval.is_zero(), "leader-actions-interval", ABOVE_ZERO);
        must(
            !self.unreachable_nodes_reaper_interval.is_zero(),
            "unreachable-nodes-reaper-interval",
            ABOVE_ZERO,
        );
        must(!self.seed_node_timeout.is_zero(), "seed-node-timeout", ABOVE_ZERO);
        let above_zero_or_off = |limit: Option<Duration>| limit.is_none_or(|limit| !limit.is_zero());
        must(
            above_zero_or_off(self.retry_unsuccessful_join_after),
            "retry-unsuccessful-join-after",
            ABOVE_ZERO_OR_OFF,
        );
        must(
            above_zero_or_off(self.shutdown_after_unsuccessful_join_seed_nodes),
            "shutdown-after-unsuccessful-join-seed-nodes",
            ABOVE_ZERO_OR_OFF,
        );
        must(above_zero_or_off(self.allow_weakly_up_members), "allow-weakly-up-members", ABOVE_ZERO_OR_OFF);
        must(self.min_nr_of_members > 0, "min-nr-of-members", ABOVE_ZERO);
        let detector = &self.failure_detector;
        must(!detector.heartbeat_interval.is_zero(), "failure-detector.heartbeat-interval", ABOVE_ZERO);
        must(
            detector.threshold.is_finite() && detector.threshold > 0.0,
            "failure-detector.threshold",
            ABOVE_ZERO,
        );
        must(detector.max_sample_size > 0, "failure-detector.max-sample-size", ABOVE_ZERO);
        must(!detector.min_std_deviation.is_zero(), "failure-detector.min-std-deviation", ABOVE_ZERO);
        must(
            detector.monitored_by_nr_of_members > 0,
            "failure-detector.monitored-by-nr-of-members",
            ABOVE_ZERO,
        );
        must(
            !detector.expected_response_after.is_zero(),
            "failure-detector.expected-response-after",
            ABOVE_ZERO,
        );
        must(
            self.sbr.unrest_limit().is_none_or(|limit| !limit.is_zero()),
            "sbr.down-all-when-unstable",
            ABOVE_ZERO_OR_OFF,
        );
        self.check_strategy(&mut errors);
        self.check_repairs(&mut errors);
        errors.extend(self.member_roles().err().map(ConfigError::BadRoles));
        if errors.is_empty() { Ok(()) } else { Err(ConfigErrors(errors)) }
    }

    /// SBR-9, SBR-11: what the selected strategy needs.
    fn check_strategy(&self, errors: &mut Vec<ConfigError>) {
        match self.sbr.strategy {
            Strategy::StaticQuorum { quorum_size: 0, .. } => errors.push(ConfigError::OutOfRange {
                name: "sbr.static-quorum.quorum-size",
                must: "at least 1 when the strategy is static-quorum",
            }),
            Strategy::LeaseMajority { .. } => errors.push(ConfigError::OutOfRange {
                name: "sbr.strategy",
                must: "static-quorum, keep-majority, keep-oldest or down-all",
            }),
            _ => {}
        }
    }

    /// REP-2: which repairs rely on which others.
    fn check_repairs(&self, errors: &mut Vec<ConfigError>) {
        let mut repairs = self.repairs;
        let mut is_on = |name| repairs.switch(name).is_some_and(|switch| *switch);
        for name in Repairs::NAMES {
            if is_on(name) && !Repairs::is_built(name) {
                errors.push(ConfigError::RepairNotBuilt { name });
            }
        }
        for (name, needs) in [
            ("content-decides", "tombstones-remove"),
            ("content-decides", "life-cycle-order"),
            ("introduce", "tombstones-remove"),
            ("introduce", "join-checks-tombstones"),
            ("introduce", "removed-notice"),
        ] {
            if is_on(name) && !is_on(needs) {
                errors.push(ConfigError::RepairNeeds { name, needs });
            }
        }
    }
}

const ABOVE_ZERO: &str = "above zero";
const ABOVE_ZERO_OR_OFF: &str = "above zero, or off";

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
