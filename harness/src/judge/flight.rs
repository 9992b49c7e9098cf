//! S1: what was under way when a fault came.

use quorate::MemberStatus::{Down, Exiting, Joining, Leaving, Up, WeaklyUp};
use quorate::{Gossip, MemberStatus, UniqueAddress};

use super::change::{Change, status};
use super::seat::Seat;
use super::stage::Cause;

/// What one node began that others have yet to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// Somebody was let in, or told to leave.
    Command,
    /// The leader moved members to Up or to Exiting.
    Step,
    /// Members were downed, other than by the join of their successors.
    Decision,
    /// Anything else, or several of these together.
    Other,
}

/// What one change of a node's members begins, if anything: nothing if it only took in what others know. To be WeaklyUp
/// is to no strategy other than to be Joining.
pub(super) fn begun(change: &Change<'_>) -> Option<Begun> {
    if change.cause.is_merge() || !change.members_changed {
        return None;
    }
    let kinds = change.members().filter_map(|(was, is)| kind(status(was), status(is), change.cause));
    let several = |one, other| match (one, other) {
        (Begun::Step, Begun::Step) => Begun::Step,
        (Begun::Decision, _) | (_, Begun::Decision) => Begun::Decision,
        _ => Begun::Other,
    };
    let begun = kinds.reduce(several);
    if change.is_founding() { Some(Begun::Other) } else { begun }
}

fn kind(was: MemberStatus, is: MemberStatus, cause: Cause) -> Option<Begun> {
    match (was, is) {
        (MemberStatus::Removed, Joining) | (_, Leaving) => Some(Begun::Command),
        (Joining | WeaklyUp, Up) | (Leaving, Exiting) => Some(Begun::Step),
        (_, Down) if cause != Cause::Join => Some(Begun::Decision),
        // Downed and removed at one tick.
        (Joining | WeaklyUp | Up | Leaving, MemberStatus::Removed) => Some(Begun::Decision),
        (Joining, WeaklyUp) => None,
        _ => Some(Begun::Other),
    }
}

/// What was begun since all live nodes last had one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flight {
    commands: u32,
    steps: u32,
    other: bool,
    decided: bool,
}

impl Flight {
    /// After a decision only commands count: the rest is what comes of it.
    pub(super) fn begin(&mut self, begun: Begun) {
        match begun {
            Begun::Command => self.commands += 1,
            Begun::Decision => self.decided = true,
            _ if self.decided => {}
            Begun::Step => self.steps += 1,
            Begun::Other => self.other = true,
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self { decided: self.decided, ..Self::default() }
    }

    /// REP-121: at most one step of the leader and one command.
    pub(super) fn is_covered(self) -> bool {
        self.commands <= 1 && self.steps <= 1 && !self.other
    }
}

/// Whether all nodes have one state, in which all are members, all members live, and none is Down or unreachable.
/// `instead`: the state that one of them had before this event.
pub(super) fn is_level(
    seats: &[&Seat],
    instead: Option<(&UniqueAddress, &Gossip)>,
    is_live: impl Fn(&UniqueAddress) -> bool,
) -> bool {
    let mut states = seats.iter().map(|seat| match instead {
        Some((node, before)) if *node == seat.me => before,
        _ => &*seat.gossip,
    });
    let Some(first) = states.next() else { return true };
    states.all(|state| state.same_content(first))
        && seats.iter().all(|seat| first.member(&seat.me).is_some())
        && !first.reachability().anybody_is_unreachable()
        && first.members().iter().all(|member| member.status() != Down && is_live(member.unique_address()))
}

#[cfg(test)]
mod tests {
    use quorate::{CommandKind, MemberStatus::PreparingForShutdown, Reachability};

    use super::super::testing::{Doctored, gossip, node, observed, seat};
    use super::*;

