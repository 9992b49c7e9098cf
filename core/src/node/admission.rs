//! What happens when another node wants in: it asks whether it can join, then it joins (part 02, sections 3.3 and 4).
//!
//! Whatever comes of a `Join` stands here, in [`Node::receive_join`]. What comes before it holds of every message: the envelope must be for this
//! incarnation of this cluster, and with `removed_notice` a sender that was removed is told so and not heard.

use super::leaving::LAST_GOSSIP_TARGETS;
use super::output::{IgnoreReason, Warning};
use super::{Node, reaper};
use crate::config::{ConfigVerdict, JoinConfig};
use crate::limits::{Bounded, OverLimit};
use crate::membership::MemberStatus::{Down, Exiting};
use crate::membership::{AppVersion, Member, Roles, UniqueAddress};
use crate::planted::Planted;
use crate::protocol::{Destination, JoinRefusal, Message, MessageKind};

/// What comes of a `Join`.
enum Admission {
    /// JOIN-75: a new member.
    Welcome,
    /// JOIN-72: it is a member already and did not hear of it.
    WelcomeAgain,
    /// JOIN-73: not before the earlier incarnation at its address is gone.
    After(Member),
    /// JOIN-71: not here, or not now.
    Refused(JoinRefusal),
    /// This node holds as many members as it may.
    NoRoom(OverLimit),
}

impl Node {
    /// JOIN-56 to JOIN-58: whether this node can be joined: it is in a cluster and not on its way out. If it can, it says
    /// whether the asker's configuration fits (CHK-20), and an operator here hears what does not.
    pub(super) fn answer_init_join(&mut self, from: &UniqueAddress, attempt: u64, config: &JoinConfig) {
        let can_be_joined =
            self.base.is_initialized() && !matches!(self.base.view().own_status(), Down | Exiting);
        let address = self.base.me.address.clone();
        if !can_be_joined {
            return self.base.send_to(from, Message::InitJoinNack { attempt, address });
        }
        let verdict = self.base.config.verdict_on(config);
        if let ConfigVerdict::Incompatible(differences) = &verdict {
            let (joiner, differences) = (from.clone(), differences.clone());
            self.base.warn(Warning::JoinerIncompatible { joiner, differences });
        }
        self.base.send_to(from, Message::InitJoinAck { attempt, address, verdict });
    }

    /// JOIN-59: who asks a node of another cluster is told that it can't be joined. The answer bears the name of this cluster, so the
    /// asker drops it, and says why.
    pub(super) fn turn_away_stranger(&mut self, from: &UniqueAddress, to: &Destination, message: &Message) {
        let attempt = match message {
            Message::InitJoin { attempt, .. } => *attempt,
            Message::Join { .. } => 0,
            _ => return,
        };
        let address = self.base.me.address.clone();
        if *to.address() == address {
            self.base.send_to(from, Message::InitJoinNack { attempt, address });
        }
    }

    /// JOIN-70 to JOIN-83, GSP-40: a node wants to be a member. Who is turned away is told why; who is let in hears before this node's
    /// users do.
    pub(super) fn receive_join(&mut self, from: &UniqueAddress, roles: Roles, app_version: AppVersion) {
        let why = match self.admission(from) {
            Admission::Welcome => {
                self.add_joining(from, roles, app_version);
                self.send_welcome(from);
                return self.publish();
            }
            Admission::WelcomeAgain => return self.send_welcome(from),
            Admission::After(earlier) => {
                self.replace_incarnation(&earlier);
                JoinRefusal::EarlierIncarnation
            }
            Admission::Refused(why) => why,
            Admission::NoRoom(over) => {
                self.base.ignore(from, MessageKind::Join, IgnoreReason::OverLimit(over));
                return self.base.send_to(from, Message::JoinRefused { why: JoinRefusal::Full });
            }
        };
        self.base.ignore(from, MessageKind::Join, IgnoreReason::JoinRefused(why));
        self.base.send_to(from, Message::JoinRefused { why });
    }

