//! What the next step in the life of a member waits for.

use alloc::vec::Vec;

use super::super::Node;
use super::super::leading::{minimum_missing, promotes, removals_wait};
use super::super::timers::Timer;
use super::reason::Why;
use crate::membership::MemberStatus::{Down, Exiting, Joining, Removed, Up, WeaklyUp};
use crate::membership::{Address, Member};

impl Node {
    /// LDR-16: what hinders the leader from moving a member up, or that it is beyond that.
    pub(super) fn why_not_up(&self, node: Option<&Address>) -> Vec<Why> {
        let address = node.unwrap_or(&self.base.me.address);
        let Some(member) = self.base.gossip().members().first_at(address) else {
            let is_self = *address == self.base.me.address;
            return if is_self && !self.base.is_initialized() {
                self.why_still_joining()
            } else {
                [Why::NoMember { node: address.clone() }].into()
            };
        };
        match member.status() {
            Up => Vec::new(),
            status if !promotes(status) => {
                [Why::OnItsWay { node: member.unique_address().clone(), status }].into()
            }
            _ if member.data_center() != self.data_center() => [self.led_elsewhere(member)].into(),
            _ => {
                let mut reasons = Vec::new();
                if self.preparing.is_preparing(&self.base) {
                    reasons.push(Why::PreparingForShutdown);
                }
                reasons.extend(minimum_missing(&self.base));
                reasons.extend(self.why_not_converged());
                self.else_the_leader(reasons)
            }
        }
    }

    /// LDR-11 to LDR-13, FRM-34: what hinders the leader from removing a member, or that nothing makes it go.
    pub(super) fn why_not_removed(&self, address: &Address) -> Vec<Why> {
        let view = self.base.view();
        let Some(member) = self.base.gossip().members().first_at(address) else { return Vec::new() };
        let node = member.unique_address();
        if !matches!(member.status(), Down | Exiting) {
            let status = member.status();
            return [Why::NothingRemoves { node: node.clone(), status }].into();
        }
        let mut reasons = self.why_not_converged();
        let is_foreign = member.data_center() != self.data_center();
        let is_unreachable = view.is_unreachable_for_removal(node);
        if !is_foreign && !is_unreachable {
            if member.status() == Down {
                reasons.push(Why::StillReachable { node: node.clone() });
            } else if let Some(leader) = view.leader().filter(|_| !view.is_leader()) {
                let leader = leader.unique_address().clone();
                reasons.push(Why::LeaderKnows { node: node.clone(), leader });
            } else if self.leading.confirmed().binary_search(node).is_err() {
                reasons.push(Why::ExitNotConfirmed { node: node.clone() });
            }
        }
        reasons.extend(removals_wait(&self.base).filter(|_| view.is_leader()));
        self.else_the_leader(reasons)
    }

    /// CNV-15: who leads, or that nobody can.
    pub(super) fn why_not_leader(&self) -> Vec<Why> {
        let view = self.base.view();
        let status = view.own_status();
        if view.is_leader() {
            return Vec::new();
        }
        if status == Removed {
            return [Why::NoMember { node: self.base.me.address.clone() }].into();
        }
        match view.leader() {
            Some(leader) => [Why::OtherLeads {
                leader: leader.unique_address().clone(),
                its_status: leader.status(),
                own_status: status,
            }]
            .into(),
            None => [Why::NobodyLeads].into(),
        }
    }

    /// What hinders; when nothing does, the leader has yet to act.
    fn else_the_leader(&self, reasons: Vec<Why>) -> Vec<Why> {
        if !reasons.is_empty() {
            return reasons;
        }
        let view = self.base.view();
        let waits = view.leader().map_or(Why::NobodyLeads, |leader| {
            let is_own = *leader.unique_address() == self.base.me;
            let acts_at = self.base.timers.deadline(Timer::Leader).filter(|_| is_own);
            Why::LeaderHasYetToAct { leader: leader.unique_address().clone(), acts_at }
        });
        [waits].into()
    }

    fn led_elsewhere(&self, member: &Member) -> Why {
        debug_assert!(matches!(member.status(), Joining | WeaklyUp));
        Why::LedElsewhere { node: member.unique_address().clone(), data_center: member.data_center().into() }
    }
}
