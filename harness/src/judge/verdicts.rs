//! When each invariant is judged, and of whom.

use std::mem;

use quorate::{Instant, UniqueAddress};

use super::assumptions::{
    FAULTS_OFF, MINIMUM_MET, NO_ORPHANS, OBSERVER_NOT_REMOVED, QUIET_SINCE, TOMBSTONES_KEPT,
};
use super::change::Change;
use super::convergence::{self, C2, C3};
use super::leading::{self, C6};
use super::liveness::{self, L1};
use super::membership::{self, M2, M3, M4};
use super::reachability::{self, R1};
use super::seat::Seat;
use super::split::{self, Partition, S1};
use super::stage::{Cause, Event, NodeView, Stage};
use super::versions::{self, V1, V2};
use super::violation::Names;
use super::{FULL_EVENTS_MIN, FULL_EVENTS_PER_HOST, Judge};

impl Judge {
    /// Takes in what an event made of a node, and judges it.
    pub(super) fn see_change(&mut self, stage: &impl Stage, host: usize, node: &NodeView<'_>, event: Event) {
        let Some(Some(seat)) = self.seats.get_mut(host) else { return };
        if node.revision == seat.revision {
            return seat.follow(node);
        }
        let steps = node.revision.wrapping_sub(seat.revision);
        let before = mem::replace(&mut seat.gossip, node.gossip.clone());
        seat.revision = node.revision;
        let (seat, name) = (&self.seats[host], |node: &UniqueAddress| stage.name(node));
        let Some(seat) = seat else { return };
        let (me, terms, after, confirmed) =
            (seat.me.clone(), seat.terms.clone(), seat.gossip.clone(), seat.confirmed.clone());
        let change = Change {
            me: &me,
            data_center: &terms.data_center,
            repairs: &terms.repairs,
            cause: event.cause,
            before: &before,
            after: &after,
            members_changed: before.members() != after.members(),
            steps,
            confirmed: &confirmed,
            names: Names(&name),
        };
        self.judge_change(host, &change, event.at);
        self.remember(host, node, &change, event);
        self.judge_state(host, Names(&name));
        if change.members_changed {
            self.judge_split_of(stage, host, Names(&name));
        }
    }

