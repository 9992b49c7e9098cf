//! What went wrong: the invariant, when, who, and the two facts that contradict each other.

use std::fmt;

use quorate::{Instant, Repairs, UniqueAddress};

use super::invariant::Invariant;
use crate::case::Time;

/// INV-2: an invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Which.
    pub invariant: &'static Invariant,
    /// When it became so.
    pub at: Instant,
    /// The event at which it became so: the index of the world's step.
    pub event: u64,
    /// The nodes that it is about, as a person calls them; the one whose view it is first.
    pub who: Vec<String>,
    /// The two facts that contradict each other.
    pub facts: (String, String),
    /// RUN-6: the repairs that cure it, by the names of their switches; none if the exact protocol promises that it can't
    /// happen.
    pub cured_by: &'static [&'static str],
}

impl Violation {
    /// RUN-6: whether it is a known defect of the protocol with these repairs: one that would cure it is off.
    #[must_use]
    pub fn is_known_without(&self, repairs: Repairs) -> bool {
        let mut repairs = repairs;
        self.cured_by.iter().any(|name| repairs.switch(name).is_some_and(|switch| !*switch))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invariant, at, event, who, facts, .. } = self;
        let at = Time(at.as_nanos());
        writeln!(f, "{} is violated at {at} (event {event}) by {}", invariant.id, who.join(" "))?;
        writeln!(f, "  must hold: {}", invariant.sentence)?;
        writeln!(f, "  one fact:  {}", facts.0)?;
        write!(f, "  the other: {}", facts.1)
    }
}

impl std::error::Error for Violation {}

/// What a check found, before it is known when.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) who: Vec<UniqueAddress>,
    pub(super) facts: (String, String),
    /// Whether no repair cures it, though the invariant is one that needs repairs.
    pub(super) is_always_wrong: bool,
}

impl Finding {
    pub(super) fn new(who: &[&UniqueAddress], one: String, other: String) -> Self {
        Self {
            who: who.iter().map(|node| (*node).clone()).collect(),
            facts: (one, other),
            is_always_wrong: false,
        }
    }

    /// The same finding, which no repair cures.
    pub(super) fn always_wrong(self) -> Self {
        Self { is_always_wrong: true, ..self }
    }
}

/// What a person calls nodes.
#[derive(Clone, Copy)]
pub(super) struct Names<'a>(pub(super) &'a dyn Fn(&UniqueAddress) -> String);

impl Names<'_> {
    pub(super) fn of(self, node: &UniqueAddress) -> String {
        (self.0)(node)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// INV-2
    #[test]
    fn a_violation_says_who_when_and_which_two_facts_contradict_each_other() {
        let violation = Violation {
            invariant: &super::super::membership::M4,
            at: Instant::ZERO + Duration::from_millis(41_200),
            event: 77,
            who: vec!["a".into(), "b".into()],
            facts: ("a has removed b".into(), "a has b as joining".into()),
            cured_by: super::super::membership::M4.cured_by,
        };
        insta::assert_snapshot!(violation, @r"
        M4 is violated at 41.2s (event 77) by a b
          must hold: an incarnation that left a node's members, or that it has a tombstone of, never comes back there
          one fact:  a has removed b
          the other: a has b as joining
        ");
    }
}
