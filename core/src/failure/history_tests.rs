use super::*;
use crate::testing::proptest_config;
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

fn history(intervals: &[u64], max_sample_size: u32) -> History {
    let mut history = History::default();
    for &interval in intervals {
        history.push(interval, max_sample_size);
    }
    history
}

fn list(history: &History) -> Vec<u64> {
    history.intervals().collect()
}

/// PHI-5, PHI-6
#[test]
fn the_oldest_intervals_leave_a_full_window_and_its_sums() {
    let full = history(&[10, 20, 30], 3);
    assert_eq!((list(&full), full.sum(), full.squared_sum()), (vec![10, 20, 30], 60, 1400));
    let moved = history(&[10, 20, 30, 40], 3);
    assert_eq!((list(&moved), moved.sum(), moved.squared_sum()), (vec![20, 30, 40], 90, 2900));
}

/// PHI-6
#[test]
fn a_window_that_was_made_smaller_drops_as_many_as_it_must() {
    let mut shrunk = history(&[1, 2, 3, 4, 5], 5);
    shrunk.push(6, 2);
    assert_eq!(list(&shrunk), [5, 6]);
    assert_eq!((shrunk.sum(), shrunk.squared_sum()), (11, 61));
    let mut without_room = history(&[1, 2], 5);
    without_room.push(3, 0);
    assert_eq!(list(&without_room), [3]);
}

/// PHI-7, PHI-8, PHI-9
#[test]
fn mean_and_deviation_are_those_of_the_whole_population() {
    let eight = history(&[750, 1250, 1003, 995, 1052, 960, 2490], 1000);
    assert!((eight.mean() - 1_214.285_714_286).abs() < 1e-9);
    assert!((eight.std_deviation() - 538.252_387_503_4).abs() < 1e-9);
}

/// PHI-11
#[test]
fn a_variance_that_rounding_makes_negative_is_zero() {
    let mut seen_negative = false;
    for interval in (2_000_000..90_000_000_000).step_by(997_331_113) {
        let equal = history(&[interval; 37], 100);
        let mean = equal.mean();
        seen_negative |= equal.squared_sum() as f64 / 37.0 - mean * mean < 0.0;
        assert!(equal.std_deviation() >= 0.0, "of intervals of {interval} ms");
    }
    assert!(seen_negative, "no sample shows what the clamp is for");
}

/// PHI-11
#[test]
fn the_squares_of_the_longest_intervals_do_not_overflow() {
    let longest = history(&[u64::MAX; 1000], 1000);
    assert_eq!(longest.sum(), 1000 * INTERVAL_MS_MAX);
    assert_eq!(longest.squared_sum(), 1000 * square(INTERVAL_MS_MAX));
}

#[test]
fn intervals_beyond_sixteen_bits_are_exact() {
    let mut mixed = history(&[65_534, 65_535, 65_536, 0, 4_000_000_000], 5);
    assert_eq!(list(&mixed), [65_534, 65_535, 65_536, 0, 4_000_000_000]);
    assert_eq!(mixed.sum(), 4_000_196_605);
    mixed.push(7, 3);
    assert_eq!(list(&mixed), [0, 4_000_000_000, 7]);
    mixed.push(8, 1);
    assert_eq!((list(&mixed), mixed.sum(), mixed.squared_sum()), (vec![8], 8, 64));
    assert!(mixed.long.is_empty());
}

#[test]
fn a_full_window_reuses_its_chunks() {
    for window in [1, 63, 64, 65, 1000] {
        let mut running = history(&[1000; 1100], window);
        let chunks = running.chunks.len();
        for interval in 0..1000 {
            running.push(interval, window);
            assert_eq!(running.chunks.len(), chunks, "a chunk was given back, window {window}");
            assert!(running.chunks.capacity() <= chunks + 1, "the list of chunks grew, window {window}");
        }
    }
}

#[test]
fn a_window_that_was_made_smaller_keeps_one_spare_chunk_at_most() {
    let mut shrunk = history(&[1000; 1000], 1000);
    shrunk.push(1000, 5);
    assert_eq!((shrunk.len(), shrunk.chunks.len()), (5, 2));
}

#[test]
fn a_clone_shares_all_chunks_but_the_one_that_is_written() {
    let before = history(&[1000; 1000], 1000);
    let mut after = before.clone();
    after.push(1, 1000);
    let shared = before.chunks.iter().filter(|&a| after.chunks.iter().any(|b| Arc::ptr_eq(a, b))).count();
    assert_eq!((before.chunks.len(), shared), (16, 15));
    assert_eq!((before.sum(), after.sum()), (1_000_000, 999_001));
}

