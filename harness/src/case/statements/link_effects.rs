//! What can be said of a link.

use std::fmt;

use winnow::stream::Location;

use super::super::action::{Delay, LinkEffect};
use super::super::bytes::Bytes;
use super::super::error::ErrorKind;
use super::super::read::input::{
    Input, Parsed, choose, expected, percent, rest, sign, takes_sign, takes_word, time, value, word,
};
use super::super::time::Time;

/// The properties of links, with the parser of what stands behind the word.
type EffectForm = (&'static str, for<'a> fn(&mut Input<'a>) -> Parsed<LinkEffect>);
static EFFECTS: [EffectForm; 8] = [
    ("delay", |input| delay(input).map(LinkEffect::Delay)),
    ("loss", loss),
    ("duplicate", |input| percent(input).map(LinkEffect::Duplicate)),
    ("reorder", reorder),
    ("corrupt", |input| percent(input).map(LinkEffect::Corrupt)),
    ("bandwidth", bandwidth),
    ("queue", |input| bytes(input).map(LinkEffect::Queue)),
    ("mtu", |input| bytes(input).map(LinkEffect::Mtu)),
];

pub(super) fn effect(input: &mut Input<'_>) -> Parsed<LinkEffect> {
    let (_, parse) = choose(input, "property of links", &EFFECTS, |(word, _)| word)?;
    parse(input)
}

fn loss(input: &mut Input<'_>) -> Parsed<LinkEffect> {
    let share = percent(input)?;
    if !takes_word(input, "in")? {
        return Ok(LinkEffect::Loss(share));
    }
    word(input, "bursts")?;
    word(input, "of")?;
    let before = *input;
    let burst = time(input)?;
    if burst == Time::ZERO {
        return expected(&before, "how long a burst lasts at least, such as `2s`");
    }
    Ok(LinkEffect::BurstyLoss { share, burst })
}

fn reorder(input: &mut Input<'_>) -> Parsed<LinkEffect> {
    let share = percent(input)?;
    word(input, "by")?;
    Ok(LinkEffect::Reorder { share, by: time(input)? })
}

fn bytes(input: &mut Input<'_>) -> Parsed<Bytes> {
    value(input, ".", "a number of bytes, such as `64kB`")
}

fn bandwidth(input: &mut Input<'_>) -> Parsed<LinkEffect> {
    const WHAT: &str = "a bandwidth of at least `1B/s`, such as `125kB/s`";
    let before = *input;
    let bytes: Bytes = value(input, ".", WHAT)?;
    sign(input, '/', "`/s`")?;
    word(input, "s")?;
    if bytes == Bytes(0) { expected(&before, WHAT) } else { Ok(LinkEffect::Bandwidth(bytes)) }
}

fn delay(input: &mut Input<'_>) -> Parsed<Delay> {
    if takes_word(input, "exponential")? {
        word(input, "mean")?;
        return Ok(Delay::Exponential { mean: time(input)? });
    }
    if takes_word(input, "bimodal")? {
        let usual = time(input)?;
        word(input, "or")?;
        return Ok(Delay::Bimodal { usual, other: time(input)?, share: percent(input)? });
    }
    if takes_word(input, "log-normal")? {
        word(input, "median")?;
        let start = input.current_token_start();
        let median = time(input)?;
        word(input, "p99")?;
        let p99 = time(input)?;
        in_order(input, start, median, p99);
        return Ok(Delay::LogNormal { median, p99 });
    }
    let start = input.current_token_start();
    let from = time(input)?;
    if !rest(input).starts_with("..") {
        return Ok(Delay::Constant(from));
    }
    takes_sign(input, '.')?;
    takes_sign(input, '.')?;
    let to = time(input)?;
    in_order(input, start, from, to);
    Ok(Delay::Uniform { from, to })
}

fn in_order(input: &Input<'_>, start: usize, from: Time, to: Time) {
    if to < from {
        let span = start..input.current_token_start();
        input.state.report(span, ErrorKind::RangeBackwards { from, to });
    }
}

impl fmt::Display for LinkEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(delay) => write!(f, "delay {delay}"),
            Self::Loss(share) => write!(f, "loss {share}"),
            Self::BurstyLoss { share, burst } => write!(f, "loss {share} in bursts of {burst}"),
            Self::Duplicate(share) => write!(f, "duplicate {share}"),
            Self::Reorder { share, by } => write!(f, "reorder {share} by {by}"),
            Self::Corrupt(share) => write!(f, "corrupt {share}"),
            Self::Bandwidth(bytes) => write!(f, "bandwidth {bytes}/s"),
            Self::Queue(bytes) => write!(f, "queue {bytes}"),
            Self::Mtu(bytes) => write!(f, "mtu {bytes}"),
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(delay) => write!(f, "{delay}"),
            Self::Uniform { from, to } => write!(f, "{from}..{to}"),
            Self::Exponential { mean } => write!(f, "exponential mean {mean}"),
            Self::Bimodal { usual, other, share } => write!(f, "bimodal {usual} or {other} {share}"),
            Self::LogNormal { median, p99 } => write!(f, "log-normal median {median} p99 {p99}"),
        }
    }
}
