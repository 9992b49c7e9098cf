//! How tables from different nodes become one, and how nodes leave a table.

use alloc::sync::Arc;
use core::cmp::Ordering;

use super::pairs::RowPairs;
use super::{Reachability, Row, UniqueAddress};

impl Reachability {
    /// RCH-22 to RCH-28: one table of two. Of each observer for whom `is_allowed` holds the whole row of the higher
    /// version is taken, never a mixture; at equal versions that of `other`, and none when only one side has records.
    /// Records about subjects that are not allowed are dropped.
    #[must_use]
    pub fn merge(&self, other: &Self, is_allowed: impl Fn(&UniqueAddress) -> bool) -> Self {
        self.merge_all(other).restricted_to(&is_allowed)
    }

    /// The same of tables in which everybody is allowed. Where all that comes out is what one side has, it is that side's
    /// very table.
    pub(crate) fn merge_all(&self, other: &Self) -> Self {
        if Arc::ptr_eq(&self.0, &other.0) {
            return self.clone();
        }
        // How many rows of the result each side does not have.
        let (mut new_to_me, mut new_to_them) = (0, 0);
        for (mine, theirs) in RowPairs::of(&self.0.rows, &other.0.rows) {
            let row = newer_row(mine, theirs);
            let lacks = |side: Option<&Arc<Row>>| {
                side.is_none_or(|own| row.is_some_and(|row| !Arc::ptr_eq(own, row) && own != row))
            };
            new_to_me += usize::from(lacks(mine));
            new_to_them += usize::from(lacks(theirs));
        }
        let nearer = match (new_to_me, new_to_them) {
            (_, 0) => return other.clone(),
            (0, _) => return self.clone(),
            _ if new_to_me < new_to_them => self,
            _ => other,
        };
        let pairs = RowPairs::of(&self.0.rows, &other.0.rows);
        nearer.with_rows(pairs.filter_map(|(mine, theirs)| newer_row(mine, theirs).cloned()).collect())
    }

    /// RCH-22: whether of each observer this table has the row that another one has, or a later one: so that a merge gives what this has.
    pub(crate) fn has_all_of(&self, other: &Self) -> bool {
        let mut mine = self.0.rows.iter();
        let mut has = |theirs: &Arc<Row>| {
            let own = mine.find(|row| Arc::ptr_eq(row, theirs) || row.observer >= theirs.observer);
            own.is_some_and(|own| {
                let is_same = Arc::ptr_eq(own, theirs) || own == theirs;
                is_same || (own.observer == theirs.observer && own.version > theirs.version)
            })
        };
        Arc::ptr_eq(&self.0, &other.0) || other.0.rows.iter().all(&mut has)
    }

    fn restricted_to(self, is_allowed: &impl Fn(&UniqueAddress) -> bool) -> Self {
        if self.names_only(is_allowed) {
            return self;
        }
        let rows = self.0.rows.iter().filter(|row| is_allowed(&row.observer));
        let rows = rows.map(|row| with_allowed_subjects(row.clone(), is_allowed)).collect();
        self.with_rows(rows)
    }

    fn names_only(&self, is_allowed: &impl Fn(&UniqueAddress) -> bool) -> bool {
        self.0.rows.iter().all(|row| is_allowed(&row.observer)) && self.subjects().iter().all(is_allowed)
    }

    /// RCH-30, RCH-31: the table without some nodes, as observers and as subjects. The versions of other observers
    /// stay, and what they have left is not pruned.
    #[must_use]
    pub fn remove(&self, nodes: &[UniqueAddress]) -> Self {
        self.clone().restricted_to(&|node: &UniqueAddress| !nodes.contains(node))
    }

    /// RCH-32: the table without the rows of some observers; what others say of them stays.
    #[must_use]
    pub fn remove_observers(&self, nodes: &[UniqueAddress]) -> Self {
        if !nodes.iter().any(|node| self.row(node).is_some()) {
            return self.clone();
        }
        self.only_observers(|observer| !nodes.contains(observer))
    }

    /// RCH-32: the table with only the rows of observers for whom a condition holds.
    #[must_use]
    pub fn only_observers(&self, condition: impl Fn(&UniqueAddress) -> bool) -> Self {
        if self.0.rows.iter().all(|row| condition(&row.observer)) {
            return self.clone();
        }
        self.with_rows(self.0.rows.iter().filter(|row| condition(&row.observer)).cloned().collect())
    }

    /// RCH-33: the table with only the records about subjects for whom a condition holds; versions stay.
    #[must_use]
    pub fn only_subjects(&self, condition: impl Fn(&UniqueAddress) -> bool) -> Self {
        if self.subjects().iter().all(&condition) {
            return self.clone();
        }
        let rows = self.0.rows.iter().map(|row| with_allowed_subjects(row.clone(), &condition));
        self.with_rows(rows.collect())
    }
}

/// RCH-22, RCH-26: of two rows of one observer that of the higher version; of equal versions `b`, and none of the records when one has
/// none. The only one, if there is but one.
fn newer_row<'a>(a: Option<&'a Arc<Row>>, b: Option<&'a Arc<Row>>) -> Option<&'a Arc<Row>> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    Some(match a.version.cmp(&b.version) {
        Ordering::Greater => a,
        Ordering::Less => b,
        Ordering::Equal if a.records.is_empty() => a,
        Ordering::Equal => b,
    })
}

