//! What nodes of a real cluster recorded, played again on one axis of time.
//!
//! Each file holds a segment of one node's life, or several of them. Segments of one incarnation are put behind each other; lives are laid
//! side by side by the wall clocks of their hosts. Played again, every output is compared with what followed then.

mod what_if;

use std::time::Duration;

use quorate::{
    BUILD, Entry, Input, Instant, Level, Log, Mismatch, Node, Output, Played, RecordError, Recording, Replay,
    UniqueAddress,
};

pub(crate) use what_if::{Part, WhatIf, stand};

/// One incarnation of a node, as it was recorded.
#[derive(Clone, Debug)]
pub struct Life {
    /// Which one.
    pub node: UniqueAddress,
    /// The files that it was read from, in the order of time.
    pub files: Vec<String>,
    /// What its host said of itself.
    pub host: String,
    /// Which build of the core wrote it.
    pub build: String,
    bytes: Vec<u8>,
    segment: u64,
    first: Option<Moment>,
}

/// Both clocks of a host.
#[derive(Clone, Copy, Debug)]
struct Moment {
    now: Instant,
    wall_ms: i64,
}

/// Why a file is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRecording {
    /// Its name.
    pub file: String,
    /// What is wrong with it.
    pub why: RecordError,
}

/// The lives that these files hold, by node. A file may end within a block, as that of a process that was killed does.
///
/// # Errors
/// The first file that does not begin as a recording does, or whose first node can't be read.
pub fn gather(files: Vec<(String, Vec<u8>)>) -> Result<Vec<Life>, BadRecording> {
    let mut segments = Vec::new();
    for (file, bytes) in files {
        segments.push(segment(&file, bytes).map_err(|why| BadRecording { file, why })?);
    }
    segments.sort_by(|a, b| (&a.node, a.segment).cmp(&(&b.node, b.segment)));
    let mut lives: Vec<Life> = Vec::new();
    for segment in segments {
        match lives.last_mut().filter(|life| life.node == segment.node) {
            Some(life) => {
                life.bytes.extend(segment.bytes);
                life.files.extend(segment.files);
                life.first = life.first.or(segment.first);
            }
            None => lives.push(segment),
        }
    }
    Ok(lives)
}

fn segment(file: &str, bytes: Vec<u8>) -> Result<Life, RecordError> {
    let mut recording = Recording::new(&bytes);
    let start = match recording.next().unwrap_or(Err(RecordError::NotARecording))? {
        Entry::Start(start) => *start,
        _ => return Err(RecordError::NotARecording),
    };
    let first = recording.find_map(|entry| match entry {
        Ok(Entry::Input { input, .. }) => Some(Moment { now: input.now, wall_ms: input.wall_ms }),
        _ => None,
    });
    let node = start.node.unique_address().clone();
    let (host, build, segment) = (start.host, start.build, start.segment);
    Ok(Life { node, files: vec![file.into()], host, build, bytes, segment, first })
}

impl Life {
    /// Whether another build of the core wrote it: it may make something else of the same inputs.
    #[must_use]
    pub fn is_of_another_build(&self) -> bool {
        self.build != BUILD
    }

    /// What both clocks showed at its first input, and when that was.
    fn begins(&self, zero: i64) -> (Moment, Duration) {
        let first = self.first.unwrap_or(Moment { now: Instant::ZERO, wall_ms: zero });
        (first, Duration::from_millis(u64::try_from(first.wall_ms.saturating_sub(zero)).unwrap_or(0)))
    }
}

/// Up to where lives are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To their ends.
    End,
    /// Before what happened at this time after the first input of all.
    Time(Duration),
    /// Before the input of this number, in each life.
    Input(u64),
}

/// What became of a life that was played again.
#[derive(Debug)]
pub struct Relived {
    /// How many inputs were played.
    pub inputs: u64,
    /// The time of the last one.
    pub ended: Duration,
    /// How many bytes at the end belong to a block that was never finished: the process was killed. Not known of a play that stopped
    /// before.
    pub unfinished_bytes: usize,
    /// Where it became another life than the recorded one, and what follows there now.
    pub mismatch: Option<(Mismatch, Vec<Output>)>,
    /// The node at the end.
    pub state: Option<Node>,
    /// What it wrote into its log.
    pub lines: Vec<Told>,
}

/// A line of a node's log.
#[derive(Clone, Debug)]
pub struct Told {
    /// When, after the first input of all lives.
    pub at: Duration,
    /// Who.
    pub node: UniqueAddress,
    /// How much it matters.
    pub level: Level,
    /// What.
    pub text: String,
}

/// Plays lives again, each by itself, on one axis of time that begins with the first input of all.
#[must_use]
pub fn relive(lives: &[Life], until: Until) -> Vec<Relived> {
    let zero = zero_of(lives);
    lives.iter().map(|life| relive_one(life, until, zero, &mut |_, _, _| {})).collect()
}

/// Where the axis of time begins, by the clocks on the wall.
fn zero_of(lives: &[Life]) -> i64 {
    lives.iter().filter_map(|life| life.first).map(|first| first.wall_ms).min().unwrap_or(0)
}

/// Plays one life, and tells of each input and what followed from it.
fn relive_one(
    life: &Life,
    until: Until,
    zero: i64,
    seen: &mut dyn FnMut(Duration, &Input, &[Output]),
) -> Relived {
    let (first, late) = life.begins(zero);
    // A host's monotonic clock is the better one: that of the wall only says where its life begins.
    let time_of = |input: &Input| late + input.now.since(first.now);
    let mut replay = Replay::new(Recording::new(&life.bytes));
    let mut log = Log::default();
    let mut relived = Relived {
        inputs: 0,
        ended: late,
        unfinished_bytes: 0,
        mismatch: None,
        state: None,
        lines: Vec::new(),
    };
    loop {
        let is_before = |input: &Input, place| match until {
            Until::End => true,
            Until::Time(time) => time_of(input) < time,
            Until::Input(stop) => place < stop,
        };
        let Some(played) = replay.next_if(is_before) else { break };
        match played {
            Ok(Played::Input(input)) => {
                relived.ended = time_of(&input);
                seen(relived.ended, &input, replay.outputs());
                let Some(node) = replay.node() else { continue };
                log.write(node, replay.outputs(), &mut |line| {
                    relived.lines.push(Told {
                        at: relived.ended,
                        node: life.node.clone(),
                        level: line.level,
                        text: line.text,
                    });
                });
            }
            Ok(_) => {}
            Err(mismatch) => {
                relived.mismatch = Some((mismatch, replay.outputs().to_vec()));
                break;
            }
        }
    }
    relived.inputs = replay.inputs();
    if until == Until::End && relived.mismatch.is_none() {
        relived.unfinished_bytes = replay.unfinished_bytes();
    }
    relived.state = replay.node().cloned();
    relived
}

#[cfg(test)]
#[path = "recorded_tests.rs"]
mod tests;
