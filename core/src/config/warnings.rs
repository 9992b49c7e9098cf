//! Settings that a node takes, and that rarely do what their user wants.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Config, DetectorKind, Downing};
use crate::sbr::Strategy;

/// What an operator should think about again before starting a node: it works, but not well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// SBR-88: the resolver decides before the failure detectors of all nodes have found out who is gone, so two sides may
    /// decide on different views.
    StableBeforeDetected {
        /// `sbr.stable-after`.
        stable_after: Duration,
        /// How long a node that falls silent goes unnoticed, about: one interval and the pause that is tolerated.
        detected_after: Duration,
    },
    /// HB-50, SBR-88, S-57: each member watches so few others that after a partition it has to begin to watch others again and again,
    /// and the resolver decides before one such round is over.
    StableBeforeAllFound {
        /// `sbr.stable-after`.
        stable_after: Duration,
        /// `failure-detector.monitored-by-nr-of-members`.
        watched: u32,
        /// How many members such a `stable-after` is meant for.
        members: u32,
        /// How long it takes to begin to watch others and to find out that they are silent, too.
        round: Duration,
    },
    /// SBR-90: work is taken over before a side that finds no rest must have ended.
    RestlessOutlivesMargin {
        /// The time after which such a side goes down, beyond `sbr.stable-after`.
        unrest: Duration,
        /// How long takers-over wait.
        margin: Duration,
    },
    /// LEASE-23: the lease is given back before the other side must have asked for it.
    LeaseReleasedEarly {
        /// `sbr.lease-majority.release-after`.
        release_after: Duration,
        /// The longest time that can lie between the decisions of two sides.
        apart: Duration,
    },
    /// JOIN-64: a node whose request to join is lost, or its answer, waits for ever without a word.
    JoinsOnce,
    /// REP-17: tombstones are forgotten before a node that was cut off must have been removed, so that one may bring back whom the
    /// others have removed meanwhile.
    TombstonesForgottenEarly {
        /// `prune-gossip-tombstones-after`.
        kept: Duration,
        /// The longest time that a node can be cut off and still be a member, about.
        apart: Duration,
    },
    /// SBR-90: a side that finds no rest never ends, so it may run on beside its successors.
    NeverDownsWhenUnstable,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StableBeforeDetected { stable_after, detected_after } => write!(
                f,
                "`sbr.stable-after` is {stable_after:?}, not longer than the {detected_after:?} that it takes to detect who \
                 is gone: two sides may decide on different views"
            ),
            Self::StableBeforeAllFound { stable_after, watched, members, round } => write!(
                f,
                "`sbr.stable-after` is {stable_after:?}, which fits a cluster of {members}, and \
                 `failure-detector.monitored-by-nr-of-members` is {watched}: when all whom a member watches are gone it watches others, \
                 and it takes {round:?} to find those out, too: two sides may decide on different views"
            ),
            Self::RestlessOutlivesMargin { unrest, margin } => write!(
                f,
                "`sbr.down-all-when-unstable` is {unrest:?}, longer than the {margin:?} after which the work of downed \
                 members is taken over: it may be done twice"
            ),
            Self::LeaseReleasedEarly { release_after, apart } => write!(
                f,
                "`sbr.lease-majority.release-after` is {release_after:?}, shorter than the {apart:?} that can lie between \
                 the decisions of two sides: both may get the lease"
            ),
            Self::JoinsOnce => f.write_str(
                "`retry-unsuccessful-join-after` is off: a node whose request or its answer is lost waits for ever",
            ),
            Self::TombstonesForgottenEarly { kept, apart } => write!(
                f,
                "`prune-gossip-tombstones-after` is {kept:?}, no longer than the {apart:?} for which a node can be cut off \
                 and stay a member: it may bring back whom others have removed"
            ),
            Self::NeverDownsWhenUnstable => f.write_str(
                "`sbr.down-all-when-unstable` is off: a side that finds no rest runs on beside those who take over its work",
            ),
        }
    }
}

