use alloc::vec;

use super::super::act::Act;
use super::super::decision::{Decision, Reason};
use super::super::fixtures::*;
use super::super::resolver::tests::{at, formed, hear, resolver_of};
use super::*;
use ResolverOutput::{Decided, Lease, LeaseDelay, Noticed};

const TWO_SECONDS: core::time::Duration = core::time::Duration::from_secs(2);

/// Of five, `a` leads and cannot reach some.
fn cut(me: &str, lost: &str) -> Resolver {
    let mut resolver = resolver_of(me, lease_majority(), 20, Some(15));
    hear(&mut resolver, at(0), &formed("a b c d e", me));
    lost.split(' ').for_each(|name| hear(&mut resolver, at(5_000), &[unreachable(name)]));
    resolver
}

fn nobody_is_member(_: &UniqueAddress) -> bool {
    false
}

fn answered(resolver: &mut Resolver, answer: LeaseAnswer, millis: u64) -> Vec<ResolverOutput> {
    resolver.lease_answered(answer, nobody_is_member, at(millis))
}

fn acts(outputs: &[ResolverOutput]) -> Vec<&Act> {
    outputs.iter().filter_map(|output| if let Decided(act) = output { Some(&**act) } else { None }).collect()
}

/// LEASE-9, LEASE-10, LEASE-11: the majority asks when its decision is due and not before; nobody goes down before the
/// answer.
#[test]
fn the_majority_asks_for_the_lease_when_its_decision_is_due() {
    let mut resolver = cut("a", "d e");
    assert_eq!(resolver.tick(at(25_000)), []);
    assert_eq!(resolver.tick(at(26_000)), [Lease(LeaseCall::Acquire)]);
    assert!(resolver.is_waiting_for_lease());
}

/// LEASE-11: the minority lets the majority ask first.
#[test]
fn the_minority_waits_before_it_asks() {
    let mut resolver = cut("d", "a b c");
    assert_eq!(resolver.lease_delay_elapsed(), None);
    assert_eq!(resolver.tick(at(26_000)), [LeaseDelay(TWO_SECONDS)]);
    assert_eq!(resolver.lease_delay_elapsed(), Some(LeaseCall::Acquire));
    assert_eq!(answered(&mut cut("d", "a b c"), LeaseAnswer::Acquired, 30_000), []);
}

/// LEASE-15
#[test]
fn with_the_lease_the_decision_is_carried_out() {
    let mut resolver = cut("a", "d e");
    let expected = resolver.would_decide().unwrap();
    resolver.tick(at(26_000));
    let outputs = answered(&mut resolver, LeaseAnswer::Acquired, 27_000);
    let decision = Decision::AcquireLeaseAndDownUnreachable { delay: core::time::Duration::ZERO };
    assert_eq!(outputs[0], Noticed(Notice::LeaseAcquired { decision }));
    assert_eq!(acts(&outputs)[0].record(), &expected);
    assert_eq!(names(&expected.down), "d e");
    assert_eq!(resolver.release(), &Release::WhenRemoved(nodes("d e")));
    assert!(!resolver.is_waiting_for_lease());
}

/// LEASE-14, LEASE-16: no answer but that it is held lets this side stay.
#[test]
fn without_the_lease_the_decision_is_reversed() {
    for answer in [LeaseAnswer::Refused, LeaseAnswer::Failed, LeaseAnswer::Released] {
        let mut resolver = cut("a", "d e");
        resolver.tick(at(26_000));
        let outputs = answered(&mut resolver, answer, 27_000);
        let record = acts(&outputs)[0].record().clone();
        assert_eq!((record.decision, &*names(&record.down)), (Decision::DownReachable, "b c a"));
        let Noticed(Notice::LeaseDenied { decision, instead, answer: told }) = outputs[0] else {
            panic!("{outputs:?}")
        };
        assert_eq!((decision.reverse(), told), (Some(instead), answer));
        assert_eq!(record.reason, Reason::LeaseDenied { instead_of: decision });
        assert_eq!(record.evaluate_again(), record);
        assert_eq!(resolver.release(), &Release::Never);
    }
}

/// LEASE-12, WCH-28: the view is frozen while the answer is awaited, and what came in is heard afterwards, in order.
#[test]
fn what_comes_in_while_the_lease_is_awaited_changes_nothing_until_the_answer() {
    let mut resolver = cut("a", "d e");
    resolver.tick(at(26_000));
    let frozen = resolver.view().clone();
    for event in [reachable("d"), reachable("e"), leader("b"), seen("a b"), seen("a"), event("f")] {
        assert_eq!(resolver.apply(&event, at(27_000)), []);
    }
    assert_eq!(resolver.quarantined_by(&node("b"), true, at(27_500)), None);
    assert_eq!(resolver.tick(at(28_000)), []);
    assert_eq!(resolver.view(), &frozen);
    let outputs = resolver.lease_answered(
        LeaseAnswer::Acquired,
        |node| *node == super::super::fixtures::node("b"),
        at(30_000),
    );
    let downs = acts(&outputs).iter().map(|act| names(act.downs())).collect::<Vec<_>>();
    assert_eq!(downs, ["d e", "a"], "the decision as it was, then the quarantine");
    assert!(outputs.contains(&Noticed(Notice::ResponsibilityChanged { responsible: false })));
    assert_eq!(names(resolver.view().unreachable()), "");
    assert_eq!(resolver.view().members().len(), 6);
    assert_eq!(resolver.view().seen_by(), &seen_by("a"));
}

