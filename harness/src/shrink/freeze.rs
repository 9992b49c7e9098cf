//! Chance is frozen: a link that loses some messages becomes one that loses none, and the few whose loss matters are
//! dropped by statements of their own.

use std::collections::BTreeSet;

use quorate_sim::{Application, HostId, World};

use super::statements::without_statements;
use super::trial::{Trial, options};
use crate::case::{Action, Case, Delay, Fate, LinkEffect, Step, Time};
use crate::run::{Cast, Player, Witness};

/// How many more statements a case may have for want of chance.
const MORE_MAX: usize = 2;
/// Above so many lost messages it is not tried.
const LOST_MAX: usize = 1500;

pub(super) fn freeze<A: Application + Default>(trial: &mut Trial<'_, A>) {
    freeze_delays(trial);
    freeze_losses(trial);
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

/// Links lose nothing any more, and what they had lost is dropped one by one, as far as it matters.
fn freeze_losses<A: Application + Default>(trial: &mut Trial<'_, A>) {
    let loses = |effect: &LinkEffect| matches!(effect, LinkEffect::Loss(_) | LinkEffect::BurstyLoss { .. });
    let is_loss = |step: &Step| matches!(&step.action, Action::Link(change) if loses(&change.effect));
    let (links, steps) = (&trial.best().links, &trial.best().steps);
    if !links.iter().any(|link| loses(&link.change.effect)) && !steps.iter().any(is_loss) {
        return;
    }
    if trial.needs_chance {
        return;
    }
    let Some(drops) = drops::<A>(trial.best()) else { return };
    let before = trial.mark();
    let statements = trial.best().statements();
    let frozen = trial.keep_if_same(|case| {
        case.links.retain(|link| !loses(&link.change.effect));
        case.steps.retain(|step| !is_loss(step));
        case.steps.extend(drops);
        // The case ends behind them, and what is done at one instant comes behind what is dropped then.
        case.steps.sort_by_key(|step| {
            (step.at, step.action == Action::End, !matches!(step.action, Action::Next { .. }))
        });
    });
    if !frozen {
        return;
    }
    without_statements(trial);
    if trial.best().statements() > statements + MORE_MAX || !trial.goes_on() {
        trial.needs_chance(before);
    }
}

/// A statement for each message that was lost; `None` if they are too many or the case can't be run.
fn drops<A: Application + Default>(case: &Case) -> Option<Vec<Step>> {
    let player = Player::<A, Losses>::watched(case.clone(), &options(), Losses::default()).ok()?;
    let losses = player.play().ok()?.witness;
    (losses.drops.len() <= LOST_MAX && !losses.drops.is_empty()).then_some(losses.drops)
}

/// Looks on at a run, and notes what is lost.
#[derive(Clone, Default)]
struct Losses {
    drops: Vec<Step>,
}

impl<A: Application> Witness<A> for Losses {
    fn stands(&mut self, world: &World<A>, _: Option<HostId>, cast: &Cast) {
        let lost: BTreeSet<_> = world.lost().iter().copied().collect();
        let at = Time(world.now().as_nanos());
        for (from, to, kind) in lost {
            let name = |host: HostId| cast.names()[host.index()].clone();
            let (from, to) = (name(from), name(to));
            self.drops.push(Step::new(at, Action::Next { fate: Fate::Drop, kind: Some(kind), from, to }));
        }
    }
}
