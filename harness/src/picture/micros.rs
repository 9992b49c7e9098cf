//! What pictures count time in.

use quorate::Instant;

/// Microseconds of the run.
pub(super) type Micros = u64;

pub(super) fn micros(at: Instant) -> Micros {
    at.as_nanos() / 1_000
}
