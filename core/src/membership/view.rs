//! What one node makes of a gossip: convergence, the leader, ages, and whom to talk to.
//!
//! Pure functions of a gossip, of who asks, and of the repairs that are on (part 01, section 5).

use super::address::UniqueAddress;
use super::bits::positions;
use super::gossip::{Gossip, Observations, Subjects, ascending};
use super::member::{Member, UP_NUMBER_NONE};
use super::members::Members;
use super::status::MemberStatus::{
    self, Down, Exiting, Joining, Leaving, PreparingForShutdown, ReadyForShutdown, Up, WeaklyUp,
};
use crate::planted::Planted;
use crate::repairs::Repairs;

/// A gossip as one node sees it.
#[derive(Clone, Copy)]
pub struct LocalView<'a> {
    gossip: &'a Gossip,
    me: &'a UniqueAddress,
    data_center: &'a str,
    repairs: &'a Repairs,
    /// Where the own data centre stands among those of the members, when it has a member.
    place: Option<usize>,
}

impl Members {
    /// MDL-17: a word of the set of members that must have seen a state, and that lead before others.
    fn converging(&self, place: usize) -> u64 {
        [Up, Leaving, PreparingForShutdown, ReadyForShutdown]
            .iter()
            .fold(0, |word, status| word | self.with_status(*status).word(place))
    }

    fn arriving(&self, place: usize) -> u64 {
        self.with_status(Joining).word(place) | self.with_status(WeaklyUp).word(place)
    }

    /// MDL-17: a word of the set of members that hold nobody up when they are unreachable.
    fn on_their_way_out(&self, place: usize) -> u64 {
        self.with_status(Down).word(place) | self.with_status(Exiting).word(place)
    }

    pub(super) fn words(&self) -> usize {
        self.len().div_ceil(64)
    }
}

impl<'a> LocalView<'a> {
    /// The view that `me`, of a data centre, has of a gossip.
    #[must_use]
    pub fn new(
        gossip: &'a Gossip,
        me: &'a UniqueAddress,
        data_center: &'a str,
        repairs: &'a Repairs,
    ) -> Self {
        let place = gossip.members().data_center_position(data_center);
        Self { gossip, me, data_center, repairs, place }
    }

