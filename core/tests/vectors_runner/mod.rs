//! Reads files of cases, runs each case and says what differs.

pub(crate) mod manifest;

mod clocks;
mod compare;
mod daemon;
mod daemon_failing;
mod detectors;
mod events;
mod gossips;
mod leading;
mod members;
mod observations;
mod orders;
mod resolver;
mod resolver_sides;
mod resolver_timed;
mod rings;
mod senders;
mod values;
mod versions;
mod views;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::panic;
use std::path::Path;

use serde_json::Value;

use compare::{difference, shortened};
use manifest::{AREAS, Area, Check, Scope, State};

/// How many differences of an area are shown in full.
const DIFFERENCES_SHOWN: usize = 5;

/// What a check made of a case.
pub(crate) enum Outcome {
    /// The result.
    Is(Value),
    /// The result but for some of its fields, which are not compared.
    Part {
        /// The result without those fields.
        is: Value,
        /// Their names.
        left_out: Vec<&'static str>,
    },
    /// The case is outside of what the specification copies from Pekko, and why.
    LeftOut(&'static str),
}

/// What became of all cases of a folder.
#[derive(Default)]
pub(crate) struct Report {
    areas: Vec<AreaReport>,
    unnamed: Vec<String>,
}

#[derive(Default)]
struct AreaReport {
    name: String,
    passed: usize,
    failed: usize,
    /// By reason.
    left_out: BTreeMap<&'static str, usize>,
    pending: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

impl Report {
    pub(crate) fn cases(&self) -> usize {
        self.areas.iter().map(AreaReport::cases).sum()
    }

    pub(crate) fn failed(&self) -> usize {
        self.areas.iter().map(|area| area.failed).sum()
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed() > 0 || !self.unnamed.is_empty()
    }
}

impl AreaReport {
    fn cases(&self) -> usize {
        let others: usize = self.left_out.values().chain(self.pending.values()).sum();
        self.passed + self.failed + others
    }

    fn fail(&mut self, difference: String) {
        self.failed += 1;
        if self.differences.len() < DIFFERENCES_SHOWN {
            self.differences.push(difference);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for area in &self.areas {
            write!(f, "{:<17}", area.name)?;
            if area.passed + area.failed > 0 {
                write!(f, "{:>6} passed {:>5} failed", area.passed, area.failed)?;
            }
            for (reason, count) in &area.left_out {
                write!(f, "{count:>6} left out ({reason})")?;
            }
            for (reason, count) in &area.pending {
                write!(f, "{count:>6} pending: {reason}")?;
            }
            writeln!(f)?;
            area.differences.iter().try_for_each(|difference| writeln!(f, "  {difference}"))?;
        }
        self.unnamed.iter().try_for_each(|name| writeln!(f, "the manifest names no area {name}"))
    }
}

/// Runs all files of cases in a folder.
pub(crate) fn run_folder(folder: &Path) -> Report {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".jsonl").map(str::to_owned))
        .collect();
    names.sort();
    let mut report = Report::default();
    for name in names {
        let Some(area) = AREAS.iter().find(|area| area.name == name) else {
            report.unnamed.push(name);
            continue;
        };
        let text = fs::read_to_string(folder.join(format!("{name}.jsonl"))).unwrap();
        report.areas.extend(run_area(area, &text).areas);
    }
    report
}

/// Runs the cases of one area, one on each line.
pub(crate) fn run_area(area: &Area, text: &str) -> Report {
    let mut report = AreaReport { name: area.name.to_owned(), ..AreaReport::default() };
    for (place, line) in text.lines().enumerate() {
        match serde_json::from_str::<Value>(line) {
            Ok(case) => run_case(area, &case, &mut report),
            Err(error) => report.fail(format!("line {}: {error}", place + 1)),
        }
    }
    Report { areas: vec![report], unnamed: Vec::new() }
}

/// What a case asks for: its `op`, with the command where it is one; nothing in areas that have no operations.
fn operation(case: &Value) -> String {
    match (case["op"].as_str(), case["in"]["command"].as_str()) {
        (Some("command"), Some(command)) => format!("command {command}"),
        (Some(op), _) => op.to_owned(),
        (None, _) => String::new(),
    }
}

pub(crate) fn operation_of_line(line: &str) -> String {
    operation(&serde_json::from_str(line).unwrap())
}

fn run_case(area: &Area, case: &Value, report: &mut AreaReport) {
    let id = &case["id"];
    let asked = operation(case);
    let state = match &area.scope {
        Scope::Whole(state) => Some(state),
        Scope::Operations(named) => named.iter().find(|(name, _)| *name == asked).map(|(_, state)| state),
    };
    match state {
        None => report.fail(format!("{id}: the manifest names no operation `{asked}`")),
        Some(State::Pending(reason)) => *report.pending.entry(reason).or_default() += 1,
        Some(State::LeftOut(reason)) => *report.left_out.entry(reason).or_default() += 1,
        Some(State::RunLine(check)) => match guarded(|| check(case)) {
            Err(why) => report.fail(format!("{id}: {why}")),
            Ok((expected, actual)) => match difference(&expected, &actual) {
                None => report.passed += 1,
                Some(place) => report.fail(format!(
                    "{id} differs at {place}\n    case     {}\n    expected {}\n    actual   {}",
                    shortened(case),
                    shortened(&expected),
                    shortened(&actual)
                )),
            },
        },
        Some(State::Run(check)) => match run_check(*check, &case["in"]) {
            Err(why) => report.fail(format!("{id} ({asked}): {why}")),
            Ok(Outcome::LeftOut(reason)) => *report.left_out.entry(reason).or_default() += 1,
            Ok(Outcome::Is(actual)) => compare(case, &case["out"], &actual, &asked, report),
            Ok(Outcome::Part { is, left_out }) => {
                let mut expected = case["out"].clone();
                if let Some(fields) = expected.as_object_mut() {
                    fields.retain(|name, _| !left_out.contains(&name.as_str()));
                }
                compare(case, &expected, &is, &asked, report);
            }
        },
    }
}

fn compare(case: &Value, expected: &Value, actual: &Value, asked: &str, report: &mut AreaReport) {
    match difference(expected, actual) {
        None => report.passed += 1,
        Some(place) => report.fail(format!(
            "{} ({asked}) differs at {place}\n    in       {}\n    expected {}\n    actual   {}",
            case["id"],
            shortened(&case["in"]),
            shortened(expected),
            shortened(actual)
        )),
    }
}

/// A case that panics is a difference like any other, and the rest of the cases is run.
fn run_check(check: Check, input: &Value) -> Result<Outcome, String> {
    guarded(|| check(input))
}

fn guarded<T>(check: impl FnOnce() -> T + panic::UnwindSafe) -> Result<T, String> {
    panic::catch_unwind(check).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
        format!("panicked: {}", text.unwrap_or_default())
    })
}
