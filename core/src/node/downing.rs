//! The split brain resolver within a node: fed by its events, asked by its tick (part 04, section 5).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::output::{IgnoreReason, LeaseRequest, Output, Warning};
use super::timers::Timer;
use super::view::SavedResolver;
use super::why::Why;
use crate::config::{Config, Downing as DowningSetting};
use crate::membership::UniqueAddress;
use crate::membership::diff::Change;
use crate::mix::Mixer;
use crate::planted::Planted;
use crate::sbr::{
    DecisionRecord, LeaseAnswer, LeaseCall, Notice, Resolver, ResolverOutput, ResolverSettings,
};
use crate::time::Instant;

/// SBR-65: how often the resolver looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// How many requests that nobody answers are remembered. A release is asked for again at every tick (LEASE-19).
const OPEN_REQUESTS_MAX: usize = 64;

/// SBR-5: who decides about unreachable members. Nobody here when the setting says `none` or `external`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Downing {
    resolver: Option<Resolver>,
    requests: u64,
    /// Requests without an answer, ascending by id.
    open: Vec<(u64, LeaseCall)>,
    /// The last decision, and when it was taken.
    last: Option<(Instant, Box<DecisionRecord>)>,
}

impl Downing {
    pub(super) fn new(config: &Config, me: &UniqueAddress, data_center: &str, now: Instant) -> Self {
        let resolver = (config.downing == DowningSetting::Sbr).then(|| {
            let is_hasty = config.repairs.breaks(Planted::StableAfterIgnored);
            let settings = ResolverSettings {
                strategy: config.sbr.strategy(),
                stable_after: if is_hasty { Duration::ZERO } else { config.sbr.stable_after },
                down_all_when_unstable: config.sbr.unrest_limit(),
                repairs: config.repairs,
            };
            Resolver::new(settings, me.clone(), data_center.into(), now)
        });
        Self { resolver, requests: 0, open: Vec::new(), last: None }
    }

    /// SBR-65: begins with the node.
    pub(super) fn start(&self, base: &mut Base) {
        if self.resolver.is_some() {
            base.timers.arm_after(Timer::Resolver, base.now, INTERVAL);
        }
    }

    /// SBR-13, SBR-14
    pub(super) fn on_change(&mut self, change: &Change<'_>, now: Instant) -> Vec<(usize, Notice)> {
        self.resolver.as_mut().map_or_else(Vec::new, |resolver| resolver.hear_change(change, now))
    }

    /// What the resolver would decide if it had to decide now.
    pub(super) fn would_decide(&self) -> Option<DecisionRecord> {
        self.resolver.as_ref().and_then(Resolver::would_decide)
    }

    /// What the resolver knows and would do, to keep.
    pub(super) fn saved(&self) -> Option<SavedResolver> {
        let resolver = self.resolver.as_ref()?;
        Some(SavedResolver {
            strategy: resolver.strategy().clone(),
            view: resolver.view().clone(),
            would_decide: resolver.would_decide().map(Box::new),
        })
    }

    /// SBR-86: the last decision, for those who ask why.
    pub(super) fn last_decision(&self) -> Option<Why> {
        let (at, record) = self.last.clone()?;
        Some(Why::Decided { at, record })
    }

    /// The decision that it would take, when that has become another one.
    #[inline]
    pub(super) fn foresee(&mut self) -> Option<Output> {
        let foreseen = self.resolver.as_mut()?.foresee()?;
        Some(Output::WouldDecide(foreseen.map(Box::new)))
    }

    /// SBR-66, SBR-67: what the resolver decides now: the nodes to down, in the order in which to down them. REP-126: it is told first
    /// who has finished its exit.
    pub(super) fn tick(&mut self, base: &mut Base, finished: &[UniqueAddress]) -> Vec<UniqueAddress> {
        base.timers.arm_after(Timer::Resolver, base.now, INTERVAL);
        let Some(resolver) = &mut self.resolver else { return Vec::new() };
        resolver.hear_exits(finished);
        let outputs = resolver.tick(base.now);
        self.carry_out(base, outputs)
    }

