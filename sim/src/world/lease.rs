//! SIM-6: what passes between hosts and the lease service.

use quorate::{InputKind, Instant, LeaseAnswer, LeaseCall, LeaseRequest};

use super::{Own, World};
use crate::application::Application;
use crate::host::HostId;
use crate::lease::{LeaseService, ONE_WAY, OPERATION_TIMEOUT, RENEWAL_INTERVAL};

/// A request on its way.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    request: LeaseRequest,
    /// The host has given up waiting by the time when it is done.
    is_late: bool,
    /// When it gives up.
    gives_up_at: Instant,
}

impl<A: Application> World<A> {
    /// The lease service.
    #[must_use]
    pub fn lease(&self) -> &LeaseService {
        &self.lease
    }

    /// LEASE-13: a request is always answered: what takes too long is answered by the host itself.
    pub(super) fn ask_lease(&mut self, host: HostId, request: LeaseRequest) {
        let (done_at, gives_up_at) = (self.now + self.lease.time_to_do(), self.now + OPERATION_TIMEOUT);
        let is_late = done_at + ONE_WAY > gives_up_at;
        if is_late {
            let own = Own::LeaseAnswered { id: request.id, answer: LeaseAnswer::Failed };
            self.push_own(gives_up_at, host, own);
        }
        self.push_own(done_at, host, Own::LeaseAsked(Box::new(Asked { request, is_late, gives_up_at })));
    }

    pub(super) fn lease_asked(&mut self, host: HostId, asked: Asked) {
        let Asked { request, is_late, gives_up_at } = asked;
        let answer = self.lease.handle(&request, self.now);
        if is_late {
            return;
        }
        let Some(answer) = answer else {
            let own = Own::LeaseAnswered { id: request.id, answer: LeaseAnswer::Failed };
            return self.push_own(gives_up_at, host, own);
        };
        let at = self.now + ONE_WAY;
        match (request.call, answer) {
            (LeaseCall::Acquire, LeaseAnswer::Acquired) => {
                self.push_own(at, host, Own::LeaseHeld(true));
                let own = Own::LeaseRenewal { lease: request.lease, owner: request.owner };
                self.push_own(at + RENEWAL_INTERVAL, host, own);
            }
            (LeaseCall::Release, LeaseAnswer::Released) => self.push_own(at, host, Own::LeaseHeld(false)),
            _ => {}
        }
        self.push_own(at, host, Own::LeaseAnswered { id: request.id, answer });
    }

    pub(super) fn lease_renewal(
        &mut self,
        host: HostId,
        lease: std::sync::Arc<str>,
        owner: std::sync::Arc<str>,
    ) {
        if self.lease.renew(&lease, &owner, self.now) {
            self.push_own(self.now + RENEWAL_INTERVAL, host, Own::LeaseRenewal { lease, owner });
        } else {
            self.hand_hashed(host, InputKind::LeaseHeld(false));
        }
    }
}