#[test]
fn the_same_intervals_at_another_time_of_life_are_another_history() {
    let (young, old) = (history(&[5, 6], 2), history(&[4, 5, 6], 2));
    assert_eq!(list(&young), list(&old));
    assert_ne!(young, old);
    assert_ne!(young.hash64(), old.hash64());
}

/// PHI-10
#[test]
fn stored_values_that_no_detector_leaves_behind_are_refused() {
    let read = |first, intervals_ms| History::try_from(StoredHistory { first, intervals_ms });
    assert_eq!(read(0, vec![]), Err(HistoryError::Empty));
    assert_eq!(read(u64::MAX, vec![1]), Err(HistoryError::NumberTooHigh { first: u64::MAX }));
    let long = INTERVAL_MS_MAX + 1;
    assert_eq!(read(0, vec![long]), Err(HistoryError::IntervalTooLong { interval_ms: long }));
    let sum = 500_001 * INTERVAL_MS_MAX;
    assert_eq!(read(0, vec![INTERVAL_MS_MAX; 500_001]), Err(HistoryError::SumTooHigh { sum_ms: sum }));
    assert_eq!(
        HistoryError::IntervalTooLong { interval_ms: long }.to_string(),
        "a heartbeat interval is 18446744073710 ms long, more than 18446744073709 ms"
    );
    assert_eq!(list(&read(5, vec![1, 2]).unwrap()), [1, 2]);
}

/// An interval: mostly short, sometimes around the limit of 16 bits, sometimes long.
fn interval() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0..3_000_u64, 2 => 65_530..65_540_u64, 1 => 0..=10_000_000_000_u64]
}

/// The hash of a history, from its samples alone.
fn hash_of(first: u64, intervals: &[u64]) -> u64 {
    (first..)
        .zip(intervals)
        .fold(0, |hash: u64, (number, &interval)| hash.wrapping_add(mix(number, interval)))
}

proptest! {
    #![proptest_config(proptest_config())]

    /// PHI-5, PHI-6, PHI-7: a plain list does the same. Forks and stored copies stay what they were.
    #[test]
    fn a_history_behaves_like_a_plain_list(
        intervals in prop::collection::vec(interval(), 1..400),
        window in 1..200_u32,
        fork_at in 0..400_usize,
    ) {
        let (mut fast, mut slow) = (History::default(), Vec::new());
        let mut fork = None;
        for (count, &interval) in intervals.iter().enumerate() {
            fast.push(interval, window);
            slow.push(interval);
            let first = slow.len().saturating_sub(window as usize);
            let window = &slow[first..];
            prop_assert!(fast.intervals().eq(window.iter().copied()));
            prop_assert_eq!(fast.len(), window.len() as u64);
            prop_assert_eq!(fast.sum(), window.iter().sum::<u64>());
            prop_assert_eq!(fast.squared_sum(), window.iter().map(|&x| square(x)).sum::<u128>());
            prop_assert_eq!(fast.hash64(), hash_of(first as u64, window));
            if count == fork_at {
                fork = Some((fast.clone(), window.to_vec()));
            }
        }
        if let Some((fork, expected)) = &fork {
            prop_assert_eq!(&list(fork), expected);
        }
        let stored = postcard::to_allocvec(&fast).unwrap();
        let mut read: History = postcard::from_bytes(&stored).unwrap();
        prop_assert_eq!(&read, &fast);
        for interval in intervals {
            read.push(interval, window);
            fast.push(interval, window);
        }
        prop_assert_eq!(&read, &fast);
        prop_assert_eq!((read.sum(), read.squared_sum(), read.hash64()), (fast.sum(), fast.squared_sum(), fast.hash64()));
    }

    #[test]
    fn histories_that_differ_in_one_sample_are_told_apart(
        mut intervals in prop::collection::vec(interval(), 1..100),
        at in any::<prop::sample::Index>(),
        other in interval(),
    ) {
        let one = history(&intervals, 1000);
        let at = at.index(intervals.len());
        prop_assume!(intervals[at] != other);
        intervals[at] = other;
        let two = history(&intervals, 1000);
        prop_assert_ne!(one.hash64(), two.hash64());
        prop_assert_ne!(one, two);
    }
}
