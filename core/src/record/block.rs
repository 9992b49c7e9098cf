//! Blocks of bytes, each behind its length and checksum.

use alloc::vec::Vec;

use super::Tag;
use crate::mix::mix;

/// Length and checksum of a block, four bytes each, little-endian.
pub(super) const HEAD_BYTES: usize = 8;
/// Blocks are shorter: what claims to be longer is damaged. A snapshot of the largest cluster has a tenth of it.
pub(super) const BLOCK_BYTES_MAX: usize = 1 << 28;
const ROOM_BYTES_MIN: usize = 8192;

/// What tells whether the bytes of a block are those that were written. It reads thirty-two bytes at a time, with a multiplication for each
/// sixteen: that is less than writing them.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let step = |lanes: [u64; 2], chunk: &[u8; 32]| {
        let word = |at: usize| u64::from_le_bytes(chunk.as_chunks().0[at]);
        [mix(lanes[0] ^ word(0), word(1)), mix(lanes[1] ^ word(2), word(3))]
    };
    let (chunks, rest) = bytes.as_chunks();
    let mut last = [0; 32];
    last[..rest.len()].copy_from_slice(rest);
    let lanes = step(chunks.iter().fold([50, 51], step), &last);
    let hash = mix(mix(lanes[0], lanes[1]), bytes.len() as u64);
    (hash ^ hash >> 32) as u32
}

/// Blocks that wait to be taken, the last of which may still be written to.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// The bytes that are written, and room for more.
    bytes: Vec<u8>,
    end: usize,
    /// Up to where there is room in an open block; zero if none is open, so that one question answers both.
    limit: usize,
    /// Where the block that is written to begins.
    open: Option<usize>,
    is_taken: bool,
}

impl Blocks {
    /// Begins a block, behind those that were not taken yet.
    pub(super) fn open(&mut self, tag: Tag) {
        self.seal();
        if self.is_taken {
            (self.end, self.is_taken) = (0, false);
        }
        self.open = Some(self.end);
        self.put(&[0; HEAD_BYTES]);
        self.put(&[tag as u8]);
    }

    /// Writes so many of these bytes. A block for inputs is begun if none is open.
    #[inline(always)]
    pub(super) fn some<const N: usize>(&mut self, (bytes, count): ([u8; N], usize)) {
        debug_assert!(count <= N);
        if self.end + N > self.limit {
            self.make_room(N);
        }
        if let Some(room) = self.bytes.get_mut(self.end..).and_then(<[u8]>::first_chunk_mut) {
            *room = bytes;
            self.end += count;
        }
    }

    /// Writes all of these bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if self.end + bytes.len() > self.limit {
            self.make_room(bytes.len());
        }
        self.bytes[self.end..][..bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Writes a value behind its length, so that a reader never goes astray.
    pub(super) fn value(&mut self, value: &impl serde::Serialize) {
        self.put(&[0; 4]);
        let length = loop {
            match postcard::to_slice(value, &mut self.bytes[self.end..]) {
                Ok(written) => break written.len(),
                Err(postcard::Error::SerializeBufferFull) => {
                    self.make_room(2 * (self.bytes.len() - self.end) + 1);
                }
                // Everything that crosses the door can be written. If it could not, a reader would say so of this block.
                Err(_) => break 0,
            }
        };
        self.bytes[self.end - 4..self.end].copy_from_slice(&(length as u32).to_le_bytes());
        self.end += length;
    }

    #[cold]
    fn make_room(&mut self, bytes: usize) {
        if self.open.is_none() {
            return self.open(Tag::Inputs);
        }
        if self.bytes.len() < self.end + bytes {
            let bytes = (self.end + bytes).max(2 * self.bytes.len()).max(ROOM_BYTES_MIN);
            self.bytes.resize(bytes, 0);
        }
        self.limit = self.bytes.len();
    }

    /// Writes length and checksum before the block that is open.
    pub(super) fn seal(&mut self) {
        let Some(open) = self.open.take() else { return };
        let (head, body) = self.bytes[open..self.end].split_at_mut(HEAD_BYTES);
        head[..4].copy_from_slice(&(body.len() as u32).to_le_bytes());
        head[4..].copy_from_slice(&checksum(body).to_le_bytes());
        self.limit = 0;
    }

    /// What was written since this was last asked.
    pub(super) fn take(&mut self) -> &[u8] {
        if self.is_taken {
            return &[];
        }
        self.seal();
        self.is_taken = true;
        &self.bytes[..self.end]
    }

    pub(super) fn waiting(&self) -> usize {
        if self.is_taken { 0 } else { self.end }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Another bit, another length, zeros behind it: another checksum.
        #[test]
        fn the_checksum_tells_bytes_apart(bytes in proptest::collection::vec(any::<u8>(), 1..200), at: usize, bit in 0_u32..8) {
            let stated = checksum(&bytes);
            let mut other = bytes.clone();
            other[at % bytes.len()] ^= 1_u8 << bit;
            prop_assert_ne!(checksum(&other), stated);
            prop_assert_ne!(checksum(&bytes[1..]), stated);
            prop_assert_ne!(checksum(&[bytes, [0].into()].concat()), stated);
        }
    }

    /// Recordings are read on other machines.
    #[test]
    fn the_checksum_never_changes() {
        assert_eq!(checksum(b""), 2_313_976_031);
        assert_eq!(checksum(b"quorate membership, recorded block by block"), 3_186_269_835);
    }
}
