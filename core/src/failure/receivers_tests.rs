use super::*;
use crate::failure::DetectorRule;
use crate::failure::registry::Registry;
use crate::membership::Member;
use crate::testing::{node, proptest_config};
use alloc::format;
use alloc::string::{String, ToString};
use proptest::prelude::*;

const NOW: Instant = Instant::ZERO;

/// The receivers of `aa#1`, three of them while all are reachable, with detectors that say what the test says (PHI-46).
struct Asking {
    receivers: Receivers,
    puppets: Registry,
}

fn asking() -> Asking {
    Asking {
        receivers: Receivers::new(node("aa#1"), 3),
        puppets: Registry::new(Arc::new(DetectorRule::External)),
    }
}

/// `bb` is `bb#2`, and so on.
fn named(name: &str) -> UniqueAddress {
    let uid = name.as_bytes()[0] - b'a' + 1;
    node(&format!("{name}#{uid}"))
}

impl Asking {
    fn init(mut self, names: &str) -> Self {
        let nodes: Vec<_> = names.split_whitespace().map(named).collect();
        self.receivers.init(nodes.iter(), [].iter());
        self
    }

    fn add(mut self, names: &str) -> Self {
        for name in names.split_whitespace() {
            self.receivers.add(&named(name), &mut self.puppets, NOW);
        }
        self
    }

    fn remove(mut self, names: &str) -> Self {
        for name in names.split_whitespace() {
            self.receivers.remove(&named(name), &mut self.puppets, NOW);
        }
        self
    }

    fn unreachable(mut self, name: &str) -> Self {
        self.receivers.unreachable(&named(name), &mut self.puppets, NOW);
        self
    }

    fn reachable(mut self, name: &str) -> Self {
        self.receivers.reachable(&named(name), &mut self.puppets, NOW);
        self
    }

    fn replies(mut self, names: &str) -> Self {
        for name in names.split_whitespace() {
            self.receivers.replied(&named(name), &mut self.puppets, NOW);
        }
        self
    }

    fn silent(mut self, names: &str) -> Self {
        for name in names.split_whitespace() {
            self.puppets.judge(&named(name).address, false);
        }
        self
    }

    fn answering_again(mut self, name: &str) -> Self {
        self.puppets.judge(&named(name).address, true);
        self
    }

    fn active(&self) -> String {
        let mut names: Vec<_> = self.receivers.active().map(|n| n.address.host().to_string()).collect();
        names.sort();
        names.join(" ")
    }

    fn old(&self) -> String {
        let names: Vec<_> = self.receivers.old().iter().map(|n| n.address.host()).collect();
        names.join(" ")
    }

    fn is_monitored(&self, name: &str) -> bool {
        self.puppets.is_monitoring(&named(name).address)
    }
}

/// HB-10, HB-11, HB-41
#[test]
fn the_ring_begins_with_the_members_and_always_with_self() {
    assert_eq!(asking().active(), "");
    assert_eq!(asking().init("").active(), "");
    assert_eq!(asking().init("aa bb cc").active(), "bb cc");
    assert_eq!(asking().init("bb cc").active(), "bb cc");
}

/// HB-11: beginning anew leaves detectors and former receivers alone.
#[test]
fn beginning_anew_forgets_no_former_receiver() {
    let held = asking().add("cc dd ee").replies("cc dd ee").silent("ee").add("bb");
    assert_eq!(held.old(), "ee");
    let again = held.init("bb cc dd");
    assert_eq!((again.active().as_str(), again.old().as_str()), ("bb cc dd ee", "ee"));
    assert!(again.is_monitored("ee"));
}

/// HB-28, HB-31, HB-33
#[test]
fn members_come_into_the_ring_and_go() {
    assert_eq!(asking().add("bb cc").active(), "bb cc");
    assert_eq!(asking().add("bb cc").unreachable("bb").active(), "bb cc");
    assert_eq!(asking().add("bb cc").remove("bb").active(), "cc");
    assert_eq!(asking().add("aa bb bb").active(), "bb", "self is not asked, and nobody twice");
}

/// HB-32, HB-48 to HB-50, HB-53
#[test]
fn an_unreachable_receiver_is_asked_in_addition() {
    let asking = asking().add("cc dd bb ee");
    assert_eq!(asking.active(), "bb cc dd");
    let more = asking.unreachable("cc");
    assert_eq!(more.active(), "bb cc dd ee");
    assert_eq!(more.reachable("cc").active(), "bb cc dd");
}

/// HB-22, HB-23, HB-37
#[test]
fn replies_of_those_who_were_asked_feed_their_detectors() {
    let asking = asking().add("bb cc dd");
    assert!(!asking.is_monitored("bb"), "a new receiver has no detector before it answers");
    let answered = asking.replies("bb cc dd ee");
    for (name, monitored) in [("bb", true), ("cc", true), ("dd", true), ("ee", false)] {
        assert_eq!(answered.is_monitored(name), monitored, "{name}");
    }
}

