//! The table of settings: name, meaning, and how each is read and written.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::text::{
    Limit, duration, duration_or_off, limit, show_duration, show_duration_or_off, show_switch, switch, words,
};
use super::{Checker, Config, DetectorKind, DownAllWhenUnstable, Downing, StrategyName};
use crate::membership::Address;
use crate::repairs::Repairs;

/// One setting.
pub struct Setting {
    /// Its name, as in configuration files and cases.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub meaning: &'static str,
    pub(super) read: fn(&Config) -> String,
    /// Takes the user's part of the name too, if there is one; gives back what was expected.
    pub(super) write: fn(&mut Config, &str, &str) -> Result<(), &'static str>,
}

const DURATION: &str = "a duration such as `3s` or `1m20s`";
const DURATION_OR_OFF: &str = "a duration such as `3s`, or `off`";
const NUMBER: &str = "a whole number";
const FRACTION: &str = "a number";
const KIND: &str = "`phi`, `deadline` or `external`";
const SWITCH: &str = "`on` or `off`";

/// CFG: what `allow-weakly-up-members = on` means.
const WEAKLY_UP_AFTER: core::time::Duration = core::time::Duration::from_secs(7);

fn store<T>(place: &mut T, value: Option<T>, expected: &'static str) -> Result<(), &'static str> {
    *place = value.ok_or(expected)?;
    Ok(())
}

macro_rules! setting {
    (duration $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| show_duration(config.$($field).+),
            write: |config, _, text| store(&mut config.$($field).+, duration(text), DURATION),
        }
    };
    (duration_or_off $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| show_duration_or_off(config.$($field).+),
            write: |config, _, text| store(&mut config.$($field).+, duration_or_off(text), DURATION_OR_OFF),
        }
    };
    (number $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| config.$($field).+.to_string(),
            write: |config, _, text| store(&mut config.$($field).+, text.parse().ok(), NUMBER),
        }
    };
    (fraction $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| config.$($field).+.to_string(),
            write: |config, _, text| store(&mut config.$($field).+, text.parse().ok(), FRACTION),
        }
    };
    (switch $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| show_switch(config.$($field).+),
            write: |config, _, text| store(&mut config.$($field).+, switch(text), SWITCH),
        }
    };
    (text $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| config.$($field).+.to_string(),
            write: |config, _, text| {
                config.$($field).+ = text.into();
                Ok(())
            },
        }
    };
    (text_or_none $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| config.$($field).+.as_deref().unwrap_or_default().into(),
            write: |config, _, text| {
                let text = text.trim();
                config.$($field).+ = (!text.is_empty()).then(|| text.into());
                Ok(())
            },
        }
    };
    (kind $name:literal, $($field:ident).+, $meaning:literal) => {
        Setting {
            name: $name,
            meaning: $meaning,
            read: |config| config.$($field).+.name().into(),
            write: |config, _, text| store(&mut config.$($field).+, DetectorKind::of_name(text), KIND),
        }
    };
    (repair $name:literal, $field:ident, $meaning:literal) => {
        Setting {
            name: concat!("repairs.", $name),
            meaning: $meaning,
            read: |config| show_switch(config.repairs.$field),
            write: |config, _, text| store(&mut config.repairs.$field, switch(text), SWITCH),
        }
    };
}

/// The setting that a name, perhaps with a part of the user's, belongs to, and that part.
pub(super) fn find(name: &str) -> Option<(&'static Setting, &str)> {
    let all = SETTINGS.iter().chain([&ALL_REPAIRS]);
    all.filter_map(|setting| Some((setting, setting.part_of(name)?))).next()
}

/// CFG-22
pub(super) const ROLE_MINIMUM: &str = "role.NAME.min-nr-of-members";
/// CHK-2
pub(super) const CHECKERS: &str = "configuration-compatibility-check.checkers.NAME";
/// CHK-11
pub(super) const SENSITIVE: &str = "configuration-compatibility-check.sensitive-config-paths.NAME";

/// Stands in the names of settings for the part that a user chooses.
const PART: &str = "NAME";

impl Setting {
    /// Its default, as text; empty when there is none.
    #[must_use]
    pub fn default_value(&self) -> String {
        (self.read)(&Config::default())
    }

