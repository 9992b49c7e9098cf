//! How an observer changes its own row.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::ReachabilityStatus::{Reachable, Terminated, Unreachable};
use super::{Reachability, ReachabilityStatus, Record, Row, UniqueAddress};

impl Reachability {
    /// RCH-6 to RCH-17: the table after `observer` has said `status` of `subject`. The identical table when that
    /// changes nothing; otherwise the observer's version is one higher.
    ///
    /// An observer that then sees everybody keeps its version and no records (RCH-8, RCH-13, RCH-21); one that knows
    /// somebody terminated keeps its records (RCH-18, RCH-19). So a record that says reachable stands beside one that does
    /// not (RCH-20). RCH-3: only the observer itself may ask for this.
    #[must_use]
    pub fn change(
        &self,
        observer: &UniqueAddress,
        subject: &UniqueAddress,
        status: ReachabilityStatus,
    ) -> Self {
        let row = self.row(observer);
        let records = row.map_or(&[][..], |row| row.records());
        let position = records.binary_search_by(|record| record.subject.cmp(subject));
        let present = position.ok().map(|at| records[at].status);
        if present == Some(Terminated)
            || present == Some(status)
            || (records.is_empty() && status == Reachable)
        {
            return self.clone();
        }
        // A version that a peer made up must not stop this node.
        let version = row.map_or(0, |row| row.version).saturating_add(1);
        let sees_all_others =
            records.iter().all(|record| record.status == Reachable || record.subject == *subject);
        let changed = if status == Reachable && sees_all_others {
            Vec::new()
        } else {
            let record = Record { subject: subject.clone(), status, version };
            let mut changed = records.to_vec();
            match position {
                Ok(at) => changed[at] = record,
                Err(at) => changed.insert(at, record),
            }
            changed
        };
        self.with_row(Row::new(observer.clone(), version, changed))
    }

    /// `observer` does not see `subject`.
    #[must_use]
    pub fn unreachable(&self, observer: &UniqueAddress, subject: &UniqueAddress) -> Self {
        self.change(observer, subject, Unreachable)
    }

    /// `observer` sees `subject` again.
    #[must_use]
    pub fn reachable(&self, observer: &UniqueAddress, subject: &UniqueAddress) -> Self {
        self.change(observer, subject, Reachable)
    }

    /// `observer` knows that `subject` will never answer again.
    #[must_use]
    pub fn terminated(&self, observer: &UniqueAddress, subject: &UniqueAddress) -> Self {
        self.change(observer, subject, Terminated)
    }

    fn with_row(&self, row: Row) -> Self {
        let mut rows = self.0.rows.clone();
        match self.row_position(&row.observer) {
            Ok(at) => rows[at] = Arc::new(row),
            Err(at) => rows.insert(at, Arc::new(row)),
        }
        self.with_rows(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::node;

    /// RCH-6, RCH-12, RCH-17
    #[test]
    fn saying_what_was_said_gives_back_the_identical_table() {
        let empty = Reachability::new();
        assert!(empty.reachable(&node("a"), &node("b")).is_identical(&empty));
        let table = empty.unreachable(&node("a"), &node("b"));
        assert!(table.unreachable(&node("a"), &node("b")).is_identical(&table));
    }

    /// RCH-2, RCH-7, RCH-10
    #[test]
    fn each_change_counts_the_version_of_the_observer_up() {
        let table = Reachability::new().unreachable(&node("a"), &node("b"));
        assert_eq!((table.version(&node("a")), table.version(&node("b"))), (1, 0));
        let table = table.unreachable(&node("a"), &node("c"));
        assert_eq!(table.version(&node("a")), 2);
        let versions: Vec<_> = table.row(&node("a")).unwrap().records().iter().map(|r| r.version).collect();
        assert_eq!(versions, [1, 2]);
    }

    /// RCH-11, RCH-15, RCH-18
    #[test]
    fn terminated_is_final_for_an_observer() {
        let table =
            Reachability::new().unreachable(&node("a"), &node("b")).terminated(&node("a"), &node("b"));
        assert_eq!(table.version(&node("a")), 2);
        for status in [Reachable, Unreachable, Terminated] {
            assert!(table.change(&node("a"), &node("b"), status).is_identical(&table));
        }
    }

    /// RCH-8, RCH-13, RCH-21
    #[test]
    fn an_observer_that_sees_everybody_keeps_its_version_and_no_records() {
        let table = Reachability::new().unreachable(&node("a"), &node("b")).reachable(&node("a"), &node("b"));
        assert!(table.has_no_records());
        assert_eq!(table.version(&node("a")), 2);
        let two = Reachability::new().unreachable(&node("a"), &node("b")).unreachable(&node("a"), &node("c"));
        let left_over = two.reachable(&node("a"), &node("b")).remove(&[node("c")]);
        assert!(!left_over.has_no_records() && !left_over.anybody_is_unreachable());
        let pruned = left_over.reachable(&node("a"), &node("d"));
        assert!(pruned.has_no_records());
        assert_eq!(pruned.version(&node("a")), 4);
    }

    /// RCH-9, RCH-14, RCH-16, RCH-20
    #[test]
    fn a_reachable_record_stands_only_beside_one_that_is_not() {
        let two = Reachability::new().unreachable(&node("a"), &node("b")).unreachable(&node("a"), &node("c"));
        let one = two.reachable(&node("a"), &node("b"));
        assert_eq!(one.row(&node("a")).unwrap().records().len(), 2);
        assert_eq!(one.all_unreachable(), [node("c")]);
        let beside = one.reachable(&node("a"), &node("d"));
        assert_eq!(beside.row(&node("a")).unwrap().records().len(), 3);
        let again = beside.unreachable(&node("a"), &node("b"));
        assert_eq!(again.all_unreachable(), [node("b"), node("c")]);
    }
}
