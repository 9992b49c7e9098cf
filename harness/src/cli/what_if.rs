//! `quorate replay --record ... --then`: recorded nodes go on in a simulated world.

use std::io;
use std::path::Path;
use std::time::Duration;

use quorate::Instant;
use serde::Serialize;

use super::input::{RunFlags, not_applicable, read_case};
use super::json::RunObject;
use super::page::{Page, seconds};
use crate::case::Case;
use crate::recorded::{Life, Part, Relived, Until, WhatIf, stand};
use crate::run::{GoneOn, NodeState, NotRunnable, Options, StateTables, go_on};

/// What is to happen from there.
pub(super) struct Then<'a> {
    pub(super) file: &'a Path,
    pub(super) flags: &'a RunFlags,
}

/// What became of recorded nodes in a simulated world.
pub(super) struct Future {
    file: String,
    from: Duration,
    /// Each node of the case, and what the recordings say of it.
    parts: Vec<PartOf>,
    on_their_way: usize,
    gone_on: GoneOn,
}

#[derive(Debug, Serialize)]
struct PartOf {
    name: String,
    node: String,
    recorded: bool,
    is: String,
}

#[derive(Serialize)]
pub(super) struct ThenObject<'a> {
    from: f64,
    nodes: &'a [PartOf],
    messages_on_their_way: usize,
    run: RunObject<'a>,
    state: Vec<&'a NodeState>,
}

/// Plays a case from where the recordings are left.
pub(super) fn play(
    page: &Page,
    then: &Then<'_>,
    (lives, relived): (&[Life], &[Relived]),
    until: Until,
) -> Result<Future, String> {
    let Until::Time(from) = until else {
        return Err("error: --then goes on from a time, such as --until 41.2s, not from an input".into());
    };
    let file = then.file.display().to_string();
    let case = read_case(then.file, page.colour)?;
    let options = then.flags.options(page.rider)?;
    let what_if =
        stand(lives, relived, from).map_err(|why| format!("error: --until {}: {why}", seconds(from)))?;
    fits(&case, &what_if).map_err(|not| not_applicable(&file, &not))?;
    let parts = parts_of(&case, &what_if);
    let on_their_way = what_if.standing.on_their_way.len();
    let case = options.written_into(&case);
    let options = Options { set: Vec::new(), seed: None, ..options };
    let gone_on = go_on(case, what_if.standing, &options).map_err(|not| not_applicable(&file, &not))?;
    Ok(Future { file, from, parts, on_their_way, gone_on })
}

/// RUN-7: whether a case can be played from there: it names all nodes, says nothing of what was before, and leaves their settings alone.
fn fits(case: &Case, what_if: &WhatIf) -> Result<(), NotRunnable> {
    let not = |line: u32, why: String| Err(NotRunnable { line, why });
    if case.nodes.len() != what_if.parts.len() {
        let nodes = what_if.parts.iter().map(|(node, part)| format!("\n  {}: {part}", node.address));
        let (named, there) = (case.nodes.len(), what_if.parts.len());
        let nodes: String = nodes.collect();
        return not(
            0,
            format!(
                "it names {named} nodes, and there are {there}. The names stand for them in the order of their addresses; \
                 `nodes n {there}` would do.{nodes}"
            ),
        );
    }
    let settings = case.settings.iter().flat_map(|set| set.settings.iter().map(|one| (set.line.0, &one.key)));
    if let Some((line, key)) = settings.into_iter().find(|(_, key)| !key.starts_with("world.")) {
        return not(line, format!("recorded nodes keep their settings: `{key}` can't be set"));
    }
    if let Some(roles) = case.roles.first() {
        return not(roles.line.0, "recorded nodes keep their roles".into());
    }
    let at = what_if.standing.at;
    if let Some(step) = case.steps.iter().find(|step| Instant::from_nanos(step.at.nanos()) < at) {
        let from = seconds(at.since(Instant::ZERO));
        return not(
            step.line.0,
            format!("`at {}` is before {from}, up to where the recordings are played", step.at),
        );
    }
    Ok(())
}

fn parts_of(case: &Case, what_if: &WhatIf) -> Vec<PartOf> {
    let parts = case.nodes.iter().zip(&what_if.parts);
    let part = parts.map(|(name, (node, part))| PartOf {
        name: name.to_string(),
        node: node.to_string(),
        recorded: *part != Part::NotRecorded,
        is: part.to_string(),
    });
    part.collect()
}

impl Future {
    pub(super) fn passed(&self) -> bool {
        self.gone_on.report.passed()
    }

    fn states(&self) -> Vec<&NodeState> {
        self.gone_on.states.iter().flatten().collect()
    }

    pub(super) fn object(&self) -> ThenObject<'_> {
        ThenObject {
            from: self.from.as_secs_f64(),
            nodes: &self.parts,
            messages_on_their_way: self.on_their_way,
            run: RunObject::of(&self.file, &self.gone_on.report, &[]),
            state: self.states(),
        }
    }

    /// Who is who, what is assumed, what happened, and how it ended.
    pub(super) fn tell(&self, page: &mut Page) -> io::Result<()> {
        let report = &self.gone_on.report;
        let title = if report.case.name.is_empty() { &self.file } else { &report.case.name };
        page.aside(format_args!("\n== {title}: simulated from {} on\n", seconds(self.from)))?;
        let width = self.parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
        for PartOf { name, node, is, .. } in &self.parts {
            page.aside(format_args!("  {name:width$}  {node}: {is}"))?;
        }
        page.aside(format_args!(
            "\nassumed: {} messages that were on their way arrive when they did, all else that had not arrived is lost;\n  \
             links are as the case says, as no recording tells what was cut or slow; commands that came later are not given;\n  \
             nobody holds a lease. What needs to know the past is not judged.\n",
            self.on_their_way
        ))?;
        page.aside(report.story.told(&report.cast))?;
        page.aside(report.strip.shown(page.colour))?;
        let (at, states) = (report.outcomes.ended_at, self.states());
        page.aside(StateTables { at, states: &states })?;
        page.line(report.verdict())
    }
}
