//! A recording, played again.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Entry, RecordError, Recording, Start, digest};
use crate::node::{Input, Node, Output};
use crate::time::Instant;

/// Plays a recording and compares what follows from each input with what followed then.
///
/// Where it differs it goes on with what this build makes of it; only the first difference means something.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    recording: Recording<'a>,
    /// Read, and not played yet.
    ahead: Option<Result<Entry, RecordError>>,
    node: Option<Node>,
    outputs: Vec<Output>,
    inputs: u64,
    at: Instant,
}

/// One thing that was played.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Played {
    /// A segment began: who it is, and who wrote it.
    Began {
        /// Which build of this crate wrote it.
        build: String,
        /// What the host said of itself.
        host: String,
    },
    /// The node was given an input. [`Replay::outputs`] has what followed.
    Input(Input),
    /// The whole node was compared.
    Compared,
}

/// Why a recording was not played on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mismatch {
    /// It can't be read.
    Unreadable(RecordError),
    /// Another thing followed from an input than then.
    Outputs {
        /// The how-manieth input it is, counted from zero.
        input: u64,
        /// When.
        at: Instant,
    },
    /// The node became another one than then, though all outputs were the same.
    State {
        /// After how many inputs.
        inputs: u64,
        /// When.
        at: Instant,
    },
}

impl From<RecordError> for Mismatch {
    fn from(error: RecordError) -> Self {
        Self::Unreadable(error)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => fmt::Display::fmt(error, f),
            Self::Outputs { input, at } => {
                write!(f, "from input {input} at {at} another thing follows here than when it was recorded")
            }
            Self::State { inputs, at } => {
                write!(f, "after {inputs} inputs, at {at}, the node is another one than when it was recorded")
            }
        }
    }
}

impl core::error::Error for Mismatch {}

impl<'a> Replay<'a> {
    /// Plays a recording from its beginning.
    #[must_use]
    pub const fn new(recording: Recording<'a>) -> Self {
        Self { recording, ahead: None, node: None, outputs: Vec::new(), inputs: 0, at: Instant::ZERO }
    }

    /// The node as it is now; none before the first segment.
    #[must_use]
    pub const fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    /// What followed from the last input.
    #[must_use]
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// How many inputs were played.
    #[must_use]
    pub const fn inputs(&self) -> u64 {
        self.inputs
    }

    /// How many bytes at the end belong to a block that was never finished. Known once all was played.
    #[must_use]
    pub fn unfinished_bytes(&self) -> usize {
        self.recording.unfinished_bytes()
    }

    fn begin(&mut self, start: Start) -> Result<Played, Mismatch> {
        let Start { build, host, node, .. } = start;
        let before = self.node.replace(node);
        self.outputs.clear();
        match (before, &self.node) {
            // The next segment of one life begins where the one before it ended.
            (Some(before), Some(node))
                if before.unique_address() == node.unique_address() && before.hash64() != node.hash64() =>
            {
                Err(Mismatch::State { inputs: self.inputs, at: self.at })
            }
            _ => Ok(Played::Began { build, host }),
        }
    }

    fn input(&mut self, input: Input, expected: u32) -> Result<Played, Mismatch> {
        let Some(node) = &mut self.node else { return Err(RecordError::NotARecording.into()) };
        self.outputs.clear();
        let (at, place) = (input.now, self.inputs);
        self.at = at;
        node.handle_into(input.clone(), &mut self.outputs);
        self.inputs += 1;
        if digest(&self.outputs) != expected {
            return Err(Mismatch::Outputs { input: place, at });
        }
        Ok(Played::Input(input))
    }

    /// The next thing, unless it is an input for which this says no: it gets the input, and how many were played before it. The
    /// replay can then go on later, or not at all.
    pub fn next_if(&mut self, goes_on: impl FnOnce(&Input, u64) -> bool) -> Option<Result<Played, Mismatch>> {
        let entry = self.ahead.take().or_else(|| self.recording.next())?;
        if let Ok(Entry::Input { input, .. }) = &entry
            && !goes_on(input, self.inputs)
        {
            self.ahead = Some(entry);
            return None;
        }
        Some(match entry {
            Err(error) => Err(error.into()),
            Ok(Entry::Start(start)) => self.begin(*start),
            Ok(Entry::Input { input, outputs }) => self.input(input, outputs),
            Ok(Entry::State(hash)) => match &self.node {
                Some(node) if node.hash64() == hash => Ok(Played::Compared),
                _ => Err(Mismatch::State { inputs: self.inputs, at: self.at }),
            },
        })
    }
}

impl Iterator for Replay<'_> {
    type Item = Result<Played, Mismatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_if(|_, _| true)
    }
}
