//! The families of faults. A new one is a small file here, and a line in [`FAMILIES`].

mod bridges;
mod crashes;
mod cuts;
mod delays;
mod downs;
mod flapping;
mod isolation;
mod joiners;
mod leaves;
mod loss;
mod noise;
mod one_way;
mod pairs;
mod pauses;
mod restarts;
mod slowness;
mod stops;

use super::dice::Dice;
use super::ground::Ground;
use super::id::Profile;
use crate::case::{Action, NodeName, Step, Time};

/// A kind of trouble that is in a case or not.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    /// How often in a hundred cases of a profile it is switched on.
    pub(super) percent: fn(Profile) -> u32,
    /// What it does in a case. It must not look at anything but the ground and its own draws.
    pub(super) draw: fn(&Ground, Dice) -> Part,
}

/// What a family adds to a case. Whatever is later than the time of trouble happens at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Nodes that only this family knows of.
    pub(super) nodes: Vec<NodeName>,
    pub(super) steps: Vec<Step>,
}

impl Part {
    fn at(&mut self, at: Time, action: Action) {
        self.steps.push(Step::new(at, action));
    }
}

/// All families. The order says what comes first of two statements at one instant, and nothing else.
pub(super) static FAMILIES: &[&Family] = &[
    &joiners::JOINERS,
    &cuts::CUTS,
    &one_way::ONE_WAY,
    &pairs::PAIRS,
    &isolation::ISOLATION,
    &flapping::FLAPPING,
    &crashes::CRASHES,
    &restarts::RESTARTS,
    &leaves::LEAVES,
    &stops::STOPS,
    &downs::DOWNS,
    &loss::LOSS,
    &delays::DELAYS,
    &pauses::PAUSES,
    &slowness::SLOWNESS,
    &bridges::BRIDGES,
    &noise::NOISE,
];

/// Of so many nodes how many are meant: mostly one, sometimes up to half of them.
fn a_few(nodes: usize, dice: &mut Dice) -> usize {
    let most = (nodes / 2).max(1) as u64;
    if dice.happens(60) { 1 } else { dice.between(1, most) as usize }
}
