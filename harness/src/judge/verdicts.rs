//! When each invariant is judged, and of whom.

use std::mem;
use std::time::Duration;

use quorate::{ClockOrder, CommandKind, Gossip, Instant, Member, MemberStatus, UniqueAddress};

use super::agreement::{self, C1, C4, C5, Made, U4, V3};
use super::assumptions::{
    ALL_FOUND_OUT, CLOCK_RIGHT, EARLIER_KNOWN, NO_MANUAL_DOWN, OBSERVER_NOT_REMOVED, ONE_DATA_CENTER,
    ONE_LINEAGE, REST_OUTLASTS_LEAVES, SAME_SIDE, SEED_NODES_ONLY, SENDER_KNOWN, SEVERAL_DATA_CENTERS,
    SOMEBODY_UP, TOMBSTONES_KEPT, WHOLE_NETWORK,
};
use super::change::{self, Change};
use super::convergence::{self, C2, C3};
use super::exchange::{self, V5, V6, V7};
use super::identity::{self, M5, M6, M8};
use super::invariant::Invariant;
use super::leading::{self, C6};
use super::leaving::{self, Exit, X1, X2};
use super::membership::{self, M1, M2, M3, M4, M7, M10};
use super::promotion::{self, C7, C8, U1, U2, U3};
use super::reachability::{self, R1};
use super::rows::{self, R2, R3, R4};
use super::seat::{Seat, Terms};
use super::split::{self, Partition, S1};
use super::stage::{Cause, Event, NodeView, Stage};
use super::versions::{self, V1, V2, V4};
use super::violation::{Finding, Names};
use super::welcoming::{self, M11};
use super::{FULL_EVENTS_MIN, FULL_EVENTS_PER_HOST, Judge};

/// Of how many merges one is looked at by V5, after the first ones.
const MERGES_LOOKED_AT: u64 = 8;

/// What is new in a state that is judged. What takes long is judged when it can have become otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    None,
    /// Nor is anything, where all live nodes have one version, so that none is behind another.
    NoneOfOneVersion,
    /// Who has seen it, what was counted and who was removed, at most.
    Marks,
    /// Observations, too.
    Rows,
    Members,
}

impl News {
    fn of(change: &Change<'_>) -> Self {
        match () {
            () if change.members_changed => Self::Members,
            () if change.observations_replaced() => Self::Rows,
            () => Self::Marks,
        }
    }
}

