//! CASE-5: reads a file line by line, so that an error on one line hides none on another.

pub(super) mod draft;
pub(super) mod input;
pub(super) mod lists;
pub(crate) mod problems;
pub(super) mod prose;
pub(super) mod reader;
pub(super) mod text;

use std::borrow::Cow;
use std::ops::Range;

use winnow::{LocatingSlice, Stateful};

use self::draft::Draft;
use self::input::{Input, Parsed, choose, end_of_line};
use self::problems::Problems;
use self::reader::{KnownNodes, Reader};
use super::ast::Case;
use super::catalog::SettingCatalog;
use super::error::{ErrorKind, Errors};
use super::statements::STATEMENTS;
use super::statements::entry::Statement;
use super::{BYTES_MAX, VERSION};

/// CASE-1, CASE-3, CASE-5: reads a case; the name of the source is shown in errors.
///
/// # Errors
/// All that is wrong with it.
pub fn parse(source_name: &str, text: &str, settings: &dyn SettingCatalog) -> Result<Case, Errors> {
    parse_bytes(source_name, text.as_bytes(), settings)
}

/// CASE-5: reads a case from bytes that may be no text.
///
/// # Errors
/// All that is wrong with it.
pub fn parse_bytes(source_name: &str, bytes: &[u8], settings: &dyn SettingCatalog) -> Result<Case, Errors> {
    if bytes.len() > BYTES_MAX {
        let mut problems = Problems::default();
        problems.add(0, 0..0, ErrorKind::FileTooLarge { bytes: bytes.len(), limit: BYTES_MAX }, None);
        return Err(problems.into_errors(source_name, &[Cow::Borrowed("")]));
    }
    let lines = Lines::split(bytes);
    let nodes = declared_nodes(&lines, settings);
    let reader = Reader::new(nodes, settings);
    let case = read_lines(&lines, &reader);
    let problems = reader.into_problems();
    match case {
        Some(case) if problems.is_empty() => Ok(case),
        _ => Err(problems.into_errors(source_name, &lines.texts)),
    }
}

/// The lines of a file, without their ends.
struct Lines<'a> {
    texts: Vec<Cow<'a, str>>,
    /// Where a line stops being text: its index, the place, and the byte that is none.
    broken: Vec<(usize, Range<usize>, u8)>,
}

impl<'a> Lines<'a> {
    fn split(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut lines = Self { texts: Vec::new(), broken: Vec::new() };
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Err(error) = std::str::from_utf8(line) {
                let valid = error.valid_up_to();
                // The lossy text has the replacement character here.
                let place = valid..valid + char::REPLACEMENT_CHARACTER.len_utf8();
                lines.broken.push((index, place, line[valid]));
            }
            lines.texts.push(String::from_utf8_lossy(line));
        }
        lines
    }

    fn is_broken(&self, index: usize) -> bool {
        self.broken.binary_search_by_key(&index, |(index, ..)| *index).is_ok()
    }
}

/// The nodes of the case, which any line may name; `None` if the statement that says so is missing or wrong.
fn declared_nodes(lines: &Lines<'_>, settings: &dyn SettingCatalog) -> Option<KnownNodes> {
    let is_nodes = |text: &str| text.split([' ', '\t']).find(|word| !word.is_empty()) == Some("nodes");
    let (index, text) = lines.texts.iter().enumerate().find(|(_, text)| is_nodes(text))?;
    if lines.is_broken(index) {
        return None;
    }
    let reader = Reader::new(None, settings);
    let mut draft = Draft::default();
    let (statement, _) = prose::split(text);
    read_statement(statement, &reader, &mut draft);
    let whole = reader.into_problems().is_empty();
    whole.then(|| KnownNodes::new(draft.case.nodes))
}

/// Reads all lines; no case if there are not even the statements that every case has.
fn read_lines(lines: &Lines<'_>, reader: &Reader<'_>) -> Option<Case> {
    let mut draft = Draft::default();
    let mut prose_before = Vec::new();
    let mut is_first = true;
    let mut broken = lines.broken.iter().peekable();
    for (index, text) in lines.texts.iter().enumerate() {
        reader.at_line(index);
        if let Some((_, place, byte)) = broken.next_if(|(at, ..)| *at == index) {
            reader.report(place.clone(), ErrorKind::NotUtf8 { byte: *byte });
            is_first = false;
            continue;
        }
        let (statement, comment) = prose::split(text);
        if statement.trim_matches(prose::BLANKS).is_empty() {
            prose_before.extend(comment.map(prose::text_of));
            continue;
        }
        draft.at_line(index, std::mem::take(&mut prose_before), comment);
        if is_first && !statement.trim_start_matches(prose::BLANKS).starts_with("qcase") {
            reader.report(prose::span_of(statement), ErrorKind::NoHeader);
        }
        is_first = false;
        read_statement(statement, reader, &mut draft);
        if draft.case.version > VERSION {
            // What else looks wrong may be right in that version.
            reader.forget_problems();
            let newer = ErrorKind::NewerVersion { found: draft.case.version, known: VERSION };
            reader.report(prose::span_of(statement), newer);
            return None;
        }
    }
    if is_first {
        reader.report(end_of_last(lines, reader), ErrorKind::NoHeader);
    }
    draft.case.prose.end = prose_before;
    finish(draft, lines, reader)
}

fn read_statement(text: &str, reader: &Reader<'_>, draft: &mut Draft) {
    let mut input: Input<'_> = Stateful { input: LocatingSlice::new(text), state: reader };
    if let Err(error) = statement(&mut input, draft) {
        match error.into_inner() {
            Ok(fault) => reader.report(fault.span, *fault.kind),
            Err(_) => reader.report(0..text.len(), expected("a statement", text)),
        }
    }
    reader.leave_statement();
}

fn expected(expected: &str, found: &str) -> ErrorKind {
    ErrorKind::Expected { expected: expected.to_owned(), found: found.to_owned() }
}

fn statement(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    input::blanks(input)?;
    let Statement { form, parse, .. } =
        choose(input, "statement", &STATEMENTS, |statement| statement.form.word)?;
    input.state.enter(form);
    parse(input, draft)?;
    end_of_line(input)
}

/// What can only be said of the case as a whole.
fn finish(draft: Draft, lines: &Lines<'_>, reader: &Reader<'_>) -> Option<Case> {
    if lines.broken.is_empty() && !draft.has("nodes") {
        reader.report(end_of_last(lines, reader), ErrorKind::NoNodes);
    }
    let mut case = draft.case;
    case.sort_steps();
    let end = case.steps.iter().position(|step| step.action == super::Action::End);
    if let Some(end) = end {
        let (end_at, end_line) = (case.steps[end].at, case.steps[end].line.0);
        for step in &case.steps[end + 1..] {
            let index = step.line.0.saturating_sub(1) as usize;
            let Some(text) = lines.texts.get(index) else { continue };
            reader.at_line(index);
            reader
                .report(prose::span_of(prose::split(text).0), ErrorKind::AfterEnd { end: end_at, end_line });
        }
    }
    Some(case)
}

/// Turns to the last line, and to its end.
fn end_of_last(lines: &Lines<'_>, reader: &Reader<'_>) -> Range<usize> {
    reader.at_line(lines.texts.len().saturating_sub(1));
    let end = lines.texts.last().map_or(0, |text| text.len());
    end..end
}
