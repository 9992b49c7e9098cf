//! Broken links among members that are all Up.

use std::collections::HashMap;
use std::sync::Arc;

use quorate::{AppVersion, Member, MemberStatus, Reachability, Roles, Row, Strategy};

use super::{Fate, Row as Count, all_strategies, in_parallel, node, surviving_sides};
use crate::decide::{Setting, Side};

/// Members that are all Up, and who of them is the oldest.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    pub(super) members: usize,
    pub(super) oldest: usize,
}

/// Who observes whom as unreachable: bit `observer * members + subject`.
pub(super) type Links = u32;

impl World {
    /// One for each position of the oldest that a strategy can tell apart.
    pub(super) fn all(members: usize, strategy: &Strategy) -> Vec<Self> {
        let positions = if matches!(strategy, Strategy::KeepOldest { .. }) { members } else { 1 };
        (0..positions).map(|oldest| Self { members, oldest }).collect()
    }

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
pub(super) struct Fates<'a> {
    pub(super) world: World,
    strategy: &'a Strategy,
    known: HashMap<(u32, Links), [Fate; 2]>,
    members: Vec<Member>,
    /// Of each observer, by the bits of its subjects.
    rows: Vec<Vec<Option<Arc<Row>>>>,
}

impl<'a> Fates<'a> {
    pub(super) fn new(world: World, strategy: &'a Strategy) -> Self {
        let rows = |observer| (0..1 << world.members).map(|subjects| world.row(observer, subjects)).collect();
        Self {
            world,
            strategy,
            known: HashMap::new(),
            members: (0..world.members).map(|place| world.member(place)).collect(),
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
            live,
            members: self.members.clone(),
            records: records.unwrap_or_else(|error| unreachable!("one row of each, ascending: {error}")),
        }
    }

    pub(super) fn of(&mut self, component: u32, known: Links) -> [Fate; 2] {
        let strategy = self.strategy;
        let everybody = (1 << self.world.members) - 1;
        if component == everybody {
            // Each of these views comes once, and all have seen the gossip, so nobody is gone (REP-110) and all are Up.
            let side = self.side(component, known);
            let [exact] = Fate::by(&side, strategy, [Setting::Exact]);
            debug_assert_eq!(Fate::by(&side, strategy, Setting::BOTH), [exact; 2]);
            return [exact; 2];
        }
        if let Some(fates) = self.known.get(&(component, known)) {
            return *fates;
        }
        let fates = Fate::by(&self.side(component, known), strategy, Setting::BOTH);
        self.known.insert((component, known), fates);
        fates
    }

    /// How many sides go on, without and with the repairs, when components know these links.
    pub(super) fn surviving(&mut self, views: &[(u32, Links)]) -> [usize; 2] {
        let fates: Vec<[Fate; 2]> =
            views.iter().map(|&(component, known)| self.of(component, known)).collect();
        [0, 1].map(|setting| surviving_sides(&fates.iter().map(|both| both[setting]).collect::<Vec<_>>()))
    }
}

fn count(world: World, strategy: &Strategy) -> Count {
    let mut row = Count::new(strategy);
    let mut fates = Fates::new(world, strategy);
    let pairs: Vec<Links> = (0..world.members)
        .flat_map(|observer| (0..world.members).map(move |subject| (observer, subject)))
        .filter(|(observer, subject)| observer != subject)
        .map(|(observer, subject)| world.link(observer, subject))
        .collect();
    let everybody = (1 << world.members) - 1;
    for set in 1..1_u32 << pairs.len() {
        let links = pairs.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
        let links = links.fold(0, |all, (_, link)| all | link);
        let views: Vec<(u32, Links)> = world
            .components(links, everybody)
            .into_iter()
            .map(|component| (component, world.known(links, component, 0)))
            .collect();
        row.count(fates.surviving(&views));
    }
    row
}

/// How many sides go on for every set of directed links over which one of so many members does not reach another, for each
/// strategy; keep-oldest with the oldest first and last by address.
#[must_use]
pub fn rows(members: usize) -> Vec<Count> {
    let strategies = all_strategies(members, None);
    let work: Vec<(usize, World)> = strategies
        .iter()
        .enumerate()
        .flat_map(|(place, strategy)| {
            let worlds = World::all(members, strategy).into_iter();
            let ends = worlds.filter(|world| world.oldest == 0 || world.oldest + 1 == members);
            ends.map(move |world| (place, world))
        })
        .collect();
    let counted = in_parallel(&work, |(place, world)| count(*world, &strategies[*place]));
    let mut rows: Vec<Count> = strategies.iter().map(Count::new).collect();
    work.iter().zip(&counted).for_each(|((place, _), row)| rows[*place].add(row));
    rows
}
