//! Scripts that ask for what can't be done, and worlds that can't go on.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{address, at, id, world_of};
use quorate::{Command, Config, StopReason};
use quorate_sim::{
    Action, Cut, Delay, Fault, Heal, HostError, HostId, HostSpec, HostState, LinkChange, LinkSet,
    NotApplicable, Outcome, StepKind, Trouble, World,
};

fn start(host: HostId) -> Action {
    Action::Start { host, seeds: vec![address("a")], spread: None }
}

/// What became of each action, given one after the other.
fn outcomes(world: &mut World, actions: impl IntoIterator<Item = Action>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for action in actions {
        world.schedule(world.now(), action.clone());
        let step = world.step().unwrap();
        let StepKind::Action { action: done, outcome } = step.what else { panic!("{step:?}") };
        assert_eq!(*done, action);
        outcomes.push(outcome.clone());
    }
    outcomes
}

/// CASE-7: what can't be done is told, with the reason, and the world goes on.
#[test]
fn an_action_that_cannot_be_done_says_why() {
    let mut world = world_of("ab", 1);
    let (a, b, stranger) = (id(&world, "a"), id(&world, "b"), HostId::from_index(9));
    let not_running = |name: &str, state| NotApplicable::NotRunning { name: name.into(), state };
    let crash = Action::Crash { host: a };
    let cases = [
        (Action::Crash { host: a }, not_running("a", HostState::NotStarted)),
        (Action::Stop { host: a }, not_running("a", HostState::NotStarted)),
        (Action::Leave { host: b, at: a }, not_running("a", HostState::NotStarted)),
        (Action::Command { host: a, command: Command::Stop }, not_running("a", HostState::NotStarted)),
        (
            Action::Restart { host: a, after: Duration::ZERO },
            NotApplicable::NeverStarted { name: "a".into() },
        ),
        (Action::Crash { host: stranger }, NotApplicable::UnknownHost { host: stranger }),
        (Action::Join { host: a, via: stranger }, NotApplicable::UnknownHost { host: stranger }),
        (Action::Cut(Cut::Pair(a, a)), NotApplicable::LinkWithItself { name: "a".into() }),
        (Action::Heal(Heal::Pair(a, b)), NotApplicable::NotCut { from: "a".into(), to: "b".into() }),
        (
            Action::Cut(Cut::Groups { groups: vec![vec![a]], rest_is_group: false }),
            NotApplicable::InNoGroup { name: "b".into() },
        ),
        (
            Action::Cut(Cut::Groups { groups: vec![vec![a, b], vec![a]], rest_is_group: false }),
            NotApplicable::InTwoGroups { name: "a".into() },
        ),
        (
            Action::Cut(Cut::Groups { groups: vec![vec![a, b]], rest_is_group: true }),
            NotApplicable::NothingToSeparate,
        ),
        (
            Action::Link {
                links: LinkSet::All,
                change: LinkChange::delay(Delay::Uniform {
                    min: Duration::from_secs(2),
                    max: Duration::from_secs(1),
                }),
                lasts: None,
            },
            NotApplicable::DelayRange { min: Duration::from_secs(2), max: Duration::from_secs(1) },
        ),
    ];
    for (action, why) in cases {
        let outcome = Outcome::NotApplicable(why.clone());
        assert_eq!(outcomes(&mut world, [action]), [outcome]);
        assert!(!why.to_string().is_empty());
    }
    assert_eq!(world.events(), 0);
    let again = Outcome::NotApplicable(NotApplicable::AlreadyRunning { name: "a".into() });
    assert_eq!(outcomes(&mut world, [start(a), start(a)]), [Outcome::Done, again]);
    let crashed = Outcome::NotApplicable(not_running("a", HostState::Crashed));
    assert_eq!(outcomes(&mut world, [crash.clone(), crash]), [Outcome::Done, crashed]);
}

/// A run that nobody watches step by step does not pass over an action that could not be done.
#[test]
fn running_on_stops_at_an_action_that_cannot_be_done() {
    let mut world: World = world_of("a", 1);
    let host = id(&world, "a");
    world.schedule(at(3), Action::Crash { host });
    world.schedule(at(4), start(host));
    let trouble = world.run_until(at(9)).unwrap_err();
    let why = NotApplicable::NotRunning { name: "a".into(), state: HostState::NotStarted };
    assert_eq!(trouble, Trouble::NotApplicable { at: at(3), why });
    assert_eq!(trouble.to_string(), "at 3.000000000s: a is not running: it has not been started");
    world.run_until(at(9)).unwrap();
    assert!(world.hosts()[0].is_running());
}

/// CASE-3: several actions of one instant are done in the order in which they were scheduled, before anything else then.
#[test]
fn actions_of_one_instant_are_done_in_the_order_written() {
    let mut world: World = world_of("a", 1);
    let host = id(&world, "a");
    for action in [start(host), Action::Crash { host }, Action::Restart { host, after: Duration::ZERO }] {
        world.schedule(at(1), action);
    }
    world.run_until(at(1)).unwrap();
    assert_eq!((world.steps(), world.hosts()[0].incarnation()), (3, 2));
}

