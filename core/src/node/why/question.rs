//! What can be asked.

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::membership::Address;

/// A question to a node, for [`Node::why`](crate::Node::why). Written as `not-converged`, `not-up`, `not-up ADDRESS`,
/// `not-removed ADDRESS`, `not-leader`, `still-joining`, `last-decision` and `ignored`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Question {
    /// Why is there no convergence, as this node sees it?
    NotConverged,
    /// Why is a member not Up?
    NotUp {
        /// Where it is; `None` asks after this node.
        node: Option<Address>,
    },
    /// Why is a member still one?
    NotRemoved {
        /// Where it is.
        node: Address,
    },
    /// Why does this node not lead?
    NotLeader,
    /// Why is this node in no cluster yet?
    StillJoining,
    /// Why did the resolver decide as it did the last time?
    LastDecision,
    /// What was dropped lately, and why?
    Ignored,
}

/// A text that is no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionError {
    /// The text.
    pub text: String,
}

impl fmt::Display for QuestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no question; one is not-converged, not-up, not-up ADDRESS, not-removed ADDRESS, not-leader, \
             still-joining, last-decision or ignored",
            self.text
        )
    }
}

impl core::error::Error for QuestionError {}

impl FromStr for Question {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (question, node) = match text.trim().split_once(' ') {
            Some((question, node)) => (question, Some(node.trim().parse::<Address>())),
            None => (text.trim(), None),
        };
        Ok(match (question, node) {
            ("not-converged", None) => Self::NotConverged,
            ("not-up", None) => Self::NotUp { node: None },
            ("not-up", Some(Ok(node))) => Self::NotUp { node: Some(node) },
            ("not-removed", Some(Ok(node))) => Self::NotRemoved { node },
            ("not-leader", None) => Self::NotLeader,
            ("still-joining", None) => Self::StillJoining,
            ("last-decision", None) => Self::LastDecision,
            ("ignored", None) => Self::Ignored,
            _ => return Err(QuestionError { text: text.to_string() }),
        })
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConverged => f.write_str("not-converged"),
            Self::NotUp { node: None } => f.write_str("not-up"),
            Self::NotUp { node: Some(node) } => write!(f, "not-up {node}"),
            Self::NotRemoved { node } => write!(f, "not-removed {node}"),
            Self::NotLeader => f.write_str("not-leader"),
            Self::StillJoining => f.write_str("still-joining"),
            Self::LastDecision => f.write_str("last-decision"),
            Self::Ignored => f.write_str("ignored"),
        }
    }
}
