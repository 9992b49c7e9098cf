//! Statements are left out: half of them, a quarter, down to single ones.

use quorate_sim::Application;

use super::trial::Trial;
use crate::case::{Action, Case};

/// Leaves out what can be left out, in ever smaller pieces. Afterwards no single statement can, unless time ran out.
pub(super) fn without_statements<A: Application + Default>(trial: &mut Trial<'_, A>) {
    let mut piece = count(trial.best()).next_power_of_two();
    while piece >= 1 {
        let mut left_out = false;
        // From the end: what comes late depends on what comes early, and an early change makes for a longer run.
        let mut to = count(trial.best());
        while to > 0 && trial.goes_on() {
            let from = to.saturating_sub(piece);
            left_out |= trial.keep_if_same(|case| remove(case, from, to));
            to = from.min(count(trial.best()));
        }
        // Of single ones one may be needed only for another that is gone now.
        if piece > 1 || !left_out {
            piece /= 2;
        }
    }
}

/// How many other seeds are tried for each statement that can't be left out with the case's own.
const OTHER_SEEDS: u64 = 4;

/// Leaves out single statements that were needed only for the chance of this seed.
pub(super) fn at_other_seeds<A: Application + Default>(trial: &mut Trial<'_, A>) {
    let mut place = count(trial.best());
    while place > 0 && trial.goes_on() {
        place = place.min(count(trial.best())) - 1;
        (1..=OTHER_SEEDS).any(|seed| {
            trial.keep_if_same(|case| {
                case.seed = seed;
                remove(case, place, place + 1);
            })
        });
    }
}

fn count(case: &Case) -> usize {
    case.statements()
}

/// Leaves out the statements of these places: settings, then what the case begins with and claims, then steps.
fn remove(case: &mut Case, from: usize, to: usize) {
    let mut place = 0;
    let mut stays = || {
        place += 1;
        !(from..to).contains(&(place - 1))
    };
    for set in &mut case.settings {
        set.settings.retain(|_| stays());
    }
    case.settings.retain(|set| !set.settings.is_empty());
    case.roles.retain(|_| stays());
    case.links.retain(|_| stays());
    case.judge_off.retain(|_| stays());
    for claims in [&mut case.finally, &mut case.always, &mut case.never] {
        claims.retain(|_| stays());
    }
    case.steps.retain(|step| step.action == Action::End || stays());
}

/// The case without the statement of one place, for those who want to see that each is needed.
#[cfg(test)]
pub(super) fn without(case: &Case, place: usize) -> Case {
    let mut case = case.clone();
    remove(&mut case, place, place + 1);
    case
}
