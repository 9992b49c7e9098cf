//! Cluster membership as a pure state machine: the protocol of Apache Pekko Cluster without sockets, clocks or threads.
//!
//! # Embed
//!
//! A [`Node`] is a value. It is made from a [`Config`], a [`UniqueAddress`] that is new at every start, a seed for its
//! random choices and the present time. The pieces of code on this page go on from each other: in a `main` that returns a `Result` they
//! are a program.
//!
//! ```
//! use quorate::{Command, Config, Input, InputKind, Instant, MemberStatus, Node, Output, UniqueAddress};
//!
//! let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
//! let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
//! assert!(node.next_deadline().is_some());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Drive
//!
//! Everything that happens to it is an [`Input`]: a message, a command, or time that has passed. Everything that it wants
//! is an [`Output`] of that call; there is nothing to drain, no callback and no trait to implement.
//!
//! ```
//! # use quorate::{Command, Config, Input, InputKind, Instant, MemberStatus, Node, Output, UniqueAddress};
//! # let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
//! # let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
//! // At its own address a node founds a cluster.
//! let kind = InputKind::Command(Command::Join(me.address.clone()));
//! let outputs = node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind });
//! assert!(outputs.iter().any(|output| matches!(output, Output::Event(_))));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Nothing fails and nothing panics, whatever comes in: what is dropped is an [`Output::Ignored`] that says why, and what
//! can't be obeyed an [`Output::Rejected`].
//!
//! # Observe
//!
//! [`Output::Event`] tells every change. [`Node::view`] reads the present state: members, leader, who has not seen it, who
//! is unreachable, what is due when. It borrows and copies nothing; [`NodeView::save`] and serde make a value of it.
//!
//! ```
//! # use quorate::{Command, Config, Input, InputKind, Instant, MemberStatus, Node, UniqueAddress};
//! # let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
//! # let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
//! # let kind = InputKind::Command(Command::Join(me.address.clone()));
//! # node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind });
//! assert_eq!(node.view().own_status(), MemberStatus::Up);
//! assert!(node.view().is_leader() && node.view().has_convergence(&[]));
//! println!("{}", node.gossip());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! A [`Log`] turns outputs into the lines of a log, with the markers that operators' tools know, and [`Counters`] count them; the
//! features `tracing` and `prometheus` hand both on. [`Subscribers`] give each part of a program the events that it asked for.
//!
//! # Explain
//!
//! [`Node::why`] answers a [`Question`] in reasons of which each could be taken away. Questions are words, too, for those who ask
//! over a wire:
//!
//! ```
//! # use quorate::{Command, Config, Input, InputKind, Instant, Node, UniqueAddress};
//! // Nobody answers at that address, so this node is in no cluster yet.
//! let other = UniqueAddress::new("10.0.0.9:7355".parse()?, 4712);
//! let mut lost = Node::new(Config::default(), other, 1, Instant::ZERO)?;
//! let kind = InputKind::Command(Command::Join("10.0.0.8:7355".parse()?));
//! lost.handle(Input { now: Instant::ZERO, wall_ms: 0, kind });
//! let why = lost.why(&"still-joining".parse()?);
//! assert_eq!(why.len(), 1);
//! println!("{}", why[0]);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Simulate
//!
//! As a node is a value, a thousand of them run in one seeded world, the same way every time: `quorate-sim`, where links lose, delay
//! and separate, and hosts crash, sleep and come back. `quorate-harness` says in words what shall happen and what must hold, judges
//! every step, and has the command `quorate`. Its front page goes on with this tour.
//!
//! # Property-test
//!
//! An application of one's own rides along on each simulated host, under cuts, crashes and loss that are drawn; what it promises is
//! asked after each step, and what breaks it is handed back small: `quorate_harness::property`. For properties of single values the
//! feature `proptest` draws them.
//!
//! # Replay
//!
//! A [`Recorder`] before the node writes everything that happens to it, in few bytes; a [`Replay`] of what it wrote gives the
//! same outputs again, and says where a [`Recording`] differs from what this build makes of it.
//!
//! ```
//! # use quorate::{Command, Config, Input, InputKind, Instant, Node, UniqueAddress};
//! use quorate::{Recorder, Recording, Replay};
//!
//! # let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
//! # let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
//! let mut outputs = Vec::new();
//! let mut recorder = Recorder::new(&node, "my host 1.0")?;
//! let kind = InputKind::Command(Command::Join(me.address.clone()));
//! recorder.handle_into(&mut node, Input { now: Instant::ZERO, wall_ms: 0, kind }, &mut outputs);
//! let bytes = recorder.take().to_vec();
//!
//! let mut replay = Replay::new(Recording::new(&bytes));
//! while let Some(played) = replay.next() {
//!     played?;
//! }
//! assert_eq!(replay.node(), Some(&node));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! `quorate replay --record FILE...` plays the recordings of several nodes on one axis of time, and `--then` goes on from there in a
//! simulated world: what if this link had been up?
//!
//! # Tune
//!
//! Every setting has a name and a meaning: [`Config::settings`]. [`Config::validate`] refuses what can't work, and
//! [`Config::warnings`] tells what works and is rarely wanted, with the numbers:
//!
//! ```
//! # use quorate::Config;
//! let config = Config::from_settings([("sbr.stable-after", "3s"), ("gossip-interval", "500ms")])?;
//! for warning in config.warnings() {
//!     println!("{warning}");
//! }
//! assert!(!config.warnings().is_empty(), "it decides before all have noticed who is gone");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Bytes
//!
//! A node never sees bytes. A [`Codec`] turns the [`Envelope`] of an [`Output::Send`] into a frame, and a frame that
//! arrived into the envelope of an [`InputKind::Received`].
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `prometheus` | `Metrics`: counts and the present state as text for Prometheus |
//! | `tracing` | `trace`: lines of the log as events of `tracing` |
//! | `proptest` | `strategies`: values drawn at random, for property tests of other crates; needs a standard library |
//! | `planted` | rules that can be broken on purpose, for those who test a judge; never for a node that is to work |
//!
//! # Without a standard library
//!
//! The crate needs `alloc` and nothing else. The same inputs give the same outputs on every machine, in debug and in
//! release. It is built with Rust 1.89 and newer.
//!
//! Everything public is on [one page](all.html).
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod config;
mod failure;
mod format;
#[doc(hidden)]
pub mod internals;
mod limits;
mod membership;
mod mix;
mod node;
mod planted;
mod protocol;
mod random;
mod record;
mod repairs;
mod sbr;
mod signal;
mod splice;
#[cfg(any(test, feature = "proptest"))]
pub mod strategies;
mod subscription;
#[cfg(test)]
mod testing;
mod time;

