//! What else networks do to messages: some arrive twice, some late, and losses come in bursts.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::{Action, LinkChange, LinkEffect, Links, Percent, Time};

pub(super) static NOISE: Family = Family {
    name: "noise",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 20,
        Profile::Churn | Profile::Partitions => 10,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let share = Percent::from_parts_per_million(dice.pick(&[1, 5, 20]) * 10_000).unwrap_or_default();
    let effect = match dice.below(3) {
        0 => LinkEffect::Duplicate(share),
        1 => LinkEffect::Reorder { share, by: Time::millis(dice.pick(&[5, 100, 1000])) },
        _ => LinkEffect::BurstyLoss { share, burst: Time::millis(dice.pick(&[100, 500, 2000])) },
    };
    let at = ground.instant(&mut dice);
    let lasts = Some(ground.lasting(at, &mut dice));
    part.at(at, Action::Link(LinkChange { links: Links::All, effect, lasts }));
    part
}
