//! Short ways to write doctored states in unit tests.

use std::sync::Arc;

use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use quorate::internals::gossip_of_parts;
use quorate::{
    Address, AppVersion, Config, Gossip, Instant, Member, MemberStatus, NodeKey, Phase, Reachability,
    Repairs, Roles, UniqueAddress, VectorClock,
};

use super::change::{Change, moved, moved_rows};
use super::seat::{Seat, Terms};
use super::stage::{Cause, NodeView, Stage};
use super::violation::Names;

/// The node at port 1 of a host, in its first life; `a#2` is its second.
pub(super) fn node(name: &str) -> UniqueAddress {
    let (host, uid) = name.split_once('#').unwrap_or((name, "1"));
    UniqueAddress::new(Address::new(host, 1).unwrap(), uid.parse().unwrap())
}

pub(super) fn called(node: &UniqueAddress) -> String {
    let host = node.address.host();
    if node.uid == 1 { host.into() } else { format!("{host}#{}", node.uid) }
}

pub(super) fn names() -> Names<'static> {
    Names(&called)
}

/// A member whose up number is the place of its letter; later incarnations are younger.
pub(super) fn member(name: &str, status: MemberStatus) -> Member {
    let node = node(name);
    let letter = name.bytes().next().map_or(0, |letter| i32::from(letter) - i32::from(b'a') + 1);
    let number = letter + 30 * (node.uid as i32 - 1);
    Member::with_parts(node, Roles::default(), AppVersion::default(), number, status)
}

/// A gossip of these members, which all have seen it, with an empty clock.
pub(super) fn gossip(members: &[(&str, MemberStatus)]) -> Gossip {
    all_seen(members.iter().fold(Gossip::new(), |gossip, (name, status)| gossip.add(member(name, *status))))
}

pub(super) fn all_seen(gossip: Gossip) -> Gossip {
    let members = gossip.members().clone();
    members.iter().fold(gossip, |gossip, member| gossip.with_seen(member.unique_address()))
}

/// The same with another clock.
pub(super) fn counted(gossip: &Gossip, counts: &[(&str, u64)]) -> Gossip {
    let mut entries: Vec<(NodeKey, u64)> =
        counts.iter().map(|(name, count)| (node(name).key(), *count)).collect();
    entries.sort();
    let clock = VectorClock::try_from(entries).unwrap();
    let seen: Vec<_> = gossip.seen().cloned().collect();
    let (members, table) = (gossip.members().clone(), gossip.reachability().clone());
    gossip_of_parts(members, table, &seen, gossip.tombstones().clone(), clock).unwrap()
}

/// The same with other observations.
pub(super) fn observed(gossip: &Gossip, table: Reachability) -> Gossip {
    gossip.with_reachability(table)
}

pub(super) fn proptest_config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

/// A change of the state of node `a` that never was.
#[derive(Clone, Debug)]
pub(super) struct Doctored {
    me: UniqueAddress,
    before: Gossip,
    after: Gossip,
    cause: Cause,
    steps: u64,
    repairs: Repairs,
    told: Option<Gossip>,
    sender: Option<UniqueAddress>,
}

impl Doctored {
    pub(super) fn of(before: Gossip, after: Gossip, cause: Cause) -> Self {
        Self {
            me: node("a"),
            before,
            after,
            cause,
            steps: 1,
            repairs: Repairs::none(),
            told: None,
            sender: None,
        }
    }

    pub(super) fn in_steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    pub(super) fn with_repairs(self, repairs: Repairs) -> Self {
        Self { repairs, ..self }
    }

    /// The same change by what a peer told.
    pub(super) fn told_by(self, name: &str, told: Gossip) -> Self {
        Self { told: Some(told), sender: Some(node(name)), ..self }
    }

    /// The same change in the view of another node.
    pub(super) fn seen_as(self, name: &str) -> Self {
        Self { me: node(name), ..self }
    }

    pub(super) fn check<T>(&self, check: impl FnOnce(&Change<'_>) -> T) -> T {
        let Self { me, before, after, cause, steps, repairs, told, sender } = self;
        let (moved, rows) = (moved(before, after), moved_rows(before, after));
        check(&Change {
            me,
            data_center: "default",
            repairs,
            cause: *cause,
            before,
            after,
            members_changed: before.members() != after.members(),
            moved: &moved,
            rows: &rows,
            anybody_went: moved.iter().any(|(_, is)| is.is_none()),
            steps: *steps,
            confirmed: &[],
            told: told.as_ref(),
            sender: sender.as_ref(),
            names: names(),
        })
    }
}

/// Without repairs, so that the states that tests make up are told apart by their clocks.
pub(super) fn exact() -> Config {
    let mut config = Config::default();
    config.repairs = Repairs::none();
    config
}

/// A live node in a cluster, in this state.
pub(super) fn seat(name: &str, gossip: Gossip) -> Seat {
    let (me, config, gossip) = (node(name), exact(), Arc::new(gossip));
    let view = NodeView {
        me: &me,
        config: &config,
        phase: &Phase::Initialized,
        gossip: &gossip,
        revision: 0,
        confirmed: &[],
    };
    let mut seat = Seat::new(&view, Arc::new(Terms::of(&config)), Instant::ZERO);
    seat.gossip = gossip.clone();
    seat.follow(&view);
    seat.sees_trouble = seat.find_trouble();
    seat
}

/// A node whose state the test decides.
#[derive(Clone, Debug)]
pub(super) struct FakeNode {
    pub(super) me: UniqueAddress,
    pub(super) config: Config,
    pub(super) phase: Phase,
    pub(super) gossip: Arc<Gossip>,
    pub(super) revision: u64,
    pub(super) is_running: bool,
}

/// A world that the test makes up.
#[derive(Clone, Debug, Default)]
pub(super) struct FakeStage {
    pub(super) nodes: Vec<FakeNode>,
    pub(super) cuts: Vec<(usize, usize)>,
    pub(super) lossy: Vec<(usize, usize)>,
    /// How many messages all hosts have sent.
    pub(super) sent: u64,
    /// By host, whom it asks.
    pub(super) asks: Vec<Vec<UniqueAddress>>,
}

impl Stage for FakeStage {
    fn hosts(&self) -> usize {
        self.nodes.len()
    }

    fn is_running(&self, host: usize) -> bool {
        self.nodes[host].is_running
    }

    fn node(&self, host: usize) -> Option<NodeView<'_>> {
        let FakeNode { me, config, phase, gossip, revision, .. } = &self.nodes[host];
        Some(NodeView { me, config, phase, gossip, revision: *revision, confirmed: &[] })
    }

    fn is_cut(&self, from: usize, to: usize) -> bool {
        self.cuts.contains(&(from, to))
    }

    fn is_sound(&self, from: usize, to: usize) -> bool {
        !self.lossy.contains(&(from, to))
    }

    fn sent(&self, host: usize) -> u64 {
        if host == 0 { self.sent } else { 0 }
    }

    fn asks(&self, host: usize) -> Option<Vec<UniqueAddress>> {
        self.asks.get(host).cloned()
    }

    fn name(&self, node: &UniqueAddress) -> String {
        called(node)
    }
}
