//! How small the catches of a kill table get, and how long that takes.

use std::fmt;

use serde::Serialize;

use crate::cli::clock::Stopwatch;
use crate::shrink::shrink;
use crate::sweep::Failure;

/// A shrunk catch.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Small {
    statements_before: usize,
    statements: usize,
    nodes: usize,
    seconds: f64,
}

/// Shrinks a catch to its end; `None` for one that does not fail by itself.
pub(super) fn small(failure: &Failure) -> Option<Small> {
    let watch = Stopwatch::start();
    let shrunk = shrink(&failure.case, &mut |_| true).ok()?;
    Some(Small {
        statements_before: shrunk.statements_before,
        statements: shrunk.case.statements(),
        nodes: shrunk.case.nodes.len(),
        seconds: watch.elapsed().as_secs_f64(),
    })
}

impl Small {
    pub(super) fn cells(self) -> String {
        format!(" {} of {} | {} | {:.1} |", self.statements, self.statements_before, self.nodes, self.seconds)
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Sizes(Vec<Small>);

impl Sizes {
    pub(super) fn add(&mut self, small: Option<Small>) {
        self.0.extend(small);
    }

    /// So many in a hundred are at most this.
    fn at_most<T: PartialOrd + Copy + Default>(&self, percent: usize, of: impl Fn(&Small) -> T) -> T {
        let mut all: Vec<T> = self.0.iter().map(of).collect();
        all.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
        let place = (all.len() * percent).div_ceil(100).saturating_sub(1);
        all.get(place).copied().unwrap_or_default()
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} shrunk: median {} statements, {} nodes, {:.1} s; 95 % within {} statements, {} nodes, {:.1} s; worst {:.1} s",
            self.0.len(),
            self.at_most(50, |small| small.statements),
            self.at_most(50, |small| small.nodes),
            self.at_most(50, |small| small.seconds),
            self.at_most(95, |small| small.statements),
            self.at_most(95, |small| small.nodes),
            self.at_most(95, |small| small.seconds),
            self.at_most(100, |small| small.seconds),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_worst_are_of_what_was_added() {
        let mut sizes = Sizes::default();
        for statements in [9, 1, 5, 3, 7] {
            sizes.add(Some(Small {
                statements_before: 20,
                statements,
                nodes: 2,
                seconds: statements as f64,
            }));
        }
        sizes.add(None);
        let told = sizes.to_string();
        assert!(told.starts_with("5 shrunk: median 5 statements, 2 nodes, 5.0 s"), "{told}");
        assert!(told.ends_with("95 % within 9 statements, 2 nodes, 9.0 s; worst 9.0 s"), "{told}");
        assert!(Sizes::default().to_string().starts_with("0 shrunk"));
    }
}
