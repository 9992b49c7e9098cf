//! An operator downs members by hand, rightly or not.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::Action;

pub(super) static DOWNS: Family = Family {
    name: "manual downs",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan | Profile::Partitions => 3,
        Profile::Churn => 20,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let times = dice.weighted(&[(3, 1), (1, 2)]);
    for _ in 0..times {
        let (node, at) = (dice.pick(&ground.nodes), dice.pick(&ground.nodes));
        part.at(ground.instant(&mut dice), Action::Down { node, at });
    }
    part
}
