//! What is handed back of a run that failed.

mod build;
mod signature;

pub use build::{BUILD, BuildFacts};
pub use signature::{Part, Signature};
