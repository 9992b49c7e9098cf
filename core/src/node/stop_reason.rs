//! Why a node ends, and what that means for the process that it runs in (part 02, sections 8.7 and 9).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::config::Config;

/// Why a node has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StopReason {
    /// It left, in good order.
    Left,
    /// LDR-39: it was downed.
    Downed,
    /// JOIN-16: no cluster let it in within the time set.
    JoinUnsuccessful,
    /// CHK-31: its configuration does not fit the cluster that it wanted to join.
    IncompatibleConfiguration,
    /// REP-53: it was removed, and was told so.
    Removed,
    /// The host asked for it.
    Commanded,
}

impl StopReason {
    /// SHUT-11: the status that a host's process ends with, if it ends because its node did.
    #[must_use]
    pub const fn exit_code(self) -> i32 {
        match self {
            Self::Downed | Self::Removed | Self::JoinUnsuccessful => -1,
            Self::Left | Self::IncompatibleConfiguration | Self::Commanded => 0,
        }
    }

    /// SHUT-10, LIFE-57, LDR-42: why a host shuts down in good order when its node has ended: whatever ended it, if
    /// `run-coordinated-shutdown-when-down` says so, and in any case when it left or never got in. A host that shuts down already
    /// goes on for the reason that it has.
    #[must_use]
    pub const fn shutdown_reason(self, config: &Config) -> Option<ShutdownReason> {
        match self {
            Self::Left => Some(ShutdownReason::ClusterLeaving),
            Self::JoinUnsuccessful => Some(ShutdownReason::ClusterJoinUnsuccessful),
            Self::IncompatibleConfiguration => Some(ShutdownReason::IncompatibleConfigurationDetected),
            Self::Downed | Self::Removed | Self::Commanded if config.run_coordinated_shutdown_when_down => {
                Some(ShutdownReason::ClusterDowning)
            }
            Self::Downed | Self::Removed | Self::Commanded => None,
        }
    }

    /// LIFE-55 (step 6), JOIN-16, CHK-31: whether that begins with the end of the node. When it left, it goes on already.
    #[must_use]
    pub const fn begins_shutdown(self, config: &Config) -> bool {
        !matches!(self.shutdown_reason(config), None | Some(ShutdownReason::ClusterLeaving))
    }

    /// The name, as cases write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Downed => "downed",
            Self::JoinUnsuccessful => "join-unsuccessful",
            Self::IncompatibleConfiguration => "incompatible-configuration",
            Self::Removed => "removed",
            Self::Commanded => "commanded",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// SHUT-10: why a host shuts down in good order, if its node is the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ShutdownReason {
    /// The node leaves its cluster: the reason from [`Output::StartExitTasks`](crate::Output::StartExitTasks) on.
    ClusterLeaving,
    /// JOIN-16: no cluster let it in within the time set.
    ClusterJoinUnsuccessful,
    /// CHK-31: its configuration does not fit the cluster that it wanted to join.
    IncompatibleConfigurationDetected,
    /// It was downed, was removed and told so, or was ended by a command.
    ClusterDowning,
}
