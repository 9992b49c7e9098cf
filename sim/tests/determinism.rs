//! The same again: equal cases are equal runs.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{address, at, id, picture, start_all, world_of};
use quorate::Config;
use quorate_sim::{Action, CHECKPOINT_EVENTS, Cut, Heal, HostSpec, LinkChange, LinkSet, Loss, World};

/// A world with something of everything in its script.
fn eventful(seed: u64) -> World {
    let mut world = world_of("abcdefg", seed);
    start_all(&mut world);
    let [a, b, d, e] = ["a", "b", "d", "e"].map(|name| id(&world, name));
    let loss = Loss::from_parts_per_million(50_000).unwrap();
    world.schedule(at(5), Action::Link { links: LinkSet::All, change: LinkChange::loss(loss), lasts: None });
    world.schedule(at(12), Action::Cut(Cut::Pair(a, b)));
    world.schedule(at(14), Action::Heal(Heal::Pair(a, b)));
    world.schedule(at(20), Action::Restart { host: e, after: Duration::from_secs(2) });
    let groups = vec![vec![d, e]];
    world.schedule(at(50), Action::Cut(Cut::Groups { groups, rest_is_group: true }));
    world
}

fn digest_of(mut world: World) -> u64 {
    world.run_until(at(90)).unwrap();
    world.digest()
}

/// SIM-8
#[test]
fn equal_cases_have_equal_digests_and_other_seeds_have_others() {
    let mut world = eventful(1);
    world.run_until(at(90)).unwrap();
    assert!(world.events() > CHECKPOINT_EVENTS, "too few events for a checkpoint: {}", world.events());
    assert_eq!(digest_of(eventful(1)), world.digest());
    assert_ne!(digest_of(eventful(2)), world.digest());
}

/// SIM-8: one message fewer is another run.
#[test]
fn another_script_has_another_digest() {
    let mut world = eventful(1);
    let (from, to) = (id(&world, "c"), id(&world, "d"));
    world.schedule(at(30), Action::Cut(Cut::OneWay { from, to }));
    world.schedule(at(31), Action::Heal(Heal::OneWay { from, to }));
    assert_ne!(digest_of(world), digest_of(eventful(1)));
}

/// SIM-8: nodes that are told the same and put out something else make another run.
#[test]
fn what_nodes_put_out_belongs_to_the_digest() {
    let founder = |version: &str| {
        let mut config = Config::default();
        config.set("app-version", version).unwrap();
        let mut world: World = World::new(1);
        let host = world.add_host(HostSpec::new("a", address("a"), config)).unwrap();
        world.schedule(at(0), Action::Start { host, seeds: vec![address("a")], spread: None });
        world.run_until(at(3)).unwrap();
        (world.events(), world.counts(), world.digest())
    };
    let (old, new) = (founder("1.0"), founder("2.0"));
    assert_eq!((old.0, old.1), (new.0, new.1));
    assert_ne!(old.2, new.2);
}

/// SIM-4: a run is the same whether its messages travel as values or as bytes.
#[test]
fn messages_as_bytes_give_the_same_run() {
    let mut world = eventful(1);
    world.set_wire(true);
    assert_eq!(digest_of(world), digest_of(eventful(1)));
}

/// SIM-9: a clone that was taken anywhere, also between a send and its journey, runs on as the original does, and
/// neither disturbs the other.
#[test]
fn a_clone_runs_on_as_the_original_does() {
    let expected = digest_of(eventful(1));
    let mut world = eventful(1);
    for steps in [200, 1, 700, 3001] {
        for _ in 0..steps {
            world.step().unwrap();
        }
        let mut fork = world.clone();
        assert_eq!(fork.digest(), world.digest());
        fork.schedule(fork.now(), Action::Crash { host: id(&fork, "a") });
        assert_ne!(digest_of(fork), expected);
        assert_eq!(digest_of(world.clone()), expected);
    }
    assert_eq!(digest_of(world), expected);
}

/// SIM-9: a fork with another seed has the same past and, from there on, another future; with its own seed, the same.
#[test]
fn a_fork_with_another_seed_has_another_future() {
    let mut world = eventful(1);
    for _ in 0..2000 {
        world.step().unwrap();
    }
    let future = |seed| {
        let mut fork = world.clone();
        fork.reseed(seed);
        assert_eq!((fork.digest(), fork.seed()), (world.digest(), seed));
        digest_of(fork)
    };
    assert_eq!(future(1), digest_of(eventful(1)), "its own seed changes nothing");
    assert_eq!(future(2), future(2));
    assert_ne!(future(2), future(1));
    assert_ne!(future(2), future(3));
}

/// SIM-1: how the caller goes through time makes no difference.
#[test]
fn single_steps_and_leaps_give_the_same_run() {
    let mut world = eventful(3);
    for tenth in 0..900 {
        world.run_until(at(0) + Duration::from_millis(100 * tenth)).unwrap();
    }
    assert_eq!(digest_of(world), digest_of(eventful(3)));
}

/// Address, uid and links follow from names, never from the order in which hosts were added.
#[test]
fn a_node_is_who_it_is_by_name_and_not_by_position() {
    let identities = |names: &str| {
        let mut world: World = world_of(names, 9);
        let mut list = Vec::new();
        for host in world.host_ids() {
            world.schedule(
                at(0),
                Action::Start { host, seeds: Vec::new(), spread: Some(Duration::from_secs(1)) },
            );
        }
        world.run_until(at(2)).unwrap();
        list.extend(world.hosts().iter().map(|h| (h.unique_address().unwrap().clone(), h.started_at())));
        list.sort();
        list
    };
    assert_eq!(identities("abc"), identities("cab"));
    assert_eq!(identities("abcd")[..3], identities("abc"));
}

/// SIM-10: nothing keeps a world from being moved to another thread.
#[test]
fn worlds_can_be_sent_to_threads() {
    fn assert_send<T: Send>() {}
    assert_send::<World>();
}

/// Worlds share no counted pointers, also when they were made of the same settings.
#[test]
fn a_world_owns_its_settings() {
    let config = std::sync::Arc::new(Config::default());
    let mut world: World = World::new(0);
    for name in ["a", "b"] {
        world.add_host(HostSpec::new(name, address(name), config.clone())).unwrap();
    }
    assert_eq!(std::sync::Arc::strong_count(&config), 1);
    let [a, b] = world.hosts() else { panic!("two hosts were added") };
    assert!(std::sync::Arc::ptr_eq(a.config(), b.config()));
    assert!(!std::sync::Arc::ptr_eq(&a.config().cluster_name, &config.cluster_name));
    assert_eq!(picture(&world), Vec::<String>::new());
}
