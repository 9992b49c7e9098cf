//! Everything that a node wants of its host, or has to tell it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::input::{CommandKind, Target};
use super::stop_reason::StopReason;
use crate::config::{ConfigWarning, Difference};
use crate::limits::OverLimit;
use crate::membership::{
    Address, AppVersion, ClusterEvent, MemberStatus, NodeKey, ReachabilityStatus, UniqueAddress,
};
use crate::mix::{Mixer, mix};
use crate::protocol::{DecodeError, Envelope, JoinRefusal, MessageKind};
use crate::sbr::{DecisionRecord, LeaseAnswer, LeaseCall, Notice};

/// One thing that a node wants or tells. Plain data; the order within one input is fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Output {
    /// Send this. [`Message::class`](crate::Message::class) says how urgent it is.
    Send(Envelope),
    /// Something that users of the cluster hear.
    Event(ClusterEvent),
    /// LDR-28: all have heard that this node leaves. Finish your work, then answer with
    /// [`InputKind::ExitTasksDone`](crate::InputKind::ExitTasksDone).
    StartExitTasks {
        /// Say it back in the answer.
        id: u64,
    },
    /// API-40: this node is Up. Once in its life, behind the event that says so.
    SelfUp,
    /// API-42: this node is gone. Once in its life, right before [`Output::Stopped`], also if it never joined.
    SelfRemoved {
        /// The status that it had last, Removed if it was no member.
        previous_status: MemberStatus,
    },
    /// API-1: a command was taken up, and this is what it did.
    Accepted {
        /// The command.
        command: CommandKind,
        /// What it did.
        effect: Effect,
    },
    /// A command changed nothing, and this is why.
    Rejected {
        /// The command.
        command: CommandKind,
        /// Why.
        why: Rejection,
    },
    /// A message, frame or answer was dropped, and this is why. A host counts these.
    Ignored {
        /// Who sent it, if known.
        from: Option<UniqueAddress>,
        /// What it was, if it could be read.
        what: Option<MessageKind>,
        /// Why it was dropped.
        why: IgnoreReason,
    },
    /// WCH-2, WCH-15: this node no longer hears that incarnation. Close its connection, if there is one; nothing else needs
    /// to be done.
    Quarantine {
        /// Whom.
        node: UniqueAddress,
        /// Whether it only went as planned. If not, it must not come back and is told so.
        harmless: bool,
    },
    /// WCH-7: whoever watches that node, or anything on it, hears that it has ended.
    PeerGone {
        /// Which incarnation.
        node: UniqueAddress,
        /// The last status that this node knew of; Removed when it was gone before anybody asked (WCH-31).
        previous_status: MemberStatus,
    },
    /// RCH-50: what this node itself says of a member has changed; what all say together is told by events. Log it: as a
    /// warning unless the member is reachable, or Exiting as it is expected to go.
    Observed {
        /// The member.
        node: UniqueAddress,
        /// What this node says now.
        status: ReachabilityStatus,
        /// The status of the member.
        member_status: MemberStatus,
    },
    /// OBS-15: this node itself gave a member a status, on a command, a join or as the leader. Told where it is done and nowhere else,
    /// step by step; events tell every node where that led to (EVT-21).
    Moved {
        /// The member.
        node: UniqueAddress,
        /// Its status now; Removed when it is no member any more.
        status: MemberStatus,
    },
    /// SBR-86: the split brain resolver decided; the downing commands that follow are its own.
    Decided(Box<DecisionRecord>),
    /// SBR-63: what the resolver would decide if nothing changed any more, whenever that has become something else. `None`:
    /// nothing.
    WouldDecide(Option<Box<DecisionRecord>>),
    /// LEASE-9: ask this of the lease service, then answer with
    /// [`InputKind::LeaseAnswered`](crate::InputKind::LeaseAnswered).
    Lease(LeaseRequest),
    /// SBR-86: what the resolver has to say besides its decisions.
    Noticed(Notice),
    /// Something that an operator should hear.
    Warned(Warning),
    /// This node has ended; always the last output. It ignores everything from now on.
    Stopped {
        /// Why.
        why: StopReason,
    },
}

