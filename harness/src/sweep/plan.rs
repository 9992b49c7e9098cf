//! What a campaign is to do: which seeds, on how many threads, for how long.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::mutant::Mutant;
use crate::draw::Draws;
use crate::run::{Options, Rider};

/// What a campaign is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What cases are drawn from.
    pub draws: Draws,
    /// The seeds, both ends included; each shard takes its share of them.
    pub seeds: Seeds,
    /// RUN-4: which share.
    pub shard: Shard,
    /// How many worlds run side by side, one per thread.
    pub jobs: NonZeroUsize,
    /// When to stop, whatever is left; `None` is when all seeds are done.
    pub time_max: Option<Duration>,
    /// Settings that replace those of the drawn cases, for all nodes.
    pub set: Vec<(String, String)>,
    /// INV-5: what is wrong with all nodes on purpose. The campaign ends when it is found.
    pub mutant: Option<Mutant>,
    /// SIM-7: the application that rides along in every run.
    pub rider: Rider,
}

/// How many cases a campaign draws if nothing else is said.
pub const SEEDS_DEFAULT: RangeInclusive<u64> = 1..=1000;

impl Default for Plan {
    /// A thousand cases from all profiles, on one thread.
    fn default() -> Self {
        Self {
            draws: Draws::All,
            seeds: Seeds(SEEDS_DEFAULT),
            shard: Shard::default(),
            jobs: NonZeroUsize::MIN,
            time_max: None,
            set: Vec::new(),
            mutant: None,
            rider: Rider::default(),
        }
    }
}

impl Plan {
    /// The settings of every run: those given, and those of the mutant.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        self.set.iter().cloned().chain(self.mutant.into_iter().flat_map(Mutant::settings)).collect()
    }

    /// How its cases are run.
    pub(super) fn options(&self) -> Options {
        Options { set: self.settings(), bare: true, pass_over: true, rider: self.rider, ..Options::default() }
    }

    /// RUN-4: how many seeds this shard has.
    #[must_use]
    pub fn seeds_in_all(&self) -> u64 {
        let (first, last) = (*self.seeds.0.start(), *self.seeds.0.end());
        let below = |end: u64| end / self.shard.of + u64::from(end % self.shard.of > self.shard.number);
        // Those below the end, and the end itself, without those below the start.
        let at_last = u64::from(last % self.shard.of == self.shard.number);
        (below(last) - below(first)).saturating_add(at_last)
    }

    /// RUN-4: the so manieth seed of this shard, from zero: of all seeds those that are `number` modulo `of`.
    pub(super) fn seed(&self, place: u64) -> Option<u64> {
        let first = *self.seeds.0.start();
        let Shard { number, of } = self.shard;
        let to_first = (number + of - first % of) % of;
        let seed = first.checked_add(to_first)?.checked_add(place.checked_mul(of)?)?;
        self.seeds.0.contains(&seed).then_some(seed)
    }
}

/// `A..B`: seeds from one to another, both included. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds(RangeInclusive<u64>);

impl Seeds {
    /// All there are, from one on: for a campaign that ends by time.
    #[must_use]
    pub const fn endless() -> Self {
        Self(1..=u64::MAX)
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.0.start(), self.0.end())
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`A..B` is expected, such as `1..1000`, or one seed; not `{text}`");
        let number = |text: &str| {
            let digits = text.trim();
            let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u64>().ok().filter(|_| all_digits).ok_or_else(expected)
        };
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(text)?, number(text)?),
        };
        if last < first {
            return Err(format!("the last seed, {last}, is below the first, {first}"));
        }
        Ok(Self(first..=last))
    }
}

/// RUN-4: shard `number` of `of` takes the seeds that are `number` modulo `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Default for Shard {
    /// All seeds.
    fn default() -> Self {
        Self { number: 0, of: 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').map(|(i, n)| (i.parse::<u64>(), n.parse::<u64>()));
        match numbers.and_then(|(i, n)| Some((i.ok()?, n.ok()?))) {
            Some((_, 0)) => Err("there must be at least one shard".into()),
            // The last may be called n of n as well as 0 of n: both are 0 modulo n.
            Some((number, of)) if number <= of => Ok(Self { number: number % of, of }),
            Some((number, of)) => Err(format!("there is no shard {number} of {of}")),
            None => Err(format!("`i/n` is expected, such as `0/4`; not `{text}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seeds: &str, shard: &str) -> Plan {
        Plan { seeds: seeds.parse().unwrap(), shard: shard.parse().unwrap(), ..Plan::default() }
    }

    fn all(plan: &Plan) -> Vec<u64> {
        (0..).map_while(|place| plan.seed(place)).collect()
    }

    /// RUN-4
    #[test]
    fn shards_share_the_seeds_without_a_coordinator() {
        assert_eq!(all(&plan("3..9", "0/1")), [3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(all(&plan("3..9", "1/3")), [4, 7]);
        for seeds in ["3..9", "0..0", "5..23", "1..4"] {
            let mut together = Vec::new();
            for number in 0..4 {
                let plan = plan(seeds, &format!("{number}/4"));
                assert_eq!(all(&plan).len() as u64, plan.seeds_in_all(), "{seeds} {number}");
                together.extend(all(&plan));
            }
            together.sort_unstable();
            assert_eq!(together, all(&plan(seeds, "0/1")));
        }
        assert_eq!(plan("18446744073709551615", "0/1").seed(1), None);
        assert_eq!(plan("7", "1/2").seeds_in_all(), 1);
        assert_eq!(Plan { seeds: Seeds::endless(), ..Plan::default() }.seeds_in_all(), u64::MAX);
        assert_eq!(
            plan("0..18446744073709551615", "0/1").seeds_in_all(),
            u64::MAX,
            "one less than there are"
        );
    }

    #[test]
    fn what_is_no_range_or_shard_is_refused_with_its_numbers() {
        let seeds = |text: &str| text.parse::<Seeds>().unwrap_err();
        assert!(seeds("9..3").contains("the last seed, 3, is below the first, 9"));
        for text in ["", "..", "1..", "a..b", "-1..4", "1..18446744073709551616"] {
            assert!(seeds(text).contains("is expected"), "{text}");
        }
        let shard = |text: &str| text.parse::<Shard>().unwrap_err();
        assert!(shard("5/4").contains("no shard 5 of 4") && shard("1/0").contains("at least one"));
        assert!(shard("1").contains("`i/n` is expected"));
        assert_eq!("4/4".parse::<Shard>(), "0/4".parse::<Shard>());
    }
}
