//! Whole-node stories: a few nodes, wired by hand, with every message delivered at once unless the story says otherwise.

mod cluster;
mod exchange;
mod failing;
mod joining;
mod leaving;
mod nonsense;
mod seeds;
