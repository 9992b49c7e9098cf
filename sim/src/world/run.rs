//! One step after the other.

use quorate::{CommandKind, InputKind, Instant, MessageKind, Output};

use super::step::{Fault, Outcome, Step, StepKind, Trouble};
use super::{Body, Own, Parcel, World};
use crate::application::Application;
use crate::host::HostId;
use crate::queue::Due;

/// What a step was, before it is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Happened {
    pub(super) host: Option<HostId>,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Action,
    Arrived { from: HostId, kind: MessageKind, sent_at: Instant },
    Garbled { from: HostId, sent_at: Instant },
    Ticked,
    ExitTasksDone,
    Commanded(CommandKind),
    ApplicationHeard { from: HostId, sent_at: Instant },
    ApplicationWoke,
    Lease,
    Halted,
}

impl Happened {
    pub(super) const fn at(host: HostId, what: What) -> Self {
        Self { host: Some(host), what }
    }
}

impl<A: Application> World<A> {
    /// Does the next thing that is due and tells it; `None` when nothing will ever be due, or the world has ended.
    pub fn step(&mut self) -> Option<Step<'_>> {
        self.step_until(Instant::MAX)
    }

    /// The same if that is due at `limit` or before; else the clock is moved to `limit`.
    pub fn step_until(&mut self, limit: Instant) -> Option<Step<'_>> {
        let happened = self.advance(limit)?;
        Some(self.tell(happened))
    }

    /// Does everything that is due at `limit` or before, and moves the clock there.
    ///
    /// # Errors
    /// An action that could not be done, or a fault; the world stands just behind it and can be run on.
    pub fn run_until(&mut self, limit: Instant) -> Result<(), Trouble> {
        while let Some(happened) = self.advance(limit) {
            if let Some(fault) = &self.fault {
                return Err(Trouble::Fault(fault.clone()));
            }
            if matches!(happened.what, What::Action)
                && let Some((_, Outcome::NotApplicable(why))) = &self.acted
            {
                return Err(Trouble::NotApplicable { at: self.now, why: why.clone() });
            }
        }
        Ok(())
    }

    fn tell(&self, happened: Happened) -> Step<'_> {
        let what = match happened.what {
            What::Action => match &self.acted {
                Some((action, outcome)) => StepKind::Action { action, outcome },
                None => StepKind::Halted,
            },
            What::Arrived { from, kind, sent_at } => StepKind::Arrived { from, kind, sent_at },
            What::Garbled { from, sent_at } => StepKind::Garbled { from, sent_at },
            What::Ticked => StepKind::Ticked,
            What::ExitTasksDone => StepKind::ExitTasksDone,
            What::Commanded(command) => StepKind::Commanded { command },
            What::ApplicationHeard { from, sent_at } => StepKind::ApplicationHeard { from, sent_at },
            What::ApplicationWoke => StepKind::ApplicationWoke,
            What::Lease => StepKind::Lease,
            What::Halted => StepKind::Halted,
        };
        let (at, index, host) = (self.now, self.steps - 1, happened.host);
        Step { at, index, host, what, outputs: &self.outputs, fault: self.fault.as_ref() }
    }

    /// The next step. What goes to hosts that don't run, or is stopped by a cut, is no step.
    fn advance(&mut self, limit: Instant) -> Option<Happened> {
        self.settle();
        self.fault = None;
        self.told = None;
        self.mishaps.clear();
        if self.halted {
            return None;
        }
        loop {
            let Some((at, due)) = self.queue.pop(limit) else {
                if limit < Instant::MAX {
                    self.move_clock(limit);
                }
                return None;
            };
            self.move_clock(at);
            self.steps_at_now += 1;
            if self.steps_at_now > self.steps_at_one_instant_max() {
                return Some(self.halt(Fault::EndlessInstant { at, steps: self.steps_at_now - 1 }));
            }
            if let Some(fault) = self.memory_fault() {
                return Some(self.halt(fault));
            }
            let happened = match due {
                Due::Tick(host) => self.tick(host),
                Due::Parcel { to, slot } => self.queue.take(slot).and_then(|parcel| self.deliver(to, parcel)),
                Due::Action(action) => Some(self.act(*action)),
            };
            if happened.is_some() {
                self.steps += 1;
                return happened;
            }
        }
    }

    /// The world ends here.
    #[cold]
    fn halt(&mut self, fault: Fault) -> Happened {
        self.halted = true;
        self.fault = Some(fault);
        self.steps += 1;
        Happened { host: None, what: What::Halted }
    }

    fn move_clock(&mut self, at: Instant) {
        if at > self.now {
            self.now = at;
            self.steps_at_now = 0;
        }
    }

    /// Moves what the last step sent into the queue.
    #[inline]
    pub(super) fn settle(&mut self) {
        let mut parked = self.parked.drain(..).peekable();
        for (place, output) in self.outputs.drain(..).enumerate() {
            if let Some(waiting) = parked.next_if(|waiting| waiting.output as usize == place)
                && let Output::Send(envelope) = output
            {
                let (from, sent_at, hash) = (self.sender, self.now, waiting.hash);
                self.queue.fill(waiting.slot, Parcel { from, sent_at, hash, body: Body::Envelope(envelope) });
            }
        }
    }

    fn tick(&mut self, host: HostId) -> Option<Happened> {
        if let Some(condition) = &self.hosts[host.index()].condition
            && condition.is_paused(self.now)
        {
            // SIM-1: parcels of that instant come first, so it hears all that has arrived before it ticks.
            self.queue.arm(host, condition.paused_until);
            return None;
        }
        self.counts.ticks += 1;
        self.hand(host, InputKind::Tick, 1);
        Some(Happened::at(host, What::Ticked))
    }

    fn deliver(&mut self, to: HostId, mut parcel: Parcel<A::Message>) -> Option<Happened> {
        let mut has_waited = false;
        // It stays where it is unless it must wait: it is large.
        if self.hosts[to.index()].condition.is_some() {
            (parcel, has_waited) = self.wait_for_turn(to, parcel)?;
        }
        let Parcel { from, sent_at, hash, body } = parcel;
        let what = match body {
            Body::Envelope(envelope) => {
                if !has_waited && !self.is_heard(from, to) {
                    return None;
                }
                self.counts.messages += 1;
                let kind = envelope.message.kind();
                if let Some(gossip) = envelope.message.told_state() {
                    self.told = Some(gossip.clone());
                }
                self.hand(to, InputKind::Received(envelope), hash);
                What::Arrived { from, kind, sent_at }
            }
            Body::Application { from: sender, message } => {
                if !has_waited && !self.is_heard(from, to) {
                    return None;
                }
                self.counts.application_messages += 1;
                self.application_hears(to, &sender, message, hash);
                What::ApplicationHeard { from, sent_at }
            }
            Body::Garbled { error } => {
                if !has_waited && !self.is_heard(from, to) {
                    return None;
                }
                self.counts.garbled += 1;
                let from_address = Some(self.network.routes.address(from).clone());
                self.hand_hashed(to, InputKind::Undecodable { from: from_address, error });
                What::Garbled { from, sent_at }
            }
            Body::Own { incarnation, what } => {
                if self.running_incarnation(to) != Some(incarnation) {
                    return None;
                }
                self.do_own(to, what)?
            }
            // Its turn was waited for above, where it was unpacked.
            Body::Waiting { .. } => return None,
        };
        Some(Happened::at(to, what))
    }

    /// Whether what arrives now at a host is heard: a cut takes what is on the wire with it, and so does a crash.
    pub(super) fn is_heard(&mut self, from: HostId, to: HostId) -> bool {
        if self.network.cuts.is_cut(from, to) {
            self.counts.cut_off += 1;
            return false;
        }
        let runs = self.hosts[to.index()].is_running();
        if !runs {
            self.counts.unheard += 1;
        }
        runs
    }

    /// `None` when there was nothing to do.
    fn do_own(&mut self, host: HostId, what: Own) -> Option<What> {
        Some(match what {
            Own::ExitTasksDone { id } => {
                self.hand_hashed(host, InputKind::ExitTasksDone { id });
                What::ExitTasksDone
            }
            Own::Command(command) => {
                let kind = command.kind();
                self.counts.commands += 1;
                self.hand_hashed(host, InputKind::Command(command));
                What::Commanded(kind)
            }
            Own::Wake => {
                self.application_wakes(host);
                What::ApplicationWoke
            }
            Own::LeaseAsked(asked) => {
                self.lease_asked(host, *asked);
                What::Lease
            }
            Own::LeaseAnswered { id, answer } => {
                self.hand_hashed(host, InputKind::LeaseAnswered { id, answer });
                What::Lease
            }
            Own::LeaseHeld(held) => {
                self.hand_hashed(host, InputKind::LeaseHeld(held));
                What::Lease
            }
            Own::LeaseRenewal { lease, owner } => {
                self.lease_renewal(host, lease, owner);
                What::Lease
            }
            Own::PatienceEnds => return self.patience_ends(host),
        })
    }
}
