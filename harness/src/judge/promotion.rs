//! C, U: who becomes Up, and with which number.

use std::collections::{BTreeMap, BTreeSet};

use quorate::MemberStatus::{self, Joining, Up, WeaklyUp};
use quorate::{Gossip, Member, NodeKey, UP_NUMBER_NONE, UniqueAddress};

use super::assumptions::{ONE_LINEAGE, SAME_SIDE, SEVERAL_DATA_CENTERS, SOMEBODY_UP};
use super::change::Change;
use super::invariant::{Group, Invariant, Watches};
use super::seat::Terms;
use super::violation::{Finding, Names};

/// C7
pub(super) static C7: Invariant = Invariant::new(
    "C7",
    "a Joining member becomes Up only with the minimum of members, overall and for each role",
    Group::Safety,
    Watches::Change,
    "LDR-8, LDR-15",
);

/// C8
pub(super) static C8: Invariant = Invariant::new(
    "C8",
    "the first member of a further data centre becomes Up only when all of that data centre have seen the state",
    Group::Safety,
    Watches::Change,
    "CNV-7",
)
.assuming(&[&SEVERAL_DATA_CENTERS]);

/// U1
pub(super) static U1: Invariant = Invariant::new(
    "U1",
    "the up numbers of one data centre in one converged view are distinct",
    Group::Safety,
    Watches::Node,
    "LDR-16",
)
.assuming(&[&SAME_SIDE]);

/// U2
pub(super) static U2: Invariant = Invariant::new(
    "U2",
    "an up number is given to no other member while one that has it is there",
    Group::Safety,
    Watches::Change,
    "LDR-16, CNV-25",
)
.assuming(&[&ONE_LINEAGE, &SOMEBODY_UP, &SAME_SIDE]);

/// U3
pub(super) static U3: Invariant = Invariant::new(
    "U3",
    "who is moved to Up later has a higher number than those who are there, and converged views agree on each number",
    Group::Safety,
    Watches::Change,
    "LDR-16, MDL-28",
)
.assuming(&[&ONE_LINEAGE, &SAME_SIDE]);

/// The members that a node itself has moved to Up.
pub(super) fn promoted<'a>(change: &Change<'a>) -> impl Iterator<Item = &'a Member> {
    let is_local = !change.cause.is_merge();
    change.members().filter_map(move |(was, is)| {
        let is = is.filter(|is| is.status() == Up)?;
        let was_arriving = was.is_none_or(|was| matches!(was.status(), Joining | WeaklyUp));
        (is_local && was_arriving).then_some(is)
    })
}

/// C7: counted in the state that the leader acted on, in which a founder is alone.
pub(super) fn minimum_is_met(change: &Change<'_>, terms: &Terms) -> Option<Finding> {
    let first = promoted(change).next()?;
    let states = [change.before, change.after];
    // Before an event of several steps, the members may have been fewer.
    let states = if change.steps > 1 { &states[..] } else { &states[..1] };
    let most = |count: &dyn Fn(&Gossip) -> usize| states.iter().map(|state| count(state)).max().unwrap_or(0);
    let members = most(&|state| state.members().len());
    let me = change.names.of(change.me);
    let one = format!("{me} moved {} to Up", change.names.of(first.unique_address()));
    let who = [change.me, first.unique_address()];
    if members < terms.members_min {
        let other = format!("there were {members} members, and {} are asked for", terms.members_min);
        return Some(Finding::new(&who, one, other));
    }
    terms.role_members_min.iter().find_map(|(role, least)| {
        let with_role = most(&|state| state.members().iter().filter(|m| m.roles().contains(role)).count());
        let other = format!("there were {with_role} members with the role {role}, and {least} are asked for");
        (with_role < *least as usize).then(|| Finding::new(&who, one.clone(), other))
    })
}

/// C8: of a leader that moves the first member of its data centre.
pub(super) fn first_of_a_data_center(change: &Change<'_>) -> Option<Finding> {
    let inside = |member: &&Member| member.data_center() == change.data_center;
    let members = || change.before.members().iter().filter(inside);
    let first = promoted(change).next()?;
    if change.steps > 1 || members().any(|member| member.status().counts_for_convergence()) {
        return None;
    }
    let deaf = members().find(|member| {
        let is_asked = matches!(member.status(), Joining | WeaklyUp);
        is_asked && !change.before.is_seen_by(member.unique_address())
    })?;
    let (me, name) = (change.names.of(change.me), change.names.of(deaf.unique_address()));
    let one = format!("{me} moved {} to Up, the first there", change.names.of(first.unique_address()));
    let other = format!("{name}, of the same data centre, had not seen the state");
    Some(Finding::new(&[change.me, first.unique_address(), deaf.unique_address()], one, other))
}

