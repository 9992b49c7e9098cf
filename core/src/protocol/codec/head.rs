//! The head of a frame: everything before the message.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | `Q` |
//! | 1 | the format version in the lower six bits; 0x80: the destination is one incarnation; 0x40: extensions follow |
//! | 4 | CRC-32 of all other bytes of the frame, little-endian |
//! | if 0x40 | extensions: their length, then of each tag (1 byte), length and bytes |
//! | | the cluster's name: length and text |
//! | | the sender: length and text of its host, port (2 bytes), uid (8 bytes) |
//! | | the destination: the same, the uid only with 0x80 |
//!
//! Numbers are little-endian. Lengths are in groups of seven bits, the lowest first. A reader skips an extension that it does not
//! know, unless its tag is 0x80 or above: then it refuses the frame. That is where what a later version adds goes (a seal over
//! the frame, for instance).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::error::{DecodeError, Field};
use super::known::Known;
use super::parts::Part;
use crate::format::OLDEST_FORMAT;
use crate::membership::UniqueAddress;
use crate::protocol::{Destination, Envelope};

const MAGIC: u8 = b'Q';
const TO_INCARNATION: u8 = 0x80;
const EXTENDED: u8 = 0x40;
const CHECKSUM: core::ops::Range<usize> = 2..6;

/// Extension: the newest format that the sender reads (1 byte), when that is not the frame's own.
pub(super) const READS: u8 = 0x01;
/// Extension: the frame holds a part of a message, which must be joined (number of the message 4 bytes, place 2, parts 2).
pub(super) const PART: u8 = 0x80;

/// What the head of a frame says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    pub(super) format: u8,
    /// The newest format that the sender reads.
    pub(super) reads: u8,
    pub(super) part: Option<Part>,
    pub(super) cluster: Arc<str>,
    pub(super) from: UniqueAddress,
    /// The place of the sender among those that are known.
    pub(super) place: usize,
    pub(super) to: Destination,
}

/// FRM-1: writes the head of a frame; the checksum comes when the frame is whole ([`seal`]).
pub(super) fn write(frame: &mut Vec<u8>, envelope: &Envelope, format: u8, reads: u8, part: Option<Part>) {
    let (to, uid) = match &envelope.to {
        Destination::Address(address) => (address, None),
        Destination::Incarnation(node) => (&node.address, Some(node.uid)),
    };
    let says_reads = reads != format;
    let flags = if uid.is_some() { TO_INCARNATION } else { 0 }
        | if says_reads || part.is_some() { EXTENDED } else { 0 };
    frame.extend([MAGIC, format | flags, 0, 0, 0, 0]);
    if flags & EXTENDED != 0 {
        length(frame, usize::from(says_reads) * 3 + part.map_or(0, |_| 10));
        if says_reads {
            frame.extend([READS, 1, reads]);
        }
        if let Some(part) = part {
            frame.extend([PART, 8]);
            frame.extend(part.to_bytes());
        }
    }
    text(frame, &envelope.cluster);
    text(frame, envelope.from.address.host());
    frame.extend(envelope.from.address.port().to_le_bytes());
    frame.extend(envelope.from.uid.to_le_bytes());
    text(frame, to.host());
    frame.extend(to.port().to_le_bytes());
    if let Some(uid) = uid {
        frame.extend(uid.to_le_bytes());
    }
}

