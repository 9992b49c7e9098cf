//! CASE-7, SIM-3: what scripts do to links, and its effects.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::time::Duration;

use common::{at, converged, id, picture, start_all, world_of};
use quorate::{Instant, MessageKind, Output};
use quorate_sim::{
    Action, Cut, Delay, Fate, Heal, HostId, LinkChange, LinkSet, Loss, NextMessage, NotApplicable, Outcome,
    Share, StepKind, World,
};

fn formed() -> World {
    let mut world = world_of("abcde", 7);
    start_all(&mut world);
    world.run_until(at(20)).unwrap();
    world
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn percent(percent: u32) -> Share {
    Share::from_parts_per_million(percent * 10_000).unwrap()
}

fn link(links: LinkSet, change: LinkChange, lasts: Option<Duration>) -> Action {
    Action::Link { links, change, lasts }
}

/// Everything that arrives at a host from another: when it was sent and when it arrived.
fn arrivals(world: &mut World, from: HostId, to: HostId, until: Instant) -> Vec<(Instant, Instant)> {
    let mut arrivals = Vec::new();
    while let Some(step) = world.step_until(until) {
        if let StepKind::Arrived { from: sender, sent_at, .. } = step.what
            && (sender, step.host) == (from, Some(to))
        {
            arrivals.push((sent_at, step.at));
        }
    }
    arrivals
}

fn refusal(world: &mut World, action: Action) -> NotApplicable {
    world.schedule(world.now(), action);
    while let Some(step) = world.step() {
        if let StepKind::Action { outcome, .. } = step.what {
            let Outcome::NotApplicable(why) = outcome else { panic!("{outcome:?}") };
            return why.clone();
        }
    }
    panic!("the world has ended")
}

/// CASE-7: duplicates arrive and change nothing that a cluster agrees on.
#[test]
fn duplicates_arrive_twice_and_do_no_harm() {
    let mut world = formed();
    world.schedule(at(20), link(LinkSet::All, LinkChange::duplicate(percent(50)), None));
    let (sent, heard) = (world.counts().sent, world.counts().messages);
    world.run_until(at(60)).unwrap();
    let counts = world.counts();
    let (sent, heard) = (counts.sent - sent, counts.messages - heard);
    assert!(counts.copies * 10 > sent * 4 && counts.copies * 10 < sent * 6, "{} of {sent}", counts.copies);
    assert!(heard.abs_diff(sent + counts.copies) < 20);
    assert_eq!(picture(&world), ["a abcde", "b abcde", "c abcde", "d abcde", "e abcde"]);
    assert!(converged(&world));
}

/// CASE-7: with a constant delay nothing overtakes; what is held back is overtaken.
#[test]
fn reordering_lets_later_messages_overtake() {
    let overtaken = |share| {
        let mut world = formed();
        let (a, b) = (id(&world, "a"), id(&world, "b"));
        let constant = LinkChange::delay(Delay::Constant(millis(5)));
        world.schedule(at(20), link(LinkSet::All, constant, None));
        world.schedule(at(20), link(LinkSet::All, LinkChange::reorder(share, millis(3000)), None));
        let arrivals = arrivals(&mut world, a, b, at(80));
        arrivals.windows(2).filter(|pair| pair[0].0 > pair[1].0).count()
    };
    assert_eq!(overtaken(Share::NONE), 0);
    assert!(overtaken(percent(20)) > 5);
}

/// CASE-7: a statement with an end counts for that long.
#[test]
fn what_is_said_for_a_time_is_over_then() {
    let mut world = formed();
    let (a, b) = (id(&world, "a"), id(&world, "b"));
    let links = LinkSet::OneWay { from: a, to: b };
    world.schedule(at(20), link(links, LinkChange::loss(Loss::ALL), Some(millis(2000))));
    let arrivals = arrivals(&mut world, a, b, at(24));
    assert!(!arrivals.is_empty() && arrivals.iter().all(|(sent, _)| *sent >= at(22)), "{arrivals:?}");
    assert_eq!(world.link(a, b), world.link(b, a));
}

/// CASE-7: a link that flaps is cut by turns, and open when it is over.
#[test]
fn a_flap_is_cut_for_half_of_each_period() {
    let mut world = formed();
    let [a, b] = ["a", "b"].map(|name| id(&world, name));
    let cut = Cut::Pair(a, b);
    world.schedule(at(20), Action::Flap { cut, every: millis(4000), lasts: millis(11_000) });
    let seen: Vec<bool> = (0..13)
        .map(|second| {
            world.run_until(at(20 + second) + millis(500)).unwrap();
            world.is_cut(a, b)
        })
        .collect();
    let (on, off) = (true, false);
    assert_eq!(seen, [on, on, off, off, on, on, off, off, on, on, off, off, off]);
}

/// CASE-7: a bridge keeps a cluster together that can't talk across it; healing between the sides is a partial heal.
#[test]
fn a_bridge_and_its_heal() {
    let mut world = formed();
    let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(|name| id(&world, name));
    let groups = vec![vec![a, b], vec![d, e]];
    world.schedule(at(20), Action::Cut(Cut::Bridge { bridge: vec![c], groups, rest_is_group: false }));
    world.run_until(at(30)).unwrap();
    assert!(world.is_cut(a, d) && world.is_cut(e, b) && !world.is_cut(a, c) && !world.is_cut(c, e));
    assert!(!converged(&world));
    let groups = vec![vec![a, b], vec![d, e]];
    world.schedule(at(30), Action::Heal(Heal::Groups { groups: groups.clone(), rest_is_group: false }));
    world.run_until(at(50)).unwrap();
    assert!(converged(&world));
    let heal = Action::Heal(Heal::Groups { groups, rest_is_group: false });
    assert_eq!(refusal(&mut world, heal), NotApplicable::NothingToHeal);
}

/// CASE-7: a kind that is blocked does not arrive; everything else does.
#[test]
fn a_block_stops_one_kind_of_message() {
    let mut world = formed();
    let [a, b] = ["a", "b"].map(|name| id(&world, name));
    let links = LinkSet::OneWay { from: a, to: b };
    let kind = MessageKind::Heartbeat;
    world.schedule(at(20), Action::Block { kind, links, lasts: Some(millis(8000)) });
    world.schedule(at(20), Action::Block { kind: MessageKind::Join, links: LinkSet::All, lasts: None });
    let (mut heartbeats, mut others, mut after) = (0, 0, 0);
    while let Some(step) = world.step_until(at(32)) {
        if let StepKind::Arrived { from, kind: found, sent_at } = step.what
            && (from, step.host) == (a, Some(b))
            && sent_at > at(20)
        {
            match (found == kind, step.at < at(28)) {
                (true, true) => heartbeats += 1,
                (true, false) => after += 1,
                (false, _) => others += 1,
            }
        }
    }
    assert_eq!(heartbeats, 0);
    assert!(others > 3 && after > 2 && world.counts().blocked > 5);
    assert!(world.is_blocked(b, a, MessageKind::Join) && !world.is_link_sound(b, a, millis(10)));
    let unblock = |kind| Action::Unblock { kind, links: LinkSet::All };
    assert_eq!(refusal(&mut world, unblock(Some(kind))), NotApplicable::NotBlocked);
    world.schedule(world.now(), unblock(None));
    world.run_until(at(33)).unwrap();
    assert!(world.is_link_sound(b, a, millis(10)));
}

/// CASE-7: what is held arrives when it is released, all at once, in the order in which it was sent or swizzled.
#[test]
fn a_hold_bursts_when_it_is_released() {
    let run = |swizzled| {
        let mut world = formed();
        let [a, b] = ["a", "b"].map(|name| id(&world, name));
        let links = LinkSet::OneWay { from: a, to: b };
        world.schedule(at(20), Action::Hold { links });
        world.schedule(at(23), Action::Release { links, swizzled });
        world.run_until(at(22)).unwrap();
        assert!(world.is_held(a, b) && !world.is_held(b, a));
        let arrivals = arrivals(&mut world, a, b, at(23));
        assert!(arrivals.iter().all(|(_, at_)| *at_ == at(23)), "{arrivals:?}");
        assert_eq!(world.counts().held, arrivals.len() as u64);
        arrivals.into_iter().map(|(sent, _)| sent).collect::<Vec<_>>()
    };
    let (in_order, swizzled) = (run(false), run(true));
    assert!(in_order.len() > 5 && in_order.is_sorted());
    assert!(!swizzled.is_sorted());
    let mut sorted = swizzled;
    sorted.sort_unstable();
    assert_eq!(sorted, in_order);
    let mut world = formed();
    let release = Action::Release { links: LinkSet::All, swizzled: false };
    assert_eq!(refusal(&mut world, release), NotApplicable::NotHeld);
}

/// CASE-6: a settled drop, delay and duplicate meet the very next message of their kind.
#[test]
fn settled_fates_meet_the_next_message_of_their_kind() {
    let plain = formed();
    let [a, b] = ["a", "b"].map(|name| id(&plain, name));
    let kind = MessageKind::Heartbeat;
    let heartbeats = |fate: Option<Fate>| {
        let mut world = plain.clone();
        if let Some(fate) = fate {
            let next = NextMessage { from: a, to: b, kind: Some(kind), fate };
            world.schedule(at(20), Action::Next(next));
        }
        let mut arrivals = Vec::new();
        while let Some(step) = world.step_until(at(30)) {
            if let StepKind::Arrived { from, kind: found, sent_at } = step.what
                && (from, step.host, found) == (a, Some(b), kind)
                && sent_at > at(20)
            {
                arrivals.push((sent_at, step.at));
            }
        }
        arrivals.sort_unstable();
        arrivals
    };
    let usual = heartbeats(None);
    assert_eq!(heartbeats(Some(Fate::Dropped)), usual[1..]);
    let late = heartbeats(Some(Fate::Delayed(millis(2500))));
    assert_eq!((late[0].0, late[0].1), (usual[0].0, usual[0].0 + millis(2500)));
    assert_eq!(late[1..], usual[1..]);
    let twice = heartbeats(Some(Fate::Duplicated));
    assert_eq!(twice.len(), usual.len() + 1);
    assert_eq!(twice[0].0, twice[1].0);
}

/// CASE-7: an old datagram is heard by whoever is at the address by then.
#[test]
fn a_late_datagram_reaches_the_next_incarnation() {
    let mut world = formed();
    let [a, b] = ["a", "b"].map(|name| id(&world, name));
    let next = NextMessage { from: a, to: b, kind: None, fate: Fate::Again(millis(25_000)) };
    world.schedule(at(20), Action::Next(next));
    world.schedule(at(25), Action::Restart { host: b, after: millis(2000) });
    let arrivals = arrivals(&mut world, a, b, at(50));
    let late: Vec<_> = arrivals.iter().filter(|(sent, heard)| heard.since(*sent) > millis(1000)).collect();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].1.since(late[0].0), millis(25_000));
    assert_eq!((world.host(b).incarnation(), world.counts().copies), (2, 1));
}

