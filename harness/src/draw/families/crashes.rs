//! Processes are gone without a word: all at once, or one after the other.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::{Family, Part, a_few};
use crate::case::Action;

pub(super) static CRASHES: Family = Family {
    name: "crashes",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 30,
        Profile::Churn => 50,
        Profile::Partitions => 35,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    let count = a_few(ground.nodes.len(), &mut dice);
    let staggered = dice.happens(60);
    for node in dice.some(&ground.nodes, count) {
        part.at(at, Action::Crash { nodes: vec![node] });
        if staggered {
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    part
}
