//! What the split brain resolver costs: `cargo bench -p quorate --bench resolver`. A decision is explained, with whom it downs; half
//! of the members are unreachable, and each of the others observes nine of them. It is to stay linear in members and records.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::time::Duration;

use divan::{AllocProfiler, Bencher};
use quorate::internals::{Resolver, ResolverSettings};
use quorate::{
    Address, AppVersion, ClusterEvent, Instant, Member, MemberStatus, Reachability, Repairs, ResolverView,
    Roles, SeenBy, Strategy, UniqueAddress,
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const SIZES: [usize; 4] = [250, 500, 1000, 2000];

fn node(place: usize) -> UniqueAddress {
    UniqueAddress::new(Address::new("node", u16::try_from(place).unwrap() + 1).unwrap(), 1)
}

fn member(place: usize) -> Member {
    let roles = Roles::new(["dc-default".into()]).unwrap();
    let up_number = i32::try_from(place).unwrap() + 1;
    Member::with_parts(node(place), roles, AppVersion::default(), up_number, MemberStatus::Up)
}

fn cut(nodes: usize, strategy: &Strategy) -> ResolverView {
    let mut view = ResolverView::new(node(0), "default".into(), strategy);
    (0..nodes).for_each(|place| {
        view.put(&member(place));
    });
    let half = nodes / 2;
    (half..nodes).for_each(|place| view.mark_unreachable(&node(place)));
    let mut table = Reachability::new();
    for observer in 0..half {
        for subject in 0..9 {
            table = table.unreachable(&node(observer), &node(half + (observer + subject) % half));
        }
    }
    view.set_observations(table);
    view.set_seen_by(SeenBy::from((0..half).map(node).collect::<Vec<_>>()));
    view
}

fn decide(bencher: Bencher<'_, '_>, nodes: usize, strategy: &Strategy) {
    let view = cut(nodes, strategy);
    bencher.bench_local(|| view.explain(strategy, &Repairs::none()));
}

#[divan::bench(args = SIZES)]
fn decision_of_keep_majority(bencher: Bencher<'_, '_>, nodes: usize) {
    decide(bencher, nodes, &Strategy::KeepMajority { role: None });
}

#[divan::bench(args = SIZES)]
fn decision_of_keep_oldest(bencher: Bencher<'_, '_>, nodes: usize) {
    decide(bencher, nodes, &Strategy::KeepOldest { down_if_alone: true, role: None });
}

#[divan::bench(args = SIZES)]
fn decision_of_static_quorum(bencher: Bencher<'_, '_>, nodes: usize) {
    let quorum_size = u32::try_from(nodes).unwrap() / 2 + 1;
    decide(bencher, nodes, &Strategy::StaticQuorum { quorum_size, role: None });
}

/// One event about a member that is stored already.
#[divan::bench(args = SIZES)]
fn event(bencher: Bencher<'_, '_>, nodes: usize) {
    let settings = ResolverSettings {
        strategy: Strategy::KeepMajority { role: None },
        stable_after: Duration::from_secs(20),
        down_all_when_unstable: None,
        repairs: Repairs::none(),
    };
    let mut resolver = Resolver::new(settings, node(0), "default".into(), Instant::ZERO);
    let events: Vec<ClusterEvent> = (0..nodes).map(|place| ClusterEvent::MemberUp(member(place))).collect();
    events.iter().for_each(|event| {
        resolver.apply(event, Instant::ZERO);
    });
    bencher.bench_local(|| resolver.apply(&events[nodes / 2], Instant::ZERO));
}
