//! Proof by enumeration: all splits of a few members, and how many sides go on (promise P9 of part 06).
//!
//! Three families of situations, each decided by the very code of the resolver:
//! - [`splits`]: every partition into two and three sides, over the statuses that matter and every position of the oldest, with
//!   one leader step and one command that one side only knows of (REP-121);
//! - [`links`]: every set of directed links among members that are all Up over which one does not reach the other;
//! - [`staggered`]: two successive sets of crashes and broken links, the first recorded in full or by one node only (REP-111).
//!
//! A side is decided once for each view that it can have, and that is looked up from then on: the families have far more
//! situations than views.

pub mod links;
pub mod splits;
pub mod staggered;

use quorate::{Address, DecisionRecord, ResolverView, Strategy, UniqueAddress};

use crate::decide::{Setting, Side, name_of, strategies};

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

/// A strategy with the numbers of both settings of the repairs.
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

/// What becomes of a side by what its own nodes decide.
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
    fn of(side: &Side, records: &[DecisionRecord]) -> Self {
        let alive = |downed: &[&[UniqueAddress]]| {
            side.live.iter().any(|node| {
                let member = side.members.iter().find(|member| member.unique_address() == node);
                let is_running = member.is_some_and(|member| !member.status().is_on_its_way_out());
                is_running && !downed.iter().any(|nodes| nodes.contains(node))
            })
        };
        if records.is_empty() {
            return Self { goes_on: false, goes_on_denied: false, asks: false };
        }
        let asks = records.iter().any(|record| record.decision.lease_delay().is_some());
        if !asks {
            let downed: Vec<&[UniqueAddress]> = records.iter().map(|record| &record.down[..]).collect();
            return Self { goes_on: alive(&downed), goes_on_denied: false, asks };
        }
        let denied: Vec<_> = records.iter().filter_map(DecisionRecord::denied).collect();
        let denied: Vec<&[UniqueAddress]> = denied.iter().map(|record| &record.down[..]).collect();
        Self {
            goes_on: records.iter().any(|record| alive(&[&record.down])),
            goes_on_denied: alive(&denied),
            asks,
        }
    }

    /// By each of some settings.
    fn by<const N: usize>(side: &Side, strategy: &Strategy, settings: [Setting; N]) -> [Self; N] {
        let views: Vec<ResolverView> = side
            .responsible()
            .into_iter()
            .map(|me| side.view_of(me, strategy))
            .filter(|view| !view.unreachable().is_empty())
            .collect();
        settings.map(|setting| {
            let repairs = setting.repairs();
            let records: Vec<_> = views.iter().map(|view| view.explain(strategy, &repairs)).collect();
            Self::of(side, &records)
        })
    }

    const fn to_bits(self) -> u8 {
        self.goes_on as u8 | (self.goes_on_denied as u8) << 1 | (self.asks as u8) << 2
    }

    const fn from_bits(bits: u8) -> Self {
        Self { goes_on: bits & 1 != 0, goes_on_denied: bits & 2 != 0, asks: bits & 4 != 0 }
    }
}

/// How many sides go on at most, whoever gets the lease.
fn surviving_sides(fates: &[Fate]) -> usize {
    let without_lease = fates.iter().filter(|fate| fate.goes_on && !fate.asks).count();
    let denied = fates.iter().filter(|fate| fate.asks && fate.goes_on_denied).count();
    let with_winner = |fate: &Fate| denied + usize::from(fate.goes_on) - usize::from(fate.goes_on_denied);
    let askers = fates.iter().filter(|fate| fate.asks);
    without_lease + askers.map(with_winner).max().unwrap_or(0)
}

/// Works on all at once, as many at a time as there are cores; the results in the order of the work.
fn in_parallel<T: Sync, R: Send>(work: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(work.len());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(item) = work.get(place) else { return };
                    let result = of(item);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests;
