//! What an explanation says of failures whose causes are known.

use super::*;
use crate::case::parse;
use crate::settings::Settings;

fn explained(text: &str) -> Explained {
    let case = parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    explain(&case).unwrap_or_else(|error| panic!("{error}"))
}

/// RUN: the statement after which the probability jumps, not one that comes before or after it.
#[test]
fn the_statement_is_named_after_which_the_failure_is_certain() {
    let text = "qcase 1\nnodes a b c d\nseeds a\nat 0s start all\nat 20s cut a > b\nat 22s heal\nat 30s crash d\n\
                at 50s pause c 1s\nat 70s check up 4\nat 70s end\n";
    let explained = explained(text);
    let culprit = explained.culprit().unwrap();
    assert_eq!((culprit.what.as_str(), culprit.line), ("crash d", 7));
    assert_eq!((culprit.left_alone.percent(), explained.points.len()), (100, 6));
    let told = explained.to_string();
    assert!(told.contains("brought about by: line 7: at 30s crash d"), "{told}");
    assert_eq!(explained.doom, None, "whatever chance does: {told}");
}

/// RUN: where chance decides, the event is named that decided, by forking the world along the run.
#[test]
fn the_event_is_named_at_which_chance_decides() {
    // A join that is lost, or its answer, is tried again only seconds later.
    let text = "qcase 1\nseed SEED\nnodes a b\nseeds a\nlink * loss 10%\nat 0s start all\nat 6s check up 2\nat 6s end\n";
    let seed = (0..64).find(|seed| {
        let case = parse("t", &text.replace("SEED", &format!("{seed:x}")), &Settings).unwrap();
        explain(&case).is_ok_and(|explained| explained.doom.is_some())
    });
    let text = text.replace("SEED", &format!("{:x}", seed.expect("some fail by chance")));
    let one = explained(&text);
    assert_eq!(one, explained(&text), "it is deterministic");
    let doom = one.doom.as_ref().unwrap();
    assert!(doom.before.percent() < 50 && doom.after.percent() >= 50, "{one}");
    assert!(one.to_string().contains("decided by chance at event "), "{one}");
}

/// RUN: a run so large that not every statement can be asked is explained too, with the same statement and within what is
/// allowed; counted in events, so that it is the same every time.
#[test]
fn of_a_very_large_run_the_statement_is_looked_for_from_the_end() {
    let text = "qcase 1\nnodes a b c d\nseeds a\nat 0s start all\nat 20s cut a > b\nat 22s heal\nat 24s cut b > c\n\
                at 26s heal\nat 30s crash d\nat 50s pause c 1s\nat 52s pause b 1s\nat 54s pause a 1s\nat 70s check up 4\n\
                at 70s end\n";
    let case = parse("test.qcase", text, &Settings).unwrap();
    let within = |most| explain_within::<()>(&case, Allowance { usual: 0, most }).unwrap();
    let (whole, large) = (within(u64::MAX), within(12_000));
    let culprit = large.culprit().unwrap();
    assert_eq!((culprit.what.as_str(), culprit.passed_over), ("crash d", 0), "{large}");
    assert_eq!(large.points[0].goes_on.of, 1);
    assert!(large.points.len() < whole.points.len() && large.events < whole.events, "{large}");
    assert!(large.to_string().contains(" that were not asked"), "{large}");
    assert_eq!(large, within(12_000));
    // One that ends before the statement is found says what it knows.
    let short = within(1);
    assert_eq!(short.points.len(), 2, "{short}");
    assert!(short.to_string().contains("at 54s pause a 1s, or a statement just before it"), "{short}");
}

#[test]
fn a_case_in_which_nothing_fails_is_not_explained() {
    let case = parse("t", "qcase 1\nnodes a\nseeds a\nat 0s start all\nat 9s end\n", &Settings).unwrap();
    assert!(matches!(explain(&case), Err(ExplainError::NothingFails { .. })));
}
