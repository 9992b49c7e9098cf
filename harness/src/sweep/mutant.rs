//! INV-5: cores that are wrong on purpose.

use quorate::Repairs;
use quorate::internals::Planted;

use super::known::with_needs;
use crate::settings::WORLD_PLANTED;

/// A core that is wrong on purpose: the judge must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mutant {
    /// A rule is broken in the exact protocol.
    Planted(Planted),
    /// All repairs are on but this one, and those that rely on it.
    WithoutRepair(&'static str),
}

impl Mutant {
    /// All of them: the planted bugs, then the repairs.
    pub fn all() -> impl Iterator<Item = Self> {
        let planted = Planted::ALL.iter().copied().map(Self::Planted);
        planted.chain(Repairs::NAMES.into_iter().map(Self::WithoutRepair))
    }

    /// What it is called: the name of the bug, or `without` the repair.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Planted(bug) => bug.name().into(),
            Self::WithoutRepair(name) => format!("without {name}"),
        }
    }

    /// What makes a core one, over all other settings.
    #[must_use]
    pub fn settings(self) -> Vec<(String, String)> {
        match self {
            Self::Planted(bug) => vec![(WORLD_PLANTED.into(), bug.name().into())],
            Self::WithoutRepair(missing) => {
                let goes = Repairs::NAMES.into_iter().filter(|name| relies_on(name, missing));
                let off = goes.map(|name| (format!("repairs.{name}"), "off".into()));
                std::iter::once(("repairs.all".into(), "on".into())).chain(off).collect()
            }
        }
    }

    /// What makes it sound again, over the settings that make it what it is.
    #[must_use]
    pub fn sound(self) -> Vec<(String, String)> {
        match self {
            Self::Planted(_) => vec![(WORLD_PLANTED.into(), "off".into())],
            Self::WithoutRepair(_) => vec![("repairs.all".into(), "on".into())],
        }
    }
}

/// REP-2: whether a repair is the other or needs it.
fn relies_on(name: &'static str, other: &str) -> bool {
    with_needs(name).any(|needed| needed == other)
}

#[cfg(test)]
mod tests {
    use quorate::Config;

    use super::*;

    fn repairs_of(settings: &[(String, String)]) -> Vec<&'static str> {
        let mut config = Config::default();
        for (key, value) in settings.iter().filter(|(key, _)| !key.starts_with("world.")) {
            config.set(key, value).unwrap();
        }
        config.validate().unwrap();
        Repairs::NAMES.into_iter().filter(|name| *config.repairs.switch(name).unwrap()).collect()
    }

    /// INV-5, REP-2: each is a configuration that holds, lacks its repair, and is whole with what makes it sound.
    #[test]
    fn a_repair_is_left_out_with_those_that_need_it() {
        for mutant in Mutant::all() {
            let mut settings = mutant.settings();
            let on = repairs_of(&settings);
            settings.extend(mutant.sound());
            match mutant {
                Mutant::Planted(_) => assert_eq!(on, repairs_of(&[]), "as by default"),
                Mutant::WithoutRepair(name) => {
                    assert!(!on.contains(&name));
                    assert_eq!(repairs_of(&settings), Repairs::NAMES);
                }
            }
        }
        let without = repairs_of(&Mutant::WithoutRepair("tombstones-remove").settings());
        assert!(!without.contains(&"content-decides") && without.contains(&"keep-self"));
    }
}
