//! What happens to the links between nodes: they break one by one, lose what they carry, or become slow.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::{any_link, between};
use super::Part;
use super::messages::percent;
use crate::case::{Action, Delay, LinkChange, LinkEffect, Percent, Time};

/// Some pairs of nodes don't hear each other, while both are heard by others: what the resolver calls indirectly
/// connected.
pub(super) fn broken_pairs(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = ground.nodes.len();
    if count < 2 {
        return part;
    }
    let mut at = ground.early(&mut dice);
    for _ in 0..dice.weighted(&[(6, 1), (3, 2), (1, 3)]) {
        let order = dice.shuffled(count);
        let pair = between(&ground.nodes[order[0]], &ground.nodes[order[1]], false);
        let heals_at = dice.happens(60).then(|| plus(at, ground.telling_delay(&mut dice)));
        part.cut_link(pair, at, heals_at);
        if dice.happens(60) {
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    part
}

/// Some links pass messages in one direction only: one link; or all from one node to some others, as when its sending
/// side is broken; or all from some others to it.
pub(super) fn one_way_cuts(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    if ground.nodes.len() < 2 {
        return part;
    }
    let at = ground.early(&mut dice);
    let one = dice.below(ground.nodes.len());
    let others: Vec<usize> = (0..ground.nodes.len()).filter(|other| *other != one).collect();
    let count = if dice.happens(50) { 1 } else { dice.between(1, others.len() as u64) as usize };
    let others = dice.some(&others, count);
    let outwards = dice.happens(50);
    let heals_at = dice.happens(70).then(|| plus(at, ground.telling_delay(&mut dice)));
    for other in others {
        let (from, to) = if outwards { (one, other) } else { (other, one) };
        part.cut_link(between(&ground.nodes[from], &ground.nodes[to], true), at, heals_at);
    }
    part
}

/// Messages get lost by chance: on all links or on some, for a while or as long as there is trouble.
pub(super) fn loss(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let percents: &[u32] = if ground.is_mild() { &[1, 1, 2, 5] } else { &[1, 5, 10, 20, 50] };
    let share = percent(dice.pick(percents));
    let links = any_link(&ground.nodes, 25, &mut dice);
    let at = ground.early(&mut dice);
    let lose = |share| {
        Action::Link(LinkChange { links: links.clone(), effect: LinkEffect::Loss(share), lasts: None })
    };
    part.at(at, lose(share));
    if dice.happens(50) {
        part.at(plus(at, ground.telling_delay(&mut dice)), lose(Percent::default()));
    }
    part
}

/// Links become slow: enough to be seen by the detector, or enough to be taken for silence.
pub(super) fn delays(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let most: &[u32] = if ground.is_mild() { &[20, 100, 400] } else { &[20, 200, 1000, 4000] };
    let to = Time::millis(dice.pick(most));
    let from = if dice.happens(50) { Time::millis(1) } else { Time(to.nanos() / 2) };
    let delay = match dice.weighted(&[(6, 0), (1, 1), (1, 2), (1, 3)]) {
        0 => Delay::Uniform { from, to },
        1 => Delay::Exponential { mean: Time(to.nanos() / 2) },
        2 => Delay::Bimodal { usual: Time::millis(1), other: to, share: percent(5) },
        _ => Delay::LogNormal { median: Time(to.nanos() / 10), p99: to },
    };
    let links = any_link(&ground.nodes, 50, &mut dice);
    let effect = LinkEffect::Delay(delay);
    part.at(ground.early(&mut dice), Action::Link(LinkChange { links, effect, lasts: None }));
    part
}
