//! Who counts as unreachable for a data centre, derived once from members and observations together.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Members, Reachability, UniqueAddress};
use crate::membership::bits::Bits;
use crate::membership::reachability::ReachabilityStatus;
use crate::membership::status::MemberStatus;

/// A set of observed nodes: positions in the table of members, and nodes that are no members.
#[derive(Clone)]
pub(crate) struct Subjects {
    pub(crate) members: Bits,
    /// Ascending, each once.
    pub(crate) strangers: Vec<UniqueAddress>,
}

/// The views of the table of observations that one data centre has. Each set holds the nodes that at least one of the
/// observations of that view calls Unreachable or Terminated.
pub(crate) struct Observations {
    /// CNV-1, RCH-54 (`R_dc`): by observers of this data centre, about anybody.
    pub(crate) by_data_center: Subjects,
    /// CNV-2, RCH-55 (`R_dc_live`): the same, about this data centre only, without observers that are Down.
    pub(crate) live: Subjects,
    /// REP-70: the same, without observers that are Down or Exiting.
    pub(crate) live_without_exiting: Subjects,
    /// RCH-56 (`R_dc_nodes`): within this data centre, by observers of any status.
    pub(crate) inside: Subjects,
    /// Of `inside`, those that somebody calls Terminated.
    pub(crate) inside_terminated: Subjects,
    /// RCH-57, EVT-31: (subject, terminated) for each observation from this data centre about another one.
    pub(crate) outward: Vec<(UniqueAddress, bool)>,
}

/// What each data centre observes.
pub(crate) struct Observed {
    /// In the order of [`Members::data_centers`].
    views: Vec<Observations>,
    /// Whether there is a record about a node that is no member.
    has_strangers: bool,
}

const NOBODY: Bits = Bits::Small(0);

/// Members and strangers, each ascending, as one ascending sequence.
pub(crate) fn ascending<'a>(
    members: impl Iterator<Item = &'a UniqueAddress>,
    strangers: &'a [UniqueAddress],
) -> impl Iterator<Item = &'a UniqueAddress> {
    let (mut members, mut strangers) = (members.peekable(), strangers.iter().peekable());
    core::iter::from_fn(move || match (members.peek(), strangers.peek()) {
        (Some(member), Some(stranger)) if stranger < member => strangers.next(),
        (Some(_), _) => members.next(),
        (None, _) => strangers.next(),
    })
}

impl Subjects {
    pub(crate) fn new(len: usize) -> Self {
        Self { members: Bits::new(len), strangers: Vec::new() }
    }

    /// Whether a node, of the table that these are positions in, is among them.
    pub(crate) fn contains(&self, members: &Members, node: &UniqueAddress) -> bool {
        match members.position(node) {
            Some(position) => self.members.contains(position),
            None => self.strangers.binary_search(node).is_ok(),
        }
    }

    /// The nodes, ascending.
    pub(crate) fn nodes<'a>(&'a self, members: &'a Members) -> impl Iterator<Item = &'a UniqueAddress> {
        let members = self.members.iter().map(|position| members.as_slice()[position].unique_address());
        ascending(members, &self.strangers)
    }

    /// The nodes, ascending, that are not among others, which may be positions in another table.
    pub(crate) fn nodes_without<'a>(
        &'a self,
        members: &'a Members,
        others: &'a Self,
        table: &'a Members,
    ) -> impl Iterator<Item = &'a UniqueAddress> {
        let is_one_table = Arc::ptr_eq(members.roster(), table.roster());
        let shared = if is_one_table { &others.members } else { &NOBODY };
        let left = self.members.without(shared).map(|position| members.as_slice()[position].unique_address());
        let is_told_apart = is_one_table && self.strangers.is_empty();
        let is_other = move |node: &&UniqueAddress| is_told_apart || !others.contains(table, node);
        ascending(left, &self.strangers).filter(is_other)
    }

    fn insert(&mut self, position: Option<usize>, node: &UniqueAddress) {
        match position {
            Some(position) => self.members.insert(position),
            None => {
                if let Err(at) = self.strangers.binary_search(node) {
                    self.strangers.insert(at, node.clone());
                }
            }
        }
    }
}

