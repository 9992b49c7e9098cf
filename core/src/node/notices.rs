//! What a removed node is told when it is heard from, and what one does that is told so (part 06, section 5).

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Node;
use super::base::{Base, Phase};
use super::output::{IgnoreReason, Warning};
use super::stop_reason::StopReason;
use crate::membership::MemberStatus::Down;
use crate::membership::UniqueAddress;
use crate::mix::mix;
use crate::protocol::{Message, MessageKind};
use crate::time::Instant;

/// How many nodes this one remembers to have told lately. More than these are told again when they are heard from.
const TOLD_MAX: usize = 64;

/// Whom this node told that it was removed, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notices {
    told: Vec<(UniqueAddress, Instant)>,
}

impl Notices {
    /// REP-51: at most one notice for each node and `heartbeat-interval`.
    fn may_tell(&mut self, base: &Base, node: &UniqueAddress) -> bool {
        let interval = base.config.failure_detector.heartbeat_interval;
        self.told.retain(|(_, at)| base.now.since(*at) < interval);
        if self.told.iter().any(|(other, _)| other == node) {
            return false;
        }
        if self.told.len() < TOLD_MAX {
            self.told.push((node.clone(), base.now));
        }
        true
    }

    pub(super) fn hash64(&self) -> u64 {
        self.told.iter().fold(0, |hash, (node, at)| mix(mix(hash, node.key().0), at.as_nanos()))
    }
}

impl Node {
    /// REP-30, REP-51, REP-52 (`removed_notice`): drops what a removed incarnation says and tells it that it was removed, unless this
    /// node is Down itself. Its heartbeats stay without an answer, so that it does not see this node alive. REP-57: who has lost all
    /// that could tell it is left to its own resolver.
    pub(super) fn turns_away_removed(&mut self, from: &UniqueAddress, what: MessageKind) -> bool {
        let is_from_peer = matches!(
            what,
            MessageKind::Gossip
                | MessageKind::Introduction
                | MessageKind::GossipStatus
                | MessageKind::ContentStatus
                | MessageKind::Heartbeat
                | MessageKind::Join
        );
        let gossip = self.base.gossip();
        if !(is_from_peer
            && self.base.config.repairs.removed_notice
            && self.base.is_initialized()
            && gossip.tombstones().contains(from)
            && !gossip.members().contains(from))
        {
            return false;
        }
        self.base.ignore(from, what, IgnoreReason::RemovedSender);
        if self.base.view().own_status() != Down && self.notices.may_tell(&self.base, from) {
            self.base.send_to(from, Message::Removed);
        }
        true
    }

    /// REP-53 to REP-56 (`removed_notice`): this node was removed, says a peer. A member is believed whatever its status, and so is the
    /// node that is being joined; nobody else: a cluster may have split.
    pub(super) fn told_that_it_was_removed(&mut self, from: &UniqueAddress) {
        let is_believed = match &self.base.phase {
            _ if !self.base.config.repairs.removed_notice => false,
            Phase::TryingToJoin { join_with } => *join_with == from.address,
            Phase::Initialized => self.base.gossip().members().contains(from),
            Phase::Uninitialized | Phase::Stopped => false,
        };
        if is_believed {
            self.base.warn(Warning::WasRemoved { by: from.clone() });
            return self.base.stop(StopReason::Removed);
        }
        self.base.ignore(from, MessageKind::Removed, IgnoreReason::UnknownSender);
        if self.base.is_initialized() && self.base.config.repairs.removed_notice {
            self.base.warn(Warning::SplitSuspected { peer: from.clone() });
        }
    }
}
