//! What each input sets going, across all concerns: the one place to read for "what happens when". Commands, and what
//! comes of failures, stand in files beside.

mod commands;
mod failing;

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::exchange::PeerStatus;
use super::heartbeats::Heartbeats;
use super::input::{Input, InputKind, Target};
use super::leading::exit_targets;
use super::output::{IgnoreReason, Output};
use super::timers::Timer;
use super::{Node, exchange, preparing, reaper, statistics};
use crate::membership::MemberStatus::Down;
use crate::membership::{Address, Gossip, UniqueAddress};
use crate::protocol::{Destination, Envelope, Message, MessageKind};
use crate::time::Instant;

impl Node {
    pub(super) fn dispatch(&mut self, input: Input) {
        let is_tick = matches!(input.kind, InputKind::Tick);
        self.base.observe_time(input.now, input.wall_ms, is_tick);
        match input.kind {
            InputKind::Tick => self.fire_due_timers(),
            InputKind::Received(envelope) => self.receive(envelope),
            InputKind::ReceivedEarlier { envelope, at } if self.has_expired(&envelope.message, at) => {
                self.base.ignore(&envelope.from, envelope.message.kind(), IgnoreReason::Expired);
            }
            InputKind::ReceivedEarlier { envelope, .. } => self.receive(envelope),
            InputKind::Undecodable { error, .. } => {
                let why = IgnoreReason::Undecodable(error);
                self.base.drop_it(None, None, why);
            }
            InputKind::Command(command) => self.obey(command),
            InputKind::ExitTasksDone { id } => self.exit_tasks_done(id),
            InputKind::LeaseAnswered { id, answer } => {
                let downed = self.downing.lease_answered(&mut self.base, id, answer);
                self.down_all_of(downed);
            }
            InputKind::LeaseHeld(held) => self.downing.set_lease_held(held),
            InputKind::Verdict { address, is_available } => self.hear_verdict(&address, is_available),
            InputKind::Quarantined { node } => self.peer_quarantined(&node),
        }
    }

    /// GSP-67, WIRE-42: whether a whole state has waited too long to be news: longer than `gossip-time-to-live`, by as little as you
    /// like. Nothing else expires, a `Welcome` least of all.
    fn has_expired(&self, message: &Message, arrived: Instant) -> bool {
        message.told_state().is_some() && self.base.now > arrived + self.base.config.gossip_time_to_live
    }

    /// Ends the node, if this input ended it. Nothing is put out after that (E3).
    pub(super) fn finish(&mut self) {
        if self.base.stopping.is_none()
            && let Some(foreseen) = self.downing.foresee()
        {
            self.base.out.push(foreseen);
        }
        if self.base.stopping.is_some() {
            self.heartbeats.stop();
            self.across.stop();
            self.publish_end();
            if let Some(why) = self.base.end() {
                self.base.out.push(Output::Stopped { why });
            }
        }
    }

    fn fire_due_timers(&mut self) {
        while let Some(timer) = self.base.timers.take_due(self.base.now) {
            self.fire(timer);
            if self.base.has_ended() {
                return;
            }
        }
    }

    /// GSP-2: what a node does at its times. Before it is in a cluster the periodic ones only arm themselves again.
    pub(super) fn fire(&mut self, timer: Timer) {
        if self.must_hear_first(timer) {
            return;
        }
        match timer {
            Timer::ConfiguredSeedNodes => {
                let next = self.joining.join_configured(&mut self.base);
                self.follow(next);
            }
            Timer::SeedNodesDeadline => self.joining.gave_up(&mut self.base),
            Timer::JoinAttempt => {
                let next = self.joining.attempt_timed_out(&mut self.base);
                self.follow(next);
            }
            Timer::SeedProcess => {
                let next = self.joining.process_tick(&mut self.base);
                self.follow(next);
            }
            Timer::Gossip => exchange::tick(&mut self.base),
            Timer::GossipSpeedup | Timer::GossipSpeedupSecond => exchange::speedup_tick(&mut self.base),
            Timer::Reaper => {
                if reaper::tick(&mut self.base, &self.heartbeats.asking, &self.across.asking) {
                    self.publish();
                }
            }
            Timer::Leader => {
                let interval = self.base.config.leader_actions_interval;
                self.base.timers.arm_after(Timer::Leader, self.base.now, interval);
                if self.base.is_initialized() {
                    if exchange::drop_old_tombstones(&mut self.base) {
                        self.publish();
                    }
                    self.leader_tick();
                }
            }
            Timer::Statistics => statistics::tick(&mut self.base),
            Timer::Heartbeat => self.heartbeats.tick(&mut self.base),
            Timer::ExpectedFirst => self.heartbeats.expected_tick(&mut self.base),
            Timer::CrossHeartbeat => self.across.tick(&mut self.base),
            Timer::CrossExpectedFirst => self.across.expected_tick(&mut self.base),
            Timer::DelayedQuarantine => self.watching.tick(&mut self.base, &mut self.quarantine),
            Timer::Resolver => {
                let downed = self.downing.tick(&mut self.base, self.leading.confirmed());
                self.down_all_of(downed);
            }
            Timer::LeaseDelay => self.downing.lease_delay_elapsed(&mut self.base),
        }
    }

    /// LDR-45: a member that finds others preparing for a shutdown prepares too, right after its leader tick.
    pub(super) fn leader_tick(&mut self) {
        if self.act_as_leader() {
            // Events tell what it did, or did not do; nobody asked.
            drop(self.prepare_for_shutdown());
        }
    }

