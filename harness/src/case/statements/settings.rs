//! `set`: settings of nodes and of the world.

use std::ops::Range;

use super::super::ast::{Case, Setting, Settings};
use super::super::error::ErrorKind;
use super::super::form::Form;
use super::super::page::{Page, bare_or_quoted, joined};
use super::super::read::draft::Draft;
use super::super::read::input::{Input, Parsed, comma_separated, expected, rest, run, sign};
use super::super::read::lists::nodes;
use super::super::read::text::text;
use super::entry::Statement;

pub(super) const SET: Statement = Statement {
    form: Form {
        word: "set",
        syntax: "set [NODES:] NAME = VALUE, ...",
        example: "set sbr.strategy = keep-majority, sbr.stable-after = 20s",
        meaning: "settings of all nodes, or of some; a later one replaces an earlier one",
    },
    section: 1,
    parse: parse_settings,
    print: print_settings,
};

/// CASE-4: any setting of the catalogue, by its name there, for all nodes or for some.
fn parse_settings(input: &mut Input<'_>, draft: &mut Draft) -> Parsed<()> {
    let names_nodes = rest(input).find([':', '=']).is_some_and(|at| rest(input)[at..].starts_with(':'));
    let nodes = if names_nodes {
        let nodes = nodes(input, &[])?;
        sign(input, ':', "`:` and a setting")?;
        nodes
    } else {
        Vec::new()
    };
    let settings = comma_separated(input, |input| setting(input, !nodes.is_empty()))?;
    let (line, prose) = (draft.line, draft.take_prose());
    draft.case.settings.push(Settings { nodes, settings, line, prose });
    Ok(())
}

fn setting(input: &mut Input<'_>, for_some: bool) -> Parsed<Setting> {
    let Ok((key, key_span)) = run(input, |c| !" \t,:|>=\"".contains(c)) else {
        return expected(input, "the name of a setting");
    };
    let is_known = known_key(input, key, key_span, for_some);
    sign(input, '=', "`=` and a value")?;
    let (value, value_span) = text(input, "a value")?;
    let value = if is_known { checked(input, key, value, value_span) } else { value };
    Ok(Setting { key: key.to_owned(), value })
}

/// CASE-4: whether there is such a setting; if not, or if only the world has it, that is reported.
fn known_key(input: &Input<'_>, key: &str, span: Range<usize>, for_some: bool) -> bool {
    let catalog = input.state.settings;
    let names = &input.state.setting_names;
    if !names.iter().any(|name| is_named(name, key)) {
        let unknown = input.state.unknown("setting", key, names.iter().copied());
        input.state.report(span, unknown);
        return false;
    }
    if for_some && !catalog.is_per_node(key) {
        input.state.report(span, ErrorKind::NotPerNode { key: key.to_owned() });
    }
    true
}

/// CFG-22, CHK-2: whether a key is that of a setting. `NAME` in a setting's name stands for a name of the user's.
fn is_named(setting: &str, key: &str) -> bool {
    match setting.split_once("NAME") {
        None => setting == key,
        Some((before, after)) => key
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|part| !part.is_empty()),
    }
}

/// The value in its canonical form; if it is none for this setting, that is reported.
fn checked(input: &Input<'_>, key: &str, value: String, span: Range<usize>) -> String {
    match input.state.settings.check(key, &value) {
        Ok(canonical) => canonical,
        Err(why) => {
            input.state.report(span, ErrorKind::Value { key: key.to_owned(), value: value.clone(), why });
            value
        }
    }
}

fn print_settings(case: &Case, page: &mut Page) {
    for Settings { nodes, settings, prose, .. } in &case.settings {
        let whose = if nodes.is_empty() { String::new() } else { format!("{}: ", joined(nodes, " ")) };
        let settings: Vec<String> =
            settings.iter().map(|set| format!("{} = {}", set.key, bare_or_quoted(&set.value))).collect();
        page.aligned(prose, "set", format_args!("{whose}{}", joined(&settings, ", ")));
    }
}
