//! E: what a node tells its users and its peers.

use std::collections::{BTreeMap, BTreeSet};

use quorate::{
    Address, ClusterEvent, Gossip, Member, MemberStatus, Members, NodeKey, Output, ReachabilityStatus,
    UniqueAddress,
};

use super::change::{Change, Moved, differing, leads_to, share_identity};
use super::invariant::{Group, Invariant, Watches};
use super::violation::{Finding, Names};

/// E1
pub(super) static E1: Invariant = Invariant::new(
    "E1",
    "what a subscriber hears of a member is a way through the table of statuses that ends with its removal, and adds up to \
     the state",
    Group::Safety,
    Watches::Change,
    "EVT-10, EVT-17, EVT-21, EVT-46",
)
.cured_by(&["content-decides", "tombstones-remove", "life-cycle-order"]);

/// E2
pub(super) static E2: Invariant = Invariant::new(
    "E2",
    "unreachable and reachable are told by turns of a member, and neither after its removal; who was terminated turns \
     reachable without a word",
    Group::Safety,
    Watches::Change,
    "EVT-28, EVT-30, RCH-63",
);

/// E3
pub(super) static E3: Invariant = Invariant::new(
    "E3",
    "nothing is put out after the end, and every message goes to somebody who is known or has asked",
    Group::Safety,
    Watches::Change,
    "LIFE-55, API-1",
);

/// What was told last of a member: its status and its up number.
type Standing = (MemberStatus, i32);

fn standing(member: &Member) -> Standing {
    (member.status(), member.up_number())
}

/// What a node has told so far, by the keys of those that it told of.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// What was told last of each node is what it is here, unless it stands beside.
    members: Members,
    /// What was told of others; none of those that were removed.
    beside: BTreeMap<NodeKey, (UniqueAddress, Option<Standing>)>,
    removed: BTreeSet<NodeKey>,
    unreachable: BTreeMap<NodeKey, UniqueAddress>,
    /// LeaderChanged
    pub(super) leader: Option<Address>,
}

/// Whether an event tells whether a member can be reached.
#[inline]
pub(super) fn is_of_reachability(event: &ClusterEvent) -> bool {
    matches!(event, ClusterEvent::UnreachableMember(_) | ClusterEvent::ReachableMember(_))
}

/// The member that an event is about, and the status that it tells.
pub(super) fn status_told(event: &ClusterEvent) -> Option<(&Member, MemberStatus)> {
    Some(match event {
        ClusterEvent::MemberJoined(member) => (member, MemberStatus::Joining),
        ClusterEvent::MemberWeaklyUp(member) => (member, MemberStatus::WeaklyUp),
        ClusterEvent::MemberUp(member) => (member, MemberStatus::Up),
        ClusterEvent::MemberLeft(member) => (member, MemberStatus::Leaving),
        ClusterEvent::MemberExited(member) => (member, MemberStatus::Exiting),
        ClusterEvent::MemberDowned(member) => (member, MemberStatus::Down),
        ClusterEvent::MemberPreparingForShutdown(member) => (member, MemberStatus::PreparingForShutdown),
        ClusterEvent::MemberReadyForShutdown(member) => (member, MemberStatus::ReadyForShutdown),
        ClusterEvent::MemberRemoved { member, .. } => (member, MemberStatus::Removed),
        _ => return None,
    })
}

impl Told {
    fn of(&self, node: &UniqueAddress) -> Option<Standing> {
        // The key takes time, and mostly there is nobody.
        let beside = if self.beside.is_empty() { None } else { self.beside.get(&node.key()) };
        beside.map_or_else(|| self.members.get(node).map(standing), |(_, told)| *told)
    }

    /// E1, E2: whether all that outputs tell of members is sound, and is just what a change made of them: one event for each that it
    /// moved. So it is nearly always, and then [`Told::hear_status`] and [`Told::adds_up`] have nothing to find, and each takes a look-up.
    pub(super) fn is_just(&self, change: &Change<'_>, outputs: &[Output]) -> bool {
        if !self.beside.is_empty() || self.members != *change.before.members() {
            return false;
        }
        let mut is_told = vec![false; change.moved.len()];
        let (mut next, mut removes, mut reaches) = (0, !self.removed.is_empty(), false);
        for output in outputs {
            let Output::Event(event) = output else { continue };
            reaches |= is_of_reachability(event);
            let Some((member, to)) = status_told(event) else { continue };
            removes |= to == MemberStatus::Removed;
            let is_it = |(was, is): &Moved<'_>| is.or(*was).is_some_and(|it| share_identity(it, member));
            // Events of one kind come in the order of the members.
            let behind = change.moved[next..].iter().position(is_it).map(|place| next + place);
            let Some(place) = behind.or_else(|| change.moved[..next].iter().position(is_it)) else {
                return false;
            };
            if is_told[place] || !is_sound(change.moved[place], (to, member.up_number())) {
                return false;
            }
            is_told[place] = true;
            next = place + 1;
        }
        let stays = |(was, is): &Moved<'_>| was.map(standing) == is.map(standing);
        let all_told = is_told.iter().zip(change.moved).all(|(is_told, moved)| *is_told || stays(moved));
        // Whether somebody is told of after its removal takes a closer look.
        all_told && !(removes && reaches)
    }

