//! Commands in the README and in the pages of `harness/docs` are ones that can be typed: their words are known, files that they
//! name exist, and all that are short, or can be cut short, are run. Links lead to files that there are.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use command::{place, quorate, text};

/// What a page says to type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    page: String,
    /// The line, as `quorate` takes it.
    text: String,
    /// Whether it stands on lines of its own; else it is a word in a sentence.
    whole: bool,
}

/// How a page runs the command, from a checkout.
const CARGO: [&str; 3] = [
    "cargo run --release -p quorate-harness --example registry --",
    "cargo run --release --",
    "cargo run --release",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("harness/docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = docs.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// `quorate ...` of a line that runs the command in one of the ways that pages have.
fn as_quorate(line: &str) -> Option<String> {
    if let Some(rest) = line.strip_prefix("quorate").filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
        return Some(format!("quorate{rest}"));
    }
    let rest = CARGO.iter().find_map(|cargo| line.strip_prefix(cargo))?;
    rest.trim_start().strip_prefix('-').is_none().then(|| format!("quorate{rest}"))
}

/// A comment behind a command.
fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim()
}

fn lines_of(page: &str, content: &str) -> Vec<Line> {
    let content = content.replace("\\\n", " ");
    let (mut found, mut fence) = (Vec::new(), None::<String>);
    for line in content.lines() {
        if let Some(language) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(language.trim().to_string()) };
            continue;
        }
        let code = match &fence {
            Some(language) => ["sh", ""].contains(&language.as_str()).then_some(line),
            None => line.strip_prefix("    "),
        };
        if let Some(code) = code {
            let line = as_quorate(without_comment(code));
            found.extend(line.map(|text| Line { page: page.into(), text, whole: true }));
        } else if fence.is_none() {
            let spans = line.split('`').skip(1).step_by(2).filter_map(as_quorate);
            found.extend(spans.map(|text| Line { page: page.into(), text, whole: false }));
        }
    }
    found
}

fn documented() -> BTreeSet<Line> {
    let lines = pages().into_iter().flat_map(|path| {
        let page = path.file_name().unwrap().to_string_lossy().into_owned();
        lines_of(&page, &fs::read_to_string(&path).unwrap())
    });
    lines.collect()
}

/// What stands for something of the reader's gets a value of that kind.
fn filled(text: &str) -> String {
    [
        ("NAME-off", "introduce-off"),
        ("NAME-on", "introduce-on"),
        ("repairs.NAME", "repairs.content-decides"),
        ("NAME", "introduce"),
        ("K=V", "gossip-interval=2s"),
        ("FILE...", "FILE"),
        ("DIR...", "DIR"),
        (" ...", ""),
    ]
    .iter()
    .fold(text.to_string(), |text, (from, to)| text.replace(from, to))
}

/// Runs a line in a shell, as its reader does.
fn shell(folder: &Path, line: &str) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_quorate")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).env("PATH", path).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn commands_are_found_in_fences_in_indented_lines_and_in_sentences() {
    let content = "Say `quorate list settings`, not `quorate-sim`.\n\n    quorate run a.qcase\n    let x = 1;\n\n```sh\n\
        cargo run --release -- sweep \\\n  --seeds 1..2   # a few\ncargo run --release -p other\n```\n\n```rust\nquorate();\n```\n";
    let found: Vec<_> = lines_of("page", content).into_iter().map(|line| (line.text, line.whole)).collect();
    let expected = [
        ("quorate list settings", false),
        ("quorate run a.qcase", true),
        ("quorate sweep    --seeds 1..2", true),
    ];
    assert_eq!(found, expected.map(|(text, whole)| (text.to_string(), whole)));
}

