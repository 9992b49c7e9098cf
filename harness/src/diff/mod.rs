//! RUN: the first event at which two runs part.
//!
//! ```
//! use quorate_harness::case::parse;
//! use quorate_harness::diff::{Trail, parting};
//! use quorate_harness::settings::Settings;
//!
//! let text = "qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 9s end\n";
//! let one = Trail::of_case(&parse("one", text, &Settings)?)?;
//! let other = Trail::of_case(&parse("other", &text.replace("9s end", "5s crash b\nat 9s end"), &Settings)?)?;
//! let parting = parting(&one, &other).expect("they differ");
//! assert!(one.at(parting.step).is_none_or(|step| !step.words.contains("crash")));
//! assert!(other.at(parting.step).is_some_and(|step| step.words.contains("crash b")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A run leaves a *trail*: behind each step the digest of all that has happened so far (SIM-8). Two trails are alike up
//! to the step at which the runs part and differ in everything behind it, so bisection finds that step. A trail can be
//! written to a file and compared with that of another build.

mod recorded;
mod trail;

pub(crate) use recorded::looks_like_one;
pub use recorded::{TrailError, read, write};
pub use trail::{Stepped, Trail};

/// Where two runs part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The first step that is not the same in both, counted from zero; one of the runs may have ended before it.
    pub step: usize,
    /// The first step that a person would tell in other words, if it is a later one: what differs before it can't be seen
    /// from outside, such as a draw or the layout of a state. `None` if there is none.
    pub in_words: Option<usize>,
}

/// Where two runs part; `None` if they are the same to their ends.
#[must_use]
pub fn parting(one: &Trail, other: &Trail) -> Option<Parting> {
    let alike = |step: usize| one.mark(step) == other.mark(step);
    let alike_in_words = |step: usize| one.word_mark(step) == other.word_mark(step);
    let longest = one.len().max(other.len());
    let step = first_not(longest, alike)?;
    Some(Parting { step, in_words: first_not(longest, alike_in_words) })
}

/// The first number below `count` of which something is not true that is true of all before it and of none behind it.
fn first_not(count: usize, is: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = from + (to - from) / 2;
        if is(middle) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    (from < count).then_some(from)
}

#[cfg(test)]
mod tests;
