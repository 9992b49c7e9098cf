//! C: what only a leader does.

use std::sync::Arc;
use std::time::Duration;

use quorate::MemberStatus::{Down, Exiting, PreparingForShutdown, ReadyForShutdown, Up, WeaklyUp};
use quorate::{Gossip, Instant, Member, MemberStatus, Reachability};

use super::assumptions::CLOCK_RIGHT;
use super::change::{Change, status};
use super::invariant::{Group, Invariant, Watches};
use super::naive::Naive;
use super::stage::Cause;
use super::violation::Finding;

/// C6
pub(super) static C6: Invariant = Invariant::new(
    "C6",
    "the leader acts only when converged, but for WeaklyUp after its delay, and never WeaklyUp while \
               preparing for shutdown",
    Group::Safety,
    Watches::Change,
    "LDR-1, LDR-6, LDR-11, LDR-15, LDR-17, LDR-18, LDR-46, CNV-6, CNV-15",
)
.assuming(&[&CLOCK_RIGHT])
.cured_by(&["preparing-from-gossip"]);

/// What a node knew and was, as far as it decides whether its leader's actions were right.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeaderTerms {
    /// The time since the last leader tick that certainly saw convergence, or since the node began.
    pub(super) without_convergence: Duration,
    /// The setting `allow-weakly-up-members`.
    pub(super) weakly_up_after: Option<Duration>,
    /// The setting `leader-actions-interval`.
    pub(super) interval: Duration,
}

/// The change of one member that only a leader makes.
struct Act<'a> {
    member: &'a Member,
    to: MemberStatus,
}

/// LDR-11, LDR-15, LDR-17, LDR-18 and LDR-7 make these; nobody else does, without a peer's state.
fn leader_acts<'a>(change: &Change<'a>) -> impl Iterator<Item = Act<'a>> {
    change.members().filter_map(|(was, is)| {
        let (member, to) = (was?, status(is));
        let by_leader = matches!(to, Up | WeaklyUp | Exiting | ReadyForShutdown | MemberStatus::Removed);
        (member.status() != to && by_leader).then_some(Act { member, to })
    })
}

/// Whether a leader acted at all. A founder that moves itself to Up had nobody to agree with.
pub(super) fn has_leader_acts(change: &Change<'_>) -> bool {
    !change.cause.is_merge() && change.members_changed && leader_acts(change).next().is_some()
}

/// Whether a leader did nothing but let members in as WeaklyUp, for which it needs no convergence.
pub(super) fn is_weakly_up_only(change: &Change<'_>) -> bool {
    leader_acts(change).all(|act| act.to == WeaklyUp)
}

/// C6: what only a leader does was done at a tick, by a node that leads and sees convergence, read off the
/// bare state.
pub(super) fn leader_acts_only_converged(change: &Change<'_>, terms: LeaderTerms) -> Option<Finding> {
    let states = states_before_leading(change);
    let leading = || states.iter().map(|state| change.naive(state)).filter(|naive| naive.is_leader());
    let leads = leading().next().is_some();
    let converged = leading().any(Naive::is_converged);
    leader_acts(change).find_map(|act| {
        let why = if change.cause != Cause::Tick {
            "only a leader's tick does that".into()
        } else if !leads {
            format!("{} does not lead", change.names.of(change.me))
        } else if act.to != WeaklyUp {
            if converged {
                return None;
            }
            why_not_converged(change)
        } else {
            why_not_weakly_up(change, terms)?
        };
        let (me, node) = (change.names.of(change.me), act.member.unique_address());
        let (name, from, to) = (change.names.of(node), act.member.status(), act.to);
        let one = format!("{} {me} itself moved {name} from {from} to {to}", change.cause.words());
        Some(Finding::new(&[change.me, node], one, why))
    })
}

fn why_not_converged(change: &Change<'_>) -> String {
    let (naive, names) = (change.naive(change.before), change.names);
    let me = names.of(change.me);
    match (naive.unseen_by(), naive.blocked_by()) {
        (Some(node), _) => format!("{} had not seen the state that {me} acted on", names.of(node)),
        (None, Some((observer, subject))) => {
            format!("{} was unreachable to {} when {me} acted", names.of(subject), names.of(observer))
        }
        (None, None) => format!("another node led in the state that {me} saw convergence in"),
    }
}

/// LDR-6: a count of leader ticks measures the delay, so a tick less than the delay may do.
fn why_not_weakly_up(change: &Change<'_>, terms: LeaderTerms) -> Option<String> {
    let me = change.names.of(change.me);
    let preparing = change
        .before
        .members()
        .iter()
        .find(|member| matches!(member.status(), PreparingForShutdown | ReadyForShutdown));
    if let Some(member) = preparing {
        return Some(format!("{} is {}", change.names.of(member.unique_address()), member.status()));
    }
    let Some(delay) = terms.weakly_up_after else {
        return Some(format!("{me} has no leave to use weakly-up"));
    };
    let waited = terms.without_convergence;
    (waited + terms.interval < delay)
        .then(|| format!("{me} had been without convergence for {waited:?} only, not for {delay:?}"))
}

