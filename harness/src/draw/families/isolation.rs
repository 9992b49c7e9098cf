//! One node loses its network, and has it back after a while.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::Action;

pub(super) static ISOLATION: Family = Family {
    name: "isolation",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan | Profile::Churn => 5,
        Profile::Partitions => 20,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    if ground.nodes.len() < 2 {
        return part;
    }
    let at = ground.instant(&mut dice);
    part.at(at, Action::Isolate { node: dice.pick(&ground.nodes) });
    if dice.happens(70) {
        part.at(plus(at, ground.telling_delay(&mut dice)), Action::Heal { between: None });
    }
    part
}
