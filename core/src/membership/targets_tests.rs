//! Whom a node gossips to.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::membership::gossip::Gossip;
use crate::membership::members::Members;
use crate::repairs::Repairs;
use crate::testing::{
    any_gossip, any_node, gossip, gossip_with, member, member_names, members, names, node, proptest_config,
};

const EXACT: Repairs = Repairs::none();
const SETTINGS: TargetSettings = TargetSettings {
    cross_data_center_connections: 5,
    cross_data_center_gossip_probability: 0.2,
    reduce_gossip_different_view_probability: 400,
};

/// Draws with given outcomes, which note what was drawn. A shuffle reverses, or leaves the order as it is.
struct Draws {
    across: bool,
    unseen: bool,
    reverses: bool,
    drawn: Vec<String>,
}

fn draws(across: bool, unseen: bool) -> Draws {
    Draws { across, unseen, reverses: false, drawn: Vec::new() }
}

impl TargetDraws for Draws {
    fn goes_across(&mut self, probability: f64) -> bool {
        self.drawn.push("across ".to_string() + &probability.to_string());
        self.across
    }

    fn shuffle_members(&mut self, members: &mut [&Member]) {
        self.drawn.push("members ".to_string() + &member_names(members.iter().copied()));
        if self.reverses {
            members.reverse();
        }
    }

    fn shuffle_data_centers(&mut self, names: &mut [&DataCenter]) {
        self.drawn.push(
            "data centers ".to_string() + &names.iter().map(|name| &***name).collect::<Vec<_>>().join(" "),
        );
        if self.reverses {
            names.reverse();
        }
    }

    fn prefers_unseen(&mut self, probability: f64) -> bool {
        self.drawn.push("unseen ".to_string() + &probability.to_string());
        self.unseen
    }
}

fn view<T>(gossip: &Gossip, me: &str, data_center: &str, question: impl Fn(&LocalView<'_>) -> T) -> T {
    question(&LocalView::new(gossip, &node(me), data_center, &EXACT))
}

fn targets_of(
    gossip: &Gossip,
    me: &str,
    data_center: &str,
    settings: &TargetSettings,
    draws: &mut Draws,
) -> String {
    let me = node(me);
    let targets = LocalView::new(gossip, &me, data_center, &EXACT).gossip_targets(settings, draws);
    assert_eq!(targets.get(targets.count()), None);
    member_names((0..targets.count()).map(|place| targets.get(place).unwrap()))
}

/// All Up: one = a, b, c; two = e, f; three = g, h; four = i; of these, those named.
fn cluster(named: &str, seen: &str, observed: &str) -> Gossip {
    let data_center = |name: &str| match name {
        "a" | "b" | "c" => "one",
        "e" | "f" => "two",
        "g" | "h" => "three",
        _ => "four",
    };
    let members: Vec<String> =
        named.split(' ').map(|name| alloc::format!("{name}@{}:up", data_center(name))).collect();
    gossip_with(&members.join(" "), seen, observed, "")
}

/// GSP-41, RCH-60, DC-34: the observations of others and membership do not matter.
#[test]
fn a_node_may_gossip_to_whom_it_sees() {
    let state = gossip_with("a:up b:up c:up", "", "a>b c>d b>c a>e:terminated", "");
    let may = |name: &str| view(&state, "a", "default", |view| view.may_gossip_to(&node(name)));
    assert_eq!(["a", "b", "c", "d", "e", "z"].map(may), [false, false, true, true, false, true]);
}

/// GSP-49 (cases S4 and S5): the unseen ones first, in member order.
#[test]
fn members_that_have_not_seen_the_state_are_preferred() {
    let state = cluster("a b c", "b", "");
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut draws(false, true)), "c");
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut draws(false, false)), "b c");
}

/// GSP-49: when all have seen the state, any of them will do.
#[test]
fn when_all_have_seen_the_state_all_are_candidates() {
    let state = cluster("a b c", "a b c", "");
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut draws(false, true)), "b c");
    let unreachable = cluster("a b c", "a b", "a>c");
    assert_eq!(targets_of(&unreachable, "a", "one", &SETTINGS, &mut draws(false, true)), "b");
}

