use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::fixtures::*;
use super::super::selection::is_downable;
use super::super::view::ResolverView;
use super::*;
use crate::membership::MemberStatus;

const POSSIBLY_UP: Selection = Selection { possibly_up: true, ..Selection::COUNTED };
const NO_LEAVING: Selection = Selection { no_leaving: true, ..Selection::COUNTED };
const BOTH: Selection = Selection { possibly_up: true, no_leaving: true, ..Selection::COUNTED };

fn count(view: &ResolverView, selection: Selection, role: Option<&str>, order: Order) -> Sides {
    Situation::new(view).count(Count::of(selection, role, order))
}

fn sizes(view: &ResolverView, selection: Selection) -> (u32, u32) {
    let sides = count(view, selection, None, Order::Address);
    (sides.reachable, sides.unreachable)
}

fn first(view: &ResolverView, order: Order) -> String {
    count(view, Selection::COUNTED, None, order).first.map(|first| first.node.to_string()).unwrap_or_default()
}

/// SBR-24: the table once more, with the statuses in the order of the rows.
#[test]
fn the_table_of_selections_is_that_of_the_specification() {
    let table = [("jw", "-x-x"), ("upr", "xxxx"), ("l", "xx--"), ("ed", "----")];
    for (statuses, row) in table {
        for suffix in statuses.chars().map(|letter| letter.to_string().replace('u', "")) {
            let status = status(&suffix);
            let cells = [Selection::COUNTED, POSSIBLY_UP, NO_LEAVING, BOTH]
                .map(|selection| selection.contains(status));
            let expected: Vec<bool> = row.chars().map(|cell| cell == 'x').collect();
            assert_eq!(cells.to_vec(), expected, "{status}");
        }
    }
    assert!(!BOTH.contains(MemberStatus::Removed));
}

/// SBR-24, SBR-26: a view in which every status stands on some side; reachable and unreachable together are all.
#[test]
fn members_are_counted_on_the_side_on_which_they_are() {
    for (unreachable, expected) in
        [("d e f", [(1, 2), (3, 2), (1, 1), (3, 1)]), ("a b c", [(2, 1), (2, 3), (1, 1), (1, 3)])]
    {
        // Seen from a node that is not among them, so that every member can be on either side.
        let mut view = ResolverView::new(node("z"), home(), &keep_majority());
        members("aw b cj d el fd ge").iter().for_each(|member| {
            view.put(member);
        });
        nodes(unreachable).iter().for_each(|node| view.mark_unreachable(node));
        let counted =
            [Selection::COUNTED, POSSIBLY_UP, NO_LEAVING, BOTH].map(|selection| sizes(&view, selection));
        assert_eq!(counted, expected, "{unreachable}");
    }
}

/// SBR-27
#[test]
fn only_members_that_are_not_on_their_way_out_can_be_downed() {
    let downable: String =
        "j w u p r l e d".split(' ').filter(|suffix| is_downable(status(&suffix.replace('u', "")))).collect();
    assert_eq!(downable, "jwuprl");
}

/// SBR-28: without an up-number it is the youngest.
#[test]
fn a_joining_member_that_was_told_to_leave_is_counted() {
    let view = view(&keep_majority(), "a@3 bj cl@2147483647", "");
    assert_eq!(sizes(&view, Selection::COUNTED), (2, 0));
    assert_eq!(first(&view, Order::Age), "a:1#1");
}

/// SBR-29: without role, and only those who are counted.
#[test]
fn all_unreachable_are_downed_when_nobody_who_counts_is_unreachable() {
    for (members, is_all_downed) in [
        ("a b", true),
        ("a b cj dw ee fd", true),
        ("a b cl", false),
        ("a b cp", false),
        ("a/worker b/worker c", false),
    ] {
        let view = view(&keep_majority(), members, "c d e f");
        assert_eq!(view.is_all_unreachable_downed(), is_all_downed, "{members}");
    }
}

/// SBR-25: the role says who is counted and who can be first.
#[test]
fn only_members_with_the_role_are_counted() {
    let view = view(&keep_majority(), "a b/worker c/worker d e/worker", "d e");
    let sides = count(&view, Selection::COUNTED, Some("worker"), Order::Address);
    assert_eq!((sides.reachable, sides.unreachable), (2, 1));
    assert_eq!(sides.first, Some(First { node: node("b"), is_reachable: true }));
    assert_eq!(view.counted(Some("worker")), 3);
    let nobody = count(&view, Selection::COUNTED, Some("nurse"), Order::Address);
    assert_eq!((nobody.members(), nobody.first), (0, None));
}

/// SBR-2, SBR-23: hosts as text, ports as numbers, incarnations as signed numbers.
#[test]
fn the_first_by_address_has_the_least_host_then_port_then_signed_uid() {
    let lowest = |texts: &[(&str, i64)]| {
        let mut view = ResolverView::new(node("z"), home(), &keep_majority());
        for (address, uid) in texts {
            let up = member("a");
            let node = UniqueAddress::new(address.parse().unwrap(), *uid);
            let version = up.app_version().clone();
            view.put(&Member::with_parts(node, up.roles().clone(), version, 1, MemberStatus::Up));
        }
        first(&view, Order::Address)
    };
    assert_eq!(lowest(&[("10.0.0.9:1", 1), ("10.0.0.10:1", 1)]), "10.0.0.10:1#1");
    assert_eq!(lowest(&[("a:10000", 1), ("a:9000", 1)]), "a:9000#1");
    assert_eq!(lowest(&[("a:1", 1), ("a:1", -1)]), "a:1#-1");
}

/// SBR-3, SBR-23: the least up-number, then the address.
#[test]
fn the_first_by_age_has_the_least_up_number_then_the_lowest_address() {
    let view = |members| view(&keep_oldest(true), members, "");
    assert_eq!(first(&view("a@3 b@1 c@2"), Order::Age), "b:1#1");
    assert_eq!(first(&view("a@3 c@1 b@1"), Order::Age), "b:1#1");
    assert_eq!(first(&view("aj be@1 c@9"), Order::Age), "c:1#1");
}
