//! RUN-4: `quorate merge`: joins what the shards of one campaign found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Status;
use super::page::Page;
use super::sweep::object::{
    FoundObject, JudgedObject, NOT_DETERMINISTIC, SummaryObject, UncleanSplitsObject, VIOLATION,
};
use super::sweep::{RECORD_END, millions};
use crate::failure::keep_new;
use crate::judge::INVARIANTS;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The directories that `sweep --out` was given, one or more for all shards.
    #[arg(required = true, value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// Copy the failing cases that are kept into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Join what is there, also when shards are missing.
    #[arg(long)]
    partial: bool,
    /// Exit with 4 if something was never met that should have been.
    #[arg(long)]
    require_sometimes: bool,
}

/// What one shard left, and where.
struct Record {
    file: PathBuf,
    shard: (u64, u64),
    summary: SummaryObject,
}

/// Joins shards. Exits as one campaign over all their seeds would.
pub(super) fn merge(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let merged = records(&arguments.directories).and_then(|records| {
        let missing = missing(&records);
        if !missing.is_empty() && !arguments.partial {
            return Err(format!(
                "error: of {} shards {} left nothing: {}; run them, or join the others with --partial",
                records[0].shard.1,
                missing.len(),
                missing.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
            ));
        }
        let shards = records.len();
        let mut merged = merged(records);
        if let Some(out) = &arguments.out {
            copy_cases(&mut merged, out)?;
        }
        Ok((merged, shards, missing))
    });
    match merged {
        Ok((merged, shards, missing)) => {
            tell(page, &merged, shards, &missing)?;
            Ok(status(&merged, arguments.require_sometimes))
        }
        Err(error) => {
            page.complain(error)?;
            Ok(Status::Unusable)
        }
    }
}

/// All records of the directories: of one campaign, of one version, each shard once.
fn records(directories: &[PathBuf]) -> Result<Vec<Record>, String> {
    let mut records: BTreeMap<u64, Record> = BTreeMap::new();
    for directory in directories {
        let mut files: Vec<PathBuf> = fs::read_dir(directory)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(|error| format!("error: {}: {error}", directory.display()))?;
        files.retain(|file| file.to_string_lossy().ends_with(RECORD_END));
        files.sort();
        if files.is_empty() {
            return Err(format!(
                "error: {}: no shard has left anything there: there is no file that ends in {RECORD_END}",
                directory.display()
            ));
        }
        for file in files {
            let record = read(file)?;
            let first = records.values().next();
            if let Some(why) = first.and_then(|first| difference(first, &record)) {
                return Err(why);
            }
            match records.get(&record.shard.0) {
                // The same shard again, run a second time: it has found the same.
                Some(there) if found_the_same(&there.summary, &record.summary) => {}
                Some(there) => {
                    return Err(format!(
                        "error: {} and {} are of the same shard and have not found the same; name only one",
                        there.file.display(),
                        record.file.display()
                    ));
                }
                None => {
                    records.insert(record.shard.0, record);
                }
            }
        }
    }
    Ok(records.into_values().collect())
}

