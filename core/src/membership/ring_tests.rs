use super::*;
use crate::membership::address::Address;
use crate::testing::{node, proptest_config};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use proptest::prelude::*;

/// The places of some nodes of a ring.
fn places<'a>(ring: &[UniqueAddress], nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> Bits {
    let mut places = Bits::new(ring.len());
    nodes.into_iter().filter_map(|node| ring_position(ring, node)).for_each(|at| places.insert(at));
    places
}

/// HB-44
#[test]
fn the_halves_of_a_uid_are_folded_into_a_signed_number() {
    let table = [
        (1, 1),
        (2, 2),
        (3, 3),
        (0x7FFF_FFFF, 2_147_483_647),
        (0x8000_0000, -2_147_483_648),
        (0xFFFF_FFFF, -1),
        (0x1_0000_0000, 1),
        (-1, 0),
        (-5, 4),
        (i64::MIN, -2_147_483_648),
        (i64::MAX, -2_147_483_648),
        (2_838_179_509_476_219_680, -662_936_039),
        (5_857_564_371_663_152_447, -1_262_658_819),
    ];
    for (uid, expected) in table {
        assert_eq!(fold(uid), expected, "uid {uid}");
    }
}

/// HB-43, HB-44
#[test]
fn the_ring_is_ordered_by_fold_then_address_whatever_came_first() {
    let expected = ["c#4294967295", "z#0", "a#1", "b#4294967296", "a#2", "a#2147483647"].map(node);
    let mut nodes = expected.clone();
    for turn in 0..expected.len() {
        nodes.rotate_left(1);
        assert_eq!(ring_order(&nodes), expected, "turned by {turn}");
    }
    nodes.reverse();
    assert_eq!(ring_order(&nodes), expected);
}

/// HB-45
#[test]
fn of_two_nodes_in_one_place_the_lower_unique_address_stays() {
    // -5 and 4 both fold to 4.
    let ring = ring_order(&["a#4", "b#4", "a#-5", "a#4"].map(node));
    assert_eq!(ring, ["a#-5", "b#4"].map(node));
    assert_eq!(ring_position(&ring, &node("a#4")), None);
    assert_eq!(ring_position(&ring, &node("a#-5")), Some(0));
}

/// HB-46
#[test]
fn in_a_small_ring_everybody_watches_everybody_unreachable_or_not() {
    let ring = ring_order(&["a#1", "b#2", "c#3", "d#4"].map(node));
    for n in [3, 4, 9, usize::MAX] {
        let (taken, _) = receivers(&ring, 1, &places(&ring, &ring), n);
        assert_eq!(taken, ["c#3", "d#4", "a#1"].map(node), "n = {n}");
    }
    assert_eq!(receivers(&ring[..1], 0, &Bits::new(1), 9).0, []);
}

/// HB-54
#[test]
fn a_sender_outside_the_ring_watches_nobody() {
    let ring = ring_order(&["a#1", "b#2"].map(node));
    for (ring, position) in [(&ring[..], 2), (&ring, 3), (&[], 0)] {
        assert_eq!(receivers(ring, position, &Bits::new(2), 9), ([].into(), false));
    }
}

/// The receivers of one of the six nodes of the table, in the order of the walk.
fn six(sender: &str, unreachable: &[&str]) -> String {
    let names = ["aa", "bb", "cc", "dd", "ee", "ff"];
    let nodes: Vec<_> =
        (1..).zip(names).map(|(uid, name)| UniqueAddress::new(node(name).address, uid)).collect();
    let position = names.iter().position(|&name| name == sender).unwrap();
    let is_unreachable = |node: &&UniqueAddress| unreachable.contains(&node.address.host());
    let unreachable = places(&nodes, nodes.iter().filter(is_unreachable));
    let (chosen, _) = receivers(&ring_order(&nodes), position, &unreachable, 3);
    chosen.iter().map(|node| node.address.host()).collect::<Vec<_>>().join(" ")
}

/// HB-47, HB-54
#[test]
fn six_nodes_that_each_watch_three_choose_as_the_table_says() {
    let table = [
        ("aa", "bb cc dd", "bb cc dd ff"),
        ("bb", "cc dd ee", "cc dd ee ff"),
        ("cc", "dd ee ff", "dd ee ff bb"),
        ("dd", "ee ff aa", "ee ff aa bb cc"),
        ("ee", "ff aa bb", "ff aa bb cc"),
        ("ff", "aa bb cc", "aa bb cc"),
    ];
    for (sender, all_reachable, three_unreachable) in table {
        assert_eq!(six(sender, &[]), all_reachable, "{sender}, nobody unreachable");
        assert_eq!(six(sender, &["aa", "dd", "ee"]), three_unreachable, "{sender}, three unreachable");
    }
}

/// HB-53
#[test]
fn marking_a_node_can_add_one_receiver_and_drop_another() {
    assert_eq!(six("aa", &["bb"]), "bb cc dd ee");
    // ee is taken as a fourth only while it is thought to live.
    assert_eq!(six("aa", &["bb", "ee"]), "bb cc dd ff");
}

