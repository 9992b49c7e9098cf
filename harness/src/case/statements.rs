//! CASE-7, CASE-8: the language as tables. A statement, an action or a question is one entry: its word, how it is
//! written, an example, its parser and its printer, side by side in one file below.
//!
//! # A new statement
//!
//! An action is one small file, or one constant in the file of its family: an [`ActionForm`](entry::ActionForm) with all that there is to
//! it, from how it is written to what it does to the world. Three steps:
//!
//!  1. its value: a variant of [`Action`](super::Action) in `action.rs`, which holds what the line says and nothing else;
//!  2. its constant: `form` (word, syntax, an example of nodes `a` to `e`, meaning), `parse` (what stands behind the
//!     word), `print` (the very same line again) and `play` (what is done to the world: most often
//!     `deeds.each(nodes, |host| ...)`, `deeds.two(a, b, |a, b| ...)` or `deeds.one(...)`, giving actions of `quorate_sim`;
//!     for a new command of a node that is `quorate_sim::Action::Command { host, command }`);
//!  3. its line in [`ACTIONS`] in `statements/actions.rs`, whose order is that of the reference.
//!
//! Then the example is read, printed, read back, and run by the tests of this module; a line in `tests/random.rs` lets
//! drawn cases have it. A word that can stand where a node could belongs into [`RESERVED`](super::RESERVED). A question
//! is the same with a [`QuestionForm`](entry::QuestionForm), a variant of [`Question`](super::Question), and an answer in `run/answer.rs`.

pub(crate) mod actions;
mod checks;
mod cluster;
mod conditions;
pub(crate) mod entry;
mod header;
mod lease;
mod lies;
mod link_effects;
mod links;
mod membership;
mod messages;
mod network;
mod processes;
pub(crate) mod questions;
mod records;
mod settings;
mod steps;
mod verdict;

use self::actions::ACTIONS;
use self::entry::Statement;
use self::questions::QUESTIONS;
use super::form::Form;

/// What a form is a form of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// A statement: a line of its own.
    Statement,
    /// An action: what stands behind `at TIME`.
    Action,
    /// A question: what stands behind `check`, `finally`, `always` and `never`.
    Question,
}

/// Everything that can be written in a case: statements in the order in which they print, then actions, then questions.
pub fn forms() -> impl Iterator<Item = (FormKind, &'static Form)> {
    let statements = STATEMENTS.iter().map(|statement| (FormKind::Statement, &statement.form));
    let actions = ACTIONS.iter().map(|action| (FormKind::Action, &action.form));
    let questions = QUESTIONS.iter().map(|question| (FormKind::Question, &question.form));
    statements.chain(actions).chain(questions)
}

/// All statements, in the order in which they print (CASE-2).
pub(crate) static STATEMENTS: [Statement; 15] = [
    header::QCASE,
    header::CASE,
    header::SEED,
    header::DIGEST,
    cluster::NODES,
    cluster::SEEDS,
    cluster::ROLES,
    settings::SET,
    links::LINK,
    verdict::JUDGE,
    verdict::EXPECT,
    steps::AT,
    verdict::FINALLY,
    verdict::ALWAYS,
    verdict::NEVER,
];
