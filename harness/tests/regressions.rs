//! Cases that campaigns found, each with what it turned out to be.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate_harness::case::parse;
use quorate_harness::run::{Options, Report, run};
use quorate_harness::settings::Settings;

fn played(text: &str) -> Report {
    let case = parse("regression.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    run(&case, &Options::default()).unwrap()
}

fn holds(text: &str) {
    let report = played(text);
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

/// S1, REP-127: one that leaves, and is Exiting only beyond the cut, got the lease, since its own removal beyond takes none.
#[test]
fn a_side_of_which_all_leave_leaves_the_lease_to_the_others() {
    let text = include_str!("regressions/a-lease-for-one-that-leaves.qcase");
    holds(text);
    let unrepaired = played(&text.replace("nodes   a", "set repairs.worst-case-check = off\nnodes   a"));
    assert!(unrepaired.verdict().to_string().contains("S1"), "{}", unrepaired.verdict());
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

/// S3 to S5: who is WeaklyUp to all when the fault comes is Up to those only who hear of the leader's next step: a change in flight, with which the
/// worst-case check rightly counts on both sides (REP-120).
#[test]
fn a_leader_that_takes_somebody_a_step_further_as_the_network_falls_apart_is_in_flight() {
    let races = |cut: &str, set: &str| {
        format!(
            "qcase 1\n\
             case \"races-2150\"\n\
             seed 866\n\
             nodes a b c j1\n\
             seeds a b c\n\
             set {set}, leader-actions-interval = 10s\n\
             at 0s start a b c\n\
             at 28.5s start j1\n\
             at {cut} cut a j1 | rest\n\
             at 1m10s end\n"
        )
    };
    for cut in ["35s", "40s"] {
        holds(&races(cut, "sbr.strategy = static-quorum, sbr.static-quorum.quorum-size = 2"));
        holds(&races(cut, "sbr.strategy = keep-oldest"));
        holds(&races(cut, "sbr.stable-after = 7s"));
    }
}

/// U2: a joiner was told of a member by that member, which the others had removed; the judge took that for the member's being there.
#[test]
fn who_is_a_member_to_a_joiner_only_is_not_there() {
    holds(
        "qcase 1\n\
         case \"races-2011\"\n\
         seed 7db\n\
         nodes a b c l1\n\
         seeds a\n\
         set gossip-interval = 2s\n\
         set downing = none\n\
         at 0s start b\n\
         at 100ms start a c\n\
         at 30s cut a - b\n\
         at 30s block kind=introduction c > b\n\
         at 38s down b at a\n\
         at 39.1s start l1 with seeds none\n\
         at 39.1s join l1 via b\n\
         at 41.1s end\n",
    );
}

/// L10: links were judged as they were when they were cut, and those of who started later were taken for mild.
#[test]
fn who_starts_behind_cut_links_is_not_missed_by_chance() {
    let joins = |cut: &str| {
        format!(
            "qcase 1\n\
             case \"races-17\"\n\
             nodes a b c d z1\n\
             seeds a b c\n\
             set downing = none\n\
             at 0s start a b c d\n\
             {cut}\
             at 30s start z1 with seeds none\n\
             at 30s join z1 via a\n\
             at 60s end\n"
        )
    };
    holds(&joins("at 30s cut a > z1\nat 30s cut b > z1\nat 30s cut c > z1\nat 30s cut d > z1\n"));
    let judged = played(&joins("")).outcomes.judged;
    assert!(judged.iter().any(|row| row.id == "L10" && row.judged > 0), "where nothing is cut it is judged");
}

/// S6, SBR-50: who had left and been missed made some indirectly connected, and then the minority does not wait.
#[test]
fn a_minority_does_not_wait_where_some_are_indirectly_connected() {
    holds(
        "qcase 1\n\
         case \"races-22565\"\n\
         nodes a b c\n\
         seeds a\n\
         roles a c: backend\n\
         set sbr.strategy = lease-majority, sbr.lease-majority.role = backend\n\
         set sbr.lease-majority.lease-implementation = simulated\n\
         set leader-actions-interval = 10s\n\
         at 0s start a\n\
         at 0s start b c\n\
         at 28s leave c\n\
         at 35s isolate a\n\
         at 1m end\n",
    );
}

/// L5: a leave takes as long as the welcome of somebody who is Up and has not heard of it.
#[test]
fn a_leave_waits_for_a_welcome_that_is_held_back() {
    let case = |more: &str| {
        format!(
            "qcase 1\n\
             case \"races-29870\"\n\
             nodes a b c d e g w1\n\
             seeds a\n\
             {more}\
             at 0s start c d e\n\
             at 0s start a g\n\
             at 0s start b\n\
             at 30s delay welcome-to b > w1 16.6s\n\
             at 30s delay welcome-to c > w1 18.4s\n\
             at 30s delay welcome-to d > w1 13.1s\n\
             at 30s delay welcome-to e > w1 15s\n\
             at 30s delay welcome-to g > w1 10.9s\n\
             at 30s start w1 with seeds a b c d e g\n\
             at 35s leave b\n\
             at 3m end\n"
        )
    };
    holds(&case(""));
    let planted = played(&case("set world.planted = leaving-stays\n"));
    assert!(!planted.passed(), "who never goes is late all the same");
}

/// L4, CNV-6: who joins, too, waits for somebody who is Up and has not heard of it.
#[test]
fn a_joiner_waits_for_a_welcome_that_is_held_back() {
    holds(include_str!("regressions/a-welcome-that-is-held-back.qcase"));
}

/// L10, RCH-40: the mark of a node that shares its address with a dead incarnation was counted as one that came by chance.
#[test]
fn a_node_marked_for_the_silence_of_its_earlier_life_is_not_marked_by_chance() {
    holds(include_str!("regressions/marked-with-a-dead-incarnation.qcase"));
}

/// L1, INV-6: the bound left out what it costs that targets are drawn, and that a leader begins anew.
#[test]
fn nodes_that_draw_their_targets_agree_in_the_time_that_takes() {
    holds(include_str!("regressions/targets-that-are-drawn.qcase"));
    holds(include_str!("regressions/a-newcomer-among-twenty-nine.qcase"));
}

/// L1, INV-6: the bound left out how long data centres wait for each other that seldom talk.
#[test]
fn data_centres_that_seldom_talk_agree_in_the_time_that_takes() {
    holds(include_str!("regressions/three-data-centres-through-one-member-each.qcase"));
    holds(include_str!("regressions/two-data-centres-that-seldom-talk.qcase"));
}

/// L1, INV-6: the bound took it that a leader fetches marks in each round, also one that spends nine of ten on another data centre.
#[test]
fn a_leader_that_talks_across_hears_of_all_in_the_time_that_takes() {
    holds(include_str!("regressions/a-leader-that-is-seldom-at-home.qcase"));
    holds(include_str!("regressions/the-one-that-talks-across-leads.qcase"));
}

/// S8, SBR-67: a command finds another incarnation at the address also where that is Down, which M5 has nothing against.
#[test]
fn a_decision_may_find_the_incarnation_before_at_the_address() {
    holds(include_str!("regressions/a-decision-finds-the-incarnation-before.qcase"));
    holds(include_str!("regressions/an-answer-of-the-lease-that-finds-the-next-life.qcase"));
}

/// S3, SBR-18: who is stored as Joining does not count, though to all it prepares for shutdown.
#[test]
fn a_resolver_does_not_count_whom_it_never_heard_become_up() {
    holds(include_str!("regressions/up-and-preparing-at-once.qcase"));
}

/// S1, LEASE-23: with few watchers the last side asks when the lease has been given back: settings, not rules, allow for it.
#[test]
fn a_lease_that_is_given_back_too_soon_excuses_a_split() {
    holds(include_str!("regressions/a-lease-given-back-before-all-have-asked.qcase"));
}

/// L8, INV-6: the time to settle was that of those who were in a cluster at the start, and left out that targets are drawn.
#[test]
fn the_time_to_settle_is_that_of_all_who_are_to_come() {
    holds(include_str!("regressions/many-that-are-yet-to-join.qcase"));
    holds(include_str!("regressions/fourteen-that-draw-whom-to-tell.qcase"));
}

/// L4, INV-6, DC-35: the time of a joiner was that of the few who were in the cluster when it came.
#[test]
fn who_joins_waits_for_what_its_data_centre_grows_to() {
    holds(include_str!("regressions/a-data-centre-that-grows.qcase"));
}

/// L2, CNV-26: data centres of which no oldest member lives can't hear of each other.
#[test]
fn a_data_centre_whose_oldest_is_dead_hears_nothing() {
    holds(include_str!("regressions/the-oldest-of-a-data-centre-is-dead.qcase"));
}

/// L2, RCH-40: who shares its address with a dead incarnation is missed for that one's silence.
#[test]
fn a_node_is_missed_with_its_earlier_life_until_that_is_removed() {
    holds(include_str!("regressions/a-restart-marked-with-its-earlier-life.qcase"));
}

/// L4, JOIN-73: an old datagram told of another incarnation of the joiner, which was downed for it.
#[test]
fn a_joiner_is_downed_by_an_old_join_of_its_address() {
    holds(include_str!("regressions/an-old-join-downs-its-successor.qcase"));
}

/// L5, LDR-37: who has told only one that has gone, too, is a member of the third for good.
#[test]
fn who_leaves_last_of_a_data_centre_may_have_told_one_that_has_gone() {
    holds(include_str!("regressions/the-last-of-two-data-centres-leave.qcase"));
    holds(include_str!("regressions/the-last-words-are-an-introduction.qcase"));
    holds(include_str!("regressions/last-words-to-one-that-has-gone.qcase"));
}

/// L5: a leaver is removed if nobody else is missed; here all are down.
#[test]
fn a_leaver_is_still_there_when_all_others_are_down() {
    holds(include_str!("regressions/a-leave-that-ends-in-down-all.qcase"));
}

/// U1 to U3: two sides that have given up each other give numbers, and one hears of the other's later.
#[test]
fn sides_that_have_given_up_each_other_number_as_each_has_heard() {
    holds(include_str!("regressions/a-number-on-each-side.qcase"));
    holds(include_str!("regressions/a-last-step-heard-late.qcase"));
    holds(include_str!("regressions/a-number-given-beyond-a-cut.qcase"));
    let excused = |text: &str| {
        let report = played(text);
        assert!(report.passed(), "{}", report.verdict());
        let judged = report.outcomes.judged;
        judged.iter().any(|row| row.id == "U3" && row.assumption_failed.contains_key("same-side"))
    };
    assert!(excused(include_str!("regressions/a-number-that-a-third-carries.qcase")));
}

/// L1, REP-43: a node that two clusters have let in takes the news of one.
#[test]
fn a_member_of_two_clusters_hears_of_one() {
    holds(include_str!("regressions/a-member-of-two-clusters.qcase"));
}

/// L1, RCH-75: what a host has that is alone was not looked at, since only pairs of hosts were.
#[test]
fn a_node_alone_does_nothing_while_its_clock_stands_still() {
    holds(include_str!("regressions/a-node-alone-whose-clock-stands-still.qcase"));
    let report = played(
        "qcase 1\nnodes a\nseeds a\nset world.planted = leaving-stays\nat 0s start a\nat 30s leave a\nat 100s end\n",
    );
    assert!(!report.passed(), "one whose clock goes right leaves");
}

/// L11: what was sent on slow links is answered after they have become fast.
#[test]
fn answers_to_what_comes_late_are_no_traffic_of_steady_state() {
    holds(include_str!("regressions/answers-to-what-comes-late.qcase"));
}
