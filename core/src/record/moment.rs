//! Times and numbers, as differences in few bytes.

use crate::time::Instant;

/// Both clocks of a host. What is written is how they moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clocks {
    now: u64,
    /// By how much the wall clock is ahead of the monotonic one, in milliseconds.
    ahead: i64,
}

impl Clocks {
    #[inline]
    pub(super) fn write(&mut self, now: Instant, wall_ms: i64, line: &mut Line) {
        let nanos = now.as_nanos();
        line.signed(nanos.wrapping_sub(self.now) as i64);
        let ahead = wall_ms.wrapping_sub(now.as_millis() as i64);
        line.signed(ahead.wrapping_sub(self.ahead));
        *self = Self { now: nanos, ahead };
    }

    pub(super) fn read(&mut self, bytes: &mut &[u8]) -> Option<(Instant, i64)> {
        self.now = self.now.wrapping_add(read_signed(bytes)? as u64);
        self.ahead = self.ahead.wrapping_add(read_signed(bytes)?);
        let now = Instant::from_nanos(self.now);
        Some((now, self.ahead.wrapping_add(now.as_millis() as i64)))
    }
}

/// The most bytes that a line has: a tag, five numbers of ten bytes each, a digest.
const LINE_BYTES: usize = 64;

/// One input in numbers, put together before it is written, so that room is looked for once and not for each byte.
#[derive(Debug)]
pub(super) struct Line(heapless::Vec<u8, LINE_BYTES>);

impl Line {
    #[inline]
    pub(super) fn new(first: u8) -> Self {
        let mut line = Self(heapless::Vec::new());
        line.extend(&[first]);
        line
    }

    #[inline]
    fn extend(&mut self, bytes: &[u8]) {
        let fits = self.0.extend_from_slice(bytes);
        debug_assert!(fits.is_ok(), "a line has room for all that is said in one");
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    #[inline]
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.extend(&[number as u8 | 0x80]);
            number >>= 7;
        }
        self.extend(&[number as u8]);
    }

    /// Small numbers of either sign are short.
    #[inline]
    pub(super) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    #[inline]
    pub(super) fn digest(&mut self, digest: u32) {
        self.extend(&digest.to_le_bytes());
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

pub(super) fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

pub(super) fn read_signed(bytes: &mut &[u8]) -> Option<i64> {
    let folded = read_number(bytes)?;
    Some((folded >> 1) as i64 ^ -((folded & 1) as i64))
}

/// So many bytes, taken from the front.
pub(super) fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(taken)
}
