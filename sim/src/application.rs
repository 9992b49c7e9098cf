//! SIM-7: code of a user's own that rides along on every host.

use std::convert::Infallible;

use quorate::{Address, ClusterEvent, Command, Instant, Node, UniqueAddress};

use crate::world::World;

/// What runs beside a node: it hears the node's events, talks to its like over the same network, and gives commands.
///
/// Each incarnation of a host begins with a clone of the application that the host was added with. An application must
/// be as deterministic as a node: what it does may depend only on what it was told.
pub trait Application: Clone {
    /// What applications say to each other.
    type Message: Clone;

    /// Whether there is anything to tell. False only for `()`, so that worlds without applications pay nothing.
    const RIDES: bool = true;

    /// The host was started, and its node exists.
    fn on_start(&mut self, _host: &mut Context<'_, Self::Message>) {}

    /// The node put out an event.
    fn on_event(&mut self, _host: &mut Context<'_, Self::Message>, _event: &ClusterEvent) {}

    /// The application of another host said something.
    fn on_message(
        &mut self,
        _host: &mut Context<'_, Self::Message>,
        _from: &UniqueAddress,
        _message: Self::Message,
    ) {
    }

    /// An instant that was asked for with [`Context::wake_at`] has come.
    fn on_wake(&mut self, _host: &mut Context<'_, Self::Message>) {}

    /// Whether all is as the application promises: asked after every step, with the sentence that tells what is not.
    ///
    /// # Errors
    /// What is wrong. The run fails there.
    fn judge(_world: &World<Self>) -> Result<(), String> {
        Ok(())
    }

    /// A hash of a message, for the run's digest.
    fn message_hash(_message: &Self::Message) -> u64 {
        0
    }

    /// A hash of the application's state, for the run's digest at checkpoints.
    fn state_hash(&self) -> u64 {
        0
    }
}

impl Application for () {
    type Message = Infallible;
    const RIDES: bool = false;
}

/// The host that an application rides on, and what it can ask of it.
#[derive(Debug)]
pub struct Context<'a, M> {
    pub(crate) now: Instant,
    pub(crate) node: &'a Node,
    pub(crate) requests: &'a mut Vec<Request<M>>,
}

/// What an application asks of its host.
#[derive(Clone, Debug)]
pub(crate) enum Request<M> {
    Send { to: Address, message: M },
    Command(Command),
    Wake(Instant),
}

impl<M> Context<'_, M> {
    /// The host's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The node that runs here.
    #[must_use]
    pub fn node(&self) -> &Node {
        self.node
    }

    /// Who runs here.
    #[must_use]
    pub fn me(&self) -> &UniqueAddress {
        self.node.unique_address()
    }

    /// Sends a message to the application at an address. It can be delayed, lost and cut off like any other.
    pub fn send(&mut self, to: &Address, message: M) {
        self.requests.push(Request::Send { to: to.clone(), message });
    }

    /// Gives the node a command, at this same instant.
    pub fn command(&mut self, command: Command) {
        self.requests.push(Request::Command(command));
    }

    /// Asks for [`Application::on_wake`] at an instant; one that has passed means now.
    pub fn wake_at(&mut self, at: Instant) {
        self.requests.push(Request::Wake(at));
    }
}
