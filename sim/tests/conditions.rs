//! SIM-5: hosts that are paused or slow, and clocks that go wrong.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{at, converged, id, picture, start_all, world_of};
use quorate::{Instant, Output, Warning};
use quorate_sim::{Action, Factor, HostId, NotApplicable, Outcome, StepKind, World};

fn formed() -> World {
    let mut world = world_of("abcde", 7);
    start_all(&mut world);
    world.run_until(at(20)).unwrap();
    world
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn slow(host: HostId, times: u32, lasts: Duration) -> Action {
    Action::Slow { host, factor: Factor::from_thousandths(times * 1000).unwrap(), lasts }
}

/// When a host ticked, up to an instant.
fn ticks_of(world: &mut World, host: HostId, until: Instant) -> Vec<Instant> {
    let mut ticks = Vec::new();
    while let Some(step) = world.step_until(until) {
        if step.host == Some(host) && matches!(step.what, StepKind::Ticked) {
            ticks.push(step.at);
        }
    }
    ticks
}

/// Who is unreachable in the view of a host.
fn unreachable(world: &World, host: HostId) -> Vec<String> {
    let view = world.host(host).node().unwrap().view();
    view.unreachable_inside().map(|node| node.address.host().to_owned()).collect()
}

/// SIM-1, SIM-5: nothing is handled during a pause, nothing is lost, and all that has arrived is heard before the first
/// tick after it.
#[test]
fn a_paused_host_first_hears_what_has_arrived_and_then_ticks() {
    let mut world = formed();
    let e = id(&world, "e");
    let (from, until) = (at(20) + millis(100), at(26) + millis(100));
    world.schedule(from, Action::Pause { host: e, lasts: until.since(from) });
    let unheard = world.counts().unheard;
    let (mut heard, mut first_tick) = (0, None);
    while let Some(step) = world.step_until(until) {
        if step.host != Some(e) {
            continue;
        }
        match step.what {
            StepKind::Arrived { .. } if step.at > from => {
                assert_eq!((step.at, first_tick), (until, None));
                heard += 1;
            }
            StepKind::Ticked if step.at > from => first_tick = first_tick.or(Some(step.at)),
            _ => {}
        }
    }
    assert!(heard > 20, "{heard}");
    assert_eq!(first_tick, Some(until));
    assert_eq!((world.counts().put_off, world.counts().unheard), (heard, unheard));
    assert!(world.host(e).is_running());
    // Others had lost sight of it.
    assert_eq!(unreachable(&world, id(&world, "a")), ["e"]);
    world.run_until(at(40)).unwrap();
    assert_eq!(picture(&world), ["a abcde", "b abcde", "c abcde", "d abcde", "e abcde"]);
    assert!(converged(&world));
}

/// SIM-5: what had arrived at a paused process is gone with it; what a cut would stop had arrived before it.
#[test]
fn a_crash_takes_what_a_paused_process_had_not_handled() {
    let mut world = formed();
    let e = id(&world, "e");
    world.schedule(at(20), Action::Pause { host: e, lasts: millis(3000) });
    world.run_until(at(22)).unwrap();
    let put_off = world.counts().put_off;
    assert!(put_off > 5);
    let mut cut_off = world.clone();
    cut_off.schedule(at(22), Action::Isolate { host: e });
    cut_off.run_until(at(23)).unwrap();
    let unheard = world.counts().unheard;
    world.schedule(at(22), Action::Restart { host: e, after: Duration::ZERO });
    world.run_until(at(22)).unwrap();
    assert!(world.host(e).is_sound(at(22)));
    let messages = world.counts().messages;
    world.run_until(at(23)).unwrap();
    assert!(world.counts().unheard >= unheard + put_off);
    assert!(world.counts().messages > messages);
    assert_eq!(cut_off.counts().unheard, unheard);
}

/// SIM-5: a command to a paused process waits; a crash does not, and then there is nobody left to obey.
#[test]
fn a_paused_host_obeys_when_it_goes_on() {
    let mut world = formed();
    let e = id(&world, "e");
    world.schedule(at(20), Action::Pause { host: e, lasts: millis(2000) });
    world.schedule(at(21), Action::Leave { host: e, at: e });
    let mut told = Vec::new();
    while let Some(step) = world.step_until(at(22)) {
        if let StepKind::Action { action: Action::Leave { .. }, outcome } = step.what {
            told.push((step.at, outcome.clone()));
        }
    }
    assert_eq!(told, [(at(21), Outcome::Deferred { until: at(22) }), (at(22), Outcome::Done)]);
    let mut crashed = formed();
    crashed.schedule(at(20), Action::Pause { host: e, lasts: millis(2000) });
    crashed.schedule(at(21), Action::Leave { host: e, at: e });
    crashed.schedule(at(21), Action::Crash { host: e });
    crashed.run_until(at(25)).unwrap_err();
}

/// SIM-5: eight times slower: it asks others for a sign of life every eight seconds only, and takes the silence between
/// for their death; what it hears it handles late. Then it is as usual.
#[test]
fn a_slow_host_is_late_with_everything_and_then_recovers() {
    let mut world = formed();
    let e = id(&world, "e");
    let usual = ticks_of(&mut world.clone(), e, at(40)).len();
    world.schedule(at(20), slow(e, 8, millis(20_000)));
    let mut marked = false;
    let mut ticks = 0;
    while let Some(step) = world.step_until(at(40)) {
        ticks += usize::from(step.host == Some(e) && matches!(step.what, StepKind::Ticked));
        marked |= step.host == Some(e) && !unreachable_of(&step).is_empty();
    }
    assert!(ticks * 4 < usual, "{ticks} of {usual}");
    assert!(marked);
    assert!(world.counts().put_off > 100);
    world.run_until(at(60)).unwrap();
    assert_eq!(picture(&world), ["a abcde", "b abcde", "c abcde", "d abcde", "e abcde"]);
    assert!(converged(&world) && world.host(e).is_sound(world.now()));
}

fn unreachable_of(step: &quorate_sim::Step<'_>) -> Vec<String> {
    let event = |output: &Output| match output {
        Output::Event(quorate::ClusterEvent::UnreachableMember(member)) => {
            Some(member.address().host().to_owned())
        }
        _ => None,
    };
    step.outputs.iter().filter_map(event).collect()
}

/// SIM-5: an offset before the start shows in nothing but the node's own time: the same run, event by event.
#[test]
fn a_clock_that_was_always_ahead_changes_nothing_that_others_see() {
    let run = |nanos: i64| {
        let mut world: World = world_of("abc", 3);
        let host = id(&world, "b");
        world.schedule(at(0), Action::ClockJump { host, nanos });
        start_all(&mut world);
        world.run_until(at(30)).unwrap();
        (world.events(), world.counts(), picture(&world), world.host(host).clock().at(at(30)))
    };
    let (plain, ahead) = (run(0), run(1_000_000_000_000));
    assert_eq!((plain.0, plain.1, &plain.2), (ahead.0, ahead.1, &ahead.2));
    assert_eq!((plain.3, ahead.3), (at(30), at(1030)));
}

/// SIM-5: a clock that jumps ahead makes a node see everybody late at once; one that jumps back is noticed, and stands
/// still until time has caught up.
#[test]
fn a_jump_shows_in_what_the_node_is_told() {
    let mut world = formed();
    let (a, e) = (id(&world, "a"), id(&world, "e"));
    let mut back = world.clone();
    world.schedule(at(20), Action::ClockJump { host: e, nanos: 10_000_000_000 });
    world.run_until(at(20) + millis(100)).unwrap();
    assert!(!unreachable(&world, e).is_empty());
    assert!(unreachable(&world, a).is_empty());
    back.schedule(at(20), Action::ClockJump { host: e, nanos: -3_000_000_000 });
    let (mut warned, mut ticks) = (None, Vec::new());
    while let Some(step) = back.step_until(at(24)) {
        let went_back = |output: &Output| match output {
            Output::Warned(Warning::TimeWentBack { by }) => Some(*by),
            _ => None,
        };
        if step.host == Some(e) {
            warned = warned.or(step.outputs.iter().find_map(went_back));
            if matches!(step.what, StepKind::Ticked) {
                ticks.push(step.at);
            }
        }
    }
    assert!(warned.is_some_and(|by| by > millis(2000) && by <= millis(3000)), "{warned:?}");
    assert!(ticks.iter().all(|tick| *tick >= at(22)), "{ticks:?}");
}

/// SIM-5: a clock that is a tenth too fast brings a tenth more ticks; one that stands still brings none.
#[test]
fn drift_shows_in_how_often_a_node_ticks() {
    let ticks = |parts_per_million: i32| {
        let mut world = formed();
        let host = id(&world, "c");
        world.schedule(at(20), Action::ClockDrift { host, parts_per_million });
        ticks_of(&mut world, host, at(120)).len() as i64
    };
    let usual = ticks(0);
    assert!((ticks(100_000) - usual * 11 / 10).abs() < usual / 50);
    assert!((ticks(-100_000) - usual * 9 / 10).abs() < usual / 50);
    assert!(ticks(-1_000_000) <= 1);
}

/// A host that can't be paused, and a clock that can't be, are told.
#[test]
fn a_condition_that_makes_no_sense_says_why() {
    let mut world: World = world_of("a", 1);
    let (host, stranger) = (id(&world, "a"), HostId::from_index(4));
    let cases = [
        (Action::Pause { host, lasts: millis(1) }, "a is not running: it has not been started"),
        (slow(stranger, 2, millis(1)), "there is no host number 4"),
        (Action::ClockJump { host: stranger, nanos: 1 }, "there is no host number 4"),
        (
            Action::ClockDrift { host, parts_per_million: -1_000_001 },
            "a clock drifts by at most 1000000 ppm, forward or back, not by -1000001",
        ),
    ];
    for (action, why) in cases {
        world.schedule(world.now(), action);
        let step = world.step().unwrap();
        let StepKind::Action { outcome: Outcome::NotApplicable(found), .. } = step.what else {
            panic!("{step:?}")
        };
        assert_eq!(found.to_string(), why);
        assert!(!matches!(found, NotApplicable::LinkWithItself { .. }));
    }
}

/// SIM-2, SIM-8: a condition that is over leaves the draws of all links as they were: only what it touched differs.
#[test]
fn equal_conditions_give_equal_runs() {
    let run = || {
        let mut world = formed();
        let [b, c, d] = ["b", "c", "d"].map(|name| id(&world, name));
        world.schedule(at(20), Action::Pause { host: b, lasts: millis(2500) });
        world.schedule(at(21), slow(c, 3, millis(4000)));
        world.schedule(at(22), Action::ClockDrift { host: d, parts_per_million: 200 });
        world.run_until(at(24)).unwrap();
        let mut fork = world.clone();
        fork.run_until(at(60)).unwrap();
        world.run_until(at(60)).unwrap();
        assert_eq!(fork.digest(), world.digest());
        world.digest()
    };
    assert_eq!(run(), run());
}
