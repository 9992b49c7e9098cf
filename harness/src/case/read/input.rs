//! The words of a line. What fails before it took anything off the line fails with `Backtrack`, so that it can be
//! optional; whatever is a mistake for certain fails with `Cut`.

use std::ops::Range;
use std::str::FromStr;

use winnow::combinator::terminated;
use winnow::error::{ErrMode, ParserError};
use winnow::stream::Location;
use winnow::token::{one_of, take_while};
use winnow::{LocatingSlice, ModalResult, Parser, Stateful};

use super::super::error::ErrorKind;
use super::super::percent::Percent;
use super::super::question::Word;
use super::super::time::Time;
use super::prose::BLANKS;
use super::reader::Reader;

/// One statement, and what is known when it is read.
pub(crate) type Input<'a> = Stateful<LocatingSlice<&'a str>, &'a Reader<'a>>;
/// What a parser returns.
pub(crate) type Parsed<T> = ModalResult<T, Fault>;

/// What ends the reading of a statement.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Box<ErrorKind>,
}

impl<'a> ParserError<Input<'a>> for Fault {
    type Inner = Self;

    fn from_input(input: &Input<'a>) -> Self {
        unexpected(input, "something else")
    }

    fn or(self, other: Self) -> Self {
        if other.span.start > self.span.start { other } else { self }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

fn unexpected(input: &Input<'_>, expected: &str) -> Fault {
    let (found, span) = upcoming(input);
    let kind = ErrorKind::Expected { expected: expected.to_owned(), found: found.to_owned() };
    Fault { span, kind: Box::new(kind) }
}

/// Fails for good: something else should stand here.
pub(crate) fn expected<T>(input: &Input<'_>, what: &str) -> Parsed<T> {
    Err(ErrMode::Cut(unexpected(input, what)))
}

/// Fails for good, with this error at this place.
pub(crate) fn fail<T>(span: Range<usize>, kind: ErrorKind) -> Parsed<T> {
    Err(ErrMode::Cut(Fault { span, kind: Box::new(kind) }))
}

/// What stands next: a run of characters that belong together, or a single sign; empty at the end of the line.
fn upcoming<'a>(input: &Input<'a>) -> (&'a str, Range<usize>) {
    let start = input.current_token_start();
    let rest = rest(input);
    let is_sign = |c: char| ",:|>=\"".contains(c);
    let run = rest.find(|c: char| BLANKS.contains(&c) || is_sign(c)).unwrap_or(rest.len());
    let length = if run > 0 { run } else { rest.chars().next().map_or(0, char::len_utf8) };
    let found = &rest[..length];
    if found.trim_matches(BLANKS).is_empty() {
        return ("", start..start);
    }
    (found, start..start + length)
}

/// What is left of the line.
pub(crate) fn rest<'a>(input: &Input<'a>) -> &'a str {
    let rest: &'a str = input.input.as_ref();
    rest
}

pub(crate) fn is_at_end(input: &Input<'_>) -> bool {
    rest(input).is_empty()
}

pub(crate) fn blanks(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., BLANKS).void().parse_next(input)
}

/// A run of these characters and the blanks behind it, with its place; fails softly if there is none.
pub(crate) fn run<'a>(
    input: &mut Input<'a>,
    belongs: impl Fn(char) -> bool,
) -> Parsed<(&'a str, Range<usize>)> {
    terminated(take_while(1.., belongs).with_span(), blanks).parse_next(input)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// The word that stands next, which is left there.
pub(crate) fn next_word<'a>(input: &Input<'a>) -> &'a str {
    let rest = rest(input);
    &rest[..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())]
}

/// Takes this very word off the line if it stands next.
pub(crate) fn takes_word(input: &mut Input<'_>, word: &'static str) -> Parsed<bool> {
    let is_next = next_word(input) == word;
    if is_next {
        run(input, is_of_word)?;
    } else {
        input.state.could_stand(input.current_token_start(), word);
    }
    Ok(is_next)
}

/// This very word.
pub(crate) fn word(input: &mut Input<'_>, word: &'static str) -> Parsed<()> {
    if takes_word(input, word)? { Ok(()) } else { expected(input, &format!("`{word}`")) }
}

/// Takes this sign off the line if it stands next.
pub(crate) fn takes_sign(input: &mut Input<'_>, sign: char) -> Parsed<bool> {
    let is_next = rest(input).starts_with(sign);
    if is_next {
        terminated(one_of(sign), blanks).void().parse_next(input)?;
    }
    Ok(is_next)
}

