//! What a case is printed on, and how its words are written.

use std::fmt::{self, Write};

use super::ast::Prose;

/// The first words of declarations and claims are as wide as the longest of them.
const WORD_WIDTH: usize = 7;

/// A case under print.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
    section: u8,
    last_section: Option<u8>,
}

impl Page {
    /// What is printed from here on belongs to this section.
    pub(super) fn section(&mut self, section: u8) {
        self.section = section;
    }

    /// What stands behind everything else.
    pub(super) fn finish(mut self, end: &[String]) -> String {
        if !end.is_empty() {
            self.text.push('\n');
            self.prose(end);
        }
        self.text
    }

    /// One statement with the prose around it, with an empty line before it if it begins a section.
    pub(crate) fn statement(&mut self, prose: &Prose, statement: impl fmt::Display) {
        if self.last_section.is_some_and(|last| last != self.section) {
            self.text.push('\n');
        }
        self.last_section = Some(self.section);
        self.prose(&prose.before);
        let trailing = prose.trailing.replace(['\n', '\r'], " ");
        let trailing = trailing.trim_end();
        let separator = if trailing.is_empty() { "" } else { "  # " };
        self.line(format_args!("{statement}{separator}{trailing}"));
    }

    /// One statement whose first word is aligned with those of its neighbours.
    pub(crate) fn aligned(&mut self, prose: &Prose, word: &str, rest: impl fmt::Display) {
        self.statement(prose, format_args!("{word:WORD_WIDTH$} {rest}"));
    }

    /// Prose with line ends in it becomes several lines.
    fn prose(&mut self, lines: &[String]) {
        for line in lines.iter().flat_map(|text| text.split('\n')) {
            let line = line.replace('\r', " ");
            let line = line.trim_end();
            let separator = if line.is_empty() { "" } else { " " };
            self.line(format_args!("#{separator}{line}"));
        }
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = writeln!(self.text, "{line}");
    }
}

/// Items with something between them.
pub(crate) fn joined<T: fmt::Display>(items: &[T], separator: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

/// A text in double quotes, on one line whatever is in it.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.extend(c.escape_unicode()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text as it is where it can stand bare, else in quotes.
pub(crate) fn bare_or_quoted(text: &str) -> String {
    let can_stand_bare = |c: char| !c.is_whitespace() && !c.is_control() && !",\"\\".contains(c);
    if !text.is_empty() && !text.starts_with('#') && text.chars().all(can_stand_bare) {
        text.to_owned()
    } else {
        quote(text)
    }
}
