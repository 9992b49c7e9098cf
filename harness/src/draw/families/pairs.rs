//! Some pairs of nodes don't hear each other, while both are heard by others: what the resolver calls indirectly
//! connected.

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::Action;

pub(super) static PAIRS: Family = Family {
    name: "broken pairs",
    percent: |profile| match profile {
        Profile::Quiet | Profile::Lan => 0,
        Profile::Churn => 5,
        Profile::Partitions => 25,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = ground.nodes.len();
    if count < 2 {
        return part;
    }
    let mut at = ground.early(&mut dice);
    let broken = dice.weighted(&[(6, 1), (3, 2), (1, 3)]);
    for _ in 0..broken {
        let order = dice.shuffled(count);
        let pair = between(&ground.nodes[order[0]], &ground.nodes[order[1]], false);
        part.at(at, Action::CutLink { between: pair.clone() });
        if dice.happens(60) {
            part.at(plus(at, ground.telling_delay(&mut dice)), Action::Heal { between: Some(pair) });
        }
        if dice.happens(60) {
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    part
}