/// U1: of a converged view.
pub(super) fn numbers_are_distinct(me: &UniqueAddress, gossip: &Gossip, names: Names<'_>) -> Option<Finding> {
    let mut numbered: Vec<&Member> = gossip.members().iter().filter(has_number).collect();
    numbered.sort_by(|a, b| (a.data_center(), a.up_number()).cmp(&(b.data_center(), b.up_number())));
    let pair = numbered.windows(2).find(|pair| {
        pair[0].up_number() == pair[1].up_number() && pair[0].data_center() == pair[1].data_center()
    })?;
    let said = |member: &Member| {
        format!("{} has the up number {}", names.of(member.unique_address()), member.up_number())
    };
    let who = [me, pair[0].unique_address(), pair[1].unique_address()];
    Some(Finding::new(
        &who,
        format!("to {}, which sees convergence, {}", names.of(me), said(pair[0])),
        said(pair[1]),
    ))
}

fn has_number(member: &&Member) -> bool {
    member.up_number() != UP_NUMBER_NONE
}

/// U3: a new number is above all that are there.
pub(super) fn later_is_higher(change: &Change<'_>) -> Option<Finding> {
    let lowest = promoted(change).min_by_key(|member| member.up_number())?;
    let there = change.before.members().iter().filter(has_number);
    let there = there.filter(|member| member.data_center() == lowest.data_center());
    let highest = there.max_by_key(|member| member.up_number())?;
    if highest.up_number() < lowest.up_number() {
        return None;
    }
    let said = |member: &Member| (change.names.of(member.unique_address()), member.up_number());
    let ((name, number), (older, high)) = (said(lowest), said(highest));
    let one = format!("{} moved {name} to Up with the number {number}", change.names.of(change.me));
    let who = [change.me, lowest.unique_address(), highest.unique_address()];
    Some(Finding::new(&who, one, format!("{older} was there with the number {high}")))
}

/// `same-side`: whether who gives a number has given up one that gave another before: it is Down, or was removed.
fn has_given_up(change: &Change<'_>, giver: &UniqueAddress) -> bool {
    match change.before.member(giver) {
        Some(member) => member.status() == MemberStatus::Down,
        None => change.before.tombstones().contains(giver),
    }
}

/// Which numbers were given to whom, and what converged views say of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// By data centre and number: to whom it was given last, and by whom.
    given: BTreeMap<(String, i32), (UniqueAddress, UniqueAddress)>,
    /// Who was given a number by somebody who had given up the one that had given it to another: what that one did last it need not
    /// have heard of.
    twins: BTreeSet<(NodeKey, NodeKey)>,
    /// By member: each number that it was given, and by whom.
    of: BTreeMap<NodeKey, Vec<(i32, UniqueAddress)>>,
    /// The two numbers, ascending, of who was given the second by somebody who had given up the one that had given the first: as
    /// far as that one knew, it had none.
    renumbered: BTreeSet<(NodeKey, i32, i32)>,
    /// By member: the number, and who saw convergence with it last.
    agreed: BTreeMap<NodeKey, (i32, UniqueAddress)>,
}

/// U3: what a converged view says of the number of a member, if another said otherwise.
pub(super) struct Disagreement {
    /// Who saw convergence with another number last.
    pub(super) with: UniqueAddress,
    /// `same-side`: whether the two numbers were given by sides that had given up each other; none if nobody saw one of them given.
    pub(super) is_apart: Option<bool>,
    pub(super) finding: Finding,
}

impl Numbers {
    /// U2: numbers that a leader has just given. `has_it`: whether a node with a number is a member to anybody who lives.
    pub(super) fn given_once(
        &mut self,
        change: &Change<'_>,
        has_it: impl Fn(&UniqueAddress, i32) -> bool,
    ) -> Option<Finding> {
        let mut finding = None;
        for member in promoted(change) {
            let (node, number) = (member.unique_address(), member.up_number());
            self.renumber(change, node.key(), number);
            let now = (node.clone(), change.me.clone());
            let before = self.given.insert((member.data_center().into(), number), now);
            let Some((other, giver)) = before.filter(|(other, _)| other != node) else { continue };
            if has_given_up(change, &giver) {
                self.twins.insert((other.key(), node.key()));
            }
            if !has_it(&other, number) {
                continue;
            }
            let (me, name, named) =
                (change.names.of(change.me), change.names.of(node), change.names.of(&other));
            let one = format!("{me} gave {name} the up number {number}");
            let fact = format!("{named}, which is still a member, was given it before");
            finding.get_or_insert(Finding::new(&[change.me, node, &other], one, fact));
        }
        finding
    }

