//! Instants and lengths of time, exact in nanoseconds (CASE-3).

use std::fmt;
use std::str::FromStr;

use winnow::Parser;
use winnow::combinator::{opt, preceded};
use winnow::error::ErrMode;
use winnow::token::{take_till, take_while};

/// Units from the longest to the shortest, with their nanoseconds.
const UNITS: [(&str, u64); 6] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// An hour has thirteen decimals that are whole nanoseconds; no unit has more.
const DECIMALS_MAX: usize = 13;

/// CASE-3: an instant, counted from the start of the case, or a length of time, in nanoseconds.
///
/// Written as numbers with units, the longest unit first, only the last of them with a fraction: `250us`, `3.5s`, `1m20s`.
/// It prints in one way only: hours and minutes as whole numbers, the rest in the largest unit of which there is at
/// least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Time {
    /// The start of the case; no time at all.
    pub const ZERO: Self = Self(0);
    /// The longest time that can be written, a little over 584 years.
    pub const MAX: Self = Self(u64::MAX);

    /// So many whole seconds.
    #[must_use]
    pub const fn seconds(count: u32) -> Self {
        Self(count as u64 * UNITS[2].1)
    }

    /// So many whole milliseconds.
    #[must_use]
    pub const fn millis(count: u32) -> Self {
        Self(count as u64 * UNITS[3].1)
    }

    /// The time in nanoseconds.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }
}

impl From<std::time::Duration> for Time {
    /// Durations beyond [`Time::MAX`] become it.
    fn from(duration: std::time::Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// Why a text is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeError {
    /// A number was expected at this part of the text.
    NoNumber {
        /// The rest of the text from there on; empty at its end.
        rest: String,
    },
    /// A number stands without its unit.
    NoUnit {
        /// The number as written.
        number: String,
    },
    /// A number has a unit that is none.
    UnknownUnit {
        /// What stands in the place of the unit.
        unit: String,
    },
    /// A unit is not shorter than the one before it.
    UnitOrder {
        /// The unit that comes too late.
        unit: &'static str,
        /// The unit before it.
        after: &'static str,
    },
    /// Only the last number may have a fraction.
    FractionNotLast {
        /// The unit of the number with the fraction.
        unit: &'static str,
    },
    /// The time is no whole number of nanoseconds.
    BelowNanosecond,
    /// The time is longer than [`Time::MAX`].
    TooLong,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber { rest } if rest.is_empty() => write!(f, "a number with a unit is missing"),
            Self::NoNumber { rest } => write!(f, "a number with a unit should stand where `{rest}` does"),
            Self::NoUnit { number } => {
                write!(f, "`{number}` has no unit (h, m, s, ms, us or ns)")
            }
            Self::UnknownUnit { unit } => write!(f, "`{unit}` is no unit (h, m, s, ms, us or ns)"),
            Self::UnitOrder { unit, after } => {
                write!(f, "`{unit}` can't follow `{after}`: units go from the longest to the shortest")
            }
            Self::FractionNotLast { unit } => {
                write!(f, "only the last number may have a fraction, not the one with `{unit}`")
            }
            Self::BelowNanosecond => write!(f, "times are whole nanoseconds, and this is not"),
            Self::TooLong => write!(f, "the longest time is {} ns ({})", Time::MAX.0, Time::MAX),
        }
    }
}

impl std::error::Error for TimeError {}

impl FromStr for Time {
    type Err = TimeError;

    /// CASE-3: no rounding anywhere; what is no whole number of nanoseconds is refused.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let mut rest = text;
        let mut total: u64 = 0;
        let mut last: Option<Component> = None;
        while !rest.is_empty() || last.is_none() {
            let component = component(&mut rest)?;
            if let Some(before) = &last {
                if before.has_fraction {
                    return Err(TimeError::FractionNotLast { unit: before.unit });
                }
                if component.nanos_per_unit >= before.nanos_per_unit {
                    return Err(TimeError::UnitOrder { unit: component.unit, after: before.unit });
                }
            }
            total = total.checked_add(component.nanos).ok_or(TimeError::TooLong)?;
            last = Some(component);
        }
        Ok(Self(total))
    }
}

struct Component {
    unit: &'static str,
    nanos_per_unit: u64,
    has_fraction: bool,
    nanos: u64,
}

/// Reads one number with its unit off the front of the text.
fn component(rest: &mut &str) -> Result<Component, TimeError> {
    let start = *rest;
    let Some((whole, fraction, unit)) = number_and_unit(rest) else {
        return Err(TimeError::NoNumber { rest: start.to_owned() });
    };
    if unit.is_empty() {
        return Err(TimeError::NoUnit { number: start.to_owned() });
    }
    let Some(&(unit, nanos_per_unit)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(TimeError::UnknownUnit { unit: unit.to_owned() });
    };
    let whole_nanos = match whole.trim_start_matches('0') {
        "" => 0,
        digits => digits
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(nanos_per_unit))
            .ok_or(TimeError::TooLong)?,
    };
    let nanos = whole_nanos
        .checked_add(fraction_nanos(fraction.unwrap_or("0"), nanos_per_unit)?)
        .ok_or(TimeError::TooLong)?;
    Ok(Component { unit, nanos_per_unit, has_fraction: fraction.is_some(), nanos })
}

