//! Tries candidates against the failure that must stay.

use std::collections::BTreeSet;
use std::sync::Arc;

use quorate::internals::Mixer;
use quorate_sim::Application;

use super::chance::Chance;
use super::{Progress, ShrinkError, Shrunk};
use crate::case::{Action, Case, Step, Time};
use crate::failure::Signature;
use crate::run::{Options, Outcomes, Played, Player};

/// Above so many nodes times statements runs are begun anew: keeping a world for each statement would take too much memory.
const KEPT_MAX: usize = 20_000;

/// The best case so far, and how to try another.
pub(super) struct Trial<'a, A: Application = ()> {
    best: Arc<Case>,
    outcomes: Outcomes,
    signature: Signature,
    /// Runs of the best case, each as it stands before the statement of its place: what candidates with the same
    /// statements up to there go on from.
    kept: Vec<Player<A>>,
    /// Hashes of the candidates that failed in another way or not at all.
    refused: BTreeSet<u64>,
    progress: Progress,
    goes_on: &'a mut dyn FnMut(Progress) -> bool,
    has_time: bool,
    /// Without what chance it was found to be larger.
    pub(super) needs_chance: BTreeSet<Chance>,
}

pub(super) fn options() -> Options {
    Options { bare: true, pass_over: true, ..Options::default() }
}

impl<'a, A: Application + Default> Trial<'a, A> {
    pub(super) fn new(
        case: &Case,
        goes_on: &'a mut dyn FnMut(Progress) -> bool,
    ) -> Result<Self, ShrinkError> {
        let mut case = case.clone();
        // It will be the digest of another case.
        case.digest = None;
        let player = Player::<A>::new(case, &options()).map_err(ShrinkError::NotRunnable)?;
        let Played { report, .. } = player.play().map_err(ShrinkError::NotRunnable)?;
        let outcomes = report.outcomes;
        let Some(signature) = outcomes.signature.clone() else {
            return Err(ShrinkError::NothingFails { digest: outcomes.digest });
        };
        let progress = Progress { runs: 1, events: outcomes.events, statements: report.case.statements() };
        Ok(Self {
            best: Arc::new(report.case),
            outcomes,
            signature,
            kept: Vec::new(),
            refused: BTreeSet::new(),
            progress,
            goes_on,
            has_time: true,
            needs_chance: BTreeSet::new(),
        })
    }

    /// The smallest case so far that fails in the same way.
    pub(super) fn best(&self) -> &Case {
        &self.best
    }

    /// Whether there is time for another run.
    pub(super) fn goes_on(&mut self) -> bool {
        self.has_time = self.has_time && (self.goes_on)(self.progress);
        self.has_time
    }

    /// The best case so far, to go back to.
    pub(super) fn mark(&self) -> (Arc<Case>, Outcomes) {
        (self.best.clone(), self.outcomes.clone())
    }

    /// Goes back to a case that was the best before, because this chance is needed to keep it small.
    pub(super) fn needs_chance(&mut self, chance: Chance, (case, outcomes): (Arc<Case>, Outcomes)) {
        self.accept(Arc::unwrap_or_clone(case), outcomes);
        self.needs_chance.insert(chance);
    }

    /// Makes a change, and keeps it if the case still fails in the same way. Says whether it does.
    pub(super) fn keep_if_same(&mut self, change: impl FnOnce(&mut Case)) -> bool {
        let mut candidate = (*self.best).clone();
        change(&mut candidate);
        if candidate == *self.best {
            return false;
        }
        let hash = hash(&candidate);
        if self.refused.contains(&hash) || !self.goes_on() {
            return false;
        }
        match self.run(candidate) {
            Some((case, outcomes)) if outcomes.signature.as_ref() == Some(&self.signature) => {
                self.accept(case, outcomes);
                true
            }
            _ => {
                self.refused.insert(hash);
                false
            }
        }
    }

