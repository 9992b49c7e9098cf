//! What is handed back of a run that failed.

mod signature;

pub use signature::{Part, Signature};
