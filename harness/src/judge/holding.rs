//! What of one node's state another has not come to hold yet: by their clocks, or by content where that decides.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use quorate::internals::mix;
use quorate::{Gossip, NodeKey, UniqueAddress};

use super::by_key::ByKey;
use super::change::{differing, differing_rows};
use super::seat::Seat;
use super::violation::Names;

/// Whether two nodes certainly hold the same. It takes no time to ask.
#[inline]
pub(super) fn are_the_same(one: &Seat, other: &Seat) -> bool {
    let is_shared = || {
        let (one, other) = (&one.gossip, &other.gossip);
        one.members().is_identical(other.members()) && one.reachability().is_identical(other.reachability())
    };
    Arc::ptr_eq(&one.gossip, &other.gossip) || (one.terms.repairs.content_decides && is_shared())
}

/// Something that one node holds and another, which was told of its state, does not.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missing {
    /// What the one holds, as an object: "2 changes of a".
    pub(super) held: String,
    /// What the other has of it, as a predicate: "has heard of 1".
    pub(super) instead: String,
}

/// What is known of who holds what. Where many nodes have come to few states that is the same question over and over, and each takes time
/// with the members.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// Pairs of states of which the second holds all that the first does: the hash of the first with its tombstones, and of the second.
    pairs: BTreeSet<(u64, u64)>,
    /// The content that each live node has come to.
    contents: ByKey<u64>,
}

/// The hashes of a state's content, alone and with its tombstones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    content: u64,
    with_tombstones: u64,
}

impl Held {
    /// The first thing of a node's version in which another, that is not pruned there, is behind it.
    pub(super) fn missing(&mut self, one: &Seat, other: &Seat, names: Names<'_>) -> Option<Missing> {
        if are_the_same(one, other) {
            return None;
        }
        if !one.terms.repairs.content_decides {
            return missing_change(one, other, names);
        }
        let (mine, theirs) = (State::of(&one.gossip), other.gossip.content_hash());
        // Of whom the other has pruned nothing is asked, so that the states alone don't tell it.
        let is_of_states = other.departed.is_empty() && other.gossip.tombstones().is_empty();
        if mine.content == theirs || is_of_states && self.is_known(mine, theirs) {
            return None;
        }
        let missing = missing_member(one, other, names).or_else(|| missing_row(one, other, names));
        if is_of_states && missing.is_none() {
            self.pairs.insert((mine.with_tombstones, theirs));
        }
        missing
    }

    /// A node's state, where content decides.
    pub(super) fn state_of(&self, seat: &Seat) -> Option<State> {
        seat.terms.repairs.content_decides.then(|| State::of(&seat.gossip))
    }

    /// Whether a live node is known to hold all of a state. Nobody need look at it then.
    #[inline]
    pub(super) fn has_all(&self, node: NodeKey, state: Option<State>) -> bool {
        // Who has pruned more lacks no more.
        let (Some(state), Some(theirs)) = (state, self.contents.get(node)) else { return false };
        state.content == *theirs || self.is_known(state, *theirs)
    }

    fn is_known(&self, state: State, theirs: u64) -> bool {
        self.pairs.contains(&(state.with_tombstones, theirs))
    }

    /// A live node has come to a state.
    pub(super) fn come_to(&mut self, node: NodeKey, gossip: &Gossip) {
        self.contents.insert(node, gossip.content_hash());
    }

    /// A node has ended.
    pub(super) fn end(&mut self, node: NodeKey) {
        self.contents.remove(node);
    }

    /// So that it does not grow with the run.
    pub(super) fn forget(&mut self) {
        self.pairs.clear();
    }
}

impl State {
    fn of(gossip: &Gossip) -> Self {
        let content = gossip.content_hash();
        Self { content, with_tombstones: mix(content, gossip.tombstones().hash64()) }
    }
}

/// A node that has left the members of this one, or has a tombstone there.
fn is_gone(seat: &Seat, key: NodeKey) -> bool {
    let has_tombstone = seat.gossip.tombstones().iter().any(|(node, _)| node.key() == key);
    has_tombstone || seat.departed.iter().any(|node| node.key() == key)
}

