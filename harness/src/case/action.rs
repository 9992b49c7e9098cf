//! What can happen in a case.

use quorate::{AppVersion, MessageKind};

use super::bytes::Bytes;
use super::factor::Factor;
use super::name::{NodeName, NodeRef};
use super::percent::Percent;
use super::question::Question;
use super::time::Time;

/// What a step does. `Display` writes it as a case does, without its time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// `start all [at once]`: every node is started.
    StartAll {
        /// All at this very instant; else each at its own, within its first tick interval.
        at_once: bool,
    },
    /// `start NODES [with seeds NODES|none]`: these nodes are started, at this instant.
    Start {
        /// Who, at least one node.
        nodes: Vec<NodeName>,
        /// The seed nodes they are given (empty: none); `None` is those of the case.
        seeds: Option<Vec<NodeName>>,
    },
    /// `stop NODES`: their hosts shut them down gracefully.
    Stop {
        /// Who, at least one node.
        nodes: Vec<NodeName>,
    },
    /// `crash NODES`: their processes are gone without a word.
    Crash {
        /// Who, at least one node.
        nodes: Vec<NodeName>,
    },
    /// `restart NODES [after TIME]`: they are gone, and come back with the same address and a new uid.
    Restart {
        /// Who, at least one node.
        nodes: Vec<NodeName>,
        /// How long after the instant they come back.
        after: Time,
    },
    /// `pause NODES TIME`: they handle nothing for so long; what arrives meanwhile is handled then.
    Pause {
        /// Who, at least one node.
        nodes: Vec<NodeName>,
        /// For how long.
        lasts: Time,
    },
    /// `slow NODES FACTOR for TIME`: their timers take so many times as long, and so does handling what arrives.
    Slow {
        /// Who, at least one node.
        nodes: Vec<NodeName>,
        /// How many times as long.
        factor: Factor,
        /// For how long.
        lasts: Time,
    },
    /// `clock NODE +TIME` or `clock NODE -TIME`: its clock is set forward or back.
    ClockJump {
        /// Whose.
        node: NodeName,
        /// By how much, at most some 292 years.
        by: Time,
        /// Whether it is set back.
        back: bool,
    },
    /// `clock NODE drift NUMBERppm`: its clock goes on too fast or, below zero, too slow.
    ClockDrift {
        /// Whose.
        node: NodeName,
        /// By how much, from minus a million, at which it stands still, to a million.
        parts_per_million: i32,
    },
    /// `leave NODE [at NODE]` or `leave NODE#NUMBER [at NODE]`: a node is told that a member should leave, by its address or by its unique
    /// address.
    Leave {
        /// Who should leave.
        node: NodeRef,
        /// Who is told so; `None` is the node itself.
        at: Option<NodeName>,
    },
    /// `down NODE at NODE` or `down NODE#NUMBER at NODE`: a node is told that a member is down.
    Down {
        /// Who is down.
        node: NodeRef,
        /// Who is told so.
        at: NodeName,
    },
    /// `prepare-for-shutdown at NODE`: a node is told that the whole cluster is about to stop.
    PrepareForShutdown {
        /// Who is told so.
        at: NodeName,
    },
    /// `join NODE via NODE`: a node is told to join through another.
    Join {
        /// Who should join.
        node: NodeName,
        /// Through whom.
        via: NodeName,
    },
    /// `set-app-version NODE later|VERSION`: a node is told the version of its application, or that it is told later.
    SetAppVersion {
        /// Who is told.
        node: NodeName,
        /// The version; `None` is later.
        version: Option<AppVersion>,
    },
    /// `cut GROUP | GROUP [| GROUP...] [| rest]`: no messages between the groups.
    CutGroups {
        /// The groups, none of them empty, no node in two of them; two or more, or one if there is `rest`.
        groups: Vec<Vec<NodeName>>,
        /// CASE-9: the nodes in none of the groups are one more group. Without it there are no such nodes.
        rest: bool,
    },
    /// `cut NODE > NODE` or `cut NODE - NODE`: no messages on these links.
    CutLink {
        /// The links.
        between: Between,
    },
    /// `bridge NODES: GROUP | GROUP [| GROUP...] [| rest]`: no messages between the groups, but these nodes stay connected
    /// to all.
    Bridge {
        /// Who stays connected, at least one node.
        bridge: Vec<NodeName>,
        /// The groups, as those of a cut.
        groups: Vec<Vec<NodeName>>,
        /// Whether the nodes that are in none of them and no bridge are one more group.
        rest: bool,
    },
    /// `ring [NODES]`: the nodes stand in a ring and each hears only the nearest, so many that with itself they are a
    /// majority.
    Ring {
        /// All nodes in the order of the ring; empty for the order of the case.
        nodes: Vec<NodeName>,
    },
    /// `flap GROUP | GROUP ... every TIME for TIME`, or of links: a cut for half of the period, none for the other half,
    /// and so on.
    Flap {
        /// What is cut.
        separated: Separated,
        /// The period.
        every: Time,
        /// For how long.
        lasts: Time,
    },
    /// `isolate NODE`: no messages from it or to it.
    Isolate {
        /// Who.
        node: NodeName,
    },
    /// `heal [NODE > NODE|NODE - NODE]`: cuts are undone.
    Heal {
        /// On which links; `None` is all.
        between: Option<Between>,
    },
    /// `heal GROUP | GROUP [| GROUP...] [| rest]`: cuts between these groups are undone, others stay.
    HealGroups {
        /// The groups, none of them empty, no node in two of them.
        groups: Vec<Vec<NodeName>>,
        /// Whether the nodes in none of the groups are one more group.
        rest: bool,
    },
    /// `block kind=KIND LINKS [for TIME]`: messages of a kind are dropped.
    Block {
        /// What kind.
        kind: MessageKind,
        /// On which links.
        links: Links,
        /// For how long; `None` until they are unblocked.
        lasts: Option<Time>,
    },
    /// `unblock [kind=KIND] LINKS`: blocks that are about these links only are over.
    Unblock {
        /// Of which kind; `None` for all.
        kind: Option<MessageKind>,
        /// Of which links.
        links: Links,
    },
    /// `hold LINKS`: what is sent there waits until it is released.
    Hold {
        /// Which links.
        links: Links,
    },
    /// `release LINKS [swizzled]`: what was held arrives at once.
    Release {
        /// Which links.
        links: Links,
        /// Whether it arrives in a random order instead of that in which it was sent.
        swizzled: bool,
    },
    /// `drop KIND NODE > NODE`, `delay KIND NODE > NODE TIME`, `duplicate KIND NODE > NODE` or `late [kind=KIND]
    /// NODE > NODE TIME`: CASE-6, what becomes of the next such message.
    Next {
        /// What becomes of it.
        fate: Fate,
        /// What kind of message it is; `None`, for `late` only, is any.
        kind: Option<MessageKind>,
        /// Who sends it.
        from: NodeName,
        /// For whom it is, another node.
        to: NodeName,
    },
    /// `lie NODE > NODE CLAIM [every TIME for TIME]`: somebody who can write to the network tells a node a lie in another's name.
    Lie {
        /// Whose name is used.
        from: NodeName,
        /// Who hears it.
        to: NodeName,
        /// What is said.
        claim: Falsehood,
        /// How often again, and for how long.
        again: Option<(Time, Time)>,
    },
    /// `link LINKS CHANGE [for TIME]`: what links are like from this instant on.
    Link(LinkChange),
    /// `lease STATE`: what the lease service does from this instant on.
    Lease(LeaseState),
    /// `check QUESTIONS [within TIME]`: each of these must hold.
    Check {
        /// What must hold, at least one question.
        questions: Vec<Question>,
        /// How long after the instant each of them may at the latest have come true; `None`: at the instant.
        within: Option<Time>,
    },
    /// `end`: the case ends. It is the last step of all.
    End,
}

