//! How members go: leaving, being downed, exiting, ending (part 01, sections 6.4, 6.5 and 6.7).

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::input::{CommandKind, Target};
use super::output::{Effect, Output, Rejection};
use super::stop_reason::StopReason;
use crate::membership::MemberStatus::{self, Down, Exiting};
use crate::membership::{Gossip, Member, UniqueAddress};
use crate::mix::mix;
use crate::protocol::Message;

/// GSP, section 1.2: to how many nodes a node that goes tells its last state.
pub(super) const LAST_GOSSIP_TARGETS: usize = 5;
/// LDR-39, LDR-40: evaluations after which a node that is Down ends anyway.
const DOWN_EVALUATIONS_MAX: u32 = 4;

/// The part of a node that ends it in good order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Leaving {
    /// LDR-39: how often this node, being Down, waited for others to hear of it.
    down_evaluations: u32,
    /// The id of the request for exit tasks that is open.
    open_request: Option<u64>,
    requests: u64,
}

impl Leaving {
    /// In the midst of its work, for a probe.
    pub(super) fn probed(down_evaluations: u32) -> Self {
        Self { down_evaluations, ..Self::default() }
    }

    pub(super) const fn down_evaluations(&self) -> u32 {
        self.down_evaluations
    }

    /// LDR-21, LDR-28, LIFE-40, LIFE-41, GSP-78, SHUT-16: this node is Exiting; its host has work to finish. Once. LIFE-44: what has
    /// seen what is all that changes by it: it gossips, answers and leads as before.
    pub(super) fn begin_exit(&mut self, base: &mut Base) {
        base.exit_in_progress = true;
        self.requests += 1;
        self.open_request = Some(self.requests);
        base.out.push(Output::StartExitTasks { id: self.requests });
    }

    /// LDR-21, GSP-78: whether a state is the first that shows this node Exiting.
    pub(super) fn must_begin_exit(&self, base: &Base, state: &Gossip) -> bool {
        let is_exiting = state.member(&base.me).is_some_and(|own| own.status() == Exiting);
        !base.exit_in_progress && self.requests == 0 && is_exiting
    }

    /// The id of the request for exit tasks that is open.
    pub(super) fn open_request(&self) -> Option<u64> {
        self.open_request
    }

    /// Whether the host answers a request that is open.
    pub(super) fn take_request(&mut self, id: u64) -> bool {
        self.open_request.take_if(|open| *open == id).is_some()
    }

    /// LDR-39, LDR-40, LDR-41, LIFE-30, LIFE-31, SBR-79, DC-29: a node that is Down ends when all that are Down have heard of it or are unreachable, and at
    /// the fifth evaluation in any case. LIFE-32: one that hears of it and is the only one has heard, so it ends at once. Gives back
    /// whether it is Down.
    pub(super) fn end_if_down(&mut self, base: &mut Base) -> bool {
        if base.view().own_status() != Down {
            return false;
        }
        let view = base.view();
        let has_heard = |member: &Member| {
            let node = member.unique_address();
            view.is_unreachable_in_data_center(node) || view.gossip().is_seen_by(node)
        };
        let all_have_heard =
            view.data_center_members().filter(|member| member.status() == Down).all(has_heard);
        if self.down_evaluations >= DOWN_EVALUATIONS_MAX || all_have_heard {
            // LDR-42
            base.send_gossip_to_some(LAST_GOSSIP_TARGETS);
            base.stop(StopReason::Downed);
        } else {
            self.down_evaluations += 1;
        }
        true
    }

    pub(super) fn hash64(&self) -> u64 {
        mix(u64::from(self.down_evaluations) << 32 | self.requests, self.open_request.unwrap_or(u64::MAX))
    }
}

/// LDR-31: this node has seen the state in which it is Exiting.
pub(super) fn mark_exit_seen(base: &mut Base) {
    let seen = base.gossip().with_seen(&base.me);
    base.adopt(seen);
}

/// LDR-33, LIFE-51, DC-27, DC-31: tells the two nodes that lead without this one that it has finished. They are told once. LDR-37, LDR-38: the last
/// of a data centre has nobody to tell, and a lone node nobody who would remove it.
pub(super) fn confirm_to_leaders(base: &mut Base) {
    let view = base.view();
    let first = view.leader_of(|member| member.unique_address() != view.me());
    let second = first.and_then(|first| {
        view.leader_of(|member| ![view.me(), first.unique_address()].contains(&member.unique_address()))
    });
    let targets = [first, second].map(|leader| leader.map(|member| member.unique_address().clone()));
    for node in targets.iter().flatten() {
        base.send_to(node, Message::ExitingConfirmed);
    }
}

/// LDR-57: the member that a command names.
pub(super) fn find(base: &Base, target: &Target) -> Option<Member> {
    match target {
        Target::Address(address) => base.gossip().members().first_at(address).cloned(),
        Target::Incarnation(node) => base.gossip().member(node).cloned(),
    }
}

/// LDR-50 to LDR-52, LIFE-1 to LIFE-5: a member is to leave. Gives back whether it does so now.
pub(super) fn leave(base: &mut Base, target: &Target) -> bool {
    let may_leave =
        |status: MemberStatus| status.may_become(MemberStatus::Leaving) && status != MemberStatus::Leaving;
    change_status(base, CommandKind::Leave, target, MemberStatus::Leaving, may_leave).is_some()
}

/// LDR-53, LIFE-20, SBR-76, DC-28: a member, of whatever data centre, is gone for good. Gives back whom, if it was not Down before.
pub(super) fn down(base: &mut Base, target: &Target) -> Option<UniqueAddress> {
    change_status(base, CommandKind::Down, target, Down, |status| status != Down)
}

fn change_status(
    base: &mut Base,
    command: CommandKind,
    target: &Target,
    to: MemberStatus,
    may_change: impl Fn(MemberStatus) -> bool,
) -> Option<UniqueAddress> {
    let Some(member) = find(base, target) else {
        let why = Rejection::UnknownMember { target: target.clone() };
        base.out.push(Output::Rejected { command, why });
        return None;
    };
    let (node, from) = (member.unique_address().clone(), member.status());
    let next = match to {
        _ if !may_change(from) => None,
        Down => base.gossip().mark_down(&member).ok(),
        _ => member.with_status(to).ok().map(|changed| base.gossip().update(&[changed])),
    };
    let Some(next) = next else {
        let why = Rejection::AlreadyThere { node, status: from };
        base.out.push(Output::Rejected { command, why });
        return None;
    };
    base.change(&next);
    let effect = Effect::StatusChanged { node: node.clone(), from, to };
    base.out.push(Output::Accepted { command, effect });
    Some(node)
}
