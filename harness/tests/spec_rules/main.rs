//! The specification and the code must agree about which rules there are.
//!
//! Reads every rule number out of the specification's pages, and every tag (a known prefix with a number) out of the
//! comments of the code. `cargo test -p quorate-harness --test spec_rules -- --nocapture` prints how many rules of
//! each part have a home and a test.

use std::fs;
use std::path::{Path, PathBuf};

use coverage::{Coverage, Source};
use text::{Page, Spec};

mod comments;
mod coverage;
mod id;
mod links;
mod text;

const SPEC_FOLDERS: [&str; 2] = ["core/spec", "harness/spec"];
const CODE_FOLDERS: [&str; 6] =
    ["core/src", "core/tests", "sim/src", "sim/tests", "harness/src", "harness/tests"];

fn root() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness
        .parent()
        .and_then(|root| root.canonicalize().ok())
        .expect("the harness is a folder of the workspace")
}

/// The files below a folder whose names end so, in the order of their names, as paths from `root`. Build outputs and
/// hidden folders are left out, and what is another file's second name; a folder that is not there has no files.
fn files(root: &Path, folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if name.starts_with('.') || name == "target" || is_link {
            continue;
        }
        if entry.path().is_dir() {
            found.extend(files(root, &path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The number at the start of a page's name.
fn part(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    (digits == 2).then(|| name[..digits].to_owned())
}

fn spec() -> Spec {
    let root = root();
    let paths = SPEC_FOLDERS.iter().flat_map(|folder| files(&root, folder, ".md"));
    let pages: Vec<Page> =
        paths.map(|path| Page { part: part(&path), text: read(&root, &path), path }).collect();
    Spec::read(&pages)
}

fn coverage(spec: &Spec) -> Coverage {
    let root = root();
    let paths = CODE_FOLDERS.iter().flat_map(|folder| files(&root, folder, ".rs"));
    let sources: Vec<Source> = paths.map(|path| Source { text: read(&root, &path), path }).collect();
    Coverage::read(spec, &sources)
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_text_gives_each_rule_once_and_mentions_only_rules_that_it_gives() {
    let spec = spec();
    assert_none(&spec.problems);
    for part in 1..=7 {
        let part = format!("{part:02}");
        assert!(spec.rules.values().any(|of| *of == part), "part {part} gives no rule");
    }
}

#[test]
fn every_tag_in_the_code_names_a_rule_of_the_text() {
    let spec = spec();
    let coverage = coverage(&spec);
    println!("{}", coverage.report(&spec));
    assert_none(&coverage.unknown);
}

#[test]
fn no_exempt_rule_has_a_home() {
    let spec = spec();
    assert_none(&coverage(&spec).exempt_with_home(&spec));
}

#[test]
fn spec_links_resolve() {
    let root = root();
    let mut problems = Vec::new();
    for path in files(&root, "", ".md") {
        let text = read(&root, &path);
        for link in links::relative_links(&text) {
            let broken = links::broken(&root, &root.join(&path), link.target);
            problems.extend(broken.map(|why| format!("{path}:{}: {why}", link.line)));
        }
    }
    assert_none(&problems);
}
