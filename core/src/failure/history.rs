//! What a phi detector remembers: the latest intervals between replies, and their running sums.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::mix::mix;
use crate::time::Instant;

/// Samples per chunk: a fork of a world that then hears one reply copies 128 bytes of a history, not all of it.
const CHUNK_SAMPLES: u64 = 64;

/// Stands for an interval that doesn't fit into 16 bits; its exact value is in the list of long ones.
const LONG: u16 = u16::MAX;

/// The longest interval that a clock can measure, in milliseconds. The sum of 500,000 of them fits into 64 bits.
pub(crate) const INTERVAL_MS_MAX: u64 = Instant::MAX.as_millis();

/// The bound of what a stored history may hold, so that what is added later can't overflow the sum: the intervals
/// of one clock are disjoint, hence their sum never exceeds what the clock can tell.
const STORED_SUM_MS_MAX: u64 = 1 << 63;

/// The samples whose numbers have the same quotient by [`CHUNK_SAMPLES`]. Which of them there are, the history knows.
type Chunk = [u16; CHUNK_SAMPLES as usize];

/// PHI-5: a queue of intervals in milliseconds, with their sum and the sum of their squares.
///
/// Samples are numbered from 0 on, through the whole life of the detector. A sample stands in a chunk of 16-bit
/// values that clones share until one of them writes. Two histories are equal if they hold the same samples under
/// the same numbers.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "StoredHistory", into = "StoredHistory")]
pub(crate) struct History {
    /// The chunks of samples `first` to `end`, then at most one spare chunk that waits for its next use.
    chunks: VecDeque<Arc<Chunk>>,
    /// Number and value of each sample that is marked as long.
    long: VecDeque<(u64, u64)>,
    /// The number of the oldest sample.
    first: u64,
    /// The number that the next sample will have.
    end: u64,
    sum: u64,
    squared_sum: u128,
    hash: u64,
}

impl History {
    /// PHI-6: appends an interval, after dropping the oldest ones until fewer than `max_sample_size` are left.
    ///
    /// An interval longer than [`INTERVAL_MS_MAX`] counts as that.
    pub(crate) fn push(&mut self, interval_ms: u64, max_sample_size: u32) {
        while self.len() >= u64::from(max_sample_size) && self.len() > 0 {
            self.drop_oldest();
        }
        self.append(interval_ms.min(INTERVAL_MS_MAX));
    }

    /// The number of samples.
    pub(crate) fn len(&self) -> u64 {
        self.end - self.first
    }

    /// The sum of the intervals, in milliseconds.
    pub(crate) fn sum(&self) -> u64 {
        self.sum
    }

    /// The sum of the squares of the intervals. In 128 bits it can't overflow (PHI-11).
    pub(crate) fn squared_sum(&self) -> u128 {
        self.squared_sum
    }

    /// PHI-7: the mean interval in milliseconds. PHI-10: a detector's history is never empty.
    pub(crate) fn mean(&self) -> f64 {
        self.sum as f64 / self.len() as f64
    }

    /// PHI-9: the standard deviation of the intervals, in milliseconds.
    pub(crate) fn std_deviation(&self) -> f64 {
        libm::sqrt(self.variance())
    }

    /// PHI-8: the variance of the whole population, in this order of operations. PHI-11: a difference that
    /// rounding made negative is zero, for its root would be no number.
    fn variance(&self) -> f64 {
        let mean = self.mean();
        (self.squared_sum as f64 / self.len() as f64 - mean * mean).max(0.0)
    }

    /// The intervals in milliseconds, oldest first.
    pub(crate) fn intervals(&self) -> impl Iterator<Item = u64> {
        (self.first..self.end).map(|number| self.sample(number))
    }

    /// A hash of all samples and their numbers, kept up to date by every change.
    pub(crate) fn hash64(&self) -> u64 {
        self.hash
    }

    /// Where a sample stands: which chunk, and which place in it.
    fn place(&self, number: u64) -> (usize, usize) {
        let chunk = number / CHUNK_SAMPLES - self.first / CHUNK_SAMPLES;
        (chunk as usize, (number % CHUNK_SAMPLES) as usize)
    }

    fn sample(&self, number: u64) -> u64 {
        let (chunk, at) = self.place(number);
        match self.chunks[chunk][at] {
            LONG => {
                let found = self.long.binary_search_by_key(&number, |&(number, _)| number);
                self.long[found.expect("each sample marked as long is in the list of long ones")].1
            }
            short => u64::from(short),
        }
    }

