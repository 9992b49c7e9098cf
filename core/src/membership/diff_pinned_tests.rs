//! The pairs of states that part 05, sections 6.1 and 6.2, pins, row by row: of the events between them those of the families that a row is
//! about.

use alloc::string::String;
use alloc::vec::Vec;

use super::tests::events;
use crate::repairs::Repairs;
use crate::testing::{gossip_with, member, node};

/// Members, who has seen, observations.
type State = (&'static str, &'static str, &'static str);

struct Row {
    number: &'static str,
    old: State,
    new: State,
    me: &'static str,
    /// The families by the first letters of their events.
    families: &'static [&'static str],
    told: &'static [&'static str],
}

const REACHABILITY: &[&str] = &["Unreachable ", "Reachable "];
const DATA_CENTERS: &[&str] = &["UnreachableDataCenter", "ReachableDataCenter"];
const ALL: &[&str] = &["Member", "Unreachable", "Reachable", "Leader"];
const MEMBERS: &[&str] = &["Member"];
const SEEN: &[&str] = &["Seen"];

const fn row(
    number: &'static str,
    [old, new]: [State; 2],
    me: &'static str,
    families: &'static [&'static str],
    told: &'static [&'static str],
) -> Row {
    Row { number, old, new, me, families, told }
}

const TWO: State = ("a:up b:up e:joining", "a b e", "");
const OTHERS_DOWN: State = ("a:up b:down c:up e:down", "", "a>c a>e a>b");
const ALL_UP: State = ("a:up b:up c:up e:up", "", "a>c a>e");
const THREE_DCS: &str = "a:up b:up d@two:up e@two:up f@three:up g@three:up";
const THREE_DCS_DOWN: &str = "a:up b:up d@two:down e@two:up f@three:up g@three:up";
const ONE_EACH: &str = "a:up b@two:up c@three:up";
const LED: State = ("a:up b:exiting c:up", "a", "");
const LED_BY_ANOTHER: State = ("A:up a:up b:exiting c:up", "a", "");
const ROLE_LEADERS: &[&str] = &["RoleLeader"];
const IN_ROLES: State = ("a:up::AA,AB b:up::AB,BB c:up d:leaving::DD,DE e:joining::EE,DE", "", "");
const IN_FEWER: State = ("b:up::AB,BB c:up d:exiting::DD,DE e:joining::EE,DE", "", "");

