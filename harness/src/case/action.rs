//! What can happen in a case.

use super::name::NodeName;
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
    /// `leave NODE [at NODE]`: a node is told that a member should leave.
    Leave {
        /// Who should leave.
        node: NodeName,
        /// Who is told so; `None` is the node itself.
        at: Option<NodeName>,
    },
    /// `down NODE at NODE`: a node is told that a member is down.
    Down {
        /// Who is down.
        node: NodeName,
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
    /// `link LINKS CHANGE`: what links are like from this instant on.
    Link(LinkChange),
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
}

/// One property of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkEffect {
    /// `delay TIME` or `delay TIME..TIME`: how long a message is under way.
    Delay(Delay),
    /// `loss PERCENT`: the share of messages that get lost, each by itself.
    Loss(Percent),
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
}
