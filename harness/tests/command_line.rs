//! The command as a user meets it: what it prints, and how it exits.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::path::PathBuf;

use command::{file, quorate_in_checkout as quorate, text};

#[test]
fn without_arguments_it_plays_the_tour() {
    let output = quorate(&[]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    for part in
        ["cut a b c | d e", "d stops: it was downed", "passed:", "run harness/scenarios/clean-split.qcase"]
    {
        assert!(printed.contains(part), "no `{part}` in\n{printed}");
    }
    assert!(!printed.contains('\x1b'), "colour without a terminal");
}

#[test]
fn a_case_that_holds_exits_with_0_and_one_that_does_not_with_1() {
    let shipped = quorate(&["run", "harness/scenarios/formation.qcase", "--quiet"]);
    assert_eq!(shipped.status.code(), Some(0), "{}", text(&shipped.stdout));
    let wrong =
        file("wrong.qcase", "qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 10s check up 3\nat 11s end\n");
    let output = quorate(&["run", &wrong, "--seed", "7f", "--set", "gossip-interval=500ms"]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for part in ["line 5: check up 3", "when    10.000s", "but     a has 2 members that are up", "  again   "]
    {
        assert!(printed.contains(part), "no `{part}` in\n{printed}");
    }
    assert!(
        printed.contains(&format!(" replay {wrong} --set gossip-interval=500ms --seed 7f\n")),
        "{printed}"
    );
}

/// CASE-5: file, line, column, the line shown, what was expected; exit 2.
#[test]
fn an_error_in_a_file_shows_its_place_and_exits_with_2() {
    let broken = file("broken.qcase", "qcase 1\nnodes a b\nseeds a\nat 0s strat all\nat 10s end\n");
    let output = quorate(&["run", &broken]);
    let printed = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    for part in ["broken.qcase:4:7", "at 0s strat all", "did you mean `start`?"] {
        assert!(printed.contains(part), "no `{part}` in\n{printed}");
    }
}

#[test]
fn bad_usage_exits_with_2() {
    for arguments in [
        &["run"][..],
        &["run", "no-such-file.qcase"],
        &["fly"],
        &["run", "harness/scenarios/leave.qcase", "--set", "gosip-interval=1s"],
        &["run", "harness/scenarios/leave.qcase", "--set", "gossip-interval"],
        &["run", "harness/scenarios/leave.qcase", "--seed", "xyz"],
    ] {
        let output = quorate(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    let near = quorate(&["run", "harness/scenarios/leave.qcase", "--set", "gosip-interval=1s"]);
    assert!(text(&near.stderr).contains("did you mean `gossip-interval`?"), "{}", text(&near.stderr));
}

/// CASE-5, CASE-7: a case that asks for what can't be done says so at its line, before it runs or when it comes to it, and is no pass.
#[test]
fn a_case_that_asks_for_the_impossible_exits_with_2_and_says_why_at_its_line() {
    for (place, line, whys) in [
        ("3: not applicable", "at 1s crash a", &["a is not running: it has not been started"][..]),
        ("3: not applicable", "at 1s heal a | b", &["nothing is cut between these groups"]),
        ("3:16", "at 1s heal a | c", &["unknown node `c`"]),
        ("3:", "link a > a loss 5%", &["`a` has no link to itself"]),
        ("3:", "at 1s cut a > a", &["`a` has no link to itself"]),
        (
            "3: not applicable",
            "set world.memory-cap = 1kB",
            &["a cap of 1kB is too small", "before they start"],
        ),
    ] {
        let impossible = file("impossible.qcase", &format!("qcase 1\nnodes a b\n{line}\nat 2s end\n"));
        let output = quorate(&["run", &impossible]);
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}: {printed}");
        let at = format!("impossible.qcase:{place}");
        for part in [&[at.as_str()], whys].concat() {
            assert!(printed.contains(part), "{line}: no `{part}` in\n{printed}");
        }
        assert!(!text(&output.stdout).contains("passed"), "{line}: {}", text(&output.stdout));
    }
}

/// RUN: `--json` prints one object for each run, and `--quiet` the verdict only; both may stand before the command.
#[test]
fn a_run_prints_one_object_with_json_and_the_verdict_only_when_quiet() {
    let files = ["harness/scenarios/leave.qcase", "harness/scenarios/crash.qcase"];
    let output = quorate(&["run", files[0], files[1], "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let objects: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[0]["file"], files[0]);
    assert_eq!((&objects[0]["passed"], &objects[0]["failure"]), (&true.into(), &serde_json::Value::Null));
    assert!(objects[1]["judged"]["M4"]["judged"].as_u64().unwrap() > 0, "{}", objects[1]);

    let quiet = quorate(&["--quiet", "run", files[0]]);
    let printed = text(&quiet.stdout);
    assert!(printed.lines().last().unwrap().starts_with("passed: "), "{printed}");
    assert!(!printed.contains("is joining"), "{printed}");

    let wrong =
        file("json.qcase", "qcase 1\nnodes a\nseeds a\nat 0s start all\nat 9s check up 3\nat 9s end\n");
    let output = quorate(&["run", &wrong, "--json"]);
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &object["passed"]), (Some(1), &false.into()));
    assert_eq!(object["failure"]["signature"], "not so: check up 3: NODE has N members that are up");
    assert_eq!((&object["unmet"][0]["line"], &object["unmet"][0]["at"]), (&5.into(), &9.0.into()));
}

/// SBR-63: the view of a node in a run is saved by `replay` and read by `decide`, which then says what that node would do.
#[test]
fn a_saved_view_goes_into_decide() {
    let saved = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("view.json").to_string_lossy().into_owned();
    let case = "harness/scenarios/clean-split.qcase";
    let replayed = quorate(&["replay", case, "--until", "41s", "--node", "a", "--save-view", &saved]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stderr));
    let view: serde_json::Value = serde_json::from_slice(&std::fs::read(&saved).unwrap()).unwrap();
    let decision = &view["resolver"]["would_decide"]["decision"];
    let output = quorate(&["decide", &saved, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (decision, told["sides"][0]["live"].as_array().unwrap().len()),
        (&"DownUnreachable".into(), 3)
    );
    let majority =
        told["strategies"].as_array().unwrap().iter().find(|one| one["strategy"] == "keep-majority");
    assert_eq!(majority.unwrap()["decisions"][0]["decision"], "down-unreachable");

    let alone = quorate(&["replay", case, "--save-view", &saved]);
    assert_eq!(alone.status.code(), Some(2), "whose view?");
    for (name, content, why) in [
        ("odd.json", "{\"a\": 1}", "neither the view of a node, nor that of a resolver, nor a decision"),
        ("cut.json", "{\"gossip\": ", "no JSON"),
        ("half.json", "{\"gossip\": {}}", "no view of a node"),
    ] {
        let output = quorate(&["decide", &file(name, content)]);
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.contains(&format!("{name}: {why}")), "{printed}");
    }
}

/// CNV-6, CNV-9, LDR-8, LDR-12: the wedged cases ask why, and what a reader is told to type answers it, below the line of the leader.
#[test]
fn the_wedged_cases_are_answered_by_replay() {
    for (case, until, answers) in [
        (
            "nobody-comes-up",
            "50s",
            &["why not-up b: there are 3 members, and min-nr-of-members asks for 4"] as &[&str],
        ),
        (
            "a-leaver-stays",
            "2m",
            &["why not-removed c: c is exiting and has not told the leader that it is done"],
        ),
        ("one-link", "1m40s", &["why not-up d: ", "c (up) is unreachable to b since 3"]),
    ] {
        let file = format!("harness/scenarios/wedged/{case}.qcase");
        let output = quorate(&["replay", &file, "--until", until]);
        let printed = text(&output.stdout);
        for answer in answers {
            assert!(printed.contains(answer), "{case}: no `{answer}` in\n{printed}");
        }
        let told =
            text(&std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(&file)).unwrap());
        assert!(told.contains(&format!("quorate replay {file} --until {until}")), "{case} tells how to ask");
    }
}