impl Config {
    /// What works but rarely does what its user wants, with the numbers. What cannot work at all, [`Config::validate`]
    /// refuses.
    #[must_use]
    pub fn warnings(&self) -> Vec<ConfigWarning> {
        let mut warnings = Vec::new();
        if self.retry_unsuccessful_join_after.is_none() {
            warnings.push(ConfigWarning::JoinsOnce);
        }
        if self.downing != Downing::Sbr {
            return warnings;
        }
        let (sbr, detector) = (&self.sbr, &self.failure_detector);
        let detected_after = detector.heartbeat_interval + detector.acceptable_heartbeat_pause;
        if detector.kind != DetectorKind::External && sbr.stable_after <= detected_after {
            warnings
                .push(ConfigWarning::StableBeforeDetected { stable_after: sbr.stable_after, detected_after });
        }
        warnings.extend(self.sparse_monitoring());
        match sbr.unrest_limit() {
            None => warnings.push(ConfigWarning::NeverDownsWhenUnstable),
            Some(unrest) if unrest > self.removal_margin() => {
                let margin = self.removal_margin();
                warnings.push(ConfigWarning::RestlessOutlivesMargin { unrest, margin });
            }
            Some(_) => {}
        }
        let apart = sbr.stable_after + sbr.unrest_limit().unwrap_or_default();
        // REP-17
        let (kept, cut_off) = (self.prune_gossip_tombstones_after, detected_after + apart);
        if kept <= cut_off {
            warnings.push(ConfigWarning::TombstonesForgottenEarly { kept, apart: cut_off });
        }
        if let Strategy::LeaseMajority { release_after, .. } = sbr.strategy()
            && release_after < apart
        {
            warnings.push(ConfigWarning::LeaseReleasedEarly { release_after, apart });
        }
        warnings
    }
}

impl Config {
    /// HB-50, S-57: whether members that watch few others find out in several rounds who is gone, and decide in between.
    fn sparse_monitoring(&self) -> Option<ConfigWarning> {
        let (stable_after, detector) = (self.sbr.stable_after, &self.failure_detector);
        let watched = detector.monitored_by_nr_of_members;
        let members = members_meant(stable_after);
        // The next heartbeats, the first answer that is missing, and then as for those that were watched from the start.
        let round = 2 * detector.heartbeat_interval
            + detector.expected_response_after
            + detector.acceptable_heartbeat_pause
            + self.unreachable_nodes_reaper_interval;
        let is_sparse = watched.saturating_add(1) < members && stable_after <= round;
        (is_sparse && detector.kind != DetectorKind::External)
            .then_some(ConfigWarning::StableBeforeAllFound { stable_after, watched, members, round })
    }
}

/// SBR-88: the size of cluster that a `stable-after` is the least value for; the smallest of the table for shorter ones.
fn members_meant(stable_after: Duration) -> u32 {
    const LEAST: [(u64, u32); 5] = [(30, 1000), (20, 100), (17, 50), (13, 20), (10, 10)];
    LEAST.iter().find(|(seconds, _)| stable_after.as_secs() >= *seconds).map_or(5, |(_, members)| *members)
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;

    fn warned(settings: &[(&str, &str)]) -> String {
        let config = Config::from_settings(settings.iter().copied()).unwrap();
        config.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// HB-50, S-57: enough are watched, or there is time for a round.
    #[test]
    fn few_watchers_are_not_warned_of_where_a_round_fits_in() {
        for settings in [
            [("sbr.stable-after", "7s"), ("failure-detector.monitored-by-nr-of-members", "4")],
            [("sbr.stable-after", "8s"), ("failure-detector.monitored-by-nr-of-members", "1")],
            [("sbr.stable-after", "20s"), ("failure-detector.monitored-by-nr-of-members", "1")],
        ] {
            assert_eq!(warned(&settings), "", "{settings:?}");
        }
    }

    /// SBR-88, SBR-90, LEASE-23, REP-17
    #[test]
    fn settings_that_work_against_each_other_are_warned_of_with_their_numbers() {
        assert_eq!(warned(&[]), "");
        assert_eq!(warned(&[("prune-gossip-tombstones-after", "40s")]), "");
        assert_eq!(warned(&[("downing", "none"), ("sbr.stable-after", "1s")]), "");
        for (settings, parts) in [
            (&[("sbr.stable-after", "4s")][..], ["`sbr.stable-after` is 4s", "the 4s that it takes"]),
            (
                &[
                    ("sbr.stable-after", "7s"),
                    ("sbr.down-all-when-unstable", "4s"),
                    ("failure-detector.monitored-by-nr-of-members", "2"),
                ],
                ["is 7s, which fits a cluster of 5", "nr-of-members` is 2"],
            ),
            (
                &[("sbr.stable-after", "13s"), ("failure-detector.acceptable-heartbeat-pause", "9s")],
                ["fits a cluster of 20", "takes 13s"],
            ),
            (&[("sbr.down-all-when-unstable", "25s")], ["is 25s, longer than the 20s", "done twice"]),
            (&[("sbr.down-all-when-unstable", "off")], ["is off", "runs on"]),
            (&[("prune-gossip-tombstones-after", "39s")], ["is 39s, no longer than the 39s", "bring back"]),
            (
                &[
                    ("sbr.strategy", "lease-majority"),
                    ("sbr.lease-majority.lease-implementation", "x"),
                    ("sbr.lease-majority.release-after", "30s"),
                ],
                ["is 30s, shorter than the 35s", "both may get the lease"],
            ),
        ] {
            let warned = warned(settings);
            assert!(parts.iter().all(|part| warned.contains(part)), "{parts:?} in {warned}");
        }
    }
}
