//! What a host must do, or may want to know, when members are gone (part 03, section 6.1).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::input::Target;
use super::output::Output;
use super::quarantine::Quarantine;
use super::timers::Timer;
use crate::membership::diff::Change;
use crate::membership::members::hash_of_nodes;
use crate::membership::{Address, ClusterEvent, Gossip, Member, MemberStatus, UniqueAddress};
use crate::mix::Mixer;
use crate::time::Instant;

/// The part of a node that says farewell to others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watching {
    /// WCH-3: members that were never Up or WeaklyUp as far as this node has heard, and are not Joining any more; ascending. Of those that are
    /// Joining in what was published that is so anyway. All others are known.
    unknown: Vec<UniqueAddress>,
    /// WCH-4, WCH-9: who left in good order, and until when it may still be heard; in the order of the deadlines.
    pending: VecDeque<(Instant, UniqueAddress)>,
}

/// What comes of events besides outputs.
pub(super) struct Farewells<'a> {
    pub(super) quarantine: &'a mut Quarantine,
    /// The place of the event that is heard.
    pub(super) at: usize,
    /// Each with the place of the event that it comes of.
    pub(super) out: Vec<(usize, Output)>,
    /// WCH-16: who is to be told that it is quarantined.
    pub(super) told: Vec<UniqueAddress>,
}

impl Farewells<'_> {
    /// WCH-2, WCH-15
    fn quarantine(&mut self, node: UniqueAddress, harmless: bool, now: Instant) {
        if self.quarantine.put(&node, harmless, now) {
            self.told.push(node.clone());
        }
        self.put_out(Output::Quarantine { node, harmless });
    }

    fn put_out(&mut self, output: Output) {
        self.out.push((self.at, output));
    }
}

impl Watching {
    /// WCH-3, WCH-5 to WCH-12: what each event of a member means for who is heard.
    pub(super) fn on_change(&mut self, change: &Change<'_>, base: &Base, farewells: &mut Farewells<'_>) {
        for (at, event) in change.events.iter().enumerate() {
            // Who comes or becomes Up means something only to those that were told of before.
            let is_plain = matches!(
                event,
                ClusterEvent::MemberJoined(_) | ClusterEvent::MemberWeaklyUp(_) | ClusterEvent::MemberUp(_)
            );
            if is_plain && self.pending.is_empty() && self.unknown.is_empty() {
                continue;
            }
            farewells.at = at;
            self.hear(event, base, change.old, farewells);
        }
    }

    /// Nothing if it is about the own address.
    fn hear(&mut self, event: &ClusterEvent, base: &Base, old: &Gossip, farewells: &mut Farewells<'_>) {
        let Some(member) = event.member().filter(|member| *member.address() != base.me.address) else {
            return;
        };
        let node = member.unique_address();
        match (event, member.status()) {
            (ClusterEvent::MemberRemoved { previous_status, .. }, _) => {
                self.removed(member, *previous_status, base, farewells);
            }
            (_, MemberStatus::Joining | MemberStatus::Up | MemberStatus::WeaklyUp) => {
                self.successor_came(member.address(), base.now, farewells);
                self.set_unknown(node, false);
            }
            _ => {
                if old.member(node).is_none_or(|was| was.status() == MemberStatus::Joining) {
                    self.set_unknown(node, true);
                }
            }
        }
    }

    /// WCH-7 to WCH-11, SBR-72: who was Down must not come back and is told so; others may still be heard for a while. WCH-14: a
    /// node that is itself ending only says who is gone.
    fn removed(
        &mut self,
        member: &Member,
        previous_status: MemberStatus,
        base: &Base,
        farewells: &mut Farewells<'_>,
    ) {
        let node = member.unique_address().clone();
        self.set_unknown(&node, false);
        if !base.has_ended() {
            if previous_status == MemberStatus::Down {
                farewells.quarantine(node.clone(), false, base.now);
            } else {
                let until = base.now + base.config.quarantine_removed_node_after;
                self.pending.push_back((until, node.clone()));
            }
        }
        farewells.put_out(Output::PeerGone { node, previous_status });
    }

    /// WCH-5, WCH-6: a new incarnation is there, so the one that left is heard no more.
    fn successor_came(&mut self, address: &Address, now: Instant, farewells: &mut Farewells<'_>) {
        self.pending.retain(|(_, node)| {
            let stays = node.address != *address;
            if !stays {
                farewells.quarantine(node.clone(), true, now);
            }
            stays
        });
    }

    fn set_unknown(&mut self, node: &UniqueAddress, unknown: bool) {
        let position = self.unknown.binary_search(node);
        match position {
            Ok(position) if !unknown => {
                self.unknown.remove(position);
            }
            Err(position) if unknown => self.unknown.insert(position, node.clone()),
            _ => {}
        }
    }

    /// Keeps the timer at the least deadline.
    pub(super) fn arm(&self, base: &mut Base) {
        if let Some((at, _)) = self.pending.front() {
            base.timers.arm(Timer::DelayedQuarantine, *at);
        }
    }

    /// WCH-13: the time of those that left in good order is over.
    pub(super) fn tick(&mut self, base: &mut Base, quarantine: &mut Quarantine) {
        while self.pending.front().is_some_and(|(at, _)| *at <= base.now) {
            let Some((_, node)) = self.pending.pop_front() else { break };
            quarantine.put(&node, true, base.now);
            base.out.push(Output::Quarantine { node, harmless: true });
        }
        self.arm(base);
    }

    /// WCH-3: whether a member was ever Up or WeaklyUp.
    fn is_known(&self, base: &Base, node: &UniqueAddress) -> bool {
        let is_joining =
            base.published.member(node).is_some_and(|member| member.status() == MemberStatus::Joining);
        !is_joining && self.unknown.binary_search(node).is_err()
    }

    /// WCH-3: whether that is so of a member at an address.
    fn knows(&self, base: &Base, address: &Address) -> bool {
        let mut members = base.gossip().members().all_at(address);
        *address != base.me.address && members.any(|member| self.is_known(base, member.unique_address()))
    }

    /// WCH-31, LIFE-67: who is watched is gone already: nobody known is at the address, and somebody there was removed. An
    /// incarnation is gone when it was removed itself, whoever is at its address now.
    pub(super) fn gone_already(&self, base: &Base, target: &Target) -> Option<UniqueAddress> {
        let gossip = base.gossip();
        let address = match target {
            Target::Incarnation(node) => {
                let is_gone = gossip.member(node).is_none() && gossip.tombstones().contains(node);
                return is_gone.then(|| node.clone());
            }
            Target::Address(address) if self.knows(base, address) => return None,
            Target::Address(address) => address,
        };
        let mut tombstones = gossip.tombstones().iter();
        tombstones.find(|(node, _)| node.address == *address).map(|(node, _)| node.clone())
    }

    pub(super) fn hash64(&self, base: &Base) -> u64 {
        let published = base.published.members();
        let is_joining = |member: &&Member| member.status() == MemberStatus::Joining;
        let own = published.all_at(&base.me.address).filter(is_joining);
        let all_joining = published.joining_hash();
        let others_joining = all_joining.wrapping_sub(hash_of_nodes(own.map(Member::unique_address)));
        let mut mixer = Mixer::new(63);
        mixer.word(others_joining.wrapping_add(hash_of_nodes(self.unknown.iter())));
        for (at, node) in &self.pending {
            mixer.word(at.as_nanos());
            mixer.word(node.key().0);
        }
        mixer.finish()
    }
}

#[cfg(test)]
#[path = "watching_tests.rs"]
mod tests;
