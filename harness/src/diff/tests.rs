//! Where runs part whose difference is known.

use quorate::Instant;

use super::*;
use crate::case::{Case, parse};
use crate::settings::Settings;

const TEXT: &str = "qcase 1\nseed 5\nnodes a b c\nseeds a\nat 0s start all\nat 20s pause c 2s\nat 40s end\n";

fn case(text: &str) -> Case {
    parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn trail(text: &str) -> Trail {
    Trail::of_case(&case(text)).unwrap()
}

/// RUN: found by bisection, and it is the very first.
#[test]
fn runs_part_at_the_first_step_that_is_not_the_same() {
    let one = trail(TEXT);
    assert_eq!(parting(&one, &trail(TEXT)), None);
    for other in ["20s pause c 3s", "20s crash b", "20s check up 3\nat 21s leave c"] {
        let other = trail(&TEXT.replace("20s pause c 2s", other));
        let found = parting(&one, &other).unwrap();
        let slowly = (0..).find(|step| one.steps.get(*step) != other.steps.get(*step)).unwrap();
        assert_eq!(found.step, slowly);
        assert!(one.at(found.step).unwrap().at >= Instant::from_nanos(20_000_000_000));
        assert_eq!(one.steps[..slowly], other.steps[..slowly]);
    }
    let longer = trail(&TEXT.replace("40s end", "41s end"));
    assert_eq!(parting(&one, &longer).unwrap().step, one.len(), "one ends, the other goes on");
}

/// RUN: of a run with another seed the first step is told that a person would call another.
#[test]
fn another_seed_parts_at_once_and_in_words_where_it_is_seen() {
    let other = trail(&TEXT.replace("seed 5", "seed 6"));
    let found = parting(&trail(TEXT), &other).unwrap();
    assert_eq!(found.step, 0);
    assert!(found.in_words.is_some());
}

/// RUN: between builds: what was written is read back.
#[test]
fn a_trail_is_read_back_and_a_broken_one_is_told() {
    let one = trail(TEXT);
    let mut bytes = Vec::new();
    write(&one, &mut bytes).unwrap();
    let again = read(&*bytes).unwrap();
    assert_eq!(parting(&one, &again), None);
    assert_eq!((again.case(), again.build(), again.len()), (one.case(), one.build(), one.len()));
    assert_eq!(case(again.case()), case(TEXT));

    let text = String::from_utf8(bytes).unwrap();
    let told = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert!(told("qcase 1\n").contains("holds no trail"));
    assert!(told("").contains("holds no trail"));
    assert!(told(&text.replacen("qtrail 1", "qtrail 2", 1)).contains("version 2"));
    let half = &text[..text.len() / 2];
    let whole_lines = &half[..=half.rfind('\n').unwrap()];
    assert!(told(whole_lines).contains("cut short"));
    assert!(told(&text.replacen("\nend ", "\nend 9", 1)).contains("no line of a trail"));
    assert!(matches!(read(&b"\xff\xfe\n"[..]), Err(TrailError::NotATrail)));
}
