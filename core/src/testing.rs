//! Short ways to write values in unit tests.

mod builders;

pub(crate) use crate::strategies::{any_gossip, any_member, any_node, common_history};
pub(crate) use builders::{
    clock, gossip, gossip_with, member, member_names, members, names, nodes, observations, statuses,
};

use proptest::test_runner::{Config, RngSeed};

use crate::membership::{Address, UniqueAddress};

/// The node at port 1 of a host, in its first life; `a#2` is its second.
pub(crate) fn node(name: &str) -> UniqueAddress {
    let (host, uid) = name.split_once('#').unwrap_or((name, "1"));
    UniqueAddress::new(Address::new(host, 1).unwrap(), uid.parse().unwrap())
}

/// Properties draw the same cases in every run; `PROPTEST_CASES` draws more of them.
pub(crate) fn proptest_config() -> Config {
    Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() }
}
