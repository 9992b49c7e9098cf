//! The settings of a node.
//!
//! Names and defaults are those of Pekko without their prefix, in kebab case; the resolver's stand under `sbr`. Every
//! setting can be read and written by its name ([`Config::get`], [`Config::set`]), and [`Config::validate`] names
//! everything that is wrong with a whole at once. Settings are read once, when a node is made (CFG-1).

mod compatibility;
mod document;
mod error;
mod parts;
mod resolver;
mod table;
mod text;
mod validate;
mod warnings;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::limits::Limits;
use crate::membership::{Address, AppVersion, Roles, RolesError};
use crate::repairs::Repairs;
pub use compatibility::{
    ConfigVerdict, Difference, JOIN_CONFIG_ENTRIES_MAX, JOIN_CONFIG_ENTRY_BYTES_MAX, JoinConfig,
    JoinConfigError,
};
pub use error::{ConfigError, ConfigErrors};
pub use parts::{
    Checker, CompatibilityCheckConfig, CrossDataCenterDetectorConfig, DetectorKind, Downing,
    FailureDetectorConfig, LogConfig, MultiDataCenterConfig,
};
pub use resolver::{
    DownAllWhenUnstable, KeepMajorityConfig, KeepOldestConfig, LeaseMajorityConfig, ResolverConfig,
    StaticQuorumConfig, StrategyName,
};
pub use table::Setting;
pub use text::DurationText;
pub use warnings::ConfigWarning;

/// CASE-4: the name that sets all repairs that are built, at once.
pub(crate) const ALL_REPAIRS: &str = "repairs.all";

/// The longest cluster name, in bytes.
pub const CLUSTER_NAME_BYTES_MAX: usize = 64;

/// Everything that can be set about a node.
///
/// It is read from TOML, or any other format that people write, by the names of the settings:
///
/// ```toml
/// gossip-interval = "200ms"
/// seed-nodes = ["10.0.0.7:7355", "10.0.0.8:7355"]
/// role.backend.min-nr-of-members = 2
/// [sbr]
/// strategy = "keep-oldest"
/// keep-oldest.down-if-alone = false
/// ```
///
/// What is not named keeps its default. Everything that is wrong is told at once (CFG-1).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// The name of the cluster. Messages of other clusters are dropped.
    pub cluster_name: Arc<str>,
    /// The roles of this node, without that of its data centre.
    pub roles: Vec<Arc<str>>,
    /// The version of the application that this node runs.
    pub app_version: AppVersion,
    /// JOIN-10: the seed nodes that this node joins at its start; none for a node that waits for a command.
    pub seed_nodes: Vec<Address>,
    /// JOIN-40, JOIN-47: how long the first seed node waits for others before it joins itself, and how long others wait
    /// between attempts.
    pub seed_node_timeout: Duration,
    /// JOIN-20: how long one attempt to join may take; `None` waits for ever.
    pub retry_unsuccessful_join_after: Option<Duration>,
    /// JOIN-14: how long joining by seed nodes may take in all before the node gives up and stops.
    pub shutdown_after_unsuccessful_join_seed_nodes: Option<Duration>,
    /// LIFE-73, LIFE-74: see [`Config::removal_margin`].
    pub down_removal_margin: Option<Duration>,
    /// LIFE-65: how long after its removal the incarnation of a member that left in good order may still be heard.
    pub quarantine_removed_node_after: Duration,
    /// LDR-6: after how long without convergence Joining members become WeaklyUp; `None` switches that off.
    pub allow_weakly_up_members: Option<Duration>,
    /// LIFE-55, LDR-42: whether the host is to shut down in good order when this node ends otherwise than by leaving.
    pub run_coordinated_shutdown_when_down: bool,
    /// LDR-8: how many members there must be before one becomes Up.
    pub min_nr_of_members: u32,
    /// LDR-8: how many members with a role there must be before one becomes Up.
    pub role_min_nr_of_members: BTreeMap<Arc<str>, u32>,
    /// What is written to a log.
    pub log: LogConfig,
    /// GSP-1: no periodic task runs earlier than this after the start.
    pub periodic_tasks_initial_delay: Duration,
    /// GSP-58: how often a node gossips.
    pub gossip_interval: Duration,
    /// GSP-67: how long after its arrival gossip that waited to be handled is still handled.
    pub gossip_time_to_live: Duration,
    /// LDR-1: how often the leader acts.
    pub leader_actions_interval: Duration,
    /// RCH-38: how often failure detector verdicts become observations.
    pub unreachable_nodes_reaper_interval: Duration,
    /// GSP-83 to GSP-85: how often the counts of gossip are put out; zero after every change; `None` counts nothing.
    pub publish_stats_interval: Option<Duration>,
    /// CFG-26, GSP-51: without effect, as in Pekko.
    pub gossip_different_view_probability: f64,
    /// GSP-50: the size of a cluster from which gossip looks less for members that have not seen the state.
    pub reduce_gossip_different_view_probability: u32,
    /// LDR-23: how long the marker of a removed member is kept.
    pub prune_gossip_tombstones_after: Duration,
    /// How a node finds out that another does not answer.
    pub failure_detector: FailureDetectorConfig,
    /// What holds for clusters of several data centres.
    pub multi_data_center: MultiDataCenterConfig,
    /// What nodes compare of their configurations before one joins the other.
    pub compatibility: CompatibilityCheckConfig,
    /// Who decides that unreachable members are gone for good.
    pub downing: Downing,
    /// The split brain resolver.
    pub sbr: ResolverConfig,
    /// Which rules are replaced by repaired ones.
    pub repairs: Repairs,
    /// How much the node takes from its peers. The host's codec takes the same.
    pub limits: Limits,
}

