//! The records of a view by the places of their ends.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::indirect::Link;
use crate::membership::{ReachabilityStatus, Record, Row, RowPairs, UniqueAddress};

/// The kept records of a table of observations (SBR-31), row by row, each with the places of observer and subject among the stored
/// members. They hold as long as nobody is stored or taken out.
#[derive(Debug, Default)]
pub(super) struct Links {
    list: Vec<Link>,
    /// Of each row of the table, where its records end in the list.
    ends: Vec<u32>,
}

/// Links while they hold. A view with them is no other than one without.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptLinks(Option<Arc<Links>>);

impl KeptLinks {
    pub(super) fn get(&self) -> Option<&Links> {
        self.0.as_deref()
    }

    pub(super) fn keep(&mut self, links: Links) {
        self.0 = Some(Arc::new(links));
    }

    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

impl PartialEq for KeptLinks {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Links {
    pub(super) fn list(&self) -> &[Link] {
        &self.list
    }

    /// The links of these rows when they change from `before` to `after`, both ascending by observer: only rows that are new are looked
    /// at. With them, the ends of new records that have no place, in no order; who has none is in no link.
    pub(super) fn followed<'a>(
        &self,
        before: &'a [Arc<Row>],
        after: &'a [Arc<Row>],
        place: impl Fn(&UniqueAddress) -> Option<usize>,
    ) -> (Self, Vec<&'a UniqueAddress>) {
        let mut links =
            Self { list: Vec::with_capacity(self.list.len()), ends: Vec::with_capacity(after.len()) };
        let mut strangers = Vec::new();
        let mut find = |node: &'a UniqueAddress| {
            let place = place(node);
            strangers.extend(place.is_none().then_some(node));
            place.map(|place| place as u32)
        };
        // Of rows whose links are not kept, none is known.
        let before = &before[..self.ends.len().min(before.len())];
        let (mut start, mut ends) = (0, self.ends.iter());
        for (was, is) in RowPairs::of(before, after) {
            let known = start..was.and_then(|_| ends.next()).map_or(start, |end| *end as usize);
            start = known.end;
            let Some(row) = is else { continue };
            if was.is_some_and(|was| Arc::ptr_eq(was, row)) {
                links.list.extend_from_slice(&self.list[known]);
            } else {
                let says_not = |record: &&Record| record.status != ReachabilityStatus::Reachable;
                let mut records = row.records().iter().filter(says_not).peekable();
                let observer = records.peek().and_then(|_| find(row.observer()));
                for record in records {
                    let subject = find(&record.subject);
                    links.list.extend(observer.zip(subject));
                }
            }
            links.ends.push(links.list.len() as u32);
        }
        (links, strangers)
    }
}
