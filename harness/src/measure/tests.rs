//! What is measured of runs of which it is known how they go.

use super::*;
use crate::case::parse;
use crate::settings::Settings;

fn measured(text: &str, seeds: RangeInclusive<u64>, jobs: usize) -> Measured {
    let case = parse("test.qcase", text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    measure(&case, &Options::default(), seeds, jobs).unwrap_or_else(|why| panic!("{why:?}"))
}

const LIFE: &str = "qcase 1\nnodes a b c d e f\nseeds a b\nset sbr.stable-after = 7s\nat 0s start a b c d e\n\
    at 20s crash e\nat 60s leave d\nat 80s start f\nat 110s end\n";

#[test]
fn each_thing_that_happens_is_measured_once_a_run() {
    let measured = measured(LIFE, 1..=6, 2);
    assert_eq!((measured.runs, &measured.failed), (6, &vec![]));
    let worst = |metric: Metric, samples: u64, bound: f64| {
        let summary = measured.metric(metric).unwrap_or_else(|| panic!("{metric} is missing"));
        assert_eq!((summary.samples, summary.missed), (samples, 0), "{metric}");
        assert!(summary.median > 0.0 && summary.median <= summary.p99 && summary.p99 <= summary.worst);
        assert!(summary.worst < bound, "{metric}: {summary:?}");
        summary.median
    };
    worst(Metric::Converged, 6, 15.0);
    let first = worst(Metric::FirstMark, 6, 6.0);
    let all = worst(Metric::AllMarks, 6, 7.0);
    let removed = worst(Metric::Removed, 6, 20.0);
    assert!(3.0 < first && first <= all && all + 7.0 < removed, "{first} {all} {removed}");
    worst(Metric::Left, 6, 12.0);
    worst(Metric::Joined, 6, 12.0);
    worst(Metric::Messages, 6, 25.0);
    worst(Metric::Bytes, 6, 2_000.0);
    assert_eq!(measured.metric(Metric::FalseMarks).map(|summary| summary.worst), Some(0.0));
    assert_eq!(measured.metric(Metric::FalseDowns).map(|summary| summary.worst), Some(0.0));
}

/// A mark of a node that runs and is not cut off is false; one that is cut off is marked rightly.
#[test]
fn false_marks_are_those_of_nodes_that_run_in_reach() {
    let text = |fault: &str| {
        format!(
            "qcase 1\nnodes a b c\nseeds a\nset downing = none\nat 0s start all\nat 20s {fault}\nat 40s end\n"
        )
    };
    let worst = |fault: &str| measured(&text(fault), 1..=2, 1).metric(Metric::FalseMarks).unwrap().worst;
    assert!(worst("link * loss 90%") > 0.0);
    assert!(worst("isolate c") <= 0.0);
}

#[test]
fn what_is_measured_does_not_depend_on_the_number_of_threads() {
    assert_eq!(measured(LIFE, 3..=9, 1), measured(LIFE, 3..=9, 4));
}

#[test]
fn what_a_run_ends_before_is_missed_and_a_question_that_fails_is_told() {
    let text =
        "qcase 1\nnodes a b c\nseeds a\nat 0s start all\nat 20s crash c\nat 21s check up 2\nat 22s end\n";
    let measured = measured(text, 5..=6, 2);
    assert_eq!(measured.failed, [5, 6]);
    assert_eq!(measured.metric(Metric::FirstMark), None, "no run could measure it");
    assert!(measured.metric(Metric::Converged).is_some());
}
