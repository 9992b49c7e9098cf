//! What a script can do to a world.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, Command, Envelope, Instant, MessageKind};

use crate::condition::Factor;
use crate::host::{HostId, HostState};
use crate::lease::LeaseChange;
use crate::lie::Lie;
use crate::network::cut::{Cut, Heal};
use crate::network::cuts::BadCut;
use crate::network::fate::NextMessage;
use crate::network::link::{LinkChange, LinkSet};

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
    /// Shuts a host down in good order: its node leaves, and stops when the others have heard of it, or after
    /// [`EXIT_PATIENCE`](crate::EXIT_PATIENCE) without them. One that is no member stops at once.
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
    /// SIM-14: hands a node a message that nobody in the world has sent, as whoever can write to the network could: sender,
    /// incarnation and what it says may all be lies. Cuts and links are no matter to a liar.
    Forge {
        /// The node that hears it.
        host: HostId,
        /// What it hears.
        envelope: Box<Envelope>,
    },
    /// SIM-14: tells a node a lie, made up from what it knows at that instant, in the name of whoever it knows at a host's address.
    Lie {
        /// The node that hears it.
        host: HostId,
        /// Whose name is used; the host needs not run.
        sender: HostId,
        /// What it hears.
        lie: Lie,
        /// Again and again, while the hearer runs: the pause between, and for how long.
        again: Option<(Duration, Duration)>,
    },
    /// SIM-5: a host handles nothing for a while: as if its process were suspended, or collected garbage. What arrives
    /// meanwhile, commands too, is handled when it goes on.
    Pause {
        /// Which.
        host: HostId,
        /// For how long. Of two pauses at once the later end counts.
        lasts: Duration,
    },
    /// SIM-5: a host is slow for a while: its timers take so many times as long, and a message is handled so many times
    /// as long after it was sent as it took to arrive.
    Slow {
        /// Which.
        host: HostId,
        /// How many times as long everything takes.
        factor: Factor,
        /// For how long; a later statement replaces it.
        lasts: Duration,
    },
    /// SIM-5: sets a host's clock forward, or back. It may do so before it is started.
    ClockJump {
        /// Which.
        host: HostId,
        /// By how many nanoseconds; below zero, back.
        nanos: i64,
    },
    /// SIM-5: lets a host's clock go on too fast, or too slow.
    ClockDrift {
        /// Which.
        host: HostId,
        /// By how many parts per million; below zero, too slow. At minus a million it stands still.
        parts_per_million: i32,
    },
    /// Separates hosts.
    Cut(Cut),
    /// A cut that comes and goes: it is there for half of the period, then away for the other half, and so on.
    Flap {
        /// The cut.
        cut: Cut,
        /// The period.
        every: Duration,
        /// For how long; then it is away.
        lasts: Duration,
    },
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
        /// For how long; `None` until a later statement replaces it. When it is over, links are again as all other
        /// statements say.
        lasts: Option<Duration>,
    },
    /// Drops messages of a kind.
    Block {
        /// What kind.
        kind: MessageKind,
        /// On which links.
        links: LinkSet,
        /// For how long; `None` until it is unblocked.
        lasts: Option<Duration>,
    },
    /// Ends blocks.
    Unblock {
        /// Of which kind; `None` for all.
        kind: Option<MessageKind>,
        /// The blocks of which links: those that are about no others.
        links: LinkSet,
    },
    /// Holds what is sent on links until they are released; nothing of it gets lost.
    Hold {
        /// Which links.
        links: LinkSet,
    },
    /// Lets go what was held: it arrives all at once.
    Release {
        /// Which links.
        links: LinkSet,
        /// Whether it arrives in a keyed random order instead of that in which it was sent.
        swizzled: bool,
    },
    /// CASE-6: settles the fate of one message.
    Next(NextMessage),
    /// SIM-6: changes what the lease service does.
    Lease(LeaseChange),
    /// Something that was to last for a time is over, or takes its next turn. The world schedules this itself.
    Ends(Ending),
}

