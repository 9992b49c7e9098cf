use super::*;
use crate::failure::DetectorRule;
use crate::failure::registry::Registry;
use crate::membership::{Address, AppVersion, Roles};
use crate::testing::node;
use MemberStatus::{Down, Exiting, Joining, Leaving, Up, WeaklyUp};
use alloc::format;
use alloc::string::{String, ToString};

/// A member of the data centre that its first letter names.
fn member(name: &str, up_number: i32, status: MemberStatus) -> Member {
    let roles = Roles::new([format!("dc-{}", &name[..1]).into()]).unwrap();
    Member::with_parts(node(name), roles, AppVersion::default(), up_number, status)
}

fn asking(me: &str, k: usize) -> ReceiversAcross {
    ReceiversAcross::new(node(me), me[..1].into(), k)
}

fn detectors() -> Registry {
    Registry::new(Arc::new(DetectorRule::External))
}

fn text(receivers: &ReceiversAcross) -> String {
    let names: Vec<_> = receivers.receivers().map(|node| node.address.host().to_string()).collect();
    names.join(" ")
}

/// Two data centres of three and two members.
fn three_and_two(me: &str) -> ReceiversAcross {
    let mut receivers = asking(me, 2);
    let members = [
        member("a1", 1, Up),
        member("a2", 2, Up),
        member("a3", 3, Up),
        member("b1", 1, Up),
        member("b2", 2, Up),
    ];
    receivers.init(members.iter());
    receivers
}

/// XDC-3 to XDC-5, XDC-10 to XDC-12, DC-47, DC-49, DC-52, DC-53
#[test]
fn the_oldest_of_each_data_centre_ask_the_oldest_of_the_others() {
    for (me, responsible, receivers) in
        [("a1", true, "b1 b2"), ("a2", true, "b1 b2"), ("a3", false, "b1 b2"), ("b2", true, "a1 a2")]
    {
        let asking = three_and_two(me);
        assert_eq!((asking.is_responsible(), text(&asking).as_str()), (responsible, receivers), "{me}");
    }
}

/// XDC-12, DC-52: nobody is responsible while there is one data centre.
#[test]
fn with_one_data_centre_there_is_nobody_to_ask() {
    let mut receivers = asking("a1", 5);
    receivers.init([member("a1", 1, Up), member("a2", 2, Up)].iter());
    assert!(receivers.is_among_oldest());
    assert!(!receivers.is_responsible());
    assert_eq!(text(&receivers), "");
}

/// XDC-2, XDC-7, DC-48, DC-50: who was never Up does not count, neither to ask nor to be asked; who is on its way out does.
#[test]
fn arriving_members_do_not_count_and_departing_ones_do() {
    let mut receivers = asking("a1", 2);
    let mut registry = detectors();
    receivers.init([member("a1", 1, Up), member("b1", i32::MAX, Joining)].iter());
    assert_eq!(receivers.known().count(), 1);
    receivers.member_event(&member("b1", i32::MAX, WeaklyUp), true, &mut registry);
    assert_eq!(text(&receivers), "");
    receivers.member_event(&member("b1", 4, Up), true, &mut registry);
    assert_eq!((text(&receivers).as_str(), receivers.is_responsible()), ("b1", true));
    for status in [Leaving, Exiting, Down] {
        receivers.member_event(&member("b1", 4, status), true, &mut registry);
        assert_eq!(text(&receivers), "b1");
    }
}

/// XDC-6, XDC-8, XDC-14, DC-51: when the oldest leaves, the next oldest takes its place; a data centre without members stays
/// known.
#[test]
fn when_the_oldest_leaves_the_next_takes_its_place() {
    let mut registry = detectors();
    let mut third = three_and_two("a3");
    third.remove(&member("a1", 1, Exiting), &mut registry);
    assert!(third.is_responsible());
    let mut asking = three_and_two("b1");
    asking.remove(&member("a1", 1, Exiting), &mut registry);
    assert_eq!(text(&asking), "a2 a3");
    for (name, up) in [("a2", 2), ("a3", 3)] {
        asking.remove(&member(name, up, Exiting), &mut registry);
    }
    assert_eq!((text(&asking).as_str(), asking.is_responsible()), ("", true));
}

/// XDC-4: equal ages are ordered by address; no up-number is the highest.
#[test]
fn age_is_the_up_number_then_the_address() {
    let mut receivers = asking("a1", 9);
    let members = [
        member("b3", 1, Up),
        member("b2", 1, Up),
        member("b1", i32::MAX, Down),
        member("b4", 7, Leaving),
        member("a1", 1, Up),
    ];
    receivers.init(members.iter());
    assert_eq!(text(&receivers), "b2 b3 b4 b1");
}

/// XDC-8, XDC-18, DC-51, DC-57
#[test]
fn who_answers_is_watched_until_it_is_removed() {
    let mut registry = detectors();
    let mut asking = three_and_two("a1");
    let heard = |name: &str| Address::new(name, 1).unwrap();
    assert!(asking.replied(&node("b1"), &mut registry, Instant::ZERO).is_some());
    assert!(asking.replied(&node("b1#2"), &mut registry, Instant::ZERO).is_none(), "another incarnation");
    assert!(asking.replied(&node("a2"), &mut registry, Instant::ZERO).is_none(), "of the own data centre");
    assert!(registry.is_monitoring(&heard("b1")) && !registry.is_monitoring(&heard("a2")));
    asking.remove(&member("b1", 1, Exiting), &mut registry);
    assert!(!registry.is_monitoring(&heard("b1")));
}

/// DC-62, XDC-21: an older one that arrives late pushes another out, which is forgotten; with Pekko the newcomer is.
#[test]
fn who_is_pushed_out_by_an_older_one_is_forgotten() {
    for forgets_former in [true, false] {
        let mut registry = detectors();
        let mut asking = three_and_two("a1");
        asking.replied(&node("b2"), &mut registry, Instant::ZERO);
        Detectors::heartbeat(&mut registry, &node("b0").address, Instant::ZERO);
        asking.member_event(&member("b0", 1, Up), forgets_former, &mut registry);
        assert_eq!(text(&asking), "b0 b1");
        assert_eq!(registry.is_monitoring(&node("b2").address), !forgets_former);
        assert_eq!(registry.is_monitoring(&node("b0").address), forgets_former);
    }
}

/// XDC-20, XDC-22, DC-53: own members are never asked; whoever is unreachable is asked all the same, for nothing is known of that
/// here.
#[test]
fn nobody_of_the_own_data_centre_is_asked() {
    for me in ["a1", "b1"] {
        let asking = three_and_two(me);
        assert!(asking.receivers().all(|node| !node.address.host().starts_with(&me[..1])));
    }
}
