//! When the invariants of time are begun, ended and judged.

use std::time::Duration;

use quorate::{Address, Instant, Member, MemberStatus, Members, Output, UniqueAddress};

use super::Judge;
use super::assumptions::{
    CONTACT, DATA_CENTERS_MEET, EXITS_DONE, FAULTS_OFF, LAST_WORDS_HEARD, MINIMUM_MET, NO_FAULT_DURING,
    NO_ORPHANS, NO_SHUTDOWN, NOBODY_MISSED, NOT_REPLACED, ONE_DATA_CENTER, ONE_LINEAGE, QUIET_SINCE,
    RESOLVER_ON, SEED_LIVES, WELCOMED,
};
use super::change::Change;
use super::duties::{Duty, L2, L3, L4, L5, L6, L7, L8};
use super::liveness::{self, L1};
use super::seat::{Seat, Terms};
use super::split::Partition;
use super::stage::{Cause, Event, Stage};
use super::violation::Names;

impl Judge {
    /// Something was done to nodes or links, or commanded: what was awaited is awaited no longer.
    pub(super) fn disturb(&mut self) {
        for duty in std::mem::take(&mut self.duties) {
            self.docket.excused(duty.invariant, &NO_FAULT_DURING);
        }
        self.next_duty = Instant::MAX;
    }

    fn await_by(&mut self, mut duty: Duty) {
        if self.docket.asserts(duty.invariant) {
            if duty.due == Instant::MAX {
                return self.docket.excused(duty.invariant, &DATA_CENTERS_MEET);
            }
            duty.began.get_or_insert(self.docket.at());
            self.next_duty = self.next_duty.min(duty.due);
            self.duties.push(duty);
        }
    }

    /// L4 to L6, JOIN-73: a node has downed a member, as another incarnation of its address has asked to be let in.
    pub(super) fn await_no_longer(&mut self, change: &Change<'_>, asks: Option<&Address>) {
        let is_down = |member: Option<&Member>| member.is_some_and(|m| m.status() == MemberStatus::Down);
        let downed = change.members().filter(|(was, is)| is_down(*is) && !is_down(*was));
        let downed = downed.filter_map(|(_, is)| is.map(Member::unique_address));
        for node in downed.filter(|node| asks == Some(&node.address)) {
            let docket = &mut self.docket;
            self.duties.retain(|duty| {
                let is_replaced = match duty.invariant.id {
                    "L4" | "L5" => duty.node.as_ref() == Some(node),
                    _ => duty.successor.as_ref() == Some(node),
                };
                if is_replaced {
                    docket.excused(duty.invariant, &NOT_REPLACED);
                }
                !is_replaced
            });
            self.ledger.leaving.retain(|leaver| leaver != node);
        }
    }

    /// L5: a node has ended, and these are its last words.
    pub(super) fn hear_last_words(&mut self, node: &UniqueAddress, outputs: &[Output]) {
        let told = |output: &Output| match output {
            Output::Send(envelope) if envelope.message.told_state().is_some() => {
                // Also one that has gone already.
                let is_there = |seat: &&Seat| seat.me.address == *envelope.to.address();
                self.seats.iter().flatten().find(is_there).map(|seat| seat.me.clone())
            }
            _ => None,
        };
        let told: Vec<UniqueAddress> = outputs.iter().filter_map(told).collect();
        let leaves = |duty: &&mut Duty| duty.invariant == &L5 && duty.node.as_ref() == Some(node);
        for duty in self.duties.iter_mut().filter(leaves) {
            duty.told.clone_from(&told);
        }
    }

    /// The time of something at the node for which it takes longest.
    fn longest(&self, of: impl Fn(&Terms) -> Duration) -> Duration {
        let all = Terms::differing(self.seats.iter().flatten());
        all.into_iter().map(|terms| of(terms)).max().unwrap_or_default()
    }

    /// L3, L6: nodes have gone at an instant before which all agreed. `gone`: who, and what its host runs now.
    pub(super) fn await_removals(&mut self, at: Instant, gone: Vec<(UniqueAddress, Option<UniqueAddress>)>) {
        let spreading = self.spreading_among_all();
        let due = at + self.longest(|terms| terms.removal(&spreading));
        for (node, successor) in gone {
            let invariant = if successor.is_some() { &L6 } else { &L3 };
            self.await_by(Duty { successor, ..Duty::of(invariant, Some(node), due) });
        }
    }

    /// L2, L7, L8: something was done, and the network is as it now is.
    pub(super) fn await_rest(&mut self, stage: &impl Stage, at: Instant) {
        if self.partition(stage) != Partition::Whole {
            return;
        }
        let spreading = self.spreading_among_all();
        let all = self.participants();
        let is_removed = |seat: &&&Seat| self.ledger.departed.contains(&seat.me.key());
        let removed: Vec<UniqueAddress> = all.iter().filter(is_removed).map(|seat| seat.me.clone()).collect();
        let mut tables: Vec<&Members> = all.iter().map(|seat| seat.gossip.members()).collect();
        tables.dedup();
        let has_all = |table: &&Members| all.iter().all(|other| table.contains(&other.me));
        let whole = removed.is_empty()
            && tables.iter().all(|table| table.len() >= all.len())
            && tables.iter().all(has_all);
        let settled = at + self.longest(|terms| terms.settling(&spreading));
        if whole {
            self.await_by(Duty::of(&L2, None, at + Duration::from_secs(2) + spreading.agreement()));
        }
        for node in removed {
            self.await_by(Duty::of(&L7, Some(node), at + spreading.agreements(2)));
        }
        self.await_by(Duty::of(&L8, None, settled));
    }

