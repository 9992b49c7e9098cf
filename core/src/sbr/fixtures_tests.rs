//! Short ways to write members, views and situations in the resolver's tests.
//!
//! A member is a lower-case letter, its host, then its status (none for Up): `b`, `cj`. Its up-number is its place in the
//! alphabet, unless it says another (`c@1`); it has the role that follows a slash (`c/worker`), and is in the data centre
//! that follows a colon (`c:north`). `c#2` is the second life of `c`.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::strategy::Strategy;
use super::view::ResolverView;
use crate::membership::{
    AppVersion, ClusterEvent, DataCenter, Member, MemberStatus, Reachability, Roles, SeenBy, UP_NUMBER_NONE,
    UniqueAddress,
};
use crate::repairs::Repairs;
use crate::testing;

pub(super) const NONE: Repairs = Repairs::none();

/// Both repairs of the resolver.
pub(super) const REPAIRED_RESOLVER: Repairs =
    Repairs { gone_observers: true, worst_case_check: true, ..Repairs::none() };

pub(super) fn keep_majority() -> Strategy {
    Strategy::KeepMajority { role: None }
}

pub(super) fn keep_oldest(down_if_alone: bool) -> Strategy {
    Strategy::KeepOldest { down_if_alone, role: None }
}

pub(super) fn static_quorum(quorum_size: u32) -> Strategy {
    Strategy::StaticQuorum { quorum_size, role: None }
}

pub(super) fn lease_majority() -> Strategy {
    Strategy::LeaseMajority {
        role: None,
        minority_delay: core::time::Duration::from_secs(2),
        release_after: core::time::Duration::from_secs(40),
    }
}

/// The five strategies, keep-oldest in both ways.
pub(super) fn all_strategies(quorum_size: u32) -> [Strategy; 6] {
    [
        static_quorum(quorum_size),
        keep_majority(),
        keep_oldest(true),
        keep_oldest(false),
        Strategy::DownAll,
        lease_majority(),
    ]
}

pub(super) fn with_role(mut strategy: Strategy, role: &str) -> Strategy {
    strategy.set_role(Some(role.into()));
    strategy
}

/// The default data centre, in which a member is unless it says another.
pub(super) fn home() -> DataCenter {
    "default".into()
}

pub(super) fn status(suffix: &str) -> MemberStatus {
    match suffix {
        "" => MemberStatus::Up,
        "j" => MemberStatus::Joining,
        "w" => MemberStatus::WeaklyUp,
        "l" => MemberStatus::Leaving,
        "e" => MemberStatus::Exiting,
        "d" => MemberStatus::Down,
        "p" => MemberStatus::PreparingForShutdown,
        "r" => MemberStatus::ReadyForShutdown,
        other => panic!("no status is written {other}"),
    }
}

pub(super) fn member(text: &str) -> Member {
    let end = |from: usize| text[from..].find(['@', '/', ':', '#']).map_or(text.len(), |at| from + at);
    let part = |mark: char| text.find(mark).map(|at| &text[at + 1..end(at + 1)]);
    let status = status(&text[1..end(1)]);
    let letter = text.as_bytes()[0];
    let default_up = match status {
        MemberStatus::Joining | MemberStatus::WeaklyUp => UP_NUMBER_NONE,
        _ => i32::from(letter - b'a') + 1,
    };
    let up_number = part('@').map_or(default_up, |up| up.parse().unwrap());
    let mut roles: Vec<Arc<str>> = part('/').map(Arc::from).into_iter().collect();
    let data_center: String = ["dc-", part(':').unwrap_or(&home())].concat();
    roles.push(data_center.into());
    let life = part('#').map_or_else(|| text[..1].to_string(), |life| [&text[..1], "#", life].concat());
    Member::with_parts(
        testing::node(&life),
        Roles::new(roles).unwrap(),
        AppVersion::default(),
        up_number,
        status,
    )
}

pub(super) fn members(text: &str) -> Vec<Member> {
    text.split_whitespace().map(member).collect()
}

pub(super) fn node(name: &str) -> UniqueAddress {
    testing::node(name)
}

pub(super) fn nodes(text: &str) -> Vec<UniqueAddress> {
    text.split_whitespace().map(testing::node).collect()
}

/// Hosts of nodes, in their order, without their incarnation when it is the first.
pub(super) fn names<'a>(nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> String {
    let name = |node: &UniqueAddress| match node.uid {
        1 => node.address.host().to_string(),
        uid => [node.address.host(), "#", &uid.to_string()].concat(),
    };
    nodes.into_iter().map(name).collect::<Vec<_>>().join(" ")
}

/// `a>b` for unreachable, `a>>b` for terminated.
pub(super) fn observations(text: &str) -> Reachability {
    text.split_whitespace().fold(Reachability::new(), |table, record| match record.split_once(">>") {
        Some((observer, subject)) => table.terminated(&node(observer), &node(subject)),
        None => {
            let (observer, subject) = record.split_once('>').unwrap();
            table.unreachable(&node(observer), &node(subject))
        }
    })
}

pub(super) fn seen_by(text: &str) -> SeenBy {
    SeenBy::from(nodes(text))
}

/// A view of `a`: its members, and those that it cannot reach.
pub(super) fn view(strategy: &Strategy, members_text: &str, unreachable: &str) -> ResolverView {
    let mut view = ResolverView::new(node("a"), home(), strategy);
    members(members_text).iter().for_each(|member| {
        view.put(member);
    });
    nodes(unreachable).iter().for_each(|node| view.mark_unreachable(node));
    view
}

/// A view of `a` in which the subjects of records are unreachable.
pub(super) fn view_of_records(
    strategy: &Strategy,
    members_text: &str,
    records: &str,
    seen: &str,
) -> ResolverView {
    let subjects: Vec<&str> =
        records.split_whitespace().map(|record| record.rsplit_once('>').unwrap().1).collect();
    let mut view = view(strategy, members_text, &subjects.join(" "));
    view.set_observations(observations(records));
    view.set_seen_by(seen_by(seen));
    view
}

/// The event of a member's present status.
pub(super) fn event(text: &str) -> ClusterEvent {
    ClusterEvent::of_member(member(text)).unwrap()
}

pub(super) fn unreachable(text: &str) -> ClusterEvent {
    ClusterEvent::UnreachableMember(member(text))
}

pub(super) fn reachable(text: &str) -> ClusterEvent {
    ClusterEvent::ReachableMember(member(text))
}

pub(super) fn removed(text: &str) -> ClusterEvent {
    let gone = member(text);
    let previous_status = gone.status();
    let member = Member::with_parts(
        gone.unique_address().clone(),
        gone.roles().clone(),
        AppVersion::default(),
        gone.up_number(),
        MemberStatus::Removed,
    );
    ClusterEvent::MemberRemoved { member, previous_status }
}

pub(super) fn leader(name: &str) -> ClusterEvent {
    ClusterEvent::LeaderChanged(Some(node(name).address))
}

pub(super) fn seen(text: &str) -> ClusterEvent {
    ClusterEvent::SeenChanged { convergence: false, seen_by: seen_by(text) }
}

pub(super) fn records(text: &str) -> ClusterEvent {
    ClusterEvent::ReachabilityChanged(observations(text))
}
