//! A node's life as bytes: every input with its time, what followed from it as a digest or as what usually follows, and whole nodes to
//! begin from.
//!
//! A [`Recorder`] stands before a node and writes; a [`Recording`] reads; [`Replay`] plays it and compares every output. The bytes are
//! a sequence of blocks, each behind its length and checksum, so that a process may be killed at any byte: all blocks
//! that are whole can be read. A segment begins with a whole node, so older segments can be thrown away.

mod block;
mod error;
mod line;
mod read;
mod replay;
mod usual;
mod write;

pub use error::RecordError;
pub use read::{Entry, Recording, Start};
pub use replay::{Mismatch, Played, Replay};
pub use write::Recorder;

use crate::mix::mix;
use crate::node::Output;
use crate::protocol::{Destination, Envelope, Message};
use line::Line;

/// What a segment begins with, before anything that another version may write otherwise.
const MAGIC: [u8; 4] = *b"QREC";
/// The version of the format.
const VERSION: u8 = 3;
/// After how many inputs a hash of the whole node is written.
const INPUTS_BETWEEN_STATES: u32 = 1024;
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
    /// Any input, written out.
    Whole,
    /// The next peer gets a place.
    Peer,
    /// A hash of the whole node.
    State,
    /// A line: an input that says nothing but its time.
    Tick,
    /// A line: a heartbeat to this node's address, from a peer that has a place.
    Heartbeat,
    /// A line: a reply to this incarnation, from a peer that has a place.
    HeartbeatReply,
    /// A line: the status that was told last, to this incarnation, from a peer that has a place.
    Status,
}

impl Tag {
    const ALL: [Self; 9] = [
        Self::Start,
        Self::Inputs,
        Self::Whole,
        Self::Peer,
        Self::State,
        Self::Tick,
        Self::Heartbeat,
        Self::HeartbeatReply,
        Self::Status,
    ];
}

/// A digest of what one input led to.
#[inline]
fn digest(outputs: &[Output]) -> u32 {
    let hash = outputs.iter().fold(40, |all, output| match output {
        Output::Send(Envelope {
            from,
            to: Destination::Address(to),
            message: Message::Heartbeat { sequence, sent_at },
            ..
        }) => {
            // Most of what a tick leads to: one multiplication for each.
            let sender = from.address.hash64() ^ from.uid as u64;
            let about = sequence.rotate_left(40) ^ sent_at.as_nanos();
            mix(all ^ to.hash64(), about.wrapping_add(sender))
        }
        other => mix(all, other.hash64()),
    });
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests;
