//! Where the protocol that is followed breaks its own promises, and which of the replacements are on.

use serde::{Deserialize, Serialize};

use crate::planted::Planted;

/// REP-1: one switch for each repaired rule. A repair replaces only the rules that it names.
///
/// All nodes of a cluster must have the same repairs (REP-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Repairs {
    /// REP-10: gossip is joined by content; the clock is a hint.
    pub content_decides: bool,
    /// REP-20: only a tombstone takes a member out.
    pub tombstones_remove: bool,
    /// REP-30: a removed incarnation can't join again.
    pub join_checks_tombstones: bool,
    /// REP-40: a member unknown to the receiver may introduce itself.
    pub introduce: bool,
    /// REP-50: a removed node that is heard from is told.
    pub removed_notice: bool,
    /// REP-60: leader and removal read the observations that convergence reads.
    pub live_observers: bool,
    /// REP-70: observers that are Exiting don't count.
    pub exiting_observers: bool,
    /// REP-80: a leader never removes itself.
    pub keep_self: bool,
    /// REP-90: the order of merging is the order of life.
    pub life_cycle_order: bool,
    /// REP-100: a full shutdown is read from the gossip.
    pub preparing_from_gossip: bool,
    /// REP-110: the resolver copes with staggered failures.
    pub gone_observers: bool,
    /// REP-120: the resolver's second check assumes the worst.
    pub worst_case_check: bool,
    /// INV-5: a rule that is broken on purpose.
    ///
    /// It is not written: bytes are the same with the feature and without, so that each can read the other's.
    #[cfg(feature = "planted")]
    #[serde(skip)]
    pub planted: Option<Planted>,
}

impl Repairs {
    /// The exact protocol: no rule is replaced.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            content_decides: false,
            tombstones_remove: false,
            join_checks_tombstones: false,
            introduce: false,
            removed_notice: false,
            live_observers: false,
            exiting_observers: false,
            keep_self: false,
            life_cycle_order: false,
            preparing_from_gossip: false,
            gone_observers: false,
            worst_case_check: false,
            #[cfg(feature = "planted")]
            planted: None,
        }
    }

    /// Every rule is replaced for which there is a repair.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            content_decides: true,
            tombstones_remove: true,
            join_checks_tombstones: true,
            introduce: true,
            removed_notice: true,
            live_observers: true,
            exiting_observers: true,
            keep_self: true,
            life_cycle_order: true,
            preparing_from_gossip: true,
            gone_observers: true,
            worst_case_check: true,
            #[cfg(feature = "planted")]
            planted: None,
        }
    }

    /// INV-5: whether a rule is broken on purpose: never, unless the feature `planted` is on.
    #[cfg(feature = "planted")]
    pub(crate) fn breaks(&self, rule: Planted) -> bool {
        self.planted == Some(rule)
    }

    /// INV-5: whether a rule is broken on purpose: never, unless the feature `planted` is on.
    #[cfg(not(feature = "planted"))]
    pub(crate) const fn breaks(&self, _: Planted) -> bool {
        false
    }

    /// The names of the switches, in the order of the specification, as settings spell them.
    pub const NAMES: [&'static str; 12] = [
        "content-decides",
        "tombstones-remove",
        "join-checks-tombstones",
        "introduce",
        "removed-notice",
        "live-observers",
        "exiting-observers",
        "keep-self",
        "life-cycle-order",
        "preparing-from-gossip",
        "gone-observers",
        "worst-case-check",
    ];

    /// The switch of a name.
    pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "content-decides" => &mut self.content_decides,
            "tombstones-remove" => &mut self.tombstones_remove,
            "join-checks-tombstones" => &mut self.join_checks_tombstones,
            "introduce" => &mut self.introduce,
            "removed-notice" => &mut self.removed_notice,
            "live-observers" => &mut self.live_observers,
            "exiting-observers" => &mut self.exiting_observers,
            "keep-self" => &mut self.keep_self,
            "life-cycle-order" => &mut self.life_cycle_order,
            "preparing-from-gossip" => &mut self.preparing_from_gossip,
            "gone-observers" => &mut self.gone_observers,
            "worst-case-check" => &mut self.worst_case_check,
            _ => return None,
        })
    }
}

impl Default for Repairs {
    /// REP-1: every repair.
    fn default() -> Self {
        Self::all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// REP-1
    #[test]
    fn without_repairs_every_switch_is_off_and_each_has_its_name() {
        for name in Repairs::NAMES {
            let mut repairs = Repairs::none();
            let switch = repairs.switch(name).unwrap();
            assert!(!*switch, "{name}");
            *switch = true;
            assert_ne!(repairs, Repairs::none());
        }
        assert_eq!(Repairs::none().switch("nonsense"), None);
    }

    /// INV-5
    #[cfg(feature = "planted")]
    #[test]
    fn each_planted_bug_has_a_name_of_its_own_and_is_off_unless_it_is_chosen() {
        for (place, bug) in Planted::ALL.iter().enumerate() {
            assert!(Planted::ALL[..place].iter().all(|other| other.name() != bug.name()), "{}", bug.name());
            assert!(bug.rule().contains('-') && !bug.sentence().is_empty());
            assert!(!Repairs::none().breaks(*bug));
            let broken = Repairs { planted: Some(*bug), ..Repairs::none() };
            let broken_rules = Planted::ALL.iter().filter(|other| broken.breaks(**other));
            assert_eq!(broken_rules.copied().collect::<alloc::vec::Vec<_>>(), [*bug]);
        }
    }
}
