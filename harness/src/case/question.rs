//! What can be asked in a case.

use std::fmt;

use super::name::NodeRef;
use super::time::Time;

/// A question with the answer yes or no. `Display` writes it as a case does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// `converged`: the view of every running node is converged.
    Converged,
    /// CASE-9: `up NUMBER`: every running node has so many Up members.
    Up {
        /// How many.
        count: u32,
    },
    /// CASE-9: `leader NODE|none`: the leader in the view of every running node.
    Leader {
        /// Who; `None` is no leader.
        node: Option<NodeRef>,
    },
    /// `role-leader ROLE NODE|none`: the leader of a role in the view of every running node.
    RoleLeader {
        /// The role.
        role: String,
        /// Who; `None` is no leader.
        node: Option<NodeRef>,
    },
    /// CASE-9: `running NODES`: the processes are up and have not stopped.
    Running {
        /// Who, at least one node.
        nodes: Vec<NodeRef>,
    },
    /// `stopped NODES [because REASON]`: each has been running and no longer is.
    Stopped {
        /// Who, at least one node.
        nodes: Vec<NodeRef>,
        /// Why each of them stopped; `None` is whatever the reason.
        because: Option<StopReason>,
    },
    /// CASE-9: `survivors NODES|none`: exactly these are running, and each has exactly these as Up members.
    Survivors {
        /// Who; empty for none.
        nodes: Vec<NodeRef>,
    },
    /// `view NODE: NODE STATE, ...`: what a running node has in its view.
    View {
        /// Whose view.
        observer: NodeRef,
        /// What it shows, at least one item.
        items: Vec<ViewItem>,
    },
    /// `down NODE`: some running node sees it Down.
    Down {
        /// Who.
        node: NodeRef,
    },
    /// `event NODE: EVENT NODE [before TIME]`: a node has told its users so of another.
    Event {
        /// Who has told it.
        observer: NodeRef,
        /// What.
        event: MemberEvent,
        /// Of whom.
        node: NodeRef,
        /// Before which instant; `None` is by now.
        before: Option<Time>,
    },
    /// `event NODE: unreachable-data-center|reachable-data-center NAME [before TIME]`: a node has told its users so of another data
    /// centre.
    DataCenterEvent {
        /// Who has told it.
        observer: NodeRef,
        /// What.
        event: DataCenterEvent,
        /// Of which; one that no node is in has nothing told of it.
        data_center: String,
        /// Before which instant; `None` is by now.
        before: Option<Time>,
    },
    /// `decision NODE: DECISION [{NODES}]`: a node's split brain resolver has decided that.
    Decision {
        /// Who has decided.
        node: NodeRef,
        /// What, one of [`DECISIONS`].
        decision: String,
        /// Whom it downs by it, all of them; `None` is whomever.
        down: Option<Vec<NodeRef>>,
    },
    /// `sent-per-second NODE < NUMBER` or `> NUMBER`: how many messages its host sends, on average of the last ten seconds.
    SentPerSecond {
        /// Whose.
        node: NodeRef,
        /// Whether it is to be less than the number; else more.
        below: bool,
        /// The number.
        count: u32,
    },
    /// `holds INVARIANT|GROUP`, or its bare name: it is judged and was not violated.
    Holds {
        /// The id of an invariant, or the name of a group of them.
        invariant: String,
    },
}

/// What a split brain resolver can decide, by name.
pub const DECISIONS: [&str; 8] = [
    "down-reachable",
    "down-unreachable",
    "down-all",
    "down-indirectly-connected",
    "reverse-down-indirectly-connected",
    "down-self-quarantined-by-remote",
    "acquire-lease-and-down-unreachable",
    "acquire-lease-and-down-indirectly-connected",
];

/// The groups of invariants, by name.
pub const INVARIANT_GROUPS: [&str; 3] = ["safety", "liveness", "rate"];

