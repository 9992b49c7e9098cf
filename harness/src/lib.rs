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
//! - [`property`] and [`strategies`] (feature `proptest`, on by default): property tests of an application on a cluster; the
//!   guide is [`property::guide`].
//! - [`sweep`]: campaigns of many drawn cases.
//! - [`explain`]: after which statement a failure becomes likely, and when chance decides on it.
//! - [`diff`]: the first event at which two runs part.
//! - [`measure`]: what the runs of a case measure, over seeds.
//! - [`picture`]: a run as a page to look at, and as files for other viewers.
//! - [`recorded`]: what nodes of a real cluster recorded, played again.
//! - [`cli`]: the command `quorate`.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod case;
pub mod cli;
pub mod decide;
pub mod diff;
pub mod draw;
pub mod enumerate;
pub mod explain;
pub mod failure;
pub mod fuzz;
pub mod judge;
pub mod measure;
pub mod picture;
#[cfg(feature = "proptest")]
pub mod property;
pub mod recorded;
pub mod run;
pub mod settings;
pub mod shrink;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod sweep;

/// The code of the page is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/applications.md")]
struct Applications;
