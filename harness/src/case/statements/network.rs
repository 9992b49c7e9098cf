//! `cut`, `bridge`, `ring`, `flap`, `isolate` and `heal`: who can talk to whom.

use std::collections::BTreeSet;
use std::ops::Range;

use winnow::stream::Location;

use quorate_sim::{Action as Deed, Heal};

use super::super::action::{Action, Separated};
use super::super::error::ErrorKind;
use super::super::form::Form;
use super::super::name::NodeName;
use super::super::page::joined;
use super::super::read::input::{
    Input, Parsed, expected, is_at_end, rest, sign, takes_sign, takes_word, time, word,
};
use super::super::read::lists::{node, nodes};
use super::entry::ActionForm;
use super::links::between;
use crate::run::duration;

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
    play: |action, deeds| match action {
        Action::CutGroups { groups, rest } => Some(deeds.one(deeds.cut_groups(groups, *rest).map(Deed::Cut))),
        Action::CutLink { between } => Some(deeds.one(deeds.cut_link(between).map(Deed::Cut))),
        _ => None,
    },
    print: |action| match action {
        Action::CutGroups { groups, rest } => Some(format!("cut {}", shown_groups(groups, *rest))),
        Action::CutLink { between } => Some(format!("cut {between}")),
        _ => None,
    },
};

fn parse_cut(input: &mut Input<'_>) -> Parsed<Action> {
    Ok(match separated(input)? {
        Separated::Groups { groups, rest } => Action::CutGroups { groups, rest },
        Separated::Link(between) => Action::CutLink { between },
    })
}

/// What a cut separates.
fn separated(input: &mut Input<'_>) -> Parsed<Separated> {
    if rest(input).contains(['>', '-']) {
        return Ok(Separated::Link(between(input)?));
    }
    let start = input.current_token_start();
    let (groups, with_rest) = groups(input)?;
    check_groups(input, &[], &groups, with_rest, start..input.current_token_start());
    Ok(Separated::Groups { groups, rest: with_rest })
}

/// Groups with `|` between them, two or more, or one and the rest.
fn groups(input: &mut Input<'_>) -> Parsed<(Vec<Vec<NodeName>>, bool)> {
    let mut groups = vec![nodes(input, &[])?];
    let mut with_rest = false;
    while !with_rest && takes_sign(input, '|')? {
        with_rest = takes_word(input, "rest")?;
        if !with_rest {
            groups.push(nodes(input, &["rest"])?);
        }
    }
    if groups.len() == 1 && !with_rest {
        return expected(input, "`|` and another group");
    }
    Ok((groups, with_rest))
}

