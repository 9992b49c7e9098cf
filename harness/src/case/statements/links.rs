//! `link`: what links are like, from the start or from an instant on.

use std::fmt;

use winnow::stream::Location;

use super::super::action::{Action, Between, Delay, LinkChange, LinkEffect, Links};
use super::super::ast::{Case, Link};
use super::super::error::ErrorKind;
use super::super::print::Page;
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, choose, expected, percent, rest, takes_sign, time};
use super::super::read::lists::node;
use super::{ActionForm, Form, Statement};

pub(super) const LINK: Statement = Statement {
    form: Form {
        word: "link",
        syntax: "link *|NODE > NODE|NODE - NODE delay TIME[..TIME]|loss PERCENT",
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
        syntax: "link *|NODE > NODE|NODE - NODE delay TIME[..TIME]|loss PERCENT",
        example: "link a > b loss 10%",
        meaning: "what links are like from then on",
    },
    parse: |input| change(input).map(Action::Link),
    print: |action| match action {
        Action::Link(change) => Some(format!("link {change}")),
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
    let links = if takes_sign(input, '*')? { Links::All } else { Links::Between(between(input)?) };
    Ok(LinkChange { links, effect: effect(input)? })
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

/// The properties of links, with the parser of what stands behind the word.
type EffectForm = (&'static str, for<'a> fn(&mut Input<'a>) -> Parsed<LinkEffect>);
static EFFECTS: [EffectForm; 2] = [
    ("delay", |input| delay(input).map(LinkEffect::Delay)),
    ("loss", |input| percent(input).map(LinkEffect::Loss)),
];

fn effect(input: &mut Input<'_>) -> Parsed<LinkEffect> {
    let (_, parse) = choose(input, "property of links", &EFFECTS, |(word, _)| word)?;
    parse(input)
}

fn delay(input: &mut Input<'_>) -> Parsed<Delay> {
    let start = input.current_token_start();
    let from = time(input)?;
    if !rest(input).starts_with("..") {
        return Ok(Delay::Constant(from));
    }
    takes_sign(input, '.')?;
    takes_sign(input, '.')?;
    let to = time(input)?;
    if to < from {
        let span = start..input.current_token_start();
        input.state.report(span, ErrorKind::RangeBackwards { from, to });
    }
    Ok(Delay::Uniform { from, to })
}

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneWay { from, to } => write!(f, "{from} > {to}"),
            Self::BothWays { one, other } => write!(f, "{one} - {other}"),
        }
    }
}

impl fmt::Display for LinkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.links {
            Links::All => write!(f, "*")?,
            Links::Between(between) => write!(f, "{between}")?,
        }
        match self.effect {
            LinkEffect::Delay(Delay::Constant(delay)) => write!(f, " delay {delay}"),
            LinkEffect::Delay(Delay::Uniform { from, to }) => write!(f, " delay {from}..{to}"),
            LinkEffect::Loss(share) => write!(f, " loss {share}"),
        }
    }
}
