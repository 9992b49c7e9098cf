//! How a side of a split finds out whether it is the one that stays: the choices and their settings.

use alloc::sync::Arc;
use core::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the side without a majority lets others ask for the lease first, unless it is set.
const MINORITY_DELAY: Duration = Duration::from_secs(2);

/// LEASE-23: how long the lease is kept after all that were downed are gone, unless it is set.
const RELEASE_AFTER: Duration = Duration::from_secs(40);

/// SBR-9: the strategy of a resolver, with what it needs to know.
///
/// All nodes of a cluster must have the same one with the same settings; otherwise two sides can stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strategy {
    /// The side with at least a fixed number of members stays.
    StaticQuorum {
        /// How many members a side needs. It must be more than half of the most that there will ever be.
        quorum_size: u32,
        /// Only members with this role count.
        role: Option<Arc<str>>,
    },
    /// The side with more members stays; of two halves the one with the lowest address.
    KeepMajority {
        /// Only members with this role count.
        role: Option<Arc<str>>,
    },
    /// The side with the oldest member stays.
    KeepOldest {
        /// An oldest member that is cut off from all others goes, so that they can stay.
        down_if_alone: bool,
        /// Only members with this role count.
        role: Option<Arc<str>>,
    },
    /// Nobody stays; whoever starts the processes again makes one cluster of them.
    DownAll,
    /// The side that gets a lease from a service outside stays; the one with the majority asks first.
    LeaseMajority {
        /// Only members with this role count for the majority.
        role: Option<Arc<str>>,
        /// How long the side without the majority waits before it asks.
        minority_delay: Duration,
        /// LEASE-23: how long the lease is kept after all that were downed are gone. It should exceed what can lie between
        /// the decisions of two sides: `stable-after` and `down-all-when-unstable` together.
        release_after: Duration,
    },
}

impl Strategy {
    /// Its name, as settings spell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StaticQuorum { .. } => "static-quorum",
            Self::KeepMajority { .. } => "keep-majority",
            Self::KeepOldest { .. } => "keep-oldest",
            Self::DownAll => "down-all",
            Self::LeaseMajority { .. } => "lease-majority",
        }
    }

    /// SBR-9: the strategy of a name, in upper or lower case, with its default settings.
    ///
    /// A static quorum has no default: its size is 0, which a configuration refuses.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [
            Self::StaticQuorum { quorum_size: 0, role: None },
            Self::KeepMajority { role: None },
            Self::KeepOldest { down_if_alone: true, role: None },
            Self::DownAll,
            Self::LeaseMajority { role: None, minority_delay: MINORITY_DELAY, release_after: RELEASE_AFTER },
        ]
        .into_iter()
        .find(|strategy| strategy.name().eq_ignore_ascii_case(name))
    }

    /// SBR-25: the role that a member must have to be counted.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        match self {
            Self::StaticQuorum { role, .. }
            | Self::KeepMajority { role }
            | Self::KeepOldest { role, .. }
            | Self::LeaseMajority { role, .. } => role.as_deref(),
            Self::DownAll => None,
        }
    }

    /// Sets the role that a member must have to be counted. Down-all counts nobody and has none.
    pub fn set_role(&mut self, new: Option<Arc<str>>) {
        match self {
            Self::StaticQuorum { role, .. }
            | Self::KeepMajority { role }
            | Self::KeepOldest { role, .. }
            | Self::LeaseMajority { role, .. } => *role = new,
            Self::DownAll => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SBR-9
    #[test]
    fn a_strategy_is_found_by_its_name_in_any_case() {
        for name in ["static-quorum", "keep-majority", "keep-oldest", "down-all", "lease-majority"] {
            assert_eq!(Strategy::of_name(name).unwrap().name(), name);
        }
        assert_eq!(
            Strategy::of_name("Keep-Oldest"),
            Some(Strategy::KeepOldest { down_if_alone: true, role: None })
        );
        assert_eq!(Strategy::of_name("keep-youngest"), None);
    }

    /// SBR-9, SBR-25
    #[test]
    fn every_strategy_but_down_all_can_count_by_role() {
        for name in ["static-quorum", "keep-majority", "keep-oldest", "lease-majority"] {
            let mut strategy = Strategy::of_name(name).unwrap();
            assert_eq!(strategy.role(), None);
            strategy.set_role(Some("worker".into()));
            assert_eq!(strategy.role(), Some("worker"), "{name}");
        }
        let mut strategy = Strategy::DownAll;
        strategy.set_role(Some("worker".into()));
        assert_eq!(strategy.role(), None);
    }
}