const ROWS: &[Row] = &[
    row("6.1/1", [("a:up", "", ""), ("a:up", "", "")], "zz", ALL, &[]),
    row("6.1/2", [("a:up", "a", ""), TWO], "zz", ALL, &["MemberUp b", "MemberJoined e"]),
    row("6.1/2", [("a:up", "a", ""), TWO], "zz", SEEN, &["Seen a,b,e true"]),
    row(
        "6.1/3",
        [("a:joining b:up c:up", "a b c", ""), ("a:up b:up c:leaving e:joining", "a b c e", "")],
        "zz",
        MEMBERS,
        &["MemberUp a", "MemberLeft c", "MemberJoined e"],
    ),
    row("6.1/4", [ALL_UP, OTHERS_DOWN], "zz", REACHABILITY, &["Unreachable b down"]),
    row("6.1/4", [ALL_UP, OTHERS_DOWN], "b", REACHABILITY, &[]),
    row("6.1/4", [ALL_UP, OTHERS_DOWN], "zz", SEEN, &[]),
    row(
        "6.1/5",
        [(THREE_DCS, "", ""), (THREE_DCS_DOWN, "", "a>d e>d")],
        "b",
        DATA_CENTERS,
        &["UnreachableDataCenter two"],
    ),
    row("6.1/5", [(THREE_DCS, "", ""), (THREE_DCS_DOWN, "", "a>d e>d")], "e@two", DATA_CENTERS, &[]),
    row("6.1/5", [(THREE_DCS, "", ""), (THREE_DCS_DOWN, "", "a>d e>d")], "f@three", DATA_CENTERS, &[]),
    row(
        "6.1/5",
        [(THREE_DCS_DOWN, "", "a>d e>d"), (THREE_DCS, "", "")],
        "a",
        DATA_CENTERS,
        &["ReachableDataCenter two"],
    ),
    row("6.1/6", [(ONE_EACH, "", "a>b"), (ONE_EACH, "", "a>b")], "a", DATA_CENTERS, &[]),
    row(
        "6.1/7a",
        [(ONE_EACH, "", ""), (ONE_EACH, "", "c>a")],
        "c@three",
        DATA_CENTERS,
        &["UnreachableDataCenter default"],
    ),
    row(
        "6.1/7b",
        [("a:up b:up c@three:up", "", "c>a"), ("a:up b:up c@three:up", "", "c>a c>b")],
        "c@three",
        DATA_CENTERS,
        &[],
    ),
    row(
        "6.1/7c",
        [("a:up b:up c@three:up", "", "c>a c>b"), ("a:up b:up c@three:up", "", "")],
        "c@three",
        DATA_CENTERS,
        &["ReachableDataCenter default"],
    ),
    row("6.1/7d", [(ONE_EACH, "", ""), (ONE_EACH, "", "b>c")], "c@three", DATA_CENTERS, &[]),
    row(
        "6.1/8",
        [("a:up b:up c:up e:up", "", "a>e a>b"), ("a:up b:up c:up e:up", "", "a>e a>c")],
        "zz",
        REACHABILITY,
        &["Unreachable c up", "Reachable b up"],
    ),
    row(
        "6.1/8",
        [("a:up b:up c:up e:up", "", "a>e a>b"), ("a:up b:up c:up e:up", "", "a>e a>c")],
        "c",
        REACHABILITY,
        &["Reachable b up"],
    ),
    row("6.1/9", [("a:up e:up", "", ""), ("a:up e:down", "", "")], "zz", ALL, &["MemberDowned e"]),
    row(
        "6.1/10",
        [("a:up d:exiting", "a d", ""), ("a:up", "a", "")],
        "zz",
        MEMBERS,
        &["MemberRemoved d was exiting"],
    ),
    row("6.1/12", [TWO, ("a:up b:up e:joining", "a b", "")], "zz", ALL, &[]),
    row("6.1/12", [TWO, ("a:up b:up e:joining", "a b", "")], "zz", SEEN, &["Seen a,b true"]),
    row("6.1/13", [TWO, ("b:up e:joining", "b e", "")], "zz", ALL, &["MemberRemoved a was up", "Leader b"]),
    row(
        "6.1/16a",
        [("", "", ""), IN_ROLES],
        "zz",
        ROLE_LEADERS,
        &[
            "RoleLeader AA a",
            "RoleLeader AB a",
            "RoleLeader BB b",
            "RoleLeader DD d",
            "RoleLeader DE d",
            "RoleLeader EE e",
            "RoleLeader dc-default a",
        ],
    ),
    row(
        "6.1/16b",
        [IN_ROLES, IN_FEWER],
        "zz",
        ROLE_LEADERS,
        &["RoleLeader AA none", "RoleLeader AB b", "RoleLeader DE e", "RoleLeader dc-default b"],
    ),
    row("6.1/17", [("", "", ""), IN_ROLES], "zz@dc2", ROLE_LEADERS, &[]),
    row("6.1/17", [IN_ROLES, IN_FEWER], "zz@dc2", ROLE_LEADERS, &[]),
    row("6.2/1", [("a:up", "a", ""), ("a:up c:joining", "a", "")], "a", ALL, &["MemberJoined c"]),
    row("6.2/2", [("a:up", "a", ""), LED], "a", ALL, &["MemberExited b", "MemberUp c"]),
    row("6.2/2", [LED, ("a:up b:exiting c:up", "a b c", "")], "a", ALL, &[]),
    row(
        "6.2/3",
        [("a:up", "a", ""), LED_BY_ANOTHER],
        "a",
        ALL,
        &["MemberUp A", "MemberExited b", "MemberUp c", "Leader A"],
    ),
    row("6.2/5", [LED_BY_ANOTHER, ("A:up a:up b:exiting c:up", "A a b c", "")], "a", ALL, &[]),
    row(
        "6.2/6",
        [("", "", ""), ("c:joining::GRP d:up::GRP", "", "")],
        "d",
        ROLE_LEADERS,
        &["RoleLeader GRP d", "RoleLeader dc-default d"],
    ),
    row(
        "6.2/6",
        [("c:joining::GRP d:up::GRP", "", ""), ("c:up::GRP d:up::GRP", "", "")],
        "d",
        ROLE_LEADERS,
        &["RoleLeader GRP c", "RoleLeader dc-default c"],
    ),
    row(
        "6.2/8",
        [("", "", ""), ("a:up b:exiting c:up d:up", "", "a>d")],
        "a",
        &["Member", "Unreachable", "Reachable"],
        &["MemberUp a", "MemberExited b", "MemberUp c", "MemberUp d", "Unreachable d up"],
    ),
    row(
        "6.2/4",
        [("a:up b:exiting c:up", "a b c", ""), ("a:leaving b:exiting c:up", "a b c", "")],
        "a",
        ALL,
        &["MemberLeft a"],
    ),
    row(
        "6.2/4",
        [("a:leaving b:exiting c:up", "a b c", ""), ("a:exiting b:exiting c:up", "a b c", "")],
        "a",
        ALL,
        &["MemberExited a", "Leader c"],
    ),
    row(
        "6.2/4",
        [("a:exiting b:exiting c:up", "a b c", ""), ("", "", "")],
        "a",
        ALL,
        &[
            "MemberRemoved a was exiting",
            "MemberRemoved b was exiting",
            "MemberRemoved c was up",
            "Leader none",
        ],
    ),
    row(
        "6.2/9",
        [("a:up e@two:up", "", ""), ("a:up e@two:up", "", "a>e")],
        "a",
        ALL,
        &["UnreachableDataCenter two"],
    ),
    row(
        "6.2/9",
        [("a:up e@two:up", "", "a>e"), ("a:up e@two:up", "", "")],
        "a",
        ALL,
        &["ReachableDataCenter two"],
    ),
    row("6.2/11", [LED, ("a:up b:exiting c:up", "a b c", "")], "a", SEEN, &["Seen a,b,c true"]),
];

