//! LEASE-11 to LEASE-20: what the resolver does when the lease service has answered.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::act::{Notice, ResolverOutput};
use super::lease::{LeaseAnswer, LeaseCall, Release};
use super::resolver::Resolver;
use super::waiting::{Kept, Waiting};
use crate::membership::UniqueAddress;
use crate::time::Instant;

impl Resolver {
    /// LEASE-11: the delay before the lease is asked for is over. Nothing when no decision waits for it.
    #[must_use]
    pub const fn lease_delay_elapsed(&self) -> Option<LeaseCall> {
        if self.waiting.is_some() { Some(LeaseCall::Acquire) } else { None }
    }

    /// LEASE-15, LEASE-16: the lease is held now, or it is not. LEASE-14: an error counts as a denial, and so does any
    /// other answer than that it is held. What came in meanwhile is taken in after that.
    ///
    /// Nothing when no decision waits for it. `is_member`: of a node, whether it is a member of the present gossip (SBR-70).
    pub fn lease_answered(
        &mut self,
        answer: LeaseAnswer,
        is_member: impl Fn(&UniqueAddress) -> bool,
        now: Instant,
    ) -> Vec<ResolverOutput> {
        let mut out = Vec::new();
        let Some(Waiting { record, kept }) = self.waiting.take() else { return out };
        let decision = record.decision;
        if answer == LeaseAnswer::Acquired {
            out.push(ResolverOutput::Noticed(Notice::LeaseAcquired { decision }));
            let act = self.act(record, &[], now);
            self.release.extend(&act.record().down, now + self.release_after().unwrap_or_default());
            out.push(ResolverOutput::Decided(Box::new(act)));
        } else if let Some(denied) = record.denied() {
            out.push(ResolverOutput::Noticed(Notice::LeaseDenied {
                decision,
                instead: denied.decision,
                answer,
            }));
            out.push(ResolverOutput::Decided(Box::new(self.act(denied, &[], now))));
            // LEASE-16: even if the service granted it after all.
            self.release = Release::Never;
        }
        for kept in kept {
            match kept {
                Kept::Event(event) => {
                    out.extend(self.apply(&event, now).into_iter().map(ResolverOutput::Noticed));
                }
                Kept::QuarantinedBy(remote) => {
                    let act = self.quarantined_by(&remote, is_member(&remote), now);
                    out.extend(act.map(Box::new).map(ResolverOutput::Decided));
                }
            }
        }
        out
    }

    /// LEASE-20: the lease was given back, or was not. LEASE-19: if not, it is asked again at the next tick.
    pub fn lease_released(&mut self, answer: LeaseAnswer, now: Instant) -> Option<Notice> {
        let is_done = answer == LeaseAnswer::Released
            && self.waiting.is_none()
            && !self.is_stopped
            && self.release.is_due(now);
        is_done.then(|| {
            self.release = Release::Never;
            Notice::LeaseReleased
        })
    }
}

#[cfg(test)]
#[path = "leased_tests.rs"]
mod tests;
