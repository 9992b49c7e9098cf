//! RUN: campaigns. Draws cases, runs them on all cores, and keeps what fails.
//!
//! ```no_run
//! use std::sync::atomic::AtomicBool;
//! use quorate_harness::sweep::{Directory, News, Plan, sweep};
//!
//! let plan = Plan { draws: "partitions".parse()?, seeds: "1..200".parse()?, ..Plan::default() };
//! let directory = Directory::open("target/failures".as_ref())?;
//! let summary = sweep(&plan, || Ok(directory.clone()), &AtomicBool::new(false), |news| {
//!     if let News::Failure(found) = news {
//!         println!("{}: {}", found.failure.signature, found.file.display());
//!     }
//! })?;
//! println!("{} runs, {} violations", summary.tally.runs, summary.violations());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The seeds of a campaign are numbered through; each thread takes the next one, draws its case, runs it in a world of
//! its own, and counts for itself. So a campaign over a range of seeds finds the same on one core as on sixty-four.

mod crew;
mod directory;
mod kill;
mod known;
mod mutant;
mod plan;
mod shrinking;
mod summary;
mod tally;
mod work;

pub use crew::{News, sweep};
pub use directory::{Directory, DirectoryError};
pub use kill::{Kills, Search, search};
pub(crate) use known::rule_of_repair;
pub use known::{Cure, Known};
pub use mutant::Mutant;
pub use plan::{Plan, SEEDS_DEFAULT, Seeds, Shard};
pub use summary::{Distinct, Summary};
pub use tally::{JudgedIn, Tally};
pub use work::{Class, Failure};
