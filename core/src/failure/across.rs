//! Whom a node asks in other data centres: the oldest of each, if it is itself one of the oldest of its own (part 03,
//! section 4).

use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Detectors;
use crate::membership::members::hash_of_nodes;
use crate::membership::{DataCenter, Member, MemberStatus, UniqueAddress};
use crate::mix::Mixer;
use crate::time::Instant;

/// XDC-2, DC-48: whether members of a status count at all.
const fn is_at_least_up(status: MemberStatus) -> bool {
    !matches!(status, MemberStatus::Joining | MemberStatus::WeaklyUp | MemberStatus::Removed)
}

/// DC-47: the receivers of one node's heartbeats in other data centres, by the events of all data centres, one by one.
///
/// XDC-20: they are of other data centres, those of [`Receivers`](super::receivers::Receivers) of the own one: nobody is
/// in both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiversAcross {
    me: UniqueAddress,
    data_center: DataCenter,
    /// XDC-11: how many nodes of a data centre ask, and how many are asked.
    k: usize,
    /// XDC-3, XDC-6: every data centre of which a member that counts was ever seen; ascending. Shared by clones.
    by_age: Vec<Arc<Ages>>,
}

/// XDC-3: the members of a data centre that count, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ages {
    name: DataCenter,
    members: Vec<Aged>,
}

/// XDC-4: a member and its up-number, none being the highest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Aged {
    up_number: i32,
    node: UniqueAddress,
}

impl Ages {
    /// XDC-4, XDC-7: puts a member into its place, taking it out of the one that it had. Of two incarnations of one address
    /// and age the first that came stays (MDL-29).
    fn put(&mut self, member: &Member) {
        self.take_out(member.unique_address());
        let aged = Aged { up_number: member.up_number(), node: member.unique_address().clone() };
        let order = |other: &Aged| {
            other.up_number.cmp(&aged.up_number).then_with(|| other.node.address.cmp(&aged.node.address))
        };
        if let Err(position) = self.members.binary_search_by(order) {
            self.members.insert(position, aged);
        }
    }

    fn take_out(&mut self, node: &UniqueAddress) {
        let is_it = |aged: &Aged| aged.node.uid == node.uid && aged.node.address == node.address;
        if let Some(position) = self.members.iter().position(is_it) {
            self.members.remove(position);
        }
    }

    fn oldest(&self, k: usize) -> &[Aged] {
        &self.members[..k.min(self.members.len())]
    }
}

impl ReceiversAcross {
    /// The receivers of a node that knows of nobody.
    #[must_use]
    pub const fn new(me: UniqueAddress, data_center: DataCenter, k: usize) -> Self {
        Self { me, data_center, k, by_age: Vec::new() }
    }

    /// XDC-5, DC-49: takes the members as they are. XDC-2: who is Joining or WeaklyUp does not count.
    pub fn init<'a>(&mut self, members: impl Iterator<Item = &'a Member>) {
        self.by_age.clear();
        members.filter(|member| is_at_least_up(member.status())).for_each(|member| self.put(member));
    }

    fn put(&mut self, member: &Member) {
        let data_center = member.data_center();
        let position = self.position(data_center).unwrap_or_else(|position| {
            let ages = Ages { name: data_center.into(), members: Vec::new() };
            self.by_age.insert(position, Arc::new(ages));
            position
        });
        Arc::make_mut(&mut self.by_age[position]).put(member);
    }

    /// XDC-7, DC-50: a member event other than removal. Who is Joining or WeaklyUp does not count.
    ///
    /// DC-62: whoever is asked no longer is forgotten, so that nobody waits for its answers. XDC-21: without `forgets_former`,
    /// which is what Pekko does, those are forgotten who are newly asked.
    pub fn member_event(&mut self, member: &Member, forgets_former: bool, detectors: &mut impl Detectors) {
        if !is_at_least_up(member.status()) {
            return;
        }
        let before = self.asked_in(member.data_center());
        self.put(member);
        let after = self.asked_in(member.data_center());
        let (of, not_of) = if forgets_former { (before, after) } else { (after, before) };
        for node in of.iter().filter(|node| !not_of.contains(node)) {
            detectors.remove(&node.address);
        }
    }

    /// XDC-10: who is asked in a data centre; nobody in the own one.
    fn asked_in(&self, data_center: &str) -> Vec<UniqueAddress> {
        match self.position(data_center) {
            Ok(position) if *data_center != *self.data_center => {
                self.by_age[position].oldest(self.k).iter().map(|aged| aged.node.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// XDC-8, DC-51: a member other than self is gone. XDC-6: its data centre stays known, even without a member.
    pub fn remove(&mut self, member: &Member, detectors: &mut impl Detectors) {
        if let Ok(position) = self.position(member.data_center()) {
            Arc::make_mut(&mut self.by_age[position]).take_out(member.unique_address());
            detectors.remove(member.address());
        }
    }

    /// XDC-18: a node answered. `None` when it is not asked, else an interval in milliseconds that is long enough to warn
    /// of, if it is.
    pub fn replied(
        &self,
        from: &UniqueAddress,
        detectors: &mut impl Detectors,
        now: Instant,
    ) -> Option<Option<u64>> {
        self.is_receiver(from).then(|| detectors.heartbeat(&from.address, now))
    }

    /// XDC-10, XDC-22, DC-53: who is asked, by data centre, each oldest first; whether they are reachable plays no part.
    pub fn receivers(&self) -> impl Iterator<Item = &UniqueAddress> {
        let others = self.by_age.iter().filter(|ages| *ages.name != *self.data_center);
        others.flat_map(|ages| ages.oldest(self.k)).map(|aged| &aged.node)
    }

    /// Whether a node is asked.
    #[must_use]
    pub fn is_receiver(&self, node: &UniqueAddress) -> bool {
        self.receivers().any(|other| other.uid == node.uid && other.address == node.address)
    }

    /// XDC-6: the data centres that are known, ascending, each with its members that count, oldest first.
    pub fn known(&self) -> impl Iterator<Item = (&DataCenter, impl Iterator<Item = &UniqueAddress>)> {
        self.by_age.iter().map(|ages| (&ages.name, ages.members.iter().map(|aged| &aged.node)))
    }

    /// XDC-11: whether self is one of the oldest of its data centre.
    #[must_use]
    pub fn is_among_oldest(&self) -> bool {
        let own = self.position(&self.data_center).ok().map(|position| &self.by_age[position]);
        own.is_some_and(|ages| ages.oldest(self.k).iter().any(|aged| aged.node == self.me))
    }

    /// XDC-12, DC-52: whether this node has to ask other data centres: there is one, and it is one of the oldest of its own.
    #[must_use]
    pub fn is_responsible(&self) -> bool {
        self.by_age.len() > 1 && self.is_among_oldest()
    }

    fn position(&self, data_center: &str) -> Result<usize, usize> {
        self.by_age.binary_search_by(|ages| (*ages.name).cmp(data_center))
    }

    pub(crate) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(60);
        for ages in &self.by_age {
            mixer.text(&ages.name);
            mixer.word(hash_of_nodes(ages.oldest(self.k).iter().map(|aged| &aged.node)));
        }
        mixer.finish()
    }
}

#[cfg(test)]
#[path = "across_tests.rs"]
mod tests;
