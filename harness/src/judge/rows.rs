//! R: versions of rows, and what stays in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quorate::{Members, NodeKey, ReachabilityStatus, Record, Row, UniqueAddress};

use super::change::Change;
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::Finding;

/// R2
pub(super) static R2: Invariant = Invariant::new(
    "R2",
    "the version of an observer's row never decreases while it is a member, and equal versions are equal rows",
    Group::Safety,
    Watches::Change,
    "RCH-2, RCH-22, RCH-26",
);

/// R3
pub(super) static R3: Invariant = Invariant::new(
    "R3",
    "who an observer has called terminated stays so while both are members",
    Group::Safety,
    Watches::Change,
    "RCH-11, RCH-15, RCH-18",
);

/// R4
pub(super) static R4: Invariant = Invariant::new(
    "R4",
    "an observer that has come to see everybody keeps no records",
    Group::Safety,
    Watches::Change,
    "RCH-8, RCH-13, RCH-21",
);

/// R2: within one node's view.
pub(super) fn versions_grow(change: &Change<'_>) -> Option<Finding> {
    change.rows.iter().find_map(|(was, is)| {
        let was = (*was)?;
        let observer = was.observer();
        let version = is.map_or(0, |is| is.version());
        if version >= was.version() || change.after.member(observer).is_none() {
            return None;
        }
        let (me, name) = (change.names.of(change.me), change.names.of(observer));
        let one = format!("{me} had version {} of the row of {name}", was.version());
        let other = format!("{} it has version {version}, and {name} is a member", change.cause.words());
        Some(Finding::new(&[change.me, observer], one, other))
    })
}

/// R3
pub(super) fn terminated_stays(change: &Change<'_>) -> Option<Finding> {
    if change.before.reachability().all_terminated().is_empty() {
        return None;
    }
    let is_member = |node: &UniqueAddress| {
        let (was, is) = (change.before.member(node), change.after.member(node));
        was.is_some() && is.is_some() && !change.after.tombstones().contains(node)
    };
    change.before.reachability().rows().iter().filter(|row| is_member(row.observer())).find_map(|row| {
        let terminated =
            row.records().iter().filter(|record| record.status == ReachabilityStatus::Terminated);
        let lasting = terminated.map(|record| &record.subject).filter(|subject| is_member(subject));
        let observer = row.observer();
        let status = |subject: &UniqueAddress| change.after.reachability().status(observer, subject);
        let subject =
            lasting.into_iter().find(|subject| status(subject) != ReachabilityStatus::Terminated)?;
        let (who, whom) = (change.names.of(observer), change.names.of(subject));
        let one = format!("to {} {who} had called {whom} terminated", change.names.of(change.me));
        let other = format!("{} it calls it {:?}", change.cause.words(), status(subject)).to_lowercase();
        Some(Finding::new(&[change.me, observer, subject], one, other))
    })
}

/// R4: of the row that a node has just changed itself. What removals leave behind goes with the next change (RCH-30).
pub(super) fn who_sees_all_keeps_nothing(change: &Change<'_>) -> Option<Finding> {
    if change.cause != Cause::Tick || change.anybody_went {
        return None;
    }
    let is = change.after.reachability().row(change.me)?;
    let is_idle = is.version() == change.before.reachability().version(change.me);
    let is_reachable = |record: &Record| record.status == ReachabilityStatus::Reachable;
    if is_idle || is.records().is_empty() || !is.records().iter().all(is_reachable) {
        return None;
    }
    let me = change.names.of(change.me);
    let other = format!("it keeps {} records, all of reachable members", is.records().len());
    Some(Finding::new(&[change.me], format!("{me} has found that it sees everybody"), other))
}

/// Of each observer the newest row that anybody has had.
#[derive(Clone, Debug, Default)]
pub(super) struct Newest(BTreeMap<NodeKey, Known>);

/// A row, and in whose view of which members it stood.
#[derive(Clone, Debug)]
struct Known {
    holder: UniqueAddress,
    row: Arc<Row>,
    members: Members,
}