/// The states that the leader may have decided on. When the event replaced the state once, that is the state
/// before it; else the reaper may have changed the own row, and the resolver may have made members Down, each
/// with or without the other, before.
fn states_before_leading(change: &Change<'_>) -> Vec<Arc<Gossip>> {
    let before = Arc::new(change.before.clone());
    if change.steps < 2 {
        return vec![before];
    }
    let rows = with_own_row_after(change);
    let observed = Arc::new(before.with_reachability(rows).only_seen(change.me));
    let downed: Vec<Member> = change
        .members()
        .filter(|(_, is)| is.is_none_or(|member| member.status() == Down))
        .filter_map(|(was, _)| was?.with_status(Down).ok())
        .collect();
    let with_downs = |state: &Gossip| Arc::new(state.update(&downed).only_seen(change.me));
    let (downs, both) = (with_downs(&before), with_downs(&observed));
    vec![before, observed, downs, both]
}

fn with_own_row_after(change: &Change<'_>) -> Reachability {
    let table = change.before.reachability();
    let mut rows: Vec<_> = table.rows().iter().filter(|row| row.observer() != change.me).cloned().collect();
    rows.extend(change.after.reachability().row(change.me).cloned());
    rows.sort_by(|a, b| a.observer().cmp(b.observer()));
    Reachability::try_from(rows).unwrap_or_else(|_| table.clone())
}

/// Since when a node's leader may have been counting ticks without convergence (LDR-2).
#[derive(Clone, Copy, Debug)]
pub(super) struct ConvergenceWatch {
    /// Not after the last leader tick that saw convergence.
    stuck_from: Instant,
    /// Since when the present state has been one in which the node leads and sees convergence.
    acting_from: Option<Instant>,
    last_tick: Instant,
}

impl ConvergenceWatch {
    pub(super) fn new(at: Instant) -> Self {
        Self { stuck_from: at, acting_from: None, last_tick: at }
    }

    #[inline]
    pub(super) fn ticked(&mut self, at: Instant) {
        self.last_tick = at;
    }

    pub(super) fn waited(&self, at: Instant) -> Duration {
        at.since(self.stuck_from)
    }

    /// The state was replaced by one in which the node leads and sees convergence, or does not.
    ///
    /// The count was certainly begun anew if timers fired an interval or more after the old state came: the
    /// leader's was among them.
    pub(super) fn changed(&mut self, at: Instant, last_tick: Instant, can_act: bool, interval: Duration) {
        if self.acting_from.is_some_and(|from| last_tick >= from + interval) {
            self.stuck_from = at;
        }
        self.acting_from = can_act.then_some(at);
    }

    pub(super) fn last_tick(&self) -> Instant {
        self.last_tick
    }
}

#[cfg(test)]
mod tests {
    use quorate::CommandKind;
    use quorate::MemberStatus::{Joining, Leaving};

    use super::super::testing::{Doctored, all_seen, gossip, node, observed};
    use super::*;

    const PATIENT: LeaderTerms = LeaderTerms {
        without_convergence: Duration::from_secs(60),
        weakly_up_after: Some(Duration::from_secs(7)),
        interval: Duration::from_secs(1),
    };

    fn missing(observer: &str, subject: &str) -> Reachability {
        Reachability::new().unreachable(&node(observer), &node(subject))
    }

    fn act(before: Gossip, to: &[(&str, MemberStatus)], cause: Cause) -> Doctored {
        Doctored::of(before, gossip(to), cause)
    }

    fn check_c6(change: &Doctored, terms: LeaderTerms) -> Option<Finding> {
        assert!(
            change
                .check(|change| has_leader_acts(change).then(|| Finding::new(&[], "".into(), "".into())))
                .is_some()
        );
        change.check(|change| leader_acts_only_converged(change, terms))
    }

    /// C6
    #[test]
    fn a_converged_leader_may_promote_and_remove() {
        let before = all_seen(gossip(&[("a", Up), ("b", Joining), ("c", Leaving), ("d", Down)]));
        for to in [
            &[("a", Up), ("b", Up), ("c", Leaving), ("d", Down)][..],
            &[("a", Up), ("b", Joining), ("c", Exiting), ("d", Down)],
            &[("a", Up), ("b", Joining), ("c", Leaving)],
        ] {
            assert_eq!(check_c6(&act(before.clone(), to, Cause::Tick), PATIENT), None);
        }
    }

