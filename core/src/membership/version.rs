//! The application version that a member carries, its grammar and its order.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::address::host_order as text_order;

/// The longest application version, in bytes.
pub const APP_VERSION_BYTES_MAX: usize = 128;

/// An application version: four numbers and a rest, kept with its original text (MDL-49).
///
/// Equality is "compares as equal": `1`, `1.0` and `1.0.0` are equal (MDL-48).
#[derive(Clone, Deserialize)]
#[serde(try_from = "Arc<str>")]
pub struct AppVersion {
    text: Arc<str>,
    numbers: [i32; 4],
    /// Where in `text` the rest begins.
    rest: u16,
}

/// Why a text is no application version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppVersionError {
    /// The text is empty, or holds nothing but dots.
    Empty,
    /// More than three parts between dots.
    TooManyParts {
        /// How many there are.
        parts: usize,
    },
    /// A part that must be a 32-bit number is none.
    NotANumber,
    /// Longer than [`APP_VERSION_BYTES_MAX`].
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
}

impl fmt::Display for AppVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an application version must not be empty (MDL-40)"),
            Self::TooManyParts { parts } => {
                write!(f, "an application version has at most 3 parts between dots, not {parts} (MDL-40)")
            }
            Self::NotANumber => f.write_str(
                "a part of an application version before its qualifier must be a 32-bit number (MDL-45)",
            ),
            Self::TooLong { bytes } => {
                write!(f, "an application version has {bytes} bytes, more than {APP_VERSION_BYTES_MAX}")
            }
        }
    }
}

impl core::error::Error for AppVersionError {}

impl AppVersion {
    /// The original text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The four numbers that count first.
    #[must_use]
    pub const fn numbers(&self) -> [i32; 4] {
        self.numbers
    }

    /// What follows the numbers: a qualifier, or a text that is no number at all.
    #[must_use]
    pub fn rest(&self) -> &str {
        &self.text[usize::from(self.rest)..]
    }
}

impl Default for AppVersion {
    /// `0.0.0`.
    fn default() -> Self {
        Self { text: "0.0.0".into(), numbers: [0; 4], rest: 5 }
    }
}

impl FromStr for AppVersion {
    type Err = AppVersionError;

    fn from_str(text: &str) -> Result<Self, AppVersionError> {
        Self::try_from(Arc::from(text))
    }
}

impl TryFrom<Arc<str>> for AppVersion {
    type Error = AppVersionError;

    fn try_from(text: Arc<str>) -> Result<Self, AppVersionError> {
        if text.len() > APP_VERSION_BYTES_MAX {
            return Err(AppVersionError::TooLong { bytes: text.len() });
        }
        let (numbers, rest) = parse(&text)?;
        // The rest is always the end of the text, but for an empty one followed by dots.
        let rest = if rest.is_empty() { text.len() } else { rest.as_ptr().addr() - text.as_ptr().addr() };
        let rest = u16::try_from(rest).expect("the length was checked above");
        Ok(Self { numbers, rest, text })
    }
}

impl Serialize for AppVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// CFG-23, MDL-40 to MDL-43: up to three parts between dots, of which the last may carry a qualifier.
fn parse(text: &str) -> Result<([i32; 4], &str), AppVersionError> {
    let trimmed = text.trim_end_matches('.');
    if trimmed.is_empty() {
        return Err(AppVersionError::Empty);
    }
    let mut parts = trimmed.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(only), None, ..) => Ok(single(only)),
        (Some(a), Some(b), None, _) => {
            let (n1, n2, rest) = tail(b)?;
            Ok(([number(a)?, n1, n2, 0], rest))
        }
        (Some(a), Some(b), Some(c), None) => {
            let (n2, n3, rest) = tail(c)?;
            Ok(([number(a)?, number(b)?, n2, n3], rest))
        }
        _ => Err(AppVersionError::TooManyParts { parts: trimmed.split('.').count() }),
    }
}

/// MDL-41: a single part is a number as a whole, or all of it is the rest.
fn single(part: &str) -> ([i32; 4], &str) {
    match part.parse() {
        Ok(n) if part.starts_with(|c: char| c.is_ascii_digit()) => ([n, 0, 0, 0], ""),
        _ => ([0; 4], part),
    }
}

/// MDL-44, MDL-46: a number, perhaps a qualifier, and in front of that perhaps a count of commits.
fn tail(part: &str) -> Result<(i32, i32, &str), AppVersionError> {
    let Some((digits, qualifier)) = part.split_once(['-', '+']) else {
        return Ok((number(part)?, 0, ""));
    };
    let n = number(digits)?;
    if let Some((count, rest)) = qualifier.split_once('-')
        && qualifier.starts_with(|c: char| c.is_ascii_digit())
        && let Ok(commits) = count.parse()
    {
        return Ok((n, commits, rest));
    }
    Ok((n, 0, qualifier))
}

