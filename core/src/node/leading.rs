//! What the leader does, and what every member checks beside it (part 01, sections 6.1 to 6.3).

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::leaving::Leaving;
use super::output::{IgnoreReason, Warning};
use super::why::Why;
use crate::limits::{Bounded, OverLimit};
use crate::membership::MemberStatus::{
    Down, Exiting, Joining, Leaving as LeavingStatus, PreparingForShutdown, ReadyForShutdown, WeaklyUp,
};
use crate::membership::members::hash_of_nodes;
use crate::membership::{LocalView, Member, UniqueAddress};
use crate::mix::mix;
use crate::planted::Planted;
use crate::protocol::MessageKind;

/// LDR-4, SBR-87: leader ticks without convergence until an operator is told.
const STUCK_TICKS_FIRST: u32 = 20;
/// LDR-4: how often it is told again.
const STUCK_TICKS_AGAIN: u32 = 60;

/// The part of a node that leads when it is its turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Leading {
    /// LDR-2: leader ticks without convergence since the last one with it.
    ticks_stuck: u32,
    /// LDR-34: who said that it has finished exiting; ascending.
    confirmed: Vec<UniqueAddress>,
    /// The state in which the last tick found nothing to do.
    at_rest: Option<u64>,
}

/// A change that the leader made.
pub(super) struct Acted {
    /// LDR-25: the members that became Exiting by it.
    pub(super) now_exiting: Vec<Member>,
}

impl Leading {
    /// In the midst of its work, for a probe.
    pub(super) const fn probed(ticks_stuck: u32, confirmed: Vec<UniqueAddress>) -> Self {
        Self { ticks_stuck, confirmed, at_rest: None }
    }

    pub(super) const fn ticks_stuck(&self) -> u32 {
        self.ticks_stuck
    }

    /// Who said that it has finished exiting.
    pub(super) fn confirmed(&self) -> &[UniqueAddress] {
        &self.confirmed
    }

    /// LDR-34, LIFE-60: a node has finished exiting. Nothing else is checked; the next leader tick uses it. FRM-36: when there are as many as
    /// there may be members, those of members stay and one of a stranger is dropped. FRM-37: nobody says so of this node but itself.
    pub(super) fn confirm_exit(&mut self, base: &mut Base, node: &UniqueAddress) {
        if *node == base.me {
            return base.ignore(node, MessageKind::ExitingConfirmed, IgnoreReason::OwnExit);
        }
        if self.confirmed.binary_search(node).is_ok() {
            return;
        }
        let (count, limit) = (self.confirmed.len() as u64 + 1, u64::from(base.config.limits.members));
        if count > limit {
            if !base.gossip().members().contains(node) {
                let over = OverLimit { of: Bounded::ConfirmedExits, count, limit };
                return base.ignore(node, MessageKind::ExitingConfirmed, IgnoreReason::OverLimit(over));
            }
            self.forget_gone(base);
        }
        let at = self.confirmed.partition_point(|other| other < node);
        self.confirmed.insert(at, node.clone());
        self.at_rest = None;
    }

    /// The next tick has something to do though the state is the same.
    pub(super) fn wake(&mut self) {
        self.at_rest = None;
    }

    /// Whether a tick has nothing to do because the last one had nothing to do and nothing has changed since: not the state,
    /// not who confirmed its exit, and no tombstone has come of age. So a tick costs nothing in a cluster at rest, however large.
    pub(super) fn is_at_rest(&self, base: &Base) -> bool {
        self.at_rest == Some(base.revision())
            && !base.gossip().tombstones().any_until(tombstone_limit_ms(base))
    }

    /// LDR-5, LDR-22, LIFE-62: confirmations of nodes that are gone are forgotten, those that were used among them.
    pub(super) fn forget_gone(&mut self, base: &Base) {
        self.confirmed.retain(|node| base.gossip().members().contains(node));
    }

    /// Section 6.1: what this node does as leader, if it is.
    pub(super) fn tick(&mut self, base: &mut Base, leaving: &mut Leaving, preparing: bool) -> Option<Acted> {
        self.at_rest = None;
        if !base.view().is_leader() {
            self.at_rest = Some(base.revision());
            return None;
        }
        let acts_anyway = base.config.repairs.breaks(Planted::LeaderActsWithoutConvergence);
        if base.view().has_convergence(&self.confirmed) || acts_anyway {
            let stuck = core::mem::take(&mut self.ticks_stuck);
            // OBS-14
            if stuck >= STUCK_TICKS_FIRST {
                base.warn(Warning::LeaderRestored { ticks: stuck });
            }
            return self.act_on_convergence(base, leaving, preparing);
        }
        self.ticks_stuck = self.ticks_stuck.saturating_add(1);
        let stuck = self.ticks_stuck;
        let acted =
            if !preparing && self.may_move_to_weakly_up(base) { joining_to_weakly_up(base) } else { None };
        if stuck == STUCK_TICKS_FIRST || stuck.is_multiple_of(STUCK_TICKS_AGAIN) {
            base.warn(Warning::LeaderIncapacitated { ticks: stuck });
        }
        acted
    }

