//! SIM-7: what applications are told, and what they ask for.

use std::mem;
use std::time::Duration;

use quorate::{Output, UniqueAddress};

use super::{Body, Own, Parcel, World};
use crate::application::{Application, Context, Request};
use crate::host::HostId;
use crate::network::links::{APPLICATION_KIND, Way};

impl<A: Application> World<A> {
    pub(super) fn application_starts(&mut self, host: HostId) {
        if A::RIDES {
            self.tell_application(host, A::on_start);
        }
    }

    /// Tells a host's application what its node has just put out.
    pub(super) fn application_sees(&mut self, host: HostId) {
        let outputs = mem::take(&mut self.outputs);
        for output in &outputs {
            if let Output::Event(event) = output {
                self.tell_application(host, |application, context| application.on_event(context, event));
            }
        }
        self.outputs = outputs;
    }

    pub(super) fn application_hears(
        &mut self,
        to: HostId,
        from: &UniqueAddress,
        message: A::Message,
        hash: u64,
    ) {
        self.digest_application(to, hash);
        self.tell_application(to, |application, context| application.on_message(context, from, message));
    }

    pub(super) fn application_wakes(&mut self, host: HostId) {
        self.digest_application(host, 0);
        self.tell_application(host, A::on_wake);
    }

    fn digest_application(&mut self, host: HostId, hash: u64) {
        self.digest.application(self.now, host, hash);
    }

    fn tell_application(&mut self, host: HostId, tell: impl FnOnce(&mut A, &mut Context<'_, A::Message>)) {
        let rider = &mut self.hosts[host.index()];
        let Some(node) = &rider.node else { return };
        let mut requests = mem::take(&mut self.requests);
        let now = rider.clock().at(self.now);
        tell(&mut rider.application, &mut Context { now, node, requests: &mut requests });
        for request in requests.drain(..) {
            self.grant(host, request);
        }
        self.requests = requests;
    }

    fn grant(&mut self, host: HostId, request: Request<A::Message>) {
        match request {
            Request::Command(command) => self.push_own(self.now, host, Own::Command(command)),
            Request::Wake(at) => {
                let at = self.hosts[host.index()].clock().shows(at, self.now);
                self.push_own(at, host, Own::Wake);
            }
            Request::Send { to, message } => {
                let Some(from) = self.hosts[host.index()].unique_address().cloned() else { return };
                self.counts.sent += 1;
                let hash = A::message_hash(&message);
                let parcel =
                    Parcel { from: host, sent_at: self.now, hash, body: Body::Application { from, message } };
                match self.network.send(self.now.as_nanos(), host, &to, APPLICATION_KIND) {
                    Err(why) => self.count_unsent(why),
                    Ok((to, Way::Plain(delay))) => {
                        self.queue.push_parcel(self.now + Duration::from_nanos(delay), to, parcel);
                    }
                    // It has no frame, so it is never too long and none of its bits can flip.
                    Ok((to, Way::Odd(odd))) => self.push_oddly(to, parcel, odd, 0),
                }
            }
        }
    }
}
