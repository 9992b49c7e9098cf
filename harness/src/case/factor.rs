//! How many times as long something takes.

use std::fmt;
use std::str::FromStr;

/// A factor of at least one, exact in thousandths, written `5x` or `1.5x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Factor {
    thousandths: u32,
}

const ONE: u32 = 1000;
const DECIMALS_MAX: usize = 3;

impl Factor {
    /// The factor of so many thousandths; none below a thousand of them.
    #[must_use]
    pub const fn from_thousandths(thousandths: u32) -> Option<Self> {
        if thousandths >= ONE { Some(Self { thousandths }) } else { None }
    }

    /// The factor in thousandths, at least a thousand.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.thousandths
    }
}

impl FromStr for Factor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = text.strip_suffix('x').ok_or(())?;
        let thousandths = decimal(number, DECIMALS_MAX).ok_or(())?;
        u32::try_from(thousandths).ok().and_then(Self::from_thousandths).ok_or(())
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}x", shown_decimal(u64::from(self.thousandths), DECIMALS_MAX)))
    }
}

/// The number that digits with a point in them stand for, times ten to the power of `decimals`; none if it is none, too
/// large or too fine.
pub(crate) fn decimal(text: &str, decimals: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = if all_digits(fraction) { fraction.trim_end_matches('0') } else { return None };
    if !all_digits(whole) || fraction.len() > decimals {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok()
}

/// Such a number as it is written, without needless zeros.
pub(crate) fn shown_decimal(number: u64, decimals: usize) -> String {
    let scale = 10u64.pow(u32::try_from(decimals).unwrap_or(0));
    let fraction = format!("{:0decimals$}", number % scale);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", number / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CASE-2
    #[test]
    fn factors_are_exact_in_thousandths_and_at_least_one() {
        let thousandths = |text: &str| text.parse::<Factor>().map(Factor::thousandths);
        assert_eq!(thousandths("5x"), Ok(5000));
        assert_eq!(thousandths("1.250x"), Ok(1250));
        assert_eq!(thousandths("0001x"), Ok(1000));
        for text in
            ["0.999x", "5", "x", ".5x", "5.x", "1.0001x", "-2x", "9999999999x", "99999999999999999999999x"]
        {
            assert_eq!(thousandths(text), Err(()), "{text}");
        }
        for thousandths in (1000..100_000).step_by(7).chain([u32::MAX]) {
            let factor = Factor::from_thousandths(thousandths).unwrap();
            assert_eq!(factor.to_string().parse(), Ok(factor));
        }
    }
}
