//! Values drawn at random, for property tests (feature `proptest`): members, gossips, states of one cluster.
//!
//! All nodes are of a small pool, so that values drawn apart share some of them, in several incarnations.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::membership::{
    Address, Gossip, Member, MemberStatus, Members, NodeKey, Reachability, ReachabilityStatus, Roles,
    Tombstones, UP_NUMBER_NONE, UniqueAddress, VectorClock,
};

/// All nodes that are ever drawn: few, so that values share them; two incarnations of some addresses.
const POOL: [&str; 8] = ["a", "a#2", "b", "c", "c#-2", "d", "e", "f"];

fn pool() -> Vec<UniqueAddress> {
    let node = |name: &str| {
        let (host, uid) = name.split_once('#').unwrap_or((name, "1"));
        UniqueAddress::new(Address::new(host, 1).expect("a host"), uid.parse().expect("a number"))
    };
    POOL.into_iter().map(node).collect()
}

/// A node of the pool.
pub fn any_node() -> impl Strategy<Value = UniqueAddress> {
    select(pool())
}

fn any_nodes() -> impl Strategy<Value = Vec<UniqueAddress>> {
    subsequence(pool(), 0..=POOL.len())
}

fn any_status() -> impl Strategy<Value = MemberStatus> {
    select(
        MemberStatus::ALL.into_iter().filter(|status| *status != MemberStatus::Removed).collect::<Vec<_>>(),
    )
}

fn any_observation() -> impl Strategy<Value = ReachabilityStatus> {
    use ReachabilityStatus::{Reachable, Terminated, Unreachable};
    select(vec![Reachable, Unreachable, Unreachable, Terminated])
}

/// A copy of one node as a member, in any place of its life. Copies of one node are in one data centre.
pub fn any_member(node: UniqueAddress) -> impl Strategy<Value = Member> {
    let data_center = if node.address.host() < "d" { "dc-east" } else { "dc-west" };
    let roles = subsequence(vec!["db", "web"], 0..=2).prop_map(move |mut roles| {
        roles.push(data_center);
        Roles::new(roles.into_iter().map(Arc::from)).expect("drawn by its rules")
    });
    let up = prop_oneof![1 => Just(UP_NUMBER_NONE), 3 => 1..4i32];
    let version = select(vec!["1.0.0", "2.0.0"]).prop_map(|text| text.parse().expect("drawn by its rules"));
    (roles, up, version, any_status()).prop_map(move |(roles, up, version, status)| {
        Member::with_parts(node.clone(), roles, version, up, status)
    })
}

fn any_members() -> impl Strategy<Value = Vec<Member>> {
    any_nodes().prop_flat_map(|nodes| nodes.into_iter().map(any_member).collect::<Vec<_>>())
}

fn any_clock() -> impl Strategy<Value = VectorClock> {
    proptest::collection::btree_map(select(pool()).prop_map(|node| node.key()), 1..4u64, 0..4).prop_map(
        |entries| {
            VectorClock::try_from(entries.into_iter().collect::<Vec<(NodeKey, u64)>>())
                .expect("drawn by its rules")
        },
    )
}

fn tombstones(nodes: Vec<UniqueAddress>) -> Tombstones {
    Tombstones::try_from(nodes.into_iter().map(|node| (node, 7)).collect::<Vec<_>>())
        .expect("drawn by its rules")
}

/// Any gossip that the invariants allow, also one that no cluster would reach.
pub fn any_gossip() -> impl Strategy<Value = Gossip> {
    let said = proptest::collection::vec((any_node(), any_node(), any_observation()), 0..8);
    (any_members(), said, any_nodes(), proptest::collection::vec(any_node(), 0..2), any_clock()).prop_map(
        |(mut members, said, seen, mut removed, clock)| {
            members.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
            removed.sort();
            removed.dedup();
            let members = Members::try_from(members).expect("drawn by its rules");
            let table = said
                .iter()
                .filter(|said| members.contains(&said.0))
                .fold(Reachability::new(), |table, (observer, subject, status)| {
                    table.change(observer, subject, *status)
                });
            Gossip::from_parts(members, table, &seen, tombstones(removed), clock).expect("drawn by its rules")
        },
    )
}

/// What every node of the pool has said, step by step: all states of one cluster are cut from such a history.
type History = Vec<Vec<(UniqueAddress, ReachabilityStatus)>>;

/// States of one cluster: whoever knows an observer's row of one version knows the same row; whoever is observed is a
/// member or has a tombstone; no member has a tombstone.
pub fn common_history(states: usize) -> impl Strategy<Value = Vec<Gossip>> {
    let said = proptest::collection::vec((any_node(), any_observation()), 0..4);
    proptest::collection::vec(said, POOL.len()).prop_flat_map(move |history| {
        let copies = pool().into_iter().map(any_member).collect::<Vec<_>>();
        let known = proptest::collection::vec(0..5usize, POOL.len());
        let removed = proptest::collection::vec(any_node(), 0..2);
        let state = (copies, known, any_nodes(), removed, any_nodes(), any_clock());
        let state = state.prop_map(move |(copies, known, members, mut removed, seen, clock)| {
            removed.sort();
            removed.dedup();
            let table = table_of(&history, &known, &removed);
            let observed: Vec<UniqueAddress> =
                table.rows().iter().flat_map(|row| row.records()).map(|r| r.subject.clone()).collect();
            let is_member = |node: &UniqueAddress| {
                let named = members.contains(node) || observed.contains(node) || table.row(node).is_some();
                named && !removed.contains(node)
            };
            let mut copies: Vec<Member> =
                copies.into_iter().filter(|copy| is_member(copy.unique_address())).collect();
            copies.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
            let members = Members::try_from(copies).expect("drawn by its rules");
            Gossip::from_parts(members, table, &seen, tombstones(removed), clock).expect("drawn by its rules")
        });
        proptest::collection::vec(state, states)
    })
}

/// The table of a state that knows so many of each observer's steps.
fn table_of(history: &History, known: &[usize], removed: &[UniqueAddress]) -> Reachability {
    let mut table = Reachability::new();
    for ((observer, steps), known) in pool().iter().zip(history).zip(known) {
        for (subject, status) in steps.iter().take(*known) {
            table = table.change(observer, subject, *status);
        }
    }
    table.remove(removed)
}