/// SIM-3: a flipped bit makes a frame unreadable, of which the node is told; and it is the same run over the wire.
#[test]
fn corrupted_frames_are_told_to_the_node() {
    let run = |wire| {
        let mut world = formed();
        world.set_wire(wire);
        world.schedule(at(20), link(LinkSet::All, LinkChange::corrupt(percent(10)), None));
        let mut ignored = 0;
        while let Some(step) = world.step_until(at(50)) {
            if matches!(step.what, StepKind::Garbled { .. }) {
                assert!(step.outputs.iter().any(|output| matches!(output, Output::Ignored { .. })));
                ignored += 1;
            }
            assert_eq!(step.fault, None);
        }
        let counts = world.counts();
        assert!(ignored > 10 && counts.garbled == ignored && counts.corrupted >= ignored, "{counts:?}");
        world.digest()
    };
    assert_eq!(run(false), run(true));
}

/// SIM-3: on a narrow link messages queue up and what finds no room is lost; longer ones than the link takes are lost.
#[test]
fn a_narrow_link_delays_and_loses() {
    let mut world = formed();
    let [a, b] = ["a", "b"].map(|name| id(&world, name));
    let links = LinkSet::OneWay { from: a, to: b };
    let mut short = world.clone();
    world.schedule(at(20), link(links, LinkChange::bandwidth(60), None));
    world.schedule(at(20), link(links, LinkChange::queue(200), None));
    let arrivals_ = arrivals(&mut world, a, b, at(40));
    assert!(arrivals_.iter().any(|(sent, heard)| heard.since(*sent) > millis(1000)), "{arrivals_:?}");
    assert!(world.counts().without_room > 0);
    short.schedule(at(20), link(links, LinkChange::mtu(20), None));
    assert_eq!(arrivals(&mut short, a, b, at(25)).iter().filter(|(sent, _)| *sent > at(20)).count(), 0);
    assert!(short.counts().too_long > 5);
    assert_eq!(refusal(&mut short, link(links, LinkChange::bandwidth(0), None)), NotApplicable::NoBandwidth);
}

