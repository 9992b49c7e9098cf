//! What one event made of one node's state.

use std::cmp::Ordering;
use std::sync::Arc;

use quorate::{Gossip, Member, MemberStatus, Reachability, Repairs, Row, UniqueAddress};

use super::naive::Naive;
use super::stage::Cause;
use super::violation::Names;

/// A member before and after.
pub(super) type Moved<'a> = (Option<&'a Member>, Option<&'a Member>);

/// The members that differ between two states.
pub(super) fn moved<'a>(before: &'a Gossip, after: &'a Gossip) -> Vec<Moved<'a>> {
    if before.members() == after.members() {
        return Vec::new();
    }
    differing(before.members().as_slice(), after.members().as_slice()).collect()
}

/// A row of observations before and after.
pub(super) type MovedRow<'a> = (Option<&'a Arc<Row>>, Option<&'a Arc<Row>>);

/// The rows that two states do not share, though they may be equal.
pub(super) fn moved_rows<'a>(before: &'a Gossip, after: &'a Gossip) -> Vec<MovedRow<'a>> {
    let (before, after) = (before.reachability(), after.reachability());
    if before.is_identical(after) { Vec::new() } else { differing_rows(before, after).collect() }
}

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
    /// Each node whose member is another one than before, or was or is none; ascending.
    pub(super) moved: &'a [Moved<'a>],
    /// The same of the rows of observations.
    pub(super) rows: &'a [MovedRow<'a>],
    /// Whether a member is none any more.
    pub(super) anybody_went: bool,
    /// How often the state was replaced meanwhile: by how much the revision moved.
    pub(super) steps: u64,
    /// The nodes that this one knew to have finished exiting, before.
    pub(super) confirmed: &'a [UniqueAddress],
    /// The state that a peer told, if one did.
    pub(super) told: Option<&'a Gossip>,
    /// The peer, if it is known which incarnation it was.
    pub(super) sender: Option<&'a UniqueAddress>,
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

    /// Whether states of the judged node's cluster are told apart by their clocks, which without `content-decides` they
    /// are.
    pub(super) fn clock_decides(&self) -> bool {
        !self.repairs.content_decides
    }

    /// The members that are Down now and were not so, or were other copies, with what they were; ascending.
    pub(super) fn down(&self) -> impl Iterator<Item = (Option<&'a Member>, &'a Member)> + use<'a> {
        let anybody = self.after.members().has_status(MemberStatus::Down);
        let moved = if anybody { self.moved } else { &[] };
        let down = |is: &&Member| is.status() == MemberStatus::Down;
        moved.iter().filter_map(move |(was, is)| Some((*was, is.filter(down)?)))
    }

    /// The members that are none any more, ascending.
    pub(super) fn gone(&self) -> impl Iterator<Item = &'a Member> + use<'a> {
        let moved = if self.anybody_went { self.moved } else { &[] };
        moved.iter().filter(|(_, is)| is.is_none()).filter_map(|(was, _)| *was)
    }

    /// Each node whose member changed, ascending, with its member before and after.
    pub(super) fn members(&self) -> impl Iterator<Item = Moved<'a>> + use<'a> {
        self.moved.iter().copied()
    }
}

/// The entries of two ascending lists, side by side.
pub(super) struct Joined<'a, T, O> {
    before: &'a [T],
    after: &'a [T],
    order: O,
}

impl<'a, T, O: Fn(&T, &T) -> Ordering> Iterator for Joined<'a, T, O> {
    type Item = (Option<&'a T>, Option<&'a T>);

    #[inline]
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

impl<'a, T, O: Fn(&T, &T) -> Ordering> Joined<'a, T, O> {
    /// The next entries behind those that are equal in both from here on.
    #[inline]
    fn next_besides(&mut self, is_equal: impl Fn(&T, &T) -> bool) -> Option<(Option<&'a T>, Option<&'a T>)> {
        let count = self.before.iter().zip(self.after).take_while(|(was, is)| is_equal(was, is)).count();
        (self.before, self.after) = (&self.before[count..], &self.after[count..]);
        self.next()
    }
}

/// Those of them that are not equal in both.
pub(super) fn differing_by<'a, T, O: Fn(&T, &T) -> Ordering>(
    before: &'a [T],
    after: &'a [T],
    order: O,
    is_equal: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = (Option<&'a T>, Option<&'a T>)> {
    let mut pairs = joined_by(before, after, order);
    std::iter::from_fn(move || pairs.next_besides(&is_equal))
}

pub(super) fn joined_by<'a, T, O: Fn(&T, &T) -> Ordering>(
    before: &'a [T],
    after: &'a [T],
    order: O,
) -> Joined<'a, T, O> {
    Joined { before, after, order }
}

/// The members of two tables, side by side.
pub(super) fn joined<'a>(before: &'a [Member], after: &'a [Member]) -> impl Iterator<Item = Moved<'a>> {
    joined_by(before, after, by_address)
}

/// Those of them that are not the same in both.
pub(super) fn differing<'a>(before: &'a [Member], after: &'a [Member]) -> impl Iterator<Item = Moved<'a>> {
    differing_by(before, after, by_address, PartialEq::eq)
}

/// The rows of two tables that are not shared by both, side by side.
pub(super) fn differing_rows<'a>(
    before: &'a Reachability,
    after: &'a Reachability,
) -> impl Iterator<Item = MovedRow<'a>> {
    let order = |was: &Arc<Row>, is: &Arc<Row>| was.observer().cmp(is.observer());
    differing_by(before.rows(), after.rows(), order, Arc::ptr_eq)
}

fn by_address(was: &Member, is: &Member) -> Ordering {
    // Members that stay share their address, which is compared without looking at it.
    let (was, is) = (was.unique_address(), is.unique_address());
    if std::ptr::eq(was, is) { Ordering::Equal } else { was.cmp(is) }
}

/// Whether two copies share what never changes of a member. Of those that don't it may still be equal.
#[inline]
pub(super) fn share_identity(one: &Member, other: &Member) -> bool {
    std::ptr::eq(one.unique_address(), other.unique_address())
}

/// MDL-15: whether a way leads from one status to another. Mostly it is one step.
#[inline]
pub(super) fn leads_to(from: MemberStatus, to: MemberStatus) -> bool {
    from.may_become(to) || from.may_lead_to(to)
}

/// The status of what may be a member: Removed when it is none.
pub(super) fn status(member: Option<&Member>) -> MemberStatus {
    member.map_or(MemberStatus::Removed, Member::status)
}

/// REP-10: what tells the versions of one cluster apart. It is the clock, or with `content-decides` the content.
pub(super) fn version(gossip: &Gossip, clock_decides: bool) -> u64 {
    if clock_decides { gossip.clock().hash64() } else { gossip.content_hash() }
}