    /// C6
    #[test]
    fn acting_without_convergence_violates() {
        let to = [("a", Up), ("b", Up), ("c", Up)];
        let unseen = gossip(&[("a", Up), ("b", Up), ("c", Joining)]).only_seen(&node("a"));
        let found = check_c6(&act(unseen, &to, Cause::Tick), PATIENT).unwrap();
        assert_eq!(found.who, [node("a"), node("c")]);
        assert!(found.facts.1.contains("b had not seen"), "{found:?}");
        let blocked = all_seen(observed(&gossip(&[("a", Up), ("b", Up), ("c", Joining)]), missing("a", "b")));
        assert!(check_c6(&act(blocked, &to, Cause::Tick), PATIENT).unwrap().facts.1.contains("unreachable"));
    }

    /// C6
    #[test]
    fn acting_without_leading_or_outside_a_tick_violates() {
        let before = || all_seen(gossip(&[("a", Up), ("b", Joining)]));
        let to = [("a", Up), ("b", Up)];
        let other = act(before(), &to, Cause::Tick).seen_as("b");
        assert!(check_c6(&other, PATIENT).unwrap().facts.1.contains("does not lead"));
        for cause in [Cause::Command(CommandKind::Leave), Cause::Join, Cause::Message] {
            assert!(check_c6(&act(before(), &to, cause), PATIENT).unwrap().facts.1.contains("tick"));
        }
    }

    /// C6: the reaper found b again, then the leader moved it on, all at one tick.
    #[test]
    fn a_leader_may_act_on_what_the_reaper_changed_at_the_same_tick() {
        let before = observed(&gossip(&[("a", Up), ("b", Joining)]), missing("a", "b")).only_seen(&node("a"));
        let after =
            observed(&gossip(&[("a", Up), ("b", Up)]), missing("a", "b").reachable(&node("a"), &node("b")));
        let change = Doctored::of(before, after, Cause::Tick);
        assert_eq!(check_c6(&change.clone().in_steps(2), PATIENT), None);
        assert!(check_c6(&change, PATIENT).is_some());
    }

    fn weakly(before: &Gossip) -> Doctored {
        act(before.only_seen(&node("a")), &[("a", Up), ("b", Up), ("c", WeaklyUp)], Cause::Tick)
    }

    /// C6
    #[test]
    fn weakly_up_needs_no_convergence_but_its_delay() {
        let joining = || gossip(&[("a", Up), ("b", Up), ("c", Joining)]);
        assert_eq!(check_c6(&weakly(&joining()), PATIENT), None);
        let terms = |waited| LeaderTerms { without_convergence: Duration::from_secs(waited), ..PATIENT };
        assert_eq!(check_c6(&weakly(&joining()), terms(6)), None);
        assert!(check_c6(&weakly(&joining()), terms(5)).unwrap().facts.1.contains("5s only"));
        let never = LeaderTerms { weakly_up_after: None, ..PATIENT };
        assert!(check_c6(&weakly(&joining()), never).is_some());
    }

    /// C6
    #[test]
    fn weakly_up_while_preparing_for_shutdown_violates() {
        let preparing = gossip(&[("a", Up), ("b", PreparingForShutdown), ("c", Joining)]);
        let to = [("a", Up), ("b", PreparingForShutdown), ("c", WeaklyUp)];
        assert!(check_c6(&act(preparing.only_seen(&node("a")), &to, Cause::Tick), PATIENT).is_some());
    }

    /// C6
    #[test]
    fn what_peers_tell_and_what_a_founder_does_is_no_act_of_a_leader() {
        let acted = |change: &Doctored| {
            change.check(|change| {
                has_leader_acts(change).then(|| Finding::new(&[], String::new(), String::new()))
            })
        };
        let told = act(gossip(&[("a", Up), ("b", Joining)]), &[("a", Up), ("b", Up)], Cause::Gossip);
        assert!(acted(&told).is_none());
        assert!(acted(&act(Gossip::new(), &[("a", Up)], Cause::Tick)).is_none());
    }

    /// C6: only ticks an interval after the state came prove that the leader's timer fired in it.
    #[test]
    fn the_wait_for_weakly_up_begins_anew_only_when_a_leader_tick_saw_convergence() {
        let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
        let interval = Duration::from_secs(1);
        let mut watch = ConvergenceWatch::new(at(0));
        watch.changed(at(10), at(9), true, interval);
        watch.changed(at(20), at(10), false, interval);
        assert_eq!(watch.waited(at(21)), Duration::from_secs(21));
        watch.changed(at(30), at(29), true, interval);
        watch.ticked(at(31));
        watch.changed(at(32), watch.last_tick(), false, interval);
        assert_eq!(watch.waited(at(40)), Duration::from_secs(8));
    }
}
