//! SIM-6: the lease service: a host of its own, outside of all cuts, with faults of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use quorate::{Instant, LeaseAnswer, LeaseCall, LeaseRequest};

/// How long a request is on its way, and its answer.
pub(crate) const ONE_WAY: Duration = Duration::from_millis(10);
/// LEASE-8, LEASE-13: a host that has heard nothing for so long answers for the service that nothing certain is known.
pub(crate) const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);
/// LEASE-8: how often a host that holds a lease says that it is still there.
pub(crate) const RENEWAL_INTERVAL: Duration = Duration::from_secs(12);
/// LEASE-8: after so long without that, others can have the lease.
const TIME_TO_LIVE: Duration = Duration::from_secs(120);

/// What happens to the lease service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaseChange {
    /// It works as it should again.
    Up,
    /// It cannot be reached.
    Down,
    /// It refuses every lease.
    Deny,
    /// It takes so much longer to do what it is asked.
    Slow(Duration),
    /// It does what it is asked, but the next so many answers are lost.
    LoseReplies(u32),
}

/// The service, and who holds what.
#[derive(Clone, Debug, Default)]
pub struct LeaseService {
    held: BTreeMap<Arc<str>, Held>,
    is_down: bool,
    denies: bool,
    slow: Duration,
    replies_to_lose: u32,
}

#[derive(Clone, Debug)]
struct Held {
    owner: Arc<str>,
    expires_at: Instant,
}

impl LeaseService {
    /// Who holds a lease at a moment.
    #[must_use]
    pub fn holder(&self, lease: &str, now: Instant) -> Option<&str> {
        self.held.get(lease).filter(|held| now <= held.expires_at).map(|held| &*held.owner)
    }

    pub(crate) fn change(&mut self, change: LeaseChange) {
        match change {
            LeaseChange::Up => {
                (self.is_down, self.denies, self.slow, self.replies_to_lose) =
                    (false, false, Duration::ZERO, 0);
            }
            LeaseChange::Down => self.is_down = true,
            LeaseChange::Deny => self.denies = true,
            LeaseChange::Slow(by) => self.slow = by,
            LeaseChange::LoseReplies(count) => self.replies_to_lose += count,
        }
    }

    /// How long it takes from now on until a request is done.
    pub(crate) fn time_to_do(&self) -> Duration {
        ONE_WAY + self.slow
    }

    /// Does what it is asked. `None` when nobody hears what came of it, or it was not even heard itself.
    pub(crate) fn handle(&mut self, request: &LeaseRequest, now: Instant) -> Option<LeaseAnswer> {
        if self.is_down {
            return None;
        }
        let answer = match request.call {
            LeaseCall::Acquire => self.acquire(request, now),
            LeaseCall::Release => self.release(request, now),
        };
        if self.replies_to_lose > 0 {
            self.replies_to_lose -= 1;
            return None;
        }
        Some(answer)
    }

    /// LEASE-1, LEASE-2: one owner at a time; who holds it gets it again.
    fn acquire(&mut self, request: &LeaseRequest, now: Instant) -> LeaseAnswer {
        let is_free = self.holder(&request.lease, now).is_none_or(|owner| owner == &*request.owner);
        if self.denies || !is_free {
            return LeaseAnswer::Refused;
        }
        let held = Held { owner: request.owner.clone(), expires_at: now + TIME_TO_LIVE };
        self.held.insert(request.lease.clone(), held);
        LeaseAnswer::Acquired
    }

    /// LEASE-4
    fn release(&mut self, request: &LeaseRequest, now: Instant) -> LeaseAnswer {
        if self.holder(&request.lease, now) == Some(&*request.owner) {
            self.held.remove(&request.lease);
            LeaseAnswer::Released
        } else {
            LeaseAnswer::Refused
        }
    }

    /// LEASE-25: an owner says that it is still there. Whether it still holds the lease, as far as it can know.
    pub(crate) fn renew(&mut self, lease: &str, owner: &str, now: Instant) -> bool {
        let is_down = self.is_down;
        let held = self.held.get_mut(lease).filter(|held| now <= held.expires_at && &*held.owner == owner);
        let Some(held) = held else { return false };
        if !is_down {
            held.expires_at = now + TIME_TO_LIVE;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn ask(owner: &str, call: LeaseCall) -> LeaseRequest {
        LeaseRequest { id: 1, call, service: "simulated".into(), lease: "x".into(), owner: owner.into() }
    }

    /// LEASE-1, LEASE-2, LEASE-4, LEASE-5
    #[test]
    fn one_owner_holds_the_lease_until_it_gives_it_back() {
        let mut service = LeaseService::default();
        let (acquire, release) = (LeaseCall::Acquire, LeaseCall::Release);
        assert_eq!(service.handle(&ask("a", acquire), at(0)), Some(LeaseAnswer::Acquired));
        assert_eq!(service.handle(&ask("a", acquire), at(1)), Some(LeaseAnswer::Acquired));
        assert_eq!(service.handle(&ask("b", acquire), at(1)), Some(LeaseAnswer::Refused));
        assert_eq!(service.handle(&ask("b", release), at(1)), Some(LeaseAnswer::Refused));
        assert_eq!(service.holder("x", at(1)), Some("a"));
        assert_eq!(service.handle(&ask("a", release), at(2)), Some(LeaseAnswer::Released));
        assert_eq!(service.handle(&ask("b", acquire), at(2)), Some(LeaseAnswer::Acquired));
    }

    /// LEASE-8, LEASE-25: without renewal others can have it after a while.
    #[test]
    fn a_lease_that_is_not_renewed_expires() {
        let mut service = LeaseService::default();
        service.handle(&ask("a", LeaseCall::Acquire), at(0));
        assert!(service.renew("x", "a", at(100)));
        assert_eq!(service.handle(&ask("b", LeaseCall::Acquire), at(220)), Some(LeaseAnswer::Refused));
        assert_eq!(service.handle(&ask("b", LeaseCall::Acquire), at(221)), Some(LeaseAnswer::Acquired));
        assert!(!service.renew("x", "a", at(222)));
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let mut service = LeaseService::default();
        service.change(LeaseChange::Deny);
        assert_eq!(service.handle(&ask("a", LeaseCall::Acquire), at(0)), Some(LeaseAnswer::Refused));
        service.change(LeaseChange::Up);
        service.change(LeaseChange::LoseReplies(1));
        assert_eq!(service.handle(&ask("a", LeaseCall::Acquire), at(0)), None);
        assert_eq!(service.holder("x", at(0)), Some("a"), "it was granted all the same");
        assert_eq!(service.handle(&ask("b", LeaseCall::Acquire), at(0)), Some(LeaseAnswer::Refused));
        service.change(LeaseChange::Down);
        assert_eq!(service.handle(&ask("a", LeaseCall::Release), at(0)), None);
        assert_eq!(service.holder("x", at(0)), Some("a"));
        service.change(LeaseChange::Slow(Duration::from_secs(4)));
        assert_eq!(service.time_to_do(), Duration::from_millis(4_010));
    }
}
