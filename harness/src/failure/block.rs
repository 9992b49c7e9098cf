//! RUN-1: the block that a failure prints: what failed, the case that shows it, and the lines that replay and keep it.

use std::fmt;

use super::build::BUILD;
use crate::case::{Case, Line, Prose, RecordedDigest};
use crate::run::{Outcomes, Rider, Shrink, seconds};
use crate::shrink::Shrunk;

/// RUN-1: everything that a person needs to see a failure again.
#[derive(Clone, Debug)]
pub struct FailureBlock<'a> {
    /// What became of the run.
    pub outcomes: &'a Outcomes,
    /// The case that shows it, shrunk if it was.
    pub case: &'a Case,
    /// How many statements the case had before it was shrunk; `None` if it was not.
    pub statements_before: Option<usize>,
    /// What to do next.
    pub next: NextLines,
}

/// RUN-1: the lines that a person can paste, each with the word that it stands behind: `again` replays the failure,
/// `explain` tells which statement brings it about, `report` shows it, `shrink` makes it small, `keep` makes it a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextLines(pub Vec<(&'static str, String)>);

impl NextLines {
    /// The lines of a case; `line` makes one of a command and of what stands behind the case. `shrunk` is where the
    /// smallest case goes, for one that was not shrunk to its end.
    #[must_use]
    pub fn new(shrunk: Option<&str>, line: impl Fn(&str, &str) -> String) -> Self {
        let mut lines = vec![
            ("again", line("replay", "")),
            ("explain", line("explain", "")),
            ("report", line("report", "")),
            ("keep", line("promote", "")),
        ];
        if let Some(shrunk) = shrunk {
            lines.insert(3, ("shrink", line("shrink", &format!(" --out {shrunk}"))));
        }
        Self(lines)
    }
}

/// How many events shrinking may take before a block is printed: a second or so. `quorate shrink` takes what it needs.
const EVENTS_MAX: u64 = 3_000_000;

/// The same failure in a smaller case, as far as a short wait allows, shrunk with the application that the run had.
pub(crate) fn shrunk_in_short(shrink: Shrink, case: &Case, outcomes: &Outcomes) -> Option<Shrunk> {
    let shrunk = shrink(case, &mut |progress| progress.events < EVENTS_MAX).ok();
    shrunk.filter(|shrunk| Some(&shrunk.signature) == outcomes.signature.as_ref())
}

/// The block of a run that failed, with the case shrunk as far as a short wait allows.
#[must_use]
pub fn block_of(rider: Rider, case: &Case, outcomes: &Outcomes, next: NextLines) -> String {
    let shrunk = shrunk_in_short(rider.shrink, case, outcomes);
    let (shown, statements_before) = match &shrunk {
        Some(shrunk) => (&shrunk.case, Some(shrunk.statements_before)),
        None => (case, None),
    };
    FailureBlock { outcomes, case: shown, statements_before, next }.to_string()
}

/// A case as a failure leaves it: with the digest of its run, and the build that gave it.
#[must_use]
pub fn stamped(case: &Case, digest: u64) -> Case {
    let prose = case.digest.as_ref().map_or_else(Prose::default, |known| known.prose.clone());
    let recorded = RecordedDigest { digest, build: BUILD.to_string(), line: Line::default(), prose };
    Case { digest: Some(recorded), ..case.clone() }
}

impl fmt::Display for FailureBlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcomes = self.outcomes;
        let mut row = |word: &str, text: &dyn fmt::Display| writeln!(f, "  {word:7} {text}");
        match &outcomes.signature {
            Some(signature) => row("FAILED", signature)?,
            None => row("FAILED", &"the violation that the case expects did not come")?,
        }
        if let Some(violation) = &outcomes.violation {
            row("rule", &violation.invariant.sentence)?;
            row("where", &violation.who.join(" "))?;
            row("when", &format_args!("{}, event {}", seconds(violation.at), violation.event))?;
            row("fact", &violation.facts.0)?;
            row("but", &violation.facts.1)?;
        } else if let Some(fault) = &outcomes.fault {
            row("rule", &"no run panics or stands still, and what an application promises holds")?;
            row("when", &seconds(outcomes.ended_at))?;
            row("fact", fault)?;
        } else {
            for unmet in &outcomes.unmet {
                let line = if unmet.line > 0 { format!("line {}: ", unmet.line) } else { String::new() };
                row("asked", &format_args!("{line}{}", unmet.question))?;
                row("when", &seconds(unmet.at))?;
                row("but", &unmet.instead)?;
            }
        }
        let now = self.case.statements();
        match self.statements_before {
            Some(before) if before != now => {
                row("case", &format_args!("shrunk from {before} to {now} statements:"))?;
            }
            Some(_) => row("case", &format_args!("{now} statements, each of them needed:"))?,
            None => row("case", &format_args!("{now} statements:"))?,
        }
        writeln!(f)?;
        for line in self.case.to_string().lines() {
            let indent = if line.is_empty() { "" } else { "    " };
            writeln!(f, "{indent}{line}")?;
        }
        writeln!(f)?;
        let mut row = |word: &str, text: &dyn fmt::Display| writeln!(f, "  {word:7} {text}");
        self.next.0.iter().try_for_each(|(word, line)| row(word, line))?;
        write!(f, "  {:7} {BUILD}", "built")
    }
}
