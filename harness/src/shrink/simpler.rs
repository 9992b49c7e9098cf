//! What can't be left out is made simpler: cuts, times, chance.

use quorate_sim::Application;

use super::trial::Trial;
use crate::case::{Action, Case, Delay, Falsehood, LinkEffect, NodeName, Step, Time};

pub(super) fn simplify<A: Application + Default>(trial: &mut Trial<'_, A>) {
    trial.keep_if_same(|case| case.seed = 0);
    trial.keep_if_same(start_all);
    simplify_cuts(trial);
    round_times(trial);
}

/// How many members one lie invents, or joins one flood has, is halved as long as the failure bears it: with many of them every run is slow.
pub(super) fn halve_lies<A: Application + Default>(trial: &mut Trial<'_, A>) {
    for place in 0..trial.best().steps.len() {
        while trial.goes_on() && trial.keep_if_same(|case| halve_lie(case, place)) {}
    }
}

fn halve_lie(case: &mut Case, place: usize) {
    if let Some(Step { action: Action::Lie { claim, .. }, .. }) = case.steps.get_mut(place)
        && let Falsehood::Invents(count) | Falsehood::Floods(count) = claim
        && *count > 1
    {
        *count /= 2;
    }
}

/// The nodes that are started one after the other at the beginning are started as one.
fn start_all(case: &mut Case) {
    const BEGINNING: Time = Time::seconds(2);
    let is_start = |step: &Step| {
        step.at <= BEGINNING
            && matches!(step.action, Action::Start { seeds: None, .. } | Action::StartAll { .. })
    };
    if case.steps.iter().filter(|step| is_start(step)).count() > 1 {
        case.steps.retain(|step| !is_start(step));
        case.steps.insert(0, Step::new(Time::ZERO, Action::StartAll { at_once: false }));
    }
}

/// A cut into groups becomes one of fewer groups, or the isolation of one node.
fn simplify_cuts<A: Application + Default>(trial: &mut Trial<'_, A>) {
    for place in 0..trial.best().steps.len() {
        let mut changed = true;
        while changed && trial.goes_on() {
            changed = cuts_simpler_than(trial.best(), place)
                .into_iter()
                .any(|action| trial.keep_if_same(|case| case.steps[place].action = action));
        }
    }
}

fn cuts_simpler_than(case: &Case, place: usize) -> Vec<Action> {
    let Some(Action::CutGroups { groups, rest }) = case.steps.get(place).map(|step| &step.action) else {
        return Vec::new();
    };
    let mut simpler = Vec::new();
    let sides = groups.len() + usize::from(*rest);
    if sides > 2 {
        for (one, other) in
            (0..groups.len()).flat_map(|one| (one + 1..groups.len()).map(move |other| (one, other)))
        {
            let mut fewer: Vec<Vec<NodeName>> = groups.clone();
            let joined = fewer.remove(other);
            fewer[one].extend(joined);
            simpler.push(Action::CutGroups { groups: fewer, rest: *rest });
        }
    }
    let single = groups.iter().filter(|group| group.len() == 1);
    simpler.extend(single.map(|group| Action::Isolate { node: group[0].clone() }));
    simpler
}

/// What times are rounded to, the coarsest first.
const GRAINS: [Time; 6] = [
    Time::seconds(10),
    Time::seconds(5),
    Time::seconds(1),
    Time::millis(500),
    Time::millis(100),
    Time::millis(10),
];

/// Rounds every time as coarsely as the failure bears, from the last statement to the first. None passes another.
fn round_times<A: Application + Default>(trial: &mut Trial<'_, A>) {
    for place in (0..trial.best().steps.len()).rev() {
        if place >= trial.best().steps.len() {
            continue;
        }
        let earliest = place.checked_sub(1).map_or(Time::ZERO, |before| trial.best().steps[before].at);
        let latest = trial.best().steps.get(place + 1).map_or(Time::MAX, |after| after.at);
        let at = trial.best().steps[place].at;
        let steps = trial.best().steps.len();
        for rounded in roundings(at) {
            if (earliest..=latest).contains(&rounded)
                && trial.keep_if_same(|case| case.steps[place].at = rounded)
            {
                break;
            }
        }
        if trial.best().steps.len() == steps {
            round_inside(trial, place);
        }
    }
}

/// Each rounding of a time that changes it, up to where it is as round already.
fn roundings(time: Time) -> impl Iterator<Item = Time> {
    let round = move |grain: Time| {
        let half = grain.nanos() / 2;
        Time(time.nanos().saturating_add(half) / grain.nanos() * grain.nanos())
    };
    GRAINS.into_iter().map(round).take_while(move |rounded| *rounded != time)
}

/// Times within a statement.
fn round_inside<A: Application + Default>(trial: &mut Trial<'_, A>, place: usize) {
    let inside = match &trial.best().steps[place].action {
        Action::Restart { after, .. } => *after,
        Action::Check { within: Some(within), .. } => *within,
        Action::Link(change) => match change.effect {
            LinkEffect::Delay(Delay::Constant(delay)) => delay,
            LinkEffect::Delay(Delay::Uniform { to, .. }) => {
                trial.keep_if_same(|case| set_inside(&mut case.steps[place].action, to));
                to
            }
            _ => return,
        },
        _ => return,
    };
    for rounded in roundings(inside) {
        if trial.keep_if_same(|case| set_inside(&mut case.steps[place].action, rounded)) {
            return;
        }
    }
}

fn set_inside(action: &mut Action, time: Time) {
    match action {
        Action::Restart { after, .. } => *after = time,
        Action::Check { within: Some(within), .. } => *within = time,
        Action::Link(change) => {
            if let LinkEffect::Delay(delay) = &mut change.effect {
                *delay = Delay::Constant(time);
            }
        }
        _ => {}
    }
}
