//! INV-5: rules that are broken on purpose are found by the judge, and the unbroken ones are not.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate::internals::Planted;
use quorate_harness::case::{Case, parse};
use quorate_harness::run::{Options, run};
use quorate_harness::settings::Settings;

/// Nodes that form a cluster, lose sight of each other, come late, leave, crash and come again.
const LIFE: &str = "qcase 1
nodes a b c d e f
seeds a b
roles c d: backend
set   repairs.all = on, sbr.stable-after = 8s, min-nr-of-members = 3, world.exit-tasks = 2s
link  * delay 500us..30ms

at 0s   start a b c d e
at 15s  cut a b c | d e f
at 22s  heal
at 30s  cut a > c
at 31s  start f
at 38s  heal
at 50s  leave b
at 51s  crash d
at 52s  restart e after 3s
at 80s  start b
at 81s  restart d
at 110s cut a b c | d e f
at 140s heal
at 170s end
";

/// One thing after the other, each with the time that it may take.
const PEACE: &str = "qcase 1
nodes a b c d e
seeds a b
set   repairs.all = on, sbr.stable-after = 5s, world.exit-tasks = 1s

at 0s   start a b c d
at 20s  start e
at 75s  leave e
at 120s crash d
at 180s restart c
at 240s cut a | rest
at 246s heal
at 420s end
";

/// L2 to L6, L8: what takes its time is judged when it is given that time, and is sound.
#[test]
fn what_must_come_in_time_comes_in_peace() {
    let case = parse("peace.qcase", PEACE, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let outcomes = run(&case, &Options::default()).unwrap().outcomes;
    assert_eq!(outcomes.violation, None);
    for id in ["L1", "L2", "L3", "L4", "L5", "L6", "L8"] {
        let row = outcomes.judged.iter().find(|row| row.id == id).unwrap();
        assert!(row.judged > 0, "{row}");
    }
    for (bug, ids) in [("ring-asks-nobody", ["L1", "L3"]), ("leaving-stays", ["L1", "L5"])] {
        let bug = Planted::ALL.iter().find(|known| known.name() == bug).copied();
        let found = violated(&case, bug, 1);
        assert!(found.is_some_and(|id| ids.contains(&id)), "{found:?}");
    }
}

fn life() -> Case {
    parse("life.qcase", LIFE, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The invariant that a life with a seed violates.
fn violated(case: &Case, planted: Option<Planted>, seed: u64) -> Option<&'static str> {
    let set = planted.map(|bug| ("world.planted".into(), bug.name().into())).into_iter().collect();
    // A bug may keep a node alive that was to be gone, so that the case can't start it again.
    let report = run(case, &Options { seed: Some(seed), set, ..Options::default() }).ok()?;
    report.outcomes.violation.map(|violation| violation.invariant.id)
}

/// INV-5
#[test]
fn the_sound_core_violates_nothing_in_such_a_life() {
    for seed in 0..6 {
        assert_eq!(violated(&life(), None, seed), None, "seed {seed}");
    }
}

/// INV-5: each is found, and by an invariant that its rule stands behind.
#[test]
fn planted_bugs_are_found() {
    for (bug, invariants) in FOUND_BY {
        let bug = *Planted::ALL.iter().find(|known| known.name() == *bug).unwrap();
        let found = (0..8).find_map(|seed| violated(&life(), Some(bug), seed));
        assert!(found.is_some_and(|id| invariants.contains(&id)), "{}: {found:?}", bug.name());
    }
}

const FOUND_BY: &[(&str, &[&str])] = &[
    ("merge-keeps-local-members", &["M4", "V5"]),
    ("tombstone-ignored", &["M4", "V3"]),
    ("tombstone-not-set", &["R1", "M4", "M10"]),
    ("down-not-terminal", &["M1"]),
    ("seen-not-reset", &["C1", "C2"]),
    ("merge-keeps-seen", &["C1", "C2"]),
    ("merge-counts", &["V1"]),
    ("older-gossip-taken", &["V2", "V6"]),
    ("exiting-marks-seen", &["X1"]),
    ("second-incarnation-beside-first", &["M6"]),
    ("joiner-loses-roles", &["M8"]),
    ("leader-acts-without-convergence", &["C6"]),
    ("unreachable-ignored-in-convergence", &["C3"]),
    ("weakly-up-at-once", &["C6"]),
    ("minimum-ignored", &["C7"]),
    ("up-number-reused", &["U1", "U2", "U3"]),
    ("leaving-goes-straight-to-removed", &["M2"]),
    ("row-version-not-raised", &["R1"]),
    ("received-rows-win", &["R1"]),
    ("events-doubled", &["E1"]),
    ("stable-after-ignored", &["S7"]),
    ("everybody-decides", &["S9"]),
    ("smaller-side-stays", &["S1", "S3", "S8"]),
    ("tie-goes-to-both", &["S1", "S3", "S8"]),
    ("decision-half-done", &["S8"]),
];

/// A split of five into two and three, or of four into halves, and nothing else.
const SPLIT: &str = "qcase 1
nodes a b c d e
seeds a b
set   sbr.stable-after = 7s, sbr.static-quorum.quorum-size = 3, sbr.lease-majority.lease-implementation = simulated
judge off S1
judge off S8
judge off S10

at 0s   start all
at 30s  cut a b | c d e
at 70s  end
";

fn split(strategy: &str) -> Case {
    let text = SPLIT.replacen("judge", &format!("set   sbr.strategy = {strategy}\njudge"), 1);
    parse("split.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

/// S3, S4, S5, S6: each is judged under its strategy on every side that decides, and the sound core violates none.
#[test]
fn the_side_that_is_to_stay_is_known_for_every_strategy() {
    for (strategy, id, least) in [
        ("keep-majority", "S3", 2),
        ("static-quorum", "S4", 2),
        ("keep-oldest", "S5", 2),
        ("lease-majority", "S6", 3),
    ] {
        let outcomes = run(&split(strategy), &Options::default()).unwrap().outcomes;
        assert_eq!(outcomes.violation, None, "{strategy}");
        for row in outcomes.judged.iter().filter(|row| ["S3", "S4", "S5", "S6"].contains(&row.id)) {
            assert!(if row.id == id { row.judged >= least } else { row.judged == 0 }, "{strategy}: {row}");
        }
    }
}

/// INV-5, S3, S4, S5: a side that stays against the sentence of its strategy is found without looking at what the others do.
#[test]
fn a_side_that_stays_against_its_strategy_is_found() {
    for (strategy, bug, id) in [
        ("keep-majority", "smaller-side-stays", "S3"),
        ("static-quorum", "quorum-off-by-one", "S4"),
        ("keep-oldest", "every-side-has-the-oldest", "S5"),
    ] {
        let bug = Planted::ALL.iter().find(|known| known.name() == bug).copied();
        assert_eq!(violated(&split(strategy), bug, 1), Some(id), "{strategy}");
    }
}
