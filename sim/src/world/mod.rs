//! A world: many hosts, one clock, one queue, one seed.

mod act;
mod conditions;
mod handle;
mod lease;
mod memory;
mod obstacles;
mod odd;
mod resume;
mod ride;
mod run;
pub(crate) mod shutdown;
pub(crate) mod step;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Address, Codec, Command, Config, DecodeError, Envelope, Gossip, Instant, LeaseAnswer, MessageKind, Node,
    Output, UniqueAddress,
};

use crate::action::Action;
use crate::application::{Application, Request};
use crate::digest::Digest;
use crate::host::{Host, HostId, HostSpec, HostState};
use crate::keyed;
use crate::lease::LeaseService;
use crate::network::Network;
use crate::network::link::LinkSpec;
use crate::network::mishap::Mishap;
use crate::queue::{Queue, Slot};
pub use resume::Process;
use step::{Counts, Fault, HostError, Outcome};

/// Many hosts in one seeded world.
///
/// Nothing in it is shared with another world but what the caller shares by cloning a world, so worlds run side by side,
/// one per thread (SIM-10). A clone runs on by itself and, left alone, does the same as the original (SIM-9).
#[derive(Clone)]
pub struct World<A: Application = ()> {
    seed: u64,
    now: Instant,
    /// The wall clock at instant zero, in milliseconds since 1970.
    wall_ms_at_start: i64,
    /// How many steps were taken in all, and at the present instant.
    steps: u64,
    steps_at_now: u64,
    halted: bool,
    queue: Queue<Action, Parcel<A::Message>>,
    network: Network,
    hosts: Vec<Host<A>>,
    digest: Digest,
    counts: Counts,
    lease: LeaseService,
    wire: bool,
    /// Weighs messages, whether they travel as bytes or not.
    scale: Box<Codec>,
    /// What the last step put out. Envelopes on their way stay here until the next step moves them into the queue: so
    /// a step can show them, and none is ever cloned.
    outputs: Vec<Output>,
    parked: Vec<Parked>,
    /// The last step's sender.
    sender: HostId,
    /// The last step's action, if it was one.
    acted: Option<(Action, Outcome)>,
    /// The last step's fault, if it had one.
    fault: Option<Fault>,
    /// The state that the last step's message told, if it told one.
    told: Option<Arc<Gossip>>,
    /// What chance did to what the last step sent.
    mishaps: Vec<Mishap>,
    /// What an application asks for while it is told something.
    requests: Vec<Request<A::Message>>,
    /// What was sent on links that are held, in the order in which it was sent.
    held: Vec<(HostId, Parcel<A::Message>)>,
    /// How many statements that end by themselves there were.
    statements: u64,
    memory_cap: Option<u64>,
}

/// What is on its way to a host.
#[derive(Clone, Debug)]
struct Parcel<M> {
    from: HostId,
    sent_at: Instant,
    /// The hash of what is in it, made when it was put out.
    hash: u64,
    body: Body<M>,
}

#[derive(Clone, Debug)]
enum Body<M> {
    /// From node to node.
    Envelope(Envelope),
    /// From application to application.
    Application { from: UniqueAddress, message: M },
    /// A frame that was corrupted and can't be read.
    Garbled { error: DecodeError },
    /// What has arrived at a host that was paused or slow, and waits for its turn. It is gone with the incarnation that
    /// was to hear it.
    Waiting { incarnation: u32, body: Box<Body<M>> },
    /// From a host to itself; only the incarnation that began it may hear of it.
    Own { incarnation: u32, what: Own },
}

#[derive(Clone, Debug)]
enum Own {
    ExitTasksDone {
        id: u64,
    },
    Command(Command),
    Wake,
    LeaseAsked(Box<lease::Asked>),
    LeaseAnswered {
        id: u64,
        answer: LeaseAnswer,
    },
    LeaseHeld(bool),
    LeaseRenewal {
        lease: Arc<str>,
        owner: Arc<str>,
    },
    /// SHUT-13: a host that shuts down has waited long enough.
    PatienceEnds,
}

/// A place in the queue whose envelope is still among the outputs.
#[derive(Clone, Copy, Debug)]
struct Parked {
    output: u32,
    slot: Slot,
    hash: u64,
}