/// HB-25, HB-26: another incarnation at the address does not count; the same reply twice does.
#[test]
fn a_reply_counts_for_the_incarnation_that_was_asked() {
    let mut asking = asking().add("bb");
    assert_eq!(asking.receivers.replied(&node("bb#7"), &mut asking.puppets, NOW), None);
    assert!(!asking.is_monitored("bb"));
    for _ in 0..2 {
        assert_eq!(asking.receivers.replied(&named("bb"), &mut asking.puppets, NOW), Some(None));
    }
}

/// HB-35, HB-38, HB-39
#[test]
fn who_does_not_answer_is_asked_on_when_the_ring_moves_past_it() {
    let held = asking().add("cc dd ee").replies("cc dd ee").silent("ee").add("bb");
    assert_eq!((held.active().as_str(), held.old().as_str()), ("bb cc dd ee", "ee"));
    let marked = held.unreachable("ee").reachable("ee");
    assert_eq!(marked.old(), "ee", "being reachable to others again changes nothing");
}

/// HB-35, HB-36
#[test]
fn who_answers_is_forgotten_when_the_ring_moves_past_it() {
    let moved = asking().add("cc dd ee").replies("cc dd ee").add("bb");
    assert_eq!((moved.active().as_str(), moved.is_monitored("ee")), ("bb cc dd", false));
}

/// HB-24
#[test]
fn a_former_receiver_that_answers_is_asked_no_longer() {
    let held = asking().add("cc dd ee").replies("cc dd ee").silent("dd ee").add("bb");
    assert_eq!(held.active(), "bb cc dd ee");
    let back = held.answering_again("ee").replies("bb cc dd ee");
    assert_eq!((back.active().as_str(), back.is_monitored("ee")), ("bb cc dd", false));
    assert!(back.is_monitored("dd"), "a receiver by the ring keeps its detector");
}

/// HB-24, HB-38: one that is in the ring again as well keeps its detector when it answers.
#[test]
fn a_former_receiver_that_the_ring_has_taken_back_keeps_its_detector() {
    let both = asking().add("cc dd ee").replies("cc dd ee").silent("ee").add("bb").remove("bb");
    assert_eq!((both.active().as_str(), both.old().as_str()), ("cc dd ee", "ee"));
    let answered = both.replies("ee");
    assert_eq!((answered.old().as_str(), answered.is_monitored("ee")), ("", true));
}

/// HB-33: a former receiver that is removed is forgotten, detector and all.
#[test]
fn a_former_receiver_that_is_removed_is_forgotten() {
    let held = asking().add("cc dd ee").replies("cc dd ee").silent("cc ee").add("bb").replies("bb");
    assert_eq!(held.active(), "bb cc dd ee");
    let gone = held.remove("cc ee");
    assert_eq!(gone.active(), "bb dd");
    assert!(!gone.is_monitored("cc") && !gone.is_monitored("ee"));
}

/// HB-35: the ring moves at each event, not once for all events of a change: who is dropped by one and taken back by the
/// next has lost its detector.
#[test]
fn who_is_dropped_and_taken_back_within_one_change_begins_anew() {
    // With all of bb, cc and dd unreachable, ee is asked too, and the unreachable ff is beyond the first three.
    let asking = asking().add("bb cc dd ee").replies("bb cc dd ee");
    assert!(asking.is_monitored("dd") && !asking.is_monitored("ee"));
    let wide = asking.unreachable("bb").replies("ee");
    assert_eq!(wide.active(), "bb cc dd ee");
    let narrow = wide.reachable("bb");
    assert!(!narrow.is_monitored("ee"));
    assert!(!narrow.unreachable("bb").is_monitored("ee"), "it is asked again, from the start");
}

/// HB-42, RCH-65: the ring hears events only, so whoever was called Terminated and is so no longer stays unreachable in it.
#[test]
fn the_ring_holds_a_node_unreachable_until_an_event_says_otherwise() {
    let asking = asking().add("bb cc dd ee").unreachable("bb");
    assert_eq!(asking.active(), "bb cc dd ee");
    let removed = asking.remove("bb").add("bb");
    assert_eq!(removed.active(), "bb cc dd", "it is another member now");
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Add(u8),
    Remove(u8),
    Unreachable(u8),
    Reply(u8),
    Silent(u8),
    Answering(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..6_u8, 2..26_u8).prop_map(|(kind, who)| match kind {
        0 => Step::Add(who),
        1 => Step::Remove(who),
        2 => Step::Unreachable(who),
        3 => Step::Reply(who),
        4 => Step::Silent(who),
        _ => Step::Answering(who),
    });
    proptest::collection::vec(step, 0..200)
}

