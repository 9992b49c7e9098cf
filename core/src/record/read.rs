//! From bytes to inputs.

use alloc::boxed::Box;
use alloc::string::String;

use super::block::{BLOCK_BYTES_MAX, HEAD_BYTES, checksum};
use super::usual::{Peer, Usual};
use super::{Line, MAGIC, RecordError, Tag, VERSION, digest};
use crate::node::{Input, Node};
use crate::time::Instant;

/// The next thing of a recording.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Entry {
    /// A segment begins.
    Start(Box<Start>),
    /// Something happened.
    Input {
        /// What, and when.
        input: Input,
        /// A digest of what followed.
        outputs: u32,
    },
    /// A hash of the whole node, [`Node::hash64`], after the inputs before it.
    State(u64),
}

/// What a segment begins with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Start {
    /// Which build of this crate wrote it: [`BUILD`](crate::BUILD).
    pub build: String,
    /// What the host said of itself.
    pub host: String,
    /// The how-manieth segment of this recorder it is, counted from zero.
    pub segment: u64,
    /// The node as it was.
    pub node: Node,
}

/// Reads a recording, one thing after the other, and ends with the first error.
#[derive(Clone, Debug)]
pub struct Recording<'a> {
    bytes: &'a [u8],
    /// Where the block that is read begins, and where the next one does.
    block: usize,
    next: usize,
    left: &'a [u8],
    /// None before the first segment.
    usual: Option<Usual>,
    build: String,
    has_failed: bool,
}

impl<'a> Recording<'a> {
    /// The recording that these bytes hold: one segment, or several in the order in which they were written.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, block: 0, next: 0, left: &[], usual: None, build: String::new(), has_failed: false }
    }

    /// How many bytes of a block that was never finished stand at the end: its writer was killed. Known once all was read.
    #[must_use]
    pub fn unfinished_bytes(&self) -> usize {
        if self.has_failed { 0 } else { self.bytes.len() - self.next }
    }

    fn next_block(&mut self) -> Result<Option<Entry>, RecordError> {
        let at = self.next;
        let mut rest = &self.bytes[at..];
        if at == 0 && !begins_well(rest) {
            return Err(RecordError::NotARecording);
        }
        let (Some(length), Some(stated)) = (take(&mut rest), take(&mut rest)) else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if length == 0 || length > BLOCK_BYTES_MAX {
            return Err(RecordError::Damaged { at });
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        if checksum(body) != u32::from_le_bytes(*stated) {
            // Another version may check its blocks in another way.
            return Err(match other_version(body) {
                Some(version) => RecordError::OtherVersion { version },
                None => RecordError::Damaged { at },
            });
        }
        (self.block, self.next) = (at, at + HEAD_BYTES + length);
        match Tag::of(body[0]) {
            Some(Tag::Start) => self.start(&body[1..]).map(Some),
            Some(Tag::Inputs) if self.usual.is_some() => {
                self.left = &body[1..];
                self.entry()
            }
            _ => Err(self.unreadable()),
        }
    }

    fn start(&mut self, body: &[u8]) -> Result<Entry, RecordError> {
        let mut body = body.strip_prefix(&MAGIC).ok_or(RecordError::NotARecording)?;
        let [version] = *take(&mut body).ok_or_else(|| self.unreadable())?;
        if version != VERSION {
            return Err(RecordError::OtherVersion { version });
        }
        // The build first: it says why the rest can't be read, if it can't.
        let (build, rest) = postcard::take_from_bytes::<String>(body).map_err(|_| self.unreadable())?;
        self.build.clone_from(&build);
        let read = postcard::from_bytes::<(String, u64, Node)>(rest).map_err(|_| self.unreadable())?;
        let (host, segment, node) = read;
        self.usual = Some(Usual::of(&node));
        Ok(Entry::Start(Box::new(Start { build, host, segment, node })))
    }

    fn entry(&mut self) -> Result<Option<Entry>, RecordError> {
        self.read_entry().map(Some).ok_or_else(|| self.unreadable())
    }

    fn read_entry(&mut self) -> Option<Entry> {
        let (usual, left) = (self.usual.as_mut()?, &mut self.left);
        loop {
            let tag = Tag::of(*left.first()?)?;
            if let Tag::Tick | Tag::Heartbeat | Tag::HeartbeatReply | Tag::Status = tag {
                let (line, told, rest) = Line::read(tag, left)?;
                *left = rest;
                let input = usual.input(line)?;
                let outputs = told.unwrap_or_else(|| digest(usual.follows(line).as_slice()));
                return Some(Entry::Input { input, outputs });
            }
            take::<1>(left)?;
            match tag {
                Tag::Peer => usual.peers.push(Peer::new(value(left)?)),
                Tag::State => return Some(Entry::State(u64::from_le_bytes(*take(left)?))),
                Tag::Whole => {
                    let now = Instant::from_nanos(u64::from_le_bytes(*take(left)?));
                    let wall_ms = i64::from_le_bytes(*take(left)?);
                    let input = Input { now, wall_ms, kind: value(left)? };
                    usual.learn(&input);
                    return Some(Entry::Input { input, outputs: u32::from_le_bytes(*take(left)?) });
                }
                _ => return None,
            }
        }
    }

    fn unreadable(&self) -> RecordError {
        RecordError::Unreadable { at: self.block, build: self.build.clone() }
    }
}

/// The version of a segment that begins with a block, if it is not that which this build reads.
fn other_version(block: &[u8]) -> Option<u8> {
    let body = block.strip_prefix(&[Tag::Start as u8])?.strip_prefix(&MAGIC)?;
    body.first().copied().filter(|version| *version != VERSION)
}

/// A value behind its length.
fn value<T: for<'de> serde::Deserialize<'de>>(bytes: &mut &[u8]) -> Option<T> {
    let length = u32::from_le_bytes(*take(bytes)?) as usize;
    let (written, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    postcard::from_bytes(written).ok()
}

/// So many bytes, taken from the front.
fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(taken)
}

/// Whether bytes are the beginning of a recording, as far as they go.
fn begins_well(bytes: &[u8]) -> bool {
    let expected = [&[Tag::Start as u8][..], &MAGIC].concat();
    bytes.is_empty() || bytes.get(HEAD_BYTES..).unwrap_or_default().iter().zip(&expected).all(|(a, b)| a == b)
}

impl Iterator for Recording<'_> {
    type Item = Result<Entry, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let entry = if self.left.is_empty() { self.next_block() } else { self.entry() };
        self.has_failed = entry.is_err();
        entry.transpose()
    }
}
