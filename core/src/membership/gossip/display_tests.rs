//! What a person sees of a gossip and of what is in it.

use alloc::format;
use alloc::string::ToString;

use super::*;
use crate::testing::{clock, gossip_with, node, observations};

#[test]
fn a_gossip_prints_itself_as_a_table() {
    let gossip = gossip_with(
        "a@east:up:1:web b@east:down:2 c#-7@west:joining::db,web",
        "a c#-7 z",
        "a>b b>c#-7:terminated b>a b>a:reachable",
        "a:4 c#-7:1",
    );
    let gossip = gossip.remove(&[node("x")], 1_700_000_000_000);
    insta::assert_snapshot!(gossip, @"
    member  status   up  seen  version  roles
    a:1#1   up       1   yes   0.0.0    dc-east web
    b:1#1   down     2   no    0.0.0    dc-east
    c:1#-7  joining  -   yes   0.0.0    db dc-west web
    observer  version  a:1#1      b:1#1        c:1#-7
    a:1#1     1        .          unreachable  .
    b:1#1     3        reachable  .            terminated
    seen by z:1#1, which is no member
    removed x:1#1 at 1700000000000 ms
    clock {1cac..:1 7a73..:4}
    ");
    assert_eq!(format!("{gossip:?}"), gossip.to_string());
}

#[test]
fn the_gossip_of_no_cluster_prints_that_there_is_nobody() {
    insta::assert_snapshot!(Gossip::new(), @"
    member  status  up  seen  version  roles
    everybody sees everybody
    clock {}
    ");
}

#[test]
fn observations_print_themselves_as_a_matrix_with_a_line_for_each_observer() {
    let table = observations("a>b a>c a>c:terminated b>c c>a c>b c>a:reachable d>a d>a:reachable");
    insta::assert_snapshot!(table, @"
    observer  version  a:1#1      b:1#1        c:1#1
    a:1#1     3        .          unreachable  terminated
    b:1#1     1        .          .            unreachable
    c:1#1     3        reachable  unreachable  .
    d:1#1     2        .          .            .
    ");
    insta::assert_snapshot!(Reachability::new(), @"everybody sees everybody");
}

#[test]
fn a_clock_prints_itself_in_one_line() {
    insta::assert_snapshot!(clock("a:4 b:1"), @"{6497..:1 7a73..:4}");
    insta::assert_snapshot!(VectorClock::new(), @"{}");
}

#[test]
fn members_and_tombstones_print_themselves_in_a_few_words() {
    let gossip = gossip_with("a:up:3 b:weakly-up", "", "a>b", "").remove(&[node("x")], 5);
    insta::assert_snapshot!(format!("{:?}", gossip.members()), @"[a:1#1 up #3, b:1#1 weakly-up]");
    insta::assert_snapshot!(format!("{:?}", gossip.tombstones()), @"{x:1#1: 5}");
    insta::assert_snapshot!(format!("{:?}", gossip.reachability().rows()), @"[a:1#1 v1 (1 records)]");
    insta::assert_snapshot!(format!("{:?}", gossip.reachability().rows()[0].records()), @"[b:1#1 unreachable v1]");
}
