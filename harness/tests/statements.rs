//! CASE-7, CASE-8: every form of the language in a case that is run, and what it does there.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use quorate_harness::case::{FormKind, forms, parse};
use quorate_harness::run::{NotRunnable, Options, Report, run};
use quorate_harness::settings::Settings;

/// A case of five nodes that has come together when these lines begin, at 20 s, and ends at 60 s.
fn play(lines: &str) -> Result<Report, NotRunnable> {
    let text = format!("qcase 1\nnodes a b c d e\nseeds a b\nat 0s start all\n{lines}\nat 1m end\n");
    let case = parse("test.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    run(&case, &Options::default())
}

#[track_caller]
fn passes(lines: &str) {
    let report = play(lines).unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.passed(), "{}\n{}", report.verdict(), report.story.told(&report.cast));
}

/// Why a case can't be run, and at which line.
#[track_caller]
fn refused(lines: &str) -> (u32, String) {
    let NotRunnable { line, why, .. } = play(lines).err().unwrap_or_else(|| panic!("{lines} was played"));
    (line, why)
}

/// CASE-7: a case with the example of each statement of the reference can be run.
#[test]
fn the_example_of_every_statement_can_be_run() {
    for (_, form) in forms().filter(|(kind, _)| *kind == FormKind::Statement) {
        let usual = ["qcase 1", "nodes a b c d e", "seeds a b"];
        let is_usual = |line: &&str| line.split(' ').next() == Some(form.word);
        let begins = usual.map(|line| if is_usual(&line) { form.example } else { line }).join("\n");
        let more = if usual.iter().any(is_usual) { "" } else { form.example };
        let text = format!("{begins}\n{more}\nat 0s start all\nat 2m end\n");
        let case = parse("test.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
        let report =
            run(&case, &Options::default()).unwrap_or_else(|why| panic!("{}: {why:?}", form.example));
        assert_eq!(report.outcomes.fault, None, "{}", form.example);
    }
}

/// CASE-7: each action of the reference can be done; those that undo something, after what they undo.
#[test]
fn the_example_of_every_action_can_be_played() {
    for (_, form) in forms().filter(|(kind, _)| *kind == FormKind::Action) {
        let before = match form.word {
            "start" => "at 15s crash a b c d e",
            "restart" => "at 15s crash a",
            "join" => "at 15s crash c\nat 18s start c with seeds none",
            "unblock" => "at 15s block kind=gossip *",
            "release" => "at 15s hold a > b",
            "end" => continue,
            _ => "",
        };
        let report = play(&format!("{before}\nat 20s {}", form.example));
        let report = report.unwrap_or_else(|why| panic!("{}: {why:?}", form.example));
        assert_eq!(report.outcomes.fault, None, "{}", form.example);
    }
}

/// CASE-7: what can't be done is told at its line; no case with it passes.
#[test]
fn a_case_that_asks_for_the_impossible_is_told_at_its_line() {
    for (lines, why) in [
        ("at 20s crash a\nat 21s pause a 3s", "a is not running: it has crashed"),
        ("at 20s heal a | rest", "nothing is cut between these groups"),
        ("at 20s heal a > b", "the link from a to b is not cut"),
        ("at 20s unblock kind=gossip a > b", "nothing of that kind is blocked on these links"),
        ("at 20s release *", "nothing is held on these links"),
        (
            "at 20s flap a | rest every 1ns for 3s",
            "a cut that comes and goes needs a period of at least 2 ns",
        ),
        ("at 20s crash a\nat 21s lie b > a alive", "a is not running: it has crashed"),
        ("at 20s lie b > a alive every 0s for 3s", "a lie that is told again needs a pause of at least 1 ns"),
        ("at 20s start a", "a is running already"),
    ] {
        let (line, found) = refused(lines);
        assert_eq!((line, found.as_str()), (5 + lines.matches('\n').count() as u32, why));
    }
}

/// SIM-5: a pause makes a running node unreachable to the others, and it comes back.
#[test]
fn a_paused_node_is_lost_sight_of_and_found_again() {
    passes(
        "at 20s pause e 6s\nat 26s check view a: e unreachable, view e: a reachable, running e\n\
         at 40s check view a: e reachable, converged, up 5",
    );
}

/// SIM-5: a slow node asks for signs of life so seldom that it loses sight of the others.
#[test]
fn a_slow_node_loses_sight_of_others_and_finds_them_again() {
    passes(
        "at 20s slow e 8x for 10s\nat 20s check view e: a unreachable within 15s\nat 50s check converged, up 5",
    );
}

/// SIM-5
#[test]
fn a_clock_that_jumps_ahead_makes_its_node_lose_sight_of_others() {
    passes(
        "at 20s clock e +10s\nat 20.1s check view e: a unreachable\nat 45s check converged, up 5\n\
         at 46s clock e -2s\nat 59s check converged, up 5",
    );
}

/// SIM-5: clocks that show other times, or run a little fast or slow, are no matter; one that runs twice as fast asks twice as
/// often, and one that runs half as fast half as often.
#[test]
fn clocks_that_differ_and_drift_matter_by_how_fast_they_run() {
    let never = "never event a: unreachable-member e\nnever event e: unreachable-member a";
    passes(&format!("at 0s clock e +1h\n{never}\nat 58s check converged, up 5"));
    passes(&format!(
        "at 20s clock e drift 500ppm\nat 20s clock d drift -500ppm\n{never}\nat 58s check converged, up 5"
    ));
    passes("at 20s clock e drift 1000000ppm\nat 50s check sent-per-second e > 12, sent-per-second d < 12");
    passes("at 20s clock e drift -500000ppm\nat 50s check sent-per-second e < 8, sent-per-second d > 8");
}

/// SIM-3: as many messages get lost in bursts as without, but in bursts those of many seconds together, and that makes a node
/// unreachable.
#[test]
fn loss_in_bursts_makes_a_node_unreachable_and_the_same_loss_without_does_not() {
    passes(
        "at 20s link * loss 20% in bursts of 8s for 30s\nat 20s check view a: e unreachable within 30s\nat 58s check converged, up 5",
    );
    passes(
        "at 20s link * loss 20% for 30s\nnever event a: unreachable-member e\nat 58s check converged, up 5",
    );
}

/// SIM-3: a link that works one way carries no answers: both ends lose each other, and all hear of it from either.
#[test]
fn a_link_that_works_one_way_is_lost_at_both_ends() {
    passes(
        "at 20s cut e > a\nat 27s check view a: e unreachable, view e: a unreachable, view b: e unreachable, view b: a unreachable\n\
         at 28s heal\nat 45s check converged, up 5",
    );
}

/// CASE-7: one that is bridged stays in sight of all; the sides lose each other.
#[test]
fn bridges_rings_and_flaps_cut_what_they_say() {
    passes(
        "at 20s bridge c: a b | d e\nat 29s check view c: a unreachable, view a: d unreachable, view d: a unreachable\n\
         at 29.5s heal\nat 45s check converged, up 5",
    );
    passes("at 20s ring\nat 27s heal\nat 45s check converged, up 5");
    passes("at 20s flap a b | rest every 2s for 20s\nat 55s check converged, up 5");
}

/// CASE-7: gossip that is blocked reaches nobody: a leave is not heard of.
#[test]
fn what_is_blocked_is_not_heard() {
    passes(
        "at 20s block kind=gossip * for 10s\nat 20s block kind=content-status * for 10s\n\
         at 20s block kind=introduction * for 10s\nat 21s leave e\n\
         at 29s check view a: e up\nat 55s check stopped e because left, up 4",
    );
}

/// CASE-7: held messages make a node unreachable until they are let go.
#[test]
fn what_is_held_is_heard_when_it_is_let_go() {
    passes(
        "at 20s hold e > a\nat 20s hold e > b\nat 20s hold e > c\nat 20s hold e > d\n\
         at 28s check view a: e unreachable\nat 28s release * swizzled\nat 45s check converged, up 5",
    );
}

/// SIM-14: a lie is heard as if the other had told it, cut or not, and again until its time is over.
#[test]
fn a_lie_is_heard_in_the_name_of_another() {
    let off = "judge off L9\njudge off C1\njudge off V1";
    passes(&format!(
        "{off}\nat 20s isolate a\nat 21s lie b > a down e\nat 22s check view a: e down, view b: e up"
    ));
    passes(&format!(
        "{off}\nat 20s lie b > a tombstone e\nat 21s check view a: e absent\nat 30s check stopped e"
    ));
    passes(&format!("{off}\nat 20s lie a > e removed\nat 21s check stopped e because removed"));
    passes(&format!("{off}\nat 20s lie a > e quarantined\nat 22s check stopped e because downed"));
    passes(&format!("{off}\nat 20s lie e > a joins\nat 23s check view a: e#1 absent, stopped e"));
    passes(&format!("{off}\nat 20s lie b > a invents 9\nat 30s check sent-per-second a > 15"));
    let kept = "at 20s crash e\nat 20s lie e > a alive every 1s for 8s\nat 20s lie e > b alive every 1s for 8s\n\
        at 20s lie e > c alive every 1s for 8s\nat 20s lie e > d alive every 1s for 8s";
    passes(&format!("{kept}\nat 28s check view a: e reachable\nat 40s check view a: e unreachable"));
    passes("at 20s crash e\nat 28s check view a: e unreachable");
}

/// SIM-13, CASE-4: more memory than the cap is a fault of the run; a cap that nothing fits in, one of the case.
#[test]
fn a_memory_cap_ends_the_run_or_is_refused() {
    let report = play("set world.memory-cap = 150kB\nat 20s hold *").unwrap();
    assert!(!report.passed());
    assert!(
        report.outcomes.fault.as_ref().is_some_and(|fault| fault.contains("more than its cap of 150000"))
    );
    let (line, why) = refused("set world.memory-cap = 1kB");
    assert_eq!(line, 5);
    assert_eq!(why, "a cap of 1kB is too small: 5 nodes take 81.92kB before they start");
}

/// What the questions that were answered with no found instead.
#[track_caller]
fn instead(lines: &str) -> Vec<String> {
    let report = play(lines).unwrap_or_else(|why| panic!("{why:?}"));
    report.outcomes.unmet.iter().map(|unmet| unmet.instead.clone()).collect()
}

/// CASE-8: each question of the reference can be asked.
#[test]
fn the_example_of_every_question_can_be_asked() {
    for (_, form) in forms().filter(|(kind, _)| *kind == FormKind::Question) {
        let report = play(&format!("roles c d: backend\nat 20s check {}", form.example)).unwrap();
        assert_eq!(report.outcomes.asked, 1, "{}", form.example);
    }
}

/// CASE-8: who leads a role, in the view of all.
#[test]
fn the_leader_of_a_role_is_the_first_that_has_it() {
    passes(
        "roles c d: backend\nat 20s check role-leader backend c, role-leader frontend none\nat 21s leave c\n\
            at 50s check role-leader backend d",
    );
    assert_eq!(instead("roles c d: backend\nat 20s check role-leader backend d"), ["to c, c leads backend"]);
}

/// CASE-8: what a node has told its users, and when.
#[test]
fn events_are_asked_with_their_time() {
    passes(
        "at 20s crash e\nat 20s check event a: member-up b, event a: member-up b before 20s\n\
            at 30s check event a: unreachable-member e\nfinally event a: member-removed e\n\
            never event a: member-downed b",
    );
    let told = instead("at 20s check event a: member-up b before 1ms, event a: member-left b");
    assert!(told[0].starts_with("a told member-up of b at "), "{told:?}");
    assert_eq!(told[1], "a has not told member-left of b");
}

/// CASE-8: what a resolver has decided, and whom that downs.
#[test]
fn decisions_are_asked_with_whom_they_down() {
    let split = "set sbr.stable-after = 5s\nat 20s cut a b c | d e\n";
    passes(&format!(
        "{split}at 50s check decision a: down-unreachable {{e d}}, decision d: down-reachable\n\
         never decision b: down-all"
    ));
    let told =
        instead(&format!("{split}at 50s check decision a: down-unreachable {{d}}, decision b: down-all"));
    assert_eq!(told, ["a has decided down-unreachable {d e}", "b has decided nothing"]);
}

/// CASE-8: the rate of sending, on average of the last seconds.
#[test]
fn the_rate_of_sending_is_asked_from_both_sides() {
    passes("at 40s check sent-per-second a < 20, sent-per-second a > 2\nnever sent-per-second b > 40");
    let told = instead("at 40s check sent-per-second a < 2");
    assert!(told[0].starts_with("a sends ") && told[0].ends_with(" messages a second"), "{told:?}");
}

/// CASE-8: an invariant that is named must have been judged; one that was left out does not hold.
#[test]
fn an_invariant_that_is_named_must_have_been_judged() {
    passes("finally V1, holds safety\nalways M2");
    assert_eq!(instead("judge off V1\nfinally V1"), ["V1 left out"]);
    assert_eq!(instead("finally S2"), ["S2 is not judged by this version"]);
}

/// CASE-7: what is put off and can't be done when its time comes makes the case not applicable, at the line that asked for it.
#[test]
fn what_was_put_off_and_cannot_be_done_any_more_is_told_at_its_line() {
    for (lines, line, why) in [
        ("at 20s restart e after 5s\nat 22s start e", 5, "e is running already"),
        ("at 20s pause e 5s\nat 21s leave a at e\nat 22s crash e", 6, "e is not running: it has crashed"),
        (
            "at 20s pause e 5s\nat 21s stop e\nat 22s restart e after 9s",
            6,
            "e is not running: it has crashed",
        ),
    ] {
        assert_eq!(refused(lines), (line, format!("{why} when what was put off is due, at 25.000s")));
    }
}

/// CASE-7, RUN-2: a drawn case is taken without it: what is left of it is a case that can be run, and of which the run is the same.
#[test]
fn a_drawn_case_is_taken_without_what_could_not_be_done() {
    let text = "qcase 1\nnodes a b c d e\nseeds a b\nat 0s start all\nat 20s restart d e after 5s\nat 22s start e\n\
        at 30s crash c\nat 31s pause c 9s\nat 32s restart b after 1s\nat 32.5s start b\n\
        at 40s pause a 5s\nat 41s leave d at a\nat 42s crash a\nat 1m end\n";
    let case = parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let drawn = Options { pass_over: true, ..Options::default() };
    let taken = run(&case, &drawn).unwrap();
    let statements: Vec<String> = taken.case.steps.iter().map(|step| step.action.to_string()).collect();
    assert_eq!(
        statements,
        [
            "start all",
            "crash e",
            "restart d after 5s",
            "start e",
            "crash c",
            "crash b",
            "start b",
            "pause a 5s",
            "crash a",
            "end"
        ]
    );
    let again = run(&taken.case, &Options::default()).unwrap();
    assert_eq!(again.outcomes.digest, taken.outcomes.digest);
}

/// CASE-7, API-13, API-14: `leave` and `down` by unique address mean that incarnation and no other; one that has not lived can't be named.
#[test]
fn a_command_by_unique_address_means_one_incarnation() {
    passes(
        "at 20s restart e\nat 32s down e#1 at a\nat 33s leave e#1 at b\nat 34s check up 5, running e\n\
         at 35s leave e#2 at a\nat 45s check stopped e because left, up 4",
    );
    passes("at 20s restart e\nat 35s down e#2 at a\nat 45s check stopped e because downed");
    assert_eq!(refused("at 20s leave e#2 at a"), (5, "e#2 has not lived so far".into()));
}
