//! Why bytes are no recording.

use alloc::string::String;
use core::fmt;

use super::{BUILD, VERSION};

/// What is wrong with a recording. Everything before it was read; nothing behind it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes do not begin as a recording does.
    NotARecording,
    /// The format is of another version.
    OtherVersion {
        /// Its version.
        version: u8,
    },
    /// The bytes of a block are not those that were written.
    Damaged {
        /// Where the block begins, in bytes.
        at: usize,
    },
    /// A block is whole, and holds what this build can't read.
    Unreadable {
        /// Where the block begins, in bytes.
        at: usize,
        /// Which build wrote it, if that was read.
        build: String,
    },
    /// A node could not be written.
    NotWritten,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARecording => f.write_str("it does not begin as a recording does"),
            Self::OtherVersion { version } => {
                write!(f, "it is of version {version} of the format, and this build reads {VERSION}")
            }
            Self::Damaged { at } => write!(f, "the block at byte {at} is damaged: its checksum is wrong"),
            Self::Unreadable { at, build } if build == BUILD => {
                write!(f, "the block at byte {at} can't be read")
            }
            Self::Unreadable { at, build } => {
                write!(
                    f,
                    "the block at byte {at} can't be read: it was written by {build}, and this is {BUILD}"
                )
            }
            Self::NotWritten => f.write_str("the node could not be written"),
        }
    }
}

impl core::error::Error for RecordError {}
