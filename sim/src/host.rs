//! A machine at an address, and the processes that run there one after the other.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quorate::{Address, Codec, Config, Instant, Node, StopReason, UniqueAddress};

use crate::clock::HostClock;
use crate::condition::{Condition, Factor};

/// Which host of a world: they are numbered in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(u32);

impl HostId {
    /// The host that was added so manieth, counted from zero.
    ///
    /// # Panics
    /// Above four billion.
    #[inline]
    #[must_use]
    pub const fn from_index(index: usize) -> Self {
        assert!(index < u32::MAX as usize, "hosts are numbered in 32 bits");
        Self(index as u32)
    }

    /// The how-manieth host, counted from zero.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    #[inline]
    pub(crate) const fn from_number(number: u32) -> Self {
        Self(number)
    }

    #[inline]
    pub(crate) const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.0)
    }
}

/// What a host is, before it is started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HostSpec {
    /// Its name. With the case's seed it decides everything that is random about the host.
    pub name: Arc<str>,
    /// Where it is.
    pub address: Address,
    /// The settings of its nodes.
    pub config: Arc<Config>,
    /// How long the work takes that must be done before a node exits. Zero lets it end at the same instant.
    pub exit_tasks: Duration,
}

impl HostSpec {
    /// A host of a name, at an address, with settings; its exit tasks take no time.
    #[must_use]
    pub fn new(name: &str, address: Address, config: impl Into<Arc<Config>>) -> Self {
        Self { name: name.into(), address, config: config.into(), exit_tasks: Duration::ZERO }
    }
}

/// SIM-5: what a host is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostState {
    /// Nothing has been started yet.
    NotStarted,
    /// A process is up, and its node has not stopped.
    Running,
    /// The node has stopped by itself and says why.
    Stopped(StopReason),
    /// The process was ended from outside.
    Crashed,
}

impl fmt::Display for HostState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted => f.write_str("has not been started"),
            Self::Running => f.write_str("is running"),
            Self::Stopped(why) => write!(f, "has stopped ({why})"),
            Self::Crashed => f.write_str("has crashed"),
        }
    }
}

/// A host of a world.
#[derive(Clone, Debug)]
pub struct Host<A> {
    pub(crate) node: Option<Node>,
    pub(crate) state: HostState,
    pub(crate) incarnation: u32,
    /// What is not as usual about it; boxed, since it hardly ever is.
    pub(crate) condition: Option<Box<Condition>>,
    pub(crate) sent: u64,
    pub(crate) spec: HostSpec,
    pub(crate) seeds: Vec<Address>,
    pub(crate) started_at: Option<Instant>,
    /// Of the present incarnation; made when it first sends or hears bytes (SIM-4).
    codec: Option<Box<Codec>>,
    pub(crate) application: A,
    /// What each incarnation's application begins as.
    pub(crate) fresh_application: A,
}

impl<A: Clone> Host<A> {
    pub(crate) fn new(spec: HostSpec, application: A) -> Self {
        Self {
            node: None,
            state: HostState::NotStarted,
            incarnation: 0,
            condition: None,
            sent: 0,
            spec,
            seeds: Vec::new(),
            started_at: None,
            codec: None,
            application: application.clone(),
            fresh_application: application,
        }
    }
}

impl<A> Host<A> {
    /// What turns its messages into bytes and back, when the world's messages travel so.
    pub(crate) fn codec(&mut self) -> &mut Codec {
        self.codec.get_or_insert_with(|| Box::new(Codec::new(self.spec.config.limits)))
    }

    /// FRM-13: a new incarnation knows nothing of what the last one heard.
    pub(crate) fn forget_codec(&mut self) {
        self.codec = None;
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.spec.address
    }

    /// The seed nodes that its present incarnation was told to join.
    #[must_use]
    pub fn seeds(&self) -> &[Address] {
        &self.seeds
    }

    /// The settings of its nodes.
    #[must_use]
    pub fn config(&self) -> &Arc<Config> {
        &self.spec.config
    }

    /// How often it was started.
    #[inline]
    #[must_use]
    pub fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// What it is doing.
    #[inline]
    #[must_use]
    pub fn state(&self) -> HostState {
        self.state
    }

    /// Whether a process is up and its node has not stopped; so it is while it is paused.
    #[inline]
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == HostState::Running
    }

    /// The node of its present incarnation; after a crash or a stop, the state that it ended in.
    #[inline]
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    /// Who its present incarnation is.
    #[inline]
    #[must_use]
    pub fn unique_address(&self) -> Option<&UniqueAddress> {
        self.node.as_ref().map(Node::unique_address)
    }

    /// Why its node stopped, if it did by itself.
    #[must_use]
    pub fn stopped_because(&self) -> Option<StopReason> {
        if let HostState::Stopped(why) = self.state { Some(why) } else { None }
    }

    /// When its present incarnation was started.
    #[must_use]
    pub fn started_at(&self) -> Option<Instant> {
        self.started_at
    }

    /// How many messages its nodes have sent; those of applications are not among them.
    #[inline]
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Until when it is paused, if it is or was. It is a running process all the while.
    #[must_use]
    pub fn paused_until(&self) -> Option<Instant> {
        self.condition.as_ref().and_then(|condition| condition.paused_until)
    }

    /// By how much it is slow or was, and until when.
    #[must_use]
    pub fn slow(&self) -> Option<(Factor, Instant)> {
        self.condition.as_ref().and_then(|condition| condition.slow).map(|slow| (slow.factor, slow.until))
    }

    /// Its clock: what its nodes are told is `now`.
    #[must_use]
    pub fn clock(&self) -> HostClock {
        self.condition.as_ref().map_or_else(HostClock::default, |condition| condition.clock)
    }

    /// Whether its clock was never set, and never went too fast or too slow: it shows the world's time, or that which a process went on with
    /// here ([`World::resume`](crate::World::resume)).
    #[must_use]
    pub fn keeps_time(&self) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.keeps_time())
    }

    /// Whether it does what it should at this instant of the world: it isn't paused or slow, and it keeps time.
    #[must_use]
    pub fn is_sound(&self, now: Instant) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.is_usual(now))
    }

    /// The application that rides along.
    #[must_use]
    pub fn application(&self) -> &A {
        &self.application
    }
}
