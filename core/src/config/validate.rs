//! What a configuration must be as a whole.

use alloc::vec::Vec;
use core::time::Duration;

use super::error::{ConfigError, ConfigErrors};
use super::{CLUSTER_NAME_BYTES_MAX, Config, DetectorKind, StrategyName};
use crate::format::{NEWEST_FORMAT, OLDEST_FORMAT};

/// Two hosts of the longest text, a cluster's name, and some hundred bytes of a message.
const FRAME_BYTES_MIN: usize = 1024;

const ABOVE_ZERO: &str = "above zero";
const ABOVE_ZERO_OR_OFF: &str = "above zero, or off";

/// The errors found so far.
struct Found<'a> {
    config: &'a Config,
    errors: Vec<ConfigError>,
}

impl Found<'_> {
    fn must(&mut self, holds: bool, name: &'static str, must: &'static str) {
        if !holds {
            let is = self.config.get(name).unwrap_or_default();
            self.errors.push(ConfigError::OutOfRange { name, is, must });
        }
    }

    fn above_zero(&mut self, value: Duration, name: &'static str) {
        self.must(!value.is_zero(), name, ABOVE_ZERO);
    }

    fn above_zero_or_off(&mut self, value: Option<Duration>, name: &'static str) {
        self.must(value.is_none_or(|value| !value.is_zero()), name, ABOVE_ZERO_OR_OFF);
    }

    /// Intervals of periodic tasks, and what must follow within a time.
    fn times(&mut self) {
        let config = self.config;
        self.above_zero(config.gossip_interval, "gossip-interval");
        self.above_zero(config.gossip_time_to_live, "gossip-time-to-live");
        self.above_zero(config.leader_actions_interval, "leader-actions-interval");
        self.above_zero(config.unreachable_nodes_reaper_interval, "unreachable-nodes-reaper-interval");
        self.above_zero(config.seed_node_timeout, "seed-node-timeout");
        self.above_zero(config.quarantine_removed_node_after, "quarantine-removed-node-after");
        self.above_zero_or_off(config.retry_unsuccessful_join_after, "retry-unsuccessful-join-after");
        self.above_zero_or_off(
            config.shutdown_after_unsuccessful_join_seed_nodes,
            "shutdown-after-unsuccessful-join-seed-nodes",
        );
        self.above_zero_or_off(config.allow_weakly_up_members, "allow-weakly-up-members");
        self.above_zero_or_off(config.sbr.unrest_limit(), "sbr.down-all-when-unstable");
    }

    /// MDL-4: every seed node can be joined.
    fn seed_nodes(&mut self) {
        let can_be_joined = self.config.seed_nodes.iter().all(crate::Address::host_can_be_joined);
        self.must(can_be_joined, "seed-nodes", "of hosts without `_` in their last part");
    }

    fn detectors(&mut self) {
        let detector = &self.config.failure_detector;
        self.above_zero(detector.heartbeat_interval, "failure-detector.heartbeat-interval");
        self.must(
            detector.threshold.is_finite() && detector.threshold > 0.0,
            "failure-detector.threshold",
            ABOVE_ZERO,
        );
        self.must(detector.max_sample_size > 0, "failure-detector.max-sample-size", ABOVE_ZERO);
        self.above_zero(detector.min_std_deviation, "failure-detector.min-std-deviation");
        self.must(
            detector.monitored_by_nr_of_members > 0,
            "failure-detector.monitored-by-nr-of-members",
            ABOVE_ZERO,
        );
        self.above_zero(detector.expected_response_after, "failure-detector.expected-response-after");
    }

    fn data_centers(&mut self) {
        let settings = &self.config.multi_data_center;
        self.must(
            !settings.self_data_center.is_empty(),
            "multi-data-center.self-data-center",
            "a name that is not empty",
        );
        self.must(
            settings.cross_data_center_connections > 0,
            "multi-data-center.cross-data-center-connections",
            ABOVE_ZERO,
        );
        self.must(
            (0.0..=1.0).contains(&settings.cross_data_center_gossip_probability),
            "multi-data-center.cross-data-center-gossip-probability",
            "from 0 to 1",
        );
        let detector = &settings.failure_detector;
        self.must(
            detector.kind != DetectorKind::Phi,
            "multi-data-center.failure-detector.kind",
            "`deadline` or `external`",
        );
        self.above_zero(detector.heartbeat_interval, "multi-data-center.failure-detector.heartbeat-interval");
        self.above_zero(
            detector.expected_response_after,
            "multi-data-center.failure-detector.expected-response-after",
        );
    }

    /// SBR-7, SBR-9, SBR-11, CFG-6, LEASE-6: only the strategy that is chosen is looked at.
    fn strategy(&mut self) {
        if self.config.sbr.strategy == StrategyName::StaticQuorum {
            self.must(
                self.config.sbr.static_quorum.quorum_size.is_some_and(|size| size > 0),
                "sbr.static-quorum.quorum-size",
                "at least 1 when the strategy is static-quorum",
            );
        }
        if self.config.sbr.strategy == StrategyName::LeaseMajority {
            self.must(
                self.config.sbr.lease_majority.lease_implementation.is_some(),
                "sbr.lease-majority.lease-implementation",
                "the name of a service when the strategy is lease-majority",
            );
        }
    }

    /// A cluster of one has room, and a frame for a head and a part worth sending.
    fn limits(&mut self) {
        let limits = self.config.limits;
        self.must(limits.members > 0, "limits.members", ABOVE_ZERO);
        let formats = OLDEST_FORMAT..=NEWEST_FORMAT;
        self.must(formats.contains(&limits.newest_format), "limits.newest-format", "1 or 2");
        self.must(limits.frame_bytes >= FRAME_BYTES_MIN, "limits.frame-bytes", "at least 1024");
        self.must(
            limits.message_bytes >= limits.frame_bytes,
            "limits.message-bytes",
            "at least `limits.frame-bytes`",
        );
    }

    /// REP-2: which repairs rely on which others.
    fn repairs(&mut self) {
        let mut repairs = self.config.repairs;
        let mut is_on = |name| repairs.switch(name).is_some_and(|switch| *switch);
        for (name, needs) in [
            ("content-decides", "tombstones-remove"),
            ("content-decides", "life-cycle-order"),
            ("introduce", "tombstones-remove"),
            ("introduce", "join-checks-tombstones"),
            ("introduce", "removed-notice"),
        ] {
            if is_on(name) && !is_on(needs) {
                self.errors.push(ConfigError::RepairNeeds { name, needs });
            }
        }
    }
}

impl Config {
    /// CFG-1, CFG-5: everything that is wrong, at once.
    ///
    /// # Errors
    /// All settings outside their range, and all combinations that can't work.
    pub fn validate(&self) -> Result<(), ConfigErrors> {
        let mut found = Found { config: self, errors: Vec::new() };
        let name_bytes = self.cluster_name.len();
        found.must((1..=CLUSTER_NAME_BYTES_MAX).contains(&name_bytes), "cluster-name", "of 1 to 64 bytes");
        found.times();
        found.seed_nodes();
        found.must(self.min_nr_of_members > 0, "min-nr-of-members", ABOVE_ZERO);
        found.detectors();
        found.data_centers();
        found.strategy();
        found.limits();
        found.repairs();
        found.errors.extend(self.try_join_config().err().map(ConfigError::CannotTravel));
        found.errors.extend(self.member_roles().err().map(ConfigError::BadRoles));
        if found.errors.is_empty() { Ok(()) } else { Err(ConfigErrors(found.errors)) }
    }
}
