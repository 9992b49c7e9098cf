//! Proof by enumeration: all splits of a few members, and how many sides go on (promise P9 of part 06).
//!
//! Three families of situations, each decided by the very code of the resolver:
//! - [`splits`]: every partition into two and three sides, over the statuses that matter and every position of the oldest, with
//!   one leader step and one command that one side only knows of (REP-121);
//! - [`links`]: every set of directed links among members that are all Up over which one does not reach the other;
//! - [`staggered`]: two successive sets of crashes and broken links, the first recorded in full or by one node only (REP-111).
//!
//! A side is decided once for each view that it can have, by all strategies at once, and that is looked up from then on: the
//! families have far more situations than views.

pub mod links;
pub mod splits;
pub mod staggered;

use quorate::internals::Consequence;
use quorate::{Address, Member, Repairs, ResolverView, Strategy, UniqueAddress};

use crate::decide::{Setting, Side, name_of, strategies};
use crate::side_by_side::{jobs_or_all, side_by_side_of};

/// How many situations of a family ended how, for one strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there were.
    pub situations: u64,
    /// In how many at least two sides go on.
    pub split: u64,
    /// In how many exactly one does.
    pub one: u64,
}

impl Tally {
    fn count(&mut self, surviving_sides: usize) {
        self.situations += 1;
        self.split += u64::from(surviving_sides > 1);
        self.one += u64::from(surviving_sides == 1);
    }

    fn add(&mut self, other: Self) {
        self.situations += other.situations;
        self.split += other.split;
        self.one += other.one;
    }

    /// In how many nobody goes on.
    #[must_use]
    pub const fn none(&self) -> u64 {
        self.situations - self.split - self.one
    }
}

/// A strategy with the numbers of both settings of the repairs. REP-125: what the repairs cost it, and what they bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The strategy.
    pub strategy: String,
    /// Without repairs.
    pub exact: Tally,
    /// With both repairs of the resolver.
    pub repaired: Tally,
    /// In how many situations one side goes on without the repairs and none with them.
    pub lost: u64,
    /// In how many none goes on without the repairs and one with them.
    pub gained: u64,
}

impl Row {
    fn new(strategy: &Strategy) -> Self {
        let (exact, repaired) = (Tally::default(), Tally::default());
        Self { strategy: name_of(strategy), exact, repaired, lost: 0, gained: 0 }
    }

    fn count(&mut self, [exact, repaired]: [usize; 2]) {
        self.exact.count(exact);
        self.repaired.count(repaired);
        self.lost += u64::from(exact == 1 && repaired == 0);
        self.gained += u64::from(exact == 0 && repaired == 1);
    }

    fn add(&mut self, other: &Self) {
        self.exact.add(other.exact);
        self.repaired.add(other.repaired);
        self.lost += other.lost;
        self.gained += other.gained;
    }
}

/// All strategies for so many members, with the least quorum that two sides cannot both have.
#[must_use]
pub fn all_strategies(members: usize, role: Option<&str>) -> [Strategy; 6] {
    strategies(members as u32 / 2 + 1, role)
}

/// The members of a small world: a, b, c, ...
fn node(place: usize) -> UniqueAddress {
    named(char::from(b'a' + place as u8))
}

fn named(letter: char) -> UniqueAddress {
    let address = Address::new(letter.encode_utf8(&mut [0; 4]), 1);
    UniqueAddress::new(address.unwrap_or_else(|error| unreachable!("{letter} is a host: {error}")), 1)
}

/// What a node knows when nothing is broken yet. No address has two incarnations here, so that the view is the same whatever
/// strategy it is made for (SBR-30).
fn view_with(me: &UniqueAddress, members: &[Member]) -> ResolverView {
    let mut view = ResolverView::new(me.clone(), "default".into(), &Strategy::DownAll);
    members.iter().for_each(|member| {
        view.put(member);
    });
    view
}

/// Strategies that are asked about the same views, by their places among all strategies.
struct Asked<'a> {
    all: &'a [Strategy],
    places: Vec<usize>,
    repairs: [Repairs; 2],
}

impl<'a> Asked<'a> {
    /// Those that can tell a world from the one whose oldest member is the first by address: there all are asked, elsewhere
    /// those that look at the age.
    fn for_oldest(all: &'a [Strategy], oldest: usize) -> Self {
        let is_asked = |strategy: &Strategy| oldest == 0 || matches!(strategy, Strategy::KeepOldest { .. });
        let places =
            all.iter().enumerate().filter(|(_, strategy)| is_asked(strategy)).map(|(place, _)| place);
        Self { all, places: places.collect(), repairs: Setting::BOTH.map(Setting::repairs) }
    }

