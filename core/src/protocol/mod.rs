//! What travels between nodes, and as which bytes.

mod codec;
mod message;

pub(crate) use codec::seal;
pub use codec::{Codec, DecodeError, EncodeError, Field, Frames};
pub use message::{Class, Destination, Envelope, JoinRefusal, Message, MessageKind};