/// MDL-45: a decimal 32-bit number with an optional sign.
fn number(text: &str) -> Result<i32, AppVersionError> {
    text.parse().map_err(|_| AppVersionError::NotANumber)
}

impl Ord for AppVersion {
    /// MDL-47: the numbers in turn; then no rest is greater than any; then the rests by UTF-16 code units.
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| self.rest().is_empty().cmp(&other.rest().is_empty()))
            .then_with(|| text_order(self.rest(), other.rest()))
    }
}

impl PartialOrd for AppVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for AppVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for AppVersion {}

impl core::hash::Hash for AppVersion {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.numbers.hash(state);
        self.rest().hash(state);
    }
}

impl fmt::Display for AppVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for AppVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> AppVersion {
        text.parse().unwrap()
    }

    /// CFG-23, MDL-40 to MDL-46
    #[test]
    fn texts_parse_as_listed() {
        let cases: [(&str, [i32; 4], &str); 21] = [
            ("1", [1, 0, 0, 0], ""),
            ("01", [1, 0, 0, 0], ""),
            ("1.", [1, 0, 0, 0], ""),
            ("1.2", [1, 2, 0, 0], ""),
            ("1.2.3..", [1, 2, 3, 0], ""),
            ("+1.2", [1, 2, 0, 0], ""),
            ("-1.2", [-1, 2, 0, 0], ""),
            ("1.2-", [1, 2, 0, 0], ""),
            ("1.2.3-M1", [1, 2, 3, 0], "M1"),
            ("1-RC1", [0, 0, 0, 0], "1-RC1"),
            ("+1", [0, 0, 0, 0], "+1"),
            ("99999999999", [0, 0, 0, 0], "99999999999"),
            ("1.2.3+4-abc", [1, 2, 3, 4], "abc"),
            ("1.2+4-abc", [1, 2, 4, 0], "abc"),
            ("1.2.3+4", [1, 2, 3, 0], "4"),
            ("1.2.3-4-5-6", [1, 2, 3, 4], "5-6"),
            ("1.0.10+3a-1234abcd", [1, 0, 10, 0], "3a-1234abcd"),
            ("1.0.0+3-1234abcd+20140707-1030", [1, 0, 0, 3], "1234abcd+20140707-1030"),
            ("1.2.3-99999999999-x", [1, 2, 3, 0], "99999999999-x"),
            ("1.2.3-0-x", [1, 2, 3, 0], "x"),
            ("foo", [0, 0, 0, 0], "foo"),
        ];
        for (text, numbers, rest) in cases {
            let parsed = version(text);
            assert_eq!((parsed.numbers(), parsed.rest()), (numbers, rest), "{text}");
            assert_eq!(parsed.as_str(), text);
        }
    }

    /// MDL-40, MDL-45
    #[test]
    fn malformed_texts_are_refused() {
        for text in [
            "",
            ".",
            "..",
            "1.2.3.1",
            "1..2",
            ".1",
            "1.-2",
            "1 .2",
            "1.x",
            "1.2x.3",
            "1.2.3x",
            "99999999999.1",
        ] {
            assert!(text.parse::<AppVersion>().is_err(), "{text:?}");
        }
        assert_eq!("1.2.3.4.5".parse::<AppVersion>(), Err(AppVersionError::TooManyParts { parts: 5 }));
        let long = "x".repeat(129);
        assert_eq!(long.parse::<AppVersion>(), Err(AppVersionError::TooLong { bytes: 129 }));
    }

    /// CFG-23, MDL-47, MDL-48
    #[test]
    fn versions_are_ordered_as_releases_are() {
        let ascending = [
            ("2020-08-30", "2020-09-07"),
            ("1.2-M1", "1.2.0"),
            ("1.2.3-M1", "1.2.3-M2"),
            ("1.0.10+3-1234abcd", "1.0.11"),
            ("1.0.10+3-1234abcd", "1.0.10+10-1234abcd"),
            ("0.0.0+3-2234abcd", "0.0.0+4-1234abcd"),
            ("foo", "1.2.3"),
            ("bar", "foo"),
            ("02-foo", "1-foo"),
            ("-2147483648.0", "1.2"),
        ];
        for (lower, higher) in ascending {
            assert!(version(lower) < version(higher), "{lower} and {higher}");
            assert!(version(higher) > version(lower), "{higher} and {lower}");
        }
        for (a, b) in
            [("1", "1.0.0"), ("1.2.0-M1", "1.2-M1"), ("foo", "0.0.0-foo"), ("1.2+3-abc", "1.2.3-abc")]
        {
            assert_eq!(version(a), version(b));
        }
        assert_ne!(version("1-foo"), version("01-foo"));
    }

    #[test]
    fn without_a_version_it_is_zero() {
        assert_eq!(AppVersion::default(), version("0.0.0"));
        assert_eq!(AppVersion::default().rest(), "");
    }
}