    /// The gossip that is viewed.
    #[must_use]
    pub const fn gossip(&self) -> &'a Gossip {
        self.gossip
    }

    /// Who views.
    #[must_use]
    pub const fn me(&self) -> &'a UniqueAddress {
        self.me
    }

    /// The data centre of who views.
    #[must_use]
    pub const fn data_center(&self) -> &'a str {
        self.data_center
    }

    /// The repairs that are on.
    #[must_use]
    pub const fn repairs(&self) -> &'a Repairs {
        self.repairs
    }

    pub(super) fn members(&self) -> &'a Members {
        self.gossip.members()
    }

    pub(super) fn member(&self, position: usize) -> &'a Member {
        &self.members().as_slice()[position]
    }

    /// The own member.
    #[must_use]
    pub fn own(&self) -> Option<&'a Member> {
        self.gossip.member(self.me)
    }

    /// The own status, Removed when self is no member.
    #[must_use]
    pub fn own_status(&self) -> MemberStatus {
        self.own().map_or(MemberStatus::Removed, Member::status)
    }

    pub(crate) fn observations(&self) -> Option<&'a Observations> {
        Some(self.gossip.observed()?.data_center(self.place?))
    }

    /// The observations that convergence reads. REP-70 (`exiting_observers`): without observers that are Exiting.
    fn live(&self) -> Option<&'a Subjects> {
        self.observations().map(|observations| {
            if self.repairs.exiting_observers {
                &observations.live_without_exiting
            } else {
                &observations.live
            }
        })
    }

    /// The observations that leader choice and removal read: CNV-18, LDR-11 those of all observers of the data centre.
    /// REP-60 (`live_observers`): those that convergence reads.
    fn for_leader(&self) -> Option<&'a Subjects> {
        if self.repairs.live_observers {
            self.live()
        } else {
            self.observations().map(|observations| &observations.by_data_center)
        }
    }

    pub(super) fn in_data_center(&self, place: usize) -> u64 {
        self.place.map_or(0, |dc| self.members().data_centers()[dc].members.word(place))
    }

    /// CNV-6 to CNV-13, DC-12, DC-16: whether all who must have seen this state have seen it, and nobody who counts is unreachable.
    ///
    /// `confirmed` are nodes that said that they have finished exiting; they are not waited for (CNV-8). Clocks are not
    /// looked at (CNV-14).
    #[must_use]
    pub fn has_convergence(&self, confirmed: &[UniqueAddress]) -> bool {
        let is_blocked = self.blocked_by(confirmed).next().is_some()
            && !self.repairs.breaks(Planted::UnreachableIgnoredInConvergence);
        self.not_seen_by(confirmed).next().is_none() && !is_blocked
    }

    /// CNV-6, CNV-7, DC-13 to DC-15, DC-67: the members that must still see this state, ascending.
    ///
    /// In a data centre that has a member that counts for convergence, those of the own data centre that do. While it has
    /// none, everybody who does or is arriving.
    pub fn not_seen_by<'b>(
        &self,
        confirmed: &'b [UniqueAddress],
    ) -> impl Iterator<Item = &'a Member> + use<'a, 'b> {
        let view = *self;
        let members = self.members();
        let is_first = (0..members.words()).all(|w| members.converging(w) & view.in_data_center(w) == 0);
        (0..members.words())
            .flat_map(move |w| {
                let wanted = if is_first {
                    members.converging(w) | members.arriving(w)
                } else {
                    members.converging(w) & view.in_data_center(w)
                };
                positions(w, wanted & !view.gossip.seen_positions().word(w))
            })
            .map(move |position| view.member(position))
            .filter(|member| !confirmed.contains(member.unique_address()))
    }

    /// CNV-9 to CNV-12, DC-13: the unreachable nodes that hold convergence up, ascending: of the own data centre, not self, neither Down nor
    /// Exiting; a node that is no member counts.
    pub fn blocked_by<'b>(
        &self,
        confirmed: &'b [UniqueAddress],
    ) -> impl Iterator<Item = &'a UniqueAddress> + use<'a, 'b> {
        let view = *self;
        let (members, me) = (self.members(), self.me);
        self.live().into_iter().flat_map(move |live| {
            let blocking = (0..members.words())
                .flat_map(move |w| positions(w, live.members.word(w) & !members.on_their_way_out(w)))
                .map(move |position| view.member(position).unique_address());
            ascending(blocking, &live.strangers).filter(move |node| *node != me && !confirmed.contains(node))
        })
    }

    /// CNV-15, DC-9: the leader of the own data centre, with or without convergence (CNV-21). Nothing remembers who it was
    /// (CNV-22).
    #[must_use]
    pub fn leader(&self) -> Option<&'a Member> {
        self.leader_of(|_| true)
    }

    /// CNV-16, DC-11: the leader among the members that have a role; `None` for a role that nobody here has.
    #[must_use]
    pub fn role_leader(&self, role: &str) -> Option<&'a Member> {
        self.leader_of(|member| member.roles().contains(role))
    }

    /// Whether self leads.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leader().is_some_and(|leader| leader.unique_address() == self.me)
    }

    /// CNV-15 to CNV-20, DC-10, DC-19: of the members of the own data centre that `admits` takes, that are not Down, and that are
    /// reachable or self, the first by group of status, then by unique address.
    #[must_use]
    pub fn leader_of(&self, admits: impl Fn(&Member) -> bool) -> Option<&'a Member> {
        let members = self.members();
        let own = members.position(self.me);
        let unreachable = self.for_leader();
        let eligible = |place: usize| {
            let mut reachable = !unreachable.map_or(0, |subjects| subjects.members.word(place));
            if let Some(own) = own.filter(|own| own / 64 == place) {
                reachable |= 1 << (own % 64);
            }
            self.in_data_center(place) & reachable
        };
        let first = |group: &dyn Fn(usize) -> u64| {
            (0..members.words())
                .flat_map(|w| positions(w, group(w) & eligible(w)))
                .map(|position| self.member(position))
                .find(|member| admits(member))
        };
        first(&|w| members.converging(w))
            .or_else(|| first(&|w| members.with_status(WeaklyUp).word(w)))
            .or_else(|| first(&|w| members.with_status(Joining).word(w)))
            .or_else(|| first(&|w| members.with_status(Exiting).word(w)))
    }

    /// LDR-15, LDR-17, DC-18: the members of the own data centre that have a status, ascending.
    pub fn own_data_center_with(&self, status: MemberStatus) -> impl Iterator<Item = &'a Member> + use<'a> {
        let view = *self;
        let places = if self.members().has_status(status) { self.members().words() } else { 0 };
        (0..places)
            .flat_map(move |w| {
                positions(w, view.members().with_status(status).word(w) & view.in_data_center(w))
            })
            .map(move |position| view.member(position))
    }

    /// LDR-13, DC-25, DC-26: the members of other data centres that are Down or Exiting, ascending.
    pub fn leaving_elsewhere(&self) -> impl Iterator<Item = &'a Member> + use<'a> {
        let view = *self;
        let somebody_goes = [Down, Exiting].iter().any(|status| self.members().has_status(*status));
        let is_wanted = somebody_goes && self.gossip.is_multi_data_center();
        let places = if is_wanted { self.members().words() } else { 0 };
        (0..places)
            .flat_map(move |w| positions(w, view.members().on_their_way_out(w) & !view.in_data_center(w)))
            .map(move |position| view.member(position))
    }

    /// LDR-11: whether a node counts as unreachable when the leader removes members that are Down or Exiting. REP-61: with
    /// `live_observers` only by the word of an observer that counts; the ring sees to it that there is one.
    #[must_use]
    pub fn is_unreachable_for_removal(&self, node: &UniqueAddress) -> bool {
        self.for_leader().is_some_and(|subjects| subjects.contains(self.members(), node))
    }

    /// LDR-39: whether some observer of the own data centre, Down or not, has a node as unreachable.
    #[must_use]
    pub fn is_unreachable_in_data_center(&self, node: &UniqueAddress) -> bool {
        let observations = self.observations();
        observations.is_some_and(|seen| seen.by_data_center.contains(self.members(), node))
    }

    /// LDR-7: whether no live observer of the own data centre has a node as unreachable.
    #[must_use]
    pub fn is_reachable_by_live_observers(&self, node: &UniqueAddress) -> bool {
        !self.live().is_some_and(|subjects| subjects.contains(self.members(), node))
    }

    /// RCH-63, DC-63: the unreachable members of the own data centre but self, ascending, by observers of any status.
    pub fn unreachable_inside(&self) -> impl Iterator<Item = &'a UniqueAddress> + use<'a> {
        let view = *self;
        let nodes = self.observations().into_iter().flat_map(move |seen| seen.inside.nodes(view.members()));
        nodes.filter(move |node| *node != view.me)
    }

    /// CNV-23, DC-7: the members of the own data centre; all of them when there is only one.
    pub fn data_center_members(&self) -> impl DoubleEndedIterator<Item = &'a Member> + Clone + use<'a> {
        let view = *self;
        let all = !self.gossip.is_multi_data_center();
        self.members().iter().filter(move |member| all || member.data_center() == view.data_center)
    }

    /// DC-42: how many members the own data centre has, when there are several.
    pub(crate) fn data_center_len(&self) -> usize {
        (0..self.members().words()).map(|w| self.in_data_center(w).count_ones() as usize).sum()
    }

    /// DC-42: how many of them have seen the state.
    pub(crate) fn data_center_seen_count(&self) -> usize {
        let seen = self.gossip.seen_positions();
        let seen_here = |w: usize| self.in_data_center(w) & seen.word(w);
        (0..self.members().words()).map(|w| seen_here(w).count_ones() as usize).sum()
    }

    /// CNV-24, DC-8: whether a node is a member of the own data centre, or self.
    #[must_use]
    pub fn is_in_same_data_center(&self, node: &UniqueAddress) -> bool {
        node == self.me || self.gossip.member(node).is_some_and(|m| m.data_center() == self.data_center)
    }

    /// CNV-25: the youngest member of the own data centre: the one with the highest up-number, no up-number counting as
    /// zero (MDL-32); of several the first.
    #[must_use]
    pub fn youngest(&self) -> Option<&'a Member> {
        let older_first = |a: &&Member, b: &&Member| counted_up_number(a).cmp(&counted_up_number(b));
        // Of equals `max_by` takes the last.
        self.data_center_members().rev().max_by(older_first)
    }

    /// LDR-16, DC-21: the up-number of the next member that becomes Up: one more than that of the youngest.
    #[must_use]
    pub fn next_up_number(&self) -> i32 {
        self.youngest().map_or(0, counted_up_number).saturating_add(1)
    }
}

/// MDL-32: the up-number, zero for none.
fn counted_up_number(member: &Member) -> i32 {
    if member.up_number() == UP_NUMBER_NONE { 0 } else { member.up_number() }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "leader_tests.rs"]
mod leadership;