/// What is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// A statement about links.
    Link {
        /// The number that the world gave it.
        id: u64,
        /// The links.
        links: LinkSet,
    },
    /// A block.
    Block {
        /// The number that the world gave it.
        id: u64,
    },
    /// One turn of a cut that comes and goes.
    FlapTurn {
        /// The number that the world gave it.
        id: u64,
        /// How long a turn takes.
        turn: Duration,
        /// When it ends for good.
        until: Instant,
    },
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
            | Self::Forge { host, .. }
            | Self::Lie { host, .. }
            | Self::Pause { host, .. }
            | Self::Slow { host, .. }
            | Self::ClockJump { host, .. }
            | Self::ClockDrift { host, .. }
            | Self::Isolate { host } => Some(*host),
            Self::Leave { at, .. } | Self::Down { at, .. } => Some(*at),
            Self::Cut(_)
            | Self::Flap { .. }
            | Self::Heal(_)
            | Self::Link { .. }
            | Self::Block { .. }
            | Self::Unblock { .. }
            | Self::Hold { .. }
            | Self::Release { .. }
            | Self::Next(_)
            | Self::Lease(_)
            | Self::Ends(_) => None,
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
    /// A cut separates nobody: all hosts are in one group, or so few that all are neighbours in the ring.
    NothingToSeparate,
    /// Nothing is cut between the groups that are to be healed.
    NothingToHeal,
    /// There is no such block, or none on these links only.
    NotBlocked,
    /// These links are not held.
    NotHeld,
    /// A cut that comes and goes needs a period of at least two nanoseconds.
    NoPeriod,
    /// A lie that is told again and again needs a pause between.
    NoPause,
    /// A clock can't go so fast, or backwards.
    Drift {
        /// How fast, in parts per million.
        parts_per_million: i32,
    },
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
    /// The longest delay is below the shortest, or the 99th percentile below the median.
    DelayRange {
        /// The shortest, or the median.
        min: Duration,
        /// The longest, or the 99th percentile.
        max: Duration,
    },
    /// A share of delays is more than all of them.
    DelayShare {
        /// The share in millionths.
        parts_per_million: u32,
    },
    /// A link that lets no byte pass; that is a cut.
    NoBandwidth,
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
            Self::NothingToSeparate => f.write_str("the cut separates nobody"),
            Self::NothingToHeal => f.write_str("nothing is cut between these groups"),
            Self::NotBlocked => f.write_str("nothing of that kind is blocked on these links"),
            Self::NotHeld => f.write_str("nothing is held on these links"),
            Self::NoPause => f.write_str("a lie that is told again needs a pause of at least 1 ns"),
            Self::NoPeriod => f.write_str("a cut that comes and goes needs a period of at least 2 ns"),
            Self::Drift { parts_per_million } => {
                let most = crate::clock::DRIFT_MAX_PPM;
                write!(f, "a clock drifts by at most {most} ppm, forward or back, not by {parts_per_million}")
            }
            Self::NotCut { from, to } => write!(f, "the link from {from} to {to} is not cut"),
            Self::LinkWithItself { name } => write!(f, "{name} has no link with itself"),
            Self::DelayRange { min, max } => {
                write!(f, "the longest delay, {max:?}, is below the shortest, {min:?}")
            }
            Self::DelayShare { parts_per_million } => {
                write!(f, "a share of delays is at most a million millionths, not {parts_per_million}")
            }
            Self::NoBandwidth => f.write_str("a link needs a bandwidth of at least one byte per second"),
        }
    }
}

impl std::error::Error for NotApplicable {}

impl NotApplicable {
    /// What is wrong with a cut or a heal, with the names that hosts have.
    pub(crate) fn of_cut(bad: BadCut, name: impl Fn(HostId) -> Arc<str>) -> Self {
        match bad {
            BadCut::InTwo(host) => Self::InTwoGroups { name: name(host) },
            BadCut::InNone(host) => Self::InNoGroup { name: name(host) },
            BadCut::Unknown(host) => Self::UnknownHost { host },
            BadCut::NothingToSeparate => Self::NothingToSeparate,
            BadCut::NothingToHeal => Self::NothingToHeal,
        }
    }
}
