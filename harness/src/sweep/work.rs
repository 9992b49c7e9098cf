//! One case of a campaign: drawn, run, and, when it fails, made into a case that stands on its own.

use quorate::internals::mix;

use super::known::Known;
use super::mutant::Mutant;
use super::plan::Plan;
use super::tally::Tally;
use crate::case::{Case, JudgeOff, Line, Prose};
use crate::draw::{CaseId, draw};
use crate::failure::{Signature, stamped};
use crate::run::{NotRunnable, Options, Outcomes, Report, run};

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
    work_with(plan, options, id, tally, run)
}

/// The same with another way to run a case.
fn work_with(
    plan: &Plan,
    options: &Options,
    id: CaseId,
    tally: &mut Tally,
    run: impl Fn(&Case, &Options) -> Result<Report, NotRunnable>,
) -> Worked {
    let mut drawn = draw(id);
    for invariant in plan.mutant.into_iter().flat_map(Mutant::left_out) {
        let (invariant, line, prose) = (invariant.id.into(), Line::default(), Prose::default());
        drawn.judge_off.push(JudgeOff { invariant, line, prose });
    }
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
    if plan.mutant.is_some_and(|mutant| !is_caught(mutant, &failure, options)) {
        tally.failed_anyway += 1;
        return Worked::FailedAnyway;
    }
    Worked::Failed(Box::new(failure))
}

/// INV-5: whether a failure tells of what is wrong on purpose: the same case holds without that, and it is no known defect
/// that has only come about at another time.
fn is_caught(mutant: Mutant, failure: &Failure, options: &Options) -> bool {
    if failure.class != Class::Violation {
        return failure.class == Class::NotDeterministic;
    }
    let options = Options { set: mutant.sound(), ..options.clone() };
    run(&failure.case, &options).is_ok_and(|report| {
        let without = report.outcomes.signature;
        without.is_none_or(|without| without.what() != failure.signature.what())
    })
}

/// RUN-3: drawn by the id, so that every shard has its share.
fn is_run_twice(id: CaseId) -> bool {
    mix(id.seed, id.profile as u64).is_multiple_of(TWICE_IN)
}

fn failed(id: CaseId, signature: Signature, report: &Report, options: &Options) -> Failure {
    let case = standing_alone(report, options);
    // The numbers of events are those of the case as it is kept.
    let alone = Options { bare: true, rider: options.rider, ..Options::default() };
    let again = run(&case, &alone).map(|again| again.outcomes);
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use quorate::internals::Planted;

    use super::*;
    use crate::draw::Profile;

    fn options() -> Options {
        Options { bare: true, pass_over: true, ..Options::default() }
    }

    /// The first cases that are run twice.
    fn run_twice() -> impl Iterator<Item = CaseId> {
        (1..).map(|seed| CaseId { profile: Profile::Quiet, seed }).filter(|id| is_run_twice(*id))
    }

    /// RUN-3
    #[test]
    fn one_run_in_a_hundred_is_done_twice() {
        let mut tally = Tally::default();
        let id = run_twice().next().unwrap();
        assert!(id.seed < 1000);
        for seed in [id.seed - 1, id.seed] {
            work(&Plan::default(), &options(), CaseId { seed, ..id }, &mut tally);
        }
        assert_eq!((tally.runs, tally.runs_twice), (2, 1));
    }

    /// RUN-3: a second run that is another is told, and the case is kept with the digest of the first.
    #[test]
    fn a_second_run_that_is_another_is_a_failure_of_its_own() {
        let count = Cell::new(0);
        let fickle = |case: &Case, options: &Options| {
            count.set(count.get() + 1);
            run(case, &Options { seed: Some(count.get()), ..options.clone() })
        };
        let id = run_twice().next().unwrap();
        let worked = work_with(&Plan::default(), &options(), id, &mut Tally::default(), fickle);
        let Worked::Failed(failure) = worked else { panic!("{worked:?}") };
        assert_eq!(failure.class, Class::NotDeterministic);
        assert_eq!(failure.case.digest.as_ref().map(|stated| stated.digest), Some(failure.outcomes.digest));
        assert!(failure.signature.what().ends_with("second run was another"));
    }

    /// INV-5: what fails without the bug as well tells nothing of the bug.
    #[test]
    fn a_known_defect_is_not_taken_for_the_planted_bug() {
        let bug = Mutant::Planted(Planted::EventsDoubled);
        let plan = Plan { mutant: Some(bug), ..Plan::default() };
        let options = Options { set: plan.settings(), ..options() };
        let mut tally = Tally::default();
        let id = CaseId { profile: Profile::Quiet, seed: 1 };
        let found = work(&plan, &options, id, &mut tally);
        assert!(matches!(&found, Worked::Failed(failure) if is_caught(bug, failure, &options)), "{found:?}");
        let Worked::Failed(failure) = found else { return };
        let sound = bug.sound();
        let blind =
            |case: &Case, options: &Options| run(case, &Options { set: sound.clone(), ..options.clone() });
        assert!(matches!(work_with(&plan, &options, id, &mut tally, blind), Worked::Held));
        // A defect that needs no bug: what fails is the case, with or without it.
        let question = crate::case::parse(
            "test",
            "qcase 1\nnodes a\nseeds a\nat 0s start all\nat 9s check up 2\nat 9s end\n",
            &crate::settings::Settings,
        );
        let case = question.unwrap();
        let report = run(&case, &Options::default()).unwrap();
        let signature = report.outcomes.signature.clone().unwrap();
        let anyway = Failure { signature, outcomes: report.outcomes, case, ..*failure };
        assert!(!is_caught(bug, &anyway, &options));
    }
}