    /// JOIN-71, MDL-12, REP-31: the first rule that matches decides. The first member at the address counts (JOIN-80). Who joins does not
    /// matter otherwise (JOIN-83), and any member may let it in (JOIN-82), of whatever data centre (DC-17).
    fn admission(&self, from: &UniqueAddress) -> Admission {
        let repairs = &self.base.config.repairs;
        match self.base.gossip().members().first_at(&from.address) {
            found if self.turns_away_all(from, found) => {
                Admission::Refused(JoinRefusal::PreparingForShutdown)
            }
            _ if self.base.view().own_status().is_on_its_way_out() => {
                Admission::Refused(JoinRefusal::OnMyWayOut)
            }
            _ if self.joining.waits_for_version() => Admission::Refused(JoinRefusal::VersionPending),
            // REP-30, REP-31 (`join_checks_tombstones`): JOIN-79 lets a removed incarnation in.
            _ if repairs.join_checks_tombstones && self.base.gossip().tombstones().contains(from) => {
                Admission::Refused(JoinRefusal::Removed)
            }
            Some(member) if member.unique_address() == from => Admission::WelcomeAgain,
            Some(earlier) if !repairs.breaks(Planted::SecondIncarnationBesideFirst) => {
                Admission::After(earlier.clone())
            }
            _ => self.room_for_one_more().map_or(Admission::Welcome, Admission::NoRoom),
        }
    }

    /// FRM-31
    fn room_for_one_more(&self) -> Option<OverLimit> {
        let count = self.base.gossip().members().len() as u64 + 1;
        let limit = u64::from(self.base.config.limits.members);
        (count > limit).then_some(OverLimit { of: Bounded::Members, count, limit })
    }

    /// JOIN-71, LDR-46, SHUT-46: nobody is let in while the cluster prepares to stop. REP-100 (`preparing_from_gossip`): who is a
    /// member already is answered all the same (JOIN-72), lest one whose `Welcome` was lost blocks convergence.
    fn turns_away_all(&self, from: &UniqueAddress, found: Option<&Member>) -> bool {
        let is_member = found.is_some_and(|member| member.unique_address() == from);
        let is_answered = is_member && self.base.config.repairs.preparing_from_gossip;
        self.preparing.is_preparing(&self.base) && !is_answered
    }

    /// JOIN-72, JOIN-75: tells a joiner that it is a member. REP-43 (`introduce`): and of which cluster.
    fn send_welcome(&mut self, to: &UniqueAddress) {
        let gossip = self.base.gossip().clone();
        let founder = self.base.membership.as_ref().and_then(|membership| membership.founder.clone());
        let message = match founder {
            Some(founder) if self.base.config.repairs.introduce => Message::WelcomeTo { gossip, founder },
            _ => Message::Welcome { gossip },
        };
        self.base.send_to(to, message);
    }

    /// JOIN-73, RCH-53, SBR-82: a new incarnation is proof that the earlier one is gone, which is downed; two changes, published
    /// once. JOIN-74: it is told nothing, since this node has just said that it does not see it. JOIN-81: if it is this node
    /// itself, others hear.
    fn replace_incarnation(&mut self, earlier: &Member) {
        if earlier.status() == Down {
            return;
        }
        let node = earlier.unique_address().clone();
        if let Some(table) = reaper::with_terminated(&mut self.base, &node) {
            let next = self.base.gossip().with_reachability(table);
            self.base.change(&next);
        }
        let Ok(next) = self.base.gossip().mark_down(earlier) else { return };
        self.base.change(&next);
        self.publish();
        if node == self.base.me {
            self.base.send_gossip_to_some(LAST_GOSSIP_TARGETS);
        }
    }

    /// JOIN-75, JOIN-76: a new member, of which no heartbeat is known. With it this node itself, should it be none.
    pub(super) fn add_joining(&mut self, node: &UniqueAddress, roles: Roles, app_version: AppVersion) {
        self.forget_heartbeats(&node.address);
        let is_broken = self.base.config.repairs.breaks(Planted::JoinerLosesRoles);
        let roles = if is_broken { Roles::default() } else { roles };
        let mut next = self.base.gossip().add(Member::joining(node.clone(), roles, app_version));
        if !next.members().contains(&self.base.me) {
            let own_version = self.joining.app_version(&self.base).clone();
            next = next.add(Member::joining(self.base.me.clone(), self.base.roles.clone(), own_version));
        }
        self.base.change(&next);
    }
}
