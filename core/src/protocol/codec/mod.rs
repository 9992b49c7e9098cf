//! From envelopes to frames and back.
//!
//! [`head`] says how a frame begins; behind that comes the message in postcard, or a part of it ([`parts`]). [`formats`] tells
//! which formats there are and who writes which. Golden bytes of each message are pinned by snapshots: a change of a
//! format shows in review.

mod error;
mod formats;
mod head;
mod known;
mod parts;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

pub use error::{DecodeError, EncodeError, Field};
pub(crate) use head::seal;

use super::{Envelope, Message};
use crate::format::{NEWEST_FORMAT, OLDEST_FORMAT};
use crate::limits::Limits;
use crate::membership::Gossip;
use known::Known;
use parts::{PART_BYTES_MIN, Part, Unfinished};

/// Turns envelopes into frames and back.
///
/// It keeps the bytes of the last gossip, so that sending one state to ten peers encodes it once; the addresses that it has
/// read, so that reading them again allocates nothing; which format each peer reads; and the parts of messages that have
/// not all come. All of that is bounded. A new incarnation of a node begins with a new codec (FRM-13).
///
/// ```
/// # use quorate::{Address, Codec, Destination, Envelope, Message, UniqueAddress};
/// # let address = Address::new("a", 1)?;
/// # let envelope = Envelope { cluster: "c".into(), from: UniqueAddress::new(address.clone(), 1),
/// #     to: Destination::Address(address), message: Message::ExitingConfirmed };
/// let (mut mine, mut theirs) = (Codec::default(), Codec::default());
/// for frame in mine.encode(&envelope)? {
///     // Mostly one frame. A large message has several, and comes with the last of them.
///     assert_eq!(theirs.decode(frame)?, Some(envelope.clone()));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Codec {
    limits: Limits,
    known: Known,
    cluster: Option<Arc<str>>,
    last: Option<Kept>,
    unfinished: Unfinished,
    /// How many messages were split.
    split: u32,
    frames: Buffer,
}

/// The bytes of a gossip in a format.
#[derive(Clone, Debug)]
struct Kept {
    gossip: Arc<Gossip>,
    format: u8,
    bytes: Vec<u8>,
}