/// LEASE-9: something that a node asks of the lease service. The host answers with
/// [`InputKind::LeaseAnswered`](crate::InputKind::LeaseAnswered).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRequest {
    /// Say it back in the answer.
    pub id: u64,
    /// What is asked.
    pub call: LeaseCall,
    /// LEASE-6: of which service, by `sbr.lease-majority.lease-implementation`.
    pub service: Arc<str>,
    /// LEASE-6: of which lease.
    pub lease: Arc<str>,
    /// LEASE-6, LEASE-7: in whose name: the cluster and the address, so the next process at the address is the same owner.
    pub owner: Arc<str>,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Effect {
    /// This node founded a cluster.
    Founded,
    /// Joining has begun; events tell how it goes on.
    JoiningBegun,
    /// WCH-31: the end of the node will be told.
    Watching,
    /// A member has a new status.
    StatusChanged {
        /// The member.
        node: UniqueAddress,
        /// Its status before.
        from: MemberStatus,
        /// Its status now.
        to: MemberStatus,
    },
    /// SHUT-40: the cluster prepares to stop.
    Preparing {
        /// How many members became PreparingForShutdown by it.
        members: usize,
    },
    /// This node ends with this very input.
    Ending,
    /// JOIN-101: joining waits until the version of the application is told.
    WaitingForVersion,
    /// JOIN-102: this is the version of the application from now on.
    VersionSet {
        /// The version.
        version: AppVersion,
    },
}

/// Why a command changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rejection {
    /// JOIN-24: this node is a member of a cluster already.
    AlreadyMember,
    /// This node is no member of a cluster yet.
    NotMember,
    /// JOIN-30: a list of seed nodes without any.
    NoSeedNodes,
    /// MDL-4: a host that can't be joined.
    HostCannotBeJoined {
        /// The address.
        address: Address,
    },
    /// LIFE-1, LIFE-20: there is no such member.
    UnknownMember {
        /// Whom the command named.
        target: Target,
    },
    /// LIFE-5: the member is in that state, or beyond it.
    AlreadyThere {
        /// The member.
        node: UniqueAddress,
        /// Its status.
        status: MemberStatus,
    },
    /// JOIN-101, JOIN-102: the version of the application was told, or announced, before.
    VersionAlreadySet,
    /// SHUT-40: this node was told to prepare for a shutdown before.
    AlreadyPreparing,
    /// REP-101: nobody is Up, so nobody can prepare for a shutdown.
    NobodyIsUp,
}

impl Rejection {
    /// A short name, for counters.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AlreadyMember => "already-member",
            Self::NotMember => "not-member",
            Self::NoSeedNodes => "no-seed-nodes",
            Self::HostCannotBeJoined { .. } => "host-cannot-be-joined",
            Self::UnknownMember { .. } => "unknown-member",
            Self::AlreadyThere { .. } => "already-there",
            Self::VersionAlreadySet => "version-already-set",
            Self::AlreadyPreparing => "already-preparing",
            Self::NobodyIsUp => "nobody-is-up",
        }
    }
}

/// Why something that arrived was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IgnoreReason {
    /// The frame could not be read.
    Undecodable(DecodeError),
    /// It belongs to a cluster of another name.
    OtherCluster,
    /// It is for another address, or for another incarnation of this one.
    NotForMe,
    /// GSP-3, JOIN-1: this node is no member yet.
    NotMember,
    /// This node is a member already.
    AlreadyMember,
    /// GSP-62, GSP-69: the sender is no member.
    UnknownSender,
    /// GSP-63, GSP-69: this node does not see the sender.
    UnreachableSender,
    /// GSP-69, JOIN-93: the state does not hold this node.
    WithoutMe,
    /// JOIN-42, JOIN-52, LIFE-50: the answer to a question that was never asked, or that was answered before.
    StaleAnswer,
    /// JOIN-92: not from the node that is being joined.
    NotJoined,
    /// HB-22: a reply that this node did not ask for.
    NotAsked,
    /// REP-51: the sender was removed.
    RemovedSender,
    /// GSP-67: it waited longer than `gossip-time-to-live`.
    Expired,
    /// WCH-18: the sender is quarantined.
    Quarantined,
    /// WCH-22: it is about a node that is no member, or this node is in no cluster.
    UnknownNode,
    /// A verdict, and no failure detector of this node is external.
    NotExternal,
    /// JOIN-71, JOIN-73: a join that is refused.
    JoinRefused(JoinRefusal),
    /// This node was refused; it goes on trying.
    Refused(JoinRefusal),
    /// It would make the state larger than this node holds.
    OverLimit(OverLimit),
    /// The clock of the state counts changes of a node that is no member and was not removed: no rule leads to that.
    ClockOfStranger {
        /// That node's key.
        key: NodeKey,
    },
    /// FRM-37: it says in this node's own name that it has finished its exit, which it alone knows.
    OwnExit,
    /// LDR-43: this node was downed while its host finished its work, so nothing is confirmed; it ends as a downed node does.
    Downed,
}

