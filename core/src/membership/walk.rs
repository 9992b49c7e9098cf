//! Walks along tables of members, which ascend.

use core::cmp::Ordering;

use super::address::UniqueAddress;
use super::member::Member;
use crate::splice::next_of_two;

/// The members of two tables side by side, ascending: each node once, with what it is in either.
pub(crate) struct Walk<'a> {
    one: &'a [Member],
    other: &'a [Member],
}

impl<'a> Walk<'a> {
    /// Of what [`Members::as_slice`](super::Members::as_slice) gives.
    pub(crate) const fn of(one: &'a [Member], other: &'a [Member]) -> Self {
        Self { one, other }
    }

    /// Passes over those that [are the same](Member::is_same) in both tables from here on, and gives them back.
    #[inline]
    pub(crate) fn same(&mut self) -> &'a [Member] {
        let (one, other) = (self.one, self.other);
        let mut count = 0;
        while count < one.len() && count < other.len() && one[count].is_same(&other[count]) {
            count += 1;
        }
        (self.one, self.other) = (&one[count..], &other[count..]);
        &one[..count]
    }

    /// The next two that are not the same.
    #[inline]
    pub(crate) fn next_difference(&mut self) -> Option<(Option<&'a Member>, Option<&'a Member>)> {
        self.same();
        self.next()
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = (Option<&'a Member>, Option<&'a Member>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        next_of_two(&mut self.one, &mut self.other, |x, y| {
            if x.shares_identity(y) { Ordering::Equal } else { x.unique_address().cmp(y.unique_address()) }
        })
    }
}

/// Where in a list of members, which ascend, each of some nodes is, which ascend too, each once.
pub(crate) fn positions_among<'a>(
    list: &'a [Member],
    nodes: impl Iterator<Item = &'a UniqueAddress>,
) -> impl Iterator<Item = Option<usize>> {
    let mut from = 0;
    nodes.map(move |node| {
        let is_it = |at: usize| list.get(at).is_some_and(|member| member.unique_address() == node);
        if !is_it(from) {
            from += count_near(&list[from..], |member| member.unique_address() < node);
            if !is_it(from) {
                return None;
            }
        }
        from += 1;
        Some(from - 1)
    })
}

/// How many of an ascending list come before something that is mostly near: so it is looked for among twice as many each time.
pub(super) fn count_near<T>(list: &[T], is_before: impl Fn(&T) -> bool) -> usize {
    let mut reach = 1;
    while list.get(reach - 1).is_some_and(&is_before) {
        reach *= 2;
    }
    list[..reach.min(list.len())].partition_point(is_before)
}
