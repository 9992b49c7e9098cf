//! What `quorate sweep --json` prints: an object for each distinct failure when it is found, and at the end one for the
//! campaign. Names are stable, new ones may be added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::failure::BUILD;
use crate::sweep::{Class, Distinct, JudgedIn, Mutant, Plan, Summary};

/// The words for how a failure counts.
pub(in crate::cli) const VIOLATION: &str = "violation";
pub(in crate::cli) const NOT_DETERMINISTIC: &str = "not-deterministic";

/// A distinct failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct FoundObject {
    /// `violation`, `known-defect` or `not-deterministic`.
    pub(in crate::cli) failure: String,
    pub(in crate::cli) signature: String,
    /// The id of an invariant, or a sentence.
    pub(in crate::cli) what: String,
    /// The numbers in part 06 of the repairs with which the case holds; empty for what is no known defect.
    pub(in crate::cli) rules: Vec<String>,
    pub(in crate::cli) repairs: Vec<String>,
    /// The least drawn case that fails so.
    pub(in crate::cli) id: String,
    /// How many runs failed so; 1 when it is first told.
    pub(in crate::cli) runs: u64,
    pub(in crate::cli) file: String,
    pub(in crate::cli) case: String,
    /// What that was shrunk to; null while that was not done.
    pub(in crate::cli) shrunk: Option<ShrunkObject>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct ShrunkObject {
    pub(in crate::cli) statements: usize,
    pub(in crate::cli) statements_before: usize,
    pub(in crate::cli) nodes: usize,
    /// How many events its run has up to the failure.
    pub(in crate::cli) events: u64,
    /// Whether no statement can be left out.
    pub(in crate::cli) minimal: bool,
    pub(in crate::cli) file: String,
    pub(in crate::cli) case: String,
}

impl FoundObject {
    pub(in crate::cli) fn of(found: &Distinct) -> Self {
        let failure = &found.failure;
        let cures = match &failure.class {
            Class::Known(known) => &*known.cures,
            _ => &[],
        };
        Self {
            failure: match failure.class {
                Class::Violation => VIOLATION,
                Class::Known(_) => "known-defect",
                Class::NotDeterministic => NOT_DETERMINISTIC,
            }
            .into(),
            signature: failure.signature.to_string(),
            what: failure.signature.what().into(),
            rules: cures.iter().map(|cure| cure.rule.into()).collect(),
            repairs: cures.iter().map(|cure| cure.name.into()).collect(),
            id: failure.id.to_string(),
            runs: found.runs,
            file: found.file.display().to_string(),
            case: failure.case.to_string(),
            shrunk: found.shrunk.as_ref().map(|(shrunk, file)| ShrunkObject {
                statements: shrunk.case.statements(),
                statements_before: shrunk.statements_before,
                nodes: shrunk.case.nodes.len(),
                events: shrunk.outcomes.events,
                minimal: shrunk.is_minimal,
                file: file.display().to_string(),
                case: shrunk.case.to_string(),
            }),
        }
    }
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct SummaryObject {
    pub(in crate::cli) profile: String,
    pub(in crate::cli) seeds: String,
    pub(in crate::cli) shard: String,
    pub(in crate::cli) jobs: usize,
    pub(in crate::cli) planted: Option<String>,
    /// What was set for all nodes, beside what is planted.
    pub(in crate::cli) set: Vec<String>,
    pub(in crate::cli) runs: u64,
    /// RUN-3: how many of the runs were done a second time and compared.
    pub(in crate::cli) runs_twice: u64,
    pub(in crate::cli) events: u64,
    pub(in crate::cli) node_seconds: f64,
    pub(in crate::cli) wall_seconds: f64,
    pub(in crate::cli) events_per_second_per_core: f64,
    /// How many runs failed; known defects are not among them.
    pub(in crate::cli) violations: u64,
    pub(in crate::cli) not_deterministic: u64,
    /// Runs that failed, but not by the planted bug.
    pub(in crate::cli) failed_anyway: u64,
    /// Drawn cases that the settings of the campaign did not allow.
    pub(in crate::cli) not_applicable: u64,
    pub(in crate::cli) distinct_failures: Vec<FoundObject>,
    pub(in crate::cli) known_defects: Vec<FoundObject>,
    pub(in crate::cli) judged: BTreeMap<String, JudgedObject>,
    pub(in crate::cli) never_judged: Vec<String>,
    pub(in crate::cli) unclean_splits: UncleanSplitsObject,
    pub(in crate::cli) sometimes_missed: Vec<String>,
    /// Whether somebody stopped it before its end.
    pub(in crate::cli) stopped: bool,
    pub(in crate::cli) build: BuildObject,
}

/// Which build it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct BuildObject {
    pub(in crate::cli) version: String,
    pub(in crate::cli) commit: String,
    pub(in crate::cli) source: String,
    toolchain: String,
    target: String,
    features: Vec<String>,
}

impl BuildObject {
    fn this() -> Self {
        Self {
            version: BUILD.version.into(),
            commit: BUILD.commit.into(),
            source: BUILD.source.into(),
            toolchain: BUILD.toolchain.into(),
            target: BUILD.target.into(),
            features: BUILD.features.iter().map(|feature| (*feature).into()).collect(),
        }
    }
}

/// How often an invariant was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::cli) struct JudgedObject {
    pub(in crate::cli) runs: u64,
    pub(in crate::cli) times: u64,
}

/// S2, as a rate: of runs in which somebody was given up after a fault that is no clean partition, those that went on as two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct UncleanSplitsObject {
    pub(in crate::cli) runs: u64,
    pub(in crate::cli) splits: u64,
    pub(in crate::cli) splits_per_million_runs: u64,
}

impl UncleanSplitsObject {
    pub(in crate::cli) fn of(runs: u64, splits: u64) -> Self {
        Self { runs, splits, splits_per_million_runs: (splits * 1_000_000).checked_div(runs).unwrap_or(0) }
    }

    /// One line, if there is anything to tell.
    pub(in crate::cli) fn line(self) -> Option<String> {
        let Self { runs, splits, splits_per_million_runs } = self;
        (runs > 0).then(|| {
            format!(
                "S2: {splits} of {runs} runs with a fault that is no clean partition went on as two sides, \
                 {splits_per_million_runs} in a million (counted, not asserted)"
            )
        })
    }
}

impl SummaryObject {
    pub(in crate::cli) fn of(plan: &Plan, summary: &Summary) -> Self {
        let tally = &summary.tally;
        let is_known = |found: &&Distinct| matches!(found.failure.class, Class::Known(_));
        let (known, counted): (Vec<_>, Vec<_>) = summary.failures.iter().partition(is_known);
        let judged = |(id, &JudgedIn { runs, times, .. }): (&str, &JudgedIn)| {
            (id.into(), JudgedObject { runs, times })
        };
        Self {
            profile: plan.draws.to_string(),
            seeds: plan.seeds.to_string(),
            shard: plan.shard.to_string(),
            jobs: plan.jobs.get(),
            planted: plan.mutant.map(Mutant::name),
            set: plan.set.iter().map(|(key, value)| format!("{key}={value}")).collect(),
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
            never_judged: tally.never_judged().map(Into::into).collect(),
            unclean_splits: UncleanSplitsObject::of(tally.unclean, tally.unclean_splits),
            sometimes_missed: tally.goals.missed().map(|goal| goal.name.into()).collect(),
            stopped: summary.stopped,
            build: BuildObject::this(),
        }
    }
}
