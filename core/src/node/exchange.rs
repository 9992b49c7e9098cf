//! Gossip exchange: who is told, and what is made of what others tell (part 01, sections 4.5 to 4.9).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::base::Base;
use super::output::IgnoreReason;
use super::statistics;
use super::timers::Timer;
use crate::membership::gossip::Relation;
use crate::membership::walk::Walk;
use crate::membership::{ClockOrder, Gossip, MemberStatus, TargetSettings, UniqueAddress, VectorClock};
use crate::planted::Planted;
use crate::protocol::MessageKind;
use crate::random::{Purpose, Random};

/// What a received gossip brought.
pub(super) struct Received {
    /// GSP-76: members that were none before.
    pub(super) new_members: Vec<UniqueAddress>,
    /// GSP-81: whether the sender is told the new state, last of all.
    pub(super) talk_back: bool,
    /// The own status before.
    pub(super) previous_status: MemberStatus,
}

/// GSP-58: a gossip tick: one round, and two more within the interval when news are slow to spread.
pub(super) fn tick(base: &mut Base) {
    let interval = base.config.gossip_interval;
    base.timers.arm_after(Timer::Gossip, base.now, interval);
    if !base.is_initialized() {
        return;
    }
    round(base);
    if needs_speedup(base) {
        base.timers.arm_after(Timer::GossipSpeedup, base.now, interval / 3);
        base.timers.arm_after(Timer::GossipSpeedupSecond, base.now, interval / 3 * 2);
    }
}

/// GSP-59: a further round within the interval, if news are still slow to spread.
pub(super) fn speedup_tick(base: &mut Base) {
    if base.is_initialized() && needs_speedup(base) {
        round(base);
    }
}

/// GSP-60, GSP-61, SBR-78, DC-42: some member is Down, or fewer than half have seen the state; of several data centres those of the own
/// count. `always_speed_up_gossip`: with several data centres it is needed as soon as the own one has a member.
pub(super) fn needs_speedup(base: &Base) -> bool {
    let gossip = base.gossip();
    if !gossip.members().with_status(MemberStatus::Down).is_empty() {
        return true;
    }
    if !gossip.is_multi_data_center() {
        return gossip.seen_count() < gossip.members().len() / 2;
    }
    let view = base.view();
    if base.config.multi_data_center.always_speed_up_gossip {
        return view.data_center_members().next().is_some();
    }
    view.data_center_seen_count() < view.data_center_len() / 2
}

/// GSP-45, DC-39: one round. A member of the own data centre that has not seen the state gets all of it, any other only its
/// status.
pub(super) fn round(base: &mut Base) {
    if let Some(tally) = &mut base.tally {
        tally.rounds += 1;
        return;
    }
    if base.gossip().is_singleton() {
        return;
    }
    let Some(target) = select_target(base) else { return };
    if base.gossip().is_seen_by(&target) || !base.view().is_in_same_data_center(&target) {
        base.send_status(&target);
    } else {
        base.send_gossip(&target);
    }
}

/// GSP-47, GSP-48, DC-37: one of the candidates, by chance.
fn select_target(base: &mut Base) -> Option<UniqueAddress> {
    let settings = TargetSettings {
        cross_data_center_connections: base.config.multi_data_center.cross_data_center_connections as usize,
        cross_data_center_gossip_probability: base
            .config
            .multi_data_center
            .cross_data_center_gossip_probability,
        reduce_gossip_different_view_probability: base.config.reduce_gossip_different_view_probability,
    };
    // The candidates belong to a view of the base, which the draws change elsewhere.
    let mut random = core::mem::replace(&mut base.random, Random::new(0));
    let candidates = base.view().gossip_targets(&settings, &mut random);
    let target = match candidates.count() {
        0 => None,
        count => candidates.get(random.below(Purpose::GossipTarget, count)),
    };
    let target = target.map(|member| member.unique_address().clone());
    base.random = random;
    target
}

/// What a peer says of the state that it has.
pub(super) struct PeerStatus {
    pub(super) clock: VectorClock,
    pub(super) seen: u64,
    /// REP-14: the hash of what it knows, where content decides.
    pub(super) content: Option<u64>,
    /// REP-40: whether it says that it has not been a member for long.
    pub(super) introduces: bool,
}

