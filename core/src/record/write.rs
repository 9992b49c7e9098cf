//! From inputs to bytes.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::moment::{Clocks, Line};
use super::{
    BUILD, Beat, HEAD_BYTES, INPUTS_BETWEEN_STATES, MAGIC, PEERS_MAX, Peer, RecordError, Tag, VERSION,
    digest, place_of,
};
use crate::membership::UniqueAddress;
use crate::node::{Input, InputKind, Node, Output};
use crate::protocol::{Destination, Envelope, Message};
use crate::time::Instant;

/// Writes down what happens to a node.
///
/// It holds what was not taken yet, so a host takes after each input, or every so many. One segment may grow for ever: a host that
/// has little room begins another with [`Recorder::begin`] and throws the oldest away.
///
/// ```
/// use quorate::{Command, Config, Input, InputKind, Instant, Node, Recorder, Recording, Replay, UniqueAddress};
///
/// let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
/// let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
/// let mut recorder = Recorder::new(&node, "my service 1.2")?;
/// let mut outputs = Vec::new();
/// let kind = InputKind::Command(Command::Join(me.address));
/// recorder.handle_into(&mut node, Input { now: Instant::ZERO, wall_ms: 0, kind }, &mut outputs);
/// let file = recorder.take().to_vec();
///
/// let mut replay = Replay::new(Recording::new(&file));
/// while let Some(played) = replay.next() {
///     // The same outputs, or it says where they differ.
///     played?;
/// }
/// assert_eq!(replay.node(), Some(&node));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    /// What tells which build of the host it is.
    host: String,
    me: UniqueAddress,
    cluster: Arc<str>,
    bytes: Vec<u8>,
    scratch: Vec<u8>,
    /// Where the block that is written to begins.
    open: Option<usize>,
    is_taken: bool,
    clocks: Clocks,
    peers: Vec<Peer>,
    last_peer: usize,
    inputs: u32,
    segments: u64,
}

impl Recorder {
    /// A recorder whose first segment begins with the node as it is. `host` tells people which build of the host it was.
    ///
    /// # Errors
    /// A node that can't be written.
    pub fn new(node: &Node, host: &str) -> Result<Self, RecordError> {
        let mut recorder = Self {
            host: host.into(),
            me: node.unique_address().clone(),
            cluster: node.config().cluster_name.clone(),
            bytes: Vec::new(),
            scratch: Vec::new(),
            open: None,
            is_taken: false,
            clocks: Clocks::default(),
            peers: Vec::new(),
            last_peer: 0,
            inputs: 0,
            segments: 0,
        };
        recorder.begin(node)?;
        Ok(recorder)
    }

    /// Begins a segment with the node as it is. Take what belongs to the segment before it first.
    ///
    /// # Errors
    /// A node that can't be written. The segment before it goes on.
    pub fn begin(&mut self, node: &Node) -> Result<(), RecordError> {
        let facts = (BUILD, self.host.as_str(), self.segments, node);
        let written = postcard::to_allocvec(&facts).map_err(|_| RecordError::NotWritten)?;
        self.seal();
        self.open_block(Tag::Start);
        self.bytes.extend_from_slice(&MAGIC);
        self.bytes.push(VERSION);
        self.bytes.extend_from_slice(&written);
        self.seal();
        (self.clocks, self.inputs) = (Clocks::default(), 0);
        self.segments += 1;
        self.peers.clear();
        Ok(())
    }

    /// Hands an input to the node, as [`Node::handle_into`] does, and writes it down with a digest of what followed.
    pub fn handle_into(&mut self, node: &mut Node, input: Input, outputs: &mut Vec<Output>) {
        if self.open.is_none() {
            self.open_block(Tag::Inputs);
        }
        let line = self.line(&input);
        let before = outputs.len();
        match line {
            Some(mut line) => {
                node.handle_into(input, outputs);
                line.digest(digest(&outputs[before..]));
                self.bytes.extend_from_slice(line.bytes());
            }
            None => {
                self.whole(&input);
                node.handle_into(input, outputs);
                self.bytes.extend_from_slice(&digest(&outputs[before..]).to_le_bytes());
            }
        }
        self.inputs += 1;
        if self.inputs.is_multiple_of(INPUTS_BETWEEN_STATES) {
            self.bytes.push(Tag::State as u8);
            self.bytes.extend_from_slice(&node.hash64().to_le_bytes());
        }
    }

