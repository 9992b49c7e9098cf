//! RUN: after which statement a failure becomes likely, and when chance decides on it.
//!
//! ```
//! use quorate_harness::case::parse;
//! use quorate_harness::explain::explain;
//! use quorate_harness::settings::Settings;
//!
//! let text = "qcase 1\nnodes a b c\nseeds a\nat 0s start all\nat 20s cut a > b\nat 22s heal\nat 40s crash c\n\
//!             at 2m check up 3\nat 2m end\n";
//! let explained = explain(&parse("doc.qcase", text, &Settings)?)?;
//! assert_eq!(explained.culprit().map(|point| point.what.as_str()), Some("crash c"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Behind each statement the world is forked many times, each fork with a seed of its own (SIM-9). Some forks go on with the
//! case; in the others nothing more is done, and only questions are asked. How many of either fail in the same way is
//! what the failure's probability was there. The second kind tells which statement brings it about; the first, how much
//! of it is chance, and between which two events that is decided.
//!
//! Seeds, and how many forks there are, follow from the case alone: the same case is explained in the same way every time.
//! The larger its run, the fewer they are; where one fork behind each statement is too much, as in a flood of messages, the
//! statement is looked for from the end, and not all are asked.

mod doom;
mod forks;
mod survey;
mod told;

use std::fmt;

use quorate::Instant;

use crate::case::{Action, Case, Time};
use crate::failure::Signature;
use crate::run::{NotRunnable, Options, Outcomes, Played, Player, Rides, Stop};
pub use doom::Doom;
use forks::Forks;
pub use forks::Share;
use survey::Survey;

/// How many events the forks may have together.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    /// How many forks there are follows from this; roughly five seconds of one core.
    usual: u64,
    /// Above so many no further point is asked.
    most: u64,
}

const ALLOWANCE: Allowance = Allowance { usual: 6_000_000, most: 9_000_000 };
/// How often the events between two points are halved, roughly.
const BISECTIONS: u64 = 16;
/// How many forks there are at a point, at least and at most.
const FORKS: (u64, u64) = (1, 48);
/// How much more likely a statement must make a failure to be named, in a hundred.
const RISE_PERCENT: i64 = 20;

/// What came of explaining a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What failed.
    pub signature: Signature,
    /// When.
    pub failed_at: Instant,
    /// The beginning, and each statement up to the failure that was asked, in their order.
    pub points: Vec<Point>,
    /// Between which events chance decides; `None` if it has no say, or the statement alone decides.
    pub doom: Option<Doom>,
    /// Whether it was followed to its end; `false` where the run is so large that the search for that event was given up.
    pub is_whole: bool,
    /// How many runs were made.
    pub runs: u64,
    /// How many events they had.
    pub events: u64,
}

/// How likely a failure was behind a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The line of the statement in its file; 0 for none.
    pub line: u32,
    /// When it is done.
    pub at: Time,
    /// The statement; empty for the beginning.
    pub what: String,
    /// How many statements between the point before and this one were not asked; 0 unless the run is very large.
    pub passed_over: usize,
    /// How many forks failed in which nothing more was done.
    pub left_alone: Share,
    /// How many failed in which the case went on.
    pub goes_on: Share,
}

/// Why a failure can't be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExplainError {
    /// The case can't be run.
    NotRunnable(NotRunnable),
    /// Nothing fails in it.
    NothingFails {
        /// The digest of its run.
        digest: u64,
    },
}

impl fmt::Display for ExplainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunnable(NotRunnable { line, why }) => write!(f, "line {line}: not applicable: {why}"),
            Self::NothingFails { digest } => {
                write!(f, "nothing fails in this case: there is nothing to explain (digest {digest:016x})")
            }
        }
    }
}

impl std::error::Error for ExplainError {}

impl Explained {
    /// The statement that makes the failure likely: with it and nothing after it far more forks fail than without it. What
    /// was undone again, as a cut that was healed, did not.
    #[must_use]
    pub fn culprit(&self) -> Option<&Point> {
        let rises: Vec<i64> = self
            .points
            .windows(2)
            .map(|pair| pair[1].left_alone.percent() - pair[0].left_alone.percent())
            .collect();
        let undone = rises.iter().rposition(|rise| *rise <= -RISE_PERCENT).map_or(0, |place| place + 1);
        let places = undone..rises.len();
        let place = places.max_by_key(|place| (rises[*place], std::cmp::Reverse(*place)))?;
        (rises[place] >= RISE_PERCENT).then(|| &self.points[place + 1])
    }
}

/// Explains a failure.
///
/// # Errors
/// A case that can't be run, or in which nothing fails.
pub fn explain(case: &Case) -> Result<Explained, ExplainError> {
    explain_with::<()>(case)
}

/// SIM-7: the same with an application on every host.
///
/// # Errors
/// As [`explain`].
pub fn explain_with<A: Rides>(case: &Case) -> Result<Explained, ExplainError> {
    explain_within::<A>(case, ALLOWANCE)
}

fn explain_within<A: Rides>(case: &Case, allowance: Allowance) -> Result<Explained, ExplainError> {
    let options = Options { bare: true, ..Options::default() };
    let player = Player::<A>::new(case.clone(), &options).map_err(ExplainError::NotRunnable)?;
    let Played { report, world, .. } = player.clone().play().map_err(ExplainError::NotRunnable)?;
    let outcomes = &report.outcomes;
    let Some(signature) = outcomes.signature.clone() else {
        return Err(ExplainError::NothingFails { digest: outcomes.digest });
    };
    let failed_at = failed_at(outcomes);
    let is_asked = |step: &crate::case::Step| {
        !matches!(step.action, Action::Check { .. } | Action::End) && step.at.nanos() <= failed_at.as_nanos()
    };
    let places: Vec<usize> = (0..case.steps.len()).filter(|place| is_asked(&case.steps[*place])).collect();
    // Two kinds of forks at each point, and then those of the bisection; most of them run through half of the case.
    let half = outcomes.events.max(1).div_ceil(2);
    let points = 2 * (places.len() as u64 + 1);
    let count = (allowance.usual / ((points + BISECTIONS) * half)).clamp(FORKS.0, FORKS.1);
    let mut forks = Forks::new(&signature, case.seed, count, allowance.most);
    let mut survey = Survey::new(&mut forks, player, places);
    if points * half * count <= allowance.most {
        survey.ask_all()?;
    } else {
        survey.ask_backwards()?;
    }
    let (points, kept) = survey.into_points();
    let end = outcomes.violation.as_ref().map_or(world.steps(), |violation| violation.event + 1);
    let found = doom::find(&mut forks, &points, &kept, end);
    let is_whole = !matches!(found, doom::Search::GivenUp);
    let doom = if let doom::Search::Found(found) = found { found.told::<A>(case) } else { None };
    let (runs, events) = (forks.runs, forks.events);
    Ok(Explained { signature, failed_at, points, doom, is_whole, runs, events })
}

fn failed_at(outcomes: &Outcomes) -> Instant {
    match (&outcomes.violation, outcomes.unmet.first()) {
        (Some(violation), _) => violation.at,
        (None, Some(unmet)) if outcomes.fault.is_none() => unmet.at,
        _ => outcomes.ended_at,
    }
}

#[cfg(test)]
mod tests;
