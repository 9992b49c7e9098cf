//! The whole cluster is to stop: it is told to prepare, and then its members go, in any order (LDR-44).

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, Time};

pub(super) fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    part.at(at, Action::PrepareForShutdown { at: dice.pick(&ground.nodes) });
    if dice.happens(30) {
        // Somebody else thought of it, too.
        part.at(
            plus(at, ground.telling_delay(&mut dice)),
            Action::PrepareForShutdown { at: dice.pick(&ground.nodes) },
        );
    }
    if dice.happens(30) {
        // Somebody is gone just then, so that nobody agrees, and somebody wants to be let in (LDR-47).
        part.at(plus(at, Time::seconds(5)), Action::Crash { nodes: vec![dice.pick(&ground.nodes)] });
        let node = part.newcomer("s1");
        let asks = plus(at, dice.time(Time::seconds(5), plus(ground.detection, Time::seconds(8))));
        part.at(asks, Action::Start { nodes: vec![node], seeds: None });
    }
    at = plus(at, ground.telling_delay(&mut dice));
    let goes = if dice.happens(70) { ground.nodes.len() } else { dice.below(ground.nodes.len() + 1) };
    for place in dice.shuffled(ground.nodes.len()).into_iter().take(goes) {
        let node = ground.nodes[place].clone();
        let action = if dice.happens(70) {
            Action::Leave { node: node.into(), at: None }
        } else {
            Action::Stop { nodes: vec![node] }
        };
        part.at(at, action);
        if dice.happens(60) {
            at = plus(at, dice.time(Time::millis(100), Time::seconds(6)));
        }
    }
    part
}
