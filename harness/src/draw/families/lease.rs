//! The lease service refuses, is slow, cannot be reached, or loses its answers. It means something only under
//! lease-majority.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, LeaseState, Time};

pub(super) fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    for _ in 0..dice.weighted(&[(3, 1), (1, 2)]) {
        let state = match dice.below(4) {
            0 => LeaseState::Denies,
            1 => LeaseState::Slow(dice.pick(&[Time::millis(500), Time::seconds(3), Time::seconds(8)])),
            2 => LeaseState::Down,
            _ => LeaseState::LosesReplies(dice.pick(&[1, 2, 5])),
        };
        part.at(at, Action::Lease(state));
        at = plus(at, ground.telling_delay(&mut dice));
        if dice.happens(60) {
            part.at(at, Action::Lease(LeaseState::Works));
            at = plus(at, ground.telling_delay(&mut dice));
        }
    }
    part
}
