//! Why bytes are no envelope, and why an envelope is no frame.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::format::OLDEST_FORMAT;

/// Why bytes are no envelope. Whatever the reason, nothing of the frame is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DecodeError {
    /// The frame is larger than the limit ([`Limits::frame_bytes`](crate::Limits::frame_bytes)).
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The most that is taken.
        limit: u64,
    },
    /// The bytes do not begin as every frame does.
    NotAFrame,
    /// The frame is of a format that this node does not read.
    OtherVersion {
        /// Its format version.
        version: u8,
        /// The newest that this node reads.
        newest: u8,
    },
    /// The bytes are not those that were sent: some are wrong, or missing at the end.
    Checksum {
        /// What the frame states.
        stated: u32,
        /// What its bytes come to.
        computed: u32,
    },
    /// The extension area holds something that a reader must know to understand the frame, and this one does not.
    UnknownExtension {
        /// Its tag.
        tag: u8,
    },
    /// The message is of a kind that this node does not know.
    UnknownKind {
        /// Its number.
        kind: u8,
    },
    /// The frame ends within one of its fields, or a field holds a value that breaks its own rules.
    Malformed {
        /// Which field.
        field: Field,
    },
    /// Bytes are left over behind the message.
    TrailingBytes {
        /// How many.
        bytes: u64,
    },
    /// A message in parts is larger than the limit ([`Limits::message_bytes`](crate::Limits::message_bytes)).
    MessageTooLarge {
        /// The least that it has.
        bytes: u64,
        /// The most that is taken.
        limit: u64,
    },
}

/// A field of a frame, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Field {
    /// The extension area.
    Extensions,
    /// The name of the cluster.
    Cluster,
    /// Who sent it.
    Sender,
    /// For whom it is.
    Destination,
    /// What it says.
    Message,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extensions => "extension area",
            Self::Cluster => "cluster name",
            Self::Sender => "sender",
            Self::Destination => "destination",
            Self::Message => "message",
        })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(f, "a frame of {bytes} bytes is over the limit of {limit}")
            }
            Self::NotAFrame => f.write_str("the bytes do not begin as a frame"),
            Self::OtherVersion { version, newest } => {
                write!(
                    f,
                    "the frame has format version {version}, this node reads {OLDEST_FORMAT} to {newest}"
                )
            }
            Self::Checksum { stated, computed } => {
                write!(f, "the frame states the checksum {stated:08x}, its bytes come to {computed:08x}")
            }
            Self::UnknownExtension { tag } => {
                write!(f, "the frame has the extension {tag:#04x}, which must be understood and is not known")
            }
            Self::UnknownKind { kind } => write!(f, "the frame holds a message of the unknown kind {kind}"),
            Self::Malformed { field } => {
                write!(f, "the {field} of the frame is cut off, or breaks a rule of its own")
            }
            Self::TrailingBytes { bytes } => write!(f, "{bytes} bytes follow the message"),
            Self::MessageTooLarge { bytes, limit } => {
                write!(f, "a message in parts has {bytes} bytes or more, over the limit of {limit}")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

/// Why an envelope is no frame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The message is larger than the limit ([`Limits::message_bytes`](crate::Limits::message_bytes)).
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that is sent.
        limit: usize,
    },
    /// A frame has no room for anything behind its head ([`Limits::frame_bytes`](crate::Limits::frame_bytes)).
    NoRoom {
        /// The bytes of the head.
        head: usize,
        /// The most bytes of a frame.
        limit: usize,
    },
    /// The value can't be written.
    Unwritable,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(f, "a message of {bytes} bytes is over the limit of {limit}")
            }
            Self::NoRoom { head, limit } => {
                write!(f, "a frame of at most {limit} bytes has no room behind its head of {head}")
            }
            Self::Unwritable => f.write_str("the envelope cannot be written"),
        }
    }
}

impl core::error::Error for EncodeError {}