/// GSP-62 to GSP-66, DC-40: a peer says which state it has. Its own status is told back when the peer is ahead, the whole state
/// when the peer is behind or differs. REP-42 (`introduce`): a new member that is not known here is told the own status, so
/// that it tells everything.
pub(super) fn receive_status(base: &mut Base, from: &UniqueAddress, peer: &PeerStatus) {
    let what = if peer.content.is_some() { MessageKind::ContentStatus } else { MessageKind::GossipStatus };
    if !base.gossip().members().contains(from) {
        let is_new = peer.introduces && !base.gossip().tombstones().contains(from);
        return if base.config.repairs.introduce && is_new {
            base.send_status(from);
        } else {
            base.ignore(from, what, IgnoreReason::UnknownSender);
        };
    }
    if !base.gossip().reachability().is_reachable(&base.me, from) {
        return base.ignore(from, what, IgnoreReason::UnreachableSender);
    }
    if peer.seen != base.gossip().seen_hash() {
        return base.send_gossip(from);
    }
    match (base.config.repairs.content_decides, peer.content) {
        // REP-14
        (true, Some(content)) => match peer.clock.compare(base.gossip().clock()) {
            _ if content == base.gossip().content_hash() => {}
            ClockOrder::After => base.send_status(from),
            _ => base.send_gossip(from),
        },
        _ => match peer.clock.compare(base.gossip().clock()) {
            ClockOrder::Same => {}
            ClockOrder::After => base.send_status(from),
            ClockOrder::Before | ClockOrder::Concurrent => base.send_gossip(from),
        },
    }
}

/// GSP-69 to GSP-76: a peer tells its whole state. `None` when it is ignored; else the own state has taken it in. A peer that
/// introduces itself (REP-40) names the founder of its cluster. RCH-29: of ordered states the newer is taken whole, its observations
/// too; only concurrent ones are merged.
///
/// LIFE-43: while this node is exiting it marks nothing as seen and asks for no answer; LIFE-42: the state that first shows it
/// Exiting was marked before it was.
pub(super) fn receive_gossip(
    base: &mut Base,
    from: &UniqueAddress,
    remote: Arc<Gossip>,
    founder: Option<&UniqueAddress>,
) -> Option<Received> {
    let what = if founder.is_some() { MessageKind::Introduction } else { MessageKind::Gossip };
    if let Some(why) = refusal(base, from, &remote, founder) {
        base.ignore(from, what, why);
        return None;
    }
    let local = base.gossip().clone();
    let repairs = base.config.repairs;
    let unseen_by_me = !base.exit_in_progress && !remote.is_seen_by(&base.me);
    let (relation, state) = if repairs.content_decides {
        join_content(base, remote, &local)
    } else {
        let relation = relation(&remote, &local);
        let state = match relation {
            Relation::Same => Arc::new(remote.merge_seen(&local, &repairs)),
            Relation::Older if !repairs.breaks(Planted::OlderGossipTaken) => local.clone(),
            Relation::Older | Relation::Newer => remote,
            Relation::Merge => Arc::new(Gossip::merge_received(&remote, &local, &repairs)),
        };
        (relation, state)
    };
    // FRM-30: what came of the two may be larger than either.
    if let Err(over) = base.config.limits.check(&state) {
        base.ignore(from, what, IgnoreReason::OverLimit(over));
        return None;
    }
    let talk_back = unseen_by_me || matches!(relation, Relation::Older | Relation::Merge);
    let previous_status = base.view().own_status();
    statistics::count(base, relation);
    let counts = relation == Relation::Merge && repairs.breaks(Planted::MergeCounts);
    let state = if counts { Arc::new(state.bump(base.my_key)) } else { state };
    let marks_seen = !base.exit_in_progress || repairs.breaks(Planted::ExitingMarksSeen);
    let new_members = added_members(&local, &state);
    if !marks_seen || state.is_seen_by(&base.me) {
        base.adopt_shared(state);
    } else {
        base.adopt(state.with_seen(&base.me));
    }
    Some(Received { new_members, talk_back, previous_status })
}

/// REP-12 (`content_decides`): the same by content. REP-15: tombstones of an age at which this node drops its own are not
/// taken over.
fn join_content(base: &Base, remote: Arc<Gossip>, local: &Arc<Gossip>) -> (Relation, Arc<Gossip>) {
    let repairs = &base.config.repairs;
    let remote = match remote.expire_tombstones(oldest_tombstone_ms(base)) {
        Some(pruned) => Arc::new(pruned),
        None => remote,
    };
    if Gossip::supersedes(&remote, local, repairs) {
        return (Relation::Newer, remote);
    }
    let (relation, state) = Gossip::join(&remote, local, repairs);
    if relation == Relation::Older && repairs.breaks(Planted::OlderGossipTaken) {
        return (relation, remote);
    }
    (relation, state)
}

