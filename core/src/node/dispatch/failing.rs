//! What comes of replies, of verdicts, and of peers that are given up.

use core::time::Duration;

use super::super::input::{CommandKind, Target};
use super::super::output::{Effect, IgnoreReason, Output, Rejection, Warning};
use super::super::timers::Timer;
use super::super::{Node, leaving, reaper};
use crate::membership::{Address, MemberStatus, UniqueAddress};
use crate::protocol::{Message, MessageKind};

impl Node {
    /// RCH-74: a node that was suspended, and has not been told yet what arrived meanwhile, judges nobody: its host is asked to
    /// hand that over and to call again at once.
    pub(super) fn must_hear_first(&mut self, timer: Timer) -> bool {
        let judges = matches!(timer, Timer::Reaper | Timer::Resolver);
        let must = judges && self.base.woken_by_tick;
        if must {
            self.base.timers.arm_after(timer, self.base.now, Duration::from_nanos(1));
        }
        must
    }

    /// HB-22, XDC-20: a reply is offered to both kinds of heartbeats; nobody is asked by both. One that neither asked for is
    /// counted.
    pub(super) fn receive_reply(&mut self, from: &UniqueAddress) {
        if !self.heartbeats.replied(&mut self.base, from) && !self.across.replied(&mut self.base, from) {
            self.base.ignore(from, MessageKind::HeartbeatReply, IgnoreReason::NotAsked);
        }
    }

    /// PHI-1: a verdict of the host, which the next reaper's tick makes an observation.
    pub(super) fn hear_verdict(&mut self, address: &Address, is_available: bool) {
        let inside = self.heartbeats.asking.judge(address, is_available);
        let outside = self.across.asking.judge(address, is_available);
        if !(inside || outside) {
            let why = IgnoreReason::NotExternal;
            self.base.drop_it(None, None, why);
        }
    }

    /// WCH-16, WCH-20 to WCH-25: the transport has given up on a member: this node does not hear it any more, tells it so,
    /// and calls it Terminated.
    pub(super) fn peer_quarantined(&mut self, node: &UniqueAddress) {
        if !reaper::terminate(&mut self.base, node) {
            let (from, why) = (Some(node.clone()), IgnoreReason::UnknownNode);
            return self.base.drop_it(from, None, why);
        }
        self.publish();
        if *node != self.base.me && self.quarantine.put(node, false, self.base.now) {
            self.base.send_to(node, Message::Quarantined);
        }
    }

    /// WCH-26 to WCH-30, WCH-33, WCH-34, LIFE-37: a peer says that it does not hear this incarnation any more. Only a member is
    /// believed, and by nobody but the resolver. SBR-73: nobody is quarantined for it.
    pub(super) fn quarantined_by(&mut self, from: &UniqueAddress) {
        let is_member = self.base.gossip().members().contains(from);
        self.base.warn(Warning::QuarantinedBy { node: from.clone(), is_member });
        let downed = self.downing.quarantined_by(&mut self.base, from, is_member);
        self.down_all_of(downed);
    }

    /// WCH-31, WCH-32: who is watched is a member, or is gone.
    pub(super) fn watch(&mut self, target: &Target) {
        if let Some(node) = self.watching.gone_already(&self.base, target) {
            let previous_status = MemberStatus::Removed;
            return self.base.out.push(Output::PeerGone { node, previous_status });
        }
        let command = CommandKind::Watch;
        if leaving::find(&self.base, target).is_some() {
            self.accept(command, Effect::Watching);
        } else {
            self.reject(command, Rejection::UnknownMember { target: target.clone() });
        }
    }
}
