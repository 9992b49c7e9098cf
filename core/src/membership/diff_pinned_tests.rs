//! The pairs of states that part 05, sections 6.1 and 6.2, pins, row by row: of the events between them those of the families that a row is
//! about.

use alloc::string::String;
use alloc::vec::Vec;

use super::tests::events;
use crate::testing::gossip_with;

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
    row("6.2/1", [("a:up", "a", ""), ("a:up c:joining", "a", "")], "a", ALL, &["MemberJoined c"]),
    row("6.2/2", [("a:up", "a", ""), LED], "a", ALL, &["MemberExited b", "MemberUp c"]),
    row("6.2/2", [LED, ("a:up b:exiting c:up", "a b c", "")], "a", ALL, &[]),
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
];

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
