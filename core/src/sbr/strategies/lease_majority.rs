//! The side that gets a lease stays; the one with the majority asks first.

use core::time::Duration;

use super::super::decision::{Decision, Reason};
use super::super::selection::Selection;
use super::super::sides::{Count, Order};
use super::super::situation::Situation;
use super::Verdict;
use super::keep_majority::majority;

impl Situation<'_> {
    /// SBR-50: the lease decides, so a side needs no second check. The side without the majority waits before it asks.
    pub(super) fn lease_majority(&self, role: Option<&str>, minority_delay: Duration) -> Verdict {
        let sides = self.count(Count::of(Selection::COUNTED, role, Order::Address));
        if !self.indirect().is_empty() {
            let decision = Decision::AcquireLeaseAndDownIndirectlyConnected { delay: Duration::ZERO };
            return Verdict::plain(decision, Reason::IndirectlyConnected, sides);
        }
        let reason = majority(&sides);
        let waits = matches!(reason, Reason::Minority | Reason::TieLost);
        let delay = if waits { minority_delay } else { Duration::ZERO };
        Verdict::plain(Decision::AcquireLeaseAndDownUnreachable { delay }, reason, sides)
    }
}
