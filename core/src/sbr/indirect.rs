//! Nodes that some members reach and others do not.

use alloc::vec;
use alloc::vec::Vec;

/// Observer and subject of a record, by number.
pub(super) type Link = (u32, u32);

/// SBR-33: the indirectly connected nodes among those of some records, by the rule that found them.
///
/// SBR-34: nodes are found, not links, so a healthy node beside a sick one is found with it.
pub(super) struct Indirect {
    /// Observer of one record and subject of another.
    cycle: Vec<bool>,
    /// Observer or subject of a record whose subject has seen the present gossip.
    seen: Vec<bool>,
}

impl Indirect {
    /// SBR-33, SBR-35: a clean cut and a crash leave observers on one side and subjects on the other, hence nobody.
    pub(super) fn among(records: &[Link], has_seen: &[bool]) -> Self {
        let mut observers = vec![false; has_seen.len()];
        let mut cycle = vec![false; has_seen.len()];
        let mut seen = vec![false; has_seen.len()];
        records.iter().for_each(|&(observer, _)| observers[observer as usize] = true);
        for &(observer, subject) in records {
            cycle[subject as usize] = observers[subject as usize];
            if has_seen[subject as usize] {
                seen[observer as usize] = true;
                seen[subject as usize] = true;
            }
        }
        Self { cycle, seen }
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.cycle[number as usize] || self.seen[number as usize]
    }

    /// By the first rule, and by the second.
    pub(super) fn by_rule(&self) -> [&[bool]; 2] {
        [&self.cycle, &self.seen]
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.cycle.iter().chain(&self.seen).any(|is_in| *is_in)
    }

    /// Whether one rule found both ends of a record.
    pub(super) fn explains(&self, (observer, subject): Link) -> bool {
        let both = |found: &[bool]| found[observer as usize] && found[subject as usize];
        both(&self.cycle) || both(&self.seen)
    }
}
