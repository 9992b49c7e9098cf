//! Who is observed in a table, and by how many.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::pairs::{RowPairs, different_records};
use super::{ReachabilityStatus, Row, UniqueAddress};

/// RCH-35, RCH-37: what is derived of all records of a table, made from that of a table that differs in a few rows. Lists
/// that stay the same are shared.
#[derive(Clone, Default)]
pub(super) struct Subjects {
    /// Ascending; of whom there is a record.
    nodes: Arc<Vec<UniqueAddress>>,
    /// Of each of them, how many records there are.
    counts: Vec<Counts>,
    /// Ascending; at least one observer has them as unreachable, none as terminated.
    unreachable: Arc<Vec<UniqueAddress>>,
    /// Ascending; at least one observer has them as terminated.
    terminated: Arc<Vec<UniqueAddress>>,
}

/// How many records about one node there are, by what they say.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Counts([u32; 3]);

impl Counts {
    fn aggregated(self) -> ReachabilityStatus {
        let [_, unreachable, terminated] = self.0;
        match (unreachable, terminated) {
            (_, 1..) => ReachabilityStatus::Terminated,
            (1.., 0) => ReachabilityStatus::Unreachable,
            (0, 0) => ReachabilityStatus::Reachable,
        }
    }

    fn are_none(self) -> bool {
        self.0 == [0; 3]
    }
}

impl Subjects {
    /// These, which belong to the rows `before`, as they are with the rows `after`; both ascending by observer.
    pub(super) fn followed<'a>(&self, before: &'a [Arc<Row>], after: &'a [Arc<Row>]) -> Self {
        let mut subjects = self.clone();
        let mut moved = false;
        for (was, is) in RowPairs::of(before, after) {
            if was.zip(is).is_some_and(|(was, is)| Arc::ptr_eq(was, is)) {
                continue;
            }
            let records = |row: Option<&'a Arc<Row>>| row.map_or(&[][..], |row| row.records());
            for (was, is) in different_records(records(was), records(is)) {
                // One more first, so that nobody goes who stays.
                let new = is.map(|record| (record, 1));
                let old = was.map(|record| (record, -1));
                for (record, step) in new.into_iter().chain(old) {
                    moved |= subjects.count(&record.subject, record.status, step);
                }
            }
        }
        if moved {
            subjects.list_anew();
        }
        subjects
    }

    /// One record more or less about a node. Gives back whether something else follows from all of them together.
    fn count(&mut self, node: &UniqueAddress, status: ReachabilityStatus, step: i32) -> bool {
        let at = self.nodes.binary_search(node).unwrap_or_else(|at| {
            Arc::make_mut(&mut self.nodes).insert(at, node.clone());
            self.counts.insert(at, Counts::default());
            at
        });
        let counts = &mut self.counts[at];
        let before = *counts;
        let count = &mut counts.0[status as usize];
        *count = count.wrapping_add_signed(step);
        before.aggregated() != counts.aggregated() || counts.are_none()
    }

    fn list_anew(&mut self) {
        if self.counts.iter().any(|counts| counts.are_none()) {
            let mut counts = self.counts.iter();
            let is_left = |_: &UniqueAddress| counts.next().is_some_and(|counts| !counts.are_none());
            Arc::make_mut(&mut self.nodes).retain(is_left);
            self.counts.retain(|counts| !counts.are_none());
        }
        let listed = |status| {
            let both = self.nodes.iter().zip(&self.counts);
            let nodes =
                both.filter(|(_, counts)| counts.aggregated() == status).map(|(node, _)| node.clone());
            Arc::new(nodes.collect::<Vec<_>>())
        };
        let lists = [listed(ReachabilityStatus::Unreachable), listed(ReachabilityStatus::Terminated)];
        [self.unreachable, self.terminated] = lists;
    }

    /// Everybody of whom there is a record, ascending.
    pub(super) fn nodes(&self) -> &[UniqueAddress] {
        &self.nodes
    }

    pub(super) fn unreachable(&self) -> &[UniqueAddress] {
        &self.unreachable
    }

    pub(super) fn terminated(&self) -> &[UniqueAddress] {
        &self.terminated
    }
}