impl Observed {
    /// `None` when nobody is unreachable.
    pub(super) fn of(members: &Members, reachability: &Reachability) -> Option<Arc<Self>> {
        if !reachability.anybody_is_unreachable() {
            return None;
        }
        let places = members.positions(reachability.subjects().iter());
        let has_strangers = places.into_iter().any(|place| place.is_none());
        let views = if has_strangers || !all_count_alike(members) {
            Self::views(members, reachability)
        } else {
            [Observations::of_all(members, reachability)].into()
        };
        Some(Arc::new(Self { views, has_strangers }))
    }

    /// Record by record.
    fn views(members: &Members, reachability: &Reachability) -> Vec<Observations> {
        let len = members.len();
        let empty = || Observations {
            by_data_center: Subjects::new(len),
            live: Subjects::new(len),
            live_without_exiting: Subjects::new(len),
            inside: Subjects::new(len),
            inside_terminated: Subjects::new(len),
            outward: Vec::new(),
        };
        let mut views: Vec<Observations> = members.data_centers().iter().map(|_| empty()).collect();
        for row in reachability.rows() {
            let Some(observer) = members.position(row.observer()) else { continue };
            let status = members.as_slice()[observer].status();
            for record in row.records().iter().filter(|r| r.status != ReachabilityStatus::Reachable) {
                let subject = members.position(&record.subject);
                for (view, data_center) in views.iter_mut().zip(members.data_centers()) {
                    if data_center.members.contains(observer) {
                        let inside = subject.is_none_or(|subject| data_center.members.contains(subject));
                        let terminated = record.status == ReachabilityStatus::Terminated;
                        view.record(status, subject, &record.subject, inside, terminated);
                    }
                }
            }
        }
        views
    }

    pub(super) fn has_strangers(&self) -> bool {
        self.has_strangers
    }

    /// What the data centre at a place observes.
    pub(crate) fn data_center(&self, place: usize) -> &Observations {
        &self.views[place]
    }
}

/// Whether all observers count in all views: there is one data centre, and nobody is on its way out.
fn all_count_alike(members: &Members) -> bool {
    members.data_centers().len() == 1
        && !members.has_status(MemberStatus::Down)
        && !members.has_status(MemberStatus::Exiting)
}

impl Observations {
    /// What follows where all observers count alike, and only members are observed: what all records say together.
    fn of_all(members: &Members, reachability: &Reachability) -> Self {
        let set_of = |nodes: &[UniqueAddress]| {
            let mut set = Subjects::new(members.len());
            members.positions(nodes.iter()).flatten().for_each(|position| set.members.insert(position));
            set
        };
        let terminated = set_of(reachability.all_terminated());
        let mut all = set_of(reachability.all_unreachable());
        terminated.members.iter().for_each(|position| all.members.insert(position));
        Self {
            by_data_center: all.clone(),
            live: all.clone(),
            live_without_exiting: all.clone(),
            inside: all,
            inside_terminated: terminated,
            outward: Vec::new(),
        }
    }

    fn record(
        &mut self,
        observer: MemberStatus,
        position: Option<usize>,
        subject: &UniqueAddress,
        inside: bool,
        terminated: bool,
    ) {
        self.by_data_center.insert(position, subject);
        if !inside || position.is_none() {
            self.outward.push((subject.clone(), terminated));
        }
        if !inside {
            return;
        }
        self.inside.insert(position, subject);
        if terminated {
            self.inside_terminated.insert(position, subject);
        }
        if observer != MemberStatus::Down {
            self.live.insert(position, subject);
            if observer != MemberStatus::Exiting {
                self.live_without_exiting.insert(position, subject);
            }
        }
    }
}
