//! L9 to L12: what may happen so often and no more, and what must stay small.

use std::time::Duration;

use quorate::{
    FailureDetectorConfig, Gossip, Instant, Member, MemberStatus, ReachabilityStatus, UniqueAddress,
};

use super::Judge;
use super::assumptions::{GENTLE, MILD, NO_MANUAL_DOWN, ONE_DATA_CENTER, PATIENT, STEADY};
use super::change::Change;
use super::invariant::{Group, Invariant, Watches};
use super::seat::{Seat, Terms};
use super::split::Partition;
use super::stage::{Cause, Stage};
use super::violation::{Finding, Names};

/// L9
pub(super) static L9: Invariant = Invariant::new(
    "L9",
    "no live, unpaused member is downed while links lose at most one message in ten and take at most half a second",
    Group::Liveness,
    Watches::Cluster,
    "PHI-26, SBR-64",
)
.assuming(&[&MILD, &PATIENT, &NO_MANUAL_DOWN]);

/// L10
pub(super) static L10: Invariant = Invariant::new(
    "L10",
    "while links lose at most one message in a hundred, members that run are marked unreachable no more often than chance does it",
    Group::Rate,
    Watches::Cluster,
    "PHI-26, RCH-41",
)
.assuming(&[&GENTLE, &PATIENT]);

/// L11
pub(super) static L11: Invariant = Invariant::new(
    "L11",
    "in steady state nodes send no more than heartbeats, their answers and three gossip messages an interval; after a heal at \
               most ten times that",
    Group::Rate,
    Watches::Cluster,
    "HB-14, HB-49, GSP-59",
)
.assuming(&[&STEADY, &ONE_DATA_CENTER]);

/// L12. Timers are left out: a node has one of each kind.
pub(super) static L12: Invariant = Invariant::new(
    "L12",
    "clocks, rows and tombstones stay linear in members and removals",
    Group::Safety,
    Watches::Node,
    "GSP-8, GSP-21, RCH-30, RCH-34",
);

/// L9: how many nodes there may be.
const NODES_MAX: usize = 10;
/// L9: the most loss, in parts of a million.
const MILD_LOSS: u32 = 100_000;
/// L10: the most loss.
const GENTLE_LOSS: u32 = 10_000;
/// L9: how long a resolver waits at least.
const STABLE_MIN: Duration = Duration::from_secs(10);
/// L9, L10: how long a message takes at most.
const SLOWEST: Duration = Duration::from_millis(500);
/// L11: how long a node is watched at least.
const STEADY_MIN: Duration = Duration::from_secs(10);

/// What the judge remembers for rates.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    /// Whether links and hosts were never worse than that.
    is_mild: bool,
    is_gentle: bool,
    /// Nodes that run and were marked by others, while it was gentle.
    marks: u64,
    last_mark: Option<(UniqueAddress, UniqueAddress)>,
    steady: Option<Window>,
    healed: Option<Window>,
}

/// How much was sent until an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    since: Instant,
    sent: u64,
    nodes: usize,
    /// L11: when the time after a heal is over; of steady state, never.
    until: Instant,
    /// L11: how many messages have arrived since that were sent before. Each may be answered, once.
    belated: u64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { is_mild: true, is_gentle: true, marks: 0, last_mark: None, steady: None, healed: None }
    }
}

impl Terms {
    /// L9, L10: whether its detectors are at least as patient as those by default.
    fn is_patient(&self) -> bool {
        let (own, default) = (&self.detector, FailureDetectorConfig::default());
        own.kind == default.kind
            && own.threshold >= default.threshold
            && own.max_sample_size >= default.max_sample_size
            && own.min_std_deviation >= default.min_std_deviation
            && own.acceptable_heartbeat_pause >= default.acceptable_heartbeat_pause
            && own.heartbeat_interval <= default.heartbeat_interval
            && own.expected_response_after >= default.expected_response_after
    }

    /// L9: whether its resolver, if it has one, waits long enough for a mistake to be taken back.
    fn waits(&self) -> bool {
        self.stable_after >= STABLE_MIN
    }