/// The wall clock at a world's beginning, in milliseconds since 1970, unless it is told another.
pub const WALL_MS_AT_START: i64 = 1_700_000_000_000;

impl<A: Application> World<A> {
    /// An empty world at instant zero.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            now: Instant::ZERO,
            wall_ms_at_start: WALL_MS_AT_START,
            steps: 0,
            steps_at_now: 0,
            halted: false,
            queue: Queue::default(),
            network: Network::new(seed),
            hosts: Vec::new(),
            digest: Digest::new(seed),
            counts: Counts::default(),
            lease: LeaseService::default(),
            wire: false,
            scale: Box::default(),
            outputs: Vec::new(),
            parked: Vec::new(),
            sender: HostId::from_index(0),
            acted: None,
            fault: None,
            told: None,
            mishaps: Vec::new(),
            requests: Vec::new(),
            held: Vec::new(),
            statements: 0,
            memory_cap: None,
        }
    }

    /// Adds a host, which is not started yet.
    ///
    /// # Errors
    /// A name or an address that is taken, or settings that a node refuses.
    pub fn add_host(&mut self, spec: HostSpec) -> Result<HostId, HostError>
    where
        A: Default,
    {
        self.add_host_with(spec, A::default())
    }

    /// Adds a host on which an application rides.
    ///
    /// # Errors
    /// As [`World::add_host`].
    pub fn add_host_with(&mut self, spec: HostSpec, application: A) -> Result<HostId, HostError> {
        let HostSpec { name, address, config, exit_tasks } = spec;
        if self.hosts.iter().any(|host| host.spec.name == name) {
            return Err(HostError::NameTaken { name });
        }
        if let Some(there) = self.host_of(&address) {
            return Err(HostError::AddressTaken { name, by: self.host(there).spec.name.clone() });
        }
        // The world owns every pointer in it: worlds on two cores that counted the same references would slow each
        // other down.
        let spec = HostSpec {
            name: Arc::from(&*name),
            address: own_address(&address),
            config: self.own_config(&config),
            exit_tasks,
        };
        let trial = UniqueAddress::new(spec.address.clone(), 0);
        let is_tried = self.hosts.iter().any(|host| Arc::ptr_eq(&host.spec.config, &spec.config));
        if !is_tried && let Err(errors) = Node::new(spec.config.clone(), trial, 0, Instant::ZERO) {
            return Err(HostError::Config { name: spec.name, errors });
        }
        let id = HostId::from_index(self.hosts.len());
        self.network.add_host(spec.address.clone(), keyed::name_key(&spec.name));
        self.queue.add_host();
        if self.hosts.len() == self.hosts.capacity() {
            // They are large, and stay: room for twice as many would be never used.
            self.hosts.reserve_exact(1 + self.hosts.len() / 8);
        }
        self.hosts.push(Host::new(spec, application));
        Ok(id)
    }

    fn own_config(&self, config: &Config) -> Arc<Config> {
        let same = self.hosts.iter().map(|host| &host.spec.config).find(|own| ***own == *config);
        same.cloned().unwrap_or_else(|| {
            let mut own = config.clone();
            own.cluster_name = Arc::from(&*config.cluster_name);
            own.roles = config.roles.iter().map(|role| Arc::from(&**role)).collect();
            Arc::new(own)
        })
    }

    /// Schedules an action. Those of one instant are done in the order in which they were scheduled; one whose instant
    /// has passed is done now.
    pub fn schedule(&mut self, at: Instant, action: Action) {
        self.queue.push_action(at.max(self.now), action);
    }

    /// SIM-4: whether messages travel as bytes: each is encoded and decoded, and the decoded must equal the sent. A run
    /// has the same digest either way.
    pub fn set_wire(&mut self, on: bool) {
        self.wire = on;
    }

    /// The case's seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The world's clock.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// All hosts, by number.
    #[inline]
    #[must_use]
    pub fn hosts(&self) -> &[Host<A>] {
        &self.hosts
    }

    /// The numbers of all hosts.
    pub fn host_ids(&self) -> impl Iterator<Item = HostId> + use<A> {
        (0..self.hosts.len()).map(HostId::from_index)
    }

    /// A host.
    ///
    /// # Panics
    /// If the number is of another world, and there is no such host here.
    #[inline]
    #[must_use]
    pub fn host(&self, host: HostId) -> &Host<A> {
        &self.hosts[host.index()]
    }

    /// The host at an address.
    #[must_use]
    pub fn host_of(&self, address: &Address) -> Option<HostId> {
        self.network.routes.host_of(address)
    }

    /// The host of a name.
    #[must_use]
    pub fn host_named(&self, name: &str) -> Option<HostId> {
        self.hosts.iter().position(|host| *host.spec.name == *name).map(HostId::from_index)
    }

    /// Whether no message gets from one host to another.
    #[must_use]
    pub fn is_cut(&self, from: HostId, to: HostId) -> bool {
        self.network.cuts.is_cut(from, to)
    }

    /// How the link from one host to another treats messages.
    #[must_use]
    pub fn link(&self, from: HostId, to: HostId) -> LinkSpec {
        self.network.links.spec(from, to)
    }

    /// What the node of the last step put out.
    #[inline]
    #[must_use]
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The state that the last step's message told its node, if it was gossip.
    #[must_use]
    pub fn told(&self) -> Option<&Arc<Gossip>> {
        self.told.as_ref()
    }

    /// What chance did to what the last step sent. What a cut or a block stopped, or what was held, was never left to it; nor
    /// is a delay a mishap that is drawn like any other.
    #[must_use]
    pub fn mishaps(&self) -> &[Mishap] {
        &self.mishaps
    }

    /// Whether messages of a kind are dropped on the way from one host to another.
    #[must_use]
    pub fn is_blocked(&self, from: HostId, to: HostId, kind: MessageKind) -> bool {
        self.network.blocks.drops(from, to, kind as usize)
    }

    /// Whether messages of any kind are dropped by their kind on the way from one host to another.
    #[must_use]
    pub fn blocks_any(&self, from: HostId, to: HostId) -> bool {
        self.network.blocks.touches(from, to)
    }

    /// Whether what is sent from one host to another is held until it is released.
    #[must_use]
    pub fn is_held(&self, from: HostId, to: HostId) -> bool {
        self.network.holds.holds(from, to)
    }

    /// Whether nothing is wrong anywhere: no cut, nothing blocked or held, every link as it is unless something else is said
    /// of it, every host doing what it should.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.network.is_untouched() && self.hosts.iter().all(|host| host.is_sound(self.now))
    }

    /// Whether every message from one host to another arrives there once and as it was sent, within this time. It may
    /// then still wait there for its turn: [`Host::is_sound`].
    #[must_use]
    pub fn is_link_sound(&self, from: HostId, to: HostId, longest_delay: Duration) -> bool {
        !self.is_cut(from, to)
            && !self.is_held(from, to)
            && !self.network.blocks.touches(from, to)
            && self.link(from, to).is_sound_within(longest_delay)
    }

    /// SIM-12: how many events there were: inputs that a node handled.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.digest.events()
    }

    /// How many steps there were: events, and actions that are none.
    #[inline]
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How much of what has happened.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// SIM-8: the identity of the run so far.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }

    /// SIM-13: how many steps there may be at one instant. A run in which all hosts act at one instant stays far below.
    #[must_use]
    pub fn steps_at_one_instant_max(&self) -> u64 {
        STEPS_AT_ONE_INSTANT_MAX.max(STEPS_AT_ONE_INSTANT_PER_HOST * self.hosts.len() as u64)
    }

    /// The wall clock of all hosts, in milliseconds since 1970.
    #[inline]
    #[must_use]
    pub fn wall_ms(&self) -> i64 {
        self.wall_ms_at_start.saturating_add_unsigned(self.now.as_millis())
    }

    /// A host's present incarnation and whether it runs.
    fn running_incarnation(&self, host: HostId) -> Option<u32> {
        let host = &self.hosts[host.index()];
        (host.state == HostState::Running).then_some(host.incarnation)
    }
}

const STEPS_AT_ONE_INSTANT_MAX: u64 = 100_000;
const STEPS_AT_ONE_INSTANT_PER_HOST: u64 = 1_000;

/// The same address behind a pointer of its own.
fn own_address(address: &Address) -> Address {
    Address::new(address.host(), address.port()).unwrap_or_else(|_| address.clone())
}
