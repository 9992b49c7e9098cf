//! How events change a view.

use super::view::ResolverView;
use crate::membership::{ClusterEvent, Member};

/// What an event did to a view, as far as the resolver's clocks ask (SBR-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewChange {
    /// Nothing that moves a clock.
    Quiet,
    /// A member became Up or Exiting.
    MemberMoved,
    /// A member became reachable or unreachable.
    ReachabilityMoved,
    /// A member is gone.
    MemberGone,
    /// This node is no member any more.
    SelfGone,
}

impl ResolverView {
    /// SBR-14: what each event changes. SBR-15: a member that is downed counts as unreachable, whoever sees it. SBR-17: what
    /// happens to the reachability of self, or its being downed, is not stored. SBR-18, SHUT-51: neither is a full shutdown.
    pub fn apply(&mut self, event: &ClusterEvent) -> ViewChange {
        let change = self.hear(event);
        self.settle();
        change
    }

    /// The same, but that members are among the others only when they are settled, or at the next event that asks who is stored.
    pub(super) fn hear(&mut self, event: &ClusterEvent) -> ViewChange {
        match event {
            ClusterEvent::MemberJoined(member)
            | ClusterEvent::MemberWeaklyUp(member)
            | ClusterEvent::MemberLeft(member) => {
                self.take_in(member);
                ViewChange::Quiet
            }
            ClusterEvent::MemberUp(member) | ClusterEvent::MemberExited(member) => {
                if self.take_in(member) {
                    ViewChange::MemberMoved
                } else {
                    ViewChange::Quiet
                }
            }
            ClusterEvent::MemberDowned(member) if self.is_other(member) => {
                self.take_in(member);
                self.mark_downed(member.unique_address());
                ViewChange::ReachabilityMoved
            }
            ClusterEvent::UnreachableMember(member) if self.is_other(member) => {
                self.put(member);
                self.mark_unreachable(member.unique_address());
                ViewChange::ReachabilityMoved
            }
            ClusterEvent::ReachableMember(member) if self.is_other(member) => {
                self.put(member);
                self.mark_reachable(member.unique_address());
                ViewChange::ReachabilityMoved
            }
            ClusterEvent::MemberRemoved { member, .. } => self.hear_removed(member),
            ClusterEvent::SeenChanged { seen_by, .. } => {
                self.settle();
                self.set_seen_by(seen_by.clone());
                ViewChange::Quiet
            }
            ClusterEvent::ReachabilityChanged(table) => {
                self.settle();
                self.set_observations(table.clone());
                ViewChange::Quiet
            }
            ClusterEvent::UnreachableDataCenter(name) => {
                self.mark_data_center(name, false);
                ViewChange::Quiet
            }
            ClusterEvent::ReachableDataCenter(name) => {
                self.mark_data_center(name, true);
                ViewChange::Quiet
            }
            _ => ViewChange::Quiet,
        }
    }

    fn is_other(&self, member: &Member) -> bool {
        self.is_own(member) && member.unique_address() != self.self_node()
    }

    fn hear_removed(&mut self, member: &Member) -> ViewChange {
        if !self.is_own(member) {
            return ViewChange::Quiet;
        }
        if member.unique_address() == self.self_node() {
            return ViewChange::SelfGone;
        }
        self.remove(member.unique_address());
        ViewChange::MemberGone
    }
}
