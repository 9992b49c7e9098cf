//! Cases, invariants and verdicts: says whether what happened in a simulated cluster was right.
//!
//! - [`case`]: the case language, in which a person writes who is there, what happens when, and what must hold.
//! - [`run`]: plays a case, asks its questions, tells its story.
//! - [`draw`]: cases drawn from a seed.
//! - [`decide`]: what every strategy of the resolver makes of a situation.
//! - [`enumerate`]: all splits of a few members, and how many sides go on.
//! - [`judge`]: the invariants that hold of every run.
//! - [`failure`]: what is handed back of a run that failed.
//! - [`shrink`]: the smallest case that fails in the same way.
//! - [`sweep`]: campaigns of many drawn cases.
//! - [`measure`]: what the runs of a case measure, over seeds.
//! - [`picture`]: a run as a page to look at, and as files for other viewers.
//! - [`cli`]: the command `quorate`.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod case;
pub mod cli;
pub mod decide;
pub mod draw;
pub mod enumerate;
pub mod failure;
pub mod fuzz;
pub mod judge;
pub mod measure;
pub mod picture;
pub mod run;
pub mod settings;
pub mod shrink;
pub mod sweep;
