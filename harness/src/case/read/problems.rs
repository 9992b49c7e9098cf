//! CASE-5: what is wrong with a file, gathered while it is read.

use std::borrow::Cow;
use std::ops::Range;

use super::super::ERRORS_MAX;
use super::super::error::{CaseError, ErrorKind, Errors};

/// One thing wrong, with its place.
#[derive(Debug, PartialEq)]
struct Problem {
    line_index: usize,
    span: Range<usize>,
    kind: ErrorKind,
    syntax: Option<&'static str>,
}

/// All that is wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    unlisted: usize,
}

impl Problems {
    /// Whether another one would be kept. If not, what it says need not be worked out.
    pub(crate) fn has_room(&self) -> bool {
        self.list.len() < ERRORS_MAX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn add(
        &mut self,
        line_index: usize,
        span: Range<usize>,
        kind: ErrorKind,
        syntax: Option<&'static str>,
    ) {
        let problem = Problem { line_index, span, kind, syntax };
        // A parser that went back and tried again finds the same once more.
        if self.list.contains(&problem) {
            return;
        }
        if self.has_room() {
            self.list.push(problem);
        } else {
            self.unlisted += 1;
        }
    }

    pub(crate) fn into_errors(mut self, source_name: &str, lines: &[Cow<'_, str>]) -> Errors {
        self.list.sort_by_key(|problem| (problem.line_index, problem.span.start));
        let mut starts = Vec::with_capacity(lines.len());
        let mut source = String::new();
        for line in lines {
            starts.push(source.len());
            source.push_str(line);
            source.push('\n');
        }
        let errors = self
            .list
            .into_iter()
            .map(|problem| {
                let text = lines.get(problem.line_index).map_or("", |line| line.as_ref());
                let start = starts.get(problem.line_index).copied().unwrap_or_default();
                let span = problem.span.start.min(text.len())..problem.span.end.min(text.len());
                let before = text.get(..span.start).unwrap_or(text);
                CaseError {
                    line: u32::try_from(problem.line_index + 1).unwrap_or(u32::MAX),
                    column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
                    kind: problem.kind,
                    syntax: problem.syntax,
                    span,
                    line_span: start..start + text.len(),
                }
            })
            .collect();
        Errors { source_name: source_name.to_owned(), source, errors, unlisted: self.unlisted }
    }
}
