//! Whole families of faults are left out at once: most of what a drawn case has in it plays no part.

use quorate_sim::Application;

use super::trial::Trial;
use crate::case::{Action, Case};

/// Kinds of statements that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Cuts,
    Links,
    Ends,
    Departures,
    Arrivals,
    Questions,
    Others,
}

const FAMILIES: [Family; 7] = [
    Family::Questions,
    Family::Links,
    Family::Cuts,
    Family::Ends,
    Family::Departures,
    Family::Arrivals,
    Family::Others,
];

fn family(action: &Action) -> Option<Family> {
    Some(match action {
        _ if action.cuts_links() => Family::Cuts,
        Action::Heal { .. } | Action::HealGroups { .. } => Family::Cuts,
        Action::Link(_)
        | Action::Block { .. }
        | Action::Unblock { .. }
        | Action::Hold { .. }
        | Action::Release { .. }
        | Action::Next { .. } => Family::Links,
        Action::Crash { .. } | Action::Restart { .. } => Family::Ends,
        Action::Leave { .. }
        | Action::Stop { .. }
        | Action::Down { .. }
        | Action::PrepareForShutdown { .. } => Family::Departures,
        Action::Start { .. } | Action::Join { .. } | Action::SetAppVersion { .. } => Family::Arrivals,
        Action::Check { .. } => Family::Questions,
        Action::StartAll { .. } | Action::End => return None,
        #[allow(unreachable_patterns, reason = "the language grows")]
        _ => Family::Others,
    })
}

pub(super) fn without_families<A: Application + Default>(trial: &mut Trial<'_, A>) {
    for left_out in FAMILIES {
        trial.keep_if_same(|case| case.steps.retain(|step| family(&step.action) != Some(left_out)));
    }
    trial.keep_if_same(without_claims);
    trial.keep_if_same(|case| case.links.clear());
    trial.keep_if_same(|case| case.settings.clear());
}

fn without_claims(case: &mut Case) {
    case.finally.clear();
    case.always.clear();
    case.never.clear();
}
