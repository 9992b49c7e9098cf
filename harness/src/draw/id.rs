//! What names a drawn case.

use std::fmt;
use std::str::FromStr;

use super::dice::Dice;
use crate::case::nearest;

/// RUN-2: which kinds of trouble a case is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Profile {
    /// Nothing but nodes that find each other.
    Quiet,
    /// What a good network shows now and then: a lost message, a slow link, a crash.
    Lan,
    /// Several data centres, far from each other.
    Wan,
    /// Nodes come and go all the time.
    Churn,
    /// The network falls apart, and heals, in all the ways it can.
    Partitions,
    /// All that machines and networks do when they are broken: wrong clocks, flipped bits, messages out of the past.
    Hostile,
    /// Two or three things that meet within a second or two, at the points where the protocol is at its weakest.
    Races,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 7] =
        [Self::Quiet, Self::Lan, Self::Wan, Self::Churn, Self::Partitions, Self::Hostile, Self::Races];

    /// The name, as the command line takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Lan => "lan",
            Self::Wan => "wan",
            Self::Churn => "churn",
            Self::Partitions => "partitions",
            Self::Hostile => "hostile",
            Self::Races => "races",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a campaign draws from: one profile, or for each case one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Draws {
    /// `all`: one of the profiles for each case.
    #[default]
    All,
    /// Always this one.
    Only(Profile),
}

impl Draws {
    /// The id of the case that a seed stands for.
    #[must_use]
    pub fn case(self, seed: u64) -> CaseId {
        let dice = Dice::new(ALL, seed);
        let profile = match self {
            Self::Only(profile) => profile,
            // By a draw of its own: the other seeds are of the profiles that they were of before there were races.
            Self::All if dice.of("races").happens(RACES_PERCENT) => Profile::Races,
            Self::All => dice.of("profile").weighted(&[
                (2, Profile::Quiet),
                (3, Profile::Lan),
                (3, Profile::Wan),
                (5, Profile::Churn),
                (6, Profile::Partitions),
                (3, Profile::Hostile),
            ]),
        };
        CaseId { profile, seed }
    }
}

const ALL: &str = "all";

/// How many in a hundred of all cases are races.
const RACES_PERCENT: u32 = 20;

impl fmt::Display for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad(ALL),
            Self::Only(profile) => profile.fmt(f),
        }
    }
}

/// The names that can be given for [`Draws`].
fn names() -> impl Iterator<Item = &'static str> + Clone {
    Profile::ALL.into_iter().map(Profile::name).chain([ALL])
}

/// Why a text names no drawn case or no profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdError {
    /// There is no such profile.
    UnknownProfile {
        /// What was given.
        name: String,
        /// The name that is most like it.
        nearest: Option<&'static str>,
    },
    /// It is no profile with a seed behind it.
    NotAnId {
        /// What was given.
        text: String,
    },
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProfile { name, nearest } => {
                let known: Vec<_> = names().collect();
                write!(f, "there is no profile `{name}`; there are {}", known.join(", "))?;
                nearest.map_or(Ok(()), |nearest| write!(f, "; did you mean `{nearest}`?"))
            }
            Self::NotAnId { text } => {
                write!(f, "`{text}` names no drawn case: it is a profile and a seed, such as `partitions-17`")
            }
        }
    }
}

impl std::error::Error for IdError {}

impl FromStr for Draws {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text == ALL {
            return Ok(Self::All);
        }
        let found = Profile::ALL.into_iter().find(|profile| profile.name() == text);
        found
            .map(Self::Only)
            .ok_or_else(|| IdError::UnknownProfile { name: text.into(), nearest: nearest(text, names()) })
    }
}

/// RUN-1: what names a drawn case. It stands for the same case in every build of one version.
///
/// Written `partitions-17`: the profile, and the seed in decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseId {
    /// What it is drawn from.
    pub profile: Profile,
    /// Which of its cases.
    pub seed: u64,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.profile, self.seed)
    }
}

impl FromStr for CaseId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let not_an_id = || IdError::NotAnId { text: text.into() };
        let (profile, seed) = text.rsplit_once('-').ok_or_else(not_an_id)?;
        let all_digits = seed.bytes().all(|byte| byte.is_ascii_digit());
        let seed = seed.parse().ok().filter(|_| all_digits).ok_or_else(not_an_id)?;
        // `all-17` is what a campaign that draws from all profiles calls its seed 17.
        Ok(profile.parse::<Draws>()?.case(seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RUN-1
    #[test]
    fn an_id_reads_back_as_it_was_written() {
        for profile in Profile::ALL {
            for seed in [0, 17, u64::MAX] {
                let id = CaseId { profile, seed };
                assert_eq!(id.to_string().parse(), Ok(id));
                assert_eq!(profile.name().parse::<Draws>().unwrap().case(seed), id);
            }
        }
        assert_eq!("all-17".parse::<CaseId>().unwrap(), Draws::All.case(17));
    }

    #[test]
    fn what_is_no_id_is_refused_with_the_nearest_word() {
        let error = |text: &str| text.parse::<CaseId>().unwrap_err().to_string();
        assert!(error("partition-17").contains("did you mean `partitions`?"), "{}", error("partition-17"));
        for text in ["", "lan", "lan-", "lan-x", "lan-+1", "lan-18446744073709551616"] {
            assert!(error(text).contains("names no drawn case"), "{text}: {}", error(text));
        }
    }

    /// RUN-2
    #[test]
    fn all_draws_from_every_profile() {
        let mut drawn: Vec<Profile> = (0..100).map(|seed| Draws::All.case(seed).profile).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, Profile::ALL);
    }
}
