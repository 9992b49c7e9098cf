//! What a host must do, or may want to know, when members are gone (part 03, section 6.1).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::input::Target;
use super::output::Output;
use super::quarantine::Quarantine;
use super::timers::Timer;
use crate::membership::members::hash_of_nodes;
use crate::membership::{Address, ClusterEvent, Gossip, Member, MemberStatus, UniqueAddress};
use crate::mix::Mixer;
use crate::time::Instant;

/// The part of a node that says farewell to others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watching {
    /// WCH-3: members that were never Up or WeaklyUp as far as this node has heard; all others are known. Ascending. Many come
    /// at the end and go from the front, when all of a cluster become Up.
    unknown: VecDeque<UniqueAddress>,
    /// WCH-4, WCH-9: who left in good order, and until when it may still be heard; in the order of the deadlines.
    pending: VecDeque<(Instant, UniqueAddress)>,
}

/// What comes of events besides outputs.
pub(super) struct Farewells<'a> {
    pub(super) quarantine: &'a mut Quarantine,
    pub(super) out: &'a mut Vec<Output>,
    /// WCH-16: who is to be told that it is quarantined.
    pub(super) told: &'a mut Vec<UniqueAddress>,
}

impl Farewells<'_> {
    /// WCH-2, WCH-15
    fn quarantine(&mut self, node: UniqueAddress, harmless: bool, now: Instant) {
        if self.quarantine.put(&node, harmless, now) {
            self.told.push(node.clone());
        }
        self.out.push(Output::Quarantine { node, harmless });
    }
}

impl Watching {
    /// WCH-3, WCH-5 to WCH-12: what an event of a member means for who is heard. Nothing if it is about the own address.
    pub(super) fn on_event(
        &mut self,
        event: &ClusterEvent,
        base: &Base,
        old: &Gossip,
        farewells: &mut Farewells<'_>,
    ) {
        let (member, previous) = match event {
            ClusterEvent::MemberRemoved { member, previous_status } => (member, Some(*previous_status)),
            other => match other.member() {
                Some(member) => (member, None),
                None => return,
            },
        };
        if *member.address() == base.me.address {
            return;
        }
        match (previous, member.status()) {
            (Some(previous_status), _) => self.removed(member, previous_status, base, farewells),
            (None, MemberStatus::Joining) => {
                self.successor_came(member.address(), base.now, farewells);
                self.set_unknown(member.unique_address(), true);
            }
            (None, MemberStatus::Up | MemberStatus::WeaklyUp) => {
                self.successor_came(member.address(), base.now, farewells);
                self.set_unknown(member.unique_address(), false);
            }
            (None, _) => {
                if !old.members().contains(member.unique_address()) {
                    self.set_unknown(member.unique_address(), true);
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
        farewells.out.push(Output::PeerGone { node, previous_status });
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
        let position = match (self.unknown.front(), self.unknown.back()) {
            (_, Some(last)) if last < node => Err(self.unknown.len()),
            (Some(first), _) if first == node => Ok(0),
            _ => self.unknown.binary_search(node),
        };
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

    /// WCH-3: whether a member at an address was ever Up or WeaklyUp.
    fn is_known(&self, base: &Base, address: &Address) -> bool {
        *address != base.me.address
            && base
                .gossip()
                .members()
                .all_at(address)
                .any(|member| self.unknown.binary_search(member.unique_address()).is_err())
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
            Target::Address(address) if self.is_known(base, address) => return None,
            Target::Address(address) => address,
        };
        let mut tombstones = gossip.tombstones().iter();
        tombstones.find(|(node, _)| node.address == *address).map(|(node, _)| node.clone())
    }

    pub(super) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(63);
        mixer.word(hash_of_nodes(self.unknown.iter()));
        for (at, node) in &self.pending {
            mixer.word(at.as_nanos());
            mixer.word(node.key().0);
        }
        mixer.finish()
    }
}