/// This sign; `what` says what it is good for.
pub(crate) fn sign(input: &mut Input<'_>, sign: char, what: &str) -> Parsed<()> {
    if takes_sign(input, sign)? { Ok(()) } else { expected(input, what) }
}

/// The next word, as one of a table.
pub(crate) fn choose<'t, T>(
    input: &mut Input<'_>,
    what: &'static str,
    table: &'t [T],
    word_of: impl Fn(&'t T) -> &'static str + Clone,
) -> Parsed<&'t T> {
    let Ok((word, span)) = run(input, is_of_word) else {
        return expected(input, &with_article(what));
    };
    match table.iter().find(|entry| word_of(entry) == word) {
        Some(entry) => Ok(entry),
        None => fail(span, input.state.unknown(what, word, table.iter().map(word_of))),
    }
}

/// The next word, as a value of an enum of words.
pub(crate) fn one_word<T: Word>(input: &mut Input<'_>) -> Parsed<T> {
    choose(input, T::WHAT, T::WORDS, |(word, _)| word).map(|(_, value)| *value)
}

fn with_article(what: &str) -> String {
    let article = if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {what}")
}

/// The end of the line, or one of the words that could stand before it but were not there.
pub(crate) fn end_of_line(input: &mut Input<'_>) -> Parsed<()> {
    if is_at_end(input) {
        return Ok(());
    }
    let words = input.state.take_could_stand(input.current_token_start());
    let (found, span) = upcoming(input);
    let unknown = input.state.unknown("word", found, words.iter().copied());
    if matches!(unknown, ErrorKind::Unknown { nearest: Some(_), .. }) {
        return fail(span, unknown);
    }
    let words: String = words.iter().map(|word| format!("`{word}` or ")).collect();
    expected(input, &format!("{words}the end of the line"))
}

/// One or more with commas between them.
pub(crate) fn comma_separated<'a, T>(
    input: &mut Input<'a>,
    item: impl Fn(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut items = vec![item(input)?];
    while takes_sign(input, ',')? {
        items.push(item(input)?);
    }
    input.state.could_stand(input.current_token_start(), ",");
    Ok(items)
}

/// A whole number; `what` says of what, such as "a number of nodes".
pub(crate) fn number<T: FromStr>(input: &mut Input<'_>, what: &str) -> Parsed<T> {
    let before = *input;
    let number = run(input, |c| c.is_ascii_digit()).ok().and_then(|(digits, _)| digits.parse().ok());
    match number {
        Some(number) => Ok(number),
        None => expected(&before, what),
    }
}

/// A run that ends where a range of times goes on.
fn time_text<'a>(input: &mut Input<'a>) -> Parsed<(&'a str, Range<usize>)> {
    let rest = rest(input);
    let of_time = |c: char| c.is_alphanumeric() || c == '.';
    let length = rest.find(|c| !of_time(c)).unwrap_or(rest.len()).min(rest.find("..").unwrap_or(rest.len()));
    if length == 0 {
        return expected(input, "a time, such as `1m20s`");
    }
    let start = input.current_token_start();
    terminated(winnow::token::take(rest[..length].chars().count()), blanks)
        .parse_next(input)
        .map(|text: &str| (text, start..start + length))
}

/// CASE-3: a time.
pub(crate) fn time(input: &mut Input<'_>) -> Parsed<Time> {
    let (text, span) = time_text(input)?;
    text.parse().or_else(|why| fail(span, ErrorKind::Time { text: text.to_owned(), why }))
}

/// A percentage.
pub(crate) fn percent(input: &mut Input<'_>) -> Parsed<Percent> {
    let Ok((text, span)) = run(input, |c| c.is_alphanumeric() || c == '.' || c == '%') else {
        return expected(input, "a percentage, such as `10%`");
    };
    text.parse().or_else(|why| fail(span, ErrorKind::Percent { text: text.to_owned(), why }))
}

/// A value that is written in one run of letters, digits and these signs; `what` says what it is.
pub(crate) fn value<T: FromStr>(input: &mut Input<'_>, signs: &str, what: &str) -> Parsed<T> {
    let before = *input;
    let text = run(input, |c| c.is_alphanumeric() || signs.contains(c)).ok();
    match text.and_then(|(text, _)| text.parse().ok()) {
        Some(value) => Ok(value),
        None => expected(&before, what),
    }
}