fn with_allowed_subjects(row: Arc<Row>, is_allowed: &impl Fn(&UniqueAddress) -> bool) -> Arc<Row> {
    if row.records.iter().all(|record| is_allowed(&record.subject)) {
        return row;
    }
    let records = row.records.iter().filter(|record| is_allowed(&record.subject)).cloned().collect();
    Arc::new(Row::new(row.observer.clone(), row.version, records))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::node;

    fn all(_: &UniqueAddress) -> bool {
        true
    }

    /// RCH-22, RCH-24, RCH-25
    #[test]
    fn the_whole_row_of_the_higher_version_is_taken() {
        let old = Reachability::new().unreachable(&node("a"), &node("b"));
        let new = old.reachable(&node("a"), &node("b")).unreachable(&node("a"), &node("c"));
        for merged in [old.merge(&new, all), new.merge(&old, all)] {
            assert_eq!(merged, new);
        }
    }

    /// RCH-21: an empty row of a higher version wins over records of a lower one.
    #[test]
    fn a_row_that_was_emptied_stays_empty() {
        let old = Reachability::new().unreachable(&node("a"), &node("b"));
        let new = old.reachable(&node("a"), &node("b"));
        for merged in [old.merge(&new, all), new.merge(&old, all)] {
            assert!(merged.has_no_records());
            assert_eq!(merged.version(&node("a")), 2);
        }
    }

    /// RCH-26
    #[test]
    fn a_tie_with_records_on_one_side_only_yields_none() {
        let full = Reachability::new().unreachable(&node("a"), &node("b"));
        let emptied = full.only_subjects(|_| false);
        assert_eq!(emptied.version(&node("a")), 1);
        assert!(full.merge(&emptied, all).has_no_records());
        assert!(emptied.merge(&full, all).has_no_records());
    }

    /// RCH-22: at equal versions the rows of `other` are taken.
    #[test]
    fn a_tie_is_won_by_the_other_table() {
        let a = Reachability::new().unreachable(&node("a"), &node("b"));
        let b = Reachability::new().unreachable(&node("a"), &node("c"));
        assert_eq!(a.merge(&b, all), b);
        assert_eq!(b.merge(&a, all), a);
    }

    /// RCH-23, RCH-25
    #[test]
    fn only_allowed_observers_and_subjects_remain() {
        let table =
            Reachability::new().unreachable(&node("a"), &node("b")).unreachable(&node("c"), &node("a"));
        let merged = table.merge(&Reachability::new(), |n| *n != node("b") && *n != node("c"));
        assert!(merged.has_no_records());
        assert_eq!((merged.version(&node("a")), merged.version(&node("c"))), (1, 0));
    }

    /// RCH-30, RCH-31, RCH-34
    #[test]
    fn a_removed_node_leaves_as_observer_and_as_subject() {
        let table = Reachability::new()
            .unreachable(&node("a"), &node("b"))
            .unreachable(&node("b"), &node("c"))
            .unreachable(&node("a"), &node("c"));
        let left = table.remove(&[node("b")]);
        assert_eq!(left.all_unreachable(), [node("c")]);
        assert_eq!((left.version(&node("a")), left.version(&node("b"))), (2, 0));
        assert!(table.remove(&[node("z")]).is_identical(&table));
    }

    /// RCH-32
    #[test]
    fn without_an_observer_what_others_say_of_it_stays() {
        let table =
            Reachability::new().unreachable(&node("a"), &node("b")).unreachable(&node("b"), &node("a"));
        assert_eq!(table.remove_observers(&[node("b")]).all_unreachable(), [node("b")]);
        assert!(table.remove_observers(&[]).is_identical(&table));
    }

    /// RCH-22
    #[test]
    fn a_table_has_all_of_another_when_a_merge_adds_nothing() {
        let start =
            Reachability::new().unreachable(&node("a"), &node("c")).unreachable(&node("b"), &node("c"));
        let later = start.reachable(&node("a"), &node("c"));
        let more = start.unreachable(&node("d"), &node("c"));
        let tie = Reachability::new().unreachable(&node("a"), &node("b")).unreachable(&node("b"), &node("c"));
        let tables = [Reachability::new(), start, later, more, tie];
        for (place, a) in tables.iter().enumerate() {
            for (other, b) in tables.iter().enumerate() {
                let expected = a.merge_all(b) == *a && b.merge_all(a) == *a;
                assert_eq!(a.has_all_of(b), expected, "{place} and {other}");
            }
        }
    }

    /// RCH-28
    #[test]
    fn tables_of_one_history_merge_alike_from_both_sides() {
        let start = Reachability::new().unreachable(&node("a"), &node("c"));
        let left = start.unreachable(&node("b"), &node("c"));
        let right = start.reachable(&node("a"), &node("c")).unreachable(&node("a"), &node("d"));
        assert_eq!(left.merge(&right, all), right.merge(&left, all));
    }
}
