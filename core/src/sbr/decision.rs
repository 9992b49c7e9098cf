//! What a resolver can decide.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::membership::UniqueAddress;

/// SBR-37: what is to become of the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// This side goes down.
    DownReachable,
    /// This side stays, what it cannot reach goes down.
    DownUnreachable,
    /// Everybody goes down.
    DownAll,
    /// The nodes that are reached by some only go down, then what the strategy finds among the rest.
    DownIndirectlyConnected,
    /// The nodes that are reached by some only go down, and all that can be reached.
    ReverseDownIndirectlyConnected,
    /// This node alone goes down: a member has cut it off for good.
    DownSelfQuarantinedByRemote,
    /// Like `DownUnreachable`, once the lease is held.
    AcquireLeaseAndDownUnreachable {
        /// How long to wait before asking for the lease.
        delay: Duration,
    },
    /// Like `DownIndirectlyConnected`, once the lease is held.
    AcquireLeaseAndDownIndirectlyConnected {
        /// How long to wait before asking for the lease.
        delay: Duration,
    },
}

impl Decision {
    /// SBR-37: whether it is about nodes that are reached by some only.
    #[must_use]
    pub const fn is_indirectly_connected(&self) -> bool {
        matches!(
            self,
            Self::DownIndirectlyConnected
                | Self::ReverseDownIndirectlyConnected
                | Self::AcquireLeaseAndDownIndirectlyConnected { .. }
        )
    }

    /// How long to wait before asking for the lease; `None` when the decision needs no lease.
    #[must_use]
    pub const fn lease_delay(&self) -> Option<Duration> {
        match self {
            Self::AcquireLeaseAndDownUnreachable { delay }
            | Self::AcquireLeaseAndDownIndirectlyConnected { delay } => Some(*delay),
            _ => None,
        }
    }

    /// SBR-50: what a decision turns into when the lease is denied; `None` for one that needs no lease.
    #[must_use]
    pub const fn reverse(&self) -> Option<Self> {
        match self {
            Self::AcquireLeaseAndDownUnreachable { .. } => Some(Self::DownReachable),
            Self::AcquireLeaseAndDownIndirectlyConnected { .. } => Some(Self::ReverseDownIndirectlyConnected),
            _ => None,
        }
    }

    /// Its name in lower case with dashes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DownReachable => "down-reachable",
            Self::DownUnreachable => "down-unreachable",
            Self::DownAll => "down-all",
            Self::DownIndirectlyConnected => "down-indirectly-connected",
            Self::ReverseDownIndirectlyConnected => "reverse-down-indirectly-connected",
            Self::DownSelfQuarantinedByRemote => "down-self-quarantined-by-remote",
            Self::AcquireLeaseAndDownUnreachable { .. } => "acquire-lease-and-down-unreachable",
            Self::AcquireLeaseAndDownIndirectlyConnected { .. } => {
                "acquire-lease-and-down-indirectly-connected"
            }
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which row of which table led to a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// Some nodes are reached by some members and not by others.
    IndirectlyConnected,
    /// No member counts for the strategy: none is Up or Leaving, or none of them has the role.
    NobodyCounts,
    /// There are more members than the quorum allows for.
    TooManyMembers {
        /// The most that it allows for.
        most: u64,
    },
    /// This side has the quorum.
    Quorum,
    /// This side does not have the quorum.
    NoQuorum,
    /// REP-120: the others may have the quorum too, as they may count themselves. Only a second check finds this.
    QuorumBeyond,
    /// REP-127: all of this side leave, and others may have removed them already. Only a second check finds this.
    AllLeave,
    /// This side is the larger one.
    Majority,
    /// This side is the smaller one.
    Minority,
    /// Two halves, and the lowest address is on this side.
    TieWon,
    /// Two halves, and the lowest address is on the other side.
    TieLost,
    /// The oldest is on this side.
    OldestReachable,
    /// The oldest is on the other side.
    OldestUnreachable,
    /// The oldest is on this side, but nobody else is.
    OldestAlone,
    /// The oldest is all that cannot be reached.
    OldestAloneUnreachable,
    /// The strategy asks for nothing else.
    Always,
    /// SBR-62: for too long nothing has come to rest.
    Unstable {
        /// How often a member became reachable or unreachable.
        changes: u64,
        /// How long ago that was for the first time.
        first: Duration,
        /// How long ago that was for the last time.
        latest: Duration,
    },
    /// SBR-70: a member has quarantined this node.
    QuarantinedByRemote {
        /// That member.
        remote: UniqueAddress,
    },
    /// LEASE-16: the lease was denied, or nothing certain was heard of it.
    LeaseDenied {
        /// What would have been done with the lease.
        instead_of: Decision,
    },
}

impl Reason {
    /// A number for hashes.
    pub(super) const fn number(&self) -> u64 {
        match self {
            Self::IndirectlyConnected => 1,
            Self::NobodyCounts => 2,
            Self::TooManyMembers { .. } => 3,
            Self::Quorum => 4,
            Self::NoQuorum => 5,
            Self::Majority => 6,
            Self::Minority => 7,
            Self::TieWon => 8,
            Self::TieLost => 9,
            Self::OldestReachable => 10,
            Self::OldestUnreachable => 11,
            Self::OldestAlone => 12,
            Self::OldestAloneUnreachable => 13,
            Self::Always => 14,
            Self::Unstable { .. } => 15,
            Self::QuarantinedByRemote { .. } => 16,
            Self::QuorumBeyond => 17,
            Self::LeaseDenied { .. } => 18,
            Self::AllLeave => 19,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_secs(2);
    const ALL: [Decision; 8] = [
        Decision::DownReachable,
        Decision::DownUnreachable,
        Decision::DownAll,
        Decision::DownIndirectlyConnected,
        Decision::ReverseDownIndirectlyConnected,
        Decision::DownSelfQuarantinedByRemote,
        Decision::AcquireLeaseAndDownUnreachable { delay: DELAY },
        Decision::AcquireLeaseAndDownIndirectlyConnected { delay: DELAY },
    ];

    /// SBR-50
    #[test]
    fn only_decisions_that_need_the_lease_can_be_reversed() {
        let reversed = ALL.map(|decision| decision.reverse());
        assert_eq!(reversed[..6], [None; 6]);
        assert_eq!(
            reversed[6..],
            [Some(Decision::DownReachable), Some(Decision::ReverseDownIndirectlyConnected)]
        );
        assert!(
            ALL.iter()
                .all(|decision| decision.reverse().is_some() == (decision.lease_delay() == Some(DELAY)))
        );
    }

    /// SBR-37
    #[test]
    fn three_decisions_are_about_indirectly_connected_nodes() {
        let about = ALL.map(|decision| decision.is_indirectly_connected());
        assert_eq!(about, [false, false, false, true, true, false, false, true]);
    }
}
