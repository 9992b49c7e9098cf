//! From bytes to inputs.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::moment::{Clocks, read_number, read_signed, take};
use super::{BLOCK_BYTES_MAX, HEAD_BYTES, MAGIC, Peer, RecordError, Tag, VERSION};
use crate::membership::UniqueAddress;
use crate::node::{Input, InputKind, Node};
use crate::protocol::{Destination, Envelope, Message};
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
    me: Option<(UniqueAddress, Arc<str>)>,
    build: String,
    clocks: Clocks,
    peers: Vec<Peer>,
    has_failed: bool,
}

impl<'a> Recording<'a> {
    /// The recording that these bytes hold: one segment, or several in the order in which they were written.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            block: 0,
            next: 0,
            left: &[],
            me: None,
            build: String::new(),
            clocks: Clocks::default(),
            peers: Vec::new(),
            has_failed: false,
        }
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
        if crc32fast::hash(body) != u32::from_le_bytes(*stated) {
            return Err(RecordError::Damaged { at });
        }
        (self.block, self.next) = (at, at + HEAD_BYTES + length);
        match Tag::of(body[0]) {
            Some(Tag::Start) => self.start(&body[1..]).map(Some),
            Some(Tag::Inputs) if self.me.is_some() => {
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
        self.me = Some((node.unique_address().clone(), node.config().cluster_name.clone()));
        self.clocks = Clocks::default();
        self.peers.clear();
        Ok(Entry::Start(Box::new(Start { build, host, segment, node })))
    }

    fn entry(&mut self) -> Result<Option<Entry>, RecordError> {
        self.read_entry().map(Some).ok_or_else(|| self.unreadable())
    }

    fn read_entry(&mut self) -> Option<Entry> {
        loop {
            let [tag] = *take(&mut self.left)?;
            let kind_of: fn(&mut Self, Instant) -> Option<InputKind> = match Tag::of(tag)? {
                Tag::Start | Tag::Inputs => return None,
                Tag::Peer => {
                    let peer = self.value()?;
                    self.peers.push(Peer::new(peer));
                    continue;
                }
                Tag::State => return Some(Entry::State(u64::from_le_bytes(*take(&mut self.left)?))),
                Tag::Tick => |_, _| Some(InputKind::Tick),
                Tag::Heartbeat => |recording, now| recording.short(now, false),
                Tag::HeartbeatReply => |recording, now| recording.short(now, true),
                Tag::Whole => |recording, _| recording.value(),
            };
            let (now, wall_ms) = self.clocks.read(&mut self.left)?;
            let kind = kind_of(self, now)?;
            let outputs = u32::from_le_bytes(*take(&mut self.left)?);
            return Some(Entry::Input { input: Input { now, wall_ms, kind }, outputs });
        }
    }

    fn short(&mut self, now: Instant, is_reply: bool) -> Option<InputKind> {
        let place = usize::try_from(read_number(&mut self.left)?).ok()?;
        let differs = [read_signed(&mut self.left)?, read_signed(&mut self.left)?];
        let (me, cluster) = self.me.clone()?;
        let peer = self.peers.get_mut(place)?;
        let from = peer.node.clone();
        let beat = &mut peer.beats[usize::from(is_reply)];
        *beat = beat.next(differs);
        let (sequence, sent_at) = (beat.sequence, Instant::from_nanos(now.as_nanos().wrapping_sub(beat.age)));
        let (to, message) = if is_reply {
            (Destination::Incarnation(me), Message::HeartbeatReply { sequence, sent_at })
        } else {
            (Destination::Address(me.address), Message::Heartbeat { sequence, sent_at })
        };
        Some(InputKind::Received(Envelope { cluster, from, to, message }))
    }

    fn value<T: for<'de> serde::Deserialize<'de>>(&mut self) -> Option<T> {
        let length = u32::from_le_bytes(*take(&mut self.left)?) as usize;
        let (bytes, rest) = self.left.split_at_checked(length)?;
        self.left = rest;
        postcard::from_bytes(bytes).ok()
    }

    fn unreadable(&self) -> RecordError {
        RecordError::Unreadable { at: self.block, build: self.build.clone() }
    }
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