pub use config::{
    CLUSTER_NAME_BYTES_MAX, Checker, CompatibilityCheckConfig, Config, ConfigError, ConfigErrors,
    ConfigVerdict, ConfigWarning, CrossDataCenterDetectorConfig, DetectorKind, Difference,
    DownAllWhenUnstable, Downing, DurationText, FailureDetectorConfig, JOIN_CONFIG_ENTRIES_MAX,
    JOIN_CONFIG_ENTRY_BYTES_MAX, JoinConfig, JoinConfigError, KeepMajorityConfig, KeepOldestConfig,
    LeaseMajorityConfig, LogConfig, MultiDataCenterConfig, ResolverConfig, Setting, StaticQuorumConfig,
    StrategyName,
};
pub use format::{NEWEST_FORMAT, OLDEST_FORMAT};
pub use limits::{Bounded, Limits, OverLimit};
pub use membership::{
    APP_VERSION_BYTES_MAX, Address, AddressError, AppVersion, AppVersionError, Candidates, ClockError,
    ClockOrder, ClusterEvent, CurrentClusterState, DataCenter, Gossip, GossipError, GossipStatistics,
    HOST_BYTES_MAX, LocalView, Member, MemberStatus, Members, MembersError, NodeKey, ROLE_BYTES_MAX,
    ROLES_MAX, Reachability, ReachabilityError, ReachabilityStatus, Record, Roles, RolesError, Row, SeenBy,
    SeenIter, StateStatistics, Tombstones, TombstonesError, TransitionError, UP_NUMBER_NONE, UniqueAddress,
    VectorClock,
};
pub use node::{
    Command, CommandKind, Deadline, Effect, IgnoreReason, Input, InputKind, LeaseRequest, Node, NodeView,
    Observed, Output, Phase, Question, QuestionError, Rejection, SavedResolver, SavedView, ShutdownReason,
    StopReason, Target, Timer, UnreachableNode, Warning, Why,
};
pub use protocol::{
    Class, Codec, DecodeError, Destination, EncodeError, Envelope, Field, Frames, JoinRefusal, Message,
    MessageKind,
};
pub use record::{BUILD, Entry, Mismatch, Played, RecordError, Recorder, Recording, Replay, Start};
pub use repairs::Repairs;
pub use sbr::{
    Decision, DecisionRecord, First, LeaseAnswer, LeaseCall, LeftOut, Notice, Reason, ResolverView,
    SecondCheck, SecondPass, Sides, Strategy,
};
#[cfg(feature = "prometheus")]
pub use signal::Metrics;
#[cfg(feature = "tracing")]
pub use signal::trace;
pub use signal::{
    Category, Count, Counters, Level, Line, Log, MEMBER_STATUS, Marker, REMOTE_ADDRESS, REMOTE_ADDRESS_UID,
    SBR_DECISION,
};
pub use subscription::{
    Answer, Delivery, EventKind, EventKinds, EventKindsError, InitialState, SubscribeError, Subscribers,
    Subscription,
};
pub use time::Instant;

/// The README's code is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