/// GSP-69, JOIN-93, M7: whether a state holds this node. Where a tombstone takes a member out (REP-20), one that has both does not: this node
/// would be no member of what came of it.
pub(super) fn holds_me(base: &Base, state: &Gossip) -> bool {
    let is_removed = base.config.repairs.tombstones_remove && state.tombstones().contains(&base.me);
    state.members().contains(&base.me) && !is_removed
}

/// FRM-30, FRM-32: why a state is none that this node may hold, whoever tells it: it is too large, or no rule leads to it (V4).
pub(super) fn unfit(base: &Base, state: &Gossip) -> Option<IgnoreReason> {
    if let Err(over) = base.config.limits.check(state) {
        return Some(IgnoreReason::OverLimit(over));
    }
    let is_own_clock = state.clock() == base.gossip().clock();
    let stranger = if is_own_clock { None } else { state.stranger_in_clock() };
    stranger.map(|key| IgnoreReason::ClockOfStranger { key })
}

/// REP-15: tombstones with this stamp or an earlier one have expired.
fn oldest_tombstone_ms(base: &Base) -> i64 {
    let life_ms = i64::try_from(base.config.prune_gossip_tombstones_after.as_millis()).unwrap_or(i64::MAX);
    base.wall_ms.saturating_sub(life_ms).saturating_sub(1)
}

/// REP-15 (`content_decides`): every node drops what has expired by its own clock. Tombstones are no content, so that is no
/// change. Gives back whether it dropped some.
pub(super) fn drop_old_tombstones(base: &mut Base) -> bool {
    if !base.config.repairs.content_decides {
        return false;
    }
    let pruned = base.gossip().expire_tombstones(oldest_tombstone_ms(base));
    let fell = pruned.is_some();
    if let Some(pruned) = pruned {
        base.adopt(pruned);
    }
    fell
}

/// REP-41 (`introduce`): whether a stranger's state is heard: it is a new member of this very cluster and was not removed from
/// it. Its state makes it a member here.
fn is_introduced(
    base: &Base,
    from: &UniqueAddress,
    remote: &Gossip,
    founder: Option<&UniqueAddress>,
) -> bool {
    let own = base.membership.as_ref().and_then(|membership| membership.founder.as_ref());
    base.config.repairs.introduce
        && founder.is_some()
        && founder == own
        && !base.gossip().tombstones().contains(from)
        && remote.member(from).is_some_and(|member| !member.status().is_on_its_way_out())
        && remote.members().contains(&base.me)
}

/// GSP-69, GSP-70, DC-44, EVT-65: why a gossip is ignored, or because it is [`unfit`]. What others observe of the sender does not matter.
fn refusal(
    base: &Base,
    from: &UniqueAddress,
    remote: &Gossip,
    founder: Option<&UniqueAddress>,
) -> Option<IgnoreReason> {
    if !base.gossip().members().contains(from) && !is_introduced(base, from, remote, founder) {
        Some(IgnoreReason::UnknownSender)
    } else if !base.gossip().reachability().is_reachable(&base.me, from)
        && !base.config.repairs.breaks(Planted::UnreachableSenderHeard)
    {
        Some(IgnoreReason::UnreachableSender)
    } else if !holds_me(base, remote) {
        Some(IgnoreReason::WithoutMe)
    } else {
        unfit(base, remote)
    }
}

/// GSP-71: how a received state relates to the own one, where the clocks alone decide.
fn relation(remote: &Gossip, local: &Gossip) -> Relation {
    match remote.clock().compare(local.clock()) {
        ClockOrder::Same => Relation::Same,
        ClockOrder::Before => Relation::Older,
        ClockOrder::After => Relation::Newer,
        ClockOrder::Concurrent => Relation::Merge,
    }
}

/// GSP-76: the members of `state` that were none in `before`, whatever their status.
fn added_members(before: &Gossip, state: &Gossip) -> Vec<UniqueAddress> {
    if before.members().shares_roster(state.members()) {
        return Vec::new();
    }
    let mut walk = Walk::of(before.members().as_slice(), state.members().as_slice());
    let mut added = Vec::new();
    while let Some((was, is)) = walk.next_difference() {
        added.extend(is.filter(|_| was.is_none()).map(|member| member.unique_address().clone()));
    }
    added
}
