//! Which members count, by their status.

use crate::membership::{Member, MemberStatus, UP_NUMBER_NONE};

/// SBR-24: which members belong to a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// With Joining and WeaklyUp members: those who may be Up in another view.
    pub(super) possibly_up: bool,
    /// Without Leaving members: those who may be Exiting in another view.
    pub(super) no_leaving: bool,
    /// With Exiting members: those who may still be Leaving in another view.
    pub(super) exiting: bool,
    /// REP-123: a Leaving member that was never Up is taken for a Joining one, which it may be in another view.
    pub(super) never_up_is_joining: bool,
}

impl Selection {
    /// The members that are counted first of all.
    pub(super) const COUNTED: Self =
        Self { possibly_up: false, no_leaving: false, exiting: false, never_up_is_joining: false };

    /// SBR-24. SBR-28: a Leaving member counts whatever it was before, also if it was never Up.
    pub(super) const fn contains(self, status: MemberStatus) -> bool {
        match status {
            MemberStatus::Joining | MemberStatus::WeaklyUp => self.possibly_up,
            MemberStatus::Up | MemberStatus::PreparingForShutdown | MemberStatus::ReadyForShutdown => true,
            MemberStatus::Leaving => !self.no_leaving,
            MemberStatus::Exiting => self.exiting,
            MemberStatus::Down | MemberStatus::Removed => false,
        }
    }

    /// SBR-24, REP-123
    pub(super) fn has(self, member: &Member) -> bool {
        let was_never_up = member.status() == MemberStatus::Leaving && member.up_number() == UP_NUMBER_NONE;
        if self.never_up_is_joining && was_never_up {
            return self.contains(MemberStatus::Joining);
        }
        self.contains(member.status())
    }
}

/// SBR-27: whether a member of this status can still be downed.
pub(super) const fn is_downable(status: MemberStatus) -> bool {
    Selection { possibly_up: true, ..Selection::COUNTED }.contains(status)
}
