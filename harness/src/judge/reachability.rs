//! R: rows of observations.

use std::sync::Arc;

use quorate::{Record, Row, UniqueAddress};

use super::change::Change;
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::Finding;

/// R1
pub(super) static R1: Invariant = Invariant::new(
    "R1",
    "the row of an observer changes there by observing, and elsewhere only by taking over a higher \
               version of it",
    Group::Safety,
    Watches::Change,
    "RCH-2, RCH-22, RCH-26, RCH-30, RCH-53",
);

/// R1: the rows that differ, each by what may change it.
///
/// Removal is no observation: a row goes with its observer, and records go with their subject, at the same
/// version.
pub(super) fn rows_change_at_their_observer(change: &Change<'_>) -> Option<Finding> {
    change.rows.iter().find_map(|&(was, is)| {
        let observer = is.or(was)?.observer();
        let is_sound = match (was, is) {
            (Some(was), Some(is)) => was == is || may_follow(change, was, is),
            (None, Some(is)) => may_change_version(change, is.observer()),
            (Some(was), None) => change.after.member(was.observer()).is_none(),
            (None, None) => true,
        };
        (!is_sound).then(|| finding(change, observer, was, is))
    })
}

fn may_follow(change: &Change<'_>, was: &Row, is: &Row) -> bool {
    if is.version() > was.version() {
        return may_change_version(change, is.observer());
    }
    is.version() == was.version() && of_lasting(change, was.records()).eq(of_lasting(change, is.records()))
}

/// Whether a row may have a new version: the own one by observing only, and that of another only by a peer's
/// state.
fn may_change_version(change: &Change<'_>, observer: &UniqueAddress) -> bool {
    if observer == change.me {
        // The reaper observes at a tick; a new incarnation proves that the one before it is gone.
        matches!(change.cause, Cause::Tick | Cause::Join)
    } else {
        change.cause.is_merge()
    }
}

/// The records about subjects that were and are members. One with a tombstone is on its way out, or came back
/// without its records, which M4 judges.
fn of_lasting<'a>(change: &Change<'a>, records: &'a [Record]) -> impl Iterator<Item = &'a Record> {
    let (before, after) = (change.before, change.after);
    records.iter().filter(move |record| {
        let subject = &record.subject;
        let is_member = before.member(subject).is_some() && after.member(subject).is_some();
        is_member && !after.tombstones().contains(subject)
    })
}

fn finding(
    change: &Change<'_>,
    observer: &UniqueAddress,
    was: Option<&Arc<Row>>,
    is: Option<&Arc<Row>>,
) -> Finding {
    let (me, name) = (change.names.of(change.me), change.names.of(observer));
    let row = |row: Option<&Arc<Row>>| {
        row.map_or("none".into(), |row| {
            let said = row.records().iter().map(|record| {
                format!("{} {:?}", change.names.of(&record.subject), record.status).to_lowercase()
            });
            format!("version {} ({})", row.version(), said.collect::<Vec<_>>().join(", "))
        })
    };
    let one = format!("{me} had of {name}'s row {}", row(was));
    let other = format!("{} it has {}", change.cause.words(), row(is));
    Finding::new(&[change.me, observer], one, other)
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Down, Joining, Up};
    use quorate::{Gossip, Reachability};

    use super::super::testing::{Doctored, gossip, member, node, observed};
    use super::*;

    fn three() -> Gossip {
        gossip(&[("a", Up), ("b", Up), ("c", Up)])
    }

    fn seen_by(observer: &str, lost: &[&str]) -> Reachability {
        lost.iter()
            .fold(Reachability::new(), |table, subject| table.unreachable(&node(observer), &node(subject)))
    }

    fn between(before: Reachability, after: Reachability, cause: Cause) -> Doctored {
        Doctored::of(observed(&three(), before), observed(&three(), after), cause)
    }

    /// R1
    #[test]
    fn an_observer_changes_its_own_row_by_observing() {
        for cause in [Cause::Tick, Cause::Join] {
            let change = between(Reachability::new(), seen_by("a", &["b"]), cause);
            assert_eq!(change.check(rows_change_at_their_observer), None);
            let change = between(seen_by("a", &["b"]), seen_by("a", &["b", "c"]), cause);
            assert_eq!(change.check(rows_change_at_their_observer), None);
        }
    }

    /// R1
    #[test]
    fn an_own_row_that_others_change_violates() {
        for cause in [Cause::Gossip, Cause::Message, Cause::ExitTasksDone] {
            let new = between(Reachability::new(), seen_by("a", &["b"]), cause);
            assert_eq!(new.check(rows_change_at_their_observer).unwrap().who, [node("a"), node("a")]);
            let changed = between(seen_by("a", &["b"]), seen_by("a", &["b", "c"]), cause);
            assert!(changed.check(rows_change_at_their_observer).is_some());
        }
    }

    /// R1
    #[test]
    fn the_row_of_another_is_taken_over_at_a_higher_version_only() {
        let newer = between(seen_by("b", &["c"]), seen_by("b", &["c", "a"]), Cause::Gossip);
        assert_eq!(newer.check(rows_change_at_their_observer), None);
        let first = between(Reachability::new(), seen_by("b", &["c"]), Cause::Gossip);
        assert_eq!(first.check(rows_change_at_their_observer), None);
        let older = between(seen_by("b", &["c", "a"]), seen_by("b", &["c"]), Cause::Gossip);
        assert_eq!(older.check(rows_change_at_their_observer).unwrap().who, [node("a"), node("b")]);
        let same_version = between(seen_by("b", &["c"]), seen_by("b", &["a"]), Cause::Gossip);
        assert!(same_version.check(rows_change_at_their_observer).is_some());
        let lost = between(seen_by("b", &["c"]), Reachability::new(), Cause::Gossip);
        assert!(lost.check(rows_change_at_their_observer).is_some());
    }

    /// R1
    #[test]
    fn changing_the_row_of_another_without_a_peers_state_violates() {
        for cause in [Cause::Tick, Cause::Join] {
            let change = between(seen_by("b", &["c"]), seen_by("b", &["c", "a"]), cause);
            assert!(change.check(rows_change_at_their_observer).is_some());
        }
    }

    /// R1
    #[test]
    fn rows_and_records_go_with_their_nodes() {
        let table =
            seen_by("b", &["c"]).unreachable(&node("b"), &node("a")).unreachable(&node("c"), &node("a"));
        let before = observed(&three().update(&[member("c", Down)]), table);
        let after = before.remove(&[node("c")], 1);
        assert_ne!(before.reachability().row(&node("b")), after.reachability().row(&node("b")));
        assert!(after.reachability().row(&node("c")).is_none());
        let change = Doctored::of(before, after.clone(), Cause::Tick);
        assert_eq!(change.check(rows_change_at_their_observer), None);
        // One that came back has its records back as well; that it came back is another matter.
        let back = observed(&after.add(member("c", Joining)), seen_by("b", &["c", "a"]));
        let change = Doctored::of(after, back, Cause::Gossip);
        assert_eq!(change.check(rows_change_at_their_observer), None);
    }
}
