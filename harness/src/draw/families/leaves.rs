//! Members are told to leave, at themselves or at another member.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part, a_few};
use crate::case::Action;

pub(super) static LEAVES: Family = Family {
    name: "leaves",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 20,
        Profile::Churn => 50,
        Profile::Partitions => 10,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = a_few(ground.nodes.len(), &mut dice);
    for node in dice.some(&ground.nodes, count) {
        let at = dice.happens(40).then(|| dice.pick(&ground.nodes)).filter(|at| *at != node);
        part.at(ground.instant(&mut dice), Action::Leave { node, at });
    }
    part
}
