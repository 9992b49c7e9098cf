//! Why a node is not where somebody wants it: questions, and reasons for what is.
//!
//! Nothing is computed before somebody asks. A reason is a fact of the state that the answer hangs on: take it away and the answer is
//! another one. No reason means that what was asked after is not so: it *has* converged, it *is* Up.

mod convergence;
mod joining;
mod life;
mod memory;
mod question;
mod reason;

use alloc::vec::Vec;

pub(super) use memory::{Dropped, Unseen};
pub use question::{Question, QuestionError};
pub use reason::{Observed, Why};

use super::Node;

impl Node {
    /// Why something is as it is, in reasons that each could be taken away; of several kinds those first that others wait for.
    /// Empty when it is not so.
    #[must_use]
    pub fn why(&self, question: &Question) -> Vec<Why> {
        if self.is_stopped() && !matches!(question, Question::LastDecision | Question::Ignored) {
            return [Why::Ended].into();
        }
        match question {
            Question::NotConverged => self.why_not_converged(),
            Question::NotUp { node } => self.why_not_up(node.as_ref()),
            Question::NotRemoved { node } => self.why_not_removed(node),
            Question::NotLeader => self.why_not_leader(),
            Question::StillJoining => self.why_still_joining(),
            Question::LastDecision => self.downing.last_decision().into_iter().collect(),
            Question::Ignored => self.base.dropped.reasons().collect(),
        }
    }
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
