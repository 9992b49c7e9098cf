//! SIM-7: an application rides along.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{address, at, id, start_all, world_of};
use quorate::{ClusterEvent, Command, Config, Target, UniqueAddress};
use quorate_sim::{Action, Application, CHECKPOINT_EVENTS, Context, Cut, Heal, HostSpec, StepKind, World};

/// Throws a ball to everybody who comes up, throws back what it gets, and once a second throws a new one to `b`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Players {
    wakes: u32,
    heard: u32,
    up: Vec<String>,
}

#[derive(Clone, Debug)]
struct Ball {
    throws: u64,
}

impl Application for Players {
    type Message = Ball;

    fn on_start(&mut self, host: &mut Context<'_, Ball>) {
        host.wake_at(host.now() + Duration::from_secs(1));
    }

    fn on_event(&mut self, _host: &mut Context<'_, Ball>, event: &ClusterEvent) {
        if let ClusterEvent::MemberUp(member) = event {
            self.up.push(member.address().host().to_owned());
        }
    }

    fn on_message(&mut self, host: &mut Context<'_, Ball>, from: &UniqueAddress, ball: Ball) {
        assert_ne!(from, host.me());
        self.heard += 1;
        if ball.throws < 3 {
            host.send(&from.address, Ball { throws: ball.throws + 1 });
        }
    }

    fn on_wake(&mut self, host: &mut Context<'_, Ball>) {
        self.wakes += 1;
        host.wake_at(host.now() + Duration::from_secs(1));
        if host.me().address != address("b") {
            host.send(&address("b"), Ball { throws: 0 });
        }
        if self.wakes == 50 {
            host.command(Command::Leave(Target::Incarnation(host.me().clone())));
        }
    }

    fn message_hash(ball: &Ball) -> u64 {
        ball.throws
    }
}

fn heard(world: &World<Players>) -> u32 {
    world.hosts().iter().map(|host| host.application().heard).sum()
}

/// SIM-7: events, messages over the same network, wake-ups and commands; and a restart begins afresh.
#[test]
fn two_hosts_play_ball_through_a_cut() {
    let mut world: World<Players> = world_of("ab", 4);
    start_all(&mut world);
    let (a, b) = (id(&world, "a"), id(&world, "b"));
    world.schedule(at(10), Action::Cut(Cut::Pair(a, b)));
    world.schedule(at(13), Action::Heal(Heal::All));
    world.run_until(at(10)).unwrap();
    let before = heard(&world);
    // The first balls may be thrown before b is up.
    assert!((32..=40).contains(&before), "{before}");
    let lost = world.counts().cut_off;
    world.run_until(at(13)).unwrap();
    assert_eq!(heard(&world), before);
    assert!(world.counts().cut_off > lost);
    world.run_until(at(20)).unwrap();
    assert!(heard(&world) >= before + 24);
    assert_eq!(world.counts().application_messages, u64::from(heard(&world)));
    assert_eq!(world.host(a).application().up, ["a", "b"]);

    let mut commanded = 0;
    while let Some(step) = world.step_until(at(70)) {
        commanded += u32::from(matches!(step.what, StepKind::Commanded { .. }));
    }
    assert_eq!(commanded, 2);
    assert!(world.hosts().iter().all(|host| !host.is_running()));
    world.schedule(at(70), Action::Restart { host: a, after: Duration::ZERO });
    world.run_until(at(70)).unwrap();
    assert_eq!(world.host(a).application().wakes, 0);
}

/// SIM-7, SIM-8: what applications say belongs to a run's identity, and moves no draw of the nodes.
#[test]
fn a_run_with_applications_is_the_same_again() {
    let run = || {
        let mut world: World<Players> = world_of("abc", 4);
        start_all(&mut world);
        world.run_until(at(30)).unwrap();
        world
    };
    let (world, mut without) = (run(), world_of::<()>("abc", 4));
    assert_eq!(run().digest(), world.digest());
    start_all(&mut without);
    without.run_until(at(30)).unwrap();
    assert_ne!(without.digest(), world.digest());
    for (ridden, bare) in world.hosts().iter().zip(without.hosts()) {
        assert_eq!(ridden.node(), bare.node());
    }
}

/// Does nothing, and has a state that nobody hears of.
#[derive(Clone)]
struct Silent(u64);

impl Application for Silent {
    type Message = Ball;

    fn state_hash(&self) -> u64 {
        self.0
    }
}

/// SIM-8: what shows in no output enters the digest at the first checkpoint, and not before.
#[test]
fn whole_states_enter_the_digest_at_checkpoints() {
    let world = |state| {
        let mut world: World<Silent> = World::new(1);
        let config = std::sync::Arc::new(Config::default());
        world.add_host_with(HostSpec::new("a", address("a"), config), Silent(state)).unwrap();
        start_all(&mut world);
        world
    };
    let (mut one, mut two) = (world(1), world(2));
    while one.events() < CHECKPOINT_EVENTS {
        assert_eq!(one.digest(), two.digest(), "after {} events", one.events());
        one.step().unwrap();
        two.step().unwrap();
    }
    assert_eq!(one.events(), two.events());
    assert_ne!(one.digest(), two.digest());
}
