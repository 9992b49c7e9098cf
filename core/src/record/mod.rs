//! A node's life as bytes: every input with its time, a digest of the outputs that followed, and whole nodes to begin from.
//!
//! A [`Recorder`] stands before a node and writes; a [`Recording`] reads; [`Replay`] plays it and compares every output. The bytes are
//! a sequence of blocks, each behind its length and checksum, so that a process may be killed at any byte: all blocks
//! that are whole can be read. A segment begins with a whole node, so older segments can be thrown away.

mod error;
mod moment;
mod read;
mod replay;
mod write;

pub use error::RecordError;
pub use read::{Entry, Recording, Start};
pub use replay::{Mismatch, Played, Replay};
pub use write::Recorder;

use crate::membership::UniqueAddress;
use crate::mix::mix;
use crate::node::Output;

/// What a segment begins with, before anything that another version may write otherwise.
const MAGIC: [u8; 4] = *b"QREC";
/// The version of the format.
const VERSION: u8 = 2;
/// Length and checksum of a block, four bytes each, little-endian.
const HEAD_BYTES: usize = 8;
/// Blocks are shorter: what claims to be longer is damaged. A snapshot of the largest cluster has a tenth of it.
const BLOCK_BYTES_MAX: usize = 1 << 28;
/// After how many inputs a hash of the whole node is written.
const INPUTS_BETWEEN_STATES: u32 = 1024;
/// How many peers of a segment are written by number; those beyond are written out.
const PEERS_MAX: usize = 4096;

/// The build of this crate: its version, and a hash of its source.
pub const BUILD: &str =
    concat!("quorate ", env!("CARGO_PKG_VERSION"), ", core ", env!("QUORATE_CORE_SOURCE"));

/// What a block holds, or the next thing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Tag {
    /// A block: a whole node.
    Start,
    /// A block: inputs and what belongs to them.
    Inputs,
    /// An input that says nothing but its time.
    Tick,
    /// A heartbeat to this node's address, from a peer that has a number.
    Heartbeat,
    /// A reply to this incarnation, from a peer that has a number.
    HeartbeatReply,
    /// Any input, written out.
    Whole,
    /// The next peer gets a number.
    Peer,
    /// A hash of the whole node.
    State,
}

impl Tag {
    const ALL: [Self; 8] = [
        Self::Start,
        Self::Inputs,
        Self::Tick,
        Self::Heartbeat,
        Self::HeartbeatReply,
        Self::Whole,
        Self::Peer,
        Self::State,
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// A digest of what one input led to.
#[inline]
fn digest(outputs: &[Output]) -> u32 {
    let hash = outputs.iter().fold(40, |all, output| mix(all, output.hash64()));
    (hash ^ (hash >> 32)) as u32
}

/// A peer of a segment, and what is to be expected of its next heartbeat and its next reply. Only how they differ from that is written.
#[derive(Clone, Debug)]
struct Peer {
    node: UniqueAddress,
    beats: [Beat; 2],
}

impl Peer {
    const fn new(node: UniqueAddress) -> Self {
        Self { node, beats: [Beat { sequence: 0, age: 0 }; 2] }
    }
}

/// A heartbeat or a reply: its number, and how long before it arrived it was sent, by the clocks of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Beat {
    sequence: u64,
    age: u64,
}

impl Beat {
    /// How this one differs from what was to be expected after the one before.
    #[inline]
    fn after(self, before: Self) -> [i64; 2] {
        let expected = before.sequence.wrapping_add(1);
        [self.sequence.wrapping_sub(expected) as i64, self.age.wrapping_sub(before.age) as i64]
    }

    /// The one that differs so from what was to be expected after this one.
    fn next(self, [sequence, age]: [i64; 2]) -> Self {
        let expected = self.sequence.wrapping_add(1);
        Self { sequence: expected.wrapping_add(sequence as u64), age: self.age.wrapping_add(age as u64) }
    }
}

/// The place of a peer in the table of a segment. Most often it is that behind the one before.
#[inline]
fn place_of(peers: &[Peer], node: &UniqueAddress, after: usize) -> Option<usize> {
    let (before, behind) = peers.split_at((after + 1).min(peers.len()));
    let is_it = |peer: &Peer| peer.node.uid == node.uid && peer.node.address == node.address;
    match behind.iter().position(is_it) {
        Some(place) => Some(before.len() + place),
        None => before.iter().position(is_it),
    }
}

#[cfg(test)]
mod tests;