/// DC-32, rows 6.1/11 and 6.1/15: another incarnation of an address in another data centre, or in the own one, which was removed meanwhile.
#[test]
fn another_incarnation_is_told_behind_the_removal_of_the_one_before() {
    for place in ["", "@two"] {
        let old = gossip_with(&alloc::format!("a:up b#7{place}:up"), "", "", "");
        let new = old
            .remove(&[node("b#7")], 4)
            .add(member(&alloc::format!("b#2{place}:up")))
            .merge(&old, &Repairs::none());
        let told = events(&old, &new, "zz");
        let told: Vec<&String> = told.iter().filter(|event| event.starts_with("Member")).collect();
        assert_eq!(told, ["MemberRemoved b#7 was up", "MemberUp b#2"], "{place}");
    }
}

/// EVT-45, row 6.1/14
#[test]
fn a_tombstone_of_who_was_never_seen_is_told() {
    let old = gossip_with("a:up", "", "", "");
    let told = events(&old, &old.remove(&[node("e")], 4), "zz");
    assert_eq!(told, ["Tombstones e"]);
}

/// EVT-13, EVT-16 to EVT-19, EVT-24, EVT-25, EVT-31 to EVT-34, EVT-37, EVT-42
#[test]
fn the_pinned_pairs_of_states_are_told_as_pinned() {
    for row in ROWS {
        let [old, new] =
            [row.old, row.new].map(|(members, seen, observed)| gossip_with(members, seen, observed, ""));
        let told: Vec<String> = events(&old, &new, row.me)
            .into_iter()
            .filter(|event| row.families.iter().any(|family| event.starts_with(family)))
            .collect();
        assert_eq!(told, row.told, "{} as {} sees it", row.number, row.me);
    }
}
