//! Detectors by themselves, asked at given times.

use std::time::Duration;

use quorate::Instant;
use quorate::internals::LoneDetector;
use serde_json::{Value, json};

use super::Outcome;
use super::values::{float_to_json, integer, list, text};

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn millis(value: &Value) -> Duration {
    Duration::from_millis(integer(value).try_into().unwrap())
}

pub(crate) fn phi(input: &Value) -> Outcome {
    let [elapsed, mean, std_deviation] = ["elapsed", "mean", "std_deviation"].map(|name| float(&input[name]));
    Outcome::Is(float_to_json(quorate::internals::phi(elapsed, mean, std_deviation)))
}

pub(crate) fn phi_detector(input: &Value) -> Outcome {
    let max_sample_size = integer(&input["max_sample_size"]).try_into().unwrap();
    let durations =
        ["min_std_deviation_ms", "acceptable_pause_ms", "first_estimate_ms"].map(|name| millis(&input[name]));
    let detector = LoneDetector::phi_accrual(float(&input["threshold"]), max_sample_size, durations).unwrap();
    run(detector, input)
}

pub(crate) fn deadline_detector(input: &Value) -> Outcome {
    let [pause, interval] = ["acceptable_pause_ms", "heartbeat_interval_ms"].map(|name| millis(&input[name]));
    run(LoneDetector::deadline(pause, interval).unwrap(), input)
}

fn run(mut detector: LoneDetector, input: &Value) -> Outcome {
    let start = Instant::ZERO + millis(&input["start"]);
    let mut out = Vec::new();
    for step in list(&input["steps"]) {
        let now = start + millis(&step[1]);
        out.push(match text(&step[0]) {
            "heartbeat" => {
                detector.heartbeat(now);
                remembered(&detector)
            }
            "query" => asked(&detector, now),
            other => panic!("no step is called {other}"),
        });
    }
    Outcome::Is(json!(out))
}

fn remembered(detector: &LoneDetector) -> Value {
    match detector.remembered() {
        Some(history) => json!({
            "len": history.intervals.len(),
            "sum": history.sum,
            "squared_sum": u64::try_from(history.squared_sum).unwrap(),
            "intervals": history.intervals,
        }),
        None => json!({}),
    }
}

fn asked(detector: &LoneDetector, now: Instant) -> Value {
    let mut answer =
        json!({ "available": detector.is_available(now), "monitoring": detector.is_monitoring() });
    if let Some(phi) = detector.phi(now) {
        answer["phi"] = float_to_json(phi);
    }
    answer
}