/// With `--help` behind it a command reads its words, and does nothing.
#[test]
fn every_command_has_words_that_the_command_line_knows() {
    let lines = documented();
    assert!(lines.len() > 40, "only {} were found", lines.len());
    for Line { page, text: line, .. } in &lines {
        let asked = match line.as_str() {
            "quorate help" => quorate(&root(), &["help"]),
            line => shell(&root(), &format!("{} --help", filled(line))),
        };
        assert_eq!(asked.status.code(), Some(0), "{page}: {line}\n{}", text(&asked.stderr));
    }
}

/// A word of a command that is a path of this repository; a `*` in it stands for at least one file.
#[test]
fn files_that_a_command_reads_exist() {
    let mut paths = 0;
    for Line { page, text: line, .. } in &documented() {
        let filled = filled(line);
        let words = filled.split(' ').map(|word| word.trim_matches('\''));
        for word in words.filter(|word| ["harness/", "core/", "sim/"].iter().any(|top| word.starts_with(top)))
        {
            let there = shell(&root(), &format!("ls -d {word}"));
            assert!(there.status.success(), "{page}: `{line}` names {word}, which is not there");
            paths += 1;
        }
    }
    assert!(paths > 20, "only {paths} were found");
}

/// Where the links of a page lead, but for those to other sites and to places in the page itself.
fn links_of(content: &str) -> Vec<String> {
    let ends = content.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let files = ends.map(|(link, _)| link.split('#').next().unwrap_or(link).to_string());
    files.filter(|link| !link.is_empty() && !link.contains("://") && !link.contains(' ')).collect()
}