proptest! {
    #![proptest_config(proptest_config())]

    /// HB-28, HB-31, HB-41, HB-45: nodes that share a place in the ring are among them.
    #[test]
    fn a_ring_that_is_followed_is_that_of_those_who_came(
        before in prop::collection::btree_set(1..24_u8, 0..20),
        came in prop::collection::btree_set(1..24_u8, 0..20),
        unreachable in prop::collection::btree_set(1..24_u8, 0..4),
    ) {
        let who = |number: u8| match number {
            20.. => UniqueAddress::new(node(&format!("n{}", number - 18)).address, 1 << 32 | i64::from(number - 18) ^ 1),
            _ => UniqueAddress::new(node(&format!("n{number}")).address, i64::from(number)),
        };
        let table = |numbers: &alloc::collections::BTreeSet<u8>| {
            let joining = |number: u8| Member::joining(who(number), Default::default(), Default::default());
            numbers.iter().fold(Members::new().with(joining(1)), |table, number| table.with(joining(*number)))
        };
        let (old, new) = (table(&before), table(&before.union(&came).copied().collect()));
        let marked: Vec<_> = unreachable.iter().copied().map(who).collect();
        let mut a = Asking { receivers: Receivers::new(who(1), 3), ..asking() };
        a.receivers.init_of(&old, "default", marked.iter());
        let (mut followed, mut added) = (a.receivers.clone(), a.receivers);
        let roster = |members| Members::data_center(members, "default").unwrap();
        if followed.follow(roster(&old), roster(&new), &mut a.puppets, NOW) {
            came.iter().for_each(|number| added.add(&who(*number), &mut a.puppets, NOW));
            prop_assert_eq!(followed, added);
        } else {
            prop_assert!(came.union(&before).any(|number| *number >= 20));
        }
    }

    /// HB-23, HB-24, HB-33, HB-35, HB-38, PHI-44: whatever happens, nobody unavailable is lost, nobody removed is asked,
    /// and whoever answers is asked by the ring or not at all.
    #[test]
    fn no_silent_node_is_lost_and_no_removed_one_asked(steps in steps()) {
        let who = |uid: u8| UniqueAddress::new(node(&format!("n{uid}")).address, i64::from(uid));
        let mut a = Asking { receivers: Receivers::new(who(1), 3), ..asking() };
        for step in steps {
            let old: Vec<_> = a.receivers.old().to_vec();
            let by_ring: Vec<_> = a.receivers.by_ring().to_vec();
            match step {
                Step::Add(uid) => {
                    a.receivers.add(&who(uid), &mut a.puppets, NOW);
                    prop_assert!(old.iter().all(|node| a.receivers.is_active(node)));
                }
                Step::Remove(uid) => {
                    let node = who(uid);
                    a.receivers.remove(&node, &mut a.puppets, NOW);
                    prop_assert!(!a.receivers.is_active(&node));
                    prop_assert!(!a.puppets.is_monitoring(&node.address));
                    prop_assert!(a.puppets.is_available(&node.address, NOW));
                    prop_assert!(old.iter().all(|other| *other == node || a.receivers.is_active(other)));
                }
                Step::Unreachable(uid) => {
                    let node = who(uid);
                    if a.receivers.is_active(&node) && !a.puppets.is_available(&node.address, NOW) {
                        a.receivers.unreachable(&node, &mut a.puppets, NOW);
                        prop_assert!(a.receivers.is_active(&node));
                    }
                }
                Step::Reply(uid) => {
                    let node = who(uid);
                    let was = (a.receivers.is_active(&node), by_ring.contains(&node));
                    let known = a.receivers.replied(&node, &mut a.puppets, NOW).is_some();
                    prop_assert_eq!(known, was.0);
                    prop_assert!(!a.receivers.old().contains(&node));
                    prop_assert!(!was.0 || a.puppets.is_monitoring(&node.address) == was.1);
                    prop_assert_eq!(a.receivers.by_ring(), &by_ring[..]);
                }
                // Only who is asked can fall silent; its verdict is taken back when it is forgotten.
                Step::Silent(uid) => {
                    if a.receivers.is_active(&who(uid)) {
                        a.puppets.judge(&who(uid).address, false);
                    }
                }
                Step::Answering(uid) => {
                    a.puppets.judge(&who(uid).address, true);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(proptest_config())]

    /// HB-31, HB-35, HB-38: also where some of those that the newcomers push out do not answer, and some on the way are unreachable.
    #[test]
    fn newcomers_at_once_change_what_they_change_one_by_one(
        held in "[b-p]{0,10}",
        silent in "[b-p]{0,4}",
        heard in "[b-p]{0,4}",
        unreachable in "[b-p]{0,4}",
        new in "[b-p]{0,10}",
    ) {
        let each = |letters: &str| letters.chars().map(|letter| format!("{letter}{letter}")).collect::<Vec<_>>();
        let mut one_by_one = asking().add(&each(&held).join(" ")).silent(&each(&silent).join(" "));
        for name in each(&heard) {
            one_by_one.puppets.heartbeat(&named(&name).address, NOW);
        }
        for name in each(&unreachable) {
            one_by_one = one_by_one.unreachable(&name);
        }
        let (mut receivers, mut puppets) = (one_by_one.receivers.clone(), one_by_one.puppets.clone());
        each(&new).iter().for_each(|name| receivers.comes(&named(name)));
        receivers.settle(&mut puppets, NOW);
        let one_by_one = one_by_one.add(&each(&new).join(" "));
        prop_assert_eq!(receivers, one_by_one.receivers);
        prop_assert_eq!(puppets, one_by_one.puppets);
    }
}