    /// An event of a member, of outputs that [are just](Told::is_just) what a change made.
    pub(super) fn hear_just(&mut self, event: &ClusterEvent) {
        if let ClusterEvent::MemberRemoved { member, .. } = event {
            self.unreachable.remove(&member.key());
            self.removed.insert(member.key());
        }
    }

    /// All outputs were heard: so mostly what was told is what the members are.
    pub(super) fn settle(&mut self, change: &Change<'_>, is_just: bool) {
        let now = change.after.members();
        let is_so = |node: &UniqueAddress| self.of(node) == now.get(node).map(standing);
        let is_level = is_just || {
            let node = |(was, is): Moved<'_>| is.or(was).is_none_or(|it| is_so(it.unique_address()));
            differing(self.members.as_slice(), now.as_slice()).all(node)
                && self.beside.values().all(|(node, _)| is_so(node))
        };
        if is_level {
            self.members = now.clone();
            self.beside.clear();
        }
    }

    /// Who cannot be reached, by what was told; ascending.
    pub(super) fn unreachable(&self) -> impl ExactSizeIterator<Item = &UniqueAddress> {
        let mut nodes: Vec<&UniqueAddress> = self.unreachable.values().collect();
        nodes.sort_unstable();
        nodes.into_iter()
    }

    /// E1: one event of a member. EVT-19: the same status is told again when the up number has changed, and only then.
    pub(super) fn hear_status(
        &mut self,
        me: &UniqueAddress,
        event: &ClusterEvent,
        names: Names<'_>,
    ) -> Option<Finding> {
        let (member, to) = status_told(event)?;
        let (node, key) = (member.unique_address(), member.key());
        let before = self.of(node);
        let told = if to == MemberStatus::Removed {
            self.unreachable.remove(&key);
            self.removed.insert(key);
            None
        } else {
            Some((to, member.up_number()))
        };
        self.beside.insert(key, (node.clone(), told));
        let from = before.map(|(status, _)| status);
        let wrong = match from {
            // Who was removed and is back is another matter (M4).
            None if to == MemberStatus::Removed => Some(("was told of no such member", true)),
            None => None,
            Some(from) if from == to => {
                (before == Some((to, member.up_number()))).then_some(("was told the very same before", true))
            }
            Some(from) if to != MemberStatus::Removed && !leads_to(from, to) => {
                Some(("was told another status before, from which no way leads there", false))
            }
            Some(_) => None,
        };
        let (why, always) = wrong?;
        let (named, name) = (names.of(me), names.of(node));
        let before = from.map_or_else(String::new, |from| format!(" ({from})"));
        let one = format!("a subscriber at {named} is told that {name} is {to}");
        let finding = Finding::new(&[me, node], one, format!("it {why}{before}"));
        Some(if always { finding.always_wrong() } else { finding })
    }

    /// E2: one event of reachability.
    pub(super) fn hear_reachability(
        &mut self,
        me: &UniqueAddress,
        event: &ClusterEvent,
        names: Names<'_>,
    ) -> Option<Finding> {
        let (member, what, is_due) = match event {
            ClusterEvent::UnreachableMember(member) => (
                member,
                "unreachable",
                self.unreachable.insert(member.key(), member.unique_address().clone()).is_none(),
            ),
            ClusterEvent::ReachableMember(member) => {
                (member, "reachable", self.unreachable.remove(&member.key()).is_some())
            }
            _ => return None,
        };
        let (node, key) = (member.unique_address(), member.key());
        let is_gone = self.removed.contains(&key) && self.of(node).is_none();
        let why = match (is_gone, is_due) {
            (true, _) => "was told of its removal before",
            (false, false) => "knows it as that already",
            (false, true) => return None,
        };
        let one = format!("a subscriber at {} is told that {} is {what}", names.of(me), names.of(node));
        Some(Finding::new(&[me, node], one, format!("it {why}")))
    }

