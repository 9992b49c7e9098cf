//! The steps on the way to a decision, laid open for those who compare them.

use alloc::vec::Vec;

use super::selection::Selection;
use super::sides::{Count, Order};
use super::situation::Situation;
use super::strategy::Strategy;
use super::view::ResolverView;
use crate::membership::{Member, MemberStatus, UniqueAddress};

/// What a strategy finds in a view before it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anatomy {
    /// SBR-23: the stored members in the order of the strategy.
    pub stored: Vec<UniqueAddress>,
    /// SBR-24, SBR-25: those of them that count first of all, in the same order.
    pub counted: Vec<UniqueAddress>,
    /// The stored members that are Joining or WeaklyUp, with or without the role.
    pub joining: Vec<UniqueAddress>,
    /// SBR-24, SBR-26: how many there are with the role, in all, reachable and not; then also with those who may be Up,
    /// without those who leave, and both.
    pub sizes: [[u32; 3]; 4],
    /// SBR-33: the indirectly connected nodes by the first rule, and by the second.
    pub indirect: [Vec<UniqueAddress>; 2],
}

impl ResolverView {
    /// What a strategy finds before it decides.
    #[must_use]
    pub fn anatomy(&self, strategy: &Strategy) -> Anatomy {
        let situation = Situation::new(self);
        let role = strategy.role();
        let order = if matches!(strategy, Strategy::KeepOldest { .. }) { Order::Age } else { Order::Address };
        let mut stored: Vec<&Member> = self.members().iter().collect();
        stored.sort_by(|a, b| order.compare(a, b));
        let names = |members: Vec<&Member>| -> Vec<UniqueAddress> {
            members.into_iter().map(|member| member.unique_address().clone()).collect()
        };
        let has_role = |member: &Member| role.is_none_or(|role| member.roles().contains(role));
        let mut counted = stored.clone();
        counted.retain(|member| Selection::COUNTED.has(member) && has_role(member));
        let mut joining = stored.clone();
        joining.retain(|member| matches!(member.status(), MemberStatus::Joining | MemberStatus::WeaklyUp));
        let sizes =
            [(false, false), (true, false), (false, true), (true, true)].map(|(possibly_up, no_leaving)| {
                let selection = Selection { possibly_up, no_leaving, ..Selection::COUNTED };
                let sides = situation.count(Count::of(selection, role, order));
                [sides.members(), sides.reachable, sides.unreachable]
            });
        let indirect = situation.indirectly_connected_by_rule();
        Anatomy { stored: names(stored), counted: names(counted), joining: names(joining), sizes, indirect }
    }
}
