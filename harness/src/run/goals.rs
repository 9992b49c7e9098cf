//! INV-4: *sometimes* goals: what a campaign must have met at least once. One that never met it has shown nothing of it.

use quorate::MemberStatus::{Down, Exiting, Leaving};
use quorate::ReachabilityStatus::{Terminated, Unreachable};
use quorate::{
    Address, ClusterEvent, DecisionRecord, Effect, IgnoreReason, Member, NodeKey, Output, Reason, StopReason,
    Warning,
};

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
    StoppedRemoved "stopped-removed" "a node stopped because a peer told it that it was removed",
    StoppedUnsuccessful "stopped-joining" "a node gave up joining and stopped",
    StoppedIncompatible "stopped-incompatible" "a node stopped because its configuration does not fit the cluster's",
    WeaklyUp "weakly-up-seen" "a member became WeaklyUp",
    Founded "founded" "a node founded a cluster",
    SelfUp "self-up" "a node learned that it is Up itself",
    DownedByHand "downed-by-command" "a member was downed by a command",
    LeaveTold "left-by-command" "a member was told to leave",
    Rejected "command-rejected" "a command was rejected",
    ExitTasks "exit-tasks-asked" "a node asked its host to finish its work before it exits",
    Preparing "preparing-for-shutdown" "a member prepared for the shutdown of the cluster",
    Ready "ready-for-shutdown" "a member was ready for the shutdown of the cluster",
    RoleLeader "role-leader-changed" "the leader of a role changed",
    FarUnreachable "data-center-unreachable" "a data centre was out of reach",
    FarReachable "data-center-reachable" "a data centre came back into reach",
    Observed "observed-unreachable" "a node came to find a peer unreachable itself",
    Terminated "observed-terminated" "a node was told that a peer has ended",
    Quarantined "quarantined" "a node asked its host to have nothing more to do with an incarnation",
    QuarantinedBy "quarantined-by-peer" "a node heard that a peer has quarantined it",
    PeerGone "watched-peer-gone" "a node told that a peer that it watched has gone",
    Ignored "message-ignored" "a message was ignored, and the reason given",
    RemovedSender "sender-was-removed" "a message came from an incarnation that had been removed",
    Undecodable "frame-undecodable" "a frame could not be read",
    NotAMember "sender-is-no-member" "a gossip came from who is no member",
    OverLimit "limit-reached" "a limit was reached",
    Suspended "suspension-noticed" "a node noticed that it was suspended",
    TimeBack "clock-went-back" "a node noticed that its clock went back",
    SplitSuspected "split-suspected" "a node suspected a cluster of its own making on the other side",
    QuorumWon "static-quorum-won" "a side had the quorum of static-quorum",
    QuorumLost "static-quorum-lost" "a side did not have the quorum of static-quorum",
    MajorityWon "majority-won" "a side had the majority",
    MajorityLost "majority-lost" "a side did not have the majority",
    OldestHere "oldest-reachable" "a side had the oldest member on it",
    OldestThere "oldest-unreachable" "a side did not have the oldest member on it",
    LeaseWon "lease-taken" "a side took the lease",
    LeaseDenied "lease-denied" "a side was denied the lease",
    WouldDecide "decision-foreseen" "a resolver told what it would decide, before it did",
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
            ClusterEvent::MemberWeaklyUp(member) => {
                self.reached.mark(Place::WeaklyUp);
                self.weakly_up.push(key(member));
            }
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
            ClusterEvent::MemberPreparingForShutdown(_) => self.reached.mark(Place::Preparing),
            ClusterEvent::MemberReadyForShutdown(_) => self.reached.mark(Place::Ready),
            ClusterEvent::RoleLeaderChanged { .. } => self.reached.mark(Place::RoleLeader),
            ClusterEvent::UnreachableDataCenter(_) => self.reached.mark(Place::FarUnreachable),
            ClusterEvent::ReachableDataCenter(_) => self.reached.mark(Place::FarReachable),
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
            Output::Ignored { why, .. } => self.ignored(why),
            Output::Stopped { why } => self.stopped(*why),
            Output::Accepted { effect, .. } => self.accepted(effect),
            Output::Warned(warning) => self.warned(warning),
            Output::SelfUp => self.reached.mark(Place::SelfUp),
            Output::Rejected { .. } => self.reached.mark(Place::Rejected),
            Output::StartExitTasks { .. } => self.reached.mark(Place::ExitTasks),
            Output::Quarantine { .. } => self.reached.mark(Place::Quarantined),
            Output::PeerGone { .. } => self.reached.mark(Place::PeerGone),
            Output::Observed { status: Unreachable, .. } => self.reached.mark(Place::Observed),
            Output::Observed { status: Terminated, .. } => self.reached.mark(Place::Terminated),
            Output::WouldDecide(Some(_)) => self.reached.mark(Place::WouldDecide),
            _ => {}
        }
    }

    fn ignored(&mut self, why: &IgnoreReason) {
        self.reached.mark(Place::Ignored);
        self.reached.mark(match why {
            IgnoreReason::JoinRefused(_) => Place::JoinRefused,
            IgnoreReason::RemovedSender => Place::RemovedSender,
            IgnoreReason::Undecodable(_) => Place::Undecodable,
            IgnoreReason::NotMember => Place::NotAMember,
            IgnoreReason::OverLimit(_) => Place::OverLimit,
            _ => return,
        });
    }

    fn stopped(&mut self, why: StopReason) {
        self.reached.mark(match why {
            StopReason::Downed => Place::StoppedDowned,
            StopReason::Left => Place::StoppedLeft,
            StopReason::Removed => Place::StoppedRemoved,
            StopReason::JoinUnsuccessful => Place::StoppedUnsuccessful,
            StopReason::IncompatibleConfiguration => Place::StoppedIncompatible,
            _ => return,
        });
    }

    fn accepted(&mut self, effect: &Effect) {
        self.reached.mark(match effect {
            Effect::Founded => Place::Founded,
            Effect::StatusChanged { to: Down, .. } => Place::DownedByHand,
            Effect::StatusChanged { to: Leaving, .. } => Place::LeaveTold,
            _ => return,
        });
    }

    fn warned(&mut self, warning: &Warning) {
        self.reached.mark(match warning {
            Warning::Suspended { .. } => Place::Suspended,
            Warning::TimeWentBack { .. } => Place::TimeBack,
            Warning::QuarantinedBy { .. } => Place::QuarantinedBy,
            Warning::SplitSuspected { .. } => Place::SplitSuspected,
            _ => return,
        });
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
        if record.decision.lease_delay().is_some() && !matches!(record.reason, Reason::LeaseDenied { .. }) {
            self.reached.mark(Place::LeaseWon);
        }
        if let Some(place) = place_of(&record.reason) {
            self.reached.mark(place);
        }
        if record.is_double_indirect() {
            self.reached.mark(Place::DoubleIndirect);
        }
    }
}

/// What a decision for this reason shows.
const fn place_of(reason: &Reason) -> Option<Place> {
    Some(match reason {
        Reason::TieWon | Reason::TieLost => Place::TieBroken,
        Reason::Unstable { .. } => Place::Unstable,
        Reason::OldestAlone | Reason::OldestAloneUnreachable => Place::OldestAlone,
        Reason::Quorum => Place::QuorumWon,
        Reason::NoQuorum => Place::QuorumLost,
        Reason::Majority => Place::MajorityWon,
        Reason::Minority => Place::MajorityLost,
        Reason::OldestReachable => Place::OldestHere,
        Reason::OldestUnreachable => Place::OldestThere,
        Reason::LeaseDenied { .. } => Place::LeaseDenied,
        _ => return None,
    })
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
