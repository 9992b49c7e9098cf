//! What a script can do to a world.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, Command};

use crate::host::{HostId, HostState};
use crate::network::cut::{BadGroups, Cut, Heal};
use crate::network::link::{LinkChange, LinkSet, NextMessage};

/// CASE-7: something that is done to a world at an instant. Plain data, so that a schedule can be printed, edited, drawn
/// and shrunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Starts a host that is not running, as a new incarnation.
    Start {
        /// Which.
        host: HostId,
        /// The seed nodes that it joins; with none of them it waits for a command.
        seeds: Vec<Address>,
        /// Start at a keyed instant less than this after now; `None` starts at once.
        spread: Option<Duration>,
    },
    /// Lets a host leave in good order and stop. One that is no member stops at once.
    Stop {
        /// Which.
        host: HostId,
    },
    /// Ends a host's process without a word. What it was to do is gone; its last state stays readable.
    Crash {
        /// Which.
        host: HostId,
    },
    /// Starts a host again, as the next incarnation, with the seed nodes of its last start. One that still runs is
    /// crashed first.
    Restart {
        /// Which.
        host: HostId,
        /// How long it is down.
        after: Duration,
    },
    /// Tells a node that a member should leave.
    Leave {
        /// The member.
        host: HostId,
        /// The node that is told.
        at: HostId,
    },
    /// Tells a node that a member is gone for good.
    Down {
        /// The member.
        host: HostId,
        /// The node that is told.
        at: HostId,
    },
    /// Tells a node to join another; by way of itself it founds a cluster.
    Join {
        /// The node that is told.
        host: HostId,
        /// The node that it joins.
        via: HostId,
    },
    /// Gives a node a command.
    Command {
        /// The node that is told.
        host: HostId,
        /// What.
        command: Command,
    },
    /// Separates hosts.
    Cut(Cut),
    /// Separates one host from all others.
    Isolate {
        /// Which.
        host: HostId,
    },
    /// Removes cuts.
    Heal(Heal),
    /// Changes links.
    Link {
        /// Which.
        links: LinkSet,
        /// How.
        change: LinkChange,
    },
    /// CASE-6: settles the fate of one message.
    Next(NextMessage),
}

impl Action {
    /// The host that the action is about, if it is one: for a command the node that is told.
    #[must_use]
    pub const fn host(&self) -> Option<HostId> {
        match self {
            Self::Start { host, .. }
            | Self::Stop { host }
            | Self::Crash { host }
            | Self::Restart { host, .. }
            | Self::Join { host, .. }
            | Self::Command { host, .. }
            | Self::Isolate { host } => Some(*host),
            Self::Leave { at, .. } | Self::Down { at, .. } => Some(*at),
            Self::Cut(_) | Self::Heal(_) | Self::Link { .. } | Self::Next(_) => None,
        }
    }
}

/// Why an action could not be done. The world went on without it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotApplicable {
    /// There is no such host.
    UnknownHost {
        /// Which.
        host: HostId,
    },
    /// The host has no running process.
    NotRunning {
        /// Its name.
        name: Arc<str>,
        /// What it is instead.
        state: HostState,
    },
    /// The host runs already.
    AlreadyRunning {
        /// Its name.
        name: Arc<str>,
    },
    /// A host that never started can't be restarted.
    NeverStarted {
        /// Its name.
        name: Arc<str>,
    },
    /// A host is in two groups of a cut.
    InTwoGroups {
        /// Its name.
        name: Arc<str>,
    },
    /// A host is in no group of a cut, and the rest is no group.
    InNoGroup {
        /// Its name.
        name: Arc<str>,
    },
    /// A cut has all hosts in one group.
    NothingToSeparate,
    /// The link that is to be healed is not cut.
    NotCut {
        /// Who sends on it.
        from: Arc<str>,
        /// Who hears on it.
        to: Arc<str>,
    },
    /// A host has no link with itself.
    LinkWithItself {
        /// Its name.
        name: Arc<str>,
    },
    /// The longest delay is below the shortest.
    DelayRange {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
}

impl fmt::Display for NotApplicable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost { host } => write!(f, "there is no host {host}"),
            Self::NotRunning { name, state } => write!(f, "{name} is not running: it {state}"),
            Self::AlreadyRunning { name } => write!(f, "{name} is running already"),
            Self::NeverStarted { name } => write!(f, "{name} was never started, so it can't be restarted"),
            Self::InTwoGroups { name } => write!(f, "{name} is in two groups of the cut"),
            Self::InNoGroup { name } => write!(f, "{name} is in no group of the cut"),
            Self::NothingToSeparate => f.write_str("the cut has everybody in one group"),
            Self::NotCut { from, to } => write!(f, "the link from {from} to {to} is not cut"),
            Self::LinkWithItself { name } => write!(f, "{name} has no link with itself"),
            Self::DelayRange { min, max } => {
                write!(f, "the longest delay, {max:?}, is below the shortest, {min:?}")
            }
        }
    }
}

impl std::error::Error for NotApplicable {}

impl NotApplicable {
    /// What is wrong with the groups of a cut, with the names that hosts have.
    pub(crate) fn of_groups(bad: BadGroups, name: impl Fn(HostId) -> Arc<str>) -> Self {
        match bad {
            BadGroups::InTwo(host) => Self::InTwoGroups { name: name(host) },
            BadGroups::InNone(host) => Self::InNoGroup { name: name(host) },
            BadGroups::Unknown(host) => Self::UnknownHost { host },
            BadGroups::NothingToSeparate => Self::NothingToSeparate,
        }
    }
}
