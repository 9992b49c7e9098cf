//! Tests of the language as a whole.

mod canonical;
mod errors;
mod faults;
mod grammar;
mod hostile;
mod random;

use proptest::test_runner::{Config, RngSeed};

use super::{Case, Errors, SettingCatalog, Time, parse};

/// The same draws on every run.
pub(in crate::case) fn fixed() -> Config {
    Config { cases: 128, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() }
}

/// Three settings: a word, a duration of whole milliseconds, and any text.
pub(super) struct FewSettings;

impl SettingCatalog for FewSettings {
    fn names(&self) -> Vec<&'static str> {
        vec!["sbr.strategy", "sbr.stable-after", "failure-detector.heartbeat-interval", "note", "world.wire"]
    }

    fn check(&self, key: &str, value: &str) -> Result<String, String> {
        match key {
            "sbr.strategy" if !["keep-majority", "down-all"].contains(&value) => {
                Err("expected `keep-majority` or `down-all`".to_owned())
            }
            "sbr.stable-after" | "failure-detector.heartbeat-interval" => {
                let time: Time =
                    value.parse().map_err(|_| "expected a duration, such as `20s`".to_owned())?;
                Ok(Time(time.nanos() / 1_000_000 * 1_000_000).to_string())
            }
            _ => Ok(value.to_owned()),
        }
    }
}

pub(super) fn read(text: &str) -> Result<Case, Errors> {
    parse("some.qcase", text, &FewSettings)
}

/// What must be a case, with the line that says so when it is none.
#[track_caller]
pub(super) fn case(text: &str) -> Case {
    match read(text) {
        Ok(case) => case,
        Err(errors) => panic!("{errors}"),
    }
}

/// A case of five nodes with this line in it.
#[track_caller]
pub(super) fn with_line(line: &str) -> Case {
    case(&format!("qcase 1\nnodes a b c d e\n{line}"))
}

/// What is wrong with such a line: column and message, one error a line.
#[track_caller]
pub(super) fn wrong(line: &str) -> String {
    let errors = read(&format!("qcase 1\nnodes a b c d e\n{line}")).expect_err(line);
    assert!(errors.as_slice().iter().all(|error| error.line == 3), "{errors}");
    let messages = errors.as_slice().iter().map(|error| format!("{}: {}", error.column, error.kind));
    messages.collect::<Vec<_>>().join("\n")
}
