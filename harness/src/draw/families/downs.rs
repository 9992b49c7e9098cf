//! An operator downs members by hand, rightly or not.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::Part;
use crate::case::Action;

pub(super) fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let times = dice.weighted(&[(3, 1), (1, 2)]);
    for _ in 0..times {
        let (node, at) = (dice.pick(&ground.nodes), dice.pick(&ground.nodes));
        part.at(ground.instant(&mut dice), Action::Down { node: node.into(), at });
    }
    part
}