    /// L4, L5: what a change of members begins, if nothing is wrong.
    pub(super) fn await_members(&mut self, stage: &impl Stage, change: &Change<'_>, event: Event) {
        if !change.members_changed || !self.is_undisturbed(stage) || self.troubled > 0 {
            return;
        }
        // Whoever joins or leaves does so at one node, from which the others hear of it.
        if change.cause.is_merge() {
            return;
        }
        let (mut joined, mut leaves) = (Vec::new(), Vec::new());
        for (was, is) in change.members() {
            let Some(is) = is else { continue };
            if event.cause == Cause::Join && was.is_none() {
                joined.push(is.unique_address().clone());
            }
            let was_leaving = was.is_some_and(|was| was.status() == MemberStatus::Leaving);
            if is.status() == MemberStatus::Leaving
                && !was_leaving
                && self.ledger.is_leaving(is.unique_address())
            {
                leaves.push(is.unique_address().clone());
            }
        }
        if joined.is_empty() && leaves.is_empty() {
            return;
        }
        let due = event.at + self.spreading_among_all().agreements(3);
        joined.into_iter().for_each(|node| self.await_by(Duty::of(&L4, Some(node), due)));
        leaves.into_iter().for_each(|node| self.await_by(Duty::of(&L5, Some(node), due)));
    }

    /// L5: the leave of a node whose exit tasks have ended goes on from here.
    pub(super) fn leave_goes_on(&mut self, node: &UniqueAddress, at: Instant) {
        self.go_on(|duty| duty.invariant == &L5 && duty.node.as_ref() == Some(node), at);
    }

    /// L4, L5: who was let in has heard of it now. Who leaves may have waited for what this one sees, and who joins, if it was late.
    pub(super) fn was_welcomed(&mut self, node: &UniqueAddress, at: Instant) {
        let is_awaited = self.duties.iter().any(|duty| duty.invariant == &L4);
        let was_late = is_awaited && is_asked(&self.participants(), node);
        self.go_on(|duty| duty.invariant == &L5 || was_late && duty.invariant == &L4, at);
    }

    fn go_on(&mut self, goes_on: impl Fn(&Duty) -> bool, at: Instant) {
        if !self.duties.iter().any(&goes_on) {
            return;
        }
        let due = at + self.spreading_among_all().agreements(2);
        for duty in self.duties.iter_mut().filter(|duty| goes_on(duty)) {
            duty.due = duty.due.max(due);
        }
        self.next_duty = self.duties.iter().map(|duty| duty.due).min().unwrap_or(Instant::MAX);
    }

    /// Looks at all whose time has come.
    pub(super) fn judge_duties(&mut self, stage: &impl Stage, at: Instant, names: Names<'_>) {
        if at < self.next_duty {
            return;
        }
        let all = std::mem::take(&mut self.duties);
        let (due, waiting): (Vec<Duty>, Vec<Duty>) = all.into_iter().partition(|duty| duty.due <= at);
        self.duties = waiting;
        self.next_duty = self.duties.iter().map(|duty| duty.due).min().unwrap_or(Instant::MAX);
        for duty in due {
            self.judge_duty(stage, &duty, at, names);
        }
    }

    /// `seed-lives`: of the new incarnation that is awaited.
    fn a_seed_lives(&self, stage: &impl Stage, duty: &Duty, seats: &[&Seat]) -> bool {
        let Some(new) = &duty.successor else { return true };
        let is_member = |seed: &Address| {
            *seed != new.address && seats.iter().any(|seat| seat.is_initialized && seat.me.address == *seed)
        };
        let host = (0..stage.hosts()).find(|host| stage.node(*host).is_some_and(|node| node.me == new));
        host.is_none_or(|host| stage.seeds(host).iter().any(is_member))
    }

