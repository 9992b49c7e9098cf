//! Who hears what of a node: plain values above the door, which a host keeps beside its node.
//!
//! A node puts out every event, and nothing depends on who listens. A [`Subscription`] says what one listener hears of it, first
//! of all where it begins: with a snapshot, or with the events that lead to the present state. [`Subscribers`] are many of
//! them by name.
//!
//! ```
//! use quorate::{
//!     Command, Config, Delivery, EventKinds, InitialState, Input, InputKind, Instant, Node, Subscription, UniqueAddress,
//! };
//!
//! let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
//! let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
//! let (subscription, first) = Subscription::start(&node, InitialState::Snapshot, EventKinds::MEMBER)?;
//! assert!(matches!(&first[..], [Delivery::Snapshot(state)] if state.members.is_empty()));
//! let kind = InputKind::Command(Command::Join(me.address.clone()));
//! let outputs = node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind });
//! // One event, that this node is Up: neither its leader nor who has seen was asked for.
//! assert_eq!(outputs.iter().filter_map(|output| subscription.heard(output)).count(), 1);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod kinds;
mod subscribers;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

pub use kinds::{EventKind, EventKinds, EventKindsError};
pub use subscribers::{Answer, Subscribers};

use crate::membership::{ClusterEvent, CurrentClusterState, DataCenter, MemberStatus};
use crate::node::{Node, Output};

/// EVT-51, EVT-52: where a subscriber begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum InitialState {
    /// With one snapshot of the whole state, whatever kinds are asked for.
    #[default]
    Snapshot,
    /// With the events that lead from nothing to the present state, of the kinds that are asked for.
    Events,
}

/// What a subscriber is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Delivery {
    /// The whole state.
    Snapshot(Box<CurrentClusterState>),
    /// One change of it.
    Event(ClusterEvent),
    /// EVT-75: this node is Up, and this is the state. For those who asked for it, once each time that they asked.
    SelfUp(Box<CurrentClusterState>),
    /// EVT-76: this node is gone. For those who asked for it, once each time that they asked.
    SelfRemoved {
        /// The status that it had last, Removed if it was no member.
        previous_status: MemberStatus,
    },
}

/// Why there is no subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubscribeError {
    /// EVT-49: no kind of events was named.
    NoKinds,
    /// EVT-60: the node has ended; there will be no events, and there is no state. Pekko says nothing here.
    NodeHasEnded,
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKinds => "a subscription names at least one kind of events (EVT-49)",
            Self::NodeHasEnded => "the node has ended, so there is nothing to subscribe to (EVT-60)",
        })
    }
}

impl core::error::Error for SubscribeError {}

/// What one subscriber hears.
///
/// EVT-50, EVT-54: made between two inputs, in whatever phase the node is, it hears of everything that comes after its first
/// deliveries, and of nothing twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    kinds: EventKinds,
    data_center: Option<DataCenter>,
}

impl Subscription {
    /// API-16, EVT-49 to EVT-54: a subscription, and what to give the subscriber first. Before the node has joined, that is an
    /// empty snapshot or no event at all (EVT-53).
    ///
    /// # Errors
    /// No kind at all, or a node that has ended.
    pub fn start(
        node: &Node,
        initial: InitialState,
        kinds: EventKinds,
    ) -> Result<(Self, Vec<Delivery>), SubscribeError> {
        let mut subscription = Self { kinds: EventKinds::NONE, data_center: None };
        let first = subscription.add(node, initial, kinds)?;
        Ok((subscription, first))
    }

    /// EVT-55: hears of these kinds too. What is given first is given again, by the kinds of this call only; later events come
    /// once all the same.
    ///
    /// # Errors
    /// No kind at all, or a node that has ended; the subscription is as it was.
    pub fn add(
        &mut self,
        node: &Node,
        initial: InitialState,
        kinds: EventKinds,
    ) -> Result<Vec<Delivery>, SubscribeError> {
        if kinds.is_empty() {
            return Err(SubscribeError::NoKinds);
        }
        if node.is_stopped() {
            return Err(SubscribeError::NodeHasEnded);
        }
        self.kinds = self.kinds | kinds;
        Ok(match initial {
            InitialState::Snapshot => [Delivery::Snapshot(Box::new(node.current_state()))].into(),
            InitialState::Events => {
                let only = Self { kinds, data_center: self.data_center.clone() };
                let mut first = Vec::new();
                node.tell_from_nothing(&mut |event| {
                    if only.admits(&event) {
                        first.push(Delivery::Event(event));
                    }
                });
                first
            }
        })
    }

    /// API-17, EVT-56: hears of these kinds no more, however they were asked for. None of what was not asked for is an error
    /// (EVT-57).
    pub fn remove(&mut self, kinds: EventKinds) {
        self.kinds = self.kinds - kinds;
    }

    /// Hears of members and other data centres only if they are of this one, or it itself. A name that nobody has lets none of those
    /// through; leaders, who has seen, tables and the end belong to no data centre and pass.
    #[must_use]
    pub fn within(mut self, data_center: impl Into<DataCenter>) -> Self {
        self.data_center = Some(data_center.into());
        self
    }

    /// The kinds that are heard of.
    #[must_use]
    pub const fn kinds(&self) -> EventKinds {
        self.kinds
    }

    /// EVT-6: whether the subscriber hears of an event.
    #[must_use]
    pub fn admits(&self, event: &ClusterEvent) -> bool {
        self.kinds.contains(event.kind()) && self.data_center.as_ref().is_none_or(|name| is_of(event, name))
    }

    /// The event of an output, if the subscriber hears of it. EVT-7: what a node tells of its own life is no event.
    #[must_use]
    pub fn heard<'a>(&self, output: &'a Output) -> Option<&'a ClusterEvent> {
        match output {
            Output::Event(event) if self.admits(event) => Some(event),
            _ => None,
        }
    }
}

fn is_of(event: &ClusterEvent, data_center: &DataCenter) -> bool {
    match event {
        ClusterEvent::UnreachableDataCenter(name) | ClusterEvent::ReachableDataCenter(name) => {
            name == data_center
        }
        ClusterEvent::UnreachableMember(member) | ClusterEvent::ReachableMember(member) => {
            *member.data_center() == **data_center
        }
        other => other.member().is_none_or(|member| *member.data_center() == **data_center),
    }
}

#[cfg(test)]
#[path = "subscription_tests.rs"]
mod tests;