impl Action {
    /// Whether it takes links away until they are healed.
    pub(crate) fn cuts_links(&self) -> bool {
        matches!(
            self,
            Self::CutGroups { .. }
                | Self::CutLink { .. }
                | Self::Isolate { .. }
                | Self::Bridge { .. }
                | Self::Ring { .. }
                | Self::Flap { .. }
        )
    }
}

/// What becomes of one message, whatever its link would have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is lost.
    Drop,
    /// It takes this long.
    Delay(Time),
    /// It arrives twice.
    Duplicate,
    /// It arrives as usual, and once more so long after it was sent.
    Late(Time),
}

/// SIM-14: what a liar says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Falsehood {
    /// `alive`: the sender answers a heartbeat.
    Alive,
    /// `joins`: another incarnation at the sender's address asks to join.
    Joins,
    /// `confirms-exit`: the sender has finished exiting.
    ConfirmsExit,
    /// `removed`: the sender has removed the hearer.
    Removed,
    /// `quarantined`: the sender has quarantined the hearer.
    Quarantined,
    /// `down NODE`: the sender's state, in which a member is Down.
    Down(NodeName),
    /// `tombstone NODE`: the sender's state, in which a member has been removed.
    Tombstone(NodeName),
    /// `invents NUMBER`: the sender's state, with so many more members, Up, that nobody has.
    Invents(u32),
    /// `floods NUMBER`: so many nodes that nobody has ask to join.
    Floods(u32),
}

