//! The tables of observations that a data centre reads, and what is derived from them.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::membership::status::MemberStatus;
use crate::repairs::Repairs;
use crate::testing::{any_gossip, any_node, gossip_with, names, node, observations, proptest_config};

const EXACT: Repairs = Repairs::none();
const MEMBERS: &str = "a@east:up b@east:down c@east:exiting d@west:up e@west:down";
const OBSERVED: &str = "a>b a>d a>z b>a b>d c>a:terminated d>a d>e e>d e>c";

fn table(which: impl Fn(&LocalView<'_>) -> Reachability, repairs: &Repairs) -> Reachability {
    let gossip = gossip_with(MEMBERS, "", OBSERVED, "");
    which(&LocalView::new(&gossip, &node("a"), "east", repairs))
}

/// RCH-54, CNV-1: Down observers and subjects of other data centres stay.
#[test]
fn a_data_center_reads_all_that_its_observers_say() {
    let expected = observations("a>b a>d a>z b>a b>d c>a:terminated");
    assert_eq!(table(|view| view.reachability_by_data_center(), &EXACT), expected);
}

/// RCH-55, CNV-2: no Down observer; a Down subject stays, and so does a stranger. Versions stay.
#[test]
fn convergence_reads_what_live_observers_say_of_their_data_center() {
    let live = table(|view| view.reachability_live(), &EXACT);
    assert_eq!(
        live,
        observations("a>b a>d a>z c>a:terminated").only_subjects(|subject| *subject != node("d"))
    );
    assert_eq!((live.version(&node("a")), live.version(&node("b"))), (3, 0));
}

/// REP-70: with `exiting_observers` no Exiting observer either.
#[test]
fn with_the_repair_convergence_does_not_read_what_exiting_observers_say() {
    let repairs = Repairs { exiting_observers: true, ..EXACT };
    let expected = observations("a>b a>d a>z").only_subjects(|subject| *subject != node("d"));
    assert_eq!(table(|view| view.reachability_live(), &repairs), expected);
    let of_all = observations("a>b a>d a>z d>a d>e");
    assert_eq!(table(|view| view.reachability_of_live_observers(), &repairs), of_all);
}

/// RCH-56, RCH-72: Down observers count.
#[test]
fn events_read_what_anybody_in_the_data_center_says_of_it() {
    let inside = table(|view| view.reachability_inside(), &EXACT);
    assert_eq!(names(inside.all_unreachable_or_terminated().iter()), "a b z");
    assert_eq!(names(inside.observers()), "a b c");
    assert_eq!(inside.version(&node("d")), 0);
}

/// RCH-57, RCH-68, CNV-3: and of a stranger, who is in no data centre.
#[test]
fn other_data_centers_are_judged_by_what_is_said_of_them_here() {
    let outward = table(|view| view.reachability_outward(), &EXACT);
    assert_eq!(names(outward.all_unreachable_or_terminated().iter()), "d z");
    assert_eq!(names(outward.observers()), "a b");
}

/// RCH-58
#[test]
fn live_observers_of_all_data_centers_are_read_together() {
    let expected = observations("a>b a>d a>z c>a:terminated d>a d>e");
    assert_eq!(table(|view| view.reachability_of_live_observers(), &EXACT), expected);
}

/// RCH-59, CNV-4, CNV-5, DC-68 (case G27): inside a data centre its own live observers count, across data centres all live ones.
#[test]
fn a_member_elsewhere_is_reachable_if_no_live_observer_anywhere_denies_it() {
    let members = "a@east:up b@east:up c@west:up d@west:up";
    let gossip = gossip_with(members, "", "a>c c>a", "");
    let sees = |gossip: &Gossip, me: &str, data_center: &str, name: &str| {
        LocalView::new(gossip, &node(me), data_center, &EXACT).is_reachable_to_live_observers(&node(name))
    };
    for (me, data_center, name, reachable) in [
        ("a", "east", "b", true),
        ("b", "east", "a", true),
        ("c", "west", "d", true),
        ("d", "west", "c", true),
        ("a", "east", "c", false),
        ("b", "east", "c", false),
        ("c", "west", "a", false),
        ("d", "west", "a", false),
        ("b", "east", "d", true),
        ("d", "west", "b", true),
        ("a", "east", "z", false),
    ] {
        assert_eq!(sees(&gossip, me, data_center, name), reachable, "{name} to {me}");
    }
    let pairs =
        [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("b", "c"), ("d", "a"), ("b", "d"), ("d", "b")];
    assert!(pairs.iter().all(|(from, to)| gossip.is_reachable(&node(from), &node(to))));
    assert!([("a", "c"), ("c", "a")].iter().all(|(from, to)| !gossip.is_reachable(&node(from), &node(to))));
    let downed = gossip.update(&crate::testing::members("c@west:down"));
    assert!(sees(&downed, "b", "east", "a") && sees(&downed, "d", "west", "a"));
}

/// The nodes of a set that was derived with the gossip, and those that a table has as unreachable.
fn same(derived: Option<Vec<UniqueAddress>>, table: &Reachability) -> bool {
    derived.unwrap_or_default() == table.all_unreachable_or_terminated()
}

proptest! {
    #![proptest_config(proptest_config())]

    /// RCH-54 to RCH-57, REP-70: the sets that decisions read are those of the tables.
    #[test]
    fn the_derived_sets_are_those_of_the_tables(gossip in any_gossip(), me in any_node(), east: bool, repaired: bool) {
        let repairs = Repairs { exiting_observers: repaired, ..EXACT };
        let view = LocalView::new(&gossip, &me, if east { "east" } else { "west" }, &repairs);
        let members = gossip.members();
        let derived = view.observations();
        let nodes = |subjects: Option<&crate::membership::gossip::Subjects>| {
            subjects.map(|subjects| subjects.nodes(members).cloned().collect::<Vec<_>>())
        };
        prop_assert!(same(nodes(derived.map(|d| &d.by_data_center)), &view.reachability_by_data_center()));
        prop_assert!(same(nodes(derived.map(|d| &d.inside)), &view.reachability_inside()));
        let live = derived.map(|d| if repaired { &d.live_without_exiting } else { &d.live });
        prop_assert!(same(nodes(live), &view.reachability_live()));
        let outward = derived.map(|d| {
            let mut nodes: Vec<_> = d.outward.iter().map(|(node, _)| node.clone()).collect();
            nodes.sort();
            nodes.dedup();
            nodes
        });
        prop_assert!(same(outward, &view.reachability_outward()));
        let terminated = nodes(derived.map(|d| &d.inside_terminated)).unwrap_or_default();
        let inside = view.reachability_inside();
        prop_assert_eq!(terminated, inside.all_terminated());
    }

    /// CNV-6 to CNV-12: convergence, written down once more from its definition.
    #[test]
    fn convergence_is_that_of_the_slow_twin(gossip in any_gossip(), me in any_node(), confirmed in any_node(), east: bool) {
        let data_center = if east { "east" } else { "west" };
        let view = LocalView::new(&gossip, &me, data_center, &EXACT);
        let counts = |status: MemberStatus| status.counts_for_convergence();
        let inside = |member: &Member| member.data_center() == data_center;
        let is_first = !gossip.members().iter().any(|m| inside(m) && counts(m.status()));
        let wanted = |m: &Member| {
            counts(m.status()) || (is_first && matches!(m.status(), MemberStatus::Joining | MemberStatus::WeaklyUp))
        };
        let hindered = gossip.members().iter().any(|m| {
            let node = m.unique_address();
            (is_first || inside(m)) && wanted(m) && !gossip.is_seen_by(node) && *node != confirmed
        });
        let blocked = view.reachability_live().all_unreachable_or_terminated().into_iter().any(|node| {
            let status = gossip.member_or_placeholder(&node).status();
            node != me && node != confirmed && !matches!(status, Down | Exiting)
        });
        prop_assert_eq!(view.has_convergence(&[confirmed]), !hindered && !blocked);
    }

    /// CNV-6, CNV-8: who sees more, or is waited for no longer, never takes convergence away.
    #[test]
    fn convergence_is_monotone_in_seen_and_in_confirmed_exits(gossip in any_gossip(), me in any_node(), node in any_node(), other in any_node()) {
        let before = LocalView::new(&gossip, &me, "east", &EXACT);
        let more = gossip.with_seen(&node);
        let after = LocalView::new(&more, &me, "east", &EXACT);
        prop_assert!(!before.has_convergence(&[]) || after.has_convergence(&[]));
        prop_assert!(!before.has_convergence(core::slice::from_ref(&node)) || before.has_convergence(&[node, other]));
    }

    /// CNV-15 to CNV-20, MDL-31: the leader, written down once more from its definition.
    #[test]
    fn the_leader_is_that_of_the_slow_twin(gossip in any_gossip(), me in any_node(), east: bool, repaired: bool) {
        let data_center = if east { "east" } else { "west" };
        let repairs = Repairs { live_observers: repaired, ..EXACT };
        let view = LocalView::new(&gossip, &me, data_center, &repairs);
        let table = if repaired { view.reachability_live() } else { view.reachability_by_data_center() };
        let mut eligible: Vec<&Member> = gossip.members().iter().filter(|member| {
            let node = member.unique_address();
            member.data_center() == data_center
                && member.status() != Down
                && (*node == me || table.is_reachable_by_all(node))
        }).collect();
        let leads = eligible.iter().copied().find(|member| member.status().counts_for_convergence());
        eligible.sort_by(|a, b| a.leadership_order(b));
        prop_assert_eq!(view.leader(), leads.or(eligible.first().copied()));
    }
}
