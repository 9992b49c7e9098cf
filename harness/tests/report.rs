//! PIC: what a run is turned into for somebody to look at, and what `quorate report` does when it can't.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quorate_harness::case::{Case, parse};
use quorate_harness::picture::{Film, film};
use quorate_harness::run::Options;
use quorate_harness::settings::Settings;

const SPLIT: &str = "harness/scenarios/clean-split.qcase";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn quorate(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quorate")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of a test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn filmed(case: &Case) -> Film {
    film(case, &Options::default(), "test.qcase", "quorate replay test.qcase".into()).unwrap()
}

fn shipped(file: &str) -> Case {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    parse(file, &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The data that a page carries.
fn data_of(page: &str) -> serde_json::Value {
    let (_, behind) = page.split_once(r#"<script id="data" type="application/json">"#).unwrap();
    serde_json::from_str(behind.split_once("</script>").unwrap().0).unwrap()
}

/// PIC-1
#[test]
fn a_page_is_the_same_every_time_and_asks_nothing_of_a_network() {
    let case = shipped(SPLIT);
    let page = filmed(&case).html();
    assert_eq!(page, filmed(&case).html());
    for word in ["http:", "https:", "src=", "@import", "url(//", "fetch(", "XMLHttpRequest", "{{"] {
        assert!(!page.contains(word), "the page has `{word}`");
    }
}

/// PIC-1: what the page is drawn from tells of the cut, of both decisions with their reasons, and of who was there.
#[test]
fn a_page_carries_what_happened() {
    let data = data_of(&filmed(&shipped(SPLIT)).html());
    assert_eq!(data["hosts"], serde_json::json!(["a", "b", "c", "d", "e"]));
    assert_eq!(data["cuts"].as_array().unwrap().len(), 1);
    assert_eq!(data["cuts"][0]["groups"], serde_json::json!([[0, 1, 2], [3, 4]]));
    assert_eq!([&data["cuts"][0]["from"], &data["cuts"][0]["to"]], [30_000_000, 90_000_000]);
    let decisions = data["decisions"].as_array().unwrap();
    let told: Vec<&str> = decisions.iter().map(|decision| decision["why"].as_str().unwrap()).collect();
    assert!(
        told.contains(&"keep-majority: 3 of 5 can still be reached, more than the 2 that cannot; down d, e"),
        "{told:?}"
    );
    // d stops: it runs no more, so it holds nothing to be true.
    let last = data["tracks"][3].as_array().unwrap().last().unwrap();
    assert_eq!((last[2].as_str(), last[3].as_i64()), (Some("-"), Some(-1)));
    assert!(data["case"].as_array().unwrap().iter().any(|line| line[1] == 30_000_000));
    let cone = &data["cone"];
    assert!(cone["title"].as_str().unwrap().starts_with("What led to the decision of a at 42"), "{cone}");
    assert!(cone["steps"].as_array().unwrap().iter().any(|step| step["from"].is_array()));
}

/// PIC-1: a violation is what everything leads to.
#[test]
fn a_page_of_a_violation_tells_the_two_facts_and_what_led_there() {
    let data = data_of(&filmed(&shipped("harness/scenarios/repairs/worst-case-check-off.qcase")).html());
    let failure = &data["verdict"]["failure"];
    assert!(failure["signature"].as_str().unwrap().contains("S1"), "{failure}");
    for part in ["rule", "fact", "but"] {
        assert!(!failure[part].as_str().unwrap().is_empty(), "{failure}");
    }
    assert_eq!(data["cone"]["title"], "What led to the violation of S1");
    let last = data["cone"]["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["at"], &last["host"]), (&failure["at"], &failure["who"][0]));
}

/// PIC-1
#[test]
fn a_page_of_a_question_that_was_answered_with_no_tells_what_is_true_instead() {
    let case = "qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 10s check up 3\nat 11s end\n";
    let case = parse("test.qcase", case, &Settings).unwrap();
    let data = data_of(&filmed(&case).html());
    let failure = &data["verdict"]["failure"];
    assert_eq!(data["verdict"]["passed"], false);
    assert_eq!((failure["at"].as_u64(), failure["fact"].as_str()), (Some(10_000_000), Some("check up 3")));
    let but = failure["but"].as_str().unwrap();
    assert!(but.ends_with(" has 2 members that are up"), "{but}");
}

/// PIC-1: ten nodes that come, go and are cut off for 300 s.
#[test]
fn ten_nodes_over_five_minutes_take_less_than_a_megabyte() {
    let mut case = String::from("qcase 1\nnodes a b c d e f g h i j\nseeds a b\nat 0s start all\n");
    for round in 0..9 {
        let at = 20 + round * 30;
        case += &format!("at {at}s cut a b c d e f | g h i j\nat {}s heal\n", at + 4);
        case += &format!("at {}s crash j\nat {}s start j\n", at + 10, at + 20);
    }
    case += "at 300s end\n";
    let case = parse("test.qcase", &case, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let page = filmed(&case).html();
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    println!("{} bytes", page.len());
}

/// PIC-2: with more than 20 nodes views are taken once in a while, and nobody is named one by one.
#[test]
fn many_nodes_are_told_in_a_page_of_modest_size() {
    let group: Vec<String> = (1..=40).map(|n| format!("n{n}")).collect();
    let cut = format!("at 40s cut {} | rest\n", group.join(" "));
    let case = format!("qcase 1\nnodes n 60\nseeds n1\nat 0s start all\n{cut}at 80s end\n");
    let case = parse("test.qcase", &case, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let page = filmed(&case).html();
    let data = data_of(&page);
    assert_eq!(data["hosts"].as_array().unwrap().len(), 60);
    assert!(data["tracks"].as_array().unwrap().iter().all(|track| track.as_array().unwrap().len() <= 62));
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
}

/// PIC-3: the story of a clean split for programs.
#[test]
fn json_lines_tell_everything_in_order() {
    let lines = filmed(&shipped(SPLIT)).lines();
    let all: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all[0]["nodes"].as_array().unwrap().len(), 5);
    let times: Vec<f64> = all[1..].iter().map(|line| line["at"].as_f64().unwrap()).collect();
    assert!(times.is_sorted());
    let count = |kind: &str| all.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!(
        (count("run"), count("statement"), count("cut"), count("decision"), count("failure")),
        (1, 3, 1, 2, 0)
    );
    let stopped: Vec<&str> = all
        .iter()
        .filter(|line| line["kind"] == "status" && line["status"] == "stopped")
        .map(|line| line["node"].as_str().unwrap())
        .collect();
    assert_eq!(stopped, ["e", "d"]);
}

/// PIC-3: a trace that viewers of traces open: every event has what its phase needs, what is begun is ended, and the slices
/// of a line don't overlap.
#[test]
fn a_trace_has_a_process_for_each_node() {
    let trace = filmed(&shipped("harness/scenarios/repairs/worst-case-check-off.qcase")).perfetto();
    let trace: serde_json::Value = serde_json::from_str(&trace).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
    let mut names: Vec<&str> = of("M")
        .iter()
        .filter(|event| event["name"] == "process_name")
        .map(|event| event["args"]["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b", "c", "cluster", "d"]);
    assert_eq!(of("b").len(), of("e").len());
    assert_eq!(of("s").len(), of("f").len());
    assert!(!of("s").is_empty() && !of("b").is_empty() && !of("C").is_empty());
    assert!(of("i").iter().any(|event| event["args"]["must hold"].is_string()), "the failure");
    let mut lines = std::collections::BTreeMap::<_, Vec<(u64, u64)>>::new();
    for slice in of("X") {
        let (pid, tid) = (slice["pid"].as_u64().unwrap(), slice["tid"].as_u64().unwrap());
        let (at, lasts) = (slice["ts"].as_u64().unwrap(), slice["dur"].as_u64().unwrap());
        if tid < 3 {
            lines.entry((pid, tid)).or_default().push((at, at + lasts));
        }
    }
    for slices in lines.values_mut() {
        slices.sort_unstable();
        assert!(slices.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{slices:?}");
    }
}

/// PIC-3
#[test]
fn a_diagram_tells_what_led_to_a_violation_in_thirty_arrows_at_most() {
    let diagram = filmed(&shipped("harness/scenarios/repairs/worst-case-check-off.qcase")).mermaid();
    let arrows = diagram.lines().filter(|line| line.contains("-)")).count();
    assert!((5..=30).contains(&arrows), "{arrows}");
    insta::assert_snapshot!(diagram);
}

#[test]
fn a_report_is_called_after_its_case_and_says_what_it_wrote() {
    let folder = folder("named");
    std::fs::copy(root().join(SPLIT), folder.join("split.qcase")).unwrap();
    let output = quorate(&["report", "split.qcase"], &folder);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
    assert!(printed.starts_with("split.html: ") && printed.contains("the run passed"), "{printed}");
    let page = std::fs::read_to_string(folder.join("split.html")).unwrap();
    assert!(page.contains("replay split.qcase"), "the line that replays it");
    // The same again: a report of an earlier time is replaced.
    assert_eq!(quorate(&["report", "split.qcase", "--quiet"], &folder).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(folder.join("split.html")).unwrap(), page);
    let output = quorate(&["report", "split.qcase", "--json"], &folder);
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&object["out"], &object["passed"]), (&"split.html".into(), &true.into()));
}

#[test]
fn what_can_not_be_reported_is_said_and_nothing_is_lost() {
    let folder = folder("refused");
    std::fs::copy(root().join(SPLIT), folder.join("split.qcase")).unwrap();
    std::fs::write(folder.join("split.html"), "my own page").unwrap();
    std::fs::write(folder.join("newer.qcase"), "qcase 2\nnodes a\n").unwrap();
    let refused: [(&[&str], &str); 7] = [
        (&["report", "no-such-17"], "no-such-17: no such file"),
        (&["report", "gone.qcase"], "gone.qcase: No such file"),
        (&["report", "newer.qcase"], "version"),
        (&["report", "split.qcase"], "split.html: a file is there that this command did not write"),
        (&["report", "split.qcase", "--out", "no/such/folder.html"], "no/such/folder.html: No such file"),
        (&["report", "split.qcase", "--out", "."], "error: .: "),
        (&["report", "split.qcase", "--set", "gossip-intervall=1s"], "did you mean"),
    ];
    for (arguments, part) in refused {
        let output = quorate(arguments, &folder);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
    assert_eq!(std::fs::read_to_string(folder.join("split.html")).unwrap(), "my own page");
    let mut left: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["newer.qcase", "split.html", "split.qcase"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let output = quorate(&["report", SPLIT, "--out", "/dev/full"], &root());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("/dev/full: No space left on device"), "{said}");
}

/// RUN-1: a picture of another run than the one that a case states says so, on the page too.
#[test]
fn a_run_that_is_not_the_one_that_the_case_states_is_pointed_out() {
    let folder = folder("stated");
    let case = format!(
        "{}\ndigest 0123456789abcdef by \"quorate 0.0.9, source 00\"\n",
        std::fs::read_to_string(root().join(SPLIT)).unwrap()
    );
    std::fs::write(folder.join("old.qcase"), case).unwrap();
    let output = quorate(&["report", "old.qcase"], &folder);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("states digest 0123456789abcdef"), "{said}");
    let page = std::fs::read_to_string(folder.join("old.html")).unwrap();
    assert!(data_of(&page)["notes"][0].as_str().unwrap().contains("quorate 0.0.9"));
}

#[test]
fn what_can_not_be_charted_is_said_and_nothing_is_lost() {
    let folder = folder("chart");
    std::fs::write(folder.join("own.svg"), "my own drawing").unwrap();
    let quiet = "qcase 1\nnodes n 2\nseeds n1\nat 0s start all\nat 20s end\n";
    std::fs::write(folder.join("quiet.qcase"), quiet).unwrap();
    let refused: [(&[&str], &str); 3] = [
        (&["chart", "detection", "quiet.qcase", "--seeds", "1..2"], "nobody crashes in it"),
        (&["chart", "detection", "gone.qcase"], "gone.qcase: No such file"),
        (
            &["chart", "convergence", "quiet.qcase", "--sizes", "2", "--seeds", "1", "--out", "own.svg"],
            "own.svg: a file is there that this command did not write",
        ),
    ];
    for (arguments, part) in refused {
        let output = quorate(arguments, &folder);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
    assert_eq!(std::fs::read_to_string(folder.join("own.svg")).unwrap(), "my own drawing");
}
