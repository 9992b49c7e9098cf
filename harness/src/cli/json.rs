//! What `--json` prints: names are stable, new ones may be added.
//!
//! Times are virtual, in seconds; seeds and digests are hexadecimal, as cases write them.

use std::collections::BTreeMap;

use quorate::Instant;
use serde::Serialize;

use crate::judge::{Judged, Violation};
use crate::run::{Outcomes, Report, Unmet};

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct RunObject<'a> {
    file: &'a str,
    case: &'a str,
    seed: String,
    passed: bool,
    failure: Option<FailureObject<'a>>,
    unmet: Vec<UnmetObject<'a>>,
    asked: usize,
    judged: BTreeMap<&'static str, JudgedObject<'a>>,
    judge_off: Vec<&'a str>,
    /// Settings that work against each other.
    warnings: &'a [String],
    events: u64,
    messages: u64,
    node_seconds: f64,
    ended_at: f64,
    digest: String,
}

/// The first thing that failed.
#[derive(Debug, Serialize)]
pub(super) struct FailureObject<'a> {
    signature: String,
    invariant: Option<&'static str>,
    sentence: Option<&'static str>,
    at: f64,
    event: Option<u64>,
    nodes: &'a [String],
    facts: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct UnmetObject<'a> {
    line: u32,
    question: &'a str,
    at: f64,
    instead: &'a str,
}

#[derive(Debug, Serialize)]
struct JudgedObject<'a> {
    judged: u64,
    assumption_failed: &'a BTreeMap<&'static str, u64>,
}

impl<'a> RunObject<'a> {
    pub(super) fn of(file: &'a str, report: &'a Report, warnings: &'a [String]) -> Self {
        let outcomes = &report.outcomes;
        Self {
            file,
            case: &report.case.name,
            seed: format!("{:x}", report.case.seed),
            passed: report.passed(),
            failure: FailureObject::of(outcomes),
            unmet: outcomes.unmet.iter().map(UnmetObject::of).collect(),
            asked: outcomes.asked,
            judged: judged(&outcomes.judged),
            judge_off: report.case.judge_off.iter().map(|off| off.invariant.as_str()).collect(),
            warnings,
            events: outcomes.events,
            messages: outcomes.counts.messages,
            node_seconds: outcomes.node_seconds,
            ended_at: seconds(outcomes.ended_at),
            digest: format!("{:016x}", outcomes.digest),
        }
    }
}

impl<'a> FailureObject<'a> {
    pub(super) fn of(outcomes: &'a Outcomes) -> Option<Self> {
        let signature = outcomes.signature.as_ref()?.to_string();
        if let Some(Violation { invariant, at, event, who, facts, .. }) = &outcomes.violation {
            return Some(Self {
                signature,
                invariant: Some(invariant.id),
                sentence: Some(invariant.sentence),
                at: seconds(*at),
                event: Some(*event),
                nodes: who,
                facts: vec![&facts.0, &facts.1],
            });
        }
        let (at, facts) = match (&outcomes.fault, outcomes.unmet.first()) {
            (Some(fault), _) => (outcomes.ended_at, vec![fault.as_str()]),
            (None, Some(unmet)) => (unmet.at, vec![unmet.question.as_str(), &unmet.instead]),
            (None, None) => return None,
        };
        let at = seconds(at);
        Some(Self { signature, invariant: None, sentence: None, at, event: None, nodes: &[], facts })
    }
}

impl<'a> UnmetObject<'a> {
    fn of(unmet: &'a Unmet) -> Self {
        let Unmet { line, question, at, instead } = unmet;
        Self { line: *line, question, at: seconds(*at), instead }
    }
}

fn judged(judged: &[Judged]) -> BTreeMap<&'static str, JudgedObject<'_>> {
    let asserted = judged.iter().filter(|row| row.asserted);
    asserted
        .map(|row| {
            let assumption_failed = &row.assumption_failed;
            (row.id, JudgedObject { judged: row.judged, assumption_failed })
        })
        .collect()
}

/// A moment in seconds, to the nanosecond where a double is as exact.
pub(super) fn seconds(at: Instant) -> f64 {
    at.as_nanos() as f64 / 1e9
}
