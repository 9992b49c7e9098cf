//! What nodes say to each other.

use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::config::{ConfigVerdict, JoinConfig};
use crate::membership::{Address, AppVersion, Gossip, Roles, UniqueAddress, VectorClock};
use crate::mix::{Mixer, mix};
use crate::time::Instant;

/// A message on its way: which cluster it belongs to, who sent it, for whom it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The name of the sender's cluster. A node drops messages of other clusters.
    pub cluster: Arc<str>,
    /// The incarnation that sent it.
    pub from: UniqueAddress,
    /// For whom it is.
    pub to: Destination,
    /// What it says.
    pub message: Message,
}

/// For whom a message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// Whatever incarnation is at an address.
    Address(Address),
    /// One incarnation only. Its successor at the address drops the message.
    Incarnation(UniqueAddress),
}

impl Destination {
    /// Where to send it.
    #[inline]
    #[must_use]
    pub fn address(&self) -> &Address {
        match self {
            Self::Address(address) => address,
            Self::Incarnation(node) => &node.address,
        }
    }
}

/// What one node says to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Message {
    /// JOIN-41, JOIN-48: asks a seed node whether it can be joined.
    InitJoin {
        /// Which of the asker's attempts it is; the answer says it back.
        attempt: u64,
        /// CHK-10: what the asker's checkers read of its configuration.
        config: JoinConfig,
    },
    /// JOIN-56: it can be joined.
    InitJoinAck {
        /// The attempt that is answered.
        attempt: u64,
        /// The address to join (JOIN-55).
        address: Address,
        /// CHK-20: whether the asker's configuration fits.
        verdict: ConfigVerdict,
    },
    /// JOIN-56: it can't be joined, now.
    InitJoinNack {
        /// The attempt that is answered.
        attempt: u64,
        /// Who refuses (JOIN-42).
        address: Address,
    },
    /// JOIN-20: asks to become a member.
    Join {
        /// The roles of the joiner, that of its data centre included.
        roles: Roles,
        /// The version of its application.
        app_version: AppVersion,
    },
    /// JOIN-75: the joiner is a member, and this is the cluster.
    Welcome {
        /// The state of the cluster.
        gossip: Arc<Gossip>,
    },
    /// JOIN-71: the joiner is refused, and this is why.
    JoinRefused {
        /// Why.
        why: JoinRefusal,
    },
    /// HB-1: are you there?
    Heartbeat {
        /// HB-13: counts the sender's heartbeat ticks.
        sequence: u64,
        /// When it was sent, on the sender's clock.
        sent_at: Instant,
    },
    /// HB-2: I am; both numbers are those of the heartbeat.
    HeartbeatReply {
        /// The number of the heartbeat.
        sequence: u64,
        /// When the heartbeat was sent, on the asker's clock.
        sent_at: Instant,
    },
    /// GSP-43: the whole state.
    Gossip {
        /// The state.
        gossip: Arc<Gossip>,
    },
    /// GSP-44: which state the sender has.
    GossipStatus {
        /// The changes that went into it.
        clock: VectorClock,
        /// The hash of who has seen it.
        seen: u64,
    },
    /// LDR-33: the sender has finished exiting and can be removed.
    ExitingConfirmed,
    /// JOIN-75, REP-43 (`introduce`): as `Welcome`, and which cluster it is.
    WelcomeTo {
        /// The state of the cluster.
        gossip: Arc<Gossip>,
        /// The node that founded it.
        founder: UniqueAddress,
    },
    /// GSP-43, REP-40 (`introduce`): as `Gossip`, of a node that has not been a member for long, so that some may not know it.
    Introduction {
        /// The state.
        gossip: Arc<Gossip>,
        /// REP-43: the node that founded the sender's cluster.
        founder: UniqueAddress,
    },
    /// GSP-44, REP-14 (`content_decides`), REP-42 (`introduce`): as `GossipStatus`, with what the sender knows.
    ContentStatus {
        /// The changes that went into it.
        clock: VectorClock,
        /// The hash of who has seen it.
        seen: u64,
        /// The hash of members and observations.
        content: u64,
        /// REP-40: whether the sender has not been a member for long.
        introduces: bool,
    },
    /// REP-50 (`removed_notice`): the receiver was removed from the sender's cluster.
    Removed,
    /// WCH-16: the sender does not hear this incarnation any more, which must not come back.
    Quarantined,
}

/// JOIN-71, JOIN-73, REP-30: why a `Join` was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum JoinRefusal {
    /// The one asked is itself Down or Exiting.
    OnMyWayOut,
    /// An earlier incarnation of the joiner must be removed first; ask again later.
    EarlierIncarnation,
    /// The joiner's incarnation was removed; only a new one can join.
    Removed,
    /// The cluster is about to stop.
    PreparingForShutdown,
    /// JOIN-71: the one asked waits for the version of its own application.
    VersionPending,
    /// The one asked holds as many members as it may (`limits.members`).
    Full,
}

/// Why a message can't wait, or can: a host may choose transport and priority by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Small, frequent, worthless when late.
    Heartbeat,
    /// Small, and something waits for it.
    Control,
    /// As large as the cluster.
    Bulk,
}

