//! M: incarnations, and what is said of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use quorate::{Address, AppVersion, Effect, Gossip, Member, Output, Roles, UniqueAddress};

use super::assumptions::{EARLIER_KNOWN, SEED_NODES_ONLY};
use super::by_key::ByKey;
use super::change::{Change, share_identity};
use super::invariant::{Group, Invariant, Watches};
use super::seat::{Identity, Seat};
use super::stage::Cause;
use super::violation::{Finding, Names};

/// M5
pub(super) static M5: Invariant = Invariant::new(
    "M5",
    "of the incarnations of one address at most one is a member that is neither Down nor Exiting",
    Group::Safety,
    Watches::Node,
    "JOIN-73, JOIN-74, MDL-9",
)
.assuming(&[&SEED_NODES_ONLY, &EARLIER_KNOWN]);

/// M6
pub(super) static M6: Invariant = Invariant::new(
    "M6",
    "a new incarnation is accepted only after all older ones with its address left the acceptor's members",
    Group::Safety,
    Watches::Change,
    "JOIN-73, JOIN-74, JOIN-75",
);

/// M8
pub(super) static M8: Invariant = Invariant::new(
    "M8",
    "roles, data centre and application version of an incarnation are its own in every view that holds it",
    Group::Safety,
    Watches::Change,
    "MDL-21, JOIN-75",
);

/// M9
pub(super) static M9: Invariant = Invariant::new(
    "M9",
    "no two nodes ever share a unique address",
    Group::Safety,
    Watches::Cluster,
    "MDL-9, MDL-10",
);

/// M5: of the members at one address.
pub(super) fn one_incarnation_lives(
    me: &UniqueAddress,
    gossip: &Gossip,
    names: Names<'_>,
) -> Option<Finding> {
    // Members are in the order of their addresses.
    let pair = gossip.members().as_slice().windows(2).find(|pair| {
        pair[0].address() == pair[1].address()
            && pair.iter().all(|member| !member.status().is_on_its_way_out())
    })?;
    let said = |member: &Member| format!("{} is {}", names.of(member.unique_address()), member.status());
    let who = [me, pair[0].unique_address(), pair[1].unique_address()];
    Some(Finding::new(&who, format!("to {} {}", names.of(me), said(&pair[0])), said(&pair[1])))
}

/// `earlier-known`: whether a node has let in an incarnation, knowing no earlier one, of which another has one as a member. JOIN-73
/// looks at the own members only.
pub(super) fn has_let_in_unheard<'a>(change: &Change<'_>, others: impl Iterator<Item = &'a Seat>) -> bool {
    let let_in = |(was, is): (Option<&Member>, Option<&Member>)| {
        let new = is.filter(|_| was.is_none())?.unique_address().clone();
        change.before.members().first_at(&new.address).is_none().then_some(new)
    };
    let new: Vec<UniqueAddress> = change.members().filter_map(let_in).collect();
    let has_earlier = |seat: &Seat| {
        let earlier = |new: &UniqueAddress| {
            let mut all = seat.gossip.members().all_at(&new.address);
            all.any(|member| member.unique_address() != new && !member.status().is_on_its_way_out())
        };
        new.iter().any(earlier)
    };
    !new.is_empty() && others.into_iter().any(has_earlier)
}

/// M6: whoever is let in finds no other incarnation of its address there.
pub(super) fn older_ones_are_gone(change: &Change<'_>) -> Option<Finding> {
    if change.cause != Cause::Join {
        return None;
    }
    change.members().filter(|(was, _)| was.is_none()).find_map(|(_, is)| {
        let new = is?.unique_address();
        let older = change.before.members().all_at(&new.address).next()?;
        let (me, name) = (change.names.of(change.me), change.names.of(new));
        let one = format!("{me} accepted {name}");
        let other = format!("to it {} was {} then", change.names.of(older.unique_address()), older.status());
        Some(Finding::new(&[change.me, new, older.unique_address()], one, other))
    })
}

/// Who has ever been started.
#[derive(Clone, Debug, Default)]
pub(super) struct Register {
    entries: ByKey<Entry>,
    /// Where nodes were started.
    addresses: BTreeSet<Address>,
    /// Whether two were started at one address, or somebody has a member that was never started.
    any_twins: bool,
    /// Whether all whom the last change brought are copies of members that were found to be what they are.
    all_found: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    node: UniqueAddress,
    identity: Arc<Identity>,
    /// A member that was found to be this one, with what it is: copies of it need not be looked at.
    found: Option<Member>,
}

impl Register {
    /// M5: whether no two incarnations of one address can be members to anybody.
    pub(super) const fn are_alone(&self) -> bool {
        !self.any_twins
    }

