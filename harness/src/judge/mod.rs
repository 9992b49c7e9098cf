//! The judge: says after every event whether what happened was right.
//!
//! Each invariant is a small named value ([`Invariant`]) beside the function that checks it: `membership`,
//! `versions`, `reachability`, `convergence`, `leading`, `split`, `liveness`. Some are promised only under an
//! [`Assumption`]; a run reports how often each was judged and how often an assumption did not hold
//! ([`Judged`]).
//!
//! After each step of a world the judge is told of it:
//!
//! ```
//! use quorate::{Address, Config, Instant};
//! use quorate_harness::judge::{Event, Judge, JudgeSetup};
//! use quorate_sim::{Action, HostSpec, World};
//!
//! let mut world: World = World::new(1);
//! let address = Address::new("a", 1)?;
//! let host = world.add_host(HostSpec::new("a", address.clone(), Config::default()))?;
//! world.schedule(Instant::ZERO, Action::Start { host, seeds: vec![address], spread: None });
//!
//! let mut judge = Judge::new(JudgeSetup::all());
//! let limit = Instant::from_nanos(30_000_000_000);
//! while let Some(event) = world.step_until(limit).map(|step| Event::of(&step)) {
//!     judge.after_event(&world, event).expect("a node on its own does nothing wrong");
//! }
//! judge.finish(&world, world.now()).expect("and has founded a cluster in time");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An event that left its node's revision where it was costs a comparison. Invariants of one change or one
//! node are judged when the revision moved, those of pairs when members changed, and all of those that need
//! no change now and then and at the end.

mod agreement;
mod assumptions;
mod awaiting;
mod by_key;
mod catalog;
mod change;
mod convergence;
mod deciding;
mod docket;
mod duties;
mod exchange;
mod flight;
mod gauge;
mod hearing;
mod holding;
mod identity;
mod invariant;
mod leading;
mod leaving;
mod ledger;
mod live;
mod liveness;
mod membership;
mod naive;
mod promotion;
mod rates;
mod reachability;
mod ring;
mod rows;
mod seat;
mod split;
mod spreading;
mod stage;
mod staying;
mod telling;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod unclean;
mod verdicts;
mod versions;
mod violation;
mod welcoming;

use std::sync::Arc;

use quorate::{CommandKind, Config, Instant, MemberStatus, NodeKey, Phase, UniqueAddress};

use crate::case::Case;
pub use catalog::INVARIANTS;
use change::Change;
use docket::Docket;
pub use docket::Judged;
use duties::Duty;
pub use gauge::Closeness;
use gauge::Gauge;
use identity::M9;
use invariant::COUNT;
pub use invariant::{Assumption, Group, Invariant, Watches};
use ledger::Ledger;
use live::Live;
use liveness::Quiet;
use rates::Rates;
use seat::{Seat, Terms};
use split::{Accord, Circumstances, Partition};
use spreading::Spreading;
pub use stage::{Cause, Event, Named, NodeView, Stage};
pub use unclean::UncleanSplits;
use violation::Names;
pub use violation::Violation;

/// Which invariants a judge asserts, and what it is told beforehand.
#[derive(Clone, Copy, Debug)]
pub struct JudgeSetup {
    asserted: [bool; COUNT],
    /// Whether somebody downs members beside the resolver, in a way that the judge won't see as a command.
    pub manual_down: bool,
    /// Whether it is measured how close the run comes to the bounds of what must happen in time ([`Judge::closeness`]).
    pub measures: bool,
}

impl JudgeSetup {
    /// All invariants, as in the cases that ship with this crate.
    #[must_use]
    pub const fn all() -> Self {
        Self { asserted: [true; COUNT], manual_down: false, measures: false }
    }

    /// All but those that are known to be false of the exact protocol.
    #[must_use]
    pub fn without_known_defects() -> Self {
        let known = INVARIANTS.iter().copied().filter(|invariant| invariant.pekko);
        known.fold(Self::all(), |setup, invariant| setup.with(invariant, false))
    }

    /// All but those that a case leaves out (`judge off`).
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let left_out = case.judge_off.iter().filter_map(|off| Invariant::find(&off.invariant));
        left_out.fold(Self::all(), |setup, invariant| setup.with(invariant, false))
    }

    /// None.
    #[must_use]
    pub const fn none() -> Self {
        Self { asserted: [false; COUNT], manual_down: false, measures: false }
    }

    /// The same, and it is measured how close the run comes to the bounds.
    #[must_use]
    pub const fn measuring(mut self) -> Self {
        self.measures = true;
        self
    }

    /// The same with one invariant asserted or not. One that is not asserted is not judged.
    #[must_use]
    pub const fn with(mut self, invariant: &Invariant, asserted: bool) -> Self {
        self.asserted[invariant.place] = asserted;
        self
    }
}

