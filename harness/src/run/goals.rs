//! INV-4: *sometimes* goals: what a campaign must have met at least once. One that never met it has shown nothing of it.

use quorate::MemberStatus::{Down, Exiting};
use quorate::{Address, ClusterEvent, DecisionRecord, Member, NodeKey, Output, Reason, StopReason};

use crate::judge::Cause;

/// Something that a campaign should have met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Goal {
    /// Its name, as reports write it.
    pub name: &'static str,
    /// What must have happened, in words.
    pub sentence: &'static str,
}

macro_rules! goals {
    ($($place:ident $name:literal $sentence:literal,)+) => {
        #[derive(Clone, Copy)]
        enum Place { $($place,)+ }

        /// INV-4: all goals. [`Reached`] counts them in this order.
        pub static GOALS: &[Goal] = &[$(Goal { name: $name, sentence: $sentence },)+];
    };
}

goals! {
    Merged "concurrent-gossip-merged" "two nodes had gossip of which neither was newer, and it was merged",
    WeaklyUpPromoted "weakly-up-promoted" "a member that was WeaklyUp became Up",
    DownRemoved "down-removed" "a Down member was removed",
    ExitingRemoved "exiting-removed" "a member left in good order and was removed",
    Tombstone "tombstone-seen" "the marker of a removed member was seen",
    Recovered "unreachable-recovered" "a member that was unreachable became reachable again",
    DownedUnreachable "decided-to-stay" "a resolver decided to stay and to down what it could not reach",
    DownedReachable "decided-to-go-down" "a resolver decided that its own side goes down",
    DownedAll "decided-down-all" "a resolver downed all",
    DownedIndirect "decided-indirectly-connected" "a resolver downed nodes that some members reach and others do not",
    DoubleIndirect "decided-double-indirect" "a resolver found such nodes again when it looked twice, and downed all",
    TieBroken "tie-broken" "a resolver broke a tie",
    OldestAlone "oldest-alone" "a resolver found the oldest on its own",
    Unstable "unrest-ended" "a resolver saw no rest for too long",
    LeaderChanged "leader-changed" "more than one member led",
    JoinRefused "join-refused" "a join was refused",
    StoppedDowned "stopped-downed" "a node stopped because it was downed",
    StoppedLeft "stopped-left" "a node stopped because it left",
}

/// Which goals were reached, in the order of [`GOALS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached(u64);

impl Reached {
    /// Whether the goal of that place was reached.
    #[must_use]
    pub const fn has(self, place: usize) -> bool {
        place < 64 && self.0 & (1 << place) != 0
    }

    /// Takes in what another run has reached.
    pub const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The goals that were not reached.
    pub fn missed(self) -> impl Iterator<Item = &'static Goal> {
        GOALS.iter().enumerate().filter(move |(place, _)| !self.has(*place)).map(|(_, goal)| goal)
    }

    const fn mark(&mut self, place: Place) {
        self.0 |= 1 << place as usize;
    }
}

/// Watches a run for goals.
#[derive(Clone, Debug, Default)]
pub(super) struct Goals {
    reached: Reached,
    /// Who was WeaklyUp to somebody.
    weakly_up: Vec<NodeKey>,
    /// Whom somebody called leader first.
    leader: Option<Address>,
}

impl Goals {
    pub(super) const fn reached(&self) -> Reached {
        self.reached
    }

    /// What one step of a node put out.
    #[inline]
    pub(super) fn watch(&mut self, cause: Cause, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Send(_) => {}
                Output::Event(event) => self.event(cause, event),
                other => self.other(other),
            }
        }
    }

    fn event(&mut self, cause: Cause, event: &ClusterEvent) {
        let key = |member: &Member| member.unique_address().key();
        match event {
            // Who accepts newer gossip has the sender in it as one who has seen it; who merges starts alone.
            ClusterEvent::SeenChanged { seen_by, .. }
                if cause == Cause::Gossip && seen_by.nodes().nth(1).is_none() =>
            {
                self.reached.mark(Place::Merged);
            }
            ClusterEvent::MemberWeaklyUp(member) => self.weakly_up.push(key(member)),
            ClusterEvent::MemberUp(member) if self.weakly_up.contains(&key(member)) => {
                self.reached.mark(Place::WeaklyUpPromoted);
            }
            ClusterEvent::MemberRemoved { previous_status: Down, .. } => {
                self.reached.mark(Place::DownRemoved);
            }
            ClusterEvent::MemberRemoved { previous_status: Exiting, .. } => {
                self.reached.mark(Place::ExitingRemoved);
            }
            ClusterEvent::MemberTombstonesChanged(_) => self.reached.mark(Place::Tombstone),
            ClusterEvent::ReachableMember(_) => self.reached.mark(Place::Recovered),
            ClusterEvent::LeaderChanged(Some(leader))
                if self.leader.get_or_insert_with(|| leader.clone()) != leader =>
            {
                self.reached.mark(Place::LeaderChanged);
            }
            _ => {}
        }
    }

    fn other(&mut self, output: &Output) {
        match output {
            Output::Decided(record) => self.decided(record),
            Output::Ignored { why: quorate::IgnoreReason::JoinRefused(_), .. } => {
                self.reached.mark(Place::JoinRefused);
            }
            Output::Stopped { why: StopReason::Downed } => self.reached.mark(Place::StoppedDowned),
            Output::Stopped { why: StopReason::Left } => self.reached.mark(Place::StoppedLeft),
            _ => {}
        }
    }

    fn decided(&mut self, record: &DecisionRecord) {
        use quorate::Decision::{
            DownAll, DownIndirectlyConnected, DownReachable, DownUnreachable, ReverseDownIndirectlyConnected,
        };
        match record.decision {
            DownUnreachable => self.reached.mark(Place::DownedUnreachable),
            DownReachable => self.reached.mark(Place::DownedReachable),
            DownAll => self.reached.mark(Place::DownedAll),
            DownIndirectlyConnected | ReverseDownIndirectlyConnected => {
                self.reached.mark(Place::DownedIndirect);
            }
            _ => {}
        }
        match record.reason {
            Reason::TieWon | Reason::TieLost => self.reached.mark(Place::TieBroken),
            Reason::Unstable { .. } => self.reached.mark(Place::Unstable),
            Reason::OldestAlone | Reason::OldestAloneUnreachable => self.reached.mark(Place::OldestAlone),
            _ => {}
        }
        if record.is_double_indirect() {
            self.reached.mark(Place::DoubleIndirect);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// INV-4
    #[test]
    fn goals_have_names_of_their_own_and_are_missed_until_they_are_reached() {
        let mut names: Vec<_> = GOALS.iter().map(|goal| goal.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), GOALS.len());
        let mut reached = Reached::default();
        assert_eq!(reached.missed().count(), GOALS.len());
        reached.mark(Place::TieBroken);
        let mut all = Reached::default();
        all.add(reached);
        assert!(all.missed().all(|goal| goal.name != "tie-broken"));
        assert_eq!(all.missed().count(), GOALS.len() - 1);
    }
}
