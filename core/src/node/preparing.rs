//! How a whole cluster is told that it is about to stop (part 01, section 6.6; part 02, section 10).
//!
//! Nothing stops by it. Members hear that all are going, so that what runs on them moves no work around; then their hosts
//! let them leave, in whatever order they like.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::output::{Effect, Rejection};
use crate::membership::MemberStatus::{PreparingForShutdown, ReadyForShutdown, Up};
use crate::membership::{Gossip, Member};

/// The part of a node that knows that the cluster is about to stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Preparing {
    /// LDR-47, SHUT-45: whether this node was told so itself, or found others preparing while it was Up. Never taken back
    /// (LDR-49, SHUT-49), and not known of by others.
    announced: bool,
}

impl Preparing {
    /// In the midst of its work, for a probe.
    pub(super) const fn probed(announced: bool) -> Self {
        Self { announced }
    }

    /// LDR-46, SHUT-46, SHUT-47: whether this node lets nobody in and, as leader, moves nobody up. REP-100
    /// (`preparing_from_gossip`): what the gossip shows decides, so all nodes agree on it, and REP-102: it ends with the
    /// last member that prepares.
    pub(super) fn is_preparing(&self, base: &Base) -> bool {
        if base.config.repairs.preparing_from_gossip {
            somebody_prepares(base.gossip())
        } else {
            self.announced
        }
    }

    /// LDR-44, SHUT-40, SHUT-41, SHUT-50, DC-30: every member that is Up, in every data centre, becomes PreparingForShutdown, whatever
    /// the status of this node; others go on as they are. It counts as a change even if nobody is Up. REP-101: then it does not.
    pub(super) fn prepare(&mut self, base: &mut Base) -> Result<Effect, Rejection> {
        let from_gossip = base.config.repairs.preparing_from_gossip;
        if !from_gossip && self.announced {
            return Err(Rejection::AlreadyPreparing);
        }
        let members = base.gossip().members().iter().filter(|member| member.status() == Up);
        let changed: Vec<Member> =
            members.filter_map(|member| member.with_status(PreparingForShutdown).ok()).collect();
        if from_gossip && changed.is_empty() {
            let is_preparing = somebody_prepares(base.gossip());
            return Err(if is_preparing { Rejection::AlreadyPreparing } else { Rejection::NobodyIsUp });
        }
        self.announced = true;
        let next = base.gossip().update(&changed);
        base.change(&next);
        Ok(Effect::Preparing { members: changed.len() })
    }

    pub(super) fn hash64(&self) -> u64 {
        u64::from(self.announced)
    }
}

/// LDR-45, SHUT-44, DC-30: a member that is Up while others prepare was let in too late to hear of it, so it prepares too. LDR-48: one
/// that was told to prepare before it was Up has done so already, and stays Up.
pub(super) fn must_prepare(base: &Base) -> bool {
    somebody_prepares(base.gossip()) && base.view().own_status() == Up
}

/// REP-100: whether some member, of whatever data centre, is PreparingForShutdown or ReadyForShutdown.
fn somebody_prepares(gossip: &Gossip) -> bool {
    let members = gossip.members();
    members.has_status(PreparingForShutdown) || members.has_status(ReadyForShutdown)
}
