//! S: when a split brain resolver decides, who does, and what comes of it.

use std::time::Duration;

use quorate::MemberStatus::Down;
use quorate::{
    Address, AppVersion, ClusterEvent, CommandKind, Decision, DecisionRecord, Instant, Member, MemberStatus,
    Members, Reason, Roles, Strategy, UniqueAddress,
};

use super::assumptions::{CLOCK_RIGHT, MEANT_ARE_FOUND, NOT_SUSPENDED};
use super::change::Change;
use super::invariant::{Group, Invariant, Watches};
use super::stage::Cause;
use super::violation::{Finding, Names};

/// S7
pub(super) static S7: Invariant = Invariant::new(
    "S7",
    "no decision comes before stable-after has passed since the last change that counts, and none for unrest later than \
     its limit",
    Group::Safety,
    Watches::Change,
    "SBR-14, SBR-62, SBR-64, SBR-66, SBR-68",
)
.assuming(&[&CLOCK_RIGHT, &NOT_SUSPENDED]);

/// S8
pub(super) static S8: Invariant = Invariant::new(
    "S8",
    "every Down has a witness: a command, a new incarnation, or a decision whose record comes to the same again",
    Group::Safety,
    Watches::Change,
    "SBR-1, SBR-67, SBR-86",
)
.assuming(&[&MEANT_ARE_FOUND]);

/// S9
pub(super) static S9: Invariant = Invariant::new(
    "S9",
    "only the leader of its view decides, but for unrest and quarantine",
    Group::Safety,
    Watches::Change,
    "SBR-56, SBR-57",
);

/// S10
pub(super) static S10: Invariant = Invariant::new(
    "S10",
    "one more reachable member never turns a side that stays into one that goes",
    Group::Safety,
    Watches::Change,
    "SBR-38, SBR-42",
);

/// The clock of one node's resolver, kept from its events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    /// When something that counts changed last, or the node began.
    since: Instant,
    /// When its node was called too late, last.
    suspended: Option<Instant>,
}

impl Rest {
    pub(super) const fn new(at: Instant) -> Self {
        Self { since: at, suspended: None }
    }

    pub(super) const fn since(&self) -> Instant {
        self.since
    }

    /// The node was called too late.
    pub(super) fn suspended(&mut self, at: Instant) {
        self.suspended = Some(at);
    }

    /// `not-suspended`: of the time that a decision waited for, ending at an instant.
    pub(super) fn kept_time(&self, record: &DecisionRecord, at: Instant) -> bool {
        let waited = match record.reason {
            Reason::Unstable { first, .. } => first,
            _ => at.since(self.since),
        };
        self.suspended.is_none_or(|suspended| at.since(suspended) > waited)
    }

    /// SBR-14: whether an event counts.
    pub(super) fn hear(&mut self, me: &UniqueAddress, data_center: &str, event: &ClusterEvent, at: Instant) {
        if self.since == at {
            return;
        }
        let counts = match event {
            ClusterEvent::MemberUp(member) | ClusterEvent::MemberExited(member) => Some(member),
            ClusterEvent::UnreachableMember(member)
            | ClusterEvent::ReachableMember(member)
            | ClusterEvent::MemberDowned(member) => (member.unique_address() != me).then_some(member),
            _ => None,
        };
        if counts.is_some_and(|member| member.data_center() == data_center) {
            self.since = at;
        }
    }

    /// SBR-68: a decision to down somebody begins anew.
    pub(super) fn decided(&mut self, record: &DecisionRecord, at: Instant) {
        if !record.down.is_empty() {
            self.since = at;
        }
    }