/// GSP-49: statuses do not matter.
#[test]
fn members_of_any_status_are_candidates() {
    let state = gossip("a:up b:joining c:down d:exiting e:weakly-up f:leaving", "");
    assert_eq!(targets_of(&state, "a", "default", &SETTINGS, &mut draws(false, false)), "b c d e f");
}

/// GSP-41, GSP-49, DC-38 (cases S6 and S7).
#[test]
fn only_the_own_observations_rule_candidates_out() {
    let own = cluster("a b c", "", "a>b");
    assert_eq!(targets_of(&own, "a", "one", &SETTINGS, &mut draws(false, false)), "c");
    let others = cluster("a b c", "", "a>b b>c");
    assert_eq!(targets_of(&others, "a", "one", &SETTINGS, &mut draws(false, false)), "c");
}

/// GSP-47, DC-37: nobody to talk to is no error.
#[test]
fn without_candidates_there_is_no_target() {
    assert_eq!(targets_of(&cluster("a", "", ""), "a", "one", &SETTINGS, &mut draws(false, false)), "");
    assert_eq!(targets_of(&gossip("", ""), "a", "one", &SETTINGS, &mut draws(false, true)), "");
}

/// GSP-48, GSP-53, DC-35 (cases S2 and S3).
#[test]
fn a_round_stays_in_the_data_center_or_goes_to_another_one() {
    let state = cluster("a b e f", "", "");
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut draws(false, true)), "b");
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut draws(true, true)), "e f");
}

/// GSP-48: with one data centre nothing is drawn about going across.
#[test]
fn in_a_single_data_center_no_round_goes_across() {
    let mut made = draws(true, true);
    assert_eq!(targets_of(&cluster("a b", "", ""), "a", "one", &SETTINGS, &mut made), "b");
    assert_eq!(made.drawn, ["unseen 400"]);
}

/// GSP-53, DC-36 (cases S8 and S10): the first data centre with a target among its oldest.
#[test]
fn a_round_goes_to_the_oldest_of_the_first_data_center_with_a_target() {
    let cut = cluster("a b e f g h", "", "a>e a>f");
    let mut by_name = Draws { reverses: true, ..draws(true, true) };
    // In order of their names the data centres are three, two.
    assert_eq!(targets_of(&cut, "a", "one", &SETTINGS, &mut by_name), "g h");
    let all = cluster("a b e f g h", "", "");
    assert_eq!(targets_of(&all, "a", "one", &SETTINGS, &mut draws(true, true)), "g h");
    by_name.drawn.clear();
    assert_eq!(targets_of(&all, "a", "one", &SETTINGS, &mut by_name), "e f");
    assert_eq!(by_name.drawn, ["across 0.75", "data centers three two"]);
    let one = TargetSettings { cross_data_center_connections: 1, ..SETTINGS };
    assert_eq!(targets_of(&all, "a", "one", &one, &mut by_name), "e");
}

/// GSP-55 (case S9).
#[test]
fn candidates_elsewhere_are_not_asked_what_they_have_seen() {
    let state = cluster("a b e f g h", "f h", "");
    let mut by_name = Draws { reverses: true, ..draws(true, true) };
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut by_name), "e f");
}

/// GSP-53, DC-36: who is not among the oldest stays, and so does who sees nobody elsewhere.
#[test]
fn a_round_stays_when_it_cannot_go_across() {
    let one = TargetSettings { cross_data_center_connections: 1, ..SETTINGS };
    let mut made = draws(true, false);
    assert_eq!(targets_of(&cluster("a b e f", "", ""), "b", "one", &one, &mut made), "a");
    assert_eq!(made.drawn, ["across 0.75", "unseen 400"]);
    let cut = cluster("a b e f", "", "a>e a>f:terminated");
    assert_eq!(targets_of(&cut, "a", "one", &SETTINGS, &mut draws(true, false)), "b");
}

