//! The records of a view by the places of their ends.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::indirect::Link;
use crate::membership::{ReachabilityStatus, Row, UniqueAddress};

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

    /// Of each row, its links.
    fn by_row(&self) -> impl Iterator<Item = &[Link]> {
        let starts = core::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.list[start as usize..*end as usize])
    }

    /// The links of these rows when they change from `before` to `after`, both ascending by observer: only rows that are new are looked
    /// at. With them, the ends of new records that have no place, in no order; who has none is in no link.
    pub(super) fn followed<'a>(
        &self,
        before: &[Arc<Row>],
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
        let mut known = before.iter().zip(self.by_row()).peekable();
        for row in after {
            let is_over =
                |(was, _): &(&Arc<Row>, _)| !Arc::ptr_eq(was, row) && was.observer() < row.observer();
            while known.next_if(is_over).is_some() {}
            if let Some((_, same)) = known.next_if(|(was, _)| Arc::ptr_eq(was, row)) {
                links.list.extend_from_slice(same);
            } else {
                let mut records = row
                    .records()
                    .iter()
                    .filter(|record| record.status != ReachabilityStatus::Reachable)
                    .peekable();
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