/// What an operator should hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Warning {
    /// SBR-88: a setting of this node works and rarely does what its user wants. With the outputs of its first input.
    UnwiseSetting(ConfigWarning),
    /// The host's clock went back; the latest time seen counts.
    TimeWentBack {
        /// By how much.
        by: Duration,
    },
    /// This node was not called for longer than it had asked for: its host was suspended or starved, or its clock jumped.
    /// It judges nobody before it was told what has arrived meanwhile.
    Suspended {
        /// The time since the input before.
        gap: Duration,
        /// By how much the earliest deadline was missed.
        late_by: Duration,
    },
    /// WCH-26: a peer says that it has quarantined this node.
    QuarantinedBy {
        /// Who.
        node: UniqueAddress,
        /// Whether it is a member, so that it is believed.
        is_member: bool,
    },
    /// HB-19: this node was late with its heartbeats, so others may call it unreachable.
    HeartbeatDelayed {
        /// The time since the heartbeats before.
        elapsed: Duration,
    },
    /// PHI-31: replies come at ever longer intervals.
    HeartbeatIntervalGrowing {
        /// From where.
        address: Address,
        /// The last interval.
        interval: Duration,
    },
    /// LDR-4: the leader, which is this node, can't act, for want of convergence.
    LeaderIncapacitated {
        /// For how many leader ticks.
        ticks: u32,
    },
    /// FRM-34: the leader, which is this node, removes fewer members than it would, for want of room for their tombstones. Once
    /// for each state in which that is so.
    RemovalsPostponed {
        /// How many stay for now.
        waiting: usize,
        /// How many tombstones there are then, all younger than `prune-gossip-tombstones-after`.
        tombstones: usize,
    },
    /// FRM-35: this node says of fewer nodes that it does not see them than it would, for want of room for what it says. With each tick of the
    /// reaper in which that is so.
    ObservationsPostponed {
        /// Of how many it does not say so for now.
        waiting: usize,
        /// How many observations there are then, of all nodes together.
        observations: usize,
    },
    /// OBS-14: there is convergence again, so the leader, which is this node, acts.
    LeaderRestored {
        /// For how many leader ticks it could not.
        ticks: u32,
    },
    /// JOIN-50: no seed node answers.
    NoSeedNodeAnswers {
        /// How many attempts were made.
        attempts: u32,
    },
    /// JOIN-61: an attempt to join took too long and is begun anew.
    JoinTimedOut {
        /// Whom it asked.
        address: Address,
    },
    /// LEASE-14: the lease service answered something that was not asked. It counts as if nothing certain was heard.
    LeaseAnswerUnfit {
        /// The id of the request.
        id: u64,
        /// What was asked.
        call: LeaseCall,
        /// What was answered.
        answer: LeaseAnswer,
    },
    /// JOIN-16: joining took longer than `shutdown-after-unsuccessful-join-seed-nodes` allows; this node ends.
    JoinGivenUp {
        /// Whom it asked.
        seed_nodes: Vec<Address>,
    },
    /// CHK-20: the configuration of a joiner does not fit that of this node; it was told so.
    JoinerIncompatible {
        /// Who wants to join.
        joiner: UniqueAddress,
        /// Everything that does not fit.
        differences: Vec<Difference>,
    },
    /// CHK-30: the configuration of this node does not fit that of the cluster. It ends if it enforces that.
    ClusterIncompatible {
        /// The node that was asked.
        by: UniqueAddress,
        /// Everything that does not fit.
        differences: Vec<Difference>,
    },
    /// REP-53: a member, or the node that is being joined, says that this node was removed; it ends.
    WasRemoved {
        /// Who says so.
        by: UniqueAddress,
    },
    /// REP-54: a node that this one has removed, or never knew, says that this one was removed: the cluster may have split.
    SplitSuspected {
        /// Who says so.
        peer: UniqueAddress,
    },
    /// CHK-33: nothing was compared; this node joins all the same.
    ConfigurationUnchecked {
        /// The node that was asked.
        by: UniqueAddress,
    },
}