/// GSP-53: in member order, not by age.
#[test]
fn candidates_elsewhere_are_in_member_order() {
    let state = gossip("a@one:up:1 e@two:up:3 f@two:up:1 g@two:up:2", "");
    assert_eq!(targets_of(&state, "a", "one", &SETTINGS, &mut draws(true, true)), "e f g");
    let two = TargetSettings { cross_data_center_connections: 2, ..SETTINGS };
    assert_eq!(targets_of(&state, "a", "one", &two, &mut draws(true, true)), "f g");
}

/// GSP-56: and none that is not needed.
#[test]
fn draws_are_made_in_a_fixed_order() {
    let mut made = draws(true, true);
    let cut = cluster("a b e g", "", "a>e a>g");
    assert_eq!(targets_of(&cut, "a", "one", &SETTINGS, &mut made), "b");
    assert_eq!(made.drawn, ["across 0.75", "data centers three two", "unseen 400"]);
}

/// GSP-54, DC-35 (case S1): a lone member always goes across.
#[test]
fn small_data_centers_go_across_more_often() {
    let probability = |members, setting| LocalView::cross_data_center_probability(members, setting);
    let of_few = [1, 2, 3, 4, 5, 100].map(|members| probability(members, 0.0).to_string());
    assert_eq!(of_few, ["1", "0.75", "0.5", "0.25", "0", "0"]);
    let at_least = [1, 2, 3, 4, 5].map(|members| probability(members, 0.6).to_string());
    assert_eq!(at_least, ["1", "0.75", "0.6", "0.6", "0.6"]);
    let mut made = draws(true, true);
    assert_eq!(targets_of(&cluster("e f i", "", ""), "i", "four", &SETTINGS, &mut made), "e f");
    assert_eq!(made.drawn[0], "across 1");
    let mut made = draws(false, true);
    targets_of(&gossip("a@x:up b@x:down c@x:joining z@y:up", ""), "a", "x", &SETTINGS, &mut made);
    assert_eq!(made.drawn[0], "across 0.5");
}

/// GSP-50
#[test]
fn the_more_members_the_less_are_unseen_ones_preferred() {
    let p = |members, reduce| LocalView::different_view_probability(members, reduce).to_string();
    assert_eq!(
        [p(0, 400), p(400, 400), p(800, 400), p(1200, 400), p(5000, 400)],
        ["400", "400", "220", "40", "40"]
    );
}

/// GSP-51
#[test]
fn unseen_members_are_always_preferred_unless_the_setting_is_tiny() {
    let p = |members, reduce| LocalView::different_view_probability(members, reduce);
    assert!([p(1, 0), p(9, 0)].iter().all(|p| p.to_string() == "0"));
    let near = |p: f64, expected: f64| (p - expected).abs() < 1e-9;
    for (members, reduce, expected) in
        [(1, 1, 1.0), (2, 1, 0.55), (3, 1, 0.1), (9, 1, 0.1), (3, 2, 1.55), (5, 2, 0.65), (6, 2, 0.2)]
    {
        assert!(near(p(members, reduce), expected), "{members} {reduce}");
    }
    assert!((10..50).all(|reduce| (0..200).all(|members| p(members, reduce) >= 1.0)));
}

/// The two data centres of the cases M1 to M4: in the first the age runs against the order of addresses.
const AGES: &str =
    "a4@east:up:1 a3@east:up:2 a2@east:up:3 a1@east:up:4 b3@west:up:1 b1@west:up:2 b2@west:up:3 b0@west:up:0";

/// CNV-26, DC-33 (case M1).
#[test]
fn the_oldest_members_of_a_data_center_are_told_by_age() {
    let state = gossip(AGES, "");
    let oldest = |name: &str, n| view(&state, "a1", "east", |view| member_names(view.top_oldest(name, n)));
    assert_eq!((oldest("east", 2).as_str(), oldest("west", 2).as_str()), ("a4 a3", "b0 b3"));
    assert_eq!(oldest("west", 9), "b0 b3 b1 b2");
    assert_eq!(oldest("north", 2), "");
    let statuses = gossip("a:joining b:down:1 c:exiting:2", "");
    assert_eq!(view(&statuses, "a", "default", |view| member_names(view.top_oldest("default", 2))), "b c");
}