impl Newest {
    /// R2: across views. Records about nodes that are members in one view only, or that somebody has removed, are left out: they
    /// go without a new version (RCH-22, RCH-31).
    pub(super) fn equal_versions_are_equal(
        &mut self,
        change: &Change<'_>,
        departed: &BTreeSet<NodeKey>,
    ) -> Option<Finding> {
        change.rows.iter().filter_map(|(_, is)| *is).find_map(|row| {
            let members = change.after.members();
            let here = || Known { holder: change.me.clone(), row: row.clone(), members: members.clone() };
            let known = self.0.entry(row.observer().key()).or_insert_with(here);
            if row.version() > known.row.version() {
                *known = here();
            }
            let Known { holder, row: newest, members: theirs } = &*known;
            let lasting = |row: &Row| -> Vec<(UniqueAddress, ReachabilityStatus)> {
                let is_lasting = |subject: &UniqueAddress| {
                    let everywhere = members.contains(subject) && theirs.contains(subject);
                    everywhere && !departed.contains(&subject.key())
                };
                let records = row.records().iter().filter(|record| is_lasting(&record.subject));
                records.map(|record| (record.subject.clone(), record.status)).collect()
            };
            if row.version() < newest.version()
                || Arc::ptr_eq(row, newest)
                || departed.contains(&row.observer().key())
                || lasting(row) == lasting(newest)
            {
                return None;
            }
            let named = |node: &UniqueAddress| change.names.of(node);
            let said = |holder: &UniqueAddress, row: &Row| {
                let records = row.records().iter();
                let records = records.map(|record| format!("{} {:?}", named(&record.subject), record.status));
                let records = records.collect::<Vec<_>>().join(", ").to_lowercase();
                let (who, version) = (named(row.observer()), row.version());
                format!("{} has version {version} of the row of {who} with ({records})", named(holder))
            };
            let who = [change.me, holder, row.observer()];
            Some(Finding::new(&who, said(change.me, row), said(holder, newest)))
        })
    }
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::Up;
    use quorate::Reachability;

    use super::super::testing::{Doctored, gossip, node, observed};
    use super::*;

    fn between(before: &Reachability, after: &Reachability, cause: Cause) -> Doctored {
        let three = || gossip(&[("a", Up), ("b", Up), ("c", Up)]);
        Doctored::of(observed(&three(), before.clone()), observed(&three(), after.clone()), cause)
    }

    fn lost(observer: &str, subjects: &[&str]) -> Reachability {
        let table = Reachability::new();
        subjects.iter().fold(table, |table, subject| table.unreachable(&node(observer), &node(subject)))
    }

    /// R2
    #[test]
    fn a_row_that_grows_older_or_is_lost_violates() {
        let (old, new) = (lost("b", &["c"]), lost("b", &["c", "a"]));
        assert_eq!(between(&old, &new, Cause::Gossip).check(versions_grow), None);
        assert_eq!(
            between(&new, &old, Cause::Gossip).check(versions_grow).unwrap().who,
            [node("a"), node("b")]
        );
        assert!(between(&old, &Reachability::new(), Cause::Gossip).check(versions_grow).is_some());
    }

    /// R2
    #[test]
    fn two_rows_of_one_version_violate_unless_they_differ_in_who_was_removed() {
        let mut newest = Newest::default();
        let none = BTreeSet::new();
        let mut hear = |table: &Reachability, departed: &BTreeSet<NodeKey>| {
            let change = between(&Reachability::new(), table, Cause::Gossip);
            change.check(|change| newest.equal_versions_are_equal(change, departed))
        };
        assert_eq!(hear(&lost("b", &["c"]), &none), None);
        assert_eq!(hear(&lost("b", &["c"]), &none), None);
        let found = hear(&lost("b", &["a"]), &none).unwrap();
        assert!(
            found.facts.0.contains("a unreachable") && found.facts.1.contains("c unreachable"),
            "{found:?}"
        );
        let removed = [node("a").key(), node("c").key()].into();
        assert_eq!(hear(&lost("b", &["a"]), &removed), None);
        assert_eq!(hear(&lost("b", &["d"]), &[node("c").key()].into()), None, "d is no member here");
        assert_eq!(hear(&lost("b", &["a", "c"]), &none), None, "a higher version");
    }

    /// R3
    #[test]
    fn who_was_terminated_and_is_so_no_longer_violates() {
        let gone = Reachability::new().terminated(&node("b"), &node("c"));
        assert_eq!(between(&gone, &gone, Cause::Gossip).check(terminated_stays), None);
        let found = between(&gone, &lost("b", &["c"]), Cause::Gossip).check(terminated_stays).unwrap();
        assert_eq!(found.who, [node("a"), node("b"), node("c")]);
        assert!(between(&gone, &Reachability::new(), Cause::Gossip).check(terminated_stays).is_some());
    }

    /// R4
    #[test]
    fn records_of_reachable_members_alone_violate() {
        let row = |records: &[(&str, ReachabilityStatus)]| {
            let records = records.iter().map(|(name, status)| Record {
                subject: node(name),
                status: *status,
                version: 3,
            });
            let row = Row::try_from((node("a"), 3, records.collect())).unwrap();
            Reachability::try_from(vec![Arc::new(row)]).unwrap()
        };
        let before = lost("a", &["b", "c"]);
        let check =
            |table: &Reachability, cause| between(&before, table, cause).check(who_sees_all_keeps_nothing);
        use ReachabilityStatus::{Reachable, Unreachable};
        assert_eq!(check(&row(&[("b", Reachable), ("c", Reachable)]), Cause::Tick).unwrap().who, [node("a")]);
        assert_eq!(check(&row(&[("b", Reachable), ("c", Unreachable)]), Cause::Tick), None);
        assert_eq!(check(&row(&[]), Cause::Tick), None);
        assert_eq!(check(&row(&[("b", Reachable)]), Cause::Gossip), None);
    }
}
