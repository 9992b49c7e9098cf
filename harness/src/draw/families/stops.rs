//! Hosts shut their nodes down in good order.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part, a_few};
use crate::case::Action;

pub(super) static STOPS: Family = Family {
    name: "stops",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 10,
        Profile::Churn => 30,
        Profile::Partitions => 5,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = a_few(ground.nodes.len(), &mut dice);
    for node in dice.some(&ground.nodes, count) {
        part.at(ground.instant(&mut dice), Action::Stop { nodes: vec![node] });
    }
    part
}