/// CNV-26, MDL-30
#[test]
fn incarnations_of_one_age_are_one_of_the_oldest_and_each_counts_as_in() {
    let state = gossip("a:up:1 a#2:up:1 b:up:2 c:up:3", "");
    assert_eq!(view(&state, "a", "default", |view| member_names(view.top_oldest("default", 2))), "a b");
    let among = |me: &str| view(&state, me, "default", |view| view.is_among_top_oldest(2));
    assert_eq!(["a", "a#2", "b", "c"].map(among), [true, true, true, false]);
}

/// CNV-27
#[test]
fn a_stranger_is_not_among_the_oldest() {
    let state = gossip("a@east:up:1 b@west:up:1", "");
    let among =
        |me: &str, data_center: &str| view(&state, me, data_center, |view| view.is_among_top_oldest(5));
    assert!(among("a", "east"));
    assert!(!among("z", "east") && !among("a", "west") && !among("a", "north"));
    assert_eq!(targets_of(&state, "a", "west", &SETTINGS, &mut draws(true, true)), "b");
}

/// CNV-28, LDR-25 (case M2): the changed members themselves may be among them.
#[test]
fn the_two_oldest_are_told_that_a_member_exits() {
    let state = gossip("a4@east:exiting:1 a3@east:up:2 a2@east:up:3 a1@east:up:4", "");
    let targets = view(&state, "a4", "east", |view| names(&view.exit_targets(&members("a4@east:exiting:1"))));
    assert_eq!(targets, "a3 a4");
    assert_eq!(view(&state, "a4", "east", |view| names(&view.exit_targets(&[]))), "");
}

/// CNV-28 (case M3): of the own data centre.
#[test]
fn nobody_of_another_data_center_is_told_that_a_member_exits() {
    let state = gossip("a3@east:up:2 a2@east:up:3 a1@east:exiting:4 b3@west:up:1 b1@west:up:2", "");
    let targets = view(&state, "a1", "east", |view| names(&view.exit_targets(&members("a1@east:exiting:4"))));
    assert_eq!(targets, "a2 a3");
}

/// CNV-28 (case M4): and the two oldest of each role that somebody who exits has.
#[test]
fn the_two_oldest_of_each_role_are_told_too() {
    let exiting = "a5@east:exiting:5:r1,r2 a6@east:exiting:6:r1,r3 a7@east:exiting:7:r1 a8@east:exiting:8:r1 \
                   a9@east:exiting:9:r2 b5@west:exiting:5:r1 b6@west:exiting:6:r2";
    let state = gossip(&alloc::format!("{AGES} {exiting}"), "");
    let changed = members("a5@east:exiting:5:r1,r2 a6@east:exiting:6:r1,r3");
    assert_eq!(view(&state, "a1", "east", |view| names(&view.exit_targets(&changed))), "a3 a4 a5 a6 a9");
    let one = [member("a9@east:exiting:9:r2")];
    assert_eq!(view(&state, "a1", "east", |view| names(&view.exit_targets(&one))), "a3 a4 a5 a9");
}

fn full(
    gossip: &Gossip,
    me: &str,
    data_center: &str,
    connections: usize,
    count: usize,
    draws: &mut Draws,
) -> String {
    let me = node(me);
    member_names(LocalView::new(gossip, &me, data_center, &EXACT).full_gossip_targets(
        count,
        connections,
        draws,
    ))
}

/// GSP-57 (cases S11 and S12): who is not among the oldest, or alone in the cluster's world, tells its own data centre.
#[test]
fn a_full_gossip_goes_to_the_own_data_center() {
    let mut made = draws(true, true);
    assert_eq!(full(&cluster("a b c", "", ""), "a", "one", 1, 3, &mut made), "b c");
    let all = cluster("a b c e f g h", "", "");
    assert_eq!(full(&all, "b", "one", 1, 3, &mut made), "a c");
    assert_eq!(made.drawn, [""; 0], "nothing was drawn");
}

