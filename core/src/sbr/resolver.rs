//! The resolver: waits until who can be reached has come to rest, then decides.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::act::{Act, Notice, ResolverOutput};
use super::decision::{Decision, Reason};
use super::events::ViewChange;
use super::lease::{LeaseCall, Release};
use super::record::DecisionRecord;
use super::strategies::static_quorum::too_many;
use super::strategy::Strategy;
use super::unrest::Unrest;
use super::view::ResolverView;
use super::waiting::Waiting;
use crate::membership::diff::Change;
use crate::membership::{ClusterEvent, UniqueAddress};
use crate::mix::Mixer;
use crate::planted::Planted;
use crate::repairs::Repairs;
use crate::time::Instant;

/// How a resolver decides, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverSettings {
    /// How it decides.
    pub strategy: Strategy,
    /// SBR-64: how long nothing that counts must change before it decides.
    pub stable_after: Duration,
    /// SBR-10: how much longer than `stable_after` there may be unrest; `None` without limit.
    pub down_all_when_unstable: Option<Duration>,
    /// Which rules are replaced: REP-110 and REP-120 are its own.
    pub repairs: Repairs,
}

/// The state machine of one node's resolver. Events go in by [`apply`](Self::apply), time by [`tick`](Self::tick); what
/// is to be done comes out as [`ResolverOutput`]s.
///
/// SBR-65: its owner ticks it once a second. It holds no timer; all its waiting is done by being asked again, but for the
/// delay before the lease is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolver {
    settings: ResolverSettings,
    pub(super) view: ResolverView,
    leader: bool,
    self_member_added: bool,
    /// SBR-64: no decision is made up to and including this moment.
    stable_deadline: Instant,
    unrest: Unrest,
    /// SBR-69: hashes of the decisions to down nobody that the latest tick came to.
    empty_decisions: Vec<u64>,
    /// The hash of the decision that was told last as the one that it would take; 0 when it would take none.
    foreseen: u64,
    /// Whether anything was heard or done since.
    may_foresee: bool,
    /// LEASE-5: what the host said last.
    lease_held: bool,
    pub(super) release: Release,
    /// LEASE-11: the decision that waits for the lease, and what has come in since.
    pub(super) waiting: Option<Waiting>,
    pub(super) is_stopped: bool,
}

impl Resolver {
    /// SBR-64, SBR-75: a resolver that knows nothing yet. It must hear everything from the empty state on.
    #[must_use]
    pub fn new(
        settings: ResolverSettings,
        self_node: UniqueAddress,
        data_center: Arc<str>,
        now: Instant,
    ) -> Self {
        Self {
            view: ResolverView::new(self_node, data_center, &settings.strategy),
            stable_deadline: now + settings.stable_after,
            settings,
            leader: false,
            self_member_added: false,
            unrest: Unrest::none(now),
            empty_decisions: Vec::new(),
            foreseen: 0,
            may_foresee: false,
            lease_held: false,
            release: Release::Never,
            waiting: None,
            is_stopped: false,
        }
    }

    /// What it knows.
    #[must_use]
    pub const fn view(&self) -> &ResolverView {
        &self.view
    }

    /// Its strategy.
    #[must_use]
    pub const fn strategy(&self) -> &Strategy {
        &self.settings.strategy
    }

    /// SBR-57: whether this node decides for its side: it leads, and was Up or WeaklyUp once.
    #[must_use]
    pub const fn is_responsible(&self) -> bool {
        self.leader && self.self_member_added
    }

    /// SBR-64: until when nothing that counts may change, for a decision to be made after it.
    #[must_use]
    pub const fn stable_deadline(&self) -> Instant {
        self.stable_deadline
    }

