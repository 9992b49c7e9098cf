//! Two tables of observations side by side.

use alloc::sync::Arc;
use core::cmp::Ordering;

use super::{Record, Row};
use crate::splice::next_of_two;

/// The rows of two tables, observer by observer, ascending: of each the row that either has.
pub(crate) struct RowPairs<'a> {
    one: &'a [Arc<Row>],
    other: &'a [Arc<Row>],
}

impl<'a> RowPairs<'a> {
    pub(crate) const fn of(one: &'a [Arc<Row>], other: &'a [Arc<Row>]) -> Self {
        Self { one, other }
    }
}

impl<'a> Iterator for RowPairs<'a> {
    type Item = (Option<&'a Arc<Row>>, Option<&'a Arc<Row>>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        next_of_two(&mut self.one, &mut self.other, |a, b| {
            if Arc::ptr_eq(a, b) { Ordering::Equal } else { a.observer.cmp(&b.observer) }
        })
    }
}

/// What two rows say of each subject of whom they do not say the same, ascending: the record of either, if it has one.
pub(super) fn different_records<'a>(
    one: &'a [Record],
    other: &'a [Record],
) -> impl Iterator<Item = (Option<&'a Record>, Option<&'a Record>)> {
    let (mut one, mut other) = (one, other);
    let pairs =
        core::iter::from_fn(move || next_of_two(&mut one, &mut other, |a, b| a.subject.cmp(&b.subject)));
    pairs.filter(|(a, b)| a.map(|record| record.status) != b.map(|record| record.status))
}