/// INV-1: judges a run, event by event.
///
/// It can be cloned together with its world, and then judges the clone.
#[derive(Clone, Debug)]
pub struct Judge {
    docket: Docket,
    /// By number of the host: the incarnation that was seen there last.
    seats: Vec<Option<Seat>>,
    /// The live incarnations, and where each is.
    live: Live,
    /// The settings of nodes, each kept once.
    terms: Vec<(Config, Arc<Terms>)>,
    circumstances: Circumstances,
    unclean_splits: UncleanSplits,
    ledger: Ledger,
    /// The network among live nodes, if it is known.
    partition: Option<Partition>,
    quiet: Quiet,
    rates: Rates,
    /// Of a judge that measures.
    gauge: Option<Gauge>,
    /// What must have come by a time.
    duties: Vec<Duty>,
    /// When the first of that is looked at.
    next_duty: Instant,
    /// How many live nodes see an unreachable or a Down member.
    troubled: usize,
    /// How many events are left until all is judged again.
    until_full: u64,
}

impl Judge {
    /// A judge that has seen nothing yet. It must be told of every event from the first on.
    #[must_use]
    pub fn new(setup: JudgeSetup) -> Self {
        let mut circumstances = Circumstances::default();
        circumstances.manual_down = setup.manual_down;
        Self {
            docket: Docket::new(setup.asserted),
            seats: Vec::new(),
            live: Live::default(),
            terms: Vec::new(),
            circumstances,
            unclean_splits: UncleanSplits::default(),
            ledger: Ledger::default(),
            partition: None,
            quiet: Quiet::never(),
            rates: Rates::default(),
            gauge: setup.measures.then(Gauge::default),
            duties: Vec::new(),
            next_duty: Instant::MAX,
            troubled: 0,
            until_full: FULL_EVENTS_MIN,
        }
    }

    /// Judges what an event has brought about. The stage is as it is just after the event.
    ///
    /// # Errors
    /// Every violation that began with this event, in the order of the invariants; there is at least one. The
    /// judge can be asked to go on: it tells each violation once.
    #[inline]
    pub fn after_event(&mut self, stage: &impl Stage, event: Event) -> Result<(), Vec<Violation>> {
        self.until_full -= 1;
        if let Some((_, sent_at)) = event.from {
            self.follow_arrival(sent_at);
        }
        if self.until_full > 0
            && event.at < self.quiet.due()
            && event.at < self.next_duty
            && let Some(host) = event.host
            && let Some(Some(seat)) = self.seats.get_mut(host)
            && matches!(
                event.cause,
                Cause::Tick | Cause::Message | Cause::Gossip | Cause::Join | Cause::Welcome
            )
            && let Some(node) = stage.node(host)
            && node.revision == seat.revision
            && seat.is_initialized
            && node.me.uid == seat.me.uid
            && matches!(node.phase, Phase::Stopped) != seat.is_live
            && !(seat.terms.lease.is_some() && staying::asks_for_lease(stage.outputs()))
        {
            if event.cause == Cause::Tick {
                seat.ticked(event.at);
            }
            return Ok(());
        }
        self.look(stage, event)
    }

    /// The end of a run: judges once more all that needs no event.
    ///
    /// # Errors
    /// Every violation that was not told before.
    pub fn finish(&mut self, stage: &impl Stage, at: Instant) -> Result<(), Vec<Violation>> {
        self.docket.open(at, self.docket.event());
        self.judge_all(stage, at);
        self.docket.close()
    }

    /// How often each invariant was judged, and which assumptions did not hold; in the order of
    /// [`INVARIANTS`].
    #[must_use]
    pub fn report(&self) -> Vec<Judged> {
        self.docket.report()
    }

    /// S2: what came of faults that are no clean partition.
    #[must_use]
    pub const fn unclean_splits(&self) -> UncleanSplits {
        self.unclean_splits
    }

    #[cold]
    fn look(&mut self, stage: &impl Stage, event: Event) -> Result<(), Vec<Violation>> {
        self.docket.open(event.at, event.index);
        match event.cause {
            Cause::World => self.see_world(stage, event.at),
            Cause::Nothing => {}
            _ => self.see_node(stage, event),
        }
        self.begin_quiet(event.at);
        self.follow_closeness(stage, event);
        if event.at >= self.next_duty {
            let name = |node: &UniqueAddress| stage.name(node);
            self.judge_duties(stage, event.at, Names(&name));
        }
        if self.until_full == 0 || event.at >= self.quiet.due() {
            self.judge_all(stage, event.at);
        }
        self.docket.close()
    }

