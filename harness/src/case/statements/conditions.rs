//! `pause`, `slow` and `clock`: hosts that are not as they should be.

use quorate_sim::Action as Deed;
use winnow::stream::Location;

use super::super::action::Action;
use super::super::form::Form;
use super::super::page::joined;
use super::super::read::input::{Input, Parsed, expected, number, takes_sign, takes_word, time, value, word};
use super::super::read::lists::{node, nodes_before_value};
use super::entry::ActionForm;
use crate::run::duration;

pub(super) const PAUSE: ActionForm = ActionForm {
    form: Form {
        word: "pause",
        syntax: "pause NODES TIME",
        example: "pause a 6s",
        meaning: "processes handle nothing for so long; what arrives meanwhile they hear then, before anything else",
    },
    parse: |input| Ok(Action::Pause { nodes: nodes_before_value(input)?, lasts: time(input)? }),
    print: |action| match action {
        Action::Pause { nodes, lasts } => Some(format!("pause {} {lasts}", joined(nodes, " "))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Pause { nodes, lasts } => {
            let lasts = duration(*lasts);
            Some(deeds.each(nodes, |host| Deed::Pause { host, lasts }))
        }
        _ => None,
    },
};

pub(super) const SLOW: ActionForm = ActionForm {
    form: Form {
        word: "slow",
        syntax: "slow NODES FACTOR for TIME",
        example: "slow a 5x for 10s",
        meaning: "their timers take so many times as long, and so does handling what arrives",
    },
    parse: |input| {
        let nodes = nodes_before_value(input)?;
        let factor = value(input, ".", "how many times slower, at least `1x`, such as `5x`")?;
        word(input, "for")?;
        Ok(Action::Slow { nodes, factor, lasts: time(input)? })
    },
    print: |action| match action {
        Action::Slow { nodes, factor, lasts } => {
            Some(format!("slow {} {factor} for {lasts}", joined(nodes, " ")))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Slow { nodes, factor, lasts } => {
            let lasts = duration(*lasts);
            let factor = quorate_sim::Factor::from_thousandths(factor.thousandths())?;
            Some(deeds.each(nodes, |host| Deed::Slow { host, factor, lasts }))
        }
        _ => None,
    },
};

pub(super) const CLOCK: ActionForm = ActionForm {
    form: Form {
        word: "clock",
        syntax: "clock NODE +TIME|-TIME|drift NUMBERppm",
        example: "clock a +3s",
        meaning: "its clock is set forward or back, or goes on too fast or, below zero, too slow",
    },
    parse: parse_clock,
    print: |action| match action {
        Action::ClockJump { node, by, back } => {
            Some(format!("clock {node} {}{by}", if *back { '-' } else { '+' }))
        }
        Action::ClockDrift { node, parts_per_million } => {
            Some(format!("clock {node} drift {parts_per_million}ppm"))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::ClockJump { node, by, back } => {
            let nanos = i64::try_from(by.nanos()).unwrap_or(i64::MAX);
            let nanos = if *back { -nanos } else { nanos };
            Some(deeds.one(deeds.host(node).map(|host| Deed::ClockJump { host, nanos })))
        }
        Action::ClockDrift { node, parts_per_million } => {
            let parts_per_million = *parts_per_million;
            Some(deeds.one(deeds.host(node).map(|host| Deed::ClockDrift { host, parts_per_million })))
        }
        _ => None,
    },
};

fn parse_clock(input: &mut Input<'_>) -> Parsed<Action> {
    let node = node(input, &[])?;
    if takes_word(input, "drift")? {
        return Ok(Action::ClockDrift { node, parts_per_million: parts_per_million(input)? });
    }
    let back = takes_sign(input, '-')?;
    if !back && !takes_sign(input, '+')? {
        return expected(input, "`+` or `-` and a time, or `drift`");
    }
    let before = *input;
    let by = time(input)?;
    if i64::try_from(by.nanos()).is_err() {
        return expected(&before, "a time of at most 292 years");
    }
    Ok(Action::ClockJump { node, by, back })
}

fn parts_per_million(input: &mut Input<'_>) -> Parsed<i32> {
    const WHAT: &str = "a drift between `-1000000ppm` and `1000000ppm`, such as `200ppm`";
    let before = *input;
    let slow = takes_sign(input, '-')?;
    let start = input.current_token_start();
    let parts: i32 = number(input, WHAT)?;
    let digits = input.current_token_start() - start;
    word(input, "ppm")?;
    if parts > 1_000_000 || digits == 0 {
        return expected(&before, WHAT);
    }
    Ok(if slow { -parts } else { parts })
}