    fn append(&mut self, interval_ms: u64) {
        let (chunk, at) = self.place(self.end);
        if chunk == self.chunks.len() {
            // A list that doubles would be half empty for good, in each history of each node.
            self.chunks.reserve_exact(1);
            self.chunks.push_back(Arc::new([0; CHUNK_SAMPLES as usize]));
        }
        let short = u16::try_from(interval_ms).unwrap_or(LONG);
        if short == LONG {
            self.long.push_back((self.end, interval_ms));
        }
        Arc::make_mut(&mut self.chunks[chunk])[at] = short;
        self.sum += interval_ms;
        self.squared_sum += square(interval_ms);
        self.hash = self.hash.wrapping_add(mix(self.end, interval_ms));
        self.end += 1;
    }

    fn drop_oldest(&mut self) {
        let interval_ms = self.sample(self.first);
        self.sum -= interval_ms;
        self.squared_sum -= square(interval_ms);
        self.hash = self.hash.wrapping_sub(mix(self.first, interval_ms));
        if self.long.front().is_some_and(|&(number, _)| number == self.first) {
            self.long.pop_front();
        }
        self.first += 1;
        if self.first.is_multiple_of(CHUNK_SAMPLES)
            && let Some(chunk) = self.chunks.pop_front()
        {
            self.keep_for_reuse(chunk);
        }
    }

    /// A full window then goes on without allocating: its oldest chunk becomes its next one. Not if a clone still
    /// reads it, or if a spare one waits already.
    fn keep_for_reuse(&mut self, mut chunk: Arc<Chunk>) {
        let used = self.end.div_ceil(CHUNK_SAMPLES) - self.first / CHUNK_SAMPLES;
        if self.chunks.len() as u64 <= used && Arc::get_mut(&mut chunk).is_some() {
            self.chunks.push_back(chunk);
        }
    }
}

fn square(interval_ms: u64) -> u128 {
    u128::from(interval_ms) * u128::from(interval_ms)
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.end, self.hash) == (other.first, other.end, other.hash)
            && self.intervals().eq(other.intervals())
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.intervals()).finish()
    }
}

/// A history as it is stored: the number of its oldest sample, and its samples.
#[derive(Serialize, Deserialize)]
struct StoredHistory {
    first: u64,
    intervals_ms: Vec<u64>,
}

impl From<History> for StoredHistory {
    fn from(history: History) -> Self {
        Self { first: history.first, intervals_ms: history.intervals().collect() }
    }
}

impl TryFrom<StoredHistory> for History {
    type Error = HistoryError;

    fn try_from(stored: StoredHistory) -> Result<Self, HistoryError> {
        if stored.intervals_ms.is_empty() {
            return Err(HistoryError::Empty);
        }
        if stored.first > STORED_FIRST_MAX {
            return Err(HistoryError::NumberTooHigh { first: stored.first });
        }
        let sum = stored.intervals_ms.iter().fold(0, |sum: u64, &interval| sum.saturating_add(interval));
        if sum > STORED_SUM_MS_MAX {
            return Err(HistoryError::SumTooHigh { sum_ms: sum });
        }
        let mut history = Self { first: stored.first, end: stored.first, ..Self::default() };
        // Samples that were dropped before leave their places in the first chunk.
        history.chunks.push_back(Arc::new([0; CHUNK_SAMPLES as usize]));
        for interval_ms in stored.intervals_ms {
            if interval_ms > INTERVAL_MS_MAX {
                return Err(HistoryError::IntervalTooLong { interval_ms });
            }
            history.append(interval_ms);
        }
        Ok(history)
    }
}

/// The highest number that the oldest sample of a stored history may have: no life of a node is longer.
const STORED_FIRST_MAX: u64 = 1 << 63;

/// Why stored values are no history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HistoryError {
    /// PHI-10: a history holds at least one sample.
    Empty,
    /// No detector has recorded so many samples.
    NumberTooHigh {
        /// The number of the oldest sample.
        first: u64,
    },
    /// No clock measures such an interval.
    IntervalTooLong {
        /// The interval in milliseconds.
        interval_ms: u64,
    },
    /// The intervals add up to more than any clock can tell.
    SumTooHigh {
        /// Their sum in milliseconds.
        sum_ms: u64,
    },
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a heartbeat history has no sample"),
            Self::NumberTooHigh { first } => {
                write!(f, "a heartbeat history starts at sample {first}, above {STORED_FIRST_MAX}")
            }
            Self::IntervalTooLong { interval_ms } => {
                write!(f, "a heartbeat interval is {interval_ms} ms long, more than {INTERVAL_MS_MAX} ms")
            }
            Self::SumTooHigh { sum_ms } => {
                write!(f, "heartbeat intervals add up to {sum_ms} ms, more than {STORED_SUM_MS_MAX} ms")
            }
        }
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
