//! Shares such as the loss of a link.

use std::fmt;
use std::str::FromStr;

/// A share between nothing and all, exact in millionths, written `10%` or `0.05%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    parts_per_million: u32,
}

const ALL: u32 = 1_000_000;
const ONE_PERCENT: u32 = ALL / 100;
const DECIMALS_MAX: usize = 4;

impl Percent {
    /// The share of so many millionths; none above a million of them.
    #[must_use]
    pub const fn from_parts_per_million(parts_per_million: u32) -> Option<Self> {
        if parts_per_million <= ALL { Some(Self { parts_per_million }) } else { None }
    }

    /// The share in millionths, at most a million.
    #[must_use]
    pub const fn parts_per_million(self) -> u32 {
        self.parts_per_million
    }
}

/// Why a text is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PercentError {
    /// It isn't a number followed by `%`.
    NotAPercentage,
    /// It has more than four decimals.
    TooFine,
    /// It is more than `100%`.
    AboveAll,
}

impl fmt::Display for PercentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPercentage => write!(f, "a share is a number with `%`, such as `10%` or `0.5%`"),
            Self::TooFine => write!(f, "a share has at most {DECIMALS_MAX} decimals"),
            Self::AboveAll => write!(f, "a share is at most `100%`"),
        }
    }
}

impl std::error::Error for PercentError {}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let number = text.strip_suffix('%').ok_or(PercentError::NotAPercentage)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(PercentError::NotAPercentage);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS_MAX {
            return Err(PercentError::TooFine);
        }
        // More digits than a u32 holds are far above all.
        let whole: u32 = match whole.trim_start_matches('0') {
            "" => 0,
            digits => digits.parse().map_err(|_| PercentError::AboveAll)?,
        };
        let fraction: u32 =
            format!("{fraction:0<DECIMALS_MAX$}").parse().map_err(|_| PercentError::TooFine)?;
        whole
            .checked_mul(ONE_PERCENT)
            .and_then(|parts| parts.checked_add(fraction))
            .and_then(Self::from_parts_per_million)
            .ok_or(PercentError::AboveAll)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.parts_per_million / ONE_PERCENT, self.parts_per_million % ONE_PERCENT);
        let fraction = format!("{fraction:0DECIMALS_MAX$}");
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{whole}{point}{fraction}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_in_millionths_and_at_most_all() {
        let parts = |text: &str| text.parse::<Percent>().map(Percent::parts_per_million);
        assert_eq!(parts("10%"), Ok(100_000));
        assert_eq!(parts("0.0001%"), Ok(1));
        assert_eq!(parts("100.0000000%"), Ok(ALL));
        assert_eq!(parts("100.0001%"), Err(PercentError::AboveAll));
        assert_eq!(parts("99999999999%"), Err(PercentError::AboveAll));
        assert_eq!(parts("0.00001%"), Err(PercentError::TooFine));
        for text in ["10", "%", ".5%", "5.%", "-1%", "1e1%", ""] {
            assert_eq!(parts(text), Err(PercentError::NotAPercentage), "{text}");
        }
    }

    /// CASE-2
    #[test]
    fn every_share_reads_back_as_it_prints() {
        for parts in (0..=ALL).step_by(37).chain([1, ALL]) {
            let share = Percent::from_parts_per_million(parts).unwrap();
            assert_eq!(share.to_string().parse(), Ok(share));
        }
        assert_eq!("07.50%".parse::<Percent>().unwrap().to_string(), "7.5%");
    }
}
