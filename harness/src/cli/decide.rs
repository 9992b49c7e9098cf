//! `quorate decide`: what every strategy of the resolver makes of a situation.

use std::io;
use std::path::{Path, PathBuf};

use quorate::{DecisionRecord, ResolverView, SavedView, Strategy};

use super::Status;
use super::page::Page;
use crate::decide::{Choice, Object, Side, Table, parse, strategies};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A situation (.qview), or the view of a node, or a resolver's view or decision, saved as JSON.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Decides on all files; the worst status of all.
pub(super) fn decide(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let mut worst = Status::Held;
    for file in &arguments.files {
        match read(file, page.colour) {
            Ok((title, sides, choices)) => tell(page, &title, &sides, &choices)?,
            Err(error) => {
                page.complain(error)?;
                worst = Status::Unusable;
            }
        }
    }
    Ok(worst)
}

fn tell(page: &mut Page, title: &str, sides: &[Side], choices: &[Choice]) -> io::Result<()> {
    if page.json {
        return page.object(&Object::of(title, sides, choices));
    }
    page.line(Table { title, sides, choices, is_brief: page.quiet })
}

type Told = (String, Vec<Side>, Vec<Choice>);

fn read(file: &Path, colour: bool) -> Result<Told, String> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| format!("error: {name}: {error}"))?;
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return saved(&bytes).map_err(|why| format!("error: {name}: {why}"));
    }
    let situation = parse(&name, &bytes).map_err(|errors| errors.render(colour))?;
    let choices = Choice::all(&situation.strategies(), &situation.sides);
    Ok((situation.title, situation.sides, choices))
}

/// What a resolver knows, in the view of a node, in a decision or by itself; and its strategy, if that is told.
fn view_in(bytes: &[u8]) -> Result<(ResolverView, Option<Strategy>), String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
    if value.get("gossip").is_some() {
        let saved: SavedView =
            serde_json::from_value(value).map_err(|error| format!("no view of a node: {error}"))?;
        let none =
            || format!("the view of {}, which has no resolver: its `downing` is not `sbr`", saved.node);
        let resolver = saved.resolver.ok_or_else(none)?;
        return Ok((resolver.view, Some(resolver.strategy)));
    }
    if value.get("decision").is_some() {
        let record: DecisionRecord =
            serde_json::from_value(value).map_err(|error| format!("no decision: {error}"))?;
        return Ok((record.view, Some(record.strategy)));
    }
    let view = serde_json::from_value(value).map_err(|error| {
        format!("neither the view of a node, nor that of a resolver, nor a decision: {error}")
    })?;
    Ok((view, None))
}

/// A saved view is that of one side; the others are not known.
fn saved(bytes: &[u8]) -> Result<Told, String> {
    let (view, strategy) = view_in(bytes)?;
    let side = Side::of_view(&view);
    let role = strategy.as_ref().and_then(|strategy| strategy.role().map(str::to_owned));
    let counted = view.counted(role.as_deref());
    let mut all = strategies(counted / 2 + 1, role.as_deref()).to_vec();
    if let Some(own) = strategy
        && let Some(same) = all.iter_mut().find(|other| other.name() == own.name())
    {
        *same = own;
    }
    let sides = vec![side];
    let choices = Choice::all(&all, &sides);
    Ok((format!("the view of {}", view.self_node()), sides, choices))
}
