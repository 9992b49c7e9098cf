//! `quorate list`: the reference, from the code itself.

use std::io;

use clap::ValueEnum;
use quorate::internals::Planted;
use quorate::{Config, Repairs};
use serde_json::{Value, json};

use super::Status;
use super::page::Page;
use crate::case::{FormKind, SettingCatalog, forms};
use crate::judge::INVARIANTS;
use crate::settings::{Settings, default_of_own, meaning_of_own};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to list.
    what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Everything that a case can `set`, with its default.
    Settings,
    /// The case language: statements, actions and questions.
    Statements,
    /// What is judged in every run.
    Invariants,
    /// Where the protocol breaks its own promises, and what can be switched on against it.
    Repairs,
    /// Rules that can be broken on purpose, to see whether the judge notices.
    Planted,
}

/// One entry of a list: a heading, what is said below it, and the same as an object.
struct Entry {
    heading: String,
    says: Vec<String>,
    object: Value,
}

/// Prints the list.
pub(super) fn list(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let entries = match arguments.what {
        What::Settings => settings(),
        What::Statements => statements(),
        What::Invariants => invariants(),
        What::Repairs => repairs(),
        What::Planted => planted(),
    };
    for Entry { heading, says, object } in entries {
        if page.json {
            page.object(&object)?;
            continue;
        }
        page.line(heading)?;
        if !page.quiet {
            says.iter()
                .filter(|text| !text.is_empty())
                .try_for_each(|text| page.line(format_args!("    {text}")))?;
        }
    }
    Ok(Status::Held)
}

/// CASE-4
fn settings() -> Vec<Entry> {
    let defaults = Config::default();
    let entry = |name: &'static str| {
        let known = Config::setting(name);
        let meaning = known.map_or_else(|| meaning_of_own(name), |setting| setting.meaning);
        let default = defaults.get(name).unwrap_or_else(|| default_of_own(name));
        Entry {
            heading: format!("{name} = {default}"),
            says: vec![meaning.into()],
            object: json!({ "name": name, "default": default, "meaning": meaning }),
        }
    };
    Settings.names().into_iter().map(entry).collect()
}

/// CASE-7, CASE-8
fn statements() -> Vec<Entry> {
    let entry = |(kind, form): (FormKind, &'static crate::case::Form)| {
        let kind = match kind {
            FormKind::Statement => "statement",
            FormKind::Action => "action",
            FormKind::Question => "question",
        };
        Entry {
            heading: form.syntax.into(),
            says: vec![format!("{kind}: {}", form.meaning), format!("such as: {}", form.example)],
            object: json!({
                "kind": kind, "word": form.word, "syntax": form.syntax, "example": form.example,
                "meaning": form.meaning,
            }),
        }
    };
    forms().map(entry).collect()
}

/// INV-1
fn invariants() -> Vec<Entry> {
    let entry = |invariant: &'static crate::judge::Invariant| {
        let assumes: Vec<&str> = invariant.assumes.iter().map(|assumption| assumption.name).collect();
        let assumed = invariant
            .assumes
            .iter()
            .map(|assumption| format!("assumes {}: {}", assumption.name, assumption.sentence));
        let group = invariant.group.name();
        let known =
            if invariant.pekko { "; known to be false of the exact protocol, without repairs" } else { "" };
        Entry {
            heading: invariant.to_string(),
            says: assumed.chain([format!("{group}; from {}{known}", invariant.rules)]).collect(),
            object: json!({
                "id": invariant.id, "sentence": invariant.sentence, "group": group, "rules": invariant.rules,
                "assumes": assumes, "pekko": invariant.pekko,
            }),
        }
    };
    INVARIANTS.iter().copied().map(entry).collect()
}

/// REP-1
fn repairs() -> Vec<Entry> {
    let defaults = Config::default();
    let entry = |name: &'static str| {
        let key = format!("repairs.{name}");
        let meaning = Config::setting(&key).map_or("", |setting| setting.meaning);
        let default = defaults.get(&key).unwrap_or_default();
        Entry {
            heading: format!("{key} = {default}"),
            says: vec![meaning.into()],
            object: json!({ "name": name, "default": default, "meaning": meaning }),
        }
    };
    Repairs::NAMES.into_iter().map(entry).collect()
}

/// INV-5
fn planted() -> Vec<Entry> {
    let entry = |bug: &Planted| Entry {
        heading: bug.name().into(),
        says: vec![bug.sentence().into(), format!("breaks {}", bug.rule())],
        object: json!({ "name": bug.name(), "rule": bug.rule(), "sentence": bug.sentence() }),
    };
    Planted::ALL.iter().map(entry).collect()
}
