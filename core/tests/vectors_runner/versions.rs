//! Application versions.

use quorate::AppVersion;
use serde_json::{Value, json};

use super::Outcome;
use super::values::{sign, text};

pub(crate) fn parse(input: &Value) -> Outcome {
    Outcome::Is(match text(&input["text"]).parse::<AppVersion>() {
        Ok(version) => json!({ "ok": true, "numbers": version.numbers(), "rest": version.rest() }),
        Err(_) => json!({ "ok": false }),
    })
}

pub(crate) fn compare(input: &Value) -> Outcome {
    let version = |value: &Value| text(value).parse::<AppVersion>().unwrap();
    let (a, b) = (version(&input["a"]), version(&input["b"]));
    Outcome::Is(json!({ "sign": sign(a.cmp(&b)), "equal": a == b }))
}
