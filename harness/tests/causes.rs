//! From a failure to its cause and to a test, as a user meets it: explain, diff, promote, and what they say when they can't.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use command::{quorate, text};

/// An empty place of a test's own.
fn place(name: &str) -> PathBuf {
    command::place("causes", name)
}

fn has_all(printed: &str, parts: &[&str]) {
    for part in parts {
        assert!(printed.contains(part), "no `{part}` in\n{printed}");
    }
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

const PLANTED: &str = "qcase 1
nodes a b c d e f
seeds a b
set   world.planted = weakly-up-at-once
link  * delay 500us..30ms
at 0s   start a b c d e
at 15.1s  cut a b c | d e | f
at 22s  heal
at 31s  start f
at 50s  leave b
at 90s end
";

const UNMET: &str = "qcase 1\nnodes a b c\nseeds a\nat 0s start all\nat 20s crash c\nat 40s leave b\nat 1m check up 3\nat 1m end\n";

/// RUN: the test is there with its digest, passes as it should, and nothing is ever overwritten.
#[test]
fn a_failing_case_becomes_a_test_and_nothing_is_overwritten() {
    let folder = place("promote");
    fs::write(folder.join("found.qcase"), PLANTED).unwrap();
    fs::create_dir_all(folder.join("harness/scenarios")).unwrap();
    fs::write(folder.join("harness/scenarios/digests.toml"), "").unwrap();
    let output = quorate(&folder, &["promote", "found.qcase"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", text(&output.stderr));
    let file = "harness/scenarios/regressions/C6-up-joining--found.qcase";
    has_all(&told, &[file, "written", "as long as this violation is found", "QUORATE_RECORD=1"]);
    let kept = fs::read_to_string(folder.join(file)).unwrap();
    has_all(
        &kept,
        &["expect violation C6", "digest ", "# C6 is violated at ", "world.planted = weakly-up-at-once"],
    );
    assert_eq!(quorate(&folder, &["run", file, "--quiet"]).status.code(), Some(0));
    assert_eq!(
        quorate(&folder, &["replay", file, "--quiet"]).status.code(),
        Some(1),
        "the digest is its own"
    );

    let again = object(&quorate(&folder, &["promote", "found.qcase", "--json"]));
    assert_eq!(
        (&again["was_there"], &again["file"], &again["expects"]),
        (&true.into(), &file.into(), &true.into())
    );
    fs::write(folder.join(file), "mine").unwrap();
    let again = object(&quorate(&folder, &["promote", "found.qcase", "--json"]));
    assert!(again["file"].as_str().unwrap().ends_with("found-2.qcase"), "{again}");
    assert_eq!(fs::read_to_string(folder.join(file)).unwrap(), "mine");

    // A user's own: in a folder of their choice, red until it is cured.
    fs::write(folder.join("mine.qcase"), UNMET).unwrap();
    let output = quorate(
        &folder,
        &["promote", "mine.qcase", "--into", "tests/cases", "--name", "three-stay", "--as-is"],
    );
    let told = text(&output.stdout);
    has_all(
        &told,
        &["tests/cases/three-stay.qcase", "fails until what it shows is cured", "assert_case!(include_str!"],
    );
    assert_eq!(quorate(&folder, &["run", "tests/cases/three-stay.qcase", "--quiet"]).status.code(), Some(1));
    assert_eq!(fs::read_to_string(folder.join("mine.qcase")).unwrap(), UNMET);
    let output = quorate(&folder, &["promote", "mine.qcase", "--into", "mine.qcase"]);
    assert_eq!(output.status.code(), Some(2));
    has_all(&text(&output.stderr), &["mine.qcase: the test can't be written there"]);
    let output = quorate(&folder, &["promote", "mine.qcase", "--expect"]);
    has_all(&text(&output.stderr), &["--expect is about an invariant"]);
}

/// RUN: the statement is named, for a person and as an object.
#[test]
fn an_explanation_names_the_statement() {
    let folder = place("explain");
    fs::write(folder.join("unmet.qcase"), UNMET).unwrap();
    let one = quorate(&folder, &["explain", "unmet.qcase"]);
    let told = text(&one.stdout);
    assert_eq!(one.status.code(), Some(0), "{told}{}", text(&one.stderr));
    has_all(
        &told,
        &["brought about by: line 5: at 20s crash c", "futures fail in the same way", "the beginning"],
    );
    let explained = object(&quorate(&folder, &["explain", "unmet.qcase", "--json"]));
    assert_eq!(
        (&explained["culprit"]["statement"], &explained["culprit"]["line"]),
        (&"crash c".into(), &5.into())
    );
    assert_eq!(explained["points"].as_array().unwrap().len(), 4);
    assert_eq!(explained["culprit"]["left_alone"], explained["futures"]);
    let percent =
        explained["points"][1]["left_alone"].as_u64().unwrap() * 100 / explained["futures"].as_u64().unwrap();
    assert!(told.contains(&format!("{percent} % |")), "both tell the same: {told}");
}

/// RUN: two cases; one case under other settings; and a run of another build by the trail that it left.
#[test]
fn two_runs_part_at_the_first_event_that_differs() {
    let folder = place("diff");
    fs::write(folder.join("one.qcase"), UNMET).unwrap();
    fs::write(folder.join("other.qcase"), UNMET.replace("40s leave b", "41s leave b")).unwrap();
    let output = quorate(&folder, &["diff", "one.qcase", "other.qcase"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
    has_all(&told, &["A:  ", "40.000s  b leave b", "the runs part at event "]);
    let same = quorate(&folder, &["diff", "one.qcase", "one.qcase"]);
    assert_eq!(same.status.code(), Some(0));
    has_all(&text(&same.stdout), &["the same run: "]);
    let settings = object(&quorate(&folder, &["diff", "one.qcase", "--set", "gossip-interval=2s", "--json"]));
    assert_eq!((&settings["same"], settings["parting"]["event"].is_number()), (&false.into(), true));

    let save = quorate(&folder, &["diff", "one.qcase", "--save", "then.qtrail"]);
    assert_eq!(save.status.code(), Some(0), "{}", text(&save.stderr));
    let saved = fs::read_to_string(folder.join("then.qtrail")).unwrap();
    has_all(&text(&quorate(&folder, &["diff", "then.qtrail"]).stdout), &["the same run: "]);
    // What another build would have left: one step of it is another, and all that follows.
    let line = saved.lines().nth(200).unwrap();
    let place = saved.find(line).unwrap();
    let behind = saved[place..].lines().map(|line| match line.split_once(' ') {
        Some((mark, rest)) if mark.len() == 16 => format!("0{}f {rest}, otherwise\n", &mark[..14]),
        _ => format!("{line}\n"),
    });
    let other = format!("{}{}", &saved[..place], behind.collect::<String>());
    fs::write(folder.join("other.qtrail"), other.replace("quorate 0.", "quorate 99.0.")).unwrap();
    let output = quorate(&folder, &["diff", "other.qtrail"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    has_all(&told, &["A is of: quorate 99.0.", "B is of: quorate", "otherwise", "the runs part at event "]);
    assert!(told.contains(line.splitn(3, ' ').nth(2).unwrap()), "{told}");

    for (arguments, why) in [
        (&["diff", "one.qcase"][..], "there is nothing to compare it with"),
        (&["diff", "one.qcase", "--save", "then.qtrail"], "it is there already"),
        (&["diff", "then.qtrail", "--save", "x.qtrail", "--seed", "1"], "no --set, no --seed"),
        (&["diff", "one.qcase", "nowhere.qcase"], "nowhere.qcase"),
    ] {
        let output = quorate(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        has_all(&text(&output.stderr), &[why]);
    }
    assert_eq!(fs::read_to_string(folder.join("then.qtrail")).unwrap(), saved);
    fs::write(folder.join("short.qtrail"), &saved[..saved.len() - 20]).unwrap();
    fs::write(folder.join("newer.qtrail"), saved.replacen("qtrail 1", "qtrail 2", 1)).unwrap();
    for (file, why) in
        [("short.qtrail", "cut short"), ("newer.qtrail", "version 2; this build reads version 1")]
    {
        let output = quorate(&folder, &["diff", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        has_all(&text(&output.stderr), &[file, why]);
    }
}

/// CASE-11: of a case that fails no more it is told since which build, edit or statement.
#[test]
fn a_case_that_no_longer_fails_is_told_so_with_what_can_be_known() {
    let folder = place("sound");
    fs::write(folder.join("found.qcase"), PLANTED).unwrap();
    let promoted = object(&quorate(&folder, &["promote", "found.qcase", "--json", "--into", "tests"]));
    let file = promoted["file"].as_str().unwrap();
    let cured = fs::read_to_string(folder.join(file)).unwrap().replace("weakly-up-at-once", "off");
    fs::write(folder.join("edited.qcase"), &cured).unwrap();
    let source = cured.split("source ").nth(1).unwrap().split(',').next().unwrap().to_string();
    fs::write(folder.join("older.qcase"), cured.replace(&source, "0123456789abcdef")).unwrap();
    let never = "qcase 1\nnodes a\nseeds a\nat 0s start all\nat 9s end\n";
    fs::write(folder.join("never.qcase"), never).unwrap();
    for command in ["shrink", "explain", "promote"] {
        for (file, parts) in [
            (
                "edited.qcase",
                &["nothing fails in it", "it was edited since", "C6 was violated at ", "after line "][..],
            ),
            (
                "older.qcase",
                &[
                    "no longer comes about, since another build",
                    "left by: quorate",
                    "this is: quorate",
                    "--save then.qtrail",
                ],
            ),
            ("never.qcase", &["nothing fails in it", "it states no digest"]),
        ] {
            let output = quorate(&folder, &[command, file]);
            assert_eq!(output.status.code(), Some(2), "{command} {file}");
            has_all(&text(&output.stderr), parts);
        }
    }
    let ids = quorate(&folder, &["explain", "partition-17"]);
    assert_eq!(ids.status.code(), Some(2));
    has_all(&text(&ids.stderr), &["did you mean `partitions`?"]);
}

/// A disk that is full: told, exit 2, and nothing is lost.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    use std::os::unix::fs::FileTypeExt as _;

    let folder = place("full");
    fs::write(folder.join("found.qcase"), PLANTED).unwrap();
    let output = quorate(&folder, &["shrink", "found.qcase", "--out", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    has_all(&text(&output.stderr), &["/dev/full", "No space left"]);
    assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
    for arguments in
        [&["run", "found.qcase"][..], &["explain", "found.qcase"], &["sweep", "--seeds", "1..2", "--json"]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_quorate"))
            .args(arguments)
            .current_dir(&folder)
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        has_all(&text(&output.stderr), &["could not be printed", "No space left"]);
    }
    assert_eq!(fs::read_to_string(folder.join("found.qcase")).unwrap(), PLANTED);
}