fn missing_change(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Missing> {
    let (mine, theirs) = (one.gossip.clock(), other.gossip.clock());
    if mine == theirs {
        return None;
    }
    let behind = |(key, count): &&(NodeKey, u64)| theirs.count(*key) < *count;
    let (key, count) = mine.entries().iter().filter(behind).find(|(key, _)| !is_gone(other, *key))?;
    let whose = one.gossip.members().iter().find(|member| member.key() == *key);
    let whose = whose.map_or_else(|| key.to_string(), |member| names.of(member.unique_address()));
    Some(Missing {
        held: format!("{count} changes of {whose}"),
        instead: format!("has heard of {}", theirs.count(*key)),
    })
}

/// P5 of members: of each the status is at or after the one here, and who is removed here is so there.
fn missing_member(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Missing> {
    let (mine, theirs) = (one.gossip.members(), other.gossip.members());
    if mine == theirs {
        return None;
    }
    let behind = differing(mine.as_slice(), theirs.as_slice()).find_map(|(member, there)| {
        let member = member?;
        let node = member.unique_address();
        let has = match there.map(quorate::Member::status) {
            Some(status) if status == member.status() => return None,
            Some(status) if status.merge_order(member.status(), true) == Ordering::Less => status.to_string(),
            None if !is_gone(other, member.key()) => "no member".into(),
            _ => return None,
        };
        let held = format!("{} as {}", names.of(node), member.status());
        Some(Missing { held, instead: format!("has it as {has}") })
    });
    let removed = |node: &UniqueAddress| one.gossip.tombstones().iter().any(|(gone, _)| gone == node);
    behind.or_else(|| {
        if one.gossip.tombstones().is_empty() {
            return None;
        }
        let kept = theirs.iter().find(|member| removed(member.unique_address()))?;
        let held = format!("{} as removed", names.of(kept.unique_address()));
        Some(Missing { held, instead: format!("has it as {}", kept.status()) })
    })
}

/// P5 of observations: of each observer the version is at or after the one here.
fn missing_row(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Missing> {
    let (mine, theirs) = (one.gossip.reachability(), other.gossip.reachability());
    if mine == theirs {
        return None;
    }
    let rows =
        differing_rows(mine, theirs).map(|(row, there)| (row, there.map_or(0, |there| there.version())));
    let (row, heard) = rows.filter_map(|(row, heard)| Some((row?, heard))).find(|(row, heard)| {
        let is_behind = *heard < row.version() && !row.records().is_empty();
        is_behind && !is_gone(other, row.observer().key())
    })?;
    Some(Missing {
        held: format!("{} observations of {}", row.version(), names.of(row.observer())),
        instead: format!("has heard of {heard}"),
    })
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Down, Joining, Up};
    use quorate::{Reachability, Repairs};

    use super::super::change::version;
    use super::super::testing::{counted, gossip, names, node, observed, seat};
    use super::*;

    fn missing(one: &Seat, other: &Seat, names: Names<'_>) -> Option<Missing> {
        let mut held = Held::default();
        let first = held.missing(one, other, names);
        assert_eq!(held.missing(one, other, names), first, "it is the same when it is asked again");
        first
    }

    fn by_content(name: &str, gossip: Gossip) -> Seat {
        let mut seat = seat(name, gossip);
        Arc::make_mut(&mut seat.terms).repairs = Repairs::all();
        seat
    }

    #[test]
    fn what_is_remembered_of_one_state_is_not_said_of_one_with_other_tombstones_or_of_who_was_pruned() {
        let both = gossip(&[("a", Up), ("b", Up)]);
        let (alone, other) = (by_content("a", gossip(&[("a", Up)])), by_content("b", both.clone()));
        let removed = by_content("a", both.remove(&[node("b")], 1));
        let mut held = Held::default();
        assert_eq!(held.missing(&alone, &other, names()), None);
        assert_eq!(held.missing(&removed, &other, names()).unwrap().held, "b as removed");

        let (one, mut pruned) = (by_content("b", both), alone);
        pruned.departed = vec![node("b")];
        assert_eq!(held.missing(&one, &pruned, names()), None);
        pruned.departed.clear();
        assert_eq!(held.missing(&one, &pruned, names()).unwrap().instead, "has it as no member");
    }

    #[test]
    fn without_content_decides_the_clock_tells_what_is_missing() {
        let state = |counts| counted(&gossip(&[("a", Up), ("b", Up)]), counts);
        let (a, b) = (seat("a", state(&[("a", 2)])), seat("b", state(&[("a", 1), ("b", 4)])));
        let found = missing(&a, &b, names()).unwrap();
        assert_eq!((&*found.held, &*found.instead), ("2 changes of a", "has heard of 1"));
        assert_eq!(missing(&b, &seat("a", state(&[("a", 2), ("b", 4)])), names()), None);
        let other = |decides| version(&a.gossip, decides) != version(&b.gossip, decides);
        assert_eq!((other(true), other(false)), (true, false));
    }

    #[test]
    fn with_content_decides_members_and_observations_tell_it_and_clocks_do_not() {
        let a = |members| by_content("a", counted(&gossip(members), &[("a", 9)]));
        let b = |members| by_content("b", gossip(members));
        let both = [("a", Up), ("b", Up)];
        assert_eq!(missing(&a(&both), &b(&both), names()), None);
        let joining = missing(&a(&both), &b(&[("a", Up), ("b", Joining)]), names()).unwrap();
        assert_eq!((&*joining.held, &*joining.instead), ("b as up", "has it as joining"));
        assert_eq!(missing(&a(&both), &b(&[("a", Down), ("b", Up)]), names()), None, "it is ahead");
        assert_eq!(missing(&a(&both), &b(&[("b", Up)]), names()).unwrap().instead, "has it as no member");
        let removed = gossip(&both).remove(&[node("a")], 1);
        assert_eq!(missing(&a(&both), &by_content("b", removed.clone()), names()), None, "it is gone there");
        let kept = missing(&by_content("a", removed), &b(&both), names()).unwrap();
        assert_eq!((&*kept.held, &*kept.instead), ("a as removed", "has it as up"));

        let table = Reachability::new().unreachable(&node("a"), &node("b"));
        let observing = by_content("a", observed(&gossip(&both), table));
        let row = missing(&observing, &b(&both), names()).unwrap();
        assert_eq!((&*row.held, &*row.instead), ("1 observations of a", "has heard of 0"));
        assert_eq!(missing(&b(&both), &observing, names()), None);
    }
}
