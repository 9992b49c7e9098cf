//! CASE-7, CASE-8: the language as tables. A statement, an action or a question is one entry: its word, how it is
//! written, an example, its parser and its printer, side by side in one file below.
//!
//! # A new statement
//!
//! An action is one small file, or one constant in the file of its family: an [`ActionForm`] with all that there is to
//! it, from how it is written to what it does to the world. Three steps:
//!
//!  1. its value: a variant of [`Action`] in `action.rs`, which holds what the line says and nothing else;
//!  2. its constant: `form` (word, syntax, an example of nodes `a` to `e`, meaning), `parse` (what stands behind the
//!     word), `print` (the very same line again) and `play` (what is done to the world: most often
//!     `deeds.each(nodes, |host| ...)`, `deeds.two(a, b, |a, b| ...)` or `deeds.one(...)`, giving actions of `quorate_sim`;
//!     for a new command of a node that is `quorate_sim::Action::Command { host, command }`);
//!  3. its line in [`ACTIONS`], whose order is that of the reference.
//!
//! Then the example is read, printed, read back, and run by the tests of this module; a line in `tests/random.rs` lets
//! drawn cases have it. A word that can stand where a node could belongs into [`RESERVED`](super::RESERVED). A question
//! is the same with a [`QuestionForm`], a variant of [`Question`], and an answer in `run/answer.rs`.

mod checks;
mod cluster;
mod conditions;
mod header;
mod lease;
mod lies;
mod link_effects;
mod links;
mod membership;
mod messages;
mod network;
mod processes;
mod questions;
mod records;
mod settings;
mod steps;
mod verdict;

use super::action::Action;
use super::ast::Case;
use super::print::Page;
use super::question::Question;
use super::read::draft::Draft;
use super::read::input::{Input, Parsed};
use crate::run::Deeds;

/// How a piece of the language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The word that it starts with.
    pub word: &'static str,
    /// Its grammar: capitals stand for values, brackets for what may be missing, `|` inside them for "or".
    pub syntax: &'static str,
    /// An example that can be pasted.
    pub example: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

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

/// CASE-7: what an action does to the world; nothing, if it only asks.
pub(crate) fn play(action: &Action, deeds: &Deeds<'_>) -> Option<Played> {
    ACTIONS.iter().find_map(|form| (form.play)(action, deeds))
}

/// A statement, which changes the case.
pub(crate) struct Statement {
    pub(crate) form: Form,
    /// Sections are set off by an empty line in print.
    pub(crate) section: u8,
    /// Reads what stands behind the word.
    pub(crate) parse: for<'a> fn(&mut Input<'a>, &mut Draft) -> Parsed<()>,
    /// Prints all statements of this form that the case needs.
    pub(crate) print: fn(&Case, &mut Page),
}

/// A form of actions.
pub(crate) struct ActionForm {
    pub(crate) form: Form,
    /// Reads what stands behind the word.
    pub(crate) parse: for<'a> fn(&mut Input<'a>) -> Parsed<Action>,
    /// The action as written, if it is of this form.
    pub(crate) print: fn(&Action) -> Option<String>,
    /// What is done to the world, if the action is of this form and does anything.
    pub(crate) play: fn(&Action, &Deeds<'_>) -> Option<Played>,
}

/// What an action does to the world, or why it can't.
pub(crate) type Played = Result<Vec<quorate_sim::Action>, String>;

/// A form of questions.
pub(crate) struct QuestionForm {
    pub(crate) form: Form,
    /// Reads what stands behind the word.
    pub(crate) parse: for<'a> fn(&mut Input<'a>) -> Parsed<Question>,
    /// The question as written, if it is of this form.
    pub(crate) print: fn(&Question) -> Option<String>,
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

/// All actions.
pub(crate) static ACTIONS: [ActionForm; 31] = [
    processes::START,
    processes::STOP,
    processes::CRASH,
    processes::RESTART,
    conditions::PAUSE,
    conditions::SLOW,
    conditions::CLOCK,
    membership::JOIN,
    membership::SET_APP_VERSION,
    membership::LEAVE,
    membership::DOWN,
    membership::PREPARE_FOR_SHUTDOWN,
    network::CUT,
    network::ISOLATE,
    network::BRIDGE,
    network::RING,
    network::FLAP,
    network::HEAL,
    links::LINK_ACTION,
    messages::BLOCK,
    messages::UNBLOCK,
    messages::HOLD,
    messages::RELEASE,
    messages::DROP,
    messages::DELAY,
    messages::DUPLICATE,
    messages::LATE,
    lies::LIE,
    lease::LEASE,
    checks::CHECK,
    checks::END,
];

/// All questions.
pub(crate) static QUESTIONS: [QuestionForm; 13] = [
    questions::CONVERGED,
    questions::UP,
    questions::LEADER,
    questions::ROLE_LEADER,
    questions::RUNNING,
    questions::STOPPED,
    questions::SURVIVORS,
    questions::VIEW,
    questions::DOWN,
    records::EVENT,
    records::DECISION,
    records::SENT_PER_SECOND,
    records::HOLDS,
];