/// FRM-1, FRM-4: writes the checksum into a frame that is whole. Bytes too short for one are left as they are.
pub(crate) fn seal(frame: &mut [u8]) {
    if frame.len() >= CHECKSUM.end {
        let checksum = checksum(frame);
        frame[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
}

fn checksum(frame: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&frame[..CHECKSUM.start]);
    crc.update(&frame[CHECKSUM.end..]);
    crc.finalize()
}

/// FRM-1, FRM-3: reads the head of a frame, and gives what follows it. `cluster` is the name that was read last.
pub(super) fn read<'a>(
    frame: &'a [u8],
    newest: u8,
    known: &mut Known,
    cluster: &mut Option<Arc<str>>,
) -> Result<(Head, &'a [u8]), DecodeError> {
    if frame.first() != Some(&MAGIC) || frame.len() < CHECKSUM.end {
        return Err(DecodeError::NotAFrame);
    }
    let (version, flags) = (frame[1] & !(TO_INCARNATION | EXTENDED), frame[1]);
    if !(OLDEST_FORMAT..=newest).contains(&version) {
        return Err(DecodeError::OtherVersion { version, newest });
    }
    let stated = u32::from_le_bytes([frame[2], frame[3], frame[4], frame[5]]);
    let computed = checksum(frame);
    if stated != computed {
        return Err(DecodeError::Checksum { stated, computed });
    }
    let mut rest = Reader(&frame[CHECKSUM.end..]);
    let (mut reads, mut part) = (version, None);
    if flags & EXTENDED != 0 {
        let area = rest.sized().ok_or(DecodeError::Malformed { field: Field::Extensions })?;
        (reads, part) = extensions(area, version)?;
    }
    let name = rest.sized().and_then(|name| name_of(name, cluster));
    let cluster = name.ok_or(DecodeError::Malformed { field: Field::Cluster })?;
    let (from, place) = rest.node(known, true).ok_or(DecodeError::Malformed { field: Field::Sender })?;
    let to = rest.node(known, flags & TO_INCARNATION != 0);
    let (to, _) = to.ok_or(DecodeError::Malformed { field: Field::Destination })?;
    let to = if flags & TO_INCARNATION == 0 {
        Destination::Address(to.address)
    } else {
        Destination::Incarnation(to)
    };
    Ok((Head { format: version, reads, part, cluster, from, place, to }, rest.0))
}

/// A name, which is the one that was read last unless its bytes are others: so it need not be looked at whether they are a text.
fn name_of(name: &[u8], last: &mut Option<Arc<str>>) -> Option<Arc<str>> {
    match last {
        Some(last) if last.as_bytes() == name => Some(last.clone()),
        _ => Some(last.insert(core::str::from_utf8(name).ok()?.into()).clone()),
    }
}

/// FRM-2: the newest format that the sender reads, and which part of a message the frame holds.
fn extensions(area: &[u8], version: u8) -> Result<(u8, Option<Part>), DecodeError> {
    let malformed = DecodeError::Malformed { field: Field::Extensions };
    let (mut reads, mut part, mut rest) = (version, None, Reader(area));
    while !rest.0.is_empty() {
        let [tag] = rest.bytes().ok_or(malformed.clone())?;
        let value = rest.sized().ok_or(malformed.clone())?;
        match (tag, value) {
            (READS, [newest]) => reads = *newest,
            (PART, value) => {
                let bytes = value.try_into().map_err(|_| malformed.clone())?;
                part = Some(Part::of_bytes(bytes).ok_or(malformed.clone())?);
            }
            (READS, _) => return Err(malformed),
            (0x80.., _) => return Err(DecodeError::UnknownExtension { tag }),
            _ => {}
        }
    }
    Ok((reads, part))
}

fn length(frame: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        frame.push(length as u8 | 0x80);
        length >>= 7;
    }
    frame.push(length as u8);
}

fn text(frame: &mut Vec<u8>, text: &str) {
    length(frame, text.len());
    frame.extend_from_slice(text.as_bytes());
}

/// The bytes that are left. Each of its functions gives `None` when they end, or are not what is wanted.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    /// Bytes behind their length, which is at most four groups of seven bits.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let mut length = 0;
        for group in 0..4 {
            let [byte] = self.bytes()?;
            length |= usize::from(byte & 0x7F) << (7 * group);
            if byte < 0x80 {
                let (bytes, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                return Some(bytes);
            }
        }
        None
    }

    /// A node, and the place of its address among those that are known.
    fn node(&mut self, known: &mut Known, has_uid: bool) -> Option<(UniqueAddress, usize)> {
        let host = self.sized()?;
        let port = u16::from_le_bytes(self.bytes()?);
        let uid = if has_uid { i64::from_le_bytes(self.bytes()?) } else { 0 };
        let (address, place) = known.address(host, port)?;
        Some((UniqueAddress::new(address, uid), place))
    }
}
