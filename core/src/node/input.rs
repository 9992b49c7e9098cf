//! Everything that can happen to a node.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::membership::{Address, AppVersion, UniqueAddress};
use crate::mix::{Mixer, mix};
use crate::protocol::{DecodeError, Envelope};
use crate::sbr::LeaseAnswer;
use crate::time::Instant;

/// One thing that happens to a node, and when. A node's life is a list of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The host's monotonic clock. A time before one that the node has seen counts as that one.
    pub now: Instant,
    /// The host's wall clock in milliseconds since 1970, used for tombstones only (GSP-25).
    pub wall_ms: i64,
    /// What happens.
    pub kind: InputKind,
}

/// What happens to a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InputKind {
    /// Time has passed: timers that are due fire. Give it when [`Node::next_deadline`](crate::Node::next_deadline) says
    /// so, after everything that has arrived was handed over.
    Tick,
    /// A message arrived.
    Received(Envelope),
    /// GSP-67: a message that arrived earlier and waited to be handled, in a queue of the host's.
    ReceivedEarlier {
        /// The message.
        envelope: Envelope,
        /// When it arrived, on the host's monotonic clock.
        at: Instant,
    },
    /// A frame arrived that the codec could not read.
    Undecodable {
        /// Where it came from, if the transport knows.
        from: Option<Address>,
        /// What was wrong.
        error: DecodeError,
    },
    /// A user wants something.
    Command(Command),
    /// PHI-1: the host's own failure detector has come to a verdict, for `failure-detector.kind = external`. It stands until
    /// the host says otherwise, whoever is at the address by then.
    Verdict {
        /// About whom.
        address: Address,
        /// Whether the node there is thought to be alive.
        is_available: bool,
    },
    /// WCH-20: the transport has given up on a peer for reasons of its own, and for good.
    Quarantined {
        /// Which incarnation.
        node: UniqueAddress,
    },
    /// The work that the host had to do before exiting is done: answers
    /// [`Output::StartExitTasks`](crate::Output::StartExitTasks).
    ExitTasksDone {
        /// The id of the request.
        id: u64,
    },
    /// LEASE-9: what the lease service said: answers [`Output::Lease`](crate::Output::Lease). LEASE-13: every request must
    /// be answered, if need be with [`LeaseAnswer::Failed`]: until then the resolver decides nothing else.
    LeaseAnswered {
        /// The id of the request.
        id: u64,
        /// What came of it.
        answer: LeaseAnswer,
    },
    /// LEASE-5: whether this node certainly holds the lease. Give it whenever that changes; at first it does not.
    LeaseHeld(bool),
}

/// EVT-84: what a user can want of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Command {
    /// Join the cluster of the node at an address; the own address founds a cluster (JOIN-20).
    Join(Address),
    /// Join the cluster that one of these seed nodes is in. The first of the list may found it (JOIN-31).
    JoinSeedNodes(Vec<Address>),
    /// The version of the application is known only later: wait with joining for [`Command::SetAppVersion`] (JOIN-101).
    SetAppVersionLater,
    /// This is the version of the application that this node runs; the first one told counts (JOIN-102).
    SetAppVersion(AppVersion),
    /// Let a member leave (LIFE-1).
    Leave(Target),
    /// Declare a member gone for good (LIFE-20).
    Down(Target),
    /// Tell the whole cluster that it is about to stop, so that nothing is moved around any more (SHUT-40). Nothing stops by
    /// it.
    PrepareForShutdown,
    /// End as an exiting node ends, whatever the own status: tell the last state, confirm the exit, stop (LIFE-52). For a
    /// host that asked to leave and can't wait any longer for the others to agree (SHUT-17).
    ExitNow,
    /// WCH-31: hear of the end of a node. If that has come already,
    /// [`Output::PeerGone`](crate::Output::PeerGone) is the answer; else it comes when the time has come, watched or not.
    Watch(Target),
    /// Stop at once, without telling anybody (LIFE-55).
    Stop,
}

/// Which member a command is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// The first member at an address, whatever its incarnation (LDR-57).
    Address(Address),
    /// Exactly this incarnation.
    Incarnation(UniqueAddress),
}

impl Target {
    /// Where the member is.
    #[must_use]
    pub fn address(&self) -> &Address {
        match self {
            Self::Address(address) => address,
            Self::Incarnation(node) => &node.address,
        }
    }

    fn hash64(&self) -> u64 {
        match self {
            Self::Address(address) => address.hash64(),
            Self::Incarnation(node) => node.key().0,
        }
    }
}

/// The kind of a command, without what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the command of the same name")]
#[non_exhaustive]
pub enum CommandKind {
    Join,
    JoinSeedNodes,
    Leave,
    Down,
    Stop,
    PrepareForShutdown,
    ExitNow,
    SetAppVersionLater,
    SetAppVersion,
    Watch,
}

impl CommandKind {
    /// A short name, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::JoinSeedNodes => "join-seed-nodes",
            Self::Leave => "leave",
            Self::Down => "down",
            Self::Stop => "stop",
            Self::PrepareForShutdown => "prepare-for-shutdown",
            Self::ExitNow => "exit-now",
            Self::SetAppVersionLater => "set-app-version-later",
            Self::SetAppVersion => "set-app-version",
            Self::Watch => "watch",
        }
    }
}

impl Command {
    /// What kind of command it is.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::Join(_) => CommandKind::Join,
            Self::JoinSeedNodes(_) => CommandKind::JoinSeedNodes,
            Self::SetAppVersionLater => CommandKind::SetAppVersionLater,
            Self::SetAppVersion(_) => CommandKind::SetAppVersion,
            Self::Leave(_) => CommandKind::Leave,
            Self::Down(_) => CommandKind::Down,
            Self::PrepareForShutdown => CommandKind::PrepareForShutdown,
            Self::ExitNow => CommandKind::ExitNow,
            Self::Stop => CommandKind::Stop,
            Self::Watch(_) => CommandKind::Watch,
        }
    }

    fn hash64(&self) -> u64 {
        let about = match self {
            Self::Join(address) => address.hash64(),
            Self::JoinSeedNodes(list) => list.iter().fold(0, |hash, address| mix(hash, address.hash64())),
            Self::Leave(target) | Self::Down(target) | Self::Watch(target) => target.hash64(),
            Self::SetAppVersion(version) => {
                let mut mixer = Mixer::new(20);
                mixer.text(version.as_str());
                mixer.finish()
            }
            Self::SetAppVersionLater | Self::PrepareForShutdown | Self::ExitNow | Self::Stop => 0,
        };
        mix(self.kind() as u64, about)
    }
}

impl Input {
    /// A hash of the input without its times, for digests.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        match &self.kind {
            InputKind::Tick => 1,
            InputKind::Received(envelope) => envelope.hash64(),
            InputKind::ReceivedEarlier { envelope, .. } => mix(envelope.hash64(), 9),
            InputKind::Undecodable { from, .. } => mix(2, from.as_ref().map_or(0, Address::hash64)),
            InputKind::Command(command) => mix(3, command.hash64()),
            InputKind::ExitTasksDone { id } => mix(4, *id),
            InputKind::LeaseAnswered { id, answer } => mix(5, mix(*id, *answer as u64)),
            InputKind::LeaseHeld(held) => mix(6, u64::from(*held)),
            InputKind::Verdict { address, is_available } => {
                mix(7, mix(address.hash64(), u64::from(*is_available)))
            }
            InputKind::Quarantined { node } => mix(8, node.key().0),
        }
    }
}
