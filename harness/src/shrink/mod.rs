//! The smallest case that fails in the same way.
//!
//! ```
//! use quorate_harness::case::parse;
//! use quorate_harness::settings::Settings;
//! use quorate_harness::shrink::shrink;
//!
//! let text = "qcase 1\nnodes a b c d\nseeds a\nset gossip-interval = 500ms\nat 0s start all\n\
//!             at 20s crash d\nat 31s cut a b | c d\nat 40s heal\nat 50s check up 2\nat 60s end\n";
//! let case = parse("doc.qcase", text, &Settings)?;
//! let shrunk = shrink(&case, &mut |_| true)?;
//! assert!(shrunk.is_minimal && shrunk.case.statements() < case.statements());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Something is taken away from the case, or made simpler, and that is kept if the run still fails with the same
//! [`Signature`]: large lies become small and whole families of faults go first, then statements, nodes, groups of cuts, times; at last chance is frozen into statements. This goes on until
//! no statement can be left out (the case is *1-minimal*). What is tried, and in which order, depends on the case alone.

mod chance;
mod families;
mod freeze;
mod nodes;
mod simpler;
mod statements;
mod trial;

use std::fmt;

use quorate_sim::Application;

use crate::case::Case;
use crate::failure::Signature;
use crate::run::{NotRunnable, Outcomes};
use trial::Trial;

/// How far shrinking has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many cases were run.
    pub runs: u64,
    /// How many events all of them had.
    pub events: u64,
    /// How many statements the best case so far has.
    pub statements: usize,
}

/// The smallest case that was found.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The case.
    pub case: Case,
    /// What its run came to.
    pub outcomes: Outcomes,
    /// What it has in common with the case that it was made of.
    pub signature: Signature,
    /// How many statements that one had.
    pub statements_before: usize,
    /// Whether no statement of it can be left out; `false` only when it was given up before its end.
    pub is_minimal: bool,
    /// What it took.
    pub progress: Progress,
}

/// Why a case can't be shrunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShrinkError {
    /// It can't be run.
    NotRunnable(NotRunnable),
    /// Nothing fails in it.
    NothingFails {
        /// The digest of its run.
        digest: u64,
    },
}

impl fmt::Display for ShrinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunnable(NotRunnable { line: 0, why }) => write!(f, "not applicable: {why}"),
            Self::NotRunnable(NotRunnable { line, why }) => write!(f, "line {line}: not applicable: {why}"),
            Self::NothingFails { digest } => {
                write!(f, "nothing fails in this case: there is nothing to shrink (digest {digest:016x})")
            }
        }
    }
}

impl std::error::Error for ShrinkError {}

/// Shrinks a case. Before each run `goes_on` is asked whether there is time for it; as long as it says yes, the result
/// is the same on every machine.
///
/// # Errors
/// A case that can't be run, or in which nothing fails.
pub fn shrink(case: &Case, goes_on: &mut dyn FnMut(Progress) -> bool) -> Result<Shrunk, ShrinkError> {
    shrink_with::<()>(case, goes_on)
}

/// SIM-7: the same with an application on every host.
///
/// # Errors
/// As [`shrink`].
pub fn shrink_with<A: Application + Default>(
    case: &Case,
    goes_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Shrunk, ShrinkError> {
    let mut trial = Trial::<A>::new(case, goes_on)?;
    let mut is_minimal = false;
    while trial.goes_on() && !is_minimal {
        let before = trial.best().clone();
        trial.cut_tail();
        simpler::halve_lies(&mut trial);
        families::without_families(&mut trial);
        statements::without_statements(&mut trial);
        nodes::without_nodes(&mut trial);
        simpler::simplify(&mut trial);
        if *trial.best() == before {
            statements::at_other_seeds(&mut trial);
            freeze::freeze(&mut trial);
        }
        is_minimal = trial.goes_on() && *trial.best() == before;
    }
    Ok(trial.into_shrunk(case.statements(), is_minimal))
}

#[cfg(test)]
mod tests;