    /// S7: of a decision that did not wait for a lease. SBR-71: one for a notice of quarantine waits for nothing. `ticks`: how far the node's ticks are apart.
    pub(super) fn is_respected(
        &self,
        record: &DecisionRecord,
        settings: (Duration, Option<Duration>),
        at: Instant,
        ticks: Duration,
        names: Names<'_>,
    ) -> Option<Finding> {
        let (stable_after, limit) = settings;
        let (me, rested) = (record.self_node(), at.since(self.since));
        let decided = format!("{} decided: {}", names.of(me), record.decision);
        if matches!(record.reason, Reason::QuarantinedByRemote { .. }) {
            return None;
        }
        if let Reason::Unstable { first, .. } = record.reason {
            let latest = stable_after.saturating_add(limit?).saturating_add(TICK).saturating_add(ticks);
            let other = format!("there was unrest for {first:?}, and {latest:?} is the limit");
            return (first > latest).then(|| Finding::new(&[me], decided, other));
        }
        let other =
            format!("something that counts had changed {rested:?} before, and it waits for {stable_after:?}");
        (rested <= stable_after).then(|| Finding::new(&[me], decided, other))
    }
}

/// SBR-65: how often a resolver looks.
const TICK: Duration = Duration::from_secs(1);

/// Whether a decision is one that nobody waited or led for.
pub(super) fn is_forced(record: &DecisionRecord) -> bool {
    matches!(record.reason, Reason::Unstable { .. } | Reason::QuarantinedByRemote { .. })
}

/// Whether a decision came after an answer of the lease.
pub(super) fn is_by_lease(record: &DecisionRecord) -> bool {
    record.decision.lease_delay().is_some() || matches!(record.reason, Reason::LeaseDenied { .. })
}

/// S8: the record itself.
pub(super) fn comes_to_the_same(record: &DecisionRecord, names: Names<'_>) -> Option<Finding> {
    let mut sound = record.clone();
    // What is broken on purpose would break the second look too.
    sound.repairs.planted = None;
    let again = sound.evaluate_again();
    if again.down == record.down && again.decision == record.decision {
        return None;
    }
    let said = |record: &DecisionRecord| {
        let down: Vec<_> = record.down.iter().map(|node| names.of(node)).collect();
        format!("{}, which downs ({})", record.decision, down.join(", "))
    };
    let one = format!("{} decided {}", names.of(record.self_node()), said(record));
    Some(Finding::new(&[record.self_node()], one, format!("of the same view comes {}", said(&again))))
}

/// `meant-are-found`
pub(super) fn are_found(members: &Members, records: &[&DecisionRecord]) -> bool {
    records
        .iter()
        .flat_map(|record| &record.down)
        .all(|meant| members.first_at(&meant.address).is_none_or(|found| found.unique_address() == meant))
}

/// S8: the members that went Down in an event are those that were to, and all of them.
pub(super) fn downs_have_witnesses(change: &Change<'_>, records: &[&DecisionRecord]) -> Option<Finding> {
    if change.cause.is_merge() {
        return None;
    }
    let me = change.names.of(change.me);
    let is_told = matches!(change.cause, Cause::Command(CommandKind::Down) | Cause::Join);
    let decided = |node: &UniqueAddress| records.iter().any(|record| record.down.contains(node));
    let downed = change.down().find_map(|(was, is)| {
        let is_news = was.is_some_and(|was| was.status() != Down);
        (is_news && !is_told && !decided(is.unique_address())).then(|| is.unique_address())
    });
    if let Some(node) = downed {
        let one = format!("{} {me} made {} Down", change.cause.words(), change.names.of(node));
        return Some(Finding::new(&[change.me, node], one, "nobody decided or told it to".into()));
    }
    let left = records.iter().flat_map(|record| &record.down).find(|node| {
        let can_be_downed = |status: MemberStatus| status.may_become(Down) && status != Down;
        let before = change.before.member(node).is_some_and(|was| can_be_downed(was.status()));
        before && change.after.member(node).is_some_and(|is| can_be_downed(is.status()))
    })?;
    let one = format!("{me} decided to down {}", change.names.of(left));
    let status = change.after.member(left).map_or("no member", |member| member.status().name());
    Some(Finding::new(&[change.me, left], one, format!("it is {status} afterwards")))
}

/// S9: `leader`: who leads by what the node has told.
pub(super) fn leader_decides(
    record: &DecisionRecord,
    leader: Option<&Address>,
    names: Names<'_>,
) -> Option<Finding> {
    let me = record.self_node();
    (leader != Some(&me.address)).then(|| {
        let one = format!("{} decided: {}", names.of(me), record.decision);
        let leader = leader.map_or_else(|| "nobody".into(), ToString::to_string);
        Finding::new(&[me], one, format!("to it the leader is {leader}"))
    })
}

