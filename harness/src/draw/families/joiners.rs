//! Nodes that are started late, and join a cluster in whatever state it is.

use super::super::dice::Dice;
use super::super::ground::{Ground, name};
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::Action;

pub(super) static JOINERS: Family = Family {
    name: "joiners",
    percent: |profile| match profile {
        Profile::Quiet => 20,
        Profile::Lan => 20,
        Profile::Churn => 50,
        Profile::Partitions => 15,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = dice.weighted(&[(5, 1), (3, 2), (1, 3)]);
    for number in 1..=count {
        let node = name(&format!("x{number}"));
        part.nodes.push(node.clone());
        part.at(ground.instant(&mut dice), Action::Start { nodes: vec![node], seeds: None });
    }
    part
}
