//! What is handed back of a run that failed.

mod assert;
mod block;
mod build;
mod signature;

pub use assert::{ToCase, assert_holds};
pub use block::{FailureBlock, block_of, stamped};
pub use build::{BUILD, BuildFacts};
pub use signature::{Part, Signature};
