//! A cut that comes and goes, so that the resolver's clock starts again and again: just before, about when or just
//! after it would have decided.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::cuts::groups;
use super::{Family, Part};
use crate::case::{Action, Time};

pub(super) static FLAPPING: Family = Family {
    name: "flapping",
    percent: |profile| match profile {
        Profile::Quiet | Profile::Lan => 0,
        Profile::Churn => 4,
        Profile::Partitions => 20,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let Some(groups) = groups(&ground.nodes, &mut dice) else { return part };
    let mut at = ground.early(&mut dice);
    let times = dice.between(2, 6);
    let (least, most) = match dice.weighted(&[(1, 0), (1, 1), (2, 2)]) {
        0 => (Time::millis(500), Time::seconds(3)),
        1 => (Time::seconds(2), ground.detection),
        _ => (ground.detection, plus(ground.decision(), Time::seconds(2))),
    };
    for _ in 0..times {
        part.at(at, Action::CutGroups { groups: groups.clone(), rest: true });
        at = plus(at, dice.time(least, most));
        part.at(at, Action::Heal { between: None });
        at = plus(at, dice.time(least, most));
    }
    part
}
