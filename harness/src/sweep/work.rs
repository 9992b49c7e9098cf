//! One case of a campaign: drawn, run, and, when it fails, made into a case that stands on its own.

use quorate::internals::mix;

use super::known::Known;
use super::plan::Plan;
use super::tally::Tally;
use crate::case::Case;
use crate::draw::{CaseId, draw};
use crate::failure::{Signature, stamped};
use crate::run::{Options, Outcomes, Report, run};
use crate::settings::WORLD_PLANTED;

/// A run that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The case as it was drawn.
    pub id: CaseId,
    /// What makes it the same failure as another.
    pub signature: Signature,
    /// How it counts.
    pub class: Class,
    /// What became of it.
    pub outcomes: Outcomes,
    /// The case that fails, on its own: without what did not apply, with the settings of the campaign, and the digest
    /// that a run of it has.
    pub case: Case,
}

/// How a failure counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something that must hold did not.
    Violation,
    /// RUN-6: a known defect of the protocol that is followed.
    Known(Known),
    /// RUN-3: a second run of the same case was another.
    NotDeterministic,
}

/// What became of one case.
#[derive(Debug)]
pub(super) enum Worked {
    Held,
    /// INV-5: it failed, but not by the bug that was planted.
    FailedAnyway,
    Failed(Box<Failure>),
    /// The case can't be run as it is: with these settings, mostly. Why not.
    NotApplicable(String),
}

/// RUN-3: one run in so many is done twice.
const TWICE_IN: u64 = 100;

/// Draws a case, runs it, and looks at what became of it.
pub(super) fn work(plan: &Plan, options: &Options, id: CaseId, tally: &mut Tally) -> Worked {
    let drawn = draw(id);
    let report = match run(&drawn, options) {
        Ok(report) => report,
        Err(error) => return Worked::NotApplicable(format!("{id}: {}", error.why)),
    };
    tally.run(&report.outcomes);
    if is_run_twice(id) {
        tally.runs_twice += 1;
        let again = run(&drawn, options).map(|again| again.outcomes.digest);
        if again != Ok(report.outcomes.digest) {
            return Worked::Failed(Box::new(not_deterministic(id, &report, options)));
        }
    }
    let Some(signature) = report.outcomes.signature.clone() else { return Worked::Held };
    let failure = failed(id, signature, &report, options);
    if plan.planted.is_some() && !is_by_the_bug(&failure) {
        tally.failed_anyway += 1;
        return Worked::FailedAnyway;
    }
    Worked::Failed(Box::new(failure))
}

/// INV-5: whether a failure tells of the bug that was planted: the same case holds without the bug, and it is no known
/// defect that the bug has only brought about at another time.
fn is_by_the_bug(failure: &Failure) -> bool {
    if failure.class != Class::Violation {
        return failure.class == Class::NotDeterministic;
    }
    let set = vec![(WORLD_PLANTED.into(), "off".into())];
    let options = Options { set, bare: true, pass_over: true, ..Options::default() };
    let without = run(&failure.case, &options).map(|report| report.outcomes);
    let invariant = |outcomes: &Outcomes| outcomes.violation.as_ref().map(|violation| violation.invariant);
    without.is_ok_and(|without| {
        without.signature.is_none() || invariant(&without) != invariant(&failure.outcomes)
    })
}

/// RUN-3: drawn by the id, so that every shard has its share.
fn is_run_twice(id: CaseId) -> bool {
    mix(id.seed, id.profile as u64).is_multiple_of(TWICE_IN)
}

fn failed(id: CaseId, signature: Signature, report: &Report, options: &Options) -> Failure {
    let case = standing_alone(report, options);
    // The numbers of events are those of the case as it is kept.
    let again = run(&case, &Options { bare: true, ..Options::default() }).map(|again| again.outcomes);
    let is_same = again.as_ref().is_ok_and(|again| again.signature.as_ref() == Some(&signature));
    let outcomes = again.unwrap_or_else(|_| report.outcomes.clone());
    let class = match &outcomes.violation {
        _ if !is_same => Class::NotDeterministic,
        Some(violation) => Known::of(violation.invariant, &case).map_or(Class::Violation, Class::Known),
        _ => Class::Violation,
    };
    Failure { id, signature, class, outcomes, case }
}

fn not_deterministic(id: CaseId, report: &Report, options: &Options) -> Failure {
    let case = standing_alone(report, options);
    let signature = Signature::of_fault("a second run was another", &report.cast);
    Failure { id, signature, class: Class::NotDeterministic, outcomes: report.outcomes.clone(), case }
}

/// The case of a run with all that a campaign set beside it, and the digest of the run.
fn standing_alone(report: &Report, options: &Options) -> Case {
    stamped(&options.written_into(&report.case), report.outcomes.digest)
}
