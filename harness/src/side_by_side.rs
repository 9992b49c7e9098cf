//! The same work on many seeds, or many things, on several threads.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many threads as were asked for, or else as many as there are cores.
pub(crate) fn jobs_or_all(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
}

/// What comes of each seed, in their order, whatever the number of threads.
pub(crate) fn side_by_side<T: Send>(
    seeds: RangeInclusive<u64>,
    jobs: usize,
    run: impl Fn(u64) -> T + Sync,
) -> Vec<T> {
    let next = AtomicU64::new(0);
    let (first, last) = (*seeds.start(), *seeds.end());
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(seed) = first.checked_add(place).filter(|seed| *seed <= last) else { return done };
            done.push((seed, run(seed)));
        }
    };
    let most = usize::try_from(last.saturating_sub(first)).unwrap_or(usize::MAX).saturating_add(1);
    let mut all = Vec::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.clamp(1, most)).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    all.sort_by_key(|(seed, _)| *seed);
    all.into_iter().map(|(_, what)| what).collect()
}

/// What comes of each thing, in their order, whatever the number of threads.
pub(crate) fn side_by_side_of<T: Sync, R: Send>(
    things: &[T],
    jobs: usize,
    of: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    side_by_side(1..=things.len() as u64, jobs, |number| of(&things[number as usize - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_seed_is_run_once_and_told_in_order() {
        for jobs in [0, 1, 3] {
            assert_eq!(side_by_side(5..=9, jobs, |seed| seed * 2), [10, 12, 14, 16, 18]);
        }
        assert_eq!(side_by_side_of(&["a", "b"], 2, |name| name.len()), [1, 1]);
        assert!(side_by_side_of(&[], 2, |name: &&str| name.len()).is_empty());
        assert_eq!(side_by_side(u64::MAX..=u64::MAX, 2, |seed| seed), [u64::MAX]);
    }
}
