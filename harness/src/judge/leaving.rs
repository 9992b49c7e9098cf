//! X: how nodes go in good order.

use quorate::MemberStatus::{Down, Exiting};
use quorate::UniqueAddress;

use super::assumptions::{NO_FAULT_DURING, REST_OUTLASTS_LEAVES};
use super::change::{Change, version};
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::Finding;

/// X1
pub(super) static X1: Invariant = Invariant::new(
    "X1",
    "an exiting node marks no state as seen, but the first that shows it Exiting, before its exit tasks have ended",
    Group::Safety,
    Watches::Change,
    "GSP-38, GSP-74, LDR-30, LDR-31",
);

/// X2
pub(super) static X2: Invariant = Invariant::new(
    "X2",
    "a graceful leave never passes through Down",
    Group::Safety,
    Watches::Change,
    "LDR-50, LDR-17, LDR-12",
)
.assuming(&[&NO_FAULT_DURING, &REST_OUTLASTS_LEAVES]);

/// What is remembered of a node that exits: the version in which it first saw itself Exiting.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    first: u64,
}

impl Exit {
    /// A node that has just become Exiting in its own view.
    pub(super) fn begun(change: &Change<'_>) -> Option<Self> {
        if !change.after.members().has_status(Exiting) {
            return None;
        }
        let is_exiting = |member: Option<&quorate::Member>| member.is_some_and(|m| m.status() == Exiting);
        let (was, is) = (change.before.member(change.me), change.after.member(change.me));
        let begins = change.cause != Cause::ExitTasksDone && is_exiting(is) && !is_exiting(was);
        begins.then(|| Self { first: version(change.after, change.clock_decides()) })
    }

    /// X1: a later state is not marked.
    pub(super) fn unmarked(&self, change: &Change<'_>) -> Option<Finding> {
        let is_later = || version(change.after, change.clock_decides()) != self.first;
        let is_marked = change.after.is_seen_by(change.me) && is_later();
        (change.cause != Cause::ExitTasksDone && is_marked).then(|| {
            let me = change.names.of(change.me);
            let other = format!("{} it has marked a later state as seen", change.cause.words());
            Finding::new(&[change.me], format!("{me} is exiting, and its exit tasks have not ended"), other)
        })
    }
}

/// X2: a node downs none of those that are leaving.
pub(super) fn leaver_downed<'a>(
    change: &Change<'a>,
    is_leaving: impl Fn(&UniqueAddress) -> bool,
) -> Option<Finding> {
    let downed = change.members().find_map(|(was, is)| {
        let (was, is) = (was?, is?);
        let is_news = was.status() != Down && is.status() == Down && is_leaving(is.unique_address());
        is_news.then_some((was, is.unique_address()))
    })?;
    let (was, node) = downed;
    let (me, name) = (change.names.of(change.me), change.names.of(node));
    let one = format!("{name} was told to leave, and {me} had it as {}", was.status());
    Some(Finding::new(&[change.me, node], one, format!("{} {me} has it as down", change.cause.words())))
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Leaving, Up};
    use quorate::Repairs;

    use super::super::testing::{Doctored, counted, gossip, node};
    use super::*;

    /// X1
    #[test]
    fn an_exiting_node_that_marks_a_later_state_violates() {
        let state = |status, count| counted(&gossip(&[("a", status), ("b", Up)]), &[("b", count)]);
        let begins = Doctored::of(state(Leaving, 1), state(Exiting, 2), Cause::Gossip);
        let exit = begins.check(Exit::begun).unwrap();
        assert!(begins.clone().seen_as("b").check(Exit::begun).is_none());
        assert_eq!(begins.check(|change| exit.unmarked(change)), None, "the first is marked (GSP-78)");
        let later = |cause| Doctored::of(state(Exiting, 2), state(Exiting, 3), cause);
        assert_eq!(later(Cause::Gossip).check(|change| exit.unmarked(change)).unwrap().who, [node("a")]);
        assert_eq!(later(Cause::ExitTasksDone).check(|change| exit.unmarked(change)), None);
        let unmarked = Doctored::of(state(Exiting, 2), state(Exiting, 3).clear_seen(), Cause::Gossip);
        assert_eq!(unmarked.check(|change| exit.unmarked(change)), None);
    }

    /// X1, REP-12: where content decides, a clock that has gone on makes no later state.
    #[test]
    fn an_exiting_node_that_still_holds_the_same_content_has_marked_nothing_later() {
        let state = |members: &[_], count| counted(&gossip(members), &[("b", count)]);
        let by_content =
            |before, after| Doctored::of(before, after, Cause::Gossip).with_repairs(Repairs::all());
        let (leaving, exiting) = ([("a", Leaving), ("b", Up)], [("a", Exiting), ("b", Up)]);
        let exit = by_content(state(&leaving, 1), state(&exiting, 2)).check(Exit::begun).unwrap();
        let same = by_content(state(&exiting, 2), state(&exiting, 3));
        assert_eq!(same.check(|change| exit.unmarked(change)), None);
        let later = by_content(state(&exiting, 2), state(&[("a", Exiting), ("b", Leaving)], 3));
        assert!(later.check(|change| exit.unmarked(change)).is_some());
    }

    /// X2
    #[test]
    fn downing_who_was_told_to_leave_violates() {
        let downed = Doctored::of(
            gossip(&[("a", Up), ("b", Leaving)]),
            gossip(&[("a", Up), ("b", Down)]),
            Cause::Tick,
        );
        let check = |leaver: &str| downed.check(|change| leaver_downed(change, |who| *who == node(leaver)));
        assert_eq!(check("b").unwrap().who, [node("a"), node("b")]);
        assert_eq!(check("c"), None);
    }
}
