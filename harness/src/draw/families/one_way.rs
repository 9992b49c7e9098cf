//! Some links pass messages in one direction only.

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::Action;

pub(super) static ONE_WAY: Family = Family {
    name: "one-way cuts",
    percent: |profile| match profile {
        Profile::Quiet | Profile::Lan => 0,
        Profile::Churn => 5,
        Profile::Partitions => 25,
    },
    draw,
};

/// One link; or all from one node to some others, as when its sending side is broken; or all from some others to it.
fn draw(ground: &Ground, mut dice: Dice) -> Part {
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
        let link = between(&ground.nodes[from], &ground.nodes[to], true);
        part.at(at, Action::CutLink { between: link.clone() });
        if let Some(heals_at) = heals_at {
            part.at(heals_at, Action::Heal { between: Some(link) });
        }
    }
    part
}
