//! Groups of settings: failure detectors, data centres, the check on joining.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of heartbeats and of the failure detector within a data centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureDetectorConfig {
    /// PHI-3: which detector it is.
    pub kind: DetectorKind,
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

/// Which failure detector a node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DetectorKind {
    /// Phi accrual: silence is measured against what was usual.
    Phi,
    /// Silence up to a fixed time: `acceptable-heartbeat-pause` and one `heartbeat-interval`.
    Deadline,
    /// The host tells the verdicts.
    External,
}

/// DC-5: settings for clusters of several data centres.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MultiDataCenterConfig {
    /// CFG-21: the data centre of this node.
    pub self_data_center: Arc<str>,
    /// CNV-26: how many of the oldest members of each data centre gossip and send heartbeats to other data centres.
    pub cross_data_center_connections: u32,
    /// GSP-54: how likely a gossip round of a large data centre goes to another one, from 0 to 1.
    pub cross_data_center_gossip_probability: f64,
    /// DC-42, GSP-61: whether gossip is sped up at all times, and not only while news spread. In Pekko it is.
    pub always_speed_up_gossip: bool,
    /// DC-62, XDC-21: whether a node of another data centre that is asked no longer is forgotten. In Pekko it is not.
    pub forget_former_receivers: bool,
    /// How a node finds out that one of another data centre does not answer.
    pub failure_detector: CrossDataCenterDetectorConfig,
}

/// Settings of heartbeats and of the failure detector between data centres.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrossDataCenterDetectorConfig {
    /// Which detector it is; phi accrual is none of them.
    pub kind: DetectorKind,
    /// XDC: how often heartbeats are sent.
    pub heartbeat_interval: Duration,
    /// PHI-35: silence that is tolerated on top of one interval.
    pub acceptable_heartbeat_pause: Duration,
    /// HB-16: detection starts this long after the first heartbeat, even without an answer.
    pub expected_response_after: Duration,
}

/// CHK-1 to CHK-43: what nodes compare of their configurations before one joins the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompatibilityCheckConfig {
    /// CHK-30: whether this node stops when it finds that it does not fit the cluster.
    pub enforce_on_join: bool,
    /// CHK-2: what is compared, by a name for people.
    pub checkers: BTreeMap<Arc<str>, Checker>,
    /// CHK-11: keys that start with one of these never leave this node; in named groups, for people.
    pub sensitive_config_paths: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// What users add of their own: a text for each key.
    pub application: BTreeMap<Arc<str>, Arc<str>>,
}

/// CHK-1: what one checker compares. Keys are names of settings, or keys of the user's own map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Checker {
    /// Nothing; the entry is switched off.
    Off,
    /// CHK-8: who downs, and by which strategy.
    Cluster,
    /// CHK-6: the other side must have each of these keys, with the same value.
    FullMatch(Vec<Arc<str>>),
    /// CHK-40: of these keys those that the other side has must have the same value.
    WhenPresent(Vec<Arc<str>>),
}

/// Who decides that unreachable members are gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Downing {
    /// The split brain resolver of this node.
    Sbr,
    /// LIFE-73: nobody: unreachable members stay until an operator downs them.
    None,
    /// The host: it hears the events and gives the command to down.
    External,
}

/// OBS-3 to OBS-6: what is written to a log of what a node tells. The node itself writes nothing and does not look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogConfig {
    /// OBS-3: whether information is written at all; warnings always are.
    pub info: bool,
    /// OBS-4: whether each event of the cluster is written.
    pub info_verbose: bool,
    /// OBS-5: whether each heartbeat is written.
    pub verbose_heartbeats: bool,
    /// OBS-6: whether each gossip is written.
    pub verbose_gossip: bool,
}

impl DetectorKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Phi => "phi",
            Self::Deadline => "deadline",
            Self::External => "external",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::Phi, Self::Deadline, Self::External].into_iter().find(|kind| kind.name() == name)
    }
}

impl Default for FailureDetectorConfig {
    fn default() -> Self {
        Self {
            kind: DetectorKind::Phi,
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

impl Default for MultiDataCenterConfig {
    fn default() -> Self {
        Self {
            self_data_center: "default".into(),
            cross_data_center_connections: 5,
            cross_data_center_gossip_probability: 0.2,
            always_speed_up_gossip: false,
            forget_former_receivers: true,
            failure_detector: CrossDataCenterDetectorConfig::default(),
        }
    }
}

impl MultiDataCenterConfig {
    /// As Pekko has it, in a data centre of the default name.
    pub(super) fn pekko() -> Self {
        Self { always_speed_up_gossip: true, forget_former_receivers: false, ..Self::default() }
    }
}

impl Default for CrossDataCenterDetectorConfig {
    fn default() -> Self {
        Self {
            kind: DetectorKind::Deadline,
            heartbeat_interval: Duration::from_secs(3),
            acceptable_heartbeat_pause: Duration::from_secs(10),
            expected_response_after: Duration::from_secs(1),
        }
    }
}

impl Default for CompatibilityCheckConfig {
    fn default() -> Self {
        Self {
            enforce_on_join: true,
            checkers: [("cluster".into(), Checker::Cluster)].into(),
            sensitive_config_paths: BTreeMap::new(),
            application: BTreeMap::new(),
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { info: true, info_verbose: false, verbose_heartbeats: false, verbose_gossip: false }
    }
}
