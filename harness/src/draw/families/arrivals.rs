//! Nodes that are started late, and join a cluster in whatever state it is.

use quorate::{AppVersion, MessageKind};

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::{Ground, in_data_center, plus};
use super::Part;
use crate::case::{Action, Fate, NodeName, Time};

/// A few nodes, each at an instant of its own.
pub(super) fn joiners(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let count = dice.weighted(&[(5, 1), (3, 2), (1, 3)]);
    for number in 1..=count {
        let node = part.newcomer(&format!("x{number}"));
        let at = ground.instant(&mut dice);
        if dice.happens(15) {
            // One that is told whom to join, and no seed nodes.
            part.at(at, Action::Start { nodes: vec![node.clone()], seeds: Some(Vec::new()) });
            part.at(at, Action::Join { node, via: dice.pick(&ground.nodes) });
        } else {
            part.at(at, Action::Start { nodes: vec![node], seeds: None });
        }
    }
    part
}

/// One that is not told the version of its application before a while has passed.
pub(super) fn late_versions(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let node = part.newcomer("v1");
    let at = ground.early(&mut dice);
    let version = dice.pick(&["1.0.0", "1.2.3", "2.0.0-M1"]).parse::<AppVersion>().ok();
    part.at(at, Action::Start { nodes: vec![node.clone()], seeds: None });
    part.at(at, Action::SetAppVersion { node: node.clone(), version: None });
    let told = plus(at, ground.telling_delay(&mut dice));
    part.at(told, Action::SetAppVersion { node, version });
    part
}

/// One whose welcomes come so late that it may have asked somebody else by then (JOIN-91, JOIN-92).
pub(super) fn slow_welcomes(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let node = part.newcomer("w1");
    let at = ground.early(&mut dice);
    for from in &ground.nodes {
        // Who asked waits for ten seconds, and then asks whoever answers first.
        let fate = Fate::Delay(dice.time(Time::seconds(11), Time::seconds(19)));
        let (from, to) = (from.clone(), node.clone());
        part.at(at, Action::Next { fate, kind: Some(MessageKind::Welcome), from, to });
    }
    part.at(at, Action::Start { nodes: vec![node], seeds: None });
    part
}

/// One that is let in by a node of which the others then hear nothing: its link to them breaks before, or it is gone at
/// once. Or the welcome is lost, the newcomer is given up, and asks another (REP-30, REP-40).
pub(super) fn lost_introductions(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    if ground.nodes.len() < 2 {
        return part;
    }
    let order = dice.shuffled(ground.nodes.len());
    let (via, other) = (ground.nodes[order[0]].clone(), ground.nodes[order[1]].clone());
    let node = part.newcomer("z1");
    let at = ground.early(&mut dice);
    let is_given_up = dice.happens(40);
    if is_given_up {
        let fate = Fate::Drop;
        let (from, to) = (via.clone(), node.clone());
        part.at(at, Action::Next { fate, kind: Some(MessageKind::Welcome), from, to });
    } else {
        part.at(at, Action::Isolate { node: via.clone() });
        let link = between(&via, &node, false);
        part.at(at, Action::Heal { between: Some(link) });
    }
    part.at(at, Action::Start { nodes: vec![node.clone()], seeds: Some(Vec::new()) });
    part.at(at, Action::Join { node: node.clone(), via: via.clone() });
    let soon = plus(at, dice.time(Time::millis(100), Time::seconds(2)));
    if is_given_up {
        part.at(soon, Action::Down { node: node.clone().into(), at: via });
        let gone = plus(soon, dice.time(Time::seconds(3), Time::seconds(12)));
        if dice.happens(50) {
            // One that never knew it.
            let late = part.newcomer("z2");
            part.at(gone, Action::Start { nodes: vec![late.clone()], seeds: None });
            part.at(plus(gone, Time::seconds(3)), Action::Join { node, via: late });
        } else {
            part.at(gone, Action::Join { node, via: other });
        }
    } else {
        part.at(soon, Action::Crash { nodes: vec![via] });
        part.at(plus(soon, dice.time(Time(0), Time::seconds(2))), Action::Heal { between: None });
    }
    part
}

/// The first members of a data centre that nobody has heard of before (DC-14).
pub(super) fn new_data_centers(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    let nodes: Vec<NodeName> =
        (1..=dice.between(1, 3)).map(|number| part.newcomer(&format!("y{number}"))).collect();
    for node in &nodes {
        part.at(at, Action::Start { nodes: vec![node.clone()], seeds: None });
        if dice.happens(50) {
            at = plus(at, dice.time(Time::millis(100), Time::seconds(5)));
        }
    }
    part.settings.push(in_data_center("north", nodes));
    part
}
