//! The network falls into two or three groups, and heals: before, about when or after the resolvers decide.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::super::id::Profile;
use super::{Family, Part};
use crate::case::{Action, NodeName};

pub(super) static CUTS: Family = Family {
    name: "cuts",
    percent: |profile| match profile {
        Profile::Quiet | Profile::Lan => 0,
        Profile::Churn => 10,
        Profile::Partitions => 70,
    },
    draw,
};

fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    let rounds = dice.weighted(&[(6, 1), (2, 2), (1, 3)]);
    for _ in 0..rounds {
        let Some(groups) = groups(&ground.nodes, &mut dice) else { break };
        part.at(at, Action::CutGroups { groups, rest: true });
        at = plus(at, ground.telling_delay(&mut dice));
        // A further cut on top of the first one leaves smaller groups.
        if dice.happens(75) {
            part.at(at, Action::Heal { between: None });
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    part
}

/// Two or three groups, each of them at least one node; the last of them is the rest.
pub(super) fn groups(nodes: &[NodeName], dice: &mut Dice) -> Option<Vec<Vec<NodeName>>> {
    let wanted = if nodes.len() > 2 && dice.happens(30) { 3 } else { 2 };
    let order = dice.shuffled(nodes.len());
    if order.len() < wanted {
        return None;
    }
    let mut sizes = dice.shuffled(order.len() - 1);
    sizes.truncate(wanted - 1);
    sizes.sort_unstable();
    let mut groups = Vec::new();
    let mut start = 0;
    for end in sizes.into_iter().map(|size| size + 1) {
        let mut places = order[start..end].to_vec();
        places.sort_unstable();
        groups.push(places.into_iter().map(|place| nodes[place].clone()).collect());
        start = end;
    }
    Some(groups)
}