    /// Whether a part of its name is the user's: `NAME` stands there.
    #[must_use]
    pub fn has_part(&self) -> bool {
        self.name.contains(PART)
    }

    /// Its name with a part of the user's.
    pub(super) fn name_with(&self, part: &str) -> String {
        self.name.replace(PART, part)
    }

    /// The part of a name that is the user's; empty when the name is that of the setting; `None` when it is another's.
    fn part_of<'a>(&self, name: &'a str) -> Option<&'a str> {
        if !self.has_part() {
            return (self.name == name).then_some("");
        }
        let (before, after) = self.name.split_once(PART)?;
        let part = name.strip_prefix(before)?.strip_suffix(after)?;
        (!part.is_empty()).then_some(part)
    }
}

/// All twelve switches at once. It has no value of its own, so it is no setting to be listed.
static ALL_REPAIRS: Setting = Setting {
    name: super::ALL_REPAIRS,
    meaning: "all repairs at once",
    read: |config| show_switch(config.repairs != Repairs::none()),
    write: |config, _, text| {
        let on = switch(text).ok_or(SWITCH)?;
        for name in Repairs::NAMES {
            if let Some(switch) = config.repairs.switch(name) {
                *switch = on;
            }
        }
        Ok(())
    },
};

/// Parts and their values, as they are listed: `a=1 b=2`.
fn show_parts<'a>(entries: impl Iterator<Item = (&'a Arc<str>, String)>) -> String {
    entries.map(|(part, value)| format!("{part}={value}")).collect::<Vec<_>>().join(" ")
}

fn checker(text: &str) -> Option<Checker> {
    let mut words = words(text).into_iter();
    let kind = words.next();
    let keys: Vec<Arc<str>> = words.collect();
    match kind.as_deref() {
        None => Some(Checker::Off),
        Some("cluster") if keys.is_empty() => Some(Checker::Cluster),
        Some("full-match") if !keys.is_empty() => Some(Checker::FullMatch(keys)),
        Some("when-present") if !keys.is_empty() => Some(Checker::WhenPresent(keys)),
        Some(_) => None,
    }
}

pub(super) fn show_checker(checker: &Checker) -> String {
    match checker {
        Checker::Off => String::new(),
        Checker::Cluster => "cluster".into(),
        Checker::FullMatch(keys) => format!("full-match {}", keys.join(" ")),
        Checker::WhenPresent(keys) => format!("when-present {}", keys.join(" ")),
    }
}

