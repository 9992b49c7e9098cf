//! `judge`, `expect`, `finally`, `always` and `never`: what makes a case pass.

use super::super::ast::{Case, Claim, Expectation, JudgeOff};
use super::super::form::Form;
use super::super::page::{Page, joined};
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, choose, takes_word, time, word};
use super::entry::Statement;
use super::header::once;
use super::questions::questions;

pub(super) const JUDGE: Statement = Statement {
    form: Form {
        word: "judge",
        syntax: "judge off INVARIANT",
        example: "judge off M4",
        meaning: "an invariant is not judged in this case",
    },
    section: 2,
    parse: parse_judge,
    print: |case, page| {
        for JudgeOff { invariant, prose, .. } in &case.judge_off {
            page.statement(prose, format_args!("judge off {invariant}"));
        }
    },
};

fn parse_judge(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    word(input, "off")?;
    let invariant = invariant(input)?;
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.judge_off.push(JudgeOff { invariant, line, prose });
    Ok(())
}

fn invariant(input: &mut Input<'_>) -> Parsed<String> {
    let ids = input.state.settings.invariants();
    choose(input, "invariant", ids, |id| id).map(|id| (*id).to_owned())
}

pub(super) const EXPECT: Statement = Statement {
    form: Form {
        word: "expect",
        syntax: "expect violation INVARIANT [by TIME]",
        example: "expect violation M4 by 40s",
        meaning: "the case passes if, and only if, this invariant is violated, by this instant",
    },
    section: 2,
    parse: parse_expectation,
    print: print_expectation,
};

fn parse_expectation(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    once(input, draft, "expect")?;
    word(input, "violation")?;
    let invariant = invariant(input)?;
    let by = if takes_word(input, "by")? { Some(time(input)?) } else { None };
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.expect = Some(Expectation { invariant, by, line, prose });
    Ok(())
}

fn print_expectation(case: &Case, page: &mut Page) {
    if let Some(Expectation { invariant, by, prose, .. }) = &case.expect {
        let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
        page.statement(prose, format_args!("expect violation {invariant}{by}"));
    }
}

pub(super) const FINALLY: Statement = Statement {
    form: Form {
        word: "finally",
        syntax: "finally QUESTIONS",
        example: "finally survivors a b, converged",
        meaning: "what holds when the case ends",
    },
    section: 4,
    parse: |input, draft| {
        let claim = claim(input, draft)?;
        draft.case.finally.push(claim);
        Ok(())
    },
    print: |case, page| print_claims(page, "finally", &case.finally),
};

pub(super) const ALWAYS: Statement = Statement {
    form: Form {
        word: "always",
        syntax: "always QUESTIONS",
        example: "always running a",
        meaning: "what holds at all times",
    },
    section: 4,
    parse: |input, draft| {
        let claim = claim(input, draft)?;
        draft.case.always.push(claim);
        Ok(())
    },
    print: |case, page| print_claims(page, "always", &case.always),
};

pub(super) const NEVER: Statement = Statement {
    form: Form {
        word: "never",
        syntax: "never QUESTIONS",
        example: "never down a",
        meaning: "what holds at no time",
    },
    section: 4,
    parse: |input, draft| {
        let claim = claim(input, draft)?;
        draft.case.never.push(claim);
        Ok(())
    },
    print: |case, page| print_claims(page, "never", &case.never),
};

fn claim(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<Claim> {
    let questions = questions(input)?;
    Ok(Claim { questions, line: draft.line, prose: draft.take_prose() })
}

fn print_claims(page: &mut Page, word: &str, claims: &[Claim]) {
    for Claim { questions, prose, .. } in claims {
        page.aligned(prose, word, joined(questions, ", "));
    }
}
