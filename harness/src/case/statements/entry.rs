//! What a statement, an action and a question consist of.

use super::super::action::Action;
use super::super::ast::Case;
use super::super::form::Form;
use super::super::page::Page;
use super::super::question::Question;
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed};
use crate::run::Deeds;

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
