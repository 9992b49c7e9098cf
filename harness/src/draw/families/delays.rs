//! Links become slow: enough to be seen by the detector, or enough to be taken for silence.

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::{Action, Delay, LinkChange, LinkEffect, Links, Time};

pub(super) static DELAYS: Family = Family {
    name: "delays",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 30,
        Profile::Churn => 20,
        Profile::Partitions => 10,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let most: &[u32] = match ground.profile {
        Profile::Quiet | Profile::Lan => &[20, 100, 400],
        Profile::Churn | Profile::Partitions => &[20, 200, 1000, 4000],
    };
    let to = Time::millis(dice.pick(most));
    let from = if dice.happens(50) { Time::millis(1) } else { Time(to.nanos() / 2) };
    let links = if ground.nodes.len() > 1 && dice.happens(50) {
        let order = dice.shuffled(ground.nodes.len());
        Links::Between(between(&ground.nodes[order[0]], &ground.nodes[order[1]], dice.happens(50)))
    } else {
        Links::All
    };
    let effect = LinkEffect::Delay(Delay::Uniform { from, to });
    part.at(ground.early(&mut dice), Action::Link(LinkChange { links, effect, lasts: None }));
    part
}