impl Default for Config {
    /// Pekko's defaults, but with the split brain resolver on.
    fn default() -> Self {
        Self {
            cluster_name: "quorate".into(),
            roles: Vec::new(),
            app_version: AppVersion::default(),
            seed_nodes: Vec::new(),
            seed_node_timeout: Duration::from_secs(5),
            retry_unsuccessful_join_after: Some(Duration::from_secs(10)),
            shutdown_after_unsuccessful_join_seed_nodes: None,
            down_removal_margin: None,
            quarantine_removed_node_after: Duration::from_secs(5),
            allow_weakly_up_members: Some(Duration::from_secs(7)),
            run_coordinated_shutdown_when_down: true,
            min_nr_of_members: 1,
            role_min_nr_of_members: BTreeMap::new(),
            log: LogConfig::default(),
            periodic_tasks_initial_delay: Duration::from_secs(1),
            gossip_interval: Duration::from_secs(1),
            gossip_time_to_live: Duration::from_secs(2),
            leader_actions_interval: Duration::from_secs(1),
            unreachable_nodes_reaper_interval: Duration::from_secs(1),
            publish_stats_interval: None,
            gossip_different_view_probability: 0.8,
            reduce_gossip_different_view_probability: 400,
            prune_gossip_tombstones_after: Duration::from_secs(24 * 60 * 60),
            failure_detector: FailureDetectorConfig::default(),
            multi_data_center: MultiDataCenterConfig::default(),
            compatibility: CompatibilityCheckConfig::default(),
            downing: Downing::Sbr,
            sbr: ResolverConfig::default(),
            repairs: Repairs::default(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// The exact protocol: no repairs, what Pekko does between data centres (DC-42, DC-62), and no downing unless it is asked for.
    #[must_use]
    pub fn pekko() -> Self {
        Self {
            downing: Downing::None,
            repairs: Repairs::none(),
            multi_data_center: MultiDataCenterConfig::pekko(),
            ..Self::default()
        }
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
    /// Where the name of a setting has `NAME`, a name of the user's stands: `role.backend.min-nr-of-members`.
    /// `repairs.all` is taken too.
    ///
    /// # Errors
    /// An unknown name, or a text that is no value of that setting.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let (setting, part) =
            table::find(name).ok_or_else(|| ConfigError::UnknownSetting { name: name.into() })?;
        (setting.write)(self, part, value).map_err(|expected| ConfigError::BadValue {
            name: setting.name,
            value: value.into(),
            expected,
        })
    }

    /// The defaults with some settings set, in any order.
    ///
    /// # Errors
    /// Everything that is wrong: unknown names, names given twice, texts that are no values, and what
    /// [`Config::validate`] refuses of the rest.
    pub fn from_settings<'a>(
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ConfigErrors> {
        let mut settings: Vec<(&str, &str)> = settings.into_iter().collect();
        // All repairs together come before single ones, whatever the order in which they are given.
        settings.sort_by_key(|(name, _)| (*name != ALL_REPAIRS, *name));
        let twice = settings.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        let mut errors: Vec<ConfigError> =
            twice.map(|pair| ConfigError::Twice { name: pair[0].0.into() }).collect();
        let mut config = Self::default();
        errors.extend(settings.iter().filter_map(|(name, value)| config.set(name, value).err()));
        errors.extend(config.validate().err().into_iter().flat_map(|errors| errors.0));
        if errors.is_empty() { Ok(config) } else { Err(ConfigErrors(errors)) }
    }

    /// MDL-21, CFG-21: the roles of the member that this node becomes: the configured ones and that of its data centre.
    ///
    /// # Errors
    /// A role that is reserved, empty or too long, or too many.
    pub fn member_roles(&self) -> Result<Roles, RolesError> {
        Roles::of_user(self.roles.iter().cloned(), &self.multi_data_center.self_data_center)
    }

    /// LIFE-73 to LIFE-75, SBR-6, SBR-8: how long higher layers wait after a member was removed before they take over its work, so that
    /// the losing side of a split has time to stop. It has no effect on membership.
    #[must_use]
    pub fn removal_margin(&self) -> Duration {
        match self.down_removal_margin.filter(|margin| !margin.is_zero()) {
            Some(margin) => margin,
            None if self.downing == Downing::Sbr => self.sbr.stable_after,
            None => Duration::ZERO,
        }
    }

    /// LEASE-6: the name of the lease of the strategy lease-majority: nodes that must not survive apart ask for the same one.
    #[must_use]
    pub fn lease_name(&self) -> Arc<str> {
        let given = self.sbr.lease_majority.lease_name.clone();
        given.unwrap_or_else(|| format!("{}-pekko-sbr", self.cluster_name).into())
    }

    /// LEASE-6, LEASE-7: in whose name a node asks for the lease: that of its address, not of one incarnation.
    #[must_use]
    pub fn lease_owner(&self, address: &Address) -> Arc<str> {
        format!("{}@{address}", self.cluster_name).into()
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