    type List<'a> = &'a [(&'a str, MemberStatus)];

    fn begins(before: List<'_>, after: List<'_>, cause: Cause) -> Option<Begun> {
        Doctored::of(gossip(before), gossip(after), cause).check(begun)
    }

    /// S1: the assumption `nothing-in-flight`.
    #[test]
    fn a_join_a_leave_and_a_step_of_the_leader_are_told_from_all_else() {
        let two = [("a", Up), ("b", Up)];
        let leave = Cause::Command(CommandKind::Leave);
        assert_eq!(begins(&two, &[("a", Up), ("b", Leaving)], leave), Some(Begun::Command));
        assert_eq!(begins(&two[..1], &[("a", Up), ("b", Joining)], Cause::Join), Some(Begun::Command));
        let on_the_way = [("a", Up), ("b", Joining), ("c", Leaving)];
        assert_eq!(
            begins(&on_the_way, &[("a", Up), ("b", Up), ("c", Exiting)], Cause::Tick),
            Some(Begun::Step)
        );
        assert_eq!(begins(&on_the_way, &[("a", Up), ("b", WeaklyUp), ("c", Leaving)], Cause::Tick), None);
        assert_eq!(begins(&two, &[("a", Up), ("b", Down)], Cause::Tick), Some(Begun::Decision));
        assert_eq!(begins(&two, &[("a", Up)], Cause::Tick), Some(Begun::Decision));
        assert_eq!(begins(&two, &[("a", Up), ("b", Leaving)], Cause::Gossip), None);
        let other = [
            begins(&[], &[("a", Joining)], Cause::Command(CommandKind::Join)),
            begins(&two, &[("a", Up), ("b", Down)], Cause::Join),
            begins(&[("a", Up), ("b", Exiting)], &two[..1], Cause::Tick),
            begins(&two, &[("a", Leaving), ("b", Leaving)], leave),
            begins(&two, &two.map(|(name, _)| (name, PreparingForShutdown)), leave),
        ];
        assert_eq!(other, [Some(Begun::Other); 5]);
    }

    /// S1, REP-121
    #[test]
    fn one_step_and_one_command_are_covered_and_no_more() {
        let flight = |list: &[Begun]| {
            let mut flight = Flight::default();
            list.iter().for_each(|begun| flight.begin(*begun));
            flight.is_covered()
        };
        assert!(flight(&[]) && flight(&[Begun::Step, Begun::Command]));
        assert!(
            flight(&[Begun::Step, Begun::Decision, Begun::Step, Begun::Other]),
            "that comes of the decision"
        );
        for more in [&[Begun::Step, Begun::Step][..], &[Begun::Command, Begun::Command], &[Begun::Other]] {
            assert!(!flight(more), "{more:?}");
        }
    }

    /// S1: the assumption `nothing-in-flight`.
    #[test]
    fn nodes_are_level_when_they_have_one_state_of_live_members_that_are_heard() {
        let level = |states: &[(&str, Gossip)], live: &[&str]| {
            let seats: Vec<Seat> = states.iter().map(|(name, state)| seat(name, state.clone())).collect();
            let is_live = |who: &UniqueAddress| live.iter().any(|name| node(name) == *who);
            is_level(&seats.iter().collect::<Vec<_>>(), None, is_live)
        };
        let joining = gossip(&[("a", Up), ("b", Joining)]);
        let both = |state: &Gossip| [("a", state.clone()), ("b", state.clone())];
        assert!(level(&both(&joining), &["a", "b"]), "that somebody is on the way is known to all");
        assert!(!level(&both(&joining), &["a"]));
        assert!(!level(&[("a", joining.clone()), ("b", gossip(&[("a", Up), ("b", Up)]))], &["a", "b"]));
        assert!(!level(&both(&gossip(&[("a", Up), ("b", Down)])), &["a", "b"]));
        let lost = observed(&joining, Reachability::new().unreachable(&node("a"), &node("b")));
        assert!(!level(&both(&lost), &["a", "b"]));
    }
}
