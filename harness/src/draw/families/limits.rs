//! A limit that a lie is over: somebody tells of more members than a node may hold. It refuses that, and nothing else comes of it.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::Part;
use crate::case::{Action, Falsehood};

/// More members than any drawn case has.
const MEMBERS_MAX: u32 = 60;

pub(super) fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    if ground.nodes.len() < 2 {
        return part;
    }
    part.set("limits.members", &MEMBERS_MAX.to_string());
    for _ in 0..dice.weighted(&[(3, 1), (1, 3)]) {
        let order = dice.shuffled(ground.nodes.len());
        let (from, to) = (ground.nodes[order[0]].clone(), ground.nodes[order[1]].clone());
        let claim = Falsehood::Invents(MEMBERS_MAX + dice.below(MEMBERS_MAX as usize) as u32);
        part.at(ground.instant(&mut dice), Action::Lie { from, to, claim, again: None });
    }
    part
}
