//! What users ask a node about itself (part 02, section 11).

use alloc::sync::Arc;

use super::Node;
use crate::membership::diff::diff;
use crate::membership::{
    ClusterEvent, CurrentClusterState, Gossip, LocalView, Member, MemberStatus, Roles, UP_NUMBER_NONE,
};

impl Node {
    /// EVT-59, EVT-83, API-18: the state that the events put out so far lead to; an empty one before joining and after the end
    /// (EVT-62, API-31).
    #[must_use]
    pub fn current_state(&self) -> CurrentClusterState {
        let base = &self.base;
        let view = LocalView::new(&base.published, &base.me, base.roles.data_center(), &base.config.repairs);
        CurrentClusterState::of(&view, &base.published)
    }

    /// EVT-52: the events that lead from nothing to the state that was told so far.
    pub(crate) fn tell_from_nothing(&self, emit: &mut dyn FnMut(ClusterEvent)) {
        let nothing = Arc::new(Gossip::new());
        diff(&nothing, &self.base.published, self.base.observer()).events.into_iter().for_each(emit);
    }

    /// API-50, API-51: what this node told of its own life: that it was Up, and the status that it had last.
    pub(crate) fn milestones_told(&self) -> (bool, Option<MemberStatus>) {
        self.milestones.told(self.is_stopped())
    }

    /// API-31, API-32, JOIN-107: this node as a member. Before it is one, and after it has ended, with the status Removed.
    #[must_use]
    pub fn self_member(&self) -> Member {
        let base = &self.base;
        let stranger = |version| {
            Member::with_parts(
                base.me.clone(),
                base.roles.clone(),
                version,
                UP_NUMBER_NONE,
                MemberStatus::Removed,
            )
        };
        match base.view().own() {
            Some(own) if !self.is_stopped() => own.clone(),
            Some(own) => own.with_status(MemberStatus::Removed).unwrap_or_else(|_| own.clone()),
            // JOIN-107: the configured version, also while another is to come.
            None => stranger(base.config.app_version.clone()),
        }
    }

    /// API-34: the roles of this node, that of its data centre included; known before it joins.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.base.roles
    }

    /// API-34: the data centre of this node; known before it joins.
    #[must_use]
    pub fn data_center(&self) -> &str {
        self.base.roles.data_center()
    }

    /// SHUT-46: whether this node lets nobody in, and as leader moves nobody up, because the cluster is about to stop.
    #[must_use]
    pub fn is_preparing_for_shutdown(&self) -> bool {
        self.preparing.is_preparing(&self.base)
    }

    /// LIFE-40: the id of the request for exit tasks that the host has not answered yet.
    #[must_use]
    pub fn open_exit_request(&self) -> Option<u64> {
        self.leaving.open_request()
    }
}
