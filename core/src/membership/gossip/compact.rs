//! A gossip as the newest frame format writes it: the clock names members by their place instead of by their keys.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Gossip, GossipError, Parts, Tombstones};
use crate::membership::clock::{ClockError, VectorClock};
use crate::membership::{Member, Members, NodeKey, Reachability, UniqueAddress};

/// The parts of a gossip, each key of the clock that is a member's left out.
#[derive(Serialize, Deserialize)]
pub(crate) struct CompactGossip {
    members: Members,
    reachability: Reachability,
    seen: Vec<u32>,
    seen_strangers: Vec<UniqueAddress>,
    tombstones: Tombstones,
    /// For each member, in their order, the count of its clock entry; zero if it has none, and as many as needed.
    counts: Vec<u64>,
    /// The entries of nodes that are no members.
    strangers: VectorClock,
}

/// Why compact parts are no gossip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CompactError {
    /// There are more counts than members.
    TooManyCounts,
    /// A clock entry of no member is that of one.
    StrangerIsMember(NodeKey),
    Clock(ClockError),
    Gossip(GossipError),
}

impl CompactGossip {
    pub(crate) fn of(gossip: &Gossip) -> Self {
        let Parts { members, reachability, seen, seen_strangers, tombstones, clock } =
            Parts::from(gossip.clone());
        let mut counts: Vec<u64> = members.iter().map(|member| clock.count(member.key())).collect();
        let last = counts.iter().rposition(|count| *count > 0).map_or(0, |place| place + 1);
        counts.truncate(last);
        let strangers = members.keys_missing(clock.entries()).map(|key| (key, clock.count(key)));
        let strangers = VectorClock::try_from(strangers.collect::<Vec<_>>()).unwrap_or_default();
        Self { members, reachability, seen, seen_strangers, tombstones, counts, strangers }
    }

    pub(crate) fn into_gossip(self) -> Result<Gossip, CompactError> {
        let Self { members, reachability, seen, seen_strangers, tombstones, counts, strangers } = self;
        if counts.len() > members.len() {
            return Err(CompactError::TooManyCounts);
        }
        let of_members = members.iter().map(Member::key).zip(counts);
        let of_members = of_members.filter(|(_, count)| *count > 0);
        let mut entries: Vec<(NodeKey, u64)> =
            of_members.chain(strangers.entries().iter().copied()).collect();
        entries.sort_unstable();
        if let Some(twice) = entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(CompactError::StrangerIsMember(twice[0].0));
        }
        let clock = VectorClock::try_from(entries).map_err(CompactError::Clock)?;
        let parts = Parts { members, reachability, seen, seen_strangers, tombstones, clock };
        Gossip::try_from(parts).map_err(CompactError::Gossip)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::membership::{AppVersion, Roles};
    use crate::testing::{any_gossip, node, proptest_config};

    fn pair() -> Gossip {
        let joining = |name| Member::joining(node(name), Roles::default(), AppVersion::default());
        Gossip::new().add(joining("a")).add(joining("b")).bump(node("b").key()).bump(node("z").key())
    }

    #[test]
    fn members_are_named_by_their_place_and_strangers_by_their_key() {
        let compact = CompactGossip::of(&pair());
        assert_eq!(compact.counts, [0, 1]);
        assert_eq!(compact.strangers.entries(), [(node("z").key(), 1)]);
        assert_eq!(compact.into_gossip(), Ok(pair()));
    }

    #[test]
    fn counts_without_a_member_and_members_among_strangers_are_refused() {
        let mut compact = CompactGossip::of(&pair());
        compact.counts.push(3);
        assert_eq!(compact.into_gossip(), Err(CompactError::TooManyCounts));
        let mut compact = CompactGossip::of(&pair());
        compact.strangers = VectorClock::new().increment(node("b").key());
        assert_eq!(compact.into_gossip(), Err(CompactError::StrangerIsMember(node("b").key())));
    }

    proptest! {
        #![proptest_config(proptest_config())]

        #[test]
        fn every_gossip_comes_back(gossip in any_gossip()) {
            prop_assert_eq!(CompactGossip::of(&gossip).into_gossip(), Ok(gossip));
        }
    }
}