/// CFG-7: those of membership. Whatever layers above it have settings for, another name is an error.
pub(super) static SETTINGS: &[Setting] = &[
    setting!(text "cluster-name", cluster_name, "the name of the cluster; messages of other clusters are dropped"),
    Setting {
        name: "roles",
        meaning: "the roles of the node, separated by blanks",
        read: |config| config.roles.join(" "),
        write: |config, _, text| {
            config.roles = words(text);
            Ok(())
        },
    },
    Setting {
        name: "app-version",
        meaning: "the version of the application that the node runs",
        read: |config| config.app_version.to_string(),
        write: |config, _, text| {
            store(&mut config.app_version, text.parse().ok(), "a version such as `1.2.3-M1`")
        },
    },
    Setting {
        name: "seed-nodes",
        meaning: "the seed nodes that the node joins at its start, as `host:port`, separated by blanks; the first may found the cluster",
        read: |config| config.seed_nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        write: |config, _, text| {
            let seeds: Option<Vec<Address>> = words(text).iter().map(|word| word.parse().ok()).collect();
            store(&mut config.seed_nodes, seeds, "addresses such as `10.0.0.7:7355`, separated by blanks")
        },
    },
    setting!(duration "seed-node-timeout", seed_node_timeout,
        "how long the first seed node waits before it joins itself, and others between attempts"),
    setting!(duration_or_off "retry-unsuccessful-join-after", retry_unsuccessful_join_after,
        "how long one attempt to join may take"),
    setting!(duration_or_off "shutdown-after-unsuccessful-join-seed-nodes", shutdown_after_unsuccessful_join_seed_nodes,
        "how long joining may take in all before the node gives up and stops"),
    setting!(duration_or_off "down-removal-margin", down_removal_margin,
        "how long higher layers wait after a member was removed before they take over its work; the resolver's `stable-after` when off"),
    setting!(duration "quarantine-removed-node-after", quarantine_removed_node_after,
        "how long after it left in good order a removed incarnation may still be heard"),
    Setting {
        name: "allow-weakly-up-members",
        meaning: "after how long without convergence joining members become weakly up",
        read: |config| show_duration_or_off(config.allow_weakly_up_members),
        write: |config, _, text| {
            let value = limit(text).map(|limit| match limit {
                Limit::On => Some(WEAKLY_UP_AFTER),
                Limit::Off => None,
                Limit::After(limit) => Some(limit),
            });
            store(&mut config.allow_weakly_up_members, value, "a duration, `on` (7s) or `off`")
        },
    },
    setting!(switch "run-coordinated-shutdown-when-down", run_coordinated_shutdown_when_down,
        "whether the host shuts down in good order when the node ends otherwise than by leaving"),
    setting!(number "min-nr-of-members", min_nr_of_members, "how many members there must be before one becomes up"),
    Setting {
        name: ROLE_MINIMUM,
        meaning: "how many members with a role there must be before one becomes up",
        read: |config| {
            show_parts(config.role_min_nr_of_members.iter().map(|(role, n)| (role, n.to_string())))
        },
        write: |config, role, text| {
            let minimum = text.parse().map_err(|_| NUMBER)?;
            config.role_min_nr_of_members.insert(role.into(), minimum);
            Ok(())
        },
    },
    setting!(switch "log-info", log.info, "whether what a node tells for information is to be written to a log"),
    setting!(switch "log-info-verbose", log.info_verbose, "whether each event of the cluster is to be written to a log"),
    setting!(switch "debug.verbose-heartbeat-logging", log.verbose_heartbeats, "whether each heartbeat is to be written to a log"),
    setting!(switch "debug.verbose-gossip-logging", log.verbose_gossip, "whether each gossip is to be written to a log"),
    setting!(duration "periodic-tasks-initial-delay", periodic_tasks_initial_delay,
        "no periodic task runs earlier than this after the start"),
    setting!(duration "gossip-interval", gossip_interval, "how often a node gossips"),
    setting!(duration "gossip-time-to-live", gossip_time_to_live,
        "how long after its arrival gossip that waited to be handled is still handled"),
    setting!(duration "leader-actions-interval", leader_actions_interval, "how often the leader acts"),
    setting!(duration "unreachable-nodes-reaper-interval", unreachable_nodes_reaper_interval,
        "how often failure detector verdicts become observations"),
    setting!(duration_or_off "publish-stats-interval", publish_stats_interval,
        "how often the counts of gossip are put out; `0s` after every change; nothing is counted when off"),
    setting!(fraction "gossip-different-view-probability", gossip_different_view_probability,
        "without effect, as in Pekko (CFG-26)"),
    setting!(number "reduce-gossip-different-view-probability", reduce_gossip_different_view_probability,
        "the size of a cluster from which gossip looks less for members that have not seen the state"),
    setting!(duration "prune-gossip-tombstones-after", prune_gossip_tombstones_after,
        "how long the marker of a removed member is kept"),
    setting!(kind "failure-detector.kind", failure_detector.kind, "which failure detector watches nodes of the own data centre"),
    setting!(duration "failure-detector.heartbeat-interval", failure_detector.heartbeat_interval,
        "how often heartbeats are sent"),
    setting!(fraction "failure-detector.threshold", failure_detector.threshold,
        "the value of phi from which a node counts as unavailable"),
    setting!(number "failure-detector.max-sample-size", failure_detector.max_sample_size,
        "how many intervals between replies are remembered"),
    setting!(duration "failure-detector.min-std-deviation", failure_detector.min_std_deviation,
        "the least standard deviation that is assumed"),
    setting!(duration "failure-detector.acceptable-heartbeat-pause", failure_detector.acceptable_heartbeat_pause,
        "silence that is tolerated on top of the mean interval"),
    setting!(number "failure-detector.monitored-by-nr-of-members", failure_detector.monitored_by_nr_of_members,
        "to how many nodes a node sends heartbeats"),
    setting!(duration "failure-detector.expected-response-after", failure_detector.expected_response_after,
        "detection starts this long after the first heartbeat, even without an answer"),
    setting!(text "multi-data-center.self-data-center", multi_data_center.self_data_center, "the data centre of the node"),
    setting!(number "multi-data-center.cross-data-center-connections", multi_data_center.cross_data_center_connections,
        "how many of the oldest members of a data centre talk to other data centres"),
    setting!(fraction "multi-data-center.cross-data-center-gossip-probability", multi_data_center.cross_data_center_gossip_probability,
        "how likely a gossip round goes to another data centre"),
    setting!(switch "multi-data-center.always-speed-up-gossip", multi_data_center.always_speed_up_gossip,
        "whether a cluster of several data centres gossips three times an interval even when there is no news, as Pekko does"),
    setting!(switch "multi-data-center.forget-former-receivers", multi_data_center.forget_former_receivers,
        "whether a node of another data centre that is asked no longer counts as reachable; with Pekko it ends as unreachable"),
    setting!(kind "multi-data-center.failure-detector.kind", multi_data_center.failure_detector.kind,
        "which failure detector watches nodes of other data centres: `deadline` or `external`"),
    setting!(duration "multi-data-center.failure-detector.heartbeat-interval", multi_data_center.failure_detector.heartbeat_interval,
        "how often heartbeats are sent to other data centres"),
    setting!(duration "multi-data-center.failure-detector.acceptable-heartbeat-pause", multi_data_center.failure_detector.acceptable_heartbeat_pause,
        "silence of other data centres that is tolerated on top of one interval"),
    setting!(duration "multi-data-center.failure-detector.expected-response-after", multi_data_center.failure_detector.expected_response_after,
        "detection across data centres starts this long after the first heartbeat, even without an answer"),
    setting!(switch "configuration-compatibility-check.enforce-on-join", compatibility.enforce_on_join,
        "whether the node stops when it finds on joining that its configuration does not fit the cluster"),
    Setting {
        name: CHECKERS,
        meaning: "what is compared on joining: `cluster`, `full-match KEY ...`, `when-present KEY ...`; empty for nothing",
        read: |config| {
            show_parts(config.compatibility.checkers.iter().map(|(name, it)| (name, show_checker(it))))
        },
        write: |config, name, text| {
            let checker =
                checker(text).ok_or("`cluster`, `full-match KEY ...`, `when-present KEY ...` or nothing")?;
            config.compatibility.checkers.insert(name.into(), checker);
            Ok(())
        },
    },
    Setting {
        name: SENSITIVE,
        meaning: "settings that start with one of these are never sent to other nodes, separated by blanks",
        read: |config| {
            let groups = config.compatibility.sensitive_config_paths.iter();
            show_parts(groups.map(|(group, paths)| (group, paths.join(" "))))
        },
        write: |config, group, text| {
            config.compatibility.sensitive_config_paths.insert(group.into(), words(text));
            Ok(())
        },
    },
    Setting {
        name: "configuration-compatibility-check.application.NAME",
        meaning: "a text of the application's own, for checkers to compare under its name",
        read: |config| {
            show_parts(config.compatibility.application.iter().map(|(key, it)| (key, it.to_string())))
        },
        write: |config, key, text| {
            config.compatibility.application.insert(key.into(), text.into());
            Ok(())
        },
    },
    Setting {
        name: "downing",
        meaning: "who decides that unreachable members are gone for good",
        read: |config| {
            match config.downing {
                Downing::Sbr => "sbr",
                Downing::None => "none",
                Downing::External => "external",
            }
            .into()
        },
        write: |config, _, text| {
            let value = match text {
                "sbr" => Some(Downing::Sbr),
                "none" => Some(Downing::None),
                "external" => Some(Downing::External),
                _ => None,
            };
            store(&mut config.downing, value, "`sbr`, `none` or `external`")
        },
    },
    Setting {
        name: "sbr.strategy",
        meaning: "how the split brain resolver decides",
        read: |config| config.sbr.strategy.as_str().into(),
        write: |config, _, text| {
            store(
                &mut config.sbr.strategy,
                StrategyName::of(text),
                "`keep-majority`, `static-quorum`, `keep-oldest`, `down-all` or `lease-majority`",
            )
        },
    },
    setting!(duration "sbr.stable-after", sbr.stable_after,
        "how long nothing that counts must change before the resolver decides"),
    Setting {
        name: "sbr.down-all-when-unstable",
        meaning: "after how much more unrest the resolver downs all",
        read: |config| match config.sbr.down_all_when_unstable {
            DownAllWhenUnstable::On => "on".into(),
            DownAllWhenUnstable::Off => "off".into(),
            DownAllWhenUnstable::After(limit) => show_duration(limit),
        },
        write: |config, _, text| {
            let value = limit(text).map(|limit| match limit {
                Limit::On => DownAllWhenUnstable::On,
                Limit::Off => DownAllWhenUnstable::Off,
                Limit::After(limit) => DownAllWhenUnstable::After(limit),
            });
            store(&mut config.sbr.down_all_when_unstable, value, "`on`, `off` or a duration")
        },
    },
    Setting {
        name: "sbr.static-quorum.quorum-size",
        meaning: "how many members a side needs to stay, with the strategy static-quorum",
        read: |config| config.sbr.static_quorum.quorum_size.map_or_else(String::new, |size| size.to_string()),
        write: |config, _, text| {
            let size = text.parse().map_err(|_| NUMBER)?;
            config.sbr.static_quorum.quorum_size = Some(size);
            Ok(())
        },
    },
    setting!(text_or_none "sbr.static-quorum.role", sbr.static_quorum.role,
        "only members with this role count for static-quorum; empty for all"),
    setting!(text_or_none "sbr.keep-majority.role", sbr.keep_majority.role,
        "only members with this role count for keep-majority; empty for all"),
    setting!(switch "sbr.keep-oldest.down-if-alone", sbr.keep_oldest.down_if_alone,
        "whether an oldest member that is cut off from all others goes, with the strategy keep-oldest"),
    setting!(text_or_none "sbr.keep-oldest.role", sbr.keep_oldest.role,
        "only members with this role count for keep-oldest; empty for all"),
    setting!(text_or_none "sbr.lease-majority.lease-implementation", sbr.lease_majority.lease_implementation,
        "which service the host asks for the lease, with the strategy lease-majority"),
    setting!(text_or_none "sbr.lease-majority.lease-name", sbr.lease_majority.lease_name,
        "the name of the lease; empty for the name of the cluster with `-pekko-sbr`"),
    setting!(duration "sbr.lease-majority.acquire-lease-delay-for-minority", sbr.lease_majority.acquire_lease_delay_for_minority,
        "how long the side without the majority waits before it asks for the lease"),
    setting!(duration "sbr.lease-majority.release-after", sbr.lease_majority.release_after,
        "how long after all that were downed are gone the lease is given back"),
    setting!(text_or_none "sbr.lease-majority.role", sbr.lease_majority.role,
        "only members with this role count for the majority of lease-majority; empty for all"),
    setting!(number "limits.members", limits.members, "the most members that a state may have"),
    setting!(number "limits.tombstones", limits.tombstones, "the most markers of removed members that a state may have"),
    setting!(number "limits.observations", limits.observations, "the most observations of unreachable nodes that a state may have"),
    setting!(number "limits.newest-format", limits.newest_format, "the newest frame format that is read and written"),
    setting!(number "limits.frame-bytes", limits.frame_bytes, "the most bytes of a frame; larger messages travel in parts"),
    setting!(number "limits.message-bytes", limits.message_bytes, "the most bytes of a message, whole or in parts"),
    setting!(repair "content-decides", content_decides, "gossip is joined by content; the clock is a hint"),
    setting!(repair "tombstones-remove", tombstones_remove, "only a tombstone takes a member out"),
    setting!(repair "join-checks-tombstones", join_checks_tombstones, "a removed incarnation cannot join again"),
    setting!(repair "introduce", introduce, "a member unknown to the receiver may introduce itself"),
    setting!(repair "removed-notice", removed_notice, "a removed node that is heard from is told"),
    setting!(repair "live-observers", live_observers, "the leader reads the observations that convergence reads"),
    setting!(repair "exiting-observers", exiting_observers, "observers that are exiting do not count"),
    setting!(repair "keep-self", keep_self, "a leader never removes itself"),
    setting!(repair "life-cycle-order", life_cycle_order, "the order of merging is the order of life"),
    setting!(repair "preparing-from-gossip", preparing_from_gossip, "a full shutdown is read from the gossip"),
    setting!(repair "gone-observers", gone_observers, "the resolver copes with staggered failures"),
    setting!(repair "worst-case-check", worst_case_check, "the resolver's second check assumes the worst"),
];
