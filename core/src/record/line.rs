//! The usual inputs as two numbers: which one, from whom, and how it differs from what was to be expected.
//!
//! | bits | of the first number, 8 bytes |
//! |---|---|
//! | 4 | which [`Tag`] |
//! | 1 | whether something else followed than is usual ([`Usual::follows`]): then its digest, 4 bytes, ends the line |
//! | 11 | the place of the peer |
//! | 36 | nanoseconds since the input before |
//! | 4 | by how many milliseconds the wall clock gained on the monotonic one, signed |
//! | 8 | a heartbeat, a reply: by how much its number differs from the one behind the last, signed |
//!
//! A heartbeat and a reply have 4 bytes more behind that: by how many nanoseconds its age differs from that of the last, signed. What does not
//! fit is written out. Numbers are little-endian.
//!
//! [`Usual::follows`]: super::usual::Usual::follows

use super::Tag;

const TAG_BITS: u32 = 4;
const PLACE_AT: u32 = TAG_BITS + 1;
const STEP_AT: u32 = PLACE_AT + PLACE_BITS;
const AHEAD_AT: u32 = STEP_AT + STEP_BITS;
const LEAP_AT: u32 = AHEAD_AT + AHEAD_BITS;

const PLACE_BITS: u32 = 11;
const STEP_BITS: u32 = 36;
const AHEAD_BITS: u32 = 4;
const LEAP_BITS: u32 = u64::BITS - LEAP_AT;
const DRIFT_BITS: u32 = 32;

/// The bit that says that a digest follows.
const IS_TOLD: u64 = 1 << TAG_BITS;
/// How many peers of a segment have a place; what those beyond say is written out.
pub(super) const PEERS_MAX: usize = 1 << PLACE_BITS;
/// The longest line.
pub(super) const LINE_BYTES_MAX: usize = 16;

/// An input of a usual kind, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tag: Tag,
    pub(super) place: usize,
    /// Nanoseconds since the input before.
    pub(super) step: u64,
    /// Milliseconds that the wall clock gained.
    pub(super) ahead: i64,
    /// How the number of a heartbeat differs.
    pub(super) leap: i64,
    /// How its age differs, in nanoseconds.
    pub(super) drift: i64,
}

/// A line that fits, but for what followed from the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    word: u64,
    drift: u32,
    has_drift: bool,
}

impl Line {
    /// `None` if a number has no room.
    #[inline(always)]
    pub(super) fn packed(self) -> Option<Packed> {
        let Self { tag, place, step, ahead, leap, drift } = self;
        let place = place as u64;
        // One question for all of them, whose answer is nearly always the same.
        let beyond = place >> PLACE_BITS
            | step >> STEP_BITS
            | beyond(ahead, AHEAD_BITS)
            | beyond(leap, LEAP_BITS)
            | beyond(drift, DRIFT_BITS);
        let word = tag as u64
            | place << PLACE_AT
            | step << STEP_AT
            | (ahead as u64) << (64 - AHEAD_BITS) >> (64 - AHEAD_BITS) << AHEAD_AT
            | (leap as u64) << LEAP_AT;
        (beyond == 0).then_some(Packed { word, drift: drift as u32, has_drift: tag.has_drift() })
    }

    /// The line that bytes begin with, its digest if it has one, and what is behind it.
    pub(super) fn read(tag: Tag, bytes: &[u8]) -> Option<(Self, Option<u32>, &[u8])> {
        let (word, mut rest) = bytes.split_first_chunk()?;
        let word = u64::from_le_bytes(*word);
        let mut next = |is_there: bool| {
            let (number, behind) = if is_there { rest.split_first_chunk()? } else { (&[0; 4], rest) };
            rest = behind;
            Some(u32::from_le_bytes(*number))
        };
        let drift = next(tag.has_drift())? as i32;
        let is_told = word & IS_TOLD != 0;
        let digest = next(is_told)?;
        let line = Self {
            tag,
            place: (word >> PLACE_AT) as usize & (PEERS_MAX - 1),
            step: word >> STEP_AT & ((1 << STEP_BITS) - 1),
            ahead: (word << (64 - LEAP_AT)) as i64 >> (64 - AHEAD_BITS),
            leap: word as i64 >> LEAP_AT,
            drift: i64::from(drift),
        };
        Some((line, is_told.then_some(digest), rest))
    }
}

