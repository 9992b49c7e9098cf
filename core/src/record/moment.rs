//! Times and numbers, as differences in few bytes.

use alloc::vec::Vec;

use crate::time::Instant;

/// Both clocks of a host. What is written is how they moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clocks {
    now: u64,
    /// By how much the wall clock is ahead of the monotonic one, in milliseconds.
    ahead: i64,
}

impl Clocks {
    pub(super) fn write(&mut self, now: Instant, wall_ms: i64, bytes: &mut Vec<u8>) {
        let nanos = now.as_nanos();
        write_signed(nanos.wrapping_sub(self.now) as i64, bytes);
        let ahead = wall_ms.wrapping_sub(now.as_millis() as i64);
        write_signed(ahead.wrapping_sub(self.ahead), bytes);
        *self = Self { now: nanos, ahead };
    }

    pub(super) fn read(&mut self, bytes: &mut &[u8]) -> Option<(Instant, i64)> {
        self.now = self.now.wrapping_add(read_signed(bytes)? as u64);
        self.ahead = self.ahead.wrapping_add(read_signed(bytes)?);
        let now = Instant::from_nanos(self.now);
        Some((now, self.ahead.wrapping_add(now.as_millis() as i64)))
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
#[inline]
pub(super) fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
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

/// Small numbers of either sign are short.
#[inline]
fn write_signed(number: i64, bytes: &mut Vec<u8>) {
    write_number((number << 1 ^ number >> 63) as u64, bytes);
}

fn read_signed(bytes: &mut &[u8]) -> Option<i64> {
    let folded = read_number(bytes)?;
    Some((folded >> 1) as i64 ^ -((folded & 1) as i64))
}

/// So many bytes, taken from the front.
pub(super) fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(taken)
}
