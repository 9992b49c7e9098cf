//! `quorate promote`: a failing case becomes a test.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Status;
use super::clock::parse_span;
use super::input::RunFlags;
use super::page::Page;
use super::shrink::{Failing, find_failing, shrunk_within};
use crate::failure::{Kept, Promoted, keep_new, promoted, slug};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case file, or the id of a drawn case such as `partitions-17`.
    #[arg(value_name = "ID|FILE")]
    what: String,
    #[command(flatten)]
    run: RunFlags,
    /// The folder of the test [default: harness/scenarios/regressions where there is harness/scenarios, else
    /// scenarios/regressions].
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// What the file is called, without ending [default: what fails, and the case].
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    name: Option<String>,
    /// Keep the case as it is instead of shrinking it first.
    #[arg(long)]
    as_is: bool,
    /// Shrink for so long at most, such as `10s`. Without it the result is the same every time.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_span, conflicts_with = "as_is")]
    time: Option<std::time::Duration>,
    /// The test passes as long as the invariant is violated, as for a defect that is known and stays. So it is always with
    /// a bug that the case itself plants.
    #[arg(long)]
    expect: bool,
}

fn parse_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let text = text.strip_suffix(".qcase").unwrap_or(text);
    if !text.is_empty() && !text.starts_with('.') && text.chars().all(is_plain) {
        Ok(text.into())
    } else {
        Err("letters, digits, `-`, `_` and `.` make a name of a file".into())
    }
}

#[derive(Serialize)]
struct PromotedObject<'a> {
    what: &'a str,
    file: String,
    /// Whether the same test was there already.
    was_there: bool,
    signature: String,
    digest: String,
    /// Whether it passes as long as the failure is there.
    expects: bool,
    statements: usize,
    nodes: usize,
    case: &'a str,
}

/// Makes a failing case a test. Nothing that is there is overwritten.
pub(super) fn promote(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    match promoted_into(page, arguments) {
        Ok((test, kept, signature)) => tell(page, arguments, &test, &kept, signature),
        Err(error) => {
            page.complain(error)?;
            Ok(Status::Unusable)
        }
    }
}

fn promoted_into(page: &Page, arguments: &Arguments) -> Result<(Promoted, Kept, String), String> {
    let Failing { subject, outcomes } = find_failing(page, &arguments.what, &arguments.run)?;
    if arguments.expect && outcomes.violation.is_none() {
        return Err(format!(
            "error: {}: --expect is about an invariant that is violated; here none is, but something else fails",
            subject.name
        ));
    }
    let (mut case, mut outcomes) = (subject.case.clone(), outcomes);
    if !arguments.as_is {
        let shrunk = shrunk_within(page, &subject, arguments.time)?;
        (case, outcomes) = (shrunk.case, shrunk.outcomes);
        // The families that were drawn are mostly gone.
        case.prose.name.trailing.clear();
    }
    let signature = outcomes.signature.as_ref().map(ToString::to_string).unwrap_or_default();
    let test = promoted(&case, &outcomes, arguments.expect);
    let stem = arguments.name.clone().unwrap_or_else(|| stem(&subject.name, &signature));
    let into = arguments.into.clone().unwrap_or_else(usual_folder);
    let kept = keep_new(&into, &stem, &test.case.to_string());
    let kept = kept.map_err(|(path, error)| {
        format!("error: {}: the test can't be written there: {error}; nothing was changed", path.display())
    })?;
    Ok((test, kept, signature))
}

fn usual_folder() -> PathBuf {
    let shipped = Path::new("harness/scenarios");
    if shipped.is_dir() { shipped.join("regressions") } else { PathBuf::from("scenarios/regressions") }
}

/// What fails, and the case; once, however often it was kept before.
fn stem(name: &str, signature: &str) -> String {
    let own = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let own = own.split("--shrunk").next().unwrap_or_default();
    let what = slug(signature);
    if own.starts_with(&what) { own.into() } else { format!("{what}--{}", slug(own)) }
}

fn tell(
    page: &mut Page,
    arguments: &Arguments,
    Promoted { case, expects }: &Promoted,
    kept: &Kept,
    signature: String,
) -> io::Result<Status> {
    let file = kept.path.display().to_string();
    let digest = case.digest.as_ref().map_or(0, |stated| stated.digest);
    if page.json {
        page.object(&PromotedObject {
            what: &arguments.what,
            file,
            was_there: kept.was_there,
            signature,
            digest: format!("{digest:016x}"),
            expects: *expects,
            statements: case.statements(),
            nodes: case.nodes.len(),
            case: &case.to_string(),
        })?;
        return Ok(Status::Held);
    }
    let state = if kept.was_there { "was there already" } else { "written" };
    page.line(format_args!("{file}: {state}; {signature}, digest {digest:016x}"))?;
    page.aside(if *expects {
        "it is a test that passes as long as this violation is found"
    } else {
        "it is a test that fails until what it shows is cured"
    })?;
    page.aside(format_args!("to run it:          {}", page.command("run", &file)))?;
    let records = kept.path.parent().and_then(Path::parent).map(|above| above.join("digests.toml"));
    let line = if records.is_some_and(|records| records.is_file()) {
        "to record its run:  QUORATE_RECORD=1 cargo test -p quorate-harness --test scenarios digests".into()
    } else {
        let path = std::path::absolute(&kept.path).unwrap_or_else(|_| kept.path.clone());
        format!(
            "in a Rust test:     quorate_harness::assert_case!(include_str!({:?}));",
            path.display().to_string()
        )
    };
    page.aside(line)?;
    Ok(Status::Held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_called_by_what_fails_and_where_once() {
        assert_eq!(stem("lan-17", "C6 (up, joining)"), "C6-up-joining--lan-17");
        let kept = "out/C6-up-joining--lan-17--shrunk.qcase";
        assert_eq!(stem(kept, "C6 (up, joining)"), "C6-up-joining--lan-17");
        assert_eq!(stem("my case.qcase", "M4"), "M4--my-case");
        assert_eq!(parse_name("split.qcase"), Ok("split".into()));
        for name in ["", "../x", "a/b", ".hidden", "a b"] {
            assert!(parse_name(name).is_err(), "{name}");
        }
    }
}
