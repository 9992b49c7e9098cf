//! Convergence, ages and the smaller questions that a node asks of a gossip.

use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::testing::{gossip, gossip_with, member_names, names, node, nodes};

const EXACT: Repairs = Repairs::none();

/// Whether `me` sees convergence; `me` may name a data centre, as in `c@west`.
fn converges_without(gossip: &Gossip, me: &str, confirmed: &str, repairs: &Repairs) -> bool {
    let (name, data_center) = me.split_once('@').unwrap_or((me, "default"));
    LocalView::new(gossip, &node(name), data_center, repairs).has_convergence(&nodes(confirmed))
}

fn converges(gossip: &Gossip, me: &str) -> bool {
    converges_without(gossip, me, "", &EXACT)
}

fn asked<T>(gossip: &Gossip, me: &str, question: impl Fn(&LocalView<'_>) -> T) -> T {
    let (name, data_center) = me.split_once('@').unwrap_or((me, "default"));
    question(&LocalView::new(gossip, &node(name), data_center, &EXACT))
}

/// CNV-13 (case G2).
#[test]
fn the_gossip_of_no_cluster_has_converged() {
    assert!(converges(&Gossip::new(), "a"));
}

/// CNV-6 (cases G3 to G5).
#[test]
fn all_up_members_must_have_seen_the_state() {
    assert!(converges(&gossip("a:up", "a"), "a"));
    assert!(!converges(&gossip("a:up b:up", "a"), "a"));
    assert!(converges(&gossip("a:up b:up", "a b"), "a"));
}

/// CNV-6, MDL-17 (cases G6 and G7): which statuses are waited for.
#[test]
fn who_is_arriving_exiting_or_down_is_not_waited_for() {
    for status in ["joining", "weakly-up", "exiting", "down"] {
        let members = String::from("a:up b:up e:") + status;
        assert!(converges(&gossip(&members, "a b"), "a"), "{status}");
    }
    for status in ["up", "leaving", "preparing-for-shutdown", "ready-for-shutdown"] {
        let members = String::from("a:up b:up e:") + status;
        assert!(!converges(&gossip(&members, "a b"), "a"), "{status}");
        assert!(converges(&gossip(&members, "a b e"), "a"), "{status}");
    }
}

/// CNV-8 (cases G8 and G9), LDR-35.
#[test]
fn a_confirmed_exit_is_waited_for_by_neither_clause() {
    let state = gossip("a:up b:up c:leaving", "a b");
    assert!(!converges(&state, "a"));
    assert!(converges_without(&state, "a", "c", &EXACT));
    let unreachable = gossip_with("a:up b:up c:leaving", "a b c", "b>c", "");
    assert!(!converges(&unreachable, "a"));
    assert!(converges_without(&unreachable, "a", "c", &EXACT));
}

/// CNV-9, CNV-10 (case G10): who is unreachable is not held up by that itself.
#[test]
fn an_unreachable_member_holds_up_all_others_but_not_itself() {
    let state = gossip_with("a:up b:up", "a b", "b>a", "");
    assert!(!converges(&state, "b"));
    assert!(converges(&state, "a"));
}

/// CNV-9: one report of either kind is enough, also by a Joining member.
#[test]
fn one_report_by_any_live_observer_is_enough() {
    for observed in ["e>a", "e>a:terminated", "b>c e>a b>c:reachable"] {
        assert!(
            !converges(&gossip_with("a:up b:up c:up e:joining", "a b c", observed, ""), "b"),
            "{observed}"
        );
    }
    assert!(converges(&gossip_with("a:up b:up c:up", "a b c", "b>c b>a:terminated b>c:reachable", ""), "a"));
}

/// CNV-2, CNV-9 (case G11).
#[test]
fn a_downed_observer_holds_nobody_up() {
    let state = gossip_with("a:up b:up e:down", "a b e", "e>a", "");
    assert!(converges(&state, "b"));
}

/// CNV-9, MDL-17: of those on their way out nobody waits for an answer.
#[test]
fn an_unreachable_member_that_is_down_or_exiting_holds_nobody_up() {
    for (status, converged) in [("down", true), ("exiting", true), ("leaving", false), ("up", false)] {
        let members = String::from("a:up b:up c:") + status;
        assert_eq!(converges(&gossip_with(&members, "a b c", "b>c", ""), "a"), converged, "{status}");
    }
}

/// CNV-11
#[test]
fn an_unreachable_stranger_holds_everybody_up() {
    let state = gossip_with("a:up b:up", "a b", "b>z", "");
    assert!(!converges(&state, "a"));
    assert_eq!(asked(&state, "a", |view| names(view.blocked_by(&[]))), "z");
}

/// CNV-12
#[test]
fn an_unreachable_member_that_is_arriving_holds_everybody_up() {
    for status in ["joining", "weakly-up"] {
        let members = String::from("a:up b:up e:") + status;
        assert!(converges(&gossip_with(&members, "a b", "", ""), "a"));
        assert!(!converges(&gossip_with(&members, "a b", "b>e", ""), "a"), "{status}");
    }
}

/// CNV-14: clocks are not looked at.
#[test]
fn convergence_does_not_look_at_the_clock() {
    let state = gossip_with("a:up b:up", "a b", "", "a:1");
    assert!(converges(&state, "a") && converges(&state.bump(node("a").key()), "a"));
}

/// CNV-6, DC-12, DC-16 (cases G21 and G22): each data centre converges by itself.
#[test]
fn only_the_own_data_center_is_waited_for() {
    let members = "a@east:up b@east:up c@west:up d@west:up";
    let all = gossip(members, "a b c d");
    assert!(converges(&all, "a@east") && converges(&all, "c@west"));
    let some = gossip(members, "a b c");
    assert!(converges(&some, "a@east") && !converges(&some, "c@west"));
}

/// CNV-7, DC-14 (case G23): the first members of a data centre wait for everybody, also for themselves.
#[test]
fn the_first_member_of_a_data_center_waits_for_all_data_centers() {
    let state = gossip("a@east:up b@east:up e@west:joining", "a e");
    assert!(!converges(&state, "a@east") && !converges(&state, "e@west"));
    assert!(converges(&state.with_seen(&node("b")), "e@west"));
    let two = gossip("a@east:up b@east:up e@west:joining f@west:joining", "a b f");
    assert!(!converges(&two, "f@west"));
    assert!(converges(&two.with_seen(&node("e")), "f@west"));
}

/// CNV-7, DC-15 (case G24): so does a cluster that has only Joining members; those on their way out are never waited for.
#[test]
fn while_nobody_is_up_the_joining_members_must_have_seen_the_state() {
    let state = gossip("a:joining b:weakly-up c:exiting d:down", "a");
    assert_eq!(asked(&state, "a", |view| member_names(view.not_seen_by(&[]))), "b");
    assert!(converges(&state.with_seen(&node("b")), "a"));
}

/// CNV-9, DC-13, DC-16 (cases G25 and G26): what happens in or towards other data centres holds nobody up.
#[test]
fn observations_across_data_centers_hold_nobody_up() {
    let members = "a@east:up b@east:up c@west:up d@west:up";
    let inside = gossip_with(members, "a b c d", "c>d", "");
    assert!(converges(&inside, "a@east") && !converges(&inside, "c@west"));
    let across = gossip_with(members, "a b c d", "a>d d>a", "");
    assert!(converges(&across, "a@east") && converges(&across, "c@west"));
}

/// REP-70: with `exiting_observers` who exits is no longer asked about others, as who is Down.
#[test]
fn with_the_repair_an_exiting_observer_holds_nobody_up() {
    let repairs = Repairs { exiting_observers: true, ..EXACT };
    let exiting = gossip_with("a:up b:exiting c:up", "a c", "b>c", "");
    assert!(!converges(&exiting, "a"));
    assert!(converges_without(&exiting, "a", "", &repairs));
    let leaving = gossip_with("a:up b:leaving c:up", "a b c", "b>c", "");
    assert!(!converges_without(&leaving, "a", "", &repairs));
    let reachable = |repairs| {
        LocalView::new(&exiting, &node("a"), "default", repairs).is_reachable_by_live_observers(&node("c"))
    };
    assert_eq!((reachable(&EXACT), reachable(&repairs)), (false, true));
}

/// CNV-6, CNV-9: the reasons are told in order.
#[test]
fn what_stands_against_convergence_is_told_by_name() {
    let state = gossip_with("a:up b:up c:up d:up e:down", "a", "d>b d>bb d>c e>a", "");
    let view = |confirmed: &str| {
        let confirmed = nodes(confirmed);
        asked(&state, "a", |view| {
            (member_names(view.not_seen_by(&confirmed)), names(view.blocked_by(&confirmed)))
        })
    };
    assert_eq!(view(""), ("b c d".into(), "b bb c".into()));
    assert_eq!(view("b d"), ("c".into(), "bb c".into()));
}

/// LDR-7: only observers of the own data centre that are not Down count.
#[test]
fn a_newcomer_is_reachable_if_no_live_observer_denies_it() {
    let state = gossip_with("a@east:up b@east:down c@west:up e@east:joining", "", "b>e c>e", "");
    let reachable = |observed: &str| {
        let state = state.with_reachability(crate::testing::observations(observed));
        asked(&state, "a@east", |view| view.is_reachable_by_live_observers(&node("e")))
    };
    assert!(reachable("b>e c>e"));
    assert!(!reachable("b>e c>e a>e"));
    assert!(!reachable("a>e:terminated"));
}

/// LDR-11: the leader removes by the word of Down observers too. REP-60, REP-61: with `live_observers` not, until one that counts says
/// so as well.
#[test]
fn a_removal_needs_a_report_that_counts() {
    let state = gossip_with("a@east:up b@east:down c@west:up x@east:down", "", "b>x c>x c>a", "");
    let with = |repairs: &Repairs, name: &str| {
        LocalView::new(&state, &node("a"), "east", repairs).is_unreachable_for_removal(&node(name))
    };
    let repairs = Repairs { live_observers: true, ..EXACT };
    assert_eq!((with(&EXACT, "x"), with(&repairs, "x")), (true, false));
    assert_eq!((with(&EXACT, "a"), with(&repairs, "a")), (false, false));
    let told = gossip_with("a@east:up b@east:down c@west:up x@east:down", "", "b>x c>x c>a a>x", "");
    assert!(LocalView::new(&told, &node("a"), "east", &repairs).is_unreachable_for_removal(&node("x")));
    // LDR-39: which a node that is Down itself asks, stays as it is (REP-60).
    let me = node("a");
    let view = LocalView::new(&state, &me, "east", &repairs);
    assert!(
        view.is_unreachable_in_data_center(&node("x")) && !view.is_unreachable_in_data_center(&node("a"))
    );
}

/// LDR-13, DC-25
#[test]
fn members_of_other_data_centers_that_go_are_told_whether_reachable_or_not() {
    let state = gossip("a@east:up b@east:down c@west:exiting d@north:down e@west:leaving f@west:up", "");
    assert_eq!(asked(&state, "a@east", |view| member_names(view.leaving_elsewhere())), "c d");
    let one = gossip("a:up b:down c:exiting", "");
    assert_eq!(asked(&one, "a", |view| member_names(view.leaving_elsewhere())), "");
    assert_eq!(asked(&one, "a@elsewhere", |view| member_names(view.leaving_elsewhere())), "");
}

/// LDR-15, LDR-17: in member order, of the own data centre only.
#[test]
fn members_of_a_status_are_those_of_the_own_data_center() {
    let state = gossip("c@east:joining a@east:joining b@west:joining d@east:up", "");
    assert_eq!(asked(&state, "d@east", |view| member_names(view.own_data_center_with(Joining))), "a c");
}

/// RCH-63: the word of Down observers counts, self is left out, a stranger is named in order.
#[test]
fn the_unreachable_members_of_the_own_data_center_leave_self_out() {
    let members = "a@east:up b@east:down c@west:up d@east:up";
    let state = gossip_with(members, "", "b>a b>d b>c b>bb:terminated c>b", "");
    assert_eq!(asked(&state, "a@east", |view| names(view.unreachable_inside())), "bb d");
    assert_eq!(asked(&state, "d@east", |view| names(view.unreachable_inside())), "a bb");
    assert_eq!(asked(&gossip("a:up", ""), "a", |view| names(view.unreachable_inside())), "");
}

/// CNV-23, DC-7: with one data centre nobody asks whether it is the own one.
#[test]
fn the_members_of_the_data_center_are_all_when_there_is_only_one() {
    let several = gossip("a@east:up b@west:up c@east:down", "");
    assert_eq!(asked(&several, "a@east", |view| member_names(view.data_center_members())), "a c");
    assert_eq!(asked(&several, "a@north", |view| member_names(view.data_center_members())), "");
    let one = gossip("a@east:up c@east:down", "");
    assert_eq!(asked(&one, "a@north", |view| member_names(view.data_center_members())), "a c");
}

/// CNV-24, DC-8
#[test]
fn self_and_members_of_its_data_center_are_in_the_same_one() {
    let state = gossip("a@east:up b@west:up c@east:down", "");
    let same = |name: &str| asked(&state, "z@east", |view| view.is_in_same_data_center(&node(name)));
    assert_eq!(["a", "b", "c", "y", "z"].map(same), [true, false, true, false, true]);
}

/// CNV-25, MDL-32 (case G20).
#[test]
fn the_youngest_member_has_the_highest_up_number_and_none_counts_as_zero() {
    let youngest =
        |members: &str| asked(&gossip(members, ""), "a", |view| view.youngest().map(|m| member_names([m])));
    assert_eq!(youngest("a:joining b:up:3 e:joining").as_deref(), Some("b"));
    assert_eq!(youngest("a:joining b:up:3 e:up:4").as_deref(), Some("e"));
    assert_eq!(youngest("a:up:3 b:exiting:9 c:down:9").as_deref(), Some("b"));
    assert_eq!(youngest("a:joining b:joining").as_deref(), Some("a"));
    assert_eq!(youngest(""), None);
}

/// LDR-16, DC-21: per data centre.
#[test]
fn the_next_up_number_follows_that_of_the_youngest() {
    let next = |members: &str| asked(&gossip(members, ""), "a@east", |view| view.next_up_number());
    assert_eq!(next("a@east:joining b@east:joining"), 1);
    assert_eq!(next("a@east:up:3 b@east:down:5"), 6);
    assert_eq!(next("a@east:joining b@west:up:5"), 1);
    assert_eq!(next("a@east:up:2147483646"), 2_147_483_647);
}

/// MDL-25: who is no member counts as removed.
#[test]
fn the_own_status_of_a_stranger_is_removed() {
    let state = gossip("a:up b:down", "");
    let own = |name: &str| asked(&state, name, |view| (view.own().is_some(), view.own_status()));
    assert_eq!([own("a"), own("b"), own("a#2")], [(true, Up), (true, Down), (false, MemberStatus::Removed)]);
}

/// CNV-6: the same holds of tables that take more than one word.
#[test]
fn a_large_cluster_converges_as_a_small_one_does() {
    let members: Vec<String> = (100..230).map(|i| alloc::format!("n{i}:up")).collect();
    let seen: Vec<String> = (100..230).map(|i| alloc::format!("n{i}")).collect();
    let all = gossip(&members.join(" "), &seen.join(" "));
    assert!(converges(&all, "n100"));
    assert!(!converges(
        &all.mark_down(all.member(&node("n229")).unwrap())
            .unwrap()
            .update(&crate::testing::members("n229:up")),
        "n100"
    ));
    let blocked = all.with_reachability(crate::testing::observations("n100>n200"));
    assert_eq!(asked(&blocked, "n100", |view| names(view.blocked_by(&[]))), "n200");
}
