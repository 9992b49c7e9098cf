//! S2: how often nodes that a fault has parted in an unclean way both go on. Counted, not asserted.

/// S2: what came of the faults of a run that are no clean partition: one-way and indirect cuts, flapping, heals, several at once.
///
/// Nobody downed by hand in it, and all nodes have the same resolver; otherwise nothing is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UncleanSplits {
    /// Whether a node gave up another after such a fault.
    pub faced: bool,
    /// Whether two nodes gave up each other, and both went on: what S1 forbids after a clean partition.
    pub split: bool,
}

impl UncleanSplits {
    pub(super) fn saw(&mut self, is_split: bool) {
        self.faced = true;
        self.split |= is_split;
    }
}
