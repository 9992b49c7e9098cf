//! What operators look at: log lines and counts, made of the outputs of a node. Plain values above the door, which a host keeps
//! beside its node.
//!
//! A [`Log`] turns outputs into [`Line`]s, each with a level, a category, and, where tools look for it, a [`Marker`] and its fields.
//! What is written at all the settings `log-info`, `log-info-verbose` and `debug.verbose-...` of the node say. [`Counters`] count
//! the same outputs; nothing is global, so what is counted is a function of the inputs of the node.
//!
//! ```
//! use quorate::{Command, Config, Counters, EventKind, Input, InputKind, Instant, Log, Marker, Node, UniqueAddress};
//!
//! let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
//! let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
//! let (mut log, mut counters, mut lines) = (Log::default(), Counters::default(), Vec::new());
//!
//! let kind = InputKind::Command(Command::Join(me.address.clone()));
//! let outputs = node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind });
//! log.write(&node, &outputs, &mut |line| lines.push(line));
//! counters.count(&outputs);
//!
//! assert_eq!(lines[0].marker, Some(Marker::MemberChanged));
//! assert_eq!(lines[0].to_string(), "Cluster Node [10.0.0.7:7355] - member 10.0.0.7:7355#4711 is now Joining");
//! assert_eq!(counters.events(EventKind::MemberUp), 1);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod counters;
mod line;
mod log;
mod marker;
#[cfg(feature = "prometheus")]
mod prometheus;
mod text;
#[cfg(feature = "tracing")]
mod trace;

pub use counters::{Count, Counters};
pub use line::{Category, Level, Line};
pub use log::Log;
pub use marker::{MEMBER_STATUS, Marker, REMOTE_ADDRESS, REMOTE_ADDRESS_UID, SBR_DECISION};
#[cfg(feature = "prometheus")]
pub use prometheus::Metrics;
#[cfg(feature = "tracing")]
pub use trace::trace;
