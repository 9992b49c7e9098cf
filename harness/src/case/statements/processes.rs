//! `start`, `stop`, `crash` and `restart`: processes come and go.

use quorate_sim::Action as Deed;

use super::super::action::Action;
use super::super::form::Form;
use super::super::page::joined;
use super::super::read::input::{Input, Parsed, takes_word, time, word};
use super::super::read::lists::{nodes, nodes_or_none};
use super::super::time::Time;
use super::cluster::names_or_none;
use super::entry::ActionForm;
use crate::run::duration;

pub(super) const START: ActionForm = ActionForm {
    form: Form {
        word: "start",
        syntax: "start all [at once] | start NODES [with seeds NODES|none]",
        example: "start all",
        meaning: "processes start: all of them, each within its first tick interval unless `at once`, or these, now",
    },
    parse: parse_start,
    print: |action| match action {
        Action::StartAll { at_once: false } => Some("start all".to_owned()),
        Action::StartAll { at_once: true } => Some("start all at once".to_owned()),
        Action::Start { nodes, seeds: None } => Some(format!("start {}", joined(nodes, " "))),
        Action::Start { nodes, seeds: Some(seeds) } => {
            Some(format!("start {} with seeds {}", joined(nodes, " "), names_or_none(seeds)))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::StartAll { at_once } => Some(deeds.start_all(*at_once)),
        Action::Start { nodes, seeds } => Some(deeds.start(nodes, seeds.as_deref())),
        _ => None,
    },
};

fn parse_start(input: &mut Input<'_>) -> Parsed<Action> {
    if takes_word(input, "all")? {
        let at_once = takes_word(input, "at")?;
        if at_once {
            word(input, "once")?;
        }
        return Ok(Action::StartAll { at_once });
    }
    let nodes = nodes(input, &["all", "with"])?;
    let seeds = if takes_word(input, "with")? {
        word(input, "seeds")?;
        Some(nodes_or_none(input, &["none"])?)
    } else {
        None
    };
    Ok(Action::Start { nodes, seeds })
}

pub(super) const STOP: ActionForm = ActionForm {
    form: Form {
        word: "stop",
        syntax: "stop NODES",
        example: "stop a",
        meaning: "hosts shut their processes down gracefully",
    },
    parse: |input| Ok(Action::Stop { nodes: nodes(input, &[])? }),
    print: |action| match action {
        Action::Stop { nodes } => Some(format!("stop {}", joined(nodes, " "))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Stop { nodes } => Some(deeds.each(nodes, |host| Deed::Stop { host })),
        _ => None,
    },
};

pub(super) const CRASH: ActionForm = ActionForm {
    form: Form {
        word: "crash",
        syntax: "crash NODES",
        example: "crash a",
        meaning: "processes are gone without a word",
    },
    parse: |input| Ok(Action::Crash { nodes: nodes(input, &[])? }),
    print: |action| match action {
        Action::Crash { nodes } => Some(format!("crash {}", joined(nodes, " "))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Crash { nodes } => Some(deeds.each(nodes, |host| Deed::Crash { host })),
        _ => None,
    },
};

pub(super) const RESTART: ActionForm = ActionForm {
    form: Form {
        word: "restart",
        syntax: "restart NODES [after TIME]",
        example: "restart a after 3s",
        meaning: "processes are gone and come back, now or later, with the same address and a new uid",
    },
    parse: |input| {
        let nodes = nodes(input, &["after"])?;
        let after = if takes_word(input, "after")? { time(input)? } else { Time::ZERO };
        Ok(Action::Restart { nodes, after })
    },
    print: |action| match action {
        Action::Restart { nodes, after: Time::ZERO } => Some(format!("restart {}", joined(nodes, " "))),
        Action::Restart { nodes, after } => Some(format!("restart {} after {after}", joined(nodes, " "))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Restart { nodes, after } => {
            let after = duration(*after);
            Some(deeds.each(nodes, |host| Deed::Restart { host, after }))
        }
        _ => None,
    },
};
