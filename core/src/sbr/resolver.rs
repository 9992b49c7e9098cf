//! The resolver: waits until who can be reached has come to rest, then decides.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::act::{Act, Notice};
use super::decision::{Decision, Reason};
use super::events::ViewChange;
use super::record::DecisionRecord;
use super::strategies::static_quorum::too_many;
use super::strategy::Strategy;
use super::unrest::Unrest;
use super::view::ResolverView;
use crate::membership::{ClusterEvent, UniqueAddress};
use crate::mix::Mixer;
use crate::time::Instant;

/// The state machine of one node's resolver. Events go in by [`apply`](Self::apply), time by [`tick`](Self::tick); what
/// is to be done comes out as [`Act`]s.
///
/// SBR-65: its owner ticks it once a second. It holds no timer; all its waiting is done by being asked again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolver {
    strategy: Strategy,
    stable_after: Duration,
    /// SBR-10: how much longer than `stable_after` there may be unrest; `None` without limit.
    down_all_when_unstable: Option<Duration>,
    view: ResolverView,
    leader: bool,
    self_member_added: bool,
    /// SBR-64: no decision is made up to and including this moment.
    stable_deadline: Instant,
    unrest: Unrest,
    /// SBR-69: hashes of the decisions to down nobody that the latest tick came to.
    empty_decisions: Vec<u64>,
    is_stopped: bool,
}

impl Resolver {
    /// SBR-64, SBR-75: a resolver that knows nothing yet. It must hear everything from the empty state on.
    #[must_use]
    pub fn new(
        strategy: Strategy,
        stable_after: Duration,
        down_all_when_unstable: Option<Duration>,
        self_node: UniqueAddress,
        data_center: Arc<str>,
        now: Instant,
    ) -> Self {
        Self {
            view: ResolverView::new(self_node, data_center, &strategy),
            strategy,
            stable_after,
            down_all_when_unstable,
            leader: false,
            self_member_added: false,
            stable_deadline: now + stable_after,
            unrest: Unrest::none(now),
            empty_decisions: Vec::new(),
            is_stopped: false,
        }
    }

    /// What it knows.
    #[must_use]
    pub const fn view(&self) -> &ResolverView {
        &self.view
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

    /// SBR-14: takes in one event. All events of one change of the gossip must be taken in, in their order, before the
    /// next tick (SBR-13).
    ///
    /// What comes back is news for people (SBR-86); nothing depends on it.
    pub fn apply(&mut self, event: &ClusterEvent, now: Instant) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.is_stopped {
            return notices;
        }
        let was_responsible = self.is_responsible();
        let unreachable_before = self.view.unreachable().len();
        let change = self.view.apply(event);
        self.hear_of_self(event);
        match change {
            ViewChange::Quiet => {}
            ViewChange::MemberMoved => self.stable_deadline = now + self.stable_after,
            ViewChange::ReachabilityMoved => {
                self.unrest.count(now);
                self.unrest.end_if(self.view.is_all_unreachable_downed(), now);
                self.stable_deadline = now + self.stable_after;
            }
            ViewChange::MemberGone => self.unrest.end_if(self.view.is_all_unreachable_downed(), now),
            ViewChange::SelfGone => self.is_stopped = true,
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
        if matches!((event, change), (ClusterEvent::MemberUp(_), ViewChange::MemberMoved)) {
            notices.extend(self.too_many_members());
        }
        notices
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

    /// SBR-41: a warning when there are more members than the quorum allows for.
    fn too_many_members(&self) -> Option<Notice> {
        let Strategy::StaticQuorum { quorum_size, .. } = self.strategy else { return None };
        // Where even all stored members are not too many, as it should be, nobody is counted.
        too_many(self.view.members().len() as u32, quorum_size)?;
        let members = self.view.counted(self.strategy.role());
        too_many(members, quorum_size).map(|_| Notice::TooManyMembers { members, quorum_size })
    }

    /// SBR-66: looks at the time: first whether the unrest has gone on for too long, then whether a decision is due.
    ///
    /// Up to two acts; the second one only if the first one downs nobody.
    pub fn tick(&mut self, now: Instant) -> Vec<Act> {
        let mut acts = Vec::new();
        if self.is_stopped {
            return acts;
        }
        let told = core::mem::take(&mut self.empty_decisions);
        if let Some(record) = self.unstable_for_too_long(now) {
            acts.push(self.act(record, &told, now));
        }
        if now > self.stable_deadline
            && let Some(record) = self.would_decide()
            // A lease decision waits for the lease.
            && record.decision.lease_delay().is_none()
        {
            acts.push(self.act(record, &told, now));
        }
        acts
    }

    /// SBR-62: on every node, responsible or not: the decision to down all when members have become reachable and
    /// unreachable for too long. Without that limit, quiet time ends the unrest.
    fn unstable_for_too_long(&mut self, now: Instant) -> Option<DecisionRecord> {
        let (first, latest) = self.unrest.ages(now)?;
        match self.down_all_when_unstable {
            Some(limit) if first > self.stable_after.saturating_add(limit) => {
                let reason = Reason::Unstable { changes: self.unrest.changes(), first, latest };
                Some(self.view.explain_other(&self.strategy, Decision::DownAll, reason))
            }
            None if latest > self.stable_after.saturating_mul(2) => {
                self.unrest = Unrest::none(now);
                None
            }
            _ => None,
        }
    }

    /// SBR-63: what this node would decide if all stayed as it is, whether or not the time has come. `None` while it is
    /// not the one to decide, or all members can be reached.
    #[must_use]
    pub fn would_decide(&self) -> Option<DecisionRecord> {
        let decides = self.is_responsible() && !self.view.unreachable().is_empty() && !self.is_stopped;
        decides.then(|| self.view.explain(&self.strategy))
    }

    /// SBR-70, SBR-71: a member says that it has quarantined this node, which downs itself at once, whatever else is going
    /// on. `None` when the notice is not from a member of the present gossip: `is_member` is the one thing that a resolver
    /// does not know from its events.
    pub fn quarantined_by(&mut self, remote: &UniqueAddress, is_member: bool, now: Instant) -> Option<Act> {
        if self.is_stopped || !is_member {
            return None;
        }
        let reason = Reason::QuarantinedByRemote { remote: remote.clone() };
        let decision = Decision::DownSelfQuarantinedByRemote;
        let record = self.view.explain_other(&self.strategy, decision, reason);
        Some(self.act(record, &[], now))
    }

    /// SBR-67: every decision is told, also one that downs nobody. SBR-68: one that downs somebody starts all clocks anew.
    fn act(&mut self, record: DecisionRecord, told: &[u64], now: Instant) -> Act {
        let mut is_repeated = false;
        if record.down.is_empty() {
            let hash = record.hash64();
            is_repeated = told.contains(&hash);
            self.empty_decisions.push(hash);
        } else {
            self.unrest = Unrest::none(now);
            self.stable_deadline = now + self.stable_after;
        }
        Act::new(record, is_repeated)
    }

    /// A hash of its state, for digests.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer::new(43);
        mixer.word(self.view.fingerprint());
        let flags = [self.leader, self.self_member_added, self.is_stopped];
        flags.iter().for_each(|flag| mixer.word(u64::from(*flag)));
        mixer.word(self.stable_deadline.as_nanos());
        mixer.word(self.unrest.fingerprint());
        self.empty_decisions.iter().for_each(|hash| mixer.word(*hash));
        mixer.finish()
    }
}

#[cfg(test)]
#[path = "resolver_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "timed_tests.rs"]
mod timed_tests;
