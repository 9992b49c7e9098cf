//! Texts, bare or in quotes.

use std::ops::Range;

use winnow::Parser;
use winnow::combinator::{delimited, opt};
use winnow::error::ErrMode;
use winnow::stream::Location;
use winnow::token::{any, one_of, take_while};

use super::input::{Fault, Input, Parsed, blanks, expected, rest, run};
use super::prose::BLANKS;

/// A text in quotes, or a bare run without blanks, commas and quotes, with its place.
pub(crate) fn text(input: &mut Input<'_>, what: &str) -> Parsed<(String, Range<usize>)> {
    if rest(input).starts_with('"') {
        return quoted(input);
    }
    match run(input, |c| !BLANKS.contains(&c) && c != ',' && c != '"') {
        Ok((bare, span)) => Ok((bare.to_owned(), span)),
        Err(_) => expected(input, what),
    }
}

/// A text in double quotes, with the escapes that [`quote`](super::super::page::quote) writes.
pub(crate) fn quoted(input: &mut Input<'_>) -> Parsed<(String, Range<usize>)> {
    let start = input.current_token_start();
    if one_of::<_, _, ErrMode<Fault>>('"').parse_next(input).is_err() {
        return expected(input, "a text in double quotes");
    }
    let mut text = String::new();
    loop {
        let Some(c) = next_char(input)? else {
            return expected(input, "`\"` at the end of the text");
        };
        match c {
            '"' => break,
            '\\' => text.push(escape(input)?),
            c => text.push(c),
        }
    }
    let end = input.current_token_start();
    blanks(input)?;
    Ok((text, start..end))
}

fn next_char(input: &mut Input<'_>) -> Parsed<Option<char>> {
    opt(any).parse_next(input)
}

/// What stands behind a backslash.
fn escape(input: &mut Input<'_>) -> Parsed<char> {
    const KNOWN: &str = "`\\\"`, `\\\\`, `\\n`, `\\r`, `\\t` or `\\u{...}`";
    let before = *input;
    let c = match next_char(input)? {
        Some(c @ ('"' | '\\')) => Some(c),
        Some('n') => Some('\n'),
        Some('r') => Some('\r'),
        Some('t') => Some('\t'),
        Some('u') => unicode_escape(input),
        _ => None,
    };
    match c {
        Some(c) => Ok(c),
        None => expected(&before, KNOWN),
    }
}

fn unicode_escape(input: &mut Input<'_>) -> Option<char> {
    let digits = take_while(1..=6, |c: char| c.is_ascii_hexdigit());
    let code: &str = delimited('{', digits, '}').parse_next(input).map_err(|_: ErrMode<Fault>| ()).ok()?;
    char::from_u32(u32::from_str_radix(code, 16).ok()?)
}
