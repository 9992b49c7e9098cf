//! How joining ends: this node is let in, or founds a cluster (part 02, sections 2.3 and 5).

use alloc::sync::Arc;

use super::super::Node;
use super::super::base::{Membership, Phase};
use super::super::exchange;
use super::super::output::IgnoreReason;
use super::Next;
use crate::membership::{Gossip, UniqueAddress};
use crate::planted::Planted;
use crate::protocol::MessageKind;

impl Node {
    /// JOIN-20: joins the node at an address, if the version of the application is known. The own one founds a cluster.
    pub(in super::super) fn follow(&mut self, next: Next) {
        match next {
            Next::Wait => {}
            Next::Join(address) if self.joining.must_wait(&mut self.base, &address) => {}
            Next::Join(address) if address == self.base.me.address => self.found_cluster(),
            Next::Join(address) => self.joining.attempt(&mut self.base, address),
        }
    }

    /// JOIN-20, JOIN-25, JOIN-75, JOIN-77, LDR-3, EVT-47: the first member is Up at once, unless a minimum holds it back.
    fn found_cluster(&mut self) {
        let (me, roles) = (self.base.me.clone(), self.base.roles.clone());
        let app_version = self.joining.app_version(&self.base).clone();
        self.become_initialized();
        self.base.membership = Some(Membership { since: self.base.now, founder: Some(me.clone()) });
        self.add_joining(&me, roles, app_version);
        self.leader_tick();
        self.publish();
    }

    /// JOIN-90 to JOIN-96: this node is a member.
    pub(in super::super) fn welcome(
        &mut self,
        from: &UniqueAddress,
        gossip: &Arc<Gossip>,
        founder: Option<UniqueAddress>,
    ) {
        let why = match &self.base.phase {
            Phase::Initialized | Phase::Stopped => Some(IgnoreReason::AlreadyMember),
            Phase::TryingToJoin { join_with }
                if *join_with != from.address
                    && !self.base.config.repairs.breaks(Planted::WelcomeFromAnybody) =>
            {
                Some(IgnoreReason::NotJoined)
            }
            _ if !exchange::holds_me(&self.base, gossip) => Some(IgnoreReason::WithoutMe),
            _ => exchange::unfit(&self.base, gossip),
        };
        if let Some(why) = why {
            return self.base.ignore(from, MessageKind::Welcome, why);
        }
        self.base.membership = Some(Membership { since: self.base.now, founder });
        let seen = gossip.with_seen(&self.base.me);
        self.base.adopt(seen);
        self.publish();
        self.base.send_gossip(from);
        self.become_initialized();
    }

    /// JOIN-2, JOIN-5: once in the life of an incarnation.
    fn become_initialized(&mut self) {
        self.joining.done(&mut self.base);
        self.heartbeats.start(&mut self.base);
        self.across.start(&mut self.base);
    }
}
