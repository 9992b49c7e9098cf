//! How members and observations are written into a log.

use core::fmt;

use crate::membership::{LocalView, Member, MemberStatus, Reachability};

/// OBS-7: a member, with its data centre and its version where they are not the usual ones.
pub(super) struct MemberText<'a>(pub(super) &'a Member);

impl fmt::Display for MemberText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({}, {:?}", self.0.address(), self.0.status())?;
        if self.0.data_center() != "default" {
            write!(f, ", {}", self.0.data_center())?;
        }
        if self.0.app_version().as_str() != "0.0.0" {
            write!(f, ", {}", self.0.app_version())?;
        }
        f.write_str(")")
    }
}

/// OBS-8: a table of observations, by observer, then by subject.
pub(super) struct TableText<'a>(pub(super) &'a Reachability);

impl fmt::Display for TableText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self
            .0
            .rows()
            .iter()
            .flat_map(|row| row.records().iter().map(move |record| (row.observer(), record)));
        records.enumerate().try_for_each(|(at, (observer, record))| {
            f.write_str(if at == 0 { "" } else { ", " })?;
            write!(
                f,
                "{} -> {}: {:?} [{:?}] ({})",
                observer.address,
                record.subject.address,
                record.status,
                self.0.aggregated_status(&record.subject),
                record.version
            )
        })
    }
}

/// OBS-13, LDR-4: the observations that count within the own data centre, and its members, each with whether it has seen the state.
pub(super) struct Hindered<'a>(pub(super) LocalView<'a>);

impl fmt::Display for Hindered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (view, gossip) = (&self.0, self.0.gossip());
        let is_elsewhere = |member: &Member| member.data_center() != view.data_center();
        let counts = gossip
            .reachability()
            .only_observers(|node| {
                gossip
                    .member(node)
                    .is_none_or(|member| !is_elsewhere(member) && member.status() != MemberStatus::Down)
            })
            .only_subjects(|node| !gossip.member(node).is_some_and(is_elsewhere));
        write!(f, "reachability [{}], members [", TableText(&counts))?;
        let own = gossip.members().iter().filter(|member| !is_elsewhere(member));
        own.enumerate().try_for_each(|(at, member)| {
            let seen = gossip.is_seen_by(member.unique_address());
            f.write_str(if at == 0 { "" } else { ", " })?;
            write!(f, "{} {:?} {}", member.address(), member.status(), if seen { "seen" } else { "not seen" })
        })?;
        f.write_str("]")
    }
}

/// Things with a comma between them.
pub(super) struct Listed<I>(pub(super) I);

impl<I: Iterator<Item = T> + Clone, T: fmt::Display> fmt::Display for Listed<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .clone()
            .enumerate()
            .try_for_each(|(at, one)| write!(f, "{}{one}", if at == 0 { "" } else { ", " }))
    }
}
