//! Many subscriptions by name, and those who wait for one moment in the life of the node (part 05, sections 1.5 and 1.7).

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::mem;

use serde::{Deserialize, Serialize};

use super::{Delivery, EventKinds, InitialState, SubscribeError, Subscription};
use crate::membership::MemberStatus;
use crate::node::{Node, Output};

/// The answer to one who asks for a moment in the life of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has come: this is it.
    Now(Delivery),
    /// It will be delivered when it comes.
    Later,
    /// EVT-78: it can't come any more, and nobody waits.
    Never,
}

/// The subscribers of one node, by names of the host's choice. Give it the outputs of every input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribers<K: Ord> {
    subscriptions: BTreeMap<K, Subscription>,
    waiting_for_up: Vec<K>,
    waiting_for_removal: Vec<K>,
}

impl<K: Ord> Default for Subscribers<K> {
    fn default() -> Self {
        Self { subscriptions: BTreeMap::new(), waiting_for_up: Vec::new(), waiting_for_removal: Vec::new() }
    }
}

impl<K: Ord + Clone> Subscribers<K> {
    /// EVT-50 to EVT-55, EVT-82, API-52: subscribes, or adds kinds to a subscription; gives what this subscriber, and nobody else, is
    /// given first. Pekko's typed front end always begins with events.
    ///
    /// # Errors
    /// No kind at all, or a node that has ended.
    pub fn subscribe(
        &mut self,
        node: &Node,
        who: K,
        initial: InitialState,
        kinds: EventKinds,
    ) -> Result<Vec<Delivery>, SubscribeError> {
        if let Some(subscription) = self.subscriptions.get_mut(&who) {
            return subscription.add(node, initial, kinds);
        }
        let (subscription, first) = Subscription::start(node, initial, kinds)?;
        self.subscriptions.insert(who, subscription);
        Ok(first)
    }

    /// EVT-56, EVT-57, EVT-81: takes kinds from a subscription, or all of it with `None`: then nobody waits for the node to be Up
    /// or gone either. For one that is no subscriber nothing happens.
    pub fn unsubscribe(&mut self, who: &K, kinds: Option<EventKinds>) {
        let Some(kinds) = kinds else { return self.gone(who) };
        if let Some(subscription) = self.subscriptions.get_mut(who) {
            subscription.remove(kinds);
            if subscription.kinds().is_empty() {
                self.subscriptions.remove(who);
            }
        }
    }

    /// EVT-58, EVT-78: a subscriber has ended.
    pub fn gone(&mut self, who: &K) {
        self.subscriptions.remove(who);
        self.waiting_for_up.retain(|other| other != who);
        self.waiting_for_removal.retain(|other| other != who);
    }

    /// The subscription of a subscriber.
    #[must_use]
    pub fn of(&self, who: &K) -> Option<&Subscription> {
        self.subscriptions.get(who)
    }

    /// API-19, EVT-71, EVT-77, EVT-78: asks once for the moment at which the node is Up. Once it was, the answer is there, also while
    /// it leaves; when it has ended, there is none.
    pub fn when_up(&mut self, node: &Node, who: K) -> Answer {
        match node.milestones_told() {
            (_, Some(_)) => Answer::Never,
            (true, None) => Answer::Now(Delivery::SelfUp(Box::new(node.current_state()))),
            (false, None) => {
                self.waiting_for_up.push(who);
                Answer::Later
            }
        }
    }

    /// API-20, EVT-72, EVT-79: asks once for the moment at which the node is gone. Once it is, the answer is there, each time anew.
    pub fn when_removed(&mut self, node: &Node, who: K) -> Answer {
        match node.milestones_told().1 {
            Some(previous_status) => Answer::Now(Delivery::SelfRemoved { previous_status }),
            None => {
                self.waiting_for_removal.push(who);
                Answer::Later
            }
        }
    }

    /// What the outputs of one input mean to whom, in the order of the outputs, and of the names within one event. EVT-75, EVT-76,
    /// EVT-80: who waits is told once each time that it asked, in the order of asking. API-44: each is given what is its own, and what it
    /// makes of that is nothing that `give` could report.
    pub fn deliver(&mut self, node: &Node, outputs: &[Output], give: &mut dyn FnMut(&K, Delivery)) {
        for output in outputs {
            match output {
                Output::Event(event) => {
                    for (who, _) in self.subscriptions.iter().filter(|one| one.1.admits(event)) {
                        give(who, Delivery::Event(event.clone()));
                    }
                }
                Output::SelfUp => {
                    for who in mem::take(&mut self.waiting_for_up) {
                        give(&who, Delivery::SelfUp(Box::new(node.current_state())));
                    }
                }
                Output::SelfRemoved { previous_status } => self.deliver_end(*previous_status, give),
                _ => {}
            }
        }
    }

    fn deliver_end(&mut self, previous_status: MemberStatus, give: &mut dyn FnMut(&K, Delivery)) {
        self.waiting_for_up.clear();
        for who in mem::take(&mut self.waiting_for_removal) {
            give(&who, Delivery::SelfRemoved { previous_status });
        }
    }
}
