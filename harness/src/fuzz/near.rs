//! Bytes near to others, drawn alike on every machine.

use quorate_sim::keyed::{self, Purpose};

/// Draws by a seed.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    /// Draws from the beginning.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.drawn += 1;
        let draw = keyed::draw(self.seed, 0, 0, Purpose::CorruptBit, 0, self.drawn);
        keyed::below(draw, n as u64) as usize
    }
}

/// Makes `near` what `bytes` are, with a few of them flipped, cut out, put in or copied.
pub fn mutate(bytes: &[u8], draws: &mut Draws, near: &mut Vec<u8>) {
    near.clear();
    near.extend_from_slice(bytes);
    for _ in 0..1 + draws.below(4) {
        let at = draws.below(near.len() + 1);
        match draws.below(4) {
            0 if at < near.len() => near[at] ^= 1 << draws.below(8),
            1 if at < near.len() => drop(near.drain(at..(at + 1 + draws.below(8)).min(near.len()))),
            2 if at < near.len() => {
                let end = (at + 1 + draws.below(16)).min(near.len());
                let to = draws.below(near.len() + 1);
                near.extend_from_within(at..end);
                near[to..].rotate_right(end - at);
            }
            _ => near.insert(at, draws.below(256) as u8),
        }
    }
}
