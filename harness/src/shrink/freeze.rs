//! CASE-6: chance is frozen. A link that loses some messages becomes one that loses none, and the few whose loss matters are
//! dropped by statements of their own; likewise what is doubled, held back or garbled. A delay becomes a constant, and nodes
//! start at once.
//!
//! What a node draws for itself, as whom it tells of its state, stays with the seed: an input says what happens to a node,
//! never what it chooses (`core/spec/door.md`). Shrinking gives the case seed 0, which needs no line, where it fails with that one too.

use quorate_sim::{Application, HostId, World};

use super::chance::Chance;
use super::statements::without_statements;
use super::trial::{Trial, options};
use crate::case::{Action, Case, Delay, LinkEffect, Step, Time};
use crate::run::{Cast, Player, Witness};

/// How many more statements a case may have for want of one kind of chance.
const MORE_MAX: usize = 2;
/// Above so many messages that met with it, it is not tried.
const MISHAPS_MAX: usize = 1500;

pub(super) fn freeze<A: Application + Default>(trial: &mut Trial<'_, A>) {
    freeze_starts(trial);
    freeze_delays(trial);
    for chance in Chance::ALL {
        freeze_chance(trial, chance);
    }
}

/// When each node starts is drawn no more.
fn freeze_starts<A: Application + Default>(trial: &mut Trial<'_, A>) {
    for place in 0..trial.best().steps.len() {
        if matches!(trial.best().steps[place].action, Action::StartAll { at_once: false }) {
            trial.keep_if_same(|case| case.steps[place].action = Action::StartAll { at_once: true });
        }
    }
}

/// A delay that is drawn becomes one that is not.
fn freeze_delays<A: Application + Default>(trial: &mut Trial<'_, A>) {
    let places = trial.best().links.len() + trial.best().steps.len();
    for place in 0..places {
        let Some(delay) = effect(&mut trial.best().clone(), place).and_then(|effect| match effect {
            LinkEffect::Delay(delay) => Some(*delay),
            _ => None,
        }) else {
            continue;
        };
        for constant in constants(delay) {
            let frozen = trial.keep_if_same(|case| {
                if let Some(effect) = effect(case, place) {
                    *effect = LinkEffect::Delay(Delay::Constant(constant));
                }
            });
            if frozen {
                break;
            }
        }
    }
}

/// The effect of the link or, behind all links, of the step of a place.
fn effect(case: &mut Case, place: usize) -> Option<&mut LinkEffect> {
    let links = case.links.len();
    match case.links.get_mut(place) {
        Some(link) => Some(&mut link.change.effect),
        None => match &mut case.steps.get_mut(place - links)?.action {
            Action::Link(change) => Some(&mut change.effect),
            _ => None,
        },
    }
}

/// What a drawn delay may become: the usual one first.
fn constants(delay: Delay) -> Vec<Time> {
    match delay {
        Delay::Constant(_) => Vec::new(),
        Delay::Uniform { from, to } => vec![to, from],
        Delay::Exponential { mean } => vec![mean, Time(mean.nanos().saturating_mul(4))],
        Delay::Bimodal { usual, other, .. } => vec![usual, other],
        Delay::LogNormal { median, p99 } => vec![median, p99],
    }
}

/// Links do this to messages no more, and to those that it was done to it is done by statements, as far as it matters.
fn freeze_chance<A: Application + Default>(trial: &mut Trial<'_, A>, chance: Chance) {
    if !chance.is_in(trial.best()) || trial.needs_chance.contains(&chance) {
        return;
    }
    let Some(fates) = fates::<A>(trial.best(), chance) else { return };
    let before = trial.mark();
    let statements = trial.best().statements();
    if !trial.keep_if_same(|case| chance.replace(case, fates)) {
        return;
    }
    without_statements(trial);
    if trial.best().statements() > statements + MORE_MAX || !trial.goes_on() {
        trial.needs_chance(chance, before);
    }
}

/// A statement for each message that met with it; `None` if they are none or too many, or the case can't be run.
pub(super) fn fates<A: Application + Default>(case: &Case, chance: Chance) -> Option<Vec<Step>> {
    let looks = Mishaps { chance, steps: Vec::new() };
    let player = Player::<A, Mishaps>::watched(case.clone(), &options(), looks).ok()?;
    let steps = player.play().ok()?.witness.steps;
    (steps.len() <= MISHAPS_MAX && !steps.is_empty()).then_some(steps)
}

/// Looks on at a run, and notes what chance does to messages.
#[derive(Clone)]
struct Mishaps {
    chance: Chance,
    steps: Vec<Step>,
}

impl<A: Application> Witness<A> for Mishaps {
    fn stands(&mut self, world: &World<A>, _: Option<HostId>, cast: &Cast) {
        let at = Time(world.now().as_nanos());
        for mishap in world.mishaps() {
            let Some(fate) = self.chance.fate(mishap.what) else { continue };
            let name = |host: HostId| cast.names()[host.index()].clone();
            let (from, to, kind) = (name(mishap.from), name(mishap.to), Some(mishap.kind));
            self.steps.push(Step::new(at, Action::Next { fate, kind, from, to }));
        }
    }
}
