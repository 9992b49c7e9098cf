use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use proptest::prelude::{Strategy as Generator, any, prop, prop_assert, prop_assert_eq, proptest};

use super::super::events::ViewChange;
use super::super::fixtures::*;
use super::*;
use crate::membership::ClusterEvent;
use crate::membership::diff::{Observer, diff};
use crate::membership::{Gossip, Members, Tombstones, VectorClock};
use crate::repairs::Repairs;
use crate::testing::proptest_config;

fn empty() -> ResolverView {
    ResolverView::new(node("a"), home(), &keep_majority())
}

fn heard(events: &[ClusterEvent]) -> ResolverView {
    let mut view = empty();
    events.iter().for_each(|event| {
        view.apply(event);
    });
    view
}

fn stored(view: &ResolverView) -> String {
    view.members().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn kept(view: &ResolverView) -> String {
    view.records().map(|(observer, subject)| names([observer, subject])).collect::<Vec<_>>().join(", ")
}

fn gossip(members_text: &str, records_text: &str) -> Arc<Gossip> {
    let members = Members::try_from(members(members_text)).unwrap();
    let (tombstones, clock) = (Tombstones::new(), VectorClock::new());
    let records = observations(records_text);
    Arc::new(Gossip::from_parts(members, records, &nodes("a"), tombstones, clock).unwrap())
}

/// What `a` hears when its gossip goes through these states, from nothing on.
fn follow(view: &mut ResolverView, states: &[Arc<Gossip>]) {
    let (me, repairs) = (node("a"), Repairs::none());
    let mut old = Arc::new(Gossip::new());
    for new in states {
        let observer = Observer { me: &me, data_center: "default", repairs: &repairs };
        diff(&old, new, observer).events.iter().for_each(|event| {
            view.apply(event);
        });
        old = new.clone();
    }
}

/// SBR-13, SBR-22: members come before the table of observations, so that its records are kept.
#[test]
fn one_batch_from_the_empty_state_gives_the_whole_view() {
    let mut view = empty();
    follow(&mut view, &[gossip("a b cj", "a>c b>c")]);
    assert_eq!(stored(&view), "a:1#1 up #1, b:1#1 up #2, c:1#1 joining");
    assert_eq!(names(view.unreachable()), "c");
    assert_eq!(kept(&view), "a c, b c");
    assert_eq!(view.seen_by(), &seen_by("a"));
}

/// SBR-14: what each event does to the stored member and to the clocks.
#[test]
fn each_event_stores_the_member_and_moves_the_clocks_that_the_table_says() {
    use ViewChange::{MemberGone, MemberMoved, Quiet, ReachabilityMoved, SelfGone};
    let rows = [
        (event("bj"), "b:1#1 joining", "c", Quiet),
        (event("bw"), "b:1#1 weakly-up", "c", Quiet),
        (event("b@7"), "b:1#1 up #7", "c", MemberMoved),
        (event("bl"), "b:1#1 leaving #2", "c", Quiet),
        (event("be"), "b:1#1 exiting #2", "c", MemberMoved),
        (event("bd"), "b:1#1 down #2", "b c", ReachabilityMoved),
        (unreachable("bl"), "b:1#1 leaving #2", "b c", ReachabilityMoved),
        (reachable("bl"), "b:1#1 leaving #2", "c", ReachabilityMoved),
        (reachable("cl"), "b:1#1 up #2", "", ReachabilityMoved),
        (removed("b"), "", "c", MemberGone),
        (removed("c"), "b:1#1 up #2", "", MemberGone),
        (removed("a"), "b:1#1 up #2", "c", SelfGone),
        (seen("a b"), "b:1#1 up #2", "c", Quiet),
        (records("a>b"), "b:1#1 up #2", "c", Quiet),
        (leader("a"), "b:1#1 up #2", "c", Quiet),
        (ClusterEvent::UnreachableDataCenter("north".into()), "b:1#1 up #2", "c", Quiet),
        (ClusterEvent::ReachableDataCenter("north".into()), "b:1#1 up #2", "c", Quiet),
    ];
    for (next, expected, expected_unreachable, change) in rows {
        let mut view = heard(&[event("b"), unreachable("c")]);
        assert_eq!(view.apply(&next), change, "{next:?}");
        let b = view.members().iter().find(|member| *member.unique_address() == node("b"));
        assert_eq!(b.map(ToString::to_string).unwrap_or_default(), expected, "{next:?}");
        assert_eq!(names(view.unreachable()), expected_unreachable, "{next:?}");
    }
}

/// SBR-14, SBR-85: whatever is heard of members of another data centre, nothing is stored and no clock moves.
#[test]
fn members_of_other_data_centers_leave_no_trace() {
    let other = ["bj", "bw", "b", "bl", "be", "bd"].map(|text| event(&[text, ":north"].concat()));
    let more = [unreachable("b:north"), reachable("b:north"), removed("b:north"), removed("a:north")];
    let before = heard(&[event("a"), event("c"), unreachable("c")]);
    for event in other.iter().chain(&more) {
        let mut view = before.clone();
        assert_eq!(view.apply(event), ViewChange::Quiet, "{event:?}");
        assert_eq!(view, before, "{event:?}");
    }
}

/// SBR-85, DC-69: an unreachable data centre is remembered for people only.
#[test]
fn unreachable_data_centers_are_listed_and_change_nothing_else() {
    let mut view = heard(&[event("a")]);
    for name in ["north", "east", "north"] {
        view.apply(&ClusterEvent::UnreachableDataCenter(name.into()));
    }
    assert_eq!(view.unreachable_data_centers(), ["east".into(), "north".into()]);
    assert_eq!(view.unreachable(), []);
    view.apply(&ClusterEvent::ReachableDataCenter("east".into()));
    assert_eq!(view.unreachable_data_centers(), ["north".into()]);
}

/// SBR-15
#[test]
fn a_downed_member_counts_as_unreachable_until_it_is_said_to_be_reachable() {
    let mut view = heard(&[event("a"), event("b"), event("bd")]);
    assert_eq!(names(view.unreachable()), "b");
    view.apply(&reachable("bd"));
    assert_eq!(view.unreachable(), []);
}

/// SBR-16, SBR-17: self keeps its status and is never unreachable, but may stand in records.
#[test]
fn self_is_never_unreachable_and_never_down_to_itself() {
    let mut view = heard(&[event("a"), event("b")]);
    for event in [event("ad"), unreachable("a"), reachable("al")] {
        assert_eq!(view.apply(&event), ViewChange::Quiet, "{event:?}");
    }
    view.mark_unreachable(&node("a"));
    assert_eq!(stored(&view), "a:1#1 up #1, b:1#1 up #2");
    assert_eq!(view.unreachable(), []);
    view.apply(&records("a>b b>a"));
    assert_eq!(kept(&view), "a b, b a");
}

/// SBR-18, SHUT-51
#[test]
fn a_full_shutdown_changes_no_stored_status() {
    let view = heard(&[event("b"), event("bp"), event("br"), event("cj"), event("cp"), event("dp")]);
    assert_eq!(stored(&view), "b:1#1 up #2, c:1#1 joining");
    let told = heard(&[event("dp"), unreachable("dp")]);
    assert_eq!(stored(&told), "d:1#1 preparing-for-shutdown #4");
}

/// SBR-20: one observer of the own data centre is enough, and all of them must take it back.
#[test]
fn a_node_is_unreachable_as_long_as_somebody_of_the_data_center_says_so() {
    let after = |states: &[&str]| {
        let mut view = empty();
        let states: Vec<_> = states.iter().map(|records| gossip("a b c:north d", records)).collect();
        follow(&mut view, &states);
        names(view.unreachable())
    };
    assert_eq!(after(&["", "a>d"]), "d");
    assert_eq!(after(&["", "a>d b>d", "b>d"]), "d");
    assert_eq!(after(&["", "a>d b>d", ""]), "");
    assert_eq!(after(&["", "c>d"]), "");
}

/// SBR-21: nobody says that a terminated node is reachable again, so it stays unreachable here.
#[test]
fn a_terminated_node_stays_unreachable_when_its_observer_is_gone() {
    let states = [gossip("a b c", ""), gossip("a b c", "b>>c"), gossip("a c", "")];
    let mut view = empty();
    follow(&mut view, &states);
    assert_eq!(names(view.unreachable()), "c");
    assert_eq!(kept(&view), "");
}

/// SBR-30
#[test]
fn of_two_incarnations_of_one_age_keep_oldest_stores_the_first() {
    let put = |strategy: &Strategy, texts: &[&str]| {
        let mut view = ResolverView::new(node("a"), home(), strategy);
        texts.iter().for_each(|text| {
            view.put(&member(text));
        });
        names(view.members().iter().map(Member::unique_address))
    };
    assert_eq!(put(&keep_oldest(true), &["b#2@5", "b@5"]), "b#2");
    assert_eq!(put(&keep_oldest(true), &["b@5", "b#2@5", "b#3@6"]), "b b#3");
    assert_eq!(put(&keep_majority(), &["b#2@5", "b@5"]), "b b#2");
    // The second one takes the age of the first, and is left out.
    assert_eq!(put(&keep_oldest(true), &["b@5", "b#2@6", "b#2@5"]), "b");
}

/// SBR-30: it counts as unreachable all the same.
#[test]
fn a_member_that_was_not_stored_can_be_unreachable() {
    let mut view = ResolverView::new(node("a"), home(), &keep_oldest(true));
    view.apply(&event("b@5"));
    view.apply(&unreachable("b#2@5"));
    assert_eq!(names(view.members().iter().map(Member::unique_address)), "b");
    assert_eq!(names(view.unreachable()), "b#2");
    assert!(view.is_all_unreachable_downed());
}

/// SBR-31
#[test]
fn records_are_kept_whose_both_ends_are_stored_when_the_table_is_heard_of() {
    let mut view = heard(&[event("a"), event("be"), event("c"), records("a>b a>>c b>c d>c a>d")]);
    assert_eq!(kept(&view), "a b, a c, b c");
    view.apply(&event("d"));
    view.apply(&removed("c"));
    assert_eq!(kept(&view), "a b, a c, b c");
    view.apply(&records("a>b a>>c b>c d>c a>d"));
    assert_eq!(kept(&view), "a b, a d");
}

/// SBR-31: a record that says "reachable" beside another one is none.
#[test]
fn records_that_say_reachable_are_dropped() {
    let mut view = heard(&[event("a"), event("b"), event("c")]);
    let table = observations("a>b a>c").reachable(&node("a"), &node("b"));
    view.set_observations(table);
    assert_eq!(kept(&view), "a c");
}

/// SBR-32
#[test]
fn who_has_seen_the_gossip_is_replaced_each_time() {
    let view = heard(&[seen("a b c"), seen("a d")]);
    assert_eq!(view.seen_by(), &seen_by("a d"));
}

/// SBR-4
#[test]
fn a_member_is_replaced_by_its_unique_address_whatever_its_status_and_age() {
    let mut view = heard(&[event("bj"), event("b@9"), event("bl@9"), event("bj#2")]);
    assert_eq!(stored(&view), "b:1#1 leaving #9, b:1#2 joining");
    view.apply(&removed("b@1"));
    assert_eq!(stored(&view), "b:1#2 joining");
}

#[test]
fn a_view_can_be_saved_and_read_back() {
    let before = heard(&[event("a"), event("b"), unreachable("cj"), records("a>c d>c"), seen("a b")]);
    let text = serde_json::to_string(&before).unwrap();
    let after: ResolverView = serde_json::from_str(&text).unwrap();
    assert_eq!(after, before);
    assert_eq!(after.fingerprint(), before.fingerprint());
}

#[test]
fn whatever_a_view_holds_moves_its_fingerprint() {
    let before = heard(&[event("a"), event("b"), unreachable("c")]);
    for event in [
        event("bl"),
        event("d"),
        removed("b"),
        reachable("c"),
        seen("a"),
        records("a>c"),
        ClusterEvent::UnreachableDataCenter("north".into()),
    ] {
        let mut after = before.clone();
        after.apply(&event);
        assert_ne!(after.fingerprint(), before.fingerprint(), "{event:?}");
        assert_ne!(after, before, "{event:?}");
    }
}

fn any_event() -> impl Generator<Value = ClusterEvent> {
    let text = (0..4usize, 0..6usize, 1..3u8).prop_map(|(letter, status, life)| {
        let (letter, status) = (["a", "b", "c", "d"][letter], ["", "j", "w", "l", "e", "d"][status]);
        [letter, status, "@3#", &life.to_string()].concat()
    });
    (text, 0..4u8).prop_map(|(text, kind)| match kind {
        0 => event(&text),
        1 => unreachable(&text),
        2 => reachable(&text),
        _ => removed(&text),
    })
}

proptest! {
    #![proptest_config(proptest_config())]

    /// SBR-29: the count that is kept is the one that a look at everything gives.
    #[test]
    fn all_unreachable_downed_is_what_a_look_at_all_members_says(
        events in prop::collection::vec(any_event(), 0..40),
        oldest in any::<bool>(),
    ) {
        let strategy = if oldest { keep_oldest(true) } else { keep_majority() };
        let mut view = ResolverView::new(node("a"), home(), &strategy);
        for event in &events {
            view.apply(event);
            let counted = |member: &&Member| Selection::COUNTED.contains(member.status());
            let mut counted = view.members().iter().filter(counted).map(Member::unique_address);
            let expected = !counted.any(|node| view.unreachable().contains(node));
            prop_assert_eq!(view.is_all_unreachable_downed(), expected);
            prop_assert!(view.members().is_sorted_by_key(|member| member.unique_address().clone()));
            prop_assert!(view.unreachable().is_sorted());
        }
    }
}

/// Who says what of whom.
fn any_change() -> impl Generator<Value = (UniqueAddress, UniqueAddress, ReachabilityStatus)> {
    use ReachabilityStatus::{Reachable, Terminated, Unreachable};
    let name = (0..6usize).prop_map(|at| node(["a", "b", "c", "d", "d#2", "e"][at]));
    let status = (0..5usize).prop_map(|at| [Reachable, Reachable, Unreachable, Unreachable, Terminated][at]);
    (name.clone(), name, status)
}

proptest! {
    #![proptest_config(proptest_config())]

    /// SBR-31: what is kept of records by place, made row by row from what was kept before, is what the records say by name.
    #[test]
    fn links_are_the_records(
        steps in prop::collection::vec((any_event(), prop::option::weighted(0.8, any_change())), 0..40),
    ) {
        let mut view = heard(&[event("a"), event("b"), event("c"), event("d")]);
        let mut table = Reachability::new();
        for (event, change) in steps {
            let is_of_table = change.is_some();
            let event = change.map_or(event, |(observer, subject, status)| {
                table = table.change(&observer, &subject, status);
                ClusterEvent::ReachabilityChanged(table.clone())
            });
            let mut anew = view.clone();
            anew.links.forget();
            view.apply(&event);
            anew.apply(&event);
            prop_assert_eq!(&view, &anew);
            let node = |place: u32| view.members()[place as usize].unique_address();
            if let Some(links) = view.links() {
                let named = links.iter().map(|&(observer, subject)| (node(observer), node(subject)));
                prop_assert!(named.eq(view.records()), "{:?}", view);
            }
            prop_assert!(view.links().is_some() || !is_of_table);
        }
    }
}

/// SBR-14, SBR-30
#[test]
fn newcomers_are_stored_as_if_each_were_settled_at_once() {
    let by_age = Strategy::KeepOldest { down_if_alone: true, role: None };
    let sequences = ["a b c", "c a b", "bj d a aj b", "c ew a d#2 d", "d d#2 c d bj b@9", "a fj b@2 c g e d"];
    for strategy in [by_age, keep_majority()] {
        for texts in sequences {
            let mut one_by_one = ResolverView::new(node("a"), home(), &strategy);
            one_by_one.apply(&event("d"));
            one_by_one.apply(&unreachable("h"));
            let mut at_once = one_by_one.clone();
            for text in texts.split(' ') {
                one_by_one.apply(&event(text));
                at_once.hear(&event(text));
            }
            at_once.settle();
            assert_eq!(at_once, one_by_one, "{texts}");
            assert_eq!(at_once.fingerprint(), one_by_one.fingerprint(), "{texts}");
        }
    }
}
