//! INV-5: how soon the judge notices that a core is wrong.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "it is asked how likely something is found in a minute; no run in it sees the clock or that number"
)]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::mutant::Mutant;
use super::plan::Plan;
use super::tally::Tally;
use super::work::{Failure, Worked, work};
use crate::draw::Draws;

/// How a search for one mutant is done.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// What cases are drawn from.
    pub draws: Draws,
    /// How many worlds run side by side.
    pub jobs: NonZeroUsize,
    /// It ends when the mutant was caught so often.
    pub catches_max: u64,
    /// It ends after so many drawn cases.
    pub cases_max: u64,
    /// It ends after so long.
    pub time_max: Duration,
}

/// What a search has shown.
#[derive(Clone, Debug)]
pub struct Kills {
    /// Which core was wrong.
    pub mutant: Mutant,
    /// How many runs each invariant, or fault, caught it in.
    pub by: BTreeMap<String, u64>,
    /// How many runs, and how many events, there were up to the first catch; `None` if there was none.
    pub first: Option<(u64, u64)>,
    /// The catch of the least id.
    pub catch: Option<Box<Failure>>,
    /// How many runs there were.
    pub runs: u64,
    /// How many events they had.
    pub events: u64,
    /// How long they took one thread.
    pub thread_time: Duration,
}

/// A catch is as good as certain to come within a minute on two cores.
const MINUTE_OF_TWO: f64 = 120.0;

impl Kills {
    /// In how many runs it was caught.
    #[must_use]
    pub fn catches(&self) -> u64 {
        self.by.values().sum()
    }

    /// How likely it is that a campaign of a minute on two cores catches it. Cautious: the share of runs that catch it is
    /// taken to be as low as it may be with a confidence of 95 %.
    #[must_use]
    pub fn within_a_minute(&self) -> f64 {
        let seconds = self.thread_time.as_secs_f64();
        if self.catches() == 0 || seconds <= 0.0 {
            return 0.0;
        }
        let runs = MINUTE_OF_TWO * self.runs as f64 / seconds;
        1.0 - (-lowest_share(self.catches(), self.runs) * runs).exp()
    }
}

/// The lower bound of a share of which so many of so many were counted, with a confidence of 95 % (Wilson's).
fn lowest_share(hits: u64, of: u64) -> f64 {
    const Z: f64 = 1.645;
    let (n, share) = (of as f64, hits as f64 / of as f64);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((share + Z * Z / (2.0 * n) - spread) / (1.0 + Z * Z / n)).max(0.0)
}

/// Looks for one mutant until it was caught often enough, its time is up, or somebody sets `stop`.
#[must_use]
pub fn search(mutant: Mutant, how: &Search, stop: &AtomicBool) -> Kills {
    let plan = Plan { draws: how.draws, mutant: Some(mutant), ..Plan::default() };
    let options = plan.options();
    let (next, runs, events) = (AtomicU64::new(1), AtomicU64::new(0), AtomicU64::new(0));
    let (is_over, began) = (AtomicBool::new(false), Instant::now());
    let mut kills = Kills {
        mutant,
        by: BTreeMap::new(),
        first: None,
        catch: None,
        runs: 0,
        events: 0,
        thread_time: Duration::ZERO,
    };
    std::thread::scope(|scope| {
        let (sender, catches) = channel();
        for _ in 0..how.jobs.get() {
            let sender = sender.clone();
            let (plan, options, next, runs, events, is_over) =
                (&plan, &options, &next, &runs, &events, &is_over);
            scope.spawn(move || {
                while !is_over.load(Relaxed) && !stop.load(Relaxed) && began.elapsed() < how.time_max {
                    let number = next.fetch_add(1, Relaxed);
                    if number > how.cases_max {
                        break;
                    }
                    let id = plan.draws.case(number);
                    let mut tally = Tally::default();
                    let worked = work(plan, options, id, &mut tally);
                    let so_far = runs.fetch_add(tally.runs, Relaxed) + tally.runs;
                    let events = events.fetch_add(tally.events, Relaxed) + tally.events;
                    if let Worked::Failed(failure) = worked {
                        // Who no longer listens knows enough.
                        let _ = sender.send((failure, so_far, events));
                    }
                }
            });
        }
        drop(sender);
        for (failure, so_far, events) in catches {
            kills.first.get_or_insert((so_far, events));
            *kills.by.entry(failure.signature.what().to_owned()).or_default() += 1;
            if kills.catch.as_ref().is_none_or(|first| failure.id.seed < first.id.seed) {
                kills.catch = Some(failure);
            }
            if kills.catches() >= how.catches_max {
                is_over.store(true, Relaxed);
            }
        }
    });
    kills.runs = runs.load(Relaxed);
    kills.events = events.load(Relaxed);
    kills.thread_time = began.elapsed() * u32::try_from(how.jobs.get()).unwrap_or(u32::MAX);
    kills
}

#[cfg(test)]
mod tests {
    use quorate::internals::Planted;

    use super::*;

    fn how(catches_max: u64) -> Search {
        let time_max = Duration::from_secs(60);
        Search { draws: Draws::All, jobs: NonZeroUsize::MIN, catches_max, cases_max: u64::MAX, time_max }
    }

    /// INV-5
    #[test]
    fn a_mutant_is_caught_so_often_as_is_asked_and_by_whom_is_told() {
        let kills = search(Mutant::Planted(Planted::EventsDoubled), &how(3), &AtomicBool::new(false));
        // Until the search hears of the third it may go on.
        assert!(kills.catches() >= 3 && kills.by.get("E1") == Some(&kills.catches()), "{kills:?}");
        let (runs, events) = kills.first.unwrap();
        assert!(runs >= 1 && events > 0 && kills.runs >= 3 && kills.events >= events);
        assert!(kills.within_a_minute() > 0.95);
    }

    /// INV-5: with one thread a search of some cases is the same every time.
    #[test]
    fn a_search_ends_after_its_last_case() {
        let how = Search { cases_max: 3, ..how(100) };
        let kills = search(Mutant::WithoutRepair("introduce"), &how, &AtomicBool::new(false));
        assert!((3..=4).contains(&kills.runs), "{kills:?}");
    }

    #[test]
    fn a_search_that_is_stopped_has_caught_nothing() {
        let kills = search(Mutant::WithoutRepair("introduce"), &how(1), &AtomicBool::new(true));
        assert_eq!((kills.runs, kills.first, kills.within_a_minute()), (0, None, 0.0));
    }

    #[test]
    fn the_lowest_share_is_below_the_share_and_nears_it_with_more_runs() {
        assert!(lowest_share(0, 100) < 1e-9);
        assert!(lowest_share(1, 100) > 0.001 && lowest_share(1, 100) < 0.01);
        assert!((lowest_share(5_000, 10_000) - 0.49178).abs() < 1e-4);
    }
}