    /// SBR-60: how often a member became reachable or unreachable since all was well.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.unrest.changes()
    }

    /// SBR-74: whether it has ended, because this node is no member any more.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// LEASE-15 to LEASE-21: when the lease is given back.
    #[must_use]
    pub const fn release(&self) -> &Release {
        &self.release
    }

    /// LEASE-11: whether a decision waits for the lease.
    #[must_use]
    pub const fn is_waiting_for_lease(&self) -> bool {
        self.waiting.is_some()
    }

    /// LEASE-5, LEASE-22: whether this node certainly holds the lease now, as the host says.
    pub const fn set_lease_held(&mut self, held: bool) {
        self.lease_held = held;
    }

    /// SBR-14: takes in one event. All events of one change of the gossip must be taken in, in their order, before the
    /// next tick (SBR-13). LEASE-12: while a decision waits for the lease, the event waits too.
    ///
    /// What comes back is news for people (SBR-86); nothing depends on it.
    pub fn apply(&mut self, event: &ClusterEvent, now: Instant) -> Vec<Notice> {
        let mut notices = Vec::new();
        self.hear(event, now, &mut notices);
        self.view.settle();
        notices
    }

    /// The same for all events of a change at once. With each notice comes the place of the event that it is about.
    pub(crate) fn hear_change(&mut self, change: &Change<'_>, now: Instant) -> Vec<(usize, Notice)> {
        let mut notices = Vec::new();
        if self.is_stopped {
            return notices;
        }
        let most_members = change.old.members().len().max(change.new.members().len());
        if self.waiting.is_none() && !self.may_warn_of(most_members) {
            self.view.begin(change);
        }
        let mut heard = Vec::new();
        for (at, event) in change.events.iter().enumerate() {
            self.hear(event, now, &mut heard);
            if !heard.is_empty() {
                notices.extend(heard.drain(..).map(|notice| (at, notice)));
            }
        }
        self.view.end(change);
        notices
    }

    /// For one of several events: they must be settled before anything else is asked.
    fn hear(&mut self, event: &ClusterEvent, now: Instant, notices: &mut Vec<Notice>) {
        if self.is_stopped {
            return;
        }
        if let Some(waiting) = &mut self.waiting {
            return waiting.keep_event(event);
        }
        self.may_foresee = true;
        let was_responsible = self.is_responsible();
        let unreachable_before = self.view.unreachable().len();
        let change = self.view.hear(event);
        self.hear_of_self(event);
        match change {
            ViewChange::Quiet => {}
            ViewChange::MemberMoved => self.stable_deadline = now + self.settings.stable_after,
            ViewChange::ReachabilityMoved => {
                self.unrest.count(now);
                self.unrest.end_if(self.view.is_all_unreachable_downed(), now);
                self.stable_deadline = now + self.settings.stable_after;
            }
            ViewChange::MemberGone => self.hear_removed(event, now),
            ViewChange::SelfGone => {
                self.is_stopped = true;
                if self.release != Release::Never {
                    notices.push(Notice::LeaseKept);
                }
            }
        }
        let responsible = self.is_responsible();
        if responsible != was_responsible {
            notices.push(Notice::ResponsibilityChanged { responsible });
        }
        let resets = matches!(change, ViewChange::MemberMoved | ViewChange::ReachabilityMoved);
        let unreachable = self.view.unreachable().len();
        if resets && responsible && (unreachable > 0 || unreachable_before > 0) {
            notices
                .push(Notice::UnreachableChanged { unreachable, no_decision_before: self.stable_deadline });
        }
        if matches!((event, change), (ClusterEvent::MemberUp(_), ViewChange::MemberMoved))
            && self.may_warn_of(self.view.most_members())
        {
            self.view.settle();
            notices.extend(self.too_many_members());
            notices.extend(self.nobody_has_role());
        }
    }

    /// REP-126: some members have said that they have finished their exit.
    pub(crate) fn hear_exits(&mut self, finished: &[UniqueAddress]) {
        self.may_foresee |= self.view.hear_exits(finished);
    }

    /// SBR-61, LEASE-18
    fn hear_removed(&mut self, event: &ClusterEvent, now: Instant) {
        self.unrest.end_if(self.view.is_all_unreachable_downed(), now);
        if let (ClusterEvent::MemberRemoved { member, .. }, Some(kept)) = (event, self.release_after()) {
            self.release.hear_removed(member.unique_address(), now + kept);
        }
    }

    /// LEASE-23: how long the lease is kept; `None` when the strategy has none.
    pub(super) const fn release_after(&self) -> Option<Duration> {
        match self.settings.strategy {
            Strategy::LeaseMajority { release_after, .. } => Some(release_after),
            _ => None,
        }
    }

    /// SBR-19, SBR-56: what an event says of this node itself. Leaders are told by address, without incarnation. SBR-59: it
    /// moves no clock.
    fn hear_of_self(&mut self, event: &ClusterEvent) {
        let me = self.view.self_node();
        match event {
            ClusterEvent::LeaderChanged(leader) => self.leader = leader.as_ref() == Some(&me.address),
            ClusterEvent::MemberUp(member) | ClusterEvent::MemberWeaklyUp(member)
                if member.unique_address() == me =>
            {
                self.self_member_added = true;
            }
            _ => {}
        }
    }

    /// SBR-40 to SBR-42: whether a member that becomes Up may be reason for a warning, with so many stored at most. Where even all
    /// of them are not too many, as it should be, nobody is counted.
    fn may_warn_of(&self, most_members: usize) -> bool {
        let is_too_many = || match self.settings.strategy {
            Strategy::StaticQuorum { quorum_size, .. } => {
                too_many(most_members as u32, quorum_size).is_some()
            }
            _ => false,
        };
        self.settings.strategy.role().is_some() || is_too_many()
    }

    /// SBR-41: a warning when there are more members than the quorum allows for.
    fn too_many_members(&mut self) -> Option<Notice> {
        let Strategy::StaticQuorum { quorum_size, .. } = self.settings.strategy else { return None };
        let members = self.view.counted(self.settings.strategy.role());
        too_many(members, quorum_size).map(|_| Notice::TooManyMembers { members, quorum_size })
    }

    /// SBR-40, SBR-42: a warning when members are Up and none of those who count has the role.
    fn nobody_has_role(&mut self) -> Option<Notice> {
        let role = self.settings.strategy.role()?;
        (self.view.counted(Some(role)) == 0).then(|| Notice::NobodyHasRole { role: role.into() })
    }

    /// SBR-66: looks at the time: first whether the unrest has gone on for too long, then whether a decision is due, then
    /// whether the lease can be given back. LEASE-12: not while a decision waits for the lease.
    pub fn tick(&mut self, now: Instant) -> Vec<ResolverOutput> {
        let mut out = Vec::new();
        if self.is_stopped || self.waiting.is_some() {
            return out;
        }
        let told = core::mem::take(&mut self.empty_decisions);
        if let Some(record) = self.unstable_for_too_long(now) {
            out.push(ResolverOutput::Decided(Box::new(self.act(record, &told, now))));
        }
        if now > self.stable_deadline
            && let Some(record) = self.would_decide()
        {
            if let Some(delay) = record.decision.lease_delay() {
                self.decide_by_lease(record, delay, &told, now, &mut out);
            } else {
                out.push(ResolverOutput::Decided(Box::new(self.act(record, &told, now))));
            }
        }
        // LEASE-19: also in a tick that has just asked for it.
        if self.release.is_due(now) {
            out.push(ResolverOutput::Lease(LeaseCall::Release));
        }
        out
    }

    /// LEASE-10, LEASE-11, LEASE-21: who holds the lease acts at once; else the decision waits for it.
    fn decide_by_lease(
        &mut self,
        record: DecisionRecord,
        delay: Duration,
        told: &[u64],
        now: Instant,
        out: &mut Vec<ResolverOutput>,
    ) {
        if self.lease_held {
            out.push(ResolverOutput::Noticed(Notice::LeaseAcquired { decision: record.decision }));
            out.push(ResolverOutput::Decided(Box::new(self.act(record, told, now))));
            return;
        }
        out.push(if delay.is_zero() {
            ResolverOutput::Lease(LeaseCall::Acquire)
        } else {
            ResolverOutput::LeaseDelay(delay)
        });
        self.waiting = Some(Waiting::new(record));
    }

    /// SBR-62: on every node, responsible or not: the decision to down all when members have become reachable and
    /// unreachable for too long. Without that limit, quiet time ends the unrest.
    fn unstable_for_too_long(&mut self, now: Instant) -> Option<DecisionRecord> {
        let (first, latest) = self.unrest.ages(now)?;
        let stable_after = self.settings.stable_after;
        match self.settings.down_all_when_unstable {
            Some(limit) if first > stable_after.saturating_add(limit) => {
                let reason = Reason::Unstable { changes: self.unrest.changes(), first, latest };
                Some(self.explain_other(Decision::DownAll, reason))
            }
            None if latest > stable_after.saturating_mul(2) => {
                self.unrest = Unrest::none(now);
                None
            }
            _ => None,
        }
    }

    /// SBR-63: what this node would decide if all stayed as it is, whether or not the time has come. `None` while it is
    /// not the one to decide, or all members can be reached. LEASE-12: a decision that waits for the lease stays as it is.
    #[must_use]
    pub fn would_decide(&self) -> Option<DecisionRecord> {
        if let Some(waiting) = &self.waiting {
            return Some(waiting.record().clone());
        }
        let may_decide = self.is_responsible() || self.settings.repairs.breaks(Planted::EverybodyDecides);
        let decides = may_decide && !self.view.unreachable().is_empty() && !self.is_stopped;
        decides.then(|| {
            let mut record = self.view.explain(&self.settings.strategy, &self.settings.repairs);
            record.stable_deadline = Some(self.stable_deadline);
            record
        })
    }

    /// What it would decide, if that is another decision than the one that was told last.
    #[inline]
    pub fn foresee(&mut self) -> Option<Option<DecisionRecord>> {
        if core::mem::take(&mut self.may_foresee) { self.foresee_anew() } else { None }
    }

    fn foresee_anew(&mut self) -> Option<Option<DecisionRecord>> {
        let foreseen = self.would_decide();
        let hash = foreseen.as_ref().map_or(0, |record| record.hash64() | 1);
        (hash != self.foreseen).then(|| {
            self.foreseen = hash;
            foreseen
        })
    }

    fn explain_other(&self, decision: Decision, reason: Reason) -> DecisionRecord {
        let settings = &self.settings;
        let mut record = self.view.explain_other(&settings.strategy, &settings.repairs, decision, reason);
        record.stable_deadline = Some(self.stable_deadline);
        record
    }

    /// SBR-70, SBR-71: a member says that it has quarantined this node, which downs itself at once, whatever else is going
    /// on. `None` when the notice is not from a member of the present gossip: `is_member` is the one thing that a resolver
    /// does not know from its events. LEASE-12: while a decision waits for the lease, the notice waits too.
    pub fn quarantined_by(&mut self, remote: &UniqueAddress, is_member: bool, now: Instant) -> Option<Act> {
        if self.is_stopped {
            return None;
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.keep_quarantine(remote);
            return None;
        }
        if !is_member {
            return None;
        }
        let reason = Reason::QuarantinedByRemote { remote: remote.clone() };
        let record = self.explain_other(Decision::DownSelfQuarantinedByRemote, reason);
        Some(self.act(record, &[], now))
    }

    /// SBR-67: every decision is told, also one that downs nobody. SBR-68: one that downs somebody starts all clocks anew.
    pub(super) fn act(&mut self, record: DecisionRecord, told: &[u64], now: Instant) -> Act {
        self.may_foresee = true;
        let mut is_repeated = false;
        if record.down.is_empty() {
            let hash = record.hash64();
            is_repeated = told.contains(&hash);
            self.empty_decisions.push(hash);
        } else {
            self.unrest = Unrest::none(now);
            self.stable_deadline = now + self.settings.stable_after;
        }
        Act::new(record, is_repeated)
    }

    /// A hash of its state, for digests.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(43);
        mixer.word(self.view.fingerprint());
        let flags = [self.leader, self.self_member_added, self.is_stopped, self.lease_held];
        flags.iter().for_each(|flag| mixer.word(u64::from(*flag)));
        mixer.word(self.stable_deadline.as_nanos());
        mixer.word(self.unrest.fingerprint());
        self.empty_decisions.iter().for_each(|hash| mixer.word(*hash));
        mixer.word(self.foreseen);
        mixer.word(self.release.fingerprint());
        mixer.word(self.waiting.as_ref().map_or(0, Waiting::fingerprint));
        mixer.finish()
    }
}

#[cfg(test)]
impl Resolver {
    /// The decisions of a tick.
    pub(super) fn acts_of_tick(&mut self, now: Instant) -> Vec<Act> {
        let decided = |output| match output {
            ResolverOutput::Decided(act) => Some(*act),
            _ => None,
        };
        self.tick(now).into_iter().filter_map(decided).collect()
    }
}

#[cfg(test)]
#[path = "resolver_tests.rs"]
pub(super) mod tests;
#[cfg(test)]
#[path = "timed_tests.rs"]
mod timed_tests;

#[cfg(test)]
#[path = "at_once_tests.rs"]
mod at_once;
