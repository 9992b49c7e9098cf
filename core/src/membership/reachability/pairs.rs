//! Two tables of observations side by side.

use alloc::sync::Arc;
use core::cmp::Ordering;

use super::{Record, Row};

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
        let order = match (self.one.first(), self.other.first()) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => Ordering::Equal,
            (Some(a), Some(b)) => a.observer.cmp(&b.observer),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let a = if order.is_le() { self.one.split_off_first() } else { None };
        let b = if order.is_ge() { self.other.split_off_first() } else { None };
        Some((a, b))
    }
}

/// What two rows say of each subject of whom they do not say the same, ascending: the record of either, if it has one.
pub(super) fn different_records<'a>(
    one: &'a [Record],
    other: &'a [Record],
) -> impl Iterator<Item = (Option<&'a Record>, Option<&'a Record>)> {
    let (mut one, mut other) = (one, other);
    let pairs = core::iter::from_fn(move || {
        let order = match (one.first(), other.first()) {
            (Some(a), Some(b)) => a.subject.cmp(&b.subject),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let a = if order.is_le() { one.split_off_first() } else { None };
        let b = if order.is_ge() { other.split_off_first() } else { None };
        Some((a, b))
    });
    pairs.filter(|(a, b)| a.map(|record| record.status) != b.map(|record| record.status))
}
