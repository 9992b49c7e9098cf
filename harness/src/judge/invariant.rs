//! What must hold: each invariant as a small named value, and the table of all that are judged.

use std::fmt;

use super::{convergence, leading, liveness, membership, reachability, split, versions};

/// INV-1: one sentence that must hold of every run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Invariant {
    /// Its name, as cases and reports write it.
    pub id: &'static str,
    /// What must hold, in words.
    pub sentence: &'static str,
    /// What breaking it means.
    pub group: Group,
    /// What it looks at, which says when it is judged.
    pub watches: Watches,
    /// The rules of the protocol that it stems from.
    pub rules: &'static str,
    /// It is judged only while all of these hold.
    pub assumes: &'static [&'static Assumption],
    /// Whether it is known to be false of the exact protocol, without repairs (part 06).
    pub pekko: bool,
    /// Its place in [`INVARIANTS`].
    pub(super) place: usize,
}

/// What breaking an invariant means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Group {
    /// Something happened that must never happen.
    Safety,
    /// Something that must happen did not happen in time.
    Liveness,
    /// Something happened more often than it may.
    Rate,
}

/// What an invariant looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Watches {
    /// What one node's state became in one event. Judged when that node's revision moved.
    Change,
    /// The state of one node. Judged when its revision moved, and for all nodes now and then.
    Node,
    /// Two nodes at a time. Judged when the members in the view of one changed, and for all pairs now and
    /// then.
    Pair,
    /// All nodes together. Judged now and then, and when its time is up.
    Cluster,
}

/// A named condition under which an invariant is promised.
#[derive(Debug)]
#[non_exhaustive]
pub struct Assumption {
    /// Its name, as reports write it.
    pub name: &'static str,
    /// What must be the case, in words.
    pub sentence: &'static str,
}

/// How many invariants there are.
pub(super) const COUNT: usize = 11;

/// All invariants that are judged, in the order of the specification.
pub static INVARIANTS: [&Invariant; COUNT] = [
    &membership::M2,
    &membership::M3,
    &membership::M4,
    &versions::V1,
    &versions::V2,
    &reachability::R1,
    &convergence::C2,
    &convergence::C3,
    &leading::C6,
    &split::S1,
    &liveness::L1,
];

impl Invariant {
    /// The invariant of a name, if it is one of those that are judged.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        INVARIANTS.into_iter().find(|invariant| invariant.id == id)
    }
}

impl PartialEq for Invariant {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Invariant {}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.sentence)
    }
}

impl Group {
    /// The name, as reports write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Liveness => "liveness",
            Self::Rate => "rate",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::INVARIANT_IDS;

    /// INV-1
    #[test]
    fn the_table_is_in_the_order_of_the_specification_and_each_knows_its_place() {
        for (place, invariant) in INVARIANTS.into_iter().enumerate() {
            assert_eq!(invariant.place, place, "{}", invariant.id);
            assert_eq!(Invariant::find(invariant.id), Some(invariant));
        }
        let ids: Vec<_> = INVARIANTS.into_iter().map(|invariant| invariant.id).collect();
        let named: Vec<_> = INVARIANT_IDS.into_iter().filter(|id| ids.contains(id)).collect();
        assert_eq!(ids, named);
        assert!(Invariant::find("M99").is_none());
    }
}
