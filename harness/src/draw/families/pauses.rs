//! Processes that stand still for a while: a garbage collection, a virtual machine that is moved.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part, a_few};
use crate::case::Action;

pub(super) static PAUSES: Family = Family {
    name: "pauses",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 15,
        Profile::Churn => 15,
        Profile::Partitions => 10,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = a_few(ground.nodes.len(), &mut dice);
    for node in dice.some(&ground.nodes, count) {
        let at = ground.instant(&mut dice);
        let lasts = ground.lasting(at, &mut dice);
        part.at(at, Action::Pause { nodes: vec![node], lasts });
    }
    part
}
