//! S: which side of a split stays, strategy by strategy, told from the network itself rather than from the view of who decides.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Config, Decision, DecisionRecord, Downing, Instant, LeaseCall, Member, MemberStatus, Output, Reason,
    Strategy, UniqueAddress,
};

use super::assumptions::{
    CLEAN_PARTITION, DETECTED, LEASE_ASKED_IN_REST, NO_MANUAL_DOWN, NOTHING_IN_FLIGHT, ONLY_CRASHES,
    RESOLVER_ON, UP_WAS_HEARD,
};
use super::invariant::{Group, Invariant, Watches};
use super::violation::{Finding, Names};

/// S3
pub(super) static S3: Invariant = Invariant::new(
    "S3",
    "keep-majority: the side with more voting members stays, and of two halves the one with the lowest address",
    Group::Safety,
    Watches::Change,
    "SBR-42, SBR-95",
)
.assuming(&[&CLEAN_PARTITION, &NOTHING_IN_FLIGHT, &NO_MANUAL_DOWN, &RESOLVER_ON, &DETECTED, &UP_WAS_HEARD]);

/// S4
pub(super) static S4: Invariant = Invariant::new(
    "S4",
    "static-quorum: the side with the quorum stays, and nobody where there are too many members",
    Group::Safety,
    Watches::Change,
    "SBR-38, SBR-94",
)
.assuming(&[&CLEAN_PARTITION, &NOTHING_IN_FLIGHT, &NO_MANUAL_DOWN, &RESOLVER_ON, &DETECTED, &UP_WAS_HEARD]);

/// S5
pub(super) static S5: Invariant = Invariant::new(
    "S5",
    "keep-oldest: the side of the oldest stays, but with down-if-alone an oldest that is alone goes, so that all others stay if \
     they are together",
    Group::Safety,
    Watches::Change,
    "SBR-45, SBR-46, SBR-96",
)
.assuming(&[&CLEAN_PARTITION, &NOTHING_IN_FLIGHT, &NO_MANUAL_DOWN, &RESOLVER_ON, &DETECTED, &UP_WAS_HEARD]);

/// S6
pub(super) static S6: Invariant = Invariant::new(
    "S6",
    "lease-majority: who acts holds the lease, who is denied it goes down itself, and the minority waits before it asks",
    Group::Safety,
    Watches::Change,
    "SBR-50, LEASE-11, LEASE-15, LEASE-16",
)
.assuming(&[&LEASE_ASKED_IN_REST]);

/// S11. Without the repair a member that has noticed one crash and then crashes itself counts as indirectly connected, and in the
/// second look takes all others with it (REP-110).
pub(super) static S11: Invariant = Invariant::new(
    "S11",
    "members that only crash, one after the other, end nobody who is left, as long as those are enough for their strategy",
    Group::Safety,
    Watches::Change,
    "SBR-52, REP-110, REP-111",
)
.assuming(&[&ONLY_CRASHES, &NOTHING_IN_FLIGHT, &NO_MANUAL_DOWN, &RESOLVER_ON, &DETECTED, &UP_WAS_HEARD])
.cured_by(&["gone-observers"]);

/// LEASE-9: whether a node asks for a lease.
pub(super) fn asks_for_lease(outputs: &[Output]) -> bool {
    outputs
        .iter()
        .any(|output| matches!(output, Output::Lease(request) if request.call == LeaseCall::Acquire))
}

/// The invariant of a strategy, if it is one of those that count heads.
pub(super) fn invariant_of(strategy: &Strategy) -> Option<&'static Invariant> {
    match strategy {
        Strategy::KeepMajority { .. } => Some(&S3),
        Strategy::StaticQuorum { .. } => Some(&S4),
        Strategy::KeepOldest { .. } => Some(&S5),
        Strategy::DownAll | Strategy::LeaseMajority { .. } => None,
    }
}

/// Who truly is on the side of a node, and who is not: of the members of its data centre, as its gossip has them.
#[derive(Debug)]
pub(super) struct Truth<'a> {
    pub(super) here: Vec<&'a Member>,
    pub(super) there: Vec<&'a Member>,
}

