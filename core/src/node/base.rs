//! What every concern of a node works on: who it is, what time it is, what it knows, and what it puts out.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use serde::{Deserialize, Serialize};

use super::output::{IgnoreReason, Output, Warning};
use super::stop_reason::StopReason;
use super::timers::Timers;
use super::why::Dropped;
use crate::config::Config;
use crate::membership::diff::{self, Observer};
use crate::membership::{
    Address, ClusterEvent, Gossip, GossipStatistics, LocalView, NodeKey, Roles, StateStatistics,
    UniqueAddress,
};
use crate::planted::Planted;
use crate::protocol::{Destination, Envelope, Message, MessageKind};
use crate::random::Random;
use crate::time::Instant;

/// JOIN-1: how far a node has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// In no cluster, and asking nobody but perhaps seed nodes.
    Uninitialized,
    /// Has asked a node to let it in.
    TryingToJoin {
        /// Whom it asked.
        join_with: Address,
    },
    /// A member, or one that was let in.
    Initialized,
    /// Ended.
    Stopped,
}

/// How this node got into its cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Membership {
    /// REP-40: since when.
    pub(crate) since: Instant,
    /// REP-43: the node that founded the cluster, if whoever let this one in told.
    pub(crate) founder: Option<UniqueAddress>,
}

/// The state that all concerns share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Base {
    pub(crate) config: Arc<Config>,
    pub(crate) me: UniqueAddress,
    pub(crate) my_key: NodeKey,
    pub(crate) roles: Roles,
    pub(crate) now: Instant,
    pub(crate) wall_ms: i64,
    /// What the host's clock last said, which may be less than `now`.
    clock: Instant,
    /// Whether anything was put in yet.
    pub(super) has_begun: bool,
    /// Whether the tick that is handled is the first input after a time in which this node was suspended, so that what
    /// arrived meanwhile is not known yet.
    pub(crate) woken_by_tick: bool,
    pub(crate) phase: Phase,
    gossip: Arc<Gossip>,
    revision: u64,
    /// EVT-9: the state that the events put out so far lead to.
    pub(super) published: Arc<Gossip>,
    /// GSP-38: whether this node is exiting and its host has not finished its work.
    pub(crate) exit_in_progress: bool,
    pub(crate) timers: Timers,
    pub(crate) random: Random,
    pub(crate) stopping: Option<StopReason>,
    /// REP-40, REP-43: since when this node is in its cluster, and who founded that, as far as it was told.
    pub(crate) membership: Option<Membership>,
    /// GSP-83: counts of gossip.
    pub(crate) statistics: GossipStatistics,
    /// VIEW-20: the counts that were told last.
    pub(super) told_statistics: (GossipStatistics, StateStatistics),
    /// What was dropped lately, for those who ask why.
    pub(super) dropped: Dropped,
    /// Counts requests instead of carrying them out, when a probe asks for it.
    #[serde(skip)]
    pub(crate) tally: Option<Box<Tally>>,
    #[serde(skip)]
    pub(crate) out: Vec<Output>,
}

impl Base {
    pub(crate) fn new(config: Arc<Config>, me: UniqueAddress, roles: Roles, seed: u64, now: Instant) -> Self {
        let gossip = Arc::new(Gossip::new());
        Self {
            my_key: me.key(),
            config,
            me,
            roles,
            now,
            wall_ms: 0,
            clock: now,
            has_begun: false,
            woken_by_tick: false,
            phase: Phase::Uninitialized,
            published: gossip.clone(),
            gossip,
            revision: 0,
            exit_in_progress: false,
            timers: Timers::default(),
            random: Random::new(seed),
            stopping: None,
            membership: None,
            statistics: GossipStatistics::default(),
            told_statistics: Default::default(),
            dropped: Dropped::default(),
            tally: None,
            out: Vec::new(),
        }
    }

    /// RCH-75: takes the time of an input. Time never goes back inside a node: an earlier one counts as the latest, and each step
    /// back of the host's clock is told once.
    ///
    /// RCH-73: an input that comes later than this node had asked for, by a heartbeat interval or more, says that its host
    /// was suspended. If it is a tick, the host has not handed over yet what arrived meanwhile.
    pub(super) fn observe_time(&mut self, now: Instant, wall_ms: i64, is_tick: bool) {
        if now < self.clock {
            self.warn(Warning::TimeWentBack { by: self.clock.since(now) });
        }
        let gap = now.since(self.now);
        self.woken_by_tick = false;
        // No deadline is missed by more than the gap, so most inputs need not look for one.
        if gap >= self.config.failure_detector.heartbeat_interval
            && let Some(deadline) = self.timers.next()
        {
            let late_by = now.since(deadline);
            if late_by >= self.config.failure_detector.heartbeat_interval {
                self.woken_by_tick = is_tick;
                self.warn(Warning::Suspended { gap, late_by });
            }
        }
        self.clock = now;
        self.now = now.max(self.now);
        self.wall_ms = wall_ms;
    }