    /// Takes in whom a change has brought to a node's members.
    pub(super) fn hear_members(&mut self, change: &Change<'_>) {
        self.all_found = true;
        for is in change.members().filter(|(was, _)| was.is_none()).filter_map(|(_, is)| is) {
            let entry = self.entries.get_mut(is.key());
            let Some(entry) = entry.filter(|entry| entry.node == *is.unique_address()) else {
                (self.any_twins, self.all_found) = (true, false);
                continue;
            };
            if entry.found.as_ref().is_some_and(|found| share_identity(found, is)) {
                continue;
            }
            if entry.identity.is_told_by(is) {
                entry.found = Some(is.clone());
            } else {
                self.all_found = false;
            }
        }
    }

    /// M9: enters a node that was started, which nobody has been before.
    pub(super) fn enter(
        &mut self,
        me: &UniqueAddress,
        identity: Arc<Identity>,
        names: Names<'_>,
    ) -> Option<Finding> {
        self.any_twins |= !self.addresses.insert(me.address.clone());
        let known = self.entries.insert(me.key(), Entry { node: me.clone(), identity, found: None });
        let twin = known.filter(|known| known.node == *me)?.node;
        let named = names.of(me);
        let other = format!("a node with the number {} has been started there before", twin.uid);
        Some(Finding::new(&[me], format!("{named} was started as a new node"), other))
    }

    /// JOIN-102: a node was told the version of its application, which counts from then on.
    pub(super) fn hear_version(&mut self, me: &UniqueAddress, outputs: &[Output]) {
        let told = outputs.iter().find_map(|output| match output {
            Output::Accepted { effect: Effect::VersionSet { version }, .. } => Some(version.clone()),
            _ => None,
        });
        if let (Some(app_version), Some(entry)) = (told, self.entries.get_mut(me.key())) {
            entry.identity = Arc::new(Identity { roles: entry.identity.roles.clone(), app_version });
            entry.found = None;
        }
    }

    /// M8: what new members are said to be, beside what they are. Of the change that was heard of last.
    pub(super) fn tells_truly(&self, change: &Change<'_>) -> Option<Finding> {
        let is_news = |was: Option<&Member>, is: &Member| {
            let is_other = |was: &Member| was.roles() != is.roles() || was.app_version() != is.app_version();
            was.map_or(!self.all_found, |was| !share_identity(was, is) && is_other(was))
        };
        change.members().find_map(|(was, is)| {
            let is = is.filter(|is| is_news(was, is))?;
            let Entry { node, identity: own, .. } = self.entries.get(is.key())?;
            if node != is.unique_address() || own.is_told_by(is) {
                return None;
            }
            let (me, name) = (change.names.of(change.me), change.names.of(node));
            let said = |roles: &Roles, version: &AppVersion| {
                let roles: Vec<&str> = roles.iter().map(|role| &**role).collect();
                format!("the roles {} and version {version}", roles.join(" "))
            };
            let one = format!("{name} was started with {}", said(&own.roles, &own.app_version));
            let other =
                format!("{} {me} has it with {}", change.cause.words(), said(is.roles(), is.app_version()));
            Some(Finding::new(&[change.me, node], one, other))
        })
    }
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::{Down, Exiting, Joining, Up};

    use super::super::testing::{Doctored, gossip, names, node, seat};
    use super::*;

    /// M5
    #[test]
    fn two_living_incarnations_of_one_address_violate() {
        let check = |first, second| {
            one_incarnation_lives(&node("a"), &gossip(&[("a", Up), ("b", first), ("b#2", second)]), names())
        };
        assert_eq!(check(Up, Joining).unwrap().who, [node("a"), node("b"), node("b#2")]);
        assert_eq!(check(Down, Joining), None);
        assert_eq!(check(Exiting, Up), None);
        assert_eq!(one_incarnation_lives(&node("a"), &gossip(&[("a", Up), ("b", Up)]), names()), None);
    }

    /// M5: the assumption `earlier-known`.
    #[test]
    fn a_new_incarnation_is_let_in_unheard_only_if_others_know_an_earlier_one() {
        let after = [("a", Up), ("b#2", Joining)];
        let unheard = |before: &[(&str, _)], others: &[(&str, _)]| {
            let other = seat("c", gossip(others));
            let change = Doctored::of(gossip(before), gossip(&after), Cause::Join);
            change.check(|change| has_let_in_unheard(change, [&other].into_iter()))
        };
        assert!(unheard(&[("a", Up)], &[("a", Up), ("b", Joining)]));
        assert!(!unheard(&[("a", Up)], &[("a", Up), ("b", Down)]), "that one is on its way out");
        assert!(!unheard(&[("a", Up), ("b", Down)], &[("b", Up)]), "it was known");
        assert!(!unheard(&[("a", Up)], &[("a", Up), ("b#2", Joining)]), "no other one");
    }

