//! `nodes`, `seeds` and `roles`: who is there.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::NODES_MAX;
use super::super::ast::{Case, Roles};
use super::super::error::ErrorKind;
use super::super::form::Form;
use super::super::name::{NameError, NodeName, address_parts};
use super::super::page::{Page, bare_or_quoted, joined};
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, expected, fail, is_at_end, run, sign, takes_sign};
use super::super::read::lists::{nodes, nodes_or_none};
use super::super::read::text::text;
use super::entry::Statement;
use super::header::once;

/// A run of names shorter than this is printed name by name.
const NUMBERED_MIN: usize = 3;

pub(super) const NODES: Statement = Statement {
    form: Form {
        word: "nodes",
        syntax: "nodes NAME [COUNT] ...",
        example: "nodes a b c",
        meaning: "the nodes of the case; `n 100` stands for n1 to n100",
    },
    section: 1,
    parse: parse_nodes,
    print: print_nodes,
};

/// CASE-9: names of letters and digits, each with an address of its own.
fn parse_nodes(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    once(input, draft, "nodes")?;
    let mut declared = Declared::default();
    if is_at_end(input) {
        return expected(input, "the name of a node");
    }
    while !is_at_end(input) {
        let Ok((name, span)) = run(input, |c| !" \t,:|>=\"".contains(c)) else {
            return expected(input, "the name of a node");
        };
        match count(input)? {
            None => declared.add(input, name, &span),
            Some((count, count_span)) => {
                let whole = span.start..count_span.end;
                declared.make_room(count, &whole)?;
                (1..=count).for_each(|number| declared.add(input, &format!("{name}{number}"), &whole));
            }
        }
        declared.make_room(0, &span)?;
    }
    draft.case.nodes = declared.nodes;
    draft.case.prose.nodes = draft.take_prose();
    Ok(())
}

/// A whole number in the place of a name: how many nodes the name before it stands for.
fn count(input: &mut Input<'_>) -> Parsed<Option<(usize, Range<usize>)>> {
    let before = *input;
    let Ok((digits, span)) = run(input, |c| c.is_ascii_digit()) else { return Ok(None) };
    // Digits too many for a number are more than there may be.
    let count = digits.parse().unwrap_or(usize::MAX);
    if count == 0 {
        return expected(&before, "how many nodes, at least 1");
    }
    Ok(Some((count, span)))
}

/// The nodes so far, with their addresses.
#[derive(Default)]
struct Declared {
    nodes: Vec<NodeName>,
    by_address: BTreeMap<(String, u16), NodeName>,
}

impl Declared {
    /// CASE-9: takes a node in, or reports why it can't be one.
    fn add(&mut self, input: &Input<'_>, name: &str, span: &Range<usize>) {
        let problem = match NodeName::new(name) {
            Err(why) => Some(ErrorKind::Name { name: name.to_owned(), why }),
            Ok(node) => {
                let (host, port) = address_parts(&node);
                let address = (host.to_owned(), port);
                match self.by_address.get(&address) {
                    Some(first) if *first == node => Some(ErrorKind::NamedTwice { node: name.to_owned() }),
                    Some(first) => Some(ErrorKind::OneAddress {
                        first: first.clone(),
                        second: node,
                        host: address.0,
                        port,
                    }),
                    None => {
                        self.by_address.insert(address, node.clone());
                        self.nodes.push(node);
                        None
                    }
                }
            }
        };
        if let Some(problem) = problem {
            input.state.report(span.clone(), problem);
        }
    }

    /// Fails if there would be too many nodes with so many more.
    fn make_room(&self, more: usize, span: &Range<usize>) -> Parsed<()> {
        let count = self.nodes.len().saturating_add(more);
        if count > NODES_MAX {
            return fail(span.clone(), ErrorKind::TooManyNodes { count, limit: NODES_MAX });
        }
        Ok(())
    }
}

fn print_nodes(case: &Case, page: &mut Page) {
    let mut words = Vec::new();
    let mut rest = case.nodes.as_slice();
    while let Some((first, others)) = rest.split_first() {
        let (name, count) = numbered_run(rest);
        if count >= NUMBERED_MIN {
            words.push(format!("{name} {count}"));
            rest = &rest[count..];
        } else {
            words.push(first.to_string());
            rest = others;
        }
    }
    page.aligned(&case.prose.nodes, "nodes", joined(&words, " "));
}

/// How many nodes from the first on are `x1`, `x2`, `x3` and so on, and what `x` is.
fn numbered_run(nodes: &[NodeName]) -> (&str, usize) {
    let Some(name) = nodes.first().and_then(|first| first.as_str().strip_suffix('1')) else { return ("", 0) };
    let is_next = |(number, node): &(usize, &NodeName)| {
        node.as_str().strip_prefix(name).is_some_and(|digits| digits == number.to_string())
    };
    // Two digits in a row would make another name of it: `x1` with `11` to `13` is not host `x1`.
    let is_host =
        !name.ends_with(|c: char| c.is_ascii_digit()) && NodeName::new(name) != Err(NameError::Reserved);
    if !is_host {
        return ("", 0);
    }
    (name, (1..).zip(nodes).take_while(is_next).count())
}

pub(super) const SEEDS: Statement = Statement {
    form: Form {
        word: "seeds",
        syntax: "seeds NODES|none",
        example: "seeds a b",
        meaning: "the seed nodes that every node is started with; without it none",
    },
    section: 1,
    parse: parse_seeds,
    print: print_seeds,
};

fn parse_seeds(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    once(input, draft, "seeds")?;
    draft.case.seeds = nodes_or_none(input, &[])?;
    draft.case.prose.seeds = draft.take_prose();
    Ok(())
}

fn print_seeds(case: &Case, page: &mut Page) {
    if !case.seeds.is_empty() || !case.prose.seeds.is_empty() {
        page.aligned(&case.prose.seeds, "seeds", names_or_none(&case.seeds));
    }
}

/// The names, or `none`.
pub(super) fn names_or_none(nodes: &[NodeName]) -> String {
    if nodes.is_empty() { "none".to_owned() } else { joined(nodes, " ") }
}

pub(super) const ROLES: Statement = Statement {
    form: Form {
        word: "roles",
        syntax: "roles NODES: ROLES",
        example: "roles c d: backend",
        meaning: "roles of some nodes, besides those that other such statements give them",
    },
    section: 1,
    parse: parse_roles,
    print: print_roles,
};

fn parse_roles(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    let nodes = nodes(input, &[])?;
    sign(input, ':', "`:` and the roles")?;
    let mut roles = Vec::new();
    while roles.is_empty() || takes_sign(input, ',')? || !is_at_end(input) {
        roles.push(text(input, "a role")?.0);
    }
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.roles.push(Roles { nodes, roles, line, prose });
    Ok(())
}

fn print_roles(case: &Case, page: &mut Page) {
    for Roles { nodes, roles, prose, .. } in &case.roles {
        let roles: Vec<String> = roles.iter().map(|role| bare_or_quoted(role)).collect();
        page.aligned(prose, "roles", format_args!("{}: {}", joined(nodes, " "), joined(&roles, " ")));
    }
}
