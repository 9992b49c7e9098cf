//! Broken links among members that are all Up.
#![allow(clippy::disallowed_types, reason = "looked up only, never walked: its order shows nowhere")]

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use quorate::{AppVersion, Member, MemberStatus, Reachability, ResolverView, Roles, Row, UniqueAddress};

use super::{Asked, Fates, Row as Count, all_strategies, in_parallel, node, sum, view_with};
use crate::decide::Side;

/// Members that are all Up, and who of them is the oldest.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    pub(super) members: usize,
    pub(super) oldest: usize,
}

/// Who observes whom as unreachable: bit `observer * members + subject`.
pub(super) type Links = u32;

impl World {
    pub(super) const fn link(&self, observer: usize, subject: usize) -> Links {
        1 << (observer * self.members + subject)
    }

    /// Whether two exchange gossip: neither observes the other as unreachable (SBR-36).
    const fn talk(&self, links: Links, one: usize, other: usize) -> bool {
        links & (self.link(one, other) | self.link(other, one)) == 0
    }

    /// The nodes that hear each other, directly or not, each group by bits.
    pub(super) fn components(&self, links: Links, live: u32) -> Vec<u32> {
        let mut components = Vec::new();
        let mut left = live;
        while left != 0 {
            let mut component = left & left.wrapping_neg();
            loop {
                let is_joined = |place: usize| {
                    (0..self.members)
                        .any(|member| component & (1 << member) != 0 && self.talk(links, member, place))
                };
                let more = (0..self.members)
                    .filter(|&place| left & (1 << place) != 0 && is_joined(place))
                    .fold(component, |all, place| all | 1 << place);
                if more == component {
                    break;
                }
                component = more;
            }
            components.push(component);
            left &= !component;
        }
        components
    }

    /// What a component knows: what its nodes observe of each other, that each observes all outside, and old records.
    pub(super) fn known(&self, links: Links, component: u32, old: Links) -> Links {
        let mut known = old;
        for observer in (0..self.members).filter(|place| component & (1 << place) != 0) {
            for subject in (0..self.members).filter(|subject| *subject != observer) {
                let link = self.link(observer, subject);
                if component & (1 << subject) == 0 || links & link != 0 {
                    known |= link;
                }
            }
        }
        known
    }

    /// Every directed link.
    fn pairs(&self) -> Vec<Links> {
        let pairs = (0..self.members).flat_map(|one| (0..self.members).map(move |other| (one, other)));
        pairs.filter(|(one, other)| one != other).map(|(one, other)| self.link(one, other)).collect()
    }

    fn member(&self, place: usize) -> Member {
        let age = if place == self.oldest { 1 } else { place as i32 + 2 };
        let roles = Roles::new(["dc-default".into()]).unwrap_or_default();
        Member::with_parts(node(place), roles, AppVersion::default(), age, MemberStatus::Up)
    }

    /// The row of one observer, by the bits of its subjects.
    fn row(&self, observer: usize, subjects: u32) -> Option<Arc<Row>> {
        let subjects = (0..self.members).filter(|subject| subjects & (1 << subject) != 0);
        let table = subjects
            .fold(Reachability::new(), |table, subject| table.unreachable(&node(observer), &node(subject)));
        table.rows().first().cloned()
    }
}

/// The fates of all views that were asked for so far.
pub(super) struct Memory<'a> {
    pub(super) world: World,
    asked: &'a Asked<'a>,
    known: HashMap<(u32, Links), Fates>,
    members: Vec<Member>,
    /// What each node knows before anything breaks.
    views: Vec<ResolverView>,
    /// Of each observer, by the bits of its subjects.
    rows: Vec<Vec<Option<Arc<Row>>>>,
}

impl<'a> Memory<'a> {
    pub(super) fn new(world: World, asked: &'a Asked<'a>) -> Self {
        let rows = |observer| (0..1 << world.members).map(|subjects| world.row(observer, subjects)).collect();
        let members: Vec<Member> = (0..world.members).map(|place| world.member(place)).collect();
        let view = |member: &Member| view_with(member.unique_address(), &members);
        Self {
            world,
            asked,
            known: HashMap::new(),
            views: members.iter().map(view).collect(),
            members,
            rows: (0..world.members).map(rows).collect(),
        }
    }

    fn side(&self, component: u32, known: Links) -> Side {
        let places = 0..self.world.members;
        let live: Vec<_> = places
            .clone()
            .filter(|place| component & (1 << place) != 0)
            .map(|place| self.members[place].unique_address().clone())
            .collect();
        let of_row = (1 << self.world.members) - 1;
        let rows = places.filter_map(|observer| {
            let subjects = known >> (observer * self.world.members) & of_row;
            self.rows[observer][subjects as usize].clone()
        });
        let records = Reachability::try_from(rows.collect::<Vec<_>>());
        Side {
            data_center: "default".into(),
            seen: live.clone(),
            exits_heard: Vec::new(),
            live,
            members: self.members.clone(),
            records: records.unwrap_or_else(|error| unreachable!("one row of each, ascending: {error}")),
        }
    }

    fn decide(&self, component: u32, known: Links) -> Fates {
        let side = self.side(component, known);
        let own = |me: &UniqueAddress| self.views.iter().find(|view| view.self_node() == me).cloned();
        let views: Vec<ResolverView> =
            side.responsible().into_iter().filter_map(own).map(|view| side.view_on(view)).collect();
        self.asked.fates(&side, &views)
    }

    pub(super) fn of(&mut self, component: u32, known: Links) -> Fates {
        let everybody = (1 << self.world.members) - 1;
        if component == everybody {
            // Each of these views comes once.
            return self.decide(component, known);
        }
        if let Some(fates) = self.known.get(&(component, known)) {
            return *fates;
        }
        let fates = self.decide(component, known);
        self.known.insert((component, known), fates);
        fates
    }
}

/// Some of the sets of links, by number.
fn count(world: World, asked: &Asked<'_>, sets: Range<u32>) -> Vec<Count> {
    let mut rows = asked.rows();
    let mut memory = Memory::new(world, asked);
    let pairs = world.pairs();
    let everybody = (1 << world.members) - 1;
    for set in sets {
        let links = pairs.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
        let links = links.fold(0, |all, (_, link)| all | link);
        let fates: Vec<Fates> = world
            .components(links, everybody)
            .into_iter()
            .map(|component| memory.of(component, world.known(links, component, 0)))
            .collect();
        asked.count(&mut rows, &fates);
    }
    rows
}

/// Into how many parts the sets of a world are parted, so that all cores have work until the end.
const PARTS: u32 = 8;

/// How many sides go on for every set of directed links over which one of so many members does not reach another, for each
/// strategy; keep-oldest with the oldest first and last by address.
#[must_use]
pub fn rows(members: usize) -> Vec<Count> {
    let strategies = all_strategies(members, None);
    let mut ends = vec![0, members - 1];
    ends.dedup();
    let worlds: Vec<(World, Asked<'_>)> = ends
        .into_iter()
        .map(|oldest| (World { members, oldest }, Asked::for_oldest(&strategies, oldest)))
        .collect();
    let sets = 1_u32 << (members * (members - 1));
    let part = sets.div_ceil(PARTS);
    let work: Vec<_> = worlds
        .iter()
        .flat_map(|world| (0..PARTS).map(move |at| (world, (at * part).max(1)..((at + 1) * part).min(sets))))
        .collect();
    let counted = in_parallel(&work, |((world, asked), sets)| count(*world, asked, sets.clone()));
    sum(&strategies, work.iter().zip(&counted).map(|(((_, asked), _), rows)| (asked, &rows[..])))
}