/// SBR-24: those that vote.
fn votes(member: &Member, role: Option<&str>) -> bool {
    let votes = matches!(
        member.status(),
        MemberStatus::Up
            | MemberStatus::Leaving
            | MemberStatus::PreparingForShutdown
            | MemberStatus::ReadyForShutdown
    );
    votes && role.is_none_or(|role| member.roles().contains(role))
}

impl Truth<'_> {
    /// `detected`: whether a decision was made of exactly this.
    pub(super) fn is_known_to(&self, record: &DecisionRecord) -> bool {
        record.indirectly_connected.is_empty() && self.is_told(record.unreachable().iter())
    }

    /// `up-was-heard`: whether those that prepare for shutdown count to the resolver as they count.
    pub(super) fn is_heard_by(&self, record: &DecisionRecord) -> bool {
        let prepares = |member: &&&Member| {
            matches!(member.status(), MemberStatus::PreparingForShutdown | MemberStatus::ReadyForShutdown)
        };
        let counts = |member: &&Member| {
            record.view.members().iter().any(|stored| {
                stored.unique_address() == member.unique_address()
                    && !matches!(stored.status(), MemberStatus::Joining | MemberStatus::WeaklyUp)
            })
        };
        self.here.iter().chain(&self.there).filter(prepares).all(counts)
    }

    /// `detected`: whether these are all those, and only those, beyond the side.
    pub(super) fn is_told<'b>(&self, unreachable: impl ExactSizeIterator<Item = &'b UniqueAddress>) -> bool {
        let mut unreachable = unreachable;
        unreachable.len() == self.there.len()
            && unreachable.all(|node| self.there.iter().any(|member| member.unique_address() == node))
    }

    /// Whether the side stays, by the sentence of the strategy's invariant. `None`: that tells nothing.
    fn stays(&self, strategy: &Strategy) -> Option<bool> {
        let role = strategy.role();
        let [here, there] =
            [&self.here, &self.there].map(|side| side.iter().filter(|m| votes(m, role)).count());
        let first = |by: fn(&Member, &Member) -> Ordering| {
            let all = self.here.iter().map(|m| (true, m)).chain(self.there.iter().map(|m| (false, m)));
            all.filter(|(_, m)| votes(m, role))
                .min_by(|a, b| by(a.1, b.1))
                .is_some_and(|(is_here, _)| is_here)
        };
        Some(match strategy {
            Strategy::KeepMajority { .. } => match here.cmp(&there) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => first(|a, b| a.unique_address().cmp(b.unique_address())),
            },
            Strategy::StaticQuorum { quorum_size, .. } => {
                let quorum = *quorum_size as usize;
                here + there < 2 * quorum && here >= quorum
            }
            Strategy::KeepOldest { down_if_alone, .. } => {
                let is_oldest_here = first(|a, b| {
                    a.up_number().cmp(&b.up_number()).then_with(|| a.address().cmp(b.address()))
                });
                match (is_oldest_here, *down_if_alone) {
                    (true, false) => true,
                    (true, true) => here > 1 || there < 2,
                    (false, true) => there == 1 && here > 1,
                    (false, false) => false,
                }
            }
            Strategy::DownAll | Strategy::LeaseMajority { .. } => return None,
        })
    }

    /// S11: whether those on the side stay if it is to stay, of a decision that was not forced by unrest or quarantine.
    pub(super) fn is_spared(&self, record: &DecisionRecord, names: Names<'_>) -> Option<Finding> {
        if self.stays(&record.strategy) != Some(true) {
            return None;
        }
        let me = record.self_node();
        let downed = self.here.iter().find(|member| record.down.contains(member.unique_address()))?;
        let (name, decision) = (names.of(downed.unique_address()), record.decision);
        let dead: Vec<String> = self.there.iter().map(|member| names.of(member.unique_address())).collect();
        let one = format!("{} decided: {decision}, which downs {name}", names.of(me));
        let other = format!("nobody but {} has gone, and those who are left are enough", dead.join(" "));
        Some(Finding::new(&[me], one, other))
    }

    /// S3, S4, S5: of a decision that was not forced by unrest or quarantine.
    pub(super) fn is_followed(&self, record: &DecisionRecord, names: Names<'_>) -> Option<Finding> {
        let due = self.stays(&record.strategy)?;
        let does = record.decision == Decision::DownUnreachable;
        (due != does).then(|| {
            let me = record.self_node();
            let list = |side: &[&Member]| {
                let named: Vec<String> = side.iter().map(|m| names.of(m.unique_address())).collect();
                named.join(" ")
            };
            let word = if due { "stays" } else { "goes" };
            Finding::new(
                &[me],
                format!("{} decided: {}", names.of(me), record.decision),
                format!("on its side are ({}), beyond ({}): it {word}", list(&self.here), list(&self.there)),
            )
        })
    }
}

