//! What joining waits for.

use alloc::vec::Vec;

use super::super::Node;
use super::super::base::Phase;
use super::super::timers::Timer;
use super::reason::Why;

impl Node {
    /// JOIN-1: whom this node asks, or why it asks nobody; then the last refusal that it heard.
    pub(super) fn why_still_joining(&self) -> Vec<Why> {
        let base = &self.base;
        let waits = match &base.phase {
            Phase::Initialized | Phase::Stopped => return Vec::new(),
            Phase::TryingToJoin { join_with } => Why::AskedToJoin {
                node: join_with.clone(),
                again_at: base.timers.deadline(Timer::JoinAttempt),
            },
            Phase::Uninitialized => {
                if let Some(waiting) = self.joining.waiting_for_version() {
                    Why::WaitsForVersion { to_join: waiting.to_vec() }
                } else if let Some((seed_nodes, asked)) = self.joining.asking() {
                    Why::AsksSeedNodes { seed_nodes, asked, founds_at: self.joining.founds_at() }
                } else if let Some(at) = base.timers.deadline(Timer::ConfiguredSeedNodes) {
                    Why::AsksAt { at }
                } else {
                    Why::NobodyAsked
                }
            }
        };
        [waits].into_iter().chain(base.dropped.last_refusal()).collect()
    }
}