    /// E2, EVT-28: whom observers that are gone had called terminated is reachable again, and nobody is told.
    pub(super) fn pass_over_terminated(&mut self, change: &Change<'_>) {
        // Who is terminated to one of the own data centre is so to somebody.
        let was_anybody = !change.before.reachability().all_terminated().is_empty();
        if self.unreachable.is_empty() || !was_anybody || !change.observations_replaced() {
            return;
        }
        let inside = |gossip: &Gossip| {
            let is_near = |node: &UniqueAddress| {
                gossip.member(node).is_some_and(|member| member.data_center() == change.data_center)
            };
            gossip.reachability().only_observers(is_near)
        };
        let (before, after) = (inside(change.before), inside(change.after));
        self.unreachable.retain(|_, node| {
            let was_terminated = before.aggregated_status(node) == ReachabilityStatus::Terminated;
            !was_terminated || after.aggregated_status(node) != ReachabilityStatus::Reachable
        });
    }

    /// E1: of the members that a change moved, what was told is what they are.
    pub(super) fn adds_up(&self, change: &Change<'_>) -> Option<Finding> {
        change.members().find_map(|(was, is)| {
            let node = is.or(was)?.unique_address();
            let told = self.of(node).map(|(status, _)| status);
            let status = is.map(Member::status);
            if told == status {
                return None;
            }
            let word = |status: Option<MemberStatus>| status.map_or("no member", MemberStatus::name);
            let (me, name) = (change.names.of(change.me), change.names.of(node));
            let one = format!("to {me} {name} is {}", word(status));
            let other = format!("after all events its subscribers take it for {}", word(told));
            Some(Finding::new(&[change.me, node], one, other).always_wrong())
        })
    }
}

/// E1: whether one event tells rightly of a member that moved: what it is, and to where a way leads.
fn is_sound((was, is): Moved<'_>, told: Standing) -> bool {
    match (was.map(standing), is.map(standing)) {
        (Some(_), None) => told.0 == MemberStatus::Removed,
        (None, Some(is)) => told == is && told.0 != MemberStatus::Removed,
        (Some(was), Some(is)) => told == is && was != is && leads_to(was.0, is.0),
        (None, None) => false,
    }
}

/// E3: the end comes last.
pub(super) fn nothing_after_the_end(
    me: &UniqueAddress,
    outputs: &[Output],
    names: Names<'_>,
) -> Option<Finding> {
    let end = outputs.iter().position(|output| matches!(output, Output::Stopped { .. }))?;
    let after = outputs.len() - end - 1;
    (after > 0).then(|| {
        let me_named = names.of(me);
        Finding::new(
            &[me],
            format!("{me_named} has told its end"),
            format!("{after} outputs come behind that"),
        )
    })
}