    fn strategies(&self) -> impl Iterator<Item = &'a Strategy> {
        self.places.iter().map(|&place| &self.all[place])
    }

    /// A row for each of them.
    fn rows(&self) -> Vec<Row> {
        self.strategies().map(Row::new).collect()
    }

    /// What becomes of a side when each of its nodes that decide does so on its view.
    fn fates(&self, side: &Side, views: &[ResolverView]) -> Fates {
        let views: Vec<Vec<Consequence>> = views
            .iter()
            .filter(|view| !view.unreachable().is_empty())
            .map(|view| {
                view.consequences(
                    self.strategies().flat_map(|strategy| self.repairs.each_ref().map(|on| (strategy, on))),
                )
            })
            .collect();
        if views.is_empty() {
            return Fates::NOBODY_DECIDES;
        }
        let members = side.members.iter().filter(|member| !member.status().is_on_its_way_out());
        let running: Vec<&UniqueAddress> =
            members.map(Member::unique_address).filter(|node| side.live.contains(node)).collect();
        let choices = 0..2 * self.places.len();
        let fate = |choice: usize| Fate::of(&running, &views.iter().map(|view| &view[choice]));
        Fates(choices.rev().fold(0, |bits, choice| bits << Fate::BITS | fate(choice).to_bits()))
    }

    /// Counts a situation by the fates of its sides, for each of the strategies.
    fn count(&self, rows: &mut [Row], fates: &[Fates]) {
        for (place, row) in rows.iter_mut().enumerate() {
            row.count(
                [0, 1].map(|setting| surviving_sides(fates.iter().map(|of| of.get(2 * place + setting)))),
            );
        }
    }
}

/// Adds what was counted in several worlds, for each of all strategies.
fn sum<'a>(all: &[Strategy], counted: impl IntoIterator<Item = (&'a Asked<'a>, &'a [Row])>) -> Vec<Row> {
    let mut rows: Vec<Row> = all.iter().map(Row::new).collect();
    for (asked, counted) in counted {
        asked.places.iter().zip(counted).for_each(|(&place, row)| rows[place].add(row));
    }
    rows
}

/// What becomes of a side by what its own nodes decide, under one strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fate {
    /// Somebody of it goes on. Under lease-majority: if one of its nodes gets the lease.
    goes_on: bool,
    /// Somebody of it goes on when the lease is denied.
    goes_on_denied: bool,
    /// It asks for the lease.
    asks: bool,
}

impl Fate {
    const BITS: usize = 3;

    /// `running`: who goes on if nobody is downed.
    fn of<'a>(running: &[&UniqueAddress], decided: &(impl Iterator<Item = &'a Consequence> + Clone)) -> Self {
        let goes_on =
            |is_downed: &dyn Fn(&UniqueAddress) -> bool| running.iter().any(|node| !is_downed(node));
        let asks = decided.clone().any(|consequence| consequence.down_if_denied.is_some());
        if !asks {
            let is_downed = |node: &UniqueAddress| decided.clone().any(|by| by.down.contains(node));
            return Self { goes_on: goes_on(&is_downed), goes_on_denied: false, asks };
        }
        let denied = decided.clone().filter_map(|by| by.down_if_denied.as_ref());
        Self {
            goes_on: decided.clone().any(|by| goes_on(&|node| by.down.contains(node))),
            goes_on_denied: goes_on(&|node| denied.clone().any(|down| down.contains(node))),
            asks,
        }
    }

    const fn to_bits(self) -> u64 {
        self.goes_on as u64 | (self.goes_on_denied as u64) << 1 | (self.asks as u64) << 2
    }

    const fn from_bits(bits: u64) -> Self {
        Self { goes_on: bits & 1 != 0, goes_on_denied: bits & 2 != 0, asks: bits & 4 != 0 }
    }
}

/// The fates of a side: for each strategy that is asked, without and with the repairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Fates(u64);

impl Fates {
    /// Who decides nothing is not counted as a side that goes on.
    const NOBODY_DECIDES: Self = Self(0);

    const fn get(self, choice: usize) -> Fate {
        Fate::from_bits(self.0 >> (choice * Fate::BITS) & ((1 << Fate::BITS) - 1))
    }
}

/// How many sides go on at most, whoever gets the lease.
fn surviving_sides(fates: impl Iterator<Item = Fate>) -> usize {
    let (mut without_lease, mut denied, mut more_with_lease) = (0, 0, None);
    for fate in fates {
        if fate.asks {
            let more = isize::from(fate.goes_on) - isize::from(fate.goes_on_denied);
            denied += isize::from(fate.goes_on_denied);
            more_with_lease = more_with_lease.max(Some(more));
        } else {
            without_lease += isize::from(fate.goes_on);
        }
    }
    usize::try_from(without_lease + denied + more_with_lease.unwrap_or(0)).unwrap_or(0)
}

/// Works on all at once, as many at a time as there are cores; the results in the order of the work.
fn in_parallel<T: Sync, R: Send>(work: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    side_by_side_of(work, jobs_or_all(None).get(), of)
}

#[cfg(test)]
mod tests;
