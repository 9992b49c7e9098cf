//! Processes that are slow for a while: their timers and their handling run late.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part, a_few};
use crate::case::{Action, Factor};

pub(super) static SLOWNESS: Family = Family {
    name: "slowness",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan | Profile::Churn => 10,
        Profile::Partitions => 5,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = a_few(ground.nodes.len(), &mut dice);
    for node in dice.some(&ground.nodes, count) {
        let at = ground.instant(&mut dice);
        let times = dice.pick(&[1_500, 2_000, 3_000, 5_000, 10_000]);
        let Some(factor) = Factor::from_thousandths(times) else { continue };
        let lasts = ground.lasting(at, &mut dice);
        part.at(at, Action::Slow { nodes: vec![node], factor, lasts });
    }
    part
}
