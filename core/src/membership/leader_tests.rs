//! Who leads.

use alloc::string::String;

use crate::membership::{Gossip, LocalView};
use crate::repairs::Repairs;
use crate::testing::{gossip, gossip_with, member_names, node};

const EXACT: Repairs = Repairs::none();

/// The leader that `me` sees; `me` may name a data centre, as in `c@west`.
fn leader_with(gossip: &Gossip, me: &str, repairs: &Repairs) -> String {
    let (name, data_center) = me.split_once('@').unwrap_or((me, "default"));
    let me = node(name);
    let view = LocalView::new(gossip, &me, data_center, repairs);
    assert_eq!(view.is_leader(), view.leader().is_some_and(|leader| *leader.unique_address() == me));
    member_names(view.leader())
}

fn leader(gossip: &Gossip, me: &str) -> String {
    leader_with(gossip, me, &EXACT)
}

/// CNV-15, MDL-31 (case G15).
#[test]
fn the_first_member_that_is_up_leads() {
    for (members, expected) in [
        ("c:up e:up", "c"),
        ("c:exiting e:up", "e"),
        ("c:exiting", "c"),
        ("a:joining b:weakly-up c:up", "c"),
        ("a:joining b:weakly-up c:exiting", "b"),
        ("a:exiting b:joining c:down", "b"),
        ("a:down b:exiting", "b"),
        ("", ""),
    ] {
        assert_eq!(leader(&gossip(members, ""), "a"), expected, "{members}");
    }
}

/// CNV-15, CNV-20, MDL-17.
#[test]
fn leaving_and_shutting_down_members_lead_as_those_that_are_up() {
    for status in ["leaving", "preparing-for-shutdown", "ready-for-shutdown"] {
        assert_eq!(leader(&gossip(&(String::from("a:") + status + " b:up"), ""), "b"), "a", "{status}");
    }
    assert_eq!(leader(&gossip("a:weakly-up b:ready-for-shutdown", ""), "a"), "b");
    let unreachable = gossip_with("a:weakly-up b:up c:joining", "", "c>b", "");
    assert_eq!(leader(&unreachable, "a"), "a");
}

/// CNV-15, LDR-43 (case G17).
#[test]
fn who_is_down_never_leads() {
    assert_eq!(leader(&gossip("e:down", ""), "e"), "");
    assert_eq!(leader(&gossip("a@east:down b@east:up", ""), "b@east"), "b");
}

/// CNV-15, CNV-17 (case G16): each side of a cut has a leader.
#[test]
fn an_unreachable_member_leads_only_in_its_own_eyes() {
    for observed in ["e>c", "e>c:terminated"] {
        let state = gossip_with("c:up e:up", "", observed, "");
        assert_eq!((leader(&state, "e"), leader(&state, "c")), ("e".into(), "c".into()), "{observed}");
    }
}

/// CNV-17: but self must be a member of its data centre to lead.
#[test]
fn a_stranger_does_not_lead() {
    let state = gossip("b:up", "");
    assert_eq!((leader(&state, "a"), leader(&state, "b@west")), ("b".into(), String::new()));
}

/// CNV-18
#[test]
fn the_word_of_a_downed_observer_denies_leadership() {
    let state = gossip_with("a:up b:up c:down", "a b", "c>a", "");
    assert_eq!((leader(&state, "b"), leader(&state, "a")), ("b".into(), "a".into()));
    for me in ["a", "b"] {
        assert!(
            LocalView::new(&state, &node(me), "default", &EXACT).has_convergence(&[]),
            "two leaders, both converged"
        );
    }
}

/// REP-60: with `live_observers` leadership reads what convergence reads, so those who converge name one leader.
#[test]
fn with_the_repair_the_word_of_a_downed_observer_does_not_count() {
    let repairs = Repairs { live_observers: true, ..EXACT };
    let state = gossip_with("a:up b:up c:down", "a b", "c>a", "");
    assert_eq!(
        (leader_with(&state, "b", &repairs), leader_with(&state, "a", &repairs)),
        ("a".into(), "a".into())
    );
    let live = gossip_with("a:up b:up c:up", "a b", "c>a", "");
    assert_eq!(leader_with(&live, "b", &repairs), "b");
}

