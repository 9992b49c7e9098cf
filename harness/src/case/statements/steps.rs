//! `at`: what happens when.

use super::super::ast::{Case, Step};
use super::super::form::Form;
use super::super::page::Page;
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, choose, time};
use super::actions::ACTIONS;
use super::entry::{ActionForm, Statement};

pub(super) const AT: Statement = Statement {
    form: Form {
        word: "at",
        syntax: "at TIME ACTION",
        example: "at 1m20s crash a",
        meaning: "something happens at an instant, counted from the start; at one instant, in the order written",
    },
    section: 3,
    parse: parse_step,
    print: print_steps,
};

/// CASE-3: an absolute instant and what happens then.
fn parse_step(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    let at = time(input)?;
    let ActionForm { form, parse, .. } = choose(input, "action", &ACTIONS, |action| action.form.word)?;
    input.state.enter(form);
    let action = parse(input)?;
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.steps.push(Step { at, action, line, prose });
    Ok(())
}

/// CASE-2, CASE-3: in order of time, those of one instant in the order in which they happen.
fn print_steps(case: &Case, page: &mut Page) {
    let mut steps: Vec<&Step> = case.steps.iter().collect();
    steps.sort_by_key(|step| step.at);
    let width = steps.iter().map(|step| step.at.to_string().len()).max().unwrap_or_default();
    for Step { at, action, prose, .. } in steps {
        page.statement(prose, format_args!("at {at:width$}  {action}"));
    }
}
