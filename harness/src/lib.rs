//! Cases, invariants and verdicts: says whether what happened in a simulated cluster was right.
//!
//! The tour that begins in [`quorate`] (embed, drive, observe, explain) goes on here.
//!
//! # Simulate
//!
//! A case is a short text: who is there, what happens when, and what must hold. [`assert_case!`] makes it a test, in which all
//! that is promised of any run is judged, too:
//!
//! ```
//! use quorate_harness::assert_case;
//!
//! assert_case!("qcase 1
//! nodes a b c
//! seeds a
//! set sbr.stable-after = 5s
//! at 0s start all
//! at 20s check converged, up 3
//! at 30s crash c
//! at 1m end
//! finally survivors a b, converged
//! ");
//! ```
//!
//! Who needs more than words takes the [`World`](quorate_sim::World) of `quorate-sim` itself, whose front page shows how.
//!
//! # Property-test
//!
//! Cases are drawn, too. [`property::check`] runs each with an application of one's own on every host; what it promises it is asked
//! after each step ([`Application::judge`](quorate_sim::Application::judge)). [`property::guide`] does it from the first line on.
//!
//! ```
//! use proptest::test_runner::Config;
//! use quorate_harness::{property, strategies};
//! use quorate_sim::{Application, World};
//!
//! /// Counts what its node tells it.
//! #[derive(Clone, Default)]
//! struct Heard(u32);
//!
//! impl Application for Heard {
//!     type Message = ();
//!
//!     fn on_event(&mut self, _: &mut quorate_sim::Context<'_, ()>, _: &quorate::ClusterEvent) {
//!         self.0 += 1;
//!     }
//!
//!     fn judge(world: &World<Self>) -> Result<(), String> {
//!         let up = |host: &&quorate_sim::Host<Self>| {
//!             host.node().is_some_and(|node| node.view().own_status() == quorate::MemberStatus::Up)
//!         };
//!         let deaf = world.hosts().iter().filter(up).find(|host| host.application().0 == 0);
//!         deaf.map_or(Ok(()), |host| Err(format!("{} is up and was told nothing", host.name())))
//!     }
//! }
//!
//! property::check::<Heard>("told", Config { cases: 4, ..Config::default() }, strategies::cases(strategies::Plan::default()));
//! ```
//!
//! # Replay
//!
//! Whatever fails, in a test, a property test or a campaign, hands back one block that ends with lines to paste ([`failure`]): the
//! same run again (`quorate replay`), its cause ([`explain`]), a page to look at ([`picture`]), the smallest case ([`shrink`]). What nodes
//! of a real cluster recorded is played by `quorate replay --record` ([`recorded`]).
//!
//! # Tune
//!
//! What a setting costs is measured over many seeds: [`measure`], and what a strategy makes of a situation is told by [`decide`],
//! of all situations of a few members by [`enumerate`].
//!
//! ```
//! use quorate_harness::case::parse;
//! use quorate_harness::measure::{Metric, measure};
//! use quorate_harness::run::Options;
//! use quorate_harness::settings::Settings;
//!
//! let mean = |pause: &str| {
//!     let text = format!(
//!         "qcase 1\nnodes a b c\nseeds a\nset failure-detector.acceptable-heartbeat-pause = {pause}\n\
//!          at 0s start all\nat 30s crash c\nat 50s end\n"
//!     );
//!     let case = parse("pause.qcase", &text, &Settings).expect("a case");
//!     let measured = measure(&case, &Options::default(), 1..=4, 1).expect("it can be run");
//!     measured.metric(Metric::FirstMark).expect("the crash is noticed").mean
//! };
//! // A detector that tolerates twice the silence notices later.
//! assert!(mean("6s") > mean("3s") + 2.0);
//! ```
//!
//! # All rooms
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
//! - [`calibrate`]: how close runs come to the bounds of what must happen in time.
//! - [`explain`]: after which statement a failure becomes likely, and when chance decides on it.
//! - [`diff`]: the first event at which two runs part.
//! - [`measure`]: what the runs of a case measure, over seeds.
//! - [`picture`]: a run as a page to look at, and as files for other viewers.
//! - [`recorded`]: what nodes of a real cluster recorded, played again.
//! - [`settings`]: what a case may set.
//! - [`cli`]: the command `quorate`.
//!
//! Everything public is on [one page](all.html).
//!
//! # Features
//!
//! `proptest`, on by default, adds [`property`] and [`strategies`](mod@strategies). The command needs neither.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod calibrate;
pub mod case;
pub mod cli;
pub mod decide;
pub mod diff;
pub mod draw;
pub mod enumerate;
pub mod explain;
pub mod failure;
#[doc(hidden)]
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
mod side_by_side;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod sweep;

/// The code of the page is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/applications.md")]
struct Applications;
