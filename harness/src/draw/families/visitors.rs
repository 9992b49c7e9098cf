//! Two come when all is over and quiet has come. Whatever became of the others by then, these run, so that what is done to them is
//! mostly judged by what must come of it in time.

use super::super::dice::Dice;
use super::super::ground::Ground;
use super::Part;
use super::codas::forgotten;
use crate::case::{Action, Time};

/// One of them is started anew, and of the other is heard no more.
pub(super) fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let (one, other) = (part.newcomer("q1"), part.newcomer("q2"));
    // They ask all that were there from the start: some of those are still there, mostly.
    let seeds = Some(ground.nodes.clone());
    part.codas.push(vec![(Time(0), Action::Start { nodes: vec![one.clone(), other.clone()], seeds })]);
    if dice.happens(65) {
        part.codas.push(vec![(Time(0), Action::Restart { nodes: vec![one.clone()], after: Time(0) })]);
    }
    let now = |action| vec![(Time(0), action)];
    part.codas.push(match dice.weighted(&[(6, 0), (2, 1), (1, 2)]) {
        0 => forgotten(ground, other, one, &mut dice),
        1 => now(Action::Crash { nodes: vec![other] }),
        _ => now(Action::Leave { node: other.into(), at: Some(one) }),
    });
    part
}
