//! `cut`, `isolate` and `heal`: who can talk to whom.

use std::collections::BTreeSet;
use std::ops::Range;

use winnow::stream::Location;

use super::super::action::Action;
use super::super::error::ErrorKind;
use super::super::name::NodeName;
use super::super::print::joined;
use super::super::read::input::{Input, Parsed, expected, is_at_end, rest, takes_sign, takes_word};
use super::super::read::lists::{node, nodes};
use super::links::between;
use super::{ActionForm, Form};

/// An error names no more of the nodes that a cut leaves out.
const LEFT_OUT_SHOWN_MAX: usize = 8;

pub(super) const CUT: ActionForm = ActionForm {
    form: Form {
        word: "cut",
        syntax: "cut NODES | NODES [| NODES] [| rest], or cut NODE > NODE, or cut NODE - NODE",
        example: "cut a b c | d e",
        meaning: "no messages between groups of nodes, or one way, or both ways; cuts add up",
    },
    parse: parse_cut,
    print: |action| match action {
        Action::CutGroups { groups, rest } => {
            let groups: Vec<String> = groups.iter().map(|group| joined(group, " ")).collect();
            Some(format!("cut {}{}", joined(&groups, " | "), if *rest { " | rest" } else { "" }))
        }
        Action::CutLink { between } => Some(format!("cut {between}")),
        _ => None,
    },
};

fn parse_cut(input: &mut Input<'_>) -> Parsed<Action> {
    if rest(input).contains(['>', '-']) {
        return Ok(Action::CutLink { between: between(input)? });
    }
    let start = input.current_token_start();
    let mut groups = vec![nodes(input, &[])?];
    let mut with_rest = false;
    while !is_at_end(input) && !with_rest {
        if !takes_sign(input, '|')? {
            return expected(input, "`|` and another group");
        }
        with_rest = takes_word(input, "rest")?;
        if !with_rest {
            groups.push(nodes(input, &["rest"])?);
        }
    }
    if groups.len() == 1 && !with_rest {
        return expected(input, "`|` and another group");
    }
    check_groups(input, &groups, with_rest, start..input.current_token_start());
    Ok(Action::CutGroups { groups, rest: with_rest })
}

/// CASE-9: each node is in one group; without `rest` none is left out.
fn check_groups(input: &Input<'_>, groups: &[Vec<NodeName>], with_rest: bool, span: Range<usize>) {
    let mut grouped = BTreeSet::new();
    for node in groups.iter().flatten() {
        if !grouped.insert(node) {
            input.state.report(span.clone(), ErrorKind::NamedTwice { node: node.to_string() });
        }
    }
    let Some(all) = input.state.nodes() else { return };
    let known_count = grouped.iter().filter(|node| all.get(node.as_str()).is_some()).count();
    let count = all.in_order.len() - known_count;
    if count > 0 && !with_rest {
        let left_out = all.in_order.iter().filter(|node| !grouped.contains(node));
        let nodes = left_out.take(LEFT_OUT_SHOWN_MAX).cloned().collect();
        input.state.report(span, ErrorKind::LeftOut { count, nodes });
    }
}

pub(super) const ISOLATE: ActionForm = ActionForm {
    form: Form {
        word: "isolate",
        syntax: "isolate NODE",
        example: "isolate a",
        meaning: "no messages to and from a node",
    },
    parse: |input| Ok(Action::Isolate { node: node(input, &[])? }),
    print: |action| match action {
        Action::Isolate { node } => Some(format!("isolate {node}")),
        _ => None,
    },
};

pub(super) const HEAL: ActionForm = ActionForm {
    form: Form {
        word: "heal",
        syntax: "heal [NODE > NODE|NODE - NODE]",
        example: "heal",
        meaning: "cuts are undone: all of them, or those of a link",
    },
    parse: |input| {
        let between = if is_at_end(input) { None } else { Some(between(input)?) };
        Ok(Action::Heal { between })
    },
    print: |action| match action {
        Action::Heal { between: None } => Some("heal".to_owned()),
        Action::Heal { between: Some(between) } => Some(format!("heal {between}")),
        _ => None,
    },
};
