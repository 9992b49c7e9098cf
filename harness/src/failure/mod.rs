//! What is handed back of a run that failed.

mod block;
mod build;
mod signature;

pub use block::{FailureBlock, block_of, stamped};
pub use build::{BUILD, BuildFacts};
pub use signature::{Part, Signature};
