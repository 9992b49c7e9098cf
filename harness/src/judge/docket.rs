//! What was judged, what could not be, and what was found.

use std::collections::BTreeMap;
use std::fmt;

use quorate::Instant;

use super::catalog::INVARIANTS;
use super::invariant::{Assumption, COUNT, Invariant};
use super::violation::{Finding, Names, Violation};

/// INV-1: how often an invariant was judged in a run, and how often one of its assumptions did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judged {
    /// The name of the invariant.
    pub id: &'static str,
    /// Whether a violation of it counts; else it was not judged.
    pub asserted: bool,
    /// How often it was judged.
    pub judged: u64,
    /// How often it would have been judged, had this assumption held.
    pub assumption_failed: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Judged {
    /// One line: `S1 judged 12 times, 3 times not for want of clean-partition`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.asserted {
            return write!(f, "{} left out", self.id);
        }
        write!(f, "{} judged {} times", self.id, self.judged)?;
        for (assumption, count) in &self.assumption_failed {
            write!(f, ", {count} times not for want of {assumption}")?;
        }
        Ok(())
    }
}

/// How often an invariant that takes long to judge is judged every time.
const ALWAYS_JUDGED: u64 = 32;

/// The judge's own record of a run.
#[derive(Clone, Debug)]
pub(super) struct Docket {
    asserted: [bool; COUNT],
    judged: [u64; COUNT],
    assumption_failed: [BTreeMap<&'static str, u64>; COUNT],
    /// How often one that is not judged every time could have been.
    turns: [u64; COUNT],
    /// What the present event brought up.
    found: Vec<Violation>,
    /// What was told before. One violation is told once, though it may last.
    told: Vec<(usize, Vec<String>)>,
    at: Instant,
    event: u64,
}

impl Docket {
    pub(super) fn new(asserted: [bool; COUNT]) -> Self {
        Self {
            asserted,
            judged: [0; COUNT],
            assumption_failed: std::array::from_fn(|_| BTreeMap::new()),
            turns: [0; COUNT],
            found: Vec::new(),
            told: Vec::new(),
            at: Instant::ZERO,
            event: 0,
        }
    }

    /// What comes next belongs to this event.
    pub(super) fn open(&mut self, at: Instant, event: u64) {
        (self.at, self.event) = (at, event);
    }

    /// When the event happened that was opened last.
    pub(super) fn at(&self) -> Instant {
        self.at
    }

    /// The event that was opened last.
    pub(super) fn event(&self) -> u64 {
        self.event
    }

    pub(super) fn asserts(&self, invariant: &'static Invariant) -> bool {
        self.asserted[invariant.place]
    }

    /// An invariant was judged, and this was found.
    pub(super) fn judged(
        &mut self,
        invariant: &'static Invariant,
        finding: Option<Finding>,
        names: Names<'_>,
    ) {
        self.judged[invariant.place] += 1;
        if let Some(Finding { who, facts, is_always_wrong }) = finding {
            let who: Vec<String> = who.iter().map(|node| names.of(node)).collect();
            let what = (invariant.place, who.clone());
            if !self.told.contains(&what) {
                self.told.push(what);
                let cured_by = if is_always_wrong { &[] } else { invariant.cured_by };
                let (at, event) = (self.at, self.event);
                self.found.push(Violation { invariant, at, event, who, facts, cured_by });
            }
        }
    }

    /// An invariant is judged if an assumption holds.
    pub(super) fn judged_if(
        &mut self,
        holds: bool,
        assumption: &'static Assumption,
        invariant: &'static Invariant,
        check: impl FnOnce() -> Option<Finding>,
        names: Names<'_>,
    ) {
        if holds { self.judged(invariant, check(), names) } else { self.excused(invariant, assumption) }
    }

    /// Whether all assumptions hold under which an invariant is to be judged.
    pub(super) fn all_hold(
        &mut self,
        invariant: &'static Invariant,
        assumptions: &[(bool, &'static Assumption)],
    ) -> bool {
        let broken = assumptions.iter().filter(|(holds, _)| !holds);
        broken.for_each(|(_, assumption)| self.excused(invariant, assumption));
        assumptions.iter().all(|(holds, _)| *holds)
    }

    /// Whether an invariant that takes long to judge is to be judged this time: at first always, then one time in so many.
    pub(super) fn is_turn(&mut self, invariant: &'static Invariant, one_in: u64) -> bool {
        let turn = &mut self.turns[invariant.place];
        *turn += 1;
        *turn <= ALWAYS_JUDGED || turn.is_multiple_of(one_in)
    }

    /// An invariant could not be judged.
    pub(super) fn excused(&mut self, invariant: &'static Invariant, assumption: &'static Assumption) {
        *self.assumption_failed[invariant.place].entry(assumption.name).or_default() += 1;
    }

    /// What the present event brought up.
    pub(super) fn close(&mut self) -> Result<(), Vec<Violation>> {
        if self.found.is_empty() { Ok(()) } else { Err(std::mem::take(&mut self.found)) }
    }

    pub(super) fn report(&self) -> Vec<Judged> {
        let row = |invariant: &'static Invariant| Judged {
            id: invariant.id,
            asserted: self.asserts(invariant),
            judged: self.judged[invariant.place],
            assumption_failed: self.assumption_failed[invariant.place].clone(),
        };
        INVARIANTS.iter().copied().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::assumptions::NO_MANUAL_DOWN;
    use super::super::split::S1;
    use super::super::testing::{names, node};
    use super::*;

    fn finding() -> Option<Finding> {
        Some(Finding::new(&[&node("a")], "one".into(), "other".into()))
    }

    /// INV-1
    #[test]
    fn it_is_counted_how_often_each_was_judged_and_which_assumption_failed_how_often() {
        let mut docket = Docket::new([true; COUNT]);
        docket.judged(&S1, None, names());
        docket.excused(&S1, &NO_MANUAL_DOWN);
        docket.excused(&S1, &NO_MANUAL_DOWN);
        let report = docket.report();
        let row = report.iter().find(|row| row.id == "S1").unwrap();
        assert_eq!((row.judged, &row.assumption_failed), (1, &[("no-manual-down", 2)].into()));
        assert_eq!(row.to_string(), "S1 judged 1 times, 2 times not for want of no-manual-down");
        assert!(report.iter().filter(|row| row.id != "S1").all(|row| row.judged == 0));
    }

    /// INV-2: what lasts is told at the event at which it became so, and then no more.
    #[test]
    fn a_violation_is_told_once_with_its_event() {
        let mut docket = Docket::new([true; COUNT]);
        docket.open(Instant::from_nanos(5), 7);
        docket.judged(&S1, finding(), names());
        let told = docket.close().unwrap_err();
        assert_eq!((told.len(), told[0].event, told[0].at), (1, 7, Instant::from_nanos(5)));
        docket.open(Instant::from_nanos(6), 8);
        docket.judged(&S1, finding(), names());
        assert_eq!(docket.close(), Ok(()));
    }
}
