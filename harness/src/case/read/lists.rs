//! Nodes, alone and in lists.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::error::ErrorKind;
use super::super::name::{NodeName, NodeRef, RESERVED};
use super::input::{Input, Parsed, expected, fail, next_word, number, rest, run, takes_sign};
use winnow::stream::Location;

/// CASE-9: a node of the case. A name that no node has is reported, and reading goes on, unless it is probably one of
/// the words that may follow here.
pub(crate) fn node(input: &mut Input<'_>, words: &[&'static str]) -> Parsed<NodeName> {
    let (name, span) = name_text(input)?;
    known_node(input, name, span, words)
}

fn name_text<'a>(input: &mut Input<'a>) -> Parsed<(&'a str, Range<usize>)> {
    if RESERVED.contains(&next_word(input)) {
        return expected(input, "a node");
    }
    match run(input, char::is_alphanumeric) {
        Ok(found) => Ok(found),
        Err(_) => expected(input, "a node"),
    }
}

fn known_node(input: &Input<'_>, name: &str, span: Range<usize>, words: &[&'static str]) -> Parsed<NodeName> {
    let reader = input.state;
    // Without them the error is in the `nodes` statement, or in that there is none.
    if let Some(nodes) = reader.nodes() {
        if let Some(node) = nodes.get(name) {
            return Ok(node.clone());
        }
        let names = nodes.in_order.iter().map(NodeName::as_str);
        let kind = reader.unknown("node", name, names.chain(words.iter().copied()));
        let is_word = matches!(&kind, ErrorKind::Unknown { nearest: Some(near), .. }
            if words.contains(&near.as_str()));
        if is_word {
            return fail(span, kind);
        }
        reader.report(span, kind);
    }
    Ok(NodeName::stand_in(name))
}

/// One or more nodes, each once; `words` may follow them.
pub(crate) fn nodes(input: &mut Input<'_>, words: &[&'static str]) -> Parsed<Vec<NodeName>> {
    list(input, |input| node(input, words), |node| node.as_str().to_owned())
}

/// A node or one of its incarnations.
pub(crate) fn node_ref(input: &mut Input<'_>, words: &[&'static str]) -> Parsed<NodeRef> {
    // A blank before the `#` would make it prose, so it was cut off already.
    let (name, span) = name_text(input)?;
    let name = known_node(input, name, span, words)?;
    let incarnation = if takes_sign(input, '#')? {
        let before = *input;
        let incarnation: u32 = number(input, "the number of an incarnation, the first being 1")?;
        if incarnation == 0 {
            return expected(&before, "the number of an incarnation, the first being 1");
        }
        Some(incarnation)
    } else {
        None
    };
    Ok(NodeRef { name, incarnation })
}

/// One or more nodes or incarnations, each once; `words` may follow them.
pub(crate) fn node_refs(input: &mut Input<'_>, words: &[&'static str]) -> Parsed<Vec<NodeRef>> {
    list(input, |input| node_ref(input, words), ToString::to_string)
}

/// One or more nodes, each once, with a value behind them that could be taken for a name, such as a time: what begins with
/// a digit and is no node is none.
pub(crate) fn nodes_before_value(input: &mut Input<'_>) -> Parsed<Vec<NodeName>> {
    let goes_on = |input: &Input<'_>| {
        let next = next_word(input);
        let is_node = input.state.nodes().is_some_and(|nodes| nodes.get(next).is_some());
        is_node || next.starts_with(char::is_alphabetic) && !RESERVED.contains(&next)
    };
    list_while(input, |input| node(input, &[]), |node| node.as_str().to_owned(), goes_on)
}

/// `none`, or one or more nodes.
pub(crate) fn nodes_or_none(input: &mut Input<'_>, words: &[&'static str]) -> Parsed<Vec<NodeName>> {
    if super::input::takes_word(input, "none")? { Ok(Vec::new()) } else { nodes(input, words) }
}

/// Items as long as a name stands next, none of them twice.
fn list<'a, T>(
    input: &mut Input<'a>,
    item: impl Fn(&mut Input<'a>) -> Parsed<T>,
    name_of: impl Fn(&T) -> String,
) -> Parsed<Vec<T>> {
    list_while(input, item, name_of, |input| {
        rest(input).starts_with(char::is_alphanumeric) && !RESERVED.contains(&next_word(input))
    })
}

fn list_while<'a, T>(
    input: &mut Input<'a>,
    item: impl Fn(&mut Input<'a>) -> Parsed<T>,
    name_of: impl Fn(&T) -> String,
    goes_on: impl Fn(&Input<'a>) -> bool,
) -> Parsed<Vec<T>> {
    let mut items = Vec::new();
    let mut names = BTreeSet::new();
    loop {
        let start = input.current_token_start();
        let found = item(input)?;
        let name = name_of(&found);
        if names.contains(&name) {
            let span = start..start + name.len();
            input.state.report(span, ErrorKind::NamedTwice { node: name });
        } else {
            names.insert(name);
            items.push(found);
        }
        if !goes_on(input) {
            return Ok(items);
        }
    }
}