impl Output {
    /// A hash of the output, for digests.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        match self {
            Self::Send(envelope) => envelope.hash64(),
            Self::Event(event) => event.hash64(),
            Self::StartExitTasks { id } => mix(21, *id),
            Self::SelfUp => 30,
            Self::SelfRemoved { previous_status } => mix(31, *previous_status as u64),
            Self::Accepted { command, effect } => mix(22, mix(*command as u64, effect.hash64())),
            Self::Rejected { command, .. } => mix(23, *command as u64),
            Self::Ignored { from, what, why } => {
                let from = from.as_ref().map_or(0, |node| node.key().0);
                let kind = what.map_or(99, |kind| kind as u64);
                mix(24, mix(from, kind | (why.number() << 8)))
            }
            Self::Decided(record) => mix(25, record.hash64()),
            Self::WouldDecide(record) => mix(29, record.as_ref().map_or(0, |record| record.hash64())),
            Self::Lease(request) => mix(30, mix(request.id, request.call as u64)),
            Self::Noticed(notice) => mix(28, notice_number(notice)),
            Self::Warned(warning) => mix(26, warning.number()),
            Self::Quarantine { node, harmless } => mix(41, mix(node.key().0, u64::from(*harmless))),
            Self::PeerGone { node, previous_status } => mix(42, mix(node.key().0, *previous_status as u64)),
            Self::Observed { node, status, member_status } => {
                mix(43, mix(node.key().0, (*status as u64) << 8 | *member_status as u64))
            }
            Self::Moved { node, status } => mix(44, mix(node.key().0, *status as u64)),
            Self::Stopped { why } => mix(27, *why as u64),
        }
    }
}

fn notice_number(notice: &Notice) -> u64 {
    match notice {
        Notice::TooManyMembers { members, quorum_size } => {
            u64::from(*members) << 32 | u64::from(*quorum_size)
        }
        Notice::ResponsibilityChanged { responsible } => 1 + u64::from(*responsible),
        Notice::UnreachableChanged { unreachable, no_decision_before } => {
            mix(*unreachable as u64, no_decision_before.as_nanos())
        }
        Notice::LeaseAcquired { .. } => 3,
        Notice::NobodyHasRole { .. } => 7,
        Notice::LeaseDenied { answer, .. } => 4 + ((*answer as u64) << 8),
        Notice::LeaseReleased => 5,
        Notice::LeaseKept => 6,
    }
}

impl Effect {
    fn hash64(&self) -> u64 {
        match self {
            Self::Founded => 1,
            Self::JoiningBegun => 2,
            Self::Watching => 3,
            Self::StatusChanged { node, from, to } => mix(node.key().0, (*from as u64) << 8 | *to as u64),
            Self::Preparing { members } => mix(3, *members as u64),
            Self::Ending => 4,
            Self::WaitingForVersion => 5,
            Self::VersionSet { version } => {
                let mut mixer = Mixer::new(20);
                mixer.text(version.as_str());
                mixer.finish()
            }
        }
    }
}