    /// The invariants of one change.
    fn judge_change(&mut self, host: usize, change: &Change<'_>, at: Instant) {
        let names = change.names;
        let docket = &mut self.docket;
        if change.members_changed && !change.cause.is_merge() && docket.asserts(&M2) {
            docket.judged(&M2, membership::one_legal_transition(change), names);
        }
        for (invariant, check) in
            [(&V1, versions::counts_own_changes as fn(&Change<'_>) -> _), (&V2, versions::no_entry_decreases)]
        {
            if docket.asserts(invariant) {
                docket.judged(invariant, check(change), names);
            }
        }
        if docket.asserts(&R1) && change.observations_replaced() {
            docket.judged(&R1, reachability::rows_change_at_their_observer(change), names);
        }
        if docket.asserts(&C6)
            && leading::has_leader_acts(change)
            && let Some(Some(seat)) = self.seats.get(host)
        {
            let terms = seat.leader_terms(at);
            docket.judged(&C6, leading::leader_acts_only_converged(change, terms), names);
        }
        if self.docket.asserts(&M4) && change.members().any(|(was, _)| was.is_none()) {
            self.judge_return(host, change, at);
        }
    }

    fn judge_return(&mut self, host: usize, change: &Change<'_>, at: Instant) {
        let Some(Some(seat)) = self.seats.get(host) else { return };
        let kept = at.since(Instant::ZERO) < seat.terms.tombstone_life;
        let removed =
            self.seats.iter().flatten().any(|other| other.takes_part() && other.has_removed(&seat.me));
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
        let Some(Some(seat)) = self.seats.get_mut(host) else { return };
        seat.follow(node);
        if change.members_changed {
            seat.remember_departed(change.members());
        }
        let can_act = {
            let view = seat.view();
            view.is_leader() && view.has_convergence(&seat.confirmed)
        };
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
        // Whoever is let in begins a change of its own, and so does a tombstone that has grown too old.
        let lets_in = matches!(event.cause, Cause::Join | Cause::Welcome);
        let forgets = !change.cause.is_merge() && change.before.same_content(change.after);
        if lets_in || forgets || change.is_founding() {
            self.restart_quiet(event.at);
        }
        if event.cause == Cause::Join && change.members_changed {
            self.begin_change();
        }
    }

    /// The invariants of one node's state.
    fn judge_state(&mut self, host: usize, names: Names<'_>) {
        let Some(Some(seat)) = self.seats.get(host) else { return };
        if self.docket.asserts(&M3) {
            let (members, rows) = (seat.gossip.members().as_slice(), seat.gossip.reachability().rows());
            self.docket.judged(&M3, membership::only_members(&seat.me, members, rows, names), names);
        }
        if seat.gossip.members().is_empty() || !seat.is_converged() {
            return;
        }
        if self.docket.asserts(&C2) && seat.takes_part() {
            let finding =
                convergence::converged_means_known(seat, |key, node| self.live_seat(key, node), names);
            self.docket.judged(&C2, finding, names);
        }
        if self.docket.asserts(&C3) {
            let finding = convergence::converged_means_reachable(seat.naive(), names);
            self.docket.judged(&C3, finding, names);
        }
    }

    /// S1 between one node and all others.
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
        for assumption in self.circumstances.broken() {
            holds = false;
            self.docket.excused(&S1, assumption);
        }
        if holds && let Some(Some(seat)) = self.seats.get(host) {
            let others = self.seats.iter().flatten();
            let finding = others.into_iter().find_map(|other| split::split_between(seat, other, names));
            self.docket.judged(&S1, finding, names);
        }
    }

    /// INV-1: every invariant that needs no change, of everybody.
    pub(super) fn judge_all(&mut self, stage: &impl Stage, at: Instant) {
        self.until_full = FULL_EVENTS_MIN.max(FULL_EVENTS_PER_HOST * self.seats.len() as u64);
        let name = |node: &UniqueAddress| stage.name(node);
        self.find_ended(stage);
        if self.circumstances.are_open() && self.is_calm() {
            self.circumstances.settle();
        }
        for host in 0..self.seats.len() {
            if self.seats[host].as_ref().is_some_and(|seat| seat.is_live) {
                self.judge_state(host, Names(&name));
                self.judge_split_of(stage, host, Names(&name));
            }
        }
        self.judge_convergence_bound(stage, at, Names(&name));
    }

    /// L1 of all that take part and were not removed by somebody who does.
    fn judge_convergence_bound(&mut self, stage: &impl Stage, at: Instant, names: Names<'_>) {
        if !self.docket.asserts(&L1) {
            return;
        }
        self.begin_quiet(at);
        if !self.quiet.passed(at) {
            return self.docket.excused(&L1, &QUIET_SINCE);
        }
        let faults_off = self.partition(stage) == Partition::Whole;
        self.quiet.looked_at();
        let seats = self.not_removed();
        let assumptions = [
            (faults_off, &FAULTS_OFF),
            (liveness::hang_together(&seats), &NO_ORPHANS),
            (liveness::minimum_is_met(&seats), &MINIMUM_MET),
        ];
        let finding = liveness::all_agree(&seats, names);
        for (_, assumption) in assumptions.iter().filter(|(holds, _)| !holds) {
            self.docket.excused(&L1, assumption);
        }
        if assumptions.iter().all(|(holds, _)| *holds) {
            self.docket.judged(&L1, finding, names);
        }
    }

    fn not_removed(&self) -> Vec<&Seat> {
        let all = self.participants();
        let mut removed: Vec<&UniqueAddress> = all.iter().flat_map(|seat| &seat.departed).collect();
        removed.sort_unstable();
        all.into_iter().filter(|seat| removed.binary_search(&&seat.me).is_err()).collect()
    }
}