fn read(file: PathBuf) -> Result<Record, String> {
    let bad = |why: &dyn std::fmt::Display| format!("error: {}: {why}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| bad(&error))?;
    let summary: SummaryObject = serde_json::from_str(&text)
        .map_err(|error| bad(&format_args!("it is no record of a shard that this build reads: {error}")))?;
    let numbers = summary.shard.split_once('/').map(|(number, of)| (number.parse(), of.parse()));
    let Some((Ok(number), Ok(of @ 1..))) = numbers else {
        return Err(bad(&format_args!("`{}` is no shard", summary.shard)));
    };
    Ok(Record { shard: (number, of), file, summary })
}

/// Why two shards are not of one campaign.
fn difference(one: &Record, other: &Record) -> Option<String> {
    let (a, b) = (&one.summary, &other.summary);
    let what = if (&a.build.version, &a.build.source) != (&b.build.version, &b.build.source) {
        "builds"
    } else if (&a.profile, &a.seeds) != (&b.profile, &b.seeds) || one.shard.1 != other.shard.1 {
        "seeds, profiles or numbers of shards"
    } else if (&a.set, &a.planted) != (&b.set, &b.planted) {
        "settings"
    } else {
        return None;
    };
    Some(format!(
        "error: {} and {} are of different {what}: what they found can't be added up",
        one.file.display(),
        other.file.display()
    ))
}

fn found_the_same(one: &SummaryObject, other: &SummaryObject) -> bool {
    (one.runs, one.events, one.violations) == (other.runs, other.events, other.violations)
}

fn missing(records: &[Record]) -> Vec<u64> {
    let there: BTreeSet<u64> = records.iter().map(|record| record.shard.0).collect();
    let of = records.first().map_or(0, |record| record.shard.1);
    (0..of).filter(|number| !there.contains(number)).collect()
}

/// One campaign over the seeds of all.
fn merged(records: Vec<Record>) -> SummaryObject {
    let mut records = records.into_iter().map(|mut record| {
        let folder = record.file.parent().map(Path::to_path_buf).unwrap_or_default();
        let summary = &mut record.summary;
        for found in summary.distinct_failures.iter_mut().chain(&mut summary.known_defects) {
            found.file = beside(&folder, &found.file);
            if let Some(shrunk) = &mut found.shrunk {
                shrunk.file = beside(&folder, &shrunk.file);
            }
        }
        record.summary
    });
    let first = records.next();
    let mut all = first.unwrap_or_else(|| unreachable!("a directory without a record is an error"));
    for one in records {
        all.jobs += one.jobs;
        all.runs += one.runs;
        all.runs_twice += one.runs_twice;
        all.events += one.events;
        all.node_seconds += one.node_seconds;
        all.wall_seconds = all.wall_seconds.max(one.wall_seconds);
        all.violations += one.violations;
        all.not_deterministic += one.not_deterministic;
        all.failed_anyway += one.failed_anyway;
        all.not_applicable += one.not_applicable;
        all.stopped |= one.stopped;
        join(&mut all.distinct_failures, one.distinct_failures);
        join(&mut all.known_defects, one.known_defects);
        for (id, JudgedObject { runs, times }) in one.judged {
            let sum = all.judged.entry(id).or_insert(JudgedObject { runs: 0, times: 0 });
            (sum.runs, sum.times) = (sum.runs + runs, sum.times + times);
        }
        let (one_s2, all_s2) = (one.unclean_splits, all.unclean_splits);
        all.unclean_splits =
            UncleanSplitsObject::of(all_s2.runs + one_s2.runs, all_s2.splits + one_s2.splits);
        all.never_judged.extend(one.never_judged);
        all.sometimes_missed.retain(|goal| one.sometimes_missed.contains(goal));
    }
    let judged = &all.judged;
    all.never_judged.retain(|id| judged.get(id).is_none_or(|judged| judged.runs == 0));
    all.never_judged.sort_by_key(|id| INVARIANTS.iter().position(|invariant| invariant.id == id));
    all.never_judged.dedup();
    all.shard = "0/1".into();
    let seconds = all.wall_seconds * all.jobs as f64;
    all.events_per_second_per_core = if seconds > 0.0 { all.events as f64 / seconds } else { 0.0 };
    all
}

/// Where a file is now that a shard has left beside its record, wherever that was then.
fn beside(folder: &Path, file: &str) -> String {
    let name = Path::new(file).file_name().unwrap_or_default();
    folder.join(name).display().to_string()
}

/// By signature: the least id, as one campaign has it, and of all shrunk cases the one that fails soonest.
fn join(all: &mut Vec<FoundObject>, more: Vec<FoundObject>) {
    for found in more {
        let same = |there: &&mut FoundObject| {
            (&there.signature, &there.failure) == (&found.signature, &found.failure)
        };
        let Some(there) = all.iter_mut().find(same) else {
            all.push(found);
            continue;
        };
        let runs = there.runs + found.runs;
        let size = |found: &FoundObject| {
            found.shrunk.as_ref().map_or((usize::MAX, u64::MAX), |shrunk| (shrunk.statements, shrunk.events))
        };
        let shrunk = if size(&found) < size(there) { found.shrunk.clone() } else { there.shrunk.clone() };
        if number(&found.id) < number(&there.id) {
            *there = found;
        }
        (there.runs, there.shrunk) = (runs, shrunk);
    }
    all.sort_by(|one, other| (&one.signature, &one.failure).cmp(&(&other.signature, &other.failure)));
}

/// What an id is ordered by: profile and seed, as a campaign orders them.
fn number(id: &str) -> Option<crate::draw::CaseId> {
    id.parse().ok()
}

fn copy_cases(merged: &mut SummaryObject, out: &Path) -> Result<(), String> {
    for found in merged.distinct_failures.iter_mut().chain(&mut merged.known_defects) {
        let shrunk = found.shrunk.as_mut().map(|shrunk| &mut shrunk.file);
        for file in std::iter::once(&mut found.file).chain(shrunk) {
            let text = fs::read_to_string(&*file).map_err(|error| format!("error: {file}: {error}"))?;
            let stem = Path::new(&*file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let kept = keep_new(out, &stem, &text);
            let kept = kept.map_err(|(path, error)| format!("error: {}: {error}", path.display()))?;
            *file = kept.path.display().to_string();
        }
    }
    Ok(())
}

fn status(merged: &SummaryObject, require_sometimes: bool) -> Status {
    if merged.not_deterministic > 0 {
        Status::NotDeterministic
    } else if merged.violations > 0 {
        Status::Failed
    } else if require_sometimes && !merged.sometimes_missed.is_empty() {
        Status::SometimesMissed
    } else {
        Status::Held
    }
}

fn tell(page: &mut Page, merged: &SummaryObject, shards: usize, missing: &[u64]) -> io::Result<()> {
    if page.json {
        return page.object(merged);
    }
    for found in &merged.distinct_failures {
        let (file, size) = match &found.shrunk {
            Some(shrunk) => {
                (&shrunk.file, format!(", {} statements, {} nodes", shrunk.statements, shrunk.nodes))
            }
            None => (&found.file, String::new()),
        };
        let what = match found.failure.as_str() {
            VIOLATION => "FAILED",
            NOT_DETERMINISTIC => "NOT DETERMINISTIC",
            other => other,
        };
        page.line(format_args!("{what}: {} in {} runs{size}", found.signature, found.runs))?;
        page.line(format_args!("  again   {}", page.command("replay", file)))?;
        page.line(format_args!("  explain {}", page.command("explain", file)))?;
        page.line(format_args!("  keep    {}", page.command("promote", file)))?;
    }
    for found in &merged.known_defects {
        page.line(format_args!(
            "known defect, {}: {} in {} runs",
            found.rules.join(" with "),
            found.signature,
            found.runs
        ))?;
    }
    if !merged.never_judged.is_empty() {
        page.line(format_args!("never judged: {}", merged.never_judged.join(" ")))?;
    }
    if let Some(line) = merged.unclean_splits.line() {
        page.line(line)?;
    }
    if !merged.sometimes_missed.is_empty() {
        page.line(format_args!("never met: {}", merged.sometimes_missed.join(" ")))?;
    }
    if !missing.is_empty() {
        let missing: Vec<String> = missing.iter().map(u64::to_string).collect();
        page.line(format_args!("missing: the shards {}", missing.join(" ")))?;
    }
    page.line(format_args!(
        "{}, seeds {}: {} runs ({} of them twice) in {shards} shards, {} events in {:.0} node-seconds",
        merged.profile,
        merged.seeds,
        merged.runs,
        merged.runs_twice,
        millions(merged.events),
        merged.node_seconds
    ))?;
    let distinct = merged.distinct_failures.len();
    if distinct == 0 {
        page.line("passed")
    } else {
        page.line(format_args!("FAILED: {} runs, {distinct} distinct failures", merged.violations))
    }
}
