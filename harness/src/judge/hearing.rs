//! When the invariants of outputs are judged.

use quorate::{ClusterEvent, DecisionRecord, Gossip, Instant, Member, Output, Phase};

use super::Judge;
use super::assumptions::{
    CLEAN_PARTITION, CLOCK_RIGHT, DETECTED, LEASE_ASKED_IN_REST, MEANT_ARE_FOUND, NOT_SUSPENDED,
    ONLY_CRASHES, UP_WAS_HEARD,
};
use super::change::Change;
use super::deciding::{self, S7, S8, S9, S10};
use super::split::Partition;
use super::stage::{Event, NodeView, Stage};
use super::staying::{self, S6, S11};
use super::telling::{self, E1, E2, E3};
use super::violation::Finding;

impl Judge {
    /// S3 to S6, S11: what a node decided, by what the network is and by the lease.
    fn judge_sides(
        &mut self,
        stage: &impl Stage,
        host: usize,
        change: &Change<'_>,
        records: &[&DecisionRecord],
        at: Instant,
    ) {
        let is_asking = staying::asks_for_lease(stage.outputs());
        if !is_asking && records.iter().all(|record| deciding::is_forced(record)) {
            return;
        }
        let names = change.names;
        let is_whole = self.partition(stage) == Partition::Whole;
        let truth = self.truth(stage, host, change.before, change.data_center);
        let Some(Some(seat)) = self.seats.get(host) else { return };
        let docket = &mut self.docket;
        for record in records.iter().filter(|record| !deciding::is_forced(record)) {
            if let Some(invariant) = staying::invariant_of(&record.strategy).filter(|one| docket.asserts(one))
            {
                let broken = self.circumstances.broken();
                let mut holds: Vec<_> = broken.map(|assumption| (false, assumption)).collect();
                holds.push((truth.is_known_to(record), &DETECTED));
                holds.push((truth.is_heard_by(record), &UP_WAS_HEARD));
                if docket.all_hold(invariant, &holds) {
                    docket.judged(invariant, truth.is_followed(record, names), names);
                }
            }
            if staying::invariant_of(&record.strategy).is_some() && docket.asserts(&S11) {
                let broken = self.circumstances.broken_of_crashes();
                let mut holds: Vec<_> = broken.map(|assumption| (false, assumption)).collect();
                holds.push((is_whole, &ONLY_CRASHES));
                holds.push((truth.is_told(record.unreachable().iter()), &DETECTED));
                holds.push((truth.is_heard_by(record), &UP_WAS_HEARD));
                if docket.all_hold(&S11, &holds) {
                    docket.judged(&S11, truth.is_spared(record, names), names);
                }
            }
            if let Some(lease) = seat.terms.lease.as_ref().filter(|_| docket.asserts(&S6)) {
                let owner = format!("{}@{}", lease.cluster, seat.me.address);
                let holder = stage.lease_holder(&lease.lease);
                let finding = staying::lease_is_obeyed(record, &owner, holder.as_deref(), names);
                docket.judged(&S6, finding, names);
            }
        }
        if let Some(lease) = seat.terms.lease.as_ref().filter(|_| is_asking && docket.asserts(&S6)) {
            let rest = (seat.rest.since(), seat.terms.stable_after);
            let is_clean = !self.circumstances.broken().any(|broken| std::ptr::eq(broken, &CLEAN_PARTITION));
            // SBR-50: where somebody beyond has called a member unreachable some are indirectly connected, and nobody waits.
            let table = change.before.reachability();
            let has_said =
                |member: &&Member| table.unreachable_from(member.unique_address()).next().is_some();
            let is_direct = !truth.there.iter().any(has_said);
            let is_known = is_clean && is_direct && truth.is_told(seat.told.unreachable());
            let asked = is_known.then(|| lease.minority_waits(&truth, &seat.me, rest, at, names)).flatten();
            match asked {
                Some(finding) => docket.judged(&S6, finding, names),
                None => docket.excused(&S6, &LEASE_ASKED_IN_REST),
            }
        }
    }