impl std::fmt::Display for Falsehood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alive => f.write_str("alive"),
            Self::Joins => f.write_str("joins"),
            Self::ConfirmsExit => f.write_str("confirms-exit"),
            Self::Removed => f.write_str("removed"),
            Self::Quarantined => f.write_str("quarantined"),
            Self::Down(member) => write!(f, "down {member}"),
            Self::Tombstone(member) => write!(f, "tombstone {member}"),
            Self::Invents(count) => write!(f, "invents {count}"),
            Self::Floods(count) => write!(f, "floods {count}"),
        }
    }
}

/// What a cut that comes and goes separates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Separated {
    /// Groups, as those of a cut.
    Groups {
        /// The groups.
        groups: Vec<Vec<NodeName>>,
        /// Whether the nodes in none of the groups are one more group.
        rest: bool,
    },
    /// Links.
    Link(Between),
}

/// SIM-6: what the lease service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// `deny`: it refuses every lease.
    Denies,
    /// `slow TIME`: it takes so much longer.
    Slow(Time),
    /// `down`: it cannot be reached.
    Down,
    /// `lose-reply NUMBER`: it does what it is asked, and its next so many answers are lost.
    LosesReplies(u32),
    /// `works`: it does what it should again.
    Works,
}

impl std::fmt::Display for LeaseState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denies => f.write_str("deny"),
            Self::Slow(by) => write!(f, "slow {by}"),
            Self::Down => f.write_str("down"),
            Self::LosesReplies(count) => write!(f, "lose-reply {count}"),
            Self::Works => f.write_str("works"),
        }
    }
}

/// One link or the two between a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Between {
    /// `a > b`: messages of `a` to `b`.
    OneWay {
        /// Who sends.
        from: NodeName,
        /// Who receives, another node.
        to: NodeName,
    },
    /// `a - b`: messages of each to the other.
    BothWays {
        /// One of the pair.
        one: NodeName,
        /// The other.
        other: NodeName,
    },
}

/// Which links a `link` statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// `*`: all of them.
    All,
    /// Those between two nodes.
    Between(Between),
}

/// What a `link` statement makes of which links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkChange {
    /// The links.
    pub links: Links,
    /// What they are like then.
    pub effect: LinkEffect,
    /// For how long; `None` until a later statement replaces it.
    pub lasts: Option<Time>,
}

/// One property of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkEffect {
    /// `delay TIME` or `delay TIME..TIME`: how long a message is under way.
    Delay(Delay),
    /// `loss PERCENT`: the share of messages that get lost, each by itself.
    Loss(Percent),
    /// `loss PERCENT in bursts of TIME`: the share of time in which all messages get lost.
    BurstyLoss {
        /// The share.
        share: Percent,
        /// How long a burst lasts at least.
        burst: Time,
    },
    /// `duplicate PERCENT`: the share of messages that arrive twice.
    Duplicate(Percent),
    /// `reorder PERCENT by TIME`: the share of messages that are held back.
    Reorder {
        /// The share.
        share: Percent,
        /// By how much at most; evenly drawn for each.
        by: Time,
    },
    /// `corrupt PERCENT`: the share of messages that have a bit flipped on the way.
    Corrupt(Percent),
    /// `bandwidth BYTES/s`: how many bytes, at least one, pass in a second.
    Bandwidth(Bytes),
    /// `queue BYTES`: how many bytes may wait for their turn on a link with a bandwidth.
    Queue(Bytes),
    /// `mtu BYTES`: longer messages are lost.
    Mtu(Bytes),
}

/// How long messages are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Each equally long.
    Constant(Time),
    /// Drawn evenly from a range, both ends included.
    Uniform {
        /// The shortest delay.
        from: Time,
        /// The longest, not below the shortest.
        to: Time,
    },
    /// `exponential mean TIME`: mostly short, now and then much longer.
    Exponential {
        /// The mean.
        mean: Time,
    },
    /// `bimodal TIME or TIME PERCENT`: the first, but for this share, which takes the second.
    Bimodal {
        /// What most messages take.
        usual: Time,
        /// What the others take.
        other: Time,
        /// The share of the others.
        share: Percent,
    },
    /// `log-normal median TIME p99 TIME`: as measured on long ways.
    LogNormal {
        /// Half of the messages take longer.
        median: Time,
        /// One in a hundred takes longer; not below the median.
        p99: Time,
    },
}