/// One item of a `view` question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewItem {
    /// Who is looked at.
    pub node: NodeRef,
    /// How the observer sees it.
    pub state: ViewState,
}

impl fmt::Display for ViewItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.node, self.state)
    }
}

/// An enum whose values are each one word of the language.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// What such a word is, for errors.
    const WHAT: &'static str;
    /// All values, with their words.
    const WORDS: &'static [(&'static str, Self)];

    /// The word for this value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

/// How an observer sees a node: a status, or what it knows besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViewState {
    /// A member that is joining.
    Joining,
    /// A member that is weakly up.
    WeaklyUp,
    /// A member that is up.
    Up,
    /// A member that is leaving.
    Leaving,
    /// A member that is exiting.
    Exiting,
    /// A member that is down.
    Down,
    /// Not a member any more.
    Removed,
    /// A member that prepares for the shutdown of the whole cluster.
    PreparingForShutdown,
    /// A member that is ready for the shutdown of the whole cluster.
    ReadyForShutdown,
    /// A member that somebody can't reach.
    Unreachable,
    /// A member that everybody reaches.
    Reachable,
    /// Not a member, whether it has been one or not.
    Absent,
}

impl Word for ViewState {
    const WHAT: &'static str = "state";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("joining", Self::Joining),
        ("weakly-up", Self::WeaklyUp),
        ("up", Self::Up),
        ("leaving", Self::Leaving),
        ("exiting", Self::Exiting),
        ("down", Self::Down),
        ("removed", Self::Removed),
        ("preparing-for-shutdown", Self::PreparingForShutdown),
        ("ready-for-shutdown", Self::ReadyForShutdown),
        ("unreachable", Self::Unreachable),
        ("reachable", Self::Reachable),
        ("absent", Self::Absent),
    ];
}

impl fmt::Display for ViewState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Why a node stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// It was downed, by itself or by others.
    Downed,
    /// It left: it was asked to, or its host shut it down gracefully.
    Left,
    /// Its process was gone without a word.
    Crashed,
    /// It could not join in time.
    JoinFailed,
    /// Its configuration does not fit the cluster that it wanted to join.
    Refused,
    /// It was removed, and was told so.
    Removed,
    /// It was quarantined.
    Quarantined,
}

impl Word for StopReason {
    const WHAT: &'static str = "reason";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("downed", Self::Downed),
        ("left", Self::Left),
        ("crashed", Self::Crashed),
        ("join-failed", Self::JoinFailed),
        ("refused", Self::Refused),
        ("removed", Self::Removed),
        ("quarantined", Self::Quarantined),
    ];
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a node tells its users of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the event of the same name")]
pub enum MemberEvent {
    Joined,
    WeaklyUp,
    Up,
    Left,
    Exited,
    Downed,
    PreparingForShutdown,
    ReadyForShutdown,
    Removed,
    Unreachable,
    Reachable,
}

impl Word for MemberEvent {
    const WHAT: &'static str = "event";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("member-joined", Self::Joined),
        ("member-weakly-up", Self::WeaklyUp),
        ("member-up", Self::Up),
        ("member-left", Self::Left),
        ("member-exited", Self::Exited),
        ("member-downed", Self::Downed),
        ("member-preparing-for-shutdown", Self::PreparingForShutdown),
        ("member-ready-for-shutdown", Self::ReadyForShutdown),
        ("member-removed", Self::Removed),
        ("unreachable-member", Self::Unreachable),
        ("reachable-member", Self::Reachable),
    ];
}

impl fmt::Display for MemberEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a node tells its users of another data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the event of the same name")]
pub enum DataCenterEvent {
    Unreachable,
    Reachable,
}

impl Word for DataCenterEvent {
    const WHAT: &'static str = "event";
    const WORDS: &'static [(&'static str, Self)] =
        &[("unreachable-data-center", Self::Unreachable), ("reachable-data-center", Self::Reachable)];
}

impl fmt::Display for DataCenterEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
