//! Messages get lost by chance: on all links or on some, for a while or as long as there is trouble.

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::{Action, LinkChange, LinkEffect, Links, Percent};

pub(super) static LOSS: Family = Family {
    name: "loss",
    percent: |profile| match profile {
        Profile::Quiet => 0,
        Profile::Lan => 50,
        Profile::Churn => 25,
        Profile::Partitions => 15,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let percents: &[u32] = match ground.profile {
        Profile::Quiet | Profile::Lan => &[1, 1, 2, 5],
        Profile::Churn | Profile::Partitions => &[1, 5, 10, 20, 50],
    };
    let share = Percent::from_parts_per_million(dice.pick(percents) * 10_000).unwrap_or_default();
    let links = match dice.weighted(&[(3, false), (1, true)]) {
        true if ground.nodes.len() > 1 => {
            let order = dice.shuffled(ground.nodes.len());
            Links::Between(between(&ground.nodes[order[0]], &ground.nodes[order[1]], dice.happens(50)))
        }
        _ => Links::All,
    };
    let at = ground.early(&mut dice);
    part.at(
        at,
        Action::Link(LinkChange { links: links.clone(), effect: LinkEffect::Loss(share), lasts: None }),
    );
    if dice.happens(50) {
        let effect = LinkEffect::Loss(Percent::default());
        part.at(
            plus(at, ground.telling_delay(&mut dice)),
            Action::Link(LinkChange { links, effect, lasts: None }),
        );
    }
    part
}