/// LEASE-6: what a node asks for, in whose name, and how long it waits before that if it is with the fewer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LeaseTerms {
    pub(super) lease: Arc<str>,
    pub(super) cluster: String,
    pub(super) role: Option<Arc<str>>,
    minority_delay: Duration,
    /// LEASE-23: how long the lease is kept when all that were downed are removed.
    release_after: Duration,
}

impl LeaseTerms {
    pub(super) fn of(config: &Config) -> Option<Self> {
        let Strategy::LeaseMajority { role, minority_delay, release_after } = config.sbr.strategy() else {
            return None;
        };
        (config.downing == Downing::Sbr).then(|| Self {
            lease: config.lease_name(),
            cluster: config.cluster_name.to_string(),
            role,
            minority_delay,
            release_after,
        })
    }

    /// LEASE-23: whether it is kept until who asks last has asked, who knows enough so much later and may be of the minority.
    pub(super) fn is_kept_for(&self, time: Duration) -> bool {
        self.release_after > time + self.minority_delay
    }

    /// S6: the minority asks no earlier than so long after it was due. `None` as the last: this is not to be judged, since something
    /// changed while it may have waited already (LEASE-12).
    pub(super) fn minority_waits(
        &self,
        truth: &Truth<'_>,
        me: &UniqueAddress,
        (since, stable_after): (Instant, Duration),
        at: Instant,
        names: Names<'_>,
    ) -> Option<Option<Finding>> {
        let count = |side: &[&Member]| side.iter().filter(|m| votes(m, self.role.as_deref())).count();
        let rested = at.since(since);
        if rested <= self.minority_delay || count(&truth.here) >= count(&truth.there) {
            return None;
        }
        let due = stable_after + self.minority_delay;
        Some((rested <= due).then(|| {
            let one = format!("{}, which is with the fewer, asks for the lease", names.of(me));
            let other =
                format!("something that counts had changed {rested:?} before, and it waits for {due:?}");
            Finding::new(&[me], one, other)
        }))
    }
}

/// S6: who acts with the lease holds it, and who acts without it ends. `holder`: who the lease service says that it is.
pub(super) fn lease_is_obeyed(
    record: &DecisionRecord,
    owner: &str,
    holder: Option<&str>,
    names: Names<'_>,
) -> Option<Finding> {
    let me = record.self_node();
    let decided = format!("{} decided: {}", names.of(me), record.decision);
    // REP-127: also who does not ask.
    if matches!(record.reason, Reason::LeaseDenied { .. }) || record.decision.lease_delay().is_none() {
        let member = record.view.members().iter().find(|member| member.unique_address() == me);
        let can_go = member.is_some_and(|me| !me.status().is_on_its_way_out());
        return (can_go && !record.downs_self()).then(|| {
            Finding::new(&[me], decided, "it was denied the lease, or did not ask for it, and goes on".into())
        });
    }
    (holder != Some(owner)).then(|| {
        let other = format!("the lease is held by {}, and it asks as {owner}", holder.unwrap_or("nobody"));
        Finding::new(&[me], decided, other)
    })
}

#[cfg(test)]
#[path = "staying_tests.rs"]
mod tests;