    /// L10: how often in an hour the replies of one peer, of which this part gets lost, stay away for so long that it is marked:
    /// as many in a row as belong to the tolerated silence and one more, where each way may take half a second longer.
    fn marks_per_hour(&self, loss: f64) -> f64 {
        let interval = self.heartbeat_interval.as_secs_f64().max(0.001);
        let tolerated = self.heartbeat_pause.saturating_sub(2 * SLOWEST).as_secs_f64();
        let in_a_row = (tolerated / interval).floor() as usize + 1;
        let lost_round = 1.0 - (1.0 - loss) * (1.0 - loss);
        3600.0 / interval * std::iter::repeat_n(lost_round, in_a_row).product::<f64>()
    }

    /// L11: what a node of so many may send in a second: heartbeats and answers, and three for gossip.
    fn messages_per_second(&self, nodes: usize) -> f64 {
        let asked = self.monitored_by.min(nodes.saturating_sub(1)) as f64;
        let every = |interval: Duration| interval.as_secs_f64().max(0.001);
        2.0 * asked / every(self.heartbeat_interval) + 3.0 / every(self.gossip_interval)
    }
}

/// L10: how many of so many expected things may be seen: more happen by chance in less than one of a thousand million runs.
/// By the bound of a Poisson tail, `P(X > m) <= e^(m+1) / (m+1)!`.
pub(super) fn at_most(expected: f64) -> u64 {
    let (mut most, mut tail) = (0_u64, expected);
    while tail > 1e-9 {
        most += 1;
        tail *= expected / (most + 1) as f64;
    }
    most
}

/// L2, L10: whether a node has two incarnations of one address as members. Its detector knows addresses (PHI-39, RCH-40), so the silence
/// of the one that has died marks both, which is no chance.
pub(super) fn shares_its_address(gossip: &Gossip, node: &UniqueAddress) -> bool {
    let mut members = gossip.members().iter().map(Member::unique_address);
    members.any(|other| other.address == node.address && other.uid != node.uid)
}

/// L11: what so many nodes may send within a time. At both ends of it a tick may just be in it.
fn most_sent(per_second: f64, nodes: usize, lasted: Duration) -> f64 {
    per_second * nodes as f64 * (lasted.as_secs_f64() + 2.0)
}

/// L11: whether more was sent within a time than may be.
fn sent_too_much(
    sent: u64,
    per_second: f64,
    nodes: usize,
    lasted: Duration,
    what: &str,
    node: &UniqueAddress,
) -> Option<Finding> {
    let most = most_sent(per_second, nodes, lasted);
    if sent as f64 <= most {
        return None;
    }
    let one = format!("{nodes} nodes have sent {sent} messages within {:.1} s {what}", lasted.as_secs_f64());
    Some(Finding::new(&[node], one, format!("they may send {most:.0}")))
}

/// L12
pub(super) fn stays_small(seat: &Seat, removed: usize, names: Names<'_>) -> Option<Finding> {
    let members = seat.gossip.members().len();
    let (clock, tombstones) = (seat.gossip.clock().entries().len(), seat.gossip.tombstones().len());
    let rows = seat.gossip.reachability().rows().len();
    if clock + rows + tombstones <= 3 * (members + removed) {
        return None;
    }
    let one = format!(
        "{} has {clock} entries of its clock, {rows} rows and {tombstones} tombstones",
        names.of(&seat.me)
    );
    Some(Finding::new(&[&seat.me], one, format!("there are {members} members, and {removed} were removed")))
}

impl Judge {
    /// Something was done to hosts or links: how bad are they now? A host that does not run harms no other.
    pub(super) fn follow_rates(&mut self, stage: &impl Stage, at: Instant) {
        self.rates.steady = None;
        self.rates.healed = None;
        let hosts: Vec<usize> = self.live.values().copied().collect();
        let all = |loss: u32| {
            let fine = |from: usize, to: usize| !stage.is_cut(from, to) && stage.is_mild(from, to, loss);
            hosts.iter().all(|&from| hosts.iter().all(|&to| from == to || fine(from, to)))
        };
        self.rates.is_mild &= all(MILD_LOSS);
        self.rates.is_gentle &= all(GENTLE_LOSS);
        if self.partition(stage) == Partition::Whole && !hosts.is_empty() {
            let sent = self.sent(stage);
            let until = at + self.spreading().time();
            self.rates.healed = Some(Window { since: at, sent, nodes: hosts.len(), until, belated: 0 });
        }
    }