    fn judge_duty(&mut self, stage: &impl Stage, duty: &Duty, at: Instant, names: Names<'_>) {
        let is_whole = self.partition(stage) == Partition::Whole;
        let resolves = self.seats.iter().flatten().all(|seat| seat.terms.resolver.is_some());
        let seats = if duty.invariant == &L7 { self.participants() } else { self.not_removed() };
        let hangs_together = liveness::hang_together(&seats);
        let minimum = liveness::minimum_is_met(&seats);
        // An exit that the host has not finished yet is nobody's delay, nor is a welcome that the network holds back.
        let exits = seats.iter().any(|seat| seat.is_exiting());
        let is_held_up = match duty.invariant.id {
            "L4" => self.outside().any(|waits| is_asked(&seats, &waits.me)),
            "L5" => exits || self.waits_for_welcome(&seats),
            _ => false,
        };
        if is_held_up {
            let again = Duty { due: at + self.spreading_among_all().agreements(2), ..duty.clone() };
            return self.await_by(again);
        }
        let one_data_center = !seats.iter().any(|seat| seat.gossip.is_multi_data_center());
        // DC-14: of a data centre with nobody left nobody downs who has died, and newcomers elsewhere wait for it.
        let sees_dead = liveness::sees_dead_member(&seats, |node| self.live.contains_key(&node.key()));
        let stays = liveness::nobody_shuts_down(&seats);
        let one_lineage = self.ledger.founded <= 1;
        let downs =
            seats.iter().any(|seat| seat.gossip.members().iter().any(|m| m.status() == MemberStatus::Down));
        let holds = match duty.invariant.id {
            "L2" => vec![(is_whole, &FAULTS_OFF), (!downs, &NO_FAULT_DURING)],
            "L3" => vec![
                (resolves, &RESOLVER_ON),
                (is_whole, &FAULTS_OFF),
                (minimum, &MINIMUM_MET),
                (one_data_center, &ONE_DATA_CENTER),
            ],
            "L6" => vec![
                (one_lineage, &ONE_LINEAGE),
                (self.a_seed_lives(stage, duty, &seats), &SEED_LIVES),
                (stays, &NO_SHUTDOWN),
                (resolves, &RESOLVER_ON),
                (is_whole, &FAULTS_OFF),
                (minimum, &MINIMUM_MET),
                (one_data_center, &ONE_DATA_CENTER),
            ],
            "L7" => vec![
                (is_whole, &FAULTS_OFF),
                (one_data_center, &ONE_DATA_CENTER),
                (duty.has_contact(&seats), &CONTACT),
            ],
            "L4" => vec![
                (one_lineage, &ONE_LINEAGE),
                (minimum, &MINIMUM_MET),
                (is_whole, &FAULTS_OFF),
                (stays, &NO_SHUTDOWN),
                (!duty.misses_others(&seats), &NOBODY_MISSED),
            ],
            "L8" => vec![
                (is_whole, &FAULTS_OFF),
                (hangs_together, &NO_ORPHANS),
                (minimum, &MINIMUM_MET),
                (resolves, &RESOLVER_ON),
                (!exits, &EXITS_DONE),
                (one_data_center || !sees_dead, &ONE_DATA_CENTER),
                (stays, &NO_SHUTDOWN),
            ],
            "L5" => vec![
                (is_whole, &FAULTS_OFF),
                (!duty.misses_others(&seats), &NOBODY_MISSED),
                (!duty.is_unheard(&seats), &LAST_WORDS_HEARD),
            ],
            _ => vec![(is_whole, &FAULTS_OFF)],
        };
        let finding = if duty.invariant == &L8 {
            liveness::all_agree(&seats, names)
        } else {
            duty.unmet(&seats, at, names)
        };
        if self.docket.all_hold(duty.invariant, &holds) {
            if finding.is_none() {
                self.measure_duty(duty, at);
            }
            self.docket.judged(duty.invariant, finding, names);
        }
    }

    /// L1 of all that take part and were not removed by somebody who does.
    pub(super) fn judge_convergence_bound(&mut self, stage: &impl Stage, at: Instant, names: Names<'_>) {
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
            (!seats.iter().any(|seat| seat.is_exiting()), &EXITS_DONE),
            (liveness::nobody_shuts_down(&seats), &NO_SHUTDOWN),
            (!self.waits_for_welcome(&seats), &WELCOMED),
        ];
        let finding = liveness::all_agree(&seats, names);
        if self.docket.all_hold(&L1, &assumptions) {
            if finding.is_none() {
                self.measure_agreement(at);
            }
            self.docket.judged(&L1, finding, names);
        }
    }

    /// Whether a live node is a member to some of these, and has not heard of it.
    pub(super) fn waits_for_welcome(&self, seats: &[&Seat]) -> bool {
        self.outside().any(|waits| seats.iter().any(|seat| seat.gossip.member(&waits.me).is_some()))
    }

    /// The live nodes that are in no cluster, as far as they know.
    fn outside(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().flatten().filter(|seat| seat.is_live && !seat.is_initialized)
    }

    pub(super) fn not_removed(&self) -> Vec<&Seat> {
        let all = self.participants();
        let mut removed: Vec<&UniqueAddress> = all.iter().flat_map(|seat| &seat.departed).collect();
        removed.sort_unstable();
        all.into_iter().filter(|seat| removed.binary_search(&&seat.me).is_err()).collect()
    }
}

/// L4, CNV-6, CNV-7: whether somebody's leader waits until a node has seen its state: of a data centre where nobody is Up that is each
/// member.
fn is_asked(seats: &[&Seat], node: &UniqueAddress) -> bool {
    seats.iter().any(|seat| {
        let counts = |member: &Member| member.status().counts_for_convergence();
        let members = seat.gossip.members();
        seat.gossip.member(node).is_some_and(|member| {
            counts(member) || !members.iter().any(|it| counts(it) && it.data_center() == member.data_center())
        })
    })
}