impl IgnoreReason {
    /// A short name, for counters.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Undecodable(_) => "undecodable",
            Self::OtherCluster => "other-cluster",
            Self::NotForMe => "not-for-me",
            Self::NotMember => "not-member",
            Self::AlreadyMember => "already-member",
            Self::UnknownSender => "unknown-sender",
            Self::UnreachableSender => "unreachable-sender",
            Self::WithoutMe => "without-me",
            Self::StaleAnswer => "stale-answer",
            Self::NotJoined => "not-joined",
            Self::NotAsked => "not-asked",
            Self::RemovedSender => "removed-sender",
            Self::Expired => "expired",
            Self::Quarantined => "quarantined",
            Self::UnknownNode => "unknown-node",
            Self::NotExternal => "not-external",
            Self::JoinRefused(_) => "join-refused",
            Self::Refused(_) => "refused",
            Self::OverLimit(_) => "over-limit",
            Self::ClockOfStranger { .. } => "clock-of-stranger",
            Self::OwnExit => "own-exit",
            Self::Downed => "downed",
        }
    }

    const fn number(&self) -> u64 {
        match self {
            Self::Undecodable(_) => 1,
            Self::OtherCluster => 2,
            Self::NotForMe => 3,
            Self::NotMember => 4,
            Self::AlreadyMember => 5,
            Self::UnknownSender => 6,
            Self::UnreachableSender => 7,
            Self::WithoutMe => 8,
            Self::StaleAnswer => 9,
            Self::NotJoined => 10,
            Self::NotAsked => 11,
            Self::RemovedSender => 40,
            Self::Expired => 41,
            Self::Quarantined => 20,
            Self::UnknownNode => 21,
            Self::NotExternal => 22,
            Self::JoinRefused(why) => 12 + ((*why as u64) << 8),
            Self::Refused(why) => 13 + ((*why as u64) << 8),
            Self::OverLimit(over) => mix(15 + ((over.of as u64) << 8), over.count),
            Self::ClockOfStranger { key } => mix(16, key.0),
            Self::OwnExit => 23,
            Self::Downed => 14,
        }
    }
}

impl Warning {
    /// A short name, for counters.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnwiseSetting(_) => "unwise-setting",
            Self::TimeWentBack { .. } => "time-went-back",
            Self::Suspended { .. } => "suspended",
            Self::QuarantinedBy { .. } => "quarantined-by",
            Self::HeartbeatDelayed { .. } => "heartbeat-delayed",
            Self::HeartbeatIntervalGrowing { .. } => "heartbeat-interval-growing",
            Self::LeaderIncapacitated { .. } => "leader-incapacitated",
            Self::RemovalsPostponed { .. } => "removals-postponed",
            Self::ObservationsPostponed { .. } => "observations-postponed",
            Self::LeaderRestored { .. } => "leader-restored",
            Self::NoSeedNodeAnswers { .. } => "no-seed-node-answers",
            Self::JoinTimedOut { .. } => "join-timed-out",
            Self::LeaseAnswerUnfit { .. } => "lease-answer-unfit",
            Self::JoinGivenUp { .. } => "join-given-up",
            Self::JoinerIncompatible { .. } => "joiner-incompatible",
            Self::ClusterIncompatible { .. } => "cluster-incompatible",
            Self::WasRemoved { .. } => "was-removed",
            Self::SplitSuspected { .. } => "split-suspected",
            Self::ConfigurationUnchecked { .. } => "configuration-unchecked",
        }
    }

    fn number(&self) -> u64 {
        match self {
            Self::UnwiseSetting(_) => 16,
            Self::TimeWentBack { .. } => 1,
            Self::HeartbeatDelayed { .. } => 2,
            Self::HeartbeatIntervalGrowing { .. } => 3,
            Self::LeaderIncapacitated { ticks } => 4 + (u64::from(*ticks) << 8),
            Self::NoSeedNodeAnswers { attempts } => 5 + (u64::from(*attempts) << 8),
            Self::JoinTimedOut { .. } => 6,
            Self::LeaseAnswerUnfit { call, answer, .. } => {
                7 + ((*call as u64) << 8) + ((*answer as u64) << 16)
            }
            Self::JoinGivenUp { .. } => 11,
            Self::JoinerIncompatible { .. } => 8,
            Self::ClusterIncompatible { .. } => 9,
            Self::ConfigurationUnchecked { .. } => 10,
            Self::WasRemoved { .. } => 12,
            Self::SplitSuspected { .. } => 13,
            Self::Suspended { .. } => 14,
            Self::LeaderRestored { ticks } => 17 + (u64::from(*ticks) << 8),
            Self::RemovalsPostponed { waiting, tombstones } => {
                mix(18 + ((*waiting as u64) << 8), *tombstones as u64)
            }
            Self::ObservationsPostponed { waiting, observations } => {
                mix(19 + ((*waiting as u64) << 8), *observations as u64)
            }
            Self::QuarantinedBy { node, is_member } => mix(15, node.key().0 ^ u64::from(*is_member)),
        }
    }
}
