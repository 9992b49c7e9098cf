//! The case language: a short text that says who is there, what happens when, and what must hold.
//!
//! ```
//! use quorate_harness::case::{Action, SettingCatalog, Time, parse};
//!
//! # struct AnySetting;
//! # impl SettingCatalog for AnySetting {
//! #     fn names(&self) -> Vec<&'static str> {
//! #         vec!["sbr.stable-after"]
//! #     }
//! #     fn check(&self, _key: &str, value: &str) -> Result<String, String> {
//! #         Ok(value.to_owned())
//! #     }
//! # }
//! let text = r#"
//! qcase 1
//! ## Three of five can still see each other: they stay.
//! case "clean split of five: the majority stays"
//!
//! nodes   a b c d e
//! seeds   a b
//! set     sbr.stable-after = 20s
//!
//! at 0s     start all
//! at 30s    cut a b c | d e
//! at 1m20s  check running a b c, stopped d e because downed
//! at 2m     end
//!
//! finally survivors a b c, converged
//! never   down a
//! "#;
//! let case = parse("split.qcase", text, &AnySetting)?;
//! assert_eq!(case.nodes.len(), 5);
//! assert_eq!(case.steps[3].at, Time::seconds(120));
//! assert_eq!(case.steps[3].action, Action::End);
//! assert_eq!(case.to_string(), text.trim_start());
//!
//! let errors = parse("split.qcase", &text.replace("cut", "cutt"), &AnySetting).unwrap_err();
//! assert!(errors.to_string().contains("did you mean `cut`?"));
//! # Ok::<(), quorate_harness::case::Errors>(())
//! ```
//!
//! One statement a line; blanks are free; `#` at the start of a line or behind a blank starts prose, which stays with
//! the statement before which or behind which it stands. [`parse`] reads a [`Case`], which `Display` prints in its one
//! canonical form (CASE-2): what was printed reads back as an equal case. [`forms`] lists everything that can be written.
//!
//! Errors come all at once, each with its place ([`Errors`], CASE-5).

mod action;
mod ast;
mod builder;
mod bytes;
mod catalog;
mod error;
mod factor;
mod form;
mod name;
mod nearest;
mod page;
mod percent;
mod print;
mod question;
mod read;
mod render;
mod statements;
#[cfg(test)]
mod tests;
mod time;

pub use self::action::{
    Action, Between, Delay, Falsehood, Fate, LeaseState, LinkChange, LinkEffect, Links, Separated,
};
pub use self::ast::{
    Case, CaseProse, Claim, Expectation, JudgeOff, Line, Link, Prose, RecordedDigest, Roles, Setting,
    Settings, Step,
};
pub use self::builder::CaseBuilder;
pub use self::bytes::Bytes;
pub use self::catalog::{INVARIANT_IDS, SettingCatalog};
pub use self::error::{CaseError, ErrorKind, Errors};
pub use self::factor::Factor;
pub use self::form::Form;
pub(crate) use self::name::address_parts;
pub use self::name::{NameError, NodeName, NodeRef, RESERVED};
pub(crate) use self::nearest::nearest;
pub use self::percent::{Percent, PercentError};
pub use self::question::{
    DECISIONS, DataCenterEvent, INVARIANT_GROUPS, MemberEvent, Question, StopReason, ViewItem, ViewState,
};
pub(crate) use self::read::problems::Problems;
pub use self::read::{parse, parse_bytes};
pub(crate) use self::statements::actions::play;
pub use self::statements::{FormKind, forms};
pub use self::time::{Time, TimeError};

/// CASE-1: the version of the language that is read and printed.
pub const VERSION: u32 = 1;
/// The longest file that is read, in bytes.
pub const BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most nodes that a case may have.
pub const NODES_MAX: usize = 65_535;
/// The most errors that are listed; the others are counted.
pub const ERRORS_MAX: usize = 100;