/// A ring with some of its nodes marked, and the number that each watches.
fn marked_ring() -> impl Strategy<Value = (Vec<UniqueAddress>, Vec<UniqueAddress>, usize)> {
    (prop::collection::vec((any::<i64>(), any::<bool>()), 1..90), 1..12_usize).prop_map(|(nodes, n)| {
        let nodes: Vec<_> = (1..)
            .zip(nodes)
            .map(|(port, (uid, marked))| (UniqueAddress::new(Address::new("h", port).unwrap(), uid), marked))
            .collect();
        let all: Vec<_> = nodes.iter().map(|(node, _)| node.clone()).collect();
        let marked = nodes.into_iter().filter(|(_, marked)| *marked).map(|(node, _)| node).collect();
        (ring_order(&all), marked, n)
    })
}

/// The walk of HB-47 once more and slowly: indexes modulo the length.
fn slow_receivers(
    ring: &[UniqueAddress],
    from: usize,
    marked: &[UniqueAddress],
    n: usize,
) -> Vec<UniqueAddress> {
    let others: Vec<_> = (1..ring.len()).map(|step| ring[(from + step) % ring.len()].clone()).collect();
    if n >= others.len() {
        return others;
    }
    let mut chosen = Vec::new();
    for node in others {
        let living = chosen.iter().filter(|chosen| !marked.contains(chosen)).count();
        if living < n && (!marked.contains(&node) || chosen.len() < n) {
            chosen.push(node);
        }
    }
    chosen
}

proptest! {
    #![proptest_config(proptest_config())]

    /// HB-31, HB-45: uids whose halves fold to the same number are among them.
    #[test]
    fn several_at_once_stand_where_they_would_one_by_one(
        held in prop::collection::vec((0..4_u16, -6..6_i64), 0..12),
        new in prop::collection::vec((0..4_u16, -6..6_i64), 0..12),
    ) {
        let of = |(port, uid)| UniqueAddress::new(Address::new("n", port).unwrap(), uid);
        let mut one_by_one = ring_order(&held.into_iter().map(of).collect::<Vec<_>>());
        let mut at_once = one_by_one.clone();
        let new: Vec<_> = new.into_iter().map(of).collect();
        new.iter().for_each(|node| insert_into_ring(&mut one_by_one, node));
        insert_all_into_ring(&mut at_once, &new);
        prop_assert_eq!(at_once, one_by_one);
    }

    /// HB-47, HB-48
    #[test]
    fn receivers_are_those_of_a_slow_walk((ring, marked, n) in marked_ring()) {
        for from in 0..ring.len() {
            let (got, are_enough) = receivers(&ring, from, &places(&ring, &marked), n);
            if n < ring.len() - 1 {
                prop_assert_eq!(are_enough, got.iter().filter(|node| !marked.contains(node)).count() == n);
            }
            let set: BTreeSet<_> = got.iter().cloned().collect();
            prop_assert_eq!(set.len(), got.len());
            prop_assert!(!set.contains(&ring[from]));
            prop_assert_eq!(got, slow_receivers(&ring, from, &marked, n));
            prop_assert_eq!(ring_position(&ring, &ring[from]), Some(from));
        }
    }

    /// HB-49, HB-50, HB-51
    #[test]
    fn n_living_nodes_and_the_first_n_successors_are_watched_but_never_more_than_twice_n(
        (ring, marked, n) in marked_ring(),
    ) {
        for from in 0..ring.len() {
            let (got, _) = receivers(&ring, from, &places(&ring, &marked), n);
            let others: Vec<_> = (1..ring.len()).map(|step| &ring[(from + step) % ring.len()]).collect();
            for successor in others.iter().take(n) {
                prop_assert!(got.contains(successor));
            }
            if n < others.len() {
                let living = others.iter().filter(|node| !marked.contains(node)).count();
                prop_assert_eq!(got.iter().filter(|node| !marked.contains(node)).count(), living.min(n));
                prop_assert!(got.len() <= 2 * n);
                let beyond = got.iter().filter(|node| !others[..n].contains(node));
                prop_assert!(beyond.clone().all(|node| !marked.contains(node)));
            }
        }
    }

    /// HB-52
    #[test]
    fn when_all_live_each_node_watches_n_and_is_watched_by_n((ring, _, n) in marked_ring()) {
        let mut watched_by = vec![0; ring.len()];
        let expected = n.min(ring.len() - 1);
        for from in 0..ring.len() {
            let (got, _) = receivers(&ring, from, &Bits::new(ring.len()), n);
            prop_assert_eq!(got.len(), expected);
            for node in got {
                watched_by[ring_position(&ring, &node).unwrap()] += 1;
            }
        }
        prop_assert!(watched_by.iter().all(|&count| count == expected));
    }
}
