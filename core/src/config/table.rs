//! The table of settings: name, meaning, and how each is read and written.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use super::text::{
    duration, duration_or_off, show_duration, show_duration_or_off, show_switch, switch, words,
};
use super::{Config, DownAllWhenUnstable, Downing};
use crate::repairs::Repairs;
use crate::sbr::Strategy;

/// One setting.
pub struct Setting {
    /// Its name, as in configuration files and cases.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub meaning: &'static str,
    pub(super) read: fn(&Config) -> String,
    /// Takes the name too, for settings that hold a name of the user's; gives back what was expected.
    pub(super) write: fn(&mut Config, &str, &str) -> Result<(), &'static str>,
}

const DURATION: &str = "a duration such as `3s` or `1m20s`";
const DURATION_OR_OFF: &str = "a duration such as `3s`, or `off`";
const NUMBER: &str = "a whole number";
const SWITCH: &str = "`on` or `off`";

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
    (repair $name:literal, $field:ident, $meaning:literal) => {
        Setting {
            name: concat!("repairs.", $name),
            meaning: $meaning,
            read: |config| show_switch(config.repairs.$field),
            write: |config, _, text| store(&mut config.repairs.$field, switch(text), SWITCH),
        }
    };
}

/// The setting that a name, perhaps with a part of the user's, belongs to.
pub(super) fn find(name: &str) -> Option<&'static Setting> {
    let is_role_minimum = name.strip_prefix("role.").is_some_and(|rest| rest.ends_with(".min-nr-of-members"));
    let name = if is_role_minimum { ROLE_MINIMUM } else { name };
    SETTINGS.iter().chain([&ALL_REPAIRS]).find(|setting| setting.name == name)
}

const ROLE_MINIMUM: &str = "role.NAME.min-nr-of-members";

/// All twelve switches at once. It has no value of its own, so it is no setting to be listed.
static ALL_REPAIRS: Setting = Setting {
    name: "repairs.all",
    meaning: "all repairs at once",
    read: |config| show_switch(config.repairs != Repairs::none()),
    write: |config, _, text| {
        let on = switch(text).ok_or(SWITCH)?;
        for name in Repairs::NAMES {
            if let Some(switch) = config.repairs.switch(name) {
                *switch = on && Repairs::is_built(name);
            }
        }
        Ok(())
    },
};

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        name: "cluster-name",
        meaning: "the name of the cluster; messages of other clusters are dropped",
        read: |config| config.cluster_name.to_string(),
        write: |config, _, text| {
            config.cluster_name = text.into();
            Ok(())
        },
    },
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
    setting!(duration "seed-node-timeout", seed_node_timeout,
        "how long the first seed node waits before it joins itself, and others between attempts"),
    setting!(duration_or_off "retry-unsuccessful-join-after", retry_unsuccessful_join_after,
        "how long one attempt to join may take"),
    setting!(duration_or_off "shutdown-after-unsuccessful-join-seed-nodes", shutdown_after_unsuccessful_join_seed_nodes,
        "how long joining may take in all before the node gives up and stops"),
    Setting {
        name: "allow-weakly-up-members",
        meaning: "after how long without convergence joining members become weakly up",
        read: |config| show_duration_or_off(config.allow_weakly_up_members),
        write: |config, _, text| {
            let text = if text.eq_ignore_ascii_case("on") { "7s" } else { text };
            store(
                &mut config.allow_weakly_up_members,
                duration_or_off(text),
                "a duration, `on` (7s) or `off`",
            )
        },
    },
    setting!(number "min-nr-of-members", min_nr_of_members, "how many members there must be before one becomes up"),
    Setting {
        name: ROLE_MINIMUM,
        meaning: "how many members with a role there must be before one becomes up",
        read: |config| {
            let minimums = config.role_min_nr_of_members.iter();
            minimums.map(|(role, n)| format!("{role}={n}")).collect::<alloc::vec::Vec<_>>().join(" ")
        },
        write: |config, name, text| {
            let role = name.strip_prefix("role.").and_then(|rest| rest.strip_suffix(".min-nr-of-members"));
            let minimum = text.parse().map_err(|_| NUMBER)?;
            config.role_min_nr_of_members.insert(Arc::from(role.unwrap_or_default()), minimum);
            Ok(())
        },
    },
    setting!(duration "periodic-tasks-initial-delay", periodic_tasks_initial_delay,
        "no periodic task runs earlier than this after the start"),
    setting!(duration "gossip-interval", gossip_interval, "how often a node gossips"),
    setting!(duration "leader-actions-interval", leader_actions_interval, "how often the leader acts"),
    setting!(duration "unreachable-nodes-reaper-interval", unreachable_nodes_reaper_interval,
        "how often failure detector verdicts become observations"),
    setting!(number "reduce-gossip-different-view-probability", reduce_gossip_different_view_probability,
        "the size of a cluster from which gossip looks less for members that have not seen the state"),
    setting!(duration "prune-gossip-tombstones-after", prune_gossip_tombstones_after,
        "how long the marker of a removed member is kept"),
    setting!(duration "failure-detector.heartbeat-interval", failure_detector.heartbeat_interval,
        "how often heartbeats are sent"),
    setting!(number "failure-detector.threshold", failure_detector.threshold,
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
        read: |config| config.sbr.strategy.name().into(),
        write: |config, _, text| {
            let value = Strategy::of_name(text);
            store(
                &mut config.sbr.strategy,
                value,
                "`keep-majority`, `static-quorum`, `keep-oldest` or `down-all`",
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
            let value = match duration(text) {
                Some(limit) => Some(DownAllWhenUnstable::After(limit)),
                None if text.eq_ignore_ascii_case("on") => Some(DownAllWhenUnstable::On),
                None if text.eq_ignore_ascii_case("off") => Some(DownAllWhenUnstable::Off),
                None => None,
            };
            store(&mut config.sbr.down_all_when_unstable, value, "`on`, `off` or a duration")
        },
    },
    Setting {
        name: "sbr.role",
        meaning: "only members with this role count for the resolver's strategy; empty for all",
        read: |config| config.sbr.strategy.role().unwrap_or_default().into(),
        write: |config, _, text| {
            config.sbr.strategy.set_role((!text.is_empty()).then(|| text.into()));
            Ok(())
        },
    },
    Setting {
        name: "sbr.static-quorum.quorum-size",
        meaning: "how many members a side needs to stay",
        read: |config| match config.sbr.strategy {
            Strategy::StaticQuorum { quorum_size, .. } => quorum_size.to_string(),
            _ => String::new(),
        },
        write: |config, _, text| {
            let size = text.parse().map_err(|_| NUMBER)?;
            match &mut config.sbr.strategy {
                Strategy::StaticQuorum { quorum_size, .. } => {
                    *quorum_size = size;
                    Ok(())
                }
                _ => Err("to be set after `sbr.strategy = static-quorum`"),
            }
        },
    },
    Setting {
        name: "sbr.keep-oldest.down-if-alone",
        meaning: "whether the oldest goes down when it is alone",
        read: |config| match config.sbr.strategy {
            Strategy::KeepOldest { down_if_alone, .. } => show_switch(down_if_alone),
            _ => String::new(),
        },
        write: |config, _, text| {
            let on = switch(text).ok_or(SWITCH)?;
            match &mut config.sbr.strategy {
                Strategy::KeepOldest { down_if_alone, .. } => {
                    *down_if_alone = on;
                    Ok(())
                }
                _ => Err("to be set after `sbr.strategy = keep-oldest`"),
            }
        },
    },
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
