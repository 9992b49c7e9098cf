//! What shrinking keeps, and what it leaves out.

use super::statements::without;
use super::*;
use crate::case::parse;
use crate::run::{Options, run};
use crate::settings::Settings;

fn case(text: &str) -> Case {
    parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn signature(case: &Case) -> Option<Signature> {
    let options = Options { bare: true, pass_over: true, ..Options::default() };
    run(case, &options).ok()?.outcomes.signature
}

/// RUN: no statement of it can be left out, and the failure is the one that it was.
fn assert_minimal(original: &Case) -> Case {
    let expected = signature(original).expect("it fails");
    let shrunk = shrink(original, &mut |_| true).unwrap();
    assert!(shrunk.is_minimal);
    assert_eq!(signature(&shrunk.case), Some(expected.clone()));
    for place in 0..shrunk.case.statements() {
        let smaller = without(&shrunk.case, place);
        assert_eq!(smaller.statements() + 1, shrunk.case.statements());
        assert_ne!(signature(&smaller), Some(expected.clone()), "statement {place} of\n{}", shrunk.case);
    }
    let again = parse("shrunk.qcase", &shrunk.case.to_string(), &Settings).unwrap();
    assert_eq!(signature(&again), Some(expected));
    shrunk.case
}

const PLANTED: &str = "qcase 1
case \"much happens\"
seed 5
nodes a b c d e f
seeds a b
set   repairs.all = on, sbr.stable-after = 8s, world.planted = weakly-up-at-once
set   gossip-interval = 900ms
link  * delay 500us..30ms
at 0s   start a b c d e
at 15.123s  cut a b c | d e | f
at 22s  heal
at 30s  cut a > c
at 31.777s  start f
at 38s  heal
at 50s  leave b
at 51s  crash d
at 52s  restart e after 3.25s
at 80s  start b
at 110s cut a b c | d e f
at 140s heal
at 170s end
finally converged
";

/// A bug that was planted: what it takes to show it is left, and nothing else.
#[test]
fn a_planted_bug_shrinks_until_no_statement_can_be_left_out() {
    let original = case(PLANTED);
    let shrunk = assert_minimal(&original);
    assert!(shrunk.statements() <= 4, "{shrunk}");
    assert!(shrunk.nodes.len() <= 3, "{shrunk}");
    assert!(shrunk.to_string().contains("world.planted = weakly-up-at-once"), "{shrunk}");
    assert!(shrunk.steps.iter().all(|step| step.at.nanos() % 10_000_000 == 0), "times are round: {shrunk}");
}

/// A question that fails: the same question, answered in the same way.
#[test]
fn a_question_that_fails_is_still_asked_in_the_end() {
    let text = "qcase 1\nnodes a b c d e\nseeds a\nat 0s start all\nat 21.5s crash d\nat 25s crash e\n\
                at 31s cut a b | c d e\nat 40s heal\nat 50s check up 4\nat 55s leave b\nat 1m20s end\n";
    let shrunk = assert_minimal(&case(text));
    assert!(shrunk.to_string().contains("check up 4"), "{shrunk}");
    assert!(shrunk.statements() <= 3, "{shrunk}");
}

/// RUN: the same result every time, however it is done: on from kept worlds or from the beginning.
#[test]
fn shrinking_is_deterministic_and_asks_before_each_run() {
    let original = case(PLANTED);
    let one = shrink(&original, &mut |_| true).unwrap();
    let other = shrink(&original, &mut |_| true).unwrap();
    assert_eq!((&one.case, one.progress), (&other.case, other.progress));
    assert_eq!(one.outcomes.digest, run(&one.case, &Options::default()).unwrap().outcomes.digest);

    let mut asked = 0;
    let short = shrink(&original, &mut |progress| {
        asked += 1;
        progress.runs < 10
    });
    let short = short.unwrap();
    assert!(!short.is_minimal && short.progress.runs == 10 && asked >= 10, "{:?}", short.progress);
    assert_eq!(signature(&short.case), signature(&original));
}

#[test]
fn a_case_in_which_nothing_fails_is_told_so() {
    let sound = case("qcase 1\nnodes a\nseeds a\nat 0s start all\nat 9s end\n");
    let error = shrink(&sound, &mut |_| true).unwrap_err();
    assert!(matches!(error, ShrinkError::NothingFails { .. }) && error.to_string().contains("nothing fails"));
}

/// RUN: chance is frozen: what a link lost by chance is dropped by statements, and delays are drawn no more.
#[test]
fn a_loss_that_matters_becomes_a_statement_of_its_own() {
    let text = "qcase 1\nseed SEED\nnodes a b\nseeds a\nlink * loss 10%\nlink * delay 500us..30ms\nat 0s start all\n\
                at 8s check view a: b up\nat 8s end\n";
    let frozen = |seed: u64| {
        let original = case(&text.replace("SEED", &format!("{seed:x}")));
        let expected = signature(&original)?;
        let goes_on = &mut |_| true;
        let mut trial = Trial::<()>::new(&original, goes_on).unwrap();
        freeze::freeze(&mut trial);
        let shrunk = trial.into_shrunk(original.statements(), false).case;
        assert_eq!(signature(&shrunk), Some(expected), "{shrunk}");
        assert!(shrunk.statements() <= original.statements() + 2, "no case grows much: {shrunk}");
        Some(shrunk.to_string())
    };
    let all: Vec<String> = (0..64).filter_map(frozen).collect();
    let is_frozen =
        |text: &&String| !text.contains("loss") && !text.contains("..") && text.contains(" drop ");
    let example =
        all.iter().find(is_frozen).unwrap_or_else(|| panic!("none of {}: {:?}", all.len(), all.first()));
    assert!(example.contains(" > "), "{example}");
}

/// RUN, CASE-6: what links doubled, held back, lost or garbled by chance is the same run when statements say it; a garbled message is
/// one that is lost, and counted.
#[test]
fn statements_take_the_place_of_what_links_leave_to_chance() {
    use chance::Chance;
    let base =
        "qcase 1\nnodes a b c\nseeds a\nlink * delay 3ms\nPROPERTYat 0s start all at once\nat 12s end\n";
    let heard = |case: &Case| {
        let report = run(case, &Options::default()).unwrap();
        (report.outcomes.events, report.outcomes.goals)
    };
    for (property, chance, word) in [
        ("link * duplicate 10%\n", Chance::Duplication, "duplicate "),
        ("link * reorder 10% by 2s\n", Chance::Reordering, "delay "),
        ("link * loss 10%\n", Chance::Loss, "drop "),
        ("link * corrupt 10%\n", Chance::Corruption, "drop "),
    ] {
        let random = case(&base.replace("PROPERTY", property));
        let mut frozen = random.clone();
        chance.replace(&mut frozen, freeze::fates::<()>(&random, chance).unwrap());
        let text = frozen.to_string();
        assert!(!text.contains('%') && text.matches(word).count() > 10, "{text}");
        let (random, frozen, none) =
            (heard(&random), heard(&frozen), heard(&case(&base.replace("PROPERTY", ""))));
        if chance != Chance::Corruption {
            assert_eq!(random, frozen, "{property}");
        }
        assert_ne!(none, frozen, "{property}");
    }
}

/// RUN: a delay that matters becomes a statement, and what is started is started at once.
#[test]
fn a_message_that_is_held_back_becomes_a_statement_of_its_own() {
    let text = "qcase 1\nseed SEED\nnodes a b\nseeds a\nlink * reorder 20% by 9s\nat 0s start all\n\
                at 8s check view a: b up\nat 8s end\n";
    let shrunk = (0..64).filter_map(|seed| {
        let original = case(&text.replace("SEED", &format!("{seed:x}")));
        signature(&original)?;
        Some(shrink(&original, &mut |_| true).unwrap().case.to_string())
    });
    let is_frozen =
        |text: &String| !text.contains('%') && text.contains(" delay ") && text.contains("start all at once");
    let all: Vec<String> = shrunk.collect();
    assert!(all.iter().any(is_frozen), "none of {}: {:?}", all.len(), all.first());
}

/// A lie that is larger than it need be becomes smaller, by halves.
#[test]
fn a_large_lie_is_halved() {
    let large =
        case("qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 20s lie b > a invents 64\nat 30s end\n");
    let shrunk = shrink(&large, &mut |_| true).unwrap();
    let text = shrunk.case.to_string();
    assert!(text.contains("lie b > a invents 1\n"), "{text}");
}
