//! Incarnations that this node does not hear any more (part 03, section 6.2).

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::output::IgnoreReason;
use crate::membership::{NodeKey, UniqueAddress};
use crate::mix::{Mixer, mix};
use crate::protocol::{Message, MessageKind};
use crate::time::Instant;

/// How long a quarantine is remembered: Pekko's `remove-quarantined-association-after`.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// The most incarnations that are remembered; the one that would be forgotten first makes room.
const ENTRIES_MAX: usize = 4096;

/// WCH-1, WCH-15: who is quarantined, by incarnation, so that a successor at the address is not meant (WCH-19).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Quarantine {
    /// Ascending by key.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    key: NodeKey,
    node: UniqueAddress,
    /// WCH-2: whether it only went as planned.
    harmless: bool,
    until: Instant,
}

impl Quarantine {
    /// WCH-15 to WCH-17: hears a node no more; who is quarantined already stays so as it was. Gives back whether the node
    /// is to be told, which is so unless it went as planned.
    pub(super) fn put(&mut self, node: &UniqueAddress, harmless: bool, now: Instant) -> bool {
        self.entries.retain(|entry| entry.until > now);
        let Err(position) = self.position(node) else { return false };
        let entry = Entry { key: node.key(), node: node.clone(), harmless, until: now + REMEMBERED };
        self.entries.insert(position, entry);
        if self.entries.len() > ENTRIES_MAX {
            let first = self.entries.iter().zip(0..).min_by_key(|(entry, position)| (entry.until, *position));
            if let Some((_, position)) = first {
                self.entries.remove(position);
            }
        }
        !harmless
    }

    /// WCH-18, LIFE-66: drops what a quarantined node says, whichever kind of quarantine it is in. It is told again, unless it went as planned, or what it said is a
    /// heartbeat, a reply or a notice. REP-54: that it has removed this node is heard, so that a split can be told. Gives back
    /// whether something was dropped.
    pub(super) fn drops(&self, base: &mut Base, from: &UniqueAddress, what: MessageKind) -> bool {
        if self.entries.is_empty() || what == MessageKind::Removed {
            return false;
        }
        let Some(entry) = self.position(from).ok().map(|position| &self.entries[position]) else {
            return false;
        };
        if entry.until <= base.now {
            return false;
        }
        base.ignore(from, what, IgnoreReason::Quarantined);
        let is_quiet =
            matches!(what, MessageKind::Heartbeat | MessageKind::HeartbeatReply | MessageKind::Quarantined);
        if !entry.harmless && !is_quiet {
            base.send_to(from, Message::Quarantined);
        }
        true
    }

    fn position(&self, node: &UniqueAddress) -> Result<usize, usize> {
        let key = node.key();
        self.entries.binary_search_by(|entry| entry.key.cmp(&key).then_with(|| entry.node.cmp(node)))
    }

    pub(super) fn hash64(&self) -> u64 {
        let mut mixer = Mixer::new(62);
        for entry in &self.entries {
            mixer.word(mix(entry.key.0, u64::from(entry.harmless)));
            mixer.word(entry.until.as_nanos());
        }
        mixer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::node;

    /// WCH-15, WCH-16, WCH-17
    #[test]
    fn who_is_quarantined_stays_so_as_it_was() {
        let mut quarantine = Quarantine::default();
        assert!(!quarantine.put(&node("a#1"), true, Instant::ZERO), "harmless: not told");
        assert!(!quarantine.put(&node("a#1"), false, Instant::ZERO), "already quarantined");
        assert!(quarantine.put(&node("a#2"), false, Instant::ZERO), "another incarnation");
        assert!(quarantine.entries[quarantine.position(&node("a#1")).unwrap()].harmless);
    }

    #[test]
    fn what_is_remembered_has_a_bound_and_an_end() {
        let mut quarantine = Quarantine::default();
        for uid in 0..5_000_i64 {
            let now = Instant::from_nanos(u64::try_from(uid).unwrap());
            quarantine.put(&UniqueAddress::new("a:1".parse().unwrap(), uid), false, now);
        }
        assert_eq!(quarantine.entries.len(), ENTRIES_MAX);
        assert!(quarantine.position(&UniqueAddress::new("a:1".parse().unwrap(), 903)).is_err());
        assert!(quarantine.position(&UniqueAddress::new("a:1".parse().unwrap(), 904)).is_ok());
        quarantine.put(&node("b#1"), true, Instant::ZERO + REMEMBERED + Duration::from_secs(1));
        assert_eq!(quarantine.entries.len(), 1);
    }
}