#[test]
fn links_of_the_pages_lead_to_files() {
    let (mut links, mut dead) = (0, Vec::new());
    for path in pages() {
        for link in links_of(&fs::read_to_string(&path).unwrap()) {
            links += 1;
            if !path.parent().unwrap().join(&link).exists() {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(links > 40, "only {links} were found");
    assert!(dead.is_empty(), "{dead:#?}");
}

/// CASE-7, CASE-8: the page of the case language is what the command prints. After a change of a form:
/// `QUORATE_RECORD=1 cargo test -p quorate-harness --test documented reference`.
#[test]
fn the_reference_of_the_language_is_what_its_command_prints() {
    let path = root().join("harness/docs/statements.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, listed) = page.split_once("```text\n").unwrap();
    let (_, behind) = listed.split_once("```\n").unwrap();
    assert!(before.contains("\n    quorate list statements\n"), "{before}");
    let printed = text(&quorate(&root(), &["list", "statements"]).stdout);
    let new = format!("{before}```text\n{printed}```\n{behind}");
    if std::env::var_os("QUORATE_RECORD").is_some() {
        fs::write(&path, &new).unwrap();
    }
    assert!(page == new, "the page says something else");
}

/// What would take minutes is cut short: few seeds, few members. `None` for what can't be cut.
fn cut(line: &str) -> Option<String> {
    // A thousand nodes; a bug that is shrunk 29 times; a file of the reader's.
    let long = ["thousand-start", "kill-table", "--record", "chart kills"];
    if long.iter().any(|part| line.contains(part)) || line.ends_with(".qtrail") || line.contains(" A ") {
        return None;
    }
    let mut words: Vec<String> = filled(line).split_whitespace().map(String::from).collect();
    let plants = line.contains("--planted");
    for place in 1..words.len() {
        let value: &str = match words[place - 1].as_str() {
            "--seeds" if !plants => "1..2",
            // As many shards as the page has lines for.
            "--shard" => &words[place].replace("/4", "/2"),
            "--members" => "3",
            "--cases" => "4",
            "--for" => "200ms",
            "--sizes" => "2,3",
            _ => continue,
        };
        words[place] = value.to_string();
    }
    let is = |name: &str| words.get(1).is_some_and(|word| word == name);
    let seeded = words.iter().any(|word| ["--seeds", "--cases", "--for"].contains(&word.as_str()));
    if (is("measure") || is("sweep") || is("chart")) && !seeded {
        words.extend(["--seeds", "1..2"].map(String::from));
    }
    if line.contains("chart convergence") && !line.contains("--sizes") {
        words.extend(["--sizes", "2,3"].map(String::from));
    }
    Some(words.join(" ").replace("FILE", "case.qcase"))
}

/// In a copy of what they read, so that nothing of the repository is written over.
#[test]
fn commands_on_lines_of_their_own_run() {
    let folder = place("documented", "run");
    let copy =
        ["scenarios", "measure", "views", "examples", "docs/charts"].map(|part| format!("harness/{part}"));
    for part in &copy {
        let to = folder.join(part);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let copied = Command::new("cp").arg("-R").arg(root().join(part)).arg(&to).status().unwrap();
        assert!(copied.success(), "{part}");
    }
    for (from, to) in
        [("views/clean-split.qview", "situation.qview"), ("scenarios/clean-split.qcase", "case.qcase")]
    {
        fs::copy(folder.join("harness").join(from), folder.join(to)).unwrap();
    }
    let (mut ran, mut seen) = (0, BTreeSet::new());
    for path in pages() {
        let page = path.file_name().unwrap().to_string_lossy().into_owned();
        // One page builds on its own lines, in their order.
        for line in lines_of(&page, &fs::read_to_string(&path).unwrap()).iter().filter(|line| line.whole) {
            let Some(short) = cut(&line.text).filter(|short| seen.insert(short.clone())) else { continue };
            let output = shell(&folder, &short);
            // What was looked for may be found; what can't be used or read must not be in a page.
            let status = output.status.code();
            assert!(
                matches!(status, Some(0 | 1)),
                "{page}: `{}` as `{short}` exits with {status:?}\n{}{}",
                line.text,
                text(&output.stdout),
                text(&output.stderr)
            );
            ran += 1;
        }
    }
    assert!(ran > 25, "only {ran} were run");
}

/// The commands of the workflow for an application of one's own, run as they are by a program that adds what it is told.
#[test]
fn the_workflow_for_an_application_runs_kept_cases_and_shows_how_to_play_new_failures_again() {
    let folder = place("documented", "workflow");
    let program = folder.join("program");
    fs::write(&program, "#!/bin/sh\nexec quorate \"$@\" $MORE\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&program).status().unwrap().success());
    fs::create_dir(folder.join("cases")).unwrap();
    fs::copy(root().join("harness/scenarios/leave.qcase"), folder.join("cases/leave.qcase")).unwrap();
    let workflow = fs::read_to_string(root().join("harness/docs/campaigns/your-application.yml")).unwrap();
    let step = |name: &str, more: &str| {
        let (_, behind) = workflow.split_once(&format!("- name: {name}\n")).unwrap();
        let (_, behind) = behind.split_once("run: |\n").unwrap();
        let line = behind.lines().next().unwrap().trim();
        let set = "PROGRAM=./program CASES=cases FOR=60s GITHUB_STEP_SUMMARY=summary.md";
        shell(&folder, &format!("export {set} MORE='{more}'; exec bash -c '{}'", line.replace('\'', "'\\''")))
    };
    let kept = step("kept cases", "");
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept.stderr));
    assert!(text(&kept.stdout).contains("passed: "), "{}", text(&kept.stdout));
    let new = step("new cases", "--planted weakly-up-at-once --jobs 1");
    assert!(text(&new.stdout).contains("FAILED: C6"), "{}{}", text(&new.stdout), text(&new.stderr));
    let shown = step("how to play them again", "");
    assert_eq!(shown.status.code(), Some(0), "{}", text(&shown.stderr));
    let summary = fs::read_to_string(folder.join("summary.md")).unwrap();
    assert!(summary.contains(" replay partitions-2 ") && !summary.contains("never met"), "{summary}");
    let kept = fs::read_dir(folder.join("failures")).unwrap().flatten();
    assert!(kept.map(|entry| entry.path()).any(|path| path.extension().is_some_and(|it| it == "qcase")));
}
