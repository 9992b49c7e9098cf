//! Two successive sets of crashes and broken links (REP-111).

use super::links::{Links, Memory, World};
use super::{Asked, Fates, Row, all_strategies, in_parallel, sum};

/// Some members crash and some links break, at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fault {
    /// The members, by bits.
    crashed: u32,
    /// Both directions of each link.
    broken: Links,
}

/// All faults with at most so many crashes and broken links together, that of nothing included.
fn faults(world: World, parts_max: u32) -> Vec<Fault> {
    let pairs: Vec<Links> = (0..world.members)
        .flat_map(|one| (0..one).map(move |other| (one, other)))
        .map(|(one, other)| world.link(one, other) | world.link(other, one))
        .collect();
    let bits = world.members + pairs.len();
    let of = |set: u32| Fault {
        crashed: set & ((1 << world.members) - 1),
        broken: pairs
            .iter()
            .enumerate()
            .filter(|(bit, _)| set >> world.members & (1 << bit) != 0)
            .fold(0, |all, (_, link)| all | link),
    };
    (0..1_u32 << bits).filter(|set| set.count_ones() <= parts_max).map(of).collect()
}

/// What the live nodes observe of a fault: all of it, or what one of them does.
fn observations(world: World, fault: Fault, only: Option<usize>) -> Links {
    let mut observed = 0;
    for observer in (0..world.members).filter(|place| fault.crashed & (1 << place) == 0) {
        if only.is_some_and(|only| only != observer) {
            continue;
        }
        for subject in (0..world.members).filter(|subject| *subject != observer) {
            let link = world.link(observer, subject);
            if fault.crashed & (1 << subject) != 0 || fault.broken & link != 0 {
                observed |= link;
            }
        }
    }
    observed
}

/// Of some observations those of the nodes of a group.
fn of_group(world: World, observed: Links, group: u32) -> Links {
    let row = (1 << world.members) - 1;
    (0..world.members)
        .filter(|place| group & (1 << place) != 0)
        .fold(0, |all, place| all | observed & (row << (place * world.members)))
}

fn count(world: World, asked: &Asked<'_>, parts_max: u32) -> Vec<Row> {
    let mut rows = asked.rows();
    let mut memory = Memory::new(world, asked);
    let everybody: u32 = (1 << world.members) - 1;
    let faults = faults(world, parts_max);
    for &first in &faults {
        let live = everybody & !first.crashed;
        let watchers = (0..world.members).filter(|place| live & (1 << place) != 0);
        let mut ways: Vec<Links> = vec![observations(world, first, None)];
        for watcher in watchers {
            let seen_by_one = observations(world, first, Some(watcher));
            if seen_by_one != 0 && !ways.contains(&seen_by_one) {
                ways.push(seen_by_one);
            }
        }
        for old in ways {
            // Who can still talk after the first fault hears of what was observed of it.
            let informed = world.components(first.broken, live);
            for second in &faults {
                let live = live & !second.crashed;
                if live == 0 || (second.crashed == 0 && second.broken == 0) {
                    continue;
                }
                let broken = first.broken | second.broken;
                let fates: Vec<Fates> = world
                    .components(broken, live)
                    .into_iter()
                    .map(|component| {
                        let group = informed.iter().find(|group| **group & component != 0).copied();
                        let heard = of_group(world, old, group.unwrap_or(component));
                        memory.of(component, world.known(broken, component, heard))
                    })
                    .collect();
                asked.count(&mut rows, &fates);
            }
        }
    }
    rows
}

/// How many sides go on after two successive faults of so many parts each, for each strategy.
#[must_use]
pub fn rows(members: usize, parts_max: u32) -> Vec<Row> {
    let strategies = all_strategies(members, None);
    let work: Vec<(World, Asked<'_>)> = (0..members)
        .map(|oldest| (World { members, oldest }, Asked::for_oldest(&strategies, oldest)))
        .collect();
    let counted = in_parallel(&work, |(world, asked)| count(*world, asked, parts_max));
    sum(&strategies, work.iter().zip(&counted).map(|((_, asked), rows)| (asked, &rows[..])))
}
