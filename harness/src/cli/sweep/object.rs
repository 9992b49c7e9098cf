//! What `quorate sweep --json` prints: an object for each distinct failure when it is found, and at the end one for the
//! campaign. Names are stable, new ones may be added.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::failure::{BUILD, BuildFacts};
use crate::sweep::{Class, Distinct, JudgedIn, Mutant, Plan, Summary};

/// A distinct failure.
#[derive(Debug, Serialize)]
pub(super) struct FoundObject {
    /// `violation`, `known-defect` or `not-deterministic`.
    failure: &'static str,
    signature: String,
    /// The id of an invariant, or a sentence.
    what: String,
    /// The numbers in part 06 of the repairs with which the case holds; empty for what is no known defect.
    rules: Vec<&'static str>,
    repairs: Vec<&'static str>,
    /// The least drawn case that fails so.
    id: String,
    /// How many runs failed so; 1 when it is first told.
    runs: u64,
    file: String,
    case: String,
    /// What that was shrunk to; null while that was not done.
    shrunk: Option<ShrunkObject>,
}

#[derive(Debug, Serialize)]
struct ShrunkObject {
    statements: usize,
    statements_before: usize,
    /// Whether no statement can be left out.
    minimal: bool,
    file: String,
    case: String,
}

impl FoundObject {
    pub(super) fn of(found: &Distinct) -> Self {
        let failure = &found.failure;
        let cures = match &failure.class {
            Class::Known(known) => &*known.cures,
            _ => &[],
        };
        Self {
            failure: match failure.class {
                Class::Violation => "violation",
                Class::Known(_) => "known-defect",
                Class::NotDeterministic => "not-deterministic",
            },
            signature: failure.signature.to_string(),
            what: failure.signature.what().into(),
            rules: cures.iter().map(|cure| cure.rule).collect(),
            repairs: cures.iter().map(|cure| cure.name).collect(),
            id: failure.id.to_string(),
            runs: found.runs,
            file: found.file.display().to_string(),
            case: failure.case.to_string(),
            shrunk: found.shrunk.as_ref().map(|(shrunk, file)| ShrunkObject {
                statements: shrunk.case.statements(),
                statements_before: shrunk.statements_before,
                minimal: shrunk.is_minimal,
                file: file.display().to_string(),
                case: shrunk.case.to_string(),
            }),
        }
    }
}

/// A campaign.
#[derive(Debug, Serialize)]
pub(super) struct SummaryObject {
    profile: String,
    seeds: String,
    shard: String,
    jobs: usize,
    planted: Option<String>,
    runs: u64,
    /// RUN-3: how many of the runs were done a second time and compared.
    runs_twice: u64,
    events: u64,
    node_seconds: f64,
    wall_seconds: f64,
    events_per_second_per_core: f64,
    /// How many runs failed; known defects are not among them.
    violations: u64,
    not_deterministic: u64,
    /// Runs that failed, but not by the planted bug.
    failed_anyway: u64,
    /// Drawn cases that the settings of the campaign did not allow.
    not_applicable: u64,
    distinct_failures: Vec<FoundObject>,
    known_defects: Vec<FoundObject>,
    judged: BTreeMap<&'static str, JudgedObject>,
    never_judged: Vec<&'static str>,
    sometimes_missed: Vec<&'static str>,
    /// Whether somebody stopped it before its end.
    stopped: bool,
    build: BuildFacts,
}

/// How often an invariant was judged.
#[derive(Debug, Serialize)]
struct JudgedObject {
    runs: u64,
    times: u64,
}

impl SummaryObject {
    pub(super) fn of(plan: &Plan, summary: &Summary) -> Self {
        let tally = &summary.tally;
        let is_known = |found: &&Distinct| matches!(found.failure.class, Class::Known(_));
        let (known, counted): (Vec<_>, Vec<_>) = summary.failures.iter().partition(is_known);
        let judged = |(id, &JudgedIn { runs, times, .. })| (id, JudgedObject { runs, times });
        Self {
            profile: plan.draws.to_string(),
            seeds: plan.seeds.to_string(),
            shard: plan.shard.to_string(),
            jobs: plan.jobs.get(),
            planted: plan.mutant.map(Mutant::name),
            runs: tally.runs,
            runs_twice: tally.runs_twice,
            events: tally.events,
            node_seconds: tally.node_seconds,
            wall_seconds: summary.wall.as_secs_f64(),
            events_per_second_per_core: summary.events_per_second_per_core(plan),
            violations: summary.violations(),
            not_deterministic: summary.not_deterministic(),
            failed_anyway: tally.failed_anyway,
            not_applicable: summary.not_applicable.0,
            distinct_failures: counted.into_iter().map(FoundObject::of).collect(),
            known_defects: known.into_iter().map(FoundObject::of).collect(),
            judged: tally.by_invariant().map(judged).collect(),
            never_judged: tally.never_judged().collect(),
            sometimes_missed: tally.goals.missed().map(|goal| goal.name).collect(),
            stopped: summary.stopped,
            build: BUILD,
        }
    }
}
