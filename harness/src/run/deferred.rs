//! CASE-7: what a world has put off, and what becomes of a statement that it can't do any more when its time comes.

use quorate::Instant;
use quorate_sim::HostId;

use super::cast::Cast;
use crate::case::{Action, Case, Step};

/// Something that a statement asked for and that will be done later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deferred {
    /// When it will be.
    pub(super) until: Instant,
    /// At which host.
    pub(super) host: HostId,
    /// The place of the statement.
    pub(super) place: usize,
    /// Whether its other part, the end of a process that is to start again, was done at once.
    pub(super) has_crashed: bool,
}

/// What statements have asked for that is still to be done, or that can't be done any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Deferrals {
    open: Vec<Deferred>,
    undone: Vec<Deferred>,
}

impl Deferrals {
    pub(super) fn put_off(&mut self, deferred: Deferred) {
        self.open.push(deferred);
    }

    /// The time has come for something at a host: takes what that was, if a statement asked for it.
    pub(super) fn due(&mut self, at: Instant, host: Option<HostId>) -> Option<Deferred> {
        let is_it = |deferred: &Deferred| deferred.until == at && Some(deferred.host) == host;
        let place = self.open.iter().position(is_it)?;
        Some(self.open.remove(place))
    }

    /// It could not be done.
    pub(super) fn could_not_be_done(&mut self, deferred: Deferred) {
        self.undone.push(deferred);
    }

    /// Takes out of a case the statements that were passed over, and what could not be done of others: a case of which the run is
    /// the same.
    pub(super) fn leave_out(mut self, case: &mut Case, cast: &Cast, passed_over: &[usize]) {
        // From behind, so that no place moves before its turn.
        self.undone.sort_by_key(|deferred| std::cmp::Reverse((deferred.place, deferred.host)));
        let mut undone = self.undone.into_iter().peekable();
        for place in (0..case.steps.len()).rev() {
            if passed_over.binary_search(&place).is_ok() {
                case.steps.remove(place);
                continue;
            }
            let mut parts = vec![case.steps[place].clone()];
            while let Some(deferred) = undone.next_if(|deferred| deferred.place == place) {
                let last = parts.pop();
                parts.extend(last.into_iter().flat_map(|step| without(&step, deferred, cast)));
            }
            case.steps.splice(place..=place, parts);
        }
    }
}

/// What a statement did without what a host was to do later.
fn without(step: &Step, deferred: Deferred, cast: &Cast) -> Vec<Step> {
    let mut rest = step.clone();
    let is_host = |name: &crate::case::NodeName| cast.host(name) == Some(deferred.host);
    let (mut parts, others_stay) = match &mut rest.action {
        Action::Restart { nodes, .. } | Action::Stop { nodes } => {
            let gone: Vec<_> = nodes.extract_if(.., |name| is_host(name)).collect();
            let crash =
                deferred.has_crashed.then(|| Step { action: Action::Crash { nodes: gone }, ..step.clone() });
            (crash.into_iter().collect::<Vec<_>>(), !nodes.is_empty())
        }
        Action::Leave { .. }
        | Action::Down { .. }
        | Action::Join { .. }
        | Action::Lie { .. }
        | Action::SetAppVersion { .. }
        | Action::PrepareForShutdown { .. } => (Vec::new(), false),
        _ => (Vec::new(), true),
    };
    parts.extend(others_stay.then_some(rest));
    parts
}