/// REP-60, REP-70: together the two repairs leave out observers that are Exiting.
#[test]
fn with_both_repairs_the_word_of_an_exiting_observer_does_not_count() {
    let live = Repairs { live_observers: true, ..EXACT };
    let both = Repairs { exiting_observers: true, ..live };
    let state = gossip_with("a:up b:up c:exiting", "", "c>a", "");
    assert_eq!((leader_with(&state, "b", &live), leader_with(&state, "b", &both)), ("b".into(), "a".into()));
}

/// CNV-19
#[test]
fn a_record_that_says_reachable_excludes_nobody() {
    let state = gossip_with("a:up b:up c:up", "", "b>a b>c b>a:reachable", "");
    assert_eq!(state.reachability().rows()[0].records().len(), 2);
    assert_eq!(leader(&state, "b"), "a");
}

/// CNV-15, DC-9, DC-10 (cases G18, G21, G25, G28, G29): each data centre has its own leader, by its own observers.
#[test]
fn each_data_center_has_its_own_leader() {
    let members = "a@east:up b@east:up c@west:up d@west:up";
    let leaders = |observed: &str| {
        let state = gossip_with(members, "", observed, "");
        ["a@east", "b@east", "c@west", "d@west"].map(|me| leader(&state, me)).join(" ")
    };
    assert_eq!(leaders(""), "a a c c");
    assert_eq!(leaders("a>d d>a"), "a a c c");
    assert_eq!(leaders("d>a c>b a>c b>c"), "a a c c");
    assert_eq!(leaders("c>d"), "a a c c");
    assert_eq!(leaders("d>c b>a"), "a b c d");
}

/// CNV-16, MDL-24, DC-11
#[test]
fn a_role_leader_is_the_leader_among_the_members_with_that_role() {
    let state = gossip_with(
        "a:up::aa,ab b:up::ab,bb c:up d:leaving::dd,de e:joining::ee,de f@west:up::ff",
        "",
        "c>a",
        "",
    );
    let of_role = |me: &str, role: &str| {
        let me = node(me);
        member_names(LocalView::new(&state, &me, "default", &EXACT).role_leader(role))
    };
    for (role, expected) in [
        ("aa", ""),
        ("ab", "b"),
        ("bb", "b"),
        ("dd", "d"),
        ("de", "d"),
        ("ee", "e"),
        ("dc-default", "b"),
        ("ff", ""),
        ("a", ""),
    ] {
        assert_eq!(of_role("b", role), expected, "{role}");
    }
    assert_eq!((of_role("a", "aa").as_str(), of_role("a", "dc-default").as_str()), ("a", "a"));
}

/// CNV-15, LDR-33: the leader of some of the members.
#[test]
fn the_leader_of_a_part_of_the_members_leaves_the_others_out() {
    let state = gossip("a:up b:up c:up", "");
    let me = node("a");
    let view = LocalView::new(&state, &me, "default", &EXACT);
    let first = view.leader_of(|member| *member.unique_address() != me);
    assert_eq!(member_names(first), "b");
    assert_eq!(
        member_names(view.leader_of(|member| *member.unique_address() != me && Some(member) != first)),
        "c"
    );
    assert_eq!(member_names(view.leader_of(|_| false)), "");
}

/// CNV-21, CNV-22: leading needs no convergence.
#[test]
fn a_leader_leads_before_anybody_has_seen_the_state() {
    let state = gossip("a:up b:up", "");
    let me = node("a");
    let view = LocalView::new(&state, &me, "default", &EXACT);
    assert!(view.is_leader() && !view.has_convergence(&[]));
}