/// CASE-7: what a host was still to do when it crashed is never done, neither by it nor by its next incarnation.
#[test]
fn a_crash_takes_with_it_what_the_host_was_to_do() {
    let mut world: World = World::new(1);
    let mut spec = HostSpec::new("a", address("a"), Config::default());
    spec.exit_tasks = Duration::from_secs(10);
    let host = world.add_host(spec).unwrap();
    world.schedule(at(0), start(host));
    world.schedule(at(10), Action::Stop { host });
    world.run_until(at(18)).unwrap();
    assert!(world.hosts()[0].is_running());
    let mut undisturbed = world.clone();
    world.schedule(at(18), Action::Restart { host, after: Duration::from_secs(1) });
    while let Some(step) = world.step_until(at(40)) {
        assert!(!matches!(step.what, StepKind::ExitTasksDone));
    }
    assert!(world.hosts()[0].is_running());
    undisturbed.run_until(at(40)).unwrap();
    assert_eq!(undisturbed.hosts()[0].stopped_because(), Some(StopReason::Left));
}

/// CASE-7, SHUT-18: a node that is no member has nobody to take leave of.
#[test]
fn a_host_that_has_not_joined_is_stopped_at_once() {
    let mut world: World = world_of("ab", 1);
    let host = id(&world, "b");
    world.schedule(at(0), start(host));
    world.schedule(at(2), Action::Stop { host });
    world.run_until(at(2)).unwrap();
    assert_eq!(world.host(host).stopped_because(), Some(StopReason::Commanded));
}

/// SIM-13: a world in which time stands still ends with a fault, and does not hang.
#[test]
fn a_world_in_which_time_stands_still_ends_with_a_fault() {
    let mut world: World = world_of("a", 1);
    let host = id(&world, "a");
    world.schedule(at(1), start(host));
    for _ in 0..=world.steps_at_one_instant_max() {
        world.schedule(at(2), Action::Heal(Heal::All));
    }
    let fault = Fault::EndlessInstant { at: at(2), steps: world.steps_at_one_instant_max() };
    assert_eq!(world.run_until(at(9)), Err(Trouble::Fault(fault)));
    assert!(world.step().is_none());
    assert_eq!(world.now(), at(2));
}

/// SIM-13: a world that takes more than it may ends with a fault that has both numbers in it.
#[test]
fn a_world_that_takes_more_memory_than_it_may_ends_with_a_fault() {
    let mut world: World = world_of("abc", 1);
    for host in world.host_ids() {
        world.schedule(at(0), start(host));
    }
    world.run_until(at(20)).unwrap();
    let cap = world.memory_bytes() + 20_000;
    world.set_memory_cap(Some(cap));
    world.clone().run_until(at(200)).unwrap();
    world.schedule(at(20), Action::Hold { links: LinkSet::All });
    let Err(Trouble::Fault(Fault::Memory { bytes, cap: found, .. })) = world.run_until(at(200)) else {
        panic!("nothing was found")
    };
    assert!(found == cap && bytes > cap);
    assert!(world.step().is_none());
}

#[test]
fn a_host_needs_a_name_an_address_and_settings_of_its_own() {
    let mut world: World = world_of("a", 1);
    let spec = |name: &str, at: &str| HostSpec::new(name, address(at), Config::default());
    let name = |name: &str| -> std::sync::Arc<str> { name.into() };
    assert_eq!(world.add_host(spec("a", "z")), Err(HostError::NameTaken { name: name("a") }));
    assert_eq!(
        world.add_host(spec("b", "a")),
        Err(HostError::AddressTaken { name: name("b"), by: name("a") })
    );
    let mut config = Config::default();
    config.gossip_interval = Duration::ZERO;
    let refused = world.add_host(HostSpec::new("c", address("c"), config));
    assert!(matches!(refused, Err(HostError::Config { .. })), "{refused:?}");
    assert_eq!(world.hosts().len(), 1);
}

/// CASE-9: a cut takes what is on the wire with it if it still stands when that would arrive; one that was healed by then
/// has only stopped what was sent meanwhile.
#[test]
fn a_cut_takes_what_is_on_the_wire_with_it() {
    let mut world: World = world_of("ab", 1);
    let (a, b) = (id(&world, "a"), id(&world, "b"));
    let delay = Delay::Constant(Duration::from_millis(100));
    world
        .schedule(at(0), Action::Link { links: LinkSet::All, change: LinkChange::delay(delay), lasts: None });
    for host in [a, b] {
        world.schedule(at(1), start(host));
    }
    // The seed nodes are asked at once; nothing else is on its way then.
    world.run_until(at(1)).unwrap();
    assert_eq!((world.counts().sent, world.counts().messages), (1, 0));
    let millis = |ms| at(1) + Duration::from_millis(ms);
    let counts_after_cut = |healed_at| {
        let mut world = world.clone();
        world.schedule(millis(50), Action::Cut(Cut::Pair(a, b)));
        world.schedule(millis(healed_at), Action::Heal(Heal::All));
        world.run_until(millis(100)).unwrap();
        (world.counts().messages, world.counts().cut_off)
    };
    assert_eq!(counts_after_cut(60), (1, 0));
    assert_eq!(counts_after_cut(101), (0, 1));
}

/// CASE-9: what is sent into a cut is lost, also if the cut is healed before it would have arrived.
#[test]
fn what_is_sent_into_a_cut_is_lost() {
    let mut world: World = world_of("ab", 1);
    let (a, b) = (id(&world, "a"), id(&world, "b"));
    let delay = Delay::Constant(Duration::from_millis(100));
    world
        .schedule(at(0), Action::Link { links: LinkSet::All, change: LinkChange::delay(delay), lasts: None });
    world.schedule(at(1), Action::Cut(Cut::OneWay { from: b, to: a }));
    for host in [a, b] {
        world.schedule(at(1), start(host));
    }
    world.schedule(at(1) + Duration::from_millis(50), Action::Heal(Heal::All));
    world.run_until(at(1) + Duration::from_millis(200)).unwrap();
    let counts = world.counts();
    assert_eq!((counts.sent, counts.messages, counts.cut_off), (1, 0, 1));
}