    /// What was written since it was last taken, in whole blocks: append it to the segment.
    pub fn take(&mut self) -> &[u8] {
        if self.is_taken {
            return &[];
        }
        self.seal();
        self.is_taken = true;
        &self.bytes
    }

    /// How many bytes wait to be taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        if self.is_taken { 0 } else { self.bytes.len() }
    }

    fn open_block(&mut self, tag: Tag) {
        if self.is_taken {
            self.bytes.clear();
            self.is_taken = false;
        }
        self.open = Some(self.bytes.len());
        self.bytes.extend_from_slice(&[0; HEAD_BYTES]);
        self.bytes.push(tag as u8);
    }

    /// Writes length and checksum before the block that is open.
    fn seal(&mut self) {
        let Some(open) = self.open.take() else { return };
        let (head, body) = self.bytes[open..].split_at_mut(HEAD_BYTES);
        head[..4].copy_from_slice(&(body.len() as u32).to_le_bytes());
        head[4..].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    }

    /// An input that can be said in numbers.
    #[inline]
    fn line(&mut self, input: &Input) -> Option<Line> {
        let (tag, beat) = match &input.kind {
            InputKind::Tick => (Tag::Tick, None),
            InputKind::Received(envelope) => {
                let (tag, sequence, sent_at) = self.short(envelope)?;
                let place = match place_of(&self.peers, &envelope.from, self.last_peer) {
                    Some(place) => place,
                    None => self.meet(&envelope.from)?,
                };
                self.last_peer = place;
                let age = input.now.as_nanos().wrapping_sub(sent_at.as_nanos());
                (tag, Some((place, Beat { sequence, age })))
            }
            _ => return None,
        };
        let mut line = Line::new(tag as u8);
        self.clocks.write(input.now, input.wall_ms, &mut line);
        if let Some((place, beat)) = beat {
            line.number(place as u64);
            let before = &mut self.peers[place].beats[usize::from(tag == Tag::HeartbeatReply)];
            beat.after(*before).into_iter().for_each(|number| line.signed(number));
            *before = beat;
        }
        Some(line)
    }

    /// A heartbeat or a reply to this node.
    #[inline]
    fn short(&self, envelope: &Envelope) -> Option<(Tag, u64, Instant)> {
        let (tag, sequence, sent_at) = match (&envelope.message, &envelope.to) {
            (Message::Heartbeat { sequence, sent_at }, Destination::Address(to))
                if *to == self.me.address =>
            {
                (Tag::Heartbeat, *sequence, *sent_at)
            }
            (Message::HeartbeatReply { sequence, sent_at }, Destination::Incarnation(to))
                if *to == self.me =>
            {
                (Tag::HeartbeatReply, *sequence, *sent_at)
            }
            _ => return None,
        };
        let is_ours = Arc::ptr_eq(&envelope.cluster, &self.cluster) || envelope.cluster == self.cluster;
        is_ours.then_some((tag, sequence, sent_at))
    }

    #[cold]
    fn meet(&mut self, peer: &UniqueAddress) -> Option<usize> {
        if self.peers.len() == PEERS_MAX {
            return None;
        }
        self.bytes.push(Tag::Peer as u8);
        self.append(peer);
        self.peers.push(Peer::new(peer.clone()));
        Some(self.peers.len() - 1)
    }

    fn whole(&mut self, input: &Input) {
        let mut line = Line::new(Tag::Whole as u8);
        self.clocks.write(input.now, input.wall_ms, &mut line);
        self.bytes.extend_from_slice(line.bytes());
        self.append(&input.kind);
    }

    /// Behind its length, so that a reader never goes astray.
    fn append(&mut self, value: &impl serde::Serialize) {
        let scratch = core::mem::take(&mut self.scratch);
        // Everything that crosses the door can be written. If it could not, a reader would say so of this block.
        let mut written = postcard::to_extend(value, scratch).unwrap_or_default();
        self.bytes.extend_from_slice(&(written.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&written);
        written.clear();
        self.scratch = written;
    }
}
