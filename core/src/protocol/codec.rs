//! From envelopes to frames and back.
//!
//! A frame is `Q`, `r`, the format version, then the envelope in postcard. Golden bytes of each message are pinned by
//! snapshots: a change of the format shows in review.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use super::{Destination, Envelope, Message};
use crate::membership::{Gossip, UniqueAddress};

/// The version of the frame format that this crate writes, and the only one that it reads.
pub const FORMAT_VERSION: u8 = 1;

const MAGIC: [u8; 2] = *b"Qr";

/// What a frame may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes of a frame.
    pub frame_bytes: usize,
}

impl Default for Limits {
    /// One mebibyte, room for some ten thousand members.
    fn default() -> Self {
        Self { frame_bytes: 1 << 20 }
    }
}

/// Why bytes are no envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DecodeError {
    /// The frame is larger than the limit.
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The most that is taken.
        limit: u64,
    },
    /// The frame does not begin as every frame does.
    NotAFrame,
    /// The frame is of another format version.
    OtherVersion {
        /// Its version.
        version: u8,
    },
    /// What follows the head is no envelope: cut off, mangled, or a value that breaks its own rules.
    Malformed,
    /// Bytes are left over behind the envelope.
    TrailingBytes {
        /// How many.
        bytes: u64,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(f, "a frame of {bytes} bytes is over the limit of {limit}")
            }
            Self::NotAFrame => f.write_str("the bytes do not begin as a frame"),
            Self::OtherVersion { version } => {
                write!(f, "the frame has format version {version}, this node reads {FORMAT_VERSION}")
            }
            Self::Malformed => f.write_str("the frame holds no valid envelope"),
            Self::TrailingBytes { bytes } => write!(f, "{bytes} bytes follow the envelope"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Why an envelope is no frame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The frame would be larger than the limit.
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is sent.
        limit: usize,
    },
    /// The value can't be written.
    Unwritable,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(f, "a frame of {bytes} bytes is over the limit of {limit}")
            }
            Self::Unwritable => f.write_str("the envelope cannot be written"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Turns envelopes into frames and back, and keeps the bytes of the last gossip, so that sending one state to ten peers
/// encodes it once.
#[derive(Clone, Debug, Default)]
pub struct Codec {
    limits: Limits,
    last: Option<(Arc<Gossip>, Vec<u8>)>,
}

impl Codec {
    /// A codec with these limits.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, last: None }
    }

    /// The frame of an envelope.
    ///
    /// # Errors
    /// A frame over the limit.
    pub fn encode(&mut self, envelope: &Envelope) -> Result<Vec<u8>, EncodeError> {
        let mut frame = Vec::with_capacity(128);
        frame.extend(MAGIC);
        frame.push(FORMAT_VERSION);
        let head = (&*envelope.cluster, &envelope.from, &envelope.to);
        frame = append(frame, &head)?;
        if let Message::Gossip { gossip } | Message::Welcome { gossip } = &envelope.message {
            // The discriminant of the message, as postcard writes it, then the bytes kept.
            frame = append(frame, &discriminant(&envelope.message))?;
            frame.extend_from_slice(self.gossip_bytes(gossip)?);
        } else {
            frame = append(frame, &envelope.message)?;
        }
        let (bytes, limit) = (frame.len(), self.limits.frame_bytes);
        if bytes > limit { Err(EncodeError::TooLarge { bytes, limit }) } else { Ok(frame) }
    }

    fn gossip_bytes(&mut self, gossip: &Arc<Gossip>) -> Result<&[u8], EncodeError> {
        if !self.last.as_ref().is_some_and(|(last, _)| Arc::ptr_eq(last, gossip)) {
            self.last = Some((gossip.clone(), append(Vec::new(), &**gossip)?));
        }
        self.last.as_ref().map(|(_, bytes)| &bytes[..]).ok_or(EncodeError::Unwritable)
    }

    /// The envelope of a frame.
    ///
    /// # Errors
    /// Bytes that are no frame of this format, whatever they are.
    pub fn decode(&self, frame: &[u8]) -> Result<Envelope, DecodeError> {
        if frame.len() > self.limits.frame_bytes {
            let (bytes, limit) = (frame.len() as u64, self.limits.frame_bytes as u64);
            return Err(DecodeError::TooLarge { bytes, limit });
        }
        let (magic, rest) = frame.split_at_checked(MAGIC.len()).ok_or(DecodeError::NotAFrame)?;
        let (&version, body) = rest.split_first().ok_or(DecodeError::NotAFrame)?;
        if magic != MAGIC {
            return Err(DecodeError::NotAFrame);
        }
        if version != FORMAT_VERSION {
            return Err(DecodeError::OtherVersion { version });
        }
        type Whole = (Arc<str>, UniqueAddress, Destination, Message);
        let ((cluster, from, to, message), trailing) =
            postcard::take_from_bytes::<Whole>(body).map_err(|_| DecodeError::Malformed)?;
        if !trailing.is_empty() {
            return Err(DecodeError::TrailingBytes { bytes: trailing.len() as u64 });
        }
        Ok(Envelope { cluster, from, to, message })
    }
}

fn append<T: Serialize>(bytes: Vec<u8>, value: &T) -> Result<Vec<u8>, EncodeError> {
    postcard::serialize_with_flavor(value, Append(bytes)).map_err(|_| EncodeError::Unwritable)
}

/// Writes behind the bytes that are there, slices whole. Postcard's own way to extend anything goes byte by byte.
struct Append(Vec<u8>);

impl Flavor for Append {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// The number of a message that carries a gossip, in the order in which [`Message`] declares them.
const fn discriminant(message: &Message) -> u32 {
    match message {
        Message::Welcome { .. } => 4,
        _ => 8,
    }
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
