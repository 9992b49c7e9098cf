//! The pinned orders over nodes and members.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::membership::address::UniqueAddress;
use crate::testing::{any_member, any_node, member_names, members, proptest_config};

fn at(address: &str, uid: i64, status: MemberStatus) -> Member {
    let node = UniqueAddress::new(address.parse().unwrap(), uid);
    Member::with_parts(node, Roles::default(), AppVersion::default(), UP_NUMBER_NONE, status)
}

fn in_order<'a>(list: &[&'a str], order: impl Fn(&Member, &Member) -> Ordering) -> Vec<&'a str> {
    let mut list: Vec<(&str, Member)> =
        list.iter().map(|text| (*text, at(text, 0, MemberStatus::Up))).collect();
    list.reverse();
    list.sort_by(|a, b| order(&a.1, &b.1));
    list.into_iter().map(|entry| entry.0).collect()
}

/// MDL-6, MDL-27 (cases O1, O2 and O7).
#[test]
fn members_are_ordered_by_host_then_port() {
    let by_address = |a: &Member, b: &Member| a.unique_address().cmp(b.unique_address());
    for sorted in [
        &["darkstar:1111", "darkstar:1112", "darkstar:1113"][..],
        &["host1:9000", "host1:10000", "host2:8000", "host2:9000", "host2:10000"],
        &["h1:1", "h2:1", "h3:1", "h4:1"],
        &["h1:1", "h1:2", "h2:1", "h2:2"],
    ] {
        assert_eq!(in_order(sorted, by_address), sorted);
    }
}

/// MDL-10, MDL-11, MDL-18 (cases O3 to O5): identity and order are those of the unique address, whatever the status.
#[test]
fn identity_and_order_do_not_depend_on_the_status() {
    use MemberStatus::{Exiting, Joining, Removed, Up};
    let order = |a: &Member, b: &Member| a.unique_address().cmp(b.unique_address());
    let zero = at("x:1", 0, Joining);
    assert_eq!(order(&zero, &at("x:1", 0, Up)), Ordering::Equal);
    assert_ne!(order(&zero, &at("x:2", 0, Joining)), Ordering::Equal);
    assert_ne!(order(&zero, &at("x:1", -3, Joining)), Ordering::Equal);
    assert_eq!(order(&at("x:1", -3, Joining), &at("x:1", -3, Up)), Ordering::Equal);
    for status in [Exiting, Removed] {
        assert_eq!(order(&at("host1:9001", 0, status), &at("host1:9002", 0, Up)), Ordering::Less);
    }
    assert_eq!(order(&at("host1:9001", 0, Up), &at("host1:9001", -3, Up)), Ordering::Greater);
    assert_eq!(order(&at("host1:9001", -3, Up), &at("host1:9001", 0, Up)), Ordering::Less);
}

/// MDL-18 (case O6): a table of members knows them by identity.
#[test]
fn a_member_leaves_a_table_whatever_its_copies_say() {
    use crate::membership::Members;
    let table = |text: &str| Members::try_from(members(text)).unwrap();
    for (before, removed, left) in [
        ("x:joining", "x:up", ""),
        ("x:exiting", "x:removed", ""),
        ("x:up", "x:exiting", ""),
        ("x:exiting y:up z:up", "x:removed", "y z"),
    ] {
        let removed: Vec<UniqueAddress> =
            members(removed).iter().map(|m| m.unique_address().clone()).collect();
        assert_eq!(member_names(&table(before).without(&removed)), left);
    }
}

/// MDL-31 (case O8).
#[test]
fn leadership_goes_by_status_and_then_by_address() {
    use MemberStatus::{Down, Exiting, Joining, Up};
    let mut list = [
        (5000, Joining),
        (7000, Joining),
        (3000, Exiting),
        (6000, Exiting),
        (2000, Down),
        (4000, Down),
        (8000, Up),
        (9000, Up),
    ]
    .map(|(port, status)| at(&alloc::format!("h:{port}"), 0, status));
    list.sort_by(Member::leadership_order);
    let ports: Vec<u16> = list.iter().map(|member| member.address().port()).collect();
    assert_eq!(ports, [8000, 9000, 5000, 7000, 3000, 6000, 2000, 4000]);
}