    /// Something was done to hosts or links.
    fn see_world(&mut self, stage: &impl Stage, at: Instant) {
        let was_calm = self.is_undisturbed(stage) && self.is_calm();
        self.disturb();
        self.fault(at);
        // Only of a calm cluster it counts who has gone.
        let before: Vec<UniqueAddress> = if was_calm {
            self.live.values().filter_map(|host| Some(self.seats[*host].as_ref()?.me.clone())).collect()
        } else {
            Vec::new()
        };
        let before_count = self.live.len();
        self.find_ended(stage);
        self.partition = None;
        let partition = self.partition(stage);
        self.circumstances.network(partition);
        if was_calm && partition == Partition::Whole {
            let gone = before.into_iter().filter(|node| !self.live.contains_key(&node.key()));
            let gone = gone.map(|node| (node, None)).collect();
            self.await_removals(at, gone);
        }
        self.await_rest(stage, at);
        if before_count > self.live.len() {
            self.rates_meet_a_fault();
        }
        self.follow_rates(stage, at);
    }

    /// Something happened at a host.
    fn see_node(&mut self, stage: &impl Stage, event: Event) {
        let Some(host) = event.host else { return };
        let Some(node) = stage.node(host) else { return };
        let replaced = self.seats.get(host).and_then(Option::as_ref).filter(|seat| seat.is_live);
        let replaced = replaced.filter(|seat| seat.me != *node.me).map(|seat| seat.me.clone());
        let was_calm = replaced.is_some() && self.is_undisturbed(stage) && self.is_calm();
        self.seat(stage, host, &node, event.at);
        if let Cause::Command(command) = event.cause {
            self.see_command(stage, command, event.at);
            self.ledger.register.hear_version(node.me, stage.outputs());
        }
        if let Some(old) = replaced.filter(|_| was_calm) {
            self.await_removals(event.at, vec![(old, Some(node.me.clone()))]);
        }
        if event.cause == Cause::Welcome {
            self.was_welcomed(node.me, event.at);
        }
        if event.cause == Cause::ExitTasksDone {
            self.restart_quiet(event.at);
            self.leave_goes_on(node.me, event.at);
        }
        self.see_change(stage, host, &node, event);
        if event.cause == Cause::Tick
            && let Some(Some(seat)) = self.seats.get_mut(host)
        {
            seat.ticked(event.at);
        }
        if matches!(node.phase, Phase::Stopped) {
            self.hear_last_words(node.me, stage.outputs());
            self.end(host);
        }
    }

    fn see_command(&mut self, stage: &impl Stage, command: CommandKind, at: Instant) {
        self.restart_quiet(at);
        self.disturb();
        self.await_rest(stage, at);
        match command {
            CommandKind::Down => {
                self.circumstances.manual_down = true;
                self.ledger.leaving.clear();
            }
            // To the others it is a crash, at best an announced one.
            CommandKind::Stop | CommandKind::ExitNow => {
                self.rates_meet_a_fault();
                self.fault(at);
            }
            CommandKind::Join => {
                self.ledger.joined_by_address = true;
                self.settle_if_calm();
            }
            _ => self.settle_if_calm(),
        }
    }

    /// The seat of a host's present incarnation, which may be new.
    fn seat(&mut self, stage: &impl Stage, host: usize, node: &NodeView<'_>, at: Instant) {
        if self.seats.len() <= host {
            self.seats.resize(host + 1, None);
        }
        if self.seats[host].as_ref().is_some_and(|seat| seat.me == *node.me) {
            return;
        }
        if self.seats[host].as_ref().is_some_and(|seat| seat.is_live) {
            self.rates_meet_a_fault();
            self.fault(at);
            self.end(host);
        }
        // X2: who comes back before its leave is over has the old incarnation downed (JOIN-73).
        self.ledger.leaving.retain(|leaver| leaver.address != node.me.address);
        let terms = self.terms_of(node.config);
        let others = self.seats.iter().flatten().map(|seat| &seat.terms);
        let differ = terms.resolver.is_none()
            || others.into_iter().any(|other| {
                !Arc::ptr_eq(other, &terms)
                    && (&other.resolver, other.repairs) != (&terms.resolver, terms.repairs)
            });
        self.circumstances.resolvers_differ |= differ;
        let name = |node: &UniqueAddress| stage.name(node);
        let finding = self.ledger.register.enter(node.me, terms.identity.clone(), Names(&name));
        if self.docket.asserts(&M9) {
            self.docket.judged(&M9, finding, Names(&name));
        }
        self.seats[host] = Some(Seat::new(node, terms, at));
        self.live.insert(node.me.key(), host);
        self.meet_links_of(stage, host);
        self.partition = None;
        self.restart_quiet(at);
    }

    fn terms_of(&mut self, config: &Config) -> Arc<Terms> {
        if let Some((_, terms)) = self.terms.iter().find(|(known, _)| known == config) {
            return terms.clone();
        }
        let terms = Arc::new(Terms::of(config));
        self.terms.push((config.clone(), terms.clone()));
        terms
    }

