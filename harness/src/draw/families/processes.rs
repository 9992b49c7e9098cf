//! What happens to single processes, mostly to one, sometimes to up to half of them.

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, Factor, NodeName, Time};

/// How many nodes are meant: mostly one, sometimes up to half of them.
fn a_few(ground: &Ground, dice: &mut Dice) -> Vec<NodeName> {
    let most = (ground.nodes.len() / 2).max(1) as u64;
    let count = if dice.happens(60) { 1 } else { dice.between(1, most) };
    dice.some(&ground.nodes, count as usize)
}

/// What happens to a few nodes, to each at an instant of its own.
fn to_a_few(
    ground: &Ground,
    mut dice: Dice,
    what: impl Fn(NodeName, Time, &mut Dice) -> Option<Action>,
) -> Part {
    let mut part = Part::default();
    for node in a_few(ground, &mut dice) {
        let at = ground.instant(&mut dice);
        if let Some(action) = what(node, at, &mut dice) {
            part.at(at, action);
        }
    }
    part
}

/// They are gone without a word: all at once, or one after the other.
pub(super) fn crashes(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    let staggered = dice.happens(60);
    for node in a_few(ground, &mut dice) {
        part.at(at, Action::Crash { nodes: vec![node] });
        if staggered {
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    part
}

/// Same address, new incarnation; before or after the others have noticed.
pub(super) fn restarts(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    for node in a_few(ground, &mut dice) {
        let times = dice.weighted(&[(5, 1), (1, 2), (1, 3)]);
        for _ in 0..times {
            let at = ground.instant(&mut dice);
            let after = if dice.happens(30) { Time(0) } else { ground.telling_delay(&mut dice) };
            // It is back before trouble ends.
            let after = Time(after.nanos().min(ground.to.nanos().saturating_sub(at.nanos())));
            part.at(at, Action::Restart { nodes: vec![node.clone()], after });
        }
    }
    part
}

/// Members are told to leave, at themselves or at another member.
pub(super) fn leaves(ground: &Ground, dice: Dice) -> Part {
    to_a_few(ground, dice, |node, _, dice| {
        let at = dice.happens(40).then(|| dice.pick(&ground.nodes)).filter(|at| *at != node);
        Some(Action::Leave { node: node.into(), at })
    })
}

/// Hosts shut their nodes down in good order.
pub(super) fn stops(ground: &Ground, dice: Dice) -> Part {
    to_a_few(ground, dice, |node, _, _| Some(Action::Stop { nodes: vec![node] }))
}

/// They stand still for a while: a garbage collection, a virtual machine that is moved.
pub(super) fn pauses(ground: &Ground, dice: Dice) -> Part {
    to_a_few(ground, dice, |node, at, dice| {
        Some(Action::Pause { nodes: vec![node], lasts: ground.lasting(at, dice) })
    })
}

/// They are slow for a while: their timers and their handling run late.
pub(super) fn slowness(ground: &Ground, dice: Dice) -> Part {
    to_a_few(ground, dice, |node, at, dice| {
        let factor = Factor::from_thousandths(dice.pick(&[1_500, 2_000, 3_000, 5_000, 10_000]))?;
        Some(Action::Slow { nodes: vec![node], factor, lasts: ground.lasting(at, dice) })
    })
}

/// Their clocks are set, forward or back, or go on too fast or too slow.
pub(super) fn clocks(ground: &Ground, dice: Dice) -> Part {
    to_a_few(ground, dice, |node, _, dice| {
        let back = dice.happens(50);
        Some(if dice.happens(50) {
            let by = dice.pick(&[Time::millis(100), Time::seconds(1), Time::seconds(5), Time::seconds(3600)]);
            Action::ClockJump { node, by, back }
        } else {
            let rate: i32 = dice.pick(&[50, 500, 20_000, 200_000]);
            Action::ClockDrift { node, parts_per_million: if back { -rate } else { rate } }
        })
    })
}

/// The lowest addresses leave, one after the other or at once: who led, and who would lead then.
pub(super) fn leaders_leave(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    let most = ground.nodes.len().min(3) as u64;
    let count = dice.between(1, most) as usize;
    for node in &ground.nodes[..count] {
        part.at(at, Action::Leave { node: node.clone().into(), at: None });
        if dice.happens(70) {
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    // Who leads is told to go, and somebody does not hear it while it still does its last work (REP-70, REP-80).
    if count < ground.nodes.len() && dice.happens(50) {
        let from = &ground.nodes[dice.below(count)];
        let to = &ground.nodes[dice.between(count as u64, ground.nodes.len() as u64 - 1) as usize];
        let cut = plus(at, dice.time(Time(0), Time::seconds(8)));
        let heals_at = dice.happens(50).then(|| plus(cut, ground.telling_delay(&mut dice)));
        part.cut_link(between(from, to, true), cut, heals_at);
    }
    part
}