    /// L9, L10: a host runs from now on: how bad are its links?
    pub(super) fn meet_links_of(&mut self, stage: &impl Stage, host: usize) {
        let rates = &self.rates;
        if stage.is_untouched() || !(rates.is_mild || rates.is_gentle) {
            return;
        }
        let others = self.live.values().filter(|other| **other != host);
        let are_fine = |loss: u32| {
            let fine = |from: usize, to: usize| !stage.is_cut(from, to) && stage.is_mild(from, to, loss);
            others.clone().all(|&other| fine(host, other) && fine(other, host))
        };
        let (is_mild, is_gentle) = (are_fine(MILD_LOSS), are_fine(GENTLE_LOSS));
        self.rates.is_mild &= is_mild;
        self.rates.is_gentle &= is_gentle;
    }

    /// A node has crashed, or was killed: what becomes of its cluster is no matter of mild links.
    pub(super) fn rates_meet_a_fault(&mut self) {
        self.rates.is_mild = false;
        self.rates.steady = None;
    }

    /// L9, L10: whom a node has just marked, or downed.
    pub(super) fn judge_marks(&mut self, change: &Change<'_>) {
        if !self.rates.is_mild && !self.rates.is_gentle {
            return;
        }
        // What a node makes of others after one of them has removed it is of no account, nor what they make of it.
        let is_removed = |node: &UniqueAddress| self.ledger.departed.contains(&node.key());
        if is_removed(change.me) {
            return;
        }
        let runs = |judge: &Self, node: &UniqueAddress| {
            judge.live_seat(node.key(), node).is_some() && !judge.ledger.departed.contains(&node.key())
        };
        if change.cause == Cause::Tick && change.observations_replaced() {
            let before = change.before.reachability();
            let records = change.after.reachability().row(change.me).map_or(&[][..], |row| row.records());
            for record in records {
                let subject = &record.subject;
                let is_new = record.status == ReachabilityStatus::Unreachable
                    && before.status(change.me, subject) == ReachabilityStatus::Reachable;
                if is_new && runs(self, subject) && !shares_its_address(change.after, subject) {
                    self.rates.marks += 1;
                    self.rates.last_mark = Some((change.me.clone(), subject.clone()));
                }
            }
        }
        let downed = change.down().find_map(|(was, is)| {
            let is_new = was.is_none_or(|was| was.status() != MemberStatus::Down);
            (is_new && runs(self, is.unique_address())).then_some(is)
        });
        if self.docket.asserts(&L9)
            && let Some(member) = downed
            && self.docket.all_hold(&L9, &self.mild_assumptions())
        {
            let (me, name) = (change.names.of(change.me), change.names.of(member.unique_address()));
            let finding = Finding::new(
                &[change.me, member.unique_address()],
                format!("to {me} {name} is Down {}", change.cause.words()),
                format!("{name} runs, and nothing is wrong with its links"),
            );
            self.docket.judged(&L9, Some(finding), change.names);
        }
    }

