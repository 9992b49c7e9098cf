//! What can be asked of a table of observations.

use alloc::vec::Vec;

use super::{Reachability, ReachabilityStatus, UniqueAddress};

impl Reachability {
    /// RCH-35: what one observer says of a subject; reachable when it says nothing.
    #[must_use]
    pub fn status(&self, observer: &UniqueAddress, subject: &UniqueAddress) -> ReachabilityStatus {
        self.row(observer)
            .and_then(|row| row.position(subject).ok().map(|at| row.records[at].status))
            .unwrap_or(ReachabilityStatus::Reachable)
    }

    /// RCH-35: whether one observer sees a subject.
    #[must_use]
    pub fn is_reachable(&self, observer: &UniqueAddress, subject: &UniqueAddress) -> bool {
        self.status(observer, subject) == ReachabilityStatus::Reachable
    }

    /// RCH-35, RCH-51: what all observers together say: terminated if one says so, else unreachable if one says so.
    #[must_use]
    pub fn aggregated_status(&self, subject: &UniqueAddress) -> ReachabilityStatus {
        if self.0.subjects.terminated().binary_search(subject).is_ok() {
            ReachabilityStatus::Terminated
        } else if self.0.subjects.unreachable().binary_search(subject).is_ok() {
            ReachabilityStatus::Unreachable
        } else {
            ReachabilityStatus::Reachable
        }
    }

    /// RCH-35: subjects that somebody has as unreachable and nobody as terminated, ascending.
    #[must_use]
    pub fn all_unreachable(&self) -> &[UniqueAddress] {
        self.0.subjects.unreachable()
    }

    /// RCH-35: subjects that somebody has as terminated, ascending.
    #[must_use]
    pub fn all_terminated(&self) -> &[UniqueAddress] {
        self.0.subjects.terminated()
    }

    /// RCH-35: subjects that somebody has as unreachable or terminated, ascending.
    #[must_use]
    pub fn all_unreachable_or_terminated(&self) -> Vec<UniqueAddress> {
        let mut all: Vec<_> = self.all_unreachable().iter().chain(self.all_terminated()).cloned().collect();
        all.sort_unstable();
        all
    }

    /// Everybody of whom somebody has a record, whatever it says; ascending.
    pub(crate) fn subjects(&self) -> &[UniqueAddress] {
        self.0.subjects.nodes()
    }

    /// Whether somebody has somebody as unreachable or terminated.
    #[must_use]
    pub fn anybody_is_unreachable(&self) -> bool {
        !(self.all_unreachable().is_empty() && self.all_terminated().is_empty())
    }

    /// RCH-35: whether there are no records at all, which is stricter than nobody being unreachable (RCH-31).
    #[must_use]
    pub fn has_no_records(&self) -> bool {
        self.0.rows.iter().all(|row| row.records.is_empty())
    }

    /// RCH-35: the subjects that one observer has as unreachable, those it has as terminated left out.
    pub fn unreachable_from(&self, observer: &UniqueAddress) -> impl Iterator<Item = &UniqueAddress> {
        let records = self.row(observer).map_or(&[][..], |row| row.records());
        records
            .iter()
            .filter(|record| record.status == ReachabilityStatus::Unreachable)
            .map(|record| &record.subject)
    }

    /// RCH-35: the observers that have records.
    pub fn observers(&self) -> impl Iterator<Item = &UniqueAddress> {
        self.0.rows.iter().filter(|row| !row.records.is_empty()).map(|row| &row.observer)
    }

    /// RCH-35: whether nobody has a node as unreachable or terminated.
    #[must_use]
    pub fn is_reachable_by_all(&self, node: &UniqueAddress) -> bool {
        self.aggregated_status(node) == ReachabilityStatus::Reachable
    }

    /// RCH-35: each subject that somebody has as unreachable, ascending, with those who say so, ascending. That somebody
    /// else has it as terminated does not matter.
    #[must_use]
    pub fn observers_by_unreachable(&self) -> Vec<(&UniqueAddress, Vec<&UniqueAddress>)> {
        let mut grouped: Vec<(&UniqueAddress, Vec<&UniqueAddress>)> = Vec::new();
        for row in &self.0.rows {
            for subject in self.unreachable_from(&row.observer) {
                match grouped.binary_search_by(|group| group.0.cmp(subject)) {
                    Ok(at) => grouped[at].1.push(&row.observer),
                    Err(at) => grouped.insert(at, (subject, [&row.observer].into())),
                }
            }
        }
        grouped
    }
}
