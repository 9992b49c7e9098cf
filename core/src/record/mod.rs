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
use crate::mix::Mixer;
use crate::node::Output;

/// What a segment begins with, before anything that another version may write otherwise.
const MAGIC: [u8; 4] = *b"QREC";
/// The version of the format.
const VERSION: u8 = 1;
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
fn digest(outputs: &[Output]) -> u32 {
    let mut mixer = Mixer::new(40);
    outputs.iter().for_each(|output| mixer.word(output.hash64()));
    let hash = mixer.finish();
    (hash ^ (hash >> 32)) as u32
}

/// The place of a peer in the table of a segment. Most often it is that behind the one before.
fn place_of(peers: &[UniqueAddress], node: &UniqueAddress, after: usize) -> Option<usize> {
    let (before, behind) = peers.split_at((after + 1).min(peers.len()));
    let is_it = |peer: &UniqueAddress| peer.uid == node.uid && peer.address == node.address;
    match behind.iter().position(is_it) {
        Some(place) => Some(before.len() + place),
        None => before.iter().position(is_it),
    }
}

#[cfg(test)]
mod tests;