    /// LDR-6, GSP-4: a count of leader ticks, not a clock, measures the delay.
    fn may_move_to_weakly_up(&self, base: &Base) -> bool {
        let config = &base.config;
        config
            .allow_weakly_up_members
            .map(|delay| if config.repairs.breaks(Planted::WeaklyUpAtOnce) { Duration::ZERO } else { delay })
            .is_some_and(|delay| config.leader_actions_interval.saturating_mul(self.ticks_stuck) >= delay)
    }

    /// LIFE-4, LIFE-61, SHUT-42, section 6.3: promotions, exits and removals of one step, all read from the state as it was (LDR-19), with one clock
    /// change together. Nothing happens when there is nothing to do (LDR-24). LDR-20: members change first, then they are removed, all
    /// with the stamp of this instant.
    fn act_on_convergence(
        &mut self,
        base: &mut Base,
        leaving: &mut Leaving,
        preparing: bool,
    ) -> Option<Acted> {
        let mut removed = self.removable(base);
        let changed = promotions(base, preparing);
        let limit_ms = tombstone_limit_ms(base);
        postpone_removals(base, &mut removed, limit_ms);
        // LDR-23: a leader with convergence prunes tombstones, whatever else it does.
        let stones_fall = base.gossip().tombstones().any_until(limit_ms);
        let anybody_moves = !(removed.is_empty() && changed.is_empty());
        if !anybody_moves && !stones_fall {
            self.at_rest = Some(base.revision());
            return None;
        }
        let mut next =
            base.gossip().update(&changed).remove(&removed, base.wall_ms).prune_tombstones(limit_ms);
        if base.config.repairs.breaks(Planted::TombstoneNotSet) {
            next = next.prune_tombstones(i64::MAX);
        }
        let now_exiting: Vec<Member> = changed.into_iter().filter(|m| m.status() == Exiting).collect();
        // LDR-21: before the change is stored, so that this version begins with nobody who has seen it. Tombstones alone are
        // no reason.
        if anybody_moves && leaving.must_begin_exit(base, &next) {
            leaving.begin_exit(base);
        }
        base.change(&next);
        Some(Acted { now_exiting })
    }

    /// LDR-11 to LDR-13, SBR-80, DC-25: members that are Down or Exiting and unreachable, Exiting and confirmed, or on their way out in
    /// another data centre; ascending. LDR-14: self is no exception; with REP-80 (`keep_self`) it is.
    ///
    /// LDR-26: nobody else is asked whether it has heard how they go; convergence has asked those whom it asks. LDR-36, LIFE-63: who is
    /// Exiting and has not confirmed it goes once it is unreachable, without being downed.
    fn removable(&self, base: &Base) -> Vec<UniqueAddress> {
        let view = base.view();
        let may_be_self =
            |member: &Member| !(base.config.repairs.keep_self && *member.unique_address() == base.me);
        let unreachable = [Down, Exiting]
            .into_iter()
            .flat_map(|status| view.own_data_center_with(status))
            .filter(|member| may_be_self(member) && view.is_unreachable_for_removal(member.unique_address()));
        let confirmed = view
            .own_data_center_with(Exiting)
            .filter(|member| self.confirmed.binary_search(member.unique_address()).is_ok());
        let unready = view
            .own_data_center_with(LeavingStatus)
            .filter(|_| base.config.repairs.breaks(Planted::LeavingGoesStraightToRemoved));
        let removed = unreachable.chain(confirmed).chain(unready).chain(view.leaving_elsewhere());
        let mut removed: Vec<UniqueAddress> = removed.map(|member| member.unique_address().clone()).collect();
        removed.sort();
        removed.dedup();
        removed
    }

    pub(super) fn hash64(&self) -> u64 {
        mix(u64::from(self.ticks_stuck), hash_of_nodes(self.confirmed.iter()))
    }
}

/// FRM-34: only as many are removed as there is room for their tombstones; the others stay until older ones fall.
fn postpone_removals(base: &mut Base, removed: &mut Vec<UniqueAddress>, limit_ms: i64) {
    if removed.is_empty() {
        return;
    }
    let (kept, room) = room_for_removals(base, limit_ms);
    if room < removed.len() {
        base.warn(Warning::RemovalsPostponed { waiting: removed.len() - room, tombstones: kept + room });
        removed.truncate(room);
    }
}