/// Frames side by side, used again for each envelope.
#[derive(Clone, Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Default for Codec {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Codec {
    /// A codec with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            known: Known::default(),
            cluster: None,
            last: None,
            unfinished: Unfinished::default(),
            split: 0,
            frames: Buffer::default(),
        }
    }

    /// FRM-11, FRM-12: the format in which a node at this address is written to: the newest that it is known to read.
    #[must_use]
    pub fn format_for(&self, address: &crate::membership::Address) -> u8 {
        self.known.reads(address).clamp(OLDEST_FORMAT, self.limits.newest_format.max(OLDEST_FORMAT))
    }

    /// How many messages of peers were given up because their other parts did not come, or not in time to be kept.
    #[must_use]
    pub fn given_up(&self) -> u64 {
        self.unfinished.given_up()
    }

    /// The frames of an envelope, to be sent to its destination: one, or several if it is larger than a frame may be.
    ///
    /// # Errors
    /// A message over the limit, or a limit that leaves a frame no room for it.
    pub fn encode(&mut self, envelope: &Envelope) -> Result<Frames<'_>, EncodeError> {
        self.encode_in(self.format_for(envelope.to.address()), envelope)
    }

    /// The same in a format that is not asked of what is known of the receiver, of [`OLDEST_FORMAT`] to [`NEWEST_FORMAT`].
    ///
    /// # Errors
    /// As [`Codec::encode`].
    pub fn encode_in(&mut self, format: u8, envelope: &Envelope) -> Result<Frames<'_>, EncodeError> {
        let format = format.clamp(OLDEST_FORMAT, NEWEST_FORMAT);
        self.frames.bytes.clear();
        self.frames.ends.clear();
        head::write(&mut self.frames.bytes, envelope, format, self.limits.newest_format, None);
        let head = self.frames.bytes.len();
        self.write_message(&envelope.message, format)?;
        let bytes = self.frames.bytes.len() - head;
        if bytes > self.limits.message_bytes {
            return Err(EncodeError::TooLarge { bytes, limit: self.limits.message_bytes });
        }
        if self.frames.bytes.len() > self.limits.frame_bytes {
            self.split(envelope, format, head)?;
        } else {
            self.frames.ends.push(self.frames.bytes.len());
        }
        self.frames.seal();
        Ok(Frames { buffer: &self.frames, next: 0 })
    }

    /// Writes a message behind what is in the buffer.
    fn write_message(&mut self, message: &Message, format: u8) -> Result<(), EncodeError> {
        let (gossip, founder) = match message {
            Message::Welcome { gossip } | Message::Gossip { gossip } => (gossip, None),
            Message::WelcomeTo { gossip, founder } | Message::Introduction { gossip, founder } => {
                (gossip, Some(founder))
            }
            _ => return formats::append(&mut self.frames.bytes, message),
        };
        let is_kept = |kept: &&Kept| kept.format == format && Arc::ptr_eq(&kept.gossip, gossip);
        let kept = match self.last.take().filter(|kept| is_kept(&kept)) {
            Some(kept) => kept,
            None => Kept { gossip: gossip.clone(), format, bytes: formats::write_gossip(format, gossip)? },
        };
        self.frames.bytes.push(message.kind() as u8);
        self.frames.bytes.extend_from_slice(&kept.bytes);
        self.last = Some(kept);
        founder.map_or(Ok(()), |founder| formats::append(&mut self.frames.bytes, founder))
    }

    /// FRM-20: makes several frames of the one in the buffer, whose head has so many bytes.
    fn split(&mut self, envelope: &Envelope, format: u8, head: usize) -> Result<(), EncodeError> {
        let message = self.frames.bytes.split_off(head);
        self.split = self.split.wrapping_add(1);
        let mut first = Vec::new();
        let part = |place, parts| Some(Part { message: self.split, place, parts });
        head::write(&mut first, envelope, format, self.limits.newest_format, part(0, 1));
        let (head, limit) = (first.len(), self.limits.frame_bytes);
        let room = limit.checked_sub(head).filter(|room| *room >= PART_BYTES_MIN);
        let room = room.ok_or(EncodeError::NoRoom { head, limit })?;
        let parts = u16::try_from(message.len().div_ceil(room));
        let parts = parts.map_err(|_| EncodeError::NoRoom { head, limit })?;
        self.frames.bytes.clear();
        for (place, bytes) in message.chunks(room).enumerate() {
            head::write(
                &mut self.frames.bytes,
                envelope,
                format,
                self.limits.newest_format,
                part(place as u16, parts),
            );
            self.frames.bytes.extend_from_slice(bytes);
            self.frames.ends.push(self.frames.bytes.len());
        }
        Ok(())
    }

    /// FRM-3: the envelope that a frame completes; `None` if it is a part of a message whose other parts have not all come.
    ///
    /// # Errors
    /// Bytes that are no frame of a format that it reads, whatever they are.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Option<Envelope>, DecodeError> {
        if frame.len() > self.limits.frame_bytes {
            let (bytes, limit) = (frame.len() as u64, self.limits.frame_bytes as u64);
            return Err(DecodeError::TooLarge { bytes, limit });
        }
        let (head, body) = head::read(frame, self.limits.newest_format, &mut self.known, &mut self.cluster)?;
        let whole;
        let bytes = match head.part {
            None => body,
            Some(part) => {
                match self.unfinished.take(&head.from, head.format, part, body, &self.limits)? {
                    Some(message) => whole = message,
                    None => {
                        self.known.heard(head.place, &head.from.address, head.reads);
                        return Ok(None);
                    }
                }
                &whole
            }
        };
        let (message, trailing) = formats::read_message(head.format, bytes)?;
        if !trailing.is_empty() {
            return Err(DecodeError::TrailingBytes { bytes: trailing.len() as u64 });
        }
        self.known.heard(head.place, &head.from.address, head.reads);
        Ok(Some(Envelope { cluster: head.cluster, from: head.from, to: head.to, message }))
    }
}

impl Buffer {
    fn range(&self, place: usize) -> Option<Range<usize>> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(start..end)
    }

    fn seal(&mut self) {
        for place in 0..self.ends.len() {
            if let Some(range) = self.range(place) {
                seal(&mut self.bytes[range]);
            }
        }
    }
}

/// The frames of one envelope, in order. They live in the codec until it encodes the next one.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    buffer: &'a Buffer,
    next: usize,
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let range = self.buffer.range(self.next)?;
        self.next += 1;
        Some(&self.buffer.bytes[range])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.buffer.ends.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Frames<'_> {}

#[cfg(test)]
mod tests;
