//! `check` and `end`.

use super::super::action::Action;
use super::super::form::Form;
use super::super::page::joined;
use super::super::read::input::{takes_word, time};
use super::entry::ActionForm;
use super::questions::questions;

pub(super) const CHECK: ActionForm = ActionForm {
    form: Form {
        word: "check",
        syntax: "check QUESTIONS [within TIME]",
        example: "check converged, up 5 within 10s",
        meaning: "what holds at that instant, or has come true by so much later",
    },
    parse: |input| {
        let questions = questions(input)?;
        let within = if takes_word(input, "within")? { Some(time(input)?) } else { None };
        Ok(Action::Check { questions, within })
    },
    print: |action| match action {
        Action::Check { questions, within } => {
            let within = within.map(|within| format!(" within {within}")).unwrap_or_default();
            Some(format!("check {}{within}", joined(questions, ", ")))
        }
        _ => None,
    },
    // It only asks.
    play: |_, _| None,
};

pub(super) const END: ActionForm = ActionForm {
    form: Form { word: "end", syntax: "end", example: "end", meaning: "the case ends" },
    parse: |_| Ok(Action::End),
    print: |action| match action {
        Action::End => Some("end".to_owned()),
        _ => None,
    },
    // Nothing is done to the world.
    play: |_, _| None,
};
