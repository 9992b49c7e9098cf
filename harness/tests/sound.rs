//! Runs that the judge once took for wrong, and that are as they should be: what was not promised is not judged, and says
//! for want of what.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate_harness::case::parse;
use quorate_harness::run::{Options, Outcomes, run};
use quorate_harness::settings::Settings;

fn outcomes(text: &str) -> Outcomes {
    let case = parse("sound.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let outcomes = run(&case, &Options::default()).unwrap().outcomes;
    assert_eq!((&outcomes.violation, &outcomes.fault), (&None, &None), "{text}");
    outcomes
}

/// How often an invariant was judged, and how often not for want of an assumption.
fn judged(outcomes: &Outcomes, id: &str, assumption: &str) -> (u64, u64) {
    let row = outcomes.judged.iter().find(|row| row.id == id).unwrap();
    (row.judged, row.assumption_failed.get(assumption).copied().unwrap_or(0))
}

/// GSP-29, GSP-35: two leaders remove one member, each with its own stamp, and a merge keeps either.
#[test]
fn v5_does_not_ask_which_stamp_of_a_tombstone_a_merge_keeps() {
    let outcomes = outcomes(
        "qcase 1\nnodes b d v1\nseeds b\n\
         set b: multi-data-center.self-data-center = west\n\
         set d: multi-data-center.self-data-center = south\n\
         at 0s start all\nat 1m restart d\nat 1m500ms end\n",
    );
    assert!(judged(&outcomes, "V5", "").0 > 0);
}

/// DC-12: a leader gives the number of a member that only another data centre still knows.
#[test]
fn u2_does_not_hold_a_leader_to_what_another_data_centre_knows() {
    let outcomes = outcomes(
        "qcase 1\nnodes b c f\nseeds b c\nset b f: multi-data-center.self-data-center = west\n\
         at 0s start all\nat 30s cut b f | rest\nat 30s restart f\nat 41s end\n",
    );
    assert!(judged(&outcomes, "U2", "").0 > 0);
}

/// LDR-45: a member that its own leader's actions make Up prepares in the same tick. LDR-46: who joins then waits for ever.
#[test]
fn m2_and_l1_know_what_a_shutdown_of_all_does_to_those_who_join() {
    outcomes(
        "qcase 1\nnodes a b e\nseeds a b\nset a b: multi-data-center.self-data-center = west\n\
         at 0s start all\nat 9.5s restart e\nat 10s prepare-for-shutdown at a\nat 22s end\n",
    );
    let waits = outcomes(
        "qcase 1\nnodes a b\nseeds a\nat 0s start a\nat 20s start b\nat 20.5s prepare-for-shutdown at a\nat 1m end\n",
    );
    assert!(judged(&waits, "L1", "no-shutdown").1 > 0);
}

/// L1, L8: the work before an exit takes as long as it takes.
#[test]
fn l1_gives_exit_tasks_their_time() {
    let outcomes = outcomes(
        "qcase 1\nnodes a g\nseeds a\nset world.exit-tasks = 12s\nat 0s start all\nat 1m leave g\nat 1m40s end\n",
    );
    assert!(judged(&outcomes, "L1", "exits-done").1 > 0);
    assert!(judged(&outcomes, "L1", "").0 > 0 && judged(&outcomes, "L5", "").0 > 0);
}

/// SIM-5: whose clock was set measures its rest by that clock.
#[test]
fn s7_does_not_measure_by_the_worlds_clock_what_a_node_measures_by_a_wrong_one() {
    let outcomes = outcomes(
        "qcase 1\nnodes n1 n4\nseeds n1\nat 0s start all\nat 40s isolate n4\nat 1m clock n1 +1s\nat 1m5s end\n",
    );
    assert_eq!(judged(&outcomes, "S7", "clock-right"), (0, 1));
}

/// REP-54: two that have removed each other have nothing more to tell.
#[test]
fn l7_asks_nobody_to_speak_who_has_removed_the_other() {
    let outcomes = outcomes(
        "qcase 1\nnodes a e\nseeds a\n\
         set sbr.strategy = lease-majority, sbr.lease-majority.lease-implementation = simulated\n\
         at 0s start all\nat 1m isolate e\nat 1m10s down e at a\nat 1m30s heal\nat 1m50s end\n",
    );
    assert!(judged(&outcomes, "L7", "contact").1 > 0);
}

/// L3: a resolver decides of its own data centre, and of one without anybody left nobody does.
#[test]
fn l3_expects_no_resolver_to_down_the_last_of_another_data_centre() {
    let outcomes = outcomes(
        "qcase 1\nnodes b x1\nseeds b\nset sbr.stable-after = 3s\n\
         set b: multi-data-center.self-data-center = west\n\
         at 0s start all\nat 1m50s crash b\nat 2m25s end\n",
    );
    assert!(judged(&outcomes, "L3", "one-data-center").1 > 0);
}

/// SIM-5, SIM-13: a slow host whose clock was set back waits on, and time does not stand still.
#[test]
fn a_slow_host_whose_clock_is_set_back_waits_on() {
    outcomes(
        "qcase 1\nnodes h\nat 0s start all\nat 10s slow h 10x for 6.3s\nat 19s clock h -1s\nat 30s end\n",
    );
}

/// JOIN-92: a welcome that is long under way, each time that one is asked for, holds up convergence, and that is nobody's fault.
#[test]
fn l1_waits_until_whoever_was_let_in_has_heard_of_it() {
    let delays = "at 25s delay welcome-to c > w1 40s\n".repeat(6);
    let outcomes = outcomes(&format!(
        "qcase 1\nnodes c w1\nseeds c\nat 0s start c\n{delays}at 25s start w1\nat 2m30s end\n"
    ));
    let (judged, not_yet) = judged(&outcomes, "L1", "welcomed");
    assert!(judged > 0 && not_yet > 0);
}

/// C4, C5: two leaders of what was once several data centres go on by themselves.
#[test]
fn c4_and_c5_are_not_judged_of_what_is_left_of_several_data_centres() {
    let outcomes = outcomes(
        "qcase 1\nseed 79b\nnodes a b c e g\nseeds a\nset sbr.stable-after = 5s\n\
         set a c: multi-data-center.self-data-center = west\nat 0s start all\n\
         at 25s link * duplicate 20% for 3.8s\nat 33.4s cut b | a g | rest\nat 43.5s heal\nat 50s end\n",
    );
    for id in ["C4", "C5"] {
        let (judged, not) = judged(&outcomes, id, "one-data-center");
        assert!(judged == 0 && not > 0, "{id}");
    }
}

/// C6, LDR-6: whose clock was set measures the delay of WeaklyUp by that clock.
#[test]
fn c6_does_not_measure_the_delay_of_weakly_up_by_another_clock() {
    let outcomes = outcomes(
        "qcase 1\nseed 2680\nnodes a b e x1\nseeds a b\nset gossip-interval = 500ms\nat 0s start a b e\n\
         at 26s start x1\nat 27s pause e 4.6s\nat 32.5s clock a +1s\nat 33s end\n",
    );
    assert!(judged(&outcomes, "C6", "clock-right").1 > 0);
}

/// DC-14: the first of a data centre waits for those of all others, and nobody downs the last of another one.
#[test]
fn l8_does_not_expect_a_new_data_centre_to_pass_over_a_dead_one() {
    let outcomes = outcomes(
        "qcase 1\nnodes a b y1\nseeds a\nset a: multi-data-center.self-data-center = west\n\
         set y1: multi-data-center.self-data-center = north\n\
         at 0s start a b\nat 30s crash b\nat 30s start y1\nat 4m end\n",
    );
    assert!(judged(&outcomes, "L8", "one-data-center").1 > 0);
}
