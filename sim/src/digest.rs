//! SIM-8: the identity of a run.

use quorate::Instant;
use quorate::internals::{Mixer, mix};

use crate::host::HostId;

/// After how many events the whole state of every node enters the digest.
pub const CHECKPOINT_EVENTS: u64 = 4096;

/// A chain over every event: equal cases have equal chains, on every machine and in every build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    chain: u64,
    events: u64,
}

impl Digest {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { chain: mix(0x5155_4F52_4449_4745, seed), events: 0 }
    }

    /// Takes in one event: when, where, the hash of the input and of the outputs. Says whether a checkpoint is due.
    #[inline]
    pub(crate) fn event(&mut self, at: Instant, host: HostId, input: u64, outputs: u64) -> bool {
        // What doesn't depend on the chain is mixed first, so that the processor can do it ahead.
        let event = mix(mix(at.as_nanos(), host.index() as u64), mix(input, outputs));
        self.chain = mix(self.chain, event);
        self.events += 1;
        self.events.is_multiple_of(CHECKPOINT_EVENTS)
    }

    /// Takes in what an application was told, which is no event.
    pub(crate) fn application(&mut self, at: Instant, host: HostId, message: u64) {
        self.chain = mix(self.chain, mix(mix(at.as_nanos(), !(host.index() as u64)), message));
    }

    /// Takes in the states of all hosts, in their order.
    pub(crate) fn checkpoint(&mut self, states: impl Iterator<Item = u64>) {
        let mut mixer = Mixer::new(32);
        states.for_each(|state| mixer.word(state));
        self.chain = mix(self.chain, mixer.finish());
    }

    /// How many events it holds.
    pub(crate) const fn events(&self) -> u64 {
        self.events
    }

    pub(crate) const fn value(&self) -> u64 {
        mix(self.chain, self.events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(events: &[(u64, usize, u64, u64)]) -> u64 {
        let mut digest = Digest::new(1);
        for (at, host, input, outputs) in events {
            digest.event(Instant::from_nanos(*at), HostId::from_index(*host), *input, *outputs);
        }
        digest.value()
    }

    /// SIM-8
    #[test]
    fn each_part_of_each_event_and_their_order_count() {
        let base = [(1, 2, 3, 4), (5, 6, 7, 8)];
        let others = [
            [(9, 2, 3, 4), (5, 6, 7, 8)],
            [(1, 9, 3, 4), (5, 6, 7, 8)],
            [(1, 2, 9, 4), (5, 6, 7, 8)],
            [(1, 2, 3, 9), (5, 6, 7, 8)],
            [(5, 6, 7, 8), (1, 2, 3, 4)],
        ];
        for other in others {
            assert_ne!(digest(&other), digest(&base));
        }
        assert_ne!(digest(&base[..1]), digest(&base));
        assert_ne!(Digest::new(1).value(), Digest::new(2).value());
    }

    /// SIM-8
    #[test]
    fn a_checkpoint_is_due_every_4096_events() {
        let mut digest = Digest::new(0);
        let mut event = || digest.event(Instant::ZERO, HostId::from_index(0), 0, 0);
        let due: Vec<u64> = (1..=9000).filter(|_| event()).collect();
        assert_eq!(due, [4096, 8192]);
        let mut other = digest;
        digest.checkpoint([1, 2].into_iter());
        other.checkpoint([2, 1].into_iter());
        assert_ne!(digest.value(), other.value());
    }
}
