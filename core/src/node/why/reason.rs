//! Reasons, each with a sentence.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::membership::{Address, DataCenter, MemberStatus, ReachabilityStatus, UniqueAddress};
use crate::node::output::IgnoreReason;
use crate::protocol::{JoinRefusal, MessageKind};
use crate::sbr::DecisionRecord;
use crate::time::Instant;

/// Who observes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The observer.
    pub by: UniqueAddress,
    /// What it says.
    pub status: ReachabilityStatus,
}

/// A fact on which the answer to a question hangs. Its `Display` is one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Why {
    /// This node has ended.
    Ended,
    /// CNV-6: a member that counts has not seen the state.
    NotSeen {
        /// The member.
        node: UniqueAddress,
        /// Its status.
        status: MemberStatus,
    },
    /// CNV-9: a node is unreachable, and neither Down nor Exiting.
    Unreachable {
        /// The node.
        node: UniqueAddress,
        /// Its status; `None` when it is no member.
        status: Option<MemberStatus>,
        /// Who says so.
        by: Vec<Observed>,
        /// Since when this node has heard so.
        since: Option<Instant>,
    },
    /// No member is there.
    NoMember {
        /// Where.
        node: Address,
    },
    /// The member is beyond that, or on its way out.
    OnItsWay {
        /// The member.
        node: UniqueAddress,
        /// Its status.
        status: MemberStatus,
    },
    /// SHUT-46: nobody is moved up while the cluster prepares to stop.
    PreparingForShutdown,
    /// LDR-8: there are fewer members than must be.
    TooFewMembers {
        /// How many there are.
        members: usize,
        /// How many there must be.
        minimum: u32,
    },
    /// LDR-8: there are fewer members with a role than must be.
    TooFewWithRole {
        /// The role.
        role: Arc<str>,
        /// How many have it.
        members: usize,
        /// How many must.
        minimum: u32,
    },
    /// DC-18: the leader of another data centre decides, and only there it is known what hinders it.
    LedElsewhere {
        /// The member.
        node: UniqueAddress,
        /// Its data centre.
        data_center: DataCenter,
    },
    /// Nothing hinders; the leader will do it when it acts the next time.
    LeaderHasYetToAct {
        /// The leader.
        leader: UniqueAddress,
        /// When it acts, if that is this node.
        acts_at: Option<Instant>,
    },
    /// CNV-20: no member can lead.
    NobodyLeads,
    /// CNV-15: another member comes before this node.
    OtherLeads {
        /// The leader.
        leader: UniqueAddress,
        /// Its status.
        its_status: MemberStatus,
        /// That of this node.
        own_status: MemberStatus,
    },
    /// A member that is neither Down nor Exiting is removed by nobody.
    NothingRemoves {
        /// The member.
        node: UniqueAddress,
        /// Its status.
        status: MemberStatus,
    },
    /// LDR-11: a member that is Down is removed only when it is unreachable.
    StillReachable {
        /// The member.
        node: UniqueAddress,
    },
    /// LDR-12: an exiting member has not told that it is done.
    ExitNotConfirmed {
        /// The member.
        node: UniqueAddress,
    },
    /// LDR-12: an exiting member may have told the leader that it is done, and only the leader knows.
    LeaderKnows {
        /// The member.
        node: UniqueAddress,
        /// The leader.
        leader: UniqueAddress,
    },
    /// FRM-34: the leader keeps as many tombstones as it may, and none is old enough to fall.
    NoRoomForTombstones {
        /// How many it keeps.
        tombstones: usize,
    },
    /// JOIN-10: no command to join was given, and no seed nodes are configured.
    NobodyAsked,
    /// JOIN-10: the configured seed nodes will be asked.
    AsksAt {
        /// When.
        at: Instant,
    },
    /// JOIN-104: the version of the application was announced and has not come.
    WaitsForVersion {
        /// Whom to join then.
        to_join: Vec<Address>,
    },
    /// JOIN-40, JOIN-48: no seed node has let this one in.
    AsksSeedNodes {
        /// Those that are asked.
        seed_nodes: Vec<Address>,
        /// How often, if that is counted.
        asked: Option<u32>,
        /// JOIN-44: when this node founds a cluster, if it may.
        founds_at: Option<Instant>,
    },
    /// JOIN-61: a node was asked to let this one in, and has not.
    AskedToJoin {
        /// The node.
        node: Address,
        /// When the attempt is begun anew.
        again_at: Option<Instant>,
    },
    /// JOIN-71, JOIN-73: the last refusal that was heard.
    Refused {
        /// Who refuses.
        by: UniqueAddress,
        /// When.
        at: Instant,
        /// Why.
        why: JoinRefusal,
    },
    /// SBR-86: the last decision of the resolver.
    Decided {
        /// When.
        at: Instant,
        /// What, and why.
        record: Box<DecisionRecord>,
    },
    /// Something that was dropped.
    Ignored {
        /// When.
        at: Instant,
        /// Whose it was, if known.
        from: Option<UniqueAddress>,
        /// What it was, if that could be read.
        what: Option<MessageKind>,
        /// Why.
        why: IgnoreReason,
    },
}

