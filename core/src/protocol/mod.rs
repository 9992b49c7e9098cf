//! What travels between nodes, and as which bytes.

mod codec;
mod message;

pub use codec::{Codec, DecodeError, EncodeError, Field, Frames, NEWEST_FORMAT, OLDEST_FORMAT};
pub use message::{Class, Destination, Envelope, JoinRefusal, Message, MessageKind};
