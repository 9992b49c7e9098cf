//! Whole-node stories: a few nodes, wired by hand, with every message delivered at once unless the story says otherwise.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod across;
mod cluster;
mod configuration;
mod data_centers;
mod downing;
mod ending;
mod exchange;
mod failing;
mod going;
mod joining;
mod leading;
mod leaving;
mod limits;
mod milestones;
mod nonsense;
mod phases;
mod pinned;
mod quarantine;
mod refusals;
mod repairs;
mod seeds;
mod settings;
mod shutdown;
mod signals;
mod subscribing;
mod telling;
mod time;
mod versions;
mod whole_nodes;
mod wrong_joins;