    /// A fault: also the end of what L1 gives time for.
    fn fault(&mut self, at: Instant) {
        let mut circumstances = self.circumstances;
        circumstances.fault(at, || self.accord());
        self.circumstances = circumstances;
        self.ledger.leaving.clear();
        self.quiet.end();
    }

    /// How it is among live nodes, before a fault.
    fn accord(&self) -> Accord {
        let is_level =
            || flight::is_level(&self.participants(), None, |node| self.live.contains_key(&node.key()));
        // A WeaklyUp member is Up at the leader's next step: it is on its way, too (REP-120).
        let is_weakly_up = |seat: &&Seat| seat.gossip.members().has_status(MemberStatus::WeaklyUp);
        let is_calm = || self.is_calm() && !self.is_cut() && !self.participants().iter().any(is_weakly_up);
        match () {
            () if is_calm() => Accord::Calm,
            () if self.troubled > 0 => Accord::Troubled,
            () if is_level() => Accord::Level,
            () => Accord::Differing,
        }
    }

    /// Whether the network is known not to be whole: then no fault lies in the past, even if nobody has missed anybody yet.
    fn is_cut(&self) -> bool {
        self.partition.is_some_and(|partition| partition != Partition::Whole)
    }

    /// Before a command: faults lie in the past if all nodes agree again.
    fn settle_if_calm(&mut self) {
        if self.circumstances.are_open() && !self.is_cut() && self.is_calm() {
            self.circumstances.settle();
        }
    }

    /// S1: a node has changed its members.
    fn begin(&mut self, change: &Change<'_>) {
        let Some(begun) = flight::begun(change) else { return };
        let is_live = |node: &UniqueAddress| self.live.contains_key(&node.key());
        let was_level = flight::is_level(&self.participants(), Some((change.me, change.before)), is_live);
        self.circumstances.begin(begun, was_level);
    }

    /// The node of a host has ended.
    fn end(&mut self, host: usize) {
        let Some(Some(seat)) = self.seats.get_mut(host) else { return };
        if std::mem::take(&mut seat.is_live) {
            self.troubled -= usize::from(std::mem::take(&mut seat.sees_trouble));
            self.live.remove(&seat.me.key());
            self.ledger.held.end(seat.me.key());
            self.partition = None;
            self.quiet.end();
        }
    }

    /// Crashes tell nobody: who does not run any more is looked for.
    fn find_ended(&mut self, stage: &impl Stage) {
        for host in 0..self.seats.len() {
            if !stage.is_running(host) {
                self.end(host);
            }
        }
    }

    fn restart_quiet(&mut self, at: Instant) {
        if self.quiet.has_begun() {
            self.quiet.begin(at, self.spreading().agreement());
        }
    }

    /// Begins to count the time of L1 when no live node sees trouble or a member that is dead.
    fn begin_quiet(&mut self, at: Instant) {
        if self.quiet.has_begun() || self.troubled > 0 || !self.docket.asserts(&liveness::L1) {
            return;
        }
        let seats = self.participants();
        if !seats.is_empty()
            && !liveness::sees_dead_member(&seats, |node| self.live.contains_key(&node.key()))
        {
            self.quiet.begin(at, self.spreading().agreement());
        }
    }

    fn spreading(&self) -> Spreading {
        Spreading::of(self.seats.iter().flatten().filter(|seat| seat.takes_part()))
    }

    /// L2 to L8: those that are in no cluster yet may come to it meanwhile, which is no fault.
    fn spreading_among_all(&self) -> Spreading {
        Spreading::of(self.seats.iter().flatten().filter(|seat| seat.is_live))
    }

    /// The live nodes that are in a cluster, by host.
    fn participants(&self) -> Vec<&Seat> {
        self.seats.iter().flatten().filter(|seat| seat.takes_part()).collect()
    }

    /// The seat of an incarnation that lives.
    fn live_seat(&self, key: NodeKey, node: &UniqueAddress) -> Option<&Seat> {
        let seat = self.seats.get(*self.live.get(&key)?)?.as_ref()?;
        (seat.me == *node).then_some(seat)
    }

    fn is_calm(&self) -> bool {
        liveness::is_calm(&self.participants(), |node| self.live.contains_key(&node.key()))
    }

    /// How the network is among live nodes.
    fn partition(&mut self, stage: &impl Stage) -> Partition {
        if let Some(partition) = self.partition {
            return partition;
        }
        let hosts = || {
            let mut hosts: Vec<usize> = self.live.values().copied().collect();
            hosts.sort_unstable();
            hosts
        };
        let partition = split::partition(stage, hosts);
        self.partition = Some(partition);
        partition
    }
}

/// INV-1: after how many events all is judged again, at least.
const FULL_EVENTS_MIN: u64 = 1024;
/// INV-1: the same for each host.
const FULL_EVENTS_PER_HOST: u64 = 64;
