//! What each node that decides would do in the shipped situations, derived by hand from the tables of part 04 (sections 3, 4 and 5.1)
//! and of REP-110 and REP-120: how an operator would check an answer of `quorate decide`.

use super::tests::view;
use super::*;
use crate::decide::table::names;

/// SBR-67 has self last; here they stand in the order in which one looks them up.
fn ascending(down: &[quorate::UniqueAddress]) -> String {
    let mut down: Vec<_> = down.iter().collect();
    down.sort();
    names(down)
}

/// `a down-unreachable d e; d down-reachable d e`: who decides what, and who goes down by it. Under lease-majority, behind `else`,
/// who goes down without the lease.
fn told(outcome: &Outcome) -> String {
    let one = |decider: &Decider| {
        let record = &decider.record;
        let lease = decider.denied.as_ref().map_or(String::new(), |denied| {
            let delay = record.decision.lease_delay().unwrap_or_default();
            format!(" after {delay:?} else {}", ascending(&denied.down))
        });
        format!("{} {} {}{lease}", names([record.self_node()]), record.decision, ascending(&record.down))
    };
    outcome.deciders.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn check(name: &str, setting: Setting, expected: [&str; 6]) {
    let situation = view(name);
    for (choice, expected) in Choice::all(&situation.strategies(), &situation.sides).iter().zip(expected) {
        assert_eq!(told(choice.outcome(setting)), expected, "{name}, {}, {setting:?}", choice.name());
    }
}

/// SBR-38, SBR-42, SBR-45, SBR-46, SBR-49, SBR-50: 3 of 5 against 2, the lowest and oldest among the 3.
#[test]
fn of_a_clean_split_the_three_stay_under_every_strategy_but_one() {
    let plain = "a down-unreachable d e; d down-reachable d e";
    let expected = [
        plain,
        plain,
        plain,
        plain,
        "a down-all a b c d e; d down-all a b c d e",
        "a acquire-lease-and-down-unreachable d e after 0ns else a b c; \
         d acquire-lease-and-down-unreachable a b c after 2s else d e",
    ];
    Setting::BOTH.iter().for_each(|setting| check("clean-split", *setting, expected));
}

/// SBR-38 (2 < 3 on both sides), SBR-42 (a tie, and the lowest is a), SBR-46 (an oldest with company), SBR-50 (2U = M).
#[test]
fn of_two_halves_the_one_with_the_first_stays_unless_a_quorum_is_asked_for() {
    let first = "a down-unreachable c d; c down-reachable c d";
    let expected = [
        "a down-reachable a b; c down-reachable c d",
        first,
        first,
        first,
        "a down-all a b c d; c down-all a b c d",
        "a acquire-lease-and-down-unreachable c d after 0ns else a b; \
         c acquire-lease-and-down-unreachable a b after 2s else c d",
    ];
    Setting::BOTH.iter().for_each(|setting| check("halves", *setting, expected));
}

/// SBR-46, SBR-48: a alone is the oldest, and of two that are missing the others cannot tell who is alone.
#[test]
fn an_oldest_that_is_alone_takes_the_others_with_it_when_one_more_is_missing() {
    let many = "a down-reachable a; b down-unreachable a e";
    let expected = [
        many,
        many,
        "a down-reachable a; b down-reachable b c d",
        "a down-unreachable b c d e; b down-reachable b c d",
        "a down-all a b c d e; b down-all a b c d e",
        "a acquire-lease-and-down-unreachable b c d e after 2s else a; \
         b acquire-lease-and-down-unreachable a e after 0ns else b c d",
    ];
    Setting::BOTH.iter().for_each(|setting| check("oldest-alone", *setting, expected));
}

/// SBR-33, SBR-52, SBR-55: d observed e and is observed itself, also in the second pass. REP-110: with what it said set aside, d and e
/// are two that are missing.
#[test]
fn two_staggered_crashes_end_all_unless_what_the_gone_said_is_set_aside() {
    let all = "a down-indirectly-connected a b c d e";
    let lease = "a acquire-lease-and-down-indirectly-connected a b c d e after 0ns else a b c d";
    check("staggered-crashes", Setting::Exact, [all, all, all, all, "a down-all a b c d e", lease]);
    let two = "a down-indirectly-connected d e";
    let lease = "a acquire-lease-and-down-indirectly-connected d e after 0ns else a b c d";
    check("staggered-crashes", Setting::Repaired, [two, two, two, two, "a down-all a b c d e", lease]);
}

/// SBR-33, SBR-54, SBR-58: a and c are both ends; a still leads in its own view, b for all others.
#[test]
fn both_ends_of_a_broken_link_go_down_by_two_that_decide() {
    let both = "a down-indirectly-connected a c; b down-indirectly-connected a c";
    let expected = [
        both,
        both,
        both,
        both,
        "a down-all a b c; b down-all a b c",
        "a acquire-lease-and-down-indirectly-connected a c after 0ns else a b c; \
         b acquire-lease-and-down-indirectly-connected a c after 0ns else a b c",
    ];
    Setting::BOTH.iter().for_each(|setting| check("broken-link", *setting, expected));
}

/// SBR-24, SBR-27, SBR-43, SBR-47: a counts a, b, c and has d Exiting; b counts a, b, d and has c Joining. REP-120: two beyond may have
/// the quorum of two, in both views.
#[test]
fn a_hidden_step_of_the_leader_gives_both_sides_a_quorum_until_it_is_checked() {
    let by_second_check = "a down-unreachable b; b down-all a b c d";
    let stays_alone = "a down-unreachable b; b down-reachable b d";
    let lease = "a acquire-lease-and-down-unreachable b after 0ns else a c; \
                 b acquire-lease-and-down-unreachable a c after 0ns else b d";
    let all = "a down-all a b c; b down-all a b c d";
    let quorum = "a down-unreachable b; b down-unreachable a c";
    let others = [by_second_check, by_second_check, stays_alone, all, lease];
    for (setting, quorum) in [(Setting::Exact, quorum), (Setting::Repaired, all)] {
        let [majority, oldest, alone, all, lease] = others;
        check("hidden-step", setting, [quorum, majority, oldest, alone, all, lease]);
    }
}

/// SBR-33, SBR-34, SBR-58: who is observed by the sick node and has seen the gossip is taken for one end of a broken link, and leads in
/// its own view as long as nobody lower is left.
#[test]
fn a_sick_node_takes_those_with_it_that_it_flags() {
    let three = "a down-indirectly-connected a b d; b down-indirectly-connected a b d; \
                 c down-indirectly-connected a b d";
    let all = "a down-all a b c d e; b down-all a b c d e; c down-all a b c d e";
    let lease = ["a", "b", "c"]
        .map(|me| format!("{me} acquire-lease-and-down-indirectly-connected a b d after 0ns else a b c d e"));
    let expected = [three, three, three, three, all, &lease.join("; ")];
    Setting::BOTH.iter().for_each(|setting| check("sick-node", *setting, expected));
}

/// SBR-43, SBR-47: without b and c, which leave, a is one against two. REP-120: they are counted here, since others count them as
/// possible.
#[test]
fn members_that_leave_cost_their_side_only_without_the_worst_case_check() {
    let stay = "a down-unreachable d e; d down-reachable d e";
    let all = "a down-all a b c d e; d down-reachable d e";
    let every = "a down-all a b c d e; d down-all a b c d e";
    let lease = "a acquire-lease-and-down-unreachable d e after 0ns else a b c; \
                 d acquire-lease-and-down-unreachable a b c after 2s else d e";
    check("leaving-split", Setting::Exact, [stay, all, all, stay, every, lease]);
    check("leaving-split", Setting::Repaired, [stay, stay, stay, stay, every, lease]);
}
