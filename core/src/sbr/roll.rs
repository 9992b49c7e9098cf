//! Who was counted for a decision, on which side, and who was not and why.

use super::record::DecisionRecord;
use super::selection::Selection;
use super::strategy::Strategy;
use crate::membership::{Member, MemberStatus};

/// SBR-24, SBR-25: why a member counts on neither side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// It is Joining or WeaklyUp. REP-123: or it leaves without ever having been Up, where that counts the same.
    NotUpYet,
    /// It is Exiting.
    Exiting,
    /// It is Down.
    Down,
    /// It does not have the role that the strategy counts by.
    WithoutRole,
}

impl LeftOut {
    /// The reason in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotUpYet => "not up yet",
            Self::Exiting => "exiting",
            Self::Down => "down",
            Self::WithoutRole => "without the role",
        }
    }
}

impl DecisionRecord {
    /// The members that count, ascending, and whether each can be reached. They are those of
    /// [`sides`](DecisionRecord::sides).
    pub fn counted(&self) -> impl Iterator<Item = (&Member, bool)> {
        let members = self.view.members().iter().filter(|member| self.why_left_out(member).is_none());
        members.map(|member| {
            let is_unreachable = self.unreachable().binary_search(member.unique_address()).is_ok();
            (member, !is_unreachable)
        })
    }

    /// The members that do not count, ascending, and why.
    pub fn left_out(&self) -> impl Iterator<Item = (&Member, LeftOut)> {
        let members = self.view.members().iter();
        members.filter_map(|member| Some((member, self.why_left_out(member)?)))
    }

    fn why_left_out(&self, member: &Member) -> Option<LeftOut> {
        let never_up_is_joining = self.repairs.worst_case_check
            && matches!(self.strategy, Strategy::KeepMajority { .. } | Strategy::KeepOldest { .. });
        let counted = Selection { never_up_is_joining, ..Selection::COUNTED };
        if !counted.has(member) {
            return Some(match member.status() {
                MemberStatus::Exiting => LeftOut::Exiting,
                MemberStatus::Down | MemberStatus::Removed => LeftOut::Down,
                _ => LeftOut::NotUpYet,
            });
        }
        let has_role = self.strategy.role().is_none_or(|role| member.roles().contains(role));
        (!has_role).then_some(LeftOut::WithoutRole)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::super::fixtures::*;
    use super::*;

    fn told(strategy: &Strategy, repaired: bool) -> String {
        let repairs = if repaired { REPAIRED_RESOLVER } else { NONE };
        let members = "a/web b c/web dj/web ew/web fe/web gd/web hl/web il@2147483647/web";
        let record = view(strategy, members, "b c h").explain(strategy, &repairs);
        let counted = record.counted().filter(|(_, is_reachable)| *is_reachable).count() as u32;
        assert_eq!(counted, record.sides.reachable);
        assert_eq!(record.counted().count() as u32, record.sides.members());
        assert_eq!(record.counted().count() + record.left_out().count(), record.view.members().len());
        let left_out = |(member, why): (&Member, LeftOut)| {
            format!("{} {}", names([member.unique_address()]), why.reason())
        };
        record.left_out().map(left_out).collect::<Vec<_>>().join(", ")
    }

    /// SBR-24, SBR-25, REP-123
    #[test]
    fn who_does_not_count_is_told_with_the_reason() {
        let by_status = "d not up yet, e not up yet, f exiting, g down";
        assert_eq!(told(&keep_majority(), false), by_status);
        assert_eq!(told(&keep_majority(), true), format!("{by_status}, i not up yet"));
        assert_eq!(told(&static_quorum(3), true), by_status);
        assert_eq!(
            told(&with_role(keep_oldest(true), "web"), false),
            format!("b without the role, {by_status}")
        );
    }
}