/// FRM-34: how many tombstones are too young to fall, and for how many more there is room.
fn room_for_removals(base: &Base, limit_ms: i64) -> (usize, usize) {
    let kept = base.gossip().tombstones().iter().filter(|(_, stamp_ms)| *stamp_ms > limit_ms).count();
    (kept, base.config.limits.room_for_removals(kept))
}

/// FRM-34: that no more members can be removed for now.
pub(super) fn removals_wait(base: &Base) -> Option<Why> {
    let (tombstones, room) = room_for_removals(base, tombstone_limit_ms(base));
    (room == 0).then_some(Why::NoRoomForTombstones { tombstones })
}

/// LDR-23: tombstones with a stamp up to this one are too old to keep.
fn tombstone_limit_ms(base: &Base) -> i64 {
    let kept_ms = base.config.prune_gossip_tombstones_after.as_millis();
    base.wall_ms.saturating_sub(i64::try_from(kept_ms).unwrap_or(i64::MAX))
}

/// LDR-15 to LDR-18, DC-18, DC-20: the members of the own data centre that take a step in their life, in member order.
fn promotions(base: &Base, preparing: bool) -> Vec<Member> {
    let view = base.view();
    let mut changed: Vec<Member> = [Joining, WeaklyUp, LeavingStatus, PreparingForShutdown]
        .into_iter()
        .flat_map(|status| view.own_data_center_with(status))
        .cloned()
        .collect();
    // Most ticks end here, before anything that grows with the cluster is counted.
    if changed.is_empty() {
        return changed;
    }
    changed.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
    let may_come_up = !preparing && has_minimum_of_members(base);
    let mut up_number = view.next_up_number();
    let step = |member: Member| match member.status() {
        // LDR-16: consecutive up-numbers in member order.
        Joining | WeaklyUp if may_come_up => {
            let number = up_number;
            let step = i32::from(!base.config.repairs.breaks(Planted::UpNumberReused));
            up_number = up_number.saturating_add(step);
            member.up_with(number).ok()
        }
        LeavingStatus if base.config.repairs.breaks(Planted::LeavingStays) => None,
        LeavingStatus => member.with_status(Exiting).ok(),
        PreparingForShutdown => member.with_status(ReadyForShutdown).ok(),
        _ => None,
    };
    changed.into_iter().filter_map(step).collect()
}

/// LDR-7, LDR-9, LDR-10, DC-24: Joining members of the own data centre that no live observer misses become WeaklyUp; no numbers
/// are given, and nothing happens when there are none.
fn joining_to_weakly_up(base: &mut Base) -> Option<Acted> {
    let view = base.view();
    let changed: Vec<Member> = view
        .own_data_center_with(Joining)
        .filter(|member| view.is_reachable_by_live_observers(member.unique_address()))
        .filter_map(|member| member.with_status(WeaklyUp).ok())
        .collect();
    if changed.is_empty() || !has_minimum_of_members(base) {
        return None;
    }
    let next = base.gossip().update(&changed);
    base.change(&next);
    Some(Acted { now_exiting: Vec::new() })
}

/// LDR-8, DC-23: enough members, and enough with each role that has a minimum; of any status and data centre.
fn has_minimum_of_members(base: &Base) -> bool {
    base.config.repairs.breaks(Planted::MinimumIgnored) || minimum_missing(base).next().is_none()
}

/// LDR-8, DC-23: the minimum of all members first, then those of roles.
pub(super) fn minimum_missing(base: &Base) -> impl Iterator<Item = Why> {
    let (config, members) = (&base.config, base.gossip().members());
    let all = (members.len() < config.min_nr_of_members as usize)
        .then(|| Why::TooFewMembers { members: members.len(), minimum: config.min_nr_of_members });
    let roles = config.role_min_nr_of_members.iter().filter_map(|(role, minimum)| {
        let count = members.iter().filter(|member| member.roles().contains(role)).count();
        let missing = || Why::TooFewWithRole { role: role.clone(), members: count, minimum: *minimum };
        (count < *minimum as usize).then(missing)
    });
    all.into_iter().chain(roles)
}

/// LDR-16: whether a leader moves members of a status up.
pub(super) const fn promotes(status: crate::membership::MemberStatus) -> bool {
    matches!(status, Joining | WeaklyUp)
}

/// LDR-25: members that just became Exiting: whom to tell at once.
pub(super) fn exit_targets(view: &LocalView<'_>, acted: &Acted) -> Vec<UniqueAddress> {
    view.exit_targets(&acted.now_exiting)
}