/// Not zero if a signed number needs more bits.
#[inline(always)]
const fn beyond(number: i64, bits: u32) -> u64 {
    (number as u64).wrapping_add(1 << (bits - 1)) >> bits
}

impl Packed {
    /// The bytes of the line, and how many of them count.
    #[inline(always)]
    pub(super) fn bytes(self, digest: Option<u32>) -> ([u8; LINE_BYTES_MAX], usize) {
        let is_told = digest.is_some();
        let word = self.word | if is_told { IS_TOLD } else { 0 };
        let digest = u64::from(digest.unwrap_or_default());
        let behind = if self.has_drift { u64::from(self.drift) | digest << 32 } else { digest };
        let bytes = u128::from(word) | u128::from(behind) << 64;
        (bytes.to_le_bytes(), 8 + 4 * usize::from(self.has_drift) + 4 * usize::from(is_told))
    }
}

impl Tag {
    /// The tag of what a byte begins.
    pub(super) fn of(byte: u8) -> Option<Self> {
        let tag = *Self::ALL.get(usize::from(byte & ((1 << TAG_BITS) - 1)))?;
        (tag.is_line() || tag as u8 == byte).then_some(tag)
    }

    const fn is_line(self) -> bool {
        matches!(self, Self::Tick | Self::Heartbeat | Self::HeartbeatReply | Self::Status)
    }

    #[inline(always)]
    const fn has_drift(self) -> bool {
        matches!(self, Self::Heartbeat | Self::HeartbeatReply)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn lines() -> impl Strategy<Value = Line> {
        let signed = |bits: u32| {
            let half = 1_i64 << (bits - 1);
            prop_oneof![8 => -half..half, 1 => Just(half), 1 => Just(-half - 1), 1 => any::<i64>()]
        };
        let unsigned =
            |bits: u32| prop_oneof![8 => 0..1_u64 << bits, 1 => Just(1 << bits), 1 => any::<u64>()];
        let tag =
            prop_oneof![Just(Tag::Tick), Just(Tag::Heartbeat), Just(Tag::HeartbeatReply), Just(Tag::Status)];
        let numbers =
            (unsigned(PLACE_BITS), unsigned(STEP_BITS), signed(AHEAD_BITS), signed(LEAP_BITS), signed(32));
        (tag, numbers).prop_map(|(tag, (place, step, ahead, leap, drift))| {
            let drift = if tag.has_drift() { drift } else { 0 };
            Line { tag, place: place as usize, step, ahead, leap, drift }
        })
    }

    proptest! {
        /// A line is read as it was written, or is not written.
        #[test]
        fn a_line_that_fits_is_read_as_it_was(line in lines(), digest: Option<u32>) {
            let in_bits = |number: i64, bits: u32| number >= -(1 << (bits - 1)) && number < 1 << (bits - 1);
            let fits = line.place < PEERS_MAX
                && line.step < 1 << STEP_BITS
                && in_bits(line.ahead, AHEAD_BITS)
                && in_bits(line.leap, LEAP_BITS)
                && in_bits(line.drift, DRIFT_BITS);
            let packed = line.packed();
            prop_assert_eq!(packed.is_some(), fits);
            if let Some(packed) = packed {
                let (bytes, length) = packed.bytes(digest);
                prop_assert_eq!(Tag::of(bytes[0]), Some(line.tag));
                let (read, told, rest) = Line::read(line.tag, &bytes[..length]).unwrap();
                prop_assert_eq!((read, told, rest.len()), (line, digest, 0));
                prop_assert!(Line::read(line.tag, &bytes[..length - 1]).is_none());
            }
        }
    }

    #[test]
    fn a_byte_that_begins_nothing_is_refused() {
        let known: Vec<u8> = (0..=u8::MAX).filter(|byte| Tag::of(*byte).is_some()).collect();
        assert_eq!(known.len(), 5 + 4 * 16);
        assert_eq!(Tag::of(Tag::Whole as u8), Some(Tag::Whole));
        assert_eq!(Tag::of(Tag::Whole as u8 | 0x20), None);
    }
}
