//! The names by which tools of operators know what a node tells.

use serde::{Deserialize, Serialize};

/// OBS-9: what a line is about, for alarms and filters. The names are Pekko's and stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Marker {
    /// This node itself calls a member unreachable, or gone for good. Fields: [`REMOTE_ADDRESS`].
    Unreachable,
    /// It calls it reachable again. Fields: [`REMOTE_ADDRESS`].
    Reachable,
    /// OBS-12: it was late with its own heartbeats.
    HeartbeatStarvation,
    /// OBS-13: it leads and can't act, for want of convergence.
    LeaderIncapacitated,
    /// OBS-14: it can again.
    LeaderRestored,
    /// It could not join.
    JoinFailed,
    /// OBS-15: it gave a member a status. Fields: [`REMOTE_ADDRESS`], [`REMOTE_ADDRESS_UID`], [`MEMBER_STATUS`].
    MemberChanged,
    /// The resolver decided. Fields: [`SBR_DECISION`].
    SbrDowning,
    /// The resolver downs this node. Fields: [`REMOTE_ADDRESS`], [`REMOTE_ADDRESS_UID`], [`SBR_DECISION`].
    SbrDowningNode,
    /// The resolver downs all, since nothing comes to rest.
    SbrInstability,
    /// The lease of the decision is held. Fields: [`SBR_DECISION`].
    SbrLeaseAcquired,
    /// The lease was refused. Fields: [`SBR_DECISION`], what is done instead.
    SbrLeaseDenied,
    /// The lease was given back.
    SbrLeaseReleased,
}

/// OBS-9: the field that names another node, as `host:port`.
pub const REMOTE_ADDRESS: &str = "pekkoRemoteAddress";
/// OBS-9: the field with its uid.
pub const REMOTE_ADDRESS_UID: &str = "pekkoRemoteAddressUid";
/// OBS-9: the field with the new status of a member.
pub const MEMBER_STATUS: &str = "pekkoMemberStatus";
/// OBS-9: the field with the name of a decision.
pub const SBR_DECISION: &str = "pekkoSbrDecision";

impl Marker {
    /// All of them, in order.
    pub const ALL: [Self; 13] = [
        Self::Unreachable,
        Self::Reachable,
        Self::HeartbeatStarvation,
        Self::LeaderIncapacitated,
        Self::LeaderRestored,
        Self::JoinFailed,
        Self::MemberChanged,
        Self::SbrDowning,
        Self::SbrDowningNode,
        Self::SbrInstability,
        Self::SbrLeaseAcquired,
        Self::SbrLeaseDenied,
        Self::SbrLeaseReleased,
    ];

    /// OBS-9: the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "pekkoUnreachable",
            Self::Reachable => "pekkoReachable",
            Self::HeartbeatStarvation => "pekkoHeartbeatStarvation",
            Self::LeaderIncapacitated => "pekkoClusterLeaderIncapacitated",
            Self::LeaderRestored => "pekkoClusterLeaderRestored",
            Self::JoinFailed => "pekkoJoinFailed",
            Self::MemberChanged => "pekkoMemberChanged",
            Self::SbrDowning => "pekkoSbrDowning",
            Self::SbrDowningNode => "pekkoSbrDowningNode",
            Self::SbrInstability => "pekkoSbrInstability",
            Self::SbrLeaseAcquired => "pekkoSbrLeaseAcquired",
            Self::SbrLeaseDenied => "pekkoSbrLeaseDenied",
            Self::SbrLeaseReleased => "pekkoSbrLeaseReleased",
        }
    }
}
