//! `qcase`, `case` and `seed`: what a file is, and what it is called.

use winnow::stream::Location;

use super::super::VERSION;
use super::super::ast::{Case, RecordedDigest};
use super::super::page::{Page, quote};
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, expected, fail, number, run, takes_word};
use super::super::read::text::quoted;

use super::super::form::Form;
use super::entry::Statement;

pub(super) const QCASE: Statement = Statement {
    form: Form {
        word: "qcase",
        syntax: "qcase VERSION",
        example: "qcase 1",
        meaning: "the version of the language, before all other statements",
    },
    section: 0,
    parse: parse_version,
    print: print_version,
};

/// CASE-1: the version is a number from 1; whether it is known is told of the file as a whole.
fn parse_version(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    const EXPECTED: &str = "a version of the language, such as `1`";
    once(input, draft, "qcase")?;
    let before = *input;
    draft.case.version = number(input, EXPECTED)?;
    draft.case.prose.header = draft.take_prose();
    if draft.case.version == 0 {
        draft.case.version = VERSION;
        return expected(&before, EXPECTED);
    }
    Ok(())
}

fn print_version(case: &Case, page: &mut Page) {
    page.statement(&case.prose.header, format_args!("qcase {}", case.version));
}

/// Fails if this statement stands a second time.
pub(super) fn once(input: &Input<'_>, draft: &mut Draft, statement: &'static str) -> Parsed<()> {
    let end = input.current_token_start();
    draft.once(statement).or_else(|kind| fail(end.saturating_sub(statement.len() + 1)..end, kind))
}

pub(super) const CASE: Statement = Statement {
    form: Form {
        word: "case",
        syntax: "case \"NAME\"",
        example: "case \"clean split of five: the majority stays\"",
        meaning: "what the case is about",
    },
    section: 0,
    parse: parse_name,
    print: print_name,
};

fn parse_name(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    once(input, draft, "case")?;
    draft.case.name = quoted(input)?.0;
    draft.case.prose.name = draft.take_prose();
    Ok(())
}

fn print_name(case: &Case, page: &mut Page) {
    if !case.name.is_empty() || !case.prose.name.is_empty() {
        page.statement(&case.prose.name, format_args!("case {}", quote(&case.name)));
    }
}

pub(super) const SEED: Statement = Statement {
    form: Form {
        word: "seed",
        syntax: "seed HEX",
        example: "seed 7f3a",
        meaning: "where all that is left to chance comes from, at most sixteen hexadecimal digits; without it 0",
    },
    section: 0,
    parse: parse_seed,
    print: print_seed,
};

/// CASE-6: randomness that is left to the seed; without the statement the seed is 0.
fn parse_seed(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    once(input, draft, "seed")?;
    let before = *input;
    let seed = hexadecimal(input);
    let Some(seed) = seed else {
        return expected(&before, "a seed of one to sixteen hexadecimal digits");
    };
    draft.case.seed = seed;
    draft.case.prose.seed = draft.take_prose();
    Ok(())
}

fn hexadecimal(input: &mut Input<'_>) -> Option<u64> {
    let (digits, _) = run(input, char::is_alphanumeric).ok()?;
    if digits.len() <= 16 { u64::from_str_radix(digits, 16).ok() } else { None }
}

fn print_seed(case: &Case, page: &mut Page) {
    if case.seed != 0 || !case.prose.seed.is_empty() {
        page.statement(&case.prose.seed, format_args!("seed {:x}", case.seed));
    }
}

pub(super) const DIGEST: Statement = Statement {
    form: Form {
        word: "digest",
        syntax: "digest HEX [by \"BUILD\"]",
        example: "digest 1c62b09a84d7eb36 by \"quorate 0.1.0\"",
        meaning: "what a run gave when the case was left behind, and in which build; `replay` checks it",
    },
    section: 0,
    parse: parse_digest,
    print: print_digest,
};

/// RUN-1: the digest that a run must have, and the build in which it had it.
fn parse_digest(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    once(input, draft, "digest")?;
    let before = *input;
    let Some(digest) = hexadecimal(input) else {
        return expected(&before, "a digest of one to sixteen hexadecimal digits");
    };
    let build = if takes_word(input, "by")? { quoted(input)?.0 } else { String::new() };
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.digest = Some(RecordedDigest { digest, build, line, prose });
    Ok(())
}

fn print_digest(case: &Case, page: &mut Page) {
    if let Some(RecordedDigest { digest, build, prose, .. }) = &case.digest {
        let by = if build.is_empty() { String::new() } else { format!(" by {}", quote(build)) };
        page.statement(prose, format_args!("digest {digest:016x}{by}"));
    }
}