/// S10: of a side that stays by its number.
pub(super) fn one_more_still_stays(record: &DecisionRecord, names: Names<'_>) -> Option<Finding> {
    let role = match &record.strategy {
        Strategy::KeepMajority { role } => role,
        // SBR-39: there may be too many.
        Strategy::StaticQuorum { quorum_size, role } if record.sides.members() + 2 <= 2 * quorum_size => role,
        _ => return None,
    };
    if record.decision != Decision::DownUnreachable {
        return None;
    }
    let data_center = record.view.data_center();
    let roles = Roles::of_user(role.iter().cloned(), data_center).ok()?;
    let address = Address::new("zzzzzzzz-one-more", 1).ok()?;
    let node = UniqueAddress::new(address, 1);
    let more = Member::with_parts(node, roles, AppVersion::default(), i32::MAX - 1, MemberStatus::Up);
    let mut view = record.view.clone();
    let mut repairs = record.repairs;
    repairs.planted = None;
    view.apply(&ClusterEvent::MemberUp(more));
    let with_more = view.explain(&record.strategy, &repairs);
    (with_more.decision != Decision::DownUnreachable).then(|| {
        let me = record.self_node();
        let one = format!("{} stays by its number: {}", names.of(me), record.decision);
        Finding::new(&[me], one, format!("with one more on its side it decides {}", with_more.decision))
    })
}

#[cfg(test)]
mod tests {
    use quorate::MemberStatus::Up;
    use quorate::{Gossip, Repairs, ResolverView};

    use super::super::testing::{Doctored, gossip, names, node};
    use super::*;

    fn keep_majority() -> Strategy {
        Strategy::KeepMajority { role: None }
    }

    /// What a decides that sees some and not others.
    fn record(reachable: &[&str], lost: &[&str]) -> DecisionRecord {
        let mut view = ResolverView::new(node("a"), "default".into(), &keep_majority());
        for name in reachable.iter().chain(lost) {
            view.apply(&ClusterEvent::MemberUp(member_of(name)));
        }
        for name in lost {
            view.apply(&ClusterEvent::UnreachableMember(member_of(name)));
        }
        view.explain(&keep_majority(), &Repairs::none())
    }