/// GSP-57: more than can be told are shuffled first, and those that self does not see are left out.
#[test]
fn a_full_gossip_to_a_part_of_the_members_picks_by_chance() {
    let state = gossip_with("a:up b:up c:up d:up e:up", "b c d", "a>c", "");
    let mut made = Draws { reverses: true, ..draws(true, true) };
    assert_eq!(full(&state, "a", "default", 5, 2, &mut made), "e d");
    assert_eq!(made.drawn, ["members b d e"]);
    assert_eq!(full(&state, "a", "default", 5, 3, &mut made), "b d e");
    assert_eq!(full(&state, "a", "default", 5, 0, &mut made), "");
}

/// GSP-57, DC-41 (case S13): one of the oldest tells the oldest of another data centre too.
#[test]
fn a_full_gossip_of_one_of_the_oldest_goes_to_one_node_elsewhere() {
    let state = cluster("a b c e f", "", "");
    let mut made = Draws { reverses: true, ..draws(true, true) };
    assert_eq!(full(&state, "a", "one", 1, 3, &mut made), "c b e");
    assert_eq!(made.drawn, ["members b c", "data centers two"]);
    assert_eq!(full(&state, "a", "one", 1, 2, &mut made), "c e");
    let aged = gossip("a@one:up:1 e@two:up:9 f@two:up:3", "");
    assert_eq!(full(&aged, "a", "one", 5, 3, &mut draws(true, true)), "f");
    let cut = cluster("a b c e f", "", "a>e a>f");
    assert_eq!(full(&cut, "a", "one", 5, 2, &mut draws(true, true)), "b c");
    assert_eq!(full(&cut, "a", "one", 5, 1, &mut draws(true, true)), "b");
    let nearer = cluster("a b e g", "", "a>e");
    assert_eq!(full(&nearer, "a", "one", 5, 2, &mut made), "b g");
}

proptest! {
    #![proptest_config(proptest_config())]

    /// GSP-41, GSP-49: the candidates, written down once more from their definition.
    #[test]
    fn candidates_are_those_of_the_slow_twin(gossip in any_gossip(), me in any_node(), east: bool, unseen: bool) {
        let data_center = if east { "east" } else { "west" };
        let view = LocalView::new(&gossip, &me, data_center, &EXACT);
        let valid = |member: &&Member| {
            let node = member.unique_address();
            member.data_center() == data_center && *node != me && gossip.reachability().is_reachable(&me, node)
        };
        let all: Vec<&Member> = gossip.members().iter().filter(valid).collect();
        let fresh: Vec<&Member> =
            all.iter().copied().filter(|member| !gossip.is_seen_by(member.unique_address())).collect();
        let candidates = view.gossip_candidates(unseen);
        let expected = if unseen { &fresh } else { &all };
        prop_assert_eq!(&candidates.iter().collect::<Vec<_>>(), expected);
        prop_assert_eq!(candidates.count(), expected.len());
        let targets: Vec<&Member> = view.local_targets(unseen).iter().collect();
        prop_assert_eq!(targets, if unseen && !fresh.is_empty() { fresh } else { all });
    }
}

/// GSP-49: the same holds of tables that take more than one word.
#[test]
fn a_large_cluster_has_the_candidates_that_a_small_one_has() {
    let list: Vec<Member> = (100..230).map(|i| member(&alloc::format!("n{i}:up"))).collect();
    let table = Members::try_from(list).unwrap();
    let state = table.iter().fold(Gossip::new(), |gossip, member| gossip.add(member.clone()));
    let state = state.with_seen(&node("n228")).with_reachability(crate::testing::observations("n100>n229"));
    let count = |unseen| view(&state, "n100", "default", |view| view.gossip_candidates(unseen).count());
    assert_eq!((count(false), count(true)), (128, 127));
}
