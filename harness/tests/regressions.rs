//! Cases that campaigns found, each with what it turned out to be.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate_harness::case::parse;
use quorate_harness::run::{Options, run};
use quorate_harness::settings::Settings;

fn holds(text: &str) {
    let case = parse("regression.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let report = run(&case, &Options::default()).unwrap();
    assert!(report.passed(), "{}", report.verdict());
}

/// X2, JOIN-73: the judge took a new incarnation, which has the old one downed, for no disturbance of the old one's leave.
#[test]
fn a_leaver_whose_next_incarnation_joins_before_it_is_gone_may_be_downed() {
    holds(
        "qcase 1\nseed 226\nnodes a b c d\nseeds a b c\nat 0s start all\nat 36s leave a\nat 40s restart a\nat 80s end\n",
    );
}

/// C1, REP-18: states were compared by content alone, and so a node was told to have seen one in which somebody had come and gone.
#[test]
fn who_has_seen_a_state_before_somebody_came_has_not_seen_it_go() {
    holds(include_str!("regressions/who-saw-a-state-before.qcase"));
}

/// E2: marks of a node that restarts while another leaves are told by turns. A campaign had it otherwise; it holds now.
#[test]
fn a_restart_during_a_leave_is_told_by_turns() {
    holds(
        "qcase 1\n\
         case \"churn-4771\"\n\
         seed 12a3\n\
         nodes b c d x1\n\
         seeds b c\n\
         set repairs.all = on\n\
         at 0s start all\n\
         at 35s leave c\n\
         at 36.5s restart d\n\
         at 41s end\n",
    );
}

/// X1: nor does an exiting node mark what it hears while the last of another data centre is with it. A campaign had it otherwise; it holds now.
#[test]
fn an_exiting_node_of_another_data_centre_marks_nothing() {
    holds(
        "qcase 1\n\
         case \"churn-3752\"\n\
         seed ea8\n\
         nodes a b c d y1\n\
         seeds a\n\
         set failure-detector.acceptable-heartbeat-pause = 1s, world.exit-tasks = 5s\n\
         set y1: multi-data-center.self-data-center = north\n\
         set repairs.all = on\n\
         at 0s start all\n\
         at 25s stop a\n\
         at 30s crash b\n\
         at 50s stop d\n\
         at 55s end\n",
    );
}

/// X2: two leave with long exit tasks, and the resolver, whose rest is short, downs neither. A campaign had it otherwise; it holds now.
#[test]
fn leaves_across_data_centres_with_a_short_rest_end_well() {
    holds(
        "qcase 1\n\
         case \"churn-12061\"\n\
         nodes a d e\n\
         seeds a\n\
         set world.exit-tasks = 30s, sbr.stable-after = 3s\n\
         set a: multi-data-center.self-data-center = west\n\
         at 0s start all\n\
         at 50s leave d\n\
         at 1m stop e\n\
         at 1m10s end\n",
    );
}

/// X2: a leave with the lease service at work ends without Down. A campaign had it otherwise; it holds now.
#[test]
fn a_leave_beside_a_lease_ends_well() {
    holds(
        "qcase 1\n\
         case \"quiet-4026\"\n\
         seed fba\n\
         nodes a b c d e f g x 3\n\
         seeds a b\n\
         set unreachable-nodes-reaper-interval = 300ms, failure-detector.heartbeat-interval = 500ms, sbr.strategy = lease-majority, sbr.lease-majority.lease-implementation = simulated, sbr.stable-after = 3s\n\
         set repairs.all = on\n\
         at 0s start all\n\
         at 1m prepare-for-shutdown at g\n\
         at 1m10s leave a\n\
         at 1m15s leave b\n\
         at 1m20s leave c\n\
         at 1m25s leave d\n\
         at 1m30s leave e\n\
         at 1m35s leave f\n\
         at 1m40s end\n",
    );
}

/// S7, RCH-74: a slow host calls its node late, which asks to be called again at once; the judge took the short time between the two for
/// how far its ticks are apart.
#[test]
fn the_unrest_of_a_slow_host_is_found_late() {
    holds(
        "qcase 1\n\
         seed 1\n\
         nodes a d e f\n\
         seeds a\n\
         set failure-detector.acceptable-heartbeat-pause = 2s, sbr.stable-after = 10s\n\
         at 0s start a d e\n\
         at 25s link * loss 20% in bursts of 2s for 5.2s\n\
         at 30s ring\n\
         at 35s down d at e\n\
         at 39s slow e 5x for 22s\n\
         at 50s end\n",
    );
}

/// S1, SBR-85: each of two data centres keeps one side, on opposite sides of the cut; who is lost of both was taken for a split.
#[test]
fn who_is_lost_of_two_data_centers_on_opposite_sides_is_no_split() {
    holds(
        "qcase 1\nseed 1\nnodes a d e g\nseeds a\nset gossip-interval = 500ms, sbr.stable-after = 5s\n\
         set e g: multi-data-center.self-data-center = west\nat 0s start a e\nat 200ms start d g\n\
         at 30s cut d e | rest\nat 1m end\nfinally running a e, stopped d g\n",
    );
}

/// S1, SBR-67: a member of a side that goes down was taken for one that goes on, between two messages.
#[test]
fn a_side_that_goes_down_is_no_split_while_it_marks_its_members() {
    holds(include_str!("regressions/a-side-that-goes-down.qcase"));
}

/// S5, REP-126: members that leave one after the other ended the others, as the second check counted those that were gone.
#[test]
fn the_oldest_leaves_and_the_others_stay() {
    holds(include_str!("regressions/the-oldest-leaves.qcase"));
}

/// S3, REP-126: the same of keep-majority with a role, in a shutdown of the whole cluster.
#[test]
fn two_leave_of_three_with_the_role_and_the_rest_stays() {
    holds(include_str!("regressions/a-shutdown-with-a-role.qcase"));
}
