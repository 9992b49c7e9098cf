//! SIM-5: hosts that are paused or slow, and clocks that go wrong.

use std::time::Duration;

use quorate::Instant;

use super::act::Applied;
use super::step::Outcome;
use super::{Body, Parcel, World};
use crate::action::{Action, NotApplicable};
use crate::application::Application;
use crate::clock::DRIFT_MAX_PPM;
use crate::condition::{Condition, Factor};
use crate::host::HostId;

impl<A: Application> World<A> {
    /// What a paused host is told to do waits until it goes on. Gives the instant at which the action will be done.
    pub(super) fn put_off(&mut self, action: &Action) -> Option<Instant> {
        let told = match action {
            Action::Stop { host }
            | Action::Join { host, .. }
            | Action::Command { host, .. }
            | Action::Forge { host, .. }
            | Action::Lie { host, .. } => *host,
            Action::Leave { at, .. } | Action::Down { at, .. } => *at,
            _ => return None,
        };
        let host = self.hosts.get(told.index())?;
        let until = host.paused_until().filter(|until| self.now < *until && host.is_running())?;
        self.schedule(until, action.clone());
        Some(until)
    }

    pub(super) fn pause(&mut self, host: HostId, lasts: Duration) -> Applied {
        self.must_run(host)?;
        let until = self.now + lasts;
        self.condition(host).pause(until);
        Ok(Outcome::Done)
    }

    pub(super) fn slow_down(&mut self, host: HostId, factor: Factor, lasts: Duration) -> Applied {
        self.known(host)?;
        let until = self.now + lasts;
        self.condition(host).slow_down(factor, until);
        self.arm(host);
        Ok(Outcome::Done)
    }

    pub(super) fn clock_jumps(&mut self, host: HostId, nanos: i64) -> Applied {
        self.known(host)?;
        let now = self.now;
        self.condition(host).set_clock(|clock| clock.jump(now, nanos));
        self.arm(host);
        Ok(Outcome::Done)
    }

    pub(super) fn clock_drifts(&mut self, host: HostId, parts_per_million: i32) -> Applied {
        self.known(host)?;
        if !(-DRIFT_MAX_PPM..=DRIFT_MAX_PPM).contains(&parts_per_million) {
            return Err(NotApplicable::Drift { parts_per_million });
        }
        let now = self.now;
        self.condition(host).set_clock(|clock| clock.drift(now, parts_per_million));
        self.arm(host);
        Ok(Outcome::Done)
    }

    pub(super) fn condition(&mut self, host: HostId) -> &mut Condition {
        self.hosts[host.index()].condition.get_or_insert_default()
    }

    /// Arms a host's tick anew, after what it depends on has changed. One that does not run has none.
    pub(super) fn arm(&mut self, host: HostId) {
        let waiting = &mut self.hosts[host.index()];
        let Some(node) = waiting.node.as_ref().filter(|_| waiting.state == crate::host::HostState::Running)
        else {
            return;
        };
        let deadline = node.next_deadline();
        let deadline = match &mut waiting.condition {
            None => deadline,
            Some(condition) => condition.comes(deadline, self.now),
        };
        self.queue.arm(host, deadline);
    }

    /// Lets a parcel that has arrived at a host with a condition wait until its turn comes; gives it back if that is
    /// now, and says whether it has waited. A cut or a crash counts when it arrives, and a crash also while it waits: a crashed host's queued inputs are
    /// gone, a paused one's are not.
    #[cold]
    pub(super) fn wait_for_turn(
        &mut self,
        to: HostId,
        parcel: Parcel<A::Message>,
    ) -> Option<(Parcel<A::Message>, bool)> {
        let host = &self.hosts[to.index()];
        let (present, condition) = (host.incarnation, host.condition.as_ref());
        let paused_until = condition.and_then(|condition| condition.paused_until).filter(|at| *at > self.now);
        let Parcel { from, sent_at, hash, body } = parcel;
        match body {
            Body::Own { .. } => match paused_until {
                Some(until) => self.queue.push_parcel(until, to, Parcel { from, sent_at, hash, body }),
                None => return Some((Parcel { from, sent_at, hash, body }, false)),
            },
            Body::Waiting { incarnation, body } => {
                if self.running_incarnation(to) != Some(incarnation) {
                    self.counts.unheard += 1;
                    return None;
                }
                match paused_until {
                    None => return Some((Parcel { from, sent_at, hash, body: *body }, true)),
                    Some(until) => {
                        let body = Body::Waiting { incarnation, body };
                        self.queue.push_parcel(until, to, Parcel { from, sent_at, hash, body });
                    }
                }
            }
            body => {
                let turn = condition.map_or(self.now, |condition| condition.handles(sent_at, self.now));
                if turn <= self.now {
                    return Some((Parcel { from, sent_at, hash, body }, false));
                }
                if !self.is_heard(from, to) {
                    return None;
                }
                self.counts.put_off += 1;
                let body = Body::Waiting { incarnation: present, body: Box::new(body) };
                self.queue.push_parcel(turn, to, Parcel { from, sent_at, hash, body });
            }
        }
        None
    }
}
