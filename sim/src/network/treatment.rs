//! A link's spec in the form in which it is drawn from.

use super::delay::{Delay, nanos};
use super::link::LinkSpec;
use super::loss::{Loss, Reorder, Share};
use crate::keyed::{self, Key, Purpose};

/// How a link treats messages; the usual way is laid out so that a message costs two looks and one draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Treatment {
    pub(crate) spec: LinkSpec,
    /// Whether there is nothing about it but an even or constant delay and independent loss.
    pub(crate) is_plain: bool,
    loss: u32,
    min: u64,
    max: u64,
}

/// SIM-2: which message of a link it is: each draw about it is keyed by this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn {
    pub(crate) key: Key,
    pub(crate) kind: u32,
    pub(crate) count: u64,
}

impl Drawn {
    fn happens(self, purpose: Purpose, share: Share) -> bool {
        share > Share::NONE
            && keyed::happens(self.key.draw(purpose, self.kind, self.count), share.parts_per_million())
    }
}

impl Treatment {
    pub(crate) fn new(spec: LinkSpec) -> Self {
        let even = match spec.delay {
            Delay::Constant(delay) => Some((nanos(delay), nanos(delay))),
            Delay::Uniform { min, max } => Some((nanos(min), nanos(max))),
            _ => None,
        };
        let usual = LinkSpec {
            delay: spec.delay,
            loss: spec.loss.in_bursts_of(std::time::Duration::ZERO),
            queue: spec.queue,
            ..LinkSpec::default()
        };
        let (min, max) = even.unwrap_or_default();
        Self {
            spec,
            is_plain: spec == usual && even.is_some(),
            loss: spec.loss.parts_per_million(),
            min,
            max,
        }
    }

    /// The delay in nanoseconds of a message on a plain link, or `None` if it is lost.
    #[inline]
    pub(crate) fn of_plain_message(&self, key: Key, kind: u32, count: u64) -> Option<u64> {
        if self.loss > 0 && keyed::happens(key.draw(Purpose::Loss, kind, count), self.loss) {
            return None;
        }
        if self.min == self.max {
            return Some(self.min);
        }
        Some(keyed::between(key.draw(Purpose::Delay, kind, count), self.min, self.max))
    }

    /// Whether a message that is sent at `now` is lost by chance.
    pub(crate) fn loses(&self, message: Drawn, now: u64) -> bool {
        let loss = self.spec.loss;
        if loss == Loss::NONE {
            return false;
        }
        let slot = nanos(loss.burst());
        if slot == 0 {
            return keyed::happens(message.key.draw(Purpose::Loss, message.kind, message.count), self.loss);
        }
        // Slots are counted from a beginning of the link's own, so that bursts on two links don't begin together.
        let begin = keyed::below(message.key.draw(Purpose::BurstBegin, 0, 0), slot);
        let number = (u128::from(now) + u128::from(begin)) / u128::from(slot);
        keyed::happens(message.key.draw(Purpose::Burst, 0, number as u64), self.loss)
    }

    /// How long a message takes, in nanoseconds; a copy of it draws for itself.
    pub(crate) fn delay(&self, message: Drawn, is_copy: bool) -> u64 {
        let purpose = if is_copy { Purpose::CopyDelay } else { Purpose::Delay };
        let delay = self.spec.delay.of_draw(message.key.draw(purpose, message.kind, message.count));
        let Reorder { by, .. } = self.spec.reorder;
        if is_copy || !self.holds_back(message) {
            return delay;
        }
        let draw = message.key.draw(Purpose::ReorderBy, message.kind, message.count);
        delay.saturating_add(keyed::between(draw, 1.min(nanos(by)), nanos(by)))
    }

    pub(crate) fn holds_back(&self, message: Drawn) -> bool {
        message.happens(Purpose::Reorder, self.spec.reorder.share)
    }

    pub(crate) fn duplicates(&self, message: Drawn) -> bool {
        message.happens(Purpose::Duplicate, self.spec.duplicate)
    }

    /// The draw that says which bit of a message is flipped, if one is.
    pub(crate) fn corrupts(&self, message: Drawn) -> Option<u64> {
        let happens = message.happens(Purpose::Corrupt, self.spec.corrupt);
        happens.then(|| message.key.draw(Purpose::CorruptBit, message.kind, message.count))
    }

    /// Whether it matters how many bytes a message has.
    pub(crate) fn weighs(&self) -> bool {
        self.spec.bandwidth.is_some() || self.spec.mtu.is_some()
    }
}
