//! Numbers of bytes.

use std::fmt;
use std::str::FromStr;

use super::factor::{decimal, shown_decimal};

/// A number of bytes, written `1500B`, `64kB`, `1.5MB` or `2GB`; a kilobyte is a thousand bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

/// Units from the largest to the smallest, with the decimals that are whole bytes.
const UNITS: [(&str, usize); 4] = [("GB", 9), ("MB", 6), ("kB", 3), ("B", 0)];

impl FromStr for Bytes {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (unit, decimals) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or(())?;
        decimal(&text[..text.len() - unit.len()], *decimals).map(Self).ok_or(())
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, decimals): &&(&str, usize)| self.0 >= 10u64.pow(*decimals as u32);
        let (unit, decimals) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
        f.pad(&format!("{}{unit}", shown_decimal(self.0, *decimals)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CASE-2
    #[test]
    fn bytes_are_exact_and_print_in_the_largest_unit() {
        let bytes = |text: &str| text.parse::<Bytes>().map(|bytes| bytes.0);
        assert_eq!(bytes("1500B"), Ok(1500));
        assert_eq!(bytes("1.5kB"), Ok(1500));
        assert_eq!(bytes("2GB"), Ok(2_000_000_000));
        for text in ["", "B", "1", "1.5B", "kB", "1 kB", "1.0001kB", "-1B", "99999999999999999999B", "1KB"] {
            assert_eq!(bytes(text), Err(()), "{text}");
        }
        for number in [0, 1, 999, 1000, 1001, 64_000, 1_500_000, 1 << 40, u64::MAX] {
            assert_eq!(Bytes(number).to_string().parse(), Ok(Bytes(number)));
        }
        assert_eq!(Bytes(1500).to_string(), "1.5kB");
    }
}