    #[inline]
    pub(crate) fn gossip(&self) -> &Arc<Gossip> {
        &self.gossip
    }

    #[inline]
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// What this node makes of its gossip.
    pub(crate) fn view(&self) -> LocalView<'_> {
        LocalView::new(&self.gossip, &self.me, self.roles.data_center(), &self.config.repairs)
    }

    pub(crate) fn observer(&self) -> Observer<'_> {
        Observer { me: &self.me, data_center: self.roles.data_center(), repairs: &self.config.repairs }
    }

    #[inline]
    pub(crate) fn is_initialized(&self) -> bool {
        self.phase == Phase::Initialized
    }

    /// API-30: whether this node has ended, or will at the end of this input.
    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.phase == Phase::Stopped || self.stopping.is_some()
    }

    /// GSP-10, GSP-37, GSP-39, JOIN-3: stores a change that this node makes itself: its clock entry counts one up, and it alone has seen the
    /// result; nobody has while it is exiting (GSP-38, LIFE-43). There is no other place where the own entry moves.
    ///
    /// OBS-15: whom it gives another status is told, which others will only hear of by gossip.
    ///
    /// REP-13 (`content_decides`): what leaves the content as it was is no change.
    pub(crate) fn change(&mut self, gossip: &Gossip) {
        if self.config.repairs.content_decides && gossip.same_content(&self.gossip) {
            return;
        }
        let counted = gossip.bump(self.my_key);
        let unseen = if self.config.repairs.breaks(Planted::SeenNotReset) {
            counted.with_seen(&self.me)
        } else if self.exit_in_progress && !self.config.repairs.breaks(Planted::ExitingMarksSeen) {
            counted.clear_seen()
        } else {
            counted.only_seen(&self.me)
        };
        diff::moved(&self.gossip, &unseen, &mut |node, status| self.out.push(Output::Moved { node, status }));
        self.adopt(unseen);
        // GSP-10. A leader that removed itself keeps its own entry (LDR-14).
        let members = self.gossip.members();
        debug_assert!(!members.contains(&self.me) || self.gossip.clock().entries().len() <= members.len());
    }

    /// Makes a state the own one without counting it as an own change.
    pub(crate) fn adopt(&mut self, gossip: Gossip) {
        self.adopt_shared(Arc::new(gossip));
    }

    /// The same for a state that others hold too.
    pub(crate) fn adopt_shared(&mut self, gossip: Arc<Gossip>) {
        if !Arc::ptr_eq(&gossip, &self.gossip) && gossip != self.gossip {
            self.revision += 1;
            self.gossip = gossip;
        }
    }

    /// Puts a message out.
    #[inline]
    pub(crate) fn send(&mut self, to: Destination, message: Message) {
        let (cluster, from) = (self.config.cluster_name.clone(), self.me.clone());
        self.out.push(Output::Send(Envelope { cluster, from, to, message }));
    }

    /// Puts out a message for one incarnation.
    pub(crate) fn send_to(&mut self, node: &UniqueAddress, message: Message) {
        self.send(Destination::Incarnation(node.clone()), message);
    }

    /// GSP-42, GSP-43: sends the whole state to a node, unless this node does not see it.
    pub(crate) fn send_gossip(&mut self, node: &UniqueAddress) {
        if self.view().may_gossip_to(node) {
            let gossip = self.gossip.clone();
            let message = match self.introduces() {
                Some(founder) => Message::Introduction { gossip, founder },
                None => Message::Gossip { gossip },
            };
            self.send_to(node, message);
        }
    }

    /// GSP-42, GSP-44: tells a node which state this one has, unless this node does not see it. REP-14 (`content_decides`):
    /// and what it knows.
    pub(crate) fn send_status(&mut self, node: &UniqueAddress) {
        if self.view().may_gossip_to(node) {
            let (clock, seen) = (self.gossip.clock().clone(), self.gossip.seen_hash());
            let introduces = self.introduces().is_some();
            let message = if introduces || self.config.repairs.content_decides {
                let content = self.gossip.content_hash();
                Message::ContentStatus { clock, seen, content, introduces }
            } else {
                Message::GossipStatus { clock, seen }
            };
            self.send_to(node, message);
        }
    }

    /// REP-40 (`introduce`): the founder of the cluster, while this node has not been in it for long: half the life of a
    /// tombstone, so that everybody who knows that it was removed still does (REP-44).
    fn introduces(&self) -> Option<UniqueAddress> {
        if !self.config.repairs.introduce {
            return None;
        }
        let membership = self.membership.as_ref()?;
        let is_new = self.now.since(membership.since) < self.config.prune_gossip_tombstones_after / 2;
        membership.founder.clone().filter(|_| is_new)
    }

    /// GSP-46: sends the whole state to up to `n` nodes that this one sees.
    pub(crate) fn send_gossip_to_some(&mut self, n: usize) {
        if let Some(tally) = &mut self.tally {
            return tally.full_gossips.push(n);
        }
        if self.gossip.is_singleton() {
            return;
        }
        let connections = self.config.multi_data_center.cross_data_center_connections as usize;
        // The targets belong to a view of the base, which the draws change elsewhere.
        let mut random = mem::replace(&mut self.random, Random::new(0));
        let targets = self.view().full_gossip_targets(n, connections, &mut random);
        let targets: Vec<UniqueAddress> = targets.iter().map(|m| m.unique_address().clone()).collect();
        self.random = random;
        targets.iter().for_each(|node| self.send_gossip(node));
    }

    /// Tells that something which arrived is dropped.
    pub(crate) fn ignore(&mut self, from: &UniqueAddress, what: MessageKind, why: IgnoreReason) {
        self.drop_it(Some(from.clone()), Some(what), why);
    }

    /// The same of something whose sender or kind may not be known; it is kept for a while for those who ask.
    pub(crate) fn drop_it(
        &mut self,
        from: Option<UniqueAddress>,
        what: Option<MessageKind>,
        why: IgnoreReason,
    ) {
        self.dropped.keep(self.now, from.clone(), what, why.clone());
        self.out.push(Output::Ignored { from, what, why });
    }

    /// SBR-88, SBR-90, LEASE-23: with its first input a node tells which of its settings work against each other.
    #[cold]
    pub(super) fn begin(&mut self) {
        self.has_begun = true;
        for warning in self.config.clone().warnings() {
            self.warn(Warning::UnwiseSetting(warning));
        }
    }

    /// Puts out events, and with each what comes of it: by its place among them, several of one place in their order.
    pub(super) fn put_out(&mut self, events: Vec<ClusterEvent>, mut more: Vec<(usize, Output)>) {
        more.sort_by_key(|(at, _)| *at);
        let mut events = events.into_iter().map(Output::Event);
        let mut told = 0;
        for (at, output) in more {
            self.out.extend(events.by_ref().take(at + 1 - told));
            told = at + 1;
            self.out.push(output);
        }
        self.out.extend(events);
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        self.out.push(Output::Warned(warning));
    }

    /// LIFE-55, API-21: this node ends with this input. What the input still has to send goes out before (LIFE-56). LIFE-58: its state is left as
    /// it is; nobody is told by it that this node has gone.
    pub(crate) fn stop(&mut self, why: StopReason) {
        self.stopping.get_or_insert(why);
    }

    /// Ends: nothing is known and nothing is due any more.
    pub(super) fn end(&mut self) -> Option<StopReason> {
        let why = self.stopping.take()?;
        self.phase = Phase::Stopped;
        self.timers.disarm_all();
        Some(why)
    }

    /// Works on the caller's list of outputs while an input is handled.
    #[inline]
    pub(super) fn swap_outputs(&mut self, outputs: &mut Vec<Output>) {
        let theirs = mem::take(outputs);
        *outputs = mem::replace(&mut self.out, theirs);
    }
}

/// What one step asked for, besides what it sent; kept for those who look at single steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many gossip rounds.
    pub rounds: u32,
    /// For each full gossip to several nodes, to how many.
    pub full_gossips: Vec<usize>,
    /// How often the state was published.
    pub published: u32,
    /// LDR-45: whether a leader tick asked for the node to prepare for a shutdown.
    pub prepare_requested: bool,
    /// The addresses of which all heartbeats were forgotten.
    pub forgotten: Vec<Address>,
}