    /// Which members of its data centre are on the side of a host's node: live, and no link to or from them is cut.
    fn truth<'a>(
        &self,
        stage: &impl Stage,
        host: usize,
        gossip: &'a Gossip,
        data_center: &str,
    ) -> staying::Truth<'a> {
        let is_here = |member: &&Member| {
            let node = member.unique_address();
            let live = self.live_seat(node.key(), node).and_then(|_| self.live.get(&node.key()));
            live.is_some_and(|&other| {
                other == host || !(stage.is_cut(host, other) || stage.is_cut(other, host))
            })
        };
        let members = gossip.members().iter().filter(|member| member.data_center() == data_center);
        let (here, there) = members.partition(is_here);
        staying::Truth { here, there }
    }

    /// E1 to E3, S7 to S10: what a node put out in one event. `change`: of its state, which may be none.
    pub(super) fn judge_outputs(
        &mut self,
        stage: &impl Stage,
        host: usize,
        node: &NodeView<'_>,
        change: &Change<'_>,
        event: Event,
    ) {
        let (outputs, names) = (stage.outputs(), change.names);
        let asked = event.from.and_then(|(from, _)| stage.node(from)).map(|sender| sender.me.address.clone());
        let Some(Some(seat)) = self.seats.get_mut(host) else { return };
        let ticks = event.at.since(seat.watch.last_tick());
        let mut records: Vec<&DecisionRecord> = Vec::new();
        let (mut statuses, mut reachabilities, mut hears) = (None, None, false);
        let mut times: Vec<(bool, Option<Finding>)> = Vec::new();
        let mut leaders: Vec<Option<Finding>> = Vec::new();
        let is_just = seat.told.is_just(change, outputs);
        for output in outputs {
            match output {
                Output::Event(event_told) => {
                    hears = true;
                    let (me, told) = (&seat.me, &mut seat.told);
                    if let ClusterEvent::LeaderChanged(leader) = event_told {
                        told.leader.clone_from(leader);
                    }
                    if telling::is_of_reachability(event_told) {
                        let reachability = told.hear_reachability(me, event_told, names);
                        reachabilities = reachabilities.or(reachability);
                    }
                    if is_just {
                        told.hear_just(event_told);
                    } else {
                        let status = told.hear_status(me, event_told, names);
                        statuses = statuses.or(status);
                    }
                    seat.rest.hear(me, &seat.terms.data_center, event_told, event.at);
                }
                Output::Decided(record) => {
                    records.push(record);
                    if !deciding::is_by_lease(record) {
                        let settings = (seat.terms.stable_after, seat.terms.unrest_limit);
                        let finding = seat.rest.is_respected(record, settings, event.at, ticks, names);
                        times.push((seat.rest.kept_time(record, event.at), finding));
                        if !deciding::is_forced(record) {
                            leaders.push(deciding::leader_decides(record, seat.told.leader.as_ref(), names));
                        }
                    }
                    seat.rest.decided(record, event.at);
                }
                _ => {}
            }
        }
        seat.told.pass_over_terminated(change);
        if *node.phase != Phase::Stopped && !is_just {
            statuses = statuses.or_else(|| seat.told.adds_up(change));
        }
        seat.told.settle(change, is_just);
        let sent = telling::sent_to_known(change, outputs, asked.as_ref(), &seat.departed);
        let sent = sent.or_else(|| telling::nothing_after_the_end(&seat.me, outputs, names));
        let docket = &mut self.docket;
        if docket.asserts(&E1) && (hears || change.members_changed) {
            docket.judged(&E1, statuses, names);
        }
        if docket.asserts(&E2) && hears {
            docket.judged(&E2, reachabilities, names);
        }
        if docket.asserts(&E3) {
            docket.judged(&E3, sent, names);
        }
        let is_right = stage.keeps_time(host);
        if docket.asserts(&S7) {
            for (kept_time, finding) in times {
                if docket.all_hold(&S7, &[(is_right, &CLOCK_RIGHT), (kept_time, &NOT_SUSPENDED)]) {
                    docket.judged(&S7, finding, names);
                }
            }
        }
        if docket.asserts(&S9) {
            for finding in leaders {
                docket.judged(&S9, finding, names);
            }
        }
        self.judge_sides(stage, host, change, &records, event.at);
        let docket = &mut self.docket;
        for record in &records {
            if docket.asserts(&S8) {
                docket.judged(&S8, deciding::comes_to_the_same(record, names), names);
            }
            if docket.asserts(&S10) {
                docket.judged(&S10, deciding::one_more_still_stays(record, names), names);
            }
        }
        if docket.asserts(&S8)
            && (change.down().next().is_some() || !records.is_empty())
            && *node.phase != Phase::Stopped
        {
            let found = deciding::are_found(change.before.members(), &records);
            let check = || deciding::downs_have_witnesses(change, &records);
            docket.judged_if(found, &MEANT_ARE_FOUND, &S8, check, names);
        }
    }
}
