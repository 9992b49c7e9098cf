//! Nodes are restarted: same address, new incarnation; before or after the others have noticed.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part, a_few};
use crate::case::{Action, Time};

pub(super) static RESTARTS: Family = Family {
    name: "restarts",
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
        let times = dice.weighted(&[(5, 1), (1, 2), (1, 3)]);
        for _ in 0..times {
            let at = ground.instant(&mut dice);
            let after = if dice.happens(30) { Time(0) } else { ground.telling_delay(&mut dice) };
            // It is back before trouble ends.
            let after = Time(after.nanos().min(ground.to.nanos().saturating_sub(at.nanos())));
            part.at(at, Action::Restart { nodes: vec![node.clone()], after });
        }
    }
    part
}
