//! How close a run comes to the bounds of what must happen in time.

use quorate::Instant;

use super::Judge;
use super::duties::{Duty, L7};
use super::invariant::Invariant;
use super::liveness;
use super::stage::{Event, Stage};
use super::violation::Names;

/// One look at an invariant that gives a time or a number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Closeness {
    /// The name of the invariant.
    pub id: &'static str,
    /// What was needed, as a part of what the invariant allows: 1 is the bound.
    pub needed: f64,
}

/// What a judge keeps that is asked how close a run comes.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauge {
    taken: Vec<Closeness>,
    /// L1: since when it has been quiet, and since when all have agreed.
    agreed: Option<(Instant, Instant)>,
    /// L1: since when it was quiet when that was measured last.
    measured: Option<Instant>,
}

impl Judge {
    /// What was measured; nothing, unless the setup asks for it.
    #[must_use]
    pub fn closeness(&self) -> &[Closeness] {
        self.gauge.as_ref().map_or(&[], |gauge| &gauge.taken)
    }

    /// An invariant was judged: so much was needed of what it allows.
    pub(super) fn measure(&mut self, invariant: &'static Invariant, needed: impl FnOnce() -> f64) {
        if let Some(gauge) = &mut self.gauge {
            gauge.taken.push(Closeness { id: invariant.id, needed: needed() });
        }
    }

    /// The same where only the most of a run counts.
    pub(super) fn measure_most(&mut self, invariant: &'static Invariant, needed: impl FnOnce() -> f64) {
        let Some(gauge) = &mut self.gauge else { return };
        let needed = needed();
        match gauge.taken.iter_mut().find(|taken| taken.id == invariant.id) {
            Some(taken) => taken.needed = taken.needed.max(needed),
            None => gauge.taken.push(Closeness { id: invariant.id, needed }),
        }
    }

    /// Looks after an event whether what is awaited has come: what counts is the last time that it came.
    pub(super) fn follow_closeness(&mut self, stage: &impl Stage, event: Event) {
        if self.gauge.is_none() {
            return;
        }
        self.follow_agreement(event);
        let name = |node: &quorate::UniqueAddress| stage.name(node);
        let mut duties = std::mem::take(&mut self.duties);
        if !duties.is_empty() {
            let (all, members) = (self.participants(), self.not_removed());
            for duty in &mut duties {
                let seats = if duty.invariant == &L7 { &all } else { &members };
                let is_met = duty.is_met(seats, event.at, Names(&name));
                duty.met = if is_met { duty.met.or(Some(event.at)) } else { None };
            }
        }
        self.duties = duties;
    }

    fn follow_agreement(&mut self, event: Event) {
        let has_converged = |host: usize| {
            self.seats
                .get(host)
                .and_then(Option::as_ref)
                .is_none_or(|seat| !seat.is_live || seat.is_converged())
        };
        let since = self.quiet.since();
        let agreed = since
            .filter(|_| event.host.is_none_or(has_converged) && liveness::agree(&self.not_removed()))
            .map(|since| match self.gauge.as_ref().and_then(|gauge| gauge.agreed) {
                Some((then, agreed)) if then == since => (since, agreed),
                _ => (since, event.at),
            });
        if let Some(gauge) = &mut self.gauge {
            gauge.agreed = agreed;
        }
    }

    /// L1 was judged: all agree. While it stays quiet it is judged again and again, and measured once.
    pub(super) fn measure_agreement(&mut self, at: Instant) {
        let (Some(gauge), Some(bound)) = (&mut self.gauge, self.quiet.bound()) else { return };
        let (since, agreed) = gauge.agreed.unwrap_or((at, at));
        if gauge.measured.replace(since) == Some(since) {
            return;
        }
        self.measure(&liveness::L1, || agreed.since(since).as_secs_f64() / bound.as_secs_f64());
    }

    /// A duty was judged, and is met.
    pub(super) fn measure_duty(&mut self, duty: &Duty, at: Instant) {
        let allowed = duty.due.since(duty.began.unwrap_or(at)).as_secs_f64();
        let needed = duty.met.unwrap_or(at).since(duty.began.unwrap_or(at)).as_secs_f64();
        self.measure(duty.invariant, || if allowed > 0.0 { needed / allowed } else { 0.0 });
    }
}
