//! Processes that have run elsewhere, and go on here.

use quorate::{Address, Delivery, Envelope, EventKinds, InitialState, Instant, Node, Output, Subscription};

use super::{Body, Own, Parcel, World};
use crate::action::NotApplicable;
use crate::application::Application;
use crate::clock::HostClock;
use crate::host::{HostId, HostState};

/// A process that has run elsewhere, as it stands.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its node; none if all that is known of the process is that it has ended.
    pub node: Option<Node>,
    /// Whether it runs, or how it ended.
    pub state: HostState,
    /// What its clock shows.
    pub clock: Instant,
    /// What its node has asked of its host and has not been answered: work to finish before it exits, leases.
    pub owed: Vec<Output>,
    /// The seed nodes that a later process of this host joins.
    pub seeds: Vec<Address>,
}

impl<A: Application> World<A> {
    /// What the clock on the wall shows at instant zero, in milliseconds since 1970: [`WALL_MS_AT_START`](super::WALL_MS_AT_START)
    /// if nothing is said.
    pub fn set_wall_ms_at_start(&mut self, wall_ms: i64) {
        self.wall_ms_at_start = wall_ms;
    }

    /// Lets a process that has run elsewhere go on at a host, from now on, as its first incarnation. Its clock goes on from what it
    /// shows, and is right: only what is done to it from here on makes it wrong. What it has put out, by [`World::outputs`], is what one
    /// hears who begins to listen to it: the events that lead from nothing to its state.
    ///
    /// # Errors
    /// A host that isn't there, or that was started already.
    pub fn resume(&mut self, host: HostId, process: Process) -> Result<(), NotApplicable> {
        self.known(host)?;
        if self.hosts[host.index()].state != HostState::NotStarted {
            return Err(NotApplicable::AlreadyRunning { name: self.name(host) });
        }
        self.settle();
        let Process { node, state, clock, owed, seeds } = process;
        let is_running = state == HostState::Running && node.is_some();
        self.outputs.extend(node.iter().filter(|_| is_running).flat_map(events_from_nothing));
        let clock = HostClock::showing(clock, self.now);
        let condition = self.condition(host);
        (condition.clock, condition.usual_clock) = (clock, clock);
        let resumed = &mut self.hosts[host.index()];
        (resumed.node, resumed.state, resumed.incarnation, resumed.seeds) = (node, state, 1, seeds);
        resumed.started_at = Some(self.now);
        if !is_running {
            return Ok(());
        }
        self.arm(host);
        for output in owed {
            match output {
                Output::StartExitTasks { id } => {
                    let at = self.now + self.hosts[host.index()].spec.exit_tasks;
                    self.push_own(at, host, Own::ExitTasksDone { id });
                }
                Output::Lease(request) => self.ask_lease(host, request),
                _ => {}
            }
        }
        self.checkpoint();
        Ok(())
    }

    /// Puts a message on its way that was sent elsewhere: it arrives at this time, unless a cut takes it. `false` if there is no host
    /// at the address that it goes to.
    pub fn put_on_its_way(&mut self, from: HostId, envelope: Envelope, arrives_at: Instant) -> bool {
        let Some(to) = self.host_of(envelope.to.address()) else { return false };
        let output = Output::Send(envelope);
        let hash = output.hash64();
        let Output::Send(envelope) = output else { return false };
        let parcel = Parcel { from, sent_at: self.now, hash, body: Body::Envelope(envelope) };
        self.queue.push_parcel(arrives_at.max(self.now), to, parcel);
        true
    }
}

fn events_from_nothing(node: &Node) -> impl Iterator<Item = Output> + use<> {
    let first = Subscription::start(node, InitialState::Events, EventKinds::ALL);
    first.into_iter().flat_map(|(_, deliveries)| deliveries).filter_map(|delivery| match delivery {
        Delivery::Event(event) => Some(Output::Event(event)),
        _ => None,
    })
}