struct Time(Instant);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        write!(f, "{}.{:03}s", ms / 1000, ms % 1000)
    }
}

struct Listed<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .enumerate()
            .try_for_each(|(at, one)| write!(f, "{}{one}", if at == 0 { "" } else { ", " }))
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            ReachabilityStatus::Terminated => write!(f, "{} (for good)", self.by),
            _ => write!(f, "{}", self.by),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("this node has ended"),
            Self::NotSeen { node, status } => write!(f, "{node} ({status}) has not seen the state"),
            Self::Unreachable { node, status, by, since } => {
                write!(f, "{node} (")?;
                match status {
                    Some(status) => write!(f, "{status}")?,
                    None => f.write_str("no member")?,
                }
                write!(f, ") is unreachable to {}", Listed(by))?;
                since.map_or(Ok(()), |since| write!(f, " since {}", Time(since)))
            }
            Self::NoMember { node } => write!(f, "there is no member at {node}"),
            Self::OnItsWay { node, status } => write!(f, "{node} is {status}"),
            Self::PreparingForShutdown => {
                f.write_str("the cluster prepares to stop, so nobody comes up any more")
            }
            Self::TooFewMembers { members, minimum } => {
                write!(f, "there are {members} members, and min-nr-of-members asks for {minimum}")
            }
            Self::TooFewWithRole { role, members, minimum } => {
                write!(f, "{members} members have the role {role}, and its minimum is {minimum}")
            }
            Self::LedElsewhere { node, data_center } => {
                write!(f, "the leader of {data_center} decides on {node}; ask a node there")
            }
            Self::LeaderHasYetToAct { leader, acts_at } => {
                write!(f, "nothing hinders it; {leader} leads and has yet to act")?;
                acts_at.map_or(Ok(()), |at| write!(f, ", at {}", Time(at)))
            }
            Self::NobodyLeads => f.write_str("no member of the data centre can lead it"),
            Self::OtherLeads { leader, its_status, own_status } => {
                write!(f, "{leader} ({its_status}) comes before this node ({own_status})")
            }
            Self::NothingRemoves { node, status } => {
                write!(f, "{node} is {status}: it neither leaves, nor has anybody downed it")
            }
            Self::StillReachable { node } => {
                write!(f, "{node} is down, but everybody still reaches it: it is removed when it has stopped")
            }
            Self::ExitNotConfirmed { node } => {
                write!(f, "{node} is exiting and has not told the leader that it is done")
            }
            Self::LeaderKnows { node, leader } => {
                write!(
                    f,
                    "{node} is exiting, and whether it is done only {leader} knows, which leads; ask there"
                )
            }
            Self::NoRoomForTombstones { tombstones } => {
                write!(f, "nobody can be removed until one of {tombstones} tombstones is old enough to fall")
            }
            Self::NobodyAsked => f.write_str("it was not told to join anybody, and has no seed nodes"),
            Self::AsksAt { at } => write!(f, "it will ask its seed nodes at {}", Time(*at)),
            Self::WaitsForVersion { to_join } => {
                write!(
                    f,
                    "the version of its application has not been told; then it joins {}",
                    Listed(to_join)
                )
            }
            Self::AsksSeedNodes { seed_nodes, asked, founds_at } => {
                write!(f, "no seed node has let it in; it asks {}", Listed(seed_nodes))?;
                if let Some(asked) = asked {
                    write!(f, ", so far {asked} times")?;
                }
                founds_at.map_or(Ok(()), |at| write!(f, ", and founds a cluster at {}", Time(at)))
            }
            Self::AskedToJoin { node, again_at } => {
                write!(f, "it asked {node} to let it in and has no answer")?;
                again_at.map_or(Ok(()), |at| write!(f, "; it asks again at {}", Time(at)))
            }
            Self::Refused { by, at, why } => write!(f, "{by} refused it at {}: {}", Time(*at), refusal(*why)),
            Self::Decided { at, record } => write!(f, "at {}: {record}", Time(*at)),
            Self::Ignored { at, from, what, why } => {
                write!(f, "at {} dropped ", Time(*at))?;
                match what {
                    Some(what) => write!(f, "a {what}")?,
                    None => f.write_str("something")?,
                }
                if let Some(from) = from {
                    write!(f, " from {from}")?;
                }
                write!(f, ": {}", why.name())
            }
        }
    }
}

const fn refusal(why: JoinRefusal) -> &'static str {
    match why {
        JoinRefusal::OnMyWayOut => "it is itself on its way out",
        JoinRefusal::EarlierIncarnation => "an earlier life of this node must be removed first",
        JoinRefusal::Removed => "this life of the node was removed",
        JoinRefusal::PreparingForShutdown => "the cluster prepares to stop",
        JoinRefusal::Full => "it holds as many members as it may",
        JoinRefusal::VersionPending => "it waits for the version of its own application",
    }
}