/// The kind of a message, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the message of the same name")]
#[non_exhaustive]
pub enum MessageKind {
    InitJoin,
    InitJoinAck,
    InitJoinNack,
    Join,
    Welcome,
    JoinRefused,
    Heartbeat,
    HeartbeatReply,
    Gossip,
    GossipStatus,
    ExitingConfirmed,
    WelcomeTo,
    Introduction,
    ContentStatus,
    Removed,
    Quarantined,
}

impl MessageKind {
    /// How many kinds there are.
    pub const COUNT: usize = 16;

    /// All kinds, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::InitJoin,
        Self::InitJoinAck,
        Self::InitJoinNack,
        Self::Join,
        Self::Welcome,
        Self::JoinRefused,
        Self::Heartbeat,
        Self::HeartbeatReply,
        Self::Gossip,
        Self::GossipStatus,
        Self::ExitingConfirmed,
        Self::WelcomeTo,
        Self::Introduction,
        Self::ContentStatus,
        Self::Removed,
        Self::Quarantined,
    ];

    /// The name, as cases write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InitJoin => "init-join",
            Self::InitJoinAck => "init-join-ack",
            Self::InitJoinNack => "init-join-nack",
            Self::Join => "join",
            Self::Welcome => "welcome",
            Self::JoinRefused => "join-refused",
            Self::Heartbeat => "heartbeat",
            Self::HeartbeatReply => "heartbeat-reply",
            Self::Gossip => "gossip",
            Self::GossipStatus => "gossip-status",
            Self::ExitingConfirmed => "exiting-confirmed",
            Self::WelcomeTo => "welcome-to",
            Self::Introduction => "introduction",
            Self::ContentStatus => "content-status",
            Self::Removed => "removed",
            Self::Quarantined => "quarantined",
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Message {
    /// What kind of message it is.
    #[inline]
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::InitJoin { .. } => MessageKind::InitJoin,
            Self::InitJoinAck { .. } => MessageKind::InitJoinAck,
            Self::InitJoinNack { .. } => MessageKind::InitJoinNack,
            Self::Join { .. } => MessageKind::Join,
            Self::Welcome { .. } => MessageKind::Welcome,
            Self::JoinRefused { .. } => MessageKind::JoinRefused,
            Self::Heartbeat { .. } => MessageKind::Heartbeat,
            Self::HeartbeatReply { .. } => MessageKind::HeartbeatReply,
            Self::Gossip { .. } => MessageKind::Gossip,
            Self::GossipStatus { .. } => MessageKind::GossipStatus,
            Self::ExitingConfirmed => MessageKind::ExitingConfirmed,
            Self::WelcomeTo { .. } => MessageKind::WelcomeTo,
            Self::Introduction { .. } => MessageKind::Introduction,
            Self::ContentStatus { .. } => MessageKind::ContentStatus,
            Self::Removed => MessageKind::Removed,
            Self::Quarantined => MessageKind::Quarantined,
        }
    }

    /// The whole state that it tells a member, if it tells one.
    #[inline]
    #[must_use]
    pub const fn told_state(&self) -> Option<&Arc<Gossip>> {
        match self {
            Self::Gossip { gossip } | Self::Introduction { gossip, .. } => Some(gossip),
            _ => None,
        }
    }

    /// How urgent and how large it is.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Heartbeat { .. } | Self::HeartbeatReply { .. } => Class::Heartbeat,
            Self::Welcome { .. }
            | Self::WelcomeTo { .. }
            | Self::Gossip { .. }
            | Self::Introduction { .. }
            | Self::GossipStatus { .. }
            | Self::ContentStatus { .. } => Class::Bulk,
            _ => Class::Control,
        }
    }

    /// A hash of what it says, for digests.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let kind = self.kind() as u64;
        let (a, b) = match self {
            Self::InitJoin { attempt, config } => (*attempt, config.hash64()),
            Self::InitJoinAck { attempt, address, verdict } => {
                (*attempt, mix(address.hash64(), verdict.hash64()))
            }
            Self::InitJoinNack { attempt, address } => (*attempt, address.hash64()),
            Self::Join { roles, app_version } => {
                let mut mixer = Mixer::new(12);
                roles.iter().for_each(|role| mixer.text(role));
                mixer.text(app_version.as_str());
                (mixer.finish(), 0)
            }
            Self::Welcome { gossip } | Self::Gossip { gossip } => (gossip.hash64(), 0),
            Self::JoinRefused { why } => (*why as u64, 0),
            Self::Heartbeat { sequence, sent_at } | Self::HeartbeatReply { sequence, sent_at } => {
                (*sequence, sent_at.as_nanos())
            }
            Self::GossipStatus { clock, seen } => (clock.hash64(), *seen),
            Self::ExitingConfirmed | Self::Removed | Self::Quarantined => (0, 0),
            Self::WelcomeTo { gossip, founder } | Self::Introduction { gossip, founder } => {
                (gossip.hash64(), founder.key().0)
            }
            Self::ContentStatus { clock, seen, content, introduces } => {
                (mix(clock.hash64(), *seen), content.wrapping_add(u64::from(*introduces)))
            }
        };
        mix(mix(a, b), kind)
    }
}

impl Envelope {
    /// A hash of sender, destination and message, for digests.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        let to = match &self.to {
            Destination::Address(address) => address.hash64(),
            Destination::Incarnation(node) => node.key().0,
        };
        mix(mix(self.from.key().0, to), self.message.hash64())
    }
}