    /// LDR-1, LIFE-34: the leader's part first, then what every member checks on the resulting state. LDR-27: who becomes Exiting is told
    /// at once, who is removed is told nothing. Gives back whether this member must prepare for a shutdown.
    pub(super) fn act_as_leader(&mut self) -> bool {
        if self.leading.is_at_rest(&self.base) {
            return false;
        }
        let preparing = self.preparing.is_preparing(&self.base);
        if let Some(acted) = self.leading.tick(&mut self.base, &mut self.leaving, preparing) {
            self.publish();
            for node in exit_targets(&self.base.view(), &acted) {
                self.base.send_gossip(&node);
            }
        }
        self.leading.forget_gone(&self.base);
        let must_prepare = preparing::must_prepare(&self.base);
        let is_down = self.leaving.end_if_down(&mut self.base);
        if must_prepare || is_down {
            self.leading.wake();
        }
        must_prepare
    }

    fn receive(&mut self, envelope: Envelope) {
        let Envelope { cluster, from, to, message } = envelope;
        if !Arc::ptr_eq(&cluster, &self.base.config.cluster_name) && cluster != self.base.config.cluster_name
        {
            self.base.ignore(&from, message.kind(), IgnoreReason::OtherCluster);
            return self.turn_away_stranger(&from, &to, &message);
        }
        let is_for_me = match &to {
            Destination::Address(address) => *address == self.base.me.address,
            Destination::Incarnation(node) => *node == self.base.me,
        };
        if !is_for_me {
            return self.base.ignore(&from, message.kind(), IgnoreReason::NotForMe);
        }
        if self.turns_away_removed(&from, message.kind()) {
            return;
        }
        if self.quarantine.drops(&mut self.base, &from, message.kind()) {
            return;
        }
        match message {
            Message::Heartbeat { sequence, sent_at } => {
                Heartbeats::answer(&mut self.base, &from, sequence, sent_at);
            }
            Message::HeartbeatReply { .. } => self.receive_reply(&from),
            Message::InitJoin { attempt, config } => self.answer_init_join(&from, attempt, &config),
            Message::Welcome { gossip } => self.welcome(&from, &gossip, None),
            Message::WelcomeTo { gossip, founder } => self.welcome(&from, &gossip, Some(founder)),
            Message::Removed => self.told_that_it_was_removed(&from),
            message if self.base.is_initialized() => self.receive_as_member(&from, message),
            message => self.receive_before_joining(&from, message),
        }
    }

    /// The column "Initialized" of the message matrix (part 02, section 1.3).
    fn receive_as_member(&mut self, from: &UniqueAddress, message: Message) {
        match message {
            Message::Gossip { gossip } => self.receive_gossip(from, gossip, None),
            Message::Introduction { gossip, founder } => self.receive_gossip(from, gossip, Some(&founder)),
            Message::GossipStatus { clock, seen } => {
                let peer = PeerStatus { clock, seen, content: None, introduces: false };
                exchange::receive_status(&mut self.base, from, &peer);
            }
            Message::ContentStatus { clock, seen, content, introduces } => {
                let peer = PeerStatus { clock, seen, content: Some(content), introduces };
                exchange::receive_status(&mut self.base, from, &peer);
            }
            Message::Join { roles, app_version } => self.receive_join(from, roles, app_version),
            Message::ExitingConfirmed => self.leading.confirm_exit(&mut self.base, from),
            Message::Quarantined => self.quarantined_by(from),
            message => self.base.ignore(from, message.kind(), IgnoreReason::AlreadyMember),
        }
    }

    /// GSP-3, JOIN-8: the columns before it.
    fn receive_before_joining(&mut self, from: &UniqueAddress, message: Message) {
        match message {
            Message::InitJoinAck { attempt, address, verdict } => {
                let next = self.joining.acknowledged(&mut self.base, from, attempt, address, verdict);
                self.follow(next);
            }
            Message::InitJoinNack { attempt, address } => {
                let next = self.joining.refused(&mut self.base, from, attempt, &address);
                self.follow(next);
            }
            Message::JoinRefused { why } => {
                self.base.ignore(from, MessageKind::JoinRefused, IgnoreReason::Refused(why));
            }
            message => self.base.ignore(from, message.kind(), IgnoreReason::NotMember),
        }
    }

    /// GSP-76, JOIN-75, PHI-44, DC-61: nothing is known of a node that has just become a member, of whatever data centre.
    pub(super) fn forget_heartbeats(&mut self, address: &Address) {
        self.heartbeats.asking.forget(address);
        self.across.asking.forget(address);
        if let Some(tally) = &mut self.base.tally {
            tally.forgotten.push(address.clone());
        }
    }

    /// GSP-67 to GSP-82: what a peer's whole state sets going, in this order. LIFE-33: the peer is answered also by a node that ends by
    /// what it was told. LIFE-64: a state without this node is none that it learns from, so nobody hears of its own removal so.
    fn receive_gossip(&mut self, from: &UniqueAddress, gossip: Arc<Gossip>, founder: Option<&UniqueAddress>) {
        let Some(received) = exchange::receive_gossip(&mut self.base, from, gossip, founder) else {
            return;
        };
        received.new_members.iter().for_each(|node| self.forget_heartbeats(&node.address));
        self.publish();
        let gossip = self.base.gossip().clone();
        if self.leaving.must_begin_exit(&self.base, &gossip) {
            self.leaving.begin_exit(&mut self.base);
        }
        // GSP-80
        if received.previous_status != Down {
            self.leaving.end_if_down(&mut self.base);
        }
        if received.talk_back {
            self.base.send_gossip(from);
        }
    }

    /// SBR-67, LIFE-70: carries out what the resolver decided, by the command that anybody could give; it carries the address only.
    fn down_all_of(&mut self, nodes: Vec<UniqueAddress>) {
        for node in nodes {
            self.down(&Target::Address(node.address));
        }
    }
}
