//! What a message looks like in each format, and which one a node writes to a peer.
//!
//! - A node reads every format from [`OLDEST_FORMAT`] up to its own newest, and says in each frame up to which it reads:
//!   the format of the frame itself, unless the extension [`READS`] names a later one.
//! - It writes to a peer in the newest format that both read, as the peer's last frame told; to one that it has not heard,
//!   in the oldest.
//!
//! So nodes of two versions live in one cluster, each pair in the format that both know, while a cluster is updated node by
//! node, forwards or back. A frame that is too new for its reader is refused as [`DecodeError::OtherVersion`], and the
//! reader's next frame puts its writer right.
//!
//! [`OLDEST_FORMAT`]: crate::OLDEST_FORMAT
//! [`DecodeError::OtherVersion`]: super::DecodeError::OtherVersion
//! [`READS`]: super::head::READS

use alloc::sync::Arc;
use alloc::vec::Vec;

use postcard::ser_flavors::Flavor;
use serde::Serialize;

use super::error::{DecodeError, EncodeError, Field};
use crate::membership::{CompactGossip, Gossip, UniqueAddress};
use crate::protocol::{Message, MessageKind};

/// FRM-10: the bytes of a gossip in a format.
pub(super) fn write_gossip(format: u8, gossip: &Gossip) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    match format {
        1 => append(&mut bytes, gossip)?,
        _ => append(&mut bytes, &CompactGossip::of(gossip))?,
    }
    Ok(bytes)
}

/// FRM-10: reads a message in a format, and gives what is left of the bytes.
pub(super) fn read_message(format: u8, bytes: &[u8]) -> Result<(Message, &[u8]), DecodeError> {
    let malformed = DecodeError::Malformed { field: Field::Message };
    let (&kind, payload) = bytes.split_first().ok_or(malformed.clone())?;
    if usize::from(kind) >= MessageKind::COUNT {
        return Err(DecodeError::UnknownKind { kind });
    }
    let Some(holds_founder) = tells_gossip(kind) else {
        return postcard::take_from_bytes(bytes).map_err(|_| malformed);
    };
    let (gossip, rest) = read_gossip(format, payload).ok_or(malformed.clone())?;
    let gossip = Arc::new(gossip);
    if !holds_founder {
        let is_welcome = kind == MessageKind::Welcome as u8;
        let message = if is_welcome { Message::Welcome { gossip } } else { Message::Gossip { gossip } };
        return Ok((message, rest));
    }
    let (founder, rest) = postcard::take_from_bytes::<UniqueAddress>(rest).map_err(|_| malformed)?;
    let is_welcome = kind == MessageKind::WelcomeTo as u8;
    let message = if is_welcome {
        Message::WelcomeTo { gossip, founder }
    } else {
        Message::Introduction { gossip, founder }
    };
    Ok((message, rest))
}

fn read_gossip(format: u8, bytes: &[u8]) -> Option<(Gossip, &[u8])> {
    if format == 1 {
        return postcard::take_from_bytes(bytes).ok();
    }
    let (compact, rest) = postcard::take_from_bytes::<CompactGossip>(bytes).ok()?;
    Some((compact.into_gossip().ok()?, rest))
}

/// Of a kind that tells a gossip: whether its founder follows.
const fn tells_gossip(kind: u8) -> Option<bool> {
    const WELCOME: u8 = MessageKind::Welcome as u8;
    const GOSSIP: u8 = MessageKind::Gossip as u8;
    const WELCOME_TO: u8 = MessageKind::WelcomeTo as u8;
    const INTRODUCTION: u8 = MessageKind::Introduction as u8;
    match kind {
        WELCOME | GOSSIP => Some(false),
        WELCOME_TO | INTRODUCTION => Some(true),
        _ => None,
    }
}

/// Writes a value behind the bytes that are there.
pub(super) fn append<T: Serialize>(bytes: &mut Vec<u8>, value: &T) -> Result<(), EncodeError> {
    postcard::serialize_with_flavor(value, Append(bytes)).map_err(|_| EncodeError::Unwritable)
}

/// Writes slices whole. Postcard's own way to extend anything goes byte by byte.
struct Append<'a>(&'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
