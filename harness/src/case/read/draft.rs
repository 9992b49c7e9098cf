//! The case as far as it has been read.

use std::collections::BTreeMap;

use super::super::ast::{Case, Line, Prose};
use super::super::error::ErrorKind;
use super::prose;

/// A case under way, and what the next statement takes along.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) case: Case,
    /// The line of the statement that is being read.
    pub(crate) line: Line,
    prose: Prose,
    /// Statements that may stand once: where they stand.
    given: BTreeMap<&'static str, Line>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            case: Case::new(Vec::new()),
            line: Line::default(),
            prose: Prose::default(),
            given: BTreeMap::new(),
        }
    }
}

impl Draft {
    pub(crate) fn at_line(&mut self, index: usize, before: Vec<String>, trailing: Option<&str>) {
        self.line = Line(u32::try_from(index + 1).unwrap_or(u32::MAX));
        self.prose = Prose { before, trailing: trailing.map(prose::text_of).unwrap_or_default() };
    }

    /// The prose around the statement, which its first value keeps.
    pub(crate) fn take_prose(&mut self) -> Prose {
        std::mem::take(&mut self.prose)
    }

    /// Notes a statement that may stand once.
    pub(crate) fn once(&mut self, statement: &'static str) -> Result<(), ErrorKind> {
        match self.given.insert(statement, self.line) {
            None => Ok(()),
            Some(first) => {
                self.given.insert(statement, first);
                Err(ErrorKind::GivenTwice { statement, first_line: first.0 })
            }
        }
    }

    pub(crate) fn has(&self, statement: &'static str) -> bool {
        self.given.contains_key(statement)
    }
}
