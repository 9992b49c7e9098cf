//! From inputs to bytes.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::block::Blocks;
use super::line::PEERS_MAX;
use super::usual::{Peer, Usual};
use super::{BUILD, INPUTS_BETWEEN_STATES, MAGIC, RecordError, Tag, VERSION, digest};
use crate::membership::{Address, UniqueAddress};
use crate::node::{Input, Node, Output};
use crate::protocol::Envelope;

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
    blocks: Blocks,
    usual: Usual,
    heard: Heard,
    places: Places,
    inputs: u32,
    segments: u64,
}

impl Recorder {
    /// A recorder whose first segment begins with the node as it is. `host` tells people which build of the host it was.
    ///
    /// # Errors
    /// A node that can't be written.
    pub fn new(node: &Node, host: &str) -> Result<Self, RecordError> {
        let usual = Usual::of(node);
        let mut recorder = Self {
            host: host.into(),
            blocks: Blocks::default(),
            heard: Heard { cluster: usual.cluster.clone(), to: usual.me.address.clone() },
            usual,
            places: Places::default(),
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
        self.blocks.open(Tag::Start);
        self.blocks.put(&MAGIC);
        self.blocks.put(&[VERSION]);
        self.blocks.put(&written);
        self.blocks.seal();
        self.usual = Usual::of(node);
        self.inputs = 0;
        self.segments += 1;
        Ok(())
    }

    /// Hands an input to the node, as [`Node::handle_into`] does, and writes it down with what followed: a digest of it, unless it is
    /// what usually follows from such an input.
    // Inlined, the input would be copied once more.
    #[inline(never)]
    pub fn handle_into(&mut self, node: &mut Node, input: Input, outputs: &mut Vec<Output>) {
        let Self { blocks, usual, heard, places, .. } = self;
        let line = usual.line(
            &input,
            |usual, envelope| heard.is_ours(usual, envelope),
            |usual, peer| places.of(peer, usual, blocks),
        );
        let Some((line, packed)) = line.and_then(|line| Some((line, line.packed()?))) else {
            return self.write_out(node, input, outputs);
        };
        let before = outputs.len();
        node.handle_into(input, outputs);
        let followed = outputs.get(before..).unwrap_or_default();
        let is_usual = self.usual.is_usual(line.tag, line.place, followed);
        let told = if is_usual { None } else { Some(digest(followed)) };
        self.blocks.some(packed.bytes(told));
        self.count(node);
    }

    /// The same of an input that has no line.
    #[inline(never)]
    fn write_out(&mut self, node: &mut Node, input: Input, outputs: &mut Vec<Output>) {
        self.usual.learn(&input);
        self.blocks.put(&[Tag::Whole as u8]);
        self.blocks.put(&input.now.as_nanos().to_le_bytes());
        self.blocks.put(&input.wall_ms.to_le_bytes());
        self.blocks.value(&input.kind);
        let before = outputs.len();
        node.handle_into(input, outputs);
        self.blocks.put(&digest(&outputs[before..]).to_le_bytes());
        self.count(node);
    }

    #[inline(always)]
    fn count(&mut self, node: &Node) {
        self.inputs += 1;
        if self.inputs.is_multiple_of(INPUTS_BETWEEN_STATES) {
            self.blocks.put(&[Tag::State as u8]);
            self.blocks.put(&node.hash64().to_le_bytes());
        }
    }

    /// What was written since it was last taken, in whole blocks: append it to the segment.
    pub fn take(&mut self) -> &[u8] {
        self.blocks.take()
    }

    /// How many bytes wait to be taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.blocks.waiting()
    }
}

/// How the last message named the cluster and this node: the next one most often has the very same values, so that nothing is compared
/// but where they are.
#[derive(Clone, Debug)]
struct Heard {
    cluster: Arc<str>,
    to: Address,
}

impl Heard {
    /// Whether a message is in the name of this cluster and for this address.
    #[inline(always)]
    fn is_ours(&mut self, usual: &Usual, envelope: &Envelope) -> bool {
        let is_as_before =
            Arc::ptr_eq(&envelope.cluster, &self.cluster) && envelope.to.address().is_identical(&self.to);
        is_as_before || self.hear(usual, envelope)
    }

    #[cold]
    fn hear(&mut self, usual: &Usual, envelope: &Envelope) -> bool {
        let is_ours = envelope.cluster == usual.cluster && *envelope.to.address() == usual.me.address;
        if is_ours {
            *self = Self { cluster: envelope.cluster.clone(), to: envelope.to.address().clone() };
        }
        is_ours
    }
}

/// Where peers have their places: for each of a few keys, the place of the peer that came last.
#[derive(Clone, Debug)]
struct Places(Box<[u16; KEYS]>);

const KEYS: usize = 1024;

impl Default for Places {
    fn default() -> Self {
        Self(Box::new([0; KEYS]))
    }
}

impl Places {
    /// The place of a peer in a segment, which it may get now. `None` if there are too many.
    #[inline(always)]
    fn of(&mut self, node: &UniqueAddress, usual: &mut Usual, blocks: &mut Blocks) -> Option<usize> {
        let last = &mut self.0[(node.address.hash64() ^ node.uid as u64) as usize % KEYS];
        let place = usize::from(*last);
        match usual.peers.get(place) {
            Some(peer) if peer.node.uid == node.uid && peer.node.address == node.address => Some(place),
            _ => find(last, node, usual, blocks),
        }
    }
}

#[cold]
fn find(last: &mut u16, node: &UniqueAddress, usual: &mut Usual, blocks: &mut Blocks) -> Option<usize> {
    let place = match usual.peers.iter().position(|peer| peer.node == *node) {
        Some(place) => place,
        None if usual.peers.len() < PEERS_MAX => {
            blocks.put(&[Tag::Peer as u8]);
            blocks.value(node);
            usual.peers.push(Peer::new(node.clone()));
            usual.peers.len() - 1
        }
        None => return None,
    };
    *last = place as u16;
    Some(place)
}
