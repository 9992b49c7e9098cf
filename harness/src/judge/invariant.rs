//! What must hold: each invariant as a small named value, and the table of all that are judged.

use std::fmt;

use crate::case::INVARIANT_IDS;

use super::{
    agreement, convergence, deciding, duties, exchange, identity, leading, leaving, liveness, membership,
    promotion, rates, reachability, ring, rows, split, staying, telling, versions, welcoming,
};

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
    /// RUN-6: the repairs that make it hold, by the names of their switches; none if it holds without any.
    pub cured_by: &'static [&'static str],
    /// Its place in the catalogue of part 07.
    pub(super) place: usize,
}

impl Invariant {
    /// One that is promised without any assumption, and by the exact protocol.
    pub(super) const fn new(
        id: &'static str,
        sentence: &'static str,
        group: Group,
        watches: Watches,
        rules: &'static str,
    ) -> Self {
        Self {
            id,
            sentence,
            group,
            watches,
            rules,
            assumes: &[],
            pekko: false,
            cured_by: &[],
            place: place_of(id),
        }
    }

    /// The same under assumptions.
    pub(super) const fn assuming(self, assumes: &'static [&'static Assumption]) -> Self {
        Self { assumes, ..self }
    }

    /// The same for one that holds only with these repairs.
    pub(super) const fn cured_by(self, cured_by: &'static [&'static str]) -> Self {
        Self { cured_by, pekko: true, ..self }
    }
}

/// Where an invariant stands in part 07.
const fn place_of(id: &str) -> usize {
    let mut place = 0;
    while place < COUNT {
        if same_text(INVARIANT_IDS[place], id) {
            return place;
        }
        place += 1;
    }
    panic!("part 07 has no such invariant")
}

const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut place = 0;
    while place < a.len() && place < b.len() {
        if a[place] != b[place] {
            return false;
        }
        place += 1;
    }
    a.len() == b.len()
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

/// How many invariants part 07 has.
pub(super) const COUNT: usize = INVARIANT_IDS.len();

/// All invariants that are judged, in the order of the specification.
pub static INVARIANTS: &[&Invariant] = &[
    &membership::M1,
    &membership::M2,
    &membership::M3,
    &membership::M4,
    &identity::M5,
    &identity::M6,
    &membership::M7,
    &identity::M8,
    &identity::M9,
    &membership::M10,
    &welcoming::M11,
    &versions::V1,
    &versions::V2,
    &agreement::V3,
    &versions::V4,
    &exchange::V5,
    &exchange::V6,
    &exchange::V7,
    &reachability::R1,
    &rows::R2,
    &rows::R3,
    &rows::R4,
    &ring::R5,
    &agreement::C1,
    &convergence::C2,
    &convergence::C3,
    &agreement::C4,
    &agreement::C5,
    &leading::C6,
    &promotion::C7,
    &promotion::C8,
    &promotion::U1,
    &promotion::U2,
    &promotion::U3,
    &agreement::U4,
    &telling::E1,
    &telling::E2,
    &telling::E3,
    &leaving::X1,
    &leaving::X2,
    &split::S1,
    &staying::S3,
    &staying::S4,
    &staying::S5,
    &staying::S6,
    &deciding::S7,
    &deciding::S8,
    &deciding::S9,
    &deciding::S10,
    &staying::S11,
    &liveness::L1,
    &duties::L2,
    &duties::L3,
    &duties::L4,
    &duties::L5,
    &duties::L6,
    &duties::L7,
    &duties::L8,
    &rates::L9,
    &rates::L10,
    &rates::L11,
    &rates::L12,
];

impl Invariant {
    /// The invariant of a name, if it is one of those that are judged.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        INVARIANTS.iter().copied().find(|invariant| invariant.id == id)
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

    /// INV-1
    #[test]
    fn the_table_is_in_the_order_of_the_specification_and_each_knows_its_place() {
        for invariant in INVARIANTS.iter().copied() {
            assert_eq!(INVARIANT_IDS[invariant.place], invariant.id);
            assert_eq!(Invariant::find(invariant.id), Some(invariant));
            assert_eq!(invariant.pekko, !invariant.cured_by.is_empty());
            assert!(invariant.cured_by.iter().all(|repair| quorate::Repairs::NAMES.contains(repair)));
        }
        let ids: Vec<_> = INVARIANTS.iter().map(|invariant| invariant.id).collect();
        let named: Vec<_> = INVARIANT_IDS.into_iter().filter(|id| ids.contains(id)).collect();
        assert_eq!(ids, named);
        assert!(Invariant::find("M99").is_none());
    }
}
