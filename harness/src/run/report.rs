//! What a run leaves behind for a person to read.

use std::fmt;

use super::{Cast, Outcomes, Story, Strip, seconds};
use crate::case::Case;

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Report {
    /// The case that was run, with the seed that was used.
    pub case: Case,
    /// Who took part.
    pub cast: Cast,
    /// What happened.
    pub story: Story,
    /// How each node fared.
    pub strip: Strip,
    /// What became of it.
    pub outcomes: Outcomes,
}

impl Report {
    /// Whether everything held that was asked and asserted; with `expect violation`, whether exactly that was violated.
    #[must_use]
    pub fn passed(&self) -> bool {
        let outcomes = &self.outcomes;
        match &self.case.expect {
            Some(expected) => {
                let in_time = |at: quorate::Instant| expected.by.is_none_or(|by| at.as_nanos() <= by.nanos());
                outcomes.fault.is_none()
                    && outcomes.violation.as_ref().is_some_and(|violation| {
                        violation.invariant.id == expected.invariant && in_time(violation.at)
                    })
            }
            None => outcomes.fault.is_none() && outcomes.violation.is_none() && outcomes.unmet.is_empty(),
        }
    }

    /// How many of the invariants were judged at least once.
    #[must_use]
    pub fn invariants_judged(&self) -> usize {
        self.outcomes.judged.iter().filter(|judged| judged.judged > 0).count()
    }

    /// What failed, and the verdict; the last line is the verdict.
    #[must_use]
    pub fn verdict(&self) -> impl fmt::Display + '_ {
        Verdict { report: self, with_failures: true }
    }

    /// The same without what failed, for where that is told in another way.
    #[must_use]
    pub fn summary(&self) -> impl fmt::Display + '_ {
        Verdict { report: self, with_failures: false }
    }
}

struct Verdict<'a> {
    report: &'a Report,
    with_failures: bool,
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcomes = &self.report.outcomes;
        if self.with_failures {
            failures(f, outcomes)?;
        }
        let not_judged = outcomes.judged.iter().filter(|judged| judged.judged == 0 && judged.asserted);
        let not_judged: Vec<String> = not_judged
            .map(|judged| {
                let wanting: Vec<&str> = judged.assumption_failed.keys().copied().collect();
                if wanting.is_empty() {
                    judged.id.into()
                } else {
                    format!("{} for want of {}", judged.id, wanting.join(" and "))
                }
            })
            .collect();
        if !not_judged.is_empty() {
            writeln!(f, "not judged: {}", not_judged.join("; "))?;
        }
        for off in &self.report.case.judge_off {
            writeln!(f, "judge off: {}", off.invariant)?;
        }
        if let Some(expected) = &self.report.case.expect {
            writeln!(f, "expected: a violation of {}", expected.invariant)?;
        }
        let verdict = if self.report.passed() { "passed" } else { "FAILED" };
        write!(
            f,
            "{verdict}: {} questions, {} invariants judged, {} events in {:.0} node-seconds, digest {:016x}",
            outcomes.asked,
            self.report.invariants_judged(),
            outcomes.events,
            outcomes.node_seconds,
            outcomes.digest
        )
    }
}

fn failures(f: &mut fmt::Formatter<'_>, outcomes: &Outcomes) -> fmt::Result {
    if let Some(violation) = &outcomes.violation {
        writeln!(f, "violated: {violation}")?;
    }
    if let Some(fault) = &outcomes.fault {
        writeln!(f, "fault: {} in the run: {fault}", seconds(outcomes.ended_at))?;
    }
    outcomes.unmet.iter().try_for_each(|unmet| writeln!(f, "not so: {unmet}"))
}
