//! CASE-2: the canonical form.

use std::fmt;

use super::action::Action;
use super::ast::Case;
use super::page::Page;
use super::question::Question;
use super::statements::STATEMENTS;
use super::statements::actions::ACTIONS;
use super::statements::questions::QUESTIONS;

impl fmt::Display for Case {
    /// CASE-2: statements in one order whatever theirs was, values in one way of writing, prose where it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::default();
        for statement in &STATEMENTS {
            page.section(statement.section);
            (statement.print)(self, &mut page);
        }
        f.write_str(&page.finish(&self.prose.end))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = ACTIONS.iter().find_map(|action| (action.print)(self));
        debug_assert!(text.is_some(), "an action is missing in the table of actions: {self:?}");
        f.pad(&text.unwrap_or_default())
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = QUESTIONS.iter().find_map(|question| (question.print)(self));
        debug_assert!(text.is_some(), "a question is missing in the table of questions: {self:?}");
        f.pad(&text.unwrap_or_default())
    }
}
