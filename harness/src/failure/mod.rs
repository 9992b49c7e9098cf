//! What is handed back of a run that failed.

mod assert;
mod block;
mod build;
mod keep;
mod promote;
mod signature;

pub use assert::{ToCase, assert_holds};
#[cfg(feature = "proptest")]
pub(crate) use assert::{folder, leave};
#[cfg(feature = "proptest")]
pub(crate) use block::shrunk_in_short;
pub use block::{FailureBlock, NextLines, block_of, stamped};
pub use build::{BUILD, BuildFacts};
pub use keep::Kept;
pub(crate) use keep::keep_as;
pub(crate) use keep::{keep_new, slug};
pub(crate) use promote::telling;
pub use promote::{Promoted, promoted};
pub use signature::{Part, Signature};
