//! What can be measured, and how many measurements become three numbers.

use std::fmt;

/// Something that a run measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Metric {
    /// From the first start until every running node has every running node as Up, and nobody else.
    Converged,
    /// From a later start until every running node has the newcomer as Up.
    Joined,
    /// From the word to leave until no running node has the leaver as a member.
    Left,
    /// From a crash until the first node marks it unreachable.
    FirstMark,
    /// From a crash until all nodes that observed it when it came have marked it.
    AllMarks,
    /// From a crash until no running node has it as a member.
    Removed,
    /// How often a node marked another that ran and was not cut off from it.
    FalseMarks,
    /// How many nodes were Down in the view of another while they ran and were not cut off from it, unless somebody said
    /// so.
    FalseDowns,
    /// Messages that a node sent until all had found each other.
    MessagesUntilConverged,
    /// The same in bytes.
    BytesUntilConverged,
    /// Messages that a node sends afterwards.
    Messages,
    /// The same in bytes: what the codec makes of them, without the frames of a transport.
    Bytes,
}

impl Metric {
    /// Its name, as `--json` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::FirstMark => "first-mark",
            Self::AllMarks => "all-marks",
            Self::Removed => "removed",
            Self::FalseMarks => "false-marks",
            Self::FalseDowns => "false-downs",
            Self::MessagesUntilConverged => "messages-until-converged",
            Self::BytesUntilConverged => "bytes-until-converged",
            Self::Messages => "messages",
            Self::Bytes => "bytes",
        }
    }

    /// What it is counted in.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::FalseMarks | Self::FalseDowns => "per node-hour",
            Self::MessagesUntilConverged => "messages per node",
            Self::BytesUntilConverged => "bytes per node",
            Self::Messages => "messages per node-second",
            Self::Bytes => "bytes per node-second",
            _ => "s",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One measurement; `None` when the run ended before there was one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample(pub(super) Metric, pub(super) Option<f64>);

/// All measurements of one thing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// What.
    pub metric: Metric,
    /// How many measurements there were.
    pub samples: u64,
    /// How many more there should have been, had runs not ended before.
    pub missed: u64,
    /// Their sum by their number: what a rate comes to over all runs, if these are equally long.
    pub mean: f64,
    /// The measurement below or at which half of them are.
    pub median: f64,
    /// The one below or at which 99 of 100 are.
    pub p99: f64,
    /// The highest.
    pub worst: f64,
}

pub(super) fn summaries<'a>(samples: impl Iterator<Item = &'a Sample>) -> Vec<Summary> {
    let mut all: Vec<Sample> = samples.copied().collect();
    // Kept in their order within a metric: so the sum of nothing depends on it, and equal input is equal output.
    all.sort_by_key(|sample| sample.0);
    all.chunk_by(|one, other| one.0 == other.0).filter_map(summary).collect()
}

fn summary(samples: &[Sample]) -> Option<Summary> {
    let metric = samples.first()?.0;
    let mut values: Vec<f64> = samples.iter().filter_map(|sample| sample.1).collect();
    values.sort_by(f64::total_cmp);
    let worst = *values.last()?;
    let missed = (samples.len() - values.len()) as u64;
    let rank = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let samples = values.len() as u64;
    Some(Summary { metric, samples, missed, mean, median: rank(50), p99: rank(99), worst })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By nearest rank: each of the three is one of the measurements.
    #[test]
    fn three_numbers_are_made_of_many_by_nearest_rank() {
        let samples: Vec<Sample> =
            (1..=200).rev().map(|n| Sample(Metric::Removed, Some(f64::from(n)))).collect();
        let [summary] = summaries(samples.iter())[..] else { panic!("one metric") };
        assert_eq!((summary.samples, summary.missed), (200, 0));
        assert_eq!([summary.median, summary.p99, summary.worst].map(|value| value as u64), [100, 198, 200]);
        assert!((summary.mean - 100.5).abs() < 1e-9);
        let few = [Sample(Metric::Left, Some(7.0)), Sample(Metric::Left, None), Sample(Metric::Joined, None)];
        let [summary] = summaries(few.iter())[..] else { panic!("what nobody measured is left out") };
        assert_eq!((summary.metric, summary.samples, summary.missed), (Metric::Left, 1, 1));
        assert_eq!([summary.median, summary.p99, summary.worst].map(|value| value as u64), [7, 7, 7]);
    }
}