    /// Takes in that a member was given a number, which may have another one from somebody else.
    fn renumber(&mut self, change: &Change<'_>, member: NodeKey, number: i32) {
        let given = self.of.entry(member).or_default();
        let apart = given.iter().filter(|(_, giver)| has_given_up(change, giver));
        self.renumbered.extend(apart.map(|(other, _)| (member, number.min(*other), number.max(*other))));
        given.push((number, change.me.clone()));
    }

    /// U3: the assumption `same-side`, of one member with two numbers, if both were seen given.
    fn are_of_two_sides(&self, member: NodeKey, one: i32, other: i32) -> Option<bool> {
        let given = self.of.get(&member)?;
        let is_known = |number: i32| given.iter().any(|(given, _)| *given == number);
        let numbers = (member, one.min(other), one.max(other));
        (is_known(one) && is_known(other)).then(|| self.renumbered.contains(&numbers))
    }

    /// U1, U2: the assumption `same-side`, of two members with one number.
    pub(super) fn are_twins(&self, one: &UniqueAddress, other: &UniqueAddress) -> bool {
        let pairs = [(one.key(), other.key()), (other.key(), one.key())];
        pairs.iter().any(|pair| self.twins.contains(pair))
    }

    /// U3: what a converged view says of the numbers of its members, beside what others said before.
    pub(super) fn agreed(
        &mut self,
        me: &UniqueAddress,
        gossip: &Gossip,
        names: Names<'_>,
    ) -> Option<Disagreement> {
        let mut first = None;
        for member in gossip.members().iter().filter(has_number) {
            let number = member.up_number();
            let now = (number, me.clone());
            let (before, with) = self.agreed.insert(member.key(), now.clone()).unwrap_or(now);
            // One that is excused hides no other.
            let is_first = first.as_ref().is_none_or(|it: &Disagreement| it.is_apart == Some(true));
            if before != number && member.status() != MemberStatus::Down && is_first {
                let (name, me_named) = (names.of(member.unique_address()), names.of(me));
                let one = format!("to {me_named}, which sees convergence, {name} has the up number {number}");
                let other = format!("in a converged view of {} before it had {before}", names.of(&with));
                let finding = Finding::new(&[me, member.unique_address()], one, other);
                let is_apart = self.are_of_two_sides(member.key(), before, number);
                first = Some(Disagreement { with, is_apart, finding });
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use quorate::Config;

    use super::super::stage::Cause;
    use super::super::testing::{Doctored, names, node};
    use super::*;

    fn numbered(members: &[(&str, MemberStatus, i32)]) -> Gossip {
        members.iter().fold(Gossip::new(), |gossip, (name, status, number)| {
            let joining = Member::joining(node(name), Default::default(), Default::default());
            let member = if *number > 0 { joining.up_with(*number).unwrap() } else { joining };
            let member =
                if member.status() == *status { member } else { member.with_status(*status).unwrap() };
            gossip.add(member).with_seen(&node(name))
        })
    }

    fn moves(before: &[(&str, MemberStatus, i32)], after: &[(&str, MemberStatus, i32)]) -> Doctored {
        Doctored::of(numbered(before), numbered(after), Cause::Tick)
    }

    fn terms(set: impl Fn(&mut Config)) -> Terms {
        let mut config = Config::default();
        set(&mut config);
        Terms::of(&config)
    }

    /// C7
    #[test]
    fn becoming_up_below_the_minimum_violates() {
        let change = moves(&[("a", Up, 1), ("b", Joining, 0)], &[("a", Up, 1), ("b", Up, 2)]);
        let check = |set: &dyn Fn(&mut Config)| change.check(|change| minimum_is_met(change, &terms(set)));
        assert_eq!(check(&|config| config.min_nr_of_members = 2), None);
        let found = check(&|config| config.min_nr_of_members = 3).unwrap();
        assert!(found.facts.1.contains("2 members, and 3"), "{found:?}");
        assert!(check(&|config| config.role_min_nr_of_members = [("web".into(), 1)].into()).is_some());
        let merged = Doctored::of(numbered(&[("a", Joining, 0)]), numbered(&[("a", Up, 1)]), Cause::Gossip);
        let many = terms(|config| config.min_nr_of_members = 3);
        assert_eq!(merged.check(|change| minimum_is_met(change, &many)), None);
    }

    /// C8
    #[test]
    fn the_first_of_a_data_center_that_not_all_there_have_seen_violates() {
        let before = numbered(&[("a", Joining, 0), ("b", Joining, 0)]);
        let after = numbered(&[("a", Up, 1), ("b", Up, 2)]);
        let sound = Doctored::of(before.clone(), after.clone(), Cause::Tick);
        assert_eq!(sound.check(first_of_a_data_center), None);
        let unseen = Doctored::of(before.only_seen(&node("a")), after, Cause::Tick);
        assert_eq!(unseen.check(first_of_a_data_center).unwrap().who, [node("a"), node("a"), node("b")]);
    }

    /// U1
    #[test]
    fn two_members_with_one_number_violate() {
        let check = |gossip: &Gossip| numbers_are_distinct(&node("a"), gossip, names());
        assert_eq!(
            check(&numbered(&[("a", Up, 1), ("b", Up, 2), ("c", Joining, 0), ("d", Joining, 0)])),
            None
        );
        assert_eq!(
            check(&numbered(&[("a", Up, 1), ("b", Up, 1)])).unwrap().who,
            [node("a"), node("a"), node("b")]
        );
    }

    /// U2
    #[test]
    fn a_number_that_is_given_again_violates_while_who_has_it_is_there() {
        let given = |members_still_there: bool| {
            let mut numbers = Numbers::default();
            let first = moves(&[("a", Up, 1), ("b", Joining, 0)], &[("a", Up, 1), ("b", Up, 2)]);
            let second = moves(&[("a", Up, 1), ("c", Joining, 0)], &[("a", Up, 1), ("c", Up, 2)]);
            assert_eq!(first.check(|change| numbers.given_once(change, |_, _| true)), None);
            second.check(|change| numbers.given_once(change, |_, _| members_still_there))
        };
        assert_eq!(given(true).unwrap().who, [node("a"), node("c"), node("b")]);
        assert_eq!(given(false), None);
    }

    /// U1: two that were given one number by sides that had given up each other are told from others.
    #[test]
    fn a_number_given_anew_by_who_has_given_up_its_giver_makes_twins() {
        let are_twins = |a: MemberStatus| {
            let mut numbers = Numbers::default();
            let by_a = moves(&[("a", Up, 1), ("c", Joining, 0)], &[("a", Up, 1), ("c", Up, 3)]);
            let before = [("a", a, 1), ("b", Up, 2), ("c", Joining, 0), ("d", Joining, 0)];
            let after = [("a", a, 1), ("b", Up, 2), ("c", Joining, 0), ("d", Up, 3)];
            for change in [by_a, moves(&before, &after).seen_as("b")] {
                assert_eq!(change.check(|change| numbers.given_once(change, |_, _| false)), None);
            }
            numbers.are_twins(&node("c"), &node("d"))
        };
        assert!(are_twins(MemberStatus::Down));
        assert!(!are_twins(Up));
    }

    /// U1, U2: who has never heard of the giver has not given it up.
    #[test]
    fn a_giver_is_given_up_by_who_has_it_as_down_or_has_removed_it() {
        let state = numbered(&[("a", Up, 1), ("b", Up, 2), ("c", MemberStatus::Down, 3)]);
        let given_up = |name: &str| {
            let state = state.remove(&[node("b")], 0);
            let change = Doctored::of(state.clone(), state, Cause::Tick);
            change.check(|change| has_given_up(change, &node(name)))
        };
        assert_eq!(["a", "b", "c", "d"].map(given_up), [false, true, true, false]);
    }

    /// U3
    #[test]
    fn a_new_number_below_one_that_is_there_violates() {
        let later = moves(&[("a", Up, 5), ("b", Joining, 0)], &[("a", Up, 5), ("b", Up, 6)]);
        assert_eq!(later.check(later_is_higher), None);
        let lower = moves(&[("a", Up, 5), ("b", Joining, 0)], &[("a", Up, 5), ("b", Up, 5)]);
        assert_eq!(lower.check(later_is_higher).unwrap().who, [node("a"), node("b"), node("a")]);
    }

    /// U3
    #[test]
    fn converged_views_with_other_numbers_violate() {
        let mut numbers = Numbers::default();
        let mut view = |me: &str, gossip: &Gossip| {
            numbers.agreed(&node(me), gossip, names()).map(|it| (it.with, it.finding.who))
        };
        assert_eq!(view("a", &numbered(&[("a", Up, 1), ("b", Up, 2)])), None);
        assert_eq!(view("b", &numbered(&[("a", Up, 1), ("b", Up, 2), ("c", Up, 3)])), None);
        let found = view("a", &numbered(&[("a", Up, 1), ("b", Up, 3)]));
        assert_eq!(found, Some((node("b"), vec![node("a"), node("b")])));
    }
}