/// E3: every message goes to an address that is that of a member, was one, or is of who sent what is being handled.
/// A node that has not joined writes to its seed nodes, and so does one that has just done so.
pub(super) fn sent_to_known(
    change: &Change<'_>,
    outputs: &[Output],
    asked: Option<&Address>,
    departed: &[UniqueAddress],
) -> Option<Finding> {
    if change.before.members().is_empty() {
        return None;
    }
    outputs.iter().find_map(|output| {
        let Output::Send(envelope) = output else { return None };
        let to = envelope.to.address();
        let is_known = asked == Some(to)
            || change.after.members().first_at(to).is_some()
            || change.before.members().first_at(to).is_some()
            || departed.iter().any(|node| node.address == *to);
        (!is_known).then(|| {
            let me = change.names.of(change.me);
            let one = format!("{me} sends a {} to {to}", envelope.message.kind());
            Finding::new(&[change.me], one, "nobody there is or was a member, or has asked for it".into())
        })
    })
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Down, Joining, Leaving, Removed, Up};
    use quorate::ReachabilityStatus::{Terminated, Unreachable};
    use quorate::{Destination, Envelope, Message, Reachability, StopReason};

    use super::super::stage::Cause;
    use super::super::testing::{Doctored, gossip, member, names, node, observed};
    use super::*;

    fn event(name: &str, status: MemberStatus) -> ClusterEvent {
        let member = |status| member(name, status);
        match status {
            Joining => ClusterEvent::MemberJoined(member(status)),
            Up => ClusterEvent::MemberUp(member(status)),
            Leaving => ClusterEvent::MemberLeft(member(status)),
            Down => ClusterEvent::MemberDowned(member(status)),
            _ => ClusterEvent::MemberRemoved { member: member(Removed), previous_status: Down },
        }
    }

    fn hear(told: &mut Told, name: &str, status: MemberStatus) -> Option<Finding> {
        told.hear_status(&node("a"), &event(name, status), names())
    }

    /// E1
    #[test]
    fn events_that_repeat_go_back_or_tell_of_strangers_violate() {
        let mut told = Told::default();
        for status in [Joining, Up, Leaving, Down, Removed] {
            assert_eq!(hear(&mut told, "b", status), None, "{status}");
        }
        assert!(hear(&mut told, "b", Removed).unwrap().is_always_wrong, "removed twice");
        assert_eq!(hear(&mut told, "c", Up), None, "what it passed through is not told");
        assert!(hear(&mut told, "c", Up).unwrap().facts.1.contains("very same"));
        let older = Member::with_parts(node("c"), Default::default(), Default::default(), 9, Up);
        let renumbered = ClusterEvent::MemberUp(older);
        assert_eq!(told.hear_status(&node("a"), &renumbered, names()), None);
        assert!(told.hear_status(&node("a"), &renumbered, names()).is_some(), "and its number is the same");
        let back = hear(&mut told, "c", Joining).unwrap();
        assert!(!back.is_always_wrong && back.who == [node("a"), node("c")]);
    }

    /// E1
    #[test]
    fn events_that_do_not_add_up_to_the_state_violate() {
        let change = Doctored::of(gossip(&[("a", Up)]), gossip(&[("a", Up), ("b", Joining)]), Cause::Join);
        let mut told = Told::default();
        let found = change.check(|change| told.adds_up(change)).unwrap();
        assert!(found.facts.1.contains("no member"), "{found:?}");
        hear(&mut told, "b", Joining);
        assert_eq!(change.check(|change| told.adds_up(change)), None);
    }

    /// The outputs that tell these statuses of members as a change left them, or had them.
    fn telling(change: &Change<'_>, told: &[(&str, MemberStatus)]) -> Vec<Output> {
        let tell = |(name, status): &(&str, MemberStatus)| {
            let node = node(name);
            let member = change.after.member(&node).or(change.before.member(&node)).unwrap().clone();
            Output::Event(match status {
                Joining => ClusterEvent::MemberJoined(member),
                Up => ClusterEvent::MemberUp(member),
                Down => ClusterEvent::MemberDowned(member),
                _ => ClusterEvent::MemberRemoved { member, previous_status: Down },
            })
        };
        told.iter().map(tell).collect()
    }

    /// E1: what is not looked up is what could not be otherwise.
    #[test]
    fn outputs_that_tell_just_what_moved_need_no_look_up_and_others_do() {
        let before = gossip(&[("a", Up), ("b", Joining), ("c", Down)]);
        let after = gossip(&[("a", Up), ("b", Up), ("d", Joining)]);
        let change = Doctored::of(before.clone(), after.clone(), Cause::Gossip);
        let is_just = |told: &Told, list: &[(&str, MemberStatus)]| {
            change.check(|change| told.is_just(change, &telling(change, list)))
        };
        let level = Told { members: before.members().clone(), ..Told::default() };
        let all = [("d", Joining), ("b", Up), ("c", Removed)];
        assert!(is_just(&level, &all));
        assert!(!is_just(&level, &all[1..]), "one is missing");
        assert!(!is_just(&level, &[all[0], all[1], all[2], all[1]]), "one is told twice");
        assert!(!is_just(&level, &[all[0], ("b", Joining), all[2]]), "another status");
        assert!(!is_just(&level, &[all[0], all[1], all[2], ("a", Up)]), "who has not moved");
        assert!(!is_just(&Told::default(), &all), "nobody was told of before");
        let back =
            Doctored::of(after.clone(), gossip(&[("a", Up), ("b", Joining), ("d", Joining)]), Cause::Gossip);
        let level = Told { members: after.members().clone(), ..Told::default() };
        assert!(!back.check(|change| level.is_just(change, &telling(change, &[("b", Joining)]))));
    }

    /// E1, E2: whoever was told otherwise than it is stands beside until it is told rightly.
    #[test]
    fn what_was_told_wrongly_is_remembered_until_it_is_set_right() {
        let (before, after) = (gossip(&[("a", Up)]), gossip(&[("a", Up), ("b", Joining), ("c", Up)]));
        let change = Doctored::of(before.clone(), after.clone(), Cause::Gossip);
        let mut told = Told { members: before.members().clone(), ..Told::default() };
        hear(&mut told, "b", Up);
        change.check(|change| told.settle(change, false));
        assert_eq!(told.of(&node("b")), Some((Up, member("b", Up).up_number())));
        assert_eq!(told.of(&node("c")), None);
        let stays = Doctored::of(after.clone(), after.clone(), Cause::Tick);
        assert!(!stays.check(|change| told.is_just(change, &[])));
        hear(&mut told, "b", Joining);
        stays.check(|change| told.settle(change, false));
        assert!(!stays.check(|change| told.is_just(change, &[])), "nobody has told of c");
        hear(&mut told, "c", Up);
        stays.check(|change| told.settle(change, false));
        assert!(told.beside.is_empty() && stays.check(|change| told.is_just(change, &[])));
    }

    /// E2: whether somebody is told of after its removal is looked at.
    #[test]
    fn outputs_of_reachability_beside_a_removal_are_not_just() {
        let (before, after) = (gossip(&[("a", Up), ("b", Down)]), gossip(&[("a", Up)]));
        let change = Doctored::of(before.clone(), after, Cause::Gossip);
        let mut told = Told { members: before.members().clone(), ..Told::default() };
        let is_just = |told: &Told, more: Option<Output>| {
            change.check(|change| {
                let outputs: Vec<Output> =
                    telling(change, &[("b", Removed)]).into_iter().chain(more).collect();
                told.is_just(change, &outputs)
            })
        };
        let lost = Output::Event(ClusterEvent::UnreachableMember(member("b", Down)));
        assert!(is_just(&told, None) && !is_just(&told, Some(lost)));
        told.unreachable.insert(node("b").key(), node("b"));
        told.hear_just(&event("b", Removed));
        assert!(told.unreachable.is_empty() && told.removed.contains(&node("b").key()));
    }

    /// E2
    #[test]
    fn reachability_that_is_told_twice_or_of_who_is_gone_violates() {
        let mut told = Told::default();
        let mut say = |event: &ClusterEvent| {
            let found = told.hear_reachability(&node("a"), event, names());
            told.hear_status(&node("a"), event, names());
            found
        };
        let (lost, found) = (
            ClusterEvent::UnreachableMember(member("b", Up)),
            ClusterEvent::ReachableMember(member("b", Up)),
        );
        assert_eq!(say(&event("b", Up)), None);
        assert_eq!(say(&lost), None);
        assert!(say(&lost).is_some());
        assert_eq!(say(&found), None);
        assert!(say(&found).is_some());
        assert_eq!(say(&event("b", Removed)), None);
        assert!(say(&lost).unwrap().facts.1.contains("removal"));
    }

    /// E2, EVT-28
    #[test]
    fn who_was_terminated_by_those_that_are_gone_may_be_told_unreachable_again() {
        let members = || gossip(&[("a", Up), ("b", Up), ("c", Down)]);
        let before = |observer, status| {
            let table = match status {
                Terminated => Reachability::new().terminated(&node(observer), &node("c")),
                _ => Reachability::new().unreachable(&node(observer), &node("c")),
            };
            observed(&members(), table)
        };
        let lost = ClusterEvent::UnreachableMember(member("c", Down));
        let told_again = |before: Gossip, after: Gossip| {
            let mut told = Told::default();
            assert_eq!(told.hear_reachability(&node("a"), &lost, names()), None);
            let change = Doctored::of(before, after, Cause::Tick);
            change.check(|change| told.pass_over_terminated(change));
            told.hear_reachability(&node("a"), &lost, names())
        };
        assert_eq!(told_again(before("b", Terminated), members()), None);
        assert!(told_again(before("b", Unreachable), members()).is_some(), "that is told (EVT-25)");
        assert!(
            told_again(before("b", Terminated), before("a", Unreachable)).is_some(),
            "it never was reachable"
        );
    }

    /// E3
    #[test]
    fn what_comes_behind_the_end_and_goes_to_strangers_violates() {
        let send = |to: &str| {
            let (to, message) = (Destination::Incarnation(node(to)), Message::ExitingConfirmed);
            Output::Send(Envelope { cluster: "quorate".into(), from: node("a"), to, message })
        };
        let stopped = Output::Stopped { why: StopReason::Left };
        let end = |outputs: &[Output]| nothing_after_the_end(&node("a"), outputs, names());
        assert_eq!(end(&[send("b"), stopped.clone()]), None);
        assert!(end(&[stopped, send("b")]).is_some());
        let change = Doctored::of(gossip(&[("a", Up), ("b", Up)]), gossip(&[("a", Up)]), Cause::Tick);
        let to = |name: &str, asked: Option<&Address>, departed: &[UniqueAddress]| {
            change.check(|change| sent_to_known(change, &[send(name)], asked, departed))
        };
        assert_eq!(to("b", None, &[]), None);
        assert!(to("c", None, &[]).is_some());
        assert_eq!(to("c", Some(&node("c").address), &[]), None);
        assert_eq!(to("c", None, &[node("c")]), None);
    }
}