    /// Runs a candidate. One that can't be run is as good as one that does not fail.
    fn run(&mut self, candidate: Case) -> Option<(Case, Outcomes)> {
        self.progress.runs += 1;
        let same = self.same_statements(&candidate);
        let candidate = Arc::new(candidate);
        let (player, events_before) = match same.and_then(|place| self.kept_at(place)) {
            Some(mut kept) => {
                let events = kept.events();
                kept.turn_to(candidate);
                (kept, events)
            }
            None => (Player::new(Arc::unwrap_or_clone(candidate), &options()).ok()?, 0),
        };
        let Played { report, .. } = player.play().ok()?;
        self.progress.events += report.outcomes.events - events_before;
        Some((report.case, report.outcomes))
    }

    /// How many statements a candidate begins with that are those of the best case; `None` if it differs in what a run
    /// begins with.
    fn same_statements(&self, candidate: &Case) -> Option<usize> {
        let best = &*self.best;
        let begins_alike = (&candidate.nodes, &candidate.seeds, &candidate.roles, &candidate.settings)
            == (&best.nodes, &best.seeds, &best.roles, &best.settings)
            && (&candidate.links, &candidate.judge_off, candidate.seed)
                == (&best.links, &best.judge_off, best.seed)
            && (&candidate.finally, &candidate.always, &candidate.never)
                == (&best.finally, &best.always, &best.never);
        let alike = |(one, other): &(&Step, &Step)| one.at == other.at && one.action == other.action;
        begins_alike.then(|| candidate.steps.iter().zip(&best.steps).take_while(alike).count())
    }

    /// A run of the best case as it stands before a statement.
    fn kept_at(&mut self, place: usize) -> Option<Player<A>> {
        if self.best.nodes.len() * self.best.steps.len() > KEPT_MAX {
            return None;
        }
        if self.kept.is_empty() {
            self.kept.push(Player::new((*self.best).clone(), &options()).ok()?);
        }
        while self.kept.len() <= place {
            let mut next = self.kept.last()?.clone();
            next.play_statements(self.kept.len()).ok()?;
            self.kept.push(next);
        }
        self.kept.get(place).cloned()
    }

    fn accept(&mut self, case: Case, outcomes: Outcomes) {
        let same = self.same_statements(&case);
        // Before the statement behind the last that is the same, the run is still the same.
        self.kept.truncate(same.map_or(0, |same| same + 1));
        self.best = Arc::new(case);
        for kept in &mut self.kept {
            kept.turn_to(self.best.clone());
        }
        self.outcomes = outcomes;
        self.progress.statements = self.best.statements();
    }

    /// Lets the case end where it fails, or as soon after as it still does.
    pub(super) fn cut_tail(&mut self) {
        let ended_at = Time(self.outcomes.ended_at.as_nanos());
        let last_unmet = self.outcomes.unmet.first().map(|unmet| Time(unmet.at.as_nanos()));
        let failed_at = last_unmet.filter(|_| self.outcomes.violation.is_none()).unwrap_or(ended_at);
        for grain in [Time::seconds(10), Time::seconds(1), Time::millis(100), Time::millis(1), Time(1)] {
            let end = Time(failed_at.nanos().div_ceil(grain.nanos()).saturating_mul(grain.nanos()));
            if self.best.steps.last().is_some_and(|step| end < step.at)
                && self.keep_if_same(|case| end_at(case, end))
            {
                return;
            }
        }
    }

    pub(super) fn into_shrunk(self, statements_before: usize, is_minimal: bool) -> Shrunk {
        // The runs share the case.
        drop(self.kept);
        Shrunk {
            case: Arc::unwrap_or_clone(self.best),
            outcomes: self.outcomes,
            signature: self.signature,
            statements_before,
            is_minimal,
            progress: self.progress,
        }
    }
}

/// What comes later is left out.
fn end_at(case: &mut Case, end: Time) {
    case.steps.retain(|step| step.at <= end && step.action != Action::End);
    case.steps.push(Step::new(end, Action::End));
}

fn hash(case: &Case) -> u64 {
    let mut mixer = Mixer::new(41);
    mixer.text(&case.to_string());
    mixer.finish()
}