/// LEASE-18 to LEASE-20: all that were downed are gone, then release-after, then every tick until it is released.
#[test]
fn the_lease_is_given_back_after_all_that_were_downed_are_gone() {
    let mut resolver = cut("a", "d e");
    resolver.tick(at(26_000));
    answered(&mut resolver, LeaseAnswer::Acquired, 26_000);
    hear(&mut resolver, at(27_000), &[event("dd"), event("ed")]);
    hear(&mut resolver, at(30_000), &[removed("d")]);
    assert_eq!(resolver.release(), &Release::WhenRemoved(nodes("e")));
    hear(&mut resolver, at(31_000), &[removed("e")]);
    assert_eq!(resolver.tick(at(71_000)), []);
    assert_eq!(resolver.lease_released(LeaseAnswer::Released, at(71_000)), None, "it is not due yet");
    for second in [72, 73] {
        assert_eq!(resolver.tick(at(second * 1_000)), [Lease(LeaseCall::Release)]);
        for answer in [LeaseAnswer::Refused, LeaseAnswer::Failed, LeaseAnswer::Acquired] {
            assert_eq!(resolver.lease_released(answer, at(second * 1_000)), None);
        }
    }
    assert_eq!(resolver.lease_released(LeaseAnswer::Released, at(73_500)), Some(Notice::LeaseReleased));
    assert_eq!(resolver.release(), &Release::Never);
    assert_eq!(resolver.tick(at(74_000)), []);
}

/// LEASE-11, LEASE-21: who holds the lease acts without asking, and does not wait for more nodes before giving it back.
#[test]
fn who_holds_the_lease_acts_at_once() {
    let mut resolver = cut("a", "e");
    resolver.tick(at(26_000));
    answered(&mut resolver, LeaseAnswer::Acquired, 26_000);
    resolver.set_lease_held(true);
    hear(&mut resolver, at(27_000), &[removed("e"), unreachable("d")]);
    let release = resolver.release().clone();
    let outputs = resolver.tick(at(48_000));
    assert!(matches!(outputs[0], Noticed(Notice::LeaseAcquired { .. })));
    assert_eq!(names(acts(&outputs)[0].downs()), "d");
    assert_eq!(resolver.release(), &release);
    // LEASE-22: that it is lost is noticed at the next decision only.
    resolver.set_lease_held(false);
    hear(&mut resolver, at(49_000), &[removed("d"), unreachable("c")]);
    assert_eq!(resolver.tick(at(66_500)), []);
    // LEASE-19: in one tick the lease is asked for and, since it is time, given back.
    let both = resolver.tick(at(70_000));
    assert_eq!(both, [Lease(LeaseCall::Acquire), Lease(LeaseCall::Release)]);
}

/// LEASE-15: a further decision adds to those who must be gone.
#[test]
fn a_second_decision_with_the_lease_waits_for_all_that_were_downed() {
    let mut resolver = cut("a", "e");
    resolver.tick(at(26_000));
    answered(&mut resolver, LeaseAnswer::Acquired, 26_000);
    hear(&mut resolver, at(27_000), &[unreachable("d")]);
    assert_eq!(resolver.tick(at(48_000)), [Lease(LeaseCall::Acquire)]);
    answered(&mut resolver, LeaseAnswer::Acquired, 48_000);
    assert_eq!(resolver.release(), &Release::WhenRemoved(nodes("d e")));
}

/// SBR-74: a node that is gone gives back nothing.
#[test]
fn a_node_that_is_removed_keeps_the_lease_until_its_time_is_up() {
    let mut resolver = cut("a", "e");
    resolver.tick(at(26_000));
    answered(&mut resolver, LeaseAnswer::Acquired, 26_000);
    assert_eq!(resolver.apply(&removed("a"), at(27_000)), vec![Notice::LeaseKept]);
    assert_eq!(resolver.tick(at(90_000)), []);
}

/// LEASE-17: the winner is one node: another one of its component that asks later takes the rest of it down.
#[test]
fn a_second_responsible_node_that_is_denied_downs_the_survivors_of_the_first() {
    let records = records("a>c c>a");
    let mut second = resolver_of("b", lease_majority(), 20, Some(15));
    hear(&mut second, at(0), &formed("a b c", "b"));
    hear(&mut second, at(5_000), &[unreachable("a"), unreachable("c"), seen("a b c"), records]);
    assert_eq!(second.tick(at(26_000)), [Lease(LeaseCall::Acquire)]);
    let outputs = answered(&mut second, LeaseAnswer::Refused, 27_000);
    assert_eq!(names(acts(&outputs)[0].downs()), "a c b");
}

/// A resolver that waits for the lease can be saved and read back.
#[test]
fn a_decision_that_waits_for_the_lease_survives_being_saved() {
    let mut resolver = cut("a", "d e");
    resolver.tick(at(26_000));
    resolver.apply(&reachable("d"), at(27_000));
    let mut read: Resolver = serde_json::from_str(&serde_json::to_string(&resolver).unwrap()).unwrap();
    assert_eq!(read, resolver);
    assert_eq!(
        answered(&mut read, LeaseAnswer::Acquired, 30_000),
        answered(&mut resolver, LeaseAnswer::Acquired, 30_000)
    );
}