/// SIM-2: what is done to one link moves nothing on a pair that it doesn't touch, as long as nodes behave the same.
#[test]
fn an_obstacle_on_one_link_moves_no_draw_on_another() {
    let plain = formed();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| id(&plain, name));
    let changes = [
        LinkChange::duplicate(Share::ALL),
        LinkChange::reorder(percent(50), millis(1)),
        LinkChange::corrupt(percent(1)),
        LinkChange::mtu(60_000),
    ];
    let mut odd = plain.clone();
    for change in changes {
        odd.schedule(at(20), link(LinkSet::Between(a, b), change, None));
    }
    let first = |world: &mut World| arrivals(world, c, d, at(22));
    assert_eq!(first(&mut odd), first(&mut plain.clone()));
}

/// SIM-3: links with the other distributions carry a cluster, each with delays of its own kind.
#[test]
fn clusters_form_over_links_of_every_distribution() {
    let delays = [
        Delay::Exponential { mean: millis(20) },
        Delay::Bimodal { usual: millis(1), other: millis(300), other_parts_per_million: 50_000 },
        Delay::LogNormal { median: millis(10), p99: millis(200) },
    ];
    for delay in delays {
        let mut world: World = world_of("abcde", 1);
        world.schedule(at(0), link(LinkSet::All, LinkChange::delay(delay), None));
        start_all(&mut world);
        world.run_until(at(40)).unwrap();
        assert_eq!(picture(&world)[0], "a abcde", "{delay:?}");
        assert_eq!(world.link(id(&world, "a"), id(&world, "b")).delay, delay);
    }
}
