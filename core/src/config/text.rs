//! How values of settings are written.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// A duration as it is written: `1m20s`, `3.5s`, `250us`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DurationText(pub Duration);

impl fmt::Display for DurationText {
    /// Whole units from the largest on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut nanos = self.0.as_nanos();
        if nanos == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in UNITS {
            let count = nanos / u128::from(size);
            if count > 0 {
                write!(f, "{count}{unit}")?;
                nanos %= u128::from(size);
            }
        }
        Ok(())
    }
}

/// CFG-2: a duration with units, cut to whole milliseconds; a bare number is milliseconds.
pub(super) fn duration(text: &str) -> Option<Duration> {
    if let Ok(millis) = text.parse() {
        return Some(Duration::from_millis(millis));
    }
    let mut rest = text;
    let mut nanos = 0u64;
    while !rest.is_empty() {
        let number_len = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, tail) = rest.split_at(number_len);
        let unit_len = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at(unit_len);
        let size = UNITS.iter().find(|(name, _)| *name == unit)?.1;
        nanos = nanos.checked_add(scaled(number, size)?)?;
        rest = after;
    }
    (!text.is_empty()).then(|| Duration::from_millis(nanos / 1_000_000))
}

/// A decimal number times a unit, exact but for what lies below a nanosecond.
fn scaled(number: &str, size: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut nanos = whole.parse::<u64>().ok()?.checked_mul(size)?;
    let mut unit = size;
    for digit in fraction.chars() {
        unit /= 10;
        nanos = nanos.checked_add(u64::from(digit.to_digit(10)?) * unit)?;
    }
    Some(nanos)
}

/// CFG-3: a duration, or the word `off` in any case.
pub(super) fn duration_or_off(text: &str) -> Option<Option<Duration>> {
    if text.eq_ignore_ascii_case("off") { Some(None) } else { duration(text).map(Some) }
}

/// A limit that can be left to the setting's own idea of it.
pub(super) enum Limit {
    On,
    Off,
    After(Duration),
}

/// CFG-3: a duration, or one of the words `on` and `off` in any case.
pub(super) fn limit(text: &str) -> Option<Limit> {
    if text.eq_ignore_ascii_case("on") {
        return Some(Limit::On);
    }
    duration_or_off(text).map(|limit| limit.map_or(Limit::Off, Limit::After))
}

pub(super) fn show_duration_or_off(value: Option<Duration>) -> String {
    value.map_or_else(|| "off".into(), show_duration)
}

pub(super) fn show_duration(value: Duration) -> String {
    alloc::format!("{}", DurationText(value))
}

/// CFG-4: `on` and `off`, `true` and `false`, `yes` and `no`.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

pub(super) fn show_switch(on: bool) -> String {
    if on { "on".into() } else { "off".into() }
}

/// Words separated by blanks; none when the text is empty.
pub(super) fn words(text: &str) -> Vec<Arc<str>> {
    text.split_ascii_whitespace().map(Arc::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CFG-2
    #[test]
    fn durations_have_units_and_are_cut_to_milliseconds() {
        let millis = |text| duration(text).map(|value| value.as_millis());
        for (text, expected) in [
            ("3s", 3000),
            ("1m20s", 80_000),
            ("3.5s", 3500),
            ("250us", 0),
            ("1500us", 1),
            ("20", 20),
            ("1d", 86_400_000),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for text in ["", "s", "3x", "1..5s", "-1s", "3 s", "99999999999999999999s", "off"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_shown_as_they_are_written() {
        for text in ["1m20s", "3s500ms", "250ms", "1d", "0s"] {
            assert_eq!(show_duration(duration(text).unwrap()), text);
        }
    }

    /// CFG-3, CFG-4
    #[test]
    fn words_for_on_and_off_are_those_listed() {
        assert_eq!(duration_or_off("OFF"), Some(None));
        assert_eq!(duration_or_off("no"), None);
        assert_eq!(switch("yes"), Some(true));
        assert_eq!(switch("On"), None);
    }
}