    fn mild_assumptions(&self) -> [(bool, &'static super::Assumption); 3] {
        let patient = self.seats.iter().flatten().all(|seat| seat.terms.is_patient() && seat.terms.waits());
        let is_mild = self.rates.is_mild && self.seats.len() <= NODES_MAX;
        [(is_mild, &MILD), (patient, &PATIENT), (!self.circumstances.manual_down, &NO_MANUAL_DOWN)]
    }

    fn sent(&self, stage: &impl Stage) -> u64 {
        (0..stage.hosts()).map(|host| stage.sent(host)).sum()
    }

    /// L9 to L12, now and then.
    pub(super) fn judge_rates(&mut self, stage: &impl Stage, at: Instant, names: Names<'_>) {
        if self.docket.asserts(&L9) && self.docket.all_hold(&L9, &self.mild_assumptions()) {
            self.docket.judged(&L9, None, names);
        }
        self.judge_mark_rate(at, names);
        self.judge_traffic(stage, at, names);
        if self.docket.asserts(&L12) {
            let removed = self.ledger.departed.len();
            let finding = self.participants().iter().find_map(|seat| stays_small(seat, removed, names));
            self.docket.judged(&L12, finding, names);
        }
    }

    fn judge_mark_rate(&mut self, at: Instant, names: Names<'_>) {
        if !self.docket.asserts(&L10) {
            return;
        }
        let patient = self.seats.iter().flatten().all(|seat| seat.terms.is_patient());
        if !self.docket.all_hold(&L10, &[(self.rates.is_gentle, &GENTLE), (patient, &PATIENT)]) {
            return;
        }
        let links = |seat: &Seat| seat.terms.monitored_by.min(self.seats.len().saturating_sub(1)) as f64;
        let loss = f64::from(GENTLE_LOSS) / 1e6;
        let expected = |seat: &Seat| {
            let hours = at.since(seat.started).as_secs_f64() / 3600.0;
            hours * links(seat) * seat.terms.marks_per_hour(loss)
        };
        let most = at_most(self.seats.iter().flatten().map(expected).sum());
        let marks = self.rates.marks;
        let finding = self.rates.last_mark.as_ref().filter(|_| marks > most).map(|(observer, subject)| {
            let one = format!(
                "{marks} times somebody that runs was marked, {} last by {}",
                names.of(subject),
                names.of(observer)
            );
            Finding::new(&[observer, subject], one, format!("by chance it is {most} times at most"))
        });
        self.measure_most(&L10, || marks as f64 / most.max(1) as f64);
        self.docket.judged(&L10, finding, names);
    }

    /// L11
    fn judge_traffic(&mut self, stage: &impl Stage, at: Instant, names: Names<'_>) {
        if !self.docket.asserts(&L11) {
            return;
        }
        let seats = self.participants();
        let Some(first) = seats.first() else { return };
        let (me, nodes) = (first.me.clone(), seats.len());
        let one_data_center = !seats.iter().any(|seat| seat.gossip.is_multi_data_center());
        let per_second =
            seats.iter().map(|seat| seat.terms.messages_per_second(nodes)).fold(0.0_f64, f64::max);
        let is_calm = nodes == self.live.len() && self.is_calm();
        let sent = self.sent(stage);
        let (mut found, mut needed) = (Vec::new(), Vec::new());
        let part = |sent: u64, per_second: f64, lasted| sent as f64 / most_sent(per_second, nodes, lasted);
        if let Some(window) = self.rates.healed.filter(|window| window.until <= at && window.nodes == nodes) {
            let lasted = at.since(window.since);
            let (sent, what) = (sent - window.sent, "since a heal");
            found.push(sent_too_much(sent, 10.0 * per_second, nodes, lasted, what, &me));
            needed.push(part(sent, 10.0 * per_second, lasted));
            self.rates.healed = None;
        }
        let here = Window { since: at, sent, nodes, until: Instant::MAX, belated: 0 };
        match self.rates.steady.filter(|window| is_calm && window.nodes == nodes) {
            Some(window) if at.since(window.since) >= STEADY_MIN => {
                let (sent, lasted) =
                    (sent.saturating_sub(window.sent + window.belated), at.since(window.since));
                found.push(sent_too_much(sent, per_second, nodes, lasted, "in steady state", &me));
                needed.push(part(sent, per_second, lasted));
                self.rates.steady = Some(here);
            }
            Some(_) => {}
            None => {
                self.docket.excused(&L11, &STEADY);
                self.rates.steady = is_calm.then_some(here);
            }
        }
        for part in needed.into_iter().filter(|_| one_data_center) {
            self.measure(&L11, || part);
        }
        for finding in found {
            self.docket.judged_if(one_data_center, &ONE_DATA_CENTER, &L11, || finding, names);
        }
    }

    /// L11: a message has arrived that was sent then.
    #[inline]
    pub(super) fn follow_arrival(&mut self, sent_at: Instant) {
        if let Some(window) = &mut self.rates.steady {
            window.belated += u64::from(sent_at < window.since);
        }
    }

    /// A state has changed: it is not steady from here on.
    pub(super) fn unsteady(&mut self) {
        self.rates.steady = None;
    }
}

#[cfg(test)]
#[path = "rates_tests.rs"]
mod tests;
