//! Lists that ascend: several values put in at once, and two of them side by side.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Puts values into a list, each before the one that stands at its place now; places ascend. One by one they would each move all
/// that stands behind.
pub(crate) fn insert_at<T>(list: &mut Vec<T>, new: Vec<(usize, T)>) {
    if new.len() == 1 {
        return new.into_iter().for_each(|(at, value)| list.insert(at, value));
    }
    let mut all = Vec::with_capacity(list.len() + new.len());
    let mut rest = core::mem::take(list).into_iter();
    let mut taken = 0;
    for (at, value) in new {
        all.extend(rest.by_ref().take(at - taken));
        taken = at;
        all.push(value);
    }
    all.extend(rest);
    *list = all;
}

/// Takes from two lists what comes first in either: of values that are equal in order both, else the lower one.
#[inline]
pub(crate) fn next_of_two<'a, T>(
    one: &mut &'a [T],
    other: &mut &'a [T],
    order: impl FnOnce(&T, &T) -> Ordering,
) -> Option<(Option<&'a T>, Option<&'a T>)> {
    let order = match (one.first(), other.first()) {
        (Some(a), Some(b)) => order(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => return None,
    };
    let a = if order.is_le() { one.split_off_first() } else { None };
    let b = if order.is_ge() { other.split_off_first() } else { None };
    Some((a, b))
}

/// Where each value of a list of so many stands after some were put in at these places, which ascend.
pub(crate) fn moved(len: usize, places: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut moved = Vec::with_capacity(len);
    for (more, at) in places.chain([len]).enumerate() {
        moved.extend((moved.len()..at).map(|place| (place + more) as u32));
    }
    moved
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn each_value_comes_before_the_one_at_its_place() {
        for new in [vec![], vec![(1, 'x')], vec![(0, 'x'), (0, 'y'), (2, 'z'), (3, 'w')]] {
            let (mut at_once, mut one_by_one) = (vec!['a', 'b', 'c'], vec!['a', 'b', 'c']);
            let places: Vec<usize> = new.iter().map(|(at, _)| *at).collect();
            for (before, (at, value)) in new.iter().enumerate() {
                one_by_one.insert(at + before, *value);
            }
            insert_at(&mut at_once, new);
            assert_eq!(at_once, one_by_one);
            let stands = |value| one_by_one.iter().position(|other| *other == value).unwrap() as u32;
            assert_eq!(moved(3, places.into_iter()), ['a', 'b', 'c'].map(stands));
        }
    }
}
