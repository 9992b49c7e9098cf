//! What an invariant is: a small named value.

use std::fmt;

use crate::case::INVARIANT_IDS;

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