/// Splits `12.5ms...` into `12`, `5` and `ms`, and leaves the rest.
fn number_and_unit<'a>(rest: &mut &'a str) -> Option<(&'a str, Option<&'a str>, &'a str)> {
    fn digits<'a>(rest: &mut &'a str) -> Result<&'a str, ErrMode<()>> {
        take_while(1.., |c: char| c.is_ascii_digit()).parse_next(rest)
    }
    let unit = take_till(0.., |c: char| c.is_ascii_digit());
    (digits, opt(preceded('.', digits)), unit).parse_next(rest).ok()
}

/// The nanoseconds in the digits after the point.
fn fraction_nanos(digits: &str, nanos_per_unit: u64) -> Result<u64, TimeError> {
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    if digits.len() > DECIMALS_MAX {
        return Err(TimeError::BelowNanosecond);
    }
    let mut numerator: u128 = 0;
    let mut denominator: u128 = 1;
    for digit in digits.bytes() {
        numerator = numerator * 10 + u128::from(digit - b'0');
        denominator *= 10;
    }
    let scaled = numerator * u128::from(nanos_per_unit);
    if !scaled.is_multiple_of(denominator) {
        return Err(TimeError::BelowNanosecond);
    }
    // A fraction is less than one unit, and a unit fits.
    u64::try_from(scaled / denominator).map_err(|_| TimeError::TooLong)
}

impl fmt::Display for Time {
    /// CASE-2, CASE-3: the one way in which a time is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(_, hour), (_, minute), shorter @ ..] = UNITS;
        let (hours, minutes, rest) = (self.0 / hour, self.0 % hour / minute, self.0 % minute);
        let mut text = String::new();
        if hours > 0 {
            text.push_str(&format!("{hours}h"));
        }
        if minutes > 0 {
            text.push_str(&format!("{minutes}m"));
        }
        let fitting = shorter.iter().find(|(_, nanos)| rest >= *nanos);
        match fitting {
            Some((unit, nanos)) => {
                let decimals = nanos.ilog10() as usize;
                let fraction = format!("{:0decimals$}", rest % nanos);
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                text.push_str(&format!("{}{point}{fraction}{unit}", rest / nanos));
            }
            None if text.is_empty() => text.push_str("0s"),
            None => {}
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> u64 {
        text.parse::<Time>().unwrap().nanos()
    }

    /// CASE-3
    #[test]
    fn times_are_read_to_the_nanosecond() {
        assert_eq!(nanos("250us"), 250_000);
        assert_eq!(nanos("3.5s"), 3_500_000_000);
        assert_eq!(nanos("1m20s"), 80_000_000_000);
        assert_eq!(nanos("2h"), 7_200_000_000_000);
        assert_eq!(nanos("1h0m0.000000001s"), 3_600_000_000_001);
        assert_eq!(nanos("0.0000000000025h"), 9);
        assert_eq!(nanos("18446744073709551615ns"), u64::MAX);
        assert_eq!(nanos("0007ms"), 7_000_000);
    }

    /// CASE-3
    #[test]
    fn what_is_no_whole_number_of_nanoseconds_or_too_long_is_refused() {
        let refused = |text: &str| text.parse::<Time>().unwrap_err();
        assert_eq!(refused("0.5ns"), TimeError::BelowNanosecond);
        assert_eq!(refused("1.0000000001s"), TimeError::BelowNanosecond);
        assert_eq!(refused("0.00000000000001h"), TimeError::BelowNanosecond);
        assert_eq!(refused("18446744073709551616ns"), TimeError::TooLong);
        assert_eq!(refused("5124095h600m"), TimeError::TooLong);
        assert_eq!(refused("99999999999999999999999999999h"), TimeError::TooLong);
    }

    /// CASE-3
    #[test]
    fn a_time_needs_units_in_falling_order_and_one_fraction_at_most() {
        let refused = |text: &str| text.parse::<Time>().unwrap_err();
        assert_eq!(refused(""), TimeError::NoNumber { rest: String::new() });
        assert_eq!(refused("soon"), TimeError::NoNumber { rest: "soon".into() });
        assert_eq!(refused("30"), TimeError::NoUnit { number: "30".into() });
        assert_eq!(refused("30sec"), TimeError::UnknownUnit { unit: "sec".into() });
        assert_eq!(refused("1.s"), TimeError::UnknownUnit { unit: ".s".into() });
        assert_eq!(refused("20s1m"), TimeError::UnitOrder { unit: "m", after: "s" });
        assert_eq!(refused("1s1s"), TimeError::UnitOrder { unit: "s", after: "s" });
        assert_eq!(refused("1.5m3s"), TimeError::FractionNotLast { unit: "m" });
    }

    /// CASE-2
    #[test]
    fn a_time_prints_in_one_way_whatever_the_way_it_was_written() {
        let printed = |text: &str| text.parse::<Time>().unwrap().to_string();
        assert_eq!(printed("80s"), "1m20s");
        assert_eq!(printed("3500ms"), "3.5s");
        assert_eq!(printed("500us"), "500us");
        assert_eq!(printed("1500us"), "1.5ms");
        assert_eq!(printed("7200s"), "2h");
        assert_eq!(printed("0h"), "0s");
        assert_eq!(printed("3600000000001ns"), "1h1ns");
        assert_eq!(printed("90.25s"), "1m30.25s");
    }

    proptest::proptest! {
        #![proptest_config(crate::case::tests::fixed())]
        /// CASE-2
        #[test]
        fn every_time_reads_back_as_it_prints(nanos in 0..=u64::MAX, shift in 0..64_u32, round in 0..6_usize) {
            let unit = UNITS[round].1;
            let time = Time((nanos >> shift) / unit * unit);
            proptest::prop_assert_eq!(time.to_string().parse(), Ok(time));
        }
    }
}
