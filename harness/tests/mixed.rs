//! Part 06, section 13: one node with other repairs than the rest, row by row. Each cluster here lets in nodes whose configuration
//! differs (REP-3 would refuse them); what of it concerns two states or two views alone is tested in the core.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate_harness::case::parse;
use quorate_harness::run::{Options, Report, run};
use quorate_harness::settings::Settings;

/// A cluster without repairs that lets everybody in, with one node, or more, that differ.
fn play(text: &str) -> Report {
    let text = format!(
        "qcase 1\nset repairs.all = off, configuration-compatibility-check.enforce-on-join = off\n{text}"
    );
    let case = parse("mixed", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    run(&case, &Options { bare: true, ..Options::default() }).unwrap()
}

fn passes(text: &str) {
    let report = play(text);
    assert!(report.passed(), "{}\n{text}", report.verdict());
}

/// `live_observers`, `exiting_observers`, `keep_self`, `preparing_from_gossip` and `join_checks_tombstones` are harmless on one node:
/// joining, leaving, a crash, a split and a full shutdown end as without them, and nothing that is asserted is violated.
#[test]
fn repairs_that_change_only_own_decisions_are_harmless_on_one_node() {
    const STORY: &str = "nodes a b c d e
        seeds a b
        set sbr.stable-after = 7s
        at 0s start all
        at 20s check converged, up 5
        at 21s leave b
        at 40s check stopped b because left, up 4
        at 41s crash e
        at 1m10s check converged, up 3
        at 1m11s restart b
        at 1m11s restart e
        at 1m35s check converged, up 5
        at 1m36s cut a b c | d e
        at 2m10s check running a b c, stopped d e because downed
        at 2m15s heal
        at 2m16s prepare-for-shutdown at c
        at 2m30s check view a: b ready-for-shutdown, view b: c ready-for-shutdown
        at 2m40s end
        finally running a b c";
    for repair in [
        "live-observers",
        "exiting-observers",
        "keep-self",
        "preparing-from-gossip",
        "join-checks-tombstones",
    ] {
        for node in ["a", "c"] {
            passes(&format!("{STORY}\nset {node}: repairs.{repair} = on"));
        }
    }
}

/// `introduce`: others take the messages in which a newcomer says that it introduces itself for those of a stranger; they stay deaf.
#[test]
fn one_node_that_introduces_itself_is_not_heard() {
    passes(
        "nodes a b c
        seeds none
        set c: repairs.all = on
        set downing = none
        at 0s start a b c with seeds none
        at 1s join a via a
        at 2s join b via a
        at 19500ms cut a - b
        at 20s join c via a
        at 20100ms crash a
        at 21s heal
        at 41s down a at b
        at 1m check view c: b up, view c: c joining, view b: c absent
        at 1m10s end",
    );
}

/// `removed_notice`: the notice is dropped by a node that does not know it, and whoever removed it no longer looks alive to it.
#[test]
fn a_removed_node_that_does_not_know_the_notice_sees_those_that_removed_it_as_dead() {
    let story = |which: &str, seen: &str| {
        format!(
            "nodes a b c
            seeds a
            set downing = none
            set {which}: repairs.removed-notice = on
            expect violation L7
            at 0s start all
            at 15s check converged, up 3
            at 20s isolate c
            at 30s down c at a
            at 41s heal
            at 1m check running c, view a: c absent, view c: a {seen}, view c: b {seen}
            at 1m20s end"
        )
    };
    passes(&story("a b", "unreachable"));
    // Without it on their side either, c sees a healthy cluster.
    passes(&story("c", "reachable"));
}

/// `tombstones_remove`: b keeps as Down whom a forgets, and both have it at one version of the gossip.
#[test]
fn two_nodes_that_differ_in_what_removes_a_member_disagree_at_one_version() {
    passes(
        "nodes a b c d
        seeds none
        set b: repairs.tombstones-remove = on
        set downing = none
        expect violation V3
        at 0s start a b c d with seeds none
        at 1s join a via a
        at 2s join b via a
        at 15s check view a: b up
        at 20s cut a - b
        at 20s join c via b
        at 20s join d via a
        at 20500ms check view b: c joining, view a: d joining
        at 21s cut b - c
        at 21s cut a - c
        at 21500ms down c at b
        at 22s heal a - b
        at 24s end",
    );
}