    /// LEASE-11: the time has come to ask for the lease.
    pub(super) fn lease_delay_elapsed(&mut self, base: &mut Base) {
        if let Some(call) = self.resolver.as_ref().and_then(Resolver::lease_delay_elapsed) {
            self.ask(base, call);
        }
    }

    /// LEASE-5, LEASE-9
    pub(super) const fn set_lease_held(&mut self, held: bool) {
        if let Some(resolver) = &mut self.resolver {
            resolver.set_lease_held(held);
        }
    }

    /// LEASE-14 to LEASE-20: an answer to an open request. One that does not fit what was asked says nothing certain.
    pub(super) fn lease_answered(
        &mut self,
        base: &mut Base,
        id: u64,
        answer: LeaseAnswer,
    ) -> Vec<UniqueAddress> {
        let open = self.open.iter().position(|request| request.0 == id);
        let (Some(open), Some(resolver)) = (open, &mut self.resolver) else {
            let why = IgnoreReason::StaleAnswer;
            base.drop_it(None, None, why);
            return Vec::new();
        };
        let (_, call) = self.open.remove(open);
        let answer = if answer.fits(call) {
            answer
        } else {
            base.warn(Warning::LeaseAnswerUnfit { id, call, answer });
            LeaseAnswer::Failed
        };
        let now = base.now;
        let outputs = match call {
            LeaseCall::Acquire => {
                let gossip = base.gossip().clone();
                resolver.lease_answered(answer, |node| gossip.members().contains(node), now)
            }
            LeaseCall::Release => {
                resolver.lease_released(answer, now).map(ResolverOutput::Noticed).into_iter().collect()
            }
        };
        self.carry_out(base, outputs)
    }

    fn carry_out(&mut self, base: &mut Base, outputs: Vec<ResolverOutput>) -> Vec<UniqueAddress> {
        let mut downed = Vec::new();
        let left_out = usize::from(base.config.repairs.breaks(Planted::DecisionHalfDone));
        for output in outputs {
            match output {
                ResolverOutput::Decided(act) => {
                    downed.extend(act.downs().skip(left_out).cloned());
                    if act.is_news() {
                        let record = Box::new(act.into_record());
                        self.last = Some((base.now, record.clone()));
                        base.out.push(Output::Decided(record));
                    }
                }
                ResolverOutput::Noticed(notice) => base.out.push(Output::Noticed(notice)),
                ResolverOutput::Lease(call) => self.ask(base, call),
                ResolverOutput::LeaseDelay(delay) => {
                    base.timers.arm_after(Timer::LeaseDelay, base.now, delay);
                }
            }
        }
        downed
    }

    fn ask(&mut self, base: &mut Base, call: LeaseCall) {
        self.requests += 1;
        let id = self.requests;
        if self.open.len() == OPEN_REQUESTS_MAX {
            self.open.remove(0);
        }
        self.open.push((id, call));
        let service = base.config.sbr.lease_majority.lease_implementation.clone().unwrap_or_default();
        let (lease, owner) = (base.config.lease_name(), base.config.lease_owner(&base.me.address));
        base.out.push(Output::Lease(LeaseRequest { id, call, service, lease, owner }));
    }

    /// WCH-26 to WCH-29: a peer has quarantined this node, which downs itself if that peer is a member and if there is a
    /// resolver. Gives back whom to down.
    pub(super) fn quarantined_by(
        &mut self,
        base: &mut Base,
        remote: &UniqueAddress,
        is_member: bool,
    ) -> Vec<UniqueAddress> {
        let Some(resolver) = &mut self.resolver else { return Vec::new() };
        let Some(act) = resolver.quarantined_by(remote, is_member, base.now) else { return Vec::new() };
        self.carry_out(base, [ResolverOutput::Decided(Box::new(act))].into())
    }

    pub(super) fn hash64(&self) -> u64 {
        let Some(resolver) = &self.resolver else { return 0 };
        let mut mixer = Mixer::new(47);
        mixer.word(resolver.fingerprint());
        mixer.word(self.requests);
        self.open.iter().for_each(|request| mixer.word(request.0));
        mixer.finish()
    }
}
