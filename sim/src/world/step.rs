//! What one step of a world tells.

use std::fmt;
use std::sync::Arc;

use quorate::{CommandKind, ConfigErrors, DecodeError, EncodeError, Instant, MessageKind, Output};

use crate::action::{Action, NotApplicable};
use crate::host::HostId;

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// When.
    pub at: Instant,
    /// The how-manieth step of the run it is, counted from zero.
    pub index: u64,
    /// At which host; `None` for an action that is about several.
    pub host: Option<HostId>,
    /// What.
    pub what: StepKind<'a>,
    /// What the node put out. Sends are on their way already.
    pub outputs: &'a [Output],
    /// What went wrong in the world itself: a violation, whatever the case asks.
    pub fault: Option<&'a Fault>,
}

/// What happened in a step.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum StepKind<'a> {
    /// A scripted action was done, or could not be. If it gave a node a command, the outputs are the answer.
    Action {
        /// The action.
        action: &'a Action,
        /// What became of it.
        outcome: &'a Outcome,
    },
    /// A node heard another.
    Arrived {
        /// The host that sent it.
        from: HostId,
        /// What it was.
        kind: MessageKind,
        /// When it was sent.
        sent_at: Instant,
    },
    /// A node was told of a frame that was corrupted on the way and can't be read.
    Garbled {
        /// The host that sent it.
        from: HostId,
        /// When it was sent.
        sent_at: Instant,
    },
    /// A node's deadline came.
    Ticked,
    /// A host told its node that the work before exiting is done.
    ExitTasksDone,
    /// A host gave its node a command that no script wrote: an application's, or the end of a node that was to leave and
    /// was no member, or whose leave the others did not agree to in time.
    Commanded {
        /// What kind of command.
        command: CommandKind,
    },
    /// An application heard another.
    ApplicationHeard {
        /// The host that sent it.
        from: HostId,
        /// When it was sent.
        sent_at: Instant,
    },
    /// An application woke.
    ApplicationWoke,
    /// Something passed between a host and the lease service.
    Lease,
    /// The world ended, for the fault that this step tells.
    Halted,
}

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Done,
    /// It will be done later; another step tells.
    Deferred {
        /// When.
        until: Instant,
    },
    /// It could not be done.
    NotApplicable(NotApplicable),
}

/// Something that is wrong with the world rather than with what a node decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// SIM-13: time stands still: more happened at one instant than [`World::steps_at_one_instant_max`]. The world has
    /// ended there.
    ///
    /// [`World::steps_at_one_instant_max`]: crate::World::steps_at_one_instant_max
    EndlessInstant {
        /// The instant.
        at: Instant,
        /// How much happened.
        steps: u64,
    },
    /// SIM-13: the world takes more than it may. It has ended there.
    Memory {
        /// When that was found.
        at: Instant,
        /// How many bytes it takes.
        bytes: u64,
        /// How many it may take.
        cap: u64,
    },
    /// SIM-4: a message that went through bytes is not what was sent. The message itself was delivered.
    Wire {
        /// The host that sent it.
        from: HostId,
        /// What it was.
        kind: MessageKind,
        /// What is wrong.
        why: WireFault,
    },
}

/// What is wrong with a message that went through bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireFault {
    /// It could not be encoded.
    NotEncoded(EncodeError),
    /// It could not be decoded.
    NotDecoded(DecodeError),
    /// What was decoded differs from what was encoded.
    Different,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndlessInstant { at, steps } => {
                write!(f, "time stands still at {at}: {steps} steps at one instant")
            }
            Self::Memory { at, bytes, cap } => {
                write!(f, "at {at} the world takes {bytes} bytes, which is more than its cap of {cap}")
            }
            Self::Wire { from, kind, why } => {
                write!(f, "a {kind} of host {from} ")?;
                match why {
                    WireFault::NotEncoded(error) => write!(f, "could not be encoded: {error}"),
                    WireFault::NotDecoded(error) => write!(f, "could not be decoded: {error}"),
                    WireFault::Different => f.write_str("was decoded to something else than was encoded"),
                }
            }
        }
    }
}

impl std::error::Error for Fault {}

/// Why [`World::run_until`](crate::World::run_until) stopped before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// An action could not be done.
    NotApplicable {
        /// When.
        at: Instant,
        /// Why.
        why: NotApplicable,
    },
    /// The world itself went wrong.
    Fault(Fault),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotApplicable { at, why } => write!(f, "at {at}: {why}"),
            Self::Fault(fault) => fmt::Display::fmt(fault, f),
        }
    }
}

impl std::error::Error for Trouble {}

/// Why a host can't be added to a world.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HostError {
    /// Another host has the name.
    NameTaken {
        /// The name.
        name: Arc<str>,
    },
    /// Another host has the address.
    AddressTaken {
        /// The name of the host that was to be added.
        name: Arc<str>,
        /// The name of the host that is there.
        by: Arc<str>,
    },
    /// Its settings are no good.
    Config {
        /// The name of the host.
        name: Arc<str>,
        /// What is wrong with them.
        errors: ConfigErrors,
    },
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken { name } => write!(f, "there is a host {name} already"),
            Self::AddressTaken { name, by } => write!(f, "{name} has the address of {by}"),
            Self::Config { name, errors } => write!(f, "the settings of {name}: {errors}"),
        }
    }
}

impl std::error::Error for HostError {}

/// How much has happened in a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Deadlines that came.
    pub ticks: u64,
    /// Messages that nodes heard.
    pub messages: u64,
    /// Commands that nodes were given.
    pub commands: u64,
    /// Messages that applications heard.
    pub application_messages: u64,
    /// Messages that were sent, those of applications included.
    pub sent: u64,
    /// Messages that a link lost.
    pub lost: u64,
    /// Messages that a cut stopped, when they were sent or on their way.
    pub cut_off: u64,
    /// Messages that arrived at a host with no running node.
    pub unheard: u64,
    /// Messages to addresses without a host.
    pub unaddressed: u64,
    /// Messages that were dropped because their kind was blocked.
    pub blocked: u64,
    /// Copies of messages that links made.
    pub copies: u64,
    /// Messages that were held until their link was released.
    pub held: u64,
    /// Messages that had one of their bits flipped.
    pub corrupted: u64,
    /// Messages that nobody sent and a script handed to a node.
    pub forged: u64,
    /// Corrupted frames that nodes were told of.
    pub garbled: u64,
    /// Messages that were longer than their link takes.
    pub too_long: u64,
    /// Messages that found no room in the queue of their link.
    pub without_room: u64,
    /// Messages that a paused or slow host handled later than they arrived.
    pub put_off: u64,
}