/// An invariant of one change alone, and of which changes it is judged.
type OfOneChange = (&'static Invariant, fn(&Change<'_>) -> bool, fn(&Change<'_>) -> Option<Finding>);

const OF_ONE_CHANGE: [OfOneChange; 9] = [
    (&M1, |change| change.members_changed, membership::statuses_move_on),
    (&M2, |change| change.members_changed && !change.cause.is_merge(), membership::one_legal_transition),
    (&M6, |change| change.members_changed && change.cause == Cause::Join, identity::older_ones_are_gone),
    (&V1, |_| true, versions::counts_own_changes),
    (&V2, |_| true, versions::no_entry_decreases),
    (&V4, |_| true, versions::entries_have_nodes),
    (&R1, |change| change.observations_replaced(), reachability::rows_change_at_their_observer),
    (&R3, |change| change.observations_replaced(), rows::terminated_stays),
    (&R4, |change| change.observations_replaced(), rows::who_sees_all_keeps_nothing),
];

impl Judge {
    /// Takes in what an event made of a node, and judges it.
    pub(super) fn see_change(&mut self, stage: &impl Stage, host: usize, node: &NodeView<'_>, event: Event) {
        let Some(Some(seat)) = self.seats.get_mut(host) else { return };
        if node.revision == seat.revision {
            seat.follow(node);
            if stage.outputs().is_empty() {
                return;
            }
        }
        let steps = node.revision.wrapping_sub(seat.revision);
        let before = mem::replace(&mut seat.gossip, node.gossip.clone());
        seat.revision = node.revision;
        self.ledger.held.come_to(seat.me.key(), node.gossip);
        let (seat, name) = (&self.seats[host], |node: &UniqueAddress| stage.name(node));
        let Some(seat) = seat else { return };
        let (me, terms, after, confirmed) =
            (seat.me.clone(), seat.terms.clone(), seat.gossip.clone(), seat.confirmed.clone());
        let (moved, rows) = (change::moved(&before, &after), change::moved_rows(&before, &after));
        // Who was started anew since the message was sent is not the one that sent it.
        let sender = event.from.and_then(|(from, sent_at)| {
            let seat = self.seats.get(from)?.as_ref()?;
            (seat.started <= sent_at && seat.is_live).then(|| seat.me.clone())
        });
        let change = Change {
            me: &me,
            data_center: &terms.data_center,
            repairs: &terms.repairs,
            cause: event.cause,
            before: &before,
            after: &after,
            members_changed: !moved.is_empty(),
            moved: &moved,
            rows: &rows,
            anybody_went: moved.iter().any(|(_, is)| is.is_none()),
            steps,
            confirmed: &confirmed,
            told: stage.told(),
            sender: sender.as_ref(),
            names: Names(&name),
        };
        let is_calm = event.cause != Cause::Command(CommandKind::Leave) || self.is_undisturbed(stage);
        self.ledger.follow(&change, is_calm);
        if event.cause == Cause::Join && !self.ledger.joined_unheard {
            let others = self.seats.iter().flatten().filter(|seat| seat.takes_part());
            self.ledger.joined_unheard =
                !self.ledger.register.are_alone() && identity::has_let_in_unheard(&change, others);
        }
        if steps == 0 {
            return self.judge_outputs(stage, host, node, &change, event);
        }
        if event.cause == Cause::Join {
            let asks = event.from.and_then(|(from, _)| stage.node(from)).map(|node| &node.me.address);
            self.await_no_longer(&change, asks);
        }
        self.judge_change(stage, host, &change, event);
        self.judge_marks(&change);
        self.judge_outputs(stage, host, node, &change, event);
        self.remember(host, node, &change, event);
        self.await_members(stage, &change, event);
        self.judge_agreement(stage, host, &change);
        self.judge_state(host, node, News::of(&change), Names(&name));
        if change.members_changed {
            self.judge_split_of(stage, host, Names(&name));
        }
    }

    /// Whether nothing is wrong with the network, and no fault of before is still felt.
    pub(super) fn is_undisturbed(&mut self, stage: &impl Stage) -> bool {
        self.partition(stage) == Partition::Whole && !self.circumstances.are_open()
    }

    /// The invariants of one change.
    fn judge_change(&mut self, stage: &impl Stage, host: usize, change: &Change<'_>, event: Event) {
        for (invariant, applies, check) in OF_ONE_CHANGE {
            if self.docket.asserts(invariant) && applies(change) {
                self.docket.judged(invariant, check(change), change.names);
            }
        }
        let Some(Some(seat)) = self.seats.get(host) else { return };
        let (terms, names, at, asked) = (seat.terms.clone(), change.names, event.at, seat.asks.clone());
        if let Some(exit) = &seat.exit
            && self.docket.asserts(&X1)
        {
            self.docket.judged(&X1, exit.unmarked(change), names);
        }
        if self.docket.asserts(&C6) && leading::has_leader_acts(change) {
            let terms = seat.leader_terms(at);
            // The delay of WeaklyUp is measured by the node's own clock.
            let is_right = !leading::is_weakly_up_only(change) || stage.keeps_time(host);
            let check = || leading::leader_acts_only_converged(change, terms);
            self.docket.judged_if(is_right, &CLOCK_RIGHT, &C6, check, names);
        }
        if change.cause == Cause::Gossip {
            self.judge_exchange(stage, change);
        }
        if change.cause == Cause::Welcome
            && self.docket.asserts(&M11)
            && let Some(from) = event.from.and_then(|(from, _)| stage.node(from))
        {
            let finding = welcoming::welcomed_by_who_was_asked(change, asked.as_ref(), &from.me.address);
            self.docket.judged(&M11, finding, names);
        }
        if change.observations_replaced() && self.docket.asserts(&R2) {
            let found = rows::versions_grow(change);
            let found =
                found.or_else(|| self.ledger.newest.equal_versions_are_equal(change, &self.ledger.departed));
            self.docket.judged(&R2, found, names);
        }
        if change.members_changed {
            self.judge_members(host, &terms, change, at);
        }
    }

    /// The invariants of a change of members.
    fn judge_members(&mut self, host: usize, terms: &Terms, change: &Change<'_>, at: Instant) {
        let names = change.names;
        let kept = at.since(Instant::ZERO) < terms.tombstone_life;
        if self.docket.asserts(&M4) && change.members().any(|(was, _)| was.is_none()) {
            self.judge_return(host, change, kept);
        }
        if self.docket.asserts(&M8) {
            self.docket.judged(&M8, self.ledger.register.tells_truly(change), names);
        }
        if self.docket.asserts(&M10) && change.anybody_went {
            self.docket.judged_if(
                kept,
                &TOMBSTONES_KEPT,
                &M10,
                || membership::leaves_with_a_tombstone(change),
                names,
            );
        }
        if self.docket.asserts(&X2) && !self.ledger.leaving.is_empty() {
            let check = || leaving::leaver_downed(change, |node| self.ledger.is_leaving(node));
            let outlasts = self.troubled == 0 || self.rest_outlasts(self.spreading().time());
            self.docket.judged_if(outlasts, &REST_OUTLASTS_LEAVES, &X2, check, names);
        }
        if promotion::promoted(change).next().is_none() {
            return;
        }
        if self.docket.asserts(&C7) {
            self.docket.judged(&C7, promotion::minimum_is_met(change, terms), names);
        }
        if self.docket.asserts(&C8) {
            let several = change.before.is_multi_data_center();
            let check = || promotion::first_of_a_data_center(change);
            self.docket.judged_if(several, &SEVERAL_DATA_CENTERS, &C8, check, names);
        }
        let is_one_lineage = self.ledger.founded <= 1;
        if self.docket.asserts(&U3) {
            let check = || promotion::later_is_higher(change);
            self.docket.judged_if(is_one_lineage, &ONE_LINEAGE, &U3, check, names);
        }
        let seats: Vec<&Seat> = self.seats.iter().flatten().filter(|seat| seat.takes_part()).collect();
        let belongs = |seat: &&&Seat| {
            // DC-12, CNV-6: for what those of another data centre know the leader does not wait, nor for those who are still on
            // their way in: whoever let one in may have been removed since.
            let near = seat.terms.data_center == change.data_center;
            let has = |gossip: &Gossip, node: &UniqueAddress| {
                gossip.member(node).is_some_and(|member| !member.status().is_on_its_way_out())
            };
            let is_asked =
                change.before.member(&seat.me).is_some_and(|member| member.status().counts_for_convergence());
            near && has(&seat.gossip, change.me) && has(change.before, &seat.me) && is_asked
        };
        let has_it = |node: &UniqueAddress, number: i32| {
            let mut lineage = seats.iter().filter(belongs);
            let has_it = |m: &Member| m.up_number() == number && !m.status().is_on_its_way_out();
            lineage.any(|seat| seat.gossip.member(node).is_some_and(has_it))
        };
        let finding = self.ledger.numbers.given_once(change, has_it);
        if self.docket.asserts(&U2) {
            let one_side = !self.are_twins(finding.as_ref());
            let holds = [
                (is_one_lineage, &ONE_LINEAGE),
                (has_up(change.before), &SOMEBODY_UP),
                (one_side, &SAME_SIDE),
            ];
            if self.docket.all_hold(&U2, &holds) {
                self.docket.judged(&U2, finding, names);
            }
        }
    }

    /// U1, U2: the assumption `same-side`, of two members with one number.
    fn are_twins(&self, found: Option<&Finding>) -> bool {
        found.is_some_and(|found| self.ledger.numbers.are_twins(&found.who[1], &found.who[2]))
    }

    /// X2: whether no resolver decides within a time after something changed.
    fn rest_outlasts(&self, time: Duration) -> bool {
        let seats = self.seats.iter().flatten().filter(|seat| seat.takes_part());
        seats.into_iter().all(|seat| seat.terms.downs_after.is_none_or(|rest| rest >= time))
    }

    /// The invariants of a state that was told.
    fn judge_exchange(&mut self, stage: &impl Stage, change: &Change<'_>) {
        let names = change.names;
        if self.docket.asserts(&V7) {
            let is_known = change.sender.is_some() && change.told.is_some();
            let check = || exchange::only_from_members_seen(change);
            self.docket.judged_if(is_known, &SENDER_KNOWN, &V7, check, names);
        }
        let Some(told) = change.told else { return };
        if self.docket.asserts(&V6) {
            self.docket.judged(&V6, exchange::older_changes_nothing(change, stage.outputs()), names);
        }
        // Merging anew takes as long as handling did: of many merges one in eight is looked at.
        let is_merge = change.before.clock().compare(told.clock()) == ClockOrder::Concurrent;
        if is_merge && self.docket.asserts(&V5) && self.docket.is_turn(&V5, MERGES_LOOKED_AT) {
            self.docket.judged(&V5, exchange::merge_laws(change), names);
        }
    }

    /// The invariants that hold a node's new state against those of others.
    fn judge_agreement(&mut self, stage: &impl Stage, host: usize, change: &Change<'_>) {
        let Some(Some(seat)) = self.seats.get(host) else { return };
        if !seat.takes_part() || self.ledger.departed.contains(&seat.me.key()) {
            return;
        }
        let names = change.names;
        let finding = self.ledger.versions.equal(seat, names);
        if self.docket.asserts(&V3) {
            self.docket.judged(&V3, finding, names);
        }
        if self.docket.asserts(&C1) {
            let mut held = mem::take(&mut self.ledger.held);
            let finding =
                agreement::seen_is_true(change, seat, |key, node| self.live_seat(key, node), &mut held);
            self.ledger.held = held;
            self.docket.judged(&C1, finding, names);
        }
        // Who has removed all of another data centre has its versions still.
        let is_alike = |other: &Terms| other.data_center == seat.terms.data_center;
        let one_data_center = || {
            // Mostly there never was another.
            self.terms.iter().all(|(_, terms)| is_alike(terms))
                || self.seats.iter().flatten().all(|other| is_alike(&other.terms))
        };
        if leading::has_leader_acts(change) && !leading::is_weakly_up_only(change) {
            if self.docket.asserts(&C5) {
                let holds = [
                    (!self.circumstances.manual_down, &NO_MANUAL_DOWN),
                    (one_data_center(), &ONE_DATA_CENTER),
                    (has_up(change.before), &SOMEBODY_UP),
                ];
                if self.docket.all_hold(&C5, &holds) {
                    let seat_of = |key, node: &UniqueAddress| self.live_seat(key, node);
                    let made = self.ledger.made.as_ref();
                    let finding =
                        made.and_then(|made| made.is_followed(change, &self.ledger.departed, seat_of));
                    self.docket.judged(&C5, finding, names);
                }
            }
            self.ledger.made = Some(Made::of(change));
        }
        if !seat.sees_convergence {
            return;
        }
        let one_data_center = one_data_center();
        let (finding, numbers) = (
            self.ledger.versions.one_leader(seat, names),
            change.members_changed.then(|| self.ledger.numbers.agreed(&seat.me, &seat.gossip, names)),
        );
        if self.docket.asserts(&C4) {
            self.docket.judged_if(one_data_center, &ONE_DATA_CENTER, &C4, || finding, names);
        }
        if self.docket.asserts(&U3)
            && let Some(disagreement) = numbers
        {
            let is_apart = disagreement.as_ref().is_some_and(|disagreement| {
                // RUN-7: of numbers that are older than what is judged, those tell who have them.
                let have_given_up = || {
                    let other = self.seats.iter().flatten().find(|other| other.me == disagreement.with);
                    other.is_some_and(|other| split::is_given_up_by_either(seat, other))
                };
                disagreement.is_apart.unwrap_or_else(have_given_up)
            });
            let holds = [(self.ledger.founded <= 1, &ONE_LINEAGE), (!is_apart, &SAME_SIDE)];
            if self.docket.all_hold(&U3, &holds) {
                self.docket.judged(&U3, disagreement.map(|disagreement| disagreement.finding), names);
            }
        }
        self.judge_oldest(stage, host, names);
    }

    /// U4 between one node and all others.
    fn judge_oldest(&mut self, stage: &impl Stage, host: usize, names: Names<'_>) {
        let is_whole = self.is_undisturbed(stage);
        let Some(Some(seat)) = self.seats.get(host) else { return };
        let is_candidate = |seat: &Seat| seat.takes_part() && seat.is_oldest && seat.sees_convergence;
        if !self.docket.asserts(&U4) || !is_candidate(seat) {
            return;
        }
        let check = || {
            let mut others = self.seats.iter().flatten().filter(|other| is_candidate(other));
            others.find_map(|other| agreement::both_oldest(seat, other, names))
        };
        let finding = if is_whole { check() } else { None };
        self.docket.judged_if(is_whole, &WHOLE_NETWORK, &U4, || finding, names);
    }

    fn judge_return(&mut self, host: usize, change: &Change<'_>, kept: bool) {
        let Some(Some(seat)) = self.seats.get(host) else { return };
        let has_removed = |other: &Seat| other.takes_part() && other.has_removed(&seat.me);
        let removed =
            self.ledger.departed.contains(&seat.me.key()) && self.seats.iter().flatten().any(has_removed);
        if kept && !removed {
            let finding = membership::none_came_back(change, &seat.departed);
            return self.docket.judged(&M4, finding, change.names);
        }
        for (holds, assumption) in [(kept, &TOMBSTONES_KEPT), (!removed, &OBSERVER_NOT_REMOVED)] {
            if !holds {
                self.docket.excused(&M4, assumption);
            }
        }
    }

    /// Keeps what later events are judged by.
    fn remember(&mut self, host: usize, node: &NodeView<'_>, change: &Change<'_>, event: Event) {
        let founder = self.founder(change, event);
        let Some(Some(seat)) = self.seats.get_mut(host) else { return };
        seat.follow(node);
        if change.members_changed {
            seat.remember_departed(change.gone());
            seat.is_oldest = agreement::is_oldest_of_something(seat);
        }
        if let Some(exit) = Exit::begun(change) {
            seat.exit = Some(exit);
        }
        if event.cause == Cause::ExitTasksDone {
            seat.exit = None;
        }
        seat.founder = seat.founder.take().or(founder);
        let can_act = seat.sees_convergence && seat.view().is_leader();
        let fires_within = seat.terms.leader_fires_within();
        seat.watch.changed(event.at, seat.watch.last_tick(), can_act, fires_within);
        if change.members_changed || change.observations_replaced() {
            let sees_trouble = seat.find_trouble();
            let saw_trouble = mem::replace(&mut seat.sees_trouble, sees_trouble);
            self.troubled = self.troubled + usize::from(sees_trouble) - usize::from(saw_trouble);
        }
        if self.troubled > 0 {
            self.quiet.end();
        }
        if change.members_changed || change.observations_replaced() {
            self.unsteady();
        }
        // Whoever is let in begins a change of its own, and so does a tombstone that has grown too old.
        let lets_in = matches!(event.cause, Cause::Join | Cause::Welcome);
        let forgets = !change.cause.is_merge() && change.before.same_content(change.after);
        if lets_in || forgets || change.is_founding() {
            self.restart_quiet(event.at);
        }
        self.begin(change);
    }

    /// REP-43: who founded the cluster that a change has brought a node into.
    fn founder(&self, change: &Change<'_>, event: Event) -> Option<UniqueAddress> {
        if change.is_founding() {
            return Some(change.me.clone());
        }
        let (from, sent_at) = event.from.filter(|_| event.cause == Cause::Welcome)?;
        let seat = self.seats.get(from)?.as_ref()?;
        seat.founder.clone().filter(|_| seat.started <= sent_at)
    }

    /// The invariants of one node's state.
    fn judge_state(&mut self, host: usize, node: &NodeView<'_>, news: News, names: Names<'_>) {
        let members_changed = news == News::Members;
        let Some(Some(seat)) = self.seats.get(host) else { return };
        if self.docket.asserts(&M3) {
            let (members, rows) = (seat.gossip.members().as_slice(), seat.gossip.reachability().rows());
            // Members and rows that are as they were have been looked at, and of a status that nobody has there is no need to look for whom.
            let is_known = matches!(news, News::Marks | News::Rows)
                || !seat.gossip.members().has_status(MemberStatus::Removed);
            let removed =
                if is_known { None } else { membership::nobody_is_removed(&seat.me, members, names) };
            let strays = || membership::only_members_observe(&seat.me, members, rows, names);
            let finding = removed.or_else(|| if news == News::Marks { None } else { strays() });
            let has_seen = || membership::only_members_have_seen(&seat.me, &seat.gossip, names);
            let finding = if matches!(news, News::None | News::NoneOfOneVersion) {
                finding
            } else {
                finding.or_else(has_seen)
            };
            self.docket.judged(&M3, finding, names);
        }
        if members_changed {
            if self.docket.asserts(&M5) {
                let are_alone = self.ledger.register.are_alone();
                let check = || identity::one_incarnation_lives(&seat.me, &seat.gossip, names);
                let holds = [
                    (!self.ledger.joined_by_address, &SEED_NODES_ONLY),
                    (!self.ledger.joined_unheard, &EARLIER_KNOWN),
                ];
                if self.docket.all_hold(&M5, &holds) {
                    self.docket.judged(&M5, if are_alone { None } else { check() }, names);
                }
            }
            if self.docket.asserts(&M7) {
                let finding = membership::is_member_when_joined(&seat.me, node.phase, &seat.gossip, names);
                self.docket.judged(&M7, finding, names);
            }
        }
        if seat.gossip.members().is_empty() || !seat.sees_convergence {
            return;
        }
        // Versions of others only grow, so what has held of this one goes on holding.
        let version = Some(seat.version());
        let is_news = !matches!(news, News::Marks | News::Rows) || seat.converged_on != version;
        if self.docket.asserts(&C2) && seat.takes_part() && is_news {
            let mut held = mem::take(&mut self.ledger.held);
            let seat_of = |key, node: &UniqueAddress| self.live_seat(key, node);
            let mut check = || convergence::converged_means_known(seat, seat_of, &mut held, names);
            let live = self.seats.iter().flatten().filter(|other| other.is_live);
            let is_known = news == News::NoneOfOneVersion || convergence::all_hold_the_same(seat, live);
            let finding = if is_known { None } else { check() };
            self.ledger.held = held;
            self.docket.judged(&C2, finding, names);
        }
        if members_changed && self.docket.asserts(&U1) {
            let finding = promotion::numbers_are_distinct(&seat.me, &seat.gossip, names);
            let one_side = !self.are_twins(finding.as_ref());
            self.docket.judged_if(one_side, &SAME_SIDE, &U1, || finding, names);
        }
        if self.docket.asserts(&C3) {
            let finding = convergence::converged_means_reachable(seat.naive(), names);
            self.docket.judged(&C3, finding, names);
        }
        if let Some(Some(seat)) = self.seats.get_mut(host) {
            seat.converged_on = version;
        }
    }

    fn seats(&self) -> impl Iterator<Item = (usize, &Seat)> {
        self.seats.iter().enumerate().filter_map(|(place, seat)| Some((place, seat.as_ref()?)))
    }

    /// S1 between one node and all others, and S2 after what is no clean partition.
    fn judge_split_of(&mut self, stage: &impl Stage, host: usize, names: Names<'_>) {
        let Some(Some(seat)) = self.seats.get(host) else { return };
        if !self.docket.asserts(&S1) || !split::may_be_split(seat) {
            return;
        }
        if self.partition.is_none() {
            let partition = self.partition(stage);
            self.circumstances.network(partition);
        }
        let mut holds = true;
        let all_found_out = self.seats.iter().flatten().all(split::finds_all_out);
        let sparse = (!all_found_out).then_some(&ALL_FOUND_OUT);
        for assumption in self.circumstances.broken_of_split().chain(sparse) {
            holds = false;
            self.docket.excused(&S1, assumption);
        }
        let unclean = self.circumstances.are_unclean();
        if (holds || unclean)
            && let Some(Some(seat)) = self.seats.get(host)
        {
            let near = |place: usize| {
                let hears = move |&(other, _): &(usize, &Seat)| {
                    other != place && !stage.is_cut(place, other) && !stage.is_cut(other, place)
                };
                self.seats().filter(hears).map(|(_, seat)| seat)
            };
            let finding = self.seats().find_map(|(place, other)| {
                let finding = split::split_between(seat, other, names)?;
                let is_ending = split::is_downed_by_its_own(seat, near(host))
                    || split::is_downed_by_its_own(other, near(place));
                (!is_ending).then_some(finding)
            });
            if unclean {
                self.unclean_splits.saw(finding.is_some());
            } else {
                self.docket.judged(&S1, finding, names);
            }
        }
    }

    /// INV-1: every invariant that needs no change, of everybody.
    pub(super) fn judge_all(&mut self, stage: &impl Stage, at: Instant) {
        self.until_full = FULL_EVENTS_MIN.max(FULL_EVENTS_PER_HOST * self.seats.len() as u64);
        let name = |node: &UniqueAddress| stage.name(node);
        self.find_ended(stage);
        self.settle_if_calm();
        let mut versions = self.seats.iter().flatten().filter(|seat| seat.is_live);
        let first = versions.next().map(Seat::version);
        let is_one_version = versions.all(|seat| Some(seat.version()) == first);
        let news = if is_one_version { News::NoneOfOneVersion } else { News::None };
        for host in 0..self.seats.len() {
            if let Some(node) = stage.node(host)
                && self.seats[host].as_ref().is_some_and(|seat| seat.is_live)
            {
                self.judge_state(host, &node, news, Names(&name));
                self.judge_split_of(stage, host, Names(&name));
            }
        }
        self.judge_convergence_bound(stage, at, Names(&name));
        self.judge_duties(stage, at, Names(&name));
        self.judge_rings(stage, Names(&name));
        self.judge_rates(stage, at, Names(&name));
        self.ledger.held.forget();
        self.ledger.versions.keep_those_of(self.seats.iter().flatten().filter(|seat| seat.is_live));
    }
}

/// `somebody-up`
fn has_up(gossip: &Gossip) -> bool {
    gossip.members().has_status(MemberStatus::Up)
}
