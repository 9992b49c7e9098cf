//! `link`: what links are like, from the start or from an instant on.

use std::fmt;

use winnow::stream::Location;

use super::super::action::{Action, Between, LinkChange, Links};
use super::super::ast::{Case, Link};
use super::super::error::ErrorKind;
use super::super::form::Form;
use super::super::name::NodeName;
use super::super::page::Page;
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, expected, takes_sign, takes_word, time};
use super::super::read::lists::node;
use super::super::time::Time;
use super::entry::{ActionForm, Statement};
use super::link_effects::effect;

const SYNTAX: &str = "link *|NODE > NODE|NODE - NODE PROPERTY [for TIME], PROPERTY being delay TIME[..TIME]|\
    delay exponential mean TIME|delay bimodal TIME or TIME PERCENT|delay log-normal median TIME p99 TIME|\
    loss PERCENT [in bursts of TIME]|duplicate PERCENT|reorder PERCENT by TIME|corrupt PERCENT|bandwidth BYTES/s|\
    queue BYTES|mtu BYTES";

pub(super) const LINK: Statement = Statement {
    form: Form {
        word: "link",
        syntax: SYNTAX,
        example: "link * delay 500us..1500us",
        meaning: "what links are like from the start: all, one way, or both ways",
    },
    section: 1,
    parse: parse_link,
    print: print_links,
};

pub(super) const LINK_ACTION: ActionForm = ActionForm {
    form: Form {
        word: "link",
        syntax: SYNTAX,
        example: "link a > b loss 10% for 20s",
        meaning: "what links are like from then on, or for a time",
    },
    parse: |input| change(input).map(Action::Link),
    print: |action| match action {
        Action::Link(change) => Some(format!("link {change}")),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Link(change) => Some(deeds.one(deeds.link(change))),
        _ => None,
    },
};

fn parse_link(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    let change = change(input)?;
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.links.push(Link { change, line, prose });
    Ok(())
}

fn print_links(case: &Case, page: &mut Page) {
    for Link { change, prose, .. } in &case.links {
        page.aligned(prose, "link", change);
    }
}

fn change(input: &mut Input<'_>) -> Parsed<LinkChange> {
    Ok(LinkChange { links: links(input)?, effect: effect(input)?, lasts: lasts(input)? })
}

/// `*`, `a > b` or `a - b`.
pub(super) fn links(input: &mut Input<'_>) -> Parsed<Links> {
    if takes_sign(input, '*')? { Ok(Links::All) } else { Ok(Links::Between(between(input)?)) }
}

/// `for TIME`, if it stands there.
pub(super) fn lasts(input: &mut Input<'_>) -> Parsed<Option<Time>> {
    if takes_word(input, "for")? { Ok(Some(time(input)?)) } else { Ok(None) }
}

/// The same as it is written behind a statement.
pub(super) fn shown_lasts(lasts: Option<Time>) -> String {
    lasts.map(|lasts| format!(" for {lasts}")).unwrap_or_default()
}

/// `a > b` or `a - b`.
pub(super) fn between(input: &mut Input<'_>) -> Parsed<Between> {
    let first = node(input, &[])?;
    let one_way = takes_sign(input, '>')?;
    if !one_way && !takes_sign(input, '-')? {
        return expected(input, "`>` (one way) or `-` (both ways)");
    }
    let start = input.current_token_start();
    let second = node(input, &[])?;
    if first == second {
        let span = start..start + second.as_str().len();
        input.state.report(span, ErrorKind::OwnLink { node: second.clone() });
    }
    Ok(if one_way {
        Between::OneWay { from: first, to: second }
    } else {
        Between::BothWays { one: first, other: second }
    })
}

/// `a > b`, and nothing else.
pub(super) fn one_way(input: &mut Input<'_>) -> Parsed<(NodeName, NodeName)> {
    let before = *input;
    match between(input)? {
        Between::OneWay { from, to } => Ok((from, to)),
        Between::BothWays { .. } => expected(&before, "one direction, `NODE > NODE`"),
    }
}

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneWay { from, to } => write!(f, "{from} > {to}"),
            Self::BothWays { one, other } => write!(f, "{one} - {other}"),
        }
    }
}

impl fmt::Display for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Between(between) => write!(f, "{between}"),
        }
    }
}

impl fmt::Display for LinkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.links, self.effect, shown_lasts(self.lasts))
    }
}
