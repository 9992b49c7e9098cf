//! What travels between nodes, and as which bytes.

mod codec;
mod message;

pub use codec::{Codec, DecodeError, EncodeError, FORMAT_VERSION, Limits};
pub use message::{Class, Destination, Envelope, JoinRefusal, Message, MessageKind};