/// MDL-28, MDL-29, MDL-34, DC-22: members of different data centres have no common age; of two such copies the second is kept.
#[test]
fn ages_of_different_data_centers_are_not_compared() {
    let list = members("a@east:up:1 b@west:up:2 a@west:up:1");
    assert_eq!(list[0].is_older_than(&list[1]), None);
    assert_eq!(list[2].is_older_than(&list[1]), Some(true));
    assert_eq!(list[1].is_older_than(&list[2]), Some(false));
    assert_eq!(Member::higher_priority(&list[0], &list[2], false), &list[2]);
    assert_eq!(Member::higher_priority(&list[2], &list[0], false), &list[0]);
}

/// Whether an order is total: antisymmetric and transitive.
fn is_an_order(order: impl Fn(&Member, &Member) -> Ordering, [a, b, c]: [&Member; 3]) -> bool {
    let mirrored = order(a, b) == order(b, a).reverse() && order(a, a) == Ordering::Equal;
    let transitive = !(order(a, b).is_le() && order(b, c).is_le()) || order(a, c).is_le();
    mirrored && transitive
}

proptest! {
    #![proptest_config(proptest_config())]

    /// MDL-11, MDL-27, MDL-30, MDL-31
    #[test]
    fn the_orders_over_members_are_orders(
        a in any_node().prop_flat_map(any_member),
        b in any_node().prop_flat_map(any_member),
        c in any_node().prop_flat_map(any_member),
    ) {
        let all = [&a, &b, &c];
        prop_assert!(is_an_order(|a, b| a.unique_address().cmp(b.unique_address()), all));
        prop_assert!(is_an_order(Member::age_order, all));
        prop_assert!(is_an_order(Member::leadership_order, all));
        prop_assert!(a.leadership_order(&b).is_ne() || a.unique_address() == b.unique_address());
        prop_assert_eq!(a.age_order(&b).is_eq(), a.up_number() == b.up_number() && a.address() == b.address());
    }

    /// MDL-33, MDL-34, REP-90: with `life_cycle_order` what is kept of several copies does not depend on their order.
    #[test]
    fn with_the_repair_the_kept_copy_is_the_greatest(
        copies in any_node().prop_flat_map(|node| proptest::collection::vec(any_member(node), 3)),
    ) {
        let keep = |a, b| Member::higher_priority(a, b, true);
        let (a, b, c) = (&copies[0], &copies[1], &copies[2]);
        prop_assert_eq!(keep(a, b), keep(b, a));
        prop_assert_eq!(keep(keep(a, b), c), keep(a, keep(b, c)));
        prop_assert_eq!(keep(a, a), a);
    }

    /// MDL-14, MDL-15, MDL-22, MDL-23: whatever is asked of a member, its status follows the table.
    #[test]
    fn a_member_changes_only_as_the_table_allows(a in any_node().prop_flat_map(any_member), to in 0..9usize, up: i32) {
        let to = MemberStatus::ALL[to];
        match a.with_status(to) {
            Ok(after) => {
                prop_assert!(a.status().may_become(to));
                prop_assert!(after.shares_identity(&a) && after.up_number() == a.up_number() && after.status() == to);
            }
            Err(error) => prop_assert_eq!((error.from, error.to, a.status().may_become(to)), (a.status(), to, false)),
        }
        let became_up = a.up_with(up).map(|after| (after.status(), after.up_number()));
        let may = matches!(a.status(), MemberStatus::Joining | MemberStatus::WeaklyUp | MemberStatus::Up);
        prop_assert_eq!(became_up.ok(), may.then_some((MemberStatus::Up, up)));
    }
}
