//! The tables of observations that a node reads: the gossiped one without what does not count (part 01, section 5.1).
//!
//! The sets of unreachable nodes that decisions read are derived from the same definitions once for each gossip; these
//! tables are for whoever wants to see the observations themselves.

use alloc::vec::Vec;

use super::address::UniqueAddress;
use super::gossip::Gossip;
use super::member::Member;
use super::reachability::Reachability;
use super::status::MemberStatus::{Down, Exiting};
use super::view::LocalView;

impl Gossip {
    fn nodes_where(&self, condition: impl Fn(&Member) -> bool) -> Vec<UniqueAddress> {
        let members = self.members().iter().filter(|member| condition(member));
        members.map(|member| member.unique_address().clone()).collect()
    }
}

impl LocalView<'_> {
    /// REP-70 (`exiting_observers`): whether the observations of a member don't count; else only those of one that is Down.
    fn is_ignored_observer(&self, member: &Member) -> bool {
        member.status() == Down || (self.repairs().exiting_observers && member.status() == Exiting)
    }

    fn is_elsewhere(&self, member: &Member) -> bool {
        member.data_center() != self.data_center()
    }

    /// RCH-54, CNV-1 (`R_dc`): what observers of the own data centre say, of members of any, whether the observers are Down
    /// or not.
    #[must_use]
    pub fn reachability_by_data_center(&self) -> Reachability {
        let elsewhere = self.gossip().nodes_where(|member| self.is_elsewhere(member));
        self.gossip().reachability().remove_observers(&elsewhere)
    }

    /// RCH-55, CNV-2 (`R_dc_live`): what observers of the own data centre that are not Down say of it.
    #[must_use]
    pub fn reachability_live(&self) -> Reachability {
        let gossip = self.gossip();
        let ignored = gossip.nodes_where(|member| self.is_ignored_observer(member));
        self.reachability_inside().remove_observers(&ignored)
    }

    /// RCH-56 (`R_dc_nodes`): what observers of the own data centre say of it, whether they are Down or not.
    #[must_use]
    pub fn reachability_inside(&self) -> Reachability {
        let elsewhere = self.gossip().nodes_where(|member| self.is_elsewhere(member));
        self.gossip().reachability().remove(&elsewhere)
    }

    /// RCH-57, CNV-3 (`R_dc_outward`): what observers of the own data centre say of nodes that are not in it.
    #[must_use]
    pub fn reachability_outward(&self) -> Reachability {
        let inside = |node: &UniqueAddress| self.gossip().member(node).is_some_and(|m| !self.is_elsewhere(m));
        self.reachability_by_data_center().only_subjects(|node| !inside(node))
    }

    /// RCH-58 (`R_live`): what observers of any data centre that are not Down say.
    #[must_use]
    pub fn reachability_of_live_observers(&self) -> Reachability {
        let ignored = self.gossip().nodes_where(|member| self.is_ignored_observer(member));
        self.gossip().reachability().remove_observers(&ignored)
    }

    /// RCH-59, CNV-4, CNV-5, DC-68: whether a node is a member that no live observer has as unreachable; for a member of the own
    /// data centre only observers of that count.
    #[must_use]
    pub fn is_reachable_to_live_observers(&self, node: &UniqueAddress) -> bool {
        self.gossip().member(node).is_some_and(|member| {
            if self.is_elsewhere(member) {
                self.reachability_of_live_observers().is_reachable_by_all(node)
            } else {
                self.is_reachable_by_live_observers(node)
            }
        })
    }
}

#[cfg(test)]
#[path = "tables_tests.rs"]
mod tests;