    /// M6
    #[test]
    fn accepting_a_new_incarnation_beside_an_old_one_violates() {
        let joins = |before: &[(&str, _)], after: &[(&str, _)]| {
            Doctored::of(gossip(before), gossip(after), Cause::Join).check(older_ones_are_gone)
        };
        for status in [Up, Down] {
            let found = joins(&[("a", Up), ("b", status)], &[("a", Up), ("b", status), ("b#2", Joining)]);
            assert_eq!(found.unwrap().who, [node("a"), node("b#2"), node("b")]);
        }
        assert_eq!(joins(&[("a", Up)], &[("a", Up), ("b#2", Joining)]), None);
    }

    fn identity(role: &str) -> Arc<Identity> {
        let roles = Roles::of_user([role.into()], "default").unwrap();
        Arc::new(Identity { roles, app_version: AppVersion::default() })
    }

    /// M8
    #[test]
    fn a_member_with_other_roles_than_its_own_violates() {
        let mut register = Register::default();
        register.enter(&node("b"), identity("web"), names());
        let change = Doctored::of(gossip(&[("a", Up)]), gossip(&[("a", Up), ("b", Joining)]), Cause::Gossip);
        let found = change.check(|change| register.tells_truly(change)).unwrap();
        assert_eq!(found.who, [node("a"), node("b")]);
        assert!(found.facts.0.contains("web"), "{found:?}");
        let mut plain = Register::default();
        let own = Identity { roles: Roles::default(), app_version: AppVersion::default() };
        plain.enter(&node("b"), Arc::new(own), names());
        assert_eq!(change.check(|change| plain.tells_truly(change)), None);
        assert_eq!(change.check(|change| Register::default().tells_truly(change)), None, "nobody knows b");
    }

    /// M5: the assumption `earlier-known`.
    #[test]
    fn incarnations_are_alone_until_an_address_is_used_again_or_a_stranger_is_a_member() {
        let started = |names_of: &[&str]| {
            let mut register = Register::default();
            names_of.iter().for_each(|name| {
                register.enter(&node(name), identity("web"), names());
            });
            register
        };
        let change = Doctored::of(gossip(&[("a", Up)]), gossip(&[("a", Up), ("b", Joining)]), Cause::Gossip);
        let are_alone = |mut register: Register| {
            change.check(|change| register.hear_members(change));
            register.are_alone()
        };
        assert!(are_alone(started(&["a", "b"])));
        assert!(!are_alone(started(&["a"])), "nobody has started b");
        assert!(!are_alone(started(&["a", "b", "a#2"])));
        assert!(!are_alone(started(&["a", "b", "b"])));
    }

    /// M8: a member that was found to be what it is counts as found only as long as it is that.
    #[test]
    fn what_was_found_of_a_member_is_not_said_of_another_copy_or_another_version() {
        let own = || Arc::new(Identity { roles: Roles::default(), app_version: AppVersion::default() });
        let joins = |member: &Member| {
            Doctored::of(gossip(&[("a", Up)]), gossip(&[("a", Up)]).add(member.clone()), Cause::Gossip)
        };
        let mut register = Register::default();
        register.enter(&node("b"), own(), names());
        let mut hear = |member: &Member, version: Option<&str>| {
            let version = version.map(|version| Output::Accepted {
                command: quorate::CommandKind::SetAppVersion,
                effect: Effect::VersionSet { version: version.parse().unwrap() },
            });
            register.hear_version(&node("b"), version.as_slice());
            joins(member).check(|change| {
                register.hear_members(change);
                register.tells_truly(change).is_some()
            })
        };
        let plain = Member::joining(node("b"), Roles::default(), AppVersion::default());
        let web = Member::joining(node("b"), identity("web").roles.clone(), AppVersion::default());
        assert_eq!([hear(&plain, None), hear(&plain, None)], [false; 2]);
        assert_eq!([hear(&web, None), hear(&web, None), hear(&plain, None)], [true, true, false]);
        assert!(hear(&plain, Some("2.0")));
    }

    /// M9
    #[test]
    fn a_unique_address_that_is_given_twice_violates() {
        let mut register = Register::default();
        assert_eq!(register.enter(&node("a"), identity("web"), names()), None);
        assert_eq!(register.enter(&node("a#2"), identity("web"), names()), None);
        assert_eq!(register.enter(&node("a"), identity("web"), names()).unwrap().who, [node("a")]);
    }
}
