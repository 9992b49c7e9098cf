//! Many [Quorate](quorate) nodes in one seeded world: a virtual clock, a network that loses, delays and separates, hosts
//! that crash and come back.
//!
//! # Build
//!
//! A [`World`] is made from a seed. Hosts are added to it, and a script of [`Action`]s says what is done to them when.
//!
//! ```
//! use std::time::Duration;
//! use quorate::{Address, Config, Instant};
//! use quorate_sim::{Action, Cut, HostSpec, World};
//!
//! let mut world: World = World::new(7);
//! let address = |name| Address::new(name, 1).expect("a short name is a host");
//! let mut hosts = Vec::new();
//! for name in ["a", "b", "c", "d", "e"] {
//!     hosts.push(world.add_host(HostSpec::new(name, address(name), Config::default()))?);
//! }
//! for host in hosts.clone() {
//!     let seeds = vec![address("a"), address("b")];
//!     world.schedule(Instant::ZERO, Action::Start { host, seeds, spread: Some(Duration::from_secs(1)) });
//! }
//! let groups = vec![hosts[..3].to_vec(), hosts[3..].to_vec()];
//! let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
//! world.schedule(at(30), Action::Cut(Cut::Groups { groups, rest_is_group: false }));
//!
//! // The majority stays, the other two stop by themselves.
//! world.run_until(at(80))?;
//! let running: Vec<bool> = world.hosts().iter().map(|host| host.is_running()).collect();
//! assert_eq!(running, [true, true, true, false, false]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Drive
//!
//! [`World::step`] does the next thing that is due and tells it: when, at which host, what, and what the node put out.
//! Between steps everything can be looked at: hosts, their nodes, who is cut off from whom, counts.
//!
//! # The same again
//!
//! Everything that is random is a function of the seed and of names ([`keyed`]); equal worlds do equal things on every
//! machine, which [`World::digest`] shows. A world can be cloned at any instant, and the clone runs on by itself.
//!
//! Everything public is on [one page](all.html).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod action;
mod application;
mod clock;
mod condition;
mod digest;
mod host;
pub mod keyed;
mod lease;
mod lie;
mod network;
mod queue;
mod world;

pub use action::{Action, Ending, NotApplicable};
pub use application::{Application, Context};
pub use clock::HostClock;
pub use condition::Factor;
pub use digest::CHECKPOINT_EVENTS;
pub use host::{Host, HostId, HostSpec, HostState};
pub use lease::{LeaseChange, LeaseService};
pub use lie::Lie;
pub use network::cut::{Cut, Heal};
pub use network::delay::Delay;
pub use network::fate::{Fate, NextMessage};
pub use network::link::{LinkChange, LinkSet, LinkSpec};
pub use network::loss::{Loss, Reorder, Share};
pub use network::mishap::{Misfortune, Mishap};
pub use world::shutdown::EXIT_PATIENCE;
pub use world::step::{Counts, Fault, HostError, Outcome, Step, StepKind, Trouble, WireFault};
pub use world::{Process, WALL_MS_AT_START, World};
