//! INV-5: cores that are wrong on purpose.

use quorate::Repairs;
use quorate::internals::Planted;

use super::known::with_needs;
use crate::judge::{INVARIANTS, Invariant};
use crate::settings::WORLD_PLANTED;

/// A core that is wrong on purpose: the judge must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mutant {
    /// A rule is broken in the exact protocol.
    Planted(Planted),
    /// All repairs are on but this one, those that rely on it, and one that would hide that it is missing.
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
            Self::WithoutRepair(missing) => all_but(goes_with(missing).chain(std::iter::once(missing))),
        }
    }

    /// The invariants that are not asserted of it: those that only want a repair that goes with the one that is missing. They would
    /// be violated first, and a run ends there.
    pub(super) fn left_out(self) -> impl Iterator<Item = &'static Invariant> {
        let missing = if let Self::WithoutRepair(missing) = self { Some(missing) } else { None };
        let is_for_another = move |invariant: &&'static Invariant| {
            missing.is_some_and(|missing| {
                let cured_by = |name: &str| invariant.cured_by.contains(&name);
                !cured_by(missing) && goes_with(missing).any(cured_by)
            })
        };
        INVARIANTS.iter().copied().filter(is_for_another)
    }

    /// What makes it sound again, over the settings that make it what it is. A repair alone, and not those that rely on it: what
    /// those would have prevented is not its own.
    #[must_use]
    pub fn sound(self) -> Vec<(String, String)> {
        match self {
            Self::Planted(_) => vec![(WORLD_PLANTED.into(), "off".into())],
            Self::WithoutRepair(missing) => all_but(goes_with(missing)),
        }
    }
}

/// Every repair, but for some.
fn all_but(off: impl Iterator<Item = &'static str>) -> Vec<(String, String)> {
    let off = off.map(|name| (format!("repairs.{name}"), "off".into()));
    std::iter::once(("repairs.all".into(), "on".into())).chain(off).collect()
}

/// A repair that hides that another is missing, so that it shows only where both are.
///
/// REP-51: a `Join` of a removed node is answered with the notice before anybody looks for its tombstone (REP-30). REP-70: where
/// exiting observers don't count, no leader that is Exiting is ever found unreachable for removal (REP-80): an observer that
/// counts would lead itself, or hold up convergence.
fn hides(missing: &str) -> Option<&'static str> {
    match missing {
        "join-checks-tombstones" => Some("removed-notice"),
        "keep-self" => Some("exiting-observers"),
        _ => None,
    }
}

/// REP-2: the repairs that need one, and so go with it; and the one that hides that it is missing.
fn goes_with(missing: &'static str) -> impl Iterator<Item = &'static str> {
    let relies =
        move |name: &&'static str| *name != missing && with_needs(name).any(|needed| needed == missing);
    Repairs::NAMES.into_iter().filter(relies).chain(hides(missing))
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
                Mutant::WithoutRepair(missing) => {
                    assert!(!on.contains(&missing));
                    let lacking: Vec<&str> =
                        Repairs::NAMES.into_iter().filter(|name| !on.contains(name)).collect();
                    let lacks = |name: &str| !repairs_of(&settings).contains(&name);
                    for name in Repairs::NAMES {
                        assert_eq!(
                            lacks(name),
                            name != missing && lacking.contains(&name),
                            "{missing}: {name}"
                        );
                    }
                }
            }
        }
        let without = repairs_of(&Mutant::WithoutRepair("tombstones-remove").settings());
        assert!(!without.contains(&"content-decides") && without.contains(&"keep-self"));
    }

    /// INV-5: what is asserted of a core without a repair is what the repair is for, and all that no repair is for.
    #[test]
    fn what_only_wants_another_repair_is_left_out() {
        let left_out = |mutant: Mutant| mutant.left_out().map(|invariant| invariant.id).collect::<Vec<_>>();
        assert_eq!(left_out(Mutant::WithoutRepair("keep-self")), ["C4", "L2", "L6"]);
        let joins = left_out(Mutant::WithoutRepair("join-checks-tombstones"));
        assert!(joins.contains(&"L7") && joins.contains(&"L8") && !joins.contains(&"M4"), "{joins:?}");
        assert!(left_out(Mutant::WithoutRepair("exiting-observers")).is_empty());
        assert!(left_out(Mutant::Planted(Planted::EventsDoubled)).is_empty());
    }
}
