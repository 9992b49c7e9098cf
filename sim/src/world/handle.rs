//! One input for one node, and what follows from it.

use std::time::Duration;

use quorate::internals::mix;
use quorate::{Envelope, Input, InputKind, Instant, Output};

use super::step::Fault;
use super::{Body, Own, Parcel, Parked, World};
use crate::application::Application;
use crate::host::{HostId, HostState};
use crate::network::Unsent;
use crate::network::links::Way;
use crate::network::mishap::{Misfortune, Mishap};

impl<A: Application> World<A> {
    /// The same as [`World::hand`] for an input whose hash nobody knows yet.
    pub(super) fn hand_hashed(&mut self, to: HostId, kind: InputKind) {
        // The hash is of the input without its times.
        let input = Input { now: self.now, wall_ms: self.wall_ms(), kind };
        let hash = input.hash64();
        self.hand(to, input.kind, hash);
    }

    /// SIM-12: an event: one input, handled by one node. `hash` is the input's.
    #[inline]
    pub(super) fn hand(&mut self, to: HostId, kind: InputKind, hash: u64) {
        let wall_ms = self.wall_ms();
        let host = &mut self.hosts[to.index()];
        let Some(node) = &mut host.node else { return };
        let now = match &host.condition {
            None => self.now,
            Some(condition) => condition.clock.at(self.now),
        };
        let input = Input { now, wall_ms, kind };
        node.handle_into(input, &mut self.outputs);
        let deadline = node.next_deadline();
        let deadline = match &mut host.condition {
            None => deadline,
            Some(condition) => condition.comes(deadline, self.now),
        };
        self.queue.arm(to, deadline);
        let outputs = self.route(to);
        if self.digest.event(self.now, to, hash, outputs) {
            self.checkpoint();
        }
        if A::RIDES {
            self.application_sees(to);
        }
    }

    #[cold]
    pub(super) fn checkpoint(&mut self) {
        let states = self.hosts.iter().map(|host| {
            let node = host.node.as_ref().map_or(0, quorate::Node::hash64);
            if A::RIDES { mix(node, host.application.state_hash()) } else { node }
        });
        self.digest.checkpoint(states);
    }

    /// Does what a node wants of its host. Gives the hash of all outputs.
    #[inline]
    fn route(&mut self, from: HostId) -> u64 {
        self.sender = from;
        let mut all = self.outputs.len() as u64;
        for place in 0..self.outputs.len() {
            let hash = self.outputs[place].hash64();
            all = mix(all, hash);
            match &self.outputs[place] {
                Output::Send(_) => self.send(from, place, hash),
                Output::StartExitTasks { id } => {
                    let (at, id) = (self.now + self.hosts[from.index()].spec.exit_tasks, *id);
                    self.push_own(at, from, Own::ExitTasksDone { id });
                }
                Output::Lease(request) => {
                    let request = request.clone();
                    self.ask_lease(from, request);
                }
                Output::Stopped { why } => self.hosts[from.index()].state = HostState::Stopped(*why),
                _ => {}
            }
        }
        all
    }

    #[inline]
    fn send(&mut self, from: HostId, place: usize, hash: u64) {
        let Output::Send(envelope) = &self.outputs[place] else { return };
        let (to, kind) = (envelope.to.address(), envelope.message.kind());
        self.hosts[from.index()].sent += 1;
        self.counts.sent += 1;
        let (to, delay) = match self.network.send(self.now.as_nanos(), from, to, kind as usize) {
            Ok((to, Way::Plain(delay))) => (to, delay),
            Ok((to, Way::Odd(odd))) => return self.send_oddly(from, to, place, hash, odd),
            Err(why) => {
                if why == Unsent::Lost
                    && let Some(to) = self.network.routes.host_of(to)
                {
                    self.mishaps.push(Mishap { from, to, kind, what: Misfortune::Lost });
                }
                return self.count_unsent(why);
            }
        };
        let slot = self.queue.reserve_parcel(self.now + Duration::from_nanos(delay), to);
        if self.wire
            && let Some(decoded) = self.through_wire(from, to, place)
        {
            let parcel = Parcel { from, sent_at: self.now, hash, body: Body::Envelope(decoded) };
            return self.queue.fill(slot, parcel);
        }
        self.parked.push(Parked { output: place as u32, slot, hash });
    }

    /// SIM-4: what a message becomes on its way through bytes; `None`, and a fault, if that is not what was sent.
    #[cold]
    pub(super) fn through_wire(&mut self, from: HostId, to: HostId, place: usize) -> Option<Envelope> {
        let Output::Send(envelope) = &self.outputs[place] else { return None };
        let kind = envelope.message.kind();
        let Ok([sender, receiver]) = self.hosts.get_disjoint_mut([from.index(), to.index()]) else {
            return Some(envelope.clone());
        };
        match super::wire::round_trip(sender.codec(), receiver.codec(), envelope) {
            Ok(decoded) => Some(decoded),
            Err(why) => {
                self.fault = Some(Fault::Wire { from, kind, why });
                None
            }
        }
    }

    pub(super) fn count_unsent(&mut self, why: Unsent) {
        match why {
            Unsent::NoSuchAddress => self.counts.unaddressed += 1,
            Unsent::Cut => self.counts.cut_off += 1,
            Unsent::Lost => self.counts.lost += 1,
            Unsent::Blocked => self.counts.blocked += 1,
            Unsent::TooLong => self.counts.too_long += 1,
            Unsent::NoRoom => self.counts.without_room += 1,
        }
    }

    /// Lets a host hear from itself, unless it has another incarnation by then.
    pub(super) fn push_own(&mut self, at: Instant, host: HostId, what: Own) {
        let incarnation = self.hosts[host.index()].incarnation;
        let body = Body::Own { incarnation, what };
        let parcel = Parcel { from: host, sent_at: self.now, hash: 0, body };
        self.queue.push_parcel(at.max(self.now), host, parcel);
    }
}