    fn member_of(name: &str) -> Member {
        Member::with_parts(node(name), Roles::of_user([], "default").unwrap(), AppVersion::default(), 1, Up)
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    /// S7
    #[test]
    fn a_decision_before_there_is_rest_violates() {
        let mut rest = Rest::new(at(0));
        let record = record(&["a", "b"], &["c"]);
        let settings = (Duration::from_secs(20), Some(Duration::from_secs(15)));
        let decides = |rest: Rest, when| rest.is_respected(&record, settings, at(when), TICK, names());
        assert_eq!(decides(rest, 21), None);
        assert!(decides(rest, 20).is_some());
        let lost = ClusterEvent::UnreachableMember(member_of("c"));
        rest.hear(&node("a"), "elsewhere", &lost, at(10));
        rest.hear(&node("c"), "default", &lost, at(10));
        assert_eq!(decides(rest, 21), None, "of another data centre, or of itself");
        rest.hear(&node("a"), "default", &lost, at(10));
        assert!(decides(rest, 21).unwrap().facts.1.contains("11s"));
        rest.decided(&record, at(40));
        assert!(decides(rest, 50).is_some());
    }

    /// S7: the assumption `not-suspended`.
    #[test]
    fn a_node_that_slept_while_it_waited_kept_no_time() {
        let mut rest = Rest::new(at(0));
        let record = record(&["a", "b"], &["c"]);
        assert!(rest.kept_time(&record, at(30)));
        rest.suspended(at(10));
        assert!(!rest.kept_time(&record, at(30)));
        rest.decided(&record, at(20));
        assert!(rest.kept_time(&record, at(29)), "it slept before");
    }

    /// S7, SBR-71
    #[test]
    fn a_decision_for_a_notice_of_quarantine_waits_for_nothing() {
        let mut record = record(&["a", "b"], &["c"]);
        record.reason = Reason::QuarantinedByRemote { remote: node("b") };
        let settings = (Duration::from_secs(20), Some(Duration::from_secs(15)));
        assert_eq!(Rest::new(at(9)).is_respected(&record, settings, at(10), TICK, names()), None);
    }

    /// S7
    #[test]
    fn unrest_beyond_its_limit_violates() {
        let rest = Rest::new(at(0));
        let unstable = |first| {
            let mut record = record(&["a", "b"], &["c"]);
            let first = Duration::from_secs(first);
            record.reason = Reason::Unstable { changes: 9, first, latest: Duration::ZERO };
            record
        };
        let settings = (Duration::from_secs(20), Some(Duration::from_secs(15)));
        let decides = |first| rest.is_respected(&unstable(first), settings, at(first), TICK, names());
        assert_eq!(decides(36), None);
        assert!(decides(40).is_some());
    }

    /// S8
    #[test]
    fn a_record_that_does_not_come_to_the_same_violates() {
        let sound = record(&["a", "b"], &["c"]);
        assert_eq!(comes_to_the_same(&sound, names()), None);
        let mut other = sound;
        other.down = vec![node("b")];
        assert_eq!(comes_to_the_same(&other, names()).unwrap().who, [node("a")]);
    }

    /// S8
    #[test]
    fn a_down_without_a_witness_and_a_decision_without_downs_violate() {
        let record = record(&["a", "b"], &["c"]);
        let change = |status, cause| {
            let list = |status| gossip(&[("a", Up), ("b", Up), ("c", status)]);
            Doctored::of(list(Up), list(status), cause)
        };
        let check = |change: &Doctored, records: &[&DecisionRecord]| {
            change.check(|change| downs_have_witnesses(change, records))
        };
        assert_eq!(check(&change(Down, Cause::Tick), &[&record]), None);
        assert!(check(&change(Down, Cause::Tick), &[]).unwrap().facts.1.contains("nobody"));
        assert_eq!(check(&change(Down, Cause::Command(CommandKind::Down)), &[]), None);
        assert_eq!(check(&change(Down, Cause::Gossip), &[]), None);
        assert!(check(&change(Up, Cause::Tick), &[&record]).unwrap().facts.1.contains("is up"));
    }

    /// S8, SBR-67
    #[test]
    fn a_command_may_find_another_incarnation_than_was_meant() {
        let record = record(&["a", "b"], &["c"]);
        let finds = |members: &Gossip| are_found(members.members(), &[&record]);
        let here = gossip(&[("a", Up), ("b", Up), ("c", Up)]);
        assert!(finds(&here) && finds(&gossip(&[("a", Up)])), "it, or nobody any more");
        let life = |uid| UniqueAddress::new(node("c").address, uid);
        let with = |gossip: &Gossip, uid| {
            gossip.add(Member::joining(life(uid), Roles::default(), AppVersion::default()))
        };
        assert!(!finds(&with(&here, i64::MIN)), "an earlier life, be it Down");
        assert!(finds(&with(&here, i64::MAX)), "the first is the one that was meant");
        assert!(!finds(&with(&gossip(&[("a", Up)]), i64::MAX)), "the next, while the lease was asked for");
    }

    /// S9
    #[test]
    fn a_decision_of_who_does_not_lead_violates() {
        let record = record(&["a", "b"], &["c"]);
        assert_eq!(leader_decides(&record, Some(&node("a").address), names()), None);
        assert!(leader_decides(&record, Some(&node("b").address), names()).is_some());
        assert!(leader_decides(&record, None, names()).unwrap().facts.1.contains("nobody"));
    }

    /// S10
    #[test]
    fn a_side_that_one_more_makes_go_violates() {
        let sound = record(&["a", "b"], &["c"]);
        assert_eq!(sound.decision, Decision::DownUnreachable);
        assert_eq!(one_more_still_stays(&sound, names()), None);
        // A view in which three are lost, and a decision that says that they stay all the same.
        let mut doctored = sound;
        doctored.view = record(&["a"], &["b", "c", "d"]).view;
        assert!(one_more_still_stays(&doctored, names()).is_some());
    }
}
