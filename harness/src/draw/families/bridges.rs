//! The network falls into groups, and some nodes stay connected to all; or each hears only its neighbours in a ring.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::cuts::groups;
use super::{Family, Part};
use crate::case::Action;

pub(super) static BRIDGES: Family = Family {
    name: "bridges",
    percent: |profile| match profile {
        Profile::Quiet | Profile::Lan => 0,
        Profile::Churn => 3,
        Profile::Partitions => 12,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let place = dice.below(ground.nodes.len());
    let mut others = ground.nodes.clone();
    let bridge = others.remove(place);
    let Some(groups) = groups(&others, &mut dice) else { return part };
    let at = ground.early(&mut dice);
    part.at(at, Action::Bridge { bridge: vec![bridge], groups, rest: true });
    if dice.happens(70) {
        part.at(plus(at, ground.telling_delay(&mut dice)), Action::Heal { between: None });
    }
    part
}
