//! What one event made of one node's state.

use std::cmp::Ordering;

use quorate::{Gossip, Member, MemberStatus, Repairs, UniqueAddress};

use super::naive::Naive;
use super::stage::Cause;
use super::violation::Names;

/// A node's state before and after one event that moved its revision.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) me: &'a UniqueAddress,
    pub(super) data_center: &'a str,
    pub(super) repairs: &'a Repairs,
    pub(super) cause: Cause,
    pub(super) before: &'a Gossip,
    pub(super) after: &'a Gossip,
    pub(super) members_changed: bool,
    /// How often the state was replaced meanwhile: by how much the revision moved.
    pub(super) steps: u64,
    /// The nodes that this one knew to have finished exiting, before.
    pub(super) confirmed: &'a [UniqueAddress],
    pub(super) names: Names<'a>,
}

impl<'a> Change<'a> {
    /// Whether the table of observations is another one, though perhaps an equal one.
    pub(super) fn observations_replaced(&self) -> bool {
        !self.before.reachability().is_identical(self.after.reachability())
    }

    /// Whether the node was in no cluster and founded one.
    pub(super) fn is_founding(&self) -> bool {
        !self.cause.is_merge() && self.before.members().is_empty()
    }

    /// A state as this node reads it.
    pub(super) fn naive<'b>(&self, gossip: &'b Gossip) -> Naive<'b>
    where
        'a: 'b,
    {
        let Self { me, data_center, repairs, confirmed, .. } = *self;
        Naive { gossip, me, data_center, repairs, confirmed }
    }

    /// Each node that was or is a member, ascending, with its member before and after.
    pub(super) fn members(&self) -> Joined<'a, Member> {
        joined(self.before.members().as_slice(), self.after.members().as_slice())
    }
}

/// The entries of two ascending lists, side by side.
pub(super) struct Joined<'a, T> {
    before: &'a [T],
    after: &'a [T],
    order: fn(&T, &T) -> Ordering,
}

impl<'a, T> Iterator for Joined<'a, T> {
    type Item = (Option<&'a T>, Option<&'a T>);

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.before.first(), self.after.first()) {
            (Some(was), Some(is)) => (self.order)(was, is),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let was = if order.is_le() { self.before.split_off_first() } else { None };
        let is = if order.is_ge() { self.after.split_off_first() } else { None };
        Some((was, is))
    }
}

pub(super) fn joined_by<'a, T>(
    before: &'a [T],
    after: &'a [T],
    order: fn(&T, &T) -> Ordering,
) -> Joined<'a, T> {
    Joined { before, after, order }
}

fn joined<'a>(before: &'a [Member], after: &'a [Member]) -> Joined<'a, Member> {
    joined_by(before, after, |was, is| was.unique_address().cmp(is.unique_address()))
}

/// The status of what may be a member: Removed when it is none.
pub(super) fn status(member: Option<&Member>) -> MemberStatus {
    member.map_or(MemberStatus::Removed, Member::status)
}
