//! The network falls into groups, in all the ways it can, and heals: before, about when or after the resolvers decide.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, NodeName, Separated, Time};

/// Two or three groups, mostly once.
pub(super) fn cuts(ground: &Ground, mut dice: Dice) -> Part {
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

/// Two or three groups for good, and sometimes somebody crashes at the same instant: one fault, and nothing else happens.
pub(super) fn clean_splits(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let at = plus(ground.from, dice.time(Time(0), Time::seconds(5)));
    let groups = groups(&ground.nodes, &mut dice);
    if dice.happens(20) {
        let nodes = vec![dice.pick(&ground.nodes)];
        part.at(at, Action::Crash { nodes });
    }
    if let Some(groups) = groups {
        part.at(at, Action::CutGroups { groups, rest: true });
    }
    part
}

/// A cut that comes and goes, so that the resolver's clock starts again and again: just before, about when or just
/// after it would have decided.
pub(super) fn flapping(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let Some(groups) = groups(&ground.nodes, &mut dice) else { return part };
    let mut at = ground.early(&mut dice);
    let times = dice.between(2, 6);
    let (least, most) = match dice.weighted(&[(1, 0), (1, 1), (2, 2)]) {
        0 => (Time::millis(500), Time::seconds(3)),
        1 => (Time::seconds(2), ground.detection),
        _ => (ground.detection, plus(ground.decision(), Time::seconds(2))),
    };
    if dice.happens(30) {
        let separated = Separated::Groups { groups, rest: true };
        let (every, lasts) = (dice.time(least, most), ground.lasting(at, &mut dice));
        part.at(at, Action::Flap { separated, every, lasts });
        return part;
    }
    for _ in 0..times {
        part.at(at, Action::CutGroups { groups: groups.clone(), rest: true });
        at = plus(at, dice.time(least, most));
        part.at(at, Action::Heal { between: None });
        at = plus(at, dice.time(least, most));
    }
    part
}

/// Groups, and one node that stays connected to all.
pub(super) fn bridges(ground: &Ground, mut dice: Dice) -> Part {
    let place = dice.below(ground.nodes.len());
    let mut others = ground.nodes.clone();
    let bridge = others.remove(place);
    match groups(&others, &mut dice) {
        Some(groups) => {
            healed_mostly(ground, Action::Bridge { bridge: vec![bridge], groups, rest: true }, &mut dice)
        }
        None => Part::default(),
    }
}

/// Each node hears only its neighbours in a ring.
pub(super) fn rings(ground: &Ground, mut dice: Dice) -> Part {
    if ground.nodes.len() < 3 {
        return Part::default();
    }
    // In the order of the case: nodes of other families belong to it, too.
    healed_mostly(ground, Action::Ring { nodes: Vec::new() }, &mut dice)
}

/// One node loses its network, and has it back after a while.
pub(super) fn isolation(ground: &Ground, mut dice: Dice) -> Part {
    if ground.nodes.len() < 2 {
        return Part::default();
    }
    let node = dice.pick(&ground.nodes);
    healed_mostly(ground, Action::Isolate { node }, &mut dice)
}

/// Nothing passes between one data centre and the others.
pub(super) fn borders(ground: &Ground, mut dice: Dice) -> Part {
    if ground.data_centers.is_empty() {
        return Part::default();
    }
    let groups = vec![dice.pick(&ground.data_centers)];
    healed_mostly(ground, Action::CutGroups { groups, rest: true }, &mut dice)
}

fn healed_mostly(ground: &Ground, breaks: Action, dice: &mut Dice) -> Part {
    let mut part = Part::default();
    let at = ground.early(dice);
    part.at(at, breaks);
    if dice.happens(70) {
        part.at(plus(at, ground.telling_delay(dice)), Action::Heal { between: None });
    }
    part
}

/// A node is cut off, downed and removed without its knowledge, and is there again: before its quarantine has come, after
/// that, or about then.
pub(super) fn forgotten(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    if ground.nodes.len() < 2 {
        return part;
    }
    let order = dice.shuffled(ground.nodes.len());
    let (node, teller) = (ground.nodes[order[0]].clone(), ground.nodes[order[1]].clone());
    let at = ground.early(&mut dice);
    part.at(at, Action::Isolate { node: node.clone() });
    let noticed = plus(at, plus(ground.detection, Time::seconds(2)));
    if dice.happens(60) {
        part.at(dice.time(at, noticed), Action::Down { node: node.into(), at: teller });
    }
    let heals_at = match dice.below(3) {
        0 => plus(noticed, dice.time(Time(0), Time::seconds(6))),
        1 => plus(noticed, plus(ground.decision(), dice.time(Time::seconds(5), Time::seconds(12)))),
        _ => plus(at, ground.telling_delay(&mut dice)),
    };
    part.at(heals_at, Action::Heal { between: None });
    part
}

/// Two or three groups, each of them at least one node; the last of them is the rest.
fn groups(nodes: &[NodeName], dice: &mut Dice) -> Option<Vec<Vec<NodeName>>> {
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