/// CASE-9: each node is in one group; without `rest` none is left out.
fn check_groups(
    input: &Input<'_>,
    bridge: &[NodeName],
    groups: &[Vec<NodeName>],
    with_rest: bool,
    span: Range<usize>,
) {
    let mut grouped = BTreeSet::new();
    for node in groups.iter().flatten().chain(bridge) {
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

/// Groups as they are written.
fn shown_groups(groups: &[Vec<NodeName>], rest: bool) -> String {
    let groups: Vec<String> = groups.iter().map(|group| joined(group, " ")).collect();
    format!("{}{}", joined(&groups, " | "), if rest { " | rest" } else { "" })
}

pub(super) const BRIDGE: ActionForm = ActionForm {
    form: Form {
        word: "bridge",
        syntax: "bridge NODES: NODES | NODES [| NODES] [| rest]",
        example: "bridge c: a b | d e",
        meaning: "no messages between the groups, but some nodes stay connected to all",
    },
    parse: |input| {
        let start = input.current_token_start();
        let bridge = nodes(input, &[])?;
        sign(input, ':', "`:` and the groups")?;
        let (groups, rest) = groups(input)?;
        check_groups(input, &bridge, &groups, rest, start..input.current_token_start());
        Ok(Action::Bridge { bridge, groups, rest })
    },
    print: |action| match action {
        Action::Bridge { bridge, groups, rest } => {
            Some(format!("bridge {}: {}", joined(bridge, " "), shown_groups(groups, *rest)))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Bridge { bridge, groups, rest } => Some(deeds.one(deeds.bridge(bridge, groups, *rest))),
        _ => None,
    },
};

pub(super) const RING: ActionForm = ActionForm {
    form: Form {
        word: "ring",
        syntax: "ring [NODES]",
        example: "ring a c e b d",
        meaning: "each node hears only its neighbours in a ring, so many that they are a majority, each another one",
    },
    parse: |input| {
        if is_at_end(input) {
            return Ok(Action::Ring { nodes: Vec::new() });
        }
        let start = input.current_token_start();
        let nodes = nodes(input, &[])?;
        check_groups(input, &nodes, &[], false, start..input.current_token_start());
        Ok(Action::Ring { nodes })
    },
    print: |action| match action {
        Action::Ring { nodes } if nodes.is_empty() => Some("ring".to_owned()),
        Action::Ring { nodes } => Some(format!("ring {}", joined(nodes, " "))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Ring { nodes } => Some(deeds.one(deeds.ring(nodes))),
        _ => None,
    },
};

pub(super) const FLAP: ActionForm = ActionForm {
    form: Form {
        word: "flap",
        syntax: "flap NODES | NODES [| NODES] [| rest] every TIME for TIME, or flap NODE > NODE ..., or flap NODE - NODE ...",
        example: "flap a b c | d e every 4s for 20s",
        meaning: "a cut that is there for half of the period and away for the other half, by turns",
    },
    parse: |input| {
        let separated = separated(input)?;
        word(input, "every")?;
        let every = time(input)?;
        word(input, "for")?;
        Ok(Action::Flap { separated, every, lasts: time(input)? })
    },
    print: |action| match action {
        Action::Flap { separated, every, lasts } => {
            let what = match separated {
                Separated::Groups { groups, rest } => shown_groups(groups, *rest),
                Separated::Link(between) => between.to_string(),
            };
            Some(format!("flap {what} every {every} for {lasts}"))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Flap { separated, every, lasts } => {
            let cut = match separated {
                Separated::Groups { groups, rest } => deeds.cut_groups(groups, *rest),
                Separated::Link(between) => deeds.cut_link(between),
            };
            let (every, lasts) = (duration(*every), duration(*lasts));
            Some(deeds.one(cut.map(|cut| Deed::Flap { cut, every, lasts })))
        }
        _ => None,
    },
};

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
    play: |action, deeds| match action {
        Action::Isolate { node } => Some(deeds.one(deeds.host(node).map(|host| Deed::Isolate { host }))),
        _ => None,
    },
};

pub(super) const HEAL: ActionForm = ActionForm {
    form: Form {
        word: "heal",
        syntax: "heal [NODE > NODE|NODE - NODE|NODES | NODES ... [| rest]]",
        example: "heal",
        meaning: "cuts are undone: all of them, those of a link, or those between groups",
    },
    parse: parse_heal,
    print: |action| match action {
        Action::Heal { between: None } => Some("heal".to_owned()),
        Action::Heal { between: Some(between) } => Some(format!("heal {between}")),
        Action::HealGroups { groups, rest } => Some(format!("heal {}", shown_groups(groups, *rest))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Heal { between: None } => Some(Ok(vec![Deed::Heal(Heal::All)])),
        Action::Heal { between: Some(between) } => Some(deeds.one(deeds.heal_link(between))),
        Action::HealGroups { groups, rest } => Some(deeds.one(deeds.heal_groups(groups, *rest))),
        _ => None,
    },
};

fn parse_heal(input: &mut Input<'_>) -> Parsed<Action> {
    if is_at_end(input) {
        return Ok(Action::Heal { between: None });
    }
    if rest(input).contains(['>', '-']) || !rest(input).contains('|') {
        return Ok(Action::Heal { between: Some(between(input)?) });
    }
    let start = input.current_token_start();
    let (groups, rest) = groups(input)?;
    // Who is left out keeps the cuts that there are.
    check_groups(input, &[], &groups, true, start..input.current_token_start());
    Ok(Action::HealGroups { groups, rest })
}
